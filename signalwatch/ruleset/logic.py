"""Compiled conditions that join others (``all any not then within same``) and thresholds on the account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from signalwatch.model import Signal
from signalwatch.ruleset import units
from signalwatch.ruleset.compare import Comparison
from signalwatch.ruleset.events import EventTest
from signalwatch.ruleset.nodes import Bound, Env, Node, Pool, Tree, Witness, day, describe, event_time
from signalwatch.ruleset.order import Then


def windows(
    node: Node, env: Env, pool: Pool, low: Bound, high: Bound, length: timedelta
) -> Iterable[tuple[Bound, Bound]]:
    """Windows of ``length`` that hold the trigger's moment and could hold a witness: each starts at an event."""
    at = env.at
    earliest = at - length if low is None else max(low, at - length)
    starts = {at} if low is None or low <= at else set()
    for event_type in node.types:
        for signal in pool.get(event_type, ()):
            if earliest <= signal.at <= at:
                starts.add(signal.at)
    for start in sorted(starts, reverse=True):
        end = start + length
        yield start, end if high is None else min(high, end)


@dataclass(slots=True)
class All:
    """Every part holds."""

    path: str
    parts: tuple[Node, ...]
    types: frozenset[str] = frozenset()
    measures: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.types = frozenset().union(*(p.types for p in self.parts))
        self.measures = frozenset().union(*(p.measures for p in self.parts))

    def find(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> Witness | None:
        """One witness of each part; when pinned, at least one of them holds the pin."""
        if not pinned:
            return self._join(env, pool, low, high, -1, ())
        for i, part in enumerate(self.parts):
            if env.pin.type in part.types or part.measures:
                held = part.find(env, pool, low, high, True)
                if held is not None:
                    joined = self._join(env, pool, low, high, i, held)
                    if joined is not None:
                        return joined
        return None

    def _join(self, env: Env, pool: Pool, low: Bound, high: Bound, skip: int, held: Witness) -> Witness | None:
        found = held
        for i, part in enumerate(self.parts):
            if i != skip:
                witness = part.find(env, pool, low, high, False)
                if witness is None:
                    return None
                if not found:
                    found = witness
                elif witness:
                    seen = [s.signal_id for s in found]
                    found += tuple(s for s in witness if s.signal_id not in seen)
        return found

    def why(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> tuple[str, str]:
        """The first part that fails; if none fails alone, what keeps the trigger out."""
        if pinned:
            touching = [p for p in self.parts if env.pin.type in p.types]
            if touching and all(p.find(env, pool, low, high, True) is None for p in touching):
                return touching[0].why(env, pool, low, high, True)
        for part in self.parts:
            if part.find(env, pool, low, high, False) is None:
                return part.why(env, pool, low, high, False)
        return self.path, "the parts do not hold together with the triggering event"

    def tree(self, env: Env, pool: Pool, low: Bound, high: Bound) -> Tree:
        """All parts."""
        return describe(self, env, pool, low, high, "all", [p.tree(env, pool, low, high) for p in self.parts])


@dataclass(slots=True)
class AnyOf:
    """At least one part holds."""

    path: str
    parts: tuple[Node, ...]
    types: frozenset[str] = frozenset()
    measures: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.types = frozenset().union(*(p.types for p in self.parts))
        self.measures = frozenset().union(*(p.measures for p in self.parts))

    def find(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> Witness | None:
        """The witness of the first part that has one."""
        for part in self.parts:
            witness = part.find(env, pool, low, high, pinned)
            if witness is not None:
                return witness
        return None

    def why(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> tuple[str, str]:
        """The part that is about the trigger, or the first."""
        part = next((p for p in self.parts if env.pin.type in p.types), self.parts[0])
        path, words = part.why(env, pool, low, high, pinned)
        others = len(self.parts) - 1
        return path, f"{words} (nor any of {others} other{'s' if others > 1 else ''})" if others else words

    def tree(self, env: Env, pool: Pool, low: Bound, high: Bound) -> Tree:
        """All parts."""
        return describe(self, env, pool, low, high, "any", [p.tree(env, pool, low, high) for p in self.parts])


@dataclass(slots=True)
class Not:
    """The part holds nowhere: not in ``window`` before the trigger, nor since; without a window, not in the history."""

    path: str
    part: Node
    window: timedelta | None = None
    types: frozenset[str] = frozenset()
    measures: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()  # types without one of which the part cannot hold

    def __post_init__(self) -> None:
        if isinstance(self.part, EventTest | Then):
            self.needs = self.part.types

    def found(self, env: Env) -> Witness | None:
        """What stands against it, or None."""
        low = None if self.window is None else env.at - self.window
        return self.part.find(env, env.by_type, low, None, False)

    def find(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> Witness | None:
        """Nothing to show: the empty witness, or None. Never holds the pin."""
        if pinned:
            return None
        if self.needs and self.needs.isdisjoint(env.by_type):
            return ()
        return () if self.found(env) is None else None

    def why(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> tuple[str, str]:
        """What stands against it."""
        found = self.found(env)
        if found:
            newest = max(found, key=event_time)
            return self.path, f"{newest.type} on {day(newest)} stands against it"
        return self.path, "the opposite holds"

    def tree(self, env: Env, pool: Pool, low: Bound, high: Bound) -> Tree:
        """The part, and what was found of it."""
        low = None if self.window is None else env.at - self.window
        return describe(self, env, pool, low, high, "not", [self.part.tree(env, env.by_type, low, None)])


@dataclass(slots=True)
class Within:
    """The witness lies in one window of ``length`` that also holds the trigger's moment."""

    path: str
    part: Node
    length: timedelta
    types: frozenset[str] = frozenset()
    measures: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.types = self.part.types
        self.measures = self.part.measures

    def find(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> Witness | None:
        """The witness of the newest window that has one."""
        if pinned and env.pin.type not in self.types and not self.measures:
            return None
        at = env.at
        if env.newest or not self._newer(pool, at):
            # Nothing relevant lies after the trigger: the window that ends with it holds all others.
            begin: Bound = at - self.length
            start = begin if low is None else max(low, at - self.length)
            return self.part.find(env, pool, start, at if high is None or high > at else high, pinned)
        for start, end in windows(self, env, pool, low, high, self.length):
            witness = self.part.find(env, pool, start, end, pinned)
            if witness is not None:
                return witness
        return None

    def _newer(self, pool: Pool, at: datetime) -> bool:
        for event_type in self.types:
            signals = pool.get(event_type)
            if signals and signals[-1].at > at:
                return True
        return False

    def why(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> tuple[str, str]:
        """How long a window would have been enough, when one would."""
        free = self.part.find(env, pool, None, None, pinned)
        if free is None:
            return self.part.why(env, pool, None, None, pinned)
        needed = self.needed(env, pool, pinned)
        if needed is None:
            return self.path, f"not within {units.show_duration(self.length)}"
        return self.path, f"it would take {units.show_span(needed)}, more than {units.show_duration(self.length)}"

    def needed(self, env: Env, pool: Pool, pinned: bool) -> timedelta | None:
        """The shortest window around the trigger that would have done."""
        at = env.at
        times = sorted({s.at for t in self.types for s in pool.get(t, ())})
        later = [t for t in times if t > at][:8]
        starts = [*(t for t in times if t < at), at]
        best: timedelta | None = None
        for end in (at, *later):
            # A window that begins earlier holds more, so the latest beginning that will do is found by halving.
            low, high = 0, len(starts) - 1
            if self.part.find(env, pool, starts[0], end, pinned) is None:
                continue
            while low < high:
                middle = (low + high + 1) // 2
                if self.part.find(env, pool, starts[middle], end, pinned) is None:
                    high = middle - 1
                else:
                    low = middle
            if best is None or end - starts[low] < best:
                best = end - starts[low]
        return best

    def tree(self, env: Env, pool: Pool, low: Bound, high: Bound) -> Tree:
        """The part within the window nearest to holding."""
        tree = describe(self, env, pool, low, high, "within", [self.part.tree(env, pool, None, None)])
        tree["wanted"] = f"within {units.show_duration(self.length)}"
        return tree


@dataclass(slots=True)
class Same:
    """All events of the witness share one known program or person."""

    path: str
    part: Node
    key: Literal["program", "person"]
    types: frozenset[str] = frozenset()
    measures: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.types = self.part.types
        self.measures = self.part.measures

    def _of(self, signal: Signal) -> str:
        return signal.program_id if self.key == "program" else signal.person

    def _pools(self, env: Env, pool: Pool, pinned: bool) -> Iterable[Pool]:
        if pinned and (env.pin.type in self.types or not self.measures):
            keys = [self._of(env.pin)]
        else:
            keys = list(dict.fromkeys(self._of(s) for t in sorted(self.types) for s in reversed(pool.get(t, ()))))
        for key in keys:
            if not key:
                continue
            if self.key == "program":
                yield {t: [s for s in pool[t] if s.program_id == key] for t in self.types if t in pool}
            else:
                yield {t: [s for s in pool[t] if s.person == key] for t in self.types if t in pool}

    def find(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> Witness | None:
        """A witness of one program or person."""
        for part in self._pools(env, pool, pinned):
            witness = self.part.find(env, part, low, high, pinned)
            if witness is not None:
                return witness
        return None

    def why(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> tuple[str, str]:
        """Whether it would hold across programs or persons, or fails anyway."""
        if pinned and env.pin.type in self.types and not self._of(env.pin):
            return self.path, f"the {self.key} of the triggering event is unknown"
        if self.part.find(env, pool, low, high, pinned) is not None:
            return self.path, f"it holds only across different {self.key}s"
        for part in self._pools(env, pool, pinned):
            return self.part.why(env, part, low, high, pinned)
        return self.part.why(env, pool, low, high, pinned)

    def tree(self, env: Env, pool: Pool, low: Bound, high: Bound) -> Tree:
        """The part, among events of one program or person."""
        chosen = next(iter(self._pools(env, pool, env.pin.type in self.types)), pool)
        tree = describe(self, env, pool, low, high, "same", [self.part.tree(env, chosen, low, high)])
        tree["wanted"] = f"same {self.key}"
        return tree


@dataclass(slots=True)
class MeasureTest:
    """A threshold on the account: activity, engagement, personas, fit, tier, tier age or an attribute."""

    path: str
    comparison: Comparison
    types: frozenset[str] = frozenset()
    measures: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.measures = frozenset((self.comparison.name,))

    def holds(self, env: Env) -> bool:
        """Whether the threshold is met. Unknown is not met (unless ``exists: false`` asks for it)."""
        return self.comparison.test(env.facts.get(self.comparison.name))

    def find(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> Witness | None:
        """Met: the empty witness. Pinned, only when the trigger moves the measure."""
        if not self.holds(env):
            return None
        if pinned and not moves(self.comparison.name, env.trigger):
            return None
        return ()

    def why(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> tuple[str, str]:
        """Value and threshold."""
        if self.holds(env):
            return self.path, f"{env.trigger.type} does not move {self.comparison.name}"
        return self.path, self.comparison.miss(env.facts.get(self.comparison.name))

    def tree(self, env: Env, pool: Pool, low: Bound, high: Bound) -> Tree:
        """Value and threshold."""
        value = env.facts.get(self.comparison.name)
        tree = describe(self, env, pool, low, high, "measure")
        tree["wanted"] = self.comparison.holds()
        tree["got"] = units.show(value) if value is not None else "unknown"
        return tree


MOVED_BY_ENGAGEMENT = frozenset({"engagement", "personas"})


def moves(measure: str, trigger: Signal) -> bool:
    """Whether an event of this kind can change a measure, so that a rule on it is worth another look."""
    if measure in MOVED_BY_ENGAGEMENT:
        return trigger.engagement
    return measure == "activity" and (trigger.points != 0 or trigger.engagement)


def lengths(node: Node) -> Iterator[timedelta]:
    """Every window a condition looks through."""
    if isinstance(node, Within):
        yield node.length
    if isinstance(node, Not) and node.window is not None:
        yield node.window
    if isinstance(node, Within | Same | Not):
        yield from lengths(node.part)
    elif isinstance(node, All | AnyOf):
        for part in node.parts:
            yield from lengths(part)
    elif isinstance(node, EventTest) and node.absent is not None:
        yield node.absent[1]


def nodes(node: Node) -> Iterator[Node]:
    """A condition and everything in it."""
    yield node
    if isinstance(node, Within | Same | Not):
        yield from nodes(node.part)
    elif isinstance(node, All | AnyOf):
        for part in node.parts:
            yield from nodes(part)
    elif isinstance(node, Then):
        yield from node.steps
    elif isinstance(node, EventTest) and node.absent is not None:
        yield node.absent[0]


def needed_measures(node: Node) -> Iterator[Comparison]:
    """The thresholds of an account that a condition cannot hold without."""
    if isinstance(node, MeasureTest):
        yield node.comparison
    elif isinstance(node, Within | Same):
        yield from needed_measures(node.part)
    elif isinstance(node, All):
        for part in node.parts:
            yield from needed_measures(part)


_MEASURED = frozenset({"activity", "engagement", "personas"})


def reads(conditions: Iterable[Node], account: Iterable[Comparison] = ()) -> frozenset[str] | None:
    """The types of events that conditions and tests of an account look at; None when it may be any (activity)."""
    found: set[str] = set()
    for part in (p for condition in conditions for p in nodes(condition)):
        if isinstance(part, MeasureTest) and part.comparison.name in _MEASURED:
            return None
        if isinstance(part, EventTest):
            found |= part.types
    return None if any(test.name in _MEASURED for test in account) else frozenset(found)
