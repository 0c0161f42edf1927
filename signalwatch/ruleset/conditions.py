"""From YAML to compiled conditions. Grammar (docs/rules/reference.md, generated from the same tables):

A condition is a *word* (event type or group: "such an event") or a *mapping* whose entries must all hold:

* ``all: [...]``, ``any: [...]``, ``not: ...``, ``then: [...]`` of conditions (steps of ``then``: plain event tests);
* ``EVENT: {FIELD|OP: VALUE ...}``: an event test; beside fields it takes ``within``, ``same``, ``count|gte``,
  ``distinct: {field, gte}``, ``first: true|program``, ``changed: {field, from, to}``, ``absent_for``;
* ``MEASURE|OP: VALUE``: a threshold (activity, engagement, personas, fit, tier, tier_age, or an ICP attribute);
* ``within: DURATION`` and ``same: account|program|person``, which bind everything in the mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, cast

from signalwatch.model import Signal
from signalwatch.ruleset import sense, units
from signalwatch.ruleset.compare import Comparison, comparison, split_key
from signalwatch.ruleset.events import Changed, EventTest, FieldTest, changed_word
from signalwatch.ruleset.fields import Field, Fields
from signalwatch.ruleset.keys import KEYS
from signalwatch.ruleset.logic import All, AnyOf, MeasureTest, Not, Same, Within
from signalwatch.ruleset.nodes import Node
from signalwatch.ruleset.order import Then
from signalwatch.ruleset.reader import Reader, kind_of
from signalwatch.yamlsrc import Path, expected

Alternatives = Mapping[str, tuple[tuple[FieldTest, ...], ...]]

STRUCTURE: Mapping[str, str] = {
    "all": "every condition of the list holds", "any": "at least one condition of the list holds",
    "not": "the condition holds nowhere in the window (looking back from the trigger, and on to now)",
    "then": "different events, in this order of event time",
}  # fmt: skip
MODIFIERS: Mapping[str, str] = {
    "within": "everything lies, with the triggering event, in one window of this length",
    "same": "account (default), program or person: all events share it",
}
EVENT_EXTRAS: Mapping[str, str] = {
    "count|gte": "at least so many such events",
    "distinct": "{field, gte}: at least so many different values of a field among such events",
    "first": "true: none came before at this account; program: none in this program",
    "changed": "{field, from, to}: the event says the field changed, or differs from the event of its kind before",
    "absent_for": "a duration, or {event, for}: after such an event, none (of another kind) came for so long",
}
MAX_STEPS = 6
MAX_PARTS = 50

MEASURES: tuple[Field, ...] = (
    Field("activity", "number", about="decayed points of all signals and engagement"),
    Field("engagement", "number", about="the part of activity that engagement makes"),
    Field("personas", "number", about="how many personas engaged"),
    Field("fit", "number", about="0 to 1"),
    Field("tier", "enum", ("0", "1", "2", "3"), about="current tier"),
    Field("tier_age", "duration", about="time in the current tier"),
    Field("segment", "text", about="best-fitting ICP segment"),
    Field("owner", "text", about="owner of the account"),
    Field("account", "text", about="account id"),
    Field("name", "text", about="account name"),
    Field("kind", "text", about="kind column of the account list"),
    Field("country", "list", keys=("country",), about="country of the account and of its studies"),
)  # fmt: skip
"""What thresholds and ``for`` can ask of an account, beside the attributes that icp.yaml declares."""


@dataclass
class Context:
    """What parsing conditions needs beside the YAML."""

    reader: Reader
    fields: Fields
    groups: Mapping[str, Alternatives] = field(default_factory=dict)
    measures: Mapping[str, Field] = field(default_factory=dict)
    rates: Mapping[str, float] = field(default_factory=dict)
    polarity: Mapping[str, str] = field(default_factory=dict)  # what scoring.yaml says of event types
    labels: set[str] = field(default_factory=set)  # event words used, for the slots of because

    def words(self) -> list[str]:
        """Every word that may stand where an event is expected."""
        return [*self.fields.types, *self.groups]


def parse(ctx: Context, path: Path, label: str, value: Any, enclosing: timedelta | None = None) -> Node | None:
    """Compile the condition at ``path``; None after problems were noted.

    ``enclosing`` is the window of an outer ``within``: a ``not`` without its own looks back that far.
    """
    if isinstance(value, str):
        alternatives = event_word(ctx, path, value)
        return None if alternatives is None else EventTest(f"{label}.{value}", value, alternatives)
    if not isinstance(value, dict):
        hint = "write an event type, or a mapping such as 'all: [...]'"
        ctx.reader.error(path, f"a condition was expected, not {kind_of(value)}", hint)
        return None
    length = _length(ctx, path, value)
    window = length or enclosing
    parts: list[Node | None] = []
    counted = "any" in value and ("count|gte" in value or "distinct" in value)
    for key, inner in value.items():
        place, name = (*path, key), f"{label}.{key}"
        if key in MODIFIERS or (counted and key in ("count|gte", "distinct")):
            continue
        if counted and key == "any":
            parts.append(_counted(ctx, path, label, value))
        elif key in ("all", "any"):
            parts.append(_list(ctx, place, name, key, inner, window))
        elif key == "not":
            parts.append(_negated(ctx, place, name, inner, window))
        elif key == "then":
            parts.append(_steps(ctx, place, name, inner))
        else:
            parts.append(_entry(ctx, place, name, key, inner))
    if not parts:
        ctx.reader.error(path, "nothing is asked here", "name an event, or use all, any, not, then")
        return None
    good = [p for p in parts if p is not None]
    if len(good) < len(parts):
        return None
    node = good[0] if len(good) == 1 else All(label, tuple(good))
    return _bind(ctx, path, label, value, node, length)


def _length(ctx: Context, path: Path, value: Mapping[str, Any]) -> timedelta | None:
    """The window that ``within`` names, if any."""
    return ctx.reader.duration((*path, "within"), value["within"]) or None if "within" in value else None


def _bind(ctx: Context, path: Path, label: str, value: Mapping[str, Any], node: Node, length: timedelta | None) -> Node:
    """Wrap ``node`` with the modifiers of its mapping."""
    if "same" in value:
        same = ctx.reader.word((*path, "same"), value["same"], ("account", "program", "person"), what="scope")
        if same in ("program", "person"):
            node = Same(f"{label}.same", node, cast("Literal['program', 'person']", same))
    return Within(f"{label}.within", node, length) if length else node


def _list(ctx: Context, path: Path, label: str, key: str, value: Any, window: timedelta | None) -> Node | None:
    items = ctx.reader.items(path, value)
    if not items:
        if isinstance(value, list):
            ctx.reader.error(path, f"{key}: the list is empty", "name at least one condition")
        return None
    if len(items) > MAX_PARTS:
        ctx.reader.error(path, f"{key}: more than {MAX_PARTS} parts")
        return None
    parts = [parse(ctx, place, f"{label}[{i}]", item, window) for i, (place, item) in enumerate(items)]
    good = tuple(p for p in parts if p is not None)
    if len(good) < len(parts):
        return None
    if len(good) == 1:
        return good[0]
    return All(label, good) if key == "all" else AnyOf(label, good)


def _negated(ctx: Context, path: Path, label: str, value: Any, window: timedelta | None) -> Node | None:
    before = set(ctx.labels)
    part = parse(ctx, path, label, value)
    ctx.labels.intersection_update(before)  # an event that must not be there cannot fill a slot
    if part is None:
        return None
    if isinstance(part, Within):
        return Not(label, part.part, part.length)
    return Not(label, part, window)


def _steps(ctx: Context, path: Path, label: str, value: Any) -> Node | None:
    items = ctx.reader.items(path, value)
    if not 2 <= len(items) <= MAX_STEPS:
        if isinstance(value, list):
            ctx.reader.error(path, f"then takes 2 to {MAX_STEPS} steps, not {len(items)}")
        return None
    steps: list[EventTest] = []
    for i, (place, item) in enumerate(items):
        step = parse(ctx, place, f"{label}[{i}]", item)
        step = _union(f"{label}[{i}]", step.parts) if isinstance(step, AnyOf) else step
        if isinstance(step, EventTest) and not step.count and step.distinct is None:
            steps.append(step)
        elif step is not None:
            ctx.reader.error(place, "a step of then is one event", "move within, same, count and lists out of the step")
    return Then(label, tuple(steps)) if len(steps) == len(items) else None


def _union(label: str, parts: Sequence[Node]) -> EventTest | None:
    """Plain event tests joined into one; None when a part is more than that."""
    merged: dict[str, tuple[tuple[FieldTest, ...], ...]] = {}
    names: list[str] = []
    for part in parts:
        if not isinstance(part, EventTest) or not part.plain:
            return None
        names.append(part.label)
        for event_type, tests in part.alternatives.items():
            merged[event_type] = merged.get(event_type, ()) + tests
    return EventTest(label, " or ".join(names), merged)


def _counted(ctx: Context, path: Path, label: str, value: Mapping[str, Any]) -> Node | None:
    """``any`` with ``count|gte`` or ``distinct`` beside it: they count over all of its event tests."""
    items = ctx.reader.items((*path, "any"), value["any"])
    parts = [parse(ctx, place, f"{label}.any[{i}]", item) for i, (place, item) in enumerate(items)]
    good = [p for p in parts if p is not None]
    if len(good) < len(parts) or not good:
        return None
    union = _union(f"{label}.any", good)
    if union is None:
        hint = "leave within, same, count and nested lists out of its items"
        ctx.reader.error((*path, "any"), "count and distinct beside any need plain event tests in it", hint)
        return None
    _extras(ctx, path, label, union, {k: v for k, v in value.items() if k in ("count|gte", "distinct")})
    return union


def event_word(ctx: Context, path: Path, word: str, key: bool = False) -> Alternatives | None:
    """The alternatives behind an event type or group name."""
    if ctx.fields.known(word):
        ctx.labels.add(word)
        return {word: ((),)}
    if word in ctx.groups:
        ctx.labels.add(word)
        return ctx.groups[word]
    hint = expected(word, [*ctx.words(), *STRUCTURE, *ctx.measures])
    if word in ctx.measures:
        hint = f'{word} is a fact of the account: write "{word}|gte: ..." as a key'
    elif word in STRUCTURE or word in MODIFIERS:
        hint = f'write "{word}: ..." as a key'
    ctx.reader.error(path, f'unknown event type or group "{word}"', hint, key=key, code="unknown-event")
    return None


def _entry(ctx: Context, path: Path, label: str, key: str, value: Any) -> Node | None:
    name, op = split_key(key)
    if name in ctx.measures and not ctx.fields.known(key):
        test = comparison(ctx.reader, path, label, ctx.measures[name], op, value, ctx.rates)
        return None if test is None else MeasureTest(label, test)
    if key in EVENT_EXTRAS:
        ctx.reader.error(
            path, f'"{key}" belongs under an event type', "for example 'page_visit: {count|gte: 3}'", key=True
        )
        return None
    alternatives = event_word(ctx, path, key, key=True)
    if alternatives is None:
        return None
    if value is None:
        value = {}
    if not isinstance(value, dict):
        hint = f"write '{key}: {{field: value}}', or just '{key}' without a colon"
        ctx.reader.error(path, f"tests of {key} were expected, not {kind_of(value)}", hint)
        return None
    return event_test(ctx, path, label, key, alternatives, value)


def event_test(
    ctx: Context, path: Path, label: str, word: str, alternatives: Alternatives, value: Mapping[str, Any]
) -> Node | None:
    """Compile ``EVENT: {...}``."""
    before = len(ctx.reader.problems)
    plain = {k: v for k, v in value.items() if k not in EVENT_EXTRAS and k not in MODIFIERS}
    tests = field_tests(ctx, path, label, tuple(alternatives), plain)
    merged = {t: tuple((*options, *tests) for options in alternatives[t]) for t in alternatives}
    node = EventTest(label, word, merged)
    _extras(ctx, path, label, node, value)
    length = _length(ctx, path, value)
    if any(p.severity == "error" for p in ctx.reader.problems[before:]):
        return None
    return _bind(ctx, path, label, value, node, length)


def field_tests(
    ctx: Context, path: Path, label: str, types: Sequence[str], value: Mapping[str, Any]
) -> tuple[FieldTest, ...]:
    """Compile the field tests of an event test; contradictions among them are errors."""
    out: list[FieldTest] = []
    for key, wanted in value.items():
        name, op = split_key(key)
        found = ctx.fields.find(types, name)
        if found is None:
            lacking = [t for t in types if ctx.fields.find([t], name) is None]
            tables = [ctx.fields.of(t) for t in types]
            common = set.intersection(*(set(t) for t in tables if t is not None)) if any(tables) else set()
            hint = expected(name, [*common, *EVENT_EXTRAS, *MODIFIERS])
            if name == "count":
                hint = 'only "count|gte: 3" (at least three) can be asked; for fewer use not'
            ctx.reader.error((*path, key), f'{", ".join(lacking[:3])}: no field "{name}"', hint, key=True, code="field")
            continue
        test = comparison(ctx.reader, (*path, key), f"{label}.{key}", found, op, wanted, ctx.rates)
        if test is not None:
            out.append(field_test(found, test))
    _contradictions(ctx, path, types, out)
    for made in out:
        if made.comparison.name == "country":
            _country(ctx, path, made)
    return tuple(out)


def _contradictions(ctx: Context, path: Path, types: Sequence[str], tests: Sequence[FieldTest]) -> None:
    """Tests of one field that no value can pass together, or alone."""
    for name, several in sense.by_name(t.comparison for t in tests).items():
        found = ctx.fields.find(types, name)
        if found is not None and sense.impossible(found, several):
            all_of = " all of" if len(several) > 1 else ""
            message = f"no value of {name} can pass{all_of}: {sense.wanted(several)}"
            ctx.reader.error(path, message, "loosen one of them" if all_of else "", code="contradiction")


def _country(ctx: Context, path: Path, test: FieldTest) -> None:
    """Events name countries as the registry does; an ISO code there would never match."""
    codes = [s for s in test.comparison.samples if isinstance(s, str) and len(s) <= 3 and s.isalpha()]
    if codes and test.comparison.op != "contains":
        key = f"country|{test.comparison.op}" if test.comparison.op else "country"
        hint = 'events say "United States", "Germany"; codes are for "for: {country: US}"'
        ctx.reader.warning(
            (*path, key), f"country {codes[0]}: events name countries in full", hint, code="unknown-word"
        )


def _extras(ctx: Context, path: Path, label: str, node: EventTest, value: Mapping[str, Any]) -> None:
    """``count distinct first changed absent_for`` of an event test."""
    reader = ctx.reader
    if "count|gte" in value:
        node.count = reader.integer((*path, "count|gte"), value["count|gte"], 1, low=1, high=10_000)
    if "distinct" in value:
        node.distinct = _distinct(ctx, (*path, "distinct"), node, value["distinct"])
    if "first" in value:
        first = value["first"]
        place = (*path, "first")
        if first == "program" or first == "account":
            node.first = cast("Literal['account', 'program']", first)
        elif reader.boolean(place, first):
            node.first = "account"
    if "changed" in value:
        listed = value["changed"] if isinstance(value["changed"], list) else [value["changed"]]
        place = (*path, "changed")
        places = [(*place, i) for i in range(len(listed))] if isinstance(value["changed"], list) else [place]
        node.changed = tuple(
            _changed(ctx, place, f"{label}.changed", tuple(node.alternatives), one)
            for place, one in zip(places, listed, strict=True)
        )
        if not node.changed:
            reader.error((*path, "changed"), "changed: the list is empty", "changed: {field: status}")
    if "absent_for" in value:
        node.absent = _absent(ctx, (*path, "absent_for"), f"{label}.absent_for", node, value["absent_for"])
    node.__post_init__()


def _distinct(ctx: Context, path: Path, node: EventTest, value: Any) -> tuple[str, Callable[[Signal], Any], int] | None:
    mapping = ctx.reader.mapping(path, value, KEYS["event.distinct"], ("field", "gte"))
    name = mapping.get("field")
    if not isinstance(name, str):
        return None
    found = ctx.fields.find(tuple(node.alternatives), name)
    if found is None:
        ctx.reader.error((*path, "field"), f'no field "{name}" in {node.label}', expected(name, _common(ctx, node)))
        return None
    least = ctx.reader.integer((*path, "gte"), mapping.get("gte"), 2, low=2, high=1000)
    return name, getter(found), least


def _common(ctx: Context, node: EventTest) -> list[str]:
    tables = [set(t) for t in (ctx.fields.of(e) for e in node.alternatives) if t is not None]
    return sorted(set.intersection(*tables)) if tables else []


def _changed(ctx: Context, path: Path, label: str, types: Sequence[str], value: Any) -> Changed:
    mapping = ctx.reader.mapping(path, value, KEYS["event.changed"], ("field",))
    name = ctx.reader.text((*path, "field"), mapping.get("field"), limit=80)
    found = ctx.fields.find(types, name)
    known = ctx.fields.changing(types)
    if name and found is None and known is not None and changed_word(name) not in known:
        hint = expected(changed_word(name), known)
        ctx.reader.error((*path, "field"), f'no field "{name}" that could change', hint, code="field")

    def values(key: str) -> frozenset[str]:
        given = mapping.get(key)
        if given is None:
            return frozenset()
        listed = given if isinstance(given, list) else [given]
        for i, item in enumerate(listed):
            place = (*path, key, i) if isinstance(given, list) else (*path, key)
            if isinstance(item, dict | list) or item is None:
                ctx.reader.error(place, f"a plain value was expected, not {kind_of(item)}")
            elif found is not None and found.kind == "enum":
                ctx.reader.word(place, item, found.values, what=name)
        return frozenset(changed_word(units.show(v)) for v in listed)

    before, after = values("from"), values("to")
    if len(before) == 1 and before == after:
        message = f"{name} cannot change from {mapping['from']} to itself"
        ctx.reader.error(path, message, "change from or to", code="contradiction")
    return Changed(label, name, before, after)


def _absent(ctx: Context, path: Path, label: str, node: EventTest, value: Any) -> tuple[EventTest, timedelta] | None:
    if isinstance(value, str):
        return EventTest(label, node.label, node.alternatives), ctx.reader.duration(path, value, timedelta(days=1))
    mapping = ctx.reader.mapping(path, value, KEYS["event.absent_for"], ("event", "for"))
    length = ctx.reader.duration((*path, "for"), mapping.get("for"), timedelta(days=1))
    if mapping.get("event") is None:
        return None
    before = set(ctx.labels)
    inner = parse(ctx, (*path, "event"), f"{label}.event", mapping["event"])
    ctx.labels.intersection_update(before)
    inner = _union(f"{label}.event", inner.parts) if isinstance(inner, AnyOf) else inner
    if isinstance(inner, EventTest) and inner.plain:
        return inner, length
    if inner is not None:
        ctx.reader.error((*path, "event"), "a plain event test was expected", "leave within, same and counts out of it")
    return None


def getter(found: Field) -> Callable[[Signal], Any]:
    """How the raw value of a field is read from a signal."""
    name = found.name
    if name in ("title", "person", "persona", "polarity"):
        return lambda signal: getattr(signal, name) or None
    if name == "points":
        return lambda signal: signal.points
    if name == "program":
        return lambda signal: bool(signal.program_id)
    if name == "confidence":  # structured sources are sure, and do not say so
        return lambda signal: signal.attributes.get("confidence", 1.0)
    keys = found.lookups
    if found.kind == "money":
        return lambda signal: _money(signal.attributes, keys)
    if len(keys) == 1:
        key = keys[0]
        return lambda signal: signal.attributes.get(key)
    return lambda signal: _first(signal.attributes, keys)


def _first(attributes: Mapping[str, Any], keys: Sequence[str]) -> Any:
    for key in keys:
        value = attributes.get(key)
        if value not in (None, "", (), []):
            return value
    return None


def _money(attributes: Mapping[str, Any], keys: Sequence[str]) -> units.Money | None:
    value = _first(attributes, keys)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    currency = attributes.get("currency")
    return units.Money(int(value), currency if isinstance(currency, str) and currency else "USD")


def field_test(found: Field, test: Comparison) -> FieldTest:
    """Join a comparison with the way to its value; the commonest forms get a closure of their own, for speed."""
    value = getter(found)
    check = test.test
    keys = found.lookups
    if found.name == "title":
        return FieldTest(test, value, lambda signal: check(signal.title or None))
    if found.name == "confidence":
        return FieldTest(test, value, lambda signal: check(signal.attributes.get("confidence", 1.0)))
    if found.kind == "money" or found.name in _OWN or len(keys) > 2:
        return FieldTest(test, value, lambda signal: check(value(signal)))
    if len(keys) == 2:
        one, two = keys
        return FieldTest(test, value, lambda signal: check(signal.attributes.get(one) or signal.attributes.get(two)))
    key = keys[0]
    if test.exact is None or test.op not in ("", "any_of"):
        return FieldTest(test, value, lambda signal: check(signal.attributes.get(key)))
    exact = test.exact

    def among(signal: Signal) -> bool:
        try:
            return signal.attributes.get(key) in exact
        except TypeError:  # an attribute that is a list or a mapping equals no word
            return False

    return FieldTest(test, value, among)


_OWN = frozenset({"title", "person", "persona", "polarity", "points", "program", "confidence"})
