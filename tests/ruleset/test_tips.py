"""What would have made a rule fire: in numbers, at every kind of condition."""

from __future__ import annotations

import pytest

from signalwatch.ruleset.nodes import View
from tests.ruleset.packs import pack_of, signal, view

PAIR = "when: { all: [funding_round, ind_clearance], within: 120d }"
VISITS = "when: { page_visit: { count|gte: 3, within: 14d } }"


@pytest.mark.parametrize(
    ("rule", "seen", "tip"),
    [
        ("when: { activity|gte: 50 }", view(signal("ipo", 1, points=5), activity=40), "activity 40: 10 points short of 50"),
        ("when: ipo, for: { fit|gte: 0.5 }", view(signal("ipo", 1), fit=0.47), "fit 0.47: 0.03 short of 0.5"),
        ("when: ipo, for: { fit|gte: 0.5 }", view(signal("ipo", 1), fit=None), "fit would have to be known"),
        ("when: { personas|gte: 2 }", view(signal("page_visit", 1, persona="a"), personas=["a"], activity=5), "one more persona (1 of 2)"),
        ("when: ipo, for: { tier: 2 }", view(signal("ipo", 1)), "tier 3: tier is 2 is asked for"),
        ("when: ipo, for: { tier: 2, fit|gte: 0.9 }", view(signal("ipo", 1)), "tier 3: tier is 2 is asked for and fit 0.8: 0.10 short of 0.9"),
        ("when: { ipo: { amount|gte: 50M USD } }", view(signal("ipo", 1, amount=42_000_000)), "amount USD 42M: USD 8M short of USD 50M"),
        ("when: { ipo: { amount|between: [10M USD, 20M USD] } }", view(signal("ipo", 1, amount=42_000_000)), "amount USD 42M: USD 22M over USD 20M"),
        ("when: { trial_start: { phase|gte: 2 } }", view(signal("trial_start", 1, phase="1")), "phase 1: short of 2"),
        ("when: { trial_start: { enrollment|lte: 100 } }", view(signal("trial_start", 1, enrollment=130)), "enrollment 130: 30 over 100"),
        ("when: { funding_round: { series: [C, D] } }", view(signal("funding_round", 1, series="B")), "series B: series is one of C, D is asked for"),
        (PAIR, view(signal("ind_clearance", 181), signal("funding_round", 0)), "61 d too late for the window of 120d"),
        (PAIR, view(signal("ind_clearance", 10)), "a funding_round"),
        (PAIR, view(signal("ind_clearance", 0), signal("funding_round", 181)), "61 d too far apart for the window of 120d"),
        (VISITS, view(signal("page_visit", 3), signal("page_visit", 1)), "one more page_visit (2 of 3)"),
        (VISITS, view(signal("page_visit", 3)), "2 more page_visits (1 of 3)"),
        ("when: { first_party: { distinct: { field: persona, gte: 3 }, within: 9d } }", view(signal("page_visit", 3, persona="a")), "2 more different personas (1 of 3)"),
        ("when: { then: [funding_round, ind_clearance], within: 90d }", view(signal("ind_clearance", 3)), "a funding_round"),
        ("when: { then: [funding_round, ind_clearance], within: 90d }", view(signal("ind_clearance", 3), signal("funding_round", 5)), "ind_clearance did not come after funding_round"),
        ("when: { all: [funding_round, ind_clearance], within: 9d, same: program }", view(signal("ind_clearance", 3, program="a"), signal("funding_round", 2, program="b")), "they would have to share one program"),
        ("when: ipo, unless: [{ distress: { within: 180d } }]", view(signal("ipo", 50), signal("layoffs_restructuring", 20)), "without the layoffs_restructuring of 2026-01-21, or after 2026-07-20, when it is 180d old"),
        ("when: ipo, unless: [distress]", view(signal("ipo", 50), signal("layoffs_restructuring", 20)), "would have to be gone"),
        ("when: ipo, cooldown: 30d", view(signal("ipo", 25, n="b"), signal("ipo", 10, n="a")), "an event after 2026-02-10 00:00 UTC"),
        ("when: { any: [{ funding_round: { series: D } }, { ind_clearance: { phase: 3 } }] }", view(signal("funding_round", 1, series="B")), "series B: series is D is asked for, or an ind_clearance"),
        ("when: ipo, for: { tier_age|gte: 60d }", view(signal("ipo", 1)), "tier_age would have to be known"),
    ],
)  # fmt: skip
def test_what_would_have_tipped_it(rule: str, seen: View, tip: str) -> None:
    tree = pack_of(f"- {{ id: r, {rule} }}\n").explain("r", seen)

    assert not tree["fired"]
    assert tip in tree["tip"]


def test_a_rule_that_fires_needs_no_tip() -> None:
    assert pack_of("- { id: r, when: ipo }\n").explain("r", view(signal("ipo", 1)))["tip"] == ""
