"""Finding organisations in running text and headlines, without a list of all companies.

A name is a run of words that look like a name: capitals, camel case or company words (Therapeutics, Bio ...), where in a Title Case
headline a word that English writes in lower case is no name unless company words follow it. Authorities and funders are known by
name. Medicines (generic name stems, code names, words with a trademark sign) are told apart from companies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from signalwatch.detect.text import Doc

_WORD = re.compile(r"\S+")
_EDGE = "\"'“”‘’„()[]{}<>*,;:!?…•®™℠†‡|/"
_CODE = re.compile(
    r"^[A-Za-z]{1,6}[-–]?\d{2,}[A-Za-z0-9/\-]*$|^[A-Z]{2,6}-[A-Z]{0,4}\d+[A-Za-z0-9]*$|^[a-z]{1,3}-[A-Z]{2,}\w*$"
)
_CAMEL = re.compile(r"[a-z][A-Z]|^[A-Z]{2,}[a-z]{2,}")
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$")
_TICKER = re.compile(
    r"\(\s*(?:the\s+)?(?P<first>(?:NASDAQ|NASD|NYSE|OTC|TSX|LSE|AIM|ASX|Euronext|XETRA|SIX|SWX|HKEX|SEHK|TASE|TSE|KOSDAQ|KRX|STO|OMX|SSE|SZSE|CSE|CBOE)"
    r"[^():]{0,30}):\s*(?P<ticker>[A-Za-z0-9.\-]{1,12})",
    re.IGNORECASE,
)
_ITEM_TITLE = re.compile(r"\s*(.{2,90}?)\s+[-–—|:]\s+(?:Form )?(?:8-K|6-K|Item \d)", re.IGNORECASE)
_HYPHEN_DESCRIPTOR = re.compile(
    r"-(?:based|backed|led|focused|listed|headquartered|born|bred|founded|funded|stage|owned|partnered|supported|grown|run)$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the raw text: its core without punctuation, and what the punctuation said."""

    start: int
    end: int
    core: str
    low: str
    comma: bool
    possessive: bool
    marked: bool  # a trademark sign stands on it
    opens: bool  # an opening bracket stands before it
    closes: bool


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
        self.predicates = frozenset(v for v in self.verbs if v.endswith(("s", "ed")) and v not in _NOT_PREDICATES)
        listed = sorted({**self.regulators, **self.funders}, key=len, reverse=True)
        self._authority = re.compile(
            r"(?<![a-z0-9])(?:the )?(" + "|".join(re.escape(n).replace(r"\ ", " +") for n in listed) + r")(?![a-z0-9&])"
        )
        self._known_long = frozenset(k for k in self.known if " " in k)

    def authorities(self, doc: Doc, start: int, end: int) -> list[Name]:
        """Regulators and funders named in a stretch of text."""
        found = []
        for m in self._authority.finditer(doc.norm, start, end):
            raw = doc.raw[m.start(1) : m.end(1)]
            key = re.sub(r" +", " ", m.group(1))
            if len(key) <= 5 and " " not in key and not raw.replace(".", "").replace("-", "").isupper():
                continue  # "who", "nice", "dea" in lower case are words
            kind = "regulator" if key in self.regulators else "funder"
            label = self.regulators.get(key) or self.funders[key]
            found.append(Name(m.start(1), m.end(1), raw.strip(), kind, _possessed(doc.raw, m.end(1)), label))
        return found

    def is_medicine(self, word: Word, following: Word | None) -> bool:
        """Does a word look like a medicine: code name, generic stem, or trademark sign with no company word behind it?"""
        core, low = word.core, word.low
        if _CODE.match(core) and not core.lower().startswith(("covid",)):
            return True
        if core.isupper() and re.search(r"-\d+$", core):
            return True  # OPTIMIZE-1: a study's name
        company_next = following is not None and following.low in self.suffixes
        if word.marked and not company_next:
            return True
        if len(low) > 6 and low.endswith(self.stems) and low not in self.known and not company_next:
            return True
        return False

    def strip_legal(self, name: str) -> str:
        """A name without its legal form: ``Acme, Inc.`` is ``Acme``."""
        parts = name.split(" ")
        while len(parts) > 1 and parts[-1].strip(",").lower() in self.legal:
            parts.pop()
            parts[-1] = parts[-1].rstrip(",")
        return " ".join(parts).rstrip(",;:-–")


