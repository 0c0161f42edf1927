"""Reading XML that strangers wrote: hardened parsers, bytes in, plain strings out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from signalwatch.sdk import BadPayload

_EMBEDDED = re.compile(rb"<XML>\s*(.*?)\s*</XML>", re.DOTALL | re.IGNORECASE)
_HTML = re.compile(rb"\A\s*(?:<!doctype html|<html)", re.IGNORECASE)
_ROOT = re.compile(rb"<\?xml|<(?:\w+:)?(?:edgarSubmission|ownershipDocument)\b")


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True, recover=recover,
    )  # fmt: skip


def looks_like_html(data: bytes) -> bool:
    """Whether an answer is a web page (an apology or block page) instead of what was asked for."""
    return _HTML.match(data[:400]) is not None


def looks_like_markup(data: bytes) -> bool:
    """Whether an answer that should be JSON is a web page or an XML error instead."""
    return data[:400].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def parse_xml(data: bytes, *, recover: bool = False) -> etree._Element:
    """The root element of ``data``.

    Raises BadPayload for anything that is not XML, for HTML, and for documents with a DOCTYPE. With ``recover`` a cut or
    slightly broken document gives what could be read of it.
    """
    clean = data.replace(b"\x00", b"").strip()
    if not clean:
        raise BadPayload("the body is empty where XML was expected")
    if looks_like_html(clean):
        raise BadPayload("a web page came instead of XML (maintenance or block page)")
    if b"<!DOCTYPE" in clean[:2000]:
        raise BadPayload("the XML declares a DOCTYPE, which EDGAR never does; not read")
    try:
        root = etree.fromstring(clean, _parser(recover=recover))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadPayload(f"the XML cannot be read: {error}") from error
    if root is None:
        raise BadPayload("the XML holds nothing that could be read")
    return root


def embedded_xml(data: bytes) -> bytes:
    """The XML inside a submission's ``<XML>`` element or after leading blank lines; ``data`` itself when bare."""
    found = _EMBEDDED.search(data)
    if found is not None:
        return found.group(1)
    start = _ROOT.search(data)
    if start is None:
        return data
    end = data.find(b"</XML>", start.start())
    return data[start.start() : end if end > 0 else None]


def local(element: etree._Element) -> str:
    """An element's name without its namespace; "" for anything that is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """Direct children called ``name``, whatever their namespace."""
    if element is not None:
        for child in element:
            if local(child) == name:
                yield child


def find(element: etree._Element | None, path: str) -> etree._Element | None:
    """The first element at ``a/b/c`` below ``element``, whatever the namespaces."""
    for step in path.split("/"):
        element = next(children(element, step), None)
        if element is None:
            return None
    return element


def text_at(element: etree._Element | None, path: str) -> str:
    """The text of the first element at ``path``, blanks collapsed; "" when absent, empty or the word "None"."""
    found = find(element, path)
    text = " ".join((found.text or "").split()) if found is not None else ""
    return "" if text.lower() in ("none", "n/a") else text


def flag(text: str) -> bool:
    """EDGAR's booleans: true, 1, Y; anything else is false."""
    return text.strip().lower() in ("true", "1", "y", "yes")
