"""What is sent again after a death is the same message: same rows, same id, marked as a possible duplicate."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog

from signalwatch.clock import ManualClock
from signalwatch.deliver import POSSIBLE_DUPLICATE, STORM, Deliver
from signalwatch.errors import DeliveryError
from signalwatch.model import Dossier, Message, Receipt
from signalwatch.store import Store, open_store
from signalwatch.store.records import OutboxItem

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=10)


class Died(BaseException):
    """Stands for SIGKILL: nothing catches it, nothing is written down after it."""


class Channel:
    """Records messages, then fails with what it was given, in order."""

    deduplicates = True

    def __init__(self, *answers: BaseException) -> None:
        self.answers = list(answers)
        self.messages: list[Message] = []

    def send(self, message: Message, ctx: Any) -> Receipt:
        self.messages.append(message)
        if self.answers:
            raise self.answers.pop(0)
        return Receipt()


class World:
    def __init__(self, store: Store, channel: Channel) -> None:
        self.store, self.channel = store, channel
        self.clock = ManualClock(START)
        self.deliver = Deliver(
            store, None, self.clock, {"bd": channel}, lease=LEASE, log=structlog.get_logger(), rng=random.Random(4),  # type: ignore[arg-type]
            render=lambda kind, recipient, cards: (kind, "", ""), operator=lambda *args: None,
        )  # fmt: skip

    def put(self, *names: str, group: str = "", later: int = 0) -> None:
        due = self.clock.now() + timedelta(seconds=later)
        self.store.add_outbox([
            OutboxItem(
                outbox_id=name, channel="bd", recipient="kim", dossier=Dossier(kind="alert", alert_id=name, headline=name),
                group_key=group, due_at=due, created_at=self.clock.now(),
            )
            for name in names
        ])  # fmt: skip

    def sent(self) -> list[tuple[str, set[str]]]:
        return [(m.message_id, {d.alert_id for d in m.dossiers}) for m in self.channel.messages]


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


def die(world: World) -> None:
    with pytest.raises(Died):
        world.deliver.run("w1")
    world.clock.advance(LEASE + timedelta(seconds=1))


def test_a_group_killed_in_flight_is_repeated_whole_and_new_rows_travel_apart(store: Store) -> None:
    world = World(store, Channel(Died()))
    world.put("a", "b", group="acme")
    die(world)
    world.put("c", group="acme")
    world.deliver.run("w2")

    first, *rest = world.sent()
    assert first in rest
    assert [rows for _, rows in rest if "c" in rows] == [{"c"}]
    notes = {d.alert_id: d.notes for m in world.channel.messages[1:] for d in m.dossiers}
    assert notes == {"a": (POSSIBLE_DUPLICATE,), "b": (POSSIBLE_DUPLICATE,), "c": ()}


def test_a_storm_killed_in_flight_is_repeated_as_the_same_summary(store: Store) -> None:
    world = World(store, Channel(Died()))
    world.put(*[f"x{i:03}" for i in range(STORM + 5)])
    die(world)
    world.deliver.run("w2")

    first, second = world.sent()
    assert first == second
    assert len(first[1]) == STORM + 5


def test_a_refused_storm_is_repeated_as_the_same_summary(store: Store) -> None:
    world = World(store, Channel(DeliveryError("busy"), DeliveryError("busy")))
    world.put(*[f"x{i:03}" for i in range(STORM + 5)])
    for _ in range(3):
        world.deliver.run("w1")
        world.clock.advance(timedelta(hours=3))

    assert len({message_id for message_id, _ in world.sent()}) == 1
    assert len(world.sent()) == 3


def test_two_refused_messages_of_one_group_stay_two(store: Store) -> None:
    world = World(store, Channel(DeliveryError("lost", uncertain=True), DeliveryError("lost", uncertain=True)))
    world.put("a", group="acme")
    world.deliver.run("w1")
    world.put("b", group="acme")
    world.deliver.run("w1")
    world.clock.advance(timedelta(hours=3))
    world.deliver.run("w1")

    assert sorted(world.sent()) == [("a", {"a"}), ("a", {"a"}), ("b", {"b"}), ("b", {"b"})]


def test_an_uncertain_storm_that_a_person_retries_is_the_same_message(store: Store) -> None:
    world = World(store, Channel(DeliveryError("lost", uncertain=True)))
    world.channel.deduplicates = False  # type: ignore[misc]
    names = [f"x{i:03}" for i in range(STORM + 5)]
    world.put(*names)
    world.deliver.run("w1")
    store.retry_outbox(names, world.clock.now())
    world.deliver.run("w1")

    first, second = world.sent()
    assert first == second