def split_words(raw: str, start: int, end: int) -> list[Word]:
    """The words of a stretch of raw text."""
    out: list[Word] = []
    for m in _WORD.finditer(raw, start, end):
        text = m.group()
        if "/" in text and not text.startswith("http") and _SLASHED.match(text):
            at = m.start()
            for part in text.split("/"):
                if part:
                    out.append(_word(part, at))
                at += len(part) + 1
            continue
        out.append(_word(text, m.start()))
    return [w for w in out if w.core]


_SLASHED = re.compile(r"^[A-Z][\w&.’']+(?:/[A-Z][\w&.’']+)+[,:;.]?$")


def _word(text: str, at: int) -> Word:
    opens = text[:1] in "(["
    lead = len(text) - len(text.lstrip(_EDGE))
    body = text.strip(_EDGE)
    marked = "®" in text or "™" in text or "℠" in text
    tail = text[lead + len(body) :]
    comma = "," in tail
    closes = ")" in tail or "]" in tail
    possessive = False
    m = _POSSESSIVE.search(body)
    if m and len(body) > 2:
        possessive = True
        body = body[: m.start()]
    if marked:
        for sign in "®™℠":
            head, _, rest = body.partition(sign)
            if rest.strip("'’s ") == "" or rest:
                possessive = possessive or bool(re.match(r"['’]s", rest))
                body = head or body
    if body.endswith(".") and body.lower() not in _DOTTED:
        body = body[:-1]
    start = at + lead
    return Word(
        start, start + len(body), body, body.lower().replace("’", "'"), comma, possessive, marked, opens, closes
    )


_DOTTED = frozenset(
    "inc. co. ltd. corp. u.s. u.k. s.a. n.v. a.g. b.v. s.p.a. l.p. k.k. st. dr. jr. sr. mr. ms. s.e. p.l.c.".split()
)


def _possessed(raw: str, at: int) -> bool:
    return raw[at : at + 2] in {"'s", "’s"} or (raw[at - 1 : at].lower() == "s" and raw[at : at + 1] in {"'", "’"})


