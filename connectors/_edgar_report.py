"""8-K and 6-K: items, legal text and press releases become events. Pure.

Order of trust: what a press release states (headline and first paragraphs, through the detector), then the formulas of
an item's legal text, then what the item's number alone says. An item that says something happened but not what becomes
`filing`. Earnings (2.02), votes (5.07), by-laws (5.03) and exhibits (9.01) alone give nothing; of an earnings release only
the headline is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from connectors._edgar_events import Draft, organisation
from connectors._edgar_filing import Part
from connectors._edgar_items import by_number, opening, read_item, sections_of
from connectors._edgar_release import Section, read_release
from connectors._edgar_telling import Found, detected, placed
from signalwatch.sdk import Detector, Document, Event, Json, Span

_EARNINGS = re.compile(
    r"\b(?:first|second|third|fourth|1st|2nd|3rd|4th|q[1-4]|full)[- ]?(?:fiscal )?(?:quarter|year|half)|\bfinancial results|"
    r"\b(?:annual|quarterly|year-end|half-year|fiscal(?: year)?) (?:\d{4} )?(?:results|report)|"
    r"\b(?:business|corporate|operational) (?:update|highlights)|\bshareholder letter|"
    r"\bpreliminary (?:unaudited )?(?:results|revenue)",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"\b(?:to correct|corrects|correcting|erroneous(?:ly)?|inadvertently|typographical)\b", re.IGNORECASE
)
_ONLY_EXHIBITS = re.compile(
    r"(?:solely|only) (?:to|for the purpose of)|financial statements (?:and|of|required)|pro forma|item 9\.01\(?[ab]?\)?",
    re.IGNORECASE,
)
_AMENDS_DATE = re.compile(
    r"(?:filed|original|report|dated)[^.\n]{0,80}?\b(?:on )?((?:January|February|March|April|May|June|July|August|September|"
    r"October|November|December) \d{1,2}, \d{4})",
    re.IGNORECASE,
)
_KIND: dict[str, str] = {
    "1.01": "agreement", "1.02": "agreement_terminated", "1.05": "cybersecurity", "2.01": "acquisition_or_disposition",
    "2.03": "debt", "2.04": "default", "2.06": "impairment", "3.01": "listing_notice", "3.02": "unregistered_sale",
    "4.02": "non_reliance", "5.01": "change_in_control", "7.01": "disclosure", "8.01": "other_event",
}  # fmt: skip
"""Items that say something happened but not what. What is not listed says nothing by itself."""

_TYPES_OF: dict[str, frozenset[str]] = {
    "5.02": frozenset(["leadership_change"]), "5.03": frozenset(), "5.07": frozenset(), "4.01": frozenset(), "3.03": frozenset(),
    "2.05": frozenset(["layoffs_restructuring", "trial_setback", "bankruptcy_distress"]),
    "2.06": frozenset(["trial_setback", "layoffs_restructuring"]),
    "1.03": frozenset(["bankruptcy_distress"]), "3.01": frozenset(["bankruptcy_distress"]),
    "2.03": frozenset(["funding_round"]),
}  # fmt: skip
"""What the body of a release can be news of under an item that is narrow; items not listed may bring anything."""

_WARNINGS = frozenset(["1.02", "2.04", "2.06", "3.01", "4.02"])
"""Items that are told even beside an event that was understood."""


def current_report(draft: Draft, previous: Document | None, detect: Detector) -> list[Event]:
    """The events of an 8-K."""
    items = list(draft.filing.items)
    found = Found()
    if not draft.read:
        by_number(draft, found, items, {})
        return (
            [*found.events.values()]
            if draft.pending
            else [*found.events.values(), *_unsaid(draft, found, items, {}, False)]
        )
    text = draft.document.text
    parts = msgspec.convert(draft.document.meta.get("parts") or (), tuple[Part, ...])
    main = next((p for p in parts if p.type.upper().startswith("8-K")), parts[0] if parts else None)
    if (
        draft.filing.amendment
        and main is not None
        and _says_nothing_new(text[main.start : min(main.end, main.start + 2500)], items)
    ):
        return []
    sections = sections_of(text, main)
    items += [code for code in sections if code not in items]
    releases = _releases(draft, found, parts, detect)
    told = "release" in found.explained
    for code, section in sections.items():
        if not (told and code in ("7.01", "8.01")):  # the release has said it better than the item that attaches it
            read_item(draft, found, code, section, detect)
    by_number(draft, found, items, sections)
    amended = _amendment(draft, main)
    done = [*found.settle(), *_unsaid(draft, found, items, sections, releases > 0)]
    return [
        msgspec.structs.replace(e, attributes={**e.attributes, **amended[0]}, correction=e.correction or amended[1])
        for e in done
    ]


def foreign_report(draft: Draft, previous: Document | None, detect: Detector) -> list[Event]:
    """The events of a 6-K: press releases only, there are no items."""
    if not draft.read:
        return []
    found = Found()
    parts = msgspec.convert(draft.document.meta.get("parts") or (), tuple[Part, ...])
    exhibits = [p for p in parts if p.type.upper().startswith("EX-")]
    _releases(draft, found, tuple(exhibits) or parts, detect)
    return list(found.events.values())


def _releases(draft: Draft, found: Found, parts: Sequence[Part], detect: Detector) -> int:
    text, count = draft.document.text, 0
    for part in parts:
        if part.type.upper().startswith("8-K"):
            continue
        release = read_release(text, part.start, part.end)
        if release is None:
            continue
        count += 1
        a, b = release.headline
        headline = text[a:b].replace("\n", " ")
        lead = (b, b) if _EARNINGS.search(headline) else release.lead  # an earnings release recaps: its headline only
        found_here = detect.detect(
            headline, text[lead[0] : lead[1]], kind="filing", publisher=draft.registrant,
            published_at=draft.document.published_at,
        )  # fmt: skip
        # What the headline says is the news; the first sentences speak only when it says nothing we understand.
        titled = [d for d in found_here if d.span.field == "title"]
        for detection in titled or found_here:
            if not titled and not _plausible(detection.type, draft.filing.items):
                continue
            span = placed(text, detection.span, a if detection.span.field == "title" else lead[0], (a, b))
            found.add(detected(draft, detection, span, headline), "release")
    return count


def _plausible(type: str, items: Sequence[str]) -> bool:
    """Whether a release's body may be news of this type under these items: its headline always may.

    Arrivals and departures that must be reported stand in 5.02, and a report of nothing but 5.02 tells nothing else.
    """
    if type == "leadership_change":
        return "5.02" in items
    told = [code for code in items if code != "9.01"]
    narrow = [_TYPES_OF.get(code) for code in told]
    return not told or any(types is None or type in types for types in narrow)


def _unsaid(
    draft: Draft, found: Found, items: Sequence[str], sections: dict[str, Section], released: bool
) -> list[Event]:
    """`filing` for items that say something happened which nothing above explains."""
    left: list[Event] = []
    for code in items:
        if code not in _KIND or code in found.explained:
            continue
        if found.events and code not in _WARNINGS:
            continue
        if code == "7.01" and (not released or "2.02" in items):
            continue  # a slide deck or an earnings call
        if code == "2.01" and any(t == "merger_acquisition" for t, _ in found.events):
            continue
        section = sections.get(code)
        if draft.read and section is None and code not in ("8.01", "7.01"):
            continue  # a cross-reference to another item
        span = opening(draft, section, code)
        if code == "5.01":
            left.append(_control(draft, span))
            continue
        left.append(draft.filing_event(_KIND[code], span, item=code))
    return left


def _control(draft: Draft, span: Span) -> Event:
    """5.01: the registrant was bought."""
    main = draft.filing.main
    own = (organisation(main, "subject"),) if main is not None else ()
    return draft.event("merger_acquisition", own, {"status": "completed", "kind": "change_in_control"}, span,
                       pattern="edgar.item.5.01", confidence=0.8, occurred_at=draft.happened)  # fmt: skip


def _says_nothing_new(opening: str, items: Sequence[str]) -> bool:
    """Whether an 8-K/A only adds financial statements or exhibits to the report it amends."""
    return set(items) <= {"2.01", "9.01", "5.07"} and _ONLY_EXHIBITS.search(opening) is not None


def _amendment(draft: Draft, main: Part | None) -> tuple[dict[str, Json], bool]:
    if not draft.filing.amendment or main is None:
        return {}, False
    opening = draft.document.text[main.start : min(main.end, main.start + 2500)]
    day = _AMENDS_DATE.search(opening)
    known: dict[str, Json] = {"amends": f"{draft.filing.base} of {day.group(1)}"} if day else {}
    return known, _CORRECTS.search(opening) is not None
