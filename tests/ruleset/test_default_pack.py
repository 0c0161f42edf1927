"""The rules that ship: they load without a warning, every example holds, and an alert comes out of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from signalwatch.decide import run_examples
from signalwatch.ruleset import load_pack
from signalwatch.ruleset.runner import ExampleResult

RULES = Path(__file__).resolve().parent.parent.parent / "rules"
PACK = load_pack(RULES)
RESULTS = run_examples(PACK)


def test_no_warnings() -> None:
    assert [str(w) for w in PACK.warnings] == []


@pytest.mark.parametrize("result", RESULTS, ids=lambda r: f"{r.rule_id}-{r.index + 1}")
def test_every_example_holds(result: ExampleResult) -> None:
    assert result.problem == ""


def test_every_rule_has_a_firing_and_a_silent_example_and_an_origin() -> None:
    for rule in PACK.rules:
        assert any(e.fires for e in rule.examples), rule.rule_id
        assert any(len(e.fires) < len(e.given) for e in rule.examples), rule.rule_id
        assert rule.origin, rule.rule_id
        assert rule.because.parts, rule.rule_id


def test_the_defaults_of_the_contract() -> None:
    tiers, scoring = PACK.tiers, PACK.scoring

    assert [tiers.tiers[1].capacity(n) for n in (40, 200, 2000)] == [2, 10, 10]
    assert (tiers.tiers[2].enter_fit, tiers.tiers[2].enter_activity, tiers.tiers[2].leave_activity) == (0.5, 50, 25)
    assert (tiers.tiers[1].enter_fit, tiers.tiers[1].enter_activity, tiers.tiers[1].leave_activity) == (0.75, 90, 45)
    assert [tiers.dwell.days, tiers.cool_down.days, tiers.inhibit_for.days] == [60, 30, 180]
    assert [tiers.acknowledge.total_seconds(), tiers.act.total_seconds()] == [24 * 3600, 48 * 3600]
    assert {n: scoring.of(n).points for n in ("page_visit", "application_note", "webinar_attended", "demo_request")} == {
        "page_visit": 5, "application_note": 15, "webinar_attended": 30, "demo_request": 50,
    }  # fmt: skip
    half_lives = {n: scoring.of(n).half_life.days for n in ("funding_round", "ind_clearance", "trial_start", "regulatory_designation",
                                                          "partnership", "leadership_change", "webinar_attended", "page_visit")}  # fmt: skip
    assert list(half_lives.values()) == [90, 90, 90, 60, 60, 45, 30, 7]
    assert (scoring.mqa_engagement, scoring.mqa_personas) == (50, 2)
    assert set(PACK.groups["distress"]) == {"layoffs_restructuring", "bankruptcy_distress", "trial_setback"}


def test_every_built_in_type_is_scored_on_purpose() -> None:
    from signalwatch.model import EVENT_TYPES

    assert set(EVENT_TYPES) <= set(PACK.scoring.by_type)
