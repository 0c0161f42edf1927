"""A running simulation: the world's sources and the alert sinks on loopback, driven by one simulated clock.

with Simulation(World(seed=7, start=date(2026, 1, 5), days=90)) as sim:
    settings = sim.world.settings(sim.urls)
    for now in sim.steps(timedelta(hours=1)):   # sim.clock stands at each of them in turn
        ...tick the service...
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

from signalwatch.clock import ManualClock
from signalwatch.simulate.faults import FaultPlan
from signalwatch.simulate.press import FEEDS
from signalwatch.simulate.serve_ctgov import CtgovSite
from signalwatch.simulate.serve_edgar import Filings, SecData, SecWww
from signalwatch.simulate.serve_feeds import FeedSite
from signalwatch.simulate.sinks import HttpSink, SlackSink, SmtpSink
from signalwatch.simulate.web import Host, Site
from signalwatch.simulate.world import World

SITES = ("ctgov", "sec_www", "sec_data", *FEEDS)


class Simulation:
    """Servers and sinks of one world. A context manager.

    Args:
        world: what is served.
        clock: the simulated clock; a new one at the world's opening when None.
        faults: whether sources have bad hours (drawn from the world's seed), or a plan of them.
        out_dir: where sinks also write what they got (``mail/``, ``slack/``, ``webhook/``); nothing is written when None.
        throttle_every: every so many Slack posts one is answered 429.
    """

    def __init__(
        self,
        world: World,
        *,
        clock: ManualClock | None = None,
        faults: bool | FaultPlan = True,
        out_dir: Path | None = None,
        throttle_every: int = 25,
    ) -> None:
        self.world = world
        self.clock = clock or ManualClock(world.opens_at)
        filings = Filings(world)
        sites: dict[str, Site] = {"ctgov": CtgovSite(world), "sec_www": SecWww(filings), "sec_data": SecData(filings)}
        sites |= {source: FeedSite(world, source) for source in FEEDS}
        if isinstance(faults, bool):
            faults = FaultPlan.draw(world.seed, list(SITES), world.opens_at, world.days) if faults else FaultPlan([])
        self.faults = faults
        self.host = Host(sites, self.clock, self.faults)
        self.mail = SmtpSink(self.clock, out_dir / "mail" if out_dir is not None else None)
        self.slack = SlackSink(
            self.clock, out_dir / "slack" if out_dir is not None else None, throttle_every=throttle_every
        )
        self.webhook = HttpSink(self.clock, out_dir / "webhook" if out_dir is not None else None)
        self._stack = ExitStack()

    @property
    def urls(self) -> dict[str, str]:
        """Base URLs by site: ``ctgov``, ``sec_www``, ``sec_data`` and one per feed."""
        return self.host.urls

    def steps(self, every: timedelta, *, until: datetime | None = None) -> Iterator[datetime]:
        """Move the clock forward and yield each instant worth a tick, up to the world's end.

        An instant is a multiple of ``every`` since the opening at or before which something new became visible; quiet
        stretches are crossed in steps of six hours, so that the service still notices silence. The clock may also be moved
        by others (a waiting client); it never runs backwards.
        """
        opens, closes = self.world.opens_at, min(until or self.world.closes_at, self.world.closes_at)
        times = [p.visible_at for p in self.world.publications]
        now = opens
        while now <= closes:
            self.clock.set(now)
            yield self.clock.now()
            now = max(now, self.clock.now())
            place = bisect_left(times, now + timedelta(microseconds=1))
            news = times[place] if place < len(times) else closes + every
            ticks = -(-(news - opens) // every)
            soonest = opens + every * ((now - opens) // every + 1)
            now = max(soonest, min(opens + every * ticks, soonest + timedelta(hours=6)))

    def __enter__(self) -> Simulation:
        for part in (self.host, self.mail, self.slack, self.webhook):
            self._stack.enter_context(part)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
