"""Differences between two rule sets, limits on them, the record of shadow rules, and single conditions."""

from __future__ import annotations

from typing import Any

import pytest

from signalwatch.backtest import Report, run
from signalwatch.backtest.changes import changes
from signalwatch.backtest.compare import Difference, compare
from signalwatch.backtest.conditions import conditions, findings
from signalwatch.backtest.limits import METRICS, breaches, parse
from signalwatch.backtest.page import diff_page, report_page, safe
from signalwatch.backtest.scorecard import score
from signalwatch.backtest.text import diff_text
from signalwatch.errors import UsageError
from signalwatch.past import History, Verdict
from signalwatch.ruleset import Pack
from signalwatch.ruleset.pack import with_status
from tests.backtest.pasts import RULES, account, assumed, history_of, plain, step


def report(pack: Pack, history: History) -> Report:
    return run(pack, history, assume=assumed())


def busy() -> History:
    steps = [
        step(kind, day, name, phase="2")
        for day in (1, 4, 9)
        for name in ("acme", "bolt")
        for kind in ("ind_clearance", "trial_start")
    ]
    return history_of(steps, [account("acme", owner="kim"), account("bolt", owner="lee")])


def test_alerts_gained_and_lost_name_account_person_and_rule() -> None:
    history = busy()
    found = compare(report(plain("ind"), history), report(plain("cool"), history), old="a", new="b")

    assert {(h.recipient, h.alert.account_id, h.alert.rules) for h in found.lost} == {
        ("kim", "acme", ("ind",)),
        ("lee", "bolt", ("ind",)),
    }
    assert len(found.lost) == 6
    assert {h.alert.rules for h in found.gained} == {("cool",)}
    assert (found.alerts_before, found.alerts_after) == (6, 4)
    assert found.newly_heard == ("cool",)
    assert [row.recipient for row in found.load] == ["", "kim", "lee"]
    said = diff_text(found)
    assert "alerts lost: 6" in said
    assert "speaks now: cool" in said


def test_the_same_rules_change_nothing() -> None:
    history = busy()
    found = compare(report(plain("ind"), history), report(plain("ind"), history))

    assert found.same
    assert "nobody would notice" in diff_text(found)
    assert "Nobody would notice" in diff_page(found)


def test_moves_shift_rather_than_vanish() -> None:
    steps = [step("funding_round", 1), step("trial_start", 2), step("trial_start", 3.5)]
    history = history_of(steps, [account("acme")])
    narrow = RULES["pair"].replace("all: [funding_round, trial_start], within: 5d", "trial_start: { count|gte: 2 }")
    RULES["twice"] = narrow.replace("id: pair", "id: twice")
    try:
        found = compare(report(plain("pair"), history), report(plain("twice"), history))
    finally:
        del RULES["twice"]

    assert (found.moves_gained, found.moves_lost) == ((), ())
    [shift] = found.moves_shifted
    assert (shift.before.rules, shift.after.rules) == (("pair",), ("twice",))


def test_a_rule_that_goes_silent_is_named() -> None:
    history = busy()
    off = with_status(plain("ind", "cool"), {"ind": "off"})
    found = compare(report(plain("ind", "cool"), history), report(off, history))

    assert found.gone_silent == ("ind",)


def test_changes_are_named_by_field() -> None:
    old = {
        "elevation/a.yaml": "- { id: one, when: ipo, points: 5 }\n- { id: two, when: ipo }\n",
        "tiers.yaml": "dwell: 60d\n",
    }
    new = {"elevation/a.yaml": "- { id: one, when: { ipo: { amount|gte: 5M USD } }, points: 5 }\n- { id: three, when: ipo }\n",
           "tiers.yaml": "dwell: 30d\n"}  # fmt: skip
    found = changes(old, new)

    assert (found.added, found.removed) == (("three",), ("two",))
    edits = {(e.what, e.field): (e.before, e.after) for e in found.edits}
    assert edits["tiers.yaml", "dwell"] == ("60d", "30d")
    assert edits["rule one", "when"] == ("ipo", "{ipo: {amount|gte: 5M USD}}")


# --- limits ---------------------------------------------------------------------------------------------------------


def difference(before: int, after: int, **more: Any) -> Difference:
    history = busy()
    base = report(plain("ind"), history)
    found = compare(base, base)
    return Difference(
        **{f: getattr(found, f) for f in found.__struct_fields__}
        | {"alerts_before": before, "alerts_after": after}
        | more
    )


@pytest.mark.parametrize(
    ("text", "before", "after", "broken"),
    [
        ("alerts>+20%", 10, 12, False), ("alerts>+20%", 10, 13, True), ("alerts>=+20%", 10, 12, True), ("alerts>+2", 10, 13, True),
        ("alerts>+20%", 0, 1, True), ("alerts>+20%", 0, 0, False), ("alerts>12", 20, 12, False), ("alerts > 11.5", 20, 12, True),
        ("alerts<-20%", 10, 7, True), ("alerts<-20%", 10, 9, False), ("alerts<=5", 10, 5, True),
    ],
)  # fmt: skip
def test_limits(text: str, before: int, after: int, broken: bool) -> None:
    assert bool(breaches([parse(text)], difference(before, after))) is broken


