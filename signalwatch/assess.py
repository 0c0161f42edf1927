"""Stage 2, assess: events are resolved to accounts, join stories and programs, and rules decide; one transaction a batch.

Claiming, gathering and writing share one transaction, so a crash in the middle leaves the events as they were. The
deciding itself (`plan`) is a pure function of what was gathered.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from signalwatch import dossier, ids, stories
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
from signalwatch.routing import facts_of
from signalwatch.scoring import as_signal, missing_personas, points_for
from signalwatch.store.records import AssessedEvent, AssessWrite, OutboxItem, OutboxRow, ReviewItem, Suggestion

if TYPE_CHECKING:
    from signalwatch.clock import Clock
    from signalwatch.resolve import Resolver
    from signalwatch.routing import Router
    from signalwatch.ruleset import Pack
    from signalwatch.store import AssessTx, Store

_DEALS = frozenset({"merger_acquisition", "partnership", "licensing_deal"})


@dataclass(frozen=True)
class Knowledge:
    """What decisions depend on besides the event: swapped as a whole when accounts or rules change."""

    accounts: Mapping[str, Account]
    resolver: Resolver
    pack: Pack
    router: Router
    accounts_hash: str


@dataclass(slots=True)
class AssessReport:
    """One assessed batch, as the canonical log line tells it."""

    events: int = 0
    decided: int = 0
    unmatched: int = 0
    held: int = 0
    failed: int = 0
    stories_opened: int = 0
    signals: int = 0
    recommendations: int = 0
    alerts: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Gathered:
    """What the store knew of the accounts and stories a batch touches. Plans update it as they go through the batch."""

    stories: dict[str, StoryState] = field(default_factory=dict)
    by_key: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    signals: dict[str, list[Signal]] = field(default_factory=dict)
    programs: dict[str, list[Program]] = field(default_factory=dict)
    tiers: dict[str, TierState] = field(default_factory=dict)
    told: set[tuple[str, str]] = field(default_factory=set)
    recipients_of: Callable[[str], Sequence[OutboxRow]] = lambda story_id: ()  # asked for corrections and updates only

    def add_story(self, story: StoryState) -> None:
        """Make a new or changed story findable for the rest of the batch."""
        self.stories[story.story_id] = story
        for key in story.keys:
            if story.story_id not in self.by_key[key]:
                self.by_key[key].append(story.story_id)

    def candidates(self, keys: Sequence[str]) -> list[StoryState]:
        """Stories that share a blocking key."""
        found = dict.fromkeys(sid for key in keys for sid in self.by_key.get(key, ()))
        return [self.stories[sid] for sid in found]


@dataclass(frozen=True, slots=True)
class Resolved:
    """An event with what its names mean."""

    event: Event
    keys: tuple[str, ...]
    matches: tuple[tuple[Organisation, Match], ...]  # organisations whose account should hear of it


def concerned(event: Event) -> list[Organisation]:
    """Organisations whose account an event concerns: its subjects, and in deals the counterparties too."""
    roles = ("subject", "counterparty") if event.type in _DEALS else ("subject",)
    return [o for o in event.organisations if o.role in roles]


def resolve_event(event: Event, resolver: Resolver) -> Resolved:
    """Resolve the names of an event and compute its story keys."""
    context = f"{event.title} {event.span.text}" if event.span.text not in event.title else event.title
    matches: list[tuple[Organisation, Match]] = []
    names: dict[str, str] = {}
    for organisation in concerned(event):
        for match in resolver.resolve_all(organisation, context=context):  # an alliance may name several
            matches.append((organisation, match))
            if match.status == "matched":
                names.setdefault(organisation.name, match.account_id)
    return Resolved(event=event, keys=stories.keys_of(event, names), matches=tuple(matches))


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
        intent = stories.assign(event, resolved.keys, self.g.candidates(resolved.keys))
        self.opened += intent.effect == "opened"
        if event.correction and event.attributes.get("reverted") and intent.effect == "opened":
            event = replace(event, quiet=True)  # it takes back what we never told: nothing to alert about
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
                self._suggest(event, organisation)
        for account_id, (organisation, match) in accounts.items():
            self._account(event, intent, account_id, replace(match, role=organisation.role))
        outcome: Any = "decided" if accounts else "held" if waiting else "unmatched"
        reason = "" if accounts else "; ".join(m.reason for _, m in resolved.matches if m.reason)[:300]
        self.assessed.append(
            AssessedEvent(
                event_id=event.event_id,
                story_id=intent.story_id,
                outcome=outcome,
                reason=reason,
                account_ids=tuple(accounts),
            )
        )

    def _account(self, event: Event, intent: StoryIntent, account_id: str, match: Match) -> None:
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
        if earlier is None and intent.effect in ("evidence", "updated", "status_change"):
            # The story was told before, but never as this account's: for this account it is news.
            intent = replace(intent, effect="opened", reason=f"first telling that names {account.name}")
        if earlier is not None and intent.effect in ("evidence", "updated"):
            signal = replace(earlier, attributes={**signal.attributes, **earlier.attributes})
        told = (intent.story_id, account_id) in self.g.told
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
            history=history_of(known, signal, self.now),
            program=program,
            programs=tuple(programs),
            tier=tier,
            told=told,
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
        elif earlier:
            self.retired.add(final.signal_id)
        if decision.recommendation is not None:
            recommendation = decision.recommendation
            self.recommendations[recommendation.recommendation_id] = recommendation
            self.g.tiers[account_id] = replace(
                case.tier, last_proposal_at=self.now, open_recommendation=recommendation.recommendation_id
            )
        self.decisions.append((decision, {"case": case, **(inputs or {})}))
        for alert in decision.alerts:
            for item in self._mail(self._letter(case, decision, alert, told), account, final, case.program):
                self.outbox[item.outbox_id] = item
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
            self.recommendations[decision.recommendation.recommendation_id] = decision.recommendation
        for alert in decision.alerts:
            for item in self._mail(self._letter(case, decision, alert), account, final, None):
                self.outbox[item.outbox_id] = item

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

    def _mail(self, letter: Dossier, account: Account, signal: Signal, program: Program | None) -> list[OutboxItem]:
        """Outbox items of one alert; a correction or update also goes to everyone who got the original."""
        facts = facts_of(letter, account, signal, program.areas if program is not None else ())
        items = [
            OutboxItem(
                outbox_id=ids.digest("outbox", letter.alert_id, d.channel, d.recipient),
                channel=d.channel,
                recipient=d.recipient,
                kind=letter.kind,
                dossier=letter,
                group_key=d.group_key,
                thread_key=f"{account.account_id}|{letter.program or letter.story_id}",
                due_at=d.due_at,
                created_at=self.now,
                account_id=account.account_id,
                story_id=letter.story_id,
                decision_id=letter.decision_id,
            )
            for d in self.k.router.deliveries(facts, letter, self.now)
        ]
        if letter.kind in ("correction", "update"):
            reached = {(i.channel, i.recipient) for i in items}
            told = {
                (row.item.channel, row.item.recipient)
                for row in self.g.recipients_of(letter.story_id)
                if row.item.account_id == account.account_id
            }
            for channel, recipient in sorted(told - reached):
                item = OutboxItem(
                    outbox_id=ids.digest("outbox", letter.alert_id, channel, recipient),
                    channel=channel,
                    recipient=recipient,
                    kind=letter.kind,
                    dossier=letter,
                    thread_key=f"{account.account_id}|{letter.program or letter.story_id}",
                    due_at=self.now,
                    created_at=self.now,
                    account_id=account.account_id,
                    story_id=letter.story_id,
                    decision_id=letter.decision_id,
                )
                items.append(item)
        return items

    def _hold(self, event: Event, organisation: Organisation, match: Match) -> None:
        review_id = ids.digest("review", organisation.name.casefold().strip())
        before = self.reviews.get(review_id)
        self.reviews[review_id] = ReviewItem(
            review_id=review_id,
            mention=organisation.name,
            context=event.title[:500],
            candidates=match.candidates,
            reason=match.reason,
            event_ids=(*(before.event_ids if before is not None else ()), event.event_id),
            created_at=self.now,
        )

    def _suggest(self, event: Event, organisation: Organisation) -> None:
        """Count an unmatched company for the account suggestions; academic and public bodies are left out."""
        if organisation.kind and organisation.kind != "INDUSTRY":
            return
        if event.quiet and event.type == "filing":
            return
        key = " ".join(stories.name_words(organisation.name))
        if not key:
            return
        points, _, polarity = points_for(event, self.k.pack.scoring)
        before = self.suggestions.get(key)
        self.suggestions[key] = Suggestion(
            name=before.name if before is not None else organisation.name,
            key=key,
            events=(before.events if before is not None else 0) + 1,
            score=(before.score if before is not None else 0.0) + (points if polarity == "positive" else 0.0),
            last_at=max(filter(None, (event.at, before.last_at if before is not None else None))),
            evidence=(*(before.evidence if before is not None else ()), event.url or event.title)[:5],
        )

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


def gather(tx: AssessTx, resolved: Iterable[Resolved], now: datetime) -> Gathered:
    """Read what the store knows of the accounts and stories of a batch: five queries whatever its size."""
    resolved = list(resolved)
    gathered = Gathered()
    keys = list(dict.fromkeys(key for r in resolved for key in r.keys))
    oldest = min((r.event.at for r in resolved), default=now)
    for story in tx.stories(keys, oldest - stories.LONGEST_WINDOW):
        gathered.add_story(story)
    account_ids = sorted({m.account_id for r in resolved for _, m in r.matches if m.status == "matched"})
    if account_ids:
        gathered.signals = {a: list(s) for a, s in tx.signals(account_ids, min(oldest, now) - HISTORY).items()}
        gathered.programs = {a: list(p) for a, p in tx.programs(account_ids).items()}
        gathered.tiers = dict(tx.tier_states(account_ids))
        gathered.told = set(tx.told(list(gathered.stories)))
        gathered.recipients_of = tx.told_recipients
    return gathered


UPKEEP_CHUNK = 500


class Assess:
    """Claims new events and decides them."""

    def __init__(
        self, store: Store, clock: Clock, knowledge: Callable[[], Knowledge], *, log: Any, batch: int = 200
    ) -> None:
        self._store = store
        self._clock = clock
        self._knowledge = knowledge
        self._log = log
        self._batch = batch

    def run(self, *, quiet: bool = False) -> AssessReport:
        """Assess one batch; with ``quiet`` nothing of it alerts. The report's ``events`` is 0 when nothing waited."""
        started = time.perf_counter()
        report = AssessReport()
        knowledge = self._knowledge()
        now = self._clock.now()
        with self._store.assessing(now, limit=self._batch) as tx:
            events = [replace(e, quiet=True) for e in tx.events] if quiet else tx.events
            if not events:
                return report
            resolved = [resolve_event(event, knowledge.resolver) for event in events]
            planner = Planner(knowledge, gather(tx, resolved, now), now)
            for one in resolved:
                try:
                    planner.event(one)
                except Exception as error:  # noqa: BLE001 - one event must not hold up the others; it is loud and kept
                    self._log.exception("assess_bug", event_id=one.event.event_id)
                    planner.fail(one.event, error)
            write = planner.write()
            tx.write(write)
        outcomes = [e.outcome for e in write.events]
        report.events = len(events)
        report.decided = outcomes.count("decided")
        report.unmatched = outcomes.count("unmatched")
        report.held = outcomes.count("held")
        report.failed = outcomes.count("failed")
        report.stories_opened = planner.opened
        report.signals = len(write.signals)
        report.recommendations = len(write.recommendations)
        report.alerts = len(write.outbox)
        report.seconds = time.perf_counter() - started
        self._log.info(
            "assessed",
            events=report.events,
            decided=report.decided,
            unmatched=report.unmatched,
            held=report.held,
            failed=report.failed,
            recommendations=report.recommendations,
            alerts=report.alerts,
            ruleset=ids.short(knowledge.pack.hash),
            seconds=round(report.seconds, 3),
        )
        return report

    def upkeep(self, since: datetime, watched_since: datetime) -> AssessReport:
        """What time alone brings: silences that fell due after ``since``, and step-downs. Chunks of accounts, one
        transaction each."""
        started = time.perf_counter()
        report = AssessReport()
        knowledge = self._knowledge()
        now = self._clock.now()
        ids_ = sorted(knowledge.accounts)
        for start in range(0, len(ids_), UPKEEP_CHUNK):
            chunk = ids_[start : start + UPKEEP_CHUNK]
            with self._store.assessing(now, limit=0) as tx:
                gathered = Gathered()
                gathered.signals = {a: list(s) for a, s in tx.signals(chunk, now - HISTORY).items()}
                gathered.tiers = dict(tx.tier_states(chunk))
                planner = Planner(knowledge, gathered, now)
                for account_id in chunk:
                    account = knowledge.accounts[account_id]
                    for silence in knowledge.pack.silences(gathered.signals.get(account_id, ()), since, now):
                        planner.silence(account, silence)
                    if account.tier in (1, 2):
                        planner.step_down(account, watched_since)
                write = planner.write()
                if write.signals or write.recommendations or write.decisions:
                    tx.write(write)
            report.signals += len(write.signals)
            report.recommendations += len(write.recommendations)
            report.alerts += len(write.outbox)
        report.seconds = time.perf_counter() - started
        if report.signals or report.recommendations:
            self._log.info("upkeep", silences=report.signals, recommendations=report.recommendations, alerts=report.alerts,
                           seconds=round(report.seconds, 3))  # fmt: skip
        return report
