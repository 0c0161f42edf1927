"""The loop of stage 2: claim, gather, plan, write."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from signalwatch import ids
from signalwatch.assess.gathering import Gathered, Knowledge, gather, resolve_event
from signalwatch.assess.planning import Planner
from signalwatch.past import HISTORY

if TYPE_CHECKING:
    from signalwatch.clock import Clock
    from signalwatch.store import Store

UPKEEP_CHUNK = 500


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
            # a rewrite often keeps the date of what it corrects: what was seen first is told first
            events.sort(key=lambda e: (e.published_at or e.first_seen_at or now, e.first_seen_at or now, e.event_id))
            resolved = [resolve_event(event, knowledge.resolver, knowledge.known) for event in events]
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
                due = {a: knowledge.pack.silences(gathered.signals.get(a, ()), since, now) for a in chunk}
                silent = [a for a, silences in due.items() if silences]
                gathered.programs = {a: list(p) for a, p in tx.programs(silent).items()} if silent else {}
                planner = Planner(knowledge, gathered, now)
                for account_id in chunk:
                    account = knowledge.accounts[account_id]
                    for silence in due[account_id]:
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
