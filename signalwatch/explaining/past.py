"""A rule for an account as of any moment: with the history that was known then, the tier it had then, and the decay of then.

What was known is taken from the newest decision made by then: its record holds the whole history, as it stood. Engagement,
which comes without decisions, is added from the signals that were seen by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from signalwatch.decide import decide, guards, view_of
from signalwatch.decide.guards import text as guard_text
from signalwatch.decide.known import with_signal
from signalwatch.errors import UsageError
from signalwatch.explaining.records import ALL, case_of
from signalwatch.model import Case, Decision, Event, Signal, StoryIntent, StoryState, TierState
from signalwatch.ruleset.evaluate import explain_text
from signalwatch.ruleset.logic import moves

if TYPE_CHECKING:
    from signalwatch.ruleset import Pack
    from signalwatch.ruleset.rules import Rule
    from signalwatch.store import Store


@dataclass(frozen=True, slots=True)
class Moment:
    """What was known of an account at a moment: a case about its newest fitting event, as it would be decided then."""

    case: Case
    at: datetime
    based_on: str  # the decision whose record it was taken from


def as_of(store: Store, account_id: str, at: datetime, rule: Rule) -> Moment:
    """The account at ``at``, looked at through the newest event known then that ``rule`` could be about.

    Raises:
        UsageError: nothing was decided for the account by then.
    """
    records = [r for r in store.decisions(account_id=account_id, limit=ALL) if r[0].decided_at <= at]
    if not records:
        raise UsageError(f"nothing was decided for account {account_id!r} by {at:%Y-%m-%d %H:%M} UTC")
    newest = records[0]
    case = case_of(newest)
    history = with_signal(case.history, newest[0].signal) if newest[0].signal is not None else case.history
    known = {s.signal_id for s in history}
    for signal in store.signals(account_id=account_id, engagement=True, active_only=True, limit=ALL):
        if signal.signal_id not in known and _seen(signal) <= at:
            history = with_signal(history, signal)
    about = _trigger(history, rule)
    record = next((r for r in records if r[0].signal is not None and r[0].signal.signal_id == about.signal_id), None)
    then = case_of(record) if record is not None else _undecided(case, about)
    tier = _tier(store, account_id, case, at)
    story = then.story if then.story.effect != "corrected" else replace(then.story, effect="opened")
    asked = replace(
        then, now=at, account=replace(case.account, tier=tier.tier), signal=about, history=history, tier=tier,
        programs=case.programs, story=story,
    )  # fmt: skip
    return Moment(case=asked, at=at, based_on=newest[0].decision_id)


def _undecided(case: Case, signal: Signal) -> Case:
    """The case of a signal that came without a decision (engagement), as a new story."""
    event = Event(
        type=signal.type, event_id=signal.event_id or signal.signal_id, occurred_at=signal.at, title=signal.title,
        published_at=signal.published_at, first_seen_at=signal.first_seen_at, attributes=signal.attributes,
    )  # fmt: skip
    story_id = signal.story_id or signal.signal_id
    story = StoryState(story_id=story_id, type=signal.type, opened_at=signal.at, last_at=signal.at)
    match = replace(case.match, status="matched", account_id=case.account.account_id)
    intent = StoryIntent(story_id=story_id, effect="opened", story=story)
    return replace(case, event=event, match=match, story=intent, program=None, told=False)


def _seen(signal: Signal) -> datetime:
    return signal.decided_at or signal.first_seen_at or signal.at


def _trigger(history: Sequence[Signal], rule: Rule) -> Signal:
    """The newest event the rule could be about, else the newest of all."""
    fitting = [s for s in history if s.type in rule.types or any(moves(m, s) for m in rule.measures)]
    return max(fitting or history, key=lambda s: (_seen(s), s.at, s.signal_id))


def _tier(store: Store, account_id: str, case: Case, at: datetime) -> TierState:
    """The tier state of the case, with what was changed between its decision and ``at``."""
    changes = [c for c in store.tier_history(account_id) if case.now < c.at <= at]
    state = case.tier
    if changes:
        last = max(changes, key=lambda c: c.at)
        state = replace(state, tier=last.to_tier, since=last.at)
    for proposal in store.recommendations(limit=ALL):
        if proposal.account_id != account_id or proposal.created_at is None or proposal.created_at > at:
            continue
        if state.last_proposal_at is None or proposal.created_at > state.last_proposal_at:
            state = replace(state, last_proposal_at=proposal.created_at)
        ended = proposal.decided_at if proposal.status not in ("open", "snoozed") else None
        if ended is None and proposal.expires_at is not None and proposal.expires_at <= at:
            ended = proposal.expires_at
        if ended is None or ended > at:
            state = replace(state, open_recommendation=proposal.recommendation_id)
        elif state.open_recommendation == proposal.recommendation_id:
            state = replace(state, open_recommendation="")
    return state


def explain_rule(moment: Moment, pack: Pack, rule: Rule) -> dict[str, Any]:
    """The condition tree of a rule at a moment, and what would have become of its firing: guards, notes, alerts."""
    tree = pack.explain(rule, view_of(moment.case, pack))
    made: Decision = decide(moment.case, pack)
    return tree | {
        "at": moment.at,
        "account": moment.case.account.account_id,
        "tier": moment.case.tier.tier,
        "based_on": moment.based_on,
        "decision": {
            "alerts": [a.kind for a in made.alerts], "stopped_by": made.stopped_by, "notes": made.notes,
            "guards": guards(moment.case, pack, made),
        },
    }  # fmt: skip


def rule_text(answer: dict[str, Any]) -> str:
    """The explanation of a rule for people."""
    said = answer["decision"]
    fate = f"alerts: {', '.join(said['alerts'])}" if said["alerts"] else "nobody is told"
    fate += f", stopped by {said['stopped_by']}" if said["stopped_by"] else ""
    trigger = answer["trigger"]
    return "\n".join([
        f"{answer['account']} as of {answer['at']:%Y-%m-%d %H:%M} UTC (tier {answer['tier']}), about "
        f"{trigger['type']} of {trigger['at'][:10]}: {trigger['title'][:90]}",
        explain_text(answer),
        f"decided then: {fate}",
        *(f"  {note}" for note in said["notes"]),
        *(f"  {guard_text(row)}" for row in said["guards"]),
    ])  # fmt: skip
