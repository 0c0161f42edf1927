"""JSON Schema of every rule file, for editors (completion, hover texts, errors while typing), and the template of a new rule.

Made from the tables the loader itself reads by, so that no key is missing in it and none is invented. It knows the names of
one rule set (groups, plays, personas, attributes); write it anew when you add one. What spans several places (dangling
slots, contradictions, unreachable rules) only the loader sees; it has the last word.
"""

from __future__ import annotations

from collections.abc import Mapping

from signalwatch.ruleset import about, schema_files
from signalwatch.ruleset.conditions import EVENT_EXTRAS, MODIFIERS, STRUCTURE
from signalwatch.ruleset.fields import Field
from signalwatch.ruleset.jsonschema import (
    BOOLEAN,
    DURATION,
    ID,
    NUMBER,
    ORIGIN,
    TEXT,
    Json,
    Tests,
    Words,
    closed,
    document,
    listed,
    mapping,
    named,
    ref,
    said,
    several,
    value,
    words,
    words_of,
)
from signalwatch.ruleset.keys import KEYS
from signalwatch.ruleset.rules import RULE_KEYS, STATUSES

__all__ = ["KINDS", "Words", "schema", "template", "words_of"]

KINDS: Mapping[str, str] = {
    "elevation": "elevation/*.yaml", "groups": "groups.yaml", "icp": "icp.yaml", "personas": "personas.yaml",
    "plays": "plays.yaml", "routes": "routes.yaml", "scoring": "scoring.yaml", "tiers": "tiers.yaml",
    "triggers": "triggers/[a-z]*.yaml",
}  # fmt: skip
"""Kinds of files, with the names they go by."""
_SCOPES = ("account", "program", "person")
_MOMENT: Json = {
    "anyOf": [
        {"type": "string", "pattern": r"^([0-9]{1,6} ?[smhdw]|[0-9]{4}-[0-9]{2}-[0-9]{2}.*)$"},
        {"const": 0},
    ]
}
_MOMENT_TEXT = "a date such as 2026-01-10, or a time after the example began such as 40d"


def schema(kind: str = "elevation", known: Words | None = None) -> Json:
    """JSON Schema (draft 7) of one kind of file. Raises KeyError for an unknown kind."""
    made = {"elevation": _elevation, **schema_files.SCHEMAS}[kind]
    return made(known or Words())


def _elevation(known: Words) -> Json:
    tests = Tests()
    tables = {name: tuple((known.fields.of(name) or {}).values()) for name in known.fields.types}
    shared = {name: _shared(known, types) for name, types in known.groups.items()}
    extras = _extras(known)
    definitions = {
        "rule": _rule(known),
        "condition": _condition(known, tests),
        "account": said(closed(tests.of(known.measures)), RULE_KEYS["for"]),
        "example": _example(known),
    }
    for name, found in tables.items():
        definitions[f"event_{name}"] = _event(about.event(name), tests.of(found), extras, known.fields.of(name) is None)
        definitions[f"given_{name}"] = _given(name, found, known.fields.of(name) is None)
    for name, found in shared.items():
        text = f"a group of groups.yaml: {', '.join(known.groups[name])}"
        definitions[f"event_{name}"] = _event(text, tests.of(found), extras, False)
    return document(
        "signalwatch elevation rules", "a list of rules", listed(ref("rule"), 1), {**definitions, **tests.definitions}
    )


def _shared(known: Words, types: tuple[str, ...]) -> tuple[Field, ...]:
    """The fields that all types of a group have."""
    names = [set(known.fields.of(t) or {}) for t in types if known.fields.of(t) is not None]
    common = sorted(set.intersection(*names)) if names else []
    found = (known.fields.find(types, name) for name in common)
    return tuple(f for f in found if f is not None)


def _rule(known: Words) -> Json:
    play = named(known.plays, "id of plays.yaml")
    propose = mapping(
        KEYS["rule.propose"],
        {"tier": words(("0", "1", "2", "3"), about.VALUES), "play": play, "auto_approve": BOOLEAN},
    )
    cooldown = mapping(
        KEYS["rule.cooldown"], {"for": DURATION, "per": words(("account", "program"), about.VALUES)}, ("for",)
    )
    properties: dict[str, Json] = {
        "id": ID, "title": TEXT, "status": words(STATUSES, STATUSES), "from": ORIGIN, "about": TEXT, "for": ref("account"),
        "when": ref("condition"), "unless": several(ref("condition")), "propose": propose, "play": play, "points": NUMBER,
        "alert": BOOLEAN, "because": TEXT, "cooldown": {"anyOf": [DURATION, cooldown]}, "examples": listed(ref("example")),
    }  # fmt: skip
    return mapping(RULE_KEYS, properties, ("id", "when"))


def _condition(known: Words, tests: Tests) -> Json:
    nested = listed(ref("condition"), 1)
    inner: dict[str, Json] = {"all": nested, "any": nested, "not": ref("condition"), "then": {**nested, "minItems": 2}}
    properties = {name: said(inner[name], text) for name, text in STRUCTURE.items()}
    properties |= _modifiers()
    counted = _extras(known)
    properties |= {key: counted[key] for key in ("count|gte", "distinct")}  # beside any
    texts = {name: about.event(name) for name in known.fields.types}
    texts |= {name: f"a group: {', '.join(types)}" for name, types in known.groups.items()}
    properties |= {name: ref(f"event_{name}") for name in texts}
    properties |= tests.of(known.measures)
    return {"anyOf": [words(texts, texts), {**closed(properties), "minProperties": 1}]}


