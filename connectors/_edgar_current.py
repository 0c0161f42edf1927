"""Layer 1: the "latest filings" Atom feed (getcurrent). Bytes in, filings out.

Shape: one entry per (accession, party), newest first; the title is ``FORM - NAME (10-digit CIK) (Role)``, the summary
lists ``Item ...`` lines, ``updated`` is the acceptance time with its Eastern offset. The Atom id is shared by all entries
of a filing, so identity is (accession, CIK, role). The XML says ISO-8859-1: bytes go to the parser.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

import msgspec
from lxml import etree

from connectors import _edgar_forms as forms
from connectors._edgar_filing import ACCESSION, Filing, Party, merge, role_of
from connectors._edgar_xml import looks_like_html, parse_xml
from signalwatch.sdk import BadPayload, Quarantined

_ATOM = "{http://www.w3.org/2005/Atom}"
_TITLE = re.compile(r"^(?P<form>.+?) - (?P<name>.*) \((?P<cik>\d{1,10})\) \((?P<role>[^()]*)\)$", re.DOTALL)
_FILED = re.compile(r"Filed:(?:</b>)?\s*(\d{4}-\d{2}-\d{2})")
_SIZE = re.compile(r"Size:(?:</b>)?\s*([\d.]+)\s*([KMG]?)B")
_ITEM = re.compile(r"Item\s+([0-9]{1,2}[0-9A-Za-z.]*)\s*:")
_ENTRY = re.compile(rb"<entry\b.*?</entry>", re.DOTALL)
_UNIT = {"": 1, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the feed: a filing as one of its parties sees it."""

    accession: str
    form: str
    cik: int
    name: str
    role: str
    updated: datetime | None
    url: str
    summary: str


class FeedPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the feed. ``rows`` counts its entries, readable or not."""

    entries: tuple[Entry, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    rows: int = 0


def parse_feed(data: bytes) -> FeedPage:
    """Read one page of the feed.

    One broken entry is quarantined and the rest kept, also when it breaks the XML of the whole page.
    Raises BadPayload when the body is no such feed (HTML with status 200, JSON, nothing).
    """
    try:
        root = parse_xml(data)
    except BadPayload:
        pieces = _ENTRY.findall(data.replace(b"\x00", b""))
        if looks_like_html(data.strip()) or not pieces:
            raise
        return _collect(_alone(piece) for piece in pieces)
    if root.tag != f"{_ATOM}feed":
        raise BadPayload(f"the latest-filings feed is not an Atom feed but <{root.tag}>")
    return _collect((element, b"") for element in root.iter(f"{_ATOM}entry"))


def _alone(piece: bytes) -> tuple[etree._Element | None, bytes]:
    head = b'<?xml version="1.0" encoding="ISO-8859-1"?><feed xmlns="http://www.w3.org/2005/Atom">'
    try:
        return next(parse_xml(head + piece + b"</feed>").iter(f"{_ATOM}entry"), None), piece
    except BadPayload:
        return None, piece


def _collect(found: Iterable[tuple[etree._Element | None, bytes]]) -> FeedPage:
    entries: list[Entry] = []
    bad: list[Quarantined] = []
    rows = 0
    for element, raw in found:
        rows += 1
        try:
            if element is None:
                raise BadPayload("the entry is not well-formed XML")
            entries.append(parse_entry(element))
        except BadPayload as error:
            payload = raw or (etree.tostring(element) if element is not None else b"")
            accession = ACCESSION.search(payload.decode("latin-1"))
            key = accession.group() if accession else f"feed row {rows}"
            bad.append(Quarantined(key=key, reason=f"latest-filings entry: {error}", payload=payload[:4000]))
    return FeedPage(entries=tuple(entries), quarantined=tuple(bad), rows=rows)


def parse_entry(element: etree._Element) -> Entry:
    """Read one ``entry`` element. Raises BadPayload naming what is missing or malformed."""
    got: dict[str, str] = {}
    href = term = ""
    for child in element:
        tag = child.tag
        if tag == f"{_ATOM}link":
            href = href or child.get("href", "")
        elif tag == f"{_ATOM}category":
            term = child.get("term", "")
        elif isinstance(tag, str):
            got[tag[len(_ATOM) :]] = child.text or ""
    title = " ".join(got.get("title", "").split())
    match = _TITLE.match(title)
    if match is None:
        raise BadPayload(f"title {title[:120]!r} is not 'FORM - NAME (CIK) (Role)'")
    form = term or match["form"]
    # The form itself may hold " - ": what the category says is cut off, the rest is the name.
    name = title[len(form) + 3 : match.end("name")] if title.startswith(f"{form} - ") else match["name"]
    accession = (
        ACCESSION.search(got.get("id", "")) or ACCESSION.search(href) or ACCESSION.search(got.get("summary", ""))
    )
    if accession is None:
        raise BadPayload(f"no accession number in the entry {title[:120]!r}")
    return Entry(
        accession=accession.group(),
        form=" ".join(form.split()),
        cik=int(match["cik"]),
        name=html.unescape(name),
        role=role_of(match["role"]),
        updated=_instant(got.get("updated", "")),
        url=href if href.startswith(("https://", "http://")) else "",
        summary=got.get("summary", ""),
    )


def _instant(text: str) -> datetime | None:
    try:
        value = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return value.astimezone(UTC) if value.tzinfo is not None else None


def to_filing(entry: Entry) -> Filing:
    """The filing one entry tells of, with that entry's party. The summary is read here, for forms that are wanted only."""
    summary = html.unescape(entry.summary)
    filed = _FILED.search(summary)
    size = _SIZE.search(summary)
    items = _ITEM.findall(summary)
    return Filing(
        accession=entry.accession,
        form=entry.form,
        parties=(Party(cik=entry.cik, name=entry.name, role=entry.role),),
        filed=_date(filed.group(1)) if filed else None,
        accepted=entry.updated,
        items=forms.item_codes(i for i in items if "." in i and not i.upper().startswith("3C")),
        funds=any(i.upper().startswith("3C") for i in items),
        size=int(float(size.group(1)) * _UNIT[size.group(2)]) if size else 0,
        url=entry.url,
        layer="current",
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def group(entries: Iterable[Entry]) -> dict[str, Filing]:
    """Filings by accession, in the feed's order, with every party once. Repeated rows fall together here."""
    found: dict[str, Filing] = {}
    for entry in entries:
        filing = to_filing(entry)
        known = found.get(entry.accession)
        found[entry.accession] = filing if known is None else merge(known, filing)
    return found
