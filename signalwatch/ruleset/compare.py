"""``field|operator: value`` compiled to a predicate that also knows how to say by how much it missed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import re2

from signalwatch.ruleset import units
from signalwatch.ruleset.fields import OPERATORS, Field
from signalwatch.ruleset.reader import Reader, kind_of
from signalwatch.yamlsrc import Path, did_you_mean, expected

Predicate = Callable[[Any], bool]
Rates = Mapping[str, float]

_OPPOSITE = {"gte": "<", "lte": ">", "gt": "<=", "lt": ">="}
_SIGN = {"gte": ">=", "lte": "<=", "gt": ">", "lt": "<"}
MAX_PATTERN = 500


@dataclass(frozen=True, slots=True)
class Comparison:
    """A predicate over a raw value. ``want`` says what was expected; ``name`` is the field, ``op`` the operator."""

    path: str
    name: str
    op: str
    test: Predicate
    want: str
    rank: Callable[[Any], float | None] | None = None
    samples: tuple[Any, ...] = ()  # raw values around the bounds, or the words: what contradictions are searched with
    limits: tuple[float, ...] = ()  # ranks of the bounds, for how far a value is from them
    exact: frozenset[Any] | None = None  # the plain set of words, where membership is all there is to test
    spelled: str = ""  # the value as it stands in the file, whole

    @property
    def key(self) -> tuple[str, str, str]:
        """Equal for tests of one type that ask the same. (``want`` is cut where it is long.)"""
        return (self.name, self.op, self.spelled)

    @property
    def cost(self) -> int:
        """Rough cost of the test, so that the cheapest of several can be tried first."""
        if self.op == "matches":
            return 5
        if self.op in ("contains", "starts_with"):
            return 4
        return 0 if self.exact is not None else 1 if self.rank is not None or self.op == "exists" else 2

    def miss(self, raw: Any) -> str:
        """Why ``raw`` does not pass, in words: ``phase 1 < 2``."""
        label = self.name
        if self.op == "exists":
            return f"{label} is known" if self.want == "false" else f"{label} unknown"
        if raw is None or raw in ("", (), []):
            return f"{label} unknown"
        shown = units.show(raw)
        if self.rank is not None and self.rank(raw) is None:
            return f"{label} {shown} cannot be compared with {self.want}"
        if self.op in _OPPOSITE:
            return f"{label} {shown} {_OPPOSITE[self.op]} {self.want}"
        if self.op == "between":
            return f"{label} {shown} is not between {self.want}"
        words = {
            "none_of": "is one of", "contains": "does not contain", "all_of": "lacks some of",
            "starts_with": "does not start with", "matches": "does not match",
        }  # fmt: skip
        many = "is not one of" if "," in self.want else "is not"
        return f"{label} {shown} {words.get(self.op, many)} {self.want}"

    def holds(self) -> str:
        """The expectation in words: ``phase >= 2``."""
        if self.op in _SIGN:
            return f"{self.name} {_SIGN[self.op]} {self.want}"
        words = {
            "": "is one of" if ", " in self.want else "is", "any_of": "is one of", "none_of": "is none of",
            "all_of": "holds all of", "contains": "contains", "starts_with": "starts with", "matches": "matches",
            "between": "between",
        }  # fmt: skip
        if self.op == "exists":
            return f"{self.name} is {'known' if self.want == 'true' else 'unknown'}"
        return f"{self.name} {words[self.op]} {self.want}"


def split_key(key: str) -> tuple[str, str]:
    """``"phase|gte"`` → ("phase", "gte")."""
    name, _, op = key.partition("|")
    return name, op


def comparison(
    reader: Reader, path: Path, label: str, field: Field, op: str, value: Any, rates: Rates
) -> Comparison | None:
    """Compile one test of ``field``; None after problems were noted at ``path``.

    Args:
        reader: where problems go.
        path: place of the value in the file.
        label: the condition's path as people see it, such as ``when.all[1].trial_start.phase|gte``.
        field: what is compared.
        op: the operator, "" for plain equality.
        value: the value of the rule file.
        rates: USD per unit of other currencies.
    """
    if op and op not in OPERATORS:
        reader.error(path, f'unknown operator "{op}"', expected(op, [o for o in OPERATORS if o]), key=True)
        return None
    if op not in field.operators:
        takes = ", ".join(f'"{field.name}|{o}"' if o else "a plain value" for o in field.operators)
        what = f'operator "{op}"' if op else "a plain value"
        reader.error(path, f"{field.name} does not take {what}", f"it takes {takes}", key=True, code="operator")
        return None
    if op == "exists":
        if not isinstance(value, bool):
            reader.boolean(path, value if value is not None else "nothing")
            return None
        return Comparison(label, field.name, op, _exists(value), "true" if value else "false")
    if value is None or value == []:
        reader.error(path, f"{field.name}: a value is missing")
        return None
    before = len(reader.problems)
    built = _build(reader, path, field, op, value, rates)
    if built is None or any(p.severity == "error" for p in reader.problems[before:]):
        return None
    test, want, rank = built
    exact = _exact(field, value) if field.kind == "enum" and op in ("", "any_of") else None
    bounds = (value if isinstance(value, list) else [value]) if rank is not None else []
    limits = tuple(x for x in (_limit(reader, path, field, b, rates) for b in bounds) if x is not None)
    return Comparison(
        label, field.name, op, test, want, rank, _samples(field, value, rates), limits, exact, _spelled(op, value)
    )


def _spelled(op: str, value: Any) -> str:
    """The value in one spelling: the order of a list does not matter, except that of two bounds."""
    if not isinstance(value, list):
        return repr(value) if op in _SIGN else repr([value])
    return repr(value if op == "between" else sorted(value, key=repr))


def _exact(field: Field, value: Any) -> frozenset[Any]:
    words = [str(v) for v in (value if isinstance(value, list) else [value])]
    return frozenset(w for word in words for w in field.parts.get(word, (word,)))


def _samples(field: Field, value: Any, rates: Rates) -> tuple[Any, ...]:
    """Raw values at, just below and just above each bound; the words themselves where there is no order."""
    out: list[Any] = []
    for item in value if isinstance(value, list) else [value]:
        if field.kind in ("text", "list") and isinstance(item, str | int):
            out.append(str(item))
        elif field.kind == "number" and isinstance(item, int | float):
            out += [item, item - 1e-6, item + 1e-6, item - 1, item + 1]
        elif field.kind == "date" and isinstance(item, date):
            out += [item, item - timedelta(days=1), item + timedelta(days=1)]
        elif field.kind == "duration":
            length = units.duration(item)
            out += [length, length - timedelta(seconds=1), length + timedelta(seconds=1)]
        elif field.kind == "money":
            usd = round(units.money(item).amount * rates[units.money(item).currency])
            out += [units.Money(usd + step, "USD") for step in (-2, -1, 0, 1, 2)]
    return tuple(out)


def _exists(wanted: bool) -> Predicate:
    empty: tuple[Any, ...] = (None, "", (), [])
    if wanted:
        return lambda raw: raw not in empty
    return lambda raw: raw in empty


Built = tuple[Predicate, str, Callable[[Any], float | None] | None]


def _build(reader: Reader, path: Path, field: Field, op: str, value: Any, rates: Rates) -> Built | None:
    if op in ("starts_with", "matches") or (op == "contains" and field.kind != "list"):
        return _text_test(reader, path, op, value)
    if op in ("gte", "lte", "gt", "lt", "between"):
        return _ordered(reader, path, field, op, value, rates)
    if field.kind == "boolean":
        if not isinstance(value, bool):
            reader.boolean(path, value)
            return None
        return (lambda raw: raw is value), units.show(value), None
    if field.kind == "list" or op in ("all_of", "contains"):
        return _list_test(reader, path, field, op, value)
    listed = value if isinstance(value, list) else [value]
    places = [(*path, i) for i in range(len(listed))] if isinstance(value, list) else [path]
    if field.kind in ("number", "date", "any"):
        return _plain_set(reader, places, field, op, listed)
    words = [_one_word(reader, place, field, item) for place, item in zip(places, listed, strict=True)]
    wanted = frozenset(w.casefold() for word in words if word for w in field.parts.get(word, (word,)))
    shown = ", ".join(w for w in words if w)
    if op == "none_of":
        return (lambda raw: not (isinstance(raw, str) and raw.casefold() in wanted)), shown, None
    exact = frozenset(w for word in words if word for w in field.parts.get(word, (word,)))
    if field.kind == "enum":
        return (lambda raw: isinstance(raw, str) and raw in exact), shown, None
    return (lambda raw: isinstance(raw, str) and (raw in exact or raw.casefold() in wanted)), shown, None


def _one_word(reader: Reader, path: Path, field: Field, item: Any) -> str:
    """One text or enum value. Whole numbers are fine for enums (``phase: 2``)."""
    if field.kind == "enum":
        text = str(item) if isinstance(item, int) and not isinstance(item, bool) else item
        if not isinstance(text, str) or text not in field.values:
            hint = expected(item, field.values)
            reader.error(path, f"{field.name}: unknown value {units.show(item)}", hint, code="unknown-word")
            return ""
        return text
    if not isinstance(item, str):
        reader.error(path, f"{field.name}: text was expected, not {kind_of(item)}", "put quotes around it")
        return ""
    return item


def _list_test(reader: Reader, path: Path, field: Field, op: str, value: Any) -> Built | None:
    listed = value if isinstance(value, list) else [value]
    words: list[str] = []
    for i, item in enumerate(listed):
        place = (*path, i) if isinstance(value, list) else path
        if not isinstance(item, str | int) or isinstance(item, bool):
            reader.error(place, f"{field.name}: text was expected, not {kind_of(item)}")
            continue
        text = str(item)
        if field.values and text not in field.values:
            hint = expected(text, field.values)
            reader.error(place, f"{field.name}: unknown value {text}", hint, code="unknown-word")
        words.append(text)
    wanted = frozenset(w.casefold() for w in words)
    shown = ", ".join(words)

    def held(raw: Any) -> set[str]:
        if isinstance(raw, str):
            return {raw.casefold()}
        if isinstance(raw, list | tuple | set | frozenset):
            return {str(v).casefold() for v in raw}
        return set() if raw is None else {str(raw).casefold()}

    if op == "all_of":
        return (lambda raw: wanted <= held(raw)), shown, None
    if op == "none_of":
        return (lambda raw: wanted.isdisjoint(held(raw))), shown, None
    exact = frozenset(words)

    def any_held(raw: Any) -> bool:
        if isinstance(raw, str):
            return raw in exact or raw.casefold() in wanted
        if isinstance(raw, list | tuple):
            for value in raw:  # noqa: SIM110 - a generator would cost twice as much
                if isinstance(value, str) and (value in exact or value.casefold() in wanted):
                    return True
            return False
        return raw is not None and not wanted.isdisjoint(held(raw))

    return any_held, shown, None


def _plain_set(reader: Reader, places: list[Path], field: Field, op: str, listed: list[Any]) -> Built | None:
    for place, item in zip(places, listed, strict=True):
        wrong = isinstance(item, bool) or not isinstance(item, int | float)
        if field.kind == "number" and wrong:
            reader.error(place, f"{field.name}: a number was expected, not {kind_of(item)}")
        elif field.kind == "date" and (not isinstance(item, date)):
            reader.error(place, f"{field.name}: a date was expected, not {kind_of(item)}", "write it as 2026-01-10")
        elif field.kind == "any" and not isinstance(item, str | int | float | bool | date):
            reader.error(place, f"{field.name}: a plain value was expected, not {kind_of(item)}")
    shown = ", ".join(units.show(i) for i in listed)
    wanted = {_fold(i) for i in listed if isinstance(i, str | int | float | bool | date)}
    inverse = op == "none_of"

    def test(raw: Any) -> bool:
        if raw is None:
            return inverse
        values = raw if isinstance(raw, list | tuple) else (raw,)
        return any(_fold(v) in wanted for v in values if isinstance(v, str | int | float | date)) is not inverse

    return test, shown, None


def _fold(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()[:10]
    return value.casefold() if isinstance(value, str) else value


def _text_test(reader: Reader, path: Path, op: str, value: Any) -> Built | None:
    if not isinstance(value, str) or not value:
        reader.error(path, f"text was expected, not {kind_of(value)}")
        return None
    if op == "matches":
        compiled = pattern(reader, path, value)
        if compiled is None:
            return None
        search = compiled.search
        if search("") is not None:
            reader.warning(path, "this expression matches every text", "ask for something", code="always")
        return _any_text(lambda text: search(text) is not None), units.show(value), None
    folded = value.casefold()
    if op == "starts_with":
        return _any_text(lambda text: text.casefold().startswith(folded)), value, None

    def contains(raw: Any) -> bool:
        if isinstance(raw, str):
            return folded in raw.casefold()
        return isinstance(raw, list | tuple) and any(folded in v.casefold() for v in raw if isinstance(v, str))

    return contains, value, None


def _any_text(test: Callable[[str], bool]) -> Predicate:
    def on_raw(raw: Any) -> bool:
        if isinstance(raw, str):
            return test(raw)
        return isinstance(raw, list | tuple) and any(test(v) for v in raw if isinstance(v, str))

    return on_raw


def pattern(reader: Reader, path: Path, text: str) -> Any:
    """A case-insensitive RE2 expression, or None after a problem was noted."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.max_mem = 1 << 20
    if len(text) > MAX_PATTERN:
        reader.error(path, f"the expression is longer than {MAX_PATTERN} characters")
        return None
    try:
        return re2.compile(text, options)
    except re2.error as error:
        detail = str(error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else error)
        hint = "RE2 syntax: no look-around, no back-references"
        reader.error(path, f"not a valid expression: {detail}", hint, code="regex")
        return None