def _modifiers() -> dict[str, Json]:
    inner = {"within": DURATION, "same": words(_SCOPES, about.VALUES)}
    return {name: said(inner[name], text) for name, text in MODIFIERS.items()}


def _extras(known: Words) -> dict[str, Json]:
    """What may stand under an event beside tests of its fields."""
    plain: Json = {"type": ["string", "number", "boolean"]}
    whole: Json = {"type": "integer", "minimum": 1, "maximum": 10_000}
    changed = mapping(KEYS["event.changed"], {"field": TEXT, "from": several(plain), "to": several(plain)}, ("field",))
    absent = mapping(KEYS["event.absent_for"], {"event": ref("condition"), "for": DURATION}, ("event", "for"))
    inner: dict[str, Json] = {
        "count|gte": whole,
        "distinct": mapping(KEYS["event.distinct"], {"field": TEXT, "gte": {**whole, "minimum": 2}}, ("field", "gte")),
        "first": {"enum": [True, False, "account", "program"]},
        "changed": several(changed),
        "absent_for": {"anyOf": [DURATION, absent]},
    }
    return {name: said(inner[name], text) for name, text in EVENT_EXTRAS.items()}


def _event(text: str, tests: dict[str, Json], extras: dict[str, Json], open_: bool) -> Json:
    made = closed({**tests, **_modifiers(), **extras})
    return said({**made, "type": ["object", "null"], "additionalProperties": open_}, text)


# --- examples -------------------------------------------------------------------------------------------------------


def _example(known: Words) -> Json:
    change = mapping(KEYS["example.change"], {"field": TEXT, "from": {}, "to": {}}, ("field",))
    by_type = [
        {
            "if": {"properties": {"event": {"const": name}}, "required": ["event"]},
            "then": ref(f"given_{name}"),
        }
        for name in known.fields.types
    ]
    texts = {name: about.event(name) for name in known.fields.types}
    given: Json = {
        "type": "object",
        "required": ["at", "event"],
        "properties": {
            "event": words(texts, texts, "which event"),
            "changes": said(listed(change), "what it says has changed"),
        },
        "allOf": by_type,
    }
    moments = said(several(_MOMENT), _MOMENT_TEXT)
    expect = mapping(KEYS["example.expect"], {"fires": moments, "late": BOOLEAN, "because": TEXT}, ("fires",))
    account = {m.name: said(_fact(m), about.field(m)) for m in known.measures}
    properties: dict[str, Json] = {
        "given": listed(given, 1),
        "expect": {"anyOf": [{"const": "silent"}, expect]},
        "account": closed(account),
        "until": _MOMENT,
        "note": TEXT,
    }
    return mapping(KEYS["example"], properties, ("given", "expect"))


def _fact(measure: Field) -> Json:
    """What an example may say of an account."""
    plain = value(measure, "gte" if measure.kind in ("money", "duration") else "")
    return {} if measure.kind in ("text", "list", "any", "date") else several(plain) if measure.values else plain


def _given(name: str, found: tuple[Field, ...], open_: bool) -> Json:
    """One event of an example."""
    properties: dict[str, Json] = {
        "at": said(_MOMENT, _MOMENT_TEXT),
        "event": {"const": name},
        "seen": said(_MOMENT, "when it became known, if later than it happened"),
        "program": said(TEXT, "any name: events of one program bear the same"),
        "changes": {},
    }
    for one in found:
        text = about.field(one)
        inner = _attribute(one)
        for key in dict.fromkeys((one.name, *one.keys)):
            properties.setdefault(key, said(inner, text))
    return {**closed(properties), "additionalProperties": open_}


def _attribute(found: Field) -> Json:
    if found.name in ("title", "person", "persona"):
        return TEXT
    if found.kind == "enum":
        return words(found.values)
    return {"type": ["number", "string"]} if found.kind == "money" else {}


def template(rule_id: str) -> str:
    """A new rule to fill in, with a firing and a silent example. It loads and passes as it is."""
    return f"""- id: {rule_id}
  title: Say it in four words
  status: shadow                # shadow: recorded, never alerts. live: once its record is good
  from: ours
  for: {{ tier: [3], fit|gte: 0.5 }}
  when:
    all:
      - funding_round: {{ amount|gte: 50M USD }}
      - trial_start: {{ phase|gte: "2" }}
    within: 120d
  unless:
    - distress: {{ within: 180d }}
  propose: {{ tier: 2, play: engagement }}
  because: "{{funding_round.amount}} raised and phase {{trial_start.phase}} started"
  examples:
    - given:
        - {{ at: 0d, event: funding_round, amount: 80000000 }}
        - {{ at: 60d, event: trial_start, phase: "2" }}
      expect: {{ fires: 60d }}
    - given:
        - {{ at: 0d, event: funding_round, amount: 80000000 }}
        - {{ at: 121d, event: trial_start, phase: "2" }}
      expect: silent
"""
