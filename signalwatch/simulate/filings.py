"""What companies, funds and insiders file with the SEC: who, which form, when accepted, with which facts.

Only facts are made here; `render_edgar` turns them into Atom, indexes, SGML, XML and JSON when they are asked for.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from signalwatch.model import Json
from signalwatch.simulate import lexicon as lex
from signalwatch.simulate import workdays
from signalwatch.simulate.cast import SIC, Cast, Company
from signalwatch.simulate.happenings import Happening, Publication

if TYPE_CHECKING:
    from signalwatch.simulate.press import Release

AGENTS = (2_099_101, 2_099_102, 2_099_103)
"""CIKs of the filing agents whose number begins most accession numbers."""
BANK_CIK, FUND_CIK, OUTSIDER_CIK, PERSON_CIK = 2_080_000, 2_060_000, 2_070_000, 2_050_000

Party = tuple[str, int, str, int]
"""Name as EDGAR spells it, CIK, role, SIC (0 for none)."""


def conformed(company: Company) -> str:
    """The registrant's name as EDGAR writes it: half of them in capitals."""
    name = company.legal
    return name.upper().replace(".", "") if company.cik % 2 else name


def sic_of(company: Company) -> int:
    """The SIC code of a cast company; private ones mostly have none."""
    return SIC[company.kind][0] if company.public or company.cik % 5 == 0 else 0


def folder_url(cik: int, accession: str) -> str:
    """URL of the folder of one filing under one CIK."""
    return f"https://www.sec.gov/Archives/edgar/data/{cik}/{accession.replace('-', '')}"


