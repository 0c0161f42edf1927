"""Sources: what is polled, when it is due, who holds it, and where it stands (cursor and validators)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, or_, select, update

from signalwatch.clock import aware
from signalwatch.model import Validators
from signalwatch.store import codec
from signalwatch.store.base import Topic, many
from signalwatch.store.records import PollOutcome, SourceSpec, SourceState
from signalwatch.store.sql import among, insert, literally
from signalwatch.store.tables import SourceRow, table_of

source = table_of(SourceRow)
c = source.c

MOST_VALIDATORS = 512
"""URLs per source whose validators are remembered; the ones written longest ago go first."""

_insert = insert(source).on_conflict_do_nothing()
_change = (
    update(source)
    .where(c.source_id == bindparam("b_id"))
    .values({name: bindparam(name) for name in ("connector", "title", "every_s", "cadence_s", "settings_hash")})
    .values(backfill=bindparam("backfill"), enabled=bindparam("enabled"), due_at=bindparam("due_at"))
)


def _claim(only: bool) -> Any:
    """Lease the due rows in one statement: a CTE picks them (skipping locked ones), the update takes them."""
    free = or_(c.lease_until.is_(None), c.lease_until <= bindparam("now"))
    wanted: Select[Any] = select(c.source_id).where(literally("enabled"), c.due_at <= bindparam("now"), free)
    if only:
        wanted = wanted.where(among(c.source_id, "only"))
    picked = wanted.order_by(c.due_at, c.source_id).limit(bindparam("most")).with_for_update(skip_locked=True)
    return (
        update(source)
        .where(c.source_id.in_(select(picked.cte("picked").c.source_id)))
        .values(lease_owner=bindparam("owner"), lease_until=bindparam("until"), last_attempt_at=bindparam("now"))
        .returning(*source.columns)
    )


_claim_any, _claim_only = _claim(False), _claim(True)
_finish = (
    update(source)
    .where(c.source_id == bindparam("b_id"), c.lease_owner == bindparam("b_owner"))
    .values(lease_owner="", lease_until=None, due_at=bindparam("due_at"), last_error=bindparam("last_error"))
)


def state_of(row: Row[Any]) -> SourceState:
    """A source row as the struct everybody else sees."""
    return SourceState(
        source_id=row.source_id,
        connector=row.connector,
        title=row.title,
        every=timedelta(seconds=row.every_s),
        cadence=None if row.cadence_s is None else timedelta(seconds=row.cadence_s),
        settings_hash=row.settings_hash,
        backfill=row.backfill,
        cursor=codec.from_json(row.cursor),
        validators=codec.decode_validators(row.validators),
        added_at=row.added_at,
        due_at=row.due_at,
        enabled=row.enabled,
        last_attempt_at=row.last_attempt_at,
        last_success_at=row.last_success_at,
        last_new_at=row.last_new_at,
        failures=row.failures,
        last_error=row.last_error,
        lease_owner=row.lease_owner,
        lease_until=row.lease_until,
        documents=row.documents,
        events=row.events,
        quarantined=row.quarantined,
    )


def merged_validators(stored: str, new: dict[str, Validators]) -> str:
    """The stored validators with the new ones on top, the oldest forgotten beyond `MOST_VALIDATORS`."""
    known = codec.decode_validators(stored)
    for url, validators in new.items():
        known.pop(url, None)
        known[url] = validators
    return codec.clean_json(dict(list(known.items())[-MOST_VALIDATORS:]))


class Sources(Topic):
    """The schedule of polling."""

    def sync_sources(self, specs: Iterable[SourceSpec], now: datetime) -> None:
        """Make the table say what settings say: add new sources (due now), update changed ones, disable the missing.

        A source whose settings changed is due at once; its cursor, its history and ``added_at`` stay.
        """
        aware(now)
        wanted = {spec.source_id: spec for spec in specs}
        with self._db.write() as tx:
            known = {row.source_id: row for row in tx.execute(select(source))}
            added: list[dict[str, Any]] = []
            changed: list[dict[str, Any]] = []
            for spec in wanted.values():
                values: dict[str, Any] = {
                    "connector": spec.connector,
                    "title": codec.clean(spec.title),
                    "every_s": spec.every.total_seconds(),
                    "cadence_s": None if spec.cadence is None else spec.cadence.total_seconds(),
                    "settings_hash": spec.settings_hash,
                    "backfill": spec.backfill,
                    "enabled": True,
                }
                row = known.get(spec.source_id)
                if row is None:
                    added.append({**_FRESH, **values, "source_id": spec.source_id, "added_at": now, "due_at": now})
                elif any(getattr(row, name) != value for name, value in values.items()):
                    same = row.enabled and row.settings_hash == spec.settings_hash and row.connector == spec.connector
                    due = row.due_at if same else min(row.due_at, now)
                    changed.append({**values, "b_id": spec.source_id, "due_at": due})
            many(tx, _insert, added)
            many(tx, _change, changed)
            gone = [source_id for source_id, row in known.items() if row.enabled and source_id not in wanted]
            if gone:
                tx.execute(update(source).where(among(c.source_id, "gone")).values(enabled=False), {"gone": gone})

    def claim_due_sources(
        self, now: datetime, *, owner: str, lease: timedelta, limit: int = 10, only: Sequence[str] = ()
    ) -> list[SourceState]:
        """Take up to ``limit`` due sources for ``owner`` until ``now + lease``, the longest overdue first.

        One statement; nobody else gets them before the lease ends. ``only`` restricts to these ids (due ones still).
        """
        params: dict[str, Any] = {"now": aware(now), "until": now + lease, "owner": owner, "most": limit}
        if only:
            params["only"] = list(only)
        with self._db.write() as tx:
            rows = tx.execute(_claim_only if only else _claim_any, params).all()
        return sorted(map(state_of, rows), key=lambda state: (state.due_at, state.source_id))

    def finish_poll(self, outcome: PollOutcome) -> bool:
        """End a run: release the lease, set the next due time, count the failure or clear it.

        Returns False when ``owner`` no longer held the source; then nothing is changed.
        """
        now = aware(outcome.now)
        statement = (
            _finish.values(last_success_at=now, failures=0) if outcome.ok else _finish.values(failures=c.failures + 1)
        )
        if outcome.new_documents:
            statement = statement.values(last_new_at=now)
        params = {
            "b_id": outcome.source_id,
            "b_owner": outcome.owner,
            "due_at": outcome.due_at,
            "last_error": "" if outcome.ok else codec.clean(outcome.error)[:2000],
        }
        with self._db.write() as tx:
            return tx.execute(statement, params).rowcount == 1

    def release_source(self, source_id: str, owner: str) -> bool:
        """Give a source back untouched: it stays due. False when ``owner`` did not hold it."""
        return self._release(owner, c.source_id == source_id) == 1

    def release_sources(self, owner: str) -> int:
        """Give back everything ``owner`` holds; how many that were."""
        return self._release(owner, None)

    def _release(self, owner: str, which: Any) -> int:
        held = c.lease_owner == owner
        statement = update(source).where(held if which is None else and_(held, which))
        with self._db.write() as tx:
            return int(tx.execute(statement.values(lease_owner="", lease_until=None)).rowcount)

    def sources(self) -> list[SourceState]:
        """All sources, disabled ones too, by id."""
        with self._db.read() as connection:
            return [state_of(row) for row in connection.execute(select(source).order_by(c.source_id))]

    def source(self, source_id: str) -> SourceState | None:
        """One source, or None."""
        with self._db.read() as connection:
            row = connection.execute(select(source).where(c.source_id == source_id)).first()
        return None if row is None else state_of(row)

    def set_due(self, source_id: str, at: datetime) -> bool:
        """Move a source's due time (poll now, or not before). False when there is no such source."""
        with self._db.write() as tx:
            return tx.execute(update(source).where(c.source_id == source_id).values(due_at=aware(at))).rowcount == 1


_FRESH: dict[str, Any] = {
    "cursor": "{}",
    "validators": "{}",
    "last_attempt_at": None,
    "last_success_at": None,
    "last_new_at": None,
    "failures": 0,
    "last_error": "",
    "lease_owner": "",
    "lease_until": None,
    "documents": 0,
    "events": 0,
    "quarantined": 0,
}
