"""Who tells a happening where and when: releases on wires, rewrites in the trade press, filings, an agency's own notice.

Delays, order and quirks follow the real publishers: the wire comes first most of the time, trade press hours or days
later (sometimes earlier), 8-Ks up to four business days later, Form D up to fifteen days after the first sale.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from signalwatch.model import Json, Struct
from signalwatch.simulate import dice, workdays
from signalwatch.simulate.cast import Cast, Company, slug
from signalwatch.simulate.filings import FilingRoom
from signalwatch.simulate.grammar import pick
from signalwatch.simulate.happenings import Happening, Publication, ap_date, time_words
from signalwatch.simulate.wording import Style, style
from signalwatch.simulate.wording.regulatory import AGENCY

WIRES = ("wire_a", "wire_b")
TRADE = ("trade_a", "trade_b")
FEEDS = (*WIRES, *TRADE, "agency", "ir", "digest")


class Cover(Struct, frozen=True):
    """How likely each outlet tells a happening: wire (listed, private company), trade press, 8-K (listed only)."""

    wire: float
    wire_private: float
    trade: float
    filing: float


COVER: dict[str, Cover] = {
    "funding_round": Cover(0.9, 0.75, 0.6, 0.8),
    "ipo/filed": Cover(0.7, 0.7, 0.6, 0.0),
    "ipo/priced": Cover(0.95, 0.95, 0.7, 0.0),
    "public_offering/proposed": Cover(0.9, 0.9, 0.1, 0.1),
    "public_offering/priced": Cover(1.0, 1.0, 0.4, 0.65),
    "public_offering/closed": Cover(0.6, 0.6, 0.05, 0.0),
    "partnership": Cover(0.9, 0.8, 0.5, 0.5),
    "licensing_deal": Cover(0.9, 0.8, 0.55, 0.6),
    "merger_acquisition/announced": Cover(0.95, 0.9, 0.85, 0.9),
    "merger_acquisition/completed": Cover(0.7, 0.6, 0.25, 0.7),
    "grant_award": Cover(0.9, 0.85, 0.2, 0.1),
    "contract_award": Cover(0.9, 0.85, 0.3, 0.4),
    "leadership_change": Cover(0.75, 0.7, 0.3, 0.85),
    "layoffs_restructuring": Cover(0.5, 0.3, 0.7, 0.85),
    "facility_expansion": Cover(0.9, 0.85, 0.3, 0.1),
    "bankruptcy_distress": Cover(0.7, 0.5, 0.7, 0.95),
    "product_launch": Cover(1.0, 1.0, 0.2, 0.05),
    "ind_clearance": Cover(0.95, 0.9, 0.2, 0.5),
    "trial_start": Cover(0.6, 0.6, 0.2, 0.25),
    "trial_results": Cover(0.95, 0.9, 0.55, 0.8),
    "trial_setback": Cover(0.8, 0.6, 0.6, 0.8),
    "regulatory_designation": Cover(0.95, 0.95, 0.25, 0.3),
    "regulatory_submission": Cover(0.95, 0.95, 0.25, 0.5),
    "regulatory_approval": Cover(0.95, 0.95, 0.7, 0.7),
    "regulatory_rejection": Cover(0.9, 0.8, 0.8, 0.95),
}

ITEMS: dict[str, tuple[str, ...]] = {
    "funding_round": ("1.01", "2.03", "9.01"), "public_offering": ("1.01", "8.01", "9.01"), "partnership": ("1.01", "9.01"),
    "licensing_deal": ("1.01", "9.01"), "merger_acquisition": ("1.01", "8.01", "9.01"), "leadership_change": ("5.02", "9.01"),
    "layoffs_restructuring": ("2.05", "9.01"), "bankruptcy_distress": ("8.01", "9.01"), "trial_results": ("8.01", "9.01"),
}  # fmt: skip
"""8-K items a happening is filed under; anything else goes under 8.01 or 7.01."""

_TYPE_OF_STAGE = {"registered": "trial_registered"}


def wording_of(happening: Happening, stage: str) -> Style:
    """The templates that fit a happening at one of its stages."""
    for key in (f"{happening.type}/{happening.variant}", f"{happening.type}/{stage}", happening.type):
        try:
            return style(key)
        except KeyError:
            continue
    raise KeyError(f"{happening.type}/{happening.variant or stage}")


class Release(Struct, frozen=True):
    """A company's own text: what wires carry, the company's site shows and EX-99.1 attaches."""

    title: str
    lead: str
    background: str


class Newsroom:
    """Publishes happenings. Deterministic: one random stream per happening."""

    def __init__(self, seed: int, cast: Cast, filings: FilingRoom, ir_company: str) -> None:
        self._seed = seed
        self._companies = cast.by_id()
        self._filings = filings
        self._ir_company = ir_company
        self._numbers: set[tuple[str, int]] = set()
        self._links: set[str] = set()

    # --- times -------------------------------------------------------------------------------------------------

    @staticmethod
    def office_hours(rng: random.Random, at: datetime) -> datetime:
        """Move ``at`` into the trade press's day (06:00 to 19:00 Eastern, Monday to Friday)."""
        local = at.astimezone(workdays.NEW_YORK)
        day = local.date()
        if local.hour >= 19:
            day += workdays.ONE_DAY
        if day != local.date() or local.hour < 6 or day.weekday() >= 5:
            while day.weekday() >= 5:
                day += workdays.ONE_DAY
            return workdays.eastern(day, rng.randint(6, 10), rng.randint(0, 59))
        return at

    def trade_time(self, rng: random.Random, at: datetime) -> datetime:
        """When the trade press has it: hours later, the next day, days later, seldom before everybody."""
        draw = rng.random()
        if draw < 0.07:
            return at - timedelta(minutes=rng.randint(15, 110))
        if draw < 0.6:
            delay = timedelta(minutes=rng.randint(40, 420))
        elif draw < 0.9:
            delay = timedelta(hours=rng.randint(15, 34))
        else:
            delay = timedelta(hours=rng.randint(36, 110))
        return self.office_hours(rng, at + delay)

    # --- identities --------------------------------------------------------------------------------------------

    def number(self, source: str, at: datetime) -> int:
        """A growing number per source, as content systems hand out."""
        number = 3_000_000 + int(at.timestamp() // 120) % 5_000_000
        while (source, number) in self._numbers:
            number += 1
        self._numbers.add((source, number))
        return number

    def entry(
        self, source: str, at: datetime, title: str, body: str, *, happenings: Sequence[Happening] = (), stage: str = "",
        company: Company | None = None, noise: str = "", lag: timedelta = timedelta(0), meta: Mapping[str, Json] | None = None,
        names_company: bool = True,
    ) -> Publication:  # fmt: skip
        """One feed entry. ``lag``: how much later than its own date the source serves it."""
        number = self.number(source, at)
        words = re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-")[:90].strip("-")
        key, url = _identity(source, number, words, at, company)
        if url in self._links:  # a headline used before: content systems number the link
            key, url = _identity(source, number, f"{words}-{number}", at, company)
        self._links.add(url)
        return Publication(
            publication_id=f"{source}/{number}", source=source, kind="entry", key=key, url=url, published_at=at,
            visible_at=at + lag, title=title, body=body, company_id=company.company_id if company is not None else "",
            happening_ids=tuple(h.happening_id for h in happenings),
            states=tuple(dict.fromkeys(_TYPE_OF_STAGE.get(stage, h.type) for h in happenings)), stage=stage, noise=noise,
            names_company=names_company, meta=dict(meta or {}),
        )  # fmt: skip

    # --- publishing --------------------------------------------------------------------------------------------

    def publish(self, happening: Happening) -> list[Publication]:
        """Everything published about one happening in feeds and filings (the registry has its own module)."""
        out: list[Publication] = []
        company = self._companies[happening.company_id]
        for stage, at in happening.stages:
            rng = dice.stream(self._seed, "press", happening.happening_id, stage)
            if happening.type == "filing":
                out.append(self._filings.notice(rng, happening, company))
            elif stage != "registered" and wording_exists(happening, stage):
                out.extend(self._stage(rng, happening, company, stage, at))
        return out

    def _stage(
        self, rng: random.Random, happening: Happening, company: Company, stage: str, at: datetime
    ) -> list[Publication]:
        cover = COVER.get(f"{happening.type}/{stage}") or COVER[happening.type]
        words = {**happening.words, **time_words(at)}
        texts = wording_of(happening, stage)
        release = Release(
            pick(texts.wire, _headline_case(words), rng),
            pick(texts.wire_lead, words, rng),
            self._background(rng, words),
        )
        out: list[Publication] = []
        if rng.random() < (cover.wire if company.public else cover.wire_private):
            out.extend(self._wire(rng, happening, company, stage, at, release))
        if rng.random() < cover.trade:
            out.extend(self._trade(rng, happening, company, stage, at, words, texts))
        out.extend(self._official(rng, happening, company, stage, at, words, texts, release, cover))
        if rng.random() < 0.12 and happening.type not in ("product_launch", "grant_award"):
            out.append(self._digest(rng, happening, company, stage, at, words, texts))
        if not out and stage in ("", "announced", "priced", "submitted", "started"):
            out.extend(self._wire(rng, happening, company, stage, at, release))
        return out

    @staticmethod
    def _background(rng: random.Random, words: Mapping[str, str]) -> str:
        """A sentence about the past, as releases have them: must not be taken for news."""
        return rng.choice(
            (
                "", "", "",
                f"{words['co']} was founded in 2016 and is headquartered in {words['city']}.",
                f"{words['co']} closed a financing in 2022 and has since grown its team.",
                "The company's platform was granted Orphan Drug designation for another candidate in 2021.",
                f"{words['co']} expects to report further data next year and plans to begin a later-stage trial.",
            )
        )  # fmt: skip

    def _wire(
        self, rng: random.Random, happening: Happening, company: Company, stage: str, at: datetime, release: Release
    ) -> list[Publication]:
        source = WIRES[(company.cik // 37) % 2]
        out = [self._on_wire(rng, source, happening, company, stage, at, release.title, release)]
        if rng.random() < 0.07:  # the same release on the other wire
            other = WIRES[1 - WIRES.index(source)]
            later = at + timedelta(minutes=rng.randint(1, 50))
            out.append(self._on_wire(rng, other, happening, company, stage, later, release.title, release))
        if happening.company_id == self._ir_company:
            title = release.title.removeprefix(f"{company.name} ") if rng.random() < 0.3 else release.title
            body = f"{company.dateline.title()}, {ap_date(at.date())} -- {release.lead} {release.background}".strip()
            out.append(self.entry("ir", at, title, body, happenings=[happening], stage=stage, company=company))
        draw = rng.random()
        first = out[0]
        if draw < 0.04:  # guid rewritten after a move of the content system: same link, same title
            out.append(self._revise(rng, first, key=f"{first.key}-r1"))
        elif draw < 0.08:  # headline edited
            out.append(self._revise(rng, first, title=f"{first.title} (Updated)"))
        elif draw < 0.11:
            out.append(self._correction(rng, source, happening, company, stage, at, release))
        return out

    def _on_wire(
        self, rng: random.Random, source: str, happening: Happening, company: Company, stage: str, at: datetime, title: str,
        release: Release,
    ) -> Publication:  # fmt: skip
        tag = "(ATLAS NEWSWIRE)" if source == "wire_a" else "/MeridianPR/"
        body = f"{company.dateline}, {ap_date(at.astimezone(workdays.NEW_YORK).date())} {tag} -- {release.lead} {release.background}".strip()
        lag = (
            timedelta(minutes=rng.choice((0, 0, 1, 2, 3)))
            if rng.random() > 0.03
            else timedelta(hours=rng.randint(2, 9))
        )
        meta: dict[str, Json] = {"issuer": company.legal}
        if company.ticker:
            meta["ticker"] = f"{company.exchange}:{company.ticker}"
        return self.entry(
            source, at, title, body, happenings=[happening], stage=stage, company=company, lag=lag, meta=meta
        )

    @staticmethod
    def _revise(rng: random.Random, first: Publication, *, key: str = "", title: str = "") -> Publication:
        """A later version of an entry that takes the old one's place in the feed."""
        return replace(
            first, publication_id=f"{first.publication_id}/r1", revision=first.revision + 1, key=key or first.key,
            title=title or first.title, visible_at=first.visible_at + timedelta(minutes=rng.randint(45, 600)),
            meta={**first.meta, "replaces": first.publication_id},
        )  # fmt: skip

    def _correction(
        self,
        rng: random.Random,
        source: str,
        happening: Happening,
        company: Company,
        stage: str,
        at: datetime,
        release: Release,
    ) -> Publication:
        later = at + timedelta(minutes=rng.randint(60, 400))
        mark = rng.choice(("CORRECTION -- ", "CORRECTING and REPLACING ", "UPDATE -- "))
        body = f"In a release issued earlier today by {company.legal}, please note a corrected figure. The corrected release follows: {release.lead}"
        publication = self._on_wire(rng, source, happening, company, stage, later, mark + release.title, release)
        return replace(publication, body=body, meta={**publication.meta, "correction": True})

    def _trade(
        self, rng: random.Random, happening: Happening, company: Company, stage: str, at: datetime, words: Mapping[str, str],
        texts: Style,
    ) -> list[Publication]:  # fmt: skip
        out = []
        for source in TRADE if rng.random() < 0.25 else (rng.choice(TRADE),):
            when = self.trade_time(rng, at)
            said = {**words, **time_words(when)}
            title, lead = pick(texts.trade, said, rng), pick(texts.trade_lead, said, rng)
            out.append(
                self.entry(
                    source,
                    when,
                    title,
                    lead,
                    happenings=[happening],
                    stage=stage,
                    company=company,
                    meta={"author": said["person"]},
                )
            )
        return out

    def _digest(
        self, rng: random.Random, happening: Happening, company: Company, stage: str, at: datetime, words: Mapping[str, str],
        texts: Style,
    ) -> Publication:  # fmt: skip
        when = self.office_hours(rng, at + timedelta(hours=rng.randint(18, 30)))
        title = pick(texts.trade, {**words, **time_words(when)}, rng)
        lead = pick(texts.trade_lead, {**words, **time_words(when)}, rng)
        return self.entry("digest", when, title, lead, happenings=[happening], stage=stage, company=company)

    def _official(
        self, rng: random.Random, happening: Happening, company: Company, stage: str, at: datetime, words: Mapping[str, str],
        texts: Style, release: Release, cover: Cover,
    ) -> list[Publication]:  # fmt: skip
        out: list[Publication] = []
        if company.public and texts.filing and rng.random() < cover.filing:
            items = ITEMS.get(happening.type) or (("8.01", "9.01") if rng.random() < 0.7 else ("7.01", "9.01"))
            if happening.variant == "chapter_11":
                items = ("1.03", "9.01")
            if happening.type == "merger_acquisition" and stage == "completed":
                items = ("2.01", "9.01")
            text = pick(texts.filing, words, rng)
            out.extend(self._filings.current_report(rng, happening, company, stage, at, items, text, release))
        if happening.type == "funding_round" and not company.public and rng.random() < 0.75:
            out.extend(self._filings.form_d(rng, happening, company))
        if happening.type == "ipo":
            out.extend(self._filings.registration(rng, happening, company, stage, at, words))
        if happening.type == "public_offering" and stage == "priced":
            out.append(self._filings.prospectus(rng, happening, company, stage, at, words, "424B5"))
        if happening.type == "regulatory_approval" and not happening.variant and rng.random() < 0.7:
            title, body = (pick((text,), words, rng) for text in rng.choice(AGENCY))
            when = self.office_hours(rng, at + timedelta(minutes=rng.randint(-120, 600)))
            named = company.name in title + body
            out.append(
                self.entry("agency", when, title, body, happenings=[happening], stage=stage, names_company=named)
            )
        return out


def _headline_case(words: Mapping[str, str]) -> dict[str, str]:
    """Amounts as release headlines write them: "$75 Million"."""
    amounts = {
        k: words[k].replace(" million", " Million").replace(" billion", " Billion")
        for k in ("amt", "a_amt", "upfront", "total")
        if k in words
    }
    return {**words, **amounts}


def wording_exists(happening: Happening, stage: str) -> bool:
    """Whether the press has words for it at all: slipping dates and the like stand in the registry only."""
    try:
        return bool(wording_of(happening, stage).wire)
    except KeyError:
        return False


def _identity(source: str, number: int, words: str, at: datetime, company: Company | None) -> tuple[str, str]:
    """(guid, link) in the manner of each publisher."""
    low = words.lower()
    if source == "wire_a":
        return str(number), f"https://www.atlasnewswire.example/news-release/{at:%Y/%m/%d}/{number}/0/en/{words}.html"
    if source == "wire_b":
        link = f"https://www.meridianpr.example/news-releases/{low}-30{number}.html"
        return link, link
    if source == "trade_a":
        return f"{number} at https://www.bioledger.example", f"https://www.bioledger.example/biotech/{low}"
    if source == "trade_b":
        return f"tag:pipelinedaily.example,{at:%Y}:{number}", f"https://pipelinedaily.example/{at:%Y/%m}/{low}/"
    if source == "agency":
        link = f"http://www.fda.example/news-events/press-announcements/{low}"
        return link, link
    if source == "ir":
        host = slug(company.short if company is not None else "company")
        return str(number % 100_000), f"https://investors.{host}.example/news-releases/news-release-details/{low}"
    return f"brief-{number}", f"https://dealdesk.example/briefs/{number}"


def join_headlines(seed: int, entries: Iterable[Publication], share: float = 0.06) -> list[Publication]:
    """Let one trade outlet join two unrelated stories of a day under one headline, as some do."""
    rng = dice.stream(seed, "join")
    out: list[Publication] = []
    for entry in sorted(entries, key=lambda p: (p.source, p.visible_at, p.publication_id)):
        last = out[-1] if out else None
        if (
            entry.source == "trade_b" and last is not None and last.source == "trade_b" and len(last.happening_ids) == 1
            and entry.company_id != last.company_id and entry.visible_at - last.visible_at < timedelta(hours=14)
            and rng.random() < share * 6
        ):  # fmt: skip
            out[-1] = replace(
                entry, title=f"{last.title}; {entry.title}", body=f"{last.body} {entry.body}",
                happening_ids=(*last.happening_ids, *entry.happening_ids),
                states=tuple(dict.fromkeys((*last.states, *entry.states))),
            )  # fmt: skip
        else:
            out.append(entry)
    return out
