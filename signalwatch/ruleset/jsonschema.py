"""Small building blocks of JSON Schema, and the words of one rule set that schemas offer.

Draft 7, because that is what editors understand best (VS Code's YAML extension, yaml-language-server, JetBrains). In draft 7
nothing beside ``$ref`` counts, so a reference with a text of its own is wrapped in ``allOf``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from signalwatch.ruleset import about
from signalwatch.ruleset.conditions import MEASURES
from signalwatch.ruleset.fields import OPERATORS, Field, Fields
from signalwatch.ruleset.pack import Pack
from signalwatch.ruleset.units import DURATION_HINT, MONEY_HINT

Json = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
DURATION: Json = {"type": "string", "pattern": r"^[0-9]{1,6} ?[smhdw]$"}
MONEY: Json = {
    "type": "string",
    "pattern": r"^([A-Z]{3} ?[0-9]+(\.[0-9]+)? ?([kKmMbB]|bn|BN)?|[0-9]+(\.[0-9]+)? ?([kKmMbB]|bn|BN)? ?[A-Z]{3})$",
}
SHARE: Json = {
    "anyOf": [{"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? ?%$"}, {"type": "number", "minimum": 0, "maximum": 1}]
}
CLOCK: Json = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
DATE: Json = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
ID: Json = {"type": ["string", "integer"], "pattern": "^[a-z0-9][a-z0-9_-]{0,79}$"}
TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "number"}
BOOLEAN: Json = {"type": "boolean"}
ORIGIN: Json = {"type": "string", "pattern": "^(practice|ours)([,; ]|$)"}
_PLAIN: Mapping[str, Json] = {
    "number": NUMBER, "money": MONEY, "duration": DURATION, "boolean": BOOLEAN, "date": DATE, "text": TEXT,
    "list": {"type": ["string", "integer"]}, "enum": {"type": ["string", "integer"]},
    "any": {"type": ["string", "number", "boolean"]},
}  # fmt: skip
_HINTS: Mapping[str, str] = {"money": MONEY_HINT, "duration": DURATION_HINT, "date": "write a day as 2026-01-10"}


@dataclass(frozen=True)
class Words:
    """The names of one rule set that its files may use; the shipped types and no others by default."""

    fields: Fields = field(default_factory=Fields)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # name → its event types
    plays: Mapping[str, str] = field(default_factory=dict)  # id → title
    personas: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[str, str] = field(default_factory=dict)
    measures: tuple[Field, ...] = MEASURES


def words_of(pack: Pack) -> Words:
    """The names of a loaded rule set."""
    segments = {s.segment_id: s.title for s in pack.icp.segments}
    measures = {n: replace(a.field, about=a.title or n.replace("_", " ")) for n, a in pack.icp.attributes.items()}
    for measure in MEASURES:
        measures.setdefault(measure.name, measure)
    if segments:
        measures["segment"] = Field("segment", "enum", tuple(segments), about="best-fitting ICP segment")
    return Words(
        fields=pack.fields,
        groups={name: tuple(types) for name, types in pack.groups.items()},
        plays={name: play.title for name, play in pack.plays.items()},
        personas={name: persona.title for name, persona in pack.personas.personas.items()},
        segments=segments,
        measures=tuple(measures.values()),
    )


def document(title: str, text: str, schema: Json, defs: Mapping[str, Json] | None = None) -> Json:
    """A whole schema; what stands in it more than once stands among its definitions."""
    shared: dict[str, Json] = {}
    whole = {**said(schema, text), "definitions": dict(defs or {})}
    counts: Counter[str] = Counter(repr(one) for _, one in _properties(whole))
    made = _hoisted(whole, counts, shared, {})
    definitions = {**made.pop("definitions"), **shared}
    out = {"$schema": DRAFT, "title": title, **made}
    return {**out, "definitions": definitions} if definitions else out


def _properties(node: Any) -> Iterator[tuple[str, Json]]:
    """Every property of every object in a schema, with its name."""
    if isinstance(node, dict):
        for key, inner in node.items():
            if key == "properties":
                yield from inner.items()
            yield from _properties(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _properties(inner)


def _hoisted(node: Any, counts: Counter[str], shared: dict[str, Json], names: dict[str, str]) -> Any:
    """The schema with properties that stand in several places moved to ``shared``."""
    if isinstance(node, list):
        return [_hoisted(inner, counts, shared, names) for inner in node]
    if not isinstance(node, dict):
        return node
    out: Json = {}
    for key, inner in node.items():
        if key != "properties":
            out[key] = _hoisted(inner, counts, shared, names)
            continue
        out[key] = {}
        for name, one in inner.items():
            body = repr(one)
            if counts[body] > 1 and len(body) > 100:
                if body not in names:
                    names[body] = f"{name}-{len(names) + 1}".replace("|", "-")
                    shared[names[body]] = _hoisted(one, counts, shared, names)
                out[key][name] = ref(names[body])
            else:
                out[key][name] = _hoisted(one, counts, shared, names)
    return out


def ref(name: str) -> Json:
    """A reference to a definition."""
    return {"$ref": f"#/definitions/{name}"}


def said(schema: Json, text: str) -> Json:
    """A schema with its hover text, as plain text and as Markdown."""
    shown = {"description": text, "markdownDescription": text}
    return {"allOf": [schema], **shown} if "$ref" in schema else {**schema, **shown}


def mapping(keys: Mapping[str, str], properties: Mapping[str, Json], required: Sequence[str] = ()) -> Json:
    """An object with exactly the keys of a table the loader reads by, each with its text.

    Raises ValueError when the properties are not those keys: then schema and loader would disagree.
    """
    if set(keys) != set(properties):
        raise ValueError(f"keys and schema disagree: {sorted(set(keys) ^ set(properties))}")
    shown = {name: said(properties[name], text) for name, text in keys.items()}
    return closed(shown, required)


def closed(properties: Mapping[str, Json], required: Sequence[str] = ()) -> Json:
    """An object without other keys."""
    out: Json = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**out, "required": list(required)} if required else out


def words(values: Iterable[str], texts: Mapping[str, str] | None = None, what: str = "") -> Json:
    """One of some words, each with its text where there is one. Whole numbers may be written without quotes."""
    listed = list(values)
    shown = [(texts or {}).get(v, "") for v in listed]
    numbers = [(int(v), t) for v, t in zip(listed, shown, strict=True) if v.isdecimal()]
    out: Json = {"enum": [*listed, *(n for n, _ in numbers)]}
    if any(shown):
        hover = [*shown, *(t for _, t in numbers)]
        out |= {"enumDescriptions": hover, "markdownEnumDescriptions": hover}
    return said(out, what) if what else out


def named(known: Mapping[str, str], what: str) -> Json:
    """A name that another file declares; any id while nothing is known of that file."""
    return words(known, known, what) if known else said(ID, what)


def several(one: Json) -> Json:
    """One value, or a list of them."""
    return {"anyOf": [one, {"type": "array", "items": one}]}


def listed(one: Json, least: int = 0) -> Json:
    """A list."""
    out: Json = {"type": "array", "items": one}
    return {**out, "minItems": least} if least else out


# --- tests of fields ------------------------------------------------------------------------------------------------


class Tests:
    """Definitions of ``field|operator`` tests, each distinct one once."""

    def __init__(self) -> None:
        self.definitions: dict[str, Json] = {}
        self._names: dict[str, str] = {}

    def of(self, fields: Iterable[Field]) -> dict[str, Json]:
        """``field`` and ``field|op`` of every field, as references."""
        return {
            (f"{found.name}|{op}" if op else found.name): self._reference(found, op)
            for found in fields
            for op in found.operators
        }

    def _reference(self, found: Field, op: str) -> Json:
        text = f"{about.field(found)} ({about.KINDS[found.kind]}): {OPERATORS[op]}"
        if hint := _HINTS.get(found.kind) if op != "exists" else None:
            text = f"{text}. {hint[0].upper()}{hint[1:]}"
        made = said(value(found, op), text)
        key = repr(made)
        if key not in self._names:
            base = f"{found.name}_{op or 'is'}"
            name, number = base, 2
            while name in self.definitions:
                name, number = f"{base}_{number}", number + 1
            self._names[key] = name
            self.definitions[name] = made
        return ref(self._names[key])


def value(found: Field, op: str) -> Json:
    """What one operator of a field takes."""
    if op == "exists":
        return BOOLEAN
    if op in ("contains", "starts_with", "matches") and found.kind != "list":
        return {"type": "string", "minLength": 1}
    if op in ("gte", "lte", "gt", "lt", "between"):
        one = words(found.order) if found.order else _PLAIN[found.kind]
        return one if op != "between" else {"type": "array", "items": one, "minItems": 2, "maxItems": 2}
    if found.kind == "boolean":
        return BOOLEAN
    texts = about.VALUES if found.name in ("tier", "polarity") else None
    one = words(found.values, texts) if found.values else _PLAIN[found.kind]
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}