def title_case(words: list[Word]) -> bool:
    """Is this headline written With Capitals On Most Words (or all in capitals)?"""
    depth, outside = 0, []
    for word in words:  # generic names in brackets are lower case in any headline
        depth += word.opens
        if not depth:
            outside.append(word)
        depth -= word.closes and depth > 0
    long = [w for w in outside if len(w.core) > 3 and w.core[0].isalpha() and w.low not in _FUNCTION and w.low not in _SMALL]
    if len(long) < 3:
        return False
    small = sum(1 for w in long if w.core[0].islower())
    return small <= max(0, len(long) // 6)


class Finder:
    """Names in one document. Built per document; clauses are read once, on demand."""

    __slots__ = ("_cache", "_titled", "book", "doc")

    def __init__(self, doc: Doc, book: NameBook) -> None:
        self.doc = doc
        self.book = book
        self._cache: dict[int, list[Name]] = {}
        self._titled: bool | None = None

    @property
    def titled(self) -> bool:
        """Is the headline in Title Case?"""
        if self._titled is None:
            self._titled = title_case(split_words(self.doc.raw, 0, self.doc.title_end))
        return self._titled

    def names(self, start: int, end: int) -> list[Name]:
        """All names in a clause, in order; the clause is given by its bounds."""
        found = self._cache.get(start)
        if found is None:
            found = self._cache[start] = self._read(start, end)
        return found

    def _read(self, start: int, end: int) -> list[Name]:
        book = self.book
        authorities = book.authorities(self.doc, start, end)
        taken = [(n.start, n.end) for n in authorities]
        words = split_words(self.doc.raw, start, end)
        capitals = self.titled if self.doc.in_title(start) else False
        found: list[Name] = list(authorities)
        i = 0
        while i < len(words):
            word = words[i]
            if any(a <= word.start < b for a, b in taken):
                i += 1
                continue
            if self._starts(words, i, capitals):
                j, name = self._run(words, i, capitals, taken)
                if name:
                    found.append(name)
                    i = j
                    continue
            i += 1
        return sorted(found, key=lambda n: n.start)

    def _starts(self, words: list[Word], i: int, capitals: bool) -> bool:
        word = words[i]
        book = self.book
        low = word.low
        core = word.core
        following = words[i + 1] if i + 1 < len(words) else None
        two = f"{low} {following.low}" if following else ""
        if (two in book._known_long and core[0].isupper()) or (
            low in book.known and (core[0].isupper() or low in {"atai"})
        ):
            return not (i == 0 and low in book.verbs and not _named_next(following, book) and capitals)
        if low in book.not_names or low in book.institutions or low in _FUNCTION:
            return False
        if i and words[i - 1].low.rstrip(":") in _EXCHANGES and words[i - 1].core[:1].isupper():
            return False  # a ticker
        if not any(c.isalpha() for c in core):
            return False
        if not core[0].isalnum() or low in book.predicates:
            return False
        if core[0].islower():
            return bool(_CAMEL.search(core)) and not _CODE.match(core)
        if core[0].isdigit():
            return bool(re.match(r"^\d+[A-Za-z]{3,}$", core)) and not low.endswith(
                ("th", "nd", "rd", "st", "mg", "ml", "year", "bn", "mn", "week", "million", "billion")
            )
        if word.opens and len(core) <= 6 and core.isupper():
            return False  # an abbreviation in brackets
        if _HYPHEN_DESCRIPTOR.search(core) or low in book.demonyms or low in book.descriptors:
            return _suffix_follows(words, i, book) and low not in book.demonyms
        if "-" in core and not core.isupper() and all(p.lower() in book.common or p.lower() in book.descriptors or len(p) < 3 for p in core.split("-")):
            return False  # Smart-pill, Hair-loss
        if core.isupper() and 2 <= len(core) <= 5 and not _suffix_follows(words, i, book):
            if capitals and i == 0 and len(core) >= 3 and following is not None and following.low in book.verbs:
                return True  # a ticker as the company's name: ABCD Discontinues ...
            if capitals or len(core) < 3:
                return False
            linked = i > 0 and words[i - 1].low in {"with", "by", "from", "for", "and", "rejects", "approves", "accepts", "clears"}
            return i == 0 or word.possessive or linked
        if low in book.common or low in book.verbs:
            if _suffix_follows(words, i, book):
                return True
            return not capitals and i > 0 and low not in book.generic and low not in book.verbs and not _month_like(low)
        return True

    def _run(self, words: list[Word], i: int, capitals: bool, taken: list[tuple[int, int]]) -> tuple[int, Name | None]:
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
                and last.low in _ACADEMIC
                and j + 2 < len(words)
                and words[j + 2].core[:1].isupper()
            ):
                j += 2
                last = words[j]
                continue
            if nxt.low in book.suffixes and (nxt.core[0].isupper() or nxt.core in {"bio", "plc", "plc.", "a/s"}):
                if nxt.low in _RISKY_SUFFIX and not self._suffix_ok(words, j + 1, capitals):
                    break
                j += 1
                last = words[j]
                continue
            if nxt.low in _ACADEMIC and nxt.core[0].isupper():
                j += 1
                last = words[j]
                continue
            if not nxt.core[0].isupper() or nxt.low in book.not_names or nxt.low in _FUNCTION:
                break
            if book.is_medicine(nxt, words[j + 2] if j + 2 < len(words) else None):
                break
            if nxt.core.isupper() and len(nxt.core) > 2 and not first.core.isupper() and nxt.low not in book.known:
                break  # "Acme BLOCKBUSTA": a company and its brand
            if nxt.low in book.common or nxt.low in book.verbs or nxt.low in book.descriptors:
                if _suffix_follows(words, j + 1, book) and nxt.low not in book.verbs:
                    j += 1
                    last = words[j]
                    continue
                break
            if self._known_pair(first, nxt, j - i) is False:
                break
            j += 1
            last = words[j]
        text = _join_raw(self.doc.raw, first.start, last.end)
        return j + 1, Name(first.start, last.end, book.strip_legal(text), "company", last.possessive)

    def _known_pair(self, first: Word, nxt: Word, depth: int) -> bool | None:
        """A well-known one-word company is not continued by an unknown capital word ("Lilly Mounjaro")."""
        if depth == 0 and first.low in self.book.known:
            return f"{first.low} {nxt.low}" in self.book._known_long
        return None

    def _suffix_ok(self, words: list[Word], at: int, capitals: bool) -> bool:
        """A weak company word (Life, Health, Vision ...) belongs to the name unless an ordinary word follows in lower case."""
        if not capitals:
            return True
        following = words[at + 1] if at + 1 < len(words) else None
        return (
            following is None
            or following.low in self.book.verbs
            or following.low in self.book.suffixes
            or following.opens
            or words[at].comma
            or words[at].possessive
            or following.low in _FUNCTION
        )

    # --- parties by place -------------------------------------------------------------------------------------

    def lead(self, start: int, end: int, limit: int) -> list[Name]:
        """The parties that open a clause, before its verb: ``Acme and Beta Announce ...``. Empty when it opens otherwise."""
        book = self.book
        words = split_words(self.doc.raw, start, end)
        if not words:
            return []
        i = 0
        if words[0].low in _OPENERS or (words[0].low.endswith("ing") and len(words) > 4):
            skip = next((k for k, w in enumerate(words) if w.comma), None)
            if skip is None or words[skip].end > limit:
                return []
            i = skip + 1
            if i >= len(words):
                return []
        names = self.names(start, end)
        capitals = self.titled if self.doc.in_title(start) else False
        parties: list[Name] = []
        while i < len(words) and (words[i].start < limit or not parties):
            word = words[i]
            name = next((n for n in names if n.start <= word.start < n.end), None)
            if name is None and not parties and self._plain_start(words, i, capitals):
                name = self._plain_name(words, i, capitals)
            if name is not None:
                if word.start >= limit and parties:
                    break
                parties.append(name)
                while i < len(words) and words[i].start < name.end:
                    i += 1
                last = words[i - 1]
                if name.possessive and i < len(words):
                    owned = next((n for n in names if n.start <= words[i].start < n.end and n.kind == "company"), None)
                    behind = next((w for w in words if owned and w.start >= owned.end), None)
                    if owned and behind and behind.low in book.verbs and behind.low not in _FUNCTION and not (owned.text.isupper() and len(owned.text) > 4):
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
                or _HYPHEN_DESCRIPTOR.search(word.core)
                or word.low in _SKIPPED
            ):
                i += 1
                continue
            if capitals and word.low in book.common and i == 0 and len(words) > 1:
                return []
            return []
        return parties

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
            or word.low in _FUNCTION
            or word.low in _OPENERS
            or word.low in _PLAIN_NOUNS
        ):
            return False
        following = words[1] if len(words) > 1 else None
        if following is None:
            return False
        if word.possessive:
            return True
        if capitals:
            return any(w.low in book.suffixes for w in words[1:3]) and not following.comma
        return following.low in book.verbs or word.comma

    def _plain_name(self, words: list[Word], i: int, capitals: bool) -> Name:
        j = i
        while (
            capitals
            and j + 1 < len(words)
            and words[j + 1].core[:1].isupper()
            and words[j + 1].low not in self.book.verbs
            and j - i < 4
        ):
            if words[j].comma and words[j + 1].low not in self.book.legal:
                break
            j += 1
        text = _join_raw(self.doc.raw, words[i].start, words[j].end)
        return Name(
            words[i].start, words[j].end, self.book.strip_legal(text), "company", words[j].possessive, strength=0.6
        )

    def after(self, position: int, end: int, within: int = 9) -> Name | None:
        """The first company that starts after a position, at most so many words away; authorities and medicines are passed over."""
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

    def issuer(self) -> Issuer | None:
        """The company that speaks: of an 8-K title, behind a release's dateline, or before the first ticker of the text."""
        doc = self.doc
        filed = _ITEM_TITLE.match(doc.raw, 0, doc.title_end)
        if filed:
            return Issuer(self.book.strip_legal(_join_raw(doc.raw, filed.start(1), filed.end(1))))
        m = _TICKER.search(doc.raw, doc.title_end)
        listed = self._name_before(m.start()) if m else ""
        if doc.release:
            start = doc.body
            while start < len(doc.raw) and not doc.raw[start].isalnum():
                start += 1
            for found in self.names(*doc.clause(start))[:1]:
                if found.kind == "company" and found.start - start < 4 and (not listed or found.text.split(" ")[0] not in listed):
                    return Issuer(found.text)
        if m and listed:
            return Issuer(listed, m["ticker"].upper(), m["first"].strip())
        return None

    def ticker_in_title(self) -> Issuer | None:
        """A ticker in the title with the name before it."""
        m = _TICKER.search(self.doc.raw, 0, self.doc.title_end)
        if not m:
            return None
        name = self._name_before(m.start())
        return Issuer(name, m["ticker"].upper(), m["first"].strip()) if name else None

    def _name_before(self, position: int) -> str:
        """The name that ends right before a bracket, legal form removed."""
        head = self.doc.raw[max(0, position - 90) : position].rstrip()
        base = max(0, position - 90)
        words = split_words(self.doc.raw, base, base + len(head))
        chosen: list[Word] = []
        for word in reversed(words):
            if chosen and (word.comma and chosen[-1].low not in self.book.legal):
                break
            if word.opens or word.closes:
                if chosen:
                    break
                continue
            if not (
                word.core[:1].isupper()
                or word.core[:1].isdigit()
                or word.low in {"of", "and", "&", "a/s", "plc"}
                or _CAMEL.search(word.core)
            ):
                break
            if word.low in {"and", "of"} and not chosen:
                break
            if chosen and self.doc.raw[word.end : chosen[-1].start].strip(" ,.®™&") not in {""}:
                break
            chosen.append(word)
            if len(chosen) >= 6:
                break
        while chosen and (chosen[-1].low in {"and", "of", "&", "the", "today"}):
            chosen.pop()
        if not chosen:
            return ""
        text = _join_raw(self.doc.raw, chosen[-1].start, chosen[0].end)
        return self.book.strip_legal(text)


