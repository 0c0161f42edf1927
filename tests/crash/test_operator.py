"""An operator alert and the message about it are one step: a death between them would open it and tell nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from signalwatch import config
from signalwatch.app import App
from signalwatch.clock import ManualClock
from signalwatch.errors import DeliveryError
from signalwatch.model import Dossier, Message, Receipt
from signalwatch.sdk import SendContext
from signalwatch.store import Store, open_store
from signalwatch.store.records import OutboxItem

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SETTINGS = """
database: sqlite:///service.db
rules: {rules}
channels:
  ops: {{ notifier: console, stdout: false, folder: {folder} }}
  bd: {{ notifier: console, stdout: false, folder: {folder} }}
operator: {{ channel: ops, recipient: operator }}
service: {{ listen: "off" }}
"""


class Flaky:
    """A channel that is down until it is mended."""

    deduplicates = True
    mended = False

    def send(self, message: Message, ctx: SendContext) -> Receipt:
        if not self.mended:
            raise DeliveryError("token revoked", channel_down=True)
        return Receipt()


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    text = SETTINGS.format(rules=config.starter_rules(), folder=tmp_path / "letters")
    made = App(config.load_text(text, "signalwatch.yaml", tmp_path), clock=ManualClock(NOW))
    made.prepare()
    yield made
    made.close()


def letter(name: str, due: datetime = NOW, channel: str = "ops") -> OutboxItem:
    return OutboxItem(
        outbox_id=name, channel=channel, recipient="kim", kind="operator", due_at=due, created_at=NOW,
        dossier=Dossier(kind="operator", alert_id=name, headline=name),
    )  # fmt: skip


def test_opening_and_telling_are_one_transaction(store: Store) -> None:
    unwritable = letter("m1", due=datetime(2026, 3, 2))  # naive: refused by the database layer

    with pytest.raises(ValueError, match="naive"):
        store.open_operator_alert("stale_source", "s", "silent", NOW, tell=[unwritable])

    assert store.operator_alerts() == []
    assert store.open_operator_alert("stale_source", "s", "silent", NOW, tell=[letter("m1")])
    assert not store.open_operator_alert("stale_source", "s", "silent", NOW, tell=[letter("m2")])
    assert [r.item.outbox_id for r in store.outbox()] == ["m1"]


def test_resolving_and_telling_are_one_transaction(store: Store) -> None:
    store.open_operator_alert("stale_source", "s", "silent", NOW)

    with pytest.raises(ValueError, match="naive"):
        store.resolve_operator_alert("stale_source", "s", NOW, tell=[letter("m1", due=datetime(2026, 3, 2))])

    assert len(store.operator_alerts()) == 1
    assert store.resolve_operator_alert("stale_source", "s", NOW, tell=[letter("m1")])
    assert not store.resolve_operator_alert("stale_source", "s", NOW, tell=[letter("m2")])
    assert [r.item.outbox_id for r in store.outbox()] == ["m1"]


@pytest.mark.slow
def test_the_operator_hears_once_of_the_beginning_and_once_of_the_end(app: App) -> None:
    for _ in range(3):
        app.operator_alert("failing_source", "news", "down")
    for _ in range(2):
        app.operator_resolve("failing_source", "news")

    assert sorted(r.item.kind for r in app.store.outbox()) == ["operator", "resolve"]


@pytest.mark.slow
def test_a_channel_that_works_again_is_said_to(app: App) -> None:
    channel = Flaky()
    app.config.channels["bd"] = channel  # type: ignore[index]
    app.store.add_outbox([letter("m1", channel="bd")])
    app.deliver_due()
    channel.mended = True
    assert isinstance(app.clock, ManualClock)
    app.clock.advance(timedelta(hours=3))
    app.deliver_due()

    told = {r.item.kind: r.item.dossier.headline for r in app.store.outbox() if r.item.channel == "ops"}
    assert told.keys() == {"operator", "resolve"}
    assert told["resolve"].startswith("Resolved: ")
    assert app.store.operator_alerts() == []


@pytest.mark.slow
def test_what_a_dead_service_held_is_free_at_once_but_not_what_a_second_one_holds(tmp_path: Path, app: App) -> None:
    app.take_over()
    app.store.add_outbox([letter("m1"), letter("m2")])
    lease = timedelta(minutes=10)
    held = [r.item.outbox_id for r in app.store.claim_outbox(NOW, owner=app.owner, lease=lease, limit=1)]
    app.store.mark_sending(held, app.owner, NOW)
    second = App(app.config, clock=ManualClock(NOW))
    second.take_over()  # the first one lives: nothing is taken from it
    alive = [r.item.outbox_id for r in second.store.claim_outbox(NOW, owner=second.owner, lease=lease)]
    second.close()
    app.close()  # as after a kill: the lock ends, the lease stays
    third = App(app.config, clock=ManualClock(NOW))
    third.take_over()
    freed = {r.item.outbox_id: r.state for r in third.store.claim_outbox(NOW, owner=third.owner, lease=lease)}
    third.close()

    assert second.owner != app.owner == third.owner
    assert set(alive).isdisjoint(held)
    assert freed == {held[0]: "sending"}
