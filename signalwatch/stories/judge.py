"""Are two events one happening? Families, windows, contradictions and evidence (design.md section 7).

The rules follow the question "would a person who got an alert for A be annoyed to get a second one for B?": told again,
told by the other side, or moved on by one step is the same; another product, person, agency, round, site or deal is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from signalwatch import diseases
from signalwatch.model import Event
from signalwatch.stories.features import Features, abbreviates

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
_PHASES = {
    "1": 1, "1a": 1, "1b": 1, "1/2": 12, "1b/2": 12, "1/2a": 12, "2": 2, "2a": 2, "2b": 2, "2/3": 23, "3": 3, "3b": 3,
    "pivotal": 3, "4": 4,
}  # fmt: skip


_BY_AGENCY = frozenset(
    {"regulatory_submission", "regulatory_approval", "regulatory_rejection", "ind_clearance", "regulatory_designation"}
)


_COMPANY_ITSELF = frozenset(
    {"funding", "ipo", "offering", "layoffs_restructuring", "leadership_change", "facility_expansion", "filing"}
)
_ABOUT_DISEASES = frozenset(
    {*_BY_AGENCY, "results", "trial_begin", "trial_stop", "trial_phase_advance", "product_launch"}
)


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


def _number(event: Event, *names: str) -> float | None:
    for name in names:
        value = event.attributes.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return float(value)
    return None


def _far(a: float | None, b: float | None, ratio: float) -> bool:
    return a is not None and b is not None and max(a, b) > ratio * min(a, b)


LINKED_WITHIN = 400
"""Days within which an amended notice belongs to the offering it restates, and a start to its registration."""


CORRECTED_WITHIN = 30
"""Days within which a corrected release under a new address follows the first one."""

REGISTRY_WITHIN = 60
"""Days within which a registry record of a start or stop follows the announcement: sponsors have 30 days to update."""


def _record_of(a: Event, fa: Features, b: Event, fb: Features) -> bool:
    """Whether one is the registry's record of what the other announced: same company, asset and kind."""
    if family(a.type) not in ("trial_begin", "trial_stop") or (a.connector == "clinicaltrials") == (
        b.connector == "clinicaltrials"
    ):
        return False
    return bool(fa.main & fb.main) and _meet(fa.products, fb.products)


def one_study(a: Event, b: Event) -> bool:
    """Whether both events name the same study."""
    return a.program is not None and b.program is not None and not set(a.program.nct_ids).isdisjoint(b.program.nct_ids)


def _ends(a: Event, b: Event) -> bool:
    """Whether the later one tells the end of a deal that the earlier one announced: closing takes a year at times."""
    later, earlier = (a, b) if a.at >= b.at else (b, a)
    return status_of(later) in ("completed", "terminated") and status_of(earlier) in ("", "proposed", "announced")


def amends(a: Event, b: Event) -> bool:
    """Whether one filing restates the other: an amended Form D is no new round, however its amounts grew."""
    later, earlier = (a, b) if a.at >= b.at else (b, a)
    return bool(later.attributes.get("amendment")) and earlier.connector == later.connector


