"""Other ways to read a name that means nobody as it stands: glued words, joint writings, slips in a descriptor.

Each gives a second text to be matched; whether that one decides is said beside it. Only names that failed come here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz.distance import DamerauLevenshtein

from signalwatch.resolve.lexicon import (
    CANON,
    CARE,
    COUNTRIES,
    DRUG,
    LEGAL,
    NOT_COMPANY,
    OTHER_TRADE,
    PLACES,
    RESEARCH,
    TECH,
    UNIT,
)

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[A-Z]{2})(?=[A-Z][a-z]{2})")
_INITIALS = re.compile(r"(?<![\w.])((?:[A-Z]\.\s?){1,3})(?=[A-Z][a-z]{2})")
_JOINT = re.compile(r"^([^\W_]{2,})[-–+]([^\W_]{3,})(?![\w-])(.*)$")
_GLUED = tuple(
    sorted(
        (
            "bio", "biopharma", "biopharm", "biologics", "bioscience", "biosciences", "biotech", "biotherapeutics", "clinical",
            "diagnostics", "genetics", "genomics", "healthcare", "medical", "oncology", "pharma", "pharmaceutical",
            "pharmaceuticals", "pharm", "therapeutics", "vaccines", "research", "technologies",
        ),
        key=lambda ending: -len(ending),
    )
)  # fmt: skip
_TELLING = sorted(
    {word for word in (*CANON, *DRUG, *CARE, *RESEARCH, *TECH, *UNIT, *LEGAL, *COUNTRIES) if len(word) > 7}
    | {"limited", "company", "medical"}
)
_BY_START: dict[str, list[str]] = {}
for _word in _TELLING:
    _BY_START.setdefault(_word[0], []).append(_word)
_KNOWN = frozenset(_TELLING)
_STAYS = _KNOWN | OTHER_TRADE | NOT_COMPANY
_DESCRIBE = DRUG | CARE | RESEARCH | TECH
_BY_LETTER: dict[str, list[str]] = {}
for _word in sorted(PLACES):
    if len(_word) > 5:
        _BY_LETTER.setdefault(_word[0], []).append(_word)


class Other(NamedTuple):
    """Another text for the name, its first word, and what follows the word that was taken apart."""

    text: str
    head: str
    rest: str
    camel: bool


def glued(text: str) -> Iterator[Other]:
    """The first word taken apart at a capital ("CHABiotech") or before a descriptor ("Akesobio")."""
    first, _, rest = text.partition(" ")
    apart = _CAMEL.sub(" ", first)
    if apart != first:
        yield Other(f"{apart} {rest}", apart.split(" ")[0], rest, True)
    low = first.rstrip(",.;").lower()
    for ending in _GLUED:
        if low.endswith(ending) and len(low) - len(ending) > 2:
            stem = first[: len(low) - len(ending)]
            yield Other(f"{stem} {ending} {rest}", stem, rest, False)
            break


def initials(text: str) -> str | None:
    """Initials before a surname written one by one ("W.L.Gore" and "W.L. Gore" as "W. L. Gore")."""
    found = _INITIALS.match(text)
    if not found:
        return None
    apart = " ".join(f"{letter}." for letter in found[1] if letter.isalpha())
    return f"{apart} {text[found.end() :]}"


def placed(keys: list[str]) -> list[str] | None:
    """With the slip in a leading place put right ("Chendu X" as "Chengdu X")."""
    first = keys[0]
    if len(keys) < 2 or len(first) < 6 or first in PLACES:
        return None
    for place in _BY_LETTER.get(first[0], ()):
        if abs(len(place) - len(first)) < 2 and DamerauLevenshtein.distance(first, place, score_cutoff=1) <= 1:
            return [place, *keys[1:]]
    return None


def turned(keys: list[str]) -> list[str] | None:
    """With the descriptors that stand before the name put behind it ("Biotech Xanolu" as "Xanolu Biotech")."""
    at = 0
    while at < len(keys) - 1 and keys[at] in _DESCRIBE:
        at += 1
    return [*keys[at:], *keys[:at]] if at and len(keys[at]) > 4 else None


def joint(text: str) -> tuple[str, str] | None:
    """Both halves of "A-B Research" with what follows; a match when both mean the same account."""
    found = _JOINT.match(text)
    return (f"{found[1]}{found[3]}", f"{found[2]}{found[3]}") if found else None


def corrected(keys: list[str]) -> list[str]:
    """The words with slips in descriptors and legal forms put right ("therapuetics", "corporaton"); the first stays."""
    fixed = keys[:1]
    for key in keys[1:]:
        fixed.append(_nearest(key) if len(key) > 5 and key not in _KNOWN else key)
    return fixed


def _nearest(key: str) -> str:
    limit = 1 if len(key) < 10 else 2
    for word in _BY_START.get(key[0], ()):
        near = abs(len(word) - len(key)) <= limit and len(word) > 6
        if near and DamerauLevenshtein.distance(key, word, score_cutoff=limit) <= limit:
            return CANON.get(word, word)
    return key


def singular(keys: list[str]) -> list[str] | None:
    """Without the s of an owner whose apostrophe is missing ("Johnson & Johnsons")."""
    for at, key in enumerate(keys):
        if len(key) > 5 and key.endswith("s") and not key.endswith("ss") and key not in _STAYS:
            return [*keys[:at], key[:-1], *keys[at + 1 :]]
    return None
