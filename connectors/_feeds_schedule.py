"""When a feed wants to be asked again. Pure. Hints only ever make polling rarer, and only within bounds.

Sources of the rules: RFC 9111 (Cache-Control, Expires), RSS 2.0 (ttl, skipHours, skipDays), the RDF Site Summary
syndication module (sy:updatePeriod, sy:updateFrequency).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from connectors._feeds_parse import Hints

_MAX_AGE = re.compile(r"(?:^|[,\s])(?:s-maxage|max-age)\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_LONGEST_SKIP = timedelta(hours=26)  # a week-end of skipDays is honoured day by day, so a wrong list cannot silence


def http_date(value: str) -> datetime | None:
    """An HTTP date, aware UTC; None for ``0``, ``-1`` and anything else that is none."""
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def fresh_for(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long the answer counts as fresh: ``max-age``, else ``Expires`` against the server's own ``Date``.

    A past or unreadable ``Expires`` says nothing (zero), not "ask at once".
    """
    control = headers.get("cache-control", "") or headers.get("Cache-Control", "")
    ages = [int(age) for age in _MAX_AGE.findall(control)]
    if ages and "no-cache" not in control.lower() and "no-store" not in control.lower():
        return timedelta(seconds=max(ages))
    expires = http_date(headers.get("expires", "") or headers.get("Expires", ""))
    if expires is None or ages:
        return timedelta(0)
    served = http_date(headers.get("date", "") or headers.get("Date", "")) or now
    return max(timedelta(0), expires - served)


def next_poll(
    now: datetime, headers: Mapping[str, str], hints: Hints, *, at_least: timedelta, hint_cap: timedelta
) -> datetime | None:
    """The earliest time the source should be polled again; None when nothing asks for more than the own schedule.

    Args:
        now: the time of this answer.
        headers: of this answer (200 or 304), case-insensitive.
        hints: what the last parsed document asked for.
        at_least: the configured pause; never undercut.
        hint_cap: the longest pause that the publisher's hints may cause (ttl values are often junk).
    """
    wish = max(fresh_for(headers, now), timedelta(minutes=hints.ttl_minutes), timedelta(seconds=hints.period_seconds))
    due = now + max(at_least, min(wish, hint_cap))
    due = min(_after_skips(due, hints), max(due, now + _LONGEST_SKIP))
    return due if due > now else None


def _after_skips(due: datetime, hints: Hints) -> datetime:
    """The first moment from ``due`` on that lies in no skipped GMT hour or day; ``due`` itself if all are skipped."""
    hours, days = frozenset(hints.skip_hours), frozenset(hints.skip_days)
    if len(hours) >= 24 or len(days) >= 7:
        return due
    moment = due
    for _ in range(24 * 8):
        if moment.hour not in hours and moment.weekday() not in days:
            return moment
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return due
