"""Reading for people and metrics: events, stories, signals, decisions, recommendations, counts and lag."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec.json import Decoder
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, or_, select, update

from signalwatch.clock import aware
from signalwatch.errors import UsageError
from signalwatch.model import Event, Program, Recommendation, Signal, StoryState
from signalwatch.store import codec
from signalwatch.store.accounts import account, change_tier
from signalwatch.store.assessing import (
    decision,
    program,
    recommendation,
    signal_of,
    signal_row,
    story,
    with_events,
)
from signalwatch.store.base import Topic, many
from signalwatch.store.documents import document, event, quarantine, signal
from signalwatch.store.operations import alert
from signalwatch.store.outbox import delivery, outbox
from signalwatch.store.records import StoredDecision, StoredEvent
from signalwatch.store.reviews import review, suggestion
from signalwatch.store.sources import source
from signalwatch.store.sql import among, literally, storable_key, upsert

_decode_recommendation = Decoder(Recommendation).decode
_put_signal = upsert(signal)
_COUNTED = {
    "sources": source,
    "documents": document,
    "quarantined": quarantine,
    "events": event,
    "stories": story,
    "accounts": account,
    "programs": program,
    "signals": signal,
    "decisions": decision,
    "recommendations": recommendation,
    "reviews": review,
    "suggestions": suggestion,
    "outbox": outbox,
    "deliveries": delivery,
    "operator_alerts": alert,
}


def _room(tx: Connection, tier: int, most: int) -> None:
    """Refuse a move that filled a tier above its hard limit. Counted after the move: whoever moves waits for the one before."""
    held = tx.scalar(select(func.count()).select_from(account).where(account.c.tier == tier)) or 0
    if held > most:
        raise UsageError(f"tier {tier} holds {held - 1} accounts and never more than {most}: step one down first")


def _event_of(row: Row[Any]) -> StoredEvent:
    return StoredEvent(
        event=codec.decode_event(row.body),
        state=row.state,
        story_id=row.story_id,
        outcome=row.outcome,
        reason=row.reason,
        account_ids=codec.decode_strings(row.account_ids),
        assessed_at=row.assessed_at,
    )


def recommendation_of(row: Row[Any]) -> Recommendation:
    """A recommendation row as the struct, with what people made of it."""
    given = _decode_recommendation(row.body)
    return replace(
        given,
        status=row.status,
        created_at=row.created_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
    )


def _in_state(state: str) -> ColumnElement[bool]:
    if state not in ("new", "assessed", "held", "failed"):
        raise UsageError(f"events are new, assessed, held or failed, not {state!r}")
    return literally(f"state = '{state}'")


class Reading(Topic):
    """Look-ups for the command line, the console and metrics."""

    def stored_events(
        self,
        *,
        state: str | None = None,
        type: str | None = None,
        account_id: str | None = None,
        story_id: str | None = None,
        source_id: str | None = None,
        connector: str | None = None,
        document_key: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> list[StoredEvent]:
        """Events with what became of them, by any of these filters, the latest published first.

        ``since`` and ``until`` are about publication (first sight where there is no date).
        """
        e = event.c
        statement: Select[Any] = select(event)
        equal = {"type": type, "story_id": story_id, "source_id": source_id, "connector": connector}
        for name, value in equal.items():
            if value is not None:
                statement = statement.where(e[name] == value)
        if state is not None:
            statement = statement.where(_in_state(state))
        if story_id:
            statement = statement.where(literally("story_id <> ''"))
        if document_key is not None:
            statement = statement.where(e.document_key == storable_key(document_key))
        if account_id is not None:
            of_account = select(decision.c.event_id).where(decision.c.account_id == account_id)
            statement = statement.where(e.event_id.in_(of_account))
        if since is not None:
            statement = statement.where(e.ordered_at >= aware(since))
        if until is not None:
            statement = statement.where(e.ordered_at < aware(until))
        statement = statement.order_by(e.ordered_at.desc(), e.event_id.desc()).limit(limit)
        with self._db.read() as connection:
            return [_event_of(row) for row in connection.execute(statement)]

    def events(self, **filters: Any) -> list[Event]:
        """Like `stored_events`, but the events alone."""
        return [item.event for item in self.stored_events(**filters)]

    def stored_event(self, event_id: str) -> StoredEvent | None:
        """One event with what became of it, or None."""
        with self._db.read() as connection:
            row = connection.execute(select(event).where(event.c.event_id == event_id)).first()
        return None if row is None else _event_of(row)

    def event(self, event_id: str) -> Event | None:
        """One event, or None."""
        found = self.stored_event(event_id)
        return None if found is None else found.event

    def events_by_id(self, event_ids: Collection[str]) -> dict[str, Event]:
        """Events by their ids."""
        statement = select(event.c.body).where(among(event.c.event_id, "ids"))
        with self._db.read() as connection:
            found = [codec.decode_event(body) for body in connection.scalars(statement, {"ids": list(event_ids)})]
        return {item.event_id: item for item in found}

    def stories(self, *, type: str | None = None, since: datetime | None = None, limit: int = 100) -> list[StoryState]:
        """Stories, the latest told first, with their events."""
        statement = select(story.c.body).order_by(story.c.last_at.desc(), story.c.story_id).limit(limit)
        if type is not None:
            statement = statement.where(story.c.type == type)
        if since is not None:
            statement = statement.where(story.c.last_at >= aware(since))
        with self._db.read() as connection:
            return with_events(connection, [codec.decode_story(body) for body in connection.scalars(statement)])

    def story(self, story_id: str) -> StoryState | None:
        """One story with its events, or None."""
        with self._db.read() as connection:
            body = connection.scalar(select(story.c.body).where(story.c.story_id == story_id))
            return None if body is None else with_events(connection, [codec.decode_story(body)])[0]

    def signals(
        self,
        *,
        account_id: str | None = None,
        type: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        engagement: bool | None = None,
        active_only: bool = False,
        limit: int = 100,
    ) -> list[Signal]:
        """Signals by any of these filters, the latest first; times are those of the signal (``at``)."""
        s = signal.c
        statement: Select[Any] = select(s.body, s.active).order_by(s.at.desc(), s.signal_id).limit(limit)
        if account_id is not None:
            statement = statement.where(s.account_id == account_id)
        if type is not None:
            statement = statement.where(s.type == type)
        if since is not None:
            statement = statement.where(s.at >= aware(since))
        if until is not None:
            statement = statement.where(s.at < aware(until))
        if engagement is not None:
            statement = statement.where(s.engagement == engagement)
        if active_only:
            statement = statement.where(s.active)
        with self._db.read() as connection:
            return [signal_of(row) for row in connection.execute(statement)]

    def add_signals(self, signals: Collection[Signal]) -> int:
        """Write signals that come from no event (engagement); the same id again replaces the signal."""
        with self._db.write() as tx:
            return many(tx, _put_signal, [signal_row(item) for item in signals])

    def programs(self, account_id: str | None = None, limit: int = 1000) -> list[Program]:
        """Programs, of one account or all."""
        statement = select(program.c.body).order_by(program.c.account_id, program.c.program_id).limit(limit)
        if account_id is not None:
            statement = statement.where(program.c.account_id == account_id)
        with self._db.read() as connection:
            return [codec.decode_program(body) for body in connection.scalars(statement)]

    def recommendations(
        self, status: str | None = None, account_id: str | None = None, limit: int = 100
    ) -> list[Recommendation]:
        """Recommendations, the latest first."""
        r = recommendation.c
        statement = select(recommendation).order_by(r.created_at.desc(), r.recommendation_id).limit(limit)
        if status is not None:
            statement = statement.where(r.status == status)
        if account_id is not None:
            statement = statement.where(r.account_id == account_id)
        with self._db.read() as connection:
            return [recommendation_of(row) for row in connection.execute(statement)]

    def recommendation(self, recommendation_id: str) -> Recommendation | None:
        """One recommendation, or None."""
        statement = select(recommendation).where(recommendation.c.recommendation_id == recommendation_id)
        with self._db.read() as connection:
            row = connection.execute(statement).first()
        return None if row is None else recommendation_of(row)

    def decide_recommendation(
        self, recommendation_id: str, status: str, by: str, at: datetime, note: str = "", most: int | None = None
    ) -> Recommendation:
        """What a person made of a recommendation. Approving it moves the account in the same transaction (and steps the
        swapped account down by one tier), with tier history.

        Args:
            most: accounts that the new tier may hold at all (``never_above`` of tiers.yaml); a swap needs no room.

        Raises:
            UsageError: no such recommendation, it is decided already, an unknown status, the account is gone, or the tier
                holds ``most`` accounts without it.
        """
        if status not in ("approved", "dismissed", "snoozed", "expired", "superseded", "open"):
            raise UsageError(f"a recommendation cannot become {status!r}")
        r = recommendation.c
        which = select(recommendation).where(r.recommendation_id == recommendation_id).with_for_update()
        with self._db.write() as tx:
            row = tx.execute(which).first()
            if row is None:
                raise UsageError(f"there is no recommendation {recommendation_id!r}")
            if row.status not in ("open", "snoozed"):
                raise UsageError(f"recommendation {recommendation_id} is {row.status} already")
            given = _decode_recommendation(row.body)
            if status == "approved" and given.to_tier is not None and given.kind != "new_account":
                reason = given.because or f"recommendation {recommendation_id}"
                change_tier(tx, given.account_id, given.to_tier, at, by, reason, recommendation_id)
                if most is not None and not given.swap_with:
                    _room(tx, given.to_tier, most)
                if given.kind == "swap" and given.swap_with:
                    change_tier(tx, given.swap_with, min(3, given.to_tier + 1), at, by, reason, recommendation_id)
            values = {
                "status": status,
                "decided_by": codec.clean(by),
                "decided_at": aware(at),
                "note": codec.clean(note),
            }
            tx.execute(update(recommendation).where(r.recommendation_id == recommendation_id).values(values))
        found = self.recommendation(recommendation_id)
        assert found is not None
        return found

    def expire_recommendations(self, now: datetime) -> int:
        """Close open recommendations whose time is over; how many."""
        r = recommendation.c
        which = (r.status == "open") & (r.expires_at <= aware(now))
        with self._db.write() as tx:
            return int(
                tx.execute(update(recommendation).where(which).values(status="expired", decided_at=now)).rowcount
            )

    def decision(self, decision_id: str) -> StoredDecision | None:
        """One decision record, or None."""
        with self._db.read() as connection:
            packed = connection.scalar(select(decision.c.record_z).where(decision.c.decision_id == decision_id))
        return None if packed is None else _decision_of(packed)

    def decisions(
        self,
        account_id: str | None = None,
        event_id: str | None = None,
        since: datetime | None = None,
        limit: int = 100,
    ) -> list[StoredDecision]:
        """Decision records, the latest first."""
        d = decision.c
        statement = select(d.record_z).order_by(d.decided_at.desc(), d.decision_id).limit(limit)
        if account_id is not None:
            statement = statement.where(d.account_id == account_id)
        if event_id is not None:
            statement = statement.where(d.event_id == event_id)
        if since is not None:
            statement = statement.where(d.decided_at >= aware(since))
        with self._db.read() as connection:
            return [_decision_of(packed) for packed in connection.scalars(statement)]

    def counts(self) -> dict[str, int]:
        """How much there is: ``documents``, ``events``, ``stories`` ..., and ``events_new``, ``events_held``,
        ``events_failed``, ``events_assessed``, ``outbox_pending``, ``outbox_sent`` and so on.
        """
        with self._db.snapshot() as connection:
            found = {
                name: int(connection.scalar(select(func.count()).select_from(table)) or 0)
                for name, table in _COUNTED.items()
            }
            waiting = 0
            for state in ("new", "held", "failed"):  # small, each with its partial index; the rest is assessed
                n = int(connection.scalar(select(func.count()).select_from(event).where(_in_state(state))) or 0)
                found[f"events_{state}"] = n
                waiting += n
            found["events_assessed"] = found["events"] - waiting
            for state, n in connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state)):
                found[f"outbox_{state}"] = int(n)
        return found

    def event_counts(self) -> dict[str, int]:
        """Events per type."""
        statement = select(event.c.type, func.count()).group_by(event.c.type).order_by(event.c.type)
        with self._db.read() as connection:
            return {str(row[0]): int(row[1]) for row in connection.execute(statement)}

    def lag(self, now: datetime) -> dict[str, float]:
        """How far behind the stages are: queue depths, and the ages in seconds of what waits longest (0 when nothing).

        Keys: new_events, oldest_new_event_s (since first seen), outbox_due, oldest_due_outbox_s (since due),
        sources_overdue (due and held by nobody), oldest_overdue_source_s.
        """
        aware(now)
        with self._db.snapshot() as connection:
            found: dict[str, float] = {}
            for statement, depth, age in _LAG:
                n, oldest = connection.execute(statement, {"now": now}).one()
                found[depth] = int(n)
                found[age] = max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0
        return found


def _lag_statements() -> list[tuple[Any, str, str]]:
    return [
        (
            select(func.count(), func.min(event.c.first_seen_at)).where(literally("state = 'new'")),
            "new_events",
            "oldest_new_event_s",
        ),
        (
            select(func.count(), func.min(outbox.c.due_at)).where(
                literally("state IN ('pending', 'sending')"), outbox.c.due_at <= bindparam("now")
            ),
            "outbox_due",
            "oldest_due_outbox_s",
        ),
        (
            select(func.count(), func.min(source.c.due_at)).where(
                literally("enabled"),
                source.c.due_at <= bindparam("now"),
                or_(source.c.lease_until.is_(None), source.c.lease_until <= bindparam("now")),
            ),
            "sources_overdue",
            "oldest_overdue_source_s",
        ),
    ]


_LAG = _lag_statements()


def _decision_of(packed: bytes) -> StoredDecision:
    record = codec.decode_decision(codec.unpack(packed))
    return StoredDecision(decision=record.decision, inputs=record.inputs)
