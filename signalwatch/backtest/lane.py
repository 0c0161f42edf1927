"""What is known of one account while the clock runs: its signals by type, and what they can add up to at most."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from operator import attrgetter

from signalwatch.model import Signal
from signalwatch.ruleset.policy import Scoring

in_order: Callable[[Signal], tuple[datetime, str]] = attrgetter("at", "signal_id")
_SHORTEST = 3 * 86400.0
"""Half-lives below three days are taken for three days: the bound gets larger, and no power overflows."""


class Lane:
    """Active signals of one account by type, each list by event time: what rules look at."""

    __slots__ = ("by_type", "found", "newest", "oldest")

    def __init__(self) -> None:
        self.by_type: dict[str, list[Signal]] = {}
        self.found: dict[str, Signal] = {}
        self.oldest: datetime | None = None
        self.newest: datetime | None = None  # of all that was ever here

    def put(self, signal: Signal) -> None:
        """Take a signal in, instead of the one with its id."""
        self.drop(signal.signal_id)
        signals = self.by_type.get(signal.type)
        if signals is None:
            self.by_type[signal.type] = [signal]
        elif signals[-1].at < signal.at:
            signals.append(signal)
        else:
            insort(signals, signal, key=in_order)
        self.found[signal.signal_id] = signal
        if self.oldest is None or signal.at < self.oldest:
            self.oldest = signal.at
        if self.newest is None or signal.at > self.newest:
            self.newest = signal.at

    def drop(self, signal_id: str) -> None:
        """Take a signal out, if it is there."""
        before = self.found.pop(signal_id, None)
        if before is not None:
            signals = self.by_type[before.type]
            signals.remove(before) if signals[-1] is not before else signals.pop()
            if not signals:
                del self.by_type[before.type]

    def since(self, begin: datetime) -> dict[str, list[Signal]]:
        """The signals from ``begin`` on."""
        if self.oldest is None or self.oldest >= begin:
            return self.by_type
        out = {}
        for name, signals in self.by_type.items():
            if signals[0].at >= begin:
                out[name] = signals
            elif signals[-1].at >= begin:
                out[name] = signals[bisect_left(signals, begin, key=_at) :]
        return out


_at: Callable[[Signal], datetime] = attrgetter("at")


class Ceiling:
    """The most an account's activity can be: positive points, faded, with no cap and no negative ones.

    Kept per half-life as one number that fades as a whole, so that asking costs as much as there are half-lives.
    """

    __slots__ = ("_cold", "_factor", "_start", "_warm")

    def __init__(self, start: datetime, scoring: Scoring) -> None:
        self._start = start
        self._factor = max(1.0, scoring.breadth_most)
        self._cold: dict[float, float] = {}
        self._warm: dict[float, float] = {}

    def add(self, signal: Signal, half_life: timedelta) -> None:
        """Count a signal in. One that is counted again (told anew) only makes the ceiling higher."""
        if signal.points <= 0:
            return
        length = max(half_life.total_seconds(), _SHORTEST)
        sums = self._warm if signal.engagement else self._cold
        age = (signal.at - self._start).total_seconds() / length
        sums[length] = sums.get(length, 0.0) + signal.points * 2.0 ** min(age, 900.0)

    def at(self, now: datetime) -> float:
        """An upper bound of the activity at ``now``."""
        seconds = (now - self._start).total_seconds()
        return _faded(self._cold.items(), seconds) + self._factor * _faded(self._warm.items(), seconds) + 1.0


def _faded(sums: Iterable[tuple[float, float]], seconds: float) -> float:
    total = 0.0
    for length, value in sums:
        total += value * 0.5 ** (seconds / length)
    return total
