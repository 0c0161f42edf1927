"""The past for backtests: steps in the order of learning, tier moves, proposals with their answers, messages, feedback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec.json import Decoder
from sqlalchemy import Connection, func, select

from signalwatch.clock import aware
from signalwatch.model import Account, Case, Recommendation, Signal, Struct
from signalwatch.past import HISTORY, SILENCE, History, Step, TierMove, Told, Verdict, step_of
from signalwatch.store import codec
from signalwatch.store.accounts import account as account_table
from signalwatch.store.accounts import account_of, tier_change
from signalwatch.store.assessing import TELLING, TOLD_KINDS, decision, recommendation, signal_of, step_table
from signalwatch.store.base import Topic
from signalwatch.store.documents import signal
from signalwatch.store.operations import feedback
from signalwatch.store.outbox import outbox
from signalwatch.store.reading import recommendation_of
from signalwatch.store.sources import source

GOOD = frozenset({"useful", "approved", "approve", "good", "acted"})
BAD = frozenset({"not_useful", "wrong_company", "dismissed", "dismiss", "bad"})
"""Verdicts that count for and against a rule; others (snoozed, acknowledged ...) say nothing about it."""

_decode_step = Decoder(Step).decode
_YIELD = 5000


class _Alert(Struct, frozen=True, kw_only=True):
    """What is needed of a dossier."""

    alert_id: str


_decode_alert = Decoder(_Alert).decode


class Past(Topic):
    """The door of backtests."""

    def history(self, since: datetime, until: datetime) -> History:
        """Everything a backtest of ``[since, until)`` needs, read in one snapshot.

        Steps from 400 days before ``since`` on come along, so that windows and scores have what they look back at.
        """
        aware(since)
        begin = since - HISTORY
        with self._db.snapshot() as connection:
            steps = _unique([*_old_steps(connection, begin, until), *_new_steps(connection, begin, until)])
            steps = _with_undecided(connection, steps, begin, until)
            steps.sort(key=lambda one: one.decided_at)
            moves = _moves(connection)
            accounts = _accounts(connection)
            watched = connection.scalar(select(func.min(source.c.added_at)))
            return History(
                since=since,
                until=until,
                accounts=accounts,
                steps=steps,
                moves=tuple(m for m in moves if m.at < until),
                proposals=tuple(_proposals(connection, until)),
                told=tuple(_told(connection, begin, until)),
                verdicts=tuple(_verdicts(connection)),
                watched_since=watched,
            )


def _new_steps(connection: Connection, begin: datetime, until: datetime) -> Iterator[Step]:
    s = step_table.c
    statement = select(s.body).where(s.decided_at >= begin, s.decided_at < until).order_by(s.seq)
    yield from map(_decode_step, connection.execution_options(yield_per=_YIELD).scalars(statement))


def _old_steps(connection: Connection, begin: datetime, until: datetime) -> Iterator[Step]:
    """Steps of decisions made before steps were written (schema 0001), from their records."""
    d = decision.c
    first = connection.scalar(select(func.min(step_table.c.decided_at)))
    before = until if first is None else min(until, first)
    statement = select(d.record_z).where(d.decided_at >= begin, d.decided_at < before)
    statement = statement.order_by(d.decided_at, d.event_id, d.decision_id)
    for packed in connection.execution_options(yield_per=500).scalars(statement):
        record = codec.decode_decision(codec.unpack(packed))
        case = codec.convert(record.inputs["case"], Case)
        if case.event.type != SILENCE:
            yield step_of(record.decision, case, record.inputs)


def _unique(steps: list[Step]) -> list[Step]:
    """Each event once per account: when it was first learned. Reprocessing decides again what was known already."""
    seen: set[tuple[str, str]] = set()
    out = []
    for one in steps:
        key = (one.event_id, one.account_id)
        if key not in seen:
            seen.add(key)
            out.append(one)
    return out


def _with_undecided(connection: Connection, steps: list[Step], begin: datetime, until: datetime) -> list[Step]:
    """Signals that came from no event (engagement written directly) join where they were learned."""
    statement = select(signal.c.body, signal.c.active).where(
        signal.c.engagement, signal.c.at >= begin, signal.c.at < until
    )
    known = {one.signal.signal_id for one in steps}
    extra = [_undecided(one) for row in connection.execute(statement) if (one := signal_of(row)).signal_id not in known]
    extra = [one for one in extra if one.decided_at < until]
    return [*steps, *extra]


def _undecided(given: Signal) -> Step:
    at = given.decided_at or given.first_seen_at or given.at
    return Step(event_id=given.event_id or given.signal_id, account_id=given.account_id, decided_at=at, signal=given)


def _moves(connection: Connection) -> list[TierMove]:
    t = tier_change.c
    return [
        TierMove(
            account_id=row.account_id,
            from_tier=row.from_tier,
            to_tier=row.to_tier,
            at=row.at,
            recommendation_id=row.recommendation_id,
        )
        for row in connection.execute(select(tier_change).order_by(t.at, t.seq))
    ]


def _accounts(connection: Connection) -> list[Account]:
    a = account_table.c
    rows = connection.execute(select(a.body, a.tier, a.tier_since, a.owner).order_by(a.account_id))
    return [account_of(row) for row in rows.yield_per(2000)]


def _proposals(connection: Connection, until: datetime) -> Iterator[Recommendation]:
    r = recommendation.c
    statement = select(recommendation).where(r.created_at < until).order_by(r.created_at, r.recommendation_id)
    yield from (recommendation_of(row) for row in connection.execute(statement))


def _told(connection: Connection, begin: datetime, until: datetime) -> Iterator[Told]:
    o = outbox.c
    columns = select(o.account_id, o.story_id, o.channel, o.recipient, o.kind, o.created_at)
    statement = columns.where(o.created_at >= begin, o.created_at < until, o.kind.in_(TOLD_KINDS), o.state.in_(TELLING))
    for row in connection.execute(statement.order_by(o.created_at, o.outbox_id)):
        yield Told(
            account_id=row.account_id,
            story_id=row.story_id,
            channel=row.channel,
            recipient=row.recipient,
            kind=row.kind,
            at=row.created_at,
        )


def _verdicts(connection: Connection) -> Iterator[Verdict]:
    """Approved and dismissed proposals, and what was said of alerts."""
    for one in map(recommendation_of, connection.execute(select(recommendation))):
        if one.status in GOOD or one.status in BAD:
            yield Verdict(
                account_id=one.account_id,
                story_id=one.story_id,
                good=one.status in GOOD,
                rule_ids=one.rule_ids,
                at=one.decided_at,
                note=one.note,
            )
    said = [row for row in connection.execute(select(feedback)) if row.verdict in GOOD or row.verdict in BAD]
    if not said:
        return
    about = _targets(connection)
    for row in said:
        found = about.get(row.target_id)
        if found is not None:
            yield Verdict(
                account_id=found[0],
                story_id=found[1],
                good=row.verdict in GOOD,
                rule_ids=codec.decode_strings(row.rule_ids),
                at=row.at,
                note=row.note,
            )


def _targets(connection: Connection) -> Mapping[str, tuple[str, str]]:
    """Account and story of everything feedback can be about: alerts, messages, decisions, proposals."""
    out: dict[str, tuple[str, str]] = {}
    o = outbox.c
    rows = select(o.outbox_id, o.decision_id, o.account_id, o.story_id, o.dossier_z).where(o.kind.in_(TOLD_KINDS))
    for row in connection.execute(rows.execution_options(yield_per=500)):
        about = (row.account_id, row.story_id)
        alert_id = _decode_alert(codec.unpack(row.dossier_z)).alert_id
        out.update({row.outbox_id: about, row.decision_id: about, alert_id: about})
    for one in connection.execute(select(recommendation)):
        given = recommendation_of(one)
        out[given.recommendation_id] = (given.account_id, given.story_id)
    return out
