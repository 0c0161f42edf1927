"""When what happens to whom: a year of happenings per company and per program, with plausible order and spacing."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from signalwatch.model import Json, Struct
from signalwatch.simulate import dice, workdays
from signalwatch.simulate import lexicon as lex
from signalwatch.simulate.cast import Cast, Company, Program
from signalwatch.simulate.happenings import (
    ACCEPTED,
    DESIGNATIONS,
    PLANTS,
    ROLES,
    SEGMENTS,
    Happening,
    article,
    company_words,
    money,
    phase_words,
    program_words,
    time_words,
)

RATES: dict[str, dict[str, float]] = {
    "biotech_private": {
        "funding_round": 0.75, "leadership_change": 0.6, "partnership": 0.45, "licensing_deal": 0.25, "grant_award": 0.25,
        "contract_award": 0.06, "facility_expansion": 0.1, "layoffs_restructuring": 0.14, "bankruptcy_distress": 0.05, "ipo": 0.08,
    },
    "biotech_public": {
        "public_offering": 0.65, "funding_round": 0.1, "leadership_change": 0.8, "partnership": 0.45, "licensing_deal": 0.35,
        "merger_acquisition": 0.12, "layoffs_restructuring": 0.25, "bankruptcy_distress": 0.07, "grant_award": 0.1,
        "contract_award": 0.1, "facility_expansion": 0.12, "filing": 0.2,
    },
    "big_pharma": {
        "merger_acquisition": 1.2, "licensing_deal": 1.0, "partnership": 1.4, "facility_expansion": 0.8,
        "layoffs_restructuring": 0.4, "leadership_change": 0.8,
    },
    "cro_cdmo": {
        "facility_expansion": 0.7, "partnership": 0.6, "leadership_change": 0.6, "product_launch": 0.5, "merger_acquisition": 0.25,
        "layoffs_restructuring": 0.15,
    },
    "diagnostics": {
        "product_launch": 0.6, "regulatory_approval": 0.4, "funding_round": 0.4, "partnership": 0.5, "leadership_change": 0.5,
        "grant_award": 0.25, "facility_expansion": 0.2,
    },
    "medtech": {
        "product_launch": 0.5, "regulatory_approval": 0.5, "funding_round": 0.4, "partnership": 0.3, "leadership_change": 0.5,
        "layoffs_restructuring": 0.15, "facility_expansion": 0.2,
    },
    "tools": {
        "product_launch": 0.9, "partnership": 0.5, "facility_expansion": 0.3, "leadership_change": 0.5, "merger_acquisition": 0.2,
    },
}  # fmt: skip
"""Happenings a year for one company of a kind."""

SPACING = timedelta(days=75)
"""Two happenings of one type at one company (or program) lie at least this far apart."""

SERIES: tuple[tuple[str, str, str, int, int], ...] = (
    ("seed", "Seed Financing", "seed round", 4, 25), ("A", "Series A Financing", "Series A", 20, 90),
    ("B", "Series B Financing", "Series B", 45, 150), ("C", "Series C Financing", "Series C", 70, 220),
    ("crossover", "Crossover Financing", "crossover round", 60, 180),
)  # fmt: skip
WHY_STOPPED: tuple[tuple[str, str], ...] = (
    ("for strategic business reasons", "Sponsor decision based on portfolio prioritization; not related to safety"),
    ("after an interim analysis showed it was unlikely to succeed", "Lack of efficacy at the planned interim analysis"),
    ("because of slow recruitment", "Slow enrollment"),
    ("following a safety review", "Unfavorable benefit-risk profile observed by the data monitoring committee"),
    ("to conserve cash", "Lack of funding"),
)


class Span(Struct, frozen=True):
    """From when to when happenings are invented (the first weeks lie before the service starts)."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Length in days, both ends included."""
        return (self.last - self.first).days + 1


def _count(rate: float, days: int, rng: random.Random) -> int:
    """Poisson draw with the expected number of ``rate`` a year over ``days``."""
    limit, product, count = math.exp(-rate * days / 365), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def _moment(rng: random.Random, day: date) -> datetime:
    """When companies tell things: mostly before the US market opens, else after it closes."""
    day = workdays.on_business_day(day)
    draw = rng.random()
    if draw < 0.4:
        return workdays.eastern(day, 7, rng.choice((0, 0, 0, 5, 30)))
    if draw < 0.7:
        return workdays.eastern(day, 8, rng.choice((0, 0, 1, 15, 30)))
    if draw < 0.9:
        return workdays.eastern(day, 16, rng.randint(1, 15))
    return workdays.eastern(day, rng.randint(9, 15), rng.randint(0, 59))


