"""Compiled conditions about one kind of event: field tests, counts, ``first``, ``changed``, ``absent_for``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from signalwatch.model import Signal
from signalwatch.ruleset import units
from signalwatch.ruleset.compare import Comparison
from signalwatch.ruleset.nodes import Bound, Env, Pool, Tree, Witness, day, describe, event_time


@dataclass(frozen=True, slots=True)
class FieldTest:
    """One test of one field of an event. ``check`` is what evaluation calls; ``value`` and ``comparison`` explain."""

    comparison: Comparison
    value: Callable[[Signal], Any]
    check: Callable[[Signal], bool]

    def miss(self, signal: Signal) -> str:
        """Why the event does not pass, in words."""
        return self.comparison.miss(self.value(signal))


@dataclass(frozen=True, slots=True)
class Changed:
    """``changed: {field, from, to}``: the event says a field moved, or it differs from the event of its kind before."""

    path: str
    name: str
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()


@dataclass(slots=True)
class EventTest:
    """Any event of some types that passes field tests; ``alternatives`` maps each type to its tests."""

    path: str
    label: str
    alternatives: Mapping[str, tuple[tuple[FieldTest, ...], ...]]
    count: int = 0
    distinct: tuple[str, Callable[[Signal], Any], int] | None = None
    first: Literal["", "account", "program"] = ""
    changed: tuple[Changed, ...] = ()
    absent: tuple[EventTest, timedelta] | None = None
    types: frozenset[str] = frozenset()
    measures: frozenset[str] = frozenset()
    plain: bool = True
    open: frozenset[str] = frozenset()  # types of which any event passes
    simple: bool = True  # one event makes it true

    def __post_init__(self) -> None:
        self.types = frozenset(self.alternatives)
        self.plain = not (self.count or self.distinct or self.first or self.changed or self.absent)
        self.open = frozenset(t for t, options in self.alternatives.items() if () in options)
        self.simple = not self.count and self.distinct is None

    def passes(self, signal: Signal) -> bool:
        """Whether one event passes the type and field tests."""
        for tests in self.alternatives.get(signal.type, ()):
            for test in tests:
                if not test.check(signal):
                    break
            else:
                return True
        return False

    def accepts(self, env: Env, signal: Signal) -> bool:
        """Field tests, and what depends on the rest of the history."""
        if not (signal.type in self.open or self.passes(signal)):
            return False
        if self.plain:
            return True
        if self.first and self._earlier(env, signal) is not None:
            return False
        if self.absent is not None and self._broken(env, signal) is not None:
            return False
        return all(_changed_values(env, signal, c) is not None for c in self.changed)

    def _earlier(self, env: Env, signal: Signal) -> Signal | None:
        """An event before ``signal`` that passes the same tests (for ``first``)."""
        for event_type in self.types:
            for other in env.by_type.get(event_type, ()):
                if other.at >= signal.at:
                    break
                if self.first == "program" and other.program_id != signal.program_id:
                    continue
                if self.passes(other):
                    return other
        return None

    def _broken(self, env: Env, signal: Signal) -> str | None:
        """Why nothing-came-after does not hold for ``signal``: an event that came, or time that has not passed."""
        if self.absent is None:
            return None
        test, length = self.absent
        until = signal.at + length
        if env.view.now < until and env.at < until:
            return (
                f"only {units.show_span(max(env.view.now, env.at) - signal.at)} of {units.show_duration(length)} passed"
            )
        for event_type in test.types:
            for other in env.by_type.get(event_type, ()):
                if other.signal_id == signal.signal_id or not signal.at <= other.at <= until:
                    continue
                if signal.program_id and other.program_id and signal.program_id != other.program_id:
                    continue
                if test.passes(other):
                    return f"{other.type} came on {day(other)}"
        return None

    def candidates(self, env: Env, pool: Pool, low: Bound, high: Bound) -> list[Signal]:
        """Events of its types between the bounds, whether they pass or not."""
        found: list[Signal] = []
        for event_type in self.types:
            for signal in pool.get(event_type, ()):
                if (low is None or signal.at >= low) and (high is None or signal.at <= high):
                    found.append(signal)
        if len(self.types) > 1:
            found.sort(key=event_time)
        return found

    def find(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> Witness | None:
        """The newest event that passes, or all that pass where several are asked for."""
        if pinned:
            pin = env.pin
            if pin.type not in self.types or (low is not None and pin.at < low) or (high is not None and pin.at > high):
                return None
            if not self.accepts(env, pin):
                return None
            if self.simple:
                return (pin,)
            if not any(s.signal_id == pin.signal_id for s in pool.get(pin.type, ())):
                return None
        elif self.simple:
            return self._newest(env, pool, low, high)
        members = self._members(env, pool, low, high)
        return members if self._enough(members) else None

    def _members(self, env: Env, pool: Pool, low: Bound, high: Bound) -> Witness:
        """All events between the bounds that pass, by event time."""
        found: list[Signal] = []
        for event_type in self.types:
            whole = self.plain and event_type in self.open
            for signal in reversed(pool.get(event_type, ())):
                at = signal.at
                if low is not None and at < low:
                    break
                if (high is None or at <= high) and (whole or self.accepts(env, signal)):
                    found.append(signal)
        found.sort(key=event_time)
        return tuple(found)

    def _newest(self, env: Env, pool: Pool, low: Bound, high: Bound) -> Witness | None:
        best: Signal | None = None
        for event_type in self.types:
            whole = self.plain and event_type in self.open
            for signal in reversed(pool.get(event_type, ())):
                at = signal.at
                if low is not None and at < low:
                    break
                if (high is None or at <= high) and (whole or self.accepts(env, signal)):
                    if best is None or at > best.at:
                        best = signal
                    break
        return None if best is None else (best,)

    def _enough(self, members: Sequence[Signal]) -> bool:
        if len(members) < self.count:
            return False
        return self.distinct is None or len(self.values(members)) >= self.distinct[2]

    def values(self, members: Iterable[Signal]) -> set[str]:
        """Different values of the field that ``distinct`` counts."""
        assert self.distinct is not None
        out: set[str] = set()
        for signal in members:
            value = self.distinct[1](signal)
            for one in value if isinstance(value, list | tuple) else (value,):
                if one not in (None, ""):
                    out.add(str(one).casefold())
        return out

    def why(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> tuple[str, str]:
        """The field test that failed, on the trigger or on the event that came nearest."""
        if pinned:
            if env.pin.type not in self.types:
                return self.path, f"{env.pin.type} is not {self.label}"
            failed = self.why_not(env, env.pin)
            if failed is not None:
                return failed
        inside = self.candidates(env, pool, low, high)
        passing = [s for s in inside if self.accepts(env, s)]
        if passing and len(passing) < self.count:
            return f"{self.path}.count|gte", f"{len(passing)} {self.label} < {self.count}"
        if passing and self.distinct is not None:
            name, _, least = self.distinct
            return f"{self.path}.distinct", f"{len(self.values(passing))} different {name}, wanted {least}"
        if not inside:
            outside = [s for s in self.candidates(env, pool, None, None) if self.accepts(env, s)]
            if outside:
                near = min(outside, key=lambda s: abs(s.at - env.at))
                away = units.show_span(near.at - env.at)
                return self.path, f"{near.type} of {day(near)} is {away} from the trigger, outside the window"
            return self.path, f"no {self.label} in the history"
        reasons = [(self.passed(s), s.at, self.why_not(env, s)) for s in inside]
        best = max((r for r in reasons if r[2] is not None), key=lambda r: (r[0], r[1]), default=None)
        if best is not None and best[2] is not None:
            return best[2]
        return self.path, f"no {self.label} in the window"

    def passed(self, signal: Signal) -> int:
        """How many field tests an event passes, in the alternative that suits it best."""
        return max((sum(t.check(signal) for t in tests) for tests in self.alternatives.get(signal.type, ())), default=0)

    def why_not(self, env: Env, signal: Signal) -> tuple[str, str] | None:
        """Path and words of the first test ``signal`` fails; None when it passes."""
        options = self.alternatives.get(signal.type, ())
        if not self.passes(signal):
            for tests in options:
                for test in tests:
                    if not test.check(signal):
                        return test.comparison.path, test.miss(signal)
            return self.path, f"{signal.type} is not {self.label}"
        if self.first and (earlier := self._earlier(env, signal)) is not None:
            return f"{self.path}.first", f"not the first: {earlier.type} on {day(earlier)}"
        if self.absent is not None and (words := self._broken(env, signal)) is not None:
            return f"{self.path}.absent_for", words
        for change in self.changed:
            if _changed_values(env, signal, change) is None:
                return change.path, _changed_miss(env, signal, change)
        return None

    def tree(self, env: Env, pool: Pool, low: Bound, high: Bound) -> Tree:
        """Each field test with the value of the event that came nearest."""
        inside = self.candidates(env, pool, low, high)
        nearest = env.pin if env.pin.type in self.types else None
        if inside and nearest is None:
            nearest = max(inside, key=lambda s: (self.passed(s), s.at))
        parts: list[Tree] = []
        if nearest is not None:
            for tests in self.alternatives.get(nearest.type, ()):
                for test in tests:
                    ok = test.check(nearest)
                    part: Tree = {
                        "op": "test",
                        "path": test.comparison.path,
                        "ok": ok,
                        "wanted": test.comparison.holds(),
                    }
                    part["got"] = units.show(test.value(nearest)) if test.value(nearest) is not None else "unknown"
                    if not ok:
                        part["missed"] = test.miss(nearest)
                    parts.append(part)
        tree = describe(self, env, pool, low, high, "event", parts)
        tree["wanted"] = self.label
        tree["seen"] = len(inside)
        return tree


def _changed_values(env: Env, signal: Signal, change: Changed) -> tuple[Any, Any] | None:
    """Before and after of the field when the event moved it as wanted, else None."""
    pair = _moved(env, signal, change.name)
    if pair is None:
        return None
    before, after = pair
    if change.before and changed_word(before) not in change.before:
        return None
    if change.after and changed_word(after) not in change.after:
        return None
    return pair


def changed_word(value: object) -> str:
    """A field or value of a change as rules spell it: the registry says "Active not recruiting", "why stopped"."""
    return _APART.sub("_", str(value).casefold()).strip("_")


_APART = re.compile(r"[^\w/+.]+")


def _moved(env: Env, signal: Signal, name: str) -> tuple[Any, Any] | None:
    word = changed_word(name)
    for change in signal.changes:
        if changed_word(change.field) == word or changed_word(change.field.rpartition(".")[2]) == word:
            return (change.before, change.after) if change.before != change.after else None
    after = signal.attributes.get(name)
    if after is None:
        return None
    for other in reversed(env.by_type.get(signal.type, ())):
        if other.at < signal.at and other.program_id == signal.program_id and name in other.attributes:
            before = other.attributes[name]
            return (before, after) if before != after else None
    return None


def _changed_miss(env: Env, signal: Signal, change: Changed) -> str:
    pair = _moved(env, signal, change.name)
    if pair is None:
        return f"{change.name} did not change"
    return f"{change.name} went from {units.show(pair[0])} to {units.show(pair[1])}"
