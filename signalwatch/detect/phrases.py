"""The phrase language of the trigger files: parsed, checked and compiled to one regular expression per phrase.

A phrase is a row of elements that follow each other in a clause:

    word            that word, whatever its case; a hyphen and a space are the same
    words?          the last letter may be missing: word, words
    word*           any ending
    (a b|c)         one of several rows; with ? behind it also nothing
    <win|pick up>   any form of these verbs: wins, won, winning, picked up ...
    {class}         a word class from _words.yaml, or one of the built-in {money} {percent} {number} {phase} {series}
    ~3              up to three words of any kind (at most ~16)
    @counterparty   the organisation that starts here plays this role
    ^  $            start and end of the clause

Nothing in a phrase can repeat without bound and a gap is capped, so matching time grows with the length of the text only.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from signalwatch.detect.inflect import forms
from signalwatch.detect.searching import Expression, Guard, one_of

ROLES = ("subject", "counterparty", "investor", "regulator", "other")
MAX_GAP = 16
SEP = r"(?:'s|s')?[.,]?[ \-]+"
_TOKEN = re.compile(
    r"\s*(?:(?P<gap>~\d+)|(?P<role>@\w+)|(?P<cls>\{[^{}]*\}\??)|(?P<verb><[^<>]*>\??)|(?P<open>\()|(?P<close>\)\??)|"
    r"(?P<bar>\|)|"
    r"(?P<edge>[\^$])|(?P<word>[^\s(){}<>|@~^]+))"
)
_ALNUM = re.compile(r"[^\W_]+")
TOKENS = _ALNUM
_PLAIN = re.compile("[a-z0-9]+")  # the same in normalised text without accents, in half the time

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_UNIT = r"(?:k|mm|mn|mln|mio\.?|million(?:en|s)?|m|bn|bln|billions?|b|milliarden|mrd\.?|tn|trillion)"
_CURRENCY = (
    r"(?:us\$|ca\$|cad\$|c\$|aus\$|au\$|a\$|nz\$|hk\$|nt\$|s\$|r\$|usd|eur|gbp|chf|sek|nok|dkk|jpy|rmb|cny|cad|aud|krw|"
    r"inr|\$|€|£|¥|₩|₹)"
)
MONEY = (
    r"(?=[a-z$€£¥₩₹]{0,4} ?~?\d)"  # nothing else is worth a closer look
    rf"(?:{_CURRENCY} ?~?{_NUMBER}(?:(?:-| to )[$€£]?{_NUMBER}(?=[ \-]?{_UNIT}))?(?:[ \-]?{_UNIT}(?![a-z]))?|"
    rf"{_NUMBER}[ \-]?{_UNIT}?[ \-]?"
    r"(?:us dollars|u\.s\. dollars|dollars|euros?|pounds|pounds sterling|yen|yuan|swiss francs|kronor|kroner|won|usd|"
    r"eur|gbp|chf|sek|nok|dkk|"
    r"jpy|rmb|cny|cad|aud|€|£)(?![a-z])|"
    rf"{_NUMBER}[ \-]?(?:million|billion|mln|bn)(?![a-z]))"
)
_PHASE_NUMBER = r"(?:[1-4]|iv|i{1,3})[abc]?"
PHASE = rf"(?:phase(?:s|-)?|ph\.?) ?{_PHASE_NUMBER}(?:[/\-]{_PHASE_NUMBER}|/[ab])?(?![a-z0-9])"
PERCENT = r"\d+(?:\.\d+)? ?(?:%|percent|per cent)"
_PHASE_FIRST = frozenset(
    word + number + letter
    for word in ("phase", "phases", "ph")
    for number in ("1", "2", "3", "4", "i", "ii", "iii", "iv")
    for letter in ("", "a", "b", "c")
) | {"phase", "phases", "ph"}
_PHASE_GLUED = _PHASE_FIRST - {"phase", "phases", "ph"}
_BUILT_IN: dict[str, tuple[str, tuple[str, ...] | None, frozenset[str] | None]] = {
    "money": (MONEY, ("{money}",), None),
    "percent": (PERCENT, ("{percent}",), None),
    "number": (r"\d[\d,]*", None, None),
    "possessive": (r"[^ \n]+(?:'s|s')", None, None),
    "pair": (r"[^ \n]+(?:,| and| &| \+|/) ?[^ \n]+", None, None),
    "phase": (PHASE, ("phase", "phases", "ph", "phi", "phii", "phiii"), _PHASE_FIRST),
    "series": (r"(?:pre-)?series[ \-](?:[a-h][0-9]?)(?![a-z])", ("series",), frozenset({"pre", "series"})),
}
COMMON = frozenset(
    "a an and of the to in on for with from by at as is are was be its it has have that this new first phase trial "
    "study clinical fda drug "
    "data results announces announce announced company patients treatment therapy u.s us s will up after into s or "
    "today inc {money} {percent}".split()
)
_MONEY = re.compile(MONEY)
_MONEY_SIGN = re.compile("[$€£¥₩₹]")
_MONEY_WORDS = frozenset(
    "us ca cad aus au nz hk nt usd eur gbp chf sek nok dkk jpy rmb cny aud krw inr dollars euro euros pound pounds yen "
    "yuan francs kronor kroner won million millionen millions billion billions mln bn mm mio milliarden mrd".split()
)


def tokens(norm: str, start: int, end: int) -> set[str]:
    """The words of a stretch of normalised text, and ``{money}`` and ``{percent}`` where it holds such a thing: what
    phrases are looked up by."""
    words = set((_PLAIN if norm.isascii() else TOKENS).findall(norm, start, end))
    if (not _MONEY_WORDS.isdisjoint(words) or _MONEY_SIGN.search(norm, start, end)) and _MONEY.search(norm, start, end):
        words.add("{money}")
    if not _PHASE_GLUED.isdisjoint(words):
        words.add("phase")  # phase2, ph3
    if norm.find("%", start, end) >= 0 or "percent" in words or "cent" in words:
        words.add("{percent}")
    return words


class PhraseError(ValueError):
    """A phrase is not what the language allows; the message says what and where."""


@dataclass(frozen=True, slots=True)
class _Element:
    regex: str
    anchors: tuple[str, ...] | None  # words of which one must stand in the text; None: cannot tell
    optional: bool = False
    kind: str = "word"  # word | gap | role | start | end
    count: int = 1
    first: frozenset[str] | None = None  # words of which one stands at the beginning; None: cannot tell


@dataclass(frozen=True, slots=True)
class Phrase:
    """One compiled phrase. ``anchors``: tokens of which one occurs in every text that matches; ``others``: more such sets."""

    source: str
    expression: Expression
    anchors: frozenset[str]
    roles: tuple[str, ...]
    others: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Word classes by name, each a list of phrases (resolved lazily, cycles refused)."""

    classes: Mapping[str, tuple[str, ...]]
    _read: dict[str, _Element] = field(default_factory=dict, compare=False, repr=False)
    _plain: dict[str, list[_Element]] = field(default_factory=dict, compare=False, repr=False)
    _sets: dict[frozenset[str], frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    def has(self, name: str) -> bool:
        """Is there a class of this name?"""
        return name in self.classes or name in _BUILT_IN

    def one(self, words: Iterable[str]) -> frozenset[str]:
        """These words as a set that everybody who needs the same words shares."""
        found = frozenset(map(sys.intern, words))
        return self._sets.setdefault(found, found)

    def names(self) -> tuple[str, ...]:
        """All class names, built-in ones included."""
        return (*self.classes, *_BUILT_IN)


class _Parser:
    def __init__(self, source: str, words: Vocabulary, stack: tuple[str, ...] = (), roles: bool = True) -> None:
        self.source = source
        self.words = words
        self.stack = stack
        self.allow_roles = roles
        self.roles: list[str] = []
        self.verb_named = not roles
        self.tokens = self._split()
        self.at = 0

    def _split(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        position = 0
        text = self.source.strip()
        while position < len(text):
            m = _TOKEN.match(text, position)
            if not m or m.end() == position:
                raise PhraseError(f"cannot read {text[position : position + 20]!r} in the phrase {self.source!r}")
            kind = str(m.lastgroup)
            found.append((kind, m.group(kind)))
            position = m.end()
        if not found:
            raise PhraseError("an empty phrase")
        return found

    def parse(self) -> list[_Element]:
        elements = self.row(top=True)
        if self.at < len(self.tokens):
            raise PhraseError(f"unexpected {self.tokens[self.at][1]!r} in the phrase {self.source!r}")
        return elements

    def row(self, top: bool = False) -> list[_Element]:
        elements: list[_Element] = []
        while self.at < len(self.tokens):
            kind, text = self.tokens[self.at]
            if kind in {"bar", "close"}:
                if top:
                    raise PhraseError(f"{text!r} without an opening ( in the phrase {self.source!r}")
                break
            self.at += 1
            elements.append(self.element(kind, text))
        if not any(e.kind == "word" for e in elements):
            raise PhraseError(f"nothing to look for in the phrase {self.source!r}")
        return elements

    def element(self, kind: str, text: str) -> _Element:
        if kind == "gap":
            size = int(text[1:])
            if not 1 <= size <= MAX_GAP:
                raise PhraseError(f"a gap is ~1 to ~{MAX_GAP}, not {text} in the phrase {self.source!r}")
            return _Element(rf"(?:(?:{SEP})[^ \n]+){{0,{size}}}?", None, kind="gap", count=size)
        if kind == "role":
            name = text[1:]
            if name not in ROLES or not self.allow_roles:
                raise PhraseError(f"unknown role {text} in the phrase {self.source!r}; roles are @" + ", @".join(ROLES))
            if name in self.roles:
                raise PhraseError(f"{text} twice in the phrase {self.source!r}")
            self.roles.append(name)
            return _Element(rf"(?P<{name}>)", None, kind="role")
        if kind == "edge":
            return _Element(
                r"(?:(?<=\n)|^) *" if text == "^" else r"(?= *[.,]? *(?:\n|$))",
                None,
                kind="start" if text == "^" else "end",
            )
        if kind == "cls":
            return self.word_class(text)
        if kind == "verb":
            return self.verbs(text)
        if kind == "open":
            return self.group()
        return self.word(text)

    def word(self, text: str) -> _Element:
        loose = text.endswith("?") and len(text) > 2
        text = text[:-1] if loose else text
        prefix = text.endswith("*") and len(text) > 1
        text = text[:-1] if prefix else text
        low = text.lower()
        parts = _ALNUM.findall(low)
        regex = "[ \\-]+".join(re.escape(p) for p in low.split("-") if p) if "-" in low.strip("-") else re.escape(low)
        if prefix:
            return _Element(regex + r"[a-z0-9]*", None)
        best = max(parts, key=len) if parts else None
        first = frozenset(parts[:1]) if parts and low.startswith(parts[0]) else None
        if loose and best and low.endswith(best):
            first = first and (first | {best[:-1]} if len(parts) == 1 else first)
            return _Element(regex + "?", (best, best[:-1]), first=first)
        return _Element(regex, (best,) if best else None, first=first)

    def verbs(self, text: str) -> _Element:
        optional = text.endswith("?")
        names = [v.strip().lower() for v in text.rstrip("?")[1:-1].split("|") if v.strip()]
        if not names:
            raise PhraseError(f"no verb between < and > in the phrase {self.source!r}")
        words = sorted({f for name in names for f in forms(name)}, key=lambda w: (-len(w), w))
        body = one_of([re.escape(w).replace(r"\ ", "[ \\-]+") for w in words])
        anchors = tuple(sorted({_ALNUM.findall(w)[0] for w in words}))
        head = "(?:"
        if not self.verb_named:
            self.verb_named = True
            head = "(?P<verb>"
        return _Element(f"{head}{body})", anchors, optional, first=frozenset(anchors))

    def word_class(self, text: str) -> _Element:
        optional = text.endswith("?")
        name = text.rstrip("?")[1:-1].strip()
        if name in _BUILT_IN:
            regex, anchors, first = _BUILT_IN[name]
            return _Element(regex, anchors, optional, first=first)
        if name not in self.words.classes:
            raise PhraseError(f"unknown word class {{{name}}} in the phrase {self.source!r}")
        if name in self.stack:
            raise PhraseError(f"the word class {{{name}}} contains itself")
        known = self.words._read.get(name)
        if known is None:
            rows = []
            for source in self.words.classes[name]:
                inner = _Parser(source, self.words, (*self.stack, name), roles=False)
                inner.verb_named = True
                rows.append(inner.parse())
            known = self.words._read[name] = _alternatives(rows, optional=False)
        return replace(known, optional=optional)

    def group(self) -> _Element:
        rows = [self.row()]
        while self.at < len(self.tokens) and self.tokens[self.at][0] == "bar":
            self.at += 1
            rows.append(self.row())
        if self.at >= len(self.tokens):
            raise PhraseError(f"( without ) in the phrase {self.source!r}")
        _, text = self.tokens[self.at]
        self.at += 1
        return _alternatives(rows, text.endswith("?"))


def _alternatives(rows: Sequence[list[_Element]], optional: bool) -> _Element:
    anchors: list[str] = []
    known = True
    for row in rows:
        best = _best_anchor(row)
        if best is None:
            known = False
        else:
            anchors.extend(best)
    body = one_of(list(dict.fromkeys(_join(row) for row in rows)))
    starts = [_first(row) for row in rows]
    first = None if None in starts else frozenset().union(*(s for s in starts if s))
    return _Element(f"(?:{body})", tuple(dict.fromkeys(anchors)) if known else None, optional, first=first)


def _first(row: Sequence[_Element]) -> frozenset[str] | None:
    """Words of which one stands at the beginning of every match of a row; None when that cannot be told."""
    found: frozenset[str] = frozenset()
    for element in row:
        if element.kind == "role":
            continue
        if element.kind != "word" or element.first is None:
            return None
        found |= element.first
        if not element.optional:
            return found
    return None


def _cost(anchors: tuple[str, ...]) -> float:
    return sum(40.0 if a in COMMON else 1.0 for a in anchors)


def _best_anchor(row: Sequence[_Element]) -> tuple[str, ...] | None:
    found = [e.anchors for e in row if e.anchors and not e.optional and e.kind == "word"]
    return min(found, key=_cost) if found else None


def _join(row: Sequence[_Element]) -> str:
    """Regular expression of a row: separators between words, optional words taking theirs with them."""
    out: list[str] = []
    started = False
    for index, element in enumerate(row):
        if element.kind == "gap" and not started:
            out.append(rf"(?:[^ \n]+(?:{SEP})){{0,{element.count}}}?")
        elif element.kind in {"start", "end", "role", "gap"}:
            out.append(element.regex)
        elif not started:
            later = any(e.kind == "word" for e in row[index + 1 :])
            if element.optional:
                out.append(f"(?:{element.regex}{SEP})?" if later else f"(?:{element.regex})?")
                continue  # the next word still starts the row
            out.append(element.regex)
            started = True
        elif element.optional:
            out.append(f"(?:{SEP}{element.regex})?")
        else:
            out.append(SEP + element.regex)
    return "".join(out)


def compile_phrase(source: str, words: Vocabulary, *, need_anchor: bool = True) -> Phrase:
    """Compile one phrase. Raises PhraseError with a message for the author of the phrase."""
    parser = _Parser(source, words)
    row = parser.parse()
    best = _best_anchor(row)
    if best is None and need_anchor:
        raise PhraseError(f"the phrase {source!r} has no word that must be there; add one")
    others = tuple(
        words.one(e.anchors) for e in row if e.anchors and not e.optional and e.kind == "word" and e.anchors != best
    )
    return Phrase(source, _expression(row, words), words.one(best or ()), tuple(parser.roles), others)


def compile_any(sources: Sequence[str], words: Vocabulary) -> re.Pattern[str] | None:
    """One expression that matches where any of the phrases does; None for no phrases. Roles are not allowed here."""
    if not sources:
        return None
    return re.compile("|".join(_bounded(_plain(source, words)) for source in sources))


def compile_guard(sources: Sequence[str], words: Vocabulary) -> Guard | None:
    """A Guard of the phrases; None for no phrases. Roles are not allowed here."""
    if not sources:
        return None
    rows = []
    for source in sources:
        row = _plain(source, words)
        sets = sorted((e.anchors for e in row if e.anchors and not e.optional and e.kind == "word"), key=_cost)
        rows.append((tuple(words.one(a) for a in sets), _expression(row, words)))
    return Guard(rows)


def check(source: str, words: Vocabulary) -> None:
    """Raises PhraseError if this is no phrase without roles."""
    _plain(source, words)


def _plain(source: str, words: Vocabulary) -> list[_Element]:
    """A phrase that plays no roles, read once."""
    known = words._plain.get(source)
    if known is None:
        parser = _Parser(source, words, roles=False)
        parser.verb_named = True
        known = words._plain[source] = parser.parse()
    return known


def _bounded(row: Sequence[_Element]) -> str:
    """The regular expression of a whole phrase: it begins and ends at words."""
    head = "" if row[0].kind == "start" else r"(?<![a-z0-9])(?<![a-z]-)"
    return head + _join(row) + ("" if row[-1].kind == "end" else r"(?![a-z0-9]|-[a-z]*\d)")


def _expression(row: Sequence[_Element], words: Vocabulary) -> Expression:
    first = _first(row)
    return Expression(_bounded(row), None if first is None else words.one(first), edge=row[0].kind == "start")
