"""How tellings inside one report become events: placed in the document, tied to the registrant, merged. Pure."""

from __future__ import annotations

import re

import msgspec

from connectors._edgar_events import Draft, parties
from signalwatch.sdk import Detection, Event, Json, Organisation, Role, Span

Key = tuple[str, str]
_STATUS_ORDER = ("proposed", "announced", "priced", "closed", "completed", "terminated", "withdrawn")
_MONEY_TYPES = {
    "funding_round": {"public_offering", "ipo"},
    "public_offering": {"funding_round", "ipo"},
    "ipo": {"public_offering", "funding_round"},
}
_WEAK = frozenset(
    ["the", "a", "an", "of", "and", "inc", "corp", "corporation", "company", "co", "ltd", "limited", "plc"]
)


_NO_PARTY = re.compile(
    r"(?:.*\s)?(?:agreements?|notes|debentures?\W*|indenture|plan of merger|credit facility)|"
    r"(?:the\s+)?(?:definitive\s+)?(?:mergers?|separation|distribution|technology|state|headlines?|consulting|transactions?|offering|"
    r"closing|parties|stockholders?|shareholders?|purchasers?|underwriters?|lenders?|board|company)",
    re.IGNORECASE,
)
"""Capitalised words of legal text that are no organisation: terms the filing defines for itself."""

_UNDERWRITES = re.compile(r"\bunderwriters?\b|\baggregate principal amount\b|\binitial purchasers?\b", re.IGNORECASE)
_BUYS = re.compile(r"\b(?:acquir(?:e[ds]?|ing)|acquisition of|purchase[ds]?|buys?|bought)\b", re.IGNORECASE)


class Found:
    """Events of one report, one per happening: later tellings fill gaps of the first."""

    def __init__(self) -> None:
        self.events: dict[Key, Event] = {}
        self.explained: set[str] = set()
        self.by_text: set[str] = set()  # types that an item's legal text states

    def add(self, event: Event, item: str = "") -> None:
        """Take an event in; ``item`` (a code, or "release") counts as explained by it."""
        key = (event.type, event.discriminator)
        self.explained.add(item)
        if event.pattern.startswith("edgar.item."):
            self.by_text.add(event.type)
        known = self.events.get(key)
        self.events[key] = event if known is None else _merged(known, event)

    def settle(self) -> list[Event]:
        """The events, after the agreement itself has decided whether money was borrowed or shares were sold."""
        for agreed, others in _MONEY_TYPES.items():
            if agreed in self.by_text:
                wrong = others - self.by_text
                self.events = {k: e for k, e in self.events.items() if k[0] not in wrong}
        return list(self.events.values())


def placed(text: str, span: Span, offset: int, fallback: tuple[int, int]) -> Span:
    """The detector's span in the document's own offsets; the headline when it cannot be found there."""
    start, end = offset + span.start, offset + span.end
    if not (start < end and _same(text[start:end], span.text)):
        at = text.find(span.text) if span.text else -1
        start, end = (at, at + len(span.text)) if at >= 0 else fallback
    return Span(field="text", start=start, end=end, text=text[start:end])


def _same(a: str, b: str) -> bool:
    return " ".join(a.split()) == " ".join(b.split())


def detected(draft: Draft, detection: Detection, span: Span, title: str) -> Event:
    """A detection as an event of the report: with the registrant in its role and the report's date."""
    attributes = dict(detection.attributes)
    return draft.event(
        detection.type, _with_registrant(draft, detection, span), attributes, span,
        discriminator=_variant(detection.type, attributes),
        pattern=detection.pattern or "edgar.release", confidence=detection.confidence,
        occurred_at=detection.occurred_at or draft.happened, title=title, program=detection.program,
    )  # fmt: skip


def underwrites(sentence: str) -> bool:
    """Whether an agreement is one with underwriters: a sale of securities, no partnership."""
    return _UNDERWRITES.search(sentence) is not None


