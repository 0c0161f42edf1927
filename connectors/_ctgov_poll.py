"""One poll: version gate, walk, trust checks, slow re-read."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from connectors import _ctgov_study as studies
from connectors._ctgov_api import Api, StudyPage, TokenExpired
from connectors._ctgov_dates import first_day
from connectors._ctgov_settings import CtgovConfig
from signalwatch.sdk import BadPayload, Document, Gone, Json, Known, Notice, Page, PollContext, Quarantined, digest

_RESTARTS = 3
_MAX_PAGES = 5_000  # of one window: an endless chain of tokens is a fault of the server
_SPARE_PAGES = 20  # beyond what the total needs, restarts included
_HOLD = timedelta(hours=1)
_BELIEVE_AFTER = timedelta(days=3)  # a corpus that stays smaller for this long is smaller
_PRIVATE = (b'"centralContacts"', b'"overallOfficials"', b'"contacts"', b'"email"', b'"phone"', b'"pointOfContact"')
_SINGLE_READS = 20
_SLACK = 2  # studies that may move out of a window while it is walked


class Poll:
    """The state of one poll. ``cursor`` is what the next committed page carries."""

    def __init__(self, settings: CtgovConfig, api: Api, ctx: PollContext, cursor: Mapping[str, Json]) -> None:
        self._settings, self._api, self._ctx = settings, api, ctx
        self._cursor: dict[str, Json] = dict(cursor)
        self._now = ctx.clock.now()
        self._data_time: datetime | None = None

    def run(self) -> Iterator[Page]:
        """All pages of this poll."""
        offered = self._api.version()
        self._data_time = _utc(offered.data_timestamp)
        notices = self._stale(offered.data_timestamp)
        if self._is_new(offered.data_timestamp):
            yield from self._walks(offered.data_timestamp, notices)
        elif notices:
            yield Page(cursor=self._cursor, notices=notices)
        if self._settings.reread_batch:
            yield from self._reread()

    # --- gate -----------------------------------------------------------------------------------------------------

    def _is_new(self, stamp: str) -> bool:
        """Whether the data version on offer is one that was not walked yet. An older one comes from a lagging server."""
        if "since" in self._cursor:
            return True
        seen = self._cursor.get("data_timestamp", "")
        if stamp == seen:
            return False
        old = _utc(str(seen))
        return old is None or self._data_time is None or self._data_time > old

    def _stale(self, stamp: str) -> list[Notice]:
        if self._data_time is None:
            return [Notice(kind="odd_version", message=f"the registry's data version {stamp[:60]!r} is no time")]
        age = self._now - self._data_time
        if age <= timedelta(days=self._settings.stale_days):
            return []
        message = f"the registry has published no new data for {age.days} days (data version {stamp})"
        return [Notice(kind="stale_registry", message=message)]

    # --- walk -----------------------------------------------------------------------------------------------------

    def _walks(self, stamp: str, notices: Sequence[Notice]) -> Iterator[Page]:
        """Walk every window from the watermark to today; the cursor moves after each that was complete."""
        backfill = "since" in self._cursor
        trusted, about, count = (True, [], None) if backfill else self._trust()
        notices = [*notices, *about]
        first, last = self._range()
        while first <= last:
            end = min(last, first + timedelta(days=self._settings.window_days - 1))
            complete = yield from self._walk(first, end, notices)
            notices = []
            if not trusted or not complete:
                break
            if self._api.version().data_timestamp != stamp:
                message = "the registry published new data during the walk; the window will be walked again"
                yield Page(cursor=self._cursor, notices=[Notice(kind="moving_data", message=message)])
                return
            first = end + timedelta(days=1)
            self._cursor = self._advanced(end, last, stamp, count, backfill)
            yield Page(cursor=self._cursor)
        else:
            if notices:  # nothing to walk, but something to say
                yield Page(cursor=self._cursor, notices=notices)
            return
        if not trusted:
            self._cursor = self._cursor | {"count": count}
        yield Page(cursor=self._cursor, notices=notices, not_before=self._now + _HOLD)

    def _range(self) -> tuple[date, date]:
        """First and last day to walk, both inclusive."""
        today = self._now.astimezone(UTC).date()
        last = max(today, self._data_time.date()) if self._data_time else today
        if "since" in self._cursor:
            until = first_day(str(self._cursor.get("until", "")))
            return first_day(str(self._cursor["since"])) or today, min(until or last, last)
        mark = first_day(str(self._cursor.get("watermark", "")))
        if mark is None:
            return today - timedelta(days=self._settings.first_days), last
        return mark - timedelta(days=self._settings.overlap_days), last

    def _advanced(self, end: date, last: date, stamp: str, count: Json, backfill: bool) -> dict[str, Json]:
        """The cursor after a complete window. The data version counts as walked only after the last one."""
        cursor = dict(self._cursor)
        if backfill:
            cursor["since"] = (end + timedelta(days=1)).isoformat()
            if end >= last:
                cursor.pop("since")
                cursor.pop("until", None)
            return cursor
        # Nothing can have been posted after the data were cut, whatever today is.
        reached = min(end, self._data_time.date()) if self._data_time else end
        mark = first_day(str(cursor.get("watermark", "")))
        cursor["watermark"] = max(reached, mark).isoformat() if mark else reached.isoformat()
        if end >= last:
            cursor["data_timestamp"] = stamp
            cursor.pop("held_since", None)
            if count is not None:
                cursor["count"] = count
        return cursor

    def _walk(self, first: date, end: date, notices: Sequence[Notice]) -> Generator[Page, None, bool]:
        """One closed window, page by page. Returns whether all of it was seen; page tokens never leave this function."""
        clauses = [f"AREA[LastUpdatePostDate]RANGE[{first.isoformat()},{end.isoformat()}]", *self._filters()]
        expression = " AND ".join(clauses)
        seen: set[str] = set()
        total: int | None = None
        restarts = pages = 0
        token: str | None = None
        used: set[str] = set()
        while True:
            try:
                page = self._api.page(expression, token)
            except TokenExpired:
                # Usual after a data refresh. Everything is keyed by NCT number, so starting again repeats nothing.
                restarts += 1
                if restarts > _RESTARTS:
                    yield Page(
                        cursor=self._cursor, notices=[_notice("lost_walk", first, end, "page tokens keep expiring")]
                    )
                    return False
                token, used, total = None, set(), None
                continue
            pages += 1
            total = page.total_count if token is None else total
            if not page.studies:
                if token is None and total is None:
                    raise BadPayload("the registry answered neither studies nor how many there are: nothing was walked")
                break
            yield self._page(page.studies, seen, notices)
            notices = []
            token = page.next_page_token
            if not token:
                break
            most = _MAX_PAGES if total is None else (_RESTARTS + 1) * total // self._settings.page_size + _SPARE_PAGES
            if token in used or pages >= most:
                yield Page(cursor=self._cursor, notices=[_notice("lost_walk", first, end, "the pages never end")])
                return False
            used.add(token)
        if notices:
            yield Page(cursor=self._cursor, notices=notices)
        missing = 0 if total is None else total - len(seen)
        if missing > _SLACK and missing > (total or 0) * self._settings.fall_percent / 100:
            return (yield from self._incomplete(first, end, f"{len(seen)} of {total} studies were delivered"))
        return True

    def _incomplete(self, first: date, end: date, text: str) -> Generator[Page, None, bool]:
        """Hold the watermark while studies are missing, but not for ever: after days of it the rest is taken as all."""
        since = _utc(str(self._cursor.get("held_since", ""))) or self._now
        if self._now - since >= _BELIEVE_AFTER:
            message = f"walk of {first} to {end}: {text}, for days now: taken as true"
            yield Page(cursor=self._cursor, notices=[Notice(kind="missing_studies", message=message)])
            return True
        self._cursor = self._cursor | {"held_since": since.isoformat()}
        yield Page(cursor=self._cursor, notices=[_notice("missing_studies", first, end, text)])
        return False

    def _filters(self) -> list[str]:
        clauses = []
        if self._settings.industry_only:
            clauses.append("(AREA[LeadSponsorClass]INDUSTRY OR AREA[CollaboratorClass]INDUSTRY)")
        if self._settings.expression:
            clauses.append(f"({self._settings.expression})")
        return clauses

    # --- trust ----------------------------------------------------------------------------------------------------

    def _trust(self) -> tuple[bool, list[Notice], dict[str, Json] | None]:
        """Whether the corpus is whole: it only grows, and the registry has had days on which it lost studies."""
        expression = " AND ".join(self._filters())
        now = self._api.count(expression)
        if now is None:
            return True, [], None
        mine = digest(expression)
        before: Mapping[str, Any] = self._cursor.get("count") or {}
        baseline = before.get("studies") if before.get("filter") == mine else None
        fresh: dict[str, Json] = {"filter": mine, "studies": now}
        if baseline is None or now >= baseline * (1 - self._settings.fall_percent / 100):
            return True, [], fresh
        since = _utc(str(before.get("low_since", ""))) or self._now
        text = f"the registry answers with {now:,} studies instead of {baseline:,}"
        if self._now - since >= _BELIEVE_AFTER:
            return True, [Notice(kind="smaller_registry", message=f"{text}, for days now: taken as true")], fresh
        held = {"filter": mine, "studies": baseline, "low_since": since.isoformat()}
        return False, [Notice(kind="missing_studies", message=f"{text}; the watermark stays where it is")], held

    # --- slow re-read ---------------------------------------------------------------------------------------------

    def _reread(self) -> Iterator[Page]:
        """Read studies of accounts again that were not read for long."""
        before = self._now - timedelta(days=self._settings.reread_days)
        ids = list(self._ctx.watched_studies(self._settings.reread_batch, before))
        if not ids:
            return
        raws, absent = self._fetch(ids)
        page = self._page(raws, set(), ())
        changed = {document.key for document in page.documents}
        notices = list(page.notices)
        if absent:
            names = ", ".join(absent[:5])
            message = f"{len(absent)} watched studies are not in the registry any more: {names}"
            notices.append(Notice(kind="study_gone", message=message))
        read = [nct for nct in ids if nct not in changed]
        yield msgspec.structs.replace(page, read_keys=read, notices=notices)

    def _fetch(self, ids: list[str]) -> tuple[list[msgspec.Raw], list[str]]:
        """Records of these studies, and those that the registry does not have.

        One unknown id fails a whole request, so a failing batch is halved until the culprit stands alone; that one is
        asked for by itself, which also follows an old alias.
        """
        found: list[msgspec.Raw] = []
        absent: list[str] = []
        todo = [ids]
        while todo:
            batch = todo.pop()
            page: StudyPage | None = self._api.by_ids(batch) if len(batch) > 1 or len(ids) == 1 else None
            if page is None and len(batch) > 1:
                middle = len(batch) // 2
                todo += [batch[middle:], batch[:middle]]
                continue
            if page is not None:
                found += page.studies
                batch = self._left_out(batch, page)
            for nct in batch[:_SINGLE_READS]:
                try:
                    found.append(self._api.one(nct))
                except Gone:
                    absent.append(nct)
        return found, absent

    @staticmethod
    def _left_out(batch: Sequence[str], page: StudyPage) -> list[str]:
        """What was asked for and silently not answered."""
        got = set()
        for raw in page.studies:
            try:
                got.add(studies.nct_id(raw))
            except BadPayload:
                continue  # quarantined where the page is read
        return [nct for nct in batch if nct not in got]

    # --- records --------------------------------------------------------------------------------------------------

    def _page(self, raws: Sequence[msgspec.Raw], seen: set[str], notices: Sequence[Notice]) -> Page:
        """Records as a page: unchanged ones skipped by the digest of their bytes before anything else is decoded."""
        keyed: dict[str, msgspec.Raw] = {}
        bad: list[Quarantined] = []
        for raw in raws:
            try:
                keyed[studies.nct_id(raw)] = raw
            except BadPayload as exc:
                bad.append(_quarantined(raw, exc))
                seen.add(bad[-1].key)
        seen.update(keyed)
        known = self._ctx.known(list(keyed))
        documents: list[Document] = []
        for nct, raw in keyed.items():
            before = known.get(nct)
            if before is not None and before.fingerprint == studies.fingerprint(raw):
                continue
            try:
                document = self._changed(studies.document(raw), before)
            except BadPayload as exc:
                bad.append(_quarantined(raw, exc, nct))
                continue
            if document is not None:
                documents.append(document)
        unchanged = len(keyed) - len(documents)
        return Page(documents=documents, cursor=self._cursor, quarantined=bad, notices=notices, unchanged=unchanged)

    def _changed(self, found: Document, before: Known | None) -> Document | None:
        """The document with its time of publication; None when nothing that matters changed or ours is newer."""
        if before is None:
            return found
        if before.version == found.version:
            return None
        posted = found.published_at
        if before.published_at is None or posted is None:
            return found
        if posted < before.published_at - timedelta(days=self._settings.overlap_days):
            return None  # a lagging server
        if posted <= before.published_at:
            # Changed without a new update date: it came with this data version.
            return msgspec.structs.replace(found, published_at=self._data_time or posted)
        return found


def _quarantined(raw: msgspec.Raw, exc: BadPayload, nct: str = "") -> Quarantined:
    """A record that could not be read; its bytes are kept only if no contact data can be among them."""
    data = bytes(raw)
    payload = b"" if any(word in data for word in _PRIVATE) else data[:100_000]
    return Quarantined(key=nct or f"unreadable-{studies.fingerprint(raw)[:12]}", reason=str(exc), payload=payload)


def _notice(kind: str, first: date, end: date, text: str) -> Notice:
    message = f"walk of {first} to {end} incomplete: {text}; it will be repeated"
    return Notice(kind=kind, message=message)


def _utc(text: str) -> datetime | None:
    """A time of the registry, which is UTC without saying so."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
