"""What happened, as a backtest needs it: in the order in which the service learned of things. Plain structs.

A *step* is one stored decision without what depends on rules: which story told what, about which account, and when it
became known. Tier moves, proposals with their answers, messages and feedback stand beside it as they were.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from msgspec.structs import replace

from signalwatch.model import Account, Case, Decision, Json, Program, Recommendation, Signal, Struct

HISTORY = timedelta(days=400)
"""How far back rules and scores look from an event (or from now, if that is earlier)."""
SILENCE = "silence"
"""The type of a dated signal of nothing having happened. Rules make it, so it is no step of the history."""
NEXT_STEP = "the next step, told by the same document"
"""Why a change of status that was told already with the same document is evidence only."""


class Step(Struct, frozen=True, kw_only=True):
    """One thing the service learned of one account.

    ``signal`` is what rules saw of it, its points left out. ``effect`` is what the event did to its story, before it was
    asked whether somebody had been told; "" for a signal that nobody decided (engagement that was written directly).
    """

    event_id: str
    account_id: str
    decided_at: datetime
    effect: str = ""
    same_document: bool = False  # an earlier event of the story came with the same document
    restated: bool = False  # a correction that leaves it standing with other facts: scored again, not taken back
    quiet: bool = False  # the event was quiet: first contact, backfill, reprocessing
    event_type: str = ""  # where it differs from that of the signal: another telling of another kind
    tier_since: datetime | None = None  # since when the account was in its tier then
    signal: Signal
    program: Program | None = None


class TierMove(Struct, frozen=True, kw_only=True):
    """A tier change as it happened. ``from_tier`` is None for an account that was new."""

    account_id: str
    from_tier: int | None
    to_tier: int
    at: datetime
    recommendation_id: str = ""


class Told(Struct, frozen=True, kw_only=True):
    """A message of an alert as it went out (or waits to)."""

    account_id: str
    story_id: str
    channel: str
    recipient: str
    kind: str
    at: datetime


class Verdict(Struct, frozen=True, kw_only=True):
    """What a person made of an alert or proposal: good (useful, approved) or not, with the reason given."""

    account_id: str
    story_id: str
    good: bool
    rule_ids: tuple[str, ...] = ()
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """Everything a backtest looks at.

    ``steps`` are in the order of learning; those before ``since`` only say what was known then. ``accounts`` are the list
    as it is at ``until``, with the tiers of that moment. ``watched_since``: when the first source was added.
    """

    since: datetime
    until: datetime
    accounts: Sequence[Account]
    steps: Sequence[Step]
    moves: Sequence[TierMove] = ()
    proposals: Sequence[Recommendation] = ()
    told: Sequence[Told] = ()
    verdicts: Sequence[Verdict] = ()
    watched_since: datetime | None = None
    ruleset: str = ""

    @property
    def looked_at(self) -> Sequence[Step]:
        """The steps of the time asked about, without what only says what was known before."""
        return self.steps[bisect_left(self.steps, self.since, key=attrgetter("decided_at")) :]

    @property
    def nothing(self) -> str:
        """That nothing was decided in the time asked about, and where to look instead; "" where something was."""
        if self.looked_at:
            return ""
        said = f"nothing was decided from {self.since:%Y-%m-%d} to {self.until:%Y-%m-%d}"
        if not self.steps:
            return f"{said}, nor in the {HISTORY.days} days before"
        return f"{said}; the newest decision before is of {self.steps[-1].decided_at:%Y-%m-%d}: choose --since so that it is in"


def step_of(decision: Decision, case: Case, inputs: Mapping[str, Json] | None = None) -> Step:
    """The step behind a decision. ``inputs`` are what was stored beside the case (`effect`, `same_document`)."""
    known = inputs or {}
    effect = str(known.get("effect") or case.story.effect)
    same_document = bool(known.get("same_document"))
    if case.story.reason == NEXT_STEP:
        effect, same_document = "status_change", True
    decided = decision.signal
    attributes = case.signal.attributes if decided is None else decided.attributes
    return Step(
        event_id=case.event.event_id,
        account_id=case.account.account_id,
        decided_at=decision.decided_at,
        effect=effect,
        same_document=same_document,
        restated=case.restated,
        quiet=case.event.quiet,
        event_type="" if case.event.type == case.signal.type else case.event.type,
        tier_since=case.tier.since,
        signal=replace(case.signal, attributes=attributes, points=0.0, half_life=None, polarity="neutral", active=True),
        program=case.program,
    )
