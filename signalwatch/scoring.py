"""Fit and activity: how well an account matches, and how much is going on there. Two numbers, never blended. Pure.

*Activity* is computed in ``ruleset.measure`` (rules look at it too) and offered here as well.

*Fit* is the weighted share of ICP criteria met, over what is known. Unknown attributes neither add nor subtract.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, cast

from signalwatch.model import Account, Activity, Fit
from signalwatch.ruleset import units
from signalwatch.ruleset.fields import PHASE_ORDER, SERIES_ORDER, Field
from signalwatch.ruleset.measure import (
    activity,
    as_signal,
    attributes_of,
    breadth,
    decay,
    measured,
    points_for,
    qualified,
    total_activity,
    total_without,
)
from signalwatch.ruleset.policy import Criterion, Icp, Personas, Segment

__all__ = [
    "activity", "as_signal", "attributes_of", "breadth", "decay", "facts_of", "fit", "fit_of", "measured", "missing_personas",
    "persona_of", "points_for", "qualified", "total_activity", "total_without", "typed", "unread_columns",
]  # fmt: skip

_SPLIT = re.compile(r"\s*[;|]\s*")
_PHASE = re.compile(r"(?:phase|ph\.?)?\s*_?([0-4](?:[ab])?(?:/[0-4][ab]?)?)\Z", re.IGNORECASE)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "i/ii": "1/2", "ii/iii": "2/3"}


# --- fit ------------------------------------------------------------------------------------------------------------


def facts_of(account: Account, icp: Icp, facts: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What is known of an account, by ICP attribute, as typed values.

    Columns of the account list come first (ops know best), then ``facts`` (what the registry says: area, modality,
    stage, countries). Values that cannot be read as their kind count as unknown.
    """
    known: dict[str, Any] = {}
    derived = facts or {}
    for name, field, columns in _stated(account, icp):
        for column, value in columns:
            if value is None and column in derived:
                value = typed(derived[column], field)
            if value is not None:
                known[name] = value
                break
    return known


_Stated = tuple[tuple[str, Field, tuple[tuple[str, Any], ...]], ...]
_REMEMBERED = 8192


def _stated(account: Account, icp: Icp) -> _Stated:
    """What the account list says, by attribute and column in the order of asking, as typed values.

    Remembered in the ICP for some thousand accounts: cells are read again and again, and change with an import only.
    """
    try:
        key = (account.country, account.kind, tuple(account.attributes.items()))
        found = icp.memo.get(key)
    except TypeError:  # a cell that is a list
        return _read(account, icp)
    if found is None:
        if len(icp.memo) >= _REMEMBERED:
            icp.memo.clear()
        found = icp.memo[key] = _read(account, icp)
    return cast(_Stated, found)


def _read(account: Account, icp: Icp) -> _Stated:
    out = []
    for name, attribute in icp.attributes.items():
        columns: list[tuple[str, Any]] = []
        for column in (*attribute.columns, name):
            columns.append((column, typed(_cell(account, column), attribute.field)))
            if columns[-1][1] is not None:
                break
        out.append((name, attribute.field, tuple(columns)))
    return tuple(out)


def _cell(account: Account, column: str) -> Any:
    """What the account list says under a column."""
    raw = account.attributes.get(column)
    if raw in (None, "") and column in ("country", "kind"):
        return getattr(account, column)
    return raw


def typed(raw: Any, wanted: Field) -> Any:
    """A raw cell as the kind of value its attribute has, or None when it is empty or cannot be one."""
    if raw is None or raw == "" or raw == () or raw == []:
        return None
    if wanted.kind == "list":
        parts = (
            _SPLIT.split(raw) if isinstance(raw, str) else list(raw) if isinstance(raw, list | tuple | set) else [raw]
        )
        declared = _declared(wanted.values)
        values = [declared.get(_plain(p), str(p).strip()) for p in parts if str(p).strip()]
        return values or None
    if isinstance(raw, list | tuple):
        raw = raw[-1]
    if wanted.kind == "number":
        return _number(raw)
    if wanted.kind == "boolean":
        return raw if isinstance(raw, bool) else {"true": True, "yes": True, "1": True, "false": False, "no": False,
                                                  "0": False}.get(str(raw).strip().casefold())  # fmt: skip
    if wanted.kind == "money":
        return _money(raw)
    if wanted.kind == "date":
        return raw if isinstance(raw, date) else _date(str(raw))
    if wanted.kind == "enum":
        return _word(str(raw).strip(), wanted)
    return str(raw).strip() or None


@lru_cache(maxsize=64)
def _declared(values: tuple[str, ...]) -> dict[str, str]:
    return {_plain(v): v for v in values}


def _plain(value: object) -> str:
    """Spelling that differs in case, blanks, hyphens and underscores only is the same value."""
    return _spelt(str(value))


@lru_cache(maxsize=4096)  # areas, modalities and countries: the same words again and again
def _spelt(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text).strip().casefold()


