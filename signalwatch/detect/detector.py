"""The detector: text in, typed events out. Pure; all it knows was loaded before.

1. Normalise, cut into clauses. 2. One look-up per word finds the phrases that could match. 3. Is this a kind of item that carries
no news (earnings call, law firm, market report ...)? 4. Candidate phrases are matched and judged in their clause (plan, rumour,
negation, old news, forbidden context). 5. One event per type and statement, with parties, attributes, program and quoted span.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from signalwatch.detect import programs
from signalwatch.detect.attributes import EXTRACTORS, Context, designations
from signalwatch.detect.judge import Hit, Judge, Verdict
from signalwatch.detect.names import Finder
from signalwatch.detect.roles import Casting, Match
from signalwatch.detect.text import Doc
from signalwatch.detect.triggers import Pack
from signalwatch.model import Detection, Span

_LISTED = re.compile(
    r"\((?:[^()]{0,60}?)(?:nasdaq|nyse|otcq[bx]|otc|asx|tsx|aim|euronext|lse|hkex|six|tase|kosdaq|nasd)[^():]{0,20}:",
    re.IGNORECASE,
)
_COMPANY_FEED = re.compile(
    r"\b(?:ir feed|newsroom|investor relations|press releases?|media room|company feed)\b", re.IGNORECASE
)
_AFTER = re.compile(
    r"(?<![a-z])(?:after|following|in wake of|in the wake of|in fallout from|months after|weeks after|amid|on heels of|"
    r"on the heels of|on back of|on the back of|on strength of|on the strength of|fresh off) "
)
_TOLD_TOGETHER = frozenset({("trial_setback", "trial_results")})
"""A stop "after a phase 2 flop" tells both (LABELS section 9, rule 10)."""
_SPEAKS = ("fda", "u.s. f", "us fda", "ema", "european", "mhra", "ec ")


class Detector:
    """Finds events in text. Built by ``signalwatch.detect.load``; safe to share between threads."""

    __slots__ = ("_judge", "hash", "pack", "types")

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.hash = pack.hash
        self.types: tuple[str, ...] = tuple(sorted(pack.types))
        self._judge = Judge(pack)

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
        hits = self._judge.read(doc, kind).hits
        if not hits:
            return ()
        finder = Finder(doc, self.pack.book)
        casting = Casting(doc, finder, _company_of(publisher, kind))
        listed = "(" in doc.raw and bool(_LISTED.search(doc.raw))
        found: list[Detection] = []
        for hit in self._rivals(self._choose(hits, doc, listed), doc):
            found.extend(self._detections(hit, doc, finder, casting, published_at))
        return _dedupe([e for e in found if _identifiable(e)])

    def verdict(self, title: str, text: str = "", *, kind: str = "news") -> Verdict:
        """Why a text gives what it gives: its kinds, every accepted match and every refused one with the reason."""
        return self._judge.read(Doc(title, text), kind)

    def _choose(self, hits: tuple[Hit, ...], doc: Doc, listed: bool) -> list[Hit]:
        """The matches that become events: the best of each type, further ones of the title where another clause states them."""
        chosen: list[Hit] = []
        for hit in hits:
            pattern = hit.pattern
            if pattern.only_listed and not listed:
                continue
            if pattern.becomes_when and pattern.becomes_when.search(doc.norm, hit.clause[0]):
                hit = replace(hit, type=pattern.becomes)
            turned = self.pack.types[hit.type].listed
            if turned and listed and not pattern.always:
                hit = replace(hit, type=turned)
            known = [h for h in chosen if h.type == hit.type]
            if not known or (hit.title and all(hit.clause != h.clause for h in known)):
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
            if (loser.type in self.pack.types[winner.type].beats or winner.type in loser.pattern.yields)
            and parts[i][0] < parts[j][1]
            and parts[j][0] < parts[i][1]
        }
        kept = [h for i, h in enumerate(hits) if i not in lost]
        return [h for h in kept if not _background(h, kept, doc)]

    # --- detections ---------------------------------------------------------------------------------------------

    def _detections(
        self, hit: Hit, doc: Doc, finder: Finder, casting: Casting, published_at: datetime | None
    ) -> list[Detection]:
        trigger = self.pack.types[hit.type]
        cast = casting.cast(Match(trigger.name, hit.start, hit.end, hit.clause, hit.markers, trigger.parties))
        fixed: Mapping[str, Any] = hit.pattern.set if hit.type == hit.pattern.type else {}
        context = Context(doc, finder, trigger.name, hit.start, hit.end, hit.clause, fixed, cast.regulators)
        attributes: dict[str, Any] = dict(fixed)
        for name in trigger.attributes:
            attributes.update(EXTRACTORS[name](context))
        field, start, end = doc.locate(hit.start, hit.end)
        event = Detection(
            type=trigger.name,
            organisations=cast.organisations,
            attributes=attributes,
            program=programs.read(doc, finder, hit.clause, hit.start, str(attributes.get("phase", ""))),
            span=Span(field=field, start=start, end=end, text=doc.raw[hit.start : hit.end]),
            pattern=f"{hit.pattern.type}.{hit.pattern.id}",
            confidence=round(hit.pattern.confidence * (1.0 if hit.title else 0.9), 3),
            occurred_at=published_at,
        )
        if trigger.each == "designation":
            return [
                msgspec.structs.replace(event, attributes={**attributes, "designation": v})
                for v in designations(context)
            ]
        return [event]


def _background(hit: Hit, hits: list[Hit], doc: Doc) -> bool:
    """Is this only why another event of the clause happened (``lays off staff after trial failure``)?"""
    for m in _AFTER.finditer(doc.norm, hit.clause[0], hit.start):
        if any(
            o.clause == hit.clause
            and o.end <= m.start() + 1
            and o.type != hit.type
            and (o.type, hit.type) not in _TOLD_TOGETHER
            for o in hits
        ):
            return True
    return False


def _identifiable(event: Detection) -> bool:
    """Could a reader name whom it is about: a company or a product, or the authority speaks itself (LABELS section 9, rule 1)?"""
    if any(o.role == "subject" for o in event.organisations) or (
        event.program is not None and (event.program.assets or event.program.nct_ids)
    ):
        return True
    return (
        event.type == "regulatory_approval"
        and event.span.field == "title"
        and event.span.text.lower().startswith(_SPEAKS)
    )


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