def _compound(word: Word, book: NameBook) -> bool:
    """A compound of ordinary words in front of a name: Smart-pill maker, hair-loss start-up."""
    parts = word.low.split("-")
    return len(parts) > 1 and all(p in book.common or p in book.descriptors for p in parts)


def _named_next(word: Word | None, book: NameBook) -> bool:
    return word is not None and (word.low in book.suffixes or word.low in book.verbs)


def _suffix_follows(words: list[Word], i: int, book: NameBook) -> bool:
    """Does a strong company word follow within two words (``Precision BioSciences``, ``Day One Biopharmaceuticals``)?"""
    for k in range(i + 1, min(i + 3, len(words))):
        word = words[k]
        if word.opens or not word.core[:1].isupper():
            return False
        if word.low in book.suffixes and word.low not in _RISKY_SUFFIX:
            return True
        if words[k - 1].comma or words[k - 1].possessive:
            return word.low in book.legal
        if word.low in book.verbs:
            return False
    return False


def _join_raw(raw: str, start: int, end: int) -> str:
    text = raw[start:end]
    return " ".join("".join(c for c in text if c not in "®™℠*").replace("\xa0", " ").split())


def _month_like(low: str) -> bool:
    return low in {"phase", "part", "study", "trial", "day", "week", "cohort", "arm", "type", "stage"}


