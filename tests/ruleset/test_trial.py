"""Examples in rule files are tests: run in the order of seeing, compared with what they say, explained when they fail."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from signalwatch.ruleset.trial import as_data, junit, run_examples, text, without_examples
from tests.ruleset.packs import pack_of

WITH_EXAMPLES = """
- id: pair
  for: { tier: [3] }
  when: { all: [funding_round, ind_clearance], within: 30d }
  because: "{funding_round.series|some} round"
  examples:
    - given: [{ at: 0d, event: funding_round, series: B }, { at: 10d, event: ind_clearance }]
      expect: EXPECT
"""


@pytest.mark.parametrize(
    ("expect", "problem"),
    [
        ("{ fires: 10d }", ""),
        ('{ fires: 2026-01-11, because: "B round", late: false }', ""),
        ("silent", "fired on 2026-01-11 (ind_clearance), which is not expected"),
        ("{ fires: [0d, 10d] }", "did not fire on 2026-01-01: no ind_clearance in the history (when.all[1].ind_clearance)"),
        ("{ fires: 10d, late: true }", "late is false, expected true"),
        ('{ fires: 10d, because: "A round" }', 'because is "B round", expected "A round"'),
    ],
)  # fmt: skip
def test_examples_are_tests(expect: str, problem: str) -> None:
    results = run_examples(pack_of(WITH_EXAMPLES.replace("EXPECT", expect)))

    assert [r.problem for r in results] == [problem]
    assert (results[0].tree is None) == (problem == "")


def test_examples_count_what_the_account_says() -> None:
    rules = WITH_EXAMPLES.replace("expect: EXPECT", "account: { tier: 2 }\n      expect: silent")

    assert [r.ok for r in run_examples(pack_of(rules))] == [True]


def test_junit_escapes_and_counts() -> None:
    text = junit(run_examples(pack_of(WITH_EXAMPLES.replace("EXPECT", '{ fires: 10d, because: "<A> & B" }'))))
    suite = ElementTree.fromstring(text)

    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    assert [f.get("message") for f in suite.iter("failure")] == ['because is "B round", expected "<A> & B"']


def test_a_failed_example_is_shown_as_a_diff_with_its_tree() -> None:
    result = run_examples(pack_of(WITH_EXAMPLES.replace("EXPECT", "silent")))[0]

    assert "- expected: silent" in text(result)
    assert "+ got:      fires 2026-01-11" in text(result)
    assert "+ event funding_round" in text(result)
    assert as_data(result)["ok"] is False


def test_rules_without_both_kinds_of_examples_are_named() -> None:
    assert without_examples(pack_of(WITH_EXAMPLES.replace("EXPECT", "{ fires: 10d }"))) == ("pair",)
