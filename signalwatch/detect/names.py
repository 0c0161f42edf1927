"""Finding organisations in running text and headlines, without a list of all companies.

A name is a run of words that look like a name: capitals, camel case or company words (Therapeutics, Bio ...), where in a Title
Case headline a word that English writes in lower case is no name unless company words follow it. Authorities and funders are
known by name. Medicines (generic name stems, code names, words with a trademark sign) are told apart from companies.
"""

from __future__ import annotations

import re

from signalwatch.detect.namebook import CODE, Name, NameBook
from signalwatch.detect.reading import Reading, join_raw, month_like, named_next, suffix_follows
from signalwatch.detect.text import Doc
from signalwatch.detect.words import (
    ACADEMIC,
    AILMENTS,
    ALUMNI,
    BEFORE_NAMES,
    CAMEL,
    COMPANY_ACTS,
    COMPANY_NOUNS,
    EXCHANGES,
    FUNCTION,
    HYPHEN_DESCRIPTOR,
    LOWER_NAMES,
    OPENERS,
    PEOPLE,
    PLAIN_NOUNS,
    RELATIONS,
    RISKY_SUFFIX,
    SKIPPED,
    STRICKEN,
    STUDIES,
    THINGS,
    UNIT_ACTS,
    Word,
    split_words,
    title_case,
)