def _days(rng: random.Random, span: Span, count: int) -> list[date]:
    """Distinct days of the span at least ``SPACING`` apart (fewer than ``count`` when they do not fit)."""
    chosen: list[date] = []
    for _ in range(count * 3):
        day = span.first + timedelta(days=rng.randrange(span.days))
        if all(abs(day - other) >= SPACING for other in chosen):
            chosen.append(day)
        if len(chosen) == count:
            break
    return sorted(chosen)


def words_of(rng: random.Random, company: Company, program: Program | None, at: datetime) -> dict[str, str]:
    """All slots a text about ``company`` (and one of its programs) at ``at`` may use."""
    lead, second = rng.sample(lex.INVESTORS, 2)
    person = f"{rng.choice(lex.FIRST_NAMES)} {rng.choice(lex.LAST_NAMES)}"
    place = rng.choice([c for c in lex.CITIES if c[3] == "US"])
    words = {
        **company_words(company, rng), **program_words(program, company, rng), **time_words(at), "lead": lead, "lead2": second,
        "bank": rng.choice(lex.BANKS), "person": person, "last": person.rpartition(" ")[2],
        "place": f"{place[0]}, {place[1]}" if place[1] else place[0], "count": str(rng.randint(12, 380)),
        "pct": str(rng.choice((12, 15, 18, 20, 25, 30, 35, 40, 45, 60))), "price": f"${rng.randint(3, 24)}.{rng.choice(('00', '50', '25'))}",
    }  # fmt: skip
    words["use"] = rng.choice(
        (
            f"advance {words['asset'] or 'its lead program'} into {words['phl']} testing",
            "expand its team and fund operations into 2028",
            f"fund a {words['phl']} trial in {words['ind']}",
        )
    )
    return words


