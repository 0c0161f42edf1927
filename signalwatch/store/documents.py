"""Documents and events on their way in: one page, one transaction; and reading them back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from signalwatch import ids
from signalwatch.clock import aware
from signalwatch.errors import StoreError
from signalwatch.model import Document, Event, Known, Quarantined
from signalwatch.store import codec
from signalwatch.store.base import Topic, many, unique
from signalwatch.store.operations import open_alert
from signalwatch.store.records import PageCommit, PageResult, StoredDocument, StoredQuarantine
from signalwatch.store.sources import merged_validators, source
from signalwatch.store.sql import among, insert, literally, ordered_at, storable_key
from signalwatch.store.tables import (
    DocumentHeadRow,
    DocumentRow,
    EventRow,
    QuarantineRow,
    SignalRow,
    table_of,
)

document, head = table_of(DocumentRow), table_of(DocumentHeadRow)
event, quarantine, signal = table_of(EventRow), table_of(QuarantineRow), table_of(SignalRow)

_insert_document = insert(document).on_conflict_do_nothing()
_insert_event = insert(event).on_conflict_do_nothing()
_insert_quarantine = insert(quarantine)
_insert_quarantine = _insert_quarantine.on_conflict_do_update(
    index_elements=["quarantine_id"], set_={"last_seen_at": _insert_quarantine.excluded.last_seen_at}
)
_move_head = insert(head)
_move_head = _move_head.on_conflict_do_update(
    index_elements=["connector", "key"],
    set_={
        name: _move_head.excluded[name]
        for name in ("document_id", "version", "fingerprint", "published_at", "last_read_at")
    },
)
_of_connector = head.c.connector == bindparam("b_connector")
_known = select(head.c.key, head.c.version, head.c.fingerprint, head.c.published_at).where(
    _of_connector, among(head.c.key, "keys")
)
_current = (
    select(*document.columns)
    .select_from(head.join(document, document.c.document_id == head.c.document_id))
    .where(_of_connector, among(head.c.key, "keys"))
)
_read_again = update(head).where(_of_connector, among(head.c.key, "keys")).values(last_read_at=bindparam("now"))
_watch = update(head).where(_of_connector, among(head.c.key, "keys"), ~head.c.watched).values(watched=True)
_held = select(source.c.connector, source.c.validators).where(
    source.c.source_id == bindparam("source_id"), source.c.lease_owner == bindparam("owner")
)


def document_row(found: Document, source_id: str, now: datetime) -> dict[str, Any]:
    """A document as a row; compressing happens here, before any transaction is open."""
    return {
        "document_id": ids.document_id(found.connector, found.key, found.version),
        "connector": found.connector,
        "key": storable_key(found.key),
        "version": found.version,
        "kind": found.kind,
        "fingerprint": found.fingerprint,
        "source_id": source_id,
        "published_at": found.published_at,
        "first_seen_at": now,
        "content_type": codec.clean(found.content_type),
        "url": codec.clean(found.url),
        "title": codec.clean(found.title),
        "meta": codec.clean_json(found.meta),
        "text_z": codec.pack(found.text.encode("utf-8", "replace")),
        "payload_z": codec.pack(found.payload),
    }


def document_of(row: Row[Any]) -> Document:
    """A document row as the struct, payload decompressed."""
    return Document(
        connector=row.connector,
        key=row.key,
        version=row.version,
        kind=row.kind,
        fingerprint=row.fingerprint,
        url=row.url,
        title=row.title,
        text=codec.unpack(row.text_z).decode(),
        payload=codec.unpack(row.payload_z),
        content_type=row.content_type,
        published_at=row.published_at,
        meta=codec.from_json(row.meta),
    )


def event_row(found: Event) -> dict[str, Any]:
    """An event as a new row.

    Raises:
        ValueError: ingest forgot one of the fields it has to set.
    """
    if not found.event_id or found.first_seen_at is None:
        raise ValueError(f"an event of type {found.type!r} came without event_id or first_seen_at")
    return {
        "event_id": found.event_id,
        "type": found.type,
        "state": "new",
        "connector": found.connector,
        "document_key": storable_key(found.document_key),
        "document_id": found.document_id,
        "source_id": found.source_id,
        "ordered_at": ordered_at(found.published_at, found.first_seen_at),
        "occurred_at": found.occurred_at,
        "published_at": found.published_at,
        "first_seen_at": found.first_seen_at,
        "quiet": found.quiet,
        "correction": found.correction,
        "story_id": "",
        "outcome": "",
        "reason": "",
        "account_ids": "[]",
        "assessed_at": None,
        "body": codec.clean_json(found),
    }


def quarantine_row(found: Quarantined, source_id: str, now: datetime) -> dict[str, Any]:
    """A quarantined record as a row; its id makes a repeat the same row."""
    key, reason = storable_key(found.key), codec.clean(found.reason)[:4000]
    return {
        "quarantine_id": ids.digest("quarantine", source_id, key, reason, ids.digest_bytes(found.payload)),
        "source_id": source_id,
        "key": key,
        "reason": reason,
        "url": codec.clean(found.url),
        "first_seen_at": now,
        "last_seen_at": now,
        "payload_z": codec.pack(found.payload),
    }


def watch(connection: Connection, connector: str, keys: Collection[str]) -> None:
    """Mark current documents as belonging to an account."""
    if keys:
        connection.execute(_watch, {"b_connector": connector, "keys": unique(map(storable_key, keys))})


class Documents(Topic):
    """What sources published."""

    def commit_page(self, page: PageCommit) -> PageResult:
        """Make one page true: documents, events, cursor, validators, quarantine and notices, all or nothing.

        Documents and events already stored are skipped; the current version of each key is the last one committed
        (a source that goes back to an earlier text makes that earlier version current again).

        Raises:
            StoreError: ``owner`` does not hold the source any more; nothing was written.
            ValueError: a naive datetime, or an event that ingest did not complete.
        """
        now = aware(page.now)
        # In the order of keys, so that two workers storing the same things wait for each other and never in a circle.
        documents = [document_row(d, page.source_id, now) for d in sorted(page.documents, key=lambda d: d.key)]
        heads = [
            {
                "connector": row["connector"],
                "key": row["key"],
                "document_id": row["document_id"],
                "version": row["version"],
                "fingerprint": row["fingerprint"],
                "published_at": row["published_at"],
                "last_read_at": now,
                "kind": row["kind"],
                "watched": False,
            }
            for row in documents
        ]
        events = [event_row(e) for e in sorted(page.events, key=lambda e: e.event_id)]
        bad = {row["quarantine_id"]: row for row in (quarantine_row(q, page.source_id, now) for q in page.quarantined)}
        with self._db.write() as tx:
            held = tx.execute(_held, {"source_id": page.source_id, "owner": page.owner}).first()
            if held is None:
                raise _lost(page)
            result = PageResult(
                new_documents=many(tx, _insert_document, documents),
                new_events=many(tx, _insert_event, events),
                new_quarantined=_new_quarantined(tx, bad),
            )
            many(tx, _move_head, heads)
            if page.read_keys:
                keys = unique(map(storable_key, page.read_keys))
                tx.execute(_read_again, {"b_connector": held.connector, "keys": keys, "now": now})
            watch(tx, held.connector, page.watched_keys)
            self._move_source(tx, page, result, held.validators)
            for notice in page.notices:
                open_alert(tx, "notice", f"{page.source_id}: {notice.kind}", notice.message, now)
        return result

    @staticmethod
    def _move_source(tx: Connection, page: PageCommit, result: PageResult, validators: str) -> None:
        """Cursor, validators, counters and lease of the source, if it is still held."""
        values: dict[str, Any] = {
            "documents": source.c.documents + result.new_documents,
            "events": source.c.events + result.new_events,
            "quarantined": source.c.quarantined + result.new_quarantined,
        }
        if page.cursor is not None:
            values["cursor"] = codec.clean_json(page.cursor)
        if page.validators:
            values["validators"] = merged_validators(validators, dict(page.validators))
        if page.renew_until is not None:
            values["lease_until"] = aware(page.renew_until)
        if result.new_documents:
            values["last_new_at"] = page.now
        held = (source.c.source_id == page.source_id) & (source.c.lease_owner == page.owner)
        if tx.execute(update(source).where(held).values(values)).rowcount != 1:
            raise _lost(page)

    def known(self, connector: str, keys: Sequence[str]) -> dict[str, Known]:
        """The current version of each key that is stored. Missing keys are new."""
        asked = {storable_key(key): key for key in keys}
        if not asked:
            return {}
        with self._db.read() as connection:
            rows = connection.execute(_known, {"b_connector": connector, "keys": list(asked)}).all()
        return {asked[r[0]]: Known(version=r[1], fingerprint=r[2], published_at=r[3]) for r in rows}

    def current_documents(self, connector: str, keys: Sequence[str]) -> dict[str, Document]:
        """The current document of each key that is stored, payload and text included."""
        asked = {storable_key(key): key for key in keys}
        if not asked:
            return {}
        with self._db.read() as connection:
            rows = connection.execute(_current, {"b_connector": connector, "keys": list(asked)}).all()
        return {asked[row.key]: document_of(row) for row in rows}

    def document(self, document_id: str) -> Document | None:
        """One version of one document, or None."""
        with self._db.read() as connection:
            row = connection.execute(select(document).where(document.c.document_id == document_id)).first()
        return None if row is None else document_of(row)

    def document_versions(self, connector: str, key: str) -> list[StoredDocument]:
        """Every stored version of a key in order of arrival."""
        statement = select(document).where(document.c.connector == connector, document.c.key == storable_key(key))
        with self._db.read() as connection:
            return [_stored(row) for row in connection.execute(statement.order_by(document.c.seq))]

    def watched_studies(
        self,
        connector: str,
        account_ids: Collection[str] | None = None,
        limit: int = 100,
        before: datetime | None = None,
    ) -> list[str]:
        """Keys of current documents that belong to accounts, the one read longest ago first.

        Args:
            account_ids: only documents with a signal for one of these accounts; None: everything watched (a signal was
                written for one of its events, or ingest marked it).
            before: only what was last read before this instant.
        """
        statement = select(head.c.key).where(head.c.connector == connector, literally("watched"))
        if before is not None:
            statement = statement.where(head.c.last_read_at < aware(before))
        params: dict[str, Any] = {}
        if account_ids is not None:
            theirs = (
                select(event.c.document_key)
                .join(signal, signal.c.event_id == event.c.event_id)
                .where(event.c.connector == connector, among(signal.c.account_id, "accounts"))
            )
            statement = statement.where(head.c.key.in_(theirs))
            params["accounts"] = list(account_ids)
        with self._db.read() as connection:
            return list(connection.scalars(statement.order_by(head.c.last_read_at, head.c.key).limit(limit), params))

    def iter_documents(
        self, connector: str | None = None, since: datetime | None = None, batch: int = 500
    ) -> Iterator[StoredDocument]:
        """All stored documents in order of arrival, read in batches; ``since`` is about when we first saw them."""
        statement = select(document).where(document.c.seq > bindparam("last")).order_by(document.c.seq).limit(batch)
        if connector is not None:
            statement = statement.where(document.c.connector == connector)
        if since is not None:
            statement = statement.where(document.c.first_seen_at >= aware(since))
        last = 0
        while True:
            with self._db.read() as connection:
                rows = connection.execute(statement, {"last": last}).all()
            if not rows:
                return
            yield from map(_stored, rows)
            last = rows[-1].seq

    def store_events(self, events: Sequence[Event]) -> int:
        """Add events found by reprocessing stored documents; the number that were new."""
        rows = [event_row(e) for e in events]
        with self._db.write() as tx:
            return many(tx, _insert_event, rows)

    def quarantined(self, source_id: str | None = None, limit: int = 100) -> list[StoredQuarantine]:
        """Records that were set aside, the latest first."""
        q = quarantine.c
        statement = select(quarantine).order_by(q.first_seen_at.desc(), q.quarantine_id).limit(limit)
        if source_id is not None:
            statement = statement.where(q.source_id == source_id)
        with self._db.read() as connection:
            return [
                StoredQuarantine(
                    source_id=row.source_id,
                    key=row.key,
                    reason=row.reason,
                    url=row.url,
                    payload=codec.unpack(row.payload_z),
                    first_seen_at=row.first_seen_at,
                    last_seen_at=row.last_seen_at,
                )
                for row in connection.execute(statement)
            ]


def _lost(page: PageCommit) -> StoreError:
    return StoreError(f"source {page.source_id}: {page.owner} does not hold it any more; the page was not stored")


def _stored(row: Row[Any]) -> StoredDocument:
    return StoredDocument(
        document=document_of(row),
        document_id=row.document_id,
        seq=row.seq,
        source_id=row.source_id,
        first_seen_at=row.first_seen_at,
    )


def _new_quarantined(tx: Connection, rows: dict[str, dict[str, Any]]) -> int:
    """Insert quarantined records; how many were not there yet."""
    if not rows:
        return 0
    there = select(quarantine.c.quarantine_id).where(among(quarantine.c.quarantine_id, "ids"))
    old = set(tx.scalars(there, {"ids": list(rows)}))
    many(tx, _insert_quarantine, list(rows.values()))
    return len(rows) - len(old)
