"""Partial dates of the registry: ``yyyy``, ``yyyy-MM`` or ``yyyy-MM-dd``; two compare at the coarser precision."""

from __future__ import annotations

from datetime import UTC, date, datetime


def parts(text: str) -> tuple[int, ...]:
    """Year, month, day as far as given; () for what is no date. Nothing is guessed or filled up."""
    try:
        numbers = tuple(int(piece) for piece in text.strip()[:10].split("-"))
        if not 1 <= len(numbers) <= 3 or not 1900 <= numbers[0] <= 2200:
            return ()
        _day(numbers)
    except ValueError:
        return ()
    return numbers


def _day(numbers: tuple[int, ...]) -> date:
    year, month, day = (*numbers, 1, 1)[:3]
    return date(year, month, day)


def first_day(text: str) -> date | None:
    """The first day a partial date may mean."""
    numbers = parts(text)
    return _day(numbers) if numbers else None


def instant(text: str) -> datetime | None:
    """Midnight UTC of the first day a partial date may mean: the registry publishes days, not times."""
    day = first_day(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def slip(before: str, after: str) -> int | None:
    """Days from ``before`` to ``after`` at the coarser precision; 0 for a mere refinement, None when one is no date.

    ``2026-03`` to ``2026-03-31`` is 0; ``2026-03`` to ``2026-05-20`` is 61, from March to May.
    """
    old, new = parts(before), parts(after)
    if not old or not new:
        return None
    depth = min(len(old), len(new))
    return (_day(new[:depth]) - _day(old[:depth])).days
