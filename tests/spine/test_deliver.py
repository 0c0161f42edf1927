"""Delivery: marked after sending, bounded retries, uncertain sends, storms, crashes in flight."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog

from signalwatch.clock import ManualClock
from signalwatch.deliver import MAX_ATTEMPTS, POSSIBLE_DUPLICATE, STORM, Deliver, backoff
from signalwatch.errors import DeliveryError
from signalwatch.model import Dossier, Message, Receipt
from signalwatch.store import Store, open_store
from signalwatch.store.records import OutboxItem

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Channel:
    """Records messages; answers what it was told to, in order, then success."""

    def __init__(self, *answers: DeliveryError, deduplicates: bool = False) -> None:
        self.answers = list(answers)
        self.deduplicates = deduplicates
        self.messages: list[Message] = []

    def send(self, message: Message, ctx: Any) -> Receipt:
        self.messages.append(message)
        if self.answers:
            raise self.answers.pop(0)
        return Receipt(reference=f"ref-{len(self.messages)}")


class World:
    def __init__(self, store: Store, channel: Channel) -> None:
        self.store, self.channel = store, channel
        self.clock = ManualClock(START)
        self.told: list[tuple[str, str, str]] = []
        self.deliver = Deliver(
            store, None, self.clock, {"bd": channel}, lease=timedelta(minutes=10), log=structlog.get_logger(),  # type: ignore[arg-type]
            rng=random.Random(4), render=lambda kind, recipient, cards: (f"{kind} {len(cards)}", "text", "<p>html</p>"),
            operator=lambda *args: self.told.append(args),
        )  # fmt: skip

    def put(self, *names: str, group: str = "") -> None:
        self.store.add_outbox([
            OutboxItem(
                outbox_id=name, channel="bd", recipient="kim", dossier=Dossier(kind="alert", alert_id=name, headline=name),
                group_key=group, due_at=self.clock.now(), created_at=self.clock.now(),
            )
            for name in names
        ])  # fmt: skip

    def states(self) -> dict[str, str]:
        return {r.item.outbox_id: r.state for r in self.store.outbox(limit=1000)}


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


def test_what_was_sent_is_marked_and_not_sent_again(store: Store) -> None:
    world = World(store, Channel())
    world.put("a", "b")
    world.deliver.run("w1")
    world.clock.advance(timedelta(days=1))
    world.deliver.run("w1")

    assert sorted(m.message_id for m in world.channel.messages) == ["a", "b"]
    assert world.states() == {"a": "sent", "b": "sent"}


def test_rows_of_one_group_travel_together(store: Store) -> None:
    world = World(store, Channel())
    world.put("a", "b", group="acme")
    world.deliver.run("w1")

    assert [len(m.dossiers) for m in world.channel.messages] == [2]


def test_a_storm_collapses_to_one_summary(store: Store) -> None:
    world = World(store, Channel())
    world.put(*[f"x{i:03}" for i in range(STORM + 5)])
    world.deliver.run("w1")

    assert [(m.kind, len(m.dossiers)) for m in world.channel.messages] == [("summary", STORM + 5)]


def test_a_transient_failure_is_repeated_later_under_the_same_id(store: Store) -> None:
    world = World(store, Channel(DeliveryError("busy", retry_after=timedelta(minutes=3))))
    world.put("a")
    world.deliver.run("w1")

    assert world.states() == {"a": "pending"}
    world.clock.advance(timedelta(minutes=2))
    assert world.deliver.run("w1") == []
    world.clock.advance(timedelta(hours=1))
    world.deliver.run("w1")
    assert [m.message_id for m in world.channel.messages] == ["a", "a"]
    assert world.states() == {"a": "sent"}


def test_a_permanent_failure_is_a_dead_letter_and_the_operator_is_told(store: Store) -> None:
    world = World(store, Channel(DeliveryError("no such mailbox", permanent=True)))
    world.put("a")
    world.deliver.run("w1")

    assert world.states() == {"a": "dead"}
    assert world.told == [("failing_channel", "bd", "dead: no such mailbox")]
    assert store.retry_outbox(["a"], world.clock.now()) == 1
    world.deliver.run("w1")
    assert world.states() == {"a": "sent"}


def test_retries_are_bounded(store: Store) -> None:
    world = World(store, Channel(*[DeliveryError("down")] * 50))
    world.put("a")
    for _ in range(60):
        world.deliver.run("w1")
        world.clock.advance(timedelta(hours=3))

    assert world.states() == {"a": "dead"}
    assert len(world.channel.messages) == MAX_ATTEMPTS


def test_an_unknown_outcome_is_not_blindly_repeated_where_repeats_show(store: Store) -> None:
    world = World(store, Channel(DeliveryError("timed out after sending", uncertain=True)))
    world.put("a")
    world.deliver.run("w1")
    world.clock.advance(timedelta(days=1))
    world.deliver.run("w1")

    assert world.states() == {"a": "uncertain"}
    assert len(world.channel.messages) == 1
    assert world.told[0][2].startswith("uncertain")


def test_an_unknown_outcome_is_repeated_where_the_channel_knows_the_id(store: Store) -> None:
    world = World(store, Channel(DeliveryError("lost after the last byte", uncertain=True), deduplicates=True))
    world.put("a")
    world.deliver.run("w1")
    world.clock.advance(timedelta(hours=1))
    world.deliver.run("w1")

    assert world.states() == {"a": "sent"}
    assert [m.message_id for m in world.channel.messages] == ["a", "a"]


def test_a_sender_that_died_in_flight_is_followed_by_one_marked_repeat(store: Store) -> None:
    world = World(store, Channel())
    world.put("a")
    claimed = store.claim_outbox(world.clock.now(), owner="dead", lease=timedelta(minutes=10), limit=10)
    store.mark_sending([r.item.outbox_id for r in claimed], owner="dead", now=world.clock.now())

    assert world.deliver.run("w2") == []
    world.clock.advance(timedelta(minutes=11))
    world.deliver.run("w2")
    assert [m.message_id for m in world.channel.messages] == ["a"]
    assert world.channel.messages[0].dossiers[0].notes == (POSSIBLE_DUPLICATE,)
    assert world.states() == {"a": "sent"}


def test_a_failing_channel_does_not_hold_back_another_message(store: Store) -> None:
    world = World(store, Channel(DeliveryError("x", permanent=True)))
    world.put("a", "b")
    world.deliver.run("w1")

    assert sorted(world.states().values()) == ["dead", "sent"]


def test_backoff_has_jitter_grows_and_respects_retry_after() -> None:
    rng = random.Random(1)
    waits = [backoff(5, rng).total_seconds() for _ in range(200)]

    assert 0 <= min(waits) < max(waits) <= 30 * 2**5
    assert backoff(0, rng, timedelta(hours=5)) == timedelta(hours=5)
