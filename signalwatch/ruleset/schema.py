"""JSON Schema of rule files for editors (completion and hover texts), the template of a new rule, and the reference page.

All three are generated from the tables the loader itself reads by, so they cannot disagree with it. The schema is for
help while writing; the loader is stricter and has the last word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from signalwatch.ruleset.conditions import EVENT_EXTRAS, MEASURES, MODIFIERS, STRUCTURE
from signalwatch.ruleset.fields import OPERATORS, Field, Fields
from signalwatch.ruleset.routes import GROUP_BY, KINDS, MATCHERS
from signalwatch.ruleset.rules import RULE_KEYS, STATUSES
from signalwatch.ruleset.slots import ACCOUNT_SLOTS

Json = dict[str, Any]

_DURATION: Json = {"type": "string", "pattern": r"^[0-9]+ ?[smhdw]$", "description": "number and unit: 120d, 24h"}
_MONEY: Json = {"type": "string", "description": "amount, size, currency: 50M USD"}


def schema(fields: Fields | None = None, groups: Iterable[str] = ()) -> Json:
    """JSON Schema (2020-12) of rules/elevation/*.yaml, for a pack's own types and groups when given."""
    table = fields or Fields()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "signalwatch elevation rules",
        "type": "array",
        "items": {"$ref": "#/$defs/rule"},
        "$defs": {
            "duration": _DURATION,
            "rule": _rule(),
            "condition": _condition(table, tuple(groups)),
            "account": _account(),
            "example": _example(table),
            "common": _common_tests(table),
            **{f"event_{name}": _event(table, name) for name in table.types},
        },
    }


def _rule() -> Json:
    properties: dict[str, Json] = {
        "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"},
        "title": {"type": "string"},
        "status": {"enum": list(STATUSES)},
        "from": {"type": "string", "pattern": "^(practice|ours)"},
        "about": {"type": "string"},
        "for": {"$ref": "#/$defs/account"},
        "when": {"$ref": "#/$defs/condition"},
        "unless": {"type": "array", "items": {"$ref": "#/$defs/condition"}},
        "propose": {
            "type": "object",
            "properties": {
                "tier": {"enum": [0, 1, 2, 3], "description": "the tier to propose; 0 proposes exclusion"},
                "play": {"type": "string", "description": "id from plays.yaml"},
                "auto_approve": {"type": "boolean", "description": "approve without a person (default false)"},
            },
            "additionalProperties": False,
        },
        "play": {"type": "string"},
        "points": {"type": "number"},
        "alert": {"type": "boolean"},
        "because": {"type": "string"},
        "cooldown": {"anyOf": [_DURATION, {"type": "object"}]},
        "examples": {"type": "array", "items": {"$ref": "#/$defs/example"}},
    }
    for name, text in RULE_KEYS.items():
        properties[name] = {**properties[name], "description": text}
    return {"type": "object", "required": ["id", "when"], "additionalProperties": False, "properties": properties}


def _condition(fields: Fields, groups: tuple[str, ...]) -> Json:
    words = [*fields.types, *groups]
    nested = {"$ref": "#/$defs/condition"}
    properties: dict[str, Json] = {}
    for name, text in STRUCTURE.items():
        inner: Json = nested if name == "not" else {"type": "array", "items": nested}
        properties[name] = {**inner, "description": text} if name != "not" else {"allOf": [nested], "description": text}
    properties["within"] = {**_DURATION, "description": MODIFIERS["within"]}
    properties["same"] = {"enum": ["account", "program", "person"], "description": MODIFIERS["same"]}
    for name in fields.types:
        properties[name] = {"$ref": f"#/$defs/event_{name}"}
    for name in groups:
        properties[name] = {"type": "object", "description": "a group of groups.yaml"}
    for measure in MEASURES:
        properties.update(_tests(measure))
    return {"anyOf": [{"enum": words}, {"type": "object", "properties": properties}]}


def _common_tests(fields: Fields) -> Json:
    """What may stand under every event; referred to, because it would be most of the schema otherwise."""
    properties: dict[str, Json] = {}
    for found in _common(fields):
        properties.update(_tests(found))
    properties["within"] = {**_DURATION, "description": MODIFIERS["within"]}
    properties["same"] = {"enum": ["account", "program", "person"], "description": MODIFIERS["same"]}
    for key, text in EVENT_EXTRAS.items():
        properties[key] = {"description": text}
    return {"properties": properties}


def _event(fields: Fields, name: str) -> Json:
    table = fields.of(name)
    common = {f.name for f in _common(fields)}
    properties: dict[str, Json] = {}
    for found in (table or {}).values():
        if found.name not in common:
            properties.update(_tests(found))
    return {
        "type": ["object", "null"],
        "description": f"any {name.replace('_', ' ')} that passes the tests",
        "allOf": [{"$ref": "#/$defs/common"}],
        "properties": properties,
        "unevaluatedProperties": table is None,
    }


def _tests(found: Field) -> dict[str, Json]:
    """``field`` and ``field|op`` with what each takes."""
    out: dict[str, Json] = {}
    for op in found.operators:
        key = f"{found.name}|{op}" if op else found.name
        text = ": ".join(t for t in (found.about, OPERATORS[op]) if t)
        out[key] = {**_value(found, op), "description": text}
    return out


def _value(found: Field, op: str) -> Json:
    if op == "exists":
        return {"type": "boolean"}
    if op in ("contains", "starts_with", "matches"):
        return {"type": "string"}
    one: Json = {
        "number": {"type": "number"}, "money": _MONEY, "duration": _DURATION, "boolean": {"type": "boolean"},
        "date": {"type": "string", "format": "date"},
    }.get(found.kind, {"type": ["string", "number"]})  # fmt: skip
    if found.values and len(found.values) < 40:
        words: list[Any] = list(found.values)
        words += [int(w) for w in found.values if w.isdigit()]
        one = {"enum": words}
    if op == "between":
        return {"type": "array", "items": one, "minItems": 2, "maxItems": 2}
    if op in ("gte", "lte", "gt", "lt"):
        return one
    return {"anyOf": [one, {"type": "array", "items": one}]}


def _account() -> Json:
    properties: dict[str, Json] = {}
    for measure in MEASURES:
        properties.update(_tests(measure))
    return {"type": "object", "properties": properties, "description": RULE_KEYS["for"]}


def _example(fields: Fields) -> Json:
    moment = {"description": "a date, or days after the example began: 40d"}
    given = {
        "type": "object",
        "required": ["at", "event"],
        "properties": {
            "at": moment,
            "event": {"enum": list(fields.types)},
            "seen": {**moment, "description": "when it became known, if later than it happened"},
            "program": {"type": "string"},
            "person": {"type": "string"},
            "persona": {"type": "string"},
            "title": {"type": "string"},
        },
    }
    return {
        "type": "object",
        "required": ["given", "expect"],
        "additionalProperties": False,
        "properties": {
            "given": {"type": "array", "items": given},
            "expect": {"description": "silent, or {fires: MOMENT, late: true, because: ...}"},
            "account": {
                "type": "object",
                "description": "what is known of the account; the rest of 'for' counts as met",
            },
            "until": {**moment, "description": "how long the example goes on (for absent_for)"},
            "note": {"type": "string"},
        },
    }


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


# --- the reference page ---------------------------------------------------------------------------------------------


def reference(fields: Fields | None = None) -> str:
    """The reference of the rule language as Markdown (docs/rules/reference.md)."""
    table = fields or Fields()
    lines = [
        "# Reference of the rule language",
        "",
        "Generated from the tables the loader reads by (`signalwatch.ruleset.schema.reference`); a test keeps them equal.",
        "",
        *_section("Keys of a rule", RULE_KEYS),
        *_section("Status", STATUSES),
        *_section("Structure of conditions", STRUCTURE),
        *_section("What binds a whole condition", MODIFIERS),
        *_section("Beside fields, under an event", EVENT_EXTRAS),
        *_section("Operators", {f"|{op}" if op else "(none)": text for op, text in OPERATORS.items()}),
        *_section("Account: for, and thresholds in when", {m.name: _about(m) for m in MEASURES}),
        "Attributes that `icp.yaml` declares may stand there too.",
        "",
        *_section("Slots of because that speak of the account", {n: f"`{{{n}}}`" for n in ACCOUNT_SLOTS}),
        "Others: `{EVENT.FIELD}`, `{EVENT.FIELD|what to say when unknown}`, `{EVENT.date}`, `{EVENT.type}`, `{EVENT.count}`.",
        "",
        *_section("Matchers of routes", MATCHERS),
        *_section("Grouping of messages", GROUP_BY),
        "Kinds of messages: " + ", ".join(f"`{k}`" for k in KINDS) + ".",
        "",
        "## Events and their fields",
        "",
        "Every event has: " + ", ".join(f"`{f.name}`" for f in _common(table)) + ".",
        "",
    ]
    common = {f.name for f in _common(table)}
    for name in table.types:
        own = [f for f in (table.of(name) or {}).values() if f.name not in common]
        lines.append(f"- **`{name}`**" + (": " + "; ".join(_field(f) for f in own) if own else ""))
    lines += ["", "## Long lists of values", ""]
    seen: dict[str, str] = {}
    for name in table.types:
        for found in (table.of(name) or {}).values():
            if len(found.values) > SHORT:
                seen.setdefault(_values(found), f"`{found.name}`")
    lines += [f"- {name}: {values}" for values, name in seen.items()]
    return "\n".join([*lines, ""])


SHORT = 10
"""Lists of up to so many values stand beside their field."""


def _values(found: Field) -> str:
    if not found.order:
        return ", ".join(found.values)
    out, last = "", None
    for word, rank in found.order.items():
        sign = "" if last is None else " = " if rank == last else " < "
        out, last = f"{out}{sign}{word}", rank
    return out


def _common(fields: Fields) -> list[Field]:
    first = fields.of(fields.types[0]) or {}
    shared = set.intersection(*(set(fields.of(t) or {}) for t in fields.types if fields.of(t) is not None))
    return [f for name, f in first.items() if name in shared]


def _field(found: Field) -> str:
    short = 0 < len(found.values) <= SHORT
    words = f": {_values(found)}" if short else ", see the long lists" if found.values else ""
    kind = "ordered" if found.order else found.kind
    return f"`{found.name}` ({kind}{words})"


def _about(found: Field) -> str:
    return f"{found.about} ({found.kind})"


def _section(title: str, rows: Mapping[str, str]) -> list[str]:
    return [f"## {title}", "", *(f"- `{name}`: {text}" for name, text in rows.items()), ""]
