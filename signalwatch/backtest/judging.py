"""Whether a step needs the whole decision: only where it could alert, propose, or add a rule's points.

Everything here is an exact "no" or a careful "maybe": a step that is let through costs time and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from signalwatch import scoring
from signalwatch.assess import history_of
from signalwatch.backtest.lane import in_order
from signalwatch.backtest.screen import Plan, Screen
from signalwatch.backtest.world import AccountState
from signalwatch.decide import decide, facts_of_programs
from signalwatch.decide.moves import better
from signalwatch.model import (
    Case,
    Decision,
    Event,
    Match,
    Organisation,
    RuleOutcome,
    Signal,
    StoryIntent,
    StoryState,
    TierState,
)
from signalwatch.past import HISTORY, NEXT_STEP, Step
from signalwatch.ruleset import View
from signalwatch.ruleset.evaluate import outcome, would_fire
from signalwatch.ruleset.nodes import Env


@dataclass(slots=True)
class Moment:
    """One step as it meets the simulated state. ``effect`` is what it does to its story, given who was ``told``."""

    now: datetime
    state: AccountState
    step: Step
    signal: Signal
    effect: str
    told: bool
    matched: tuple[Plan, ...] = ()

    @property
    def silent(self) -> bool:
        """Whether this could never be said: first contact, a retelling, or told already (and no change of status)."""
        if self.step.quiet or self.signal.quiet:
            return True
        return (self.effect == "evidence" or self.told) and not self.update

    @property
    def update(self) -> bool:
        """Whether people who know the story hear of its new status."""
        return self.told and self.effect == "status_change"


class Judge:
    """Asks the questions of ``decide`` cheaply, in the order in which they are cheapest."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.pack = screen.pack
        self._most = self.pack.scoring.breadth_most
        self._enter = [
            (number, policy.enter_activity, policy.enter_fit)
            for number in (1, 2)
            if (policy := self.pack.tiers.tiers.get(number)) is not None and policy.enter_activity is not None
        ]

    def matched(self, moment: Moment, numbers: Sequence[int]) -> tuple[Plan, ...]:
        """The rules that hold, of those that passed the screen; their cool-downs are left aside."""
        plans = self.screen.plans
        return tuple(plans[n] for n in numbers if self._holds(plans[n], moment))

    def _holds(self, plan: Plan, moment: Moment) -> bool:
        account, now = moment.state.account, moment.now
        rest = plan.maybe
        for test in plan.running:
            if test.name == "tier":
                if not test.test(str(account.tier)):
                    return False
            elif test.name == "tier_age":
                if not test.test(now - account.tier_since if account.tier_since is not None else None):
                    return False
            else:
                rest = True
        if not rest:
            return True
        if plan.least is not None and not plan.least.test(self._ceiling(moment)):
            return False
        return would_fire(plan.rule, Env(self.view(moment)))

    def _ceiling(self, moment: Moment) -> float:
        return moment.state.ceiling.at(moment.now) + max(0.0, moment.signal.points) * self._most

    def view(self, moment: Moment) -> View:
        """What rules see of an account, everything worked out."""
        state, now = moment.state, moment.now
        history = _history(moment)
        facts = scoring.facts_of(
            state.account, self.pack.icp, facts_of_programs(tuple(state.programs.values()), history, now)
        )
        return View(
            account=state.account,
            trigger=moment.signal,
            now=now,
            history=history,
            tier=state.account.tier,
            tier_since=state.account.tier_since,
            fit=scoring.fit_of(state.account, self.pack.icp, facts),
            facts=facts,
            measure=lambda part, at: scoring.measured(part, at, self.pack.scoring),
        )

    def needs_deciding(self, moment: Moment, waiting: bool) -> bool:
        """Whether this step could alert, propose or change points. ``waiting``: this batch proposed for the account."""
        live = [p.rule for p in moment.matched if p.rule.status == "live"]
        if moment.effect in ("opened", "status_change") and any(rule.points for rule in live):
            return True
        if moment.silent:
            return False
        if moment.update:
            return True
        if self.stale(moment):
            return False
        tier = moment.state.account.tier
        free = not waiting and self._may_propose(moment)
        held = free and moment.state.distressed(moment.now, self.pack.tiers, moment.signal)
        for rule in live:
            target = rule.propose_tier
            if target is None or target == tier:
                if rule.alert:
                    return True
            elif free and not (held and better(target, tier)):
                return True
        return free and not held and moment.signal.polarity != "negative" and self._reaches(moment)

    def stale(self, moment: Moment) -> bool:
        """Whether it happened too long ago to be told."""
        return moment.now - moment.signal.at > self.pack.tiers.stale_after

    def fires_in_shadow(self, plan: Plan, moment: Moment) -> bool:
        """Whether nothing but its status keeps a shadow rule that holds from being heard."""
        if plan.rule.status != "shadow" or moment.silent or moment.update or self.stale(moment):
            return False
        if plan.rule.cooldown is None or plan.cools:
            return True
        return outcome(plan.rule, Env(self.view(moment))).fired

    def _may_propose(self, moment: Moment) -> bool:
        """Whether dwell, cool-down and open proposals leave room for a proposal."""
        tiers, state, now = self.pack.tiers, moment.state, moment.now
        since, last = state.account.tier_since, state.last_proposal_at
        if state.open or (since is not None and now - since < tiers.dwell):
            return False
        return last is None or now - last >= tiers.cool_down

    def _reaches(self, moment: Moment) -> bool:
        """Whether activity and fit could enter a better tier now."""
        state, now = moment.state, moment.now
        wanted = [(least, fit) for number, least, fit in self._enter if better(number, state.account.tier)]
        if not wanted or self._ceiling(moment) < min(least for least, _ in wanted):
            return False
        history = _history(moment)
        total = scoring.total_activity(history, now, self.pack.scoring)
        fits = [fit for least, fit in wanted if total >= least]
        if not fits or None in fits:
            return bool(fits)
        known = facts_of_programs(tuple(state.programs.values()), history, now)
        facts = scoring.facts_of(state.account, self.pack.icp, known)
        score = scoring.fit_of(state.account, self.pack.icp, facts).score
        return any(fit is None or score >= fit for fit in fits)

    def decide(self, moment: Moment, tier: TierState, number: int) -> tuple[Case, Decision]:
        """The whole decision, as the service makes it; of the rules only those that hold are asked for their reasons."""
        late_after = self.pack.tiers.late_after

        def outcomes(view: View) -> tuple[RuleOutcome, ...]:
            env = Env(view)
            return tuple(outcome(plan.rule, env, late_after) for plan in moment.matched)

        case = _case(moment, tier)
        return case, decide(
            case, self.pack, case_hash=str(number), judge=outcomes if moment.matched else _nothing, lines=False
        )


