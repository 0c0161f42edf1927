"""Reading a clause from left to right for the names in it, as far as somebody has asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signalwatch.detect.namebook import Name, NameBook
from signalwatch.detect.words import RISKY_SUFFIX, Word

if TYPE_CHECKING:
    from signalwatch.detect.names import Finder


class Reading:
    """The names of one clause, read from left to right as far as somebody has asked."""

    __slots__ = ("_finder", "_found", "_next", "_sorted", "_taken", "authorities", "capitals", "words")

    def __init__(self, finder: Finder, start: int, end: int) -> None:
        self._finder = finder
        self.words = finder.words(start, end)
        self.capitals = finder.titled if finder.doc.in_title(start) else False
        self.authorities = finder.authorities(start, end)
        self._taken = [(n.start, n.end) for n in self.authorities]
        self._found: list[Name] = []
        self._sorted: list[Name] | None = None
        self._next = 0

    def all(self) -> list[Name]:
        """Every name, in order."""
        if self._sorted is None:
            while self._step():
                pass
            self._sorted = sorted([*self.authorities, *self._found], key=lambda n: n.start)
        return self._sorted

    def first(self) -> Name | None:
        """The first name, if there is one."""
        while not self._found and self._step():
            pass
        return min([*self.authorities[:1], *self._found[:1]], key=lambda n: n.start, default=None)

    def at(self, position: int) -> Name | None:
        """The name that a position stands in."""
        for name in self.authorities:
            if name.start <= position < name.end:
                return name
        while self._next < len(self.words) and self.words[self._next].start <= position:
            self._step()
        return next((n for n in reversed(self._found) if n.start <= position < n.end), None)

    def _step(self) -> bool:
        """Read one word, or one name; False at the end."""
        words, i, taken = self.words, self._next, self._taken
        if i >= len(words):
            return False
        self._next = i + 1
        at = words[i].start
        if any(a <= at < b for a, b in taken):
            return True
        if self._finder.starts(words, i, self.capitals):
            j, name = self._finder.run(words, i, self.capitals, taken)
            if name:
                self._found.append(name)
                self._next = j
        return True


def compound(word: Word, book: NameBook) -> bool:
    """A compound of ordinary words in front of a name: Smart-pill maker, hair-loss start-up."""
    parts = word.low.split("-")
    return len(parts) > 1 and all(p in book.common or p in book.descriptors for p in parts)


def named_next(word: Word | None, book: NameBook) -> bool:
    return word is not None and (word.low in book.suffixes or word.low in book.verbs)


def suffix_follows(words: list[Word], i: int, book: NameBook, reach: int = 2) -> bool:
    """Does a strong company word follow within two words (``Precision BioSciences``, ``Day One Biopharmaceuticals``)?"""
    for k in range(i + 1, min(i + 1 + reach, len(words))):
        word = words[k]
        if word.opens or not word.core[:1].isupper():
            return False
        if word.low in book.suffixes and word.low not in RISKY_SUFFIX:
            return True
        if words[k - 1].comma or words[k - 1].possessive:
            return word.low in book.legal
        if word.low in book.verbs:
            return False
    return False


def join_raw(raw: str, start: int, end: int) -> str:
    text = raw[start:end]
    return " ".join("".join(c for c in text if c not in "®™℠*").replace("\xa0", " ").split())


def month_like(low: str) -> bool:
    return low in {"phase", "part", "study", "trial", "day", "week", "cohort", "arm", "type", "stage"}
