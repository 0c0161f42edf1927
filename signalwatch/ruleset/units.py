"""Durations, money, shares and times of day as rule files write them, and as people read them. Units are explicit."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DURATION = re.compile(r"([0-9]{1,6})\s?([smhdw])\Z")
_DURATION_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_MONEY = re.compile(r"(?:([A-Z]{3})\s?)?([0-9]{1,12}(?:\.[0-9]{1,6})?)\s?([kKmMbB]|bn|BN)?(?:\s?([A-Z]{3}))?\Z")
_MONEY_UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000, "bn": 1_000_000_000}
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)\s?%\Z")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z")

DURATION_HINT = 'write a number and a unit (s, m, h, d, w), for example "120d" or "24h"'
MONEY_HINT = 'write amount, size and currency, for example "50M USD"'
MAX_DURATION = timedelta(days=3660)


class Money(NamedTuple):
    """An amount in units of its currency."""

    amount: int
    currency: str

    def __str__(self) -> str:
        return show_money(self.amount, self.currency)


def duration(text: object) -> timedelta:
    """``"120d"`` → 120 days. Raises ValueError for anything else, zero and more than ten years."""
    match = _DURATION.match(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(DURATION_HINT)
    value = timedelta(seconds=int(match[1]) * _DURATION_UNITS[match[2]])
    if not timedelta(0) < value <= MAX_DURATION:
        raise ValueError("a duration lies between 1s and 3660d")
    return value


def money(text: object) -> Money:
    """``"50M USD"`` or ``"USD 50M"`` → Money(50000000, "USD"). Raises ValueError."""
    match = _MONEY.match(text) if isinstance(text, str) else None
    if match is None or not (match[1] or match[4]) or (match[1] and match[4]):
        raise ValueError(MONEY_HINT)
    amount = float(match[2]) * _MONEY_UNITS[(match[3] or "").lower()]
    return Money(round(amount), match[1] or match[4])


def share(value: object) -> float:
    """``"5%"`` → 0.05; a number from 0 to 1 is taken as it is. Raises ValueError."""
    if isinstance(value, str):
        match = _SHARE.match(value)
        if match is not None:
            value = float(match[1]) / 100
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError('write a share as "5%" or as a number from 0 to 1')
    return float(value)


def clock_time(value: object) -> time:
    """``"08:30"`` → 08:30. Raises ValueError."""
    match = _CLOCK.match(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('write a time of day as "HH:MM", for example "08:30"')
    return time(int(match[1]), int(match[2]))


def zone(value: object) -> ZoneInfo:
    """An IANA zone such as ``Europe/Berlin``. Raises ValueError."""
    try:
        if not isinstance(value, str) or not value or len(value) > 60:
            raise ValueError
        return ZoneInfo(value)
    except (ValueError, ZoneInfoNotFoundError, OSError) as error:
        raise ValueError('write an IANA time zone, for example "Europe/Berlin" or "America/New_York"') from error


def show_duration(value: timedelta) -> str:
    """A duration the way it is written in rules: ``120d``, ``36h``, ``90m``."""
    seconds = int(value.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}d" if unit == "d" else f"{seconds // size}{unit}"
    return f"{seconds}s"


def show_span(value: timedelta) -> str:
    """A distance in time for people: days when it is more than two, else hours."""
    seconds = abs(value.total_seconds())
    return f"{seconds / 86400:.0f} d" if seconds >= 2 * 86400 else f"{seconds / 3600:.0f} h"


def show_money(amount: float, currency: str = "USD") -> str:
    """``75000000, "USD"`` → ``USD 75M``."""
    for size, unit in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")):
        if abs(amount) >= size:
            return f"{currency} {amount / size:.4g}{unit}"
    return f"{currency} {amount:g}"


def show(value: object) -> str:
    """Any value of a rule or an event for people."""
    if isinstance(value, Money):
        return str(value)
    if isinstance(value, timedelta):
        return show_duration(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1e6 else f"{value:.0f}"
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return ", ".join(show(v) for v in items)
    text = str(value).replace("\n", "\\n")
    return text if len(text) <= 80 else text[:77] + "..."