def _nothing(view: View) -> tuple[RuleOutcome, ...]:
    """No rule holds."""
    return ()


def _history(moment: Moment) -> list[Signal]:
    """The account's signals with the one of this step, by event time, as far back as anything looks from it."""
    signal = moment.signal
    begin = min(signal.at, moment.now) - HISTORY
    known = moment.state.known.values()
    history = [s for s in known if s.active and s.at >= begin and s.signal_id != signal.signal_id]
    if signal.active:
        history.append(signal)
    history.sort(key=in_order)
    return history


def _case(moment: Moment, tier: TierState) -> Case:
    """The case of a step, as the service would put it together."""
    state, step, signal = moment.state, moment.step, moment.signal
    account = state.account
    event = Event(
        type=step.event_type or signal.type,
        event_id=step.event_id,
        occurred_at=signal.at,
        published_at=signal.published_at,
        first_seen_at=signal.first_seen_at,
        title=signal.title,
        url=signal.url,
        organisations=(Organisation(name=account.name),),
        attributes=signal.attributes,
        changes=signal.changes,
        quiet=step.quiet,
    )
    story = StoryState(story_id=signal.story_id, type=signal.type, opened_at=signal.at, last_at=signal.at)
    intent = StoryIntent(
        story_id=signal.story_id,
        effect=moment.effect,  # type: ignore[arg-type]
        story=story,
        reason="" if moment.effect == step.effect else NEXT_STEP,
    )
    earlier = state.known.get(signal.signal_id) if moment.effect == "corrected" else None
    counted = signal if earlier is None else earlier
    return Case(
        now=moment.now,
        event=event,
        account=account,
        match=Match(status="matched", account_id=account.account_id, mention=account.name),
        story=intent,
        signal=signal,
        history=history_of(list(state.known.values()), counted, moment.now),
        program=step.program,
        programs=tuple(state.programs.values()),
        tier=tier,
        told=moment.told,
        restated=step.restated,
    )
