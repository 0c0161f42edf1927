"""Stage 1, ingest: a due source is claimed, polled page by page, and documents, events and cursor are committed together.

One source failing is a value in the report; the loop goes on. A record that cannot be understood is quarantined with
its reason, next to nothing being lost.
"""

from __future__ import annotations

import dataclasses
import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as clock_time
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from signalwatch import ids
from signalwatch.errors import BadPayload, Blocked, Deferred, SignalwatchError, SourceError, StoreError
from signalwatch.model import Document, Event, Known, Page, Quarantined, Validators
from signalwatch.store.records import PageCommit, PollOutcome, SourceState

if TYPE_CHECKING:
    from signalwatch.clock import Clock
    from signalwatch.config import ConfiguredSource
    from signalwatch.sdk import Detector, Http
    from signalwatch.store import Store

_LONGEST_BACKOFF = timedelta(hours=6)
_BLOCKED_FOR = timedelta(hours=1)
STALE = timedelta(days=60)
"""What was published longer ago than this when we first see it is recorded and scored, but is no news to anybody."""


class Stopped(SignalwatchError):
    """The service is stopping; the source was handed back between two pages."""


@dataclass(frozen=True, slots=True)
class Watchlist:
    """What connectors may know of the accounts. Rebuilt whenever the accounts change."""

    ciks: frozenset[int] = frozenset()
    names: tuple[str, ...] = ()
    might_match: Callable[[str], bool] = lambda name: False


@dataclass(slots=True)
class PollReport:
    """One source run, as the canonical log line tells it."""

    source_id: str
    ok: bool = True
    pages: int = 0
    documents: int = 0
    events: int = 0
    quarantined: int = 0
    unchanged: int = 0
    error: str = ""
    seconds: float = 0.0
    due_at: datetime | None = None
    new_event_types: dict[str, int] = field(default_factory=dict)


class _Context:
    """The PollContext a connector sees."""

    def __init__(
        self,
        state: SourceState,
        source: ConfiguredSource,
        store: Store,
        http: Http,
        clock: Clock,
        watch: Watchlist,
        log: Any,
    ) -> None:
        self.source_id = state.source_id
        self.clock = clock
        self.http = http
        self.validators: Mapping[str, Validators] = state.validators
        self.log = log
        self._store = store
        self._connector = source.connector_name
        self._watch = watch

    def known(self, keys: Sequence[str]) -> Mapping[str, Known]:
        return self._store.known(self._connector, keys)

    def watched_ciks(self) -> frozenset[int]:
        return self._watch.ciks

    def watched_names(self) -> Sequence[str]:
        return self._watch.names

    def is_watched_name(self, name: str) -> bool:
        return self._watch.might_match(name)

    def watched_studies(self, limit: int, before: datetime) -> Sequence[str]:
        return self._store.watched_studies(self._connector, limit=limit, before=before)


def is_quiet(state: SourceState, published_at: datetime | None, backfill: bool, now: datetime) -> bool:
    """First contact is quiet: whether something published then must not alert (design.md section 3, guarantee 7).

    A date without a time (midnight) counts to the end of its day. While the first poll has not succeeded yet, only
    what is dated after the source was added may alert, and undated things are quiet. Old news that only now comes into
    view (a study re-read, a feed that shows its archive) is quiet as well.
    """
    if backfill:
        return False
    if published_at is not None and published_at < now - STALE:
        return True
    if published_at is None:
        return state.last_success_at is None
    if state.last_success_at is None:
        return published_at <= state.added_at
    if published_at.time() == clock_time(0, 0):
        published_at = published_at + timedelta(days=1)
    return published_at <= state.added_at


def complete(
    event: Event, document: Document, state: SourceState, now: datetime, document_id: str, quiet: bool
) -> Event:
    """Fill in what ingest knows and a connector does not: ids, source, times."""
    published = event.published_at or document.published_at
    if published is not None and published > now + timedelta(days=1):
        published = None  # a date in the future is a publisher's mistake; first-seen time stands in
    return replace(
        event,
        event_id=ids.event_id(document.connector, document.key, event.type, event.discriminator),
        document_id=document_id,
        source_id=state.source_id,
        connector=document.connector,
        document_key=document.key,
        published_at=published,
        first_seen_at=now,
        title=event.title or document.title,
        text=event.text or document.text[:400],
        url=event.url or document.url,
        quiet=quiet,
    )


