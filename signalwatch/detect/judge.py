"""Which phrases match a document, and which of the matches are statements of news.

The title is read first. The text is read only where the title says nothing, in digests, in filings, and for the few patterns that
may stand beside a title's event; most items therefore cost one look at one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from signalwatch.detect.issuers import item_title
from signalwatch.detect.searching import Expression, Guard
from signalwatch.detect.text import Doc
from signalwatch.detect.triggers import Bucket, Entry, ItemClass, Pack, Pattern, Scope, TriggerType
from signalwatch.detect.words import RISKY_SUFFIX

SURE = 0.95  # a wire release says in its title what is new; its text must be this clear to add to it
CLEAR = 0.84  # a text without news in its title
DIGEST = 0.80  # one of several stories
FILED = 0.74  # the text of an 8-K under its item headings

_BE = re.compile(
    r"(?<![a-z])(?:is|are|was|were|be|been|start|starts|started|begin|begins|began)(?: (?:also|now|to))? *$"
)
_ANNOUNCED = re.compile(r"(?<![a-z])(?:announce[sd]?|reported|received|has appointed|today)(?![a-z])")
_ELSEWHERE = re.compile(
    r"(?<![a-z])(?:elsewhere|plus, news|plus:|and other biotech news|in other news|news recap|and more)(?![a-z])"
)
_PROPER = re.compile(r"[®™]|\b[A-Z]{3,}|[a-z][A-Z]|[A-Z][a-z]+-?\d|[a-z] [A-Z][a-z]+")
_OPENING = re.compile(
    r" *(?:[a-z\-]+ing|with|after|amid|ahead of|despite|before|as|while|following|armed|fresh|eyeing) "
)
_SUBORDINATE = re.compile(
    r"(?<![a-z])(?:after|following|amid|despite|thanks to|on the heels of|in wake of|in the wake of|on back of|on the "
    r"back of|citing) "
)
_NEXT_WORD = re.compile(r" ([A-Z][A-Za-z]+)")
_TERM = re.compile(r"\S+")
_NOT_IN_TEXT = frozenset({"plan", "future"})  # a headline may announce with "to", a text that plans reports no event
_NOT_IN_TEXT_AGREED = frozenset({"plan"})
_AGREED = frozenset({"merger_acquisition", "licensing_deal", "partnership"})  # "will acquire" tells what was signed
_DONE = ("ed", "ught", "sold", "won", "made", "given", "taken")  # how participles end
_OWN = (
    r"drugs?|pills?|shots?|jabs?|vaccines?|antibod(?:y|ies)|therap(?:y|ies)|treatments?|medicines?|meds?|candidates?|"
    r"compounds?|molecules?|assets?|programs?|programmes?|products?|biosimilars?|generics?|adcs?|bispecifics?|"
    r"inhibitors?|degraders?|agonists?|blockers?|tests?|devices?|assays?|implants?|combos?|combination|biologics?|"
    r"platforms?|technolog(?:y|ies)|trials?|stud(?:y|ies)|plants?|sites?|units?"
)
_QUALIFIED = re.compile(
    rf"(?<![a-z])(?:{_OWN}),?(?: (?:that )?(?:it|they|[a-z0-9&.\-]+(?: [a-z0-9&.\-]+)?)"
    r"(?: (?:once|recently|previously|just|had|has))?)? *$"
)
"""A thing, and perhaps who did something to it: the participle behind it only says which thing is meant."""
_TELLS = frozenset(
    "announces reports says confirms reveals shows presents shares provides unveils declares claims".split()
)
_THINGS_ACT = frozenset({"trial_results"})  # "trial achieved its goal": the thing itself did it
_PLANNED = ("infinitive", "plan", "future", "rumour")
_HEADINGS = frozenset({"bankruptcy_distress", "layoffs_restructuring"})  # 8-K item headings that state what happened


@dataclass(frozen=True, slots=True)
class Hit:
    """One accepted match of a pattern."""

    pattern: Pattern
    type: str
    start: int
    end: int
    clause: tuple[int, int]
    markers: Mapping[str, int]
    title: bool

    @property
    def rank(self) -> tuple[bool, float, int]:
        """Title first, then confidence (a phrase that marks its parties before one that does not), then position."""
        return (not self.title, -self.pattern.confidence - (0.005 if self.markers else 0.0), self.start)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A match that is no statement of news, and why."""

    pattern: str
    words: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a document says and does not say: kinds of item, accepted matches in order of rank, refused ones with reasons."""

    kinds: tuple[str, ...]
    hits: tuple[Hit, ...]
    refused: tuple[Refusal, ...]


@dataclass(slots=True)
class _Kinds:
    names: list[str]
    dropped: set[str]
    title_only: bool
    stories: list[tuple[int, int]]  # stories of the title that may carry news
    whole: bool
    markers: dict[bool, list[tuple[Scope, Expression]]] = field(default_factory=dict)  # possible in title, in text


class Judge:
    """Reads documents with one pack of triggers."""

    __slots__ = ("_anywhere", "_counted", "_markers", "_scopes", "_speakers", "pack")

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        spoken = [(item, phrase) for item in pack.items for phrase in item.anywhere]
        self._speakers = [item for item, _ in spoken]
        self._anywhere = Guard([((p.anchors, *p.others), p.expression) for _, p in spoken])
        self._counted = tuple(item for item in pack.items if item.against)
        marked = [(scope, row) for scope in pack.scopes for row in scope.markers.rows]
        self._scopes = [scope for scope, _ in marked]
        self._markers = Guard([row for _, row in marked])

    def read(self, doc: Doc, kind: str = "news") -> Verdict:
        """All statements of a document, best first."""
        entries = _entries(self.pack.indexes.title, doc.title_words)
        kinds = self._kinds(doc, entries)
        if not kinds.stories:
            return Verdict(tuple(kinds.names), (), ())
        hits: list[Hit] = []
        refused: list[Refusal] = []
        planned: set[str] = set()
        single = "\n" not in doc.norm[: doc.title_end]
        found: set[str] = set()
        for entry in entries:
            pattern = entry.owner
            if isinstance(pattern, ItemClass) or pattern.type in kinds.dropped:
                continue
            if single and pattern.type in found and not pattern.only_listed:
                continue  # the best match of a one-clause title is known
            if (
                self._match(doc, entry, pattern, 0, doc.title_end, kinds, hits, refused, planned)
                and not pattern.only_listed
            ):
                found.add(pattern.type)
        if doc.text_words and not kinds.title_only:
            hits = self._text(doc, kind, kinds, hits, refused, planned)
        if not hits:
            hits = self._alone(doc, kinds, refused, planned)
        return Verdict(tuple(kinds.names), tuple(sorted(hits, key=lambda h: h.rank)), tuple(refused))

    def _alone(self, doc: Doc, kinds: _Kinds, refused: list[Refusal], planned: set[str]) -> list[Hit]:
        """The best reading of a title by the wide classes of words that are asked only where nothing surer spoke."""
        hits: list[Hit] = []
        silent: set[str] = {*kinds.dropped, *planned}
        asked: dict[tuple[str, str], bool] = {}
        for entry in _entries(self.pack.indexes.alone, doc.title_words):
            pattern = entry.owner
            if isinstance(pattern, ItemClass) or pattern.type in silent:
                continue
            key = (pattern.type, pattern.id)
            if key not in asked:  # what forbids it is asked before any phrase is tried
                guard = pattern.unless_title
                asked[key] = bool(guard and guard.search(doc, doc.title_words, 0, doc.title_end))
            if asked[key]:
                continue
            if self._match(doc, entry, pattern, 0, doc.title_end, kinds, hits, refused, set()):
                break  # words as wide as these name one event; the surest come first
        return hits[:1]

    def _text(
        self,
        doc: Doc,
        kind: str,
        kinds: _Kinds,
        hits: list[Hit],
        refused: list[Refusal],
        planned: set[str],
    ) -> list[Hit]:
        """Add what the text states, as far as it may speak."""
        floor: float | None
        filed = bool(item_title(doc))
        digest = not doc.release and (";" in doc.raw[: doc.title_end] or bool(_ELSEWHERE.search(doc.norm, doc.body)))
        if filed:
            floor = FILED
        elif digest:
            floor = DIGEST
        elif hits:
            floor = None  # only patterns that may stand beside
        elif doc.release and kind != "filing":
            floor = SURE
        else:
            floor = CLEAR
        known = {h.type for h in hits}
        added: list[Hit] = []
        beside = floor is None
        indexes = self.pack.indexes
        for entry in _entries(indexes.beside if beside else indexes.text, doc.text_words):
            pattern = entry.owner
            if isinstance(pattern, ItemClass) or pattern.type in kinds.dropped or pattern.type in planned:
                continue
            if beside and pattern.type in known:
                continue
            if floor is not None and pattern.confidence < floor:
                continue
            more: list[Hit] = []
            self._match(doc, entry, pattern, doc.title_end, len(doc.norm), kinds, more, refused, set())
            for hit in more:
                if beside and doc.release and hit.start - doc.body > 420:
                    continue
                if not beside and not filed and not _told(hit, doc):
                    continue
                added.append(hit)
        if filed:
            return added or [h for h in hits if h.type in _HEADINGS]
        return hits + added

    # --- kinds of item ------------------------------------------------------------------------------------------

    def _kinds(self, doc: Doc, entries: Iterable[Entry]) -> _Kinds:
        """What kinds of item this is; in a title that tells several stories (``;``) a kind only silences its own story."""
        words = doc.words
        stories = doc.stories()
        silent: set[int] = set()
        kinds = _Kinds([], set(), False, [], True)
        everywhere = set(range(len(stories)))
        for entry in entries:
            item = entry.owner
            if not isinstance(item, ItemClass) or entry.anywhere or (item.name in kinds.names and len(stories) == 1):
                continue
            for number, (start, end) in enumerate(stories):
                words_said = entry.phrase.expression.search(doc, start, end)
                if words_said is None or self._named(doc, words_said):
                    continue
                excused = item.unless and item.unless.search(doc, words, start, end)
                if excused and not (item.hard and item.hard.search(doc, words, start, end)):
                    continue
                kinds.names.append(item.name)
                if item.effect == "title_only":
                    kinds.title_only = True
                elif item.drop and len(stories) == 1:
                    kinds.dropped |= item.drop
                else:
                    silent.add(number)
        for item in self._throughout(doc):
            kinds.names.append(item.name)
            if item.drop:
                kinds.dropped |= item.drop
            else:
                silent |= everywhere
        kinds.stories = [s for i, s in enumerate(stories) if i not in silent]
        kinds.whole = not silent
        return kinds

    def _throughout(self, doc: Doc) -> list[ItemClass]:
        """Kinds of item told by a phrase anywhere in title or text, or by words that speak against news."""
        words = doc.words
        found: dict[str, ItemClass] = {}
        for number in self._anywhere.numbers(words):
            item = self._speakers[number]
            if item.name in found or not self._anywhere.rows[number][1].search(doc, 0, len(doc.norm)):
                continue
            if not (item.unless and item.unless.search(doc, words, 0, len(doc.norm))):
                found[item.name] = item
        for item in self._counted:
            if len(words & item.against) > max(1, len(words & item.favour)):
                found.setdefault(item.name, item)
        return [item for item in self.pack.items if item.name in found] if found else []

    def _named(self, doc: Doc, spoken: re.Match[str]) -> bool:
        """Are these words the beginning of a company's name (``Perspective Therapeutics Announces ...``)?"""
        following = _NEXT_WORD.match(doc.raw, spoken.end())
        return (
            following is not None
            and following.group(1).lower() in self.pack.book.suffixes
            and following.group(1).lower() not in RISKY_SUFFIX
            and spoken.group().strip().count(" ") < 2
        )

    # --- matches ------------------------------------------------------------------------------------------------

    def _match(
        self,
        doc: Doc,
        entry: Entry,
        pattern: Pattern,
        start: int,
        end: int,
        kinds: _Kinds,
        hits: list[Hit],
        refused: list[Refusal],
        planned: set[str],
    ) -> bool:
        """Append the accepted matches of one phrase in a stretch; tell whether there was one."""
        matches = entry.phrase.expression.matches(doc, start, end)
        if not matches:
            return False
        trigger = self.pack.types[pattern.type]
        some = False
        titled = end <= doc.title_end
        for m in matches:
            at = _first(doc.norm, m.start())
            if titled and not kinds.whole and not any(a <= at < b for a, b in kinds.stories):
                continue
            clause = doc.clause(at)
            reason = self._refusal(doc, trigger, pattern, m, at, clause, kinds)
            if reason:
                if titled and reason.startswith(_PLANNED):
                    planned.add(pattern.type)
                refused.append(Refusal(f"{pattern.type}.{pattern.id}", m.group().strip(), reason))
                continue
            markers = {role: m.start(role) for role in entry.phrase.roles if m.start(role) >= 0}
            hits.append(Hit(pattern, pattern.type, at, m.end(), clause, markers, titled))
            some = True
        return some

    def _refusal(
        self, doc: Doc, trigger: TriggerType, pattern: Pattern, m: re.Match[str], at: int, clause: tuple[int, int],
        kinds: _Kinds,
    ) -> str:  # fmt: skip
        """Why a match is no statement of news; empty when it is one."""
        norm = doc.norm
        words = doc.title_words if clause[1] <= doc.title_end else doc.text_words
        segment: tuple[int, int] | None = None
        for name, forbidden in (("unless", trigger.unless), ("pattern unless", pattern.unless)):
            if forbidden and forbidden.search(doc, words, *clause):
                segment = segment or doc.segment(clause, at, m.end(), self.pack.book.predicates)
                again = forbidden.search(doc, words, *segment)
                if again:
                    return f"{name}: {again.group().strip()}"
        for forbidden in (trigger.unless_title, pattern.unless_title):
            again = forbidden.search(doc, doc.title_words, 0, doc.title_end) if forbidden else None
            if again:
                return f"unless_title: {again.group().strip()}"
        if pattern.needs and not pattern.needs.search(doc, doc.words, 0, len(norm)):
            return "needs"
        if doc.question(clause, m.end()):
            return "question"
        allowed = trigger.allow | pattern.allow
        if at > doc.title_end and not pattern.beside:
            allowed = allowed - (_NOT_IN_TEXT_AGREED if pattern.type in _AGREED else _NOT_IN_TEXT)
        verb = m.start("verb") if "verb" in m.re.groupindex and m.start("verb") >= 0 else at
        if at > clause[0] + 1 or verb > at:
            segment = segment or doc.segment(clause, at, m.end(), self.pack.book.predicates)
            low = max(segment[0], _fact_start(norm, segment[0], at))
            for scope, expression in self._marked(words, clause[1] <= doc.title_end, kinds):
                if scope.name in allowed:
                    continue
                until = verb if scope.name == "infinitive" else at
                begin = low if expression.edge else _words_before(norm, low, until, scope.words)
                marker = expression.search(doc, begin, until)
                if marker:
                    return f"{scope.name}: {marker.group().strip()}"
        if verb != at or "verb" in m.re.groupindex:
            form = m.group("verb") if "verb" in m.re.groupindex else None
            if form and form.split(" ")[0].endswith("ing"):
                running = bool(_BE.search(norm, clause[0], verb))
                if running and "progressive" not in allowed:
                    return "progressive"
                if not running and "gerund" not in allowed:
                    return "gerund"
            if form and form.endswith(_DONE) and self._attributive(doc, trigger, clause, m, verb):
                return "attributive"
        if pattern.proper and not _PROPER.search(doc.raw[at : clause[1]]):
            return "proper"
        return ""

    def _attributive(
        self, doc: Doc, trigger: TriggerType, clause: tuple[int, int], m: re.Match[str], verb: int
    ) -> bool:
        """Does a participle only say which thing is meant: ``NIH-funded antibody``, ``drug licensed from Acme wins nod``?"""
        norm = doc.norm
        if norm[verb - 1 : verb] == "-":
            return True
        if trigger.name in _THINGS_ACT:
            return False
        if not _QUALIFIED.search(norm, max(clause[0], verb - 60), verb):
            return False
        predicates = self.pack.book.predicates
        rest = f"{norm[clause[0] : m.start()]} {norm[m.end() : clause[1]]}".split()
        return any(w in predicates and w.endswith("s") and w not in _TELLS for w in rest)

    def _marked(self, words: set[str], titled: bool, kinds: _Kinds) -> list[tuple[Scope, Expression]]:
        """The markers of plans, rumours and so on that these words may hold, found once for the title and once for the text."""
        known = kinds.markers.get(titled)
        if known is None:
            rows, scopes = self._markers.rows, self._scopes
            known = kinds.markers[titled] = [(scopes[n], rows[n][1]) for n in self._markers.numbers(words)]
        return known


