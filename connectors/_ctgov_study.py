"""A study record of ClinicalTrials.gov API v2: read leniently, reduced to what is kept, and digested by what matters.

Reading goes through typed structs that name only the fields we use, so unknown keys fall away, and writing those structs
again *is* the reduction: contacts, results, eligibility and geo data never reach the store. Every block may be missing.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from connectors._ctgov_dates import instant
from connectors._ctgov_places import country
from connectors._ctgov_text import clean, folded
from signalwatch.sdk import BadPayload, Document, Json, digest, digest_bytes

_NCT = re.compile(r"NCT\d{8}")
_MAX_RECORD = 8_000_000  # bytes; the largest real record has 0.9 MB
_MAX_NAME = 300
_MAX_TITLE = 600
_MAX_DESCRIPTION = 400
_UNKNOWN_COUNT = 9_999_999  # 99999999 stands for "unknown" in old records


class _Block(msgspec.Struct, rename="camel", omit_defaults=True):
    """Base of the registry's own blocks: camelCase names, unknown keys ignored, everything optional."""


class _Dated(_Block):
    date: str | None = None
    type: str | None = None


class _Identification(_Block):
    nct_id: str | None = None
    nct_id_aliases: list[str] | None = None
    brief_title: str | None = None
    official_title: str | None = None
    acronym: str | None = None


class _Status(_Block):
    overall_status: str | None = None
    last_known_status: str | None = None
    why_stopped: str | None = None
    start_date_struct: _Dated | None = None
    primary_completion_date_struct: _Dated | None = None
    completion_date_struct: _Dated | None = None
    study_first_submit_date: str | None = None
    study_first_post_date_struct: _Dated | None = None
    results_first_post_date_struct: _Dated | None = None
    last_update_submit_date: str | None = None
    last_update_post_date_struct: _Dated | None = None


class _Party(_Block):
    name: str | None = None
    class_: str | None = msgspec.field(default=None, name="class")


class _Sponsors(_Block):
    lead_sponsor: _Party | None = None
    collaborators: list[_Party] | None = None


class _Conditions(_Block):
    conditions: list[str] | None = None
    keywords: list[str] | None = None


class _Enrollment(_Block):
    count: int | None = None
    type: str | None = None


class _Design(_Block):
    study_type: str | None = None
    phases: list[str] | None = None
    enrollment_info: _Enrollment | None = None


class _Intervention(_Block):
    type: str | None = None
    name: str | None = None
    description: str | None = None
    other_names: list[str] | None = None


class _Arm(_Block):
    type: str | None = None
    intervention_names: list[str] | None = None


class _Arms(_Block):
    arm_groups: list[_Arm] | None = None
    interventions: list[_Intervention] | None = None


class _Location(_Block):
    facility: str | None = None
    city: str | None = None
    country: str | None = None


class _Locations(_Block):
    locations: list[_Location] | None = None


class _Protocol(_Block):
    identification_module: _Identification | None = None
    status_module: _Status | None = None
    sponsor_collaborators_module: _Sponsors | None = None
    conditions_module: _Conditions | None = None
    design_module: _Design | None = None
    arms_interventions_module: _Arms | None = None
    contacts_locations_module: _Locations | None = None


class _Term(_Block):
    term: str | None = None


class _Browse(_Block):
    meshes: list[_Term] | None = None
    ancestors: list[_Term] | None = None


class _Derived(_Block):
    condition_browse_module: _Browse | None = None
    intervention_browse_module: _Browse | None = None


class Record(_Block):
    """A study as the registry writes it, as far as we read it."""

    protocol_section: _Protocol | None = None
    derived_section: _Derived | None = None
    has_results: bool | None = None


class _HeadId(_Block):
    nct_id: str | None = None


class _HeadProtocol(_Block):
    identification_module: _HeadId | None = None


class _Head(_Block):
    protocol_section: _HeadProtocol | None = None


class Partial(msgspec.Struct, frozen=True):
    """A partial date with its kind: ACTUAL, ESTIMATED, or "" where old records say nothing."""

    date: str = ""
    kind: str = ""


class Party(msgspec.Struct, frozen=True):
    """A sponsor or collaborator with its class (INDUSTRY, OTHER, NIH ...; "" in sparse replies)."""

    name: str
    kind: str = ""


class Intervention(msgspec.Struct, frozen=True):
    """One intervention, its other names and the beginning of its description."""

    kind: str
    name: str
    others: tuple[str, ...] = ()
    description: str = ""


class Arm(msgspec.Struct, frozen=True):
    """An arm group: its type and the names of its interventions, without their type prefix."""

    kind: str
    interventions: tuple[str, ...] = ()


