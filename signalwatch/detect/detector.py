"""The detector: text in, typed events out. Pure; all it knows was loaded before.

1. normalise, cut into clauses;  2. one look-up per word finds the phrases that could match;  3. is this a kind of item that carries
no news (earnings call, law firm, market report ...)?  4. candidate phrases are matched and judged in their clause (plan, rumour,
negation, old news, forbidden context);  5. one event per type and statement, with parties, attributes, program and quoted span.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from signalwatch.detect import programs
from signalwatch.detect.attributes import EXTRACTORS, Context, designations
from signalwatch.detect.names import _ITEM_TITLE, Finder
from signalwatch.detect.pack import ItemClass, Pack, Pattern, TriggerType
from signalwatch.detect.phrases import TOKENS, Phrase
from signalwatch.detect.roles import Casting, Match
from signalwatch.detect.text import Doc
from signalwatch.model import Detection, Span

_BE = re.compile(r"(?<![a-z])(?:is|are|was|were|be|been|start|starts|started|begin|begins|began)(?: (?:also|now|to))? *$")
_LISTED = re.compile(
    r"\((?:[^()]{0,60}?)(?:nasdaq|nyse|otcq[bx]|otc|asx|tsx|aim|euronext|lse|hkex|six|tase|kosdaq|nasd)[^():]{0,20}:",
    re.IGNORECASE,
)
_COMPANY_FEED = re.compile(
    r"\b(?:ir feed|newsroom|investor relations|press releases?|media room|company feed)\b", re.IGNORECASE
)
_ANNOUNCED = re.compile(r"(?<![a-z])(?:announce[sd]?|reported|received|has appointed|today)(?![a-z])")


@dataclass(frozen=True, slots=True)
class Hit:
    """One accepted match of a pattern."""

    pattern: Pattern
    phrase: Phrase
    start: int
    end: int
    clause: tuple[int, int]
    markers: Mapping[str, int]
    title: bool

    @property
    def rank(self) -> tuple[int, float, int]:
        """Title first, then confidence, then position."""
        return (0 if self.title else 1, -self.pattern.confidence - (0.005 if self.markers else 0.0), self.start)


@dataclass(frozen=True, slots=True)
class Kinds:
    """What the item is: names of its kinds, types it may not state, stories of the title that may (``whole``: all of them)."""

    names: tuple[str, ...]
    dropped: frozenset[str]
    title_only: bool
    stories: tuple[tuple[int, int], ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a text gave what it gave, for ``explain`` and for tests: kinds of item, and every match with its fate."""

    items: tuple[str, ...]
    title_only: bool
    hits: tuple[Hit, ...]
    refused: tuple[tuple[str, str, str], ...]  # (pattern id, matched words, reason)


