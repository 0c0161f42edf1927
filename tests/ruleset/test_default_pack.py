"""The rules that ship: they load without a warning, every example holds, and an alert comes out of them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from signalwatch.ruleset import load_pack
from signalwatch.ruleset.trial import ExampleResult, run_examples

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
        assert any(not e.fires for e in rule.examples), rule.rule_id
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


def test_areas_and_modalities_are_those_the_registry_connector_names() -> None:
    """A word that only one side knows would make a rule that silently never matches."""
    from connectors._ctgov_areas import AREAS
    from connectors._ctgov_modality import MODALITIES

    assert set(PACK.icp.attributes["area"].field.values) == set(AREAS)
    assert set(PACK.icp.attributes["modality"].field.values) == set(MODALITIES)


def test_attributes_that_the_registry_connector_writes_can_be_asked_for() -> None:
    """Every keyword of ``case.event(...)`` that becomes an attribute is a field, or known to be of no use in rules."""
    own = {"changes", "span", "occurred_at", "published_at", "correction", "parties"}
    written: set[str] = set()
    for path in sorted((RULES.parent / "connectors").glob("_ctgov_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "event":
                written |= {k.arg for k in node.keywords if k.arg is not None}
    tables = [PACK.fields.of(t) or {} for t in PACK.fields.types]
    known = {k for table in tables for f in table.values() for k in (f.name, *f.lookups)}

    assert written, "the connector builds its events in another way now"
    assert written - own - known <= {"slips", "milestones", "last_known", "phase_before"}


def test_the_rules_of_the_benchmark_load_beside_the_shipped_files() -> None:
    from bench.rules import pack_with, single_rules, window_rules

    assert len(pack_with(single_rules()).rules) == len(pack_with(window_rules()).rules) == 50
