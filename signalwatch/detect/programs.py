"""What an event says about the asset it is about: drug names, registry numbers, indication, phase."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat

from signalwatch import diseases
from signalwatch.detect import facts
from signalwatch.detect.namebook import CODE, NameBook
from signalwatch.detect.names import Finder
from signalwatch.detect.searching import Expression
from signalwatch.detect.text import Doc
from signalwatch.model import ProgramRef

_INDICATION = Expression(
    r"(?<![a-z])(?:for the (?:[a-z\-]+ )?(?:treatment|prevention|management) of|to treat|in (?:adult |adults |"
    r"pediatric |participants |people |individuals )*"
    r"(?:patients |participants |people |adults |children |individuals |subjects )(?:living )?with|treatment of(?! (?:people|"
    r"patients|adults|adult|children|participants|individuals|subjects) )|"
    r"(?:patients|people|participants|adults|children|individuals|subjects) (?:living )?with)"
    r" +(?:previously treated |newly diagnosed |relapsed or refractory |advanced |metastatic |moderate[ \-]to[ \-]severe )*",
    first=frozenset("for to in treatment patients people adults participants children individuals subjects".split()),
)
_STOP = re.compile(
    r"[,;\n]|\) (?!\()| (?:in|who|with|and|at|based|by|through|during|from|that|which|following|after|under|using|to(?<!due to)|"
    r"versus|as|for|on|whose|across|the|is|are|has|have|\u2013|-) "
)
_BRAND = re.compile(r"([A-Za-z][\w\-]{2,})\s?[®™]")
_SHOUTED = re.compile(r"[A-Z]{6,16}")
_CELLS = re.compile(r"[a-z]{2,9}-cel")
_LONG_CODE = re.compile(r"[A-Z]{2,6}-[A-Z]{2,8}\d{1,4}[A-Z]?")
_CALLS = frozenset(
    "drug therapy vaccine pill antibody treatment biosimilar medicine shot candidate injection inhibitor".split()
)
_CALLED = re.compile(
    rf"(?:{'|'.join(sorted(_CALLS))})"
    r" ([A-Z][a-z]{4,14})\b"
)
_TARGETS = re.compile(
    r"(?i)(?:pd|pd-?l|cd|her|il|tnf|vegf|egfr|bcma|glp|gip|ccr|cxcr|tlr|kras|ctla|jak|btk|fgfr|cgrp|hiv|hpv)[-\u2013]?\d*r?[a-z]?(?:x|/|\Z)"
)
_TOKEN = re.compile(r"[A-Za-z][\w\-]*[A-Za-z0-9]")
_TRIAL_NAME = re.compile(r"[A-Za-z]{6,}-?\d{1,3}\Z")
_OPEN = re.compile(r"^\(?[^()]{1,8}\)\s+|\s*\([^()]*\)?$|\s+(?:of|to|with|and|or)$")
_WORDED = re.compile(r"-[A-Za-z]?[a-z]{3,}\Z")
_DASHED_CODE = re.compile(r"[A-Z]{2,5}-\d{1,2}-\d{2,4}")
_STUDY = re.compile(
    r"[\"'\u201d\u2019]? (?:phase [\w/]+ )?(?:study|trial|clinical (?:study|trial)|studies|trials)\b", re.IGNORECASE
)
_MAX_ASSETS = 6


def read(doc: Doc, finder: Finder, clause: tuple[int, int], start: int, phase: str) -> ProgramRef | None:
    """The program of an event whose match stands in ``clause``; None when the text says nothing of it."""
    book = finder.book
    nct = facts.nct_numbers(doc.raw) if "nct" in doc.norm else ()
    assets: dict[str, None] = {}
    signed = "®" in doc.raw or "™" in doc.raw
    called = not _CALLS.isdisjoint(doc.words)
    spans = [clause]
    if doc.in_title(start):
        spans.append((doc.body, min(len(doc.raw), doc.body + 320)))
    whole = [(0, doc.body)] if doc.in_title(start) and ";" not in doc.raw[: doc.body] and _more(doc, clause) else []
    for low, high in (*spans, *whole):
        if assets and (low, high) in whole:
            break
        for m in _BRAND.finditer(doc.raw, low, high) if signed else ():
            following = doc.raw[m.end() : m.end() + 24].strip().split(" ")[0].strip(",.").lower()
            if following not in book.suffixes:
                assets.setdefault(m.group(1))
        looks = list(map(_form, _TOKEN.findall(doc.raw, low, high), repeat(book)))
        for m, form in zip(_TOKEN.finditer(doc.raw, low, high), looks, strict=True) if any(looks) else ():
            if form and (
                form == "name"
                or (form == "code" and not _names_study(doc, m.end()))
                or (form == "shouted" and doc.in_title(m.start()) and not doc.raw[:80].isupper())
            ):
                assets.setdefault(m.group())
        if low == 0 and not assets and doc.raw[: doc.title_end].isupper():
            first = _TOKEN.match(doc.raw)
            if first and _shouted(first.group(), book):
                assets.setdefault(first.group())  # ACMEMAB APPROVED IN THE US: a title all in capitals
        for at in doc.places(_CALLS, low, high) if called else ():
            named = _CALLED.match(doc.raw, at, high)
            word = named.group(1).lower() if named else ""
            if named and word not in book.common and word not in book.known and word not in book.not_names:
                assets.setdefault(named.group(1))
        if len(assets) >= _MAX_ASSETS:
            break
    indications = _indications(doc, spans)
    if not nct and not assets and not indications and not phase:
        return None
    return ProgramRef(
        nct_ids=nct,
        assets=_once(assets),
        indications=tuple(indications),
        phase=phase,
        areas=diseases.areas_of(indications),
    )


def _more(doc: Doc, clause: tuple[int, int]) -> bool:
    """Is there more before the text proper than this clause?"""
    return clause[0] > 0 or bool(doc.raw[clause[1] : doc.body].strip())


def _indications(doc: Doc, spans: Sequence[tuple[int, int]]) -> list[str]:
    """What it is for: the words after "treatment of" and the like when they name a disease, else diseases by name."""
    named = diseases.find(doc.raw[spans[0][0] : spans[0][1]])
    for low, high in spans:
        for found in _INDICATION.matches(doc, low, high):
            stop = _STOP.search(doc.norm, found.end(), high)
            text = " ".join(doc.raw[found.end() : min(stop.start() if stop else high, found.end() + 80)].split())
            text = _OPEN.sub("", text.strip(" .,;:-\u2013")).strip(" .,;:()-\u2013")
            if len(text) <= 2 or not diseases.says(text):
                continue
            if not named or diseases.find(text):
                return [text]
    return list(named[:2])


def _once(assets: Iterable[str]) -> tuple[str, ...]:
    """Each name once, however it is written."""
    return tuple({a.casefold(): a for a in reversed(list(assets))}.values())[::-1][:_MAX_ASSETS]


def _coded(token: str) -> bool:
    return bool(
        _LONG_CODE.fullmatch(token)
        or _DASHED_CODE.fullmatch(token)
        or _CELLS.fullmatch(token)
        or (CODE.match(token) and _code(token))
    )


def _code(token: str) -> bool:
    """A code name, and neither a virus strain, a target, a study nor a disease."""
    low = token.lower()
    return not (
        low.startswith(_NO_CODES)
        or _TRIAL_NAME.match(token)
        or _TARGETS.match(token)
        or _WORDED.search(token)
        or diseases.find(token.split("-")[0].upper())
        or diseases.find(token)
    )


def _names_study(doc: Doc, end: int) -> bool:
    """Whether a code is the name of a study: "the BRUIN-1 study"."""
    return _STUDY.match(doc.raw, end) is not None


@lru_cache(maxsize=50_000)
def _form(token: str, book: NameBook) -> str:
    """What a word looks like by itself: the ``name`` of an asset, a ``code``, a brand ``shouted`` in capitals
    (``VYVGART``), or "". Most words come again and again."""
    if token.isalpha():
        if len(token) > 6 and _generic(token, book):
            return "name"
        return "shouted" if _shouted(token, book) else ""
    if len(token) > 9 and token[-5] == "-" and _generic(token[:-5], book):
        return "name"  # a biologic with its four-letter suffix
    return "code" if _coded(token) else ""


def _shouted(token: str, book: NameBook) -> bool:
    """A word in capitals that is no ordinary word, company or disease."""
    if not _SHOUTED.fullmatch(token):
        return False
    word = token.lower()
    return not (
        word in book.common or word in book.known or word in book.not_names or word in book.suffixes
    ) and not diseases.find(token)


def _generic(token: str, book: NameBook) -> bool:
    """A generic name by its stem (``ibudilast``), and no ordinary word that only ends like one (``announced``, ``platinum``)."""
    low = token.lower()
    if len(low) <= 6 or not low.endswith(book.stems) or low in book.known or low in book.not_names:
        return False
    return low not in book.common or low.endswith(_SURE_STEMS)


_NO_CODES = ("phase", "covid", "nct", "h1n1", "h5n1")
_SURE_STEMS = ("mab", "tinib", "parib", "ciclib", "siran", "nersen", "glutide", "leucel", "gliflozin")