class Study(msgspec.Struct, frozen=True, kw_only=True):
    """A study with its text cleaned: what the differ compares. "" and () mean that the record does not say."""

    nct_id: str
    aliases: tuple[str, ...] = ()
    title: str = ""
    official_title: str = ""
    acronym: str = ""
    status: str = ""
    last_known: str = ""
    why: str = ""
    start: Partial = Partial()
    primary: Partial = Partial()
    completion: Partial = Partial()
    first_post: str = ""
    results_post: str = ""
    last_update: str = ""
    has_results: bool = False
    lead: Party | None = None
    collaborators: tuple[Party, ...] = ()
    conditions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    study_type: str = ""
    phases: tuple[str, ...] = ()
    enrollment: int | None = None
    enrollment_kind: str = ""
    interventions: tuple[Intervention, ...] = ()
    arms: tuple[Arm, ...] = ()
    sites: dict[str, int] = {}  # country -> number of sites

    @property
    def site_count(self) -> int:
        """Number of sites in all countries."""
        return sum(self.sites.values())


_decode_head = msgspec.json.Decoder(_Head).decode
_decode_record = msgspec.json.Decoder(Record, strict=False).decode
_encode = msgspec.json.encode


def nct_id(raw: bytes | msgspec.Raw) -> str:
    """The registry number of a raw record, without decoding the rest.

    Raises BadPayload when there is none that looks like one.
    """
    try:
        head = _decode_head(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise BadPayload(f"not a study record: {exc}") from exc
    protocol = head.protocol_section
    found = protocol.identification_module.nct_id if protocol and protocol.identification_module else None
    if not found or not _NCT.fullmatch(found):
        raise BadPayload(f"a study record without an NCT number (got {str(found)[:40]!r})")
    return found


def read(raw: bytes | msgspec.Raw) -> Record:
    """A raw record, read leniently.

    Raises BadPayload when a field has a shape that it never should have.
    """
    data = memoryview(raw)
    if data.nbytes > _MAX_RECORD:
        raise BadPayload(f"a study record of {data.nbytes:,} bytes; the limit is {_MAX_RECORD:,}")
    try:
        return _decode_record(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise BadPayload(f"a study record that cannot be read: {exc}") from exc


def reduced(record: Record) -> bytes:
    """The record as it is stored: the registry's own shape, only the fields we use, no derived section."""
    slim = Record(protocol_section=record.protocol_section, has_results=record.has_results)
    arms = record.protocol_section.arms_interventions_module if record.protocol_section else None
    for item in (arms.interventions if arms else None) or ():
        if item.description and len(item.description) > _MAX_DESCRIPTION:
            item.description = item.description[:_MAX_DESCRIPTION]
    return _encode(slim)


def mesh(record: Record) -> dict[str, Json]:
    """The MeSH headings that the registry derived: of the conditions (with ancestors) and of the interventions."""
    derived = record.derived_section or _Derived()
    condition = derived.condition_browse_module or _Browse()
    intervention = derived.intervention_browse_module or _Browse()
    found: dict[str, Json] = {
        "mesh_conditions": _terms(condition.meshes),
        "mesh_ancestors": _terms(condition.ancestors),
        "mesh_interventions": _terms(intervention.meshes),
    }
    return {name: terms for name, terms in found.items() if terms}


def study(record: Record) -> Study:
    """The cleaned view of a record. Raises BadPayload when it has no NCT number."""
    protocol = record.protocol_section or _Protocol()
    ident = protocol.identification_module or _Identification()
    status = protocol.status_module or _Status()
    sponsors = protocol.sponsor_collaborators_module or _Sponsors()
    conditions = protocol.conditions_module or _Conditions()
    design = protocol.design_module or _Design()
    arms = protocol.arms_interventions_module or _Arms()
    places = protocol.contacts_locations_module or _Locations()
    enrollment = design.enrollment_info or _Enrollment()
    if not ident.nct_id or not _NCT.fullmatch(ident.nct_id):
        raise BadPayload(f"a study record without an NCT number (got {str(ident.nct_id)[:40]!r})")
    return Study(
        nct_id=ident.nct_id,
        aliases=tuple(a for a in ident.nct_id_aliases or () if _NCT.fullmatch(a)),
        title=clean(ident.brief_title)[:_MAX_TITLE] or clean(ident.official_title)[:_MAX_TITLE],
        official_title=clean(ident.official_title)[:_MAX_TITLE],
        acronym=clean(ident.acronym)[:_MAX_NAME],
        status=_enum(status.overall_status),
        last_known=_enum(status.last_known_status),
        why=clean(status.why_stopped)[:_MAX_TITLE],
        start=_partial(status.start_date_struct),
        primary=_partial(status.primary_completion_date_struct),
        completion=_partial(status.completion_date_struct),
        first_post=_partial(status.study_first_post_date_struct).date or (status.study_first_submit_date or "").strip(),
        results_post=_partial(status.results_first_post_date_struct).date,
        last_update=_partial(status.last_update_post_date_struct).date
        or (status.last_update_submit_date or "").strip(),
        has_results=bool(record.has_results),
        lead=_party(sponsors.lead_sponsor),
        collaborators=tuple(p for c in sponsors.collaborators or () if (p := _party(c)) is not None),
        conditions=_names(conditions.conditions),
        keywords=_names(conditions.keywords),
        study_type=_enum(design.study_type),
        phases=tuple(sorted(_enum(p) for p in design.phases or () if p)),
        enrollment=_count(enrollment.count),
        enrollment_kind=_enum(enrollment.type),
        interventions=tuple(i for item in arms.interventions or () if (i := _intervention(item)).name),
        arms=tuple(Arm(_enum(a.type), _unprefixed(a.intervention_names)) for a in arms.arm_groups or ()),
        sites=_sites(places.locations or ()),
    )


def document(raw: bytes | msgspec.Raw) -> Document:
    """A raw record as a document, published on the day of its last update. Raises BadPayload."""
    record = read(raw)
    found = study(record)
    return Document(
        connector="clinicaltrials",
        key=found.nct_id,
        version=version(found),
        kind="study",
        fingerprint=fingerprint(raw),
        url=f"https://clinicaltrials.gov/study/{found.nct_id}",
        title=found.title,
        text=found.official_title,
        payload=reduced(record),
        content_type="application/json",
        published_at=instant(found.last_update),
        meta=mesh(record),
    )


def fingerprint(raw: bytes | msgspec.Raw) -> str:
    """A digest of the bytes as they came."""
    return digest_bytes(bytes(raw))


def version(found: Study) -> str:
    """A digest of the content that matters, whatever its order, escapes or dates of update.

    The number of sites counts by steps of about a quarter, so that one more site a week makes no new version while a
    real extension does.
    """
    return digest(
        found.nct_id,
        [found.title, found.acronym],
        [found.status, found.last_known, found.why],
        [[d.date, d.kind] for d in (found.start, found.primary, found.completion)],
        [found.results_post, found.has_results],
        [found.lead.name, found.lead.kind] if found.lead else None,
        sorted([p.name, p.kind] for p in found.collaborators),
        sorted(set(found.conditions)),
        [found.study_type, *found.phases],
        [found.enrollment, found.enrollment_kind],
        sorted([i.kind, i.name] for i in found.interventions),
        sorted(found.sites),
        _step(found.site_count),
    )


def _step(sites: int) -> int:
    return int(math.log(sites + 1, 1.25))


def _enum(value: str | None) -> str:
    """An enum value as the registry writes it; new values pass through, junk is cut."""
    return (value or "").strip().upper().replace(" ", "_")[:60]


def _partial(block: _Dated | None) -> Partial:
    return Partial((block.date or "").strip()[:10], _enum(block.type)) if block else Partial()


def _party(block: _Party | None) -> Party | None:
    name = clean(block.name)[:_MAX_NAME] if block else ""
    return Party(name, _enum(block.class_)) if block and name else None


def _names(items: Iterable[str | None] | None) -> tuple[str, ...]:
    """Cleaned names without repeats, in their order."""
    found: dict[str, str] = {}
    for item in items or ():
        name = clean(item)[:_MAX_NAME]
        if name:
            found.setdefault(folded(name), name)
    return tuple(found.values())


def _intervention(item: _Intervention) -> Intervention:
    return Intervention(
        kind=_enum(item.type),
        name=clean(item.name)[:_MAX_NAME],
        others=_names(item.other_names),
        description=clean(item.description)[:_MAX_DESCRIPTION],
    )


def _unprefixed(names: Sequence[str | None] | None) -> tuple[str, ...]:
    """``Drug: Carboplatin`` as ``Carboplatin``: arms repeat the type before the name."""
    return tuple(clean(name).partition(": ")[2] or clean(name) for name in names or () if name)


def _terms(items: Sequence[_Term] | None) -> list[str]:
    return [term for item in items or () if (term := clean(item.term)[:_MAX_NAME])]


def _count(value: int | None) -> int | None:
    return value if value is not None and 0 <= value < _UNKNOWN_COUNT else None


@functools.lru_cache(maxsize=1024)
def _country(name: str) -> str:
    return country(clean(name)[:_MAX_NAME])


def _sites(locations: Sequence[_Location]) -> dict[str, int]:
    """Sites per country. A facility counts once; nameless ones count each."""
    seen: set[tuple[Any, ...]] = set()
    for number, place in enumerate(locations):
        where = _country(place.country) if place.country else ""
        if where:
            seen.add((where, (place.facility.casefold(), place.city) if place.facility else number))
    counts: dict[str, int] = {}
    for where, _ in seen:
        counts[where] = counts.get(where, 0) + 1
    return dict(sorted(counts.items()))
