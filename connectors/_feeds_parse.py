"""Bytes of a feed document to plain entries: RSS 0.9x to 2.0, RDF, Atom by feedparser; JSON Feed by msgspec. Pure.

feedparser only ever gets bytes in a stream (a string might be taken for a URL or a file name), without sanitising and
link rewriting, which cost two thirds of its time; markup is stripped in ``_feeds_text``.
Shapes and traps: RSS 2.0, RFC 4287, RFC 5005, JSON Feed 1.1, docs of feedparser 6.0.14.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import feedparser
import msgspec

from signalwatch.sdk import BadPayload, Blocked

_CHALLENGE = re.compile(
    rb"<title>[^<]{0,80}(?:just a moment|attention required|access denied|are you a robot|pardon our interruption"
    rb"|request unsuccessful|security check|captcha|apolog)|_incapsula_resource|cf-browser-verification|awswaf",
    re.IGNORECASE,
)
_REFUSED = "{}: the server answered a bot challenge or refusal page instead of the feed"
_SKIP_HOURS = re.compile(rb"<skipHours\b.{0,1500}?</skipHours>", re.IGNORECASE | re.DOTALL)
_SKIP_DAYS = re.compile(rb"<skipDays\b.{0,1500}?</skipDays>", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(rb"<day>\s*([A-Za-z]{6,9})\s*</day>", re.IGNORECASE)
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RAW_TITLE = 4_000
_RAW_TEXT = 120_000
_ENTRIES = 2_000
_MOST_ENTRIES = 1_000_000
_TAGS = 400_000
_ATTRIBUTES = 300
_ENTRY_END = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_LONG_TAG = re.compile(rb"<[^<>]{4000,}")
_FEEDPARSER_SLIPS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, OSError)


class Hints(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How often the publisher wants to be asked: minutes of ttl, seconds of ``sy:``, GMT hours and weekdays to skip."""

    ttl_minutes: int = 0
    period_seconds: int = 0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()  # 0 is Monday, as in datetime.weekday


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry as the document states it: markup untouched, lengths bounded."""

    id: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    published: str = ""
    published_utc: tuple[int, ...] = ()  # feedparser's reading of ``published``
    updated: str = ""
    updated_utc: tuple[int, ...] = ()
    contributor: str = ""
    publisher: str = ""
    tags: tuple[tuple[str, str], ...] = ()  # (scheme, term)


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """One parsed document. ``skipped`` counts entries without any content, ``broken`` what could not be read.

    ``cut_off``: the document ends in the middle of an entry, which was left out.
    """

    format: str
    title: str
    entries: tuple[Entry, ...]
    hints: Hints = Hints()
    skipped: int = 0
    broken: tuple[tuple[str, bytes], ...] = ()  # (reason, raw entry)
    cut_off: bool = False


def parse_feed(body: bytes, *, url: str, headers: Mapping[str, str]) -> Feed:
    """Parse a feed document.

    Raises:
        Blocked: the body is a bot challenge or refusal page.
        BadPayload: the body is empty, HTML, or nothing that any feed format knows.
    """
    start = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise BadPayload(f"{url}: the answer is empty, not a feed; nothing was changed")
    if "challenge" in headers.get("cf-mitigated", ""):
        raise Blocked(_REFUSED.format(url))
    if start[:1] == b"{":
        return _parse_json(body, url)
    return _parse_xml(body, url, headers)


def _parse_xml(body: bytes, url: str, headers: Mapping[str, str]) -> Feed:
    body, left_out = _within_reason(body, url)
    said = {"content-location": url}
    if headers.get("content-type"):
        said["content-type"] = headers["content-type"]
    try:
        parsed = feedparser.parse(
            io.BytesIO(body), response_headers=said, sanitize_html=False, resolve_relative_uris=False
        )
    except _FEEDPARSER_SLIPS as error:
        raise BadPayload(f"{url}: the feed cannot be read: {type(error).__name__}: {str(error)[:200]}") from error
    if not parsed.get("version") and not parsed.entries:
        if _CHALLENGE.search(body[:16_384]):  # only now: a real feed may well carry a headline with these words
            raise Blocked(_REFUSED.format(url))
        head = body[:4096].lower()
        kind = "an HTML page" if b"<html" in head or b"<!doctype html" in head else "no feed"
        why = str(parsed.get("bozo_exception", ""))[:200]
        raise BadPayload(f"{url}: the answer is {kind} ({len(body)} bytes{', ' + why if why else ''}); check the url")
    entries: list[Entry] = []
    skipped = 0
    # A document cut in the middle of an entry: what stands before is good, the cut entry is not.
    cut_off = bool(parsed.bozo) and _last(body, b"<item", b"<entry") > _last(body, b"</item", b"</entry")
    whole = parsed.entries[:-1] if cut_off else parsed.entries
    for raw in whole[:_ENTRIES]:
        entry = _entry(raw)
        if entry.id or entry.link or entry.title or entry.summary or entry.content:
            entries.append(entry)
        else:
            skipped += 1
    return Feed(
        format=parsed.get("version") or "unknown",
        title=str(parsed.feed.get("title", ""))[:_RAW_TITLE],
        entries=tuple(entries),
        hints=_hints(parsed.feed, body),
        skipped=skipped + left_out + max(0, len(whole) - _ENTRIES),
        cut_off=cut_off,
    )


def _within_reason(body: bytes, url: str) -> tuple[bytes, int]:
    """The document without the entries that are too many anyway, and how many those are.

    feedparser takes time by the tag, and by the square of a tag's attributes: what no feed has is refused before it
    costs minutes. Raises BadPayload.
    """
    ends = [m.end() for m in islice(_ENTRY_END.finditer(body), _MOST_ENTRIES)]
    left_out = 0
    if len(ends) > _ENTRIES:
        body = body[: ends[_ENTRIES - 1]] + body[ends[-1] :]
        left_out = len(ends) - _ENTRIES
    if body.count(b"<") > _TAGS:
        raise BadPayload(f"{url}: more than {_TAGS:,} tags for at most {_ENTRIES:,} entries: no feed is like that")
    for tag in _LONG_TAG.finditer(body):
        if tag.group().count(b"=") > _ATTRIBUTES:
            raise BadPayload(f"{url}: a tag with more than {_ATTRIBUTES} attributes: no feed is like that")
    return body, left_out


def _last(body: bytes, *tags: bytes) -> int:
    return max(body.rfind(tag) for tag in tags)


def _entry(raw: Mapping[str, Any]) -> Entry:
    contents = raw.get("content") or []
    contributors = raw.get("contributors") or []
    # "updated" falls back to "published" inside feedparser unless asked for by membership first.
    updated = "updated" in raw
    return Entry(
        id=_text(raw.get("id"), 2_000),
        link=_link(raw),
        title=_text(raw.get("title"), _RAW_TITLE),
        summary=_text(raw.get("summary"), _RAW_TEXT),
        content=max((_text(c.get("value"), _RAW_TEXT) for c in contents), key=len, default=""),
        published=_text(raw.get("published"), 80),
        published_utc=_tuple(raw.get("published_parsed")),
        updated=_text(raw.get("updated"), 80) if updated else "",
        updated_utc=_tuple(raw.get("updated_parsed")) if updated else (),
        contributor=_text(contributors[0].get("name"), 300) if contributors else "",
        publisher=_text(raw.get("publisher"), 300),
        tags=tuple((_text(t.get("scheme"), 300), _text(t.get("term"), 300)) for t in (raw.get("tags") or [])[:40]),
    )


def _link(raw: Mapping[str, Any]) -> str:
    wanted = [raw.get("link")]
    wanted += [
        link.get("href") for rel in ("alternate", "related") for link in raw.get("links", []) if link.get("rel") == rel
    ]
    wanted.append(raw.get("id"))
    for link in wanted:
        text = _text(link, 3_000)
        if text.lower().startswith(("http://", "https://")):
            return text
    return ""


def _hints(feed: Mapping[str, Any], body: bytes) -> Hints:
    ttl = _text(feed.get("ttl"), 12)
    period = _PERIODS.get(_text(feed.get("sy_updateperiod"), 12).lower(), 0)
    times = _text(feed.get("sy_updatefrequency"), 8)
    hours, days = _SKIP_HOURS.search(body), _SKIP_DAYS.search(body)
    names = [m.decode().lower() for m in _DAY.findall(days.group())] if days else []
    return Hints(
        ttl_minutes=min(int(ttl), 525_600) if ttl.isdigit() else 0,
        period_seconds=period // max(1, int(times) if times.isdigit() else 1),
        skip_hours=tuple(sorted({int(h) % 24 for h in _HOUR.findall(hours.group())})) if hours else (),
        skip_days=tuple(sorted({_DAYS.index(n) for n in names if n in _DAYS})),
    )


def _text(value: object, limit: int) -> str:
    return value[:limit].strip() if isinstance(value, str) else ""


def _tuple(value: time.struct_time | None) -> tuple[int, ...]:
    return tuple(value)[:9] if value else ()


# --- JSON Feed (https://www.jsonfeed.org/version/1.1/) ----------------------------------------------------------


class _JsonItem(msgspec.Struct):
    id: str | int | float = ""
    url: str | None = ""
    external_url: str | None = ""
    title: str | None = ""
    content_html: str | None = ""
    content_text: str | None = ""
    summary: str | None = ""
    date_published: str | None = ""
    date_modified: str | None = ""
    tags: Sequence[str] | None = ()


class _JsonFeed(msgspec.Struct):
    version: str
    items: list[msgspec.Raw]
    title: str = ""


def _parse_json(body: bytes, url: str) -> Feed:
    try:
        document = msgspec.json.decode(body.lstrip(b"\xef\xbb\xbf"), type=_JsonFeed)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPayload(f"{url}: the answer is JSON but no JSON Feed: {str(error)[:200]}") from error
    if "jsonfeed.org/version/" not in document.version:
        raise BadPayload(f"{url}: the answer is JSON but no JSON Feed (version is {document.version[:80]!r})")
    entries: list[Entry] = []
    broken: list[tuple[str, bytes]] = []
    for raw in document.items[:_ENTRIES]:
        try:
            item = msgspec.json.decode(raw, type=_JsonItem)
        except (msgspec.DecodeError, RecursionError) as error:
            broken.append((f"item is not as JSON Feed says: {error}", bytes(raw)[:_RAW_TEXT]))
            continue
        entries.append(
            Entry(
                id=_text(str(item.id), 2_000),
                link=_link({"link": item.url or item.external_url, "id": str(item.id)}),
                title=_text(item.title, _RAW_TITLE),
                summary=_text(item.summary, _RAW_TEXT),
                content=_text(item.content_html, _RAW_TEXT) or _text(item.content_text, _RAW_TEXT).replace("<", "&lt;"),
                published=_text(item.date_published, 80),
                updated=_text(item.date_modified, 80),
                tags=tuple(("", _text(t, 300)) for t in (item.tags or ())[:40]),
            )
        )
    return Feed(
        format="json", title=document.title[:_RAW_TITLE], entries=tuple(entries), broken=tuple(broken),
        skipped=max(0, len(document.items) - _ENTRIES),
    )  # fmt: skip
