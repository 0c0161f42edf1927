"""From a filing document to events: one small reader per kind of form. Pure.

Roles follow the labelling guide (docs/reference/events.md): the issuer that receives money, the company that changes,
and the acquirer are *subject*; a target, seller or partner is *counterparty*; holders, lenders and underwriters are
*investor*. In a Schedule 13D the subject company is *subject* and whoever files is *investor*; in a tender offer
(SC TO-T, SC 14D9, 425, merger proxies) the bidder is *subject* and the subject company *counterparty*, or *subject* where
the bidder is not known. Natural persons who file are left out.

Some forms say that something happened but not what; they become `filing` with ``form`` and ``kind``. A late annual report
(NT 10-K) is one of them on purpose: most late filers have an auditor's or staffing reason, so calling it distress would
be an invention; rules may still weigh it. So are EFFECT (a registration became effective, which is not a sale),
deregistration (15-12G) and removal from listing (25), which follow most mergers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from connectors import _edgar_forms as forms
from connectors._edgar_deals import partner, read_deal
from connectors._edgar_filing import ABOUT_OTHERS, Filing, Party, filing_of, midnight
from connectors._edgar_formd import FormD, parse_form_d
from connectors._edgar_offering import Offer, read_cover, withdrawn_form
from connectors._edgar_titles import event_title, label
from signalwatch.sdk import Detector, Document, Event, Json, Organisation, Role, Span

MATERIAL_INCREMENT = 100_000
"""Dollars of newly sold securities below which an amended Form D tells nothing new."""

_ACTIVIST = re.compile(
    r"letter to the (?:board|issuer|chair)|nominat\w+|proxy (?:contest|solicitation|statement)|strategic (?:alternatives|review)|"
    r"\boppos\w+|replace\w* .{0,30}directors?|undervalu\w+|sale of the (?:issuer|company)|acquisition proposal|"
    r"not in the best interests?|board representation|change of control",
    re.IGNORECASE,
)
_COMPLETED_OFFER = re.compile(
    r"accepted for (?:payment|purchase)|consummat\w+ the (?:merger|offer)|completed (?:the|its) (?:merger|acquisition|offer)|"
    r"merger (?:became|was) (?:effective|completed)",
    re.IGNORECASE,
)
_IPO_WORDS = re.compile(r"initial public offering|no securities (?:have been|were) sold|\bipo\b", re.IGNORECASE)
_PRELIMINARY = re.compile(r"subject to completion|preliminary prospectus", re.IGNORECASE)
_EFFECTIVE_FORMS = frozenset(["S-1", "F-1", "10-12B", "10-12G", "S-1MEF", "F-1MEF"])
_LATER = timedelta(days=400)


class Draft:
    """What every event of one document shares, and the way to make one."""

    def __init__(self, document: Document, filing: Filing) -> None:
        self.document = document
        self.filing = filing
        self.read = document.meta.get("body") == "read"
        self.pending = document.meta.get("body") == "pending"
        self.facts: Mapping[str, Json] = document.meta.get("facts") or {}

    @property
    def registrant(self) -> str:
        """The name of the company the filing is about, without its state mark."""
        main = self.filing.main
        return forms.clean_name(main.name) if main is not None else ""

    @property
    def happened(self) -> datetime | None:
        """When the filing says it happened: the period of the report where it is close before the filing."""
        period, filed = self.filing.period, self.filing.filed
        if period is None or (filed is not None and not timedelta(0) <= filed - period <= timedelta(days=60)):
            return None
        return midnight(period)

    def quote(self, start: int, end: int) -> Span:
        """A span of the document's text, with what stands there."""
        return Span(field="text", start=start, end=end, text=self.document.text[start:end])

    def in_title(self, words: str) -> Span:
        """A span of the document's title; the whole title when the words are not in it."""
        at = self.document.title.find(words)
        if at < 0 or not words:
            return Span(field="title", start=0, end=len(self.document.title), text=self.document.title)
        return Span(field="title", start=at, end=at + len(words), text=words)

    def around(self, span: Span) -> str:
        """The passage a span stands in, for people and for story matching; the document's beginning for other fields."""
        text = self.document.text
        if span.field != "text":
            return " ".join(text[:400].split())
        start = max(text.rfind("\n", 0, span.start) + 1, span.start - 300)
        return " ".join(text[start : span.end + 400].split())

    def event(
        self,
        type: str,
        organisations: Sequence[Organisation],
        attributes: Mapping[str, Json],
        span: Span,
        *,
        discriminator: str = "",
        pattern: str = "",
        confidence: float = 1.0,
        correction: bool = False,
        occurred_at: datetime | None = None,
        title: str = "",
        **more: Any,
    ) -> Event:
        """An event of this document; ``form`` and, for amendments, ``amendment`` are always among its attributes."""
        known: dict[str, Json] = {"form": self.filing.form}
        if self.filing.amendment:
            known["amendment"] = True
            known.setdefault("amends", self.filing.base)
        known |= {k: v for k, v in attributes.items() if v is not None and v != ""}
        return Event(
            type=type, discriminator=discriminator, organisations=tuple(organisations), attributes=known, span=span,
            pattern=pattern or f"edgar.{self.filing.kind}", confidence=confidence, correction=correction,
            occurred_at=occurred_at, published_at=self.document.published_at,
            title=title or event_title(self.registrant, type, known, organisations) or self.document.title,
            text=self.around(span), url=self.document.url, origin="filing", **more,
        )  # fmt: skip

    def filing_event(
        self, kind: str, span: Span | None = None, *, confidence: float = 1.0, **attributes: Json
    ) -> Event:
        """Something happened, but the form does not say what: type `filing`."""
        extra = {k: v for k, v in attributes.items() if v is not None}
        return self.event(
            "filing", parties(self.filing), {"kind": kind, **extra}, span or self.in_title(label(self.filing.form)),
            discriminator=":".join(filter(None, (kind, str(attributes.get("item") or "")))), confidence=confidence,
            pattern=f"edgar.{self.filing.kind}.{kind}", occurred_at=self.happened,
        )  # fmt: skip


