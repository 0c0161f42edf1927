"""Small facts in normalised text: phase, financing series, designations, percentages, counts, agencies, registry numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from signalwatch.detect.phrases import PHASE

_PHASE = re.compile(rf"(?<![a-z0-9]){PHASE}")
_NUMERAL = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_PART = re.compile(r"(iv|i{1,3}|[1-4])([abc]?)")
_FEASIBILITY = re.compile(r"(?:early )?feasibility (?:study|trial|clinical)")
_STUDY = (
    r"(?:trials?|stud(?:y|ies)|tests?|testing|phase|data|results?|readouts?|topline|top-line|clinical (?:trials?|"
    r"stud(?:y|ies)|data|"
    r"test)|win|success|victory|failure|flop|miss|setback|disappointment|fail|analysis)"
)
_PIVOTAL = re.compile(rf"(?<![a-z])pivotal (?:[a-z0-9\-]+ ){{0,4}}?{_STUDY}(?![a-z])")
_STAGE = re.compile(
    rf"(?<![a-z])(mid|late)[ \-](?:to[ \-]late[ \-])?stage (?:[a-z0-9\-']+ ){{0,3}}?{_STUDY}(?![a-z])(?! company|"
    rf" biotech)"
)
_SERIES = re.compile(r"(?<![a-z])seri(?:es|e)[ \-]([a-h])(?:[\-+]?\d|[\-+])?(?![a-z])|(?<![a-z])([a-e]) round(?![a-z])")
_SEED = re.compile(
    r"(?<![a-z])(?:pre-?)?seed(?:[ \-](?:round|financing|funding|extension|stage|raise|investment|capital|money|"
    r"plus))?(?![a-z])"
)
_CROSSOVER = re.compile(r"(?<![a-z])(?:crossover|pre-? ?ipo|mezzanine)(?![a-z])")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?) ?(?:%|percent|per cent)")
_STAFF = (
    r"(?:staff(?:ers)?|employees|workers|jobs|positions|roles|people|layoffs|job cuts|staff members|team members|posts|"
    r"personnel)"
)
_COUNT = re.compile(
    rf"(?<![\d$€£.,])(\d[\d,]{{0,7}}) (?:[a-z\-]+ ){{0,3}}?{_STAFF}(?![a-z])|{_STAFF} (?:by|to|"
    rf"of) (\d[\d,]{{1,7}})(?! ?%)"
)
_NCT = re.compile(r"(?<![A-Za-z0-9])NCT\d{8}(?!\d)", re.IGNORECASE)
_FRACTIONS = {
    "half": 50,
    "a third": 33,
    "one-third": 33,
    "a quarter": 25,
    "one-quarter": 25,
    "two-thirds": 67,
    "three-quarters": 75,
}


def phases(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, str]]:
    """Position and value of every phase in normalised text, in LABELS section 8 spelling (``1/2``, ``2b``, ``pivotal``)."""
    stop = len(text) if end is None else end
    found: list[tuple[int, str]] = []
    for m in _PHASE.finditer(text, start, stop):
        value = _phase_value(m.group())
        if value:
            found.append((m.start(), value))
    for m in _FEASIBILITY.finditer(text, start, stop):
        found.append((m.start(), "feasibility"))
    return sorted(found)


def pivotal(text: str, start: int = 0, end: int | None = None) -> int | None:
    """Where a text calls its study pivotal; None when it does not."""
    m = _PIVOTAL.search(text, start, len(text) if end is None else end)
    return m.start() if m else None


def stage_phase(text: str, start: int = 0, end: int | None = None) -> tuple[int, str] | None:
    """Mid-stage is phase 2 and late-stage phase 3; an early-stage trial may be 1 or 1/2 and stays open."""
    m = _STAGE.search(text, start, len(text) if end is None else end)
    return (m.start(), "2" if m.group(1) == "mid" else "3") if m else None


def _phase_value(text: str) -> str | None:
    parts = _PART.findall(text.partition("ph")[2].removeprefix("ases").removeprefix("ase"))
    if not parts:
        return None
    numbers: list[tuple[str, str]] = [(_NUMERAL.get(n, n), letter) for n, letter in parts]
    first, letter = numbers[0]
    if len(numbers) == 1:
        if re.search(r"/[ab]$", text):
            return first  # 1a/b: the whole phase
        return first + ("" if letter == "c" else letter)
    second, letter2 = numbers[1]
    if second == first:
        return first
    if letter == "b" and first == "1":
        return "1b/2"
    if first == "1" and letter2 == "a":
        return "1/2a"
    return f"{first}/{second}"


def series(text: str, start: int = 0, end: int | None = None) -> str | None:
    """Financing round: Seed, A to D, E+, crossover; None when none is named."""
    stop = len(text) if end is None else end
    m = _SERIES.search(text, start, stop)
    if m:
        letter = (m.group(1) or m.group(2)).upper()
        return letter if letter <= "D" else "E+"
    if _CROSSOVER.search(text, start, stop):
        return "crossover"
    if _SEED.search(text, start, stop):
        return "Seed"
    return None


def percent(text: str, start: int, end: int) -> float | int | None:
    """The first percentage in a stretch of text; fractions in words count."""
    m = _PERCENT.search(text, start, end)
    if m:
        value = float(m.group(1))
        return int(value) if value.is_integer() else value
    for words, value in _FRACTIONS.items():
        if re.search(
            rf"(?<![a-z]){words} (?:of )?(?:its|the|their|staff|workforce|employees|jobs|all)", text[start:end]
        ):
            return value
    return None


def staff_percent(text: str, start: int, end: int) -> float | int | None:
    """The share of the staff that goes: a percentage beside staff words or a verb of cutting, not any percentage."""
    m = _STAFF_PERCENT.search(text, start, end)
    if m:
        value = float(m.group(1) or m.group(2) or m.group(3))
        return int(value) if value.is_integer() else value
    return percent(text, start, end) if not _PERCENT.search(text, start, end) else None


_SHARE = r"(\d{1,3}(?:\.\d+)?) ?(?:%|percent|per cent)"
_STAFF_WORD = r"(?:staff|workforce|employees|headcount|head count|jobs|workers|team|personnel|positions|roles)"
_STAFF_PERCENT = re.compile(
    rf"{_STAFF_WORD}[a-z ]{{0,30}}?(?:by|of)? ?(?:about |nearly |roughly |approximately |up to |around |over |more "
    rf"than )?{_SHARE}|"
    rf"{_SHARE} (?:(?:of|its|the|their|our|total|global|us|entire|all|remaining|full-time) ){{0,4}}{_STAFF_WORD}|"
    rf"(?:lay(?:s|ing)? off|laid off|cuts?|cutting|slash(?:es|ing)?|trim(?:s|ming)?|shed(?:s|ding)?|let(?:s|ting)? "
    rf"go) (?:about |nearly |roughly |approximately |around |up to )?{_SHARE}"
)


def staff_count(text: str, start: int, end: int) -> int | None:
    """How many jobs a stretch of text speaks of; None when it gives no number."""
    for m in _COUNT.finditer(text, start, end):
        value = int((m.group(1) or m.group(2)).replace(",", ""))
        if value > 1 and not (1990 <= value <= 2040 and "," not in m.group()):
            return value
    return None


def nct_numbers(text: str) -> tuple[str, ...]:
    """Registry numbers in order of appearance, each once."""
    return tuple(dict.fromkeys(m.group().upper() for m in _NCT.finditer(text)))


def first_in(text: str, start: int, end: int, table: Iterable[tuple[re.Pattern[str], str]]) -> tuple[int, str] | None:
    """The earliest match of a table of expressions and its value."""
    best: tuple[int, str] | None = None
    for pattern, value in table:
        m = pattern.search(text, start, end)
        if m and (best is None or m.start() < best[0]):
            best = (m.start(), value)
    return best