def _ordered(reader: Reader, path: Path, field: Field, op: str, value: Any, rates: Rates) -> Built | None:
    bounds = value if op == "between" else [value]
    if op == "between" and (not isinstance(value, list) or len(value) != 2):
        reader.error(path, "between takes a list of two values: [low, high]")
        return None
    places = [(*path, i) for i in range(2)] if op == "between" else [path]
    rank = _ranker(field, rates)
    limits: list[float] = []
    for place, item in zip(places, bounds, strict=True):
        limit = _limit(reader, place, field, item, rates)
        if limit is None:
            return None
        limits.append(limit)
    shown = " and ".join(units.show(_normal(field, b)) for b in bounds)
    low = limits[0]
    if op == "between":
        high = limits[1]
        if low > high:
            reader.error(path, "between: the first value is larger than the second", "swap them")
            return None
        return (lambda raw: (r := rank(raw)) is not None and low <= r <= high), shown, rank
    if field.kind in ("number", "any"):
        return _number_test(op, low), shown, rank
    if field.order:
        return _ordered_set(field, op, low), shown, rank
    if op == "gte":
        return (lambda raw: (r := rank(raw)) is not None and r >= low), shown, rank
    if op == "lte":
        return (lambda raw: (r := rank(raw)) is not None and r <= low), shown, rank
    if op == "gt":
        return (lambda raw: (r := rank(raw)) is not None and r > low), shown, rank
    return (lambda raw: (r := rank(raw)) is not None and r < low), shown, rank


