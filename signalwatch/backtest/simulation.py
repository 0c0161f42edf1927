"""Stored history gone through again: the same planner, decisions and routes as the service, on a simulated clock.

The clock stops where the service learned of something (a batch), and where time alone may matter: silences and step-downs at
the hours of upkeep, proposals that expire or are answered, tier moves that people made. At each step only what the screen let
through, and what a threshold could have reached, is decided in full; everything else only adds to what is known.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from msgspec.structs import replace

from signalwatch.assess import UPKEEP_CHUNK, Gathered, Knowledge, Planner
from signalwatch.backtest.judging import Judge, Moment
from signalwatch.backtest.people import People
from signalwatch.backtest.reviews import not_before
from signalwatch.backtest.screen import Candidates, Screen, rescored
from signalwatch.backtest.tally import Tally
from signalwatch.backtest.world import AccountState, Assumptions, Weakest, World
from signalwatch.model import Account, Decision, Dossier, Recommendation, Signal
from signalwatch.past import HISTORY, History, Step, Told
from signalwatch.resolve import Resolver
from signalwatch.routing import Router
from signalwatch.store.records import OutboxItem, OutboxRow

Progress = Callable[[int], None]
"""Told how many more steps were gone through."""

_UPKEEP, _EXPIRE, _ANSWER, _MOVE, _JOIN = 1, 2, 3, 4, 5
_STEPS_PER_WORD = 2000
_LATER = timedelta(seconds=1)


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
        self.pack = screen.pack
        self.history = history
        self.candidates = candidates
        self.assume = assume
        self.tally = tally
        self.judge = Judge(screen)
        self.world = World(self.pack, history)
        self.people = People(assume.approve, self.pack.tiers.act, history.proposals)
        self.mail: dict[str, list[OutboxRow]] = {}  # messages by story, for updates and corrections
        self._awaited = screen.awaited
        self._router = router
        self._resolver = Resolver(())
        self._queue: list[tuple[datetime, int, int, str, Any]] = []
        self._number = 0
        self._looks: set[tuple[datetime, str]] = set()
        self._over = history.since - _LATER
        self._planner: Planner | None = None
        self._weakest = Weakest(self.world)
        self._touched: list[AccountState] = []
        self._watched = history.watched_since or history.since

    # --- the clock ------------------------------------------------------------------------------------------------

    def run(self, progress: Progress = lambda number: None) -> None:
        """Go from ``since`` to ``until``."""
        self._set_out()
        started = False
        said = done = 0
        for now, group in groupby(self.history.steps, key=lambda s: s.decided_at):
            batch = list(group)
            if now < self.history.since:
                for step in batch:
                    self._remember(step)
            else:
                started = started or self._look_at_all()
                self._until(now)
                self._batch(now, done, batch)
            done += len(batch)
            if done - said >= _STEPS_PER_WORD:
                progress(done - said)
                said = done
        started = started or self._look_at_all()
        self._until(self.history.until)
        progress(done - said)

    def _look_at_all(self) -> bool:
        """Work out for every account when a step down could be due, once what was known at the beginning is in."""
        for state in self.world.states.values():
            self._look(state, self.history.since)
        return True

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
                self.mail.setdefault(told.story_id, []).append(_row_of(told))
        for move in self.history.moves:
            if move.at > since and move.from_tier is None:
                self._at(move.at, _JOIN, move.account_id, None)
            elif move.at > since and not move.recommendation_id:
                self._at(move.at, _MOVE, move.account_id, move.to_tier)

    def _at(self, when: datetime, kind: int, account_id: str, what: Any) -> None:
        self._number += 1
        heapq.heappush(self._queue, (when, kind, self._number, account_id, what))

    def _until(self, now: datetime) -> None:
        """Everything that is due before ``now``."""
        queue = self._queue
        while queue and queue[0][0] < now:
            when, kind = queue[0][:2]
            self._over = when  # upkeep of this moment comes first, so what follows waits for the next one
            if kind == _UPKEEP:
                due: dict[str, None] = {}
                while queue and queue[0][:2] == (when, _UPKEEP):
                    due[heapq.heappop(queue)[3]] = None
                self._upkeep(when, list(due))
                continue
            _, _, _, account_id, what = heapq.heappop(queue)
            if kind == _EXPIRE:
                self._closed(what, "expired", when)
            elif kind == _ANSWER:
                self._answered(what[0], what[1], when)
            elif kind == _MOVE:
                self._moved(account_id, what, when)
            else:
                self.world.join(account_id)

    # --- what the service learns --------------------------------------------------------------------------------------

    def _learn(self, state: AccountState, step: Step) -> Signal:
        """The signal of a step as it is scored now, and its program."""
        if step.program is not None:
            state.programs.pop(step.program.program_id, None)
            state.programs[step.program.program_id] = step.program
        return rescored(step, state.known.get(step.signal.signal_id), self.pack)

    def _remember(self, step: Step) -> None:
        """Take in what was known before the beginning."""
        state = self.world.states.get(step.account_id)
        if state is None:
            return
        signal = self._learn(state, step)
        taken_back = step.effect == "corrected" and not step.restated
        state.put(replace(signal, active=False) if taken_back else signal, self.pack)
        if step.effect:
            state.last_decided_at = step.decided_at
        self._wait_for_silence(signal, max(step.decided_at, self.history.since))

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
            before = state.known.get(step.signal.signal_id)
            self._step(now, state, step, self.candidates.get(index, ()))
            after = state.known[step.signal.signal_id]
            if before is None or (before.at, before.points, before.active) != (after.at, after.points, after.active):
                self._wait_for_silence(after, now)
                self._look(state, now, after if before is None else None)
        self._commit(now)

    def _step(self, now: datetime, state: AccountState, step: Step, numbers: tuple[int, ...]) -> None:
        signal = self._learn(state, step)
        if not step.effect:
            state.put(signal, self.pack)
            return
        self.tally.steps += 1
        pair, g = (signal.story_id, step.account_id), self._planner.g if self._planner is not None else None
        told = pair in self.world.told or (g is not None and pair in g.told)
        told = told and not (step.effect == "corrected" and step.quiet)  # the past is put right without telling anybody
        next_step = told and step.same_document and step.effect == "status_change"
        moment = Moment(now, state, step, signal, "evidence" if next_step else step.effect, told)
        if moment.effect == "corrected":
            if step.restated:  # rules give their points again, and that is all they do
                moment.matched = self.judge.matched(moment, numbers)
            if told or moment.matched:
                self._settle(moment)
            elif step.restated:
                state.put(signal, self.pack)
            else:
                state.put(replace(signal, active=False), self.pack)
        else:
            self.tally.examined(signal.type)
            if numbers:
                moment.matched = self.judge.matched(moment, numbers)
                self._note(moment)
            tier = g.tiers.get(step.account_id) if g is not None else None
            waiting = tier is not None and bool(tier.open_recommendation)
            if self.judge.needs_deciding(moment, waiting):
                self._settle(moment)
            else:
                state.put(signal, self.pack)
        state.last_decided_at = now

    def _note(self, moment: Moment) -> None:
        """Count the rules that hold; shadow rules leave their firing."""
        for plan in moment.matched:
            self.tally.matched(plan.rule, moment.now)
            if self.judge.fires_in_shadow(plan, moment):
                self.tally.shadow(plan.rule, moment.now, moment.state.account, moment.signal)

    def _begin(self) -> None:
        self._planner, self._weakest = None, Weakest(self.world)

    def _planning(self, now: datetime) -> Planner:
        if self._planner is None:
            knowledge = Knowledge(_Accounts(self.world), self._resolver, self.pack, self._router, "")
            gathered = Gathered()
            gathered.recipients_of = lambda story_id: self.mail.get(story_id, ())
            self._planner = Planner(knowledge, gathered, now)
        return self._planner

    def _settle(self, moment: Moment) -> None:
        """Decide in full, and let the service's own planner draw the consequences."""
        planner, state = self._planning(moment.now), moment.state
        account_id, g = state.account.account_id, planner.g
        g.signals[account_id] = list(state.known.values())
        if account_id not in g.tiers:
            g.tiers[account_id] = self.world.tier_state(state, self._weakest)
        if (moment.signal.story_id, account_id) in self.world.told:
            g.told.add((moment.signal.story_id, account_id))
        before = len(planner.outbox)
        case, decided = self.judge.decide(moment, g.tiers[account_id], self.tally.steps)
        decision = planner.settle(case, decided=decided)
        final = decision.signal or moment.signal
        state.put(final, self.pack)
        self.tally.decided += 1
        self.tally.told(decision, case, list(planner.outbox.values())[before:])

    def _commit(self, now: datetime) -> None:
        """What a batch wrote becomes what the next one finds."""
        for state in self._touched:
            state.before = None
        self._touched.clear()
        planner, self._planner = self._planner, None
        if planner is None:
            return
        for item in planner.outbox.values():
            if item.story_id:
                self.world.told.add((item.story_id, item.account_id))
                light = Dossier(kind=item.dossier.kind, alert_id=item.dossier.alert_id, headline="")
                self.mail.setdefault(item.story_id, []).append(
                    OutboxRow(item=replace(item, dossier=light), state="sent")
                )
        for recommendation in planner.recommendations.values():
            state = self.world.states[recommendation.account_id]
            state.last_proposal_at = now
            self.tally.proposed(recommendation, state.account, now)
            self._opened(recommendation, state, now)

    # --- what time brings -----------------------------------------------------------------------------------------------

    def _wait_for_silence(self, signal: Signal, now: datetime) -> None:
        """Look again when a silence after this signal would be long enough."""
        for test in self._awaited.get(signal.type, ()):
            if test.absent is not None and test.passes(signal):
                tick = self.assume.tick(signal.at + test.absent[1], self.assume.upkeep)
                if tick >= now:
                    self._wake(tick, signal.account_id)

    def _wake(self, tick: datetime, account_id: str) -> None:
        if tick <= self._over:
            tick = self.assume.tick(self._over + _LATER, self.assume.upkeep)
        if (tick, account_id) not in self._looks and tick < self.history.until:
            self._looks.add((tick, account_id))
            self._at(tick, _UPKEEP, account_id, None)

    def _look(self, state: AccountState, now: datetime, signal: Signal | None = None) -> None:
        """Work out when a step down could be due, unless what was worked out before holds with the new ``signal`` too."""
        if state.account.tier not in (1, 2) or state.open:
            return
        anchor = state.review_anchor
        ahead = state.review_at is not None and state.review_at > now
        if ahead and signal is not None and (anchor is None or signal.at > anchor):
            return
        since = max(state.account.tier_since or self._watched, self._watched)
        tier = replace(self.world.tier_state(state, {}), since=since)
        state.review_at, state.review_anchor = not_before(tier, state.history(now), self.pack, now)
        if state.review_at is not None:
            self._wake(self.assume.tick(state.review_at, self.assume.upkeep), state.account.account_id)

    def _upkeep(self, tick: datetime, account_ids: Sequence[str]) -> None:
        """Silences that fell due and step-downs, by the service's own planner, in its chunks of accounts."""
        states = sorted((self.world.states[a] for a in account_ids if a in self.world.states), key=lambda s: s.order)
        for _, chunk in groupby(states, key=lambda s: s.order // UPKEEP_CHUNK):
            self._begin()
            listed = list(chunk)
            for state in listed:
                self._looks.discard((tick, state.account.account_id))
                self._upkeep_one(tick, state)
            self._commit(tick)
            for state in listed:
                if state.review_at is not None and state.review_at <= tick:
                    state.review_at = None
                self._look(state, tick + _LATER)

    def _upkeep_one(self, tick: datetime, state: AccountState) -> None:
        account = state.account
        known = [s for s in state.known.values() if s.at >= tick - HISTORY]
        silences = self.pack.silences(known, tick - self.assume.upkeep, tick)
        due = account.tier in (1, 2) and state.review_at is not None and state.review_at <= tick
        if not silences and not due:
            return
        planner = self._planning(tick)
        planner.g.signals[account.account_id] = known
        planner.g.programs[account.account_id] = list(state.programs.values()) if silences else []
        planner.g.tiers[account.account_id] = self.world.tier_state(state, self._weakest)
        for silence in silences:
            before = len(planner.outbox)
            planner.silence(account, silence)
            decision, inputs = planner.decisions[-1]
            self._note_silence(decision, account)
            self.tally.told(decision, inputs["case"], list(planner.outbox.values())[before:])
            state.put(decision.signal or silence, self.pack)
            state.last_decided_at = tick
        if account.tier in (1, 2):
            planner.step_down(account, self._watched)

    def _note_silence(self, decision: Decision, account: Account) -> None:
        for said in decision.outcomes:
            rule = self.pack.rule(said.rule_id)
            if rule is None:
                continue
            self.tally.examined_by(rule)
            if said.fired:
                self.tally.matched(rule, decision.decided_at)
                if said.status == "shadow" and decision.signal is not None:
                    self.tally.shadow(rule, decision.decided_at, account, decision.signal)

    # --- what people do ---------------------------------------------------------------------------------------------------

    def _opened(self, proposal: Recommendation, state: AccountState, now: datetime) -> None:
        state.open[proposal.recommendation_id] = proposal
        answer = self.people.answer(proposal, now)
        expires = proposal.expires_at
        if expires is not None:
            self._at(self.assume.tick(expires, self.assume.watch), _EXPIRE, state.account.account_id, proposal)
        if answer is not None:
            self._at(answer.at, _ANSWER, state.account.account_id, (proposal, answer.status))

    def _closed(self, proposal: Recommendation, status: str, now: datetime) -> bool:
        state = self.world.states[proposal.account_id]
        if state.open.pop(proposal.recommendation_id, None) is None:
            return False
        self.tally.answered(proposal, status, now)
        self._look(state, now)
        return True

    def _answered(self, proposal: Recommendation, status: str, now: datetime) -> None:
        if status == "approved" and self._crowded(proposal):
            self.tally.refused += 1  # the service refuses this approval, and the proposal stays open until it expires
            return
        if not self._closed(proposal, status, now) or status != "approved" or proposal.to_tier is None:
            return
        self._moved(proposal.account_id, proposal.to_tier, now)
        if proposal.kind == "swap" and proposal.swap_with:
            self._moved(proposal.swap_with, min(3, proposal.to_tier + 1), now)

    def _crowded(self, proposal: Recommendation) -> bool:
        """Whether ``never_above`` of tiers.yaml leaves no room for a move that is no swap."""
        policy = self.pack.tiers.tiers.get(proposal.to_tier or 0)
        if policy is None or policy.never_above is None or proposal.swap_with:
            return False
        if self.world.states[proposal.account_id].account.tier == proposal.to_tier:
            return False
        return self.world.counts.get(str(proposal.to_tier), 0) >= policy.never_above

    def _moved(self, account_id: str, tier: int, now: datetime) -> None:
        if self.world.move(account_id, tier, now):
            self._look(self.world.states[account_id], now)


class _Accounts(Mapping[str, Account]):
    """Accounts as they are in the world now."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, account_id: str) -> Account:
        return self._world.states[account_id].account

    def __iter__(self) -> Iterator[str]:
        return iter(self._world.states)

    def __len__(self) -> int:
        return len(self._world.states)


def _row_of(told: Told) -> OutboxRow:
    """A message that went out before the beginning."""
    item = OutboxItem(
        outbox_id="",
        channel=told.channel,
        recipient=told.recipient,
        kind=told.kind,
        dossier=Dossier(kind="alert", alert_id="", headline=""),
        due_at=told.at,
        created_at=told.at,
        account_id=told.account_id,
        story_id=told.story_id,
    )
    return OutboxRow(item=item, state="sent")
