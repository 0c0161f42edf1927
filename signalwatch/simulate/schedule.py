"""When what happens to whom: a year of happenings per company and per program, with plausible order and spacing."""

from __future__ import annotations

import math
import random
from datetime import date, datetime, timedelta

from signalwatch.model import Json
from signalwatch.simulate import dice, workdays
from signalwatch.simulate import lexicon as lex
from signalwatch.simulate.cast import Cast, Company, Program
from signalwatch.simulate.chronicle import Span, activity, make, moment, words_of
from signalwatch.simulate.happenings import PLANTS, ROLES, SEGMENTS, Happening, article, money
from signalwatch.simulate.programs import ProgramLife

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

SPACING = timedelta(days=60)
"""Two happenings of one type at one company (or program) lie at least this far apart."""

SERIES: tuple[tuple[str, str, str, int, int], ...] = (
    ("seed", "Seed Financing", "seed round", 4, 25), ("A", "Series A Financing", "Series A", 20, 90),
    ("B", "Series B Financing", "Series B", 45, 150), ("C", "Series C Financing", "Series C", 70, 220),
    ("crossover", "Crossover Financing", "crossover round", 60, 180),
)  # fmt: skip


def _count(rate: float, days: int, rng: random.Random) -> int:
    """Poisson draw with the expected number of ``rate`` a year over ``days``."""
    limit, product, count = math.exp(-rate * days / 365), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


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
                for day in _days(rng, self._span, _count(rate * activity(company), self._span.days, rng)):
                    out.append(self._corporate(rng, company, kind, moment(rng, day)))
            for program in self._programs.get(company.company_id, ()):
                if not program.device:
                    out.extend(ProgramLife(rng, company, program, self._span).run())
        out.sort(key=lambda h: (h.occurs_at, h.happening_id))
        return out

    # --- parts -------------------------------------------------------------------------------------------------

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
            return make(company, "funding_round", at, words, variant="debt", attributes=attributes)
        order = {"0": 1, "1": 2, "1/2": 2, "2": 3, "2/3": 4, "3": 4}[program.phase if program else "1"]
        series, upper, lower, low, high = SERIES[max(0, min(4, order + rng.choice((-1, 0, 0))))]
        amount = self._amount(rng, words, low, high)
        words["Round"], words["rounds"] = upper, lower
        words["round"] = (
            upper.replace("Financing", "financing").replace("Seed", "seed").replace("Crossover", "crossover")
        )
        words["a_round"] = f"{article(words['round'])} {words['round']}"
        words["a_rounds"] = f"{article(lower)} {lower}"
        return make(
            company, "funding_round", at, words, attributes={"series": series, "amount": amount, "currency": "USD"}
        )

    def _ipo(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        amount = self._amount(rng, words, 80, 300)
        priced = moment(rng, at.date() + timedelta(days=rng.randint(24, 40)))
        return make(
            company, "ipo", at, words, attributes={"amount": amount}, stages=(("filed", at), ("priced", priced))
        )

    def _public_offering(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        amount = self._amount(rng, words, 20, 260)
        attributes: dict[str, Json] = {"amount": amount, "currency": "USD"}
        if rng.random() < 0.35:
            return make(company, "public_offering", at, words, attributes=attributes, stages=(("priced", at),))
        proposed = workdays.eastern(at.astimezone(workdays.NEW_YORK).date(), 16, 5)
        day = workdays.next_business_day(proposed.date())
        closed = workdays.eastern(workdays.next_business_day(day + timedelta(days=2)), 9, 10)
        stages = (("proposed", proposed), ("priced", workdays.eastern(day, 7, 45)), ("closed", closed))
        return make(company, "public_offering", proposed, words, attributes=attributes, stages=stages)

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
        return make(company, "partnership", at, words, attributes=attributes, counterparties=[other] if other else [])

    def _licensing_deal(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        other = self._partner(rng, company, words)
        attributes = self._deal_money(rng, words)
        return make(
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
        done = moment(rng, at.date() + timedelta(days=rng.randint(35, 70)))
        return make(
            company, "merger_acquisition", at, words, attributes=attributes, counterparties=others,
            stages=(("announced", at), ("completed", done)),
        )  # fmt: skip

    def _grant_award(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        amount = self._amount(rng, words, 1, 14)
        words["funder"] = rng.choice(lex.FUNDERS)
        words["Funder"] = words["funder"].removeprefix("the ")
        return make(
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
        return make(
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
        return make(company, "leadership_change", at, words, variant=direction, attributes=attributes)

    def _layoffs_restructuring(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        return make(
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
        return make(
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
        return make(company, "bankruptcy_distress", at, words, variant=variant, attributes={"kind": variant})

    def _product_launch(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        kind = "Platform" if company.kind in ("tools", "cro_cdmo") else "System"
        words["product"] = (
            f"{words['asset'] or company.short + rng.choice(('Flow', 'Prep', 'Line', 'Seq'))} {rng.choice(('2', 'X', 'Pro', 'One'))} {kind}"
        )
        words["segment"] = rng.choice(SEGMENTS)
        words["segment_l"] = words["segment"].lower()
        return make(company, "product_launch", at, words, attributes={"product": words["product"]})

    def _regulatory_approval(
        self, rng: random.Random, company: Company, program: Program | None, at: datetime, words: dict[str, str]
    ) -> Happening:
        words["segment"] = rng.choice(SEGMENTS)
        return make(
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
        return make(
            company,
            "filing",
            at,
            words,
            variant=variant,
            attributes={"form": "SCHEDULE 13D" if variant == "13d" else "NT 10-K"},
        )


def build(seed: int, cast: Cast, first: date, last: date) -> list[Happening]:
    """All happenings from ``first`` to ``last``, oldest first."""
    return Scheduler(seed, cast, Span(first, last)).run()
