"""News and press-release feeds: RSS, RDF, Atom and JSON Feed. One source is one feed URL.

What a feed shows is a window of its newest entries, so identity decides what is new, never a date or a position:
``_feeds_identity`` finds an entry again under a rewritten guid, and an answer in which nothing is known raises a
notice that entries may have been lost.

    feeds.py            poll, documents                 _feeds_settings.py  settings, many feeds in one section
    _feeds_parse.py     bytes to entries                _feeds_identity.py  keys, versions, the memory in the cursor
    _feeds_text.py      markup to text                  _feeds_schedule.py  ttl, max-age, skipHours to a time
    _feeds_dates.py     dates                           _feeds_events.py    entries to events
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import msgspec

from connectors._feeds_dates import parse_date
from connectors._feeds_events import events_of
from connectors._feeds_identity import (
    REVISIONS,
    Marks,
    Memory,
    Record,
    assign_keys,
    canonical_link,
    host_of,
    mark_shared_links,
    today_of,
    version_of,
)
from connectors._feeds_parse import Entry, Feed, Hints, parse_feed
from connectors._feeds_schedule import next_poll
from connectors._feeds_settings import FeedConfig, expand, starter_feeds
from connectors._feeds_text import clean, cut, plain, summary_of, title_of
from signalwatch.sdk import (
    BadPayload,
    Detector,
    Document,
    Event,
    HttpResponse,
    Json,
    Known,
    Notice,
    Page,
    PluginConfig,
    PollContext,
    Quarantined,
    Validators,
    digest_bytes,
)

__all__ = ["Feeds", "starter_feeds"]

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, text/xml;q=0.9, */*;q=0.5"
_READER = "1"
"""Part of the body hash: raised when parsing changes, so that an unchanged feed is read again once."""
_PAGE = 200
_FUTURE = timedelta(minutes=15)
_MOVED_DAYS = 5
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_STOCK = re.compile(r"stock|ticker|symbol", re.IGNORECASE)
_TICKER = re.compile(r"\s*([A-Za-z][A-Za-z .&-]{1,24}?)\s*:\s*([A-Za-z0-9][A-Za-z0-9.\-]{0,9})\s*")


class _State(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The cursor. ``body`` hashes the last parsed document, ``final`` is the URL it came from."""

    body: str = ""
    entries: int = 0
    final: str = ""
    polled: str = ""
    hints: Hints = Hints()
    moved_to: str = ""
    moved_days: tuple[str, ...] = ()
    seen: dict[str, list[str]] = {}


