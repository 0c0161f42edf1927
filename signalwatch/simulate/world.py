"""The simulated world: companies, a year of happenings with known truth, and everything published about them.

>>> world = World(seed=7, start=date(2026, 1, 5), days=90, companies=120)
>>> world.happenings[0].documents[0].url

Same seed and arguments, same world, byte for byte. Nothing here reads a clock; `simulation` serves what is visible at
a given instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from msgspec.structs import replace

from signalwatch.model import Account
from signalwatch.simulate import cast as casting
from signalwatch.simulate import dice, schedule, workdays
from signalwatch.simulate.filings import FilingRoom
from signalwatch.simulate.happenings import Happening, Publication
from signalwatch.simulate.noise import NoiseDesk
from signalwatch.simulate.press import FEEDS, Newsroom, join_headlines
from signalwatch.simulate.registry import Registry, Study

LEAD_IN = 30
"""Days of the past that exist before the world starts: sources are not empty on the first day."""
NOISE_PER_SIGNAL = 5.2
"""Unrelated documents for each one that tells a happening (84 % noise; at least 80 % is promised)."""
SOURCES = (*FEEDS, "edgar", "ctgov")

_TITLES: Mapping[str, str] = {
    "wire_a": "Atlas Newswire - Biotechnology", "wire_b": "Meridian PR: Health News", "trade_a": "BioLedger",
    "trade_b": "Pipeline Daily", "agency": "FDA Press Releases RSS Feed", "digest": "Deal Desk Briefs",
}  # fmt: skip


class World:
    """A generated world. ``start`` is the first day the service runs, ``days`` how long it goes on."""

    def __init__(self, seed: int, start: date, days: int, companies: int = 120) -> None:
        if days < 1:
            raise ValueError(f"a world of {days} days is empty: days must be at least 1")
        self.seed = seed
        self.start = start
        self.days = days
        self.cast = casting.build(seed, companies)
        self._first = start - timedelta(days=LEAD_IN)
        self._last = start + timedelta(days=days - 1)
        self.ir_company = self._choose_ir()
        self._build()

    # --- generation --------------------------------------------------------------------------------------------

    def _choose_ir(self) -> str:
        """The company whose own investor feed is watched: a listed account of the best tier there is."""
        listed = [c for c in self.cast.companies if c.public]
        ranked = sorted(listed, key=lambda c: (c.tier if c.tier else 9, c.company_id))
        return ranked[0].company_id

    def _build(self) -> None:
        happened = schedule.build(self.seed, self.cast, self._first, self._last)
        filings = FilingRoom(self.seed, self.cast)
        newsroom = Newsroom(self.seed, self.cast, filings, self.ir_company)
        registry = Registry(self.seed, self.cast, self._first, self._last)
        registry.ongoing()
        registry.academic(max(20, len(self.cast.companies)))
        entries: list[Publication] = []
        nct_of: dict[str, str] = {}
        for happening in happened:
            entries.extend(newsroom.publish(happening))
            nct_of[happening.happening_id] = registry.apply(happening)
        entries = join_headlines(self.seed, entries)
        signal = len(entries) + len(registry.publications)
        noise = self._noise(newsroom, filings, registry, signal)
        end = datetime.combine(self._last + workdays.ONE_DAY, time(0), UTC)
        everything = [p for p in (*entries, *noise, *registry.publications) if p.visible_at < end]
        everything.sort(key=lambda p: (p.visible_at, p.publication_id))
        self.publications: tuple[Publication, ...] = tuple(everything)
        self.studies: tuple[Study, ...] = tuple(registry.studies)
        self.happenings: tuple[Happening, ...] = self._with_documents(happened, nct_of)

    def _noise(self, newsroom: Newsroom, filings: FilingRoom, registry: Registry, signal: int) -> list[Publication]:
        """Unrelated documents, shared out over feeds, filings and registry."""
        total = int(signal * NOISE_PER_SIGNAL) + 12
        rng = dice.stream(self.seed, "noise-filings")
        days = (self._last - self._first).days + 1
        in_filings, in_registry = int(total * 0.36), int(total * 0.2)
        registry.newcomers(in_registry // 4)
        registry.noise(in_registry - in_registry // 4)
        done = sum(1 for p in registry.publications if p.noise)
        out = NoiseDesk(self.seed, self.cast, newsroom, self.ir_company).write(
            total - in_filings - done, self._first, self._last
        )
        for _ in range(in_filings):
            out.append(filings.noise(rng, self._first + timedelta(days=rng.randrange(days))))
        return out

    def _with_documents(self, happened: list[Happening], nct_of: Mapping[str, str]) -> tuple[Happening, ...]:
        """Happenings with their documents, leaving out those nobody ever published."""
        told: dict[str, list[Publication]] = {}
        for publication in self.publications:
            for happening_id in publication.happening_ids:
                told.setdefault(happening_id, []).append(publication)
        out = []
        for happening in happened:
            documents = told.get(happening.happening_id)
            if not documents:
                continue
            accepted = happening.accepted
            if any(d.kind == "filing" for d in documents):
                accepted = (*accepted, "filing")
            out.append(
                replace(
                    happening,
                    documents=tuple(documents),
                    accepted=accepted,
                    nct_id=nct_of.get(happening.happening_id, ""),
                )
            )
        return tuple(out)

    # --- views -------------------------------------------------------------------------------------------------

    @property
    def opens_at(self) -> datetime:
        """The instant the service starts."""
        return datetime.combine(self.start, time(0), UTC)

    @property
    def closes_at(self) -> datetime:
        """The instant the world ends."""
        return self.opens_at + timedelta(days=self.days)

    def by_source(self, source: str) -> tuple[Publication, ...]:
        """Publications of one source in the order they become visible."""
        return self._by_source.get(source, ())

    @cached_property
    def _by_source(self) -> dict[str, tuple[Publication, ...]]:
        out: dict[str, list[Publication]] = {}
        for publication in self.publications:
            out.setdefault(publication.source, []).append(publication)
        return {source: tuple(found) for source, found in out.items()}

    @property
    def noise_share(self) -> float:
        """Share of documents that tell no happening."""
        return sum(1 for p in self.publications if not p.happening_ids) / len(self.publications)

    def account_of(self, company_id: str) -> str:
        """The account a company's news belong to: itself, or the parent of an unlisted subsidiary; "" for none."""
        company = self.cast.company(company_id)
        if company.is_account:
            return company_id
        if company.parent_id and self.cast.company(company.parent_id).is_account:
            return company.parent_id
        return ""

    def accounts(self) -> list[Account]:
        """The target list, as ops would keep it."""
        return casting.accounts(self.cast)

    def feed_title(self, source: str) -> str:
        """The channel title of a feed."""
        if source == "ir":
            return f"{self.cast.company(self.ir_company).legal} News Releases"
        return _TITLES[source]

    def settings(self, base_urls: Mapping[str, str]) -> dict[str, Any]:
        """Source settings for the service, in the shape of ``signalwatch.yaml``.

        ``base_urls`` names where each source listens (`simulation.Simulation.urls`): ``ctgov``, ``sec_www``,
        ``sec_data`` and one per feed. Raises KeyError when one is missing.
        """
        sources: list[dict[str, Any]] = [
            {"id": "ctgov", "connector": "clinicaltrials", "title": "Trial registry", "every": "230m", "cadence": "5d",
             "settings": {"base_url": f"{base_urls['ctgov']}/api/v2", "first_days": 500, "window_days": 366}},
            {"id": "edgar", "connector": "edgar", "title": "SEC filings", "every": "110m", "cadence": "5d",
             "settings": {"base_www": base_urls["sec_www"], "base_data": base_urls["sec_data"]}},
        ]  # fmt: skip
        # Just under a multiple of the demo's hourly step, so that jitter does not skip a turn.
        every = {
            "wire_a": "50m", "wire_b": "50m", "trade_a": "170m", "trade_b": "170m", "agency": "350m", "ir": "230m", "digest": "470m",
        }  # fmt: skip
        kinds = {
            "wire_a": "wire",
            "wire_b": "wire",
            "trade_a": "trade",
            "trade_b": "trade",
            "agency": "agency",
            "ir": "company",
            "digest": "trade",
        }
        for source in FEEDS:
            settings: dict[str, Any] = {
                "url": f"{base_urls[source]}/feed",
                "publisher": kinds[source],
                "title_must_contain": self.feed_title(source),
            }
            if source == "trade_a":
                settings["timezone"] = "America/New_York"
            if source == "ir":
                settings |= {"kind": "release", "company": self.cast.company(self.ir_company).name}
            sources.append(
                {
                    "id": source.replace("_", "-"),
                    "connector": "feeds",
                    "title": self.feed_title(source),
                    "every": every[source],
                    "settings": settings,
                }
            )
        return {
            "sources": sources,
            "http": {"allow_private": True, "hosts": {_host(u): {"min_interval": "0s"} for u in base_urls.values()}},
        }


def _host(url: str) -> str:
    return url.split("://", 1)[1].split("/", 1)[0]
