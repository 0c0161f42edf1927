"""One filing as we know it: who, what form, when; and the document it becomes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from connectors import _edgar_forms as forms
from connectors._edgar_titles import filing_title
from signalwatch.sdk import Document, Json, digest, digest_bytes

CONNECTOR = "edgar"
EASTERN = ZoneInfo("America/New_York")
ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")
LAYER_RANK = {"reconcile": 1, "index": 1, "current": 2}
PAYLOAD_CAP = 200_000
ABOUT_OTHERS = frozenset(["stake", "tender", "merger_communication", "delisting"])
"""Kinds that one party files about another: without a header or a feed entry the roles are open."""

BodyState = Literal["none", "pending", "read", "gone", "failed"]
_encode = msgspec.json.Encoder(order="deterministic").encode
_ROLES = {
    "filer": "filer", "issuer": "issuer", "reporting": "reporting", "subject": "subject", "filed by": "filed_by",
    "filed for": "filed_for", "reporting-owner": "reporting", "reporting owner": "reporting",
    "subject company": "subject", "subject-company": "subject", "filed-by": "filed_by", "filed-for": "filed_for",
    "serial company": "filer", "depositor": "filer",
}  # fmt: skip


class Party(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody a filing is about or from. ``role``: filer, issuer, reporting, subject, filed_by, filed_for or ""."""

    cik: int
    name: str = ""
    role: str = ""
    sic: str = ""
    state: str = ""
    ticker: str = ""
    exchange: str = ""
    former: tuple[str, ...] = ()


class Filing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an index entry, a submissions row or a header says about one accession.

    ``accepted`` is the acceptance instant where a source states it with a zone (feed, header), never the JSON's
    ``acceptanceDateTime``. ``filed`` is the filing date, which after 17:30 Eastern is the next business day.
    """

    accession: str
    form: str
    parties: tuple[Party, ...] = ()
    filed: date | None = None
    accepted: datetime | None = None
    period: date | None = None
    items: tuple[str, ...] = ()
    funds: bool = False  # the entry itself says Investment Company Act section 3(c): a pooled fund
    size: int = 0
    url: str = ""
    layer: str = "index"
    primary: str = ""

    @property
    def base(self) -> str:
        """The form type without ``/A``."""
        return forms.split_form(self.form)[0]

    @property
    def amendment(self) -> bool:
        """Whether the form amends an earlier one."""
        return forms.split_form(self.form)[1]

    @property
    def kind(self) -> str:
        """How the form is read, see `_edgar_forms.KINDS`."""
        return forms.kind_of(self.form)

    def first(self, *roles: str) -> Party | None:
        """The first party with one of these roles, tried in order."""
        return next((p for role in roles for p in self.parties if p.role == role), None)

    @property
    def main(self) -> Party | None:
        """The company the filing is about."""
        told = self.first("subject", "issuer", "filer")
        if told is not None:
            return told
        # An index row does not say who is who: of a person and a company it is the company.
        entity = next((p for p in self.parties if p.role == "" and forms.is_entity(p.name)), None)
        return entity or (self.parties[0] if self.parties else None)


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where one document of the submission stands in the document's text."""

    type: str
    start: int
    end: int
    description: str = ""


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of a filing beyond its index entry."""

    state: BodyState = "none"
    text: str = ""
    parts: tuple[Part, ...] = ()
    payload: bytes = b""
    content_type: str = ""
    url: str = ""
    error: str = ""
    facts: Mapping[str, Json] = {}


def role_of(text: str) -> str:
    """Our word for a party's role in the feed ("Filed by") or in a header ("SUBJECT COMPANY"); "" when unknown."""
    return _ROLES.get(" ".join(text.lower().rstrip(":").split()), "")


def digits(accession: str) -> str:
    """The accession number without dashes, as folder names have it."""
    return accession.replace("-", "")


def index_url(base_www: str, cik: int, accession: str) -> str:
    """The page a person can open to check the filing."""
    return f"{base_www}/Archives/edgar/data/{cik}/{digits(accession)}/{accession}-index.htm"


