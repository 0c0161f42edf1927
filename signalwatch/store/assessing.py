"""Stage 2 of the way of an event: one transaction around claim, decide and write.

Only one assessor decides at a time (SQLite: the write lock; PostgreSQL: an advisory lock that ends with the
transaction), because the second event of a story has to see what the first one wrote.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, and_, bindparam, case, func, select, text, update

from signalwatch.clock import aware
from signalwatch.model import Case, Event, Program, Recommendation, Signal, StoryState, TierState
from signalwatch.past import SILENCE, step_of
from signalwatch.store import codec
from signalwatch.store.accounts import account, changes_of_accounts
from signalwatch.store.base import Topic, many, unique
from signalwatch.store.database import Database
from signalwatch.store.documents import event, head, signal
from signalwatch.store.operations import add_rule_stats
from signalwatch.store.outbox import insert_outbox, outbox, outbox_of, outbox_row
from signalwatch.store.records import AssessedEvent, AssessWrite, OutboxRow
from signalwatch.store.reviews import merge_suggestions, write_reviews
from signalwatch.store.sql import Insert, among, insert, literally, ordered_at, storable_key, upsert
from signalwatch.store.tables import (
    DecisionRow,
    ProgramRow,
    RecommendationRow,
    StepRow,
    StoryKeyRow,
    StoryRow,
    table_of,
)

story, story_key = table_of(StoryRow), table_of(StoryKeyRow)
program, decision = table_of(ProgramRow), table_of(DecisionRow)
recommendation, step_table = table_of(RecommendationRow), table_of(StepRow)

_ASSESSOR_LOCK = text("SELECT pg_advisory_xact_lock(7305811940002)")
TOLD_KINDS = ("alert", "update", "recommendation", "correction")
TELLING = ("pending", "sending", "sent", "uncertain")
_STATE = {"decided": "assessed", "unmatched": "assessed", "held": "held", "failed": "failed"}

_claim = (
    select(event.c.body)
    .where(literally("state = 'new'"))
    .order_by(event.c.ordered_at, event.c.event_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_by_keys = select(story_key.c.story_id).where(among(story_key.c.key, "keys"), story_key.c.last_at >= bindparam("since"))
_stories = select(story.c.body).where(story.c.story_id.in_(_by_keys))
_events_of = select(event.c.story_id, event.c.body).where(among(event.c.story_id, "ids"), literally("story_id <> ''"))
_accounts_of = select(event.c.story_id, event.c.account_ids).where(among(event.c.story_id, "ids"))
_accounts_of = _accounts_of.where(literally("story_id <> ''"), event.c.state != "new")
_signals = (
    select(signal.c.account_id, signal.c.body, signal.c.active)
    .where(among(signal.c.account_id, "ids"), signal.c.at >= bindparam("since"))
    .order_by(signal.c.account_id, signal.c.at)
)
_programs = select(program.c.account_id, program.c.body).where(among(program.c.account_id, "ids"))
_tiers = select(account.c.account_id, account.c.tier, account.c.tier_since, account.c.below_leave_since)
_tiers = _tiers.where(among(account.c.account_id, "ids"))
_tier_counts = select(account.c.tier, func.count()).group_by(account.c.tier)
_weakest = (
    select(account.c.account_id, account.c.activity)
    .where(account.c.tier == bindparam("tier"))
    .order_by(account.c.activity, account.c.account_id)
    .limit(1)
)
_proposals = (
    select(
        recommendation.c.account_id,
        func.max(recommendation.c.created_at),
        func.max(case((recommendation.c.status == "open", recommendation.c.recommendation_id))),
    )
    .where(among(recommendation.c.account_id, "ids"))
    .group_by(recommendation.c.account_id)
)
_telling = and_(literally("story_id <> ''"), outbox.c.kind.in_(TOLD_KINDS), outbox.c.state.in_(TELLING))
_told = select(outbox.c.story_id, outbox.c.account_id).where(among(outbox.c.story_id, "ids"), _telling).distinct()
_told_rows = select(outbox).where(outbox.c.story_id == bindparam("story"), _telling).order_by(outbox.c.created_at)

_assessed = (
    update(event)
    .where(event.c.event_id == bindparam("b_id"))
    .values(
        {name: bindparam(name) for name in ("state", "story_id", "outcome", "reason", "account_ids", "assessed_at")}
    )
)
_moved = (
    update(event)
    .where(event.c.event_id == bindparam("b_id"), event.c.story_id != bindparam("story_id"))
    .values(story_id=bindparam("story_id"))
)
_watch = (
    update(head)
    .where(~head.c.watched, head.c.kind == "study")
    .where(head.c.connector == bindparam("b_connector"), head.c.key == bindparam("b_key"))
    .values(watched=True)
)
_scored = (
    update(account)
    .where(account.c.account_id == bindparam("b_id"))
    .values(activity=bindparam("activity"), fit=bindparam("fit"), scored_at=bindparam("scored_at"))
)
_retire = update(signal).where(among(signal.c.signal_id, "ids")).values(active=False)


def _upsert_recommendation() -> Insert:
    """A repeated proposal renews its text; what people made of it stays, unless the new one ends it (superseded...)."""
    statement = insert(recommendation)
    new = statement.excluded
    status = case((new.status != "open", new.status), else_=recommendation.c.status)
    return statement.on_conflict_do_update(
        index_elements=["recommendation_id"], set_={"status": status, "body": new.body, "expires_at": new.expires_at}
    )


_put_story, _put_key, _put_signal = upsert(story), upsert(story_key), upsert(signal)
_put_program, _put_decision, _put_recommendation = upsert(program), upsert(decision), _upsert_recommendation()


def signal_of(row: Any) -> Signal:
    """A signal row as the struct; ``active`` is the column's, because corrections unwind it there."""
    found = codec.decode_signal(row.body)
    return found if found.active == row.active else replace(found, active=row.active)


