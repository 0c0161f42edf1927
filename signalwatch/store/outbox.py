"""The outbox: messages waiting, being sent, sent; attempts; threads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from msgspec.json import Decoder
from sqlalchemy import Row, String, and_, bindparam, func, or_, select, update

from signalwatch.clock import aware
from signalwatch.model import Dossier
from signalwatch.store import codec
from signalwatch.store.base import Topic, many, unique
from signalwatch.store.records import DeliveryAttempt, DeliveryResult, OutboxItem, OutboxRow
from signalwatch.store.sql import among, insert, literally, storable_key
from signalwatch.store.tables import DeliveryRow, OutboxEntryRow, ThreadRow, table_of

outbox, delivery, thread = table_of(OutboxEntryRow), table_of(DeliveryRow), table_of(ThreadRow)
o = outbox.c

_decode = Decoder(Dossier).decode
insert_outbox = insert(outbox).on_conflict_do_nothing()
_insert_thread = insert(thread).on_conflict_do_nothing()
_free = or_(o.lease_until.is_(None), o.lease_until <= bindparam("now"))
_open = literally("state IN ('pending', 'sending')")
_picked = (
    select(o.outbox_id)
    .where(_open, o.due_at <= bindparam("now"), _free)
    .order_by(o.due_at, o.outbox_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("picked")
)
_claim = (
    update(outbox)
    .where(o.outbox_id.in_(select(_picked.c.outbox_id)))
    .values(lease_owner=bindparam("owner"), lease_until=bindparam("until"))
    .returning(*outbox.columns)
)
_mark = (
    update(outbox)
    .where(among(o.outbox_id, "ids"), o.lease_owner == bindparam("b_owner"), o.state.in_(["pending", "sending"]))
    .values(
        state="sending",
        attempts=o.attempts + 1,
        group_key=func.coalesce(bindparam("b_together", type_=String()), o.group_key),
    )
    .returning(o.outbox_id)
)


def outbox_row(item: OutboxItem) -> dict[str, Any]:
    """An outbox item as a new row."""
    return {
        "outbox_id": item.outbox_id,
        "channel": item.channel,
        "recipient": codec.clean(item.recipient),
        "kind": item.kind,
        "group_key": codec.clean(item.group_key),
        "thread_key": storable_key(item.thread_key),
        "due_at": item.due_at,
        "created_at": item.created_at,
        "account_id": item.account_id,
        "story_id": item.story_id,
        "decision_id": item.decision_id,
        "state": "pending",
        "attempts": 0,
        "lease_owner": "",
        "lease_until": None,
        "last_error": "",
        "sent_at": None,
        "reference": "",
        "dossier_z": codec.pack(codec.clean_json(item.dossier).encode()),
    }


def outbox_of(row: Row[Any]) -> OutboxRow:
    """An outbox row as the struct."""
    return OutboxRow(
        item=OutboxItem(
            outbox_id=row.outbox_id,
            channel=row.channel,
            recipient=row.recipient,
            kind=row.kind,
            dossier=_decode(codec.unpack(row.dossier_z)),
            group_key=row.group_key,
            thread_key=row.thread_key,
            due_at=row.due_at,
            created_at=row.created_at,
            account_id=row.account_id,
            story_id=row.story_id,
            decision_id=row.decision_id,
        ),
        state=cast(Any, row.state),
        attempts=row.attempts,
        lease_owner=row.lease_owner,
        lease_until=row.lease_until,
        last_error=row.last_error,
        sent_at=row.sent_at,
        reference=row.reference,
    )


class Outbox(Topic):
    """Messages on their way out."""

    def add_outbox(self, items: Sequence[OutboxItem]) -> int:
        """Add messages; ones already there (same id, whatever became of them) are left alone. How many were new."""
        rows = [outbox_row(item) for item in items]
        with self._db.write() as tx:
            return many(tx, insert_outbox, rows)

    def claim_outbox(self, now: datetime, *, owner: str, lease: timedelta, limit: int = 100) -> list[OutboxRow]:
        """Take up to ``limit`` due messages for ``owner`` until ``now + lease``, the longest due first.

        A message that comes with state ``sending`` was in flight when its worker died or stalled: it may have arrived.
        Delivery decides whether its channel can be asked again (same id) or the message is ``uncertain``.
        """
        params = {"now": aware(now), "until": now + lease, "owner": owner, "most": limit}
        with self._db.write() as tx:
            rows = tx.execute(_claim, params).all()
        return sorted(map(outbox_of, rows), key=lambda row: (row.item.due_at, row.item.outbox_id))

    def mark_sending(self, ids: Sequence[str], owner: str, now: datetime, together: str = "") -> list[str]:
        """Say, before sending, that an attempt begins; the ids that ``owner`` really holds (send only those).

        Bytes may go out only after this has returned: a crash from here on leaves ``sending`` behind. ``together`` (the
        message id) becomes the group of these rows, so that a repeat is the same message; without it they keep theirs.
        """
        aware(now)
        with self._db.write() as tx:
            marked = set(tx.scalars(_mark, {"ids": unique(ids), "b_owner": owner, "b_together": together or None}))
        return [i for i in unique(ids) if i in marked]

    def record_delivery(self, result: DeliveryResult) -> int:
        """Write down how an attempt ended: outbox state, one delivery row each, and the thread's first reference.

        ``sent`` counts even if the lease was lost meanwhile (the message is out); any other end is written only for
        rows ``owner`` still holds. Returns the number of outbox rows that changed.

        Raises:
            ValueError: ``retry`` without ``due_at``.
        """
        now = aware(result.now)
        values: dict[str, Any] = {
            "lease_owner": "",
            "lease_until": None,
            "last_error": codec.clean(result.error)[:2000],
        }
        which = and_(among(o.outbox_id, "ids"), o.state != "sent")
        if result.state == "sent":
            values |= {"state": "sent", "sent_at": now, "reference": codec.clean(result.reference), "last_error": ""}
        else:
            which = and_(which, o.lease_owner == bindparam("b_owner"))
            if result.state == "retry":
                if result.due_at is None:
                    raise ValueError("a delivery to be retried needs due_at")
                values |= {"state": "pending", "due_at": aware(result.due_at)}
            else:
                values |= {"state": result.state, "reference": codec.clean(result.reference)}
        statement = update(outbox).where(which).values(values).returning(o.outbox_id)
        attempt = {
            "at": now,
            "state": result.state,
            "channel": result.channel,
            "recipient": codec.clean(result.recipient),
            "message_id": result.message_id,
            "reference": codec.clean(result.reference),
            "error": codec.clean(result.error)[:2000],
        }
        ids = unique(result.outbox_ids)
        with self._db.write() as tx:
            changed = set(tx.scalars(statement, {"ids": ids, "b_owner": result.owner}))
            many(tx, delivery.insert(), [{**attempt, "outbox_id": i} for i in ids if i in changed])
            if result.state == "sent" and result.thread_key and result.reference:
                row = {
                    "channel": result.channel,
                    "recipient": codec.clean(result.recipient),
                    "thread_key": storable_key(result.thread_key),
                    "reference": codec.clean(result.reference),
                    "created_at": now,
                }
                tx.execute(_insert_thread, row)
        return len(changed)

    def release_outbox(self, owner: str, *, in_flight: bool = False) -> int:
        """Give back what ``owner`` holds and has not begun to send; how many that were.

        ``in_flight``: also what it was sending, which stays ``sending`` (it may have arrived). Only for an owner that is
        known to be dead.
        """
        states = ["pending", "sending"] if in_flight else ["pending"]
        which = (o.lease_owner == owner) & o.state.in_(states)
        with self._db.write() as tx:
            return int(tx.execute(update(outbox).where(which).values(lease_owner="", lease_until=None)).rowcount)

    def outbox(self, state: str | None = None, limit: int = 100, account_id: str | None = None) -> list[OutboxRow]:
        """Messages, the latest created first."""
        statement = select(outbox).order_by(o.created_at.desc(), o.outbox_id).limit(limit)
        if state is not None:
            statement = statement.where(o.state == state)
        if account_id is not None:
            statement = statement.where(o.account_id == account_id)
        with self._db.read() as connection:
            return [outbox_of(row) for row in connection.execute(statement)]

    def outbox_item(self, outbox_id: str) -> OutboxRow | None:
        """One message, or None."""
        with self._db.read() as connection:
            row = connection.execute(select(outbox).where(o.outbox_id == outbox_id)).first()
        return None if row is None else outbox_of(row)

    def retry_outbox(self, ids: Sequence[str], now: datetime) -> int:
        """Make waiting, dead, uncertain or dropped messages due at once, with their attempts forgotten; how many."""
        which = and_(among(o.outbox_id, "ids"), o.state.in_(["pending", "dead", "uncertain", "dropped"]))
        values = {"state": "pending", "due_at": aware(now), "attempts": 0, "lease_owner": "", "lease_until": None}
        with self._db.write() as tx:
            return int(tx.execute(update(outbox).where(which).values(values), {"ids": unique(ids)}).rowcount)

    def drop_outbox(self, ids: Sequence[str]) -> int:
        """Give up messages that were not sent; how many."""
        which = and_(among(o.outbox_id, "ids"), o.state.in_(["pending", "dead", "uncertain"]))
        values = {"state": "dropped", "lease_owner": "", "lease_until": None}
        with self._db.write() as tx:
            return int(tx.execute(update(outbox).where(which).values(values), {"ids": unique(ids)}).rowcount)

    def deliveries(self, outbox_id: str) -> list[DeliveryAttempt]:
        """The attempts of one message, oldest first."""
        d = delivery.c
        with self._db.read() as connection:
            return [
                DeliveryAttempt(
                    outbox_id=row.outbox_id,
                    at=row.at,
                    state=row.state,
                    channel=row.channel,
                    recipient=row.recipient,
                    message_id=row.message_id,
                    reference=row.reference,
                    error=row.error,
                )
                for row in connection.execute(select(delivery).where(d.outbox_id == outbox_id).order_by(d.seq))
            ]

    def thread_ref(self, channel: str, recipient: str, thread_key: str) -> str:
        """The receipt reference of the first message of a thread; "" when there was none."""
        t = thread.c
        statement = select(t.reference).where(
            t.channel == channel, t.recipient == codec.clean(recipient), t.thread_key == storable_key(thread_key)
        )
        with self._db.read() as connection:
            return connection.scalar(statement) or ""
