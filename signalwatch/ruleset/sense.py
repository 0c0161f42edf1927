"""What tests of one value can never pass, or always pass: the ground of every "this rule can never fire".

Decided by trying: each test names values around its bounds (``Comparison.samples``), and between them they hold every case
that tests of this kind can tell apart. "Unknown" is one of the values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from signalwatch.ruleset.compare import Comparison
from signalwatch.ruleset.fields import Field

KNOWN = frozenset({"tier", "fit", "activity", "engagement", "personas", "polarity", "points"})
"""Values that are never unknown when the service decides."""
RANGES: Mapping[str, tuple[float, float]] = {"fit": (0.0, 1.0), "confidence": (0.0, 1.0), "personas": (0.0, 1e6)}
"""From where to where a number can lie, for measures that everybody has."""
_FAR = 1e12


def passing(field: Field, tests: Sequence[Comparison], more: Sequence[Comparison] = ()) -> list[Any]:
    """Values of ``field`` that pass all ``tests``, one for every case that ``tests`` and ``more`` can tell apart."""
    return [v for v in _candidates(field, [*tests, *more]) if all(t.test(v) for t in tests)]


def decidable(field: Field, tests: Sequence[Comparison]) -> bool:
    """Whether trying values tells anything: not where free text is only searched."""
    if field.kind in ("enum", "number", "money", "date", "duration", "boolean"):
        return True
    return field.kind != "any" and any(
        t.op in ("", "any_of", "all_of") or (t.op == "exists" and t.want == "false") for t in tests
    )


def impossible(field: Field, tests: Sequence[Comparison]) -> bool:
    """Whether no value passes all tests."""
    return decidable(field, tests) and not passing(field, tests)


def implied(field: Field, given: Sequence[Comparison], test: Comparison) -> bool:
    """Whether whatever passes ``given`` passes ``test`` too."""
    if not decidable(field, [*given, test]) or field.kind in ("text", "list", "any"):
        return False
    values = passing(field, given, [test])
    return bool(values) and all(test.test(v) for v in values)


def _candidates(field: Field, tests: Sequence[Comparison]) -> list[Any]:
    unknown = [] if field.name in KNOWN else [None]
    samples = [s for t in tests for s in t.samples]
    if field.kind == "enum":
        return [*field.values, *unknown]
    if field.kind == "boolean":
        return [True, False, *unknown]
    if field.kind == "list":
        words = list(dict.fromkeys(str(s) for s in samples))
        refused = [t for t in tests if t.op == "none_of"]
        allowed = [w for w in words if all(t.test([w]) for t in refused)]
        return [allowed, *([w] for w in allowed), ["\x00"], *unknown]
    if field.kind in ("text", "any"):
        return [*samples, *unknown]
    if field.kind == "number":
        low, high = RANGES.get(field.name, (-_FAR, _FAR))
        return [s for s in [*samples, low, high] if low <= s <= high] + unknown
    if field.kind == "duration":
        return [s for s in [*samples, timedelta(0), timedelta(days=36600)] if s >= timedelta(0)] + unknown
    return [*samples, *unknown]


def by_name(tests: Iterable[Comparison]) -> dict[str, list[Comparison]]:
    """Tests of each name."""
    out: dict[str, list[Comparison]] = {}
    for test in tests:
        out.setdefault(test.name, []).append(test)
    return out


def wanted(tests: Iterable[Comparison]) -> str:
    """Tests in words."""
    return "; ".join(t.holds() for t in tests)
