"""Detections of one entry to events: who, which of several, and what a rewrite changed. Pure.

**Discriminator.** An entry usually states one event of a type; its discriminator is empty, whatever the wording, so
every rewrite keeps the id. Where an entry states several of one type, the facets that tell them apart (asset, phase,
designation, series, agency, parties, person; in that order, only as many as needed) form it: independent of order
and of the sentence. A rewrite that adds a second event of a type re-issues the first under a new id; its story
absorbs that.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from signalwatch.sdk import Change, Detection, Detector, Document, Event, Json, Organisation, digest

_MARK = re.compile(
    r"^\W{0,3}(?P<what>C\s?O\s?R\s?R\s?E\s?C\s?T\s?I\s?O\s?N|CORRECT(?:ION|ED|ING)(?:\s+(?:and|&)\s+REPLAC(?:ING|ED))?"
    r"|REPLAC(?:ING|ED)|RETRACT(?:ION|ED)|WITHDRAWN?|WITHDRAWAL|UPDATED?(?:\s+\d)?|AMENDED|REPEAT|EXCLUSIVE|BREAKING"
    r"|STAT\+)"
    r"(?:\s+(?:notice|from\s+source|version))?(?:\s*[:/|]\s*|\s*--\s*|\s+[-–—]\s+)",
    re.IGNORECASE,
)
_WITHOUT_COLON = re.compile(r"^(?P<what>CORRECTING\s+(?:and|&)\s+REPLACING|/?C O R R E C T I O N)\s+", re.IGNORECASE)
_PAREN = re.compile(r"\(\s*(?P<what>correction|corrected|retracted|updated)\s*\)\s*$", re.IGNORECASE)
_TAKES_BACK = ("c", "rep", "ret", "w")  # first letters of marks that take something back: in press as in releases
_REISSUES = ("u", "am")  # "UPDATE - " on a wire re-issues a release; in press it only means that the page was edited
_FREE_TEXT = frozenset(("kind", "what", "funder", "person", "role", "product", "location"))
_FACETS = ("phase", "designation", "series", "agency", "kind", "status", "stage", "outcome", "person", "role", "amount")
_SUFFIX = re.compile(
    r"[\s,]+(?:inc|incorporated|corp|corporation|co|company|ltd|limited|plc|llc|lp|sa|s\.a|ag|se|nv|n\.v|ab|asa|as|a/s|oyj|kk|gmbh"
    r"|spa|s\.p\.a|bv|b\.v|pty|holdings?|group)\.?$"
)
_COMPLETES = (
    r"inc|incorporated|corp|corporation|co|company|ltd|limited|plc|llc|s\.?a|ag|se|n\.?v|ab|asa|a/s|oyj|k\.?k|gmbh|holdings?|group"
    r"|bio\w*|pharma\w*|therapeutics|medical|medicines?|sciences?|life|laboratories|labs?|diagnostics|genetics|genomics"
    r"|oncology|vaccines|technologies|health\w*|international"
)
"""Words between a short company name and its ticker that belong to the name."""


def lead_in(title: str, *, release: bool) -> tuple[int, bool]:
    """Length of a mark before the headline proper ("CORRECTION: ", "STAT+: ") and whether it takes something back."""
    found = _MARK.match(title) or _WITHOUT_COLON.match(title)
    tail = _PAREN.search(title)
    what = re.sub(r"\s", "", found.group("what")).casefold() if found else ""
    said = [what, tail.group("what").casefold() if tail else ""]
    starts = _TAKES_BACK + (_REISSUES if release else ())
    return (found.end() if found else 0), any(word.startswith(starts) for word in said if word)


def events_of(document: Document, previous: Document | None, detect: Detector) -> list[Event]:
    """The events ``document`` states. Against ``previous``, only what changed gets a new id.

    A fact that the rewrite contradicts is re-issued with ``correction`` set and its changes; a fact that it merely
    adds is re-issued without. An event that stood in the previous version and is gone is taken back only where the
    new version says so itself (correction, retraction): summaries change length too often to read more into it.
    """
    now = _stated(document, detect)
    if previous is None:
        return [event for _, event in now]
    before = {(e.type, key): e for key, e in _stated(previous, detect)}
    out: list[Event] = []
    for key, event in now:
        old = before.pop((event.type, key), None)
        out.append(event if old is None else _against(old, event))
    _, takes_back = lead_in(document.title, release=_is_release(document))
    if takes_back:
        renamed = [Change(field="title", before=previous.title, after=document.title)]
        for (_, key), gone in before.items():
            if any(e.type == gone.type for e in out):
                continue  # told again under other facets: that event carries the correction
            out.append(replace(gone, discriminator=f"{key}:taken-back", correction=True, changes=tuple(renamed),
                               title=document.title, published_at=document.published_at))  # fmt: skip
    return out


def _stated(document: Document, detect: Detector) -> list[tuple[str, Event]]:
    meta = document.meta
    release = _is_release(document)
    offset, correction = lead_in(document.title, release=release)
    issuer = _string(meta.get("issuer"))
    publisher = issuer if release else _string(meta.get("publisher"))
    found = detect.detect(
        document.title[offset:],
        document.text,
        kind="release" if release else "news",
        publisher=publisher,
        published_at=document.published_at,
    )
    by_type: dict[str, list[Detection]] = defaultdict(list)
    for detection in found:
        by_type[detection.type].append(detection)
    out: list[tuple[str, Event]] = []
    for kind, several in by_type.items():
        for key, detection in _told_apart(several).items():
            span = detection.span
            if offset and span.field == "title":
                span = replace(span, start=span.start + offset, end=span.end + offset)
            out.append((key, Event(
                type=kind,
                discriminator=key,
                connector=document.connector,
                document_key=document.key,
                occurred_at=detection.occurred_at,
                published_at=document.published_at,
                title=document.title,
                url=document.url,
                organisations=_identified(detection.organisations, document, issuer if release else ""),
                attributes=detection.attributes,
                program=detection.program,
                span=span,
                pattern=detection.pattern,
                confidence=detection.confidence,
                correction=correction,
                origin=_string(meta.get("origin")),
            )))  # fmt: skip
    return out


def _is_release(document: Document) -> bool:
    return document.meta.get("kind") == "release"


def _string(value: Json) -> str:
    return value if isinstance(value, str) else ""


# --- which of several -------------------------------------------------------------------------------------------


def _told_apart(several: Sequence[Detection]) -> dict[str, Detection]:
    """Discriminator to detection. What no facet tells apart is one event told twice; the surer telling stays."""
    if len(several) == 1:
        return {"": several[0]}
    facets = [_facets_of(d) for d in several]
    used: list[str] = []
    for name in ("asset", *_FACETS, "parties", "subject"):
        if len({f.get(name, "") for f in facets}) > 1:
            used.append(name)
            if len({tuple(f.get(n, "") for n in used) for f in facets}) == len(facets):
                break
    out: dict[str, Detection] = {}
    for detection, facet in zip(several, facets, strict=True):
        key = ";".join(f"{name}={facet[name]}" for name in used if facet.get(name))
        if key not in out or detection.confidence > out[key].confidence:
            out[key] = detection
    return {"": next(iter(out.values()))} if len(out) == 1 else out


def _facets_of(detection: Detection) -> dict[str, str]:
    program = detection.program
    assets = [*program.nct_ids, *program.assets] if program else []
    product = detection.attributes.get("product")
    if not assets and isinstance(product, str):
        assets = [product]
    facets = {"asset": "+".join(sorted({_folded(a) for a in assets}))}
    for name in _FACETS:
        value = detection.attributes.get(name)
        if value not in (None, "", [], ()):
            facets[name] = _folded(str(value))
    facets["subject"] = "+".join(sorted(_bare(o.name) for o in detection.organisations if o.role == "subject"))
    facets["parties"] = "+".join(
        sorted(_bare(o.name) for o in detection.organisations if o.role in ("counterparty", "investor", "other"))
    )
    return facets


# --- what a rewrite changed -------------------------------------------------------------------------------------


def _against(old: Event, new: Event) -> Event:
    """``new`` as it is when nothing material differs from ``old``, else re-issued under its own id with the changes."""
    changes: list[Change] = []
    contradicted = False
    for name in sorted({*old.attributes, *new.attributes}):
        if name in _FREE_TEXT:
            continue
        was, now = old.attributes.get(name), new.attributes.get(name)
        if was == now or now is None:
            continue
        changes.append(Change(field=name, before=was, after=now))
        contradicted = contradicted or was is not None
    was_who, now_who = _subject_name(old), _subject_name(new)
    if now_who and _bare(was_who) != _bare(now_who):
        changes.append(Change(field="subject", before=was_who or None, after=now_who))
        contradicted = contradicted or bool(was_who)
    if not changes:
        return new
    facts: Mapping[str, Any] = {**new.attributes, "subject": _bare(now_who)}
    mark = digest({k: v for k, v in facts.items() if k not in _FREE_TEXT})[:10]
    discriminator = f"{new.discriminator}@{mark}" if new.discriminator else f"@{mark}"
    return replace(
        new, discriminator=discriminator, changes=(*new.changes, *changes), correction=new.correction or contradicted
    )


def _subject_name(event: Event) -> str:
    return event.subject.name if event.subject else ""


# --- who ------------------------------------------------------------------------------------------------------


def _identified(organisations: Sequence[Organisation], document: Document, issuer: str) -> tuple[Organisation, ...]:
    """The organisations with the tickers that came with the entry, where names agree.

    A wire lists tickers of everybody it tags. They go to the subject only if it is the issuer, or if the text
    itself sets the ticker behind that name.
    """
    named = list(organisations)
    if issuer and not any(o.role == "subject" for o in named):
        named.insert(0, Organisation(name=issuer))  # a headline that names only the product: the release says whose
    tickers = [(t[0], t[1]) for t in document.meta.get("tickers", ()) if len(t) == 2]
    if not tickers:
        return tuple(named)
    out: list[Organisation] = []
    for organisation in named:
        ticker = ("", "")
        if not organisation.ticker:
            beside = _beside(organisation.name, tickers, document)
            if beside:
                ticker = beside
            elif organisation.role == "subject" and issuer and _agree(organisation.name, issuer):
                listed = {symbol.casefold() for _, symbol in tickers}
                ticker = tickers[0] if len(listed) == 1 or _lists_one_company(tickers) else ("", "")
        out.append(replace(organisation, exchange=ticker[0], ticker=ticker[1]) if ticker[1] else organisation)
    return tuple(out)


def _lists_one_company(tickers: Sequence[tuple[str, str]]) -> bool:
    """Whether every ticker stands on another exchange: then they are listings of one company."""
    return len({exchange for exchange, _ in tickers}) == len(tickers)


def _beside(name: str, tickers: Sequence[tuple[str, str]], document: Document) -> tuple[str, str] | None:
    """The ticker in the parentheses behind ``name``, over words that only complete a company's name."""
    for exchange, symbol in tickers:
        shown = re.compile(
            rf"{re.escape(name)}(?:[\s,]+(?:{_COMPLETES})\b\.?){{0,4}}[\s,®™]*\([^()]{{0,40}}\b{re.escape(symbol)}\b[^()]{{0,40}}\)",
            re.IGNORECASE,
        )
        if shown.search(f"{document.title} | {document.text}"):
            return exchange, symbol
    return None


def _agree(name: str, issuer: str) -> bool:
    """Whether two spellings may be one company: without legal suffix, one begins with all words of the other."""
    left, right = _bare(name).split(), _bare(issuer).split()
    shorter = min(len(left), len(right))
    return shorter > 0 and left[:shorter] == right[:shorter]


def _bare(name: str) -> str:
    text = _folded(name)
    for _ in range(2):
        text = _SUFFIX.sub("", text)
    return re.sub(r"[^\w\s&+-]", "", text).strip()


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
