"""Decides one batch: stories, accounts, decisions and messages of each event. Pure but for the lists it fills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from msgspec.structs import replace

from signalwatch import dossier, ids, stories
from signalwatch.assess.gathering import Gathered, Knowledge, Resolved
from signalwatch.assess.mailing import outbox_items
from signalwatch.assess.noting import question, sighted
from signalwatch.decide import case_of_silence, decide, review
from signalwatch.model import (
    Account,
    AlertIntent,
    Case,
    Decision,
    Dossier,
    Event,
    Match,
    Organisation,
    Program,
    Recommendation,
    Signal,
    StoryIntent,
    StoryState,
    TierState,
)
from signalwatch.past import HISTORY, NEXT_STEP
from signalwatch.ruleset import Pack
from signalwatch.scoring import as_signal, missing_personas, points_for
from signalwatch.store.records import AssessedEvent, AssessWrite, OutboxItem, ReviewItem, Suggestion


def _signal(event: Event, account_id: str, story_id: str, program: Program | None, now: datetime, pack: Pack) -> Signal:
    """The signal an event gives an account; its id is its story and account, so a retelling is the same signal."""
    signal = as_signal(event, account_id)
    points, half_life, polarity = points_for(signal, pack.scoring)
    return replace(
        signal,
        signal_id=ids.digest("signal", story_id, account_id),
        story_id=story_id,
        event_id=event.event_id,
        program_id=program.program_id if program is not None else "",
        decided_at=now,
        points=points,
        half_life=half_life,
        polarity=polarity,
        quiet=event.quiet,
    )


def _same_document(intent: StoryIntent, event: Event) -> bool:
    """Whether an earlier event of the story comes from the very document of this one (registered and recruiting)."""
    return any(e.document_id == event.document_id and e.event_id != event.event_id for e in intent.story.events)


def history_of(signals: Sequence[Signal], current: Signal, now: datetime) -> tuple[Signal, ...]:
    """Signals of an account by event time, the current one included once, as far back as anything looks from it.

    How far that is depends on the signal alone, never on what else was in its batch: a decision can be made again.
    """
    begin = min(current.at, now) - HISTORY
    others = [s for s in signals if s.signal_id != current.signal_id and s.active and s.at >= begin]
    others.append(current)
    others.sort(key=_AT)
    return tuple(others)


_AT = attrgetter("at")


class Planner:
    """Decides one batch. Pure but for the lists it fills; everything it needs was gathered before."""

    def __init__(self, knowledge: Knowledge, gathered: Gathered, now: datetime) -> None:
        self.k = knowledge
        self.g = gathered
        self.now = now
        self.assessed: list[AssessedEvent] = []
        self.touched: dict[str, StoryState] = {}
        self.signals: dict[str, Signal] = {}
        self.retired: set[str] = set()
        self.programs: dict[str, Program] = {}
        self.decisions: list[tuple[Decision, Mapping[str, Any]]] = []
        self.recommendations: dict[str, Recommendation] = {}
        self.outbox: dict[str, OutboxItem] = {}
        self.reviews: dict[str, ReviewItem] = {}
        self.suggestions: dict[str, Suggestion] = {}
        self.opened = 0

    def event(self, resolved: Resolved) -> None:
        """Story, accounts, decisions and messages of one event."""
        event = resolved.event
        intent = stories.assign(event, resolved.keys, self.g.candidates(resolved.keys), self.k.known)
        self.opened += intent.effect == "opened"
        if stories.takes_back(event) and intent.effect == "opened":
            intent = replace(intent, effect="corrected", reason="takes back what was never told")
        self.g.add_story(intent.story)
        self.touched[intent.story_id] = intent.story
        accounts: dict[str, tuple[Organisation, Match]] = {}
        waiting = False
        for organisation, match in resolved.matches:
            if match.status == "matched":
                accounts.setdefault(match.account_id, (organisation, match))
            elif match.status in ("held", "ambiguous"):
                waiting = True
                self._hold(event, organisation, match)
            elif organisation.role == "subject":
                self._suggest(event, organisation, intent.story_id)
        named = set(accounts)
        if intent.effect == "corrected":
            self._as_before(event, intent, accounts)
        for account_id, (organisation, match) in accounts.items():
            self._account(event, intent, account_id, replace(match, role=organisation.role), account_id in named)
        outcome: Any = "decided" if accounts else "held" if waiting else "unmatched"
        reason = "" if accounts else "; ".join(m.reason for _, m in resolved.matches if m.reason)[:300]
        for account_id in accounts:
            self.g.concerned.setdefault(intent.story_id, set()).add(account_id)
        self.assessed.append(
            AssessedEvent(
                event_id=event.event_id,
                story_id=intent.story_id,
                outcome=outcome,
                reason=reason,
                account_ids=tuple(accounts),
            )
        )

    def _as_before(self, event: Event, intent: StoryIntent, accounts: dict[str, tuple[Organisation, Match]]) -> None:
        """A correction also concerns the accounts its story was taken for, whomever it names now."""
        for account_id in sorted(self.g.concerned.get(intent.story_id, ())):
            if account_id in self.k.accounts and account_id not in accounts:
                name = self.k.accounts[account_id].name
                match = Match(
                    status="matched", account_id=account_id, reason="what is corrected named this account", mention=name
                )
                accounts[account_id] = (Organisation(name=name), match)

    def _account(self, event: Event, intent: StoryIntent, account_id: str, match: Match, named: bool) -> None:
        account = self.k.accounts[account_id]
        programs = self.g.programs.setdefault(account_id, [])
        program = stories.program_of(event, account_id, programs)
        event = stories.phase_advance(event, program, programs)
        if program is not None:
            programs[:] = [p for p in programs if p.program_id != program.program_id] + [program]
            self.programs[program.program_id] = program
        known = self.g.signals.setdefault(account_id, [])
        signal = _signal(event, account_id, intent.story_id, program, self.now, self.k.pack)
        earlier = next((s for s in known if s.signal_id == signal.signal_id), None)
        concerned = self.g.concerned.get(intent.story_id, ())
        if intent.effect == "corrected" and account_id not in concerned and not stories.takes_back(event):
            intent = replace(intent, effect="opened", reason=f"what is left of it is news for {account.name}")
        if earlier is None and intent.effect in ("evidence", "updated", "status_change"):
            # The story was told before, but never as this account's: for this account it is news.
            intent = replace(intent, effect="opened", reason=f"first telling that names {account.name}")
        if earlier is not None and intent.effect in ("evidence", "updated"):
            signal = replace(earlier, attributes={**signal.attributes, **earlier.attributes})
        restated = intent.effect == "corrected" and named and stories.stands(event, intent.story)
        if restated or stories.corrected_since(event, intent.story):  # what was corrected holds, and since when it did
            facts = {**signal.attributes, **intent.story.attributes}
            signal = replace(signal, attributes=facts, at=signal.at if earlier is None else earlier.at)
        counted = earlier if earlier is not None and intent.effect == "corrected" else signal
        told = (intent.story_id, account_id) in self.g.told
        if intent.effect == "corrected" and event.quiet:
            told = False  # the past is put right without telling anybody (reprocessing, backfill)
        same_document = intent.effect == "status_change" and _same_document(intent, event)
        inputs: dict[str, Any] = {"same_document": True} if same_document else {}
        if told and same_document:
            intent = replace(intent, effect="evidence", reason=NEXT_STEP)
        tier = self.g.tiers.get(account_id, TierState(tier=account.tier, since=account.tier_since))
        case = Case(
            now=self.now,
            event=event,
            account=account,
            match=match,
            story=replace(intent, story=replace(intent.story, events=())),  # deciding looks at the effect only
            signal=signal,
            history=history_of(known, counted, self.now),
            program=program,
            programs=tuple(programs),
            tier=tier,
            told=told,
            restated=restated,
        )
        self.settle(case, intent.story.events, inputs)

    def settle(
        self,
        case: Case,
        told: Sequence[Event] = (),
        inputs: Mapping[str, Any] | None = None,
        decided: Decision | None = None,
    ) -> Decision:
        """Decide one case and take note of everything that follows from it: signal, proposal, record, messages.

        Args:
            case: what is decided; its account's signals are in what was gathered.
            told: events that told the story, as evidence of a message.
            inputs: what is stored beside the case.
            decided: the decision, where the caller made it already.
        """
        account, account_id, signal = case.account, case.account.account_id, case.signal
        known = self.g.signals.setdefault(account_id, [])
        earlier = any(s.signal_id == signal.signal_id for s in known)
        decision = decided or decide(case, self.k.pack, accounts_hash=self.k.accounts_hash)
        final = decision.signal or signal
        known[:] = [s for s in known if s.signal_id != final.signal_id] + [final]
        if final.active:
            self.signals[final.signal_id] = final
            self.retired.discard(final.signal_id)
        elif earlier:
            self.retired.add(final.signal_id)
            self.signals.pop(final.signal_id, None)
        if decision.recommendation is not None:
            recommendation = decision.recommendation
            self.recommendations[recommendation.recommendation_id] = recommendation
            self.g.tiers[account_id] = replace(
                case.tier, last_proposal_at=self.now, open_recommendation=recommendation.recommendation_id
            )
        self.decisions.append((decision, {"case": case, **(inputs or {})}))
        for alert in decision.alerts:
            self._mail(self._letter(case, decision, alert, told), account, final, case.program)
            self.g.told.add((case.story.story_id, account_id))
        return decision

    def _letter(self, case: Case, decision: Decision, alert: AlertIntent, told: Sequence[Event] = ()) -> Dossier:
        """The dossier of one alert, with what the rule pack knows of thresholds and missing personas."""
        pack = self.k.pack
        above = pack.tiers.tiers.get(case.account.tier - 1)
        letter = dossier.build(
            case,
            decision,
            alert,
            ruleset=pack.hash,
            threshold=above.enter_activity if above is not None else None,
            late_after=pack.tiers.late_after,
            told=told,
        )
        if decision.activity is not None and decision.activity.personas:
            letter = replace(letter, personas_missing=missing_personas(decision.activity, pack.personas))
        return letter

    def silence(self, account: Account, silence: Signal) -> None:
        """Decide that nothing happened after something did (`absent_for`), like any event."""
        known = self.g.signals.setdefault(account.account_id, [])
        tier = self.g.tiers.get(account.account_id, TierState(tier=account.tier, since=account.tier_since))
        programs = tuple(self.g.programs.get(account.account_id, ()))
        case = case_of_silence(silence, account, known, tier, self.now, programs)
        decision = decide(case, self.k.pack, accounts_hash=self.k.accounts_hash)
        final = decision.signal or silence
        self.signals[final.signal_id] = final
        self.decisions.append((decision, {"case": case}))
        if decision.recommendation is not None:
            key = decision.recommendation.recommendation_id
            self.recommendations[key] = decision.recommendation
            self.g.tiers[account.account_id] = replace(tier, last_proposal_at=self.now, open_recommendation=key)
        for alert in decision.alerts:
            self._mail(self._letter(case, decision, alert), account, final, None)

    def step_down(self, account: Account, watched_since: datetime) -> None:
        """Propose the move that time alone brings: activity stayed below the leave threshold for long enough.

        What was before the sources were watched is unknown, so the time counts from then at the earliest.
        """
        tier = self.g.tiers.get(account.account_id, TierState(tier=account.tier, since=account.tier_since))
        if tier.open_recommendation:
            return
        history = self.g.signals.get(account.account_id, [])
        tier = replace(tier, since=max(tier.since or watched_since, watched_since))
        proposal = review(tier, history, self.k.pack, self.now, account.account_id)
        if proposal is not None:
            self.recommendations[proposal.recommendation_id] = proposal

    def _mail(self, letter: Dossier, account: Account, signal: Signal, program: Program | None) -> None:
        """Queue one alert, for whom routing says, or for those who heard of the story before."""
        told = []
        if (letter.story_id, account.account_id) in self.g.told:
            waiting = [i for i in self.outbox.values() if i.story_id == letter.story_id]  # of this very batch
            told = [i for i in (*(r.item for r in self.g.recipients_of(letter.story_id)), *waiting)
                    if i.account_id == account.account_id]  # fmt: skip
        for item in outbox_items(letter, account, signal, program, self.k.router, self.now, told):
            self.outbox[item.outbox_id] = item

    def _hold(self, event: Event, organisation: Organisation, match: Match) -> None:
        asked = question(event, organisation, match, self.now)
        self.reviews[asked.review_id] = asked if asked.review_id not in self.reviews else replace(
            asked, event_ids=(*self.reviews[asked.review_id].event_ids, event.event_id)
        )  # fmt: skip

    def _suggest(self, event: Event, organisation: Organisation, story_id: str) -> None:
        """Note an unmatched company for the account suggestions."""
        seen = sighted(event, organisation, story_id)
        if seen is not None:
            before = self.suggestions.get(seen.key)
            self.suggestions[seen.key] = seen if before is None else replace(
                before, sightings=(*before.sightings, *seen.sightings)
            )  # fmt: skip

    def fail(self, event: Event, error: Exception) -> None:
        """Set aside an event that could not be assessed; it is shown as failed and can be reprocessed."""
        self.assessed.append(
            AssessedEvent(event_id=event.event_id, outcome="failed", reason=f"{type(error).__name__}: {error}"[:500])
        )

    def write(self) -> AssessWrite:
        """Everything the batch changes."""
        return AssessWrite(
            now=self.now,
            events=self.assessed,
            stories=list(self.touched.values()),
            signals=list(self.signals.values()),
            retired_signals=sorted(self.retired),
            programs=list(self.programs.values()),
            decisions=self.decisions,
            recommendations=list(self.recommendations.values()),
            outbox=list(self.outbox.values()),
            reviews=list(self.reviews.values()),
            suggestions=list(self.suggestions.values()),
        )
