"""The composition root: the one place that wires settings, store, network, rules, stages and engine together."""

from __future__ import annotations

import gc
import os
import random
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from msgspec.structs import replace

from signalwatch import __version__, ids, logs, revisions, rulebook
from signalwatch.accounts import merge, read_csv
from signalwatch.assess import Assess, AssessReport, Knowledge
from signalwatch.clock import Clock, SystemClock
from signalwatch.config import Configuration, ConfiguredSource
from signalwatch.deliver import Deliver, DeliveryReport
from signalwatch.detect import Detector
from signalwatch.engine import tenure
from signalwatch.engine.health import HealthServer, Metrics
from signalwatch.engine.local import Inline, LocalEngine, Tick
from signalwatch.errors import ConfigError
from signalwatch.http import HostPolicy, HostState, HttpDoor, HttpSettings, default_hosts
from signalwatch.ingest import Ingest, PollReport, Watchlist
from signalwatch.model import Dossier
from signalwatch.notifiers import render as rendering
from signalwatch.resolve import Families, Resolver
from signalwatch.routing import Router
from signalwatch.ruleset import Pack
from signalwatch.ruleset.linting import silent_rules
from signalwatch.store import Store, open_store
from signalwatch.store.records import HostBudget, OperatorAlert, OutboxItem, SourceSpec, SourceState
from signalwatch.stories import Known

UPKEEP_EVERY = timedelta(hours=1)
"""How often silences and step-downs are looked for."""
WATCH_EVERY = timedelta(seconds=2)
"""How often the rules folder is looked at."""
_FAILURES_BEFORE_ALARM = 3
_HEARTBEAT_LIMIT = 60.0
_PATIENCE = 0.75
"""Share of ``service.stop_within`` spent on waiting; the rest is for handing back and for leaving."""


def _http_settings(config: Configuration) -> HttpSettings:
    section = config.settings.http
    contact = config.settings.contact
    agent = section.user_agent or f"signalwatch/{__version__} ({contact or 'no contact configured'})"
    hosts = dict(default_hosts())
    for host, one in section.hosts.items():
        given = {name: getattr(one, name) for name in one.model_fields_set if name != "min_interval"}
        if "min_interval" in one.model_fields_set:
            given["min_interval"] = one.min_interval.total_seconds()
        hosts[host] = replace(hosts.get(host, HostPolicy()), **given)
    return HttpSettings(
        user_agent=agent,
        contact=contact,
        allow_private=section.allow_private,
        max_bytes=section.max_bytes,
        connect_timeout=section.connect_timeout,
        read_timeout=section.read_timeout,
        max_wait=section.max_wait.total_seconds(),
        total_timeout=section.total_timeout,
        proxy=section.proxy,
        ca_bundle=section.ca_bundle,
        hosts=hosts,
    )


