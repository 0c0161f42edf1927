"""What speaks against two events being one happening: another product, disease, person, agency, site, round, partner. Pure."""

from __future__ import annotations

from signalwatch import diseases
from signalwatch.model import Event
from signalwatch.stories.features import Features, title_words
from signalwatch.stories.money import amounts_differ, amounts_meet, far, number, paid_out, part_of
from signalwatch.stories.steps import NEAR, distress_differs, distress_kind, family, status_of

_PHASES = {
    "1": 1, "1a": 1, "1b": 1, "1/2": 12, "1b/2": 12, "1/2a": 12, "2": 2, "2a": 2, "2b": 2, "2/3": 23, "3": 3, "3b": 3,
    "pivotal": 3, "4": 4,
}  # fmt: skip

BY_AGENCY = frozenset(
    {"regulatory_submission", "regulatory_approval", "regulatory_rejection", "ind_clearance", "regulatory_designation"}
)


COMPANY_ITSELF = frozenset(
    {"funding", "ipo", "offering", "layoffs_restructuring", "leadership_change", "facility_expansion", "filing"}
)
ABOUT_DISEASES = frozenset(
    {*BY_AGENCY, "results", "trial_begin", "trial_stop", "trial_phase_advance", "product_launch"}
)


LATER = 10
"""Days after which a shared product does not make two partners' deals one."""
_BY_PRODUCT = frozenset({*BY_AGENCY, "trial_begin", "product_launch"})


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
        later = fa if a.at >= b.at else fb
        if days > NEAR and later.again and not later.periodic:
            return "one more designation"
    if group in BY_AGENCY and fa.agency and fb.agency and fa.agency != fb.agency:
        return f"agency {fb.agency} / {fa.agency}"
    if group in BY_AGENCY and days > NEAR and fa.booster != fb.booster:
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
            and not (days <= NEAR and number(a, "amount") and number(a, "amount") == number(b, "amount"))
        ):
            return f"instrument {fb.instrument or 'shares'} / {fa.instrument or 'shares'}"
        paid = paid_out(a, b)
        if amounts_differ(a, b, 1.45) and not _first_sale(a, b) and not part_of(a, b) and not paid:
            return "amount"
        if paid and days > NEAR and fa.payers and fb.payers and _strangers(fa.payers, fa.words, fb.payers, fb.words):
            return f"lender {', '.join(sorted(fb.payers))} / {', '.join(sorted(fa.payers))}"
    if group in ("grant_award", "contract_award"):
        if amounts_differ(a, b, 1.3) and not part_of(a, b):
            return "amount"
        one_sum = days <= NEAR and amounts_meet(a, b)
        if not one_sum and fa.payers and fb.payers and _strangers(fa.payers, fa.words, fb.payers, fb.words):
            return f"payer {', '.join(sorted(fb.payers))} / {', '.join(sorted(fa.payers))}"
    if group == "bankruptcy_distress" and days > NEAR and distress_differs(a, b):
        return f"{distress_kind(b)} / {distress_kind(a)}"
    if group == "product_launch" and days > 0:
        only_a, only_b = fa.thing - fb.thing, fb.thing - fa.thing
        if fa.thing & fb.thing and len(only_a) >= 2 and len(only_b) >= 2:
            return "another product of the line"
        if fa.brands and fb.brands and fa.brands.isdisjoint(fb.words | fb.brands) and fb.brands.isdisjoint(fa.words):
            return "another product"
    if group == "layoffs_restructuring":
        for name in ("percent", "count"):
            if far(number(a, name), number(b, name), 1.1):
                return name
    if group == "leadership_change":
        directions = {a.attributes.get("direction"), b.attributes.get("direction")}
        if directions == {"joins", "leaves"} and fa.main and fb.main and fa.main.isdisjoint(fb.main):
            return "one company's loss, another's gain"
        named = bool(fa.people & (fb.people | fb.words)) or bool(fb.people & fa.words)
        if fa.people and fb.people and not named:
            shared_role = bool(fa.roles & fb.roles)
            succession = {a.attributes.get("direction"), b.attributes.get("direction")} != {"joins"}
            if not (shared_role and succession and days <= 30):
                return "person"
        if fa.roles and fb.roles and fa.roles.isdisjoint(fb.roles) and not (fa.people & fb.people):
            return "role"
    if group == "facility_expansion":
        if (
            fa.places
            and fb.places
            and _strangers(fa.places, title_words(a) | fa.words, fb.places, title_words(b) | fb.words)
        ):
            return "place"
        if fa.site and fb.site and fa.site.isdisjoint(fb.site):
            return "site"
        if amounts_differ(a, b, 1.5):
            return "amount"
    if group in ("trial_begin", "results", "trial_stop", "trial_phase_advance"):
        pa, pb = _PHASES.get(str(a.attributes.get("phase", ""))), _PHASES.get(str(b.attributes.get("phase", "")))
        if pa and pb and pa != pb and str(pa) not in str(pb) and str(pb) not in str(pa):
            return "phase"
        oa, ob = a.attributes.get("outcome"), b.attributes.get("outcome")
        if oa and ob and {oa, ob} == {"positive", "negative"}:
            return "outcome"
        if fa.studies and fb.studies and not _one_name(fa, fb):
            return f"study {', '.join(sorted(fb.studies))} / {', '.join(sorted(fa.studies))}"
        if group == "results" and days > NEAR and fa.congresses and fb.congresses and not fa.congresses & fb.congresses:
            return "congress"
    if a.program is not None and b.program is not None:
        na, nb = set(a.program.nct_ids), set(b.program.nct_ids)
        if na and nb and na.isdisjoint(nb):
            return "study"
    branded = meet(fa.products, fb.products | fb.main) or meet(
        fb.products, fa.main
    )  # a brand may be taken for a company
    if group not in COMPANY_ITSELF and fa.products and fb.products and not branded:
        pair = group == "deal" and len({m for m in fa.main & fb.main if not m.startswith("$")}) >= 2
        if not pair:  # the same two parties weeks apart are one deal, however its assets are named
            return "product"
    if (
        group in _BY_PRODUCT
        and (fa.called and fb.called and fa.called.isdisjoint(fb.called))
        and not (fa.products and meet(fa.products, fb.products))
        and fa.called.isdisjoint(fb.words | fb.products)
        and fb.called.isdisjoint(fa.words | fa.products)
    ):
        return f"named {', '.join(sorted(fb.called))} / {', '.join(sorted(fa.called))}"
    if group == "deal" and (days > LATER or not (fa.products & fb.products)):
        # two deals of one company: the other party must be the same, or be unnamed on one side within days
        shared = fa.main & fb.main
        if (
            fa.parties >= 2
            and fb.parties >= 2
            and len({m for m in shared if not m.startswith("$")}) < 2
            and not both_named(fa, fb)
        ):
            return "other party"
        few, many = (fa, fb) if fa.parties < fb.parties else (fb, fa)
        if few.parties == 1 and many.parties >= 2 and not shared and few.main.isdisjoint(many.words | many.others):
            return "third party"  # both know the company in the middle, each with another one
    if group == "deal" and "merger_acquisition" not in (a.type, b.type):
        same_currency = a.attributes.get("currency") == b.attributes.get("currency")
        pair = days <= NEAR and len({m for m in fa.main & fb.main if not m.startswith("$")}) >= 2
        if same_currency and not pair and far(number(a, "upfront"), number(b, "upfront"), 1.3):
            return "upfront"
    if (
        group in ABOUT_DISEASES
        and fa.diseases
        and fb.diseases
        and not any(diseases.compatible(x, y) for x in fa.diseases for y in fb.diseases)
    ):
        return f"disease {', '.join(sorted(fb.diseases))} / {', '.join(sorted(fa.diseases))}"
    return ""