def _word(text: str, wanted: Field) -> str | None:
    folded = {v.casefold(): v for v in wanted.values}
    found = folded.get(text.casefold())
    if found is not None:
        return found
    if wanted.order == PHASE_ORDER:
        match = _PHASE.match(text)
        roman = _ROMAN.get(text.casefold().removeprefix("phase").strip())
        phase = match[1].lower() if match else roman
        return phase if phase in PHASE_ORDER else None
    if wanted.order == SERIES_ORDER:
        return folded.get(text.casefold().removeprefix("series").strip())
    return None


def _number(raw: Any) -> float | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float):
        return float(raw)
    try:
        value = float(str(raw).replace(",", "").replace(" ", ""))
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None


def _money(raw: Any) -> units.Money | None:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return units.Money(int(raw), "USD")
    try:
        return units.money(raw)
    except ValueError:
        number = _number(raw)
        return None if number is None else units.Money(int(number), "USD")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def fit(account: Account, icp: Icp, facts: Mapping[str, Any] | None = None) -> Fit:
    """How well the account matches its best segment, from 0 to 1.

    ``score`` = (prior + sum of weight times match over known criteria) / (prior weight + weights of known criteria). The prior
    (icp.yaml ``unknown``) keeps one known attribute from deciding alone; unknown attributes change nothing and are
    listed. ``excluded`` says why, when a negative ICP matches.
    """
    return fit_of(account, icp, facts_of(account, icp, facts))


def fit_of(account: Account, icp: Icp, known: Mapping[str, Any]) -> Fit:
    """``fit`` from facts that were read before (``facts_of``)."""
    excluded = next((e.because for e in icp.exclude if _passes(e.tests, account, known)), "")
    if not excluded and account.tier == 0:
        excluded = "tier 0: on the exclusion list"
    best: Fit | None = None
    for segment in icp.segments:
        one = _segment_fit(segment, icp, account, known, excluded)
        if best is None or one.score > best.score:
            best = one
    if best is None:
        return Fit(score=icp.prior_score, unknown=tuple(n for n in icp.attributes if n not in known), excluded=excluded)
    return best


def _passes(tests: Sequence[Any], account: Account, known: Mapping[str, Any]) -> bool:
    return bool(tests) and all(test.test(_fact(test.name, account, known)) for test in tests)


def _fact(name: str, account: Account, known: Mapping[str, Any]) -> Any:
    if name in known:
        return known[name]
    if name == "tier":
        return str(account.tier)
    own = {"owner": account.owner, "kind": account.kind, "country": account.country, "name": account.name,
           "account": account.account_id}  # fmt: skip
    return own.get(name) or None


def _segment_fit(segment: Segment, icp: Icp, account: Account, known: Mapping[str, Any], excluded: str) -> Fit:
    parts: dict[str, float] = {}
    unknown: list[str] = []
    total, weights = icp.prior_score * icp.prior_weight, icp.prior_weight
    for criterion in segment.criteria:
        value = _met(criterion, account, known)
        if value is None:
            unknown.append(criterion.attribute)
            continue
        parts[criterion.attribute] = round(value, 3)
        total += criterion.weight * value
        weights += criterion.weight
    score = total / weights if weights > 0 else icp.prior_score
    return Fit(
        score=round(score, 4), segment=segment.segment_id, parts=parts, unknown=tuple(unknown), excluded=excluded
    )


def _met(criterion: Criterion, account: Account, known: Mapping[str, Any]) -> float | None:
    """How far a criterion is met, or None when what it asks is unknown."""
    if criterion.tests:
        values = [(t, _fact(t.name, account, known)) for t in criterion.tests]
        if any(value is None and t.op != "exists" for t, value in values):
            return None
        return 1.0 if all(t.test(value) for t, value in values) else criterion.otherwise
    value = _fact(criterion.attribute, account, known)
    if value is None:
        return None
    listed = value if isinstance(value, list) else [value]
    return max(criterion.scores.get(str(v).casefold(), criterion.otherwise) for v in listed)


def unread_columns(account: Account, icp: Icp) -> tuple[str, ...]:
    """Attributes of an account whose cells could not be read as their kind (for `signalwatch check`)."""
    bad: list[str] = []
    for attribute in icp.attributes.values():
        for column in attribute.columns:
            raw = _cell(account, column)
            if raw not in (None, "") and typed(raw, attribute.field) is None:
                bad.append(column)
    return tuple(bad)


# --- personas -------------------------------------------------------------------------------------------------------


def persona_of(job_title: str, personas: Personas) -> str:
    """The persona of a job title: the one with the longest phrase that stands in it as whole words; "" when none."""
    text = f" {' '.join(re.findall(r'[a-z0-9&]+', job_title.casefold()))} "
    best, length = "", 0
    for persona in personas.personas.values():
        for phrase in persona.titles:
            words = " ".join(re.findall(r"[a-z0-9&]+", phrase.casefold()))
            if words and len(words) > length and f" {words} " in text:
                best, length = persona.persona_id, len(words)
    return best


def missing_personas(state: Activity, personas: Personas) -> tuple[str, ...]:
    """Roles of the buying group nobody of whom has engaged."""
    return tuple(p for p in personas.buying_group if p not in state.personas)