def recommendation_row(given: Recommendation, now: datetime) -> dict[str, Any]:
    """A recommendation as a new row."""
    return {
        "recommendation_id": given.recommendation_id,
        "account_id": given.account_id,
        "kind": given.kind,
        "status": given.status,
        "created_at": given.created_at or now,
        "expires_at": given.expires_at,
        "decided_by": "",
        "decided_at": None,
        "note": "",
        "body": codec.clean_json(given),
    }


def signal_row(given: Signal) -> dict[str, Any]:
    """A signal as a row."""
    return {
        "signal_id": given.signal_id,
        "account_id": given.account_id,
        "at": given.at,
        "type": given.type,
        "story_id": given.story_id,
        "event_id": given.event_id,
        "program_id": given.program_id,
        "active": given.active,
        "engagement": given.engagement,
        "points": given.points,
        "body": codec.clean_json(given),
    }


class TierCounts:
    """Accounts per tier, counted again only when accounts changed (100,000 accounts take 5 ms to count)."""

    def __init__(self) -> None:
        self._known: tuple[str, dict[str, int]] = ("", {})

    def of(self, connection: Connection) -> dict[str, int]:
        """The counts as of this transaction."""
        version = changes_of_accounts(connection)
        if self._known[0] != version:
            self._known = (version, {str(tier): int(n) for tier, n in connection.execute(_tier_counts)})
        return self._known[1]