def undecided(a: Event, fa: Features, b: Event, fb: Features) -> str:
    """Why two events say too little to be taken for one happening, though nothing contradicts; "" when they say enough."""
    days = abs((a.at - b.at).total_seconds()) / 86400
    over = status_of(a if a.at >= b.at else b) in ("completed", "terminated")
    unnamed = fa.parties != fb.parties and days > NEAR and not (fa.products & fb.products and (over or days <= 30))
    unnamed = unnamed and not both_named(fa, fb) and not sold(a, fa, b, fb)
    return "other party unnamed" if family(a.type) == "deal" and unnamed else ""


def sold(a: Event, fa: Features, b: Event, fb: Features) -> bool:
    """Whether the later one tells, of the target alone and for the same sum, that the purchase of it is over."""
    (earlier, fe), (later, fl) = ((a, fa), (b, fb)) if a.at <= b.at else ((b, fb), (a, fa))
    over = status_of(later) in ("completed", "terminated") and status_of(earlier) in ("", "proposed", "announced")
    purchase = {a.type, b.type} == {"merger_acquisition"}
    return over and purchase and fl.parties == 1 and bool(fl.main & fe.bought) and amounts_meet(a, b)


def _strangers(a: frozenset[str], told_a: frozenset[str], b: frozenset[str], told_b: frozenset[str]) -> bool:
    """Whether two sets share nothing, and neither is mentioned where the other is told."""
    return a.isdisjoint(b | told_b) and b.isdisjoint(told_a)


def _one_name(fa: Features, fb: Features) -> bool:
    """Whether a study that one title names is the one of the other, or is mentioned there."""
    return meet(fa.studies, fb.studies) or bool(fa.studies & fb.words) or bool(fb.studies & fa.words)


def _first_sale(a: Event, b: Event) -> bool:
    """Whether one is a notice of what was sold so far and the other tells of more: the round had not closed yet."""
    notice, other = (a, b) if a.attributes.get("form") == "D" else (b, a)
    sold, told = number(notice, "amount"), number(other, "amount")
    return (
        notice.attributes.get("form") == "D"
        and notice.connector != other.connector
        and bool(sold and told and sold <= told)
    )


def both_named(fa: Features, fb: Features) -> bool:
    """Whether the second party of one telling is at least mentioned in the other."""
    only_a, only_b = fa.main - fb.main, fb.main - fa.main
    return bool(only_a & fb.words) or bool(only_b & fa.words) or bool(only_a & fb.others) or bool(only_b & fa.others)


def meet(a: frozenset[str], b: frozenset[str]) -> bool:
    if a & b:
        return True
    return any(len(x) >= 5 and len(y) >= 5 and (x.startswith(y) or y.startswith(x)) for x in a for y in b)
