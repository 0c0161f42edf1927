"""SIGTERM: the real service finishes or hands back what it holds and exits 0 within ten seconds, whatever it waits for."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from signalwatch.deliver import POSSIBLE_DUPLICATE
from tests.crash.servers import Running, Slow, slow_server

pytestmark = pytest.mark.slow


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    made: list[Running] = []

    def make(**settings: str) -> Running:
        made.append(Running(tmp_path, **settings))
        return made[-1]

    yield make
    for one in made:
        one.kill()


@pytest.fixture
def slow() -> Iterator[Slow]:
    with slow_server() as server:
        yield server


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_service_stops_at_once(service: Callable[..., Running], number: int) -> None:
    running = service()
    running.start()

    code, log = running.stop(number, within=5)

    assert code == 0, log
    assert '"stopped"' in log


def test_a_poll_that_does_not_end_is_handed_back(service: Callable[..., Running], slow: Slow) -> None:
    running = service(feed=slow.url)
    running.start()
    assert slow.asked.wait(20)

    code, log = running.stop()
    store = running.store()
    state = store.source("news")
    store.close()

    assert code == 0, log
    assert state is not None
    assert (state.lease_owner, state.lease_until) == ("", None)
    assert state.failures == 0
    assert state.last_success_at is None
    assert state.due_at <= state.added_at  # the next start polls it at once


def test_a_message_under_way_is_finished_and_written_down(service: Callable[..., Running], slow: Slow) -> None:
    running = service(hook=slow.url)
    running.put("m1", "m2")
    running.start()
    assert slow.asked.wait(20)
    assert running.process is not None

    running.process.send_signal(signal.SIGTERM)
    slow.let_go.wait(1.5)  # the channel answers a while after the signal
    slow.let_go.set()
    code, log = running.stop()
    after_stop = running.states()
    running.start()
    running.stop()

    assert code == 0, log
    assert after_stop == {"m1": "sent", "m2": "pending"}  # one was finished, the other was not begun
    assert [b["message_id"] for b in slow.bodies].count("m1") == 1
    assert not any(POSSIBLE_DUPLICATE in str(b) for b in slow.bodies)


def test_a_message_that_never_ends_goes_out_again_and_says_so(service: Callable[..., Running], slow: Slow) -> None:
    running = service(hook=slow.url)
    running.put("m1")
    running.start()
    assert slow.asked.wait(20)

    code, log = running.stop()
    after_stop = running.states()
    slow.let_go.set()
    slow.asked.clear()
    running.start()
    assert slow.asked.wait(20)
    running.stop()

    assert code == 0, log
    assert after_stop == {"m1": "sending"}
    assert [b["message_id"] for b in slow.bodies] == ["m1", "m1"]
    assert [POSSIBLE_DUPLICATE in str(b) for b in slow.bodies] == [False, True]
    assert running.states() == {"m1": "sent"}


def test_a_killed_service_goes_on_at_once_with_what_it_held(service: Callable[..., Running]) -> None:
    """Leases last ten minutes; the next start on the same SQLite file does not wait for them."""
    with slow_server() as feed, slow_server() as hook:
        running = service(feed=feed.url, hook=hook.url)
        running.put("m1")
        running.start()
        assert feed.asked.wait(20)
        assert hook.asked.wait(20)
        running.kill()
        feed.asked.clear()
        hook.asked.clear()
        hook.let_go.set()
        running.start()
        polled_again, sent_again = feed.asked.wait(20), hook.asked.wait(20)
        feed.let_go.set()
        code, log = running.stop()

    assert (polled_again, sent_again) == (True, True)
    assert code == 0, log
    assert [POSSIBLE_DUPLICATE in str(b) for b in hook.bodies] == [False, True]
    assert running.states() == {"m1": "sent"}