class Feeds:
    """Polls one feed. See `Config` for its settings and `expand` for many feeds in one section."""

    Config: ClassVar[type[PluginConfig]] = FeedConfig

    def __init__(self, config: FeedConfig) -> None:
        self.config = config
        self._zone = ZoneInfo(config.timezone)

    @classmethod
    def expand(cls, settings: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """Many feeds in one section of settings: ``feeds: [{name, url, ...}, ...]``. See `_feeds_settings.expand`."""
        return expand(settings)

    def poll(self, cursor: Mapping[str, Json], ctx: PollContext) -> Iterator[Page]:
        """Ask the feed once and yield what is new or changed, oldest first.

        Raises what the HTTP door raises, Blocked for a challenge page, BadPayload for anything that is not this feed;
        the cursor then stays as it is.
        """
        config = self.config
        state = _load(cursor)
        now = ctx.clock.now()
        stored = ctx.validators.get(config.url) if state.body else None
        response = self._ask(ctx, stored)
        if response.not_modified and state.final and response.url and response.url != state.final:
            # The validators belong to another page than the one that answered: its "not modified" means nothing.
            response = self._ask(ctx, None)
        state, notices = self._learn_move(state, response, now)
        body = digest_bytes(_READER.encode() + response.body)
        if response.not_modified or (state.body and body == state.body):
            state = msgspec.structs.replace(state, polled=now.isoformat())
            yield Page(
                cursor=_dump(state),
                not_before=self._next(now, response, state.hints),
                validators=_validators(config.url, response, stored),
                notices=notices,
                unchanged=state.entries,
            )
            return
        feed = parse_feed(response.body, url=config.url, headers=response.headers)
        self._check_title(feed)
        yield from self._pages(feed, state, response, body, ctx, now, notices)

    def events(self, document: Document, previous: Document | None, detect: Detector) -> Sequence[Event]:
        """What the entry states, as typed events. See `_feeds_events` for discriminators, rewrites and corrections."""
        return events_of(document, previous, detect)

    # --- asking ---------------------------------------------------------------------------------------------------

    def _ask(self, ctx: PollContext, validators: Validators | None) -> HttpResponse:
        return ctx.http.get(
            self.config.url, headers={"Accept": ACCEPT}, validators=validators, max_bytes=self.config.max_bytes
        )

    def _next(self, now: datetime, response: HttpResponse, hints: Hints) -> datetime | None:
        return next_poll(now, response.headers, hints, at_least=self.config.min_interval, hint_cap=self.config.hint_cap)

    def _check_title(self, feed: Feed) -> None:
        wanted = self.config.title_must_contain
        title = plain(feed.title)
        if wanted and not any(word.casefold() in title.casefold() for word in wanted):
            raise BadPayload(
                f"{self.config.url}: the channel title is {title[:120]!r}, expected one of {', '.join(wanted)}: "
                "the server answers another feed; correct the url (nothing was changed)"
            )

    def _learn_move(self, state: _State, response: HttpResponse, now: datetime) -> tuple[_State, list[Notice]]:
        """A permanent redirect counts only when the same target was named on several days."""
        if not response.moved_to:
            return msgspec.structs.replace(state, moved_to="", moved_days=()), []
        today = today_of(now).isoformat()
        days = state.moved_days if response.moved_to == state.moved_to else ()
        if today in days:
            return state, []
        days = (*days, today)[-_MOVED_DAYS:]
        state = msgspec.structs.replace(state, moved_to=response.moved_to, moved_days=days)
        if len(days) < _MOVED_DAYS:
            return state, []
        text = f"{self.config.url} has moved permanently (seen on {len(days)} days); set url: {response.moved_to}"
        return state, [Notice(kind="moved", message=text)]

    # --- entries to pages -----------------------------------------------------------------------------------------

    def _pages(
        self,
        feed: Feed,
        state: _State,
        response: HttpResponse,
        body: str,
        ctx: PollContext,
        now: datetime,
        notices: list[Notice],
    ) -> Iterator[Page]:
        memory = Memory.load(state.seen)
        today = today_of(now)
        drafts = [self._draft(entry, feed, now) for entry in feed.entries]
        marked = mark_shared_links([marks for marks, _ in drafts])
        drafts = [(marks, draft) for marks, (_, draft) in zip(marked, drafts, strict=True)]
        keys = assign_keys(marked, memory)
        strangers = [key for key in keys if key not in memory.records]
        known = ctx.known(strangers) if strangers else {}
        notices += self._overflow(state, memory, keys, known, [d for _, d in drafts])
        if feed.cut_off:
            notices.append(
                Notice(kind="cut_off", message=f"{self.config.url}: the answer ended in the middle of an entry")
            )
        sorted_out = _sort_out(drafts, keys, known, memory, today)
        url = self.config.url
        broken = [Quarantined(key=digest_bytes(raw)[:20], reason=why, payload=raw, url=url) for why, raw in feed.broken]
        notices += sorted_out.notices
        fresh = sorted_out.fresh
        unchanged = sorted_out.unchanged + feed.skipped
        whole = not feed.cut_off
        final = msgspec.structs.replace(
            state,
            body=body if whole else "",
            entries=len(drafts),
            final=response.url or self.config.url,
            polled=now.isoformat(),
            hints=feed.hints,
            seen=memory.dump(today, frozenset(keys)),
        )
        # Until the last page is stored the old cursor stands: a crash in between reads the document again.
        for start in range(0, max(1, len(fresh)), _PAGE):
            last = start + _PAGE >= len(fresh)
            yield Page(
                documents=fresh[start : start + _PAGE],
                cursor=_dump(final if last else state),
                not_before=self._next(now, response, feed.hints) if last else None,
                validators=_validators(self.config.url, response, None) if last and whole else {},
                quarantined=[*broken, *sorted_out.aside] if last else (),
                notices=notices if last else (),
                unchanged=unchanged if last else 0,
            )

    def _draft(self, entry: Entry, feed: Feed, now: datetime) -> tuple[Marks, Document]:
        """Marks of an entry, and its document without key."""
        config = self.config
        title = title_of(entry.title)
        text = summary_of(entry.summary, entry.content, title, config.text_limit)
        title = title or cut(plain(entry.content or entry.summary, 4_000), 120)
        stated, published = self._published(entry, now)
        tickers = _tickers(entry, config.ticker)
        issuer = config.company or self._issuer(entry, feed)
        meta: dict[str, Json] = {
            "kind": config.reads_as,
            "origin": config.origin,
            "publisher": config.name or clean(plain(feed.title))[:120],
            "publisher_kind": config.publisher,
        }
        optional = {"issuer": issuer, "tickers": tickers, "stated_date": stated, "guid": entry.id[:300]}
        meta.update({k: v for k, v in optional.items() if v})
        link = entry.link[:2_000]
        draft = Document(
            connector="feeds",
            key="",
            version=version_of(title, text),
            fingerprint="",
            url=link,
            title=title,
            text=text,
            payload=_payload(entry, config.text_limit),
            content_type="application/json",
            published_at=published,
            meta=meta,
        )
        marks = Marks(
            id=entry.id,
            link=canonical_link(link),
            title=title,
            day=today_of(published).isoformat() if published else "",
            issuer=issuer,
            scope=host_of(link) or host_of(config.url),
        )
        return marks, draft

    def _published(self, entry: Entry, now: datetime) -> tuple[str, datetime | None]:
        """The publication time; for a missing, unreadable or future date ``(what was written, None)``."""
        for raw, parsed in ((entry.published, entry.published_utc), (entry.updated, entry.updated_utc)):
            found = parse_date(raw, parsed, self._zone) if raw else None
            if found is not None and found <= now + _FUTURE:
                return "", found
        return entry.published or entry.updated, None

    def _issuer(self, entry: Entry, feed: Feed) -> str:
        """Who issued a release on a wire: ``dc:contributor``, else ``dc:publisher`` where it is not the wire itself."""
        if self.config.publisher != "wire":
            return ""
        own = {self.config.name.casefold(), plain(feed.title).casefold(), ""}
        for stated in (entry.contributor, entry.publisher):
            name = cut(plain(stated), 160)
            if (
                name.casefold() not in own
                and "@" not in name
                and not name.casefold()
                .replace(" ", "")
                .startswith(("globenewswire", "prnewswire", "businesswire", "accesswire", "newsfile"))
            ):
                return name
        return ""

    def _overflow(
        self, state: _State, memory: Memory, keys: Sequence[str], known: Mapping[str, Known], drafts: Sequence[Document]
    ) -> list[Notice]:
        """A notice when nothing in the document was seen before although the previous one was not empty."""
        if not state.entries or len(keys) < 3 or any(k in memory.records or k in known for k in keys):
            return []
        times = sorted(d.published_at for d in drafts if d.published_at)
        window = f", which reach back {_span(times[-1] - times[0])}" if len(times) > 1 else ""
        since = f" at {state.polled[:16]} UTC" if state.polled else ""
        text = (
            f"{self.config.url}: none of its {len(keys)} entries{window}, was there at the last poll{since}: "
            "entries may be lost; poll more often (every, min_interval)"
        )
        return [Notice(kind="window_overflow", message=text)]


class _Sorted(msgspec.Struct):
    """The entries of one document: what is new or changed, what is set aside, how many were known."""

    fresh: list[Document] = []
    aside: list[Quarantined] = []
    notices: list[Notice] = []
    unchanged: int = 0


def _sort_out(
    drafts: Sequence[tuple[Marks, Document]],
    keys: Sequence[str],
    known: Mapping[str, Known],
    memory: Memory,
    today: date,
) -> _Sorted:
    """Tell new, changed and known entries apart, oldest first, and put them all into ``memory``."""
    out = _Sorted()
    first: dict[str, tuple[Marks, Document]] = {}
    for pair, key in zip(drafts, keys, strict=True):
        first.setdefault(key, pair)  # an entry shown twice: feeds put the newer telling first
    for key, (marks, draft) in reversed(first.items()):
        before = memory.records.get(key)
        stored = before.version if before else known[key].version if key in known else ""
        revisions = before.revisions if before else 0
        if stored == draft.version or revisions >= REVISIONS:
            out.unchanged += 1
        elif not draft.title:
            reason = "the entry has neither title nor text"
            out.aside.append(Quarantined(key=key, reason=reason, payload=draft.payload, url=draft.url))
        else:
            out.fresh.append(msgspec.structs.replace(draft, key=key))
            revisions += 1 if before else 0
            if before and revisions == REVISIONS:
                text = f"{draft.url or draft.title}: changed {REVISIONS} times; further changes are not followed"
                out.notices.append(Notice(kind="endless_revisions", message=text))
        memory.put(
            Record(
                key=key,
                version=draft.version,
                by_link=marks.by_link,
                by_title=marks.by_title,
                published=marks.day,
                seen=today.isoformat(),
                revisions=revisions,
            )
        )
    if all(d.published_at for d in out.fresh):
        out.fresh.sort(key=lambda d: d.published_at or _LONG_AGO)
    return out


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    return f"{minutes} min" if minutes < 180 else f"{minutes // 60} h"


def _tickers(entry: Entry, configured: str) -> list[list[str]]:
    """``[exchange, symbol]`` pairs of the entry's stock categories, in order, without repeats."""
    found = [m for scheme, term in entry.tags if _STOCK.search(scheme) and (m := _TICKER.fullmatch(term))]
    pairs = [[m.group(1).upper().strip(), m.group(2).upper()] for m in found]
    own = _TICKER.fullmatch(configured) if configured else None
    if own and not pairs:
        pairs.append([own.group(1).upper().strip(), own.group(2).upper()])
    return [pair for i, pair in enumerate(pairs) if pair not in pairs[:i]][:8]


def _payload(entry: Entry, limit: int) -> bytes:
    """The entry as stored: its own words and markup, no more of the text than the settings allow."""
    room = max(400, limit * 3)
    kept = msgspec.structs.replace(entry, summary=entry.summary[:room], content=entry.content[:room])
    return msgspec.json.encode(kept, order="deterministic")


def _validators(url: str, response: HttpResponse, old: Validators | None) -> dict[str, Validators]:
    """What to send next time. A 304 may bring one of the two anew and keeps the other."""
    new = response.validators
    if old is not None and response.not_modified:
        new = Validators(etag=new.etag or old.etag, last_modified=new.last_modified or old.last_modified)
    return {url: new}


def _load(cursor: Mapping[str, Json]) -> _State:
    """The cursor as state; one that cannot be read (an older version's) starts afresh, which costs no documents."""
    try:
        return msgspec.convert(dict(cursor), _State)
    except msgspec.ValidationError:
        return _State()


def _dump(state: _State) -> dict[str, Json]:
    return dict(msgspec.to_builtins(state))