class Detector:
    """Finds events in text. Built by ``signalwatch.detect.load``; safe to share between threads."""

    __slots__ = ("_keys", "hash", "pack", "types")

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.hash = pack.hash
        self.types: tuple[str, ...] = tuple(sorted(pack.types))
        self._keys = pack.index.keys()

    def detect(
        self,
        title: str,
        text: str = "",
        *,
        kind: str = "news",
        publisher: str = "",
        published_at: datetime | None = None,
    ) -> tuple[Detection, ...]:
        """Events that a title and its text state as news.

        Args:
            title: headline as published.
            text: first paragraphs or feed description; only the first 6,000 characters are read.
            kind: ``news``, ``release`` (a company speaks) or ``filing`` (8-K, 6-K and exhibit text).
            publisher: who published; a company's own feed makes that company the last-resort subject.
            published_at: becomes ``occurred_at`` of each event.
        """
        doc = Doc(title, text)
        verdict = self.judge(doc, kind)
        if not verdict.hits:
            return ()
        finder = Finder(doc, self.pack.book)
        casting = Casting(doc, finder, _company_of(publisher, kind))
        listed = bool(_LISTED.search(doc.raw))
        found: list[Detection] = []
        for hit in self._rivals(self._choose(_stated(verdict.hits, doc), doc, listed), doc):
            found.extend(self._detections(hit, doc, finder, casting, published_at))
        return _dedupe([e for e in found if _identifiable(e, publisher)])

    def judge(self, doc: Doc, kind: str = "news") -> Verdict:
        """All matches of a document with what became of them; attributes and parties are not read yet."""
        tokens = set(TOKENS.findall(doc.norm))
        candidates: dict[int, tuple[Pattern | ItemClass, Phrase]] = {}
        index = self.pack.index
        for token in sorted(tokens & self._keys):  # sorted: of equally good matches every process takes the same
            for entry in index[token]:
                candidates[id(entry[1])] = entry
        kinds = self._items(doc, candidates, tokens)
        if not kinds.stories:
            return Verdict(kinds.names, kinds.title_only, (), ())
        hits: list[Hit] = []
        refused: list[tuple[str, str, str]] = []
        planned: set[str] = set()
        for owner, phrase in candidates.values():
            if isinstance(owner, ItemClass) or owner.type in kinds.dropped:
                continue
            self._match(doc, owner, phrase, kinds, hits, refused, planned)
        if planned:  # what the title only plans, the text does not make a fact
            hits = [h for h in hits if h.title or h.pattern.type not in planned]
        return Verdict(kinds.names, kinds.title_only, tuple(sorted(hits, key=lambda h: h.rank)), tuple(refused))

    # --- items --------------------------------------------------------------------------------------------------

    def _items(self, doc: Doc, candidates: Mapping[int, tuple[Pattern | ItemClass, Phrase]], tokens: set[str]) -> Kinds:
        """What kinds of item this is; in a title that tells several stories (``;``) a kind only silences its own story."""
        stories = doc.stories()
        silent: set[int] = set()
        names: list[str] = []
        dropped: set[str] = set()
        title_only = False
        for owner, phrase in candidates.values():
            if not isinstance(owner, ItemClass):
                continue
            if owner.name in names and len(stories) == 1:
                continue
            if phrase in owner.anywhere:
                if phrase.regex.search(doc.norm) and not (owner.unless and owner.unless.search(doc.norm)):
                    names.append(owner.name)
                    silent |= set(range(len(stories)))
                continue
            for number, (start, end) in enumerate(stories):
                if not phrase.regex.search(doc.norm, start, end):
                    continue
                if owner.unless and owner.unless.search(doc.norm, start, end) and not (owner.hard and owner.hard.search(doc.norm, start, end)):
                    continue
                names.append(owner.name)
                if owner.effect == "title_only":
                    title_only = True
                elif owner.drop and len(stories) == 1:
                    dropped |= owner.drop
                else:
                    silent.add(number)
        for item in self.pack.items:
            if item.against and len(tokens & item.against) > max(1, len(tokens & item.favour)):
                names.append(item.name)
                if item.drop:
                    dropped |= item.drop
                else:
                    silent |= set(range(len(stories)))
        return Kinds(tuple(names), frozenset(dropped), title_only, tuple(s for i, s in enumerate(stories) if i not in silent), not silent)

    # --- matches ------------------------------------------------------------------------------------------------

    def _match(self, doc: Doc, pattern: Pattern, phrase: Phrase, kinds: Kinds, hits: list[Hit], refused: list[tuple[str, str, str]], planned: set[str]) -> None:
        trigger = self.pack.types[pattern.type]
        start = doc.title_end if pattern.where == "text" else 0
        end = doc.title_end if pattern.where == "title" or kinds.title_only else len(doc.norm)
        if start >= end:
            return
        for m in phrase.regex.finditer(doc.norm, start, end):
            if not kinds.whole and m.start() < doc.title_end and not any(a <= m.start() < b for a, b in kinds.stories):
                continue
            reason = self._refusal(doc, trigger, pattern, m)
            if reason.startswith(("infinitive", "plan", "future", "rumour")) and m.start() < doc.title_end:
                planned.add(pattern.type)
            if reason:
                refused.append((f"{pattern.type}.{pattern.id}", m.group().strip(), reason))
                continue
            markers = {role: m.start(role) for role in phrase.roles if m.start(role) >= 0}
            at = _first(doc.norm, m.start())
            hits.append(Hit(pattern, phrase, at, m.end(), doc.clause(at), markers, doc.in_title(at)))

    def _refusal(self, doc: Doc, trigger: TriggerType, pattern: Pattern, m: re.Match[str]) -> str:
        at = _first(doc.norm, m.start())
        clause = doc.clause(at)
        for name, forbidden in (("unless", trigger.unless), ("pattern unless", pattern.unless)):
            if forbidden and forbidden.search(doc.norm, *clause):
                part = doc.segment(clause, at, m.end(), self.pack.book.predicates)
                again = forbidden.search(doc.norm, *part)
                if again:
                    return f"{name}: {again.group().strip()}"
        for forbidden in (trigger.unless_title, pattern.unless_title):
            again = forbidden.search(doc.norm, 0, doc.title_end) if forbidden else None
            if again:
                return f"unless_title: {again.group().strip()}"
        if pattern.needs and not pattern.needs.search(doc.norm):
            return "needs"
        if doc.question(clause):
            return "question"
        allowed = trigger.allow | pattern.allow
        if not doc.in_title(at) and not pattern.beside:
            allowed = allowed - _NOT_IN_TEXT
        low = doc.segment(clause, at, m.end(), self.pack.book.predicates)[0]
        verb = m.start("verb") if "verb" in m.re.groupindex and m.start("verb") >= 0 else at
        for scope in self.pack.scopes:
            if scope.name in allowed:
                continue
            place = verb if scope.name == "infinitive" else at
            marker = scope.regex.search(_words_before(doc.norm, max(low, _fact_start(doc.norm, low, at)), place, scope.words))
            if marker:
                return f"{scope.name}: {marker.group().strip()}"
        if "verb" in m.re.groupindex and m.start("verb") >= 0 and m.group("verb").split(" ")[0].endswith("ing"):
            running = bool(_BE.search(doc.norm, clause[0], verb))
            if running and "progressive" not in allowed:
                return "progressive"
            if not running and "gerund" not in allowed:
                return "gerund"
        if pattern.proper and not _PROPER.search(doc.raw[at : clause[1]]):
            return "proper"
        return ""

    def _choose(self, hits: tuple[Hit, ...], doc: Doc, listed: bool) -> list[Hit]:
        """The matches that become events: the best of each type, further ones of the title where another clause states them."""
        chosen: list[Hit] = []
        per_type: dict[str, list[Hit]] = {}
        for hit in hits:
            trigger = self.pack.types[hit.pattern.type]
            if hit.pattern.only_listed and not listed:
                continue
            if hit.pattern.becomes_when and hit.pattern.becomes_when.search(doc.norm, hit.clause[0]):
                hit = replace(hit, pattern=replace(hit.pattern, type=hit.pattern.becomes, set={}))
                trigger = self.pack.types[hit.pattern.type]
            if trigger.listed and listed and not hit.pattern.always:
                target = self.pack.types[trigger.listed]
                hit = replace(hit, pattern=replace(hit.pattern, type=target.name, set={}))
            known = per_type.setdefault(hit.pattern.type, [])
            if not known:
                known.append(hit)
                chosen.append(hit)
            elif hit.title and all(hit.clause != other.clause for other in known):
                known.append(hit)
                chosen.append(hit)
        return chosen

    def _rivals(self, hits: list[Hit], doc: Doc) -> list[Hit]:
        """Of two types that read the same statement, the one that beats the other stays."""
        if len(hits) < 2:
            return hits
        parts = [doc.segment(h.clause, h.start, h.end, self.pack.book.predicates) for h in hits]
        lost = {
            j
            for i, winner in enumerate(hits)
            for j, loser in enumerate(hits)
            if (loser.pattern.type in self.pack.types[winner.pattern.type].beats or winner.pattern.type in loser.pattern.yields) and parts[i][0] < parts[j][1] and parts[j][0] < parts[i][1]
        }
        kept = [h for i, h in enumerate(hits) if i not in lost]
        return [h for h in kept if not _background(h, kept, doc)]

    # --- detections ---------------------------------------------------------------------------------------------

    def _detections(
        self, hit: Hit, doc: Doc, finder: Finder, casting: Casting, published_at: datetime | None
    ) -> list[Detection]:
        trigger = self.pack.types[hit.pattern.type]
        cast = casting.cast(Match(trigger.name, hit.start, hit.end, hit.clause, hit.markers, trigger.parties))
        context = Context(doc, finder, trigger.name, hit.start, hit.end, hit.clause, hit.pattern.set, cast.regulators)
        attributes: dict[str, Any] = dict(hit.pattern.set)
        for name in trigger.attributes:
            attributes.update(EXTRACTORS[name](context))
        field, start, end = doc.locate(hit.start, hit.end)
        program = programs.read(doc, hit.clause, hit.start, self.pack.book, str(attributes.get("phase", "")))
        base = Detection(
            type=trigger.name,
            organisations=cast.organisations,
            attributes=attributes,
            program=program,
            span=Span(field=field, start=start, end=end, text=doc.raw[hit.start : hit.end]),
            pattern=f"{trigger.name}.{hit.pattern.id}",
            confidence=round(hit.pattern.confidence * (1.0 if hit.title else 0.9), 3),
            occurred_at=published_at,
        )
        if trigger.each == "designation":
            values = designations(context)
            if not values:
                return []
            import msgspec

            return [msgspec.structs.replace(base, attributes={**attributes, "designation": v}) for v in values]
        return [base]


