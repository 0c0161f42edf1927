"""The calendar of the simulated publishers: US business days, SEC hours, wall clock of New York.

Federal holidays: 5 U.S.C. 6103 (observed on Friday or Monday when they fall on a week-end). EDGAR accepts filings from
06:00 to 22:00 Eastern on business days; most forms accepted after 17:30 carry the next business day's filing date
(shared reference sheet "SEC EDGAR", section 13).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
ONE_DAY = timedelta(days=1)


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    """The n-th given weekday of a month (Monday 0); n = -1 is the last."""
    if n > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - ONE_DAY
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def _observed(day: date) -> date:
    if day.weekday() == 5:
        return day - ONE_DAY
    return day + ONE_DAY if day.weekday() == 6 else day


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[date]:
    """US federal holidays as observed in ``year``."""
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    floating = [
        _nth(year, 1, 0, 3), _nth(year, 2, 0, 3), _nth(year, 5, 0, -1),
        _nth(year, 9, 0, 1), _nth(year, 10, 0, 2), _nth(year, 11, 3, 4),
    ]  # fmt: skip
    return frozenset([_observed(d) for d in fixed] + floating)


@lru_cache(maxsize=4096)
def is_business_day(day: date) -> bool:
    """Monday to Friday and no federal holiday."""
    return day.weekday() < 5 and day not in holidays(day.year)


def next_business_day(day: date) -> date:
    """The first business day after ``day``."""
    day += ONE_DAY
    while not is_business_day(day):
        day += ONE_DAY
    return day


def on_business_day(day: date) -> date:
    """``day`` itself when it is a business day, else the next one."""
    return day if is_business_day(day) else next_business_day(day)


def eastern(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A New York wall-clock time as aware UTC."""
    return datetime.combine(day, time(hour, minute, second), NEW_YORK).astimezone(UTC)


def filing_date(accepted: datetime) -> date:
    """The date EDGAR stamps on a filing accepted at ``accepted``."""
    local = accepted.astimezone(NEW_YORK)
    if local.time() > time(17, 30):
        return next_business_day(local.date())
    return local.date()