def test_limits_about_people() -> None:
    history = busy()
    found = compare(report(plain("ind"), history), report(plain("ind", "cool"), history))

    assert [b.who for b in breaches([parse("alerts_per_week[owner]>1.1")], found)] == ["kim", "lee"]
    assert [b.who for b in breaches([parse("alerts_per_week[kim]>+10%")], found)] == ["kim"]
    assert breaches([parse("alerts_per_week[nobody]>0")], found) == []
    assert str(breaches([parse("gained>0")], found)[0]) == "gained>0: gained went from 0 to 4"


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_can_be_limited(metric: str) -> None:
    assert parse(f"{metric}>+1").metric == metric
    assert breaches([parse(f"{metric}<0")], difference(1, 2)) == []


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 1, "the name of a metric"), ("alarms>1", 1, "no metric 'alarms'"), ("alerts", 7, "a comparison"), ("alerts=1", 7, "a comparison"),
        ("alerts>", 8, "a number"), ("alerts>x", 8, "a number"), ("alerts>20%", 8, "write its sign"), ("moves[kim]>1", 6, "not counted per person"),
        ("alerts>1 and moves>1", 10, "nothing more"), ("alerts_per_week[]>1", 16, "a comparison"),
    ],
)  # fmt: skip
def test_wrong_limits_say_where(text: str, position: int, words: str) -> None:
    with pytest.raises(UsageError) as error:
        parse(text)

    message = str(error.value)
    assert f"position {position}:" in message
    assert words in message
    assert message.splitlines()[-1].index("^") == position + 1


# --- shadow -----------------------------------------------------------------------------------------------------------


def card(history: History, pack: Pack, rule_id: str, attention: int | None = None) -> Any:
    base = report(pack, history)
    rule = pack.rule(rule_id)
    assert rule is not None
    return score(rule, base, compare(base, report(with_status(pack, {rule_id: "live"}), history)), history, attention)


def test_a_shadow_rule_with_a_good_record_is_promoted() -> None:
    steps = [step("trial_start", day, phase="2") for day in (1, 2, 3, 4)] + [
        step("ind_clearance", d) for d in range(5, 25)
    ]
    found = card(history_of(steps, [account("acme")]), plain("dark", "ind"), "dark")

    assert (found.firings, found.overlap, found.alerts_gained, len(found.own)) == (4, 0, 4, 4)
    assert found.promote
    assert found.own[0].headline.startswith("Acme")


@pytest.mark.parametrize(
    ("rules", "days", "verdict", "attention", "reason"),
    [
        (("dark",), (), None, None, "never fired"), (("dark",), (1, 2), None, None, "only 2 firings"),
        (("dark", "all"), (1, 2, 3), None, None, "change nothing"), (("dark", "all"), (1, 2, 3), False, None, "0 of 3 overlapping"),
        (("dark", "ind"), (1, 2, 3), None, None, "narrow it first"),
    ],
)  # fmt: skip
def test_other_records_say_why_not(
    rules: tuple[str, ...], days: tuple[int, ...], verdict: bool | None, attention: int | None, reason: str
) -> None:
    RULES["all"] = "{ id: all, when: trial_start }"
    try:
        steps = [step("trial_start", day, story=f"s{day}", phase="2") for day in days] + [step("ind_clearance", 20)]
        said = [Verdict(account_id="acme", story_id=f"s{day}", good=verdict) for day in days if verdict is not None]
        found = card(history_of(steps, [account("acme")], verdicts=said), plain(*rules), "dark", attention)
    finally:
        del RULES["all"]

    assert not found.promote
    assert reason in found.reason


# --- conditions -------------------------------------------------------------------------------------------------------


def test_conditions_that_match_nothing_or_everything_are_found() -> None:
    steps = [step("trial_start", day / 4, phase="1", amount=1) for day in range(1, 61)]
    history = history_of(steps, [account("acme")])
    pack = plain("dark", "calm", "ind")
    rows = conditions(pack, history)
    matched = {r.rule_id: (r.examined, r.matched) for r in report(pack, history).rules}
    said = {p.code: p.message for p in findings(pack, rows, matched, 30)}

    counted = {(r.rule_id, r.path): (r.examined, r.held, r.of) for r in rows}
    assert counted["dark", "when.trial_start.phase|gte"] == (60, 0, "trial_start events")
    assert counted["calm", "for.fit|gte"] == (1, 1, "accounts")
    assert "held for none of 60 trial_start events" in said["silent-condition"]
    assert "dark: examined 60 times in 30 days and never matched" in said["silent"]
    assert "ind: was never examined" in said["unseen"]
    assert "calm: matched all 60" in said["noisy"]


# --- pages ------------------------------------------------------------------------------------------------------------


def test_pages_are_self_contained_and_escaped() -> None:
    steps = [step("ind_clearance", 1, "acme")]
    history = history_of(steps, [account("acme", owner="<img src=x onerror=alert(1)>")])
    page = report_page(report(plain("ind", "dark"), history), 15)
    other = diff_page(compare(report(plain("dark"), history), report(plain("ind"), history)))

    for html in (page, other):
        assert "<img" not in html
        assert "&lt;img" in html
        assert "<script" not in html
        assert "src=" not in html.replace("&lt;img src=x", "")
        assert "default-src 'none'" in html
        assert "prefers-color-scheme: dark" in html
        assert 'href="https://news.example/' in html


def test_only_web_links_are_links() -> None:
    assert safe("https://example.com/")
    assert not safe("javascript:alert(1)")