def _stated(hits: tuple[Hit, ...], doc: Doc) -> tuple[Hit, ...]:
    """The matches that count: the title rules; the text speaks where the title says nothing, and in digests."""
    in_title = tuple(h for h in hits if h.title)
    if _ITEM_TITLE.match(doc.raw, 0, doc.title_end):  # an 8-K: its item headings name what may have happened, the text says what did
        told = tuple(h for h in hits if not h.title and h.pattern.confidence >= 0.74)
        return told or tuple(h for h in in_title if h.pattern.type in {"bankruptcy_distress", "layoffs_restructuring"})
    if in_title and not _digest(doc):
        types = {h.pattern.type for h in in_title}
        return in_title + tuple(h for h in hits if not h.title and h.pattern.beside and not doc.release_boilerplate(h.start) and h.pattern.type not in types)
    digest = _digest(doc)
    floor = 0.8 if digest else 0.84
    filing = bool(_ITEM_TITLE.match(doc.raw, 0, doc.title_end))
    if doc.release and not filing:
        floor = 0.95  # a wire release says in its title what is new
    more = tuple(h for h in hits if not h.title and h.pattern.confidence >= floor and _told(h, doc))
    return in_title + more


def _background(hit: Hit, hits: list[Hit], doc: Doc) -> bool:
    """Is this only why another event of the clause happened (``lays off staff after trial failure``)?"""
    for m in _AFTER.finditer(doc.norm, hit.clause[0], hit.start):
        if any(o.clause == hit.clause and o.end <= m.start() + 1 and o.pattern.type != hit.pattern.type for o in hits):
            return True
    return False


