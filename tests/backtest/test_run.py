"""What a backtest reports: weeks, rules, people, reasons, verdicts; and what it starts from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from signalwatch.backtest import Assumptions, assumed, run
from signalwatch.backtest.report import Calendar
from signalwatch.backtest.text import only, sparkline, text
from signalwatch.model import Recommendation
from signalwatch.past import TierMove, Told, Verdict
from tests.backtest.pasts import DAY, HOUR, PLAIN, START, account, history_of, pack_of, plain, step
from tests.backtest.pasts import assumed as quick

ROUTED = """
    receivers: { owner: { channel: default } }
    schedules: { weekly: { every: weekly, day: mon, at: "08:00", zone: UTC } }
    attention: { per_week: 2 }
    route:
      receivers: [owner]
      group_by: [account]
      group_wait: 2m
      routes: [{ match: { tier: 2 }, schedule: weekly }]
    """


def test_alerts_are_counted_per_person_and_messages_after_digests() -> None:
    steps = [step("ind_clearance", day, name) for day in (0.5, 0.5001, 3, 3.5) for name in ("acme", "bolt")]
    accounts = [account("acme", owner="kim"), account("bolt", tier=2, owner="lee")]
    report = run(plain("ind", routes=ROUTED), history_of(steps, accounts, days=14))

    people = {p.recipient: p for p in report.people}
    assert (people["kim"].alerts, people["kim"].messages, people["kim"].over) == (4, 4, 1)
    assert (people["lee"].alerts, people["lee"].messages) == (4, 1)  # all in one digest on Monday
    assert people["lee"].alerts_per_week == (4, 0)
    assert people["lee"].messages_per_week == (0, 1)
    assert report.alerts_per_week == (8, 0)


def test_verdicts_make_precision_and_what_was_told_is_known() -> None:
    steps = [step("ind_clearance", day, story=f"s{day}") for day in (1, 2, 3)]
    verdicts = [
        Verdict(account_id="acme", story_id="s1", good=True),
        Verdict(account_id="acme", story_id="s2", good=False),
    ]
    told = [Told(account_id="acme", story_id="s1", channel="mail", recipient="kim", kind="alert", at=START + DAY)]
    report = run(plain("ind"), history_of(steps, [account("acme")], verdicts=verdicts, told=told))

    [row] = report.rules
    assert (row.alerts, row.judged, row.useful, row.precision) == (3, 2, 1, 0.5)
    assert [(a.happened, a.good) for a in report.alerts] == [(True, True), (False, False), (False, None)]
    assert "50% of 2" in text(report)


def test_a_rule_that_never_matched_says_at_which_condition() -> None:
    steps = [step("trial_start", day, phase="1") for day in range(1, 6)]
    report = run(plain("dark", "ind"), history_of(steps, [account("acme")]))

    rows = {r.rule_id: r for r in report.rules}
    assert (rows["dark"].examined, rows["dark"].matched, rows["dark"].sampled) == (5, 0, 5)
    assert rows["dark"].missed == (("when.trial_start.phase|gte", 5),)
    assert rows["ind"].examined == 0
    said = text(report)
    assert "5 of 5 looks failed at when.trial_start.phase|gte" in said
    assert "no event of its types came" in said


@pytest.mark.parametrize(
    ("approve", "answer", "tier"), [("all", "approved", 2), ("none", "expired", 3), ("as-happened", "dismissed", 3)]
)
def test_approvals_are_as_assumed(approve: Any, answer: str, tier: int) -> None:
    """A dismissal that was given then is given again, to the proposal it was about."""
    steps = [step("funding_round", 1), step("trial_start", 2), step("ind_clearance", 9)]
    stored = Recommendation(
        recommendation_id="r", account_id="acme", kind="elevate", from_tier=3, to_tier=2, status="dismissed",
        created_at=START + 2 * DAY + HOUR, decided_at=START + 3 * DAY, expires_at=START + 5 * DAY,
    )  # fmt: skip
    history = history_of(steps, [account("acme")], proposals=[stored])
    report = run(plain("pair", "ind"), history, assume=Assumptions(approve=approve))

    assert (report.moves[0].kind, report.moves[0].answer) == ("elevate", answer)
    assert report.alerts[-1].tier == tier
    assert report.approve == approve
    assert any(note.startswith(f"approvals: {approve}") for note in report.notes)


def test_approvals_default_to_what_happened_where_anything_did() -> None:
    history = history_of([], [account("acme")])
    answered = Recommendation(recommendation_id="r", account_id="acme", kind="lower", decided_at=START)

    assert assumed(history).approve == "none"
    assert assumed(history_of([], [], proposals=[answered])).approve == "as-happened"


def test_it_starts_from_what_was_known_told_and_open() -> None:
    """Signals, messages, proposals and tiers from before the beginning count, and are not reported."""
    before = step("trial_start", -2, story="s")
    update = step("trial_start", 1, story="s", effect="status_change")
    told = [Told(account_id="acme", story_id="s", channel="default", recipient="kim", kind="alert", at=START - DAY)]
    waiting = Recommendation(
        recommendation_id="r", account_id="bolt", kind="elevate", from_tier=3, to_tier=2, created_at=START - HOUR,
        expires_at=START + 20 * DAY,
    )  # fmt: skip
    others = [
        step("funding_round", 2, "bolt"),
        step("trial_start", 3, "bolt"),
        step("funding_round", 2, "crux"),
        step("trial_start", 3, "crux"),
    ]
    moves = [TierMove(account_id="crux", from_tier=3, to_tier=2, at=START - 50 * DAY)]
    history = history_of([before, update, *others], [account("acme"), account("bolt"), account("crux", tier=2)],
                         told=told, proposals=[waiting], moves=moves)  # fmt: skip
    report = run(plain("pair", "cool"), history, assume=quick())

    kinds = {(a.account_id, a.kind): a.recipients for a in report.alerts}
    assert kinds["acme", "update"] == ("kim",)  # who heard of the beginning
    assert [m.account_id for m in report.moves if "pair" in m.rules] == []  # one waits for an answer, one is in tier 2


def test_tier_moves_that_people_made_happen_again() -> None:
    steps = [step("ind_clearance", 1), step("ind_clearance", 5)]
    moves = [TierMove(account_id="acme", from_tier=3, to_tier=1, at=START + 3 * DAY)]
    report = run(plain("ind"), history_of(steps, [account("acme", tier=1)], moves=moves), assume=quick())

    assert [a.tier for a in report.alerts if a.kind == "alert"] == [3, 1]


def test_accounts_that_are_gone_are_left_out_and_said_so() -> None:
    report = run(
        plain("ind"), history_of([step("ind_clearance", 1, "gone"), step("ind_clearance", 1)], [account("acme")])
    )

    assert [a.account_id for a in report.alerts] == ["acme"]
    assert any("1 decisions left out" in note for note in report.notes)


def test_nothing_stored_is_a_report_too() -> None:
    report = run(plain(), history_of([], []))

    assert (report.alerts, report.moves, len(report.weeks)) == ((), (), 5)
    assert "nothing was decided from 2026-03-02 to 2026-04-01, nor in the 400 days before" in text(report)


def test_a_time_in_which_nothing_was_decided_is_said_with_the_newest_decision() -> None:
    """Zero alerts of nothing must not look like zero alerts of everything."""
    report = run(plain("ind"), history_of([step("ind_clearance", -20)], [account("acme")]))

    assert report.alerts == ()
    assert "the newest decision before is of 2026-02-10" in text(report)


@pytest.mark.parametrize(("most", "answers"), [(2, ["approved"]), (1, ["expired"])])
def test_an_approval_is_refused_where_never_above_leaves_no_room(most: int, answers: list[str]) -> None:
    """As the service refuses it: the proposal stays open until it expires, and the account stays where it is."""
    policy = PLAIN.replace("capacity: { max: 2 }", f"capacity: {{ max: 1, never_above: {most} }}")
    steps = [step("funding_round", 1), step("trial_start", 2), step("ind_clearance", 9)]
    busy = [step("trial_start", -n, "bolt") for n in range(1, 7)]  # too busy to be swapped
    history = history_of([*busy, *steps], [account("acme"), account("bolt", tier=2)])
    report = run(pack_of("pair", "ind", tiers=policy), history, assume=Assumptions(approve="all"))

    assert [(m.kind, m.answer) for m in report.moves] == [("waiting_list", a) for a in answers]
    assert report.alerts[-1].tier == (2 if answers == ["approved"] else 3)
    assert ("1 approval refused" in text(report)) == (answers == ["expired"])


def test_only_one_rule() -> None:
    steps = [step("ind_clearance", 1), step("trial_start", 2)]
    report = only(run(plain("ind", "cool"), history_of(steps, [account("acme")])), "cool")

    assert [a.rules for a in report.alerts] == [("cool",)]
    assert [r.rule_id for r in report.rules] == ["cool"]
    assert sum(report.alerts_per_week) == 1


def test_shadow_rules_leave_their_firings_and_tell_nobody() -> None:
    report = run(
        plain("dark"),
        history_of(
            [step("trial_start", 1, phase="2"), step("trial_start", 2, phase="2", quiet=True)], [account("acme")]
        ),
    )

    assert report.alerts == ()
    assert [(s.rule, s.account_id) for s in report.shadows] == [("dark", "acme")]


def test_weeks_begin_on_monday_and_ends_take_what_lies_outside() -> None:
    calendar = Calendar(START + 2 * DAY, START + 15 * DAY)  # Wednesday to Tuesday

    assert [f"{w:%a %d}" for w in calendar.weeks] == ["Mon 02", "Mon 09", "Mon 16"]
    assert calendar.spread([START, START + 8 * DAY, START + 30 * DAY]) == (1, 1, 1)


def test_sparklines() -> None:
    assert sparkline([0, 1, 4, 8]) == "·▁▄█"
    assert sparkline([]) == ""


def test_ticks_fall_on_the_hour() -> None:
    assume = Assumptions()

    assert assume.tick(START, timedelta(hours=1)) == START
    assert assume.tick(START + timedelta(seconds=1), timedelta(hours=1)) == START + HOUR