class AssessTx:
    """The open transaction of one assessed batch: what a decision may look at, and one `write` at its end."""

    def __init__(self, connection: Connection, now: datetime, limit: int, counts: TierCounts) -> None:
        self._tx = connection
        self._counts = counts
        self.now = now
        if connection.dialect.name == "postgresql":
            connection.execute(_ASSESSOR_LOCK)
        self.events: list[Event] = [codec.decode_event(b) for b in connection.scalars(_claim, {"most": limit})]

    def stories(self, keys: Sequence[str], since: datetime) -> list[StoryState]:
        """Stories with one of these blocking keys that were last told at or after ``since``, events filled in."""
        if not keys:
            return []
        params = {"keys": unique(map(storable_key, keys)), "since": aware(since)}
        found = [codec.decode_story(body) for body in self._tx.scalars(_stories, params)]
        return with_events(self._tx, sorted(found, key=lambda item: (item.last_at, item.story_id)))

    def concerned(self, story_ids: Collection[str]) -> dict[str, set[str]]:
        """The accounts that events of each story were decided for: whom a correction concerns."""
        found: dict[str, set[str]] = {story_id: set() for story_id in story_ids}
        if found:
            for row in self._tx.execute(_accounts_of, {"ids": list(found)}):
                found[row.story_id].update(codec.decode_strings(row.account_ids or "[]"))
        return found

    def signals(self, account_ids: Collection[str], since: datetime) -> dict[str, list[Signal]]:
        """Signals of each account from ``since`` on, sorted by ``at``; retired ones are there with ``active=False``."""
        found: dict[str, list[Signal]] = {account_id: [] for account_id in account_ids}
        if found:
            for row in self._tx.execute(_signals, {"ids": list(found), "since": aware(since)}):
                found[row.account_id].append(signal_of(row))
        for history in found.values():
            history.sort(key=lambda item: (item.at, item.signal_id))
        return found

    def programs(self, account_ids: Collection[str]) -> dict[str, list[Program]]:
        """Programs of each account, by id."""
        found: dict[str, list[Program]] = {account_id: [] for account_id in account_ids}
        if found:
            for row in self._tx.execute(_programs.order_by(program.c.program_id), {"ids": list(found)}):
                found[row.account_id].append(codec.decode_program(row.body))
        return found

    def tier_states(self, account_ids: Collection[str]) -> dict[str, TierState]:
        """What tier policy needs of each account (accounts not on the list are left out).

        ``weakest`` names, for tiers 1 and 2, the account with the lowest activity as of its last decision; whether a
        tier is full is the policy's to say.
        """
        if not account_ids:
            return {}
        counts = self._counts.of(self._tx)
        weakest = {}
        for tier in (1, 2):
            for account_id, activity in self._tx.execute(_weakest, {"tier": tier}):
                weakest[str(tier)] = (str(account_id), float(activity))
        ids = unique(account_ids)
        proposals = {row[0]: (row[1], row[2]) for row in self._tx.execute(_proposals, {"ids": ids})}
        total = sum(counts.values())
        found = {}
        for row in self._tx.execute(_tiers, {"ids": ids}):
            last, waiting = proposals.get(row.account_id, (None, None))
            found[row.account_id] = TierState(
                tier=row.tier,
                since=row.tier_since,
                last_proposal_at=last,
                open_recommendation=waiting or "",
                below_leave_since=row.below_leave_since,
                counts=counts,
                total_accounts=total,
                weakest=weakest,
            )
        return found

    def told(self, story_ids: Collection[str]) -> set[tuple[str, str]]:
        """The ``(story_id, account_id)`` pairs somebody heard of, or will: an alert went out or waits in the outbox."""
        wanted = [s for s in unique(story_ids) if s]
        if not wanted:
            return set()
        return {(row[0], row[1]) for row in self._tx.execute(_told, {"ids": wanted})}

    def told_recipients(self, story_id: str) -> list[OutboxRow]:
        """The outbox rows by which people heard of a story, oldest first: who gets its correction."""
        return [outbox_of(row) for row in self._tx.execute(_told_rows, {"story": story_id})]

    def write(self, given: AssessWrite) -> None:
        """Write everything the batch decided. Writing the same again changes nothing but is harmless."""
        tx, now = self._tx, aware(given.now)
        many(tx, _assessed, [_assessed_row(item, now) for item in given.events])
        self._write_stories(given)
        many(tx, _put_signal, [signal_row(item) for item in given.signals])
        if given.retired_signals:
            tx.execute(_retire, {"ids": unique(given.retired_signals)})
        many(tx, _watch, self._study_keys(given))
        many(
            tx,
            _put_program,
            [
                {
                    "program_id": item.program_id,
                    "account_id": item.account_id,
                    "updated_at": now,
                    "body": codec.clean_json(item),
                }
                for item in given.programs
            ],
        )
        self._write_decisions(given)
        many(tx, _put_recommendation, [recommendation_row(item, now) for item in given.recommendations])
        many(tx, insert_outbox, [outbox_row(item) for item in given.outbox])
        write_reviews(tx, given.reviews, now)
        merge_suggestions(tx, given.suggestions, now)

    def _write_stories(self, given: AssessWrite) -> None:
        fresh = {item.event_id: item.story_id for item in given.events}
        stories = {item.story_id: item for item in given.stories}
        rows = [
            {
                "story_id": item.story_id,
                "type": item.type,
                "status": item.status,
                "opened_at": item.opened_at,
                "last_at": item.last_at,
                "body": codec.clean_json(replace(item, events=())),
            }
            for item in stories.values()
        ]
        keys = {
            (storable_key(key), item.story_id): {
                "key": storable_key(key),
                "story_id": item.story_id,
                "last_at": item.last_at,
            }
            for item in stories.values()
            for key in item.keys
        }
        moved = [
            {"b_id": told.event_id, "story_id": item.story_id}
            for item in stories.values()
            for told in item.events
            if fresh.get(told.event_id) != item.story_id
        ]
        many(self._tx, _put_story, rows)
        many(self._tx, _put_key, list(keys.values()))
        many(self._tx, _moved, moved)

    def _study_keys(self, given: AssessWrite) -> list[dict[str, str]]:
        """Documents of this batch's events that now concern an account."""
        concerned = {item.event_id for item in given.signals}
        keys = {(e.connector, storable_key(e.document_key)) for e in self.events if e.event_id in concerned}
        return [{"b_connector": connector, "b_key": key} for connector, key in sorted(keys)]

    def _write_decisions(self, given: AssessWrite) -> None:
        scores: dict[str, dict[str, Any]] = {}
        rows = []
        steps = []
        counts: dict[str, tuple[int, int]] = {}
        failed: dict[tuple[str, str], int] = {}
        for item, inputs in given.decisions:
            case = inputs.get("case")
            if isinstance(case, Case) and case.event.type != SILENCE:
                step = step_of(item, case, inputs)
                steps.append({"decided_at": item.decided_at, "body": codec.clean_json(step)})
            for said in item.outcomes:
                examined, matched = counts.get(said.rule_id, (0, 0))
                counts[said.rule_id] = (examined + 1, matched + said.fired)
                if not said.fired:
                    failed[said.rule_id, said.failed] = failed.get((said.rule_id, said.failed), 0) + 1
            record = codec.DecisionRecord(decision=item, inputs=inputs)
            rows.append(
                {
                    "decision_id": item.decision_id,
                    "event_id": item.event_id,
                    "account_id": item.account_id,
                    "story_id": item.story_id,
                    "decided_at": item.decided_at,
                    "stopped_by": item.stopped_by,
                    "ruleset": item.hashes.get("ruleset", ""),
                    "hashes": codec.to_json(item.hashes),
                    "record_z": codec.pack(codec.clean_json(record).encode()),
                }
            )
            if item.account_id and item.activity is not None:
                scores[item.account_id] = {
                    "b_id": item.account_id,
                    "activity": item.activity.total,
                    "fit": None if item.fit is None else item.fit.score,
                    "scored_at": item.decided_at,
                }
        many(self._tx, _put_decision, rows)
        many(self._tx, step_table.insert(), steps)
        add_rule_stats(self._tx, counts, failed, aware(given.now))
        many(self._tx, _scored, [scores[account_id] for account_id in sorted(scores)])