_AFTER = re.compile(r"(?<![a-z])(?:after|following|in wake of|in the wake of|in fallout from|months after|weeks after|amid) ")


def _identifiable(event: Detection, publisher: str) -> bool:
    """Could a reader name whom it is about: a company or a product, or the authority speaks itself (LABELS section 9, rule 1)?"""
    if any(o.role == "subject" for o in event.organisations) or (event.program is not None and (event.program.assets or event.program.nct_ids)):
        return True
    return event.type == "regulatory_approval" and event.span.field == "title" and event.span.text.lower().startswith(("fda", "u.s. f", "us fda", "ema", "european", "mhra", "ec "))


def _digest(doc: Doc) -> bool:
    """Does one item tell several stories: ``;`` in the title, or "Elsewhere", "Plus" in the text?"""
    if doc.release:
        return False
    return ";" in doc.raw[: doc.title_end] or bool(_ELSEWHERE.search(doc.norm, doc.body))


def _told(hit: Hit, doc: Doc) -> bool:
    """In a wire release the fact follows "announced"; what stands before it describes the company."""
    if not doc.release:
        return True
    return bool(_ANNOUNCED.search(doc.norm, hit.clause[0] if hit.clause[0] > doc.body else doc.body, hit.start + 12)) and hit.start - doc.body < 700