def _variant(type: str, attributes: dict[str, Json]) -> str:
    """What keeps two happenings of one type in one report apart, stable over versions."""
    names = {
        "regulatory_designation": ("designation",),
        "trial_results": ("phase", "outcome"),
        "trial_start": ("phase",),
    }
    return ":".join(str(attributes[n]) for n in names.get(type, ()) if attributes.get(n))


def _with_registrant(draft: Draft, detection: Detection, span: Span) -> tuple[Organisation, ...]:
    """The organisations of a detection, with the registrant's CIK where it is one of them, and added where it is not."""
    own = next(iter(parties(draft.filing)), None)
    named = [o for o in detection.organisations if _NO_PARTY.fullmatch(o.name.strip()) is None]
    if own is None:
        return tuple(named)
    mine = [o for o in named if _is(o, own)]
    others = [o for o in named if not _is(o, own)]
    role: Role
    if detection.type in ("licensing_deal", "partnership"):
        # Both sides of an agreement file their own report: in it, the one who files is the subject.
        role = "subject"
        others = [msgspec.structs.replace(o, role="counterparty") if o.role == "subject" else o for o in others]
    elif mine:
        role = mine[0].role
    elif not any(o.role == "subject" for o in others):
        role = "subject"
    elif detection.type == "merger_acquisition":
        bought = _is_bought(draft.document.text, span, others)
        role = "subject" if bought else "counterparty"
        others = [
            msgspec.structs.replace(o, role="counterparty") if bought and o.role == "subject" else o for o in others
        ]
    else:  # a subsidiary or a brand is named: the company that files is the account
        role = "subject"
        others = [msgspec.structs.replace(o, role="other") if o.role == "subject" else o for o in others]
    ticker = next((o.ticker for o in mine if o.ticker), own.ticker)
    combined = [msgspec.structs.replace(own, role=role, ticker=ticker), *others]
    return tuple(sorted(combined, key=lambda o: o.role != "subject"))


def _is_bought(text: str, span: Span, others: list[Organisation]) -> bool:
    """Whether the party named beside the registrant is what it buys: named behind "agreed to acquire", not behind "by"."""
    line = text[span.start : span.end + 160]
    verb = _BUYS.search(line)
    if verb is None:
        return False
    subject = next((o.name for o in others if o.role == "subject"), "")
    at = line.find(subject, verb.end()) if subject else -1
    return at >= 0 and re.search(r"\bby\s+(?:the\s+)?$", line[:at]) is None


def _is(named: Organisation, own: Organisation) -> bool:
    if named.ticker and own.ticker and named.ticker == own.ticker:
        return True
    mine, theirs = words_of(own.name), words_of(named.name)
    if not mine or not theirs:
        return False
    if mine[0] == theirs[0] or "".join(mine).startswith("".join(theirs)):
        return True
    return len("".join(theirs)) > 4 and len(theirs) < len(mine) and f" {' '.join(theirs)} " in f" {' '.join(mine)} "


def words_of(name: str) -> list[str]:
    """The words of a name that tell it from others, in lower case."""
    return [w for w in re.findall(r"[a-z0-9]+", name.lower()) if w not in _WEAK]


def _merged(known: Event, other: Event) -> Event:
    """One happening told twice in one report: the first telling wins, the second fills gaps and moves the status on."""
    attributes = {**other.attributes, **known.attributes}
    told = [s for s in (known.attributes.get("status"), other.attributes.get("status")) if s in _STATUS_ORDER]
    if told:
        attributes["status"] = max(told, key=_STATUS_ORDER.index)
    ways = {known.attributes.get("direction"), other.attributes.get("direction")}
    if known.type == "leadership_change" and ways == {"joins", "leaves"}:
        attributes["direction"] = "both"
    names = {tuple(words_of(o.name)) for o in known.organisations}
    roles = {o.role for o in known.organisations}
    extra = tuple(o for o in other.organisations if tuple(words_of(o.name)) not in names and o.role not in roles)
    return msgspec.structs.replace(known, attributes=attributes, organisations=(*known.organisations, *extra))
