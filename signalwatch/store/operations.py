"""The service about itself: operator alerts, heartbeats, host budgets, rule sets and their statistics, feedback."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, case, func, select, text, update

from signalwatch.clock import aware
from signalwatch.model import Struct
from signalwatch.store import codec
from signalwatch.store.base import Topic, many
from signalwatch.store.outbox import insert_outbox, outbox_row
from signalwatch.store.records import (
    Feedback,
    HostBudget,
    OperatorAlert,
    OutboxItem,
    RulesetUse,
    RulesetVersion,
    RuleStat,
)
from signalwatch.store.sql import insert, storable_key, upsert
from signalwatch.store.tables import (
    ConditionStatRow,
    DecisionRow,
    FeedbackRow,
    HeartbeatRow,
    HostBudgetRow,
    OperatorAlertRow,
    OutboxEntryRow,
    RulesetVersionRow,
    RuleStatRow,
    table_of,
)

alert, ruleset = table_of(OperatorAlertRow), table_of(RulesetVersionRow)
rule_stat, feedback = table_of(RuleStatRow), table_of(FeedbackRow)
condition_stat, decision, outbox = table_of(ConditionStatRow), table_of(DecisionRow), table_of(OutboxEntryRow)
host_budget, heartbeat = table_of(HostBudgetRow), table_of(HeartbeatRow)

_open = insert(alert)
_open = _open.on_conflict_do_update(
    index_elements=["kind", "subject"],
    index_where=text("resolved_at IS NULL"),
    set_={
        "count": alert.c.count + 1,
        "last_at": _open.excluded.last_at,
        "message": _open.excluded.message,
    },
)
_open_returning = _open.returning(alert.c.count)
_save_host = upsert(host_budget)
_beat = upsert(heartbeat)
_seen_ruleset = insert(ruleset)
_seen_ruleset = _seen_ruleset.on_conflict_do_update(
    index_elements=["hash"],
    set_={
        "last_seen_at": _seen_ruleset.excluded.last_seen_at,
        "source_z": _seen_ruleset.excluded.source_z,
        "files_z": func.coalesce(ruleset.c.files_z, _seen_ruleset.excluded.files_z),
    },
)
_add_stat = insert(rule_stat)
_add_stat = _add_stat.on_conflict_do_update(
    index_elements=["rule_id"],
    set_={
        "examined": rule_stat.c.examined + _add_stat.excluded.examined,
        "matched": rule_stat.c.matched + _add_stat.excluded.matched,
        "last_match_at": case(
            (_add_stat.excluded.last_match_at.is_(None), rule_stat.c.last_match_at),
            (rule_stat.c.last_match_at > _add_stat.excluded.last_match_at, rule_stat.c.last_match_at),
            else_=_add_stat.excluded.last_match_at,
        ),
        "unmatched": case(
            (_add_stat.excluded.matched > 0, 0), else_=rule_stat.c.unmatched + _add_stat.excluded.unmatched
        ),
    },
)
_add_failed = insert(condition_stat)
_add_failed = _add_failed.on_conflict_do_update(
    index_elements=["rule_id", "path"],
    set_={"failed": condition_stat.c.failed + _add_failed.excluded.failed, "last_at": _add_failed.excluded.last_at},
)


class _Origin(Struct, frozen=True, kw_only=True):
    """Where a rule set came from, and the event types that were known then."""

    source: str
    types: tuple[str, ...] = ()


def _origin(packed: bytes) -> _Origin:
    """Earlier versions kept the name of the folder alone."""
    text = codec.unpack(packed).decode()
    if not text.startswith('{"source"'):
        return _Origin(source=text)
    kept = json.loads(text)
    return _Origin(source=kept["source"], types=tuple(kept["types"]))


def _texts(packed: bytes | None) -> dict[str, str]:
    """Texts by file name, byte for byte (what no text may hold in a database is escaped)."""
    return dict(json.loads(codec.unpack(packed))) if packed else {}


def open_alert(tx: Connection, kind: str, subject: str, message: str, now: datetime) -> bool:
    """Open an operator alert inside a transaction, or count it again if it is open; True if newly opened."""
    row = {
        "kind": kind,
        "subject": storable_key(subject),
        "message": codec.clean(message)[:4000],
        "opened_at": now,
        "last_at": now,
        "resolved_at": None,
        "count": 1,
    }
    return int(tx.execute(_open_returning, row).scalar_one()) == 1


def add_rule_stats(
    tx: Connection, counts: Mapping[str, tuple[int, int]], failed: Mapping[tuple[str, str], int], now: datetime
) -> None:
    """Add ``{rule_id: (examined, matched)}`` and ``{(rule_id, path of the first failing condition): times}``."""
    rows = [
        {
            "rule_id": rule_id,
            "first_at": now,
            "examined": examined,
            "matched": matched,
            "last_match_at": now if matched else None,
            "unmatched": 0 if matched else examined,
        }
        for rule_id, (examined, matched) in sorted(counts.items())
    ]
    many(tx, _add_stat, rows)
    misses = [
        {"rule_id": rule_id, "path": storable_key(path), "failed": times, "last_at": now}
        for (rule_id, path), times in sorted(failed.items())
    ]
    many(tx, _add_failed, misses)


class Operations(Topic):
    """Everything an operator wants to know."""

    def open_operator_alert(
        self, kind: str, subject: str, message: str, now: datetime, *, tell: Sequence[OutboxItem] = ()
    ) -> bool:
        """Say that something is wrong. True if it was not open already; then ``tell`` goes out, in the same transaction."""
        with self._db.write() as tx:
            opened = open_alert(tx, kind, subject, message, aware(now))
            if opened:
                many(tx, insert_outbox, [outbox_row(item) for item in tell])
            return opened

    def resolve_operator_alert(
        self, kind: str, subject: str, now: datetime, *, tell: Sequence[OutboxItem] = ()
    ) -> bool:
        """Say that it is over. True if it was open; then ``tell`` goes out, in the same transaction."""
        a = alert.c
        which = (a.kind == kind) & (a.subject == storable_key(subject)) & a.resolved_at.is_(None)
        with self._db.write() as tx:
            resolved = tx.execute(update(alert).where(which).values(resolved_at=aware(now))).rowcount == 1
            if resolved:
                many(tx, insert_outbox, [outbox_row(item) for item in tell])
            return resolved

    def operator_alerts(self, open_only: bool = True, limit: int = 200) -> list[OperatorAlert]:
        """Operator alerts, the latest opened first."""
        a = alert.c
        statement = select(alert).order_by(a.opened_at.desc(), a.seq.desc()).limit(limit)
        if open_only:
            statement = statement.where(a.resolved_at.is_(None))
        with self._db.read() as connection:
            return [
                OperatorAlert(
                    kind=row.kind,
                    subject=row.subject,
                    message=row.message,
                    opened_at=row.opened_at,
                    resolved_at=row.resolved_at,
                    last_at=row.last_at,
                    count=row._mapping["count"],
                )
                for row in connection.execute(statement)
            ]

    def heartbeat(self, name: str, now: datetime) -> None:
        """Note a sign of life of one part of the service."""
        with self._db.write() as tx:
            tx.execute(_beat, {"name": name, "at": aware(now)})

    def heartbeats(self) -> dict[str, datetime]:
        """The last sign of life of each part."""
        with self._db.read() as connection:
            return {row.name: row.at for row in connection.execute(select(heartbeat))}

    def load_hosts(self) -> dict[str, HostBudget]:
        """What the HTTP door remembered of hosts."""
        with self._db.read() as connection:
            return {
                row.host: HostBudget(
                    host=row.host, next_at=row.next_at, frozen_until=row.frozen_until, day=row.day, used=row.used
                )
                for row in connection.execute(select(host_budget))
            }

    def save_host(
        self,
        host: str,
        next_at: datetime | None = None,
        frozen_until: datetime | None = None,
        *,
        day: date | None = None,
        used: int = 0,
    ) -> None:
        """Remember a host's pace and freeze over restarts."""
        row = {"host": host, "next_at": next_at, "frozen_until": frozen_until, "day": day, "used": used}
        with self._db.write() as tx:
            tx.execute(_save_host, row)

    def record_ruleset(
        self,
        hash: str,
        source: str,
        author: str,
        now: datetime,
        *,
        files: Mapping[str, str] | None = None,
        types: Sequence[str] = (),
    ) -> bool:
        """Note that a rule set is in force, with its texts. True if this version was never seen before.

        Args:
            hash: its name.
            source: where it was read from.
            author: who made it, if known.
            now: time.
            files: its files by name; what it decided can be decided again with them.
            types: event types that were known when it was read.
        """
        origin = json.dumps({"source": source, "types": list(types)})
        row = {
            "hash": hash,
            "author": codec.clean(author),
            "first_seen_at": aware(now),
            "last_seen_at": now,
            "source_z": codec.pack(origin.encode("ascii")),
            "files_z": codec.pack(json.dumps(dict(files)).encode("ascii")) if files else None,
        }
        with self._db.write() as tx:
            new = tx.execute(select(ruleset.c.hash).where(ruleset.c.hash == hash)).first() is None
            tx.execute(_seen_ruleset, row)
        return new

    def knows_ruleset(self, hash: str) -> bool:
        """Whether a rule set is recorded with its texts."""
        statement = select(ruleset.c.hash).where(ruleset.c.hash == hash, ruleset.c.files_z.is_not(None))
        with self._db.read() as connection:
            return connection.execute(statement).first() is not None

    def ruleset_versions(self, limit: int = 100) -> list[RulesetVersion]:
        """Rule-set versions, the latest first."""
        r = ruleset.c
        with self._db.read() as connection:
            return [
                RulesetVersion(
                    hash=row.hash,
                    author=row.author,
                    first_seen_at=row.first_seen_at,
                    last_seen_at=row.last_seen_at,
                    source=_origin(row.source_z).source,
                    files=_texts(row.files_z),
                )
                for row in connection.execute(select(ruleset).order_by(r.first_seen_at.desc(), r.hash).limit(limit))
            ]

    def ruleset_texts(self, hash: str) -> tuple[dict[str, str], tuple[str, ...]] | None:
        """Files of a stored rule set and the event types known then; None when it is unknown or was kept without texts."""
        statement = select(ruleset.c.source_z, ruleset.c.files_z).where(ruleset.c.hash == hash)
        with self._db.read() as connection:
            row = connection.execute(statement).first()
        files = _texts(row.files_z) if row is not None else {}
        return (files, _origin(row.source_z).types) if row is not None and files else None

    def ruleset_use(self) -> dict[str, RulesetUse]:
        """What each rule-set version decided: decisions, and alerts that came of them (each counted once)."""
        d, o = decision.c, outbox.c
        decided = select(d.ruleset, func.count(), func.max(d.decided_at)).group_by(d.ruleset)
        alerted = (
            select(d.ruleset, func.count(func.distinct(o.decision_id)))
            .select_from(outbox.join(decision, o.decision_id == d.decision_id))
            .group_by(d.ruleset)
        )
        with self._db.snapshot() as connection:
            alerts = {row[0]: int(row[1]) for row in connection.execute(alerted)}
            return {
                row[0]: RulesetUse(decisions=int(row[1]), alerts=alerts.get(row[0], 0), last_at=row[2])
                for row in connection.execute(decided)
            }

    def bump_rule_stats(
        self,
        counts: Mapping[str, tuple[int, int]],
        now: datetime,
        failed: Mapping[tuple[str, str], int] | None = None,
    ) -> None:
        """Add ``{rule_id: (examined, matched)}`` and first failing conditions to the statistics."""
        aware(now)
        if counts:
            with self._db.write() as tx:
                add_rule_stats(tx, counts, failed or {}, now)

    def rule_stats(self) -> dict[str, RuleStat]:
        """The statistics of every rule that was ever examined."""
        with self._db.snapshot() as connection:
            failed: dict[str, dict[str, int]] = {}
            for row in connection.execute(select(condition_stat)):
                failed.setdefault(row.rule_id, {})[row.path] = row.failed
            return {
                row.rule_id: RuleStat(
                    rule_id=row.rule_id,
                    first_at=row.first_at,
                    examined=row.examined,
                    matched=row.matched,
                    last_match_at=row.last_match_at,
                    unmatched=row.unmatched,
                    failed=failed.get(row.rule_id, {}),
                )
                for row in connection.execute(select(rule_stat).order_by(rule_stat.c.rule_id))
            }

    def add_feedback(self, items: Sequence[Feedback]) -> None:
        """Keep what people said of alerts and recommendations."""
        rows = [
            {
                "target_id": item.target_id,
                "rule_ids": codec.clean_json(item.rule_ids),
                "verdict": item.verdict,
                "given_by": codec.clean(item.by),
                "at": aware(item.at),
                "note": codec.clean(item.note),
            }
            for item in items
        ]
        with self._db.write() as tx:
            many(tx, feedback.insert(), rows)

    def feedback(self, limit: int = 1000) -> list[Feedback]:
        """Feedback, the latest first."""
        f = feedback.c
        with self._db.read() as connection:
            return [
                Feedback(
                    target_id=row.target_id,
                    verdict=row.verdict,
                    rule_ids=codec.decode_strings(row.rule_ids),
                    by=row.given_by,
                    at=row.at,
                    note=row.note,
                )
                for row in connection.execute(select(feedback).order_by(f.at.desc(), f.seq.desc()).limit(limit))
            ]
