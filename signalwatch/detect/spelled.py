"""How names and exchanges are compared by spelling."""

from __future__ import annotations

import re


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


def words(name: str) -> list[str]:
    """The words of a name, lower case."""
    return [w for w in re.split(r"[^a-z0-9&]+", name.lower()) if w]