def _entries(index: Mapping[str, Bucket], words: set[str]) -> list[Entry]:
    """The phrases that these words could start, best first and in the same order in every process."""
    found: dict[int, Entry] = {}
    for word in words & index.keys():
        bucket = index[word]
        for entry in bucket.plain:
            for other in entry.needed:
                if other.isdisjoint(words):
                    break
            else:
                found[entry.order] = entry
        if bucket.further:
            for second in words & bucket.seconds:
                for entry in bucket.further[second]:
                    for other in entry.needed[1:]:
                        if other.isdisjoint(words):
                            break
                    else:
                        found[entry.order] = entry
    return [found[order] for order in sorted(found)]


def _told(hit: Hit, doc: Doc) -> bool:
    """In a wire release the fact follows "announced"; what stands before it describes the company."""
    if not doc.release:
        return True
    start = max(hit.clause[0], doc.body)
    return bool(_ANNOUNCED.search(doc.norm, start, hit.start + 12)) and hit.start - doc.body < 700


def _first(norm: str, at: int) -> int:
    while at < len(norm) and norm[at] in " \n":
        at += 1
    return at


def _fact_start(norm: str, start: int, at: int) -> int:
    """What follows "after" or "despite", or an opening phrase, is told as a fact, whatever is planned before it."""
    last = start
    if _OPENING.match(norm, start, at):  # "Planning a trial, Acme wins ...": the opening phrase is over at its comma
        comma = norm.find(",", start, at)
        last = comma + 1 if comma >= 0 else start
    for m in _SUBORDINATE.finditer(norm, last, at):
        last = m.end()
    return last


def _words_before(norm: str, start: int, at: int, count: int) -> int:
    """Where the last ``count`` words before a position begin, not before ``start``."""
    words = [m.start() for m in _TERM.finditer(norm, max(start, at - count * 14), at)]
    return words[-count:][0] if words else at