class Finder:
    """Names in one document. Built per document; clauses are read once, on demand."""

    __slots__ = ("_authorities", "_cache", "_titled", "_words", "book", "doc")

    def __init__(self, doc: Doc, book: NameBook) -> None:
        self.doc = doc
        self.book = book
        self._cache: dict[tuple[int, int], Reading] = {}
        self._authorities: dict[tuple[int, int], list[Name]] = {}
        self._words: dict[tuple[int, int], list[Word]] = {}
        self._titled: bool | None = None

    @property
    def titled(self) -> bool:
        """Is the headline in Title Case?"""
        if self._titled is None:
            self._titled = title_case(self.words(0, self.doc.title_end))
        return self._titled

    def words(self, start: int, end: int) -> list[Word]:
        """The words of a stretch, cut once."""
        start = max(start, self.doc.start if start < self.doc.title_end else self.doc.body)
        found = self._words.get((start, end))
        if found is None:
            found = self._words[(start, end)] = split_words(self.doc.raw, start, end)
        return found

    def authorities(self, start: int, end: int) -> list[Name]:
        """Regulators and funders named in a stretch."""
        found = self._authorities.get((start, end))
        if found is None:
            found = self._authorities[(start, end)] = self.book.authorities(self.doc, start, end)
        return found

    def names(self, start: int, end: int) -> list[Name]:
        """All names in a clause, in order; the clause is given by its bounds."""
        return self.reading(start, end).all()

    def reading(self, start: int, end: int) -> Reading:
        """A clause read from left to right, as far as somebody has asked."""
        found = self._cache.get((start, end))
        if found is None:
            found = self._cache[(start, end)] = Reading(self, start, end)
        return found

    def starts(self, words: list[Word], i: int, capitals: bool) -> bool:
        """May a name begin with this word?"""
        word = words[i]
        low = word.low
        core = word.core
        if core.islower() and not core[0].isdigit() and low not in LOWER_NAMES:
            return False
        book = self.book
        following = words[i + 1] if i + 1 < len(words) else None
        two = f"{low} {following.low}" if following else ""
        if (two in book._known_long and core[0].isupper()) or (
            low in book.known and (core[0].isupper() or low in LOWER_NAMES)
        ):
            return not (i == 0 and low in book.verbs and not named_next(following, book) and capitals)
        if low in book.not_names or low in book.institutions or low in FUNCTION:
            return False
        if low in book.generic and not suffix_follows(words, i, book):
            return False
        if i and words[i - 1].low.rstrip(":") in EXCHANGES and words[i - 1].core[:1].isupper():
            return False  # a ticker
        if not any(c.isalpha() for c in core):
            return False
        if not core[0].isalnum() or low in book.predicates:
            return False
        if core[0].islower():
            return bool(CAMEL.search(core)) and not CODE.match(core)
        if core[0].isdigit():
            if core.isalnum() and not core.isdigit() and (word.possessive or suffix_follows(words, i, book)):
                return True  # 4D Molecular Therapeutics, 10x Genomics
            return bool(re.match(r"^\d+[A-Za-z]{3,}$", core)) and not low.endswith(
                ("th", "nd", "rd", "st", "mg", "ml", "year", "bn", "mn", "week", "million", "billion")
            )
        if word.opens and len(core) <= 6 and core.isupper():
            return False  # an abbreviation in brackets
        if low in book.legal or low.startswith(("ex-", "non-", "post-")) or len(core) == 1:
            return False  # "Co. Terminates ..." refers back
        if following is not None and self._place_before(words, i):
            return False
        if low in book.suffixes and not suffix_follows(words, i, book) and (i or book.plain(following)):
            return False  # "its Biologics License Application"
        if HYPHEN_DESCRIPTOR.search(core):
            return False
        if low in book.demonyms or low in book.descriptors:
            near = low in RELATIONS or low in COMPANY_NOUNS
            return low not in book.demonyms and suffix_follows(words, i, book, reach=1 if near else 2)
        if (
            "-" in core
            and not core.isupper()
            and all(p.lower() in book.common or p.lower() in book.descriptors or len(p) < 3 for p in core.split("-"))
        ):
            return False  # Smart-pill, Hair-loss
        if core.isupper() and 2 <= len(core) <= 5 and not suffix_follows(words, i, book):
            if (
                capitals
                and i == 0
                and len(core) >= 3
                and following is not None
                and (following.low in book.verbs or following.low in THINGS)
            ):
                return True  # a ticker or short name: ABCD Discontinues ..., ABC Assay Wins ...
            if capitals or len(core) < 3:
                return False
            linked = i > 0 and words[i - 1].low in BEFORE_NAMES
            return i == 0 or word.possessive or linked
        if following is not None and following.low in AILMENTS and low not in book.known and not word.possessive:
            return False  # Danon Disease Gene Therapy
        if capitals and len(low) > 5 and low.endswith(("ing", "ed", "ly")) and not word.possessive:
            return suffix_follows(words, i, book)  # Plummeting Sales Trigger ...
        if i and low in book.verbs and words[i - 1].low in {"to", "will"}:
            return False  # Agreement to Acquire Disarm Therapeutics
        if low in book.common or low in book.verbs:
            if suffix_follows(words, i, book):
                return True
            if word.possessive and i and words[i - 1].low in BEFORE_NAMES and low not in PLAIN_NOUNS:
                return low not in book.generic and low not in book.verbs  # FDA Rejects Rocket's Gene Therapy
            if not capitals and low not in book.generic and low not in PLAIN_NOUNS and not month_like(low):
                if word.possessive:
                    return True  # Wave's AATD editor: no verb, and no word that a sentence writes with a capital
                if i == 0 and following is not None and not word.comma and following.core[:1].isupper():
                    after = words[2] if len(words) > 2 else None
                    if following.low not in book.known and after is not None and after.low in book.verbs:
                        return True  # Elevation Oncology nabs ...
            return not capitals and i > 0 and low not in book.generic and low not in book.verbs and not month_like(low)
        return True

    def _place_before(self, words: list[Word], i: int) -> bool:
        """Is this the place of a company: ``Colorado based Acme``, ``Baltimore pharmaceutical company``?"""
        nxt = words[i + 1]
        if nxt.low in {"based", "headquartered"}:
            return True
        if not nxt.core[:1].islower() or not (nxt.low in self.book.descriptors or nxt.low in self.book.suffixes):
            return False
        return any(w.low in COMPANY_NOUNS for w in words[i + 1 : i + 4])

    def run(self, words: list[Word], i: int, capitals: bool, taken: list[tuple[int, int]]) -> tuple[int, Name | None]:
        """The name that begins with this word, and the word after it."""
        book = self.book
        first = words[i]
        following = words[i + 1] if i + 1 < len(words) else None
        if book.is_medicine(first, following):
            return i + 1, Name(first.start, first.end, first.core, "product", first.possessive)
        j = i
        last = words[i]
        while not last.possessive and j + 1 < len(words):
            nxt = words[j + 1]
            if nxt.opens or any(a <= nxt.start < b for a, b in taken):
                break
            if last.comma and nxt.low not in book.legal:
                break
            if (
                nxt.low in {"&", "+"}
                and j + 2 < len(words)
                and words[j + 2].core[:1].isupper()
                and len(words[j + 2].core) > 1
            ):
                if (
                    capitals
                    and words[j + 2].low in book.common
                    and words[j + 2].low not in {"johnson", "company", "co", "co."}
                ):
                    break
                j += 2
                last = words[j]
                continue
            if (
                nxt.low in {"of", "for"}
                and last.low in ACADEMIC
                and j + 2 < len(words)
                and words[j + 2].core[:1].isupper()
            ):
                j += 2
                last = words[j]
                continue
            if nxt.low in book.suffixes and (nxt.core[0].isupper() or nxt.core in {"bio", "plc", "plc.", "a/s"}):
                if nxt.low in RISKY_SUFFIX and not self._suffix_ok(words, j + 1, capitals):
                    break
                j += 1
                last = words[j]
                continue
            if nxt.low in ACADEMIC and nxt.core[0].isupper():
                j += 1
                last = words[j]
                continue
            if not nxt.core[0].isupper() or nxt.low in book.not_names or nxt.low in FUNCTION:
                break
            if book.is_medicine(nxt, words[j + 2] if j + 2 < len(words) else None):
                break
            if nxt.core.isupper() and len(nxt.core) > 2 and not first.core.isupper() and nxt.low not in book.known:
                break  # "Acme BLOCKBUSTA": a company and its brand
            adverb = capitals and len(nxt.low) > 5 and nxt.low.endswith("ly")
            if adverb or nxt.low in book.common or nxt.low in book.verbs or nxt.low in book.descriptors:
                if suffix_follows(words, j + 1, book) and nxt.low not in book.verbs:
                    j += 1
                    last = words[j]
                    continue
                break
            if self._known_pair(first, nxt, j - i) is False:
                break
            j += 1
            last = words[j]
        text = join_raw(self.doc.raw, first.start, last.end)
        follows = words[j + 1].low if j + 1 < len(words) else ""
        kind = "product" if i == j and follows in STUDIES and first.core.isupper() else "company"  # OCEANIC-AF study
        return j + 1, Name(first.start, last.end, book.strip_legal(text), kind, last.possessive)

    def _known_pair(self, first: Word, nxt: Word, depth: int) -> bool | None:
        """A well-known one-word company is not continued by an unknown capital word ("Lilly Mounjaro")."""
        if depth == 0 and first.low in self.book.known:
            return f"{first.low} {nxt.low}" in self.book._known_long
        return None

    def _suffix_ok(self, words: list[Word], at: int, capitals: bool) -> bool:
        """A weak company word (Life, Health, Vision ...) belongs to the name unless an ordinary word follows in lower case."""
        following = words[at + 1] if at + 1 < len(words) else None
        if words[at].low == "partners" and following is not None and following.low in {"with", "to", "on", "for"}:
            return False  # a verb
        if not capitals:
            return True
        return (
            following is None
            or following.low in self.book.verbs
            or following.low in self.book.suffixes
            or following.opens
            or words[at].comma
            or words[at].possessive
            or following.low in FUNCTION
        )

    # --- parties by place -------------------------------------------------------------------------------------

    def lead(self, start: int, end: int, limit: int) -> list[Name]:
        """The parties that open a clause, before its verb: ``Acme and Beta Announce ...``. Empty when it opens otherwise."""
        book = self.book
        words = self.words(start, end)
        if not words:
            return []
        i = 2 if len(words) > 2 and words[0].low in {"shares", "stock"} and words[1].low == "of" else 0
        first = words[i].low
        named = suffix_follows(words, i, book)  # Fresh Tracks Therapeutics: no opening phrase
        opens = first.endswith("ing") and (first in book.verbs or first in book.common)
        stricken = (
            len(words) > 1 and words[1].low in {"with", "by", "from"} and (first in STRICKEN or first.endswith("ed"))
        )
        if not named and (first in OPENERS or opens or stricken):
            skip = next((k for k, w in enumerate(words) if w.comma), None)
            if skip is None or (words[skip].end > limit and first != "with"):
                return []  # "With $75M in hand, Acme ...": who has it comes behind
            i = skip + 1
            if i >= len(words):
                return []
        reading = self.reading(start, end)
        capitals = reading.capitals
        parties: list[Name] = []
        while i < len(words) and (words[i].start < limit or not parties):
            word = words[i]
            name = reading.at(word.start)
            if name is None and not parties and self._plain_start(words, i, capitals):
                name = self._plain_name(words, i, capitals)
            if name is not None:
                if word.start >= limit and parties:
                    break
                parties.append(name)
                while i < len(words) and words[i].start < name.end:
                    i += 1
                last = words[i - 1]
                if last.comma and i < len(words) and HYPHEN_DESCRIPTOR.search(words[i].core):
                    parties.clear()  # ARCH, SoftBank-backed Acme raises ...: both only describe Acme
                    i += 1
                    continue
                if name.possessive and i < len(words) and words[i].low in ALUMNI:
                    return []  # Acme's alumnus raises ...: not Acme's news
                if name.possessive and i < len(words):
                    kin = words[i].low in RELATIONS and i + 1 < len(words)  # Acme's partner Beta files ...: Beta acts
                    owned = reading.at(words[i + 1 if kin else i].start)
                    owned = owned if owned and owned.kind == "company" else None
                    behind = next((w for w in words if owned and w.start >= owned.end), None)
                    if (
                        owned
                        and behind
                        and behind.low in book.verbs
                        and behind.low not in FUNCTION
                        and (kin or self._unit(owned, behind))
                        and not (owned.text.isupper() and len(owned.text) > 4)
                    ):
                        parties[-1] = owned  # Roche's Genentech cuts ...: the unit acts
                if name.possessive or i >= len(words):
                    break
                nxt = words[i]
                if nxt.opens:  # a ticker or abbreviation in brackets
                    while i < len(words) and not words[i].closes:
                        i += 1
                    i += 1
                    if i >= len(words):
                        break
                    nxt = words[i]
                if nxt.low in PEOPLE and words[0].low in {"former", "ex", "onetime", "one-time", "longtime"}:
                    return []  # former Acme executive joins ...: not Acme's news
                if nxt.low in RELATIONS and i + 1 < len(words) and not last.comma:
                    other = reading.at(words[i + 1].start)
                    if other is not None and other.kind == "company" and not nxt.possessive:
                        parties[-1] = other  # GSK partner Hansoh reports ...: the partner acts
                        break
                if nxt.low in {"and", "&", "und", "og", "with", "et"} or (last.comma and nxt.core[:1].isupper()):
                    if nxt.low in {"and", "&", "und", "og", "with", "et"}:
                        if nxt.low == "with":
                            break
                        i += 1
                    continue
                break
            if parties:
                break
            if (
                word.low in book.descriptors
                or word.low in book.demonyms
                or HYPHEN_DESCRIPTOR.search(word.core)
                or word.low in SKIPPED
                or (i + 1 < len(words) and self._place_before(words, i))
            ):
                i += 1
                continue
            if capitals and word.low in book.common and i == 0 and len(words) > 1:
                return []
            return []
        return parties

    def _unit(self, owned: Name, verb: Word) -> bool:
        """Is what somebody owns a company, not a medicine ("Merck's Keytruda Snags ...")?"""
        words = owned.text.lower().split(" ")
        return owned.text.lower() in self.book.known or words[-1] in self.book.suffixes or verb.low in UNIT_ACTS

    def _plain_start(self, words: list[Word], i: int, capitals: bool) -> bool:
        """May the first word of the clause be a company with an ordinary word for a name (``Candid, in a ...``)?"""
        word = words[i]
        book = self.book
        if (
            i != 0
            or not word.core[:1].isupper()
            or word.low in book.generic
            or word.low in book.not_names
            or word.low in book.institutions
        ):
            return False
        if (
            word.low in book.descriptors
            or word.low in book.demonyms
            or word.low in FUNCTION
            or word.low in OPENERS
            or word.low in PLAIN_NOUNS
        ):
            return False
        following = words[1] if len(words) > 1 else None
        if following is None:
            return False
        if word.possessive:
            return True
        if capitals:
            return not following.comma and (any(w.low in book.suffixes for w in words[1:3]) or self._acts(words))
        return following.low in book.verbs or word.comma

    def _acts(self, words: list[Word]) -> bool:
        """Do the first words of a Title Case clause act like a company: ordinary words, then what only companies do
        (``Elevation Spine Receives ...``)?"""
        book = self.book
        for word in words[:4]:
            if word is not words[0] and word.low in COMPANY_ACTS:
                return True
            if not word.core[:1].isupper() or word.comma or word.low in book.generic or word.low in PLAIN_NOUNS:
                return False
            if (
                word.low in book.descriptors
                or word.low in book.demonyms
                or word.low in book.not_names
                or word.low in PEOPLE
            ):
                return False
        return False

    def _plain_name(self, words: list[Word], i: int, capitals: bool) -> Name:
        j = i
        while (
            capitals
            and j + 1 < len(words)
            and words[j + 1].core[:1].isupper()
            and (words[j + 1].low not in self.book.verbs)
            and j - i < 4
        ):
            if words[j].comma and words[j + 1].low not in self.book.legal:
                break
            j += 1
        text = join_raw(self.doc.raw, words[i].start, words[j].end)
        return Name(
            words[i].start, words[j].end, self.book.strip_legal(text), "company", words[j].possessive, strength=0.6
        )

    def after(self, position: int, end: int, within: int = 9) -> Name | None:
        """The first company after a position, at most so many words away; authorities and medicines are passed over."""
        start, _ = self.doc.clause(max(0, position - 1) if position else 0)
        names = [n for n in self.names(start, self.doc.clause(position)[1]) if n.start >= position and n.start < end]
        for name in names:
            if name.kind != "company":
                continue
            between = self.doc.raw[position : name.start]
            if len(between.split()) > within:
                return None
            return name
        return None
