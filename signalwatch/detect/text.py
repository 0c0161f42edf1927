"""A text as detection reads it: normalised without moving a single character, cut into clauses.

``Doc.norm`` has exactly the length of ``Doc.raw``, so a match found in the one is a span of the other. Typographic quotes,
non-breaking spaces, trademark signs, brackets and letter case are gone; clause and sentence ends are marked by a line break,
which no phrase can cross.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Set

from signalwatch.detect.phrases import tokens

MAX_TITLE = 1_000
MAX_TEXT = 6_000
BREAK = "\n"
GLUE = "\n\n"

_SINGLE = {
    "‘": "'", "’": "'", "‛": "'", "`": "'", "´": "'", "ʼ": "'", "′": "'",
    "“": " ", "”": " ", "„": " ", "‟": " ", "«": " ", "»": " ", '"': " ", "″": " ",
    "(": " ", ")": " ", "[": " ", "]": " ", "{": " ", "}": " ", "<": " ", ">": " ",
    "®": " ", "™": " ", "℠": " ", "©": " ", "*": " ", "†": " ", "‡": " ", "_": " ", "•": " ", "·": " ", "…": " ",
    "‐": "-", "‑": "-", "‒": "-", "−": "-", "﹣": "-", "⁃": "-",
    "–": "–", "—": "–", "―": "–", "|": BREAK, "；": BREAK, ";": BREAK, "\n": " ", "\r": " ", "\t": " ",
}  # fmt: skip
_SPACES = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\x00\x0b\x0c\x85"
)
_TABLE = {**_SINGLE, **dict.fromkeys(_SPACES, " ")}
_SPECIAL = re.compile(f"[{re.escape(''.join(_TABLE))}]")


def _plain_sign(found: re.Match[str]) -> str:
    return _TABLE[found.group()]


_ABBREVIATED = frozenset(
    "inc co corp ltd llc plc dr mr mrs ms prof st vs no u.s u.k e.u s.a s.p.a n.v a.g b.v m.d ph.d m.b.a jr sr approx "
    "dept jan feb mar "
    "apr jun jul aug sept sep oct nov dec calif mass conn pa fla ill ind mich minn wash ga va md n.j n.c s.c n.y r.i "
    "tenn tex colo "
    "ariz wis u.s.a e.g i.e cf al a.m p.m neb ore ph".split()
)
_STOP = re.compile(r"[.!?](?=[ \n])")
_LAST_WORD = re.compile(r"[^\s(,]+$")
_SIGN = re.compile("[–:/?!-]")
_TICKER_MARKS = re.compile(r"[ (](?:nasdaq|nyse|otc|otcqb|otcqx|asx|tsx|lse|aim|amex)\Z")
_BREAK = re.compile(BREAK)
_SEMICOLON = re.compile("[;；]")
_JOINT = re.compile(r"(?:,? (?:and|but|while|then|also|&|as it|as they)|,) +(?=[a-z])")
_JOINING = frozenset("and but while then also as".split())
_WORD = re.compile(r"[a-z\-]+")
_NEW_SUBJECT = re.compile(r",? (?:and|while|as|but) (?=[A-Z][\w&.\-]*[ '’])|, (?=[A-Z][\w&.\-]*[ '’])")
_REACH = 5
"""Words within which a new subject must act."""
_WIRE_MARK = re.compile(
    r" *(?:update ?\d+|refile|corrected|correction|brief|wrapup ?\d*|exclusive|breaking(?: news)?|just in|developing|"
    r"press release|news release|media release|stock alert|biotech alert)[a-z0-9 ]{0,12}?(?:-|: )(?=\S)"
)
"""What a news service puts before a headline (``UPDATE 2-Acme ...``); it is blanked out."""
_ASKS = re.compile(
    r"[,–-] +(?:but |and |so |now )?(?:is|are|was|can|could|will|would|should|does|do|did|has|have|what|why|how|who|where|"
    r"when|which)(?![a-z])[^,\n]*$"
)
_DATELINE = re.compile(
    r"\((?:GLOBE\s?NEWSWIRE|BUSINESS WIRE|PRNEWSWIRE|ACCESS\s?WIRE|NEWSWIRE|NewMediaWire|ACCESS Newswire)\)|"
    r"/PRNewswire[^/]*/|"
    r"--\(BUSINESS WIRE\)--",
    re.IGNORECASE,
)


_AFTER_LINE = re.compile(r"[\s\-–—:]*(?:\$[A-Z.]{1,6}\s*-+\s*)?(?:Regulatory News:\s*)?")


def normalise(raw: str) -> str:
    """Lower case and plain punctuation, character for character (the length never changes)."""
    text = _SPECIAL.sub(_plain_sign, raw)
    low = text.lower()
    if len(low) != len(text):  # a few capitals grow when lowered (U+0130); keep those as they are
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return _QUOTES.sub(" ", low) if "'" in low else low


_QUOTES = re.compile(
    r"(?<![a-z0-9])'|(?<!s)'(?![a-z0-9])"
)  # single quotation marks; an apostrophe stands inside a word


class Doc:
    """Title and text of one item, joined for matching. Positions below are positions in ``raw``.

    ``release`` says that the text carries a wire dateline, ``body`` is where the text proper starts after it.
    ``start`` is where the title proper starts after a wire's mark ("UPDATE 2-").
    ``words`` are the words of both, lower case, for quick tests before any matching.
    """

    __slots__ = (
        "_ends",
        "_joined",
        "_spots",
        "body",
        "norm",
        "raw",
        "release",
        "start",
        "text_words",
        "title_end",
        "title_words",
        "truncated",
        "words",
    )

    def __init__(self, title: str, text: str) -> None:
        self.truncated = len(title) > MAX_TITLE or len(text) > MAX_TEXT
        title, text = title[:MAX_TITLE], text[:MAX_TEXT]
        self.raw = title + GLUE + text
        self.title_end = len(title)
        start = self.title_end + len(GLUE)
        low = normalise(title)
        mark = _WIRE_MARK.match(low)
        self.start = mark.end() if mark else 0
        if mark:
            low = " " * mark.end() + low[mark.end() :]
        low = _mark(low, title, titled=True)
        self.release = False
        self.body = start
        if text:
            body = normalise(text)
            body = _mark(body, text, titled=False)
            line = _DATELINE.search(text, 0, 400) if "wire" in body[:400] else None
            if line:
                self.release = True
                told = _AFTER_LINE.match(text, line.end())
                begin = told.end() if told else line.end()
                self.body = start + begin
                body = " " * begin + body[begin:]
        else:
            body = ""
        self.norm = low + GLUE + body
        self._ends: list[int] | None = None
        self._joined: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._spots: dict[str, list[int]] = {}
        self.title_words = tokens(self.norm, 0, self.title_end)
        self.text_words = tokens(self.norm, start, len(self.norm)) if text else set()
        self.words = self.title_words | self.text_words

    def places(self, words: Set[str], start: int, end: int) -> list[int]:
        """Where any of these words begins in a stretch, in order."""
        found: list[int] = []
        spots = self._spots
        for word in words & (self.title_words if end <= self.title_end else self.words):
            known = spots.get(word)
            found += self._find(word) if known is None else known
        if not found:
            return found
        found.sort()
        if found[0] < start or found[-1] >= end:
            return [at for at in found if start <= at < end]
        return found

    def _find(self, word: str) -> list[int]:
        norm, size = self.norm, len(word)
        found = self._spots[word] = []
        at = norm.find(word)
        while at >= 0:
            end = at + size
            if not (norm[end : end + 1].isalnum() or (at and norm[at - 1].isalnum())):
                found.append(at)
            at = norm.find(word, end)
        return found

    def clause_starts(self, start: int, end: int) -> list[int]:
        """Where the clauses of a stretch begin."""
        if self._ends is None:
            self._ends = [m.start() for m in _BREAK.finditer(self.norm)]
        return [start, *(at + 1 for at in self._ends if start <= at < end)]

    def clause(self, position: int) -> tuple[int, int]:
        """Start and end of the clause around a position."""
        if self._ends is None:
            self._ends = [m.start() for m in _BREAK.finditer(self.norm)]
        at = bisect_right(self._ends, position - 1)
        start = self._ends[at - 1] + 1 if at else 0
        end = self._ends[at] if at < len(self._ends) else len(self.norm)
        return start, end

    def clauses(self) -> list[tuple[int, int]]:
        """All non-empty clauses in order."""
        if self._ends is None:
            self._ends = [m.start() for m in _BREAK.finditer(self.norm)]
        found, start = [], 0
        for end in (*self._ends, len(self.norm)):
            if end > start and self.norm[start:end].strip():
                found.append((start, end))
            start = end + 1
        return found

    def segment(self, clause: tuple[int, int], start: int, end: int, predicates: frozenset[str]) -> tuple[int, int]:
        """The part of a clause around a match: a comma or "and" before another verb ends it (``wins a nod and raises``)."""
        low, high = clause
        for joint, begin in self._joints(clause, predicates):
            if joint <= start and begin > low:
                low = max(low, joint)
            elif joint >= end:
                high = min(high, joint)
                break
        return low, high

    def _joints(self, clause: tuple[int, int], predicates: frozenset[str]) -> list[tuple[int, int]]:
        """Where one statement of a clause ends and the next begins, in order."""
        known = self._joined.get(clause)
        if known is not None:
            return known
        found: list[tuple[int, int]] = []
        self._joined[clause] = found
        if self.norm.find(",", *clause) < 0 and _JOINING.isdisjoint(self.words) and "&" not in self.norm:
            return found
        for m in _JOINT.finditer(self.norm, *clause):
            word = _WORD.match(self.norm, m.end())
            if word is None:
                continue
            verb = word.group()
            if (
                verb in predicates
                or ("," in m.group() and verb.endswith("ing") and len(verb) > 5)
                or (verb + "s" in predicates and " to " in self.norm[clause[0] : m.start()])
            ):
                found.append((m.start(), m.end()))
        for m in _NEW_SUBJECT.finditer(self.raw, *clause):
            if self._acts(m.end(), clause[1], predicates) and self._acts(clause[0], m.start(), predicates, first=40):
                found.append((m.start(), m.end()))
        found.sort()
        return found

    def _acts(self, start: int, end: int, predicates: frozenset[str], first: int = _REACH) -> bool:
        """Does somebody act here: a verb among the first words, behind another word?"""
        return any(w.strip(".,'") in predicates for w in self.norm[start:end].split()[1:first])

    def stories(self) -> list[tuple[int, int]]:
        """The parts of a title that tell different stories: what ``;`` separates."""
        found, start = [], 0
        for m in _SEMICOLON.finditer(self.raw, 0, self.title_end):
            found.append((start, m.start()))
            start = m.end()
        return [*found, (start, self.title_end)]

    def question(self, clause: tuple[int, int], until: int) -> bool:
        """Does a clause end in a question mark, and with it what stands before ``until``? ``Acme wins nod, is it cheap?``
        asks after its comma only."""
        end = clause[1]
        asks = (end < len(self.raw) and self.raw[end] == "?") or self.raw[clause[0] : end].rstrip().endswith("?")
        if not asks:
            return False
        tail = _ASKS.search(self.norm, *clause)
        return tail is None or tail.start() < until

    def release_boilerplate(self, position: int) -> bool:
        """Does a position of a wire release stand beyond its announcing sentences, or before its "announced"?"""
        return self.release and (position - self.body > 420)

    def in_title(self, position: int) -> bool:
        """Does a position lie in the title?"""
        return position < self.title_end

    def locate(self, start: int, end: int) -> tuple[str, int, int]:
        """The field (title or text) and the offsets inside it of a span of ``raw``."""
        if start < self.title_end:
            return "title", start, min(end, self.title_end)
        shift = self.title_end + len(GLUE)
        return "text", start - shift, end - shift


def _mark(low: str, raw: str, titled: bool) -> str:
    """Put a line break where a clause ends; lengths stay."""
    cuts = [m.start() for m in _SIGN.finditer(low) if _cuts(low, m.start(), titled)]
    for m in _STOP.finditer(low):
        at = m.start()
        if low[at] == ".":
            word = _LAST_WORD.search(low[max(0, at - 12) : at])
            head = word.group() if word else ""
            following = raw[at + 1 :].lstrip()[:1]
            if (
                head in _ABBREVIATED
                or (len(head) == 1 and head.isalpha())
                or not (following.isupper() or not following.isalpha())
            ):
                continue
        cuts.append(at)
    if not cuts:
        return low
    chars = list(low)
    for at in cuts:
        chars[at] = BREAK
    return "".join(chars)


def _cuts(low: str, at: int, titled: bool) -> bool:
    """Does a sign end a clause? Dashes between blanks, ``//``, a colon before a blank unless it follows an exchange; in a
    title also any long dash, and question and exclamation marks before a blank."""
    sign = low[at]
    before, after = low[at - 1 : at], low[at + 1 : at + 2]
    if sign == "–":
        return titled or (before.isspace() and after.isspace())
    if sign == "-":
        return before.isspace() and (low[at + 2 : at + 3] if after == "-" else after).isspace()
    if sign == ":":
        if not after.isspace() or _TICKER_MARKS.search(low, max(0, at - 8), at):
            return False
        return titled or "a" <= before <= "z"
    if sign == "/":
        return before.isspace() and after == "/" and low[at + 2 : at + 3].isspace()
    return titled and after.isspace()
