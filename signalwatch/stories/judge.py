"""Are two events one happening? Families, windows, contradictions and evidence (design.md section 7).

The rules follow the question "would a person who got an alert for A be annoyed to get a second one for B?": told again,
told by the other side, or moved on by one step is the same; another product, person, agency, round, site or deal is not.
"""

from __future__ import annotations

from collections.abc import Mapping

from signalwatch.model import Event
from signalwatch.stories.against import BY_AGENCY, COMPANY_ITSELF, amends, contradiction, meet, sold
from signalwatch.stories.features import Features
from signalwatch.stories.money import PAID_WITHIN, amounts_meet, far, number, paid_out
from signalwatch.stories.spelling import abbreviates, resembles
from signalwatch.stories.steps import DEFAULT_WINDOW, NEAR, STATUS_ORDER, WINDOW, distress_kind, family, status_of

LINKED_WITHIN = 400
"""Days within which an amended notice belongs to the offering it restates, and a start to its registration."""


CORRECTED_WITHIN = 30
"""Days within which a corrected release under a new address follows the first one."""

AT_ONCE = 3
"""Days within which an agency's notice and a ticker are told of by others."""

RECAPPED_WITHIN = 100
"""Days within which a periodic release tells again what was told."""

ONCE_WITHIN: Mapping[str, int] = {
    "regulatory_designation": 120,
    "trial_begin": 250,
    "regulatory_rejection": 60,
    "ind_clearance": 120,
    "leadership_change": 200,
}
"""Days within which what happens once to a product (or a named study, or a person) is told again or moved on."""

DECIDED_AFTER = 14
"""Days before which no European decision is taken for that on an opinion, unless both name the product or disease."""
DECIDED_WITHIN = 90
"""Days within which the European Commission decides on an opinion: 67 by law, often fewer."""

REGISTRY_WITHIN = 60
"""Days within which a registry record of a start or stop follows the announcement: sponsors have 30 days to update."""


def _record_of(a: Event, fa: Features, b: Event, fb: Features) -> bool:
    """Whether one is the registry's record of what the other announced: same company, asset and kind."""
    if family(a.type) not in ("trial_begin", "trial_stop") or (a.connector == "clinicaltrials") == (
        b.connector == "clinicaltrials"
    ):
        return False
    return bool(fa.main & fb.main) and meet(fa.products, fb.products)


def one_study(a: Event, b: Event) -> bool:
    """Whether both events name the same study."""
    return a.program is not None and b.program is not None and not set(a.program.nct_ids).isdisjoint(b.program.nct_ids)


def _ends(a: Event, b: Event) -> bool:
    """Whether the later one tells the end of a deal that the earlier one announced: closing takes a year at times."""
    later, earlier = (a, b) if a.at >= b.at else (b, a)
    return status_of(later) in ("completed", "terminated") and status_of(earlier) in ("", "proposed", "announced")


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


def _ticker_of(fa: Features, fb: Features, days: float) -> bool:
    """Whether one telling knows only the ticker of a company that the other names."""
    own = [y for y in (*fa.main, *fa.full) if not y.startswith("$")]
    tickers = [  # those that are not its own company's
        x
        for x in fa.main
        if x.startswith("$") and not any(y != x[1:] and (abbreviates(x, y) or resembles(x, y)) for y in own)
    ]
    names = [y for y in (*fb.main, *fb.full) if not y.startswith("$")]
    if any(abbreviates(x, y) for x in tickers for y in names):
        return True
    alone = days <= AT_ONCE and not any(y.startswith("$") for y in fb.main)
    return alone and any(resembles(x, y) for x in tickers for y in names)


def _noticed(a: Event, fa: Features, b: Event, fb: Features, days: float) -> bool:
    """Whether one is an agency's notice that names no company, and the other tells of the same decision at that time."""
    if family(a.type) not in BY_AGENCY or bool(fa.main) == bool(fb.main) or days > AT_ONCE:
        return False
    if fa.agency != fb.agency:  # the company's side may say "in the EU": then the name of the product has to agree
        names = fa.marks & fb.marks & fa.capitals & fb.capitals
        if (fa.agency and fb.agency) or not {m for m in names if m not in fa.diseases | fb.diseases}:
            return False
    if not (fa.agency or fb.agency) or (status_of(a) or status_of(b)) != (status_of(b) or status_of(a)):
        return False
    return bool(fa.marks & (fb.marks | fb.words)) or bool(fb.marks & fa.words)


