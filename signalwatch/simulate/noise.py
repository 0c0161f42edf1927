"""Feed entries in which nothing happened: most of what any feed carries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from signalwatch.simulate import dice, workdays
from signalwatch.simulate import lexicon as lex
from signalwatch.simulate.cast import Cast, Company, Program
from signalwatch.simulate.chronicle import words_of
from signalwatch.simulate.grammar import pick
from signalwatch.simulate.happenings import Publication, ap_date, article, money
from signalwatch.simulate.press import TRADE, WIRES, Newsroom
from signalwatch.simulate.wording.noise import LAW_FIRMS, NOISE, NoiseKind

_OUTLETS: Mapping[str, tuple[str, ...]] = {
    "wire": WIRES,
    "trade": (*TRADE, *TRADE, "digest"),
    "agency": ("agency",),
    "company": ("ir",),
}


class NoiseDesk:
    """Writes noise about a cast."""

    def __init__(self, seed: int, cast: Cast, newsroom: Newsroom, ir_company: str) -> None:
        self._rng = dice.stream(seed, "noise")
        self._newsroom = newsroom
        self._ir = cast.company(ir_company)
        self._companies = cast.companies
        self._public = [c for c in cast.companies if c.public]
        self._private = [c for c in cast.companies if not c.public]
        self._vendors = [c for c in cast.companies if c.kind in ("cro_cdmo", "tools")] or list(cast.companies)
        self._programs: dict[str, list[Program]] = {}
        for program in cast.programs:
            self._programs.setdefault(program.company_id, []).append(program)
        self._kinds = list(NOISE)
        self._weights = [NOISE[k].weight for k in self._kinds]

    def write(self, count: int, first: date, last: date) -> list[Publication]:
        """``count`` entries spread over the days, business days first."""
        rng = self._rng
        days = (last - first).days + 1
        out = []
        for kind in rng.choices(self._kinds, self._weights, k=count):
            day = first + timedelta(days=rng.randrange(days))
            if day.weekday() >= 5 and rng.random() < 0.85:
                day = workdays.next_business_day(day)
            out.append(self._one(kind, min(day, last)))
        return out

    def _moment(self, outlet: str, day: date) -> datetime:
        rng = self._rng
        if outlet == "wire":
            return workdays.eastern(day, rng.choice((6, 7, 7, 8, 8, 9, 10, 11, 13, 16, 16, 17)), rng.randint(0, 59))
        return workdays.eastern(day, rng.randint(6, 18), rng.randint(0, 59))

    def _one(self, name: str, day: date) -> Publication:
        rng, kind = self._rng, NOISE[name]
        outlet = rng.choice(kind.outlets)
        if outlet == "company" and rng.random() < 0.5:  # one company's own site is quieter than a wire
            outlet = "wire" if "wire" in kind.outlets else "company"
        at = self._moment(outlet, day)
        company = self._subject(kind, outlet)
        source = rng.choice(_OUTLETS[outlet])
        words = self._words(company, at)
        title, lead = pick(kind.titles, words, rng), pick(kind.leads, words, rng)
        if outlet == "wire":
            tag = "(ATLAS NEWSWIRE)" if source == "wire_a" else "/MeridianPR/"
            lead = f"{company.dateline}, {ap_date(at.astimezone(workdays.NEW_YORK).date())} {tag} -- {lead}"
        meta = {"issuer": words["law"] if name == "law_firm" else company.legal, "author": words["person"]}
        if outlet == "wire" and company.ticker and kind.about in ("company", "public"):
            meta["ticker"] = f"{company.exchange}:{company.ticker}"
        if kind.about in ("outsider", "nobody"):
            meta["issuer"] = words["outsider"]
        return self._newsroom.entry(
            source, at, title, lead, company=company if kind.about != "outsider" else None, noise=name, meta=meta
        )

    def _subject(self, kind: NoiseKind, outlet: str) -> Company:
        if outlet == "company":
            return self._ir
        if kind.about == "public":
            return self._rng.choice(self._public)
        if kind.about == "private":
            return self._rng.choice(self._private)
        if kind.about == "vendor":
            return self._rng.choice(self._vendors)
        return self._rng.choice(self._companies)

    def _words(self, company: Company, at: datetime) -> dict[str, str]:
        rng = self._rng
        programs = self._programs.get(company.company_id)
        words = words_of(rng, company, rng.choice(programs) if programs else None, at)
        words["asset"] = words["asset"] or "its lead candidate"
        amount = rng.randint(5, 240) * 1_000_000
        words["amt"], words["amts"] = money(amount, rng)
        words["a_amt"] = f"{article(words['amt'])} {words['amt']}"
        outsider, outsider2 = rng.sample(lex.OUTSIDERS, 2)
        words |= {
            "congress": rng.choice(lex.CONGRESSES), "law": rng.choice(LAW_FIRMS), "bn": f"{rng.randint(2, 60)}.{rng.randint(1, 9)}",
            "outsider": outsider, "outsider2": outsider2, "university": rng.choice(lex.UNIVERSITIES), "other": rng.choice(self._public).name,
            "desig": rng.choice(("Fast Track", "Orphan Drug", "Breakthrough Therapy")), "app": rng.choice(("NDA", "BLA")),
        }  # fmt: skip
        return words
