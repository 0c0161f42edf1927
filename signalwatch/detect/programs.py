"""What an event says about the asset it is about: drug names, registry numbers, indication, phase."""

from __future__ import annotations

import re

from signalwatch.detect import facts
from signalwatch.detect.namebook import NameBook
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
        words = finder.words(low, high)
        for i, word in enumerate(words):
            if word.marked or (word.core.isalpha() and not word.low.endswith(book.stems)):
                continue
            nxt = words[i + 1] if i + 1 < len(words) else None
            if (
                book.is_medicine(word, nxt)
                and not word.low.startswith(("phase", "covid"))
                and word.low not in book.not_names
                and not _plain(word.core, book)
            ):
                assets.setdefault(word.core)
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


def _plain(core: str, book: NameBook) -> bool:
    """An ordinary word that only ends like a medicine (``announced``, ``platinum``)."""
    low = core.lower()
    return low in _NOT_MEDICINE or (
        low in book.common
        and not low.endswith(("mab", "tinib", "parib", "ciclib", "siran", "nersen", "glutide", "leucel", "gliflozin"))
    )


_NOT_MEDICINE = frozenset("nasdaq".split())
