"""The connector against the simulated SEC over six weeks: every filing once, none lost, structured forms as they truly were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest

from connectors.edgar import Edgar, EdgarConfig
from signalwatch.clock import ManualClock
from signalwatch.errors import Gone, SourceError
from signalwatch.simulate.serve_edgar import Filings, SecData, SecWww
from signalwatch.simulate.web import Request
from signalwatch.simulate.world import World
from signalwatch.testing import ConnectorKit, FakeContext
from tests.edgar.fakes import DATA, WWW, FakeResponse, quoted

pytestmark = pytest.mark.slow

_STRUCTURED = {"D", "D/A", "S-1", "S-1/A", "424B4", "424B5", "NT 10-K", "SCHEDULE 13D", "SC TO-T"}


class SimulatedSec:
    """The simulated hosts without sockets. ``down`` makes the www host fail."""

    def __init__(self, filings: Filings, clock: ManualClock) -> None:
        self._sites = {WWW: SecWww(filings), DATA: SecData(filings)}
        self._clock = clock
        self.asked: Counter[str] = Counter()
        self.down = False

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        accept_status: Sequence[int] = (),
        max_bytes: int | None = None,
        **more: object,
    ) -> FakeResponse:
        base, path = url[: url.index(".gov") + 4], url[url.index(".gov") + 4 :]
        self.asked[path.split("/")[1]] += 1
        if self.down and base == WWW:
            raise SourceError(f"{url}: no answer")
        now = self._clock.now()
        reply = self._sites[base](Request(path, dict(params or {}), {"User-Agent": "tests@example.com"}, now))
        if reply.status in (403, 404):
            raise Gone(f"{url}: {reply.status}")
        if reply.status >= 400 and reply.status not in accept_status:
            raise SourceError(f"{url}: {reply.status}")
        return FakeResponse(reply.status, url, reply.body)


def test_six_weeks_of_the_simulated_sec() -> None:
    world = World(11, date(2025, 9, 1), 45)
    filings = Filings(world)
    clock = ManualClock(world.opens_at)
    sec = SimulatedSec(filings, clock)
    accounts = world.accounts()
    context = FakeContext(
        sec, now=world.opens_at, ciks=[a.cik for a in accounts if a.cik], names=[a.name for a in accounts]
    )
    context.clock = clock
    kit = ConnectorKit(Edgar(EdgarConfig(index_days=1)), sec, context=context)
    events: dict[str, set[str]] = {}
    versions: Counter[str] = Counter()
    polls = 0
    while clock.now() < world.closes_at + timedelta(days=2):
        polls += 1
        sec.down = 300 <= polls < 370  # almost three days without www.sec.gov
        try:
            for page in kit.poll():
                for document in page.documents:
                    versions[document.key] += 1
                    for event in kit.connector.events(document, None, _Silent()):
                        events.setdefault(document.key, set()).add(event.type)
                        assert quoted(document, event)
        except SourceError:
            assert sec.down
        clock.advance(timedelta(hours=1))
    stated = {f.key: f for f in filings.all if f.states and f.visible_at >= world.opens_at}
    judged = [(f, set(f.states) <= events.get(f.key, set())) for f in stated.values() if f.form in _STRUCTURED]
    truth = {f.key: set(f.states) for f in filings.all}
    wrong = [(k, t) for k, t in events.items() if t - {"filing"} and not truth[k]]
    print(f"\nsimulated SEC: {len(filings.all)} filings, {len(stated)} that state something, {sum(versions.values())} documents in"
          f" {polls} polls; structured forms right: {sum(ok for _, ok in judged)} of {len(judged)}; requests {dict(sec.asked)}")  # fmt: skip

    assert set(stated) <= set(versions)  # also what the feed never showed and what was filed during the outage
    assert max(versions.values()) == 1
    assert [f.key for f, ok in judged if not ok] == []
    assert wrong == []


class _Silent:
    def detect(self, title: str, text: str = "", **more: object) -> tuple[()]:
        return ()