_ELSEWHERE = re.compile(r"(?<![a-z])(?:elsewhere|plus, news|plus:|and other biotech news|in other news|news recap|and more)(?![a-z])")
_PROPER = re.compile(r"[®™]|\b[A-Z]{3,}|[a-z][A-Z]|[A-Z][a-z]+-?\d|[a-z] [A-Z][a-z]+")


def _first(norm: str, at: int) -> int:
    while at < len(norm) and norm[at] in " \n":
        at += 1
    return at


_OPENING = re.compile(r" *(?:[a-z\-]+ing|with|after|amid|ahead of|despite|before|as|while|following|armed|fresh|eyeing) ")
_SUBORDINATE = re.compile(r"(?<![a-z])(?:after|following|amid|despite|thanks to|on the heels of|in wake of|in the wake of|on back of|on the back of|citing) ")


_NOT_IN_TEXT = frozenset({"plan", "future"})  # a headline may announce with "to", a text that plans reports no event


def _fact_start(norm: str, start: int, at: int) -> int:
    """What follows "after" or "despite" is told as a fact, whatever is planned before it."""
    last = start
    if _OPENING.match(norm, start, at):  # "Planning a trial, Acme wins ...": the opening phrase is over at its comma
        comma = norm.find(",", start, at)
        last = comma + 1 if comma >= 0 else start
    for m in _SUBORDINATE.finditer(norm, start, at):
        last = m.end()
    return last


def _words_before(norm: str, start: int, at: int, count: int) -> str:
    """The last ``count`` words before a position, inside the clause."""
    low = max(start, at - count * 14)
    text = norm[low:at]
    words = text.split(" ")
    kept: list[str] = []
    seen = 0
    for word in reversed(words):
        kept.append(word)
        if word:
            seen += 1
            if seen >= count:
                break
    return " ".join(reversed(kept)).rstrip()


def _company_of(publisher: str, kind: str) -> str:
    """The company whose own feed this is: ``Acme IR feed`` and ``acme newsroom`` are Acme's; a wire or a paper is nobody's."""
    if not publisher:
        return ""
    if _COMPANY_FEED.search(publisher):
        name = _COMPANY_FEED.sub("", publisher).strip(" -–:,")
        return "" if name.lower() in {"", "company", "the company"} else (name if name[:1].isupper() else name.title())
    return publisher if kind in {"release", "filing"} else ""


def _dedupe(found: list[Detection]) -> tuple[Detection, ...]:
    """One event per type, subject and distinguishing attribute."""
    kept: list[Detection] = []
    seen: set[tuple[str, str, str]] = set()
    for event in found:
        subject = next((o.name.lower() for o in event.organisations if o.role == "subject"), "")
        key = (event.type, subject, str(event.attributes.get("designation", "")))
        if key in seen or (not subject and any(k[0] == event.type and k[2] == key[2] for k in seen)):
            continue
        seen.add(key)
        kept.append(event)
    return tuple(kept)
