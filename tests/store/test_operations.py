"""What the service knows about itself."""

from __future__ import annotations

from datetime import date

from signalwatch.store import Store
from signalwatch.store.records import Feedback, HostBudget, RulesetVersion, RuleStat
from tests.store.samples import DAY, HOUR, MINUTE, NOW, claimed, commit, document, event, letter


def test_an_operator_alert_opens_once_and_resolves_once(store: Store) -> None:
    """Told on the edge, counted in between, and opened anew afterwards."""
    assert store.open_operator_alert("stale_source", "s", "silent for 2 h", NOW)
    assert not store.open_operator_alert("stale_source", "s", "silent for 3 h", NOW + HOUR)
    assert store.open_operator_alert("stale_source", "t", "silent", NOW)
    (_, one) = store.operator_alerts()
    assert (one.subject, one.count, one.message, one.opened_at, one.last_at) == (
        "s", 2, "silent for 3 h", NOW, NOW + HOUR,
    )  # fmt: skip
    assert store.resolve_operator_alert("stale_source", "s", NOW + 2 * HOUR)
    assert not store.resolve_operator_alert("stale_source", "s", NOW + 2 * HOUR)
    assert [a.subject for a in store.operator_alerts()] == ["t"]
    assert store.open_operator_alert("stale_source", "s", "again", NOW + DAY)
    assert [(a.subject, a.resolved_at) for a in store.operator_alerts(open_only=False)] == [
        ("s", None),
        ("t", None),
        ("s", NOW + 2 * HOUR),
    ]


def test_heartbeats(store: Store) -> None:
    """The last one of each part."""
    store.heartbeat("scheduler", NOW)
    store.heartbeat("scheduler", NOW + MINUTE)
    store.heartbeat("deliver", NOW)

    assert store.heartbeats() == {"scheduler": NOW + MINUTE, "deliver": NOW}


def test_hosts_are_remembered(store: Store) -> None:
    """Pace, freeze and the day's budget."""
    store.save_host("www.sec.gov", NOW, NOW + HOUR, day=date(2026, 3, 1), used=17)
    store.save_host("example.org", NOW)
    store.save_host("www.sec.gov", NOW + MINUTE, None, day=date(2026, 3, 2), used=1)

    assert store.load_hosts() == {
        "www.sec.gov": HostBudget(host="www.sec.gov", next_at=NOW + MINUTE, day=date(2026, 3, 2), used=1),
        "example.org": HostBudget(host="example.org", next_at=NOW),
    }


def test_rule_sets_are_kept_with_their_text(store: Store) -> None:
    """First author and first sight stay; the last sight moves."""
    assert store.record_ruleset("h1", "- id: a", "kim", NOW)
    assert not store.record_ruleset("h1", "- id: a", "lee", NOW + DAY)
    assert store.record_ruleset("h2", "- id: b\x00", "lee", NOW + HOUR)

    assert store.ruleset_versions() == [
        RulesetVersion(
            hash="h2", author="lee", first_seen_at=NOW + HOUR, last_seen_at=NOW + HOUR, source="- id: b\x00"
        ),
        RulesetVersion(hash="h1", author="kim", first_seen_at=NOW, last_seen_at=NOW + DAY, source="- id: a"),
    ]


def test_rule_statistics_add_up(store: Store) -> None:
    """Examined and matched are sums; the last match never moves back."""
    store.bump_rule_stats({"a": (10, 0), "b": (10, 2)}, NOW)
    store.bump_rule_stats({"a": (5, 1), "b": (5, 0)}, NOW + DAY)
    store.bump_rule_stats({"a": (1, 1)}, NOW - DAY)
    store.bump_rule_stats({}, NOW)

    assert store.rule_stats() == {
        "a": RuleStat(rule_id="a", first_at=NOW, examined=16, matched=2, last_match_at=NOW + DAY),
        "b": RuleStat(rule_id="b", first_at=NOW, examined=15, matched=2, last_match_at=NOW, unmatched=5),
    }


def test_feedback(store: Store) -> None:
    """Kept whole, the latest first."""
    one = Feedback(target_id="o1", verdict="useful", rule_ids=("a", "b"), by="kim", at=NOW, note="called them")
    two = Feedback(target_id="o2", verdict="not_useful", at=NOW + HOUR)
    store.add_feedback([one, two])

    assert store.feedback() == [two, one]


def test_lag_says_how_far_behind_each_stage_is(store: Store) -> None:
    """Zero when nothing waits; ages in seconds."""
    assert set(store.lag(NOW).values()) == {0}
    claimed(store)
    commit(store, [document("k")], [event("k"), event("l", first_seen_at=NOW - HOUR)])
    store.add_outbox([letter("o", due_at=NOW - MINUTE), letter("p", due_at=NOW + DAY)])

    assert store.lag(NOW)["sources_overdue"] == 0  # it is being polled
    store.release_source("s", "w")

    assert store.lag(NOW + MINUTE) == {
        "new_events": 2,
        "oldest_new_event_s": 3660.0,
        "outbox_due": 1,
        "oldest_due_outbox_s": 120.0,
        "sources_overdue": 1,
        "oldest_overdue_source_s": 60.0,
    }
    assert store.event_counts() == {"trial_start": 2}


def test_ping(store: Store) -> None:
    """Answers while the database does."""
    store.ping()


def test_rule_sets_give_their_files_back(store: Store) -> None:
    """What a set decided can be decided again; a set that an earlier version kept by name alone has no files."""
    store.record_ruleset(
        "h1", "rules", "kim", NOW, files={"elevation/a.yaml": "- é\x00\ud800\n" * 50}, types=("ipo", "x")
    )
    store.record_ruleset("h2", "rules", "kim", NOW)

    files, types = store.ruleset_texts("h1") or ({}, ())
    assert files == {"elevation/a.yaml": "- é\x00\ud800\n" * 50}
    assert types == ("ipo", "x")
    assert store.ruleset_texts("h2") is None
    assert store.ruleset_texts("h3") is None
