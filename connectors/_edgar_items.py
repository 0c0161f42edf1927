"""The items of an 8-K: what their legal text says, and what their number alone says. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connectors._edgar_deals import WINDOW, Deal, read_deal, taken, upfront_and_total
from connectors._edgar_events import Draft, between, organisation, parties
from connectors._edgar_filing import Part
from connectors._edgar_people import READ, read_moves
from connectors._edgar_release import Section, item_sections, news_sentence, sentence_end
from connectors._edgar_telling import Found, detected, placed, underwrites
from signalwatch.sdk import Detector, Event, Json, Organisation, Span

_BY_REFERENCE = re.compile(
    r"incorporated (?:\w+ ){0,3}?(?:herein )?by reference|see item \d|refer to (?:the )?(?:\w+ ){0,3}?(?:under |in |of )?item",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"\W*(?:(?:not applicable|inapplicable|none|n/a|omitted)\b|$)|.{0,20}$", re.IGNORECASE)
_STAFF = r"(?:workforce|employees|headcount|staff|positions|personnel)"
_SHARE = r"(\d{1,2}(?:\.\d+)?|100)\s?(?:%|percent)"
_PERCENT = re.compile(
    rf"{_SHARE}[^.\n]{{0,60}}?{_STAFF}|{_STAFF}[^.\n]{{0,60}}?by (?:approximately |about |up to )?{_SHARE}",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"(\d{1,3}(?:,\d{3})*|\d+) (?:full-time |current |of (?:its|our) )?(?:employees|positions|jobs|roles)\b",
    re.IGNORECASE,
)
_CHAPTER = re.compile(r"chapter\s+(7|11|15)\b", re.IGNORECASE)
_DELISTS = re.compile(
    r"determin\w+ to (?:delist|remove)|delisting determination|(?:decision|determination) to (?:voluntarily )?delist|"
    r"will be delisted|voluntar\w+ (?:to )?(?:delist|withdraw)|intend\w* to (?:voluntarily )?delist|"
    r"suspen(?:d|sion of) trading|delisted from",
    re.IGNORECASE,
)
_MERGED = re.compile(r"\bmerger\b|tender offer|acquired by|parent|surviving corporation", re.IGNORECASE)
_REGAINED = re.compile(r"regained compliance|back in compliance|now in compliance", re.IGNORECASE)
_TRANSFER = re.compile(
    r"transfer\w* (?:of )?(?:the |its )?(?:listing|common stock)|voluntar\w+ transfer", re.IGNORECASE
)
_TERMINATES = re.compile(r"terminat|expir|cancel", re.IGNORECASE)
_CLOSES = re.compile(r"\b(?:complet\w+|clos(?:ed|ing)|consummat\w+|acquired|became\s+effective)\b", re.IGNORECASE)
_OWN_SALE = re.compile(r"securities purchase|private placement|subscription|purchase agreement", re.IGNORECASE)
_SOLD = re.compile(r"\b(?:sale|sold|disposition|divest)", re.IGNORECASE)
_ROYALTY = re.compile(r"royalt|revenue", re.IGNORECASE)
_SPIN_OFF = re.compile(r"spin-?off|separation and distribution|pro rata distribution", re.IGNORECASE)
_OFFERING_STATUS = (
    ("closed", re.compile(r"\bclos(?:ed|ing of)|consummat|completed", re.IGNORECASE)),
    ("priced", re.compile(r"\bpric|entered into|agreed to (?:issue|sell)", re.IGNORECASE)),
)


def sections_of(text: str, main: Part | None) -> dict[str, Section]:
    """Items with a text of their own; one heading for several items gives all of them the text that follows."""
    if main is None:
        return {}
    listed = item_sections(text, main.start, main.end)
    found: dict[str, Section] = {}
    for n, section in enumerate(listed):
        own = section
        if own.end <= own.start:
            own = next((s for s in listed[n + 1 :] if s.end > s.start and s.code != "9.01"), own)
        body = text[own.start : own.end]
        referred = len(body) < 500 and _BY_REFERENCE.search(body) and section.code not in ("7.01", "8.01")
        if _NOTHING.match(body) or referred:
            continue
        known = found.get(section.code)
        if known is None or known.end - known.start < own.end - own.start:  # a table of contents lists items as well
            found[section.code] = own
    return found


def read_item(draft: Draft, found: Found, code: str, section: Section, detect: Detector) -> None:
    """Add what one item's text says; nothing when it says nothing we understand."""
    text = draft.document.text
    a, b = section.start, section.end
    if code in ("1.01", "2.03", "3.02"):
        deal = read_deal(text, a, b, draft.registrant)
        event = _agreed(draft, deal, a, b, code) if deal is not None else None
        if event is not None:
            found.add(event, code)
        elif code == "1.01" and deal is None:
            _detect_item(draft, found, section, detect)
    elif code == "1.02":
        deal = read_deal(text, a, b, draft.registrant)
        if deal is not None and deal.kind == "merger" and _TERMINATES.search(text, a, min(b, a + 1200)):
            found.add(_deal_event(draft, deal, "merger_acquisition", "terminated"), code)
    elif code == "2.01":
        event = _completed(draft, a, b)
        if event is not None:
            found.add(event, code)
    elif code == "3.01":
        _listing(draft, found, a, b)
    elif code == "5.02":
        _moves(draft, found, a, b)
    elif code in ("7.01", "8.01"):
        _detect_item(draft, found, section, detect)