_NOT_PREDICATES = frozenset("is was as plans results launches leads reports shares studies trials tests offers deals awards uses posts lists works prices".split())
_EXCHANGES = frozenset("nasdaq nyse nasd otcqb otcqx otc asx tsx aim euronext lse hkex six tase kosdaq xice american otcmkts market".split())
_FUNCTION = frozenset(
    "the a an and or of to in on for with from by at as is are was be its their his her this that these those it into over under after before amid "
    "about against between during via per than up off out not no but if how why what when who which will can could may new now still yet also more "
    "most less first second third one two three four five six seven eight nine ten plus elsewhere here there he she they we you i our your my mr ms dr".split()
)
_SMALL = frozenset("than through towards toward within without across upon versus among around onto vs. from mid-year next-generation due".split())
_OPENERS = frozenset(
    "with after in at amid following as from on despite by under for chasing seeking ahead armed fresh facing citing looking based while when once since "
    "hot before hoping aiming betting undeterred elsewhere separately meanwhile additionally plus also finally backed to using without near months weeks days years".split()
)
_SKIPPED = frozenset("the a an new exclusive breaking updated report biotech-backed startup's and 'pharma".split())
_PLAIN_NOUNS = frozenset(
    "patients shares drugs trials data results judge court doctors scientists researchers investors analysts regulators companies drugmakers biotechs deals "
    "layoffs approval approvals study trial research report news report women men people experts tech money stocks cancer obesity vaccine vaccines gene cell "
    "therapy biotech pharma startups funding healthcare health medicine acquisition merger partnership collaboration launch agreement topline positive negative "
    "new latest abstract executive leadership chief former ex passing trading clinical phase pipeline early late first second third two three four five final "
    "global european international national american updated exclusive breaking plus elsewhere promising statement investigational monotherapy combination "
    "treatment bispecific long-term real-world interim preliminary additional further more many most several some multiple both all".split()
)
_ACADEMIC = frozenset(
    "university institute hospital college school center centre foundation clinic academy council universität université universidad karolinska".split()
)
_RISKY_SUFFIX = frozenset(
    "life health vision medicine science company international global animal consumer group ai tech technology technologies systems solutions imaging devices "
    "capital partners nutrition oncology diagnostics vaccines surgical cardiovascular dermatology genetic chemical medical med immunotherapy laboratory "
    "genetics genomics instruments industries co se sa ag ab as bio laboratories labs".split()
) - frozenset("ag labs laboratories bio genomics diagnostics medical ab".split())
