"""Other ways to read a name that means nobody as it stands: glued words, joint writings, slips in a descriptor.

Each gives a second text to be matched; whether that one decides is said beside it. Only names that failed come here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz.distance import DamerauLevenshtein

from signalwatch.resolve.lexicon import CANON, CARE, COUNTRIES, DRUG, LEGAL, RESEARCH, TECH, UNIT

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[A-Z]{2})(?=[A-Z][a-z]{2})")
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
        if len(key) > 5 and key.endswith("s") and not key.endswith("ss") and key not in _KNOWN:
            return [*keys[:at], key[:-1], *keys[at + 1 :]]
    return None
