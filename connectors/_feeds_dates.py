"""Dates as feeds write them: RFC 822 with and without seconds, ISO 8601, "Oct 3, 2026 7:00am", zone names. Pure.

feedparser reads most of them; what it reads wrongly is mended here: a zone it does not know counts as UTC there,
"ET" as winter time all year, and a date without zone as UTC although the publisher meant its own.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from zoneinfo import ZoneInfo

_PLAIN_TAIL = re.compile(r"(?:\bGMT|\bUTC|\d ?Z|[+-]\d{4})$")
_NUMERIC_TAIL = re.compile(r"\s*([+-])(\d{2}):?(\d{2})$")
_NAME_TAIL = re.compile(r"\s*\b\(?([A-Za-z]{1,4})\)?$")
_PLACES = {
    "ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles",
    "CET": "Europe/Paris", "CEST": "Europe/Paris", "MEZ": "Europe/Berlin", "MESZ": "Europe/Berlin",
    "BST": "Europe/London", "EET": "Europe/Helsinki", "EEST": "Europe/Helsinki", "WEST": "Europe/Lisbon",
    "WET": "Europe/Lisbon", "JST": "Asia/Tokyo", "KST": "Asia/Seoul", "HKT": "Asia/Hong_Kong", "SGT": "Asia/Singapore",
    "AEST": "Australia/Sydney", "AEDT": "Australia/Sydney",
}  # fmt: skip
_HOURS = {  # RFC 822 section 5.1
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7,
}  # fmt: skip
_FORMATS = (
    "%a, %d %b %Y %H:%M:%S", "%a, %d %b %Y %H:%M", "%d %b %Y %H:%M:%S", "%d %b %Y %H:%M", "%a, %d %b %Y", "%d %b %Y",
    "%b %d, %Y %I:%M%p", "%b %d, %Y %I:%M %p", "%b %d, %Y %H:%M", "%b %d, %Y %H:%M:%S", "%b %d, %Y",
    "%B %d, %Y %I:%M%p", "%B %d, %Y %I:%M %p", "%B %d, %Y %H:%M", "%B %d, %Y", "%B %d, %Y - %H:%M",
    "%A, %B %d, %Y - %H:%M", "%A, %B %d, %Y %I:%M %p", "%A, %B %d, %Y", "%a, %d %b %Y %I:%M:%S %p",
    "%a, %d %b %Y %I:%M %p",
    "%a, %m/%d/%Y - %H:%M", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M",
    "%m/%d/%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d",
)  # fmt: skip
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def parse_date(raw: str, parsed: Sequence[int], zone: tzinfo) -> datetime | None:
    """The instant ``raw`` names, aware UTC; None when it names none (or one before 1990).

    Args:
        raw: the date as the feed wrote it.
        parsed: what feedparser made of it (a UTC time tuple), empty when nothing.
        zone: where a date without zone is meant.
    """
    raw = " ".join(raw.split())[:80]
    found = _read(raw, parsed, zone)
    if found is None:
        return None
    try:
        found = found.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return found if found >= _EARLIEST else None


def _read(raw: str, parsed: Sequence[int], zone: tzinfo) -> datetime | None:
    if not raw:
        return None
    if raw.isdigit() and len(raw) in (10, 13):
        return datetime.fromtimestamp(int(raw[:10]), UTC)
    if parsed and _PLAIN_TAIL.search(raw) and not raw.isdigit():
        return _from_tuple(parsed)
    body, said = _split_zone(raw)
    naive = _naive(body)
    if naive is not None:
        return naive if naive.tzinfo is not None else naive.replace(tzinfo=said or zone)
    loose = parsedate_tz(raw)
    if loose is not None:
        offset = timezone(timedelta(seconds=loose[9])) if loose[9] else said or zone
        try:
            return datetime(*loose[:6], tzinfo=offset)
        except (ValueError, OverflowError):
            return None
    return None if not parsed or raw.isdigit() else _from_tuple(parsed)


def _from_tuple(parsed: Sequence[int]) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(tuple(parsed)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _split_zone(raw: str) -> tuple[str, tzinfo | None]:
    numeric = _NUMERIC_TAIL.search(raw)
    if numeric and ":" in raw[: numeric.start()]:  # "2026-10-05" ends in no offset
        sign, hours, minutes = numeric.groups()
        delta = timedelta(hours=int(hours), minutes=int(minutes))
        if delta < timedelta(hours=24):
            return raw[: numeric.start()], timezone(-delta if sign == "-" else delta)
    name = _NAME_TAIL.search(raw)
    if name:
        word = name.group(1).upper()
        if word in _PLACES:
            return raw[: name.start()], ZoneInfo(_PLACES[word])
        if word in _HOURS:
            return raw[: name.start()], timezone(timedelta(hours=_HOURS[word]))
    return raw, None


def _naive(body: str) -> datetime | None:
    try:
        return datetime.fromisoformat(body)
    except ValueError:
        pass
    text = body.replace("a.m.", "AM").replace("p.m.", "PM").replace("Sept ", "Sep ").replace("Sept. ", "Sep ")
    for pattern in _FORMATS:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is set by the caller
        except ValueError:
            continue
    return None
