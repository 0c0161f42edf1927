"""Compiled conditions about the order of events: ``then``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import attrgetter

from signalwatch.model import Signal
from signalwatch.ruleset.events import EventTest
from signalwatch.ruleset.nodes import Bound, Env, Pool, Tree, Witness, describe, event_time

_BY_TIME = attrgetter("at", "signal_id")


def _moments(signals: Sequence[Signal]) -> list[list[Signal]]:
    """Events grouped by moment."""
    return [list(group) for _, group in groupby(signals, key=event_time)]


@dataclass(slots=True)
class Then:
    """Different events, one per step, in order of event time."""

    path: str
    steps: tuple[EventTest, ...]
    types: frozenset[str] = frozenset()
    measures: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.types = frozenset().union(*(s.types for s in self.steps))

    def find(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> Witness | None:
        """Walks through time, keeping for each number of steps done one way of doing them, with and without the pin.

        Events of one moment may serve consecutive steps in any order, each event once.
        """
        if pinned:
            if env.pin.type not in self.types:
                return None
            if env.newest and env.pin is env.trigger:
                quick = self._ending(env, pool, low, high)
                if quick is None or (quick and env.brief):
                    return quick
        signals = self._relevant(pool, low, high)
        if len(signals) < len(self.steps):
            return None
        if any(one.at == two.at for one, two in pairwise(signals)):
            return self._find_with_ties(env, signals, pinned)
        pin = env.pin.signal_id
        last = len(self.steps)
        free: list[Witness | None] = [(), *[None] * last]
        held: list[Witness | None] = [None] * (last + 1)
        for signal in signals:
            is_pin = signal.signal_id == pin
            for done in range(last - 1, -1, -1):
                before, with_pin = free[done], held[done]
                if (before is None or (free[done + 1] is not None and not is_pin)) and (
                    with_pin is None or held[done + 1] is not None
                ):
                    continue
                if not self.steps[done].accepts(env, signal):
                    continue
                if with_pin is not None and held[done + 1] is None:
                    held[done + 1] = (*with_pin, signal)
                if before is not None:
                    if is_pin and held[done + 1] is None:
                        held[done + 1] = (*before, signal)
                    if free[done + 1] is None:
                        free[done + 1] = (*before, signal)
            goal = held[last] if pinned else free[last]
            if goal is not None:
                return goal
        return None

    def _ending(self, env: Env, pool: Pool, low: Bound, high: Bound) -> Witness | None:
        """A witness that ends with the pin, where nothing is newer than it: each step as late as it can be.

        None: there is none. Empty: events share a moment, so only trying all orders tells.
        """
        pin = env.pin
        at = pin.at
        if (low is not None and at < low) or (high is not None and at > high):
            return None
        for event_type in self.types:
            signals = pool.get(event_type)
            shared = len(signals) > 1 and signals[-2].at == at if signals else False
            if signals and (shared or (signals[-1].at == at and signals[-1] is not pin)):
                return ()
        if not self.steps[-1].accepts(env, pin):
            return None
        chosen = [pin]
        for step in reversed(self.steps[:-1]):
            best: Signal | None = None
            for event_type in step.types:
                whole = step.plain and event_type in step.open
                for signal in reversed(pool.get(event_type, ())):
                    when = signal.at
                    if when >= at:
                        if when == at and signal is not chosen[-1]:
                            return ()
                        continue
                    if low is not None and when < low:
                        break
                    if whole or step.accepts(env, signal):
                        if best is None or when > best.at:
                            best = signal
                        elif when == best.at:
                            return ()
                        break
            if best is None:
                return None
            chosen.append(best)
            at = best.at
        return tuple(reversed(chosen))

    def _find_with_ties(self, env: Env, signals: Sequence[Signal], pinned: bool) -> Witness | None:
        """The same where events share a moment: all orders within a moment are tried."""
        # reached[(steps done, pin used)] = the events that did them
        reached: dict[tuple[int, bool], Witness] = {(0, False): ()}
        for group in _moments(signals):
            grown = dict(reached)
            for (done, used), witness in reached.items():
                self._advance(env, group, done, used, witness, grown)
            reached = grown
            goal = reached.get((len(self.steps), True)) or (None if pinned else reached.get((len(self.steps), False)))
            if goal is not None:
                return goal
        return None

    def _relevant(self, pool: Pool, low: Bound, high: Bound) -> list[Signal]:
        """Events of the steps' types between the bounds, by time."""
        signals: list[Signal] = []
        for event_type in self.types:
            for signal in reversed(pool.get(event_type, ())):
                at = signal.at
                if low is not None and at < low:
                    break
                if high is None or at <= high:
                    signals.append(signal)
        signals.sort(key=_BY_TIME)
        return signals

    def _advance(
        self,
        env: Env,
        group: Sequence[Signal],
        done: int,
        used: bool,
        witness: Witness,
        grown: dict[tuple[int, bool], Witness],
    ) -> None:
        if done == len(self.steps):
            return
        pin = env.pin.signal_id
        able = [s for s in group if self.steps[done].accepts(env, s)]
        # Other steps use up at most all but one, so as many candidates as there are steps (and the pin) decide it.
        for signal in [s for i, s in enumerate(able) if i < len(self.steps) or s.signal_id == pin]:
            state = (done + 1, used or signal.signal_id == pin)
            longer = (*witness, signal)
            grown.setdefault(state, longer)
            rest = [s for s in group if s is not signal]
            if rest:
                self._advance(env, rest, *state, longer, grown)

    def why(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> tuple[str, str]:
        """The step that was not reached, or that the order is the wrong one."""
        for step in self.steps:
            if step.find(env, pool, low, high, False) is None:
                return step.why(env, pool, low, high, False)
        done = 0
        for group in _moments(self._relevant(pool, low, high)):
            if done < len(self.steps) and any(self.steps[done].accepts(env, s) for s in group):
                done += 1
        if done < len(self.steps):
            return self.steps[done].path, f"{self.steps[done].label} did not come after {self.steps[done - 1].label}"
        return self.path, "the order does not hold with the triggering event in it"

    def tree(self, env: Env, pool: Pool, low: Bound, high: Bound) -> Tree:
        """All steps."""
        return describe(self, env, pool, low, high, "then", [s.tree(env, pool, low, high) for s in self.steps])