def organisation(party: Party, role: Role) -> Organisation:
    """A party as an organisation of an event."""
    return Organisation(
        name=forms.clean_name(party.name),
        role=role,
        cik=party.cik or None,
        ticker=party.ticker,
        exchange=party.exchange,
    )


def parties(filing: Filing) -> tuple[Organisation, ...]:
    """All named parties in the roles of the form they filed."""
    deal = filing.kind in ("tender", "recommendation", "merger_communication")
    known: set[int] = set()
    found: list[Organisation] = []
    subject = filing.first("subject")
    bidders = [
        p for p in filing.parties if p.role == "filed_by" and p.name and (subject is None or p.cik != subject.cik)
    ]
    for party in filing.parties:
        if not party.name or party.cik in known or party.role == "reporting":
            continue
        role: Role = "subject"
        if deal and party.role == "subject":
            role = "counterparty" if bidders else "subject"
        elif party.role in ("filed_by", "filed_for") and not deal and subject is not None:
            role = "investor" if filing.kind == "stake" else "other"
        elif party.role == "" and filing.kind in ABOUT_OTHERS:
            role = "other"
        known.add(party.cik)
        found.append(organisation(party, role))
    found.sort(key=lambda o: o.role != "subject")
    # Co-registrants (guarantors, operating partnerships) are the same happening: the first one is the subject.
    return tuple(
        o if o.role != "subject" or n == 0 or deal else msgspec.structs.replace(o, role="other")
        for n, o in enumerate(found)
    )


def between(buyer: Organisation | None, target: Organisation | None) -> tuple[Organisation, ...]:
    """Buyer as subject, target as counterparty; whoever is alone is subject."""
    if buyer is None:
        return (msgspec.structs.replace(target, role="subject"),) if target is not None else ()
    if target is None:
        return (msgspec.structs.replace(buyer, role="subject"),)
    return (msgspec.structs.replace(buyer, role="subject"), msgspec.structs.replace(target, role="counterparty"))


# --- Form D ---------------------------------------------------------------------------------------------------------