def settle_memory() -> None:
    """Take accounts and rules out of the garbage collector's rounds: they stay, and walking them costs a sixth of all CPU.

    Called after each rebuild; what the rebuild left behind is collected first.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def router(pack: Pack, config: Configuration) -> Router:
    """The routing tree on the configured channels."""
    return Router(pack.routes, channels=tuple(config.channels), default=config.settings.default_channels)


def check_routes(pack: Pack, config: Configuration) -> None:
    """Routes may only name configured channels; raises ConfigError otherwise."""
    router(pack, config).check()


class App:
    """A wired signalwatch. ``cycle`` runs every stage once in this thread; ``run`` is the service."""

    def __init__(
        self,
        config: Configuration,
        *,
        clock: Clock | None = None,
        rng: random.Random | None = None,
        log: Any = None,
        owner: str = "",
    ) -> None:
        self.config = config
        self.clock: Clock = clock or SystemClock()
        self.rng = rng or random.Random()  # noqa: S311 - jitter, not secrets
        self.log = log or logs.get("signalwatch")
        self.owner = owner or f"{socket.gethostname()}:{os.getpid()}"
        self._tenure: tenure.Tenure | None = None
        self.metrics = Metrics()
        self.stop = threading.Event()
        self._lock = threading.Lock()
        self._reloading = threading.Lock()
        self._unsettled = ""
        self._knowledge: Knowledge | None = None
        self._names = ""
        self._open_notices: list[OperatorAlert] = []
        self._hosts: dict[str, HostBudget] | None = None
        self._watchlist: tuple[str, Watchlist] | None = None
        # Everything fallible is built before anything is opened or started.
        self.rules_signature = rulebook.signature(config.rules_folder)
        book = rulebook.read(config.rules_folder, check=partial(check_routes, config=config))
        self.pack: Pack = book.pack
        self.detector: Detector = book.detector
        self.families: Families = book.families
        self.store: Store = open_store(config.database_url)
        self.http = HttpDoor(
            _http_settings(config), self.clock, rng=self.rng, load_state=self._load_host, save_state=self._save_host
        )
        self.sources: dict[str, ConfiguredSource] = {s.source_id: s for s in config.sources}
        service = config.settings.service
        self.ingest = Ingest(
            self.store,
            self.http,
            self.clock,
            self.sources,
            lambda: self.detector,
            self.watchlist,
            lease=service.lease,
            log=self.log,
            rng=self.rng,
            stop=self.stop,
        )
        self.assess = Assess(self.store, self.clock, self.knowledge, log=self.log, batch=service.assess_batch)
        self.deliver = Deliver(
            self.store,
            self.http,
            self.clock,
            config.channels,
            lease=service.lease,
            log=self.log,
            rng=self.rng,
            render=self.render,
            operator=self.operator_alert,
            resolved=self.operator_resolve,
            stop=self.stop,
        )

    def _load_host(self, group: str) -> HostState | None:
        """What the database remembers of a host group's freeze and budget."""
        if self._hosts is None:
            self._hosts = self.store.load_hosts()
        known = self._hosts.get(group)
        if known is None:
            return None
        day = known.day.isoformat() if known.day is not None else ""
        return HostState(frozen_until=known.frozen_until, next_at=known.next_at, day=day, used=known.used)

    def _save_host(self, group: str, state: HostState) -> None:
        """Remember a freeze or a spent budget over restarts."""
        day = date.fromisoformat(state.day) if state.day else None
        self.store.save_host(group, state.next_at, state.frozen_until, day=day, used=state.used)

    def take_over(self) -> None:
        """Be the one service of an SQLite file if nobody else is, and go on with what an earlier one held when it died.

        Elsewhere (PostgreSQL, a second service on the same file) we keep an owner name of our own, and what a dead
        worker held is free again when its lease ends.
        """
        if self._tenure is not None or self.store.path is None:
            return
        self._tenure = tenure.begin(self.store.path)
        if self._tenure is None:
            self.log.warning("not_alone", database=self.store.url_masked, owner=self.owner)
            return
        self.owner = tenure.OWNER
        sources, messages = (
            self.store.release_sources(self.owner),
            self.store.release_outbox(self.owner, in_flight=True),
        )
        if sources or messages:
            self.log.warning(
                "took_over", sources=sources, messages=messages, reason="the last run did not stop by itself"
            )

    # --- what the stages need -----------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Write sources, accounts and the rule set's hash into the database. Idempotent."""
        now = self.clock.now()
        specs = [
            SourceSpec(
                source_id=s.source_id,
                connector=s.connector_name,
                title=s.title,
                every=s.every,
                cadence=s.cadence,
                settings_hash=ids.digest(dict(s.settings)),
                backfill=s.backfill,
            )
            for s in self.sources.values()
        ]
        self.store.sync_sources(specs, now)
        self.import_accounts()
        self._record_rules(self.pack, now)

    def import_accounts(self) -> None:
        """Import the accounts file when settings name one; bad rows are reported and skipped."""
        if not self.config.settings.accounts:
            return
        path = self.config.folder / self.config.settings.accounts
        result = read_csv(path)
        for problem in result.problems:
            self.log.warning("accounts_row", problem=str(problem))
        if not result.accounts:
            raise ConfigError(result.problems or f"{path}: no account could be read")
        before = {a.account_id: a for a in self.store.accounts()}
        plan = merge(before.values(), result.accounts, given=result.given, file=path.name)
        for conflict in plan.conflicts:
            self.log.warning("accounts_row", problem=str(conflict))
        # A start never undoes a tier that a person decided: tiers of known accounts move by `accounts import` only.
        moved = [replace(c.after, tier=c.before.tier, tier_since=c.before.tier_since) for c in plan.changed]
        changed = [account for account in moved if account != before[account.account_id]]
        if plan.added or changed:
            self.store.upsert_accounts([*plan.added, *changed], self.clock.now(), by="import")
        self.log.info("accounts", file=str(path), added=len(plan.added), changed=len(changed), total=len(plan.result))

    def knowledge(self) -> Knowledge:
        """Accounts, resolver, rules and routes as of now; rebuilt when accounts or rules changed."""
        version = self.store.accounts_version()
        with self._lock:
            current = self._knowledge
            if current is not None and current.accounts_hash == version and current.pack is self.pack:
                return current
            if current is not None and current.accounts_hash == version:
                accounts, resolver = current.accounts, current.resolver
            else:
                names = self.store.names_version()
                rows = self.store.accounts()
                accounts = {a.account_id: a for a in rows}
                if current is not None and names == self._names:
                    resolver = current.resolver  # only tiers or owners moved
                else:
                    resolver = Resolver(rows, families=self.families, answers=self.store.answers())
                self._names = names
            self._knowledge = Knowledge(
                accounts=accounts,
                resolver=resolver,
                pack=self.pack,
                router=router(self.pack, self.config),
                accounts_hash=version,
                known=current.known if current is not None else Known(self.families.called()),
            )
            settle_memory()
            return self._knowledge

    def watchlist(self) -> Watchlist:
        """What connectors may know of the accounts."""
        knowledge = self.knowledge()
        cached = self._watchlist
        if cached is not None and cached[0] == knowledge.accounts_hash:
            return cached[1]
        rows = knowledge.accounts.values()
        watch = Watchlist(
            ciks=frozenset(a.cik for a in rows if a.cik is not None),
            names=tuple(a.name for a in rows),
            might_match=knowledge.resolver.might_match,
        )
        self._watchlist = (knowledge.accounts_hash, watch)
        return watch

    def render(self, kind: str, recipient: str, dossiers: Sequence[Dossier]) -> tuple[str, str, str]:
        return rendering.message(kind, dossiers, zone=self.config.settings.timezone)

    def reload_rules(self) -> bool:
        """Build everything new from the rules folder, then switch. A bad set is refused and the old one stays.

        One at a time: a signal and the watch may ask at once, and the slower of two must not bring back older files.
        """
        with self._reloading:
            return self._reload()

    def _reload(self) -> bool:
        self.rules_signature = rulebook.signature(self.config.rules_folder)
        subject = str(self.config.settings.rules)
        try:
            book = rulebook.read(self.config.rules_folder, check=partial(check_routes, config=self.config))
        except ConfigError as error:
            errors = [p for p in error.problems if p.severity == "error"]
            self.log.error("rules_refused", problems=[str(p) for p in errors][:50], errors=len(errors))
            said = f"rule set refused, the old one stays ({len(errors)} error{'s' if len(errors) > 1 else ''}):"
            self.operator_alert("bad_rules", subject, f"{said}\n{rulebook.report(errors)}")
            return False
        with self._lock:
            self.pack, self.detector = book.pack, book.detector
            if book.families != self.families:
                self.families, self._knowledge = book.families, None
        self._record_rules(book.pack, self.clock.now())
        self.operator_resolve("bad_rules", subject)
        self.log.info("rules_loaded", ruleset=ids.short(book.pack.hash), rules=len(book.pack.rules))
        return True

    def watch_rules(self) -> None:
        """Reload a folder that has changed, once it has stood still for one look: a save of several files is one change."""
        signature = rulebook.signature(self.config.rules_folder)
        if signature == self.rules_signature:
            self._unsettled = ""
        elif signature == self._unsettled:
            self.reload_rules()
        else:
            self._unsettled = signature

    def _record_rules(self, pack: Pack, now: datetime) -> None:
        """Keep the rule set with its texts and who wrote it, so that what it decides can be decided again when it has
        changed."""
        known = self.store.knows_ruleset(pack.hash)
        author = "" if known else revisions.author(self.config.rules_folder)
        source = str(self.config.settings.rules)
        self.store.record_ruleset(pack.hash, source, author, now, files=pack.texts, types=pack.fields.types)

    # --- operator alerts ------------------------------------------------------------------------------------------

    def operator_alert(self, kind: str, subject: str, message: str) -> None:
        """Open an operator alert once, log it, and queue a message to the operator (never to BD)."""
        now = self.clock.now()
        letter = self._letter("operator", kind, subject, message, now)
        if self.store.open_operator_alert(kind, subject, message, now, tell=letter):
            self.log.warning("operator_alert", kind=kind, subject=subject, message=message[:2000])

    def operator_resolve(self, kind: str, subject: str) -> None:
        """Close an operator alert if it is open, and say that it is over."""
        now = self.clock.now()
        letter = self._letter("resolve", kind, subject, "over", now)
        if self.store.resolve_operator_alert(kind, subject, now, tell=letter):
            self.log.info("operator_resolved", kind=kind, subject=subject)

    def _letter(self, letter: Any, kind: str, subject: str, message: str, now: datetime) -> list[OutboxItem]:
        """The message to the operator; none without an operator channel, or about that channel itself."""
        operator = self.config.settings.operator
        if not operator.channel or (kind == "failing_channel" and subject == operator.channel):
            return []
        alert_id = ids.digest(letter, kind, subject, now)
        word = "Resolved: " if letter == "resolve" else ""
        card = Dossier(
            kind=letter,
            alert_id=alert_id,
            headline=f"{word}signalwatch {kind.replace('_', ' ')}: {subject}",
            what=message[:4000],
            decided_at=now,
        )
        item = OutboxItem(
            outbox_id=ids.digest("outbox", alert_id, operator.channel),
            channel=operator.channel,
            recipient=operator.recipient,
            kind=letter,
            dossier=card,
            due_at=now,
            created_at=now,
        )
        return [item]

    def watch(self) -> None:
        """Notice silence: stale and failing sources; resolve what is over; keep the gauges fresh."""
        now = self.clock.now()
        self._open_notices = [a for a in self.store.operator_alerts(open_only=True) if a.kind == "notice"]
        self.store.expire_recommendations(now)
        for state in self.store.sources():
            if not state.enabled:
                continue
            since = state.last_success_at or state.added_at
            limit = state.cadence or max(state.every * 4, timedelta(hours=1))
            if now - since > limit:
                text = f"no successful poll since {since:%Y-%m-%d %H:%M} UTC; last error: {state.last_error or 'none'}"
                self.operator_alert("stale_source", state.source_id, text)
            else:
                self.operator_resolve("stale_source", state.source_id)
            if state.failures >= _FAILURES_BEFORE_ALARM:
                text = f"{state.failures} failed polls in a row: {state.last_error}"
                self.operator_alert("failing_source", state.source_id, text)
            elif state.failures == 0 and state.last_success_at is not None:
                self.operator_resolve("failing_source", state.source_id)
                self._resolve_notices(state.source_id, state.last_success_at, state.every / 2)
            self.metrics.source_age.labels(state.source_id).set((now - since).total_seconds())

    def _watch_rules(self, now: datetime) -> None:
        """Notice live rules that are examined again and again and never match."""
        silent = silent_rules(self.pack, self.store.rule_stats(), now, self.config.settings.service.silent_rule_after)
        for rule_id, message in silent.items():
            self.operator_alert("silent_rule", rule_id, message)
        for alert in self.store.operator_alerts(open_only=True):
            if alert.kind == "silent_rule" and alert.subject not in silent:
                self.operator_resolve("silent_rule", alert.subject)

    def _resolve_notices(self, source_id: str, last_success: datetime, margin: timedelta) -> None:
        """A notice of a source is over when a *later* poll (``margin`` after it) went well without repeating it."""
        for alert in self._open_notices:
            if (
                alert.subject.startswith(f"{source_id}: ")
                and alert.last_at is not None
                and last_success - alert.last_at > margin
            ):
                self.operator_resolve("notice", alert.subject)

    def refresh_gauges(self) -> None:
        """Queue depths and ages for /metrics."""
        lag = self.store.lag(self.clock.now())
        for name, value in lag.items():
            gauge = self.metrics.lag if name.endswith("_age") else self.metrics.depth
            gauge.labels(name).set(float(value))
        self.metrics.operator_alerts.set(len(self.store.operator_alerts(open_only=True)))

    # --- the stages, counted ----------------------------------------------------------------------------------------

    def count_poll(self, report: PollReport) -> PollReport:
        """Add a source run to the metrics."""
        self.metrics.polls.labels(report.source_id, str(report.ok).lower()).inc()
        self.metrics.documents.labels(report.source_id).inc(report.documents)
        self.metrics.quarantined.labels(report.source_id).inc(report.quarantined)
        for name, number in report.new_event_types.items():
            self.metrics.events.labels(name).inc(number)
        self.metrics.seconds.labels("ingest").observe(report.seconds)
        return report

    def poll_due(self, *, limit: int = 100, only: Iterable[str] = ()) -> list[PollReport]:
        """Poll what is due, one source after the other, in this thread."""
        reports = self.ingest.run_due(self.owner, limit=limit, only=only)
        return [self.count_poll(r) for r in reports]

    def _poll_one(self, state: SourceState) -> PollReport:
        return self.count_poll(self.ingest.poll(state, self.owner))

    def assess_all(self) -> list[AssessReport]:
        """Assess batches until nothing waits."""
        reports: list[AssessReport] = []
        while not self.stop.is_set():
            report = self.assess.run()
            if not report.events:
                break
            reports.append(report)
            self.metrics.seconds.labels("assess").observe(report.seconds)
            self.metrics.recommendations.inc(report.recommendations)
            for name in ("decided", "unmatched", "held", "failed"):
                self.metrics.assessed.labels(name).inc(getattr(report, name))
            if report.failed:
                self.operator_alert("notice", "assess", f"{report.failed} events could not be assessed; see the log")
        return reports

    def upkeep(self) -> None:
        """Once an hour: silences that fell due, step-downs, expired proposals. The last time stands in the database."""
        now = self.clock.now()
        last = self.store.heartbeats().get("upkeep")
        if last is not None and now - last < UPKEEP_EVERY:
            return
        watched_since = min((s.added_at for s in self.store.sources()), default=now)
        report = self.assess.upkeep(last or now, watched_since)
        self.store.heartbeat("upkeep", now)
        self._watch_rules(now)
        self.metrics.recommendations.inc(report.recommendations)

    def deliver_due(self) -> list[DeliveryReport]:
        """Send what is due."""
        reports = self.deliver.run(self.owner)
        for report in reports:
            self.metrics.deliveries.labels(report.channel, report.state).inc()
            self.metrics.seconds.labels("deliver").observe(report.seconds)
        return reports

    def cycle(self) -> tuple[list[PollReport], list[AssessReport], list[DeliveryReport]]:
        """Every stage once, in order, in this thread: `run --once`, the demo and the tests."""
        polled = self.poll_due()
        assessed = self.assess_all()
        self.upkeep()
        self.watch()
        delivered = self.deliver_due()
        return polled, assessed, delivered

    # --- the service ------------------------------------------------------------------------------------------------

    def run(self, *, until: threading.Event | None = None) -> bool:
        """Run the service until ``until`` (or ``self.stop``) is set.

        True when everything under way finished in time. False: all was handed back, but a thread still waits for a server
        that does not answer, and Python would wait for it too: the caller should leave by ``os._exit``.
        """
        until = until or self.stop
        service = self.config.settings.service
        self.take_over()
        self.prepare()
        self.knowledge()
        pool = Inline(service.workers, lambda key, error: self.log.error("work_failed", key=key, error=repr(error)))

        def poll() -> None:
            room = service.workers - pool.running()
            if room <= 0:
                return
            states = self.store.claim_due_sources(self.clock.now(), owner=self.owner, lease=service.lease, limit=room)
            for state in states:
                if not pool.submit(f"source:{state.source_id}", partial(self._poll_one, state)):
                    self.store.release_source(state.source_id, self.owner)

        ticks = [
            Tick("poll", min(service.tick, timedelta(seconds=5)), poll),
            Tick("assess", service.tick, self.assess_all),
            Tick("deliver", service.tick, self.deliver_due),
            Tick("watch", timedelta(seconds=30), self.watch),
            Tick("upkeep", timedelta(minutes=5), self.upkeep),
            Tick("reload", WATCH_EVERY, self.watch_rules),
        ]
        engine = LocalEngine(ticks, self.clock, log=self.log)
        health = self._health(engine)
        started = time.perf_counter()
        engine.start()
        if health is not None:
            health.start()
        self.log.info(
            "started", version=__version__, sources=len(self.sources), rules=len(self.pack.rules),
            ruleset=ids.short(self.pack.hash), accounts=len(self.knowledge().accounts), database=self.store.url_masked,
            listen=service.listen if health is None else f"port {health.port}",
        )  # fmt: skip
        # With a time-out: a signal that arrives just before the wait begins does not wake it, and its handler runs after.
        while not until.wait(0.5):
            pass
        clean = self._wind_down(engine, pool)
        if health is not None:
            health.stop()
        self.log.info("stopped", clean=clean, seconds=round(time.perf_counter() - started, 1))
        return clean

    def _wind_down(self, engine: LocalEngine, pool: Inline) -> bool:
        """Start nothing new, let what is under way finish, hand back the rest. False when something did not finish.

        A message being sent stays ``sending``: it may arrive yet, so the next start sends it again and says so.
        """
        patience = self.config.settings.service.stop_within.total_seconds() * _PATIENCE
        started = time.monotonic()
        self.stop.set()
        self.http.stop()
        ticked = engine.stop(patience)
        clean = pool.drain(max(0.0, patience - (time.monotonic() - started))) and ticked
        if not clean:
            self.store.release_sources(self.owner)  # a late page is refused: its source is not ours any more
        self.store.release_outbox(self.owner)
        return clean

    def _health(self, engine: LocalEngine) -> HealthServer | None:
        listen = self.config.settings.service.listen
        if listen == "off":
            return None
        host, _, port = listen.rpartition(":")
        try:
            return HealthServer(
                (host or "127.0.0.1", int(port)),
                self.metrics,
                live=lambda: {"ok": engine.alive(), "version": __version__},
                ready=lambda: self.readiness(engine),
                refresh=self.refresh_gauges,
            )
        except (OSError, ValueError) as error:
            raise ConfigError(f"service.listen: cannot listen on {listen!r}: {error}") from error

    def readiness(self, engine: LocalEngine) -> dict[str, Any]:
        """Heartbeats, database, overdue sources and the oldest waiting message."""
        now = self.clock.now()
        problems: list[str] = []
        if not engine.alive():
            problems.append("scheduler is not running")
        for name in ("poll", "assess", "deliver"):
            last = engine.last.get(name)
            if last is None:
                problems.append(f"tick {name} has not run yet")
            elif (now - last).total_seconds() > _HEARTBEAT_LIMIT:
                problems.append(f"tick {name} last finished {int((now - last).total_seconds())} s ago")
        try:
            self.store.ping()
        except Exception as error:  # noqa: BLE001 - whatever the database says is the answer of this probe
            problems.append(f"database: {type(error).__name__}")
        alerts = [f"{a.kind}: {a.subject}" for a in self.store.operator_alerts(open_only=True)] if not problems else []
        return {
            "ok": not problems,
            "problems": problems,
            "operator_alerts": alerts,
            "ruleset": ids.short(self.pack.hash),
        }

    def close(self) -> None:
        """Hand back what is held and close the database."""
        self.stop.set()
        self.store.close()
        if self._tenure is not None:
            self._tenure.end()
            self._tenure = None
