"""The company that speaks: of a filing's title, behind a release's dateline, or before a ticker."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from signalwatch.detect.namebook import Issuer
from signalwatch.detect.reading import join_raw
from signalwatch.detect.text import Doc
from signalwatch.detect.words import CAMEL, Word, split_words

if TYPE_CHECKING:
    from signalwatch.detect.names import Finder

_TICKER = re.compile(
    r"\(\s*(?:the\s+)?(?P<first>(?:NASDAQ|NASD|NYSE|OTC|TSX|LSE|AIM|ASX|Euronext|XETRA|SIX|SWX|HKEX|SEHK|TASE|TSE|"
    r"KOSDAQ|KRX|STO|OMX|SSE|SZSE|CSE|CBOE)"
    r"[^():]{0,30}):\s*(?P<ticker>[A-Za-z0-9.\-]{1,12})",
    re.IGNORECASE,
)
_ITEM_TITLE = re.compile(r"\s*(.{2,90}?)\s+[-–—|:]\s+(?:Form )?(?:8-K|6-K|Item \d)", re.IGNORECASE)


def item_title(doc: Doc) -> re.Match[str] | None:
    """The title of a filing's text, ``Acme Inc - 8-K ...``: its first group is the company."""
    norm, end = doc.norm, doc.title_end
    if norm.find("8-k", 0, end) < 0 and norm.find("6-k", 0, end) < 0 and norm.find("item", 0, end) < 0:
        return None
    return _ITEM_TITLE.match(doc.raw, 0, end)


def issuer_of(finder: Finder) -> Issuer | None:
    """The company that speaks: of an 8-K title, behind a release's dateline, or before the first ticker of the text."""
    doc = finder.doc
    filed = item_title(doc)
    if filed:
        return Issuer(finder.book.strip_legal(join_raw(doc.raw, filed.start(1), filed.end(1))))
    m = _TICKER.search(doc.raw, doc.title_end) if doc.raw.find("(", doc.title_end) >= 0 else None
    listed = _name_before(finder, m.start()) if m else ""
    if doc.release:
        start = doc.body
        while start < len(doc.raw) and not doc.raw[start].isalnum():
            start += 1
        low, high = doc.clause(start)
        found = finder.reading(low, min(high, start + 120)).first()
        if found is not None and (
            found.kind == "company"
            and found.start - start < 4
            and (not listed or found.text.split(" ")[0] not in listed)
        ):
            return Issuer(found.text)
    if m and listed:
        return Issuer(listed, m["ticker"].upper(), m["first"].strip())
    return None


def ticker_in_title(finder: Finder) -> Issuer | None:
    """A ticker in the title with the name before it."""
    m = _TICKER.search(finder.doc.raw, 0, finder.doc.title_end)
    if not m:
        return None
    name = _name_before(finder, m.start())
    return Issuer(name, m["ticker"].upper(), m["first"].strip()) if name else None


def _name_before(finder: Finder, position: int) -> str:
    """The name that ends right before a bracket, legal form removed."""
    head = finder.doc.raw[max(0, position - 90) : position].rstrip()
    base = max(0, position - 90)
    words = split_words(finder.doc.raw, base, base + len(head))
    chosen: list[Word] = []
    for word in reversed(words):
        if chosen and (word.comma and chosen[-1].low not in finder.book.legal):
            break
        if word.opens or word.closes:
            if chosen:
                break
            continue
        if not (
            word.core[:1].isupper()
            or word.core[:1].isdigit()
            or word.low in {"of", "and", "&", "a/s", "plc"}
            or CAMEL.search(word.core)
        ):
            break
        if word.low in {"and", "of"} and not chosen:
            break
        if chosen and finder.doc.raw[word.end : chosen[-1].start].strip(" ,.®™&") not in {""}:
            break
        chosen.append(word)
        if len(chosen) >= 6:
            break
    while chosen and (chosen[-1].low in {"and", "of", "&", "the", "today"}):
        chosen.pop()
    if not chosen:
        return ""
    text = join_raw(finder.doc.raw, chosen[-1].start, chosen[0].end)
    return finder.book.strip_legal(text)
