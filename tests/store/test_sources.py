"""The schedule: syncing with settings, claiming, finishing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from signalwatch.store import Store
from signalwatch.store.records import PollOutcome, SourceSpec
from tests.store.samples import DAY, HOUR, MINUTE, NOW, claimed, commit, document


def spec(source_id: str, **more: object) -> SourceSpec:
    return SourceSpec(source_id=source_id, connector="reg", **more)  # type: ignore[arg-type]


def test_a_new_source_is_due_at_once(store: Store) -> None:
    """Every setting comes back as it was given."""
    given = spec("a", title="A", every=5 * MINUTE, cadence=DAY, settings_hash="h", backfill=True)
    store.sync_sources([given], NOW)

    (state,) = store.sources()

    assert (state.source_id, state.connector, state.title) == ("a", "reg", "A")
    assert (state.every, state.cadence, state.settings_hash, state.backfill) == (5 * MINUTE, DAY, "h", True)
    assert (state.added_at, state.due_at, state.enabled) == (NOW, NOW, True)
    assert (dict(state.cursor), dict(state.validators), state.lease_owner) == ({}, {}, "")
    assert store.source("a") == state
    assert store.source("b") is None


def test_syncing_again_keeps_what_was_learnt(store: Store) -> None:
    """Cursor and added_at survive; a source with other settings is due at once, an unchanged one is not."""
    store.sync_sources([spec("a", settings_hash="1"), spec("b", settings_hash="1")], NOW)
    store.claim_due_sources(NOW, owner="w", lease=HOUR)
    for source_id in ("a", "b"):
        commit(store, source_id=source_id, cursor={"at": 7})
        store.finish_poll(PollOutcome(source_id=source_id, owner="w", now=NOW, due_at=NOW + HOUR))

    store.sync_sources([spec("a", settings_hash="2"), spec("b", settings_hash="1", title="new title")], NOW + MINUTE)

    a, b = store.sources()
    assert (a.due_at, b.due_at) == (NOW + MINUTE, NOW + HOUR)
    assert (dict(a.cursor), a.added_at, b.title) == ({"at": 7}, NOW, "new title")


def test_a_source_missing_from_settings_is_disabled_and_comes_back(store: Store) -> None:
    """Disabled sources are not claimed; named again they go on."""
    store.sync_sources([spec("a"), spec("b")], NOW)
    store.sync_sources([spec("b")], NOW)

    assert [s.source_id for s in store.claim_due_sources(NOW, owner="w", lease=HOUR)] == ["b"]
    assert not store.sources()[0].enabled

    store.sync_sources([spec("a"), spec("b")], NOW)

    assert [s.source_id for s in store.claim_due_sources(NOW, owner="w", lease=HOUR)] == ["a"]


def test_claiming_takes_the_longest_due_first_and_once(store: Store) -> None:
    """Nobody else gets a claimed source before its lease ends."""
    store.sync_sources([spec(name) for name in "abc"], NOW - DAY)
    for name, due in (("a", NOW), ("b", NOW - HOUR), ("c", NOW + MINUTE)):
        store.set_due(name, due)

    first = store.claim_due_sources(NOW, owner="w", lease=10 * MINUTE, limit=1)
    second = store.claim_due_sources(NOW, owner="v", lease=10 * MINUTE)
    third = store.claim_due_sources(NOW, owner="u", lease=10 * MINUTE)

    assert [s.source_id for s in first] == ["b"]
    assert (first[0].lease_owner, first[0].lease_until) == ("w", NOW + 10 * MINUTE)
    assert first[0].last_attempt_at == NOW
    assert [s.source_id for s in second] == ["a"]
    assert third == []


def test_an_expired_lease_can_be_claimed(store: Store) -> None:
    """A worker that died gives its sources back by time alone, at the instant the lease ends."""
    store.sync_sources([spec("a")], NOW)
    store.claim_due_sources(NOW, owner="dead", lease=10 * MINUTE)

    assert store.claim_due_sources(NOW + timedelta(minutes=9, seconds=59), owner="w", lease=HOUR) == []
    (state,) = store.claim_due_sources(NOW + 10 * MINUTE, owner="w", lease=HOUR)
    assert state.lease_owner == "w"


def test_only_restricts_a_claim(store: Store) -> None:
    """`run --once SOURCE` claims nothing else, and nothing that is not due."""
    store.sync_sources([spec(name) for name in "abc"], NOW)
    store.set_due("c", NOW + HOUR)

    assert [s.source_id for s in store.claim_due_sources(NOW, owner="w", lease=HOUR, only=["b", "c", "zz"])] == ["b"]


def test_finishing_releases_and_counts(store: Store) -> None:
    """Success clears the failures, failure counts up and keeps the error."""
    claimed(store)
    done = PollOutcome(source_id="s", owner="w", now=NOW, due_at=NOW, ok=False, error="HTTP 500\x00")

    assert store.finish_poll(done)
    store.claim_due_sources(NOW, owner="w", lease=HOUR)
    store.finish_poll(done)
    failed = store.source("s")
    store.claim_due_sources(NOW, owner="w", lease=HOUR)
    store.finish_poll(
        PollOutcome(source_id="s", owner="w", now=NOW + MINUTE, due_at=NOW + HOUR, ok=True, new_documents=2)
    )
    fine = store.source("s")

    assert failed is not None
    assert fine is not None
    assert (failed.failures, failed.last_error, failed.last_success_at, failed.lease_owner) == (
        2, "HTTP 500\ufffd", None, "",
    )  # fmt: skip
    assert (fine.failures, fine.last_error, fine.last_success_at, fine.last_new_at, fine.due_at) == (
        0, "", NOW + MINUTE, NOW + MINUTE, NOW + HOUR,
    )  # fmt: skip


def test_finishing_what_one_no_longer_holds_changes_nothing(store: Store) -> None:
    """A worker that was too slow does not release the lease of its successor."""
    claimed(store)
    store.claim_due_sources(NOW + HOUR, owner="next", lease=HOUR)

    late = PollOutcome(source_id="s", owner="w", now=NOW + HOUR, due_at=NOW + DAY)

    assert not store.finish_poll(late)
    assert not store.release_source("s", "w")
    state = store.source("s")
    assert state is not None
    assert (state.lease_owner, state.due_at) == ("next", NOW)


def test_releasing_gives_back_untouched(store: Store) -> None:
    """Graceful stop: still due, no attempt counted as failure."""
    store.sync_sources([spec("a"), spec("b")], NOW)
    store.claim_due_sources(NOW, owner="w", lease=HOUR)

    assert store.release_source("a", "w")
    assert store.release_sources("w") == 1
    assert len(store.claim_due_sources(NOW, owner="v", lease=HOUR)) == 2


def test_naive_times_are_refused(store: Store) -> None:
    """Everywhere a time goes in."""
    naive = datetime(2026, 3, 1)
    claimed(store)

    with pytest.raises(ValueError, match="naive datetime"):
        store.sync_sources([], naive)
    with pytest.raises(ValueError, match="naive datetime"):
        store.claim_due_sources(naive, owner="w", lease=HOUR)
    with pytest.raises(ValueError, match="naive datetime"):
        store.set_due("s", naive)
    with pytest.raises(ValueError, match="timezone"):
        commit(store, [document("k", published_at=naive)])
    with pytest.raises(ValueError, match="timezone"):
        store.finish_poll(PollOutcome(source_id="s", owner="w", now=NOW, due_at=naive))
    assert store.counts()["documents"] == 0


def test_other_zones_come_back_as_utc(store: Store) -> None:
    """The same instant, in UTC."""
    from zoneinfo import ZoneInfo

    store.sync_sources([spec("a")], NOW.astimezone(ZoneInfo("Asia/Tokyo")))

    (state,) = store.sources()

    assert state.added_at == NOW
    assert state.added_at.utcoffset() == timedelta(0)