def _assessed_row(item: AssessedEvent, now: datetime) -> dict[str, Any]:
    return {
        "b_id": item.event_id,
        "state": _STATE[item.outcome],
        "story_id": item.story_id,
        "outcome": item.outcome,
        "reason": codec.clean(item.reason)[:4000],
        "account_ids": codec.to_json(item.account_ids),
        "assessed_at": now,
    }


def with_events(connection: Connection, stories: list[StoryState]) -> list[StoryState]:
    """The stories with the events that told them, oldest first."""
    told: defaultdict[str, list[Event]] = defaultdict(list)
    if stories:
        for row in connection.execute(_events_of, {"ids": [item.story_id for item in stories]}):
            told[row.story_id].append(codec.decode_event(row.body))
    return [replace(item, events=tuple(sorted(told[item.story_id], key=_order))) for item in stories]


def _order(told: Event) -> tuple[datetime, str]:
    assert told.first_seen_at is not None  # commit_page refuses events without it
    return ordered_at(told.published_at, told.first_seen_at), told.event_id


class Assessing(Topic):
    """The door to the assess stage."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._counts = TierCounts()

    @contextmanager
    def assessing(self, now: datetime, limit: int = 200) -> Iterator[AssessTx]:
        """One batch of new events, the oldest published first: commits on normal exit, rolls back on an exception.

        Events not named in the write stay new. Do nothing slow inside: on SQLite nobody else writes meanwhile.
        """
        with self._db.write() as tx:
            yield AssessTx(tx, aware(now), limit, self._counts)

    def requeue_events(self, event_ids: Sequence[str], *, decided: bool = False) -> int:
        """Send held or failed events back to be assessed again (after a review was answered); how many.

        ``decided``: those that were decided or unmatched as well: another name of theirs may have waited.
        """
        states = ["held", "failed", "assessed"] if decided else ["held", "failed"]
        statement = update(event).where(among(event.c.event_id, "ids"), event.c.state.in_(states))
        with self._db.write() as tx:
            changed = tx.execute(statement.values(state="new", outcome="", reason=""), {"ids": unique(event_ids)})
            return int(changed.rowcount)

    def requeue_unmatched(self, name: str) -> int:
        """Send unmatched and held events that mention ``name`` back to be assessed again (a new account); how many.

        Reads every unmatched event: a command for people, not for a loop.
        """
        quoted = codec.clean_json(name.strip())[1:-1]
        mentions = event.c.body.icontains(quoted, autoescape=True)
        statement = update(event).where(event.c.outcome.in_(["unmatched", "held"]), mentions)
        with self._db.write() as tx:
            return int(tx.execute(statement.values(state="new", outcome="", reason="")).rowcount)

    def reset_events(
        self,
        since: datetime,
        *,
        until: datetime | None = None,
        connector: str | None = None,
        forget_stories: bool = False,
    ) -> int:
        """Send events published at or after ``since`` back to be assessed again (``reprocess``); how many.

        Their signals are retired until the new assessment writes them again. With ``forget_stories`` the stories opened
        since then are dropped, so that they are put together anew; what was told stays known by story id.
        """
        wanted = event.c.ordered_at >= aware(since)
        if until is not None:
            wanted = wanted & (event.c.ordered_at < aware(until))
        if connector is not None:
            wanted = wanted & (event.c.connector == connector)
        with self._db.write() as tx:
            ids = select(event.c.event_id).where(wanted)
            tx.execute(update(signal).where(signal.c.event_id.in_(ids), ~signal.c.engagement).values(active=False))
            values: dict[str, Any] = {"state": "new", "outcome": "", "reason": ""}
            if forget_stories:
                values["story_id"] = ""
                gone = select(story.c.story_id).where(story.c.opened_at >= since)
                tx.execute(story_key.delete().where(story_key.c.story_id.in_(gone)))
                tx.execute(story.delete().where(story.c.opened_at >= since))
            return int(tx.execute(update(event).where(wanted).values(values)).rowcount)
