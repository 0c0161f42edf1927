"""Stored history gone through again: the same planner, decisions and routes as the service, on a simulated clock.

The clock stops where the service learned of something (a batch), and where time alone may matter: silences and step-downs at
the hours of upkeep, proposals that expire or are answered, tier moves that people made. At each step only what the screen let
through, and what a threshold could have reached, is decided in full; everything else only adds to what is known.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from msgspec.structs import replace

from signalwatch import scoring
from signalwatch.assess import UPKEEP_CHUNK, Gathered, Knowledge, Planner, history_of
from signalwatch.backtest.people import People
from signalwatch.backtest.reviews import not_before
from signalwatch.backtest.screen import Candidates, Plan, Screen, rescored
from signalwatch.backtest.tally import Tally
from signalwatch.backtest.world import AccountState, Assumptions, Weakest, World
from signalwatch.decide import facts_of_programs
from signalwatch.decide.moves import better
from signalwatch.model import (
    Account,
    Case,
    Dossier,
    Event,
    Match,
    Organisation,
    Recommendation,
    Signal,
    StoryIntent,
    StoryState,
)
from signalwatch.past import HISTORY, NEXT_STEP, History, Step
from signalwatch.resolve import Resolver
from signalwatch.routing import Router
from signalwatch.ruleset import Pack, Rule, View
from signalwatch.ruleset.evaluate import outcome, would_fire
from signalwatch.ruleset.nodes import Env
from signalwatch.store.records import OutboxItem, OutboxRow

Progress = Callable[[int], None]
"""Told how many steps were gone through since the last call."""

_UPKEEP, _EXPIRE, _ANSWER, _MOVE, _JOIN = 1, 2, 3, 4, 5
_STEPS_PER_WORD = 2000


class Simulation:
    """One run. ``candidates`` are what the screen let through, by index of the step."""

    def __init__(
        self,
        screen: Screen,
        history: History,
        router: Router,
        candidates: Candidates,
        assume: Assumptions,
        tally: Tally,
    ) -> None:
        self.screen = screen
        self.pack: Pack = screen.pack
        self.history = history
        self.candidates = candidates
        self.assume = assume
        self.tally = tally
        self.world = World(self.pack, history)
        self.people = People(assume.approve, self.pack.tiers.act, history.proposals)
        self.mail: dict[str, list[OutboxRow]] = {}  # messages by story, for updates and corrections
        self._router = router
        self._resolver = Resolver(())
        self._queue: list[tuple[datetime, int, int, str, Any]] = []
        self._number = 0
        self._looks: set[tuple[datetime, str]] = set()
        self._planner: Planner | None = None
        self._weakest: dict[str, tuple[str, float]] = {}
        self._touched: list[AccountState] = []
        self._enter = _entering(self.pack)
        self._watched = history.watched_since or history.since

    # --- the clock ------------------------------------------------------------------------------------------------

    def run(self, progress: Progress = lambda number: None) -> None:
        """Go from ``since`` to ``until``."""
        self._set_out()
        said = 0
        start = 0
        steps = self.history.steps
        for now, group in groupby(steps, key=lambda s: s.decided_at):
            batch = list(group)
            if now < self.history.since:
                for step in batch:
                    self._remember(step)
            else:
                self._until(now)
                self._batch(now, start, batch)
            start += len(batch)
            if start - said >= _STEPS_PER_WORD:
                progress(start - said)
                said = start
        self._until(self.history.until)
        progress(start - said)

    def _set_out(self) -> None:
        """What stood open at the beginning, and what people will do that no proposal of ours leads to."""
        since = self.history.since
        for one in self.history.proposals:
            state = self.world.states.get(one.account_id)
            if state is None or one.created_at is None or one.created_at >= since:
                continue
            state.last_proposal_at = max(filter(None, (state.last_proposal_at, one.created_at)))
            answered = one.decided_at is not None and one.decided_at < since
            if not answered and (one.expires_at is None or one.expires_at > since):
                self._opened(replace(one, status="open"), state, one.created_at)
        for told in self.history.told:
            if told.at < since:
                row = _row_of(told.account_id, told.story_id, told.channel, told.recipient, told.kind, told.at)
                self.mail.setdefault(told.story_id, []).append(row)
        for move in self.history.moves:
            if move.at <= since:
                continue
            if move.from_tier is None:
                self._at(move.at, _JOIN, move.account_id, None)
            elif not move.recommendation_id:
                self._at(move.at, _MOVE, move.account_id, move.to_tier)

    def _at(self, when: datetime, kind: int, account_id: str, what: Any) -> None:
        self._number += 1
        heapq.heappush(self._queue, (when, kind, self._number, account_id, what))

    def _until(self, now: datetime) -> None:
        """Everything that is due before ``now``."""
        queue = self._queue
        while queue and queue[0][0] < now:
            when, kind, _, account_id, what = queue[0]
            if kind == _UPKEEP:
                due: dict[str, None] = {}
                while queue and queue[0][0] == when and queue[0][1] == _UPKEEP:
                    due[heapq.heappop(queue)[3]] = None
                self._upkeep(when, list(due))
                continue
            heapq.heappop(queue)
            if kind == _EXPIRE:
                self._closed(what, "expired", when)
            elif kind == _ANSWER:
                self._answered(what[0], what[1], when)
            elif kind == _MOVE:
                if self.world.move(account_id, what, when):
                    self._look(self.world.states[account_id], when)
            else:
                self.world.join(account_id)

    # --- what the service learns --------------------------------------------------------------------------------------

    def _remember(self, step: Step) -> None:
        """Take in what was known before the beginning."""
        state = self.world.states.get(step.account_id)
        if state is None:
            return
        if step.program is not None:
            state.programs.pop(step.program.program_id, None)
            state.programs[step.program.program_id] = step.program
        signal = rescored(step, state.known.get(step.signal.signal_id), self.pack)
        state.put(replace(signal, active=False) if step.effect == "corrected" else signal, self.pack)
        if step.effect:
            state.last_decided_at = step.decided_at
        self._wait_for_silence(signal, step.decided_at)

    def _batch(self, now: datetime, start: int, steps: Sequence[Step]) -> None:
        """One assessed batch: all of it is decided on the tiers and messages as they were before it."""
        self._begin()
        for index, step in enumerate(steps, start):
            state = self.world.states.get(step.account_id)
            if state is None:
                self.tally.foreign += 1
                continue
            if state.before is None and step.effect:
                state.before = (tuple(state.known.values()), state.last_decided_at)
                self._touched.append(state)
            self._step(now, state, step, self.candidates.get(index, ()))
        self._commit(now)

    def _begin(self) -> None:
        self._planner, self._weakest = None, Weakest(self.world)

    def _planning(self, now: datetime) -> Planner:
        if self._planner is None:
            knowledge = Knowledge(_Accounts(self.world), self._resolver, self.pack, self._router, "")
            gathered = Gathered()
            gathered.recipients_of = lambda story_id: self.mail.get(story_id, ())
            self._planner = Planner(knowledge, gathered, now)
        return self._planner

    def _step(self, now: datetime, state: AccountState, step: Step, numbers: tuple[int, ...]) -> None:
        if step.program is not None:
            state.programs.pop(step.program.program_id, None)
            state.programs[step.program.program_id] = step.program
        signal = rescored(step, state.known.get(step.signal.signal_id), self.pack)
        if not step.effect:
            state.put(signal, self.pack)
            self._wait_for_silence(signal, now)
            self._look(state, now, signal)
            return
        self.tally.steps += 1
        before = state.known.get(signal.signal_id)
        effect = step.effect
        pair = (signal.story_id, step.account_id)
        told = pair in self.world.told or (self._planner is not None and pair in self._planner.g.told)
        if told and step.same_document and effect == "status_change":
            effect = "evidence"
        if effect == "corrected":
            if told:
                self._settle(now, state, step, signal, effect, told)
            else:
                state.put(replace(signal, active=False), self.pack)
        else:
            self.tally.examined(signal.type)
            matched = [p for n in numbers if self._holds(p := self.screen.plans[n], state, signal, now)]
            for plan in matched:
                self.tally.matched(plan.rule, now)
                if plan.rule.status == "shadow":
                    self._shadow(plan.rule, now, state, step, signal, effect, told)
            if self._needs_deciding(now, state, step, signal, effect, told, matched):
                self._settle(now, state, step, signal, effect, told)
            else:
                state.put(signal, self.pack)
        state.last_decided_at = now
        after = state.known[signal.signal_id]
        if before is None or (before.at, before.points, before.active) != (after.at, after.points, after.active):
            self._wait_for_silence(signal, now)
            self._look(state, now, signal)

    def _holds(self, plan: Plan, state: AccountState, signal: Signal, now: datetime) -> bool:
        """Whether a rule that passed the screen fires, its cool-down left aside."""
        account = state.account
        for test in plan.running:
            if test.name == "tier" and not test.test(str(account.tier)):
                return False
            age = now - account.tier_since if account.tier_since is not None else None
            if test.name == "tier_age" and not test.test(age):
                return False
        if not plan.maybe and all(t.name in ("tier", "tier_age") for t in plan.running):
            return True
        if plan.least is not None:
            most = state.ceiling.at(now) + max(0.0, signal.points) * self.pack.scoring.breadth_most
            if not plan.least.test(most):
                return False
        return would_fire(plan.rule, Env(self._view(state, signal, now)))

    def _shadow(
        self, rule: Rule, now: datetime, state: AccountState, step: Step, signal: Signal, effect: str, told: bool
    ) -> None:  # fmt: skip
        """Note a firing in shadow, where nothing would have kept it from being said."""
        stale = now - signal.at > self.pack.tiers.stale_after
        if step.quiet or signal.quiet or effect == "evidence" or told or stale:
            return
        if rule.cooldown is not None and not outcome(rule, Env(self._view(state, signal, now))).fired:
            return
        moves = rule.propose_tier is not None and rule.propose_tier != state.account.tier
        self.tally.shadow(rule, now, state.account, signal, moves=moves)

    def _view(self, state: AccountState, signal: Signal, now: datetime) -> View:
        """What rules see of an account, everything worked out."""
        history = _with(state, signal, now)
        facts = scoring.facts_of(
            state.account, self.pack.icp, facts_of_programs(tuple(state.programs.values()), history, now)
        )
        return View(
            account=state.account,
            trigger=signal,
            now=now,
            history=history,
            tier=state.account.tier,
            tier_since=state.account.tier_since,
            fit=scoring.fit_of(state.account, self.pack.icp, facts),
            activity=scoring.activity(history, now, self.pack.scoring),
            facts=facts,
            measure=lambda part, at: scoring.activity(part, at, self.pack.scoring),
        )

    def _needs_deciding(
        self, now: datetime, state: AccountState, step: Step, signal: Signal, effect: str, told: bool,
        matched: Sequence[Plan],
    ) -> bool:  # fmt: skip
        """Whether this step could alert, propose or change points: only then the whole decision is made."""
        if effect in ("opened", "status_change") and any(p.rule.points and p.rule.status == "live" for p in matched):
            return True
        if step.quiet or signal.quiet:
            return False
        told_update = told and effect == "status_change"
        if told_update:
            return True
        if effect == "evidence" or told or now - signal.at > self.pack.tiers.stale_after:
            return False
        free = self._may_propose(state, now)
        for rule in (p.rule for p in matched if p.rule.status == "live"):
            proposes = rule.propose_tier is not None and rule.propose_tier != state.account.tier
            if free if proposes else rule.alert:
                return True
        return free and signal.polarity != "negative" and self._reaches(state, signal, now)

    def _may_propose(self, state: AccountState, now: datetime) -> bool:
        """Whether dwell, cool-down and open proposals leave room for a proposal."""
        tiers, account = self.pack.tiers, state.account
        if state.open:
            return False
        if self._planner is not None:
            waiting = self._planner.g.tiers.get(account.account_id)
            if waiting is not None and waiting.open_recommendation:
                return False
        if account.tier_since is not None and now - account.tier_since < tiers.dwell:
            return False
        return state.last_proposal_at is None or now - state.last_proposal_at >= tiers.cool_down

    def _reaches(self, state: AccountState, signal: Signal, now: datetime) -> bool:
        """Whether activity and fit could enter a better tier now."""
        wanted = [
            (least, fit) for number, least, fit in self._enter if better(number, state.account.tier)
        ]  # fmt: skip
        if not wanted:
            return False
        least = min(a for a, _ in wanted)
        if state.ceiling.at(now) + max(0.0, signal.points) * self.pack.scoring.breadth_most < least:
            return False
        history = _with(state, signal, now)
        total = scoring.total_activity(history, now, self.pack.scoring)
        open_to = [fit for a, fit in wanted if total >= a]
        if not open_to:
            return False
        facts = scoring.facts_of(
            state.account, self.pack.icp, facts_of_programs(tuple(state.programs.values()), history, now)
        )
        score = scoring.fit_of(state.account, self.pack.icp, facts).score
        return any(fit is None or score >= fit for fit in open_to)

    def _settle(self, now: datetime, state: AccountState, step: Step, signal: Signal, effect: str, told: bool) -> None:
        """Decide in full, by the service's own planner."""
        planner = self._planning(now)
        account = state.account
        g = planner.g
        g.signals[account.account_id] = list(state.known.values())
        if account.account_id not in g.tiers:
            g.tiers[account.account_id] = self.world.tier_state(state, self._weakest)
        if (signal.story_id, account.account_id) in self.world.told:
            g.told.add((signal.story_id, account.account_id))
        case = _case(now, state, step, signal, effect, told, planner)
        before = set(planner.outbox)
        decision = planner.settle(case)
        self.tally.decided += 1
        state.known = {}
        for one in g.signals[account.account_id]:
            state.known[one.signal_id] = one
        final = decision.signal
        if final is not None and final.active:
            state.ceiling.add(final, final.half_life or self.pack.scoring.of(final.type).half_life)
        mail = [item for key, item in planner.outbox.items() if key not in before]
        self.tally.told(decision, case, mail, late=any(o.late for o in decision.outcomes if o.fired))

    def _commit(self, now: datetime) -> None:
        """What a batch wrote becomes what the next one finds."""
        for state in self._touched:
            state.before = None
        self._touched.clear()
        planner = self._planner
        if planner is None:
            return
        for item in planner.outbox.values():
            if item.story_id:
                self.world.told.add((item.story_id, item.account_id))
                light = replace(item, dossier=replace(item.dossier, arithmetic=(), rules=(), evidence=()))
                self.mail.setdefault(item.story_id, []).append(OutboxRow(item=light, state="sent"))
        for recommendation in planner.recommendations.values():
            state = self.world.states[recommendation.account_id]
            state.last_proposal_at = now
            self._opened(recommendation, state, now)
            self.tally.proposed(recommendation, state.account, now)
        self._planner = None

    # --- what time brings -----------------------------------------------------------------------------------------------

    def _wait_for_silence(self, signal: Signal, now: datetime) -> None:
        """Look again when a silence after this signal would be long enough."""
        for test in self.screen.awaited.get(signal.type, ()):
            if test.absent is not None and test.passes(signal):
                tick = self.assume.tick(signal.at + test.absent[1], self.assume.upkeep)
                if tick >= now:
                    self._wake(tick, signal.account_id)

    def _wake(self, tick: datetime, account_id: str) -> None:
        if (tick, account_id) not in self._looks and tick < self.history.until:
            self._looks.add((tick, account_id))
            self._at(tick, _UPKEEP, account_id, None)

    def _look(self, state: AccountState, now: datetime, signal: Signal | None = None) -> None:
        """Work out when a step down could be due, unless what was worked out before still holds."""
        if state.account.tier not in (1, 2) or state.open:
            return
        anchor = state.review_anchor
        ahead = state.review_at is not None and state.review_at > now
        if ahead and signal is not None and (anchor is None or signal.at > anchor):
            return
        tier = replace(self.world.tier_state(state, {}), since=self._since(state))
        at, anchor = not_before(tier, state.history(now), self.pack, now)
        state.review_at, state.review_anchor = at, anchor
        if at is not None:
            self._wake(self.assume.tick(at, self.assume.upkeep), state.account.account_id)

    def _since(self, state: AccountState) -> datetime:
        return max(state.account.tier_since or self._watched, self._watched)

    def _upkeep(self, tick: datetime, account_ids: Sequence[str]) -> None:
        """Silences that fell due and step-downs, by the service's own planner, in its chunks of accounts."""
        states = sorted((self.world.states[a] for a in account_ids), key=lambda s: s.order)
        for state in states:
            self._looks.discard((tick, state.account.account_id))
        for _, chunk in groupby(states, key=lambda s: s.order // UPKEEP_CHUNK):
            self._begin()
            listed = list(chunk)
            for state in listed:
                self._upkeep_one(tick, state)
            self._commit(tick)
            for state in listed:
                if state.review_at is not None and state.review_at <= tick:
                    state.review_at = None
                self._look(state, tick + timedelta(seconds=1))

    def _upkeep_one(self, tick: datetime, state: AccountState) -> None:
        account = state.account
        begin = tick - HISTORY
        known = [s for s in state.known.values() if s.at >= begin]
        silences = self.pack.silences(known, tick - self.assume.upkeep, tick)
        due = state.account.tier in (1, 2) and state.review_at is not None and state.review_at <= tick
        if not silences and not due:
            return
        planner = self._planning(tick)
        planner.g.signals[account.account_id] = known
        planner.g.tiers[account.account_id] = self.world.tier_state(state, self._weakest)
        for silence in silences:
            before = set(planner.outbox)
            planner.silence(account, silence)
            decision, inputs = planner.decisions[-1]
            self._say_shadow(decision, account)
            mail = [item for key, item in planner.outbox.items() if key not in before]
            self.tally.told(decision, inputs["case"], mail)
            if decision.signal is not None:
                state.put(decision.signal, self.pack)
                state.last_decided_at = tick
        if account.tier in (1, 2):
            planner.step_down(account, self._watched)

    def _say_shadow(self, decision: Any, account: Account) -> None:
        for said in decision.outcomes:
            rule = self.pack.rule(said.rule_id)
            if rule is None:
                continue
            self.tally.examined_by(rule)
            if said.fired:
                self.tally.matched(rule, decision.decided_at)
                if said.status == "shadow":
                    moves = said.propose_tier is not None and said.propose_tier != account.tier
                    self.tally.shadow(rule, decision.decided_at, account, decision.signal, moves=moves)

    # --- what people do ---------------------------------------------------------------------------------------------------

    def _opened(self, proposal: Recommendation, state: AccountState, now: datetime) -> None:
        state.open[proposal.recommendation_id] = proposal
        answer = self.people.answer(proposal, now)
        expires = proposal.expires_at
        if expires is not None:
            self._at(self.assume.tick(expires, self.assume.watch), _EXPIRE, state.account.account_id, proposal)
        if answer is not None and (expires is None or answer.at <= expires + self.assume.watch):
            self._at(answer.at, _ANSWER, state.account.account_id, (proposal, answer.status))

    def _closed(self, proposal: Recommendation, status: str, now: datetime) -> bool:
        state = self.world.states[proposal.account_id]
        if state.open.pop(proposal.recommendation_id, None) is None:
            return False
        self.tally.answered(proposal, status, now)
        self._look(state, now)
        return True

    def _answered(self, proposal: Recommendation, status: str, now: datetime) -> None:
        if not self._closed(proposal, status, now) or status != "approved" or proposal.to_tier is None:
            return
        self.world.move(proposal.account_id, proposal.to_tier, now)
        self._look(self.world.states[proposal.account_id], now)
        swapped = proposal.swap_with if proposal.kind == "swap" else ""
        if swapped and self.world.move(swapped, min(3, proposal.to_tier + 1), now):
            self._look(self.world.states[swapped], now)


class _Accounts(Mapping[str, Account]):
    """Accounts as they are in the world now."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, account_id: str) -> Account:
        return self._world.states[account_id].account

    def __iter__(self) -> Any:
        return iter(self._world.states)

    def __len__(self) -> int:
        return len(self._world.states)


def _entering(pack: Pack) -> tuple[tuple[int, float, float | None], ...]:
    """Tiers that thresholds can propose: number, least activity, least fit."""
    out = []
    for number in (1, 2):
        policy = pack.tiers.tiers.get(number)
        if policy is not None and policy.enter_activity is not None:
            out.append((number, policy.enter_activity, policy.enter_fit))
    return tuple(out)


def _with(state: AccountState, signal: Signal, now: datetime) -> list[Signal]:
    """The account's history with a signal in it, by event time, as far back as anything looks from it."""
    begin = min(signal.at, now) - HISTORY
    history = [s for s in state.known.values() if s.active and s.at >= begin and s.signal_id != signal.signal_id]
    if signal.active:
        history.append(signal)
    history.sort(key=lambda s: (s.at, s.signal_id))
    return history


def _case(
    now: datetime, state: AccountState, step: Step, signal: Signal, effect: str, told: bool, planner: Planner
) -> Case:
    """The case of a step, as the service would put it together."""
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
    return Case(
        now=now,
        event=event,
        account=account,
        match=Match(status="matched", account_id=account.account_id, mention=account.name),
        story=StoryIntent(
            story_id=signal.story_id,
            effect=effect,  # type: ignore[arg-type]
            story=story,
            reason=NEXT_STEP if effect != step.effect else "",
        ),
        signal=signal,
        history=history_of(list(state.known.values()), signal, now),
        program=step.program,
        programs=tuple(state.programs.values()),
        tier=planner.g.tiers[account.account_id],
        told=told,
    )


def _row_of(account_id: str, story_id: str, channel: str, recipient: str, kind: str, at: datetime) -> OutboxRow:
    """A message that went out before the beginning."""
    letter = Dossier(kind="alert", alert_id="", headline="", account_id=account_id, story_id=story_id)
    item = OutboxItem(
        outbox_id="",
        channel=channel,
        recipient=recipient,
        kind=kind,
        dossier=letter,
        due_at=at,
        created_at=at,
        account_id=account_id,
        story_id=story_id,
    )
    return OutboxRow(item=item, state="sent")
