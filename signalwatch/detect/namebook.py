"""What is known about names before any text is read: authorities, company words, medicines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from signalwatch.detect.phrases import TOKENS
from signalwatch.detect.searching import one_of
from signalwatch.detect.text import Doc
from signalwatch.detect.words import NOT_PREDICATES, Word

CODE = re.compile(
    r"^[A-Za-z]{1,6}[-–]?\d{2,}[A-Za-z0-9/\-]*$|^[A-Z]{2,6}-[A-Z]{0,4}\d+[A-Za-z0-9]*$|^[a-z]{1,3}-[A-Z]{2,}\w*$"
)


@dataclass(frozen=True, slots=True)
class Name:
    """An organisation (or medicine) found in the text. Positions are those of ``Doc.raw``."""

    start: int
    end: int
    text: str
    kind: str  # company | regulator | funder | product
    possessive: bool = False
    label: str = ""  # short label of an authority or funder
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Issuer:
    """The company a release comes from, read from its dateline sentence or ticker."""

    name: str
    ticker: str = ""
    exchange: str = ""


class NameBook:
    """The word lists of ``_organisations.yaml`` and ``_common_words.txt``, ready for use."""

    def __init__(self, data: Mapping[str, object], common: Iterable[str], verbs: Iterable[str]) -> None:
        def words(key: str) -> frozenset[str]:
            value = data.get(key) or ()
            return frozenset(str(w).lower() for w in value)  # type: ignore[attr-defined]

        def table(key: str) -> dict[str, str]:
            value = data.get(key) or {}
            return {str(k).lower(): str(v) for k, v in value.items()}  # type: ignore[attr-defined]

        self.regulators = table("regulators")
        self.funders = table("funders")
        self.institutions = words("institutions")
        self.suffixes = words("suffixes")
        self.legal = words("legal")
        self.descriptors = words("descriptors")
        self.demonyms = words("demonyms")
        self.known = words("known")
        self.not_names = words("not_names")
        self.generic = words("generic_heads")
        self.stems = tuple(sorted(words("drug_stems"), key=len, reverse=True))
        self.common = frozenset(common)
        self.verbs = frozenset(verbs)
        self.predicates = frozenset(v for v in self.verbs if v.endswith(("s", "ed")) and v not in NOT_PREDICATES)
        listed = sorted({**self.regulators, **self.funders}, key=len, reverse=True)
        self._authority = re.compile(
            r"(?<![a-z0-9])(" + one_of([re.escape(n).replace(r"\ ", " +") for n in listed]) + r")(?![a-z0-9&])"
        )
        self._authority_words = frozenset(found[0] for n in listed if (found := TOKENS.findall(n)))
        self._known_long = frozenset(k for k in self.known if " " in k)

    def plain(self, word: Word | None) -> bool:
        """Is this no part of a name: an ordinary word, or nothing at all?"""
        return word is None or not word.core[:1].isupper() or word.low in self.common or word.low in self.verbs

    def authorities(self, doc: Doc, start: int, end: int) -> list[Name]:
        """Regulators and funders named in a stretch of text."""
        found: list[Name] = []
        if self._authority_words.isdisjoint(doc.words):
            return found
        free = start
        for at in doc.places(self._authority_words, start, end):
            m = self._authority.match(doc.norm, at, end) if at >= free else None
            if m is None:
                continue
            free = m.end()
            raw = doc.raw[m.start(1) : m.end(1)]
            key = re.sub(r" +", " ", m.group(1))
            if len(key) <= 5 and " " not in key and not raw.replace(".", "").replace("-", "").isupper():
                continue  # "who", "nice", "dea" in lower case are words
            kind = "regulator" if key in self.regulators else "funder"
            label = self.regulators.get(key) or self.funders[key]
            found.append(Name(m.start(1), m.end(1), raw.strip(), kind, possessed(doc.raw, m.end(1)), label))
        return found

    def is_medicine(self, word: Word, following: Word | None) -> bool:
        """Does a word look like a medicine: code name, generic stem, or trademark sign with no company word behind it?"""
        core, low = word.core, word.low
        if not core.isalpha() and CODE.match(core) and not low.startswith("covid"):
            return True
        if "-" in core and core.isupper() and re.search(r"-\d+$", core):
            return True  # OPTIMIZE-1: a study's name
        company_next = following is not None and following.low in self.suffixes
        if word.marked and not company_next:
            return True
        return (
            len(low) > 6 and low.isascii() and low.endswith(self.stems) and low not in self.known and not company_next
        )

    def strip_legal(self, name: str) -> str:
        """A name without its legal form: ``Acme, Inc.`` is ``Acme``."""
        parts = name.split(" ")
        while len(parts) > 1 and parts[-1].strip(",").lower() in self.legal:
            parts.pop()
            parts[-1] = parts[-1].rstrip(",")
        return " ".join(parts).rstrip(",;:-–")


def possessed(raw: str, at: int) -> bool:
    return raw[at : at + 2] in {"'s", "’s"} or (raw[at - 1 : at].lower() == "s" and raw[at : at + 1] in {"'", "’"})