def _ordered_set(field: Field, op: str, limit: float) -> Predicate:
    """A comparison of ordered words is membership in the words that pass it."""
    sides: Mapping[str, Callable[[float], bool]] = {
        "gte": lambda r: r >= limit, "lte": lambda r: r <= limit, "gt": lambda r: r > limit, "lt": lambda r: r < limit,
    }  # fmt: skip
    words = frozenset(word for word, rank in field.order.items() if sides[op](rank))
    return lambda raw: (raw if isinstance(raw, str) else str(raw)) in words


def _number_test(op: str, limit: float) -> Predicate:
    """Numbers without the detour over a rank function: this is the hottest comparison."""
    numeric = (int, float)
    if op == "gte":
        return lambda raw: type(raw) in numeric and raw >= limit
    if op == "lte":
        return lambda raw: type(raw) in numeric and raw <= limit
    if op == "gt":
        return lambda raw: type(raw) in numeric and raw > limit
    return lambda raw: type(raw) in numeric and raw < limit


def _normal(field: Field, value: Any) -> Any:
    return units.money(value) if field.kind == "money" else value


def _limit(reader: Reader, path: Path, field: Field, item: Any, rates: Rates) -> float | None:
    """The rank of a bound written in a rule."""
    if field.order:
        text = str(item) if isinstance(item, int) and not isinstance(item, bool) else item
        if not isinstance(text, str) or text not in field.order:
            known = text in field.values
            message = (
                f"{field.name}: {units.show(item)} has no rank" if known else f"{field.name}: unknown value {item}"
            )
            reader.error(path, message, did_you_mean(item, field.order) or f"one of: {', '.join(field.order)}")
            return None
        return field.order[text]
    if field.kind == "money":
        try:
            amount, currency = units.money(item)
        except ValueError as error:
            plain = isinstance(item, int | float) and not isinstance(item, bool)
            hint = f'write "{units.show_money(item, "").strip()} USD"' if plain else str(error)
            reader.error(path, f"{field.name}: an amount with its currency was expected, not {kind_of(item)}", hint)
            return None
        if currency not in rates:
            hint = expected(currency, rates)
            message = f"{field.name}: no rate for {currency} in scoring.yaml (currencies)"
            reader.error(path, message, hint, code="currency")
            return None
        return amount * rates[currency]
    if field.kind == "duration":
        try:
            return units.duration(item).total_seconds()
        except ValueError as error:
            reader.error(path, f"{field.name}: not understood: {units.show(item)}", str(error))
            return None
    if field.kind == "date":
        day = _day(item)
        if day is None:
            reader.error(path, f"{field.name}: a date was expected, not {kind_of(item)}", "write it as 2026-01-10")
        return day
    if isinstance(item, bool) or not isinstance(item, int | float):
        reader.error(path, f"{field.name}: a number was expected, not {kind_of(item)}")
        return None
    return float(item)


def _ranker(field: Field, rates: Rates) -> Callable[[Any], float | None]:
    """A function from a raw value to its rank; None when it cannot be compared."""
    if field.order:
        order = field.order
        return lambda raw: order.get(raw) if isinstance(raw, str) else order.get(str(raw))
    if field.kind == "money":
        return lambda raw: _money_rank(raw, rates)
    if field.kind == "duration":
        return lambda raw: raw.total_seconds() if isinstance(raw, timedelta) else None
    if field.kind == "date":
        return _day
    return lambda raw: float(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else None


def _money_rank(raw: Any, rates: Rates) -> float | None:
    if not isinstance(raw, units.Money):
        return None
    rate = rates.get(raw.currency)
    return None if rate is None else raw.amount * rate


def _day(raw: Any) -> float | None:
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, date):
        return float(raw.toordinal())
    if isinstance(raw, str):
        try:
            return float(date.fromisoformat(raw[:10]).toordinal())
        except ValueError:
            return None
    return None