def _detect_item(draft: Draft, found: Found, section: Section, detect: Detector) -> None:
    text = draft.document.text
    news = news_sentence(text, section.start, section.end)
    if news is None:
        return
    a, b = news
    for detection in detect.detect(
        "", text[a:b], kind="filing", publisher=draft.registrant, published_at=draft.document.published_at
    ):
        if detection.type == "partnership" and underwrites(text[a:b]):
            continue
        if detection.type != "leadership_change":  # what must be reported stands in item 5.02
            found.add(detected(draft, detection, placed(text, detection.span, a, news), ""), section.code)


def _agreed(draft: Draft, deal: Deal, a: int, b: int, code: str) -> Event | None:
    text = draft.document.text
    if deal.amended or (code != "1.01" and deal.kind not in ("debt", "offering")):
        return None
    if deal.kind == "offering":
        if code == "3.02" and _OWN_SALE.search(text, a, a + 1500) is None:
            return None
        window = text[a : min(b, a + 900)]
        status = next((name for name, pattern in _OFFERING_STATUS if pattern.search(window)), "priced")
        first = "initial public offering" in window.lower()
        return _deal_event(draft, deal, "ipo" if first else "public_offering", status)
    if deal.kind == "debt":
        return _deal_event(
            draft,
            deal,
            "funding_round",
            "",
            series="unspecified" if _ROYALTY.search(deal.name) else "venture_debt",
        )
    if deal.kind in ("merger", "purchase", "sale"):
        return _deal_event(draft, deal, "merger_acquisition", "announced")
    if deal.kind in ("license", "partnership"):
        upfront, total = upfront_and_total(text, a, min(b, a + 2 * WINDOW))
        money: dict[str, Json] = {"currency": (upfront or total).currency} if (upfront or total) else {}  # type: ignore[union-attr]
        money |= {"upfront": upfront.amount} if upfront else {}
        money |= {"total": total.amount} if total else {}
        return _deal_event(draft, deal, "licensing_deal" if deal.kind == "license" else "partnership", "", **money)
    return None


def _deal_event(draft: Draft, deal: Deal, type: str, status: str, **attributes: Any) -> Event:
    known: dict[str, Json] = {"agreement": deal.name[:120], **attributes}
    if status:
        known["status"] = status
    if deal.money is not None and type in ("ipo", "public_offering", "funding_round", "merger_acquisition"):
        known |= {"amount": deal.money.amount, "currency": deal.money.currency}
    return draft.event(
        type, _sides(draft, deal, type), known, draft.quote(deal.start, deal.end), pattern=f"edgar.item.{deal.kind}",
        confidence=0.85, occurred_at=draft.happened,
    )  # fmt: skip


def _sides(draft: Draft, deal: Deal, type: str) -> tuple[Organisation, ...]:
    main = draft.filing.main
    own = organisation(main, "subject") if main is not None else None
    other = Organisation(name=deal.partner) if deal.partner else None
    if own is None:
        return between(other, None)
    if type in ("ipo", "public_offering", "funding_round"):
        return (own, msgspec.structs.replace(other, role="investor")) if other else (own,)
    if deal.target or deal.kind == "sale":
        return between(other, own)
    return between(own, other)


