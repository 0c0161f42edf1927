"""One poll of EDGAR: three layers, each with its part of the cursor, each going on when another one fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from connectors import _edgar_forms as forms
from connectors._edgar_current import Entry, FeedPage, group, parse_feed
from connectors._edgar_cursor import IndexState, dump_cursor, load_cursor, newest
from connectors._edgar_fetch import Fetcher, Outcome
from connectors._edgar_filing import EASTERN, Body, Filing, body_state, knows_more, to_document
from connectors._edgar_index import (
    available_from,
    days_after,
    index_path,
    is_business_day,
    newest_available,
    parse_index,
)
from connectors._edgar_settings import EdgarConfig
from connectors._edgar_submissions import parse_submissions, submissions_path
from connectors._edgar_xml import looks_like_markup
from signalwatch.sdk import (
    BadPayload,
    Blocked,
    Deferred,
    Document,
    Gone,
    Json,
    Known,
    Notice,
    Page,
    PollContext,
    Quarantined,
    SourceError,
)

_CHUNK = 50
_ASK_AGAIN = timedelta(hours=1)
_GIVE_UP = timedelta(days=10)
_RETRIES_AFTER_503 = 2


class Poll:
    """The state of one poll. `run` yields pages; the cursor of each describes everything done up to it."""

    def __init__(self, settings: EdgarConfig, stored: Mapping[str, Json], ctx: PollContext) -> None:
        self.settings = settings
        self.ctx = ctx
        self.cursor, complaint = load_cursor(stored)
        self.fetcher = Fetcher(settings, ctx)
        self.watched = ctx.watched_ciks()
        self._everything = "*" in settings.forms
        self._forms = frozenset(forms.split_form(f)[0] for f in settings.forms)
        self._notices: list[Notice] = [Notice(kind="cursor", message=complaint)] if complaint else []

    def run(self) -> Iterator[Page]:
        """Yield the pages of all layers. The first layer's failure is raised when the others had their turn.

        Raises Blocked and Deferred at once: the host asked to be left alone.
        """
        failed: list[SourceError] = []
        layers = (
            (self.settings.current, self.latest), (True, self.waiting),
            (self.settings.daily_index, self.index), (self.settings.reconcile, self.companies),
        )  # fmt: skip
        for enabled, layer in layers:
            if not enabled:
                continue
            try:
                yield from layer()
            except (Blocked, Deferred):
                raise
            except SourceError as error:
                failed.append(error)
            if self.fetcher.stopped is not None:
                raise self.fetcher.stopped
        if failed:
            raise failed[0]

    # --- what all layers share ------------------------------------------------------------------------------------

    def wanted(self, form: str) -> bool:
        """Whether a form type is read at all."""
        return self._everything or forms.split_form(form)[0] in self._forms

    def concerns(self, filing: Filing) -> bool:
        """Whether a filing of a wanted form becomes a document: no pooled funds; annual reports of accounts only."""
        if self._everything:
            return True
        if filing.kind == "form_d" and filing.funds:
            return False
        return filing.kind != "annual" or any(p.cik in self.watched for p in filing.parties)

    def documents(self, filings: Iterable[Filing]) -> list[Document]:
        """Documents of filings, with bodies where they deserve one; what has to wait goes into the cursor."""
        now = self.ctx.clock.now()
        return [self._document(self.fetcher.take(filing, now)) for filing in filings]

    def _document(self, outcome: Outcome) -> Document:
        body = outcome.body
        if outcome.retry is not None:
            if len(self.cursor.pending) < self.settings.max_pending:
                self.cursor.pending.append(outcome.retry)
            else:
                body = Body(state="failed", error="too many bodies were waiting already")
                self._say(
                    "bodies",
                    f"more than {self.settings.max_pending} filings wait for their text; raise bodies_per_poll",
                )
        return to_document(outcome.filing, body, outcome.relevant, self.settings.base_www)

    def _say(self, kind: str, message: str) -> None:
        notice = Notice(kind=kind, message=message)
        if notice not in self._notices:
            self._notices.append(notice)

    def page(
        self, documents: Sequence[Document] = (), *, quarantined: Sequence[Quarantined] = (), unchanged: int = 0
    ) -> Page:
        """A page with the cursor as it stands now, and what came up since the last one."""
        notices, self._notices = tuple(self._notices), []
        bad, self.fetcher.quarantined = [*quarantined, *self.fetcher.quarantined], []
        return Page(
            documents=documents, cursor=dump_cursor(self.cursor), quarantined=bad, notices=notices, unchanged=unchanged
        )

    def _known(self, keys: Sequence[str]) -> dict[str, Known]:
        found: dict[str, Known] = {}
        for at in range(0, len(keys), 500):
            found.update(self.ctx.known(keys[at : at + 500]))
        return found

    # --- layer 1: the latest filings ------------------------------------------------------------------------------

    def latest(self) -> Iterator[Page]:
        """Walk the feed from its newest entry until a page brings nothing new."""
        state = self.cursor.current
        recent = frozenset(state.recent)
        before = list(state.walk)
        head: list[str] = []
        seen: set[tuple[str, int, str]] = set()
        carried: list[Entry] = []
        touched = False
        for number in range(self.settings.max_pages):
            feed, over = self._feed(number)
            fresh = [e for e in feed.entries if (e.accession, e.cik, e.role) not in seen]
            seen.update((e.accession, e.cik, e.role) for e in fresh)
            met = bool(feed.entries) and all(e.accession in recent for e in feed.entries)
            touched = touched or any(e.accession in recent for e in feed.entries)
            over = over or feed.rows < self.settings.count
            last = met or over or number + 1 == self.settings.max_pages
            # Entries of one filing may stand a few rows apart within one second, also over the edge of a page:
            # the filings of a page's last second wait for the next page.
            pool = carried + fresh
            edge = (
                {e.accession for e in pool if e.updated == feed.entries[-1].updated}
                if feed.entries and not last
                else set()
            )
            ready = [e for e in pool if e.accession not in edge]
            carried = [e for e in pool if e.accession in edge]
            documents, passed = self._new(ready, recent)
            head.extend(dict.fromkeys(e.accession for e in ready))
            state.walk = newest(head, before)
            if last:
                # A feed that ends below something known, as a short one does, has shown all that is newer.
                self._end_walk(met or (over and touched), over and not met and feed.rows == 0)
            if documents or feed.quarantined or last:
                yield self.page(documents, quarantined=feed.quarantined, unchanged=passed + feed.rows - len(fresh))
            if last or self.fetcher.stopped is not None:
                return

    def _feed(self, number: int) -> tuple[FeedPage, bool]:
        """One page of the feed, and whether the window ends before it (a 503 past the end is no outage)."""
        start = number * self.settings.count
        params = {
            "action": "getcurrent", "type": self.settings.query_type, "company": "", "dateb": "",
            "owner": self.settings.owner, "start": str(start), "count": str(self.settings.count), "output": "atom",
        }  # fmt: skip
        answer = self.ctx.http.get(
            f"{self.settings.base_www}/cgi-bin/browse-edgar", params=params, accept_status=(503,) if start else ()
        )
        if answer.status == 503:
            return FeedPage(), True
        feed = parse_feed(answer.body)
        if feed.rows and not feed.entries:
            raise BadPayload(
                f"none of the {feed.rows} entries of the latest-filings feed can be read: its shape has changed"
            )
        if not feed.rows and not start:
            self._say("empty_feed", "the latest-filings feed is empty; the daily index will tell what was filed")
        return feed, False

    def _end_walk(self, met: bool, cut: bool) -> None:
        state = self.cursor.current
        if cut and state.recent and state.cut < _RETRIES_AFTER_503:
            state.cut += 1  # end of the window or an outage, a 503 does not say: ask again before giving up
            return
        if state.recent and not met and state.walk:
            self._say(
                "window_overflow",
                "more filings came than the latest-filings window holds; the daily index will fill the gap"
                " (poll more often to see them sooner)",
            )
        state.recent = newest(state.walk, state.recent)
        state.walk, state.cut = [], 0

    def _new(self, ready: Sequence[Entry], recent: frozenset[str]) -> tuple[list[Document], int]:
        """Documents of what a page brings; the second number counts rows that were passed over."""
        rows = [e for e in ready if e.accession not in recent and self.wanted(e.form)]
        filings = [f for f in group(rows).values() if self.concerns(f)]
        known = self._known([f.accession for f in filings])
        fresh = [f for f in filings if self._adds(f, known.get(f.accession))]
        taken = {f.accession for f in fresh}
        return self.documents(fresh), sum(e.accession not in taken for e in ready)

    def _adds(self, filing: Filing, known: Known | None) -> bool:
        if known is None:
            return True
        state = body_state(known.fingerprint)
        return state not in ("read", "pending") and knows_more(filing, known.fingerprint)

    # --- bodies that had to wait -----------------------------------------------------------------------------------

    def waiting(self) -> Iterator[Page]:
        """Try again for bodies whose time has come; a filing given up becomes a document that says so."""
        now = self.ctx.clock.now()
        due = [p for p in self.cursor.pending if p.due <= now]
        if not due:
            return
        documents: list[Document] = []
        for item in due:
            if self.fetcher.spent:
                break
            outcome = self.fetcher.take(item.filing, now, tries=item.tries, hint=item.hint or None)
            self.cursor.pending.remove(item)
            if outcome.retry is not None:
                self.cursor.pending.append(outcome.retry)
            else:
                documents.append(to_document(outcome.filing, outcome.body, outcome.relevant, self.settings.base_www))
        yield self.page(documents)

    # --- layer 2: the daily index ------------------------------------------------------------------------------------

    def index(self) -> Iterator[Page]:
        """Read the index of every day since the watermark; days without a file are asked for again for a while."""
        state, now = self.cursor.index, self.ctx.clock.now()
        last = newest_available(now, self.settings.index_from_hour)
        if state.watermark is None:
            state.watermark = last - timedelta(days=self.settings.index_days)
        oldest = last - timedelta(days=self.settings.index_max_days)
        if state.watermark < oldest:
            self._say(
                "index_gap",
                f"daily indexes from {state.watermark + timedelta(days=1)} to {oldest} were not read: the source slept too"
                " long; backfill those days",
            )
            state.watermark = oldest
        again = state.asked is None or now - state.asked >= _ASK_AGAIN
        days = [date.fromisoformat(d) for d in sorted(state.missing)] if again else []
        days += days_after(state.watermark, last)
        if not days:
            return
        for day in days[: self.settings.index_days_per_poll]:
            yield from self._day(day, now)
            if self.fetcher.spent:
                return
        if len(days) <= self.settings.index_days_per_poll:  # a weekend at the end
            state.watermark = max(state.watermark, last)
            yield self.page()

    def _day(self, day: date, now: datetime) -> Iterator[Page]:
        state = self.cursor.index
        state.asked = now
        try:
            data = self.ctx.http.get(f"{self.settings.base_www}{index_path(day)}").body
            found = parse_index(data, self.settings.base_www, self.wanted)
            if not found.rows and is_business_day(day):
                raise BadPayload("the index holds no rows on a business day")
        except (Gone, BadPayload) as error:
            if is_business_day(day) or isinstance(error, BadPayload):
                self._missed(day, now, str(error))
            self._done(state, day, drop=False)
            yield self.page()
            return
        filings = [f for f in found.filings.values() if self.concerns(f)]
        known = self._known([f.accession for f in filings])
        fresh = [f for f in filings if f.accession not in known]
        passed = found.rows - len(fresh)
        bad: Sequence[Quarantined] = found.quarantined
        for at in range(0, max(1, len(fresh)), _CHUNK):
            documents = self.documents(fresh[at : at + _CHUNK])
            whole = at + _CHUNK >= len(fresh)
            if whole and self.fetcher.stopped is None:
                self._done(state, day)
            yield self.page(documents, quarantined=bad, unchanged=passed)
            bad, passed = (), 0
            if self.fetcher.stopped is not None or (not whole and self.fetcher.spent):
                return  # the watermark stays; what was stored is known next time

    def _done(self, state: IndexState, day: date, *, drop: bool = True) -> None:
        if drop:
            state.missing.pop(day.isoformat(), None)
        state.watermark = max(state.watermark or day, day)

    def _missed(self, day: date, now: datetime, reason: str) -> None:
        missing = self.cursor.index.missing
        asked = missing.setdefault(day.isoformat(), now)
        if now - available_from(day, self.settings.index_from_hour) > _GIVE_UP:  # whoever is this late will not come
            del missing[day.isoformat()]
            self._say("missing_index", f"the daily index of {day} was never had ({reason}); given up")
        elif asked == now:
            self._say("missing_index", f"no daily index for {day} yet ({reason}); asked for again every hour")

    def past(self, since: date, until: date) -> Iterator[Page]:
        """The daily indexes of a span of days, with bodies; nothing waits, what cannot be had now is given up.

        Raises Blocked or Deferred when the host asks to be left alone; what was yielded stays.
        """
        now = self.ctx.clock.now()
        last = min(until, newest_available(now, self.settings.index_from_hour))
        for day in days_after(since - timedelta(days=1), last):
            yield from self._day(day, now)
            if self.fetcher.stopped is not None:
                raise self.fetcher.stopped

    # --- layer 3: watched companies ------------------------------------------------------------------------------------

    def companies(self) -> Iterator[Page]:
        """Read the filing lists of some watched companies: each at most once a round, a round at most once a day."""
        state, now = self.cursor.reconcile, self.ctx.clock.now()
        every = timedelta(hours=self.settings.reconcile_every_hours)
        if not self.watched:
            return
        if state.started is None or (state.done and now - state.started >= every):
            state.started, state.after, state.done = now, 0, False
        if state.done:
            return
        left = sorted(c for c in self.watched if c > state.after)
        share = -(-len(self.watched) * 2 * _step(every) // int(every.total_seconds()))
        batch = left[: max(1, min(self.settings.reconcile_batch, share))]
        for cik in batch:
            documents, bad = self._company(cik, now)
            state.after = cik
            if cik == left[-1]:
                state.done = True
            yield self.page(documents, quarantined=bad)
            if self.fetcher.stopped is not None:
                return
        if not left:
            state.done = True
            yield self.page()

    def _company(self, cik: int, now: datetime) -> tuple[list[Document], list[Quarantined]]:
        url = f"{self.settings.base_data}{submissions_path(cik)}"
        first = now.astimezone(EASTERN).date() - timedelta(days=self.settings.reconcile_days)
        try:
            data = self.ctx.http.get(url).body
            if looks_like_markup(data):  # an outage, whatever the status says: the company is asked for again
                raise SourceError(f"{url}: an error page came instead of the filing list")
            listed = parse_submissions(data, cik, self.settings.base_www, self.wanted, first)
        except Gone:
            return [], []
        except BadPayload as error:
            return [], [Quarantined(key=f"submissions of CIK {cik}", reason=str(error), url=url)]
        filings = [f for f in listed.filings if self.concerns(f)]
        known = self._known([f.accession for f in filings])
        # What was stored before the company became an account has no body yet: now it deserves one.
        fresh = [
            f for f in filings
            if (k := known.get(f.accession)) is None
            or (body_state(k.fingerprint) == "none" and f.kind not in forms.WITHOUT_BODY)
        ]  # fmt: skip
        return self.documents(_keep_roles(f) for f in fresh), []


def _keep_roles(filing: Filing) -> Filing:
    return msgspec.structs.replace(filing, layer="reconcile")


def _step(every: timedelta) -> int:
    """Seconds between two polls that spreading assumes: a quarter of an hour, or a round's tenth when rounds are short."""
    return min(900, max(1, int(every.total_seconds()) // 10))