class Scheduler:
    """Invents the happenings of one cast over one span."""

    def __init__(self, seed: int, cast: Cast, span: Span) -> None:
        self._seed = seed
        self._cast = cast
        self._span = span
        self._programs: dict[str, list[Program]] = {}
        for program in cast.programs:
            self._programs.setdefault(program.company_id, []).append(program)
        self._partners = [c for c in cast.companies if c.kind in ("big_pharma", "biotech_public", "cro_cdmo")]
        self._prey = [
            c for c in cast.companies if c.kind == "biotech_private" and not c.lookalike_of and not c.parent_id
        ]
        self._bought: set[str] = set()

    def run(self) -> list[Happening]:
        """All happenings, oldest first."""
        out: list[Happening] = []
        for company in self._cast.companies:
            rng = dice.stream(self._seed, "life", company.company_id)
            for kind, rate in RATES[company.kind].items():
                for day in _days(rng, self._span, _count(rate, self._span.days, rng)):
                    out.append(self._corporate(rng, company, kind, _moment(rng, day)))
            for program in self._programs.get(company.company_id, ()):
                if not program.device:
                    out.extend(self._program_life(rng, company, program))
        out.sort(key=lambda h: (h.occurs_at, h.happening_id))
        return out

    # --- parts -------------------------------------------------------------------------------------------------

    def _make(
        self, company: Company, kind: str, at: datetime, words: dict[str, str], *, variant: str = "",
        attributes: dict[str, Json] | None = None, program: Program | None = None,
        stages: Sequence[tuple[str, datetime]] = (), counterparties: Sequence[str] = (), suffix: str = "",
    ) -> Happening:  # fmt: skip
        place = program.program_id if program is not None else company.company_id
        return Happening(
            happening_id=f"{kind}:{place}:{at:%Y%m%d}{suffix}", type=kind, company_id=company.company_id, occurs_at=at,
            accepted=ACCEPTED.get(kind, ()), counterparties=tuple(counterparties), attributes=attributes or {},
            stages=tuple(stages) or (("", at),), program_id=program.program_id if program is not None else "",
            variant=variant, words=words,
        )  # fmt: skip

    def _amount(self, rng: random.Random, words: dict[str, str], low: int, high: int) -> int:
        """Set the amount slots; returns US dollars."""
        amount = rng.randint(low, high) * 1_000_000
        if amount > 50_000_000 and rng.random() < 0.6:
            amount = round(amount / 5_000_000) * 5_000_000
        words["amt"], words["amts"] = money(amount, rng)
        words["a_amt"] = f"{article(words['amt'])} {words['amt']}"
        words["a_amts"] = f"{article(words['amts'])} {words['amts']}"
        return amount

    def _corporate(self, rng: random.Random, company: Company, kind: str, at: datetime) -> Happening:
        """One happening that concerns the company as a whole."""
        programs = self._programs.get(company.company_id, [])
        program = rng.choice(programs) if programs else None
        words = words_of(rng, company, program, at)
        build = getattr(self, f"_{kind}")
        happening: Happening = build(rng, company, program, at, words)
        return happening

    def _funding_round(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        if company.public:
            amount = self._amount(rng, words, 20, 150)
            attributes: dict[str, Json] = {"series": "venture_debt", "amount": amount, "currency": "USD"}
            return self._make(company, "funding_round", at, words, variant="debt", attributes=attributes)
        order = {"0": 1, "1": 2, "1/2": 2, "2": 3, "2/3": 4, "3": 4}[program.phase if program else "1"]
        series, upper, lower, low, high = SERIES[max(0, min(4, order + rng.choice((-1, 0, 0))))]
        amount = self._amount(rng, words, low, high)
        words["Round"], words["rounds"] = upper, lower
        words["round"] = (
            upper.replace("Financing", "financing").replace("Seed", "seed").replace("Crossover", "crossover")
        )
        words["a_round"] = f"{article(words['round'])} {words['round']}"
        words["a_rounds"] = f"{article(lower)} {lower}"
        return self._make(
            company, "funding_round", at, words, attributes={"series": series, "amount": amount, "currency": "USD"}
        )

    def _ipo(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        amount = self._amount(rng, words, 80, 300)
        priced = _moment(rng, at.date() + timedelta(days=rng.randint(24, 40)))
        return self._make(
            company, "ipo", at, words, attributes={"amount": amount}, stages=(("filed", at), ("priced", priced))
        )

    def _public_offering(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        amount = self._amount(rng, words, 20, 260)
        attributes: dict[str, Json] = {"amount": amount, "currency": "USD"}
        if rng.random() < 0.35:
            return self._make(company, "public_offering", at, words, attributes=attributes, stages=(("priced", at),))
        proposed = workdays.eastern(at.astimezone(workdays.NEW_YORK).date(), 16, 5)
        day = workdays.next_business_day(proposed.date())
        closed = workdays.eastern(workdays.next_business_day(day + timedelta(days=2)), 9, 10)
        stages = (("proposed", proposed), ("priced", workdays.eastern(day, 7, 45)), ("closed", closed))
        return self._make(company, "public_offering", proposed, words, attributes=attributes, stages=stages)

    def _partner(self, rng: random.Random, company: Company, words: dict[str, str]) -> str:
        """Choose the other side; returns its company id, "" for a university."""
        if rng.random() < 0.15:
            words["other"] = words["oshort"] = rng.choice(lex.UNIVERSITIES)
            return ""
        other = rng.choice([c for c in self._partners if c.company_id != company.company_id])
        words["other"], words["other_legal"] = other.name, other.legal
        return other.company_id

    def _deal_money(self, rng: random.Random, words: dict[str, str]) -> dict[str, Json]:
        upfront, total = rng.randint(5, 120) * 1_000_000, rng.randint(150, 1900) * 1_000_000
        words["upfront"], words["upfronts"] = money(upfront, rng)
        words["total"], words["totals"] = money(total, rng)
        return {"upfront": upfront, "total": total, "currency": "USD"}

    def _partnership(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        other = self._partner(rng, company, words)
        attributes = self._deal_money(rng, words)
        return self._make(
            company, "partnership", at, words, attributes=attributes, counterparties=[other] if other else []
        )

    def _licensing_deal(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        other = self._partner(rng, company, words)
        attributes = self._deal_money(rng, words)
        return self._make(
            company,
            "licensing_deal",
            at,
            words,
            attributes=attributes,
            program=program,
            counterparties=[other] if other else [],
        )

    def _merger_acquisition(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        free = [c for c in self._prey if c.company_id not in self._bought and c.company_id != company.company_id]
        amount = self._amount(rng, words, 80, 2400)
        attributes: dict[str, Json] = {"amount": amount, "currency": "USD"}
        others: list[str] = []
        if free:
            prey = rng.choice(free)
            self._bought.add(prey.company_id)
            words["other"], words["other_legal"] = prey.name, prey.legal
            others.append(prey.company_id)
        else:
            words["other"] = words["other_legal"] = f"{rng.choice(lex.COMMON_WORDS)} Scientific"
        done = _moment(rng, at.date() + timedelta(days=rng.randint(35, 70)))
        return self._make(
            company, "merger_acquisition", at, words, attributes=attributes, counterparties=others,
            stages=(("announced", at), ("completed", done)),
        )  # fmt: skip

    def _grant_award(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        amount = self._amount(rng, words, 1, 14)
        words["funder"] = rng.choice(lex.FUNDERS)
        words["Funder"] = words["funder"].removeprefix("the ")
        return self._make(
            company,
            "grant_award",
            at,
            words,
            attributes={"funder": words["Funder"], "amount": amount, "currency": "USD"},
        )

    def _contract_award(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        amount = self._amount(rng, words, 8, 180)
        words["buyer"] = rng.choice(lex.BUYERS)
        words["Buyer"] = words["buyer"].removeprefix("the ")
        short = {"U.S. Department of Defense": "DoD", "Defense Threat Reduction Agency": "DTRA", "Department of Health and Human Services": "HHS",
                 "Biomedical Advanced Research and Development Authority": "BARDA"}  # fmt: skip
        words["Buyer_s"] = short.get(words["Buyer"], words["Buyer"])
        return self._make(
            company,
            "contract_award",
            at,
            words,
            attributes={"agency": words["Buyer"], "amount": amount, "currency": "USD"},
        )

    def _leadership_change(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        words["role"], words["roles"] = rng.choice(ROLES)
        direction = "joins" if rng.random() < 0.7 else "leaves"
        attributes: dict[str, Json] = {"role": words["role"], "direction": direction, "person": words["person"]}
        return self._make(company, "leadership_change", at, words, variant=direction, attributes=attributes)

    def _layoffs_restructuring(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        return self._make(
            company,
            "layoffs_restructuring",
            at,
            words,
            attributes={"percent": int(words["pct"]), "count": int(words["count"])},
        )

    def _facility_expansion(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        amount = self._amount(rng, words, 15, 450)
        words["plant"] = rng.choice(PLANTS)
        words["plant_l"] = words["plant"].lower()
        return self._make(
            company,
            "facility_expansion",
            at,
            words,
            attributes={"location": words["place"], "amount": amount, "currency": "USD"},
        )

    def _bankruptcy_distress(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        variant = "chapter_11" if rng.random() < 0.35 else "strategic_alternatives"
        return self._make(company, "bankruptcy_distress", at, words, variant=variant, attributes={"kind": variant})

    def _product_launch(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        kind = "Platform" if company.kind in ("tools", "cro_cdmo") else "System"
        words["product"] = (
            f"{words['asset'] or company.short + rng.choice(('Flow', 'Prep', 'Line', 'Seq'))} {rng.choice(('2', 'X', 'Pro', 'One'))} {kind}"
        )
        words["segment"] = rng.choice(SEGMENTS)
        words["segment_l"] = words["segment"].lower()
        return self._make(company, "product_launch", at, words, attributes={"product": words["product"]})

    def _regulatory_approval(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        words["segment"] = rng.choice(SEGMENTS)
        return self._make(
            company,
            "regulatory_approval",
            at,
            words,
            variant="device",
            program=program,
            attributes={"agency": "FDA", "stage": "authorized"},
        )

    def _filing(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        variant = "13d" if rng.random() < 0.7 else "nt"
        return self._make(
            company,
            "filing",
            at,
            words,
            variant=variant,
            attributes={"form": "SCHEDULE 13D" if variant == "13d" else "NT 10-K"},
        )

    # --- programs ----------------------------------------------------------------------------------------------

    def _program_life(self, rng: random.Random, company: Company, program: Program) -> list[Happening]:
        """What happens to one program in the span, in an order that makes sense."""
        out: list[Happening] = []
        span = self._span

        def day(low: float, high: float) -> datetime:
            return _moment(rng, span.first + timedelta(days=int(span.days * rng.uniform(low, high))))

        def tell(kind: str, at: datetime, phase: str = program.phase, **more: object) -> None:
            if at.date() > span.last:
                return
            words = words_of(rng, company, program, at)
            words["phase"], words["phl"] = phase_words(phase)
            words["phl_cap"] = words["phl"].capitalize()
            out.append(self._phased(rng, company, program, kind, at, words, phase, more))

        share = span.days / 365
        if program.phase == "0":
            if rng.random() < 0.6 * min(1.0, share * 1.3):
                cleared = day(0.05, 0.7)
                tell("ind_clearance", cleared, "1")
                tell("trial_start", _moment(rng, cleared.date() + timedelta(days=rng.randint(35, 90))), "1", new=True)
        else:
            self._running_trial(rng, program, day, tell, share)
        if rng.random() < 0.22 * share:
            tell("regulatory_designation", day(0.05, 0.95))
        return out

    def _running_trial(self, rng: random.Random, program: Program, day: object, tell: object, share: float) -> None:
        """A program whose trial is under way: read-out, stop, slip, growth, next phase, filing, decision."""
        assert callable(day) and callable(tell)
        if rng.random() < 0.12 * share:
            variant = rng.choice(("hold", "discontinued"))
            at = day(0.1, 0.95)
            if variant == "discontinued" and rng.random() < 0.3:
                at = day(0.2, 0.9)
            tell("trial_setback", at, variant=variant)
            if variant == "discontinued":
                return
        if rng.random() < 0.45 * share:
            read_out = day(0.1, 0.8)
            good = rng.random() < 0.72
            tell("trial_results", read_out, variant="positive" if good else "negative")
            if rng.random() < 0.5:
                tell("trial_completed", _moment(rng, read_out.date() - timedelta(days=rng.randint(10, 40))))
            if good and program.phase in ("3", "2/3"):
                submitted = _moment(rng, read_out.date() + timedelta(days=rng.randint(60, 110)))
                tell("regulatory_submission", submitted)
            elif good:
                following = {"1": "2", "1/2": "2", "2": "3"}[program.phase]
                tell(
                    "trial_start",
                    _moment(rng, read_out.date() + timedelta(days=rng.randint(50, 120))),
                    following,
                    new=True,
                )
        elif program.phase in ("3", "2/3") and rng.random() < 0.45 * share:
            decision = day(0.1, 0.95)
            tell("regulatory_approval" if rng.random() < 0.75 else "regulatory_rejection", decision)
        if rng.random() < 0.3 * share:
            tell("trial_delay", day(0.05, 0.5))
        if rng.random() < 0.22 * share:
            tell("trial_expansion", day(0.5, 0.95))
        if rng.random() < 0.1 * share:
            tell("results_posted", day(0.3, 0.95))
        if rng.random() < 0.03 * share:
            tell("sponsor_change", day(0.2, 0.9))

    def _phased(
        self, rng: random.Random, company: Company, program: Program, kind: str, at: datetime, words: dict[str, str], phase: str,
        more: dict[str, object],
    ) -> Happening:  # fmt: skip
        """One happening of a program."""
        attributes: dict[str, Json] = {"phase": phase}
        stages: list[tuple[str, datetime]] = []
        variant = str(more.get("variant", ""))
        if kind == "trial_start":
            registered = (
                at - timedelta(days=rng.randint(8, 40))
                if rng.random() < 0.6
                else at + timedelta(days=rng.randint(4, 20))
            )
            stages = sorted([("started", at), ("registered", registered)], key=lambda s: s[1])
            attributes["new"] = bool(more.get("new"))
        elif kind == "trial_results":
            attributes["outcome"] = variant
        elif kind == "trial_setback":
            words["why"], reason = rng.choice(WHY_STOPPED)
            attributes["reason"] = reason
        elif kind == "regulatory_designation":
            words["desig"], words["desig_l"], attributes["designation"] = rng.choice(DESIGNATIONS)
            attributes.pop("phase")
        elif kind in ("regulatory_submission", "regulatory_approval", "regulatory_rejection"):
            biologic = program.modality.intervention in ("BIOLOGICAL", "GENETIC")
            words["app"] = "BLA" if biologic else "NDA"
            words["app_long"] = "Biologics License Application" if biologic else "New Drug Application"
            words["a_app"] = f"{article(words['app'])} {words['app']}"
            words["brand"] = rng.choice(("Zyn", "Vel", "Ory", "Kal", "Tre", "Ilu")) + rng.choice(
                ("davo", "trix", "mera", "quento", "lyra", "siva")
            )
            attributes = {"kind": words["app"]}
            if kind == "regulatory_approval":
                attributes = {"agency": "FDA", "stage": "approved"}
            elif kind == "regulatory_rejection":
                attributes = {"kind": "crl"}
            else:
                stages = [
                    ("submitted", at),
                    ("accepted", _moment(rng, at.date() + timedelta(days=rng.randint(55, 70)))),
                ]
        return self._make(
            company,
            kind,
            at,
            words,
            variant=variant,
            attributes=attributes,
            program=program,
            stages=stages,
            suffix=f":{phase}" if phase else "",
        )


def build(seed: int, cast: Cast, first: date, last: date) -> list[Happening]:
    """All happenings from ``first`` to ``last``, oldest first."""
    return Scheduler(seed, cast, Span(first, last)).run()
