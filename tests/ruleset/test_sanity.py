"""Rules that load word by word and can never fire, or cannot mean what they say."""

from __future__ import annotations

import pytest

from tests.ruleset.packs import fires, pack_of, problems_of, signal, view

UNREACHABLE = [
    # (rule, what stands where the caret points, message, hint)
    ("when: { fit|gte: 0.8 }", "{ fit|gte: 0", "nothing here can trigger the rule: no event moves fit", "activity|gte: 50"),
    ("when: { all: [{ tier_age|gte: 30d }, { tier: 3 }] }", "{ all: [{ ti", "no event moves tier, tier_age", ""),
    ("when: ipo, for: { fit|gte: 1.5 }", "{ fit|gte: 1", "no account can pass all of: fit >= 1.5", "between 0 and 1"),
    ("when: ipo, for: { fit|gte: 80 }", "{ fit|gte: 8", "no account can pass all of: fit >= 80", "between 0 and 1"),
    ("when: ipo, for: { tier|none_of: [0, 1, 2, 3] }", "{ tier|none_", "no account can pass", ""),
    ("when: ipo, for: { owner: [a], owner|none_of: [A] }", "{ owner: [a]", "no account can pass all of: owner is a; owner is none of A", ""),
    ("when: { activity|gte: 80, activity|lt: 50 }", "50 } }", "no account can pass all of: activity >= 80; activity < 50", ""),
    ("when: { all: [ipo, { fit|lt: 0.5 }], within: 9d }, for: { fit|gte: 0.8 }", "0.5 }], with", "fit >= 0.8; fit < 0.5", ""),
    ("when: { trial_start: { phase: [] } }", "[] } } }", "phase: a value is missing", ""),
    ("when: { trial_start: { phase|gt: '4' } }", "{ phase|gt:", "no value of phase can pass: phase > 4", ""),
    ("when: { ipo: { polarity|none_of: [positive, neutral, negative] } }", "{ polarity|n", "no value of polarity", ""),
    ("when: { ipo: { form: S-1, form|none_of: [s-1] } }", "{ form: S-1,", "form is S-1; form is none of s-1", ""),
    ("when: { ipo: { area: oncology, area|none_of: [oncology] } }", "{ area: onco", "no value of area", ""),
    ("when: { ipo: { form: S-1, form|exists: false } }", "{ form: S-1,", "form is S-1; form is unknown", ""),
    ("when: { ipo: { amendment: true, amendment|exists: false } }", "{ amendment:", "no value of amendment", ""),
    ("when: { ipo: { amount|between: [50M USD, 10M USD] } }", "[50M USD, 10", "the first value is larger than the second", "swap"),
    ("when: { ipo: { count|gte: 0, within: 9d } }", "0, within: 9", "0 is out of range", ""),
    ("when: { ipo: { count: 3, within: 9d } }", "count: 3, wi", 'no field "count"', "count|gte: 3"),
    ("when: { ipo: { absent_for: { event: filing, for: 60d }, within: 30d } }", "{ absent_for", "ends before the silence of 60d", "60d or more"),
    ("when: { all: [{ ipo: { absent_for: 60d } }, filing], within: 30d }", "{ absent_for", "ends before the silence of 60d", ""),
    ("when: { then: [{ ipo: { absent_for: { event: filing, for: 60d } } }, filing], within: 60d }", "filing], wit", "must follow within 60d, and must not come", ""),
    ("when: ipo, unless: [{ fit|gte: 0 }]", "0 }] }", "fit >= 0 holds always, and forbids the rule", ""),
    ("when: ipo, unless: [{ activity|exists: true }]", "true }] }", "activity is known holds always", ""),
    ("when: ipo, for: { tier: 3 }, unless: [{ tier|gte: 2 }]", "tier|gte: 2", "tier does not take", ""),
    ("when: ipo, for: { tier: 3 }, unless: [{ tier: [2, 3] }]", "[2, 3] }] }", "tier is one of 2, 3 holds whenever tier is 3", ""),
    ("when: { all: [ipo, { not: { fit|gte: 0.5 } }], within: 3d }, for: { fit|gte: 0.8 }", "{ fit|gte: 0", "fit >= 0.5 holds whenever fit >= 0.8", ""),
    ("when: { ipo: { amount|gte: 5M USD } }, unless: [{ ipo: { within: 1d } }]", "1d } }] }", "ipo is asked for, and forbidden by unless", "narrow"),
    ("when: { all: [ipo, { not: ipo }], within: 3d }", "ipo }], with", "ipo is asked for, and forbidden by not", ""),
    ("when: { all: [ipo, filing], within: 30d }, unless: [{ filing: { within: 30d } }]", "30d } }] }", "filing is asked for, and forbidden", ""),
    ("when: { trial_status_change: { changed: { field: statuss } } }", "statuss } }", 'no field "statuss" that could change', '"status"'),
    ("when: { trial_status_change: { changed: { field: status, to: suspnded } } }", "suspnded } }", "unknown status: suspnded", '"suspended"'),
    ("when: { trial_status_change: { changed: { field: status, from: recruiting, to: recruiting } } }", "{ field: sta", "to itself", ""),
    ("when: { all: [ipo, activity], within: 3d }", "activity], w", "unknown event type or group", "a fact of the account"),
    ("when: { all: [ipo, any], within: 3d }", "any], within", "unknown event type or group", "as a key"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "at", "message", "hint"), UNREACHABLE)
