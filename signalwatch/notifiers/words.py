"""Numbers, times, lists and links as people read them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TIERS = {0: "excluded", 1: "strategic", 2: "scale", 3: "programmatic"}
_CONTROL = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff\ud800-\udfff]+"
)


def one_line(text: str, limit: int) -> str:
    """``text`` on one line without control or direction-changing characters, cut at a word."""
    line = " ".join(_CONTROL.sub(" ", text[: limit * 8]).split())  # a bounded look at a giant text
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    space = head.rfind(" ")
    return (head[:space] if space > limit // 2 else head).rstrip(" ,;:-") + "…"


def lines_as_written(text: str, limit: int) -> tuple[str, ...]:
    """Whole lines of ``text`` with their spaces, without control characters, as many as ``limit`` characters hold."""
    out: list[str] = []
    for line in text[: limit * 8].splitlines():
        shown = _CONTROL.sub(" ", line).rstrip()
        limit -= len(shown) + 1
        if limit < 0:
            return (*out, "…")
        out.append(shown)
    return tuple(out)


def joined(values: Iterable[str], most: int) -> str:
    """A list in words, with the rest counted."""
    items = list(values)
    shown = ", ".join(one_line(v, 80) for v in items[:most])
    return f"{shown} and {len(items) - most} more" if len(items) > most else shown


def points(value: float) -> str:
    """``40.0`` as ``+40``, ``-35`` as ``−35``, ``36.52`` as ``+36.5``."""
    number = f"{abs(value):.1f}".removesuffix(".0")
    return "0" if number == "0" else ("+" if value > 0 else "−") + number


def plain_number(value: float) -> str:
    """A number without sign for plus and without ``.0``."""
    return points(value).removeprefix("+")


def shown(value: Any) -> str:
    """Any JSON value of a change in words: lists joined, numbers grouped, nothing for nothing said."""
    if value is None or value == "" or value == [] or value == {}:
        return "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float):
        return f"{value:,.10g}"
    if isinstance(value, dict):
        return one_line(", ".join(f"{words(str(k))} {shown(v)}" for k, v in value.items()), 200)
    if isinstance(value, list | tuple):
        return joined([shown(v) if i < 12 else "" for i, v in enumerate(value)], 12)
    return one_line(str(value), 200)


def words(name: str) -> str:
    """A field name as words: ``primary_completion_date`` or ``primaryCompletionDate``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name[:300].rpartition(".")[2] or name[:300])
    return one_line(spaced.replace("_", " "), 60).lower()


def tier_words(tier: int | None) -> str:
    """``2`` as ``tier 2 (scale)``."""
    if tier is None:
        return ""
    return f"tier {tier} ({TIERS[tier]})" if tier in TIERS else f"tier {tier}"


def zone_named(name: str) -> tzinfo:
    """The IANA zone of that name; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def moment(at: datetime, zone: tzinfo) -> str:
    """An instant with its zone name: ``Sat 3 Oct 2026, 09:00 EDT``. Midnight UTC is a day and is written as one."""
    if is_day(at):
        return day(at)
    local = at.astimezone(zone)
    name = local.strftime("%Z")
    if name[:1] in "+-":  # zones without letters are called by their offset
        name = f"UTC{name}"
    return f"{day(local)}, {local:%H:%M} {name or 'UTC'}"


def is_day(at: datetime) -> bool:
    """Whether only a day is known: registries and filings write days, which are kept as midnight UTC."""
    utc = at.astimezone(UTC)
    return (utc.hour, utc.minute, utc.second, utc.microsecond) == (0, 0, 0, 0)


def day(at: datetime) -> str:
    """A day in words: ``Sat 3 Oct 2026``."""
    return f"{at:%a} {at.day} {at:%b %Y}"


def span(length: timedelta) -> str:
    """A length in words: hours up to two days, then days."""
    hours = length.total_seconds() / 3600
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"


def web_link(url: str) -> str:
    """``url`` if it is a web link of sane length, else nothing: no other scheme is ever made clickable."""
    clean = url.strip()
    ok = re.fullmatch(r"https?://[^\s<>\"'`\\^{|}\x00-\x1f]{3,2900}", clean, re.IGNORECASE)
    return clean if ok else ""
