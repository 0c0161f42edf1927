"""The past as backtests get it: steps in the order of learning, older databases, answers, messages, feedback; rule sets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import delete, text

from signalwatch.model import (
    Account,
    Case,
    Decision,
    Match,
    Program,
    Recommendation,
    RuleOutcome,
    StoryIntent,
    TierState,
)
from signalwatch.past import NEXT_STEP, TierMove, Told, Verdict
from signalwatch.store import Store, open_store, schema
from signalwatch.store.assessing import step_table
from signalwatch.store.database import Database
from signalwatch.store.records import AssessWrite, Feedback, RulesetUse
from tests.store.samples import DAY, HOUR, NOW, assessed, decision, event, letter, signal, story, with_events


def decided(
    number: int, at: datetime, effect: str = "opened", reason: str = "", **more: object
) -> tuple[Decision, dict[str, object]]:
    """A decision of account A with its case."""
    told = event(f"k{number}", first_seen_at=at)
    given = signal(
        f"sig{number}",
        at=at - HOUR,
        story_id=f"s{number}",
        event_id=told.event_id,
        decided_at=at,
        attributes={"phase": "2"},
    )
    case = Case(
        now=at, event=told, account=Account(account_id="A", name="A"), match=Match(status="matched", account_id="A"),
        story=StoryIntent(story_id=f"s{number}", effect=effect, story=story(f"s{number}"), reason=reason), signal=given,  # type: ignore[arg-type]
        program=Program(program_id="p", account_id="A", asset="X"), tier=TierState(since=NOW - 90 * DAY),
    )  # fmt: skip
    made = decision(
        f"d{number}",
        event_id=told.event_id,
        decided_at=at,
        story_id=f"s{number}",
        signal=replace(given, points=40.0),
        **more,
    )
    return made, {"case": case}


def write(store: Store, *decisions: tuple[Decision, dict[str, object]], now: datetime = NOW) -> None:
    with store.assessing(now) as tx:
        tx.write(AssessWrite(now=now, decisions=list(decisions)))  # type: ignore[arg-type]


def test_steps_come_in_the_order_of_learning_without_what_rules_gave(store: Store) -> None:
    write(store, decided(1, NOW), decided(2, NOW), now=NOW)
    write(store, decided(3, NOW + DAY, "corrected"), now=NOW + DAY)
    found = store.history(NOW, NOW + 2 * DAY)

    assert [(s.signal.signal_id, s.effect) for s in found.steps] == [
        ("sig1", "opened"),
        ("sig2", "opened"),
        ("sig3", "corrected"),
    ]
    first = found.steps[0]
    assert (first.signal.points, first.signal.half_life, first.signal.attributes) == (0.0, None, {"phase": "2"})
    assert first.program is not None
    assert first.program.asset == "X"
    assert first.tier_since == NOW - 90 * DAY
    assert [s.signal.signal_id for s in store.history(NOW, NOW + DAY).steps] == ["sig1", "sig2"]


def test_what_was_known_before_comes_along_and_older_things_do_not(store: Store) -> None:
    for number, days in ((1, 500), (2, 300), (3, 1)):
        write(store, decided(number, NOW - days * DAY), now=NOW - days * DAY)

    assert [s.signal.signal_id for s in store.history(NOW - 2 * DAY, NOW).steps] == ["sig2", "sig3"]


def test_steps_of_an_older_database_are_read_from_its_decisions(store: Store) -> None:
    """Before schema 0002 no steps were written; a database that was upgraded has both."""
    write(store, decided(1, NOW), decided(2, NOW + HOUR, "evidence", NEXT_STEP), now=NOW)
    complete = store.history(NOW, NOW + DAY).steps
    with store._db.write() as tx:
        tx.execute(delete(step_table))
    write(store, decided(3, NOW + 2 * HOUR), now=NOW + 2 * HOUR)
    found = store.history(NOW, NOW + DAY).steps

    assert found[:2] == complete
    assert [s.signal.signal_id for s in found] == ["sig1", "sig2", "sig3"]
    assert (found[1].effect, found[1].same_document) == (
        "status_change",
        True,
    )  # as it was before anybody asked who knew


def test_an_event_that_is_decided_again_was_learned_once(store: Store) -> None:
    made, inputs = decided(1, NOW)
    write(store, (made, inputs), now=NOW)
    write(store, (replace(made, decision_id="again", decided_at=NOW + DAY), inputs), now=NOW + DAY)

    assert [s.decided_at for s in store.history(NOW, NOW + 2 * DAY).steps] == [NOW]


def test_silences_are_no_steps_and_engagement_is(store: Store) -> None:
    made, inputs = decided(1, NOW)
    case = inputs["case"]
    assert isinstance(case, Case)
    write(store, (made, {"case": replace(case, event=replace(case.event, type="silence"))}), now=NOW)
    store.add_signals(
        [signal("visit", type="page_visit", engagement=True, at=NOW + HOUR, first_seen_at=NOW + 2 * HOUR)]
    )
    [step] = store.history(NOW, NOW + DAY).steps

    assert (step.signal.signal_id, step.effect, step.decided_at) == ("visit", "", NOW + 2 * HOUR)


def test_people_are_in_it(store: Store) -> None:
    """Tier moves, proposals with their answers, messages that went out, and verdicts from answers and feedback."""
    store.upsert_accounts(
        [Account(account_id="A", name="A"), Account(account_id="B", name="B", tier=2)], NOW, by="import"
    )
    proposal = Recommendation(
        recommendation_id="r", account_id="A", kind="elevate", from_tier=3, to_tier=2, created_at=NOW, story_id="s1", rule_ids=("one",)
    )  # fmt: skip
    with store.assessing(NOW) as tx:
        tx.write(
            AssessWrite(now=NOW, recommendations=[proposal, replace(proposal, recommendation_id="q", account_id="B")])
        )
    store.decide_recommendation("r", "approved", by="kim", at=NOW + HOUR)
    store.decide_recommendation("q", "dismissed", by="kim", at=NOW + HOUR, note="too early")
    store.add_outbox(
        [
            letter("o1", account_id="A", story_id="s2", created_at=NOW),
            letter("o2", account_id="A", story_id="s3", created_at=NOW),
        ]
    )
    store.drop_outbox(["o2"])
    store.add_feedback([
        Feedback(target_id="o1", verdict="not_useful", rule_ids=("two",), at=NOW, note="old news"),
        Feedback(target_id="o1", verdict="acknowledged", at=NOW), Feedback(target_id="nobody", verdict="useful", at=NOW),
    ])  # fmt: skip
    found = store.history(NOW, NOW + DAY)

    assert [(m.account_id, m.from_tier, m.to_tier) for m in found.moves] == [
        ("A", None, 3),
        ("B", None, 2),
        ("A", 3, 2),
    ]
    assert TierMove(account_id="A", from_tier=3, to_tier=2, at=NOW + HOUR, recommendation_id="r") in found.moves
    assert [(p.account_id, p.status, p.decided_at) for p in found.proposals] == [
        ("B", "dismissed", NOW + HOUR),
        ("A", "approved", NOW + HOUR),
    ]
    assert [(t.account_id, t.story_id) for t in found.told] == [("A", "s2")]
    assert isinstance(found.told[0], Told)
    assert {(v.account_id, v.story_id, v.good, v.rule_ids, v.note) for v in found.verdicts} == {
        ("A", "s1", True, ("one",), ""), ("B", "s1", False, ("one",), "too early"), ("A", "s2", False, ("two",), "old news"),
    }  # fmt: skip
    assert all(isinstance(v, Verdict) for v in found.verdicts)
    assert [a.tier for a in found.accounts] == [2, 2]


def test_rules_and_conditions_are_counted_with_the_decisions(store: Store) -> None:
    """In the same transaction; what was examined since the last match starts anew with a match."""
    hit = RuleOutcome(rule_id="one", fired=True)
    miss = RuleOutcome(rule_id="one", fired=False, failed="when.ipo.amount|gte")
    for number, outcome in enumerate((miss, miss, hit, miss)):
        write(store, decided(number, NOW + number * HOUR, outcomes=(outcome,)), now=NOW + number * HOUR)
    stat = store.rule_stats()["one"]

    assert (stat.examined, stat.matched, stat.unmatched, stat.last_match_at) == (4, 1, 1, NOW + 2 * HOUR)
    assert stat.failed == {"when.ipo.amount|gte": 3}


def test_rule_sets_keep_their_texts_and_what_they_decided(store: Store) -> None:
    assert not store.knows_ruleset("h")
    store.record_ruleset("h", "rules", "kim", NOW)
    assert not store.knows_ruleset("h")  # seen by an older version: without texts
    store.record_ruleset("h", "rules", "lee", NOW + DAY, files={"tiers.yaml": "dwell: 60d\n"})
    store.record_ruleset("h", "elsewhere", "", NOW + 2 * DAY)
    [version] = store.ruleset_versions()
    (told,) = with_events(store, "k")
    with store.assessing(NOW) as tx:
        tx.write(AssessWrite(
            now=NOW, events=[assessed(told)], decisions=[(decision("d1", hashes={"ruleset": "h"}), {}), (decision("d2", hashes={"ruleset": "h"}), {})],
            outbox=[letter("o1", decision_id="d1"), letter("o2", decision_id="d1")],
        ))  # fmt: skip

    assert store.knows_ruleset("h")
    assert (version.author, version.files, version.source) == ("kim", {"tiers.yaml": "dwell: 60d\n"}, "elsewhere")
    assert store.ruleset_use() == {"h": RulesetUse(decisions=2, alerts=1, last_at=NOW)}


def test_a_database_of_schema_0001_is_brought_up_to_date(tmp_path: Path) -> None:
    """Its rule statistics stay, and count on."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    database = Database(url)
    with database.write() as tx:
        schema.migrate(tx, "0001")
        tx.execute(text("INSERT INTO rule_stat VALUES ('one', '2026-01-01 00:00:00.000000', 7, 2, NULL)"))
    database.close()
    store = open_store(url)
    store.bump_rule_stats({"one": (3, 0)}, NOW, {("one", "when"): 3})
    stat = store.rule_stats()["one"]

    assert (stat.examined, stat.matched, stat.unmatched, stat.failed) == (10, 2, 3, {"when": 3})
    assert store.check() == []
    store.close()


@pytest.mark.parametrize("effect", ["opened", "corrected"])
def test_steps_survive_the_way_through_the_database(store: Store, effect: str) -> None:
    made, inputs = decided(1, NOW, effect)
    write(store, (made, {**inputs, "same_document": True}), now=NOW)

    [step] = store.history(NOW, NOW + DAY).steps
    assert (step.effect, step.same_document, step.event_id) == (effect, True, made.event_id)