def next_due(now: datetime, every: timedelta, failures: int, rng: random.Random) -> datetime:
    """When a source is due again: its interval with a little jitter, doubling after each failure up to six hours."""
    step = min(every * (2 ** min(failures, 10)), max(_LONGEST_BACKOFF, every))
    jitter: timedelta = step * (1 + 0.05 * rng.random())
    return now + jitter


class Ingest:
    """Polls sources. Holds no state of its own beyond what it was given."""

    def __init__(
        self,
        store: Store,
        http: Http,
        clock: Clock,
        sources: Mapping[str, ConfiguredSource],
        detector: Callable[[], Detector],
        watchlist: Callable[[], Watchlist],
        *,
        lease: timedelta,
        log: Any,
        rng: random.Random,
        stop: threading.Event | None = None,
    ) -> None:
        self._store = store
        self._http = http
        self._clock = clock
        self._sources = sources
        self._detector = detector
        self._watchlist = watchlist
        self._lease = lease
        self._log = log
        self._rng = rng
        self._stop = stop or threading.Event()

    def run_due(self, owner: str, *, limit: int = 4, only: Iterable[str] = ()) -> list[PollReport]:
        """Claim up to ``limit`` due sources and poll them one after the other."""
        claimed = self._store.claim_due_sources(
            self._clock.now(), owner=owner, lease=self._lease, limit=limit, only=tuple(only)
        )
        return [self.poll(state, owner) for state in claimed]

    def context(self, state: SourceState, source: ConfiguredSource) -> _Context:
        """What the connector of a source may use."""
        log = self._log.bind(source=state.source_id)
        return _Context(state, source, self._store, self._http, self._clock, self._watchlist(), log)

    def backfill(self, state: SourceState, owner: str, since: datetime, until: datetime, *, alert: bool) -> PollReport:
        """Poll a claimed source for the past. Its cursor stays where it is; only ``alert`` lets what is found alert."""
        source = dataclasses.replace(self._sources[state.source_id], backfill=alert)
        pages = source.connector.backfill(since, until, self.context(state, source))
        kept = (replace(page, cursor=dict(state.cursor)) for page in pages)
        quiet_until = state.added_at if alert else self._clock.now() + timedelta(days=1)
        return self.poll(replace(state, added_at=quiet_until), owner, kept, source)

    def poll(
        self,
        state: SourceState,
        owner: str,
        pages: Iterable[Page] | None = None,
        source: ConfiguredSource | None = None,
    ) -> PollReport:
        """Poll one claimed source to its end and release it. Never raises for what the source does."""
        report = PollReport(state.source_id)
        started = time.perf_counter()
        source = source or self._sources.get(state.source_id)
        now = self._clock.now()
        log = self._log.bind(source=state.source_id)
        if source is None:
            self._store.release_source(state.source_id, owner)
            report.ok, report.error = False, "not configured any more"
            return report
        due = next_due(now, source.every, 0, self._rng)
        context = self.context(state, source)
        if pages is None:
            pages = source.connector.poll(dict(state.cursor), context)
        try:
            for page in pages:
                self._commit(page, state, source, owner, report)
                if page.not_before is not None:
                    due = max(due, page.not_before)
                if self._stop.is_set():
                    raise Stopped("stopping between two pages")
        except Stopped:
            self._store.release_source(state.source_id, owner)
            report.ok, report.error = False, "stopped"
        except Deferred as error:
            report.ok, report.error, due = False, str(error), max(error.until, now)
        except Blocked as error:
            report.ok, report.error = False, str(error)
            due = now + max(error.retry_after or _BLOCKED_FOR, source.every)
        except SourceError as error:
            report.ok, report.error = False, str(error)
            due = next_due(now, source.every, state.failures + 1, self._rng)
            if error.retry_after is not None:
                due = max(due, now + error.retry_after)
            if error.permanent:
                due = max(due, now + timedelta(days=1))
        except StoreError as error:  # the lease was lost or the database is busy: whoever holds it now goes on
            report.ok, report.error = False, str(error)
            log.error("poll_not_stored", error=str(error))
            report.seconds = time.perf_counter() - started
            return report
        except Exception as error:
            report.ok, report.error = False, f"unexpected {type(error).__name__}: {error}"
            due = next_due(now, source.every, state.failures + 1, self._rng)
            log.exception("connector_bug", connector=source.connector_name)
        if report.ok or not self._stop.is_set():
            self._finish(state, owner, report, due)
        elif report.error != "stopped":  # broken off because we stop (the HTTP door refuses): not the source's failure
            self._store.release_source(state.source_id, owner)
            report.error = f"stopped: {report.error}"
        report.due_at = due
        report.seconds = time.perf_counter() - started
        log.info(
            "source_run",
            ok=report.ok,
            pages=report.pages,
            documents=report.documents,
            events=report.events,
            unchanged=report.unchanged,
            quarantined=report.quarantined,
            error=report.error or None,
            seconds=round(report.seconds, 3),
            due_at=due.isoformat(),
        )
        return report

    def _finish(self, state: SourceState, owner: str, report: PollReport, due: datetime) -> None:
        self._store.finish_poll(
            PollOutcome(
                source_id=state.source_id,
                owner=owner,
                now=self._clock.now(),
                due_at=due,
                ok=report.ok,
                error=report.error,
                new_documents=report.documents,
            )
        )

    def _commit(self, page: Page, state: SourceState, source: ConfiguredSource, owner: str, report: PollReport) -> None:
        """Parse one page and write it in one transaction."""
        now = self._clock.now()
        documents, events, quarantined = self.parse(page.documents, state, source, now)
        result = self._store.commit_page(
            PageCommit(
                source_id=state.source_id,
                owner=owner,
                now=now,
                documents=documents,
                events=events,
                cursor=page.cursor,
                validators=page.validators,
                quarantined=[*page.quarantined, *quarantined],
                notices=page.notices,
                read_keys=page.read_keys,
                renew_until=now + self._lease,
            )
        )
        report.pages += 1
        report.unchanged += page.unchanged
        report.documents += result.new_documents
        report.events += result.new_events
        report.quarantined += result.new_quarantined
        for event in events:
            report.new_event_types[event.type] = report.new_event_types.get(event.type, 0) + 1

    def parse(
        self, found: Sequence[Document], state: SourceState, source: ConfiguredSource, now: datetime
    ) -> tuple[list[Document], list[Event], list[Quarantined]]:
        """Documents to store, events they state, and what had to be set aside. Reads previous versions, writes nothing."""
        documents: list[Document] = []
        events: list[Event] = []
        quarantined: list[Quarantined] = []
        if not found:
            return documents, events, quarantined
        keys = [d.key for d in found]
        known = self._store.known(source.connector_name, keys)
        older = [k for k in keys if k in known]
        previous = self._store.current_documents(source.connector_name, older) if older else {}
        detector = self._detector()
        for document in found:
            before = previous.get(document.key)
            if before is not None and before.version == document.version:
                continue
            try:
                stated = source.connector.events(document, before, detector)
            except BadPayload as error:
                quarantined.append(
                    Quarantined(key=document.key, reason=str(error), payload=document.payload, url=document.url)
                )
                continue
            except Exception as error:  # noqa: BLE001 - one bad record must not lose the good ones next to it
                self._log.exception("parse_bug", source=state.source_id, key=document.key)
                reason = f"unexpected {type(error).__name__} while reading it: {error}"
                quarantined.append(
                    Quarantined(key=document.key, reason=reason, payload=document.payload, url=document.url)
                )
                continue
            documents.append(document)
            previous[document.key] = document
            document_id = ids.document_id(document.connector, document.key, document.version)
            for event in stated:
                quiet = is_quiet(state, event.published_at or document.published_at, source.backfill, now)
                events.append(complete(event, document, state, now, document_id, quiet))
        return documents, events, quarantined
