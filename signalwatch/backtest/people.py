"""People in a backtest: which answer a simulated proposal gets, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from signalwatch.backtest.world import Approve
from signalwatch.model import Recommendation


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a proposal: approved, dismissed, snoozed, expired or superseded, and when."""

    status: str
    at: datetime


class People:
    """Answers proposals as assumed.

    As happened: the proposal that was made then for the same account and target tier, at about the same time, lends its
    answer; each answer is given once.
    """

    def __init__(self, approve: Approve, act: timedelta, stored: Sequence[Recommendation]) -> None:
        self._approve = approve
        self._act = act
        self._stored: dict[tuple[str, int | None], list[Recommendation]] = defaultdict(list)
        if approve == "as-happened":
            for one in stored:
                if one.status != "open" and one.decided_at is not None:
                    self._stored[one.account_id, one.to_tier].append(one)

    def answer(self, proposal: Recommendation, now: datetime) -> Answer | None:
        """The answer to a proposal made at ``now``; None when nobody answers (it expires by itself)."""
        if self._approve == "all":
            return Answer("approved", now + self._act)
        if self._approve == "none":
            return None
        near = self._stored.get((proposal.account_id, proposal.to_tier), [])
        expires = proposal.expires_at or now
        found = min(
            (s for s in near if s.created_at is not None and abs(s.created_at - now) <= expires - now),
            key=lambda s: abs((s.created_at or now) - now),
            default=None,
        )
        if found is None or found.decided_at is None:
            return None
        near.remove(found)
        if found.status == "expired":
            return None
        return Answer(found.status, max(found.decided_at, now))