def form_d(draft: Draft, previous: Document | None, detect: Detector) -> list[Event]:
    """A private round; for an amendment only what was sold in addition, when the form it amends is known."""
    if draft.pending:
        return []
    if not draft.read:
        if draft.filing.amendment or draft.document.meta.get("body") == "none":
            return []  # not asked for: a fund or a property by its name
        facts = {"series": "unspecified", "currency": "USD"}
        return [
            draft.event(
                "funding_round", parties(draft.filing), facts, draft.in_title(label(draft.filing.form)), confidence=0.6
            )
        ]
    form = parse_form_d(draft.document.payload)
    if form.pooled:
        return []
    if form.business_combination:
        return [draft.filing_event("business_combination", _field("businessCombinationTransaction", "true"))]
    sold, offered = form.sold or 0, form.offered or 0
    attributes: dict[str, Json] = {
        "series": "unspecified", "currency": "USD", "sold": form.sold, "offered": form.offered,
        "exemption": list(form.exemptions), "industry": form.industry, "securities": list(form.securities),
        "investor_count": form.investors, "first_sale": form.first_sale.isoformat() if form.first_sale else None,
    }  # fmt: skip
    if form.amendment or draft.filing.amendment:
        return _amended_round(draft, form, attributes, _sold_before(draft, previous))
    basis = "totalAmountSold" if sold else "totalOfferingAmount"
    attributes |= {"amount": sold or offered or None, "basis": "sold" if sold else "offered"}
    listed = any(p.ticker for p in draft.filing.parties)
    kind: dict[str, Json] = {"kind": "private_placement", "status": "closed" if sold else "proposed"} if listed else {}
    return [
        draft.event(
            "public_offering" if listed else "funding_round", _issuers(draft, form),
            {k: v for k, v in attributes.items() if not (listed and k == "series")} | kind,
            _field(f"offeringData/offeringSalesAmounts/{basis}", form.raw.get(basis, "")), pattern="edgar.form_d.new",
            confidence=1.0 if sold else 0.7, occurred_at=_sale_date(draft, form),
        )
    ]  # fmt: skip


