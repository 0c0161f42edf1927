"""Names as tokens: folding of scripts and accents, possessives, initials, and one canonical form per word.

Everything the matcher compares goes through here, so two spellings are equal exactly when their tokens are. Offsets
into the original text survive (headlines need them). Plain ASCII, nine strings in ten, takes a short way.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from signalwatch.resolve.lexicon import CANON

# Letters that NFKD leaves whole. Lengths differ, so offsets are kept by folding character by character.
_LETTERS = {
    "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th",
    "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ı": "i", "İ": "I", "ħ": "h", "ŋ": "n",
    "’": "'", "‘": "'", "ʼ": "'", "′": "'", "´": "'", "`": "'", "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-",
    "“": '"', "”": '"', "®": " ", "™": " ", "©": " ", "℠": " ", "\u200b": "", "\ufeff": "", "\u00ad": "",
}  # fmt: skip
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})

# One token: dotted initials (S.p.A., U.S.), letter & letter (R&D, J&J), letter/letter (A/S), or a run of letters and
# digits with inner apostrophes. Everything else separates.
_TOKEN = re.compile(
    r"[^\W\d_](?:\.[^\W\d_])+(?![^\W_])\.?|(?<![^\W_])[^\W\d_]\s?&\s?[^\W\d_](?![^\W_])"
    r"|(?<![^\W_])[aAoOcC]/[sSoO](?![^\W_])|[^\W_]+(?:'[^\W_]+)*|&"
)
_JOIN = re.compile(r"[.&/'\s]")


class Token(NamedTuple):
    """One word: its canonical form, its folded form, and where it stands in the text."""

    key: str
    word: str
    start: int
    end: int


def fold(text: str) -> str:
    """Accents, ligatures and typographic signs to plain letters; case is kept. May change the length."""
    if text.isascii():
        return text
    parts = []
    for char in text:
        plain = _LETTERS.get(char)
        if plain is None and char > "\x7f":
            plain = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
        parts.append(char if plain is None else plain)
    return "".join(parts)


def _fold_with_offsets(text: str) -> tuple[str, list[int]]:
    parts: list[str] = []
    origin: list[int] = []
    for position, char in enumerate(text):
        plain = fold(char)
        parts.append(plain)
        origin.extend([position] * len(plain))
    origin.append(len(text))
    return "".join(parts), origin


def _word(raw: str) -> str:
    if len(raw) > 2 and raw[-2] == "'" and raw[-1] in "sS":
        raw = raw[:-2]  # a possessive, dropped before the apostrophe is
    word = raw.lower()
    if raw.startswith("ln"):
        word = "in" + word[2:]  # "lnc.", "lnstitute": a small l read for a capital I
    if word.isalnum():
        return word
    if "&" in word and len(word) > 1:
        return word[0] + "and" + word[-1]
    return _JOIN.sub("", word)


def tokens(text: str) -> list[Token]:
    """The words of ``text`` in order; ``&`` counts as the word "and"; places refer to ``text`` as given."""
    if text.isascii():
        folded, origin = text, None
    else:
        folded, origin = _fold_with_offsets(text)
    found = []
    for match in _TOKEN.finditer(folded):
        word = "and" if match[0] == "&" else _word(match[0])
        if not word:
            continue
        start, end = match.span()
        if origin is not None:
            start, end = origin[start], origin[end - 1] + 1
        found.append(Token(CANON.get(word, word), word, start, end))
    return found


def words(text: str) -> list[str]:
    """The folded lower-case words of a name, trailing single letters joined ("Novo Nordisk A S" ends in "as")."""
    found = ["and" if raw == "&" else _word(raw) for raw in _TOKEN.findall(fold(text))]
    tail = 0
    while tail < len(found) and len(found[-1 - tail]) == 1 and found[-1 - tail].isalpha():
        tail += 1
    if tail > 1:
        found[-tail:] = ["".join(found[-tail:])]
    return [word for word in found if word]


def keys(text: str) -> list[str]:
    """The canonical tokens of a name: ``words`` with one spelling per descriptor ("pharmaceuticals" -> "pharma")."""
    return [CANON.get(word, word) for word in words(text)]


def normalise(name: str) -> str:
    """The comparison form of a name with every word kept: what caches and review answers are keyed by."""
    return " ".join(keys(name))


def spellings(name: str) -> list[str]:
    """The name and the other ways its letters are written: umlauts as two letters, the possessive's s kept, no "&"."""
    found = [name]
    if not name.isascii():
        two = name.translate(_UMLAUTS)
        if two != name:
            found.append(two)
    if "'s" in name or "’s" in name:
        found.append(name.replace("'s", "s").replace("’s", "s"))
    if name.count(" ") > 2 and ("&" in name or " and " in name):
        found.append(name.replace("&", " ").replace(" and ", " "))
    return found
