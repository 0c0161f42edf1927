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
from signalwatch.detect.names import Finder
from signalwatch.detect.pack import ItemClass, Pack, Pattern, TriggerType
from signalwatch.detect.phrases import TOKENS, Phrase
from signalwatch.detect.roles import Casting, Match
from signalwatch.detect.text import Doc
from signalwatch.model import Detection, Span

_BACK = re.compile(r"[^ ]+ *$")
_LISTED = re.compile(
    r"\((?:[^()]{0,60}?)(?:nasdaq|nyse|otcq[bx]|otc|asx|tsx|aim|euronext|lse|hkex|six|tase|kosdaq|nasd)[^():]{0,20}:",
    re.IGNORECASE,
)
_COMPANY_FEED = re.compile(
    r"\b(?:ir feed|newsroom|investor relations|press releases?|media room|company feed)\b", re.IGNORECASE
)
_ANNOUNCED = re.compile(r"(?:announce[sd]?|reported|has received|received)(?: today)?|today")


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
        return (0 if self.title else 1, -self.pattern.confidence, self.start)


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
        for hit in self._choose(verdict.hits, doc, listed):
            found.extend(self._detections(hit, doc, finder, casting, published_at))
        return _dedupe(found)

    def judge(self, doc: Doc, kind: str = "news") -> Verdict:
        """All matches of a document with what became of them; attributes and parties are not read yet."""
        tokens = set(TOKENS.findall(doc.norm))
        candidates: dict[int, tuple[Pattern | ItemClass, Phrase]] = {}
        index = self.pack.index
        for token in tokens & self._keys:
            for entry in index[token]:
                candidates[id(entry[1])] = entry
        items, dropped, title_only, nothing = self._items(doc, candidates)
        if nothing:
            return Verdict(tuple(items), False, (), ())
        hits: list[Hit] = []
        refused: list[tuple[str, str, str]] = []
        for owner, phrase in candidates.values():
            if isinstance(owner, ItemClass) or owner.type in dropped:
                continue
            self._match(doc, owner, phrase, kind, title_only, hits, refused)
        return Verdict(tuple(items), title_only, tuple(sorted(hits, key=lambda h: h.rank)), tuple(refused))

    # --- items --------------------------------------------------------------------------------------------------

    def _items(
        self, doc: Doc, candidates: Mapping[int, tuple[Pattern | ItemClass, Phrase]]
    ) -> tuple[list[str], set[str], bool, bool]:
        names: list[str] = []
        dropped: set[str] = set()
        title_only = nothing = False
        for owner, phrase in candidates.values():
            if not isinstance(owner, ItemClass) or owner.name in names:
                continue
            if not phrase.regex.search(doc.norm, 0, doc.title_end):
                continue
            if owner.unless and owner.unless.search(doc.norm, 0, doc.title_end):
                if not (owner.hard and owner.hard.search(doc.norm, 0, doc.title_end)):
                    continue
            names.append(owner.name)
            if owner.effect == "title_only":
                title_only = True
            elif owner.drop:
                dropped |= owner.drop
            else:
                nothing = True
        return names, dropped, title_only, nothing

    # --- matches ------------------------------------------------------------------------------------------------

    def _match(
        self,
        doc: Doc,
        pattern: Pattern,
        phrase: Phrase,
        kind: str,
        title_only: bool,
        hits: list[Hit],
        refused: list[tuple[str, str, str]],
    ) -> None:
        trigger = self.pack.types[pattern.type]
        start = doc.title_end if pattern.where == "text" else 0
        end = doc.title_end if pattern.where == "title" or title_only else len(doc.norm)
        if start >= end:
            return
        for m in phrase.regex.finditer(doc.norm, start, end):
            reason = self._refusal(doc, trigger, pattern, m, kind)
            if reason:
                refused.append((f"{pattern.type}.{pattern.id}", m.group().strip(), reason))
                continue
            markers = {role: m.start(role) for role in phrase.roles if m.start(role) >= 0}
            at = _first(doc.norm, m.start())
            hits.append(Hit(pattern, phrase, at, m.end(), doc.clause(at), markers, doc.in_title(at)))

    def _refusal(self, doc: Doc, trigger: TriggerType, pattern: Pattern, m: re.Match[str], kind: str) -> str:
        at = _first(doc.norm, m.start())
        clause = doc.clause(at)
        if trigger.unless and trigger.unless.search(doc.norm, *clause):
            return "unless"
        if pattern.unless and pattern.unless.search(doc.norm, *clause):
            return "pattern unless"
        if trigger.unless_title and trigger.unless_title.search(doc.norm, 0, doc.title_end):
            return "unless_title"
        if pattern.unless_title and pattern.unless_title.search(doc.norm, 0, doc.title_end):
            return "pattern unless_title"
        if pattern.needs and not pattern.needs.search(doc.norm):
            return "needs"
        allowed = trigger.allow | pattern.allow
        verb = m.start("verb") if "verb" in m.re.groupindex and m.start("verb") >= 0 else at
        for scope in self.pack.scopes:
            if scope.name in allowed:
                continue
            place = verb if scope.name == "infinitive" else at
            if scope.regex.search(_words_before(doc.norm, clause[0], place, scope.words)):
                return scope.name
        if "progressive" not in allowed and m.end() > verb:
            word = doc.norm[verb : verb + 24].split(" ", 1)[0]
            if word.endswith("ing") and re.search(r"(?:is|are|was|were) *$", doc.norm[clause[0] : verb]):
                return "progressive"
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


_PROPER = re.compile(r"[®™]|\b[A-Z]{3,}|[a-z][A-Z]|[A-Z][a-z]+-?\d|[a-z] [A-Z][a-z]+")


def _first(norm: str, at: int) -> int:
    while at < len(norm) and norm[at] in " \n":
        at += 1
    return at


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
