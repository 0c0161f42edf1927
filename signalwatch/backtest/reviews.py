"""When time alone may bring a step down: the earliest moment worth a look, so that nobody looks every hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from signalwatch import scoring
from signalwatch.model import Signal, TierState
from signalwatch.ruleset import Pack

_MINUTE = timedelta(minutes=1)


def not_before(
    tier: TierState, history: Sequence[Signal], pack: Pack, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """The earliest moment at which ``decide.review`` could answer, and the moment whose activity says so.

    None: never by itself (no leave threshold, or a proposal is open). Every reason that speaks against a step down at
    ``now`` has an end; the newest of them bounds the answer from below, and the caller asks again when it is reached.
    """
    policy = pack.tiers.tiers.get(tier.tier)
    if tier.tier not in (1, 2) or policy is None or policy.leave_activity is None or policy.leave_for is None:
        return None, None
    if tier.open_recommendation:
        return None, None
    least, length = policy.leave_activity, policy.leave_for
    at = now
    if tier.since is not None:
        at = max(at, tier.since + max(pack.tiers.dwell, length))
    if tier.last_proposal_at is not None:
        at = max(at, tier.last_proposal_at + pack.tiers.cool_down)
    if at > now:
        return at, None
    listed = sorted((s for s in history if s.active and s.at <= at), key=lambda s: s.at)
    begin = at - length
    for moment in dict.fromkeys(s.at for s in reversed(listed) if s.at > begin):
        if _activity(listed, moment, pack) >= least:
            return moment + length, moment
    if _activity(listed, begin, pack) >= least:
        following = min((s.at for s in listed if s.at > begin), default=at)
        last = _falls_below(listed, begin, following, least, pack)
        return last + length, last
    if _activity(listed, at, pack) >= least:  # negative points fade, too
        return at + _MINUTE, None
    return at, None


def _falls_below(listed: Sequence[Signal], begin: datetime, end: datetime, least: float, pack: Pack) -> datetime:
    """A moment between two events before which activity is not too low, to the minute; ``end`` when it stays high."""
    low, high = 0, int((end - begin) / _MINUTE)
    if high <= 1 or _activity(listed, begin + (high - 1) * _MINUTE, pack) >= least:
        return end
    while low < high - 1:
        middle = (low + high) // 2
        if _activity(listed, begin + middle * _MINUTE, pack) >= least:
            low = middle
        else:
            high = middle
    return begin + low * _MINUTE


def _activity(listed: Sequence[Signal], moment: datetime, pack: Pack) -> float:
    return scoring.total_activity([s for s in listed if s.at <= moment], moment, pack.scoring)
