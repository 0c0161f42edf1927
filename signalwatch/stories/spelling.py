"""How names are compared: plain letters, distinctive words, tickers and initials. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from signalwatch.stories.vocabulary import WEAK

WORD = re.compile(r"[a-z0-9]+")
_LEGAL = frozenset(
    "and of the inc incorporated corp corporation co company ltd limited llc plc ag sa nv se kgaa gmbh".split()
)


def plain(text: str) -> str:
    """Lower case ASCII with German umlauts written out."""
    if text.isascii():
        return text.casefold()
    text = text.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss").replace("ø", "o")
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


@lru_cache(maxsize=20_000)
def name_words(name: str) -> tuple[str, ...]:
    """The distinctive words of an organisation's name; all its words when none is distinctive."""
    words = tuple(WORD.findall(plain(name.replace("’s", "").replace("'s", ""))))
    return tuple(w for w in words if w not in WEAK) or words


@lru_cache(maxsize=20_000)
def name_key(name: str) -> str:
    """One word by which different spellings of a company meet: its first distinctive word."""
    words = name_words(name)
    if not words:
        return ""
    if len(words[0]) <= 2 and len(words) > 1:
        return words[0] + words[1]
    return words[0]


def skeleton(key: str) -> str:
    """First three consonants of a name: what a ticker and the name it abbreviates usually share."""
    return re.sub(r"[aeiouy$]", "", key)[:3]


def abbreviates(ticker: str, name: str) -> bool:
    """Whether ``ticker`` reads as letters of ``name`` in order, from the same first letter (RGNX, Regenxbio).

    Some leave a vowel at the beginning out: then the first consonants have to agree. An X at the end may be the
    ticker's own (VNTX, Vandale Therapeutics).
    """
    short = ticker.lstrip("$")
    headless = name[:1] in "aeiou" and len(short) == 4 and skeleton(short) == skeleton(name)
    bare = short[:-1] if len(short) == 4 and short.endswith("x") else short
    return 0 in (_missing(short, name), _missing(bare, name)) or (headless and _missing(short, name[1:]) == 0)


def _missing(short: str, name: str) -> int:
    """How many letters of a ticker its company's name does not hold in this order; 9 when it cannot be its ticker."""
    if not 3 <= len(short) <= 5 or len(name) <= len(short) or short[0] != name[:1]:
        return 9
    at, missing = 0, 0
    for letter in short:
        found = name.find(letter, at)
        if found < 0:
            missing += 1
        else:
            at = found + 1
    return missing


def resembles(ticker: str, name: str) -> bool:
    """Whether all but one letter of a ticker read as the name's, and both begin alike (ARQT, Arcutis)."""
    short = ticker.lstrip("$")
    return len(short) >= 4 and short[:2] == name[:2] and _missing(short, name) <= 1


@lru_cache(maxsize=20_000)
def initials_of(name: str) -> frozenset[str]:
    """The letters a name of several words may be told by: all first letters, or those without legal forms."""
    words = WORD.findall(plain(name))
    telling = [w for w in words if w not in _LEGAL]
    found = {"".join(w[0] for w in some) for some in (words, telling) if len(some) >= 2}
    return frozenset(f for f in found if 2 <= len(f) <= 5)
