"""Names and tickers known to mean one company, in the form stories compare names by. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from signalwatch.stories.spelling import name_key, name_words, plain

_LETTERS = re.compile(r"(?<![\w&+-])[A-Z]{2,5}(?![\w&+-])")
_SINGLE = 4
"""Shorter words of running text stand for a company in capitals only."""


class Known:
    """Which company a name, old name or listed ticker means; one that two companies claim means neither.

    Args:
        names: name -> company; a ticker is written with a dollar sign (``$AERN``).
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        claims: dict[str, set[str]] = {}
        for name, company in names.items():
            claims.setdefault(_flat(name), set()).add(name_key(company))
        self._keys = {flat: keys.pop() for flat, keys in claims.items() if flat and len(keys) == 1}
        self._words = {name for name in self._keys if name.isalpha() and len(name) >= _SINGLE}

    def __bool__(self) -> bool:
        return bool(self._keys)

    def key(self, name: str) -> str:
        """The word by which spellings of a company meet: the listed company's where the name is listed."""
        flat = _flat(name)
        found = self._keys.get(flat)
        if found is None and name.isupper() and len(name) <= 5:
            found = self._keys.get(f"${flat}")
        return found or name_key(name)

    def ticker(self, symbol: str) -> str:
        """The company that lists this symbol today; "" when none is known."""
        return self._keys.get(f"${symbol.casefold()}", "")

    def mentioned(self, words: Iterable[str], text: str) -> frozenset[str]:
        """Companies that running text mentions by another name of one word, or by their letters."""
        found = {self._keys[word] for word in words if word in self._words}
        found |= {key for m in _LETTERS.findall(text) if (key := self._keys.get(m.casefold()))}
        return frozenset(found)


def _flat(name: str) -> str:
    """A name in one word without what says little; the dollar sign of a ticker stays."""
    if name.startswith("$"):
        return "$" + plain(name[1:])
    return "".join(name_words(name))


NOBODY = Known({})
"""Nothing is known: names are compared as they stand."""
