"""The fast way to the rules that fire: the same answer as the slow one, and no cost for rules about other events."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalwatch.model import Signal
from tests.ruleset.packs import pack_of, signal, view

pytestmark = pytest.mark.slow

_tests = st.fixed_dictionaries(
    {},
    optional={
        "phase|gte": st.sampled_from(["1", "2", "3"]),
        "phase|lt": st.sampled_from(["4"]),
        "area": st.sampled_from([["oncology"], ["pain", "oncology"], ["oncology", "pain"]]),
        "area|none_of": st.just(["trauma"]),
        "title|contains": st.sampled_from(["alpha", "beta"]),
        "title|matches": st.sampled_from(["al.ha", "x" * 90 + "a", "x" * 90 + "b"]),
        "enrollment|gte": st.sampled_from([10, 100]),
        "confidence|gte": st.sampled_from([0.5, 0.9]),
        "program": st.booleans(),
    },
)
_when = st.one_of(
    st.just("trial_start"),
    _tests.map(lambda t: {"trial_start": t}),
    st.lists(_tests, min_size=2, max_size=3).map(lambda ts: {"any": [{"trial_start": t} for t in ts]}),
    _tests.map(lambda t: {"all": [{"trial_start": t}, "ipo"], "within": "9d"}),
    st.just({"activity|gte": 50}),
    st.just("ipo"),
)


@st.composite
def signals(draw: st.DrawFn) -> Signal:
    return signal(
        draw(st.sampled_from(["trial_start", "ipo", "filing"])),
        5,
        program=draw(st.sampled_from(["", "p"])),
        points=draw(st.sampled_from([0, 5])),
        phase=draw(st.sampled_from(["1", "2b", "3", None])),
        areas=draw(st.sampled_from([["oncology"], ["pain"], ["trauma", "oncology"], []])),
        enrollment=draw(st.sampled_from([5, 50, 500])),
        **draw(st.sampled_from([{}, {"confidence": 0.6}])),
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(_when, min_size=1, max_size=12), signals(), st.sampled_from(["alpha trial", "beta", "x" * 90 + "b"]))
def test_the_screen_finds_what_evaluation_finds(rules: list[Any], trigger: Signal, title: str) -> None:
    from msgspec.structs import replace

    text = "".join("- " + json.dumps({"id": f"r{i}", "when": when}) + "\n" for i, when in enumerate(rules))
    pack = pack_of(text)
    seen = view(replace(trigger, title=title), signal("ipo", 1), activity=60)

    assert [r.rule_id for r in pack.fired(seen)] == [o.rule_id for o in pack.evaluate(seen) if o.fired]


def test_tests_that_look_alike_where_they_are_cut_stay_apart() -> None:
    """Two long expressions that differ behind what a message shows: neither may stand for the other."""
    long = "x" * 100
    pack = pack_of(
        f"- {{ id: a, when: {{ ipo: {{ title|contains: {long}a }} }} }}\n- {{ id: b, when: {{ ipo: {{ title|contains: {long}b }} }} }}\n"
        f"- {{ id: c, when: {{ any: [{{ ipo: {{ title|contains: {long}a }} }}, {{ ipo: {{ title|contains: {long}b }} }}] }} }}\n"
    )
    from msgspec.structs import replace

    assert pack.warnings == ()
    assert [r.rule_id for r in pack.fired(view(replace(signal("ipo", 1), title=f"{long}b")))] == ["b", "c"]


def test_a_shared_test_is_put_once() -> None:
    """Fifty rules that begin alike are one branch of the tree, not fifty tests."""
    rules = "".join(
        f"- {{ id: r{i}, when: {{ trial_start: {{ phase|gte: 2, enrollment|gte: {i + 1} }} }} }}\n" for i in range(50)
    )
    screen = pack_of(rules).screens["trial_start"]

    assert len(screen.nodes) == 1
    assert len(screen.nodes[0].below) == 50
    assert screen.candidates(signal("trial_start", 1, phase="1", enrollment=10_000)) == []
    assert len(screen.candidates(signal("trial_start", 1, phase="2", enrollment=10))) == 10


def test_rules_about_other_events_cost_nothing() -> None:
    few = pack_of("- { id: a, when: ipo }\n")
    many = pack_of("- { id: a, when: ipo }\n" + "".join(f"- {{ id: r{i}, when: trial_start }}\n" for i in range(300)))

    assert len(few.screens["ipo"].entries) == len(many.screens["ipo"].entries) == 1
    assert len(many.screens["trial_start"].entries) == 300
