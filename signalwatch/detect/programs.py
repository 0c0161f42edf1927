"""What an event says about the asset it is about: drug names, registry numbers, indication, phase."""

from __future__ import annotations

import re

from signalwatch.detect import facts
from signalwatch.detect.namebook import CODE, NameBook
from signalwatch.detect.names import Finder
from signalwatch.detect.text import Doc
from signalwatch.model import ProgramRef

_INDICATION = re.compile(
    r"(?<![a-z])(?:for the (?:[a-z\-]+ )?(?:treatment|prevention|management) of|to treat|in (?:adult |adults |"
    r"pediatric |participants |people |individuals )*"
    r"(?:patients |participants |people |adults |children |individuals |subjects )(?:living )?with|treatment of|"
    r"(?:patients|people|participants|adults|children|individuals|subjects) (?:living )?with)"
    r" +(?:previously treated |newly diagnosed |relapsed or refractory |advanced |metastatic |moderate[ \-]to[ \-]severe )*"
)
_STOP = re.compile(
    r"[,;\n]| (?:in|who|with|and|at|based|by|through|during|from|that|which|following|after|under|using|to|versus|as|"
    r"for|on|whose|across|due) "
)
_BRAND = re.compile(r"([A-Za-z][\w\-]{2,}(?:\s[A-Z]{2,})?)\s?[®™]")
_TOKEN = re.compile(r"[A-Za-z][\w\-]*[A-Za-z0-9]")
_TRIAL_NAME = re.compile(r"[A-Za-z]{6,}-?\d{1,3}\Z")
_MAX_ASSETS = 6


def read(doc: Doc, finder: Finder, clause: tuple[int, int], start: int, phase: str) -> ProgramRef | None:
    """The program of an event whose match stands in ``clause``; None when the text says nothing of it."""
    book = finder.book
    nct = facts.nct_numbers(doc.raw) if "nct" in doc.norm else ()
    assets: dict[str, None] = {}
    spans = [clause]
    if doc.in_title(start):
        spans.append((doc.body, min(len(doc.raw), doc.body + 320)))
    for low, high in spans:
        for m in _BRAND.finditer(doc.raw, low, high):
            following = doc.raw[m.end() : m.end() + 24].strip().split(" ")[0].strip(",.").lower()
            if following not in book.suffixes:
                assets.setdefault(m.group(1))
        for m in _TOKEN.finditer(doc.raw, low, high):
            token = m.group()
            if token.isalpha():
                if len(token) > 6 and _generic(token, book):
                    assets.setdefault(token)
            elif len(token) > 9 and token[-5] == "-" and _generic(token[:-5], book):
                assets.setdefault(token)  # a biologic with its four-letter suffix
            elif CODE.match(token) and not token.lower().startswith(_NO_CODES) and not _TRIAL_NAME.match(token):
                assets.setdefault(token)
        if len(assets) >= _MAX_ASSETS:
            break
    indications = []
    for low, high in spans:
        found = _INDICATION.search(doc.norm, low, high)
        if found:
            stop = _STOP.search(doc.norm, found.end(), high)
            text = " ".join(doc.raw[found.end() : min(stop.start() if stop else high, found.end() + 80)].split()).strip(
                " .,;:()"
            )
            if len(text) > 2:
                indications.append(text)
            break
    if not nct and not assets and not indications and not phase:
        return None
    return ProgramRef(nct_ids=nct, assets=tuple(assets)[:_MAX_ASSETS], indications=tuple(indications), phase=phase)


def _generic(token: str, book: NameBook) -> bool:
    """A generic name by its stem (``ibudilast``), and no ordinary word that only ends like one (``announced``, ``platinum``)."""
    low = token.lower()
    if len(low) <= 6 or not low.endswith(book.stems) or low in book.known or low in book.not_names:
        return False
    return low not in book.common or low.endswith(_SURE_STEMS)


_NO_CODES = ("phase", "covid", "nct", "h1n1", "h5n1")
_SURE_STEMS = ("mab", "tinib", "parib", "ciclib", "siran", "nersen", "glutide", "leucel", "gliflozin")