def midnight(day: date) -> datetime:
    """A date without a time, as an instant: midnight UTC stands for "some time that day" throughout signalwatch."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def merge_parties(groups: Iterable[Iterable[Party]]) -> tuple[Party, ...]:
    """All parties once per (CIK, role); a party without a role gives way to the same CIK with one."""
    seen: dict[tuple[int, str], Party] = {}
    for group in groups:
        for party in group:
            key = (party.cik, party.role)
            seen[key] = _richer(seen[key], party) if key in seen else party
    with_role = {cik for cik, role in seen if role}
    return tuple(p for (cik, role), p in seen.items() if role or cik not in with_role)


def _richer(a: Party, b: Party) -> Party:
    return Party(
        cik=a.cik, name=a.name or b.name, role=a.role, sic=a.sic or b.sic, state=a.state or b.state,
        ticker=a.ticker or b.ticker, exchange=a.exchange or b.exchange, former=a.former or b.former,
    )  # fmt: skip


def merge(a: Filing, b: Filing) -> Filing:
    """One filing out of two tellings of the same accession; ``a`` wins where both speak."""
    return Filing(
        accession=a.accession, form=a.form or b.form, parties=merge_parties([a.parties, b.parties]),
        filed=a.filed or b.filed, accepted=a.accepted or b.accepted, period=a.period or b.period,
        items=a.items or b.items, funds=a.funds or b.funds, size=a.size or b.size, url=a.url or b.url,
        layer=a.layer, primary=a.primary or b.primary,
    )  # fmt: skip


def private(party: Party, kind: str = "") -> Party:
    """The party without its name where that is a natural person's: reporting owners, and people who file about others.

    In an index row of a form of that ``kind`` the role is open, so any name that is no organisation's is left out.
    """
    about_others = party.role in ("filed_by", "filed_for") or (party.role == "" and kind in ABOUT_OTHERS)
    if party.role == "reporting" or (about_others and not forms.is_entity(party.name)):
        return Party(cik=party.cik, role=party.role)
    return party


def fingerprint(filing: Filing, state: BodyState) -> str:
    """How much is known of a filing, readable from the store without the document: ``layer.parties.body.digest``."""
    named = digest(filing.form, sorted((p.cik, p.role) for p in filing.parties), list(filing.items))
    return f"{LAYER_RANK.get(filing.layer, 0)}.{len(filing.parties)}.{state}.{named[:12]}"


def knows_more(filing: Filing, stored: str) -> bool:
    """Whether this telling adds to what a stored fingerprint stands for: a better layer, or more parties in it."""
    rank, _, rest = stored.partition(".")
    parties = rest.partition(".")[0]
    if not rank.isdigit() or not parties.isdigit():
        return False
    mine = LAYER_RANK.get(filing.layer, 0)
    return mine > int(rank) or (mine == int(rank) and len(filing.parties) > int(parties))


def body_state(stored: str) -> str:
    """The body state a stored fingerprint tells."""
    pieces = stored.split(".")
    return pieces[2] if len(pieces) == 4 else ""


def title_of(filing: Filing) -> str:
    """The document's title: who does what, on which form, nothing invented."""
    who = filing.main
    name = forms.clean_name(who.name) if who is not None and who.name else f"Filing {filing.accession}"
    return filing_title(name, filing.form, filing.items if filing.kind == "current_report" else ())


def to_document(filing: Filing, body: Body, relevant: str, base_www: str, tries: int = 0) -> Document:
    """The document of a filing in the state we know it.

    ``relevant`` says why the filing concerns life science or an account ("watched", "sic", "industry", "name"), or "".
    """
    filing = msgspec.structs.replace(filing, parties=tuple(private(p, filing.kind) for p in filing.parties))
    main = filing.main
    meta: dict[str, Any] = {
        "form": filing.form, "accession": filing.accession, "layer": filing.layer, "body": body.state,
        "parties": msgspec.to_builtins(filing.parties), "relevant": relevant,
    }  # fmt: skip
    if filing.amendment:
        meta["amendment"] = True
    if filing.items:
        meta["items"] = list(filing.items)
    for name, value in (("filed", filing.filed), ("accepted", filing.accepted), ("period", filing.period)):
        if value is not None:
            meta[name] = value.isoformat()
    if body.parts:
        meta["parts"] = msgspec.to_builtins(body.parts)
    if body.facts:
        meta["facts"] = dict(body.facts)
    if body.url:
        meta["body_url"] = body.url
    if body.error:
        meta["body_error"] = body.error[:300]
    if tries:
        meta["tries"] = tries
    payload = body.payload[:PAYLOAD_CAP]
    return Document(
        connector=CONNECTOR,
        key=filing.accession,
        version=digest(
            filing.form, sorted((p.cik, p.role) for p in filing.parties), list(filing.items), body.state, relevant,
            digest_bytes(payload) if payload else "", body.facts,
        ),
        kind="filing",
        fingerprint=fingerprint(filing, body.state),
        url=filing.url or (index_url(base_www, main.cik, filing.accession) if main is not None else ""),
        title=title_of(filing),
        text=body.text,
        payload=payload or _encode(meta),
        content_type=body.content_type if payload else "application/json",
        published_at=filing.accepted or (midnight(filing.filed) if filing.filed is not None else None),
        meta=meta,
    )  # fmt: skip


def filing_of(document: Document) -> Filing:
    """The filing a stored document stands for."""
    meta = document.meta
    return Filing(
        accession=str(meta.get("accession") or document.key),
        form=str(meta.get("form") or ""),
        parties=msgspec.convert(meta.get("parties") or (), tuple[Party, ...]),
        filed=msgspec.convert(meta["filed"], date) if meta.get("filed") else None,
        accepted=msgspec.convert(meta["accepted"], datetime) if meta.get("accepted") else None,
        period=msgspec.convert(meta["period"], date) if meta.get("period") else None,
        items=tuple(meta.get("items") or ()),
        layer=str(meta.get("layer") or ""),
        url=document.url,
    )
