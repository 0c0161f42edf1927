"""Hints make polling rarer, within bounds, and never more frequent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._feeds_parse import Hints
from connectors._feeds_schedule import fresh_for, next_poll

NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)  # a Monday
QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)


def due(hints: Hints | None = None, headers: dict[str, str] | None = None, now: datetime = NOW) -> timedelta:
    found = next_poll(now, headers or {}, hints or Hints(), at_least=QUARTER, hint_cap=HOUR)
    assert found is not None
    return found - now


def test_without_hints_the_own_pause_holds() -> None:
    assert due() == QUARTER


def test_ttl_is_honoured_up_to_the_cap() -> None:
    assert due(Hints(ttl_minutes=30)) == timedelta(minutes=30)
    assert due(Hints(ttl_minutes=100_000)) == HOUR
    assert due(Hints(ttl_minutes=1)) == QUARTER


def test_update_period() -> None:
    assert due(Hints(period_seconds=1_800)) == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({"cache-control": "public, max-age=1200"}, 20),
        ({"cache-control": "no-cache, max-age=1200"}, 0),
        ({"expires": "Mon, 05 Oct 2026 12:40:00 GMT", "date": "Mon, 05 Oct 2026 12:20:00 GMT"}, 20),
        ({"expires": "0"}, 0),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
        ({"expires": "-1", "cache-control": ""}, 0),
        ({}, 0),
    ],
)
def test_freshness(headers: dict[str, str], minutes: int) -> None:
    assert fresh_for(headers, NOW) == timedelta(minutes=minutes)


def test_skipped_hours_move_the_poll_to_the_first_open_hour() -> None:
    assert due(Hints(skip_hours=(12, 13, 14))) == timedelta(hours=3)


def test_a_skipped_weekend_is_bounded() -> None:
    saturday = datetime(2026, 10, 3, 0, 5, tzinfo=UTC)

    assert due(Hints(skip_days=(5, 6)), now=saturday) == timedelta(hours=26)


def test_skipping_everything_skips_nothing() -> None:
    assert due(Hints(skip_days=tuple(range(7)), skip_hours=tuple(range(24)))) == QUARTER


@given(
    st.integers(0, 600_000),
    st.integers(0, 10**8),
    st.sets(st.integers(0, 23)),
    st.sets(st.integers(0, 6)),
    st.text(max_size=30),
)
def test_never_earlier_than_the_own_pause_and_never_beyond_the_bounds(
    ttl: int, period: int, hours: set[int], days: set[int], control: str
) -> None:
    hints = Hints(ttl_minutes=ttl, period_seconds=period, skip_hours=tuple(hours), skip_days=tuple(days))

    assert QUARTER <= due(hints, {"cache-control": control, "expires": control}) <= timedelta(hours=26)
