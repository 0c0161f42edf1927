"""What the matcher answers about one name, before it becomes a ``Match``."""

from __future__ import annotations

from typing import NamedTuple


class Answer(NamedTuple):
    """``status`` as in Match; ``accounts`` are positions in the index; ``method`` and ``why`` explain."""

    status: str
    accounts: tuple[int, ...] = ()
    method: str = ""
    why: str = ""
    score: float = 1.0


NONE = Answer("none", why="no account is written like this")
EXCLUDED = Answer("none", why="a hospital, university, foundation, fund or the like that carries the name")
OUTSIDE = Answer("none", why="a known company that belongs to no account of this list")


def held(account: int, method: str, why: str, score: float = 0.5) -> Answer:
    """One account, to be asked about."""
    return Answer("held", (account,), method, why, score)


def ambiguous(accounts: tuple[int, ...], method: str, why: str) -> Answer:
    """Several accounts, or one that may not be meant; never decided without a person."""
    return Answer("ambiguous", accounts, method, why, 0.5)
