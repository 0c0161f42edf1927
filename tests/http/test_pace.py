"""Pace, budget and freeze, on a clock that stands still."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from signalwatch.clock import ManualClock
from signalwatch.errors import Blocked, Deferred
from signalwatch.http import HostPolicy, HostState
from signalwatch.http.pace import Pacer
from tests.http.conftest import START


def test_requests_keep_their_distance(clock: ManualClock) -> None:
    pacer, policy, times = Pacer(clock), HostPolicy(min_interval=2.0), []
    for pause in (0.0, 0.5, 5.0, 0.0):
        clock.sleep(pause)
        pacer.enter("h", policy, clock.sleep)
        times.append((clock.now() - START).total_seconds())

    assert times == [0.0, 2.0, 7.0, 9.0]


def test_no_interval_never_waits(clock: ManualClock) -> None:
    pacer = Pacer(clock)
    for _ in range(1000):
        pacer.enter("h", HostPolicy(), clock.sleep)

    assert clock.now() == START


def test_threads_share_one_pace(clock: ManualClock) -> None:
    pacer, policy = Pacer(clock), HostPolicy(min_interval=1.0)
    threads = [
        threading.Thread(target=lambda: [pacer.enter("h", policy, clock.sleep) for _ in range(5)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert clock.now() - START == timedelta(seconds=39)


def test_a_clock_that_was_set_back_does_not_stall(clock: ManualClock) -> None:
    pacer = Pacer(clock, load=lambda name: HostState(next_at=START + timedelta(days=1)))

    pacer.enter("h", HostPolicy(min_interval=3.0), clock.sleep)

    assert clock.now() - START == timedelta(seconds=3)


def test_a_spent_budget_moves_to_midnight_utc_and_survives_a_restart(clock: ManualClock) -> None:
    saved: dict[str, HostState] = {}
    policy = HostPolicy(daily_budget=3)
    first = Pacer(clock, saved.get, saved.__setitem__)
    for _ in range(2):
        first.enter("h", policy, clock.sleep)
    second = Pacer(clock, saved.get, saved.__setitem__)
    second.enter("h", policy, clock.sleep)
    with pytest.raises(Deferred, match="daily budget of 3") as caught:
        second.enter("h", policy, clock.sleep)

    assert caught.value.until == START.replace(day=3, hour=0)
    clock.set(caught.value.until)
    second.enter("h", policy, clock.sleep)
    assert saved["h"].used == 1


@pytest.mark.parametrize("blocked", [True, False])
def test_a_freeze_holds_for_its_time_and_survives_a_restart(clock: ManualClock, blocked: bool) -> None:
    saved: dict[str, HostState] = {}
    until = START + timedelta(minutes=10)
    Pacer(clock, saved.get, saved.__setitem__).freeze("sec", until, "too fast", blocked=blocked)
    pacer = Pacer(clock, saved.get, saved.__setitem__)
    for policy in (HostPolicy(), HostPolicy(min_interval=1.0)):
        with pytest.raises(Blocked if blocked else Deferred, match="too fast"):
            pacer.enter("sec", policy, clock.sleep)
    assert clock.now() == START

    clock.set(until)
    pacer.enter("sec", HostPolicy(), clock.sleep)


def test_a_shorter_freeze_does_not_end_a_longer_one(clock: ManualClock) -> None:
    pacer = Pacer(clock)
    pacer.freeze("h", START + timedelta(hours=1), "long", blocked=True)
    pacer.freeze("h", START + timedelta(minutes=1), "short", blocked=True)

    assert pacer.state("h").reason == "long"
