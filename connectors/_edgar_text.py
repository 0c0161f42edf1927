"""Filing documents as plain text: HTML with separators, old fixed-width text with its paragraphs joined.

A cell, a line break or a block never glues two words together; numeric references of the 1990s (``&#146;``) mean
windows-1252; hidden inline-XBRL headers are left out.
"""

from __future__ import annotations

import re

from lxml import etree
from lxml import html as lxml_html

_BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_CELL = frozenset(["td", "th"])
_SKIP = frozenset(["script", "style", "head", "ix:header", "ix:hidden", "noscript", "img"])
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_MARKUP = re.compile(rb"<(?:html|body|div|p|table|font|br|td|span)\b", re.IGNORECASE)
_OLD_TAGS = re.compile(r"</?(?:PAGE|S|C|FN|F\d|CAPTION|TABLE|TEXT|DOCUMENT)\b[^>]*>", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\f\v\u00a0\u2000-\u200a\u202f\u3000\ufeff\u200b]+")
_NEWLINES = re.compile(r" *\n[ \n]*")
_RULE_LINE = re.compile(r"(?:[ \t]?[-_=~*\u2013\u2014\u2500]){5,}")
_LEADERS = re.compile(r"(?:[ \t]?\.){4,}")
_START = re.compile(r"(?im)^[ \t]*(?=(?:item\s+\d|exhibit\s+\d|signatures?\s*$))")
_C1 = {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def to_text(data: bytes) -> str:
    """The readable text of one document, one block per line. Never raises: what cannot be parsed is read as text."""
    data = data.replace(b"\x00", b"")
    if not data.strip():
        return ""
    if _MARKUP.search(data[:200_000]):
        root = _parse(data)
        if root is not None:
            return tidy(_walk(root))
    return tidy(_paragraphs(_OLD_TAGS.sub("\n", decode(data))))


def decode(data: bytes) -> str:
    """UTF-8 where it is valid, else windows-1252: EDGAR mixes the two."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def tidy(text: str) -> str:
    """Blanks collapsed, empty lines, rules and dot leaders removed, control characters out, windows-1252 mapped."""
    text = _CONTROL.sub(" ", text.translate(_C1))
    text = _LEADERS.sub(" ", _RULE_LINE.sub("\n", text))
    return _NEWLINES.sub("\n", _SPACES.sub(" ", text)).strip()


def _parse(data: bytes) -> etree._Element | None:
    text = decode(re.sub(rb"^\s*<\?xml[^>]*\?>", b"", data))
    try:
        parser = lxml_html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
        return lxml_html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _walk(root: etree._Element) -> str:
    out: list[str] = []
    skipping: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if event == "start":
            if skipping is not None:
                continue
            if tag in _SKIP or _HIDDEN.search(element.get("style") or ""):
                skipping = element
                continue
            if tag in _BLOCK or tag == "br":
                out.append("\n")
            elif tag in _CELL:
                out.append(" ")
            if element.text:
                out.append(_flat(element.text))
        else:
            if skipping is element:
                skipping = None
            elif skipping is not None:
                continue
            if tag in _BLOCK:
                out.append("\n")
            elif tag in _CELL:
                out.append(" ")
            if element.tail and element is not root:
                out.append(_flat(element.tail))
    return "".join(out)


def _flat(text: str) -> str:
    # A line break inside an HTML text node is a blank, unless the document is really preformatted (a blank line in it).
    return f"\n{_paragraphs(text)}\n" if "\n\n" in text and len(text) > 2000 else text.replace("\n", " ")


def _paragraphs(text: str) -> str:
    text = _RULE_LINE.sub("\n\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _START.sub("\n\n", text)
    joined = (" ".join(part.split()) for part in re.split(r"\n[ \t]*\n", text))
    return "\n".join(p for p in joined if p)
