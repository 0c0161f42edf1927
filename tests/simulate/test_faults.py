"""Sources having a bad hour, and getting well again."""

from __future__ import annotations

import gzip
import json
from datetime import date, timedelta

import pytest

from signalwatch.simulate.faults import KINDS, FaultPlan, Kind, Window
from signalwatch.simulate.simulation import SITES, Simulation
from signalwatch.simulate.world import World

from .conftest import Get, fetcher


@pytest.fixture(scope="module")
def small() -> World:
    return World(3, date(2026, 1, 5), 12, 24)


def broken(small: World, kind: Kind, site: str = "wire_a") -> tuple[Simulation, Window]:
    window = Window(site, kind, small.opens_at + timedelta(days=1), small.opens_at + timedelta(days=1, hours=1))
    return Simulation(small, faults=FaultPlan([window])), window


@pytest.mark.parametrize(
    ("kind", "status"), [("unavailable", 503), ("throttled", 429), ("html", 200), ("cut_gzip", 200), ("sec_block", 403)]
)
def test_a_fault_lasts_for_its_window_and_hits_its_site_only(small: World, kind: Kind, status: int) -> None:
    simulation, window = broken(small, kind)
    with simulation as sim:
        get: Get = fetcher(sim)
        well = get("wire_a", "/feed")
        sim.clock.set(window.begins)
        ill, other = get("wire_a", "/feed"), get("wire_b", "/feed")
        sim.clock.set(window.ends)
        again = get("wire_a", "/feed")

    assert (well.status, other.status, again.status) == (200, 200, 200)
    assert ill.status == status
    assert b"<rss" not in ill.body
    if kind == "throttled":
        assert ill.headers["Retry-After"] == "3600"
    if kind == "cut_gzip":
        assert ill.headers["Content-Encoding"] == "gzip"
        with pytest.raises(EOFError):
            gzip.decompress(ill.body)


def test_the_registry_may_answer_html_with_200(small: World) -> None:
    simulation, window = broken(small, "html", "ctgov")
    with simulation as sim:
        sim.clock.set(window.begins)
        got = fetcher(sim)("ctgov", "/api/v2/version")

    assert (got.status, got.headers["Content-Type"].split(";")[0]) == (200, "text/html")
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(got.body)


def test_a_drawn_plan_is_reproducible_covers_sites_and_spares_the_first_day(small: World) -> None:
    first, again = (FaultPlan.draw(1, list(SITES), small.opens_at, 90) for _ in range(2))

    assert first.windows == again.windows
    assert {w.site for w in first.windows} == set(SITES)
    assert set(KINDS) <= {w.kind for w in first.windows}
    assert min(w.begins for w in first.windows) >= small.opens_at + timedelta(days=1)
