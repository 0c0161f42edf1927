"""What events can be asked for: the fields of every type, what values they take, and how ordered values compare.

Attribute names and values follow the labelling guide (docs/reference/events.md); registry and filing types follow
their connectors. Two fields are *ordered*, so that ``phase|gte: "2"`` works:

* ``phase``: preclinical < feasibility = 0 < 1 < 1a < 1b < 1/2 (1/2a, 1b/2) < 2 < 2a < 2b < 2/3 < 3 = pivotal < 3b < 4.
  A combined phase stands between its parts: "1/2" is not "at least 2", "2/3" is. A plain ``phase: "2"`` also means
  2a and 2b (parts of phase 2), never 1/2 or 2/3.
* ``series``: pre-seed < Seed < A < B < C < crossover = D < E+. ``venture_debt``, ``strategic`` and ``unspecified`` are
  not comparable: they answer no comparison, only equality.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from signalwatch.model import EVENT_TYPES
from signalwatch.past import SILENCE as SILENCE

ValueKind = Literal["text", "list", "enum", "number", "money", "date", "duration", "boolean", "any"]

OPERATORS: Mapping[str, str] = {
    "": "equals the value, or one of a list of values",
    "gte": "at least", "lte": "at most", "gt": "more than", "lt": "less than",
    "between": "from the first to the second of two values, both included",
    "contains": "the text contains this text, or the list contains this value",
    "any_of": "is, or holds, one of these values", "all_of": "holds all of these values",
    "none_of": "is, or holds, none of these values; an unknown value passes",
    "exists": "true: the value is known; false: it is not",
    "starts_with": "the text begins with this text",
    "matches": "the text matches this RE2 expression (linear time; no look-around, no back-references)",
}  # fmt: skip
"""Every operator of ``field|operator: value`` with its meaning."""

_ORDERED = ("gte", "lte", "gt", "lt", "between")
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "text": ("", "contains", "any_of", "none_of", "exists", "starts_with", "matches"),
    "list": ("", "contains", "any_of", "all_of", "none_of", "exists"),
    "enum": ("", "any_of", "none_of", "exists"),
    "number": ("", *_ORDERED, "any_of", "none_of", "exists"),
    "money": (*_ORDERED, "exists"),
    "date": ("", *_ORDERED, "exists"),
    "duration": (*_ORDERED, "exists"),
    "boolean": ("", "exists"),
    "any": tuple(OPERATORS),
}
"""Operators by kind of value; ordered enums take the comparisons as well."""


@dataclass(frozen=True)
class Field:
    """One field of an event, an account or a measure."""

    name: str
    kind: ValueKind = "text"
    values: tuple[str, ...] = ()
    order: Mapping[str, float] = field(default_factory=dict)
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # "2" also means "2a", "2b"
    keys: tuple[str, ...] = ()  # where the value may stand in the attributes; () means under its own name
    about: str = ""

    @property
    def operators(self) -> tuple[str, ...]:
        """Operators this field takes."""
        plain = ALLOWED[self.kind]
        return (*plain, *_ORDERED) if self.order else plain

    @property
    def lookups(self) -> tuple[str, ...]:
        """Attribute names the value is looked up under, in order."""
        return self.keys or (self.name,)


PHASE_ORDER: Mapping[str, float] = {
    "preclinical": 0.0, "feasibility": 0.5, "0": 0.5, "early_1": 0.8, "1": 1.0, "1a": 1.1, "1b": 1.2, "1/2": 1.5,
    "1/2a": 1.5, "1a/2": 1.5, "1b/2": 1.6, "1b/2a": 1.6, "2": 2.0, "2a": 2.1, "2b": 2.2, "2/3": 2.5, "2b/3": 2.6,
    "3": 3.0, "pivotal": 3.0, "3a": 3.0, "3b": 3.2, "4": 4.0,
}  # fmt: skip
PHASE_PARTS: Mapping[str, tuple[str, ...]] = {
    "1": ("1", "1a", "1b", "early_1"), "1/2": ("1/2", "1/2a", "1a/2", "1b/2", "1b/2a"), "2": ("2", "2a", "2b"),
    "2/3": ("2/3", "2b/3"), "3": ("3", "3a", "3b"),
}  # fmt: skip
SERIES_ORDER: Mapping[str, float] = {
    "pre-seed": 0.0, "Seed": 1.0, "A": 2.0, "B": 3.0, "C": 4.0, "D": 5.0, "crossover": 5.0, "E+": 6.0,
}  # fmt: skip
SERIES = (*SERIES_ORDER, "strategic", "venture_debt", "unspecified")

PHASE = Field("phase", "enum", tuple(PHASE_ORDER), PHASE_ORDER, PHASE_PARTS, about="clinical phase, ordered")
AMOUNT = Field("amount", "money", about="money in whole units of its currency")
CURRENCY = Field("currency", "text", about="ISO code")

COMMON: tuple[Field, ...] = (
    Field("title", about="headline of the event"),
    Field("person", about="who did it (engagement) or who joins or leaves"),
    Field("persona", about="persona of that person, see personas.yaml"),
    Field("polarity", "enum", ("positive", "neutral", "negative"), about="what it means for a vendor"),
    Field("points", "number", about="points of the signal before decay"),
    Field("area", "list", keys=("areas", "area"), about="therapeutic areas"),
    Field("modality", "list", keys=("modalities", "modality"), about="kinds of product"),
    Field("indication", "list", keys=("indications", "indication"), about="diseases"),
    Field("asset", "list", keys=("assets", "asset", "product"), about="drug or product names"),
    Field("nct", "list", keys=("nct_ids", "nct_id", "nct"), about="NCT numbers"),
    Field("country", "list", keys=("countries", "country"), about="countries concerned"),
    Field("connector", about="connector that brought it: clinicaltrials, edgar, feeds"),
    Field("confidence", "number", about="0 to 1; 1 for structured sources"),
    Field("program", "boolean", about="true when the event belongs to a known program"),
)
"""Fields that every event has."""


def _enum(name: str, *values: str) -> Field:
    return Field(name, "enum", values)


_DEAL = (
    Field("upfront", "money"), Field("total", "money"), AMOUNT, CURRENCY, Field("kind"),
    _enum("status", "announced", "completed", "proposed", "terminated"),
)  # fmt: skip
_STATUS = (
    "not_yet_recruiting", "recruiting", "enrolling_by_invitation", "active_not_recruiting", "completed", "suspended",
    "terminated", "withdrawn", "unknown", "available", "no_longer_available", "temporarily_not_available",
    "approved_for_marketing", "withheld",
)  # fmt: skip
_REASONS = ("business", "efficacy", "safety", "enrolment", "funding", "other")
_TRIAL = (
    PHASE, Field("enrollment", "number", about="participants, planned or actual"),
    Field("condition", "list", keys=("conditions", "condition")), _enum("status", *_STATUS),
    _enum("study_type", "interventional", "observational", "expanded_access"), Field("sites", "number"), Field("kind"),
    Field("reverted", "boolean"),
)  # fmt: skip
_STOPPED = (
    Field("why_stopped", about="the registry's words"), _enum("reason", *_REASONS), Field("reason_detail"),
)  # fmt: skip
_FILED = (Field("form", about="form of the filing, such as 8-K"), Field("amends"), Field("amendment", "boolean"))


def _phase(name: str) -> Field:
    return Field(name, "enum", tuple(PHASE_ORDER), PHASE_ORDER, PHASE_PARTS)


BY_TYPE: Mapping[str, tuple[Field, ...]] = {
    "funding_round": (
        Field("series", "enum", SERIES, SERIES_ORDER, about="financing series, ordered"), AMOUNT, CURRENCY,
        Field("sold", "money"), Field("increment", "money"), Field("exemption", "list"), Field("industry"),
        Field("investor", "list", keys=("investors", "investor")), Field("first_sale", "date"), Field("kind"),
        Field("status"), *_FILED,
    ),
    "ipo": (AMOUNT, CURRENCY, _enum("status", "filed", "priced", "closed", "listed", "withdrawn"), *_FILED),
    "public_offering": (
        AMOUNT, CURRENCY, _enum("status", "proposed", "priced", "closed", "withdrawn"), Field("kind"), *_FILED,
    ),
    "partnership": (*_DEAL, *_FILED),
    "licensing_deal": (*_DEAL, *_FILED),
    "merger_acquisition": (*_DEAL, Field("what"), *_FILED),
    "ind_clearance": (Field("agency"), Field("kind"), Field("product"), PHASE),
    "trial_start": _TRIAL,
    "trial_results": (*_TRIAL, _enum("outcome", "positive", "negative", "mixed", "unclear")),
    "trial_setback": (*_TRIAL, *_STOPPED),
    "regulatory_designation": (
        _enum("designation", "fast_track", "breakthrough", "orphan", "rmat", "priority_review", "prime", "qidp",
              "rare_pediatric", "accelerated_assessment", "other"), Field("agency"), Field("product"),
    ),
    "regulatory_submission": (
        Field("kind"), _enum("status", "submitted", "accepted", "rolling"), Field("agency"), Field("product"),
    ),
    "regulatory_approval": (
        Field("agency"), _enum("stage", "approved", "recommended", "tentative", "authorized"), Field("kind"),
        Field("product"),
    ),
    "regulatory_rejection": (
        _enum("kind", "crl", "refuse_to_file", "negative_opinion", "withdrawn_application", "other"), Field("agency"),
        Field("product"),
    ),
    "grant_award": (Field("funder"), AMOUNT, CURRENCY),
    "contract_award": (Field("agency"), AMOUNT, CURRENCY),
    "leadership_change": (
        Field("role"), _enum("direction", "joins", "leaves", "both"), Field("effective", "date"), *_FILED,
    ),
    "layoffs_restructuring": (
        Field("percent", "number", about="share of staff, 0 to 100"),
        Field("headcount", "number", keys=("count", "headcount"), about="jobs"), Field("kind"), AMOUNT, CURRENCY, *_FILED,
    ),
    "facility_expansion": (Field("location"), AMOUNT, CURRENCY, Field("kind")),
    "bankruptcy_distress": (
        Field("kind", about="chapter_11, chapter_7, going_concern, strategic_alternatives, wind_down, delisting"), *_FILED,
    ),
    "product_launch": (Field("product"),),
    "trial_registered": _TRIAL,
    "trial_phase_advance": (*_TRIAL, _phase("from"), _phase("to")),
    "trial_status_change": (
        *_TRIAL, *_STOPPED, _enum("from", *_STATUS), _enum("to", *_STATUS), Field("days", "number"), Field("milestone"),
        Field("resumed", "boolean"), Field("by_registry", "boolean"), Field("percent", "number"),
        Field("partner", "list", keys=("partners", "partner")),
    ),
    "trial_delay": (
        *_TRIAL, Field("days", "number", about="slip in days; negative when a date moved forward"),
        _enum("direction", "later", "earlier"), _enum("milestone", "start", "primary_completion", "completion"),
    ),
    "trial_expansion": (
        *_TRIAL, Field("added", "number", about="participants added"), Field("percent", "number"),
        Field("new_country", "list", keys=("new_countries", "new_country")), Field("new_sites", "number"),
    ),
    "trial_completed": _TRIAL,
    "results_posted": _TRIAL,
    "sponsor_change": (*_TRIAL, Field("from"), Field("to")),
    "filing": (Field("item", "list", keys=("items", "item")), Field("kind"), *_FILED),
}  # fmt: skip
"""Fields of each built-in type, beside the common ones."""

CHANGES: Mapping[str, tuple[str, ...]] = {
    "": ("title", "subject"),
    "trial": (
        "status", "phase", "enrollment", "sites", "countries", "why_stopped", "lead_sponsor", "collaborators", "start_date",
        "primary_completion_date", "completion_date", "results_first_posted",
    ),
}  # fmt: skip
"""What connectors say has changed, beside the fields of an event: of any event, and of events of studies."""

ENGAGEMENT_TYPES = ("page_visit", "application_note", "webinar_attended", "demo_request")
"""First-party signals known from the start; scoring.yaml may name more."""

ENGAGEMENT_FIELDS: tuple[Field, ...] = (
    Field("job_title", about="title of the person, as imported"), Field("page"), Field("topic"), Field("campaign"),
)  # fmt: skip


class Fields:
    """All event types of one rule pack with their fields.

    ``extra`` are types that ops added in rules/triggers: names, or names with their attribute names. A type without
    a table of fields (or with None) takes any field. ``values`` are words that other files of the pack declare for a
    common field (persona, area, modality), so that a misspelt one is an error instead of a rule that never matches.
    """

    def __init__(
        self,
        extra: Iterable[str] | Mapping[str, Iterable[str] | None] = (),
        engagement: Iterable[str] = (),
        values: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._tables: dict[str, dict[str, Field] | None] = {}
        declared = values or {}
        common = {f.name: replace(f, values=declared.get(f.name) or f.values) for f in COMMON}
        if declared.get("persona"):
            common["persona"] = replace(common["persona"], kind="enum")
        for name in EVENT_TYPES:
            self._tables[name] = common | {f.name: f for f in BY_TYPE[name]}
        self.engagement = tuple(dict.fromkeys((*ENGAGEMENT_TYPES, *engagement)))
        for name in self.engagement:
            self._tables[name] = common | {f.name: f for f in ENGAGEMENT_FIELDS}
        named = extra if isinstance(extra, Mapping) else dict.fromkeys(extra)
        for name, attributes in named.items():
            if name in self._tables:
                continue
            table = None if attributes is None else common | {a: Field(a, "any") for a in attributes if a not in common}
            self._tables[name] = table

    @property
    def types(self) -> tuple[str, ...]:
        """Every event type that may stand in a rule, built-in ones first."""
        return tuple(self._tables)

    def known(self, event_type: str) -> bool:
        """Whether this is an event type."""
        return event_type in self._tables

    def of(self, event_type: str) -> Mapping[str, Field] | None:
        """The fields of a type; None when any field is allowed."""
        return self._tables[event_type]

    def changing(self, event_types: Iterable[str]) -> list[str] | None:
        """What ``changed`` can name for all of these types; None when any name may do."""
        common: set[str] | None = None
        for event_type in event_types:
            table = self._tables[event_type]
            if table is None:
                return None
            study = "enrollment" in table
            names = {*table, *CHANGES[""], *(CHANGES["trial"] if study else ())} - {"points", "polarity", "program"}
            common = names if common is None else common & names
        return sorted(common or ())

    def find(self, event_types: Iterable[str], name: str) -> Field | None:
        """The field ``name`` as *all* of these types have it, or None when one of them lacks it.

        Where types differ in the kind of value (``kind`` is text here and an enum there), the widest kind wins.
        """
        found: list[Field] = []
        for event_type in event_types:
            table = self._tables[event_type]
            one = Field(name, "any") if table is None else table.get(name)
            if one is None:
                return None
            found.append(one)
        if not found:
            return None
        first = found[0]
        if all(f == first for f in found):
            return first
        kinds = {f.kind for f in found}
        if kinds == {"enum"}:
            values = tuple(dict.fromkeys(v for f in found for v in f.values))
            ordered = all(f.order for f in found)
            return Field(name, "enum", values, first.order if ordered else {}, first.parts, first.keys)
        keys = tuple(dict.fromkeys(k for f in found for k in f.lookups))
        return Field(name, first.kind if len(kinds) == 1 else "any", keys=keys)
