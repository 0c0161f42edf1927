"""The one door to time. Everything inside is aware UTC; zones appear at the edges only."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the shells need of time. Pure code takes ``now`` as an argument instead."""

    def now(self) -> datetime:
        """The current instant, aware UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait for ``seconds`` of this clock's time."""


class SystemClock:
    """The machine's clock."""

    def __init__(self) -> None:
        self._never = threading.Event()

    def now(self) -> datetime:
        """The current instant, aware UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Block the calling thread for ``seconds``."""
        if seconds > 0:
            self._never.wait(seconds)


class ManualClock:
    """A clock that stands still until told to move: simulations, replays and tests. Thread-safe."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock needs an aware datetime")
        self._now = start.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The simulated instant, aware UTC."""
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        """Move simulated time forward instead of waiting."""
        self.advance(timedelta(seconds=max(0.0, seconds)))

    def advance(self, by: timedelta) -> datetime:
        """Move forward and return the new instant."""
        with self._lock:
            self._now += by
            return self._now

    def set(self, to: datetime) -> None:
        """Move forward to ``to``; a simulated clock never runs backwards."""
        with self._lock:
            self._now = max(self._now, to.astimezone(UTC))


def aware(value: datetime) -> datetime:
    """Return ``value`` in UTC; raise ValueError for a naive datetime."""
    if value.tzinfo is None:
        raise ValueError(f"naive datetime {value!r}: times are aware UTC inside signalwatch")
    return value.astimezone(UTC)
