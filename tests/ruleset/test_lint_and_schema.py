"""What loads and still is not what its author wants; the template of a rule; rules/README.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from signalwatch.model import Decision, RuleOutcome
from signalwatch.ruleset import load_pack, load_pack_texts, schema
from signalwatch.ruleset.conditions import MODIFIERS, STRUCTURE
from signalwatch.ruleset.linting import lint, signature, tally
from signalwatch.ruleset.trial import run_examples
from tests.ruleset.packs import day, pack_of, texts

ROOT = Path(__file__).resolve().parent.parent.parent
WHOLE = 'from: ours, because: "x", examples: [{ given: [{ at: 0d, event: ipo }], expect: { fires: 0d } }, { given: [{ at: 0d, event: filing }], expect: silent }]'


def codes(rules: str, **more: Any) -> dict[str, str]:
    return {p.code: p.message for p in lint(pack_of(rules), **more) if p.code != "unused" and p.file.startswith("elev")}


def test_the_shipped_pack_is_clean() -> None:
    assert [str(p) for p in lint(load_pack(ROOT / "rules"))] == []


@pytest.mark.parametrize(
    ("rules", "code", "words"),
    [
        ("- { id: r, when: ipo, from: ours, because: x }\n", "examples", "no firing or silent example"),
        ("- { id: r, when: ipo, because: x }\n", "origin", "no origin"),
        ("- { id: r, when: ipo, from: ours }\n", "because", "no because"),
        ("- { id: r, when: { activity|gte: 50 } }\n", "cooldown", "fires again at every event"),
        ("- { id: r, when: { all: [ipo, filing], within: 500d } }\n", "window", "looks back 500d, but history is kept for 400d"),
        ("- { id: r, when: ipo }\n- { id: s, when: { any: [ipo] } }\n", "duplicate", "s: asks the same as r"),
        ("- { id: r, when: { ipo: { amount|gte: 5M USD } }, propose: { tier: 2 } }\n- { id: s, when: ipo, propose: { tier: 2 } }\n",
         "shadowed", "r: s fires whenever this rule does"),
        ("- { id: r, when: product_launch }\n", "points", "which scoring.yaml does not name"),
    ],
)  # fmt: skip
def test_findings(rules: str, code: str, words: str) -> None:
    assert words in codes(rules)[code]


def test_different_rules_are_not_called_twins() -> None:
    rules = (
        f"- {{ id: a, for: {{ tier: [1] }}, when: ipo, {WHOLE} }}\n"
        f"- {{ id: b, for: {{ tier: [2] }}, when: ipo, {WHOLE} }}\n"
        f"- {{ id: c, when: {{ then: [ipo, filing] }}, {WHOLE.replace('{ fires: 0d }', 'silent')} }}\n"
        f"- {{ id: d, when: {{ then: [filing, ipo] }}, {WHOLE.replace('{ fires: 0d }', 'silent')} }}\n"
    )

    assert not {"duplicate", "shadowed"} & set(codes(rules))


def test_signatures_ignore_order_where_order_means_nothing() -> None:
    pack = pack_of(
        "- { id: a, when: { all: [ipo, { trial_start: { phase: [1, 2], title|contains: x } }], within: 9d } }\n"
        "- { id: b, when: { within: 9d, all: [{ trial_start: { title|contains: x, phase: [2, 1] } }, ipo] } }\n"
        "- { id: c, when: { all: [ipo, { trial_start: { phase: [1, 2], title|contains: x } }], within: 8d } }\n"
    )
    a, b, c = (signature(r.when) for r in pack.rules)

    assert a == b != c


@dataclass
class Stat:
    examined: int
    matched: int
    first_at: datetime
    last_match_at: datetime | None = None


def test_rules_that_never_match_or_always_are_found() -> None:
    rules = "".join(f"- {{ id: {n}, when: ipo }}\n" for n in ("never", "always", "sometimes", "young", "unseen"))
    stats = {
        "never": Stat(80, 0, day(0)), "always": Stat(80, 80, day(0)), "sometimes": Stat(80, 3, day(0)), "young": Stat(3, 0, day(0)),
    }  # fmt: skip

    found = {p.code: p.message for p in lint(pack_of(rules), stats, day(30)) if p.code in ("silent", "noisy", "unseen")}

    assert found == {
        "silent": "never: examined 80 times in 30 days and never matched",
        "noisy": "always: matched all 80 events it was put to",
        "unseen": "unseen: was never examined: no event of its types (ipo) came",
    }


def test_tally_counts_which_condition_failed_first() -> None:
    def decided(fired: bool, failed: str, at: float) -> Decision:
        outcome = RuleOutcome(rule_id="r", fired=fired, failed=failed)
        return Decision(decision_id=f"{at}", decided_at=day(at), event_id="e", account_id="a", outcomes=(outcome,))

    row = tally(
        [decided(False, "for.tier", 0), decided(True, "", 3), decided(True, "", 1), decided(False, "for.tier", 4)]
    )["r"]

    assert (row.examined, row.matched, row.last_match_at, row.failed) == (4, 2, day(3), {"for.tier": 2})


def test_the_template_loads_and_passes() -> None:
    pack = load_pack_texts(texts(schema.template("my-rule")))

    assert [r.ok for r in run_examples(pack)] == [True, True]


def test_the_readme_names_every_structure_and_its_rule_passes() -> None:
    page = (ROOT / "rules" / "README.md").read_text("utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)

    assert all(
        word in page
        for word in (*STRUCTURE, *MODIFIERS, "absent_for", "distinct", "first", "changed", "cooldown", "unless")
    )
    assert len(blocks) == 1
    assert [r.problem for r in run_examples(load_pack_texts(texts(blocks[0])))] == ["", ""]
