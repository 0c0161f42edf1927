"""Starter packs: each composes into a folder that loads without a warning, is about its trade, and differs in substance."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from signalwatch import scoring
from signalwatch.cli import root
from signalwatch.errors import RuleSetError, UsageError
from signalwatch.model import Account
from signalwatch.ruleset import Pack, Rule, load_pack, load_pack_texts, starters
from signalwatch.ruleset.linting import lint, signature
from signalwatch.ruleset.trial import run_examples
from tests.data import ROOT

SHIPPED = ROOT / "rules"
NAMES = starters.names(SHIPPED)
FILES = {name: starters.read(SHIPPED, name) for name in NAMES}
PACKS = {name: load_pack_texts(files) for name, files in FILES.items()}
GENERAL = load_pack(SHIPPED)


def own(name: str) -> list[Rule]:
    """The rules of a pack that are not shipped for everybody."""
    return [r for r in PACKS[name].rules if GENERAL.rule(r.rule_id) is None]


def fit(pack: Pack, **columns: Any) -> float:
    """How well a company fits, given columns of the account list."""
    account = Account(account_id="a", name="A", kind=columns.pop("kind", ""), attributes=columns)
    found = scoring.fit(account, pack.icp)
    return -1.0 if found.excluded else found.score


def test_there_are_the_packs_of_the_contract() -> None:
    assert NAMES == ("cdmo", "central-lab", "cro")


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_loads_without_warning_and_every_example_holds(name: str) -> None:
    assert [str(p) for p in lint(PACKS[name])] == []
    assert [f"{r.rule_id} {r.problem}" for r in run_examples(PACKS[name]) if not r.ok] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_of_a_pack_says_why_and_is_shown_both_ways(name: str) -> None:
    rules = own(name)

    assert 12 <= len(rules) <= 21
    for rule in rules:
        origin, _, why = rule.origin.partition(", ")
        assert origin in ("practice", "ours")
        assert len(why) > 15, rule.rule_id
        assert any(e.fires for e in rule.examples), rule.rule_id
        assert any(not e.fires for e in rule.examples), rule.rule_id
        assert rule.play, rule.rule_id


@pytest.mark.parametrize("name", NAMES)
def test_every_play_of_a_pack_has_a_first_step_and_every_rule_names_one(name: str) -> None:
    assert [p.play_id for p in PACKS[name].plays.values() if not p.first_step] == []
    assert PACKS[name].personas == GENERAL.personas
    assert PACKS[name].tiers.tiers.keys() == GENERAL.tiers.tiers.keys()


@pytest.mark.parametrize("name", NAMES)
def test_rules_for_every_vendor_come_along(name: str) -> None:
    kept = {r.rule_id for r in PACKS[name].rules} & {r.rule_id for r in GENERAL.rules}

    assert {"committee-forming", "qualified-account", "hand-raiser", "distress-leaves-tier-1", "distress-leaves-tier-2",
            "late-stage-money-and-new-ind", "late-stage-money-and-new-phase-2", "tier-3-new-round"} <= kept  # fmt: skip


def asked(rule: Rule) -> str:
    """What a rule asks, of whom."""
    return repr((signature(rule.when), sorted(t.holds() for t in rule.for_)))


@pytest.mark.parametrize(("one", "other"), list(combinations(NAMES, 2)))
def test_packs_differ_in_substance(one: str, other: str) -> None:
    same = {asked(r) for r in own(one)} & {asked(r) for r in own(other)}
    steps = {p.first_step for p in PACKS[one].plays.values()} & {p.first_step for p in PACKS[other].plays.values()}
    points = [
        t for t, rule in PACKS[one].scoring.by_type.items()
        if not rule.engagement and rule.points == PACKS[other].scoring.by_type[t].points
    ]  # fmt: skip

    assert len(same) <= 4
    assert len(steps) <= 1
    assert len(points) <= 16  # of 30 types
    assert {s.segment_id for s in PACKS[one].icp.segments}.isdisjoint(s.segment_id for s in PACKS[other].icp.segments)


def test_each_vendor_has_customers_of_its_own() -> None:
    biotech = {
        "kind": "biotech",
        "stage": "1",
        "funding_stage": "B",
        "outsourcing": "full",
        "size": "60",
        "days_since_funding": "90",
    }
    in_house = {"kind": "biotech", "stage": "3", "outsourcing": "in_house"}

    assert fit(PACKS["cro"], **biotech) >= 0.75
    assert fit(PACKS["cdmo"], **biotech) >= 0.75
    assert fit(PACKS["central-lab"], kind="biotech", stage="1", modality="antibody") >= 0.75
    assert fit(PACKS["cdmo"], **in_house) < 0.5
    assert fit(PACKS["cro"], kind="cro_cdmo") == -1.0
    assert 0 <= fit(PACKS["cdmo"], kind="cro_cdmo", relationship="competitor") < 0.5
    assert fit(PACKS["central-lab"], kind="biotech", relationship="competitor") == -1.0
    assert all(fit(pack, kind="big_pharma") < 0.75 for pack in PACKS.values())


def test_a_slip_is_a_chance_for_a_cro_only() -> None:
    points = {n: p.scoring.by_type["trial_delay"].cases[0].points for n, p in PACKS.items() if n != "central-lab"}

    assert points["cro"] is not None
    assert points["cro"] > 0
    assert points["cdmo"] is not None
    assert points["cdmo"] < 0


# --- composing ------------------------------------------------------------------------------------------------------

BASE = {
    "scoring.yaml": "# Points.\n\n# rates\ncurrencies: { EUR: 1.1 }\n\n# events\nevents:\n  ipo: { points: 5 }\n",
    "plays.yaml": "- { id: a, title: A }\n",
    "elevation/one.yaml": "- { id: one, when: ipo }\n",
    "elevation/two.yaml": "- { id: two, when: ipo }\n",
}
PACK = "title: T\nabout: A\nelevation: [one.yaml]\n"


def problems(own_files: dict[str, str]) -> list[str]:
    with pytest.raises(RuleSetError) as caught:
        starters.compose("p", BASE, own_files)
    return [str(p) for p in caught.value.problems]


def test_sections_of_the_pack_take_the_place_of_those_of_the_same_name() -> None:
    mine = "# Mine.\n\n# better\nevents:\n  ipo: { points: 9 }  # more\nfloor: 1\n"
    made = starters.compose(
        "p", BASE, {"pack.yaml": PACK, "scoring.yaml": mine, "plays.yaml": "- { id: b, title: B }\n"}
    )

    assert made["scoring.yaml"] == (
        "# Mine.\n\n# rates\ncurrencies: { EUR: 1.1 }\n\n# better\nevents:\n  ipo: { points: 9 }  # more\n\nfloor: 1\n"
    )
    assert made["plays.yaml"] == "- { id: b, title: B }\n"
    assert sorted(made) == ["elevation/one.yaml", "plays.yaml", "scoring.yaml"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "packs/p/pack.yaml"),
        ({"pack.yaml": PACK + "colour: red\n"}, 'packs/p/pack.yaml:4:1: error: unknown key "colour"'),
        ({"pack.yaml": PACK.replace("one", "on")}, 'did you mean "one.yaml"'),
        ({"pack.yaml": PACK, "elevation/one.yaml": "- { id: x, when: ipo }\n"}, "takes over the shipped file of this name"),
        ({"pack.yaml": PACK, "scorings.yaml": "events: {}\n"}, 'not a file of a pack (did you mean "scoring.yaml"'),
        ({"pack.yaml": PACK, "scoring.yaml": "events: {\n"}, "packs/p/scoring.yaml"),
        ({"pack.yaml": PACK, "scoring.yaml": '{ "events": { ipo: { points: 1 } } }\n'}, "cannot be told apart"),
    ],
)  # fmt: skip
def test_what_a_pack_may_not_be(files: dict[str, str], words: str) -> None:
    assert words in "\n".join(problems(files))


def test_an_unknown_pack_is_named_with_the_nearest() -> None:
    with pytest.raises(UsageError, match='did you mean "cro"'):
        starters.read(SHIPPED, "crow")


# --- init ------------------------------------------------------------------------------------------------------------


def test_init_writes_a_folder_that_loads_and_help_names_every_pack(tmp_path: Path) -> None:
    made = CliRunner().invoke(root, ["init", str(tmp_path / "ops"), "--pack", "cdmo"])
    shown = CliRunner().invoke(root, ["init", "--help"]).output
    lines = [(SHIPPED / "packs" / n / "pack.yaml").read_text("utf-8").splitlines()[0] for n in NAMES]

    assert made.exit_code == 0, made.output
    folder = tmp_path / "ops" / "rules"
    assert {r.rule_id for r in load_pack(folder).rules} == {r.rule_id for r in PACKS["cdmo"].rules}
    assert (folder / "triggers" / "ipo.yaml").exists()
    assert (folder / "PACK.md").read_text("utf-8").startswith("# CDMO pack")
    assert not (folder / "packs").exists()
    assert all(f"{n:<11}  {line.removeprefix('title: ')}" in shown for n, line in zip(NAMES, lines, strict=True))


def test_init_does_not_mix_packs(tmp_path: Path) -> None:
    runner = CliRunner()
    runner.invoke(root, ["init", str(tmp_path), "--pack", "cro"])
    before = (tmp_path / "rules" / "icp.yaml").read_text("utf-8")
    forced = runner.invoke(root, ["init", str(tmp_path), "--pack", "cdmo", "--force"])
    kept = runner.invoke(root, ["init", str(tmp_path), "--pack", "cdmo"])

    assert forced.exit_code != 0
    assert "kept as they are" in kept.output
    assert (tmp_path / "rules" / "icp.yaml").read_text("utf-8") == before
