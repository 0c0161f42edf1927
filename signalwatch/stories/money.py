"""Amounts as tellings state them: rounded, in another currency, at signing or in all, so far or up to. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from signalwatch.model import Event

_PER_DOLLAR: Mapping[str, float] = {
    "USD": 1, "EUR": 0.9, "GBP": 0.78, "CHF": 0.85, "JPY": 148, "CNY": 7.2, "RMB": 7.2, "KRW": 1370, "SEK": 10.2,
    "DKK": 6.8, "NOK": 10.5, "AUD": 1.52, "CAD": 1.37, "HKD": 7.8, "INR": 85, "ILS": 3.6, "SGD": 1.33, "TWD": 32,
}  # fmt: skip
"""Rough rates: good enough to tell 40 million euros told as $43M from another amount, over years."""
_NAMES = ("amount", "total", "upfront", "offered")
OPEN = re.compile(
    r"\bup to\b|\b(?:first|initial) (?:closing|tranche|close)\b|\bas much as\b|\bbis zu\b|\bjusqu", re.IGNORECASE
)
"""An amount that may still grow, or the first part of one."""


def number(event: Event, *names: str) -> float | None:
    """The first of some attributes that is a positive number."""
    for name in names:
        value = event.attributes.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return float(value)
    return None


def far(a: float | None, b: float | None, ratio: float) -> bool:
    """Whether two known numbers differ by more than a factor."""
    return a is not None and b is not None and max(a, b) > ratio * min(a, b)


def _currencies(a: Event, b: Event) -> tuple[str, str]:
    ca, cb = (str(e.attributes.get("currency") or "").upper() for e in (a, b))
    return ca or cb, cb or ca


def amounts_differ(a: Event, b: Event, ratio: float) -> bool:
    """Whether the amounts cannot be one: a factor apart, with more room when the currencies differ."""
    x, y = number(a, "amount"), number(b, "amount")
    if x is None or y is None:
        return False
    ca, cb = _currencies(a, b)
    if ca == cb:
        return far(x, y, ratio)
    if ca not in _PER_DOLLAR or cb not in _PER_DOLLAR:
        return False
    return far(x / _PER_DOLLAR[ca], y / _PER_DOLLAR[cb], 1.3 * ratio)


def amounts_meet(a: Event, b: Event) -> bool:
    """Whether some amount of one is told by the other: the same figure, rounded, converted, or at signing plus the rest."""
    ca, cb = _currencies(a, b)
    if ca != cb and (ca not in _PER_DOLLAR or cb not in _PER_DOLLAR):
        return False
    ra, rb = _PER_DOLLAR.get(ca, 1.0), _PER_DOLLAR.get(cb, 1.0)
    ratio = 1.05 if ca == cb else 1.15
    return any(not far(x / ra, y / rb, ratio) for x in _told(a) for y in _told(b))


def _told(event: Event) -> list[float]:
    found = [x for name in _NAMES if (x := number(event, name)) is not None]
    upfront, total = number(event, "upfront"), number(event, "total")
    return [*found, upfront + total] if upfront and total else found


_PAID_OUT = re.compile(
    r"\b(?:clos(?:e[sd]?|ing)|complet\w+|draws?|drew|drawn|funded|borrow\w*|disburs\w+|initial|first)\b", re.IGNORECASE
)
PAID_WITHIN = 100
"""Days within which a loan that was signed is closed or drawn for the first time."""


def paid_out(a: Event, b: Event) -> bool:
    """Whether the later telling may be of the closing or the first drawing of the loan that the earlier one signed."""
    later, earlier = (a, b) if a.at >= b.at else (b, a)
    if {a.attributes.get("series"), b.attributes.get("series")} != {"venture_debt"}:
        return False
    x, y = number(later, "amount"), number(earlier, "amount")
    less = x is None or y is None or x <= 1.05 * y
    days = (later.at - earlier.at).total_seconds() / 86400
    return less and days <= PAID_WITHIN and _PAID_OUT.search(f"{later.title} {later.text}") is not None


def part_of(a: Event, b: Event) -> bool:
    """Whether the smaller amount can be the first part of the larger one: the larger was told as "up to"."""
    x, y = number(a, "amount"), number(b, "amount")
    if x is None or y is None:
        return False
    larger, smaller = (a, b) if x >= y else (b, a)
    grows = OPEN.search(f"{larger.title} {larger.text}") is not None
    first = OPEN.search(f"{smaller.title} {smaller.text}") is not None
    return (grows or first) and larger.at <= smaller.at