def test_what_can_never_fire_is_refused_where_it_stands(rule: str, at: str, message: str, hint: str) -> None:
    text = f"- {{ id: r, {rule} }}\n"
    problem = next(p for p in problems_of(text) if p.severity == "error")

    assert message in problem.message
    assert hint in problem.hint
    assert text[problem.column - 1 :].startswith(at)
    assert problem.excerpt[problem.caret - 1 :].startswith(at)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("when: { any: [ipo, { fit|gte: 0.8 }] }", "this branch can never trigger the rule"),
        ("when: { any: [ipo, { ipo: { amount|gte: 5M USD } }] }", "this branch adds nothing: ipo takes every such event"),
        ("when: { any: [ipo, ipo] }", "this branch adds nothing"),
        ("when: ipo, for: { fit|gte: 0 }", "always true: fit >= 0"),
        ("when: { all: [ipo, { personas|gte: 0 }], within: 3d }", "always true: personas >= 0"),
        ("when: { ipo: { title|matches: '.*' } }", "matches every text"),
        ("when: { trial_start: { country: US } }", "events name countries in full"),
        ("when: { all: [trial_start, ipo], within: 3d, same: person }", "ipo, trial_start names no person"),
        ("when: funding_round, for: { tier: 2 }, propose: { tier: 3 }", "a step down from tier 2, and funding_round is good news"),
        ("when: layoffs_restructuring, for: { tier: [2, 3] }, propose: { tier: 1 }", "a step up from tier 3"),
    ],
)  # fmt: skip
def test_what_is_likely_a_slip_is_a_warning(rule: str, message: str) -> None:
    warnings = pack_of(f"- {{ id: r, {rule} }}\n").warnings

    assert any(message in w.message for w in warnings), [str(w) for w in warnings]


@pytest.mark.parametrize(
    "rule",
    [
        "when: { all: [funding_round, ipo], within: 120d }, unless: [{ funding_round: { within: 30d } }]",
        "when: { trial_start: { phase|gte: 2 } }, unless: [{ trial_start: { phase: 3, within: 30d } }]",
        "when: { all: [ipo, { not: filing }], within: 3d }",
        "when: ipo, for: { tier: [2, 3], fit|between: [0.5, 1] }, propose: { tier: 1 }",
        "when: { ind_clearance: { absent_for: { event: trial_start, for: 60d } } }, for: { tier: 3 }",
        "when: { all: [{ ind_clearance: { absent_for: { event: trial_start, for: 60d } } }, trial_start], within: 90d }",
        "when: { funding_round: { amount|gte: 10M USD, amount|lte: 10M USD } }",
        "when: { any: [{ trial_start: { phase: 2 } }, { trial_start: { phase: 3 } }] }",
        "when: { trial_start: { country|contains: US } }",
        "when: layoffs_restructuring, for: { tier: 2 }, propose: { tier: 3 }",
        "when: { ipo: { kind|none_of: [a], kind|exists: true } }" .replace("kind", "form"),
        "when: { trial_start: { area|all_of: [oncology, rare_disease], area|none_of: [pain] } }",
        "when: { activity|gte: 50, fit|gte: 0.5 }",
    ],
)  # fmt: skip
def test_what_makes_sense_passes_without_a_word(rule: str) -> None:
    assert [str(w) for w in pack_of(f"- {{ id: r, {rule} }}\n").warnings] == []


def test_unless_in_a_shorter_window_is_no_contradiction() -> None:
    """The round may be older than what unless looks at: refused before, though it fires."""
    pack = pack_of(
        "- { id: r, when: { all: [funding_round, ipo], within: 120d }, unless: [{ funding_round: { within: 30d } }] }\n"
    )

    assert fires(pack, view(signal("ipo", 60), signal("funding_round", 0)))
    assert not fires(pack, view(signal("ipo", 60), signal("funding_round", 40)))


def test_structured_sources_are_sure() -> None:
    """They state no confidence, which the reference promises to be 1: such a test dropped every registry event."""
    pack = pack_of("- { id: r, when: { trial_start: { confidence|gte: 0.9 } } }\n")

    assert fires(pack, view(signal("trial_start", 1)))
    assert not fires(pack, view(signal("trial_start", 1, confidence=0.6)))


def test_changes_are_asked_for_in_the_words_of_the_fields() -> None:
    """The registry writes "Active, not recruiting" and "why stopped": rules said them otherwise and never matched."""
    from signalwatch.model import Change

    pack = pack_of(
        "- { id: r, when: { trial_status_change: { changed: { field: status, from: active_not_recruiting, to: terminated } } } }\n"
        "- { id: why, when: { trial_status_change: { changed: { field: why_stopped } } } }\n"
    )
    moved = signal(
        "trial_status_change",
        1,
        changes=(
            Change(field="status", before="Active not recruiting", after="Terminated"),
            Change(field="why stopped", before=None, after="funding"),
        ),
    )

    assert fires(pack, view(moved))
    assert fires(pack, view(moved), "why")
