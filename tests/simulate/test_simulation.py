"""The driver: a clock that visits every moment worth a look."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from signalwatch.simulate.simulation import SITES, Simulation
from signalwatch.simulate.world import World

from .conftest import fetcher


def test_steps_visit_each_publication_within_one_step_and_never_stop_for_long() -> None:
    world = World(3, date(2026, 1, 5), 20, 40)
    every = timedelta(hours=1)
    with Simulation(world, faults=False) as sim:
        visited = [(now, sim.clock.now()) for now in sim.steps(every)]

    times = [now for now, _ in visited]
    assert all(now == clock for now, clock in visited)
    assert times == sorted(set(times))
    assert times[0] == world.opens_at
    assert max(b - a for a, b in pairwise(times)) <= timedelta(hours=7)
    for p in world.publications:
        if world.opens_at < p.visible_at <= world.closes_at - every:
            assert any(p.visible_at <= t <= p.visible_at + every for t in times), p
    assert len(times) < 20 * 24


def test_steps_go_on_from_where_somebody_else_moved_the_clock() -> None:
    world = World(3, date(2026, 1, 5), 5, 24)
    with Simulation(world, faults=False) as sim:
        steps = sim.steps(timedelta(hours=1))
        next(steps)
        sim.clock.advance(timedelta(hours=30, minutes=5))
        second = next(steps)

    assert second >= world.opens_at + timedelta(hours=31)


def test_every_site_listens_on_its_own_port_and_stops_with_the_block() -> None:
    world = World(3, date(2026, 1, 5), 5, 24)
    with Simulation(world, faults=False) as sim:
        urls = sim.urls
        get = fetcher(sim)
        statuses = {site: get(site, "/nothing-here").status for site in SITES}

    assert len(set(urls.values())) == len(SITES)
    assert statuses == dict.fromkeys(SITES, 404)
    assert sim.urls == {}