def evidence(a: Event, fa: Features, b: Event, fb: Features, days: float) -> float:
    """How much speaks for one happening, in points; 0 when nothing ties the two together."""
    shared = set(fa.main & fb.main)
    if not shared and days <= NEAR and (_ticker_of(fa, fb, days) or _ticker_of(fb, fa, days)):
        shared = {"$"}
    crossed = (fa.main & (fb.others | fb.words)) | (fb.main & (fa.others | fa.words))
    products = meet(fa.products, fb.products) if fa.products and fb.products else False
    products = products or bool((fa.products & fb.words) | (fb.products & fa.words))  # a brand in lower case
    products = products or bool((fa.main & fb.products) | (fb.main & fa.products))  # a brand taken for a company
    one_sentence = (
        a.title != b.title and ";" not in a.title + b.title
    )  # two items of one digest name each other as well
    swapped = one_sentence and bool(fa.main & fb.words) and bool(fb.main & fa.words)  # two readings of one sentence
    if family(a.type) in COMPANY_ITSELF and fa.main and fb.main and not shared:
        products = False  # money, people and sites are the company's: a product in the text ties no two companies
    products = products or bool(fa.called & (fb.called | fb.words)) or bool(fb.called & fa.words)
    products = products or _noticed(a, fa, b, fb, days)
    if not shared and not products and not crossed:
        return 0.0
    points = 2.0 * bool(shared) + 1.0 * (len({m for m in shared if not m.startswith("$")}) >= 2) + 1.0 * bool(crossed)
    points += 2.0 * products
    points += 1.5 * bool(fa.people & fb.people)
    points += 1.5 * bool(fa.people & fb.main or fb.people & fa.main)  # a person taken for a company
    points += 0.5 * bool(fa.roles & fb.roles)
    points += 1.5 * amounts_meet(a, b)
    for name in ("percent", "count"):
        x, y = number(a, name), number(b, name)
        if x is not None and y is not None and not far(x, y, 1.05):
            points += 1.5
    points += 2.0 * bool(fa.places & (fb.places | fb.words) or fb.places & fa.words)
    points += 1.5 * bool(fa.studies & fb.studies)
    smaller = min(len(fa.words), len(fb.words))
    if smaller:
        points += 3.0 * len(fa.words & fb.words) / max(smaller, 6)
    if not shared and swapped and fa.parties == fb.parties == 1:
        points += 1.0
    elif not shared and not products:
        points -= 1.0
    return points


def _once(group: str, a: Event, fa: Features, b: Event, fb: Features) -> bool:
    """Whether both tell of what happens once: to this product, the beginning of this study, this person in this seat."""
    if group not in ONCE_WITHIN or fa.main.isdisjoint(fb.main):
        return False
    if group == "trial_begin":
        return bool(fa.studies & fb.studies)
    if group == "leadership_change":
        return _takes_over(a, fa, b, fb)
    return (bool(fa.products and fb.products) and meet(fa.products, fb.products)) or bool(fa.called & fb.called)


def _takes_over(a: Event, fa: Features, b: Event, fb: Features) -> bool:
    """Whether one person is told to come to (or to leave) one seat, in both."""
    shared = fa.people & fb.people
    ways = {a.attributes.get("direction"), b.attributes.get("direction")}
    named = bool(shared) and len(shared) >= min(2, len(fa.people), len(fb.people))
    return named and bool(fa.roles & fb.roles) and ways != {"joins", "leaves"}


def decided(a: Event, fa: Features, b: Event, fb: Features) -> bool:
    """Whether the later one is a European decision that may be the one on the earlier one's opinion."""
    (earlier, fe), (later, fl) = ((a, fa), (b, fb)) if a.at <= b.at else ((b, fb), (a, fa))
    steps = (status_of(earlier), status_of(later)) == ("recommended", "approved")
    soon = (later.at - earlier.at).total_seconds() / 86400 <= DECIDED_WITHIN
    return steps and soon and fe.agency == fl.agency == "eu" and not fe.main.isdisjoint(fl.main)


def presumed(a: Event, fa: Features, b: Event, fb: Features) -> bool:
    """Whether only the company and the time say that a European decision is the one on an opinion."""
    named = fa.products & fb.products or fa.called & (fb.called | fb.words) or fb.called & fa.words
    return not named and fa.diseases.isdisjoint(fb.diseases) and decided(a, fa, b, fb)