def _completed(draft: Draft, a: int, b: int) -> Event | None:
    """2.01: a purchase or sale was closed."""
    text = draft.document.text
    if _CLOSES.search(text, a, min(b, a + 1500)) is None or _SPIN_OFF.search(text, a, min(b, a + 1500)):
        return None
    deal = read_deal(text, a, b, draft.registrant)
    if deal is None or deal.kind not in ("merger", "purchase", "sale"):
        kind = "sale" if _SOLD.search(text, a, a + 600) else "purchase"
        end = sentence_end(text, a, b)
        partner = (taken(text, a, b, draft.registrant) if kind == "purchase" else "") or (deal.partner if deal else "")
        money = deal.money if deal is not None and deal.kind == "other" else None
        deal = Deal(kind=kind, start=a, end=end, name="", partner=partner, money=money)
    return _deal_event(draft, deal, "merger_acquisition", "completed")


def _listing(draft: Draft, found: Found, a: int, b: int) -> None:
    text = draft.document.text
    if _REGAINED.search(text, a, b) or _MERGED.search(text, a, b):
        found.explained.add("3.01")  # compliance regained, or delisted because the company was bought: told elsewhere
        return
    decided = _DELISTS.search(text, a, b)
    if decided is not None and not _TRANSFER.search(text, a, b):
        span = draft.quote(decided.start(), decided.end())
        found.add(
            draft.event("bankruptcy_distress", parties(draft.filing), {"kind": "delisting"}, span,
                        discriminator="delisting", pattern="edgar.item.3.01", confidence=0.85, occurred_at=draft.happened),
            "3.01",
        )  # fmt: skip


def _moves(draft: Draft, found: Found, a: int, b: int) -> None:
    text = draft.document.text
    moves = read_moves(text, a, min(b, a + READ), draft.registrant)
    found.explained.add("5.02")
    if not moves:
        return
    ways = {m.direction for m in moves}
    first = moves[0]
    attributes: dict[str, Json] = {
        "direction": ways.pop() if len(ways) == 1 else "both", "role": first.role, "person": first.person,
        "roles": list(dict.fromkeys(m.role for m in moves))[:6] if len(moves) > 1 else None,
    }  # fmt: skip
    found.add(
        draft.event("leadership_change", parties(draft.filing)[:1], attributes, draft.quote(first.start, first.end),
                    pattern="edgar.item.5.02", confidence=0.9, occurred_at=draft.happened),
        "5.02",
    )  # fmt: skip


def by_number(draft: Draft, found: Found, items: Sequence[str], sections: Mapping[str, Section]) -> None:
    """1.03 is a bankruptcy and 2.05 a restructuring, whatever the text says."""
    text = draft.document.text
    if "1.03" in items:
        chapter = _CHAPTER.search(text)
        kind = f"chapter_{chapter.group(1)}" if chapter else "insolvency"
        span = draft.quote(chapter.start(), chapter.end()) if chapter else opening(draft, sections.get("1.03"), "1.03")
        found.add(draft.event("bankruptcy_distress", parties(draft.filing)[:1], {"kind": kind}, span,
                              pattern="edgar.item.1.03", occurred_at=draft.happened), "1.03")  # fmt: skip
    if "2.05" in items:
        percent, count = _PERCENT.search(text), _COUNT.search(text)
        attributes: dict[str, Json] = {}
        span = opening(draft, sections.get("2.05"), "2.05")
        if percent is not None:
            attributes["percent"] = float(percent.group(1) or percent.group(2))
            span = draft.quote(percent.start(), percent.end())
        elif count is not None:
            attributes["count"] = int(count.group(1).replace(",", ""))
            span = draft.quote(count.start(), count.end())
        found.add(draft.event("layoffs_restructuring", parties(draft.filing)[:1], attributes, span,
                              pattern="edgar.item.2.05", occurred_at=draft.happened), "2.05")  # fmt: skip


def opening(draft: Draft, section: Section | None, code: str) -> Span:
    """The first line of an item, or its number in the title."""
    if section is None:
        return draft.in_title(code)
    line = draft.document.text.find("\n", section.start, section.end)
    return draft.quote(section.start, min(line if line > section.start else section.end, section.start + 300))
