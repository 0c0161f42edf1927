"""Worlds and running simulations shared by these tests."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

from signalwatch.simulate.simulation import Simulation
from signalwatch.simulate.world import World


class Got(NamedTuple):
    """One HTTP answer, undecoded."""

    status: int
    headers: dict[str, str]
    body: bytes


Get = Callable[..., Got]
AGENT = {"User-Agent": "simulation tests tests@signalwatch.example"}


@pytest.fixture(scope="session")
def world() -> World:
    """Ninety days, 120 companies."""
    return World(seed=7, start=date(2026, 1, 5), days=90, companies=120)


@pytest.fixture(scope="session")
def year() -> World:
    """A whole year, for coverage."""
    return World(seed=11, start=date(2026, 1, 5), days=365, companies=120)


@pytest.fixture
def sim(world: World) -> Iterator[Simulation]:
    """The ninety-day world being served, without faults."""
    with Simulation(world, faults=False) as running:
        yield running
        assert running.host.errors == []


@pytest.fixture
def get(sim: Simulation) -> Get:
    """``get(site, path, query={...}, **headers)`` against the running simulation."""
    return fetcher(sim)


def fetcher(sim: Simulation) -> Get:
    """A plain HTTP client for one simulation: no redirects, no decompression."""

    def fetch(site: str, path: str, query: dict[str, str] | None = None, **headers: str) -> Got:
        parts = urlsplit(sim.urls[site])
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        try:
            target = path + ("?" + urlencode(query) if query else "")
            connection.request("GET", target, headers=AGENT | {k.replace("_", "-"): v for k, v in headers.items()})
            answer = connection.getresponse()
            return Got(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    return fetch