def contradiction(a: Event, fa: Features, b: Event, fb: Features) -> str:
    """Why two events of one family cannot be one happening; "" when nothing speaks against it."""
    group = family(a.type)
    days = abs((a.at - b.at).total_seconds()) / 86400
    if group == "funding" and amends(a, b):
        return ""
    if a.title == b.title and fa.main and fb.main and fa.main.isdisjoint(fb.main):
        return "another item of the digest"
    if group == "regulatory_designation":
        da, db = a.attributes.get("designation"), b.attributes.get("designation")
        if da and db and da != db:
            return f"designation {db} / {da}"
    if group in _BY_AGENCY and fa.agency and fb.agency and fa.agency != fb.agency:
        return f"agency {fb.agency} / {fa.agency}"
    if group in _BY_AGENCY and days > NEAR and fa.booster != fb.booster:
        return "booster / first doses"
    if group == "regulatory_submission":
        ka, kb = a.attributes.get("kind"), b.attributes.get("kind")
        if ka and kb and str(ka).casefold() != str(kb).casefold():
            return f"kind {kb} / {ka}"
    if group == "regulatory_rejection":
        ka, kb = a.attributes.get("kind"), b.attributes.get("kind")
        if ka and kb and ka != kb and days > NEAR:
            return f"kind {kb} / {ka}"
    if group in ("funding", "ipo"):
        sa, sb = a.attributes.get("series"), b.attributes.get("series")
        if sa and sb and sa != sb and "unspecified" not in (sa, sb):
            return f"series {sb} / {sa}"
    if group in ("funding", "offering"):
        if fa.tranche != fb.tranche and days > NEAR:
            return "another tranche"
        if (
            (fa.instrument or fb.instrument)
            and fa.instrument != fb.instrument
            and ({fa.instrument, fb.instrument} & {"atm", "debt"})
            and not (days <= NEAR and _number(a, "amount") and _number(a, "amount") == _number(b, "amount"))
        ):
            return f"instrument {fb.instrument or 'shares'} / {fa.instrument or 'shares'}"
        ca, cb = a.attributes.get("currency"), b.attributes.get("currency")
        if ca == cb and _far(_number(a, "amount"), _number(b, "amount"), 1.45) and not _first_sale(a, b):
            return "amount"
    if group in ("grant_award", "contract_award") and _far(_number(a, "amount"), _number(b, "amount"), 1.3):
        return "amount"
    if group == "layoffs_restructuring":
        for name in ("percent", "count"):
            if _far(_number(a, name), _number(b, name), 1.1):
                return name
    if group == "leadership_change":
        named = bool(fa.people & (fb.people | fb.words)) or bool(fb.people & fa.words)
        if fa.people and fb.people and not named:
            shared_role = bool(fa.roles & fb.roles)
            succession = {a.attributes.get("direction"), b.attributes.get("direction")} != {"joins"}
            if not (shared_role and succession and days <= 30):
                return "person"
        if fa.roles and fb.roles and fa.roles.isdisjoint(fb.roles) and not (fa.people & fb.people):
            return "role"
    if group == "facility_expansion":
        if fa.places and fb.places and fa.places.isdisjoint(fb.places):
            return "place"
        if _far(_number(a, "amount"), _number(b, "amount"), 1.5):
            return "amount"
    if group in ("trial_begin", "results", "trial_stop", "trial_phase_advance"):
        pa, pb = _PHASES.get(str(a.attributes.get("phase", ""))), _PHASES.get(str(b.attributes.get("phase", "")))
        if pa and pb and pa != pb and str(pa) not in str(pb) and str(pb) not in str(pa):
            return "phase"
        oa, ob = a.attributes.get("outcome"), b.attributes.get("outcome")
        if oa and ob and {oa, ob} == {"positive", "negative"}:
            return "outcome"
    if a.program is not None and b.program is not None:
        na, nb = set(a.program.nct_ids), set(b.program.nct_ids)
        if na and nb and na.isdisjoint(nb):
            return "study"
    if group not in _COMPANY_ITSELF and (fa.products and fb.products and not _meet(fa.products, fb.products)):
        pair = group == "deal" and len({m for m in fa.main & fb.main if not m.startswith("$")}) >= 2
        if not pair:  # the same two parties weeks apart are one deal, however its assets are named
            return "product"
    if group == "deal" and not (fa.products & fb.products):
        # two deals of one company: the other party must be the same, or be unnamed on one side within days
        shared = fa.main & fb.main
        if (
            fa.parties >= 2
            and fb.parties >= 2
            and len({m for m in shared if not m.startswith("$")}) < 2
            and not _both(fa, fb)
        ):
            return "other party"
    if (
        group in _ABOUT_DISEASES
        and fa.diseases
        and fb.diseases
        and not any(diseases.compatible(x, y) for x in fa.diseases for y in fb.diseases)
    ):
        return f"disease {', '.join(sorted(fb.diseases))} / {', '.join(sorted(fa.diseases))}"
    return ""


def undecided(a: Event, fa: Features, b: Event, fb: Features) -> str:
    """Why two events say too little to be taken for one happening, though nothing contradicts; "" when they say enough."""
    days = abs((a.at - b.at).total_seconds()) / 86400
    unnamed = fa.parties != fb.parties and days > NEAR and not (fa.products & fb.products)
    return "other party unnamed" if family(a.type) == "deal" and unnamed and not _both(fa, fb) else ""


def corrected(a: Event, fa: Features, b: Event, fb: Features) -> float:
    """How likely the correction ``a`` is about what ``b`` told; 0 when it cannot be.

    A correction contradicts what it corrects, so facts need not agree: the study, or the company and the kind of
    happening, decide, and the evidence picks among several.
    """
    groups = {family(a.type), family(b.type)}
    days = (a.at - b.at).total_seconds() / 86400
    sale_ended = groups == {"ipo", "offering"} and status_of(a) == "withdrawn"
    if b.correction or days < -NEAR or days > LINKED_WITHIN or (len(groups) > 1 and not sale_ended):
        return 0.0
    if a.connector == "clinicaltrials":
        return 1.0 + 1.0 / (1.0 + abs(days)) if one_study(a, b) else 0.0
    if fa.main.isdisjoint(fb.main):
        return 0.0
    known = evidence(a, fa, b, fb, abs(days)) + 1.0 / (1.0 + abs(days))
    if a.connector == "edgar":  # an amendment or a withdrawal names the company it belongs to, and restates the rest
        if b.connector != a.connector and days > 120:
            return 0.0
        return known - (1.5 if contradiction(a, fa, b, fb) else 0.0)
    overlap = len(fa.words & fb.words) / max(min(len(fa.words), len(fb.words)), 4)
    return known if days <= CORRECTED_WITHIN and overlap >= 0.5 else 0.0