class FilingRoom:
    """Accepts filings: hands out accession numbers and acceptance times."""

    def __init__(self, seed: int, cast: Cast) -> None:
        self._seed = seed
        self._cast = cast
        self._sequence: dict[tuple[int, int], int] = {}

    # --- acceptance --------------------------------------------------------------------------------------------

    def accession(self, submitter: int, at: datetime) -> str:
        """The next accession number of a submitter."""
        year = at.astimezone(workdays.NEW_YORK).year % 100
        number = self._sequence.get((submitter, year), 100) + 1
        self._sequence[(submitter, year)] = number
        return f"{submitter:010d}-{year:02d}-{number:06d}"

    @staticmethod
    def accepted(rng: random.Random, at: datetime) -> datetime:
        """When an 8-K about something told at ``at`` is accepted: around the release, after the close, or days later."""
        day = at.astimezone(workdays.NEW_YORK).date()
        draw = rng.random()
        if draw < 0.5:
            when = at + timedelta(minutes=rng.randint(-8, 100), seconds=rng.randint(0, 59))
        elif draw < 0.78:
            when = workdays.eastern(
                workdays.on_business_day(day), rng.choice((16, 16, 17)), rng.randint(5, 59), rng.randint(0, 59)
            )
        else:
            for _ in range(rng.randint(1, 4)):
                day = workdays.next_business_day(day)
            when = workdays.eastern(day, rng.randint(6, 17), rng.randint(0, 59), rng.randint(0, 59))
        return FilingRoom.in_hours(rng, when)

    @staticmethod
    def in_hours(rng: random.Random, when: datetime) -> datetime:
        """Move a time into EDGAR's hours: 06:00 to 22:00 Eastern on business days."""
        local = when.astimezone(workdays.NEW_YORK)
        day = local.date()
        if workdays.is_business_day(day) and 6 <= local.hour < 22:
            return when
        if not workdays.is_business_day(day) or local.hour >= 22:
            day = workdays.next_business_day(day)
        return workdays.eastern(day, 6, rng.randint(1, 40), rng.randint(0, 59))

    def file(
        self, rng: random.Random, form: str, when: datetime, parties: Sequence[Party], *, happening: Happening | None = None,
        company: Company | None = None, stage: str = "", items: Sequence[str] = (), noise: str = "", self_filed: bool = False,
        facts: Mapping[str, Json] | None = None,
    ) -> Publication:  # fmt: skip
        """Accept one filing."""
        submitter = parties[-1][1] if self_filed else rng.choice(AGENTS)
        accession = self.accession(submitter, when)
        in_current = (
            noise != "" or rng.random() > 0.02
        )  # a few real ones are pushed out of the window before anybody looks
        return Publication(
            publication_id=f"edgar/{accession}", source="edgar", kind="filing", key=accession,
            url=f"{folder_url(parties[0][1], accession)}/{accession}-index.htm", published_at=when,
            visible_at=when + timedelta(seconds=rng.randint(5, 90)), title=f"{form} - {parties[0][0]}", form=form,
            company_id=company.company_id if company is not None else "",
            happening_ids=(happening.happening_id,) if happening is not None else (),
            states=(happening.type,) if happening is not None else (), stage=stage, noise=noise,
            meta={
                "parties": [list(p) for p in parties], "items": list(items), "filed": workdays.filing_date(when).isoformat(),
                "size_kb": rng.randint(6, 900), "in_current": in_current, **(facts or {}),
            },
        )  # fmt: skip

    def party(self, company: Company, role: str = "Filer") -> Party:
        """A cast company as a party of a filing."""
        return (conformed(company), company.cik, role, sic_of(company))

    # --- filings about happenings ------------------------------------------------------------------------------

    def current_report(
        self, rng: random.Random, happening: Happening, company: Company, stage: str, at: datetime, items: Sequence[str], text: str,
        release: Release,
    ) -> list[Publication]:  # fmt: skip
        """An 8-K with the release as EX-99.1; now and then an 8-K/A after it."""
        when = self.accepted(rng, at)
        facts: dict[str, Json] = {"text": text}
        if rng.random() < 0.85:
            facts |= {"ex_title": release.title, "ex_lead": release.lead, "ex_background": release.background}
        else:
            items = [i for i in items if i != "9.01"]
        facts["report_date"] = at.astimezone(workdays.NEW_YORK).date().isoformat()
        party = self.party(company)
        out = [
            self.file(
                rng, "8-K", when, [party], happening=happening, company=company, stage=stage, items=items, facts=facts
            )
        ]
        if rng.random() < 0.03:
            later = self.in_hours(rng, when + timedelta(days=rng.randint(2, 9)))
            facts = {**facts, "amends": out[0].key}
            out.append(
                self.file(
                    rng,
                    "8-K/A",
                    later,
                    [party],
                    happening=happening,
                    company=company,
                    stage=stage,
                    items=items,
                    facts=facts,
                )
            )
        return out

    def form_d(self, rng: random.Random, happening: Happening, company: Company) -> list[Publication]:
        """The notice of an exempt offering, up to fifteen days after the first sale; sometimes before the news."""
        at = happening.occurs_at
        first_sale = at.date() - timedelta(days=rng.randint(0, 10))
        early = rng.random() < 0.15
        when = (
            at - timedelta(days=rng.randint(1, 4))
            if early
            else at + timedelta(days=rng.randint(1, 12), hours=rng.randint(-3, 6))
        )
        when = self.in_hours(rng, when)
        if when.date() < first_sale:
            first_sale = when.date()
        total = int(happening.attributes["amount"])
        sold = total if rng.random() < 0.6 else int(total * rng.uniform(0.5, 0.95)) // 1000 * 1000
        name = f"{company.old_name}, Inc." if company.old_name else conformed(company)
        party: Party = (name, company.cik, "Filer", 0)
        facts: dict[str, Json] = {
            "first_sale": first_sale.isoformat(), "total": total, "sold": sold, "industry": rng.choice(("Biotechnology", "Pharmaceuticals")),
            "city": company.city, "state": company.state, "exemption": "06b",
        }  # fmt: skip
        if company.kind in ("medtech", "diagnostics"):
            facts["industry"] = "Other Health Care"
        out = [
            self.file(
                rng,
                "D",
                when,
                [party],
                happening=happening,
                company=company,
                self_filed=rng.random() < 0.6,
                facts=facts,
            )
        ]
        if sold < total and rng.random() < 0.3:
            later = self.in_hours(rng, when + timedelta(days=rng.randint(20, 60)))
            facts = {**facts, "sold": total, "amends": out[0].key}
            out.append(self.file(rng, "D/A", later, [party], happening=happening, company=company, facts=facts))
        return out

    def registration(
        self,
        rng: random.Random,
        happening: Happening,
        company: Company,
        stage: str,
        at: datetime,
        words: Mapping[str, str],
    ) -> list[Publication]:
        """Papers of a listing: S-1 and an amendment when filed, the final prospectus when priced."""
        if stage == "priced":
            return [self.prospectus(rng, happening, company, stage, at, words, "424B4")]
        party = self.party(company)
        text = f"{company.legal} is offering shares of its common stock. This is an initial public offering. There is currently no public market."
        facts: dict[str, Json] = {"text": text}
        when = self.in_hours(rng, at - timedelta(minutes=rng.randint(5, 240)))
        later = self.in_hours(rng, at + timedelta(days=rng.randint(12, 20)))
        return [
            self.file(rng, "S-1", when, [party], happening=happening, company=company, stage=stage, facts=facts),
            self.file(rng, "S-1/A", later, [party], happening=happening, company=company, stage=stage, facts=facts),
        ]

    def prospectus(
        self,
        rng: random.Random,
        happening: Happening,
        company: Company,
        stage: str,
        at: datetime,
        words: Mapping[str, str],
        form: str,
    ) -> Publication:
        """424B4 of a listing or 424B5 of a follow-on."""
        what = "initial public offering" if form == "424B4" else "public offering"
        text = (
            f"{company.legal} Common Stock. This is the {what} of our common stock at a price of {words['price']} per share. "
            f"The aggregate offering is {words['amt']}."
        )
        when = self.in_hours(rng, at + timedelta(hours=rng.randint(2, 28)))
        return self.file(
            rng,
            form,
            when,
            [self.party(company)],
            happening=happening,
            company=company,
            stage=stage,
            facts={"text": text},
        )

    def notice(self, rng: random.Random, happening: Happening, company: Company) -> Publication:
        """A 13D by a fund on the company, or the company's notice of a late annual report."""
        when = self.in_hours(rng, happening.occurs_at + timedelta(hours=rng.randint(0, 9)))
        if happening.variant == "13d":
            fund = rng.choice(lex.INVESTORS)
            parties: list[Party] = [
                self.party(company, "Subject"),
                (f"{fund} LP", FUND_CIK + lex.INVESTORS.index(fund), "Filed by", 0),
            ]
            facts: dict[str, Json] = {
                "percent": round(rng.uniform(5.1, 14.9), 1),
                "text": f"{fund} acquired shares of {company.legal}.",
            }
            return self.file(
                rng, "SCHEDULE 13D", when, parties, happening=happening, company=company, self_filed=True, facts=facts
            )
        text = f"{company.legal} is unable to file its annual report within the prescribed time period without unreasonable effort or expense."
        return self.file(
            rng, "NT 10-K", when, [self.party(company)], happening=happening, company=company, facts={"text": text}
        )

    # --- filings that mean nothing -----------------------------------------------------------------------------

    def noise(self, rng: random.Random, day: date) -> Publication:
        """One filing that nobody selling to life science needs to see, accepted on ``day``."""
        when = workdays.eastern(
            workdays.on_business_day(day),
            rng.choice((6, 8, 9, 11, 14, 16, 16, 16, 17, 17, 18, 20)),
            rng.randint(0, 59),
            rng.randint(0, 59),
        )
        draw = rng.random()
        if draw < 0.28:
            return self._insider(rng, when)
        if draw < 0.46:
            bank = rng.randrange(4)
            form = rng.choice(("424B2", "424B2", "FWP", "424B3"))
            return self.file(
                rng,
                form,
                when,
                [(f"{lex.BANKS[bank]} Finance LLC", BANK_CIK + bank, "Filer", 6021)],
                noise="bank_notes",
                facts={"text": "Structured notes."},
            )
        if draw < 0.6:
            return self._pooled_fund(rng, when)
        if draw < 0.72:
            return self._outsider(rng, when)
        if draw < 0.9:
            return self._routine(rng, when)
        number = rng.randrange(len(lex.INVESTORS))
        form = rng.choice(("13F-HR", "SCHEDULE 13G", "N-CSR", "497K", "485BPOS"))
        return self.file(
            rng,
            form,
            when,
            [(f"{lex.INVESTORS[number]} Trust", FUND_CIK + 500 + number, "Filer", 0)],
            noise="funds",
            facts={"text": ""},
        )

    def _insider(self, rng: random.Random, when: datetime) -> Publication:
        company = rng.choice([c for c in self._cast.companies if c.public])
        person = rng.randrange(200)
        name = f"{lex.LAST_NAMES[person % 24]} {lex.FIRST_NAMES[(person // 7) % 24]}".upper()
        parties: list[Party] = [(name, PERSON_CIK + person, "Reporting", 0), self.party(company, "Issuer")]
        return self.file(
            rng,
            rng.choice(("4", "4", "4", "4/A", "3", "144")),
            when,
            parties,
            company=company,
            noise="insider",
            self_filed=True,
        )

    def _pooled_fund(self, rng: random.Random, when: datetime) -> Publication:
        number = rng.randrange(300)
        owner = rng.choice((*lex.INVESTORS, *[f"{c.short} Holdings" for c in self._cast.companies[:20]]))
        name = f"{owner} {rng.choice(('Fund', 'Opportunities', 'SPV', 'Real Estate Fund'))} {('I', 'II', 'III', 'IV', 'V')[number % 5]}, {rng.choice(('LP', 'LLC', 'a Series of Umbrella LLC'))}"
        sold = rng.randint(1, 90) * 250_000
        facts: dict[str, Json] = {
            "first_sale": when.date().isoformat(), "total": "Indefinite" if rng.random() < 0.5 else sold * 2, "sold": sold, "fund": rng.choice(("Hedge Fund", "Private Equity Fund", "Venture Capital Fund")),
            "industry": "Pooled Investment Fund", "city": "New York", "state": "NY", "exemption": "06b",
        }  # fmt: skip
        items = ("3C", "3C.1") if rng.random() < 0.85 else ()
        return self.file(
            rng,
            rng.choice(("D", "D", "D/A")),
            when,
            [(name, FUND_CIK + 1000 + number, "Filer", 0)],
            items=items,
            noise="pooled_fund",
            facts=facts,
        )

    def _outsider(self, rng: random.Random, when: datetime) -> Publication:
        number = rng.randrange(len(lex.OUTSIDERS))
        name = lex.OUTSIDERS[number]
        party: Party = (
            f"{name.upper()} INC",
            OUTSIDER_CIK + number,
            "Filer",
            (4911, 6022, 1311, 6798, 7372)[number % 5],
        )
        form = rng.choice(("8-K", "8-K", "10-Q", "S-8", "6-K", "DEF 14A", "D", "SC TO-T", "S-1", "25-NSE"))
        facts: dict[str, Json] = {"text": f"{name} announced its results of operations for the period."}
        if form == "D":
            facts |= {
                "first_sale": when.date().isoformat(), "total": 4_000_000, "sold": 2_500_000, "industry": rng.choice(("Other Technology", "Commercial", "Oil and Gas")),
                "city": "Dallas", "state": "TX", "exemption": "06c",
            }  # fmt: skip
        items = (
            rng.choice((("2.02", "9.01"), ("5.07",), ("7.01", "9.01"), ("1.01",), ("5.02",))) if form == "8-K" else ()
        )
        return self.file(rng, form, when, [party], items=items, noise="out_of_scope", facts=facts)

    def _routine(self, rng: random.Random, when: datetime) -> Publication:
        """What listed companies of the trade file all the time."""
        company = rng.choice([c for c in self._cast.companies if c.public])
        form, items, text = rng.choice(
            (
                ("8-K", ("2.02", "9.01"), f"On the date hereof, {company.legal} announced its financial results for the quarter."),
                ("8-K", ("5.07",), f"{company.legal} held its annual meeting of stockholders. All nominees were elected."),
                ("8-K", ("7.01", "9.01"), f"{company.legal} posted an updated corporate presentation on its website."),
                ("8-K", ("5.03",), f"The Board of Directors of {company.legal} amended and restated the bylaws."),
                ("10-Q", (), f"Quarterly report of {company.legal}. We have incurred losses since inception."),
                ("S-8", (), f"Registration of shares under the equity incentive plan of {company.legal}."),
                ("DEF 14A", (), f"Notice of annual meeting of {company.legal}."),
                ("ARS", (), ""), ("CORRESP", (), ""), ("S-3", (), f"{company.legal} may offer securities from time to time."),
            )
        )  # fmt: skip
        return self.file(
            rng,
            form,
            when,
            [self.party(company)],
            company=company,
            items=items,
            noise="routine_filing",
            facts={"text": text},
        )
