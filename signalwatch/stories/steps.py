"""Families of event types, how far apart their tellings may lie, and the steps a happening takes. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from signalwatch.model import Event

FAMILY: Mapping[str, str] = {
    "partnership": "deal", "licensing_deal": "deal", "merger_acquisition": "deal",
    "funding_round": "funding", "ipo": "ipo", "public_offering": "offering",
    "trial_start": "trial_begin", "trial_registered": "trial_begin",
    "trial_setback": "trial_stop",
    "results_posted": "results", "trial_results": "results",
}  # fmt: skip
"""Types that different publishers use for one happening. Anything else is its own family."""

WINDOW: Mapping[str, int] = {
    "deal": 200, "funding": 30, "ipo": 120, "offering": 30, "trial_begin": 60, "trial_stop": 10, "results": 10,
    "regulatory_submission": 150, "regulatory_approval": 120, "regulatory_rejection": 21, "regulatory_designation": 14,
    "ind_clearance": 60, "facility_expansion": 200, "bankruptcy_distress": 150, "leadership_change": 60,
    "layoffs_restructuring": 14, "product_launch": 21, "grant_award": 21, "contract_award": 21,
}  # fmt: skip
DEFAULT_WINDOW = 21
LONGEST_WINDOW = timedelta(days=400)
"""How far back candidates are looked for: the longest window, and amended notices."""
NEAR = 4
"""Days within which a retelling is likely even when little else is shared."""

STATUS_ORDER: Mapping[str, tuple[str, ...]] = {
    "trial_begin": ("registered", "started"),
    "deal": ("proposed", "announced", "completed", "terminated"),
    "ipo": ("filed", "priced", "listed", "closed", "withdrawn"),
    "offering": ("proposed", "priced", "closed", "withdrawn"),
    "regulatory_submission": ("rolling", "submitted", "accepted"),
    "regulatory_approval": ("recommended", "tentative", "authorized", "approved"),
}
ASSUMED_STATUS: Mapping[str, str] = {
    "deal": "announced", "regulatory_submission": "submitted", "regulatory_approval": "approved", "trial_begin": "registered",
}  # fmt: skip
"""The step a telling means that does not say one."""
_STEPS = {"trial_registered": "registered", "trial_start": "started"}


def family(event_type: str) -> str:
    """The family a type belongs to: types that tell one happening."""
    return FAMILY.get(event_type, event_type)


def window(event_type: str) -> timedelta:
    """How far apart two tellings of one happening of this type may lie."""
    return timedelta(days=WINDOW.get(family(event_type), DEFAULT_WINDOW))


def status_of(event: Event) -> str:
    """The step a happening has reached, as the event says it."""
    if event.correction and event.attributes.get("status") == "withdrawn":
        return "withdrawn"
    if event.attributes.get("reverted"):
        return "registered" if family(event.type) == "trial_begin" else "reverted"
    if event.type in _STEPS:
        return _STEPS[event.type]
    return str(event.attributes.get("status") or event.attributes.get("stage") or "")


_PROCEEDING = re.compile(
    r"chapter|bankrupt|insolven|liquidat|dissol|wind|receiver|administrat|auction|sale|creditors|assignment|cease"
)
_DELISTING = re.compile(r"delist")
_DOUBT = re.compile(r"going.concern|substantial doubt")
_REVIEW = re.compile(r"strategic|alternatives|options|adviser|advisor|banker|review")


def distress_kind(event: Event) -> str:
    """What kind of trouble: a proceeding (filing, auction, sale, winding up), a delisting, doubt about going on, a review
    of options, or a warning that says no more."""
    text = f"{event.attributes.get('kind') or ''} {event.title} {event.span.text}".casefold().replace("_", " ")
    for kind, words in (("proceeding", _PROCEEDING), ("delisting", _DELISTING), ("doubt", _DOUBT), ("review", _REVIEW)):
        if words.search(str(event.attributes.get("kind") or "").casefold().replace("_", " ") or text):
            return kind
    return "warning"


def distress_differs(a: Event, b: Event) -> bool:
    """Whether two troubles are of different kinds; a mere warning may be any but a proceeding or a delisting."""
    kinds = {distress_kind(a), distress_kind(b)}
    return len(kinds) == 2 and not ("warning" in kinds and kinds & {"doubt", "review"})
