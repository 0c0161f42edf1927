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
_NCT = re.compile(r"(?<![A-Za-z0-9])NCT\d{8}(?!\d)", re.IGNORECASE)
_ABOUT = (
    r"(?:(?:about|nearly|roughly|approximately|around|almost|up to|over|more than|at least|as many as|some|another|an "
    r"additional|a further|just over|just under|close to|~) ?)?"
)
_SHARE = r"(\d{1,3}(?:\.\d+)?)(?: ?%| ?percent(?![a-z])| per cent(?![a-z]))"
_STAFF = (
    r"(?:staff(?:ers)?|workforce|employees?(?: base| headcount)?|head ?count|jobs?|workers|teams?|personnel|positions|"
    r"roles|posts|payroll|sales ?force|field force|reps|layoffs|job cuts)(?![a-z])"
)
_PEOPLE = (
    r"(?:staff(?:ers)?|employees|workers|jobs|positions|roles|people|layoffs|job cuts|posts|personnel|redundancies|reps|"
    r"scientists|researchers|managers|contractors|ftes)(?![a-z])"
)
_GO = (
    r"(?:lay(?:s|ing)? off|laid off|let(?:s|ting)? go(?: of)?|furlough(?:s|ed|ing)?|pink[ \-]slip(?:s|ped)?|cut(?:s|ting)?|"
    r"slash(?:es|ed|ing)?|trim(?:s|med|ming)?|shed(?:s|ding)?|axe?(?:s|d|ing)?|eliminat(?:es?|ed|ing)|reduc(?:es?|ed|ing))"
)
_STAFF_SHARES = (
    re.compile(rf"{_SHARE} (?:reduction |cut )?(?:of|in|to) (?:[a-z0-9'&.\-]+ ){{0,4}}?{_STAFF}"),
    re.compile(
        rf"{_SHARE} (?:(?:its|the|their|our|total|global|worldwide|us|entire|all|remaining|current|full-time) ){{0,4}}{_STAFF}"
    ),
    re.compile(rf"{_STAFF}[a-z ]{{0,30}}?(?:by |of )?{_ABOUT}{_SHARE}"),
    re.compile(rf"(?<![a-z]){_GO} {_ABOUT}{_SHARE}"),
)
_FRACTION = re.compile(
    r"(?<![a-z0-9])(two[ \-]thirds|three[ \-]quarters|(?:a |one[ \-])?(?:half|third|3rd|fifth)|(?:a |one[ \-])quarter|"
    r"quarter(?= of)) "
    rf"(?:of )?(?:[a-z0-9'&.\-]+ ){{0,4}}?{_STAFF}|"
    rf"{_STAFF} (?:by|to) {_ABOUT}(?:a |one[ \-])?(half|third)(?![a-z])|"
    rf"(?<![a-z])(halv(?:es?|ed|ing)) (?:[a-z0-9'&.\-]+ ){{0,3}}?{_STAFF}"
)
_FRACTIONS = {"two": 67, "three": 75, "half": 50, "third": 33, "3rd": 33, "quarter": 25, "fifth": 20}
_PEOPLE_NUMBER = (
    r"(?<![\w$€£.,\-])(\d[\d,]{0,7})(?![\d.]|(?:st|nd|rd|th)(?![a-z])|"
    r"[ \-]?(?:%|percent|per cent|million|billion|m(?![a-z])|mg|-))"
)
_COUNTS = (
    re.compile(
        rf"(?<![a-z])(?:lay(?:s|ing)? off|laid off|let(?:s|ting)? go(?: of)?|furlough(?:s|ed|ing)?) {_ABOUT}{_PEOPLE_NUMBER}"
    ),
    re.compile(rf"(?<![a-z]){_GO} {_ABOUT}{_PEOPLE_NUMBER}(?= of (?:its|the|their))"),
    re.compile(rf"{_PEOPLE_NUMBER} (?:[a-z\-]+ ){{0,3}}?{_PEOPLE}"),
    re.compile(
        r"(?<![a-z])(?:job cuts|layoffs|pink slips|redundancies|cuts) (?:loom |hit |affect |total |totaling |totalling )?"
        rf"(?:for |to |of )?{_ABOUT}{_PEOPLE_NUMBER}"
    ),
    re.compile(rf"(?<![a-z])(?:staff|jobs|workforce|headcount) (?:by|of) {_ABOUT}{_PEOPLE_NUMBER}"),
)
_REMAINING = re.compile(  # a number of people who stay, or who are told
    r"(?:down to|sent to|(?<!up )to|from|with|leav(?:es|ing)|employ(?:s|ed|ing)|of its|of the|its|their|whole|entire|hires?|"
    r"adds?|create[sd]?|creating|adding) (?:(?:about|nearly|roughly|approximately|around|just|only|some) )?$"
)


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


def staff_percent(text: str, start: int, end: int) -> float | int | None:
    """The share of the staff that goes: a percentage or fraction beside staff words or behind a verb of cutting."""
    for pattern in _STAFF_SHARES:
        m = pattern.search(text, start, end)
        if m:
            return number(m.group(1))
    m = _FRACTION.search(text, start, end)
    if not m:
        return None
    words = m.group(1) or m.group(2) or "half"
    return next(value for word, value in _FRACTIONS.items() if word in words)


def staff_count(text: str, start: int, end: int) -> int | None:
    """How many people go; numbers of those who stay, or who are told, do not count."""
    for pattern in _COUNTS:
        for m in pattern.finditer(text, start, end):
            value = int(m.group(1).replace(",", "") or 0)
            if value < 2 or (1990 <= value <= 2040 and "," not in m.group(1)):
                continue
            before = text[max(start, m.start(1) - 40) : m.start(1)]
            if _REMAINING.search(before) and not before.endswith(("slips to ", "layoffs to ", "ways with ")):
                continue
            return value
    return None


def number(text: str) -> float | int:
    """A number as written: an integer where it has no decimals."""
    value = float(text)
    return int(value) if value.is_integer() else value


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
