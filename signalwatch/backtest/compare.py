"""What another rule set changes: alerts and moves gained and lost, load per week, rules gone silent. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from signalwatch.backtest.changes import Changes
from signalwatch.backtest.report import Report
from signalwatch.backtest.tally import Alert, Move
from signalwatch.model import Struct

SAME_MOVE = timedelta(days=30)
"""A move of one account into one tier that comes at another time within this span is shifted, not lost and gained."""


class Heard(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """One alert for one recipient that only one of the two rule sets makes."""

    recipient: str
    alert: Alert


class Shift(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A move that is proposed at another time, or as another kind, or by other rules."""

    before: Move
    after: Move


class Load(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """Alerts and messages per week of one recipient ("" is everybody), before and after."""

    recipient: str
    alerts_before: float
    alerts_after: float
    messages_before: float
    messages_after: float


class Difference(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """The whole comparison."""

    since: datetime
    until: datetime
    old: str
    new: str
    old_hash: str
    new_hash: str
    notes: tuple[str, ...] = ()
    changes: Changes = Changes()
    alerts_before: int = 0
    alerts_after: int = 0
    moves_before: int = 0
    moves_after: int = 0
    load: tuple[Load, ...] = ()
    gained: tuple[Heard, ...] = ()
    lost: tuple[Heard, ...] = ()
    moves_gained: tuple[Move, ...] = ()
    moves_lost: tuple[Move, ...] = ()
    moves_shifted: tuple[Shift, ...] = ()
    gone_silent: tuple[str, ...] = ()
    newly_heard: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nobody would notice."""
        return not (self.gained or self.lost or self.moves_gained or self.moves_lost or self.moves_shifted)


def compare(
    before: Report, after: Report, changed: Changes | None = None, *, old: str = "old", new: str = "new"
) -> Difference:
    """Compare two reports over the same history."""
    one, other = _heard(before.alerts), _heard(after.alerts)
    lost_moves, gained_moves, shifted = _moves(before.moves, after.moves)
    spoke, speaks = _speaking(before), _speaking(after)
    exist = {row.rule_id for row in after.rules}
    return Difference(
        since=after.since,
        until=after.until,
        old=old,
        new=new,
        old_hash=before.ruleset,
        new_hash=after.ruleset,
        notes=after.notes,
        changes=changed or Changes(),
        alerts_before=len(before.alerts),
        alerts_after=len(after.alerts),
        moves_before=len(before.moves),
        moves_after=len(after.moves),
        load=tuple(_load(before, after)),
        gained=tuple(Heard(recipient=k[2], alert=a) for k, a in other.items() if k not in one),
        lost=tuple(Heard(recipient=k[2], alert=a) for k, a in one.items() if k not in other),
        moves_gained=tuple(gained_moves),
        moves_lost=tuple(lost_moves),
        moves_shifted=tuple(shifted),
        gone_silent=tuple(r for r in spoke if r not in speaks and r in exist),
        newly_heard=tuple(r for r in speaks if r not in spoke),
    )


def _speaking(report: Report) -> list[str]:
    return [row.rule_id for row in report.rules if row.alerts or row.moves]


def _heard(alerts: Iterable[Alert]) -> dict[tuple[str, str, str], Alert]:
    """Alerts by account, event and recipient: what told whom of what."""
    return {(a.account_id, a.event_id, r): a for a in alerts for r in a.recipients}


def _moves(before: Sequence[Move], after: Sequence[Move]) -> tuple[list[Move], list[Move], list[Shift]]:
    """Moves lost and gained, and those that only came at another time."""
    lost: list[Move] = []
    shifted: list[Shift] = []
    left: defaultdict[tuple[str, int | None], list[Move]] = defaultdict(list)
    for move in after:
        left[move.account_id, move.to_tier].append(move)
    for move in before:
        near = left[move.account_id, move.to_tier]
        found = min(near, key=lambda m: abs(m.at - move.at), default=None)
        if found is None or abs(found.at - move.at) > SAME_MOVE:
            lost.append(move)
            continue
        near.remove(found)
        if (found.at, found.kind, found.rules) != (move.at, move.kind, move.rules):
            shifted.append(Shift(before=move, after=found))
    gained = [move for moves in left.values() for move in moves]
    return lost, sorted(gained, key=lambda m: (m.at, m.account_id)), shifted


def _load(before: Report, after: Report) -> list[Load]:
    weeks = after.length
    one, other = {p.recipient: p for p in before.people}, {p.recipient: p for p in after.people}
    rows = [
        Load(
            recipient="",
            alerts_before=len(before.alerts) / weeks,
            alerts_after=len(after.alerts) / weeks,
            messages_before=before.messages / weeks,
            messages_after=after.messages / weeks,
        )
    ]
    for recipient in dict.fromkeys((*other, *one)):
        mine, theirs = one.get(recipient), other.get(recipient)
        rows.append(
            Load(
                recipient=recipient,
                alerts_before=mine.alerts / weeks if mine else 0.0,
                alerts_after=theirs.alerts / weeks if theirs else 0.0,
                messages_before=mine.messages / weeks if mine else 0.0,
                messages_after=theirs.messages / weeks if theirs else 0.0,
            )
        )
    return rows