def _linked(group: str, a: Event, fa: Features, b: Event, fb: Features, days: float) -> bool:
    """Whether more than likeness ties the two: an amended notice, one study, the end of a deal, the record of a start."""
    if group == "funding":
        return amends(a, b)
    if group == "deal":
        return sold(a, fa, b, fb) or (_ends(a, b) and _pair(fa, fb))
    return (group == "trial_begin" and one_study(a, b)) or (days <= REGISTRY_WITHIN and _record_of(a, fa, b, fb))


def _pair(fa: Features, fb: Features) -> bool:
    """Whether both parties of a deal are the same."""
    return len({m for m in fa.main & fb.main if m[0] != "$"}) >= 2


def same(a: Event, fa: Features, b: Event, fb: Features) -> float:
    """How strongly two events are one happening; 0 or less means they are not."""
    group = family(a.type)
    if group != family(b.type):
        return 0.0
    days = abs((a.at - b.at).total_seconds()) / 86400
    linked = _linked(group, a, fa, b, fb, days)
    once, paid = _once(group, a, fa, b, fb), group == "funding" and paid_out(a, b)
    recap = (fa if a.at >= b.at else fb).periodic
    within = LINKED_WITHIN if linked else WINDOW.get(group, DEFAULT_WINDOW)
    longer = (once * ONCE_WITHIN.get(group, 0), recap * RECAPPED_WITHIN, paid * PAID_WITHIN)
    if days > max(within, *longer) or contradiction(a, fa, b, fb):
        return 0.0
    points = evidence(a, fa, b, fb, days)
    if linked or points <= 0:
        return max(points, 0.0)
    european = decided(a, fa, b, fb)
    if european and days < DECIDED_AFTER and presumed(a, fa, b, fb):
        return 0.0
    if european and fa.diseases & fb.diseases:
        points += 1.0
    need = _need(group, a, fa, b, fb, days)
    if (paid or european) and fa.main & fb.main:
        need = min(need, 1.9)
    if once or (recap and days > 30):
        need = min(need, 3.2)
    if (fa.again if a.at >= b.at else fb.again) and days > NEAR and not _steps(group, a, b)[0]:
        need += 1.0
    return points - need


def _steps(group: str, a: Event, b: Event) -> tuple[bool, bool]:
    """Whether the later one is a step on, and whether it is a step back."""
    order = STATUS_ORDER.get(group, ())
    sa, sb = status_of(a), status_of(b)
    later, earlier = (sa, sb) if a.at >= b.at else (sb, sa)
    if later not in order or earlier not in order:
        return False, False
    return order.index(later) > order.index(earlier), order.index(later) < order.index(earlier)


def _need(group: str, a: Event, fa: Features, b: Event, fb: Features, days: float) -> float:
    """How much has to speak for one happening, by how far apart the two lie and what kind it is."""
    step, back = _steps(group, a, b)
    need = 1.8 if days <= NEAR else 2.4 if days <= 10 else 3.2 if days <= 30 else 3.8
    if group == "results" and days > NEAR:
        need += 1.5  # another cut, congress or subgroup is new data
    if step:
        need -= 1.2
    elif days > 10 and group in STATUS_ORDER:
        need += 0.8
    if back and days > NEAR:
        need += 1.5
    if group == "regulatory_approval" and status_of(a) == status_of(b) and days > 30:
        need += 1.5  # the next dose, device or label
    if step and group == "regulatory_submission":
        need -= 0.6  # one application: agency and kind agree, and it only moves on
    if group == "ipo" and fa.main & fb.main:
        need = 1.8  # a company goes public once
    if group == "bankruptcy_distress" and fa.main & fb.main and distress_kind(a) == "proceeding":
        need = 1.8  # one proceeding, whatever step it has come to
    if group == "layoffs_restructuring" and days <= 10 and not (fa.again or fb.again):
        need = min(need, 1.9)  # one round, told by number and by share
    if {a.type, b.type} == {"merger_acquisition"} and _pair(fa, fb):
        need = min(need, 2.5)  # one company buys another once, whatever it bids
    if group == "trial_stop" and a.attributes.get("kind") != b.attributes.get("kind"):
        need += 0.5  # a pause of one's own and a hold of the agency are told in much the same words
    return need
