"""Small documents, events and decisions to store. Everything is made up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from signalwatch import ids
from signalwatch.model import (
    Activity,
    Decision,
    Document,
    Dossier,
    Event,
    Fit,
    Organisation,
    Signal,
    StoryState,
)
from signalwatch.store import Store
from signalwatch.store.records import AssessedEvent, OutboxItem, PageCommit, SourceSpec

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def document(key: str, version: str = "1", **more: Any) -> Document:
    """A document of the connector "reg"."""
    values: dict[str, Any] = {
        "connector": "reg",
        "kind": "study",
        "payload": f"payload {key} {version}".encode(),
        "published_at": NOW - DAY,
        **more,
    }
    return Document(key=key, version=version, **values)


def event(key: str, type: str = "trial_start", **more: Any) -> Event:
    """An event of a document of the connector "reg", complete as ingest leaves it."""
    values: dict[str, Any] = {
        "event_id": ids.event_id("reg", key, type),
        "document_id": ids.document_id("reg", key, "1"),
        "document_key": key,
        "source_id": "s",
        "connector": "reg",
        "first_seen_at": NOW,
        "published_at": NOW - DAY,
        "organisations": (Organisation(name="Nimbelo Bio"),),
        **more,
    }
    return Event(type=type, **values)


def claimed(store: Store, source_id: str = "s", owner: str = "w", now: datetime = NOW) -> None:
    """Add one source and take it."""
    store.sync_sources([SourceSpec(source_id=source_id, connector="reg")], now)
    assert store.claim_due_sources(now, owner=owner, lease=HOUR, only=[source_id])


def commit(store: Store, documents: Sequence[Document] = (), events: Sequence[Event] = (), **more: Any) -> Any:
    """Commit a page of source "s" held by "w"."""
    values: dict[str, Any] = {"source_id": "s", "owner": "w", "now": NOW, **more}
    return store.commit_page(PageCommit(documents=documents, events=events, **values))


def with_events(store: Store, *keys: str, **more: Any) -> list[Event]:
    """A store with new events of these document keys."""
    claimed(store)
    events = [event(key, **more) for key in keys]
    commit(store, [document(key) for key in keys], events)
    return events


def story(story_id: str, *events: Event, keys: Sequence[str] = ("k",), **more: Any) -> StoryState:
    """A story told by these events."""
    values: dict[str, Any] = {"type": "trial_start", "opened_at": NOW - DAY, "last_at": NOW, **more}
    return StoryState(story_id=story_id, keys=tuple(keys), events=events, **values)


def signal(signal_id: str, account_id: str = "A", **more: Any) -> Signal:
    """A signal of an account."""
    values: dict[str, Any] = {"type": "trial_start", "at": NOW, **more}
    return Signal(signal_id=signal_id, account_id=account_id, **values)


def decision(decision_id: str, account_id: str = "A", event_id: str = "", **more: Any) -> Decision:
    """A decision about an account."""
    values: dict[str, Any] = {
        "decided_at": NOW,
        "fit": Fit(score=0.5),
        "activity": Activity(total=10.0),
        "hashes": {"ruleset": "r1"},
        **more,
    }
    return Decision(decision_id=decision_id, event_id=event_id, account_id=account_id, **values)


def assessed(item: Event, story_id: str = "", **more: Any) -> AssessedEvent:
    """What became of an event."""
    return AssessedEvent(event_id=item.event_id, story_id=story_id, **more)


def letter(outbox_id: str, **more: Any) -> OutboxItem:
    """A message that is due now."""
    values: dict[str, Any] = {
        "channel": "slack",
        "recipient": "#bd",
        "due_at": NOW,
        "created_at": NOW,
        "dossier": Dossier(kind="alert", alert_id=outbox_id, headline="A trial started"),
        **more,
    }
    return OutboxItem(outbox_id=outbox_id, **values)
