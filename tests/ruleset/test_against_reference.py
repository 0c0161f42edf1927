"""The compiled evaluator against a naive one that enumerates every set of events, on random rules and histories."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalwatch.errors import RuleSetError
from signalwatch.model import Signal
from signalwatch.ruleset import Pack
from tests.ruleset.packs import day, fires, pack_of, problems_of, signal, view

pytestmark = pytest.mark.slow

Match = frozenset[str]

TYPES = ("ind_clearance", "trial_start", "page_visit")
GROUPS = {"first_party": ("page_visit", "webinar_attended", "demo_request")}
_days = st.integers(1, 6).map(lambda n: f"{n}d")


def _days_of(text: str) -> timedelta:
    return timedelta(days=int(text[:-1]))


@st.composite
def leaves(draw: st.DrawFn, plain: bool = False) -> Any:
    event = draw(st.sampled_from((*TYPES, "first_party")))
    tests: dict[str, Any] = {}
    if event == "trial_start" and draw(st.booleans()):
        tests["phase|gte"] = "2"
    if plain:
        return {event: tests} if tests else event
    if draw(st.integers(0, 5)) == 0:
        tests["within"] = draw(_days)
    extra = draw(st.sampled_from(["", "", "", "", "", "", "count", "distinct", "first", "same"]))
    if extra == "count":
        tests["count|gte"] = draw(st.integers(2, 3))
    elif extra == "distinct":
        tests["distinct"] = {"field": "person", "gte": 2}
    elif extra == "first":
        tests["first"] = draw(st.sampled_from([True, "program"]))
    elif extra == "same":
        tests["same"] = draw(st.sampled_from(["program", "person"]))
    return {event: tests} if tests else event


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> Any:
    kind = draw(st.sampled_from(["all", "any", "then", "all", "leaf"] if depth else ["leaf"]))
    if kind == "leaf":
        return draw(leaves())
    if kind == "then":
        mapping: dict[str, Any] = {"then": draw(st.lists(leaves(plain=True), min_size=2, max_size=3))}
    else:
        parts = draw(st.lists(conditions(depth=depth - 1 if draw(st.booleans()) else 0), min_size=2, max_size=2))
        if kind == "all" and draw(st.integers(0, 3)) == 0:
            parts.append({"not": draw(leaves())})
        mapping = {kind: parts}
    if draw(st.booleans()):
        mapping["within"] = draw(_days)
    if draw(st.integers(0, 5)) == 0:
        mapping["same"] = draw(st.sampled_from(["program", "person"]))
    return mapping


@st.composite
def histories(draw: st.DrawFn) -> list[Signal]:
    out = []
    for i in range(draw(st.integers(3, 6))):
        out.append(
            signal(
                draw(st.sampled_from(TYPES)),
                draw(st.integers(0, 8)),
                n=f"e{i}",
                program=draw(st.sampled_from(["", "a", "b"])),
                person=draw(st.sampled_from(["", "x", "y", "z"])),
                phase=draw(st.sampled_from(["1", "2"])),
            )
        )
    return out


class Naive:
    """Sets of events that make a condition true, by brute force."""

    def __init__(self, history: Iterable[Signal], pin: Signal) -> None:
        self.history = list(history)
        self.pin = pin
        self.by_id = {s.signal_id: s for s in self.history}

    def matches(self, condition: Any, window: str | None = None) -> set[Match]:
        if isinstance(condition, str):
            condition = {condition: {}}
        mapping = dict(condition)
        within, same = mapping.pop("within", None), mapping.pop("same", None)
        sets = [self._entry(key, value, within or window) for key, value in mapping.items()]
        found = {frozenset().union(*combination) for combination in itertools.product(*sets)}
        return self._bound(found, within, same)

    def _bound(self, found: set[Match], within: str | None, same: str | None) -> set[Match]:
        if same is not None:
            key = {"program": lambda s: s.program_id, "person": lambda s: s.person}[same]
            found = {m for m in found if len({key(self.by_id[i]) for i in m}) == 1 and key(self.by_id[min(m)])}
        if within is not None:
            length = _days_of(within)
            found = {m for m in found if self._span(m) <= length}
        return found

    def _span(self, match: Match) -> timedelta:
        times = [self.by_id[i].at for i in match] + [self.pin.at]
        return max(times) - min(times)

    def _entry(self, key: str, value: Any, window: str | None) -> set[Match]:
        if key == "all":
            sets = [self.matches(part, window) for part in value]
            return {frozenset().union(*combination) for combination in itertools.product(*sets)}
        if key == "any":
            return set().union(*(self.matches(part, window) for part in value))
        if key == "not":
            return set() if self._forbidden(value, window) else {frozenset()}
        if key == "then":
            return self._ordered(value)
        return self._events(key, value)

    def _forbidden(self, value: Any, window: str | None) -> bool:
        """Whether a match lies between the start of the window before the trigger, and now."""
        if isinstance(value, dict):
            inner = dict(next(iter(value.values())))
            own = inner.pop("within", None)
            value = {next(iter(value)): inner}
            window = own or window
        found = self.matches(value)
        if window is None:
            return bool(found)
        begin = self.pin.at - _days_of(window)
        return any(all(self.by_id[i].at >= begin for i in m) for m in found)

    def _ordered(self, steps: list[Any]) -> set[Match]:
        out = set()
        for chosen in itertools.permutations(self.history, len(steps)):
            if all(a.at <= b.at for a, b in itertools.pairwise(chosen)) and all(
                frozenset([s.signal_id]) in self.matches(step) for s, step in zip(chosen, steps, strict=True)
            ):
                out.add(frozenset(s.signal_id for s in chosen))
        return out

    def _events(self, event: str, tests: dict[str, Any]) -> set[Match]:
        passing = [s for s in self.history if s.type in GROUPS.get(event, (event,))]
        if "phase|gte" in tests:
            passing = [s for s in passing if int(s.attributes["phase"]) >= int(tests["phase|gte"])]
        first = tests.get("first")
        if first:
            everything = passing
            passing = [
                s
                for s in passing
                if not any(o.at < s.at and (first is True or o.program_id == s.program_id) for o in everything)
            ]
        least = tests.get("count|gte", 1)
        sizes = range(1, len(passing) + 1) if "count|gte" in tests or "distinct" in tests else (1,)
        found = {
            frozenset(s.signal_id for s in chosen)
            for size in sizes
            for chosen in itertools.combinations(passing, size)
            if size >= least
            and ("distinct" not in tests or len({s.person for s in chosen if s.person}) >= tests["distinct"]["gte"])
        }
        return self._bound(found, tests.get("within"), tests.get("same"))

    def fires(self, condition: Any) -> bool:
        return any(self.pin.signal_id in match for match in self.matches(condition))


@settings(max_examples=150, deadline=None)
@given(conditions(), histories(), st.integers(0, 5))
def test_evaluator_agrees_with_the_reference(condition: Any, history: list[Signal], which: int) -> None:
    _agree(condition, history, which)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None)
@given(conditions(), histories(), st.integers(0, 5))
def test_evaluator_agrees_with_the_reference_at_length(condition: Any, history: list[Signal], which: int) -> None:
    _agree(condition, history, which)


def _agree(condition: Any, history: list[Signal], which: int) -> None:
    trigger = history[which % len(history)]
    pack = _pack(condition)
    if pack is None:  # refused: then it must be true that it can never fire
        assert not Naive(history, trigger).fires(condition)
        return
    seen = view(trigger, *(s for s in history if s is not trigger), now=20)

    outcome = pack.evaluate(seen)
    got = bool(outcome) and outcome[0].fired

    assert got == Naive(history, trigger).fires(condition)
    if outcome and not got:
        assert outcome[0].failed
        assert outcome[0].missed_by
    if got:
        assert trigger.signal_id in outcome[0].signals
    assert [r.rule_id for r in pack.fired(seen)] == (["r"] if got else [])
    tree = pack.explain("r", seen)
    assert tree["fired"] == got
    json.dumps(tree)


def _pack(condition: Any) -> Pack | None:
    """The rule in a pack; None when the loader says that it can never fire."""
    rules = "- " + json.dumps({"id": "r", "when": condition}) + "\n"
    try:
        return pack_of(rules)
    except RuleSetError:
        codes = {p.code for p in problems_of(rules) if p.severity == "error"}

    assert codes == {"unreachable"}
    return None


@settings(max_examples=150, deadline=None)
@given(conditions(), histories(), st.randoms(use_true_random=False))
def test_arrival_order_does_not_matter(condition: Any, history: list[Signal], random: Any) -> None:
    """The trigger decides by event time: shuffling what else is known changes nothing."""
    pack = _pack(condition)
    if pack is None:
        return
    trigger, *others = history
    shuffled = list(others)
    random.shuffle(shuffled)

    assert fires(pack, view(trigger, *others, now=20)) == fires(pack, view(trigger, *shuffled, now=20))


def test_the_reference_itself_is_sane() -> None:
    a, b = signal("ind_clearance", 0, n="a"), signal("ipo", 3, n="b")

    assert Naive([a, b], b).fires({"all": ["ind_clearance", "ipo"], "within": "3d"})
    assert not Naive([a, b], b).fires({"all": ["ind_clearance", "ipo"], "within": "2d"})
    assert day(3) == b.at