def _amended_round(draft: Draft, form: FormD, attributes: dict[str, Json], before: int | None) -> list[Event]:
    attributes |= {"amendment": True, "amends": form.previous or draft.filing.base}
    if before is None or form.sold is None:
        return [
            draft.filing_event(
                "offering_amended",
                _field(*_sold_field(form)),
                amends=form.previous or None,
                sold=form.sold,
                offered=form.offered,
            )
        ]
    increment = form.sold - before
    if abs(increment) < max(MATERIAL_INCREMENT, before // 100):
        return []
    attributes |= {"increment": increment, "amount": increment if increment > 0 else form.sold, "basis": "sold"}
    return [
        draft.event(
            "funding_round", _issuers(draft, form), attributes, _field(*_sold_field(form)), pattern="edgar.form_d.amended",
            confidence=0.9, correction=increment < 0, occurred_at=midnight(draft.filing.filed) if draft.filing.filed else None,
        )
    ]  # fmt: skip


def _sold_field(form: FormD) -> tuple[str, str]:
    return "offeringData/offeringSalesAmounts/totalAmountSold", form.raw.get("totalAmountSold", "")


def _sold_before(draft: Draft, previous: Document | None) -> int | None:
    told = draft.facts.get("previous")
    if isinstance(told, Mapping) and isinstance(told.get("sold"), int):
        return int(told["sold"])
    if previous is not None and previous.key != draft.document.key and previous.content_type == "application/xml":
        return parse_form_d(previous.payload).sold
    return None


def _issuers(draft: Draft, form: FormD) -> tuple[Organisation, ...]:
    found = [
        Organisation(name=forms.clean_name(i.name), role="subject" if n == 0 else "other", cik=i.cik or None)
        for n, i in enumerate(form.issuers)
    ]
    return tuple(found) or parties(draft.filing)


def _field(path: str, written: str) -> Span:
    return Span(field=path, start=0, end=len(written), text=written)


def _sale_date(draft: Draft, form: FormD) -> datetime | None:
    filed = draft.filing.filed or (draft.document.published_at.date() if draft.document.published_at else None)
    sale = form.first_sale
    if sale is not None and (filed is None or timedelta(0) <= filed - sale <= _LATER):
        return midnight(sale)
    return midnight(filed) if filed is not None else None


# --- registration statements, prospectuses, withdrawals ---------------------------------------------------------------


def registration(draft: Draft, previous: Document | None, detect: Detector) -> list[Event]:
    """S-1 and F-1: an IPO filed publicly, or a follow-on proposed; resales, blank checks and top-ups say nothing."""
    if draft.pending or draft.filing.base.endswith("MEF"):
        return []
    if not draft.read:
        return [] if draft.filing.amendment else [draft.filing_event("registration", confidence=0.6)]
    offer = read_cover(draft.document.text)
    return _offer(draft, offer, {"ipo": "filed", "follow_on": "proposed", "atm": "proposed"})


def prospectus(draft: Draft, previous: Document | None, detect: Detector) -> list[Event]:
    """424B: an IPO or follow-on priced; a preliminary prospectus or an at-the-market programme is proposed."""
    if draft.pending:
        return []
    if not draft.read:
        return [draft.filing_event("prospectus", confidence=0.6)]
    offer = read_cover(draft.document.text)
    if offer.kind == "unknown":  # a prospectus under these rules always sells something
        offer = msgspec.structs.replace(offer, kind="follow_on")
    early = _PRELIMINARY.search(draft.document.text, 0, 2500) is not None
    status = {"ipo": "filed" if early else "priced", "follow_on": "proposed" if early else "priced", "atm": "proposed"}
    return _offer(draft, offer, status)


def _offer(draft: Draft, offer: Offer, status: Mapping[str, str]) -> list[Event]:
    if offer.kind not in status:
        return []
    attributes: dict[str, Json] = {"status": status[offer.kind]}
    if offer.money is not None:
        attributes |= {"amount": offer.money.amount, "currency": offer.money.currency}
    if offer.price_low is not None:
        attributes |= {"price_low": offer.price_low, "price_high": offer.price_high}
    if offer.kind == "atm":
        attributes["kind"] = "atm"
    return [
        draft.event(
            "ipo" if offer.kind == "ipo" else "public_offering", parties(draft.filing), attributes,
            draft.quote(offer.start, offer.end), pattern=f"edgar.cover.{offer.kind}", confidence=0.95,
            occurred_at=midnight(draft.filing.filed) if draft.filing.filed else None,
        )
    ]  # fmt: skip


def withdrawal(draft: Draft, previous: Document | None, detect: Detector) -> list[Event]:
    """RW: an offering is taken back; whoever was told of the filing gets a correction."""
    if draft.pending:
        return []
    found = withdrawn_form(draft.document.text) if draft.read else None
    if found is None or not found[0].startswith(("S-1", "F-1")):
        return [draft.filing_event("withdrawal", withdrawn=found[0] if found else None)]
    ipo = _IPO_WORDS.search(draft.document.text) is not None
    return [
        draft.event(
            "ipo" if ipo else "public_offering", parties(draft.filing), {"status": "withdrawn", "withdrawn": found[0]},
            draft.quote(found[1], found[2]), pattern="edgar.withdrawal", confidence=0.9, correction=True,
        )
    ]  # fmt: skip


def effect(draft: Draft, previous: Document | None, detect: Detector) -> list[Event]:
    """EFFECT: a registration for new securities became effective."""
    form = str(draft.facts.get("form") or "")
    if not draft.read or forms.split_form(form)[0] not in _EFFECTIVE_FORMS:
        return []
    return [draft.filing_event("registration_effective", _field("effectiveData/form", form), effective_form=form)]


# --- holders, bids, mergers --------------------------------------------------------------------------------------------


def stake(draft: Draft, previous: Document | None, detect: Detector) -> list[Event]:
    """Schedule 13D: somebody holds more than 5 % and may want something. Not a purchase of the company."""
    if draft.pending:
        return []
    percent = draft.facts.get("percent")
    written = str(draft.facts.get("percent_raw") or "")
    span = _field("percentOfClass", written) if written else draft.in_title(label(draft.filing.form))
    active = _ACTIVIST.search(draft.document.text)
    if active is not None:
        span = draft.quote(active.start(), active.end())
    day = draft.facts.get("event_date")
    event = draft.filing_event("stake", span, percent=percent, activist=True if active else None)
    holders = [Organisation(name=str(n), role="investor") for n in (draft.facts.get("holders") or ())[:3]]
    named = {o.name.lower() for o in event.organisations}
    return [
        msgspec.structs.replace(
            event,
            organisations=(*event.organisations, *(h for h in holders if h.name.lower() not in named)),
            occurred_at=midnight(date.fromisoformat(day)) if isinstance(day, str) else None,
        )
    ]


def tender(draft: Draft, previous: Document | None, detect: Detector) -> list[Event]:
    """SC TO-T: a public bid. Amendments speak only when they say that the bid was completed."""
    if draft.pending:
        return []
    done = _COMPLETED_OFFER.search(draft.document.text)
    if draft.filing.amendment and done is None:
        return []
    status = "completed" if draft.filing.amendment else "announced"
    span = (
        draft.quote(done.start(), done.end())
        if done and draft.filing.amendment
        else draft.in_title(label(draft.filing.form))
    )
    return [
        draft.event(
            "merger_acquisition", parties(draft.filing), {"status": status, "kind": "tender_offer"}, span,
            discriminator=status, pattern="edgar.tender", confidence=0.95,
        )
    ]  # fmt: skip


def merger_paper(draft: Draft, previous: Document | None, detect: Detector) -> list[Event]:
    """SC 14D9, PREM14A, DEFM14A and 425: papers of a deal that is under way; they name both sides where the text does."""
    if draft.pending or draft.filing.amendment:
        return []
    main = draft.filing.main
    if not draft.read or main is None:
        return [draft.filing_event(draft.filing.kind)]
    text = draft.document.text
    own = organisation(main, "subject")
    deal = read_deal(text, 0, len(text), draft.registrant)
    if draft.filing.kind == "recommendation":
        other = partner(text, 0, len(text), draft.registrant)
        bidder = Organisation(name=other) if other else None
        span = draft.in_title(label(draft.filing.form))
        return [_merger(draft, between(bidder, own), span, "tender_offer", 0.85)]
    if deal is None or deal.kind != "merger":
        return [draft.filing_event(draft.filing.kind)]
    other_side = Organisation(name=deal.partner) if deal.partner else None
    pair = between(other_side, own) if deal.target or other_side is None else between(own, other_side)
    listed = parties(draft.filing)
    if draft.filing.kind == "merger_communication" and len(listed) > 1:
        pair = listed
    return [_merger(draft, pair, draft.quote(deal.start, deal.end), draft.filing.kind, 0.8)]


def _merger(draft: Draft, pair: Sequence[Organisation], span: Span, kind: str, confidence: float) -> Event:
    attributes: dict[str, Json] = {"status": "announced", "kind": kind}
    return draft.event("merger_acquisition", pair, attributes, span, pattern=f"edgar.{kind}", confidence=confidence)


# --- the rest ------------------------------------------------------------------------------------------------------------

_PLAIN_KINDS = {"late": "late_filing", "deregistration": "deregistration", "delisting": "delisting",
                "listing": "registration", "draft": "draft_registration"}  # fmt: skip


def plain(draft: Draft, previous: Document | None, detect: Detector) -> list[Event]:
    """Forms whose entry says all we use: late filings, deregistration, removal from listing, registration of a class."""
    return [] if draft.filing.amendment else [draft.filing_event(_PLAIN_KINDS[draft.filing.kind])]


def annual(draft: Draft, previous: Document | None, detect: Detector) -> list[Event]:
    """10-K, 10-Q, 20-F: a going-concern statement about the company itself, or nothing."""
    if not draft.read or not draft.facts.get("going_concern"):
        return []
    first = draft.document.text.split("\n", 1)[0]
    return [
        draft.event(
            "bankruptcy_distress", parties(draft.filing),
            {"kind": "going_concern", "section": draft.facts.get("section")}, draft.quote(0, len(first)),
            discriminator="going_concern", pattern="edgar.going_concern", confidence=0.95,
        )
    ]  # fmt: skip


Reader = Callable[[Draft, Document | None, Detector], Sequence[Event]]
READERS: dict[str, Reader] = {
    "form_d": form_d, "registration": registration, "prospectus": prospectus, "withdrawal": withdrawal, "effect": effect,
    "stake": stake, "tender": tender, "recommendation": merger_paper, "merger_proxy": merger_paper,
    "merger_communication": merger_paper, "late": plain, "deregistration": plain, "delisting": plain, "listing": plain,
    "draft": plain, "annual": annual,
}  # fmt: skip
"""Kind of form -> its reader. Current reports are read by `_edgar_report`."""


def draft_of(document: Document) -> Draft:
    """The document ready to be read."""
    return Draft(document, filing_of(document))