def _first_sale(a: Event, b: Event) -> bool:
    """Whether one is a notice of what was sold so far and the other tells of more: the round had not closed yet."""
    notice, other = (a, b) if a.attributes.get("form") == "D" else (b, a)
    sold, told = _number(notice, "amount"), _number(other, "amount")
    return (
        notice.attributes.get("form") == "D"
        and notice.connector != other.connector
        and bool(sold and told and sold <= told)
    )


def _both(fa: Features, fb: Features) -> bool:
    """Whether the second party of one telling is at least mentioned in the other."""
    only_a, only_b = fa.main - fb.main, fb.main - fa.main
    return bool(only_a & fb.words) or bool(only_b & fa.words) or bool(only_a & fb.others) or bool(only_b & fa.others)


def _meet(a: frozenset[str], b: frozenset[str]) -> bool:
    if a & b:
        return True
    return any(len(x) >= 5 and len(y) >= 5 and (x.startswith(y) or y.startswith(x)) for x in a for y in b)


def _ticker_of(fa: Features, fb: Features) -> bool:
    """Whether one telling knows only the ticker of a company that the other names."""
    return any(abbreviates(x, y) for x in fa.main if x.startswith("$") for y in (*fb.main, *fb.full))


def evidence(a: Event, fa: Features, b: Event, fb: Features, days: float) -> float:
    """How much speaks for one happening, in points; 0 when nothing ties the two together."""
    shared = set(fa.main & fb.main)
    if not shared and days <= NEAR and (_ticker_of(fa, fb) or _ticker_of(fb, fa)):
        shared = {"$"}
    crossed = (fa.main & (fb.others | fb.words)) | (fb.main & (fa.others | fa.words))
    products = _meet(fa.products, fb.products) if fa.products and fb.products else False
    products = products or bool((fa.products & fb.words) | (fb.products & fa.words))  # a brand in lower case
    products = products or bool((fa.main & fb.products) | (fb.main & fa.products))  # a brand taken for a company
    one_sentence = (
        a.title != b.title and ";" not in a.title + b.title
    )  # two items of one digest name each other as well
    swapped = one_sentence and bool(fa.main & fb.words) and bool(fb.main & fa.words)  # two readings of one sentence
    if family(a.type) in _COMPANY_ITSELF and fa.main and fb.main and not shared:
        products = False  # money, people and sites are the company's: a product in the text ties no two companies
    if not shared and not products and not crossed:
        return 0.0
    points = 2.0 * bool(shared) + 1.0 * (len({m for m in shared if not m.startswith("$")}) >= 2) + 1.0 * bool(crossed)
    points += 2.0 * products
    points += 1.5 * bool(fa.people & fb.people)
    points += 0.5 * bool(fa.roles & fb.roles)
    for names in (("amount", "total", "upfront"), ("percent",), ("count",)):
        x, y = _number(a, *names), _number(b, *names)
        if x is not None and y is not None and not _far(x, y, 1.05):
            points += 1.5
    if fa.places & fb.places:
        points += 1.0
    smaller = min(len(fa.words), len(fb.words))
    if smaller:
        points += 3.0 * len(fa.words & fb.words) / max(smaller, 6)
    if not shared and swapped and fa.parties == fb.parties == 1:
        points += 1.0
    elif not shared and not products:
        points -= 1.0
    return points


def same(a: Event, fa: Features, b: Event, fb: Features) -> float:
    """How strongly two events are one happening; 0 or less means they are not."""
    group = family(a.type)
    if group != family(b.type):
        return 0.0
    days = abs((a.at - b.at).total_seconds()) / 86400
    linked = (group == "funding" and amends(a, b)) or (group == "trial_begin" and one_study(a, b))
    linked = linked or (group == "deal" and _ends(a, b) and len({m for m in fa.main & fb.main if m[0] != "$"}) >= 2)
    linked = linked or (days <= REGISTRY_WITHIN and _record_of(a, fa, b, fb))
    if days > (LINKED_WITHIN if linked else WINDOW.get(group, DEFAULT_WINDOW)):
        return 0.0
    if contradiction(a, fa, b, fb):
        return 0.0
    points = evidence(a, fa, b, fb, days)
    if linked:
        return points
    if points <= 0:
        return 0.0
    order = STATUS_ORDER.get(group, ())
    sa, sb = status_of(a), status_of(b)
    later, earlier = (sa, sb) if a.at >= b.at else (sb, sa)
    step = later in order and earlier in order and order.index(later) > order.index(earlier)
    back = later in order and earlier in order and order.index(later) < order.index(earlier)
    need = 1.8 if days <= NEAR else 2.4 if days <= 10 else 3.2 if days <= 30 else 3.8
    if group == "results" and days > NEAR:
        need += 1.5  # another cut, congress or subgroup is new data
    if step:
        need -= 1.2
    elif days > 10 and order and not step:
        need += 0.8
    if back and days > NEAR:
        need += 1.5
    if group == "ipo" and fa.main & fb.main:
        need = 1.8  # a company goes public once
    if (fa.again if a.at >= b.at else fb.again) and days > NEAR and not step:
        need += 1.0
    return points - need
