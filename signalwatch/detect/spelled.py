"""How names and exchanges are compared by spelling."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile("[a-z0-9&]+")


def exchange(text: str) -> str:
    """An exchange under its short name; as written when it is none of the known ones."""
    low = text.lower()
    for key, name in (
        ("nasdaq", "NASDAQ"),
        ("nyse", "NYSE"),
        ("asx", "ASX"),
        ("tsx", "TSX"),
        ("otc", "OTC"),
        ("euronext", "Euronext"),
        ("aim", "AIM"),
        ("lse", "LSE"),
    ):
        if key in low:
            return name
    return text.strip()


def letters(name: str) -> str:
    """Letters and digits of a name only."""
    return re.sub(r"[^a-z0-9]+", "", name.lower())


def same(a: str, b: str) -> bool:
    """Are two spellings one company: equal, or one the beginning of the other word by word?"""
    left, right = words(a), words(b)
    if not left or not right:
        return False
    short, long = sorted((left, right), key=len)
    return long[: len(short)] == short


@lru_cache(maxsize=20_000)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, lower case."""
    return tuple(_WORD.findall(name.lower()))
