"""Messages: claimed, marked before sending, recorded after, in doubt handed back as such."""

from __future__ import annotations

from typing import Any

import pytest

from signalwatch.store import Store
from signalwatch.store.records import DeliveryResult
from tests.store.samples import DAY, HOUR, MINUTE, NOW, letter


def ended(store: Store, state: str, *ids: str, **more: Any) -> int:
    """Record how an attempt of worker "w" ended."""
    values: dict[str, Any] = {"owner": "w", "now": NOW, "channel": "slack", "recipient": "#bd", **more}
    return store.record_delivery(DeliveryResult(outbox_ids=ids or ("o",), state=state, **values))  # type: ignore[arg-type]


def state_of(store: Store, outbox_id: str = "o") -> tuple[str, int, str]:
    """State, attempts and lease owner of a message."""
    row = store.outbox_item(outbox_id)
    assert row is not None
    return row.state, row.attempts, row.lease_owner


def test_a_message_comes_back_as_it_was(store: Store) -> None:
    """With its dossier; adding it again is harmless."""
    given = letter("o", group_key="g", thread_key="t" * 900, story_id="s", account_id="A", decision_id="d")

    assert store.add_outbox([given, letter("p")]) == 2
    assert store.add_outbox([given]) == 0
    (row,) = store.claim_outbox(NOW, owner="w", lease=HOUR, limit=1)
    assert row.item.dossier == given.dossier
    assert (row.item.group_key, row.item.account_id, row.item.decision_id) == ("g", "A", "d")
    assert store.outbox_item("zz") is None


def test_only_what_is_due_is_claimed_and_once(store: Store) -> None:
    """The longest due first."""
    store.add_outbox([letter("later", due_at=NOW + MINUTE), letter("b"), letter("a", due_at=NOW - DAY)])

    assert [r.item.outbox_id for r in store.claim_outbox(NOW, owner="w", lease=HOUR)] == ["a", "b"]
    assert store.claim_outbox(NOW, owner="v", lease=HOUR) == []
    assert [r.item.outbox_id for r in store.claim_outbox(NOW + MINUTE, owner="v", lease=HOUR)] == ["later"]


def test_a_sent_message_is_done(store: Store) -> None:
    """State, time, reference, one delivery row, and the thread's first reference stays."""
    store.add_outbox([letter("o", thread_key="t"), letter("p", thread_key="t")])
    store.claim_outbox(NOW, owner="w", lease=HOUR)
    assert store.mark_sending(["o", "zz"], "w", NOW) == ["o"]
    assert state_of(store) == ("sending", 1, "w")

    assert ended(store, "sent", message_id="m", reference="ts1", thread_key="t") == 1
    ended(store, "sent", "p", reference="ts2", thread_key="t")

    row = store.outbox_item("o")
    assert row is not None
    assert (row.state, row.sent_at, row.reference, row.lease_owner) == ("sent", NOW, "ts1", "")
    (attempt,) = store.deliveries("o")
    assert (attempt.state, attempt.message_id, attempt.at, attempt.recipient) == ("sent", "m", NOW, "#bd")
    assert store.thread_ref("slack", "#bd", "t") == "ts1"
    assert store.thread_ref("slack", "#other", "t") == ""
    assert store.claim_outbox(NOW + DAY, owner="v", lease=HOUR) == []


def test_a_failed_attempt_waits_for_its_time(store: Store) -> None:
    """Attempts count up over retries; the error stays visible."""
    store.add_outbox([letter("o")])
    for attempt in (1, 2):
        at = NOW + attempt * HOUR
        store.claim_outbox(at, owner="w", lease=HOUR)
        store.mark_sending(["o"], "w", at)
        ended(store, "retry", now=at, due_at=at + MINUTE, error="429")

    row = store.outbox_item("o")
    assert row is not None
    assert (row.state, row.attempts, row.last_error, row.item.due_at) == ("pending", 2, "429", NOW + 2 * HOUR + MINUTE)
    assert [d.state for d in store.deliveries("o")] == ["retry", "retry"]
    with pytest.raises(ValueError, match="needs due_at"):
        ended(store, "retry")


def test_a_message_in_flight_when_its_worker_died_says_so(store: Store) -> None:
    """It comes back as "sending": delivery decides. One that was only claimed comes back as pending."""
    store.add_outbox([letter("o"), letter("p")])
    store.claim_outbox(NOW, owner="dead", lease=10 * MINUTE)
    store.mark_sending(["o"], "dead", NOW)

    assert store.claim_outbox(NOW + 9 * MINUTE, owner="v", lease=HOUR) == []
    rows = store.claim_outbox(NOW + 10 * MINUTE, owner="v", lease=HOUR)

    assert [(r.item.outbox_id, r.state, r.attempts) for r in rows] == [("o", "sending", 1), ("p", "pending", 0)]


def test_sent_counts_even_after_the_lease_was_lost(store: Store) -> None:
    """The message is out; anything else is for the new holder to say."""
    store.add_outbox([letter("o"), letter("p")])
    store.claim_outbox(NOW, owner="w", lease=MINUTE)
    store.mark_sending(["o", "p"], "w", NOW)
    store.claim_outbox(NOW + HOUR, owner="v", lease=HOUR)

    assert ended(store, "retry", "p", due_at=NOW + DAY) == 0
    assert ended(store, "sent", "o") == 1
    assert state_of(store, "p") == ("sending", 1, "v")
    assert state_of(store, "o") == ("sent", 1, "")
    assert store.mark_sending(["o", "p"], "v", NOW) == ["p"]
    assert ended(store, "sent", "o") == 0  # once


def test_stopping_gives_back_what_was_not_begun(store: Store) -> None:
    """Claimed rows are free again at once; one in flight is not."""
    store.add_outbox([letter("o"), letter("p")])
    store.claim_outbox(NOW, owner="w", lease=HOUR)
    store.mark_sending(["o"], "w", NOW)

    assert store.release_outbox("w") == 1
    assert [r.item.outbox_id for r in store.claim_outbox(NOW, owner="v", lease=HOUR)] == ["p"]


@pytest.mark.parametrize("state", ["dead", "uncertain"])
def test_a_person_retries_or_drops(store: Store, state: str) -> None:
    """`outbox retry` starts over, `outbox drop` ends it; neither touches what was sent."""
    store.add_outbox([letter("o"), letter("done")])
    store.claim_outbox(NOW, owner="w", lease=HOUR)
    store.mark_sending(["o", "done"], "w", NOW)
    ended(store, state, "o", error="410")
    ended(store, "sent", "done")

    assert store.claim_outbox(NOW + DAY, owner="v", lease=HOUR) == []
    assert [r.item.outbox_id for r in store.outbox(state)] == ["o"]
    assert store.retry_outbox(["o", "done"], NOW + DAY) == 1
    assert state_of(store) == ("pending", 0, "")
    assert store.drop_outbox(["o", "done"]) == 1
    assert state_of(store) == ("dropped", 0, "")
    assert state_of(store, "done")[0] == "sent"
    assert [d.state for d in store.deliveries("o")] == [state]


def test_listing_is_newest_first(store: Store) -> None:
    """By state and by account, up to a limit."""
    store.add_outbox([letter(f"o{i}", created_at=NOW + i * MINUTE, account_id="A" if i % 2 else "B") for i in range(4)])

    assert [r.item.outbox_id for r in store.outbox(limit=2)] == ["o3", "o2"]
    assert [r.item.outbox_id for r in store.outbox("pending", account_id="A")] == ["o3", "o1"]
    assert store.outbox("sent") == []
