"""JSON Schema of the policy files and of triggers; ``schema`` has the one of rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from signalwatch.detect import keys as trigger_keys
from signalwatch.detect.attributes import EXTRACTORS
from signalwatch.ruleset import about
from signalwatch.ruleset.fields import Field
from signalwatch.ruleset.jsonschema import (
    BOOLEAN,
    CLOCK,
    DATE,
    DURATION,
    ID,
    ORIGIN,
    SHARE,
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
    words,
)
from signalwatch.ruleset.keys import KEYS
from signalwatch.ruleset.policy_files import ATTRIBUTE_KINDS, POLARITIES
from signalwatch.ruleset.routes import GROUP_BY, WEEKDAYS
from signalwatch.ruleset.routes_file import matcher_fields

_COUNT: Json = {"type": "number", "minimum": 0}
_UNIT: Json = {"type": "number", "minimum": 0, "maximum": 1}
_POLARITY = words(POLARITIES, about.VALUES)


def _scoring(known: Words) -> Json:
    tests = Tests()
    definitions: dict[str, Json] = {"points": _points({"type": "object"}, ())}
    events: dict[str, Json] = {}
    engagement: dict[str, Json] = {}
    for name in known.fields.types:
        table = known.fields.of(name)
        when = closed(tests.of(table.values())) if table is not None else {"type": "object"}
        definitions[f"points_{name}"] = _points(when, ("points",))
        section = engagement if name in known.fields.engagement else events
        section[name] = said(ref(f"points_{name}"), about.event(name))
    other = said(ref("points_page_visit"), "a kind of engagement of your own: its name becomes an event type")
    breadth = {
        "bonus": {**_COUNT, "maximum": 2},
        "most": {"type": "number", "minimum": 1, "maximum": 10},
        "from": ORIGIN,
    }
    qualified = {"engagement": _COUNT, "personas": {"type": "integer", "minimum": 1}, "from": ORIGIN}
    rates: Json = {
        "type": "object", "propertyNames": {"pattern": "^[A-Z]{3}$"},
        "additionalProperties": said({"type": "number", "exclusiveMinimum": 0}, "USD of one unit"),
    }  # fmt: skip
    top: dict[str, Json] = {
        "default": ref("points"),
        "events": closed(events),
        "engagement": {
            **closed(engagement),
            "additionalProperties": other,
            "propertyNames": {"pattern": ID["pattern"]},
        },
        "breadth": mapping(KEYS["scoring.breadth"], breadth),
        "qualified": mapping(KEYS["scoring.qualified"], qualified),
        "floor": {**_COUNT, "maximum": 10},
        "currencies": rates,
    }
    made = mapping(KEYS["scoring"], top, ("events",))
    return document("signalwatch scoring", "points, and how fast they fade", made, {**definitions, **tests.definitions})


def _points(when: Json, required: tuple[str, ...]) -> Json:
    number: Json = {"type": "number", "minimum": -1000, "maximum": 1000}
    case: dict[str, Json] = {
        "when": when,
        "points": number,
        "half_life": DURATION,
        "polarity": _POLARITY,
        "from": ORIGIN,
    }
    properties: dict[str, Json] = {
        "points": number, "half_life": DURATION, "polarity": _POLARITY, "cap": _COUNT, "from": ORIGIN,
        "cases": listed(mapping(KEYS["scoring.case"], case, ("when",))),
    }  # fmt: skip
    return mapping(KEYS["scoring.points"], properties, required)


def _groups(known: Words) -> Json:
    tests = Tests()
    texts = {name: about.event(name) for name in known.fields.types}
    definitions: dict[str, Json] = {}
    for name in texts:
        table = known.fields.of(name)
        body = tests.of(table.values()) if table is not None else {}
        definitions[f"event_{name}"] = said(
            {**closed(body), "type": ["object", "null"], "additionalProperties": table is None}, texts[name]
        )
    members: dict[str, Json] = {name: ref(f"event_{name}") for name in texts}
    members |= {name: said({"type": ["object", "null"]}, "a group written above") for name in known.groups}
    word = words([*texts, *known.groups], texts)
    group = mapping(
        KEYS["group"],
        {
            "title": TEXT,
            "events": listed({"anyOf": [word, {**closed(members), "minProperties": 1}]}, 1),
            "from": ORIGIN,
        },
        ("events",),
    )
    made: Json = {"type": "object", "additionalProperties": group, "propertyNames": {"pattern": ID["pattern"]}}
    return document("signalwatch groups", "named sets of events", made, {**definitions, **tests.definitions})


def _tiers(known: Words) -> Json:
    wait = {"anyOf": [DURATION, mapping(KEYS["tiers.wait"], {"is": DURATION, "from": ORIGIN}, ("is",))]}
    capacity: dict[str, Json] = {"max": _COUNT, "share": SHARE, "never_above": _COUNT, "from": ORIGIN}
    tier = mapping(KEYS["tiers.tier"], {
        "name": TEXT,
        "capacity": mapping(KEYS["tiers.capacity"], capacity),
        "enter": mapping(KEYS["tiers.enter"], {"fit": _UNIT, "activity": _COUNT, "from": ORIGIN}),
        "leave": mapping(KEYS["tiers.leave"], {"activity": _COUNT, "for": DURATION, "from": ORIGIN}),
        "play": named(known.plays, "id of plays.yaml"),
        "from": ORIGIN,
    })  # fmt: skip
    numbers = {n: said({"anyOf": [tier, {"type": "null"}]}, about.VALUES[n]) for n in ("0", "1", "2", "3")}
    distress: dict[str, Json] = {
        "group": named({n: ", ".join(t) for n, t in known.groups.items()}, "name of groups.yaml"),
        "inhibit_for": DURATION, "lowers_priority": BOOLEAN, "from": ORIGIN,
    }  # fmt: skip
    top: dict[str, Json] = dict.fromkeys(KEYS["tiers"], wait)
    top |= {"tiers": closed(numbers, ("1", "2", "3")), "distress": mapping(KEYS["tiers.distress"], distress)}
    return document("signalwatch tiers", "who may be in which tier", mapping(KEYS["tiers"], top, ("tiers",)))


def _icp(known: Words) -> Json:
    tests = Tests()
    account = closed(tests.of(m for m in known.measures if m.name != "segment"))
    names = {m.name: about.field(m) for m in known.measures if m.name != "segment"}
    attribute = mapping(KEYS["icp.attribute"], {
        "kind": words(ATTRIBUTE_KINDS, about.VALUES),
        "values": several({"type": ["string", "integer"]}), "columns": several(TEXT), "title": TEXT, "from": ORIGIN,
    })  # fmt: skip
    criterion = mapping(KEYS["icp.criterion"], {
        "is": ref("account"), "attribute": words(names, names),
        "scores": {"type": "object", "additionalProperties": _UNIT},
        "otherwise": _UNIT, "weight": {**_COUNT, "maximum": 100}, "from": ORIGIN,
    })  # fmt: skip
    criterion["anyOf"] = [{"required": ["is"]}, {"required": ["attribute", "scores"]}]
    criterion["allOf"] = [_scored(m) for m in known.measures if m.values and m.name != "segment"]
    segment = mapping(
        KEYS["icp.segment"],
        {"id": ID, "title": TEXT, "criteria": listed(criterion, 1), "from": ORIGIN},
        ("id", "criteria"),
    )
    exclude = mapping(KEYS["icp.exclude"], {"is": ref("account"), "because": TEXT, "from": ORIGIN}, ("is", "because"))
    unknown: dict[str, Json] = {"score": _UNIT, "weight": {**_COUNT, "maximum": 100}, "from": ORIGIN}
    top: dict[str, Json] = {
        "attributes": {
            "type": "object", "propertyNames": {"pattern": ID["pattern"]},
            "additionalProperties": {"anyOf": [attribute, {"type": "null"}]},
        },
        "segments": listed(segment), "exclude": listed(exclude), "unknown": mapping(KEYS["icp.unknown"], unknown),
    }  # fmt: skip
    made = mapping(KEYS["icp"], top, ("attributes",))
    return document("signalwatch ICP", "the ideal customer", made, {"account": account, **tests.definitions})


def _scored(attribute: Field) -> Json:
    """Of an attribute with words, only these words have scores."""
    which = {"properties": {"attribute": {"const": attribute.name}}, "required": ["attribute", "scores"]}
    return {"if": which, "then": {"properties": {"scores": {"propertyNames": {"enum": list(attribute.values)}}}}}


def _personas(known: Words) -> Json:
    properties: dict[str, Json] = {"id": ID, "title": TEXT, "titles": several(TEXT), "role": TEXT, "from": ORIGIN}
    needs = several(named(known.personas, "id of a persona"))
    group = {"anyOf": [mapping(KEYS["personas.buying_group"], {"needs": needs, "from": ORIGIN}, ("needs",)), needs]}
    people = listed(mapping(KEYS["persona"], properties, ("id", "title")))
    made = mapping(KEYS["personas"], {"personas": people, "buying_group": group}, ("personas",))
    return document("signalwatch personas", "who takes part in buying", made)


def _plays(known: Words) -> Json:
    properties: dict[str, Json] = {
        "id": ID, "title": TEXT, "first_step": TEXT, "steps": several(TEXT),
        "personas": several(named(known.personas, "id of personas.yaml")),
        "tiers": several(words(("1", "2", "3"), about.VALUES)), "from": ORIGIN,
    }  # fmt: skip
    return document("signalwatch plays", "what to do next", listed(mapping(KEYS["play"], properties, ("id", "title"))))


def _routes(known: Words) -> Json:
    tests = Tests()
    match = said(
        closed(tests.of(matcher_fields(known.fields, known.plays, known.segments).values())), "what a message is about"
    )
    receiver = mapping(KEYS["routes.receiver"], {"channel": TEXT, "recipient": TEXT, "from": ORIGIN}, ("channel",))
    day = words(WEEKDAYS, about.VALUES)
    every = words(("immediate", "hourly", "daily", "weekly"), about.VALUES)
    schedule = mapping(
        KEYS["routes.schedule"], {"every": every, "at": CLOCK, "day": day, "zone": TEXT, "from": ORIGIN}, ("every",)
    )
    quiet = mapping(
        KEYS["routes.quiet"], {"start": CLOCK, "end": CLOCK, "days": several(day), "zone": TEXT, "from": ORIGIN},
        ("start", "end", "zone"),
    )  # fmt: skip
    mute = mapping(
        KEYS["routes.mute"],
        {"match": ref("match"), "because": TEXT, "since": DATE, "until": DATE},
        ("match", "because"),
    )
    route = mapping(KEYS["routes.route"], {
        "match": ref("match"), "receivers": several(ID), "group_by": several(words(GROUP_BY, GROUP_BY)),
        "group_wait": DURATION, "group_interval": DURATION, "repeat_interval": DURATION, "schedule": ID,
        "quiet": several(ID), "continue": BOOLEAN, "mute": TEXT, "routes": listed(ref("route")), "from": ORIGIN,
    })  # fmt: skip
    attention: dict[str, Json] = {"per_week": {"type": "integer", "minimum": 1}, "from": ORIGIN}
    top: dict[str, Json] = {
        "receivers": {"type": "object", "additionalProperties": {"anyOf": [receiver, listed(receiver, 1)]}},
        "schedules": {"type": "object", "additionalProperties": schedule},
        "quiet_hours": {"type": "object", "additionalProperties": quiet},
        "route": ref("route"),
        "mutes": listed(ref("mute")),
        "fallback": ID,
        "attention": mapping(KEYS["routes.attention"], attention),
    }
    made = mapping(KEYS["routes"], top, ("receivers", "route"))
    definitions = {"match": match, "route": route, "mute": mute, **tests.definitions}
    return document("signalwatch routes", "who hears of what", made, definitions)


def _triggers(known: Words) -> Json:
    k = trigger_keys
    phrases = listed({"type": ["string", "number"]})
    types = listed(TEXT)
    scopes = listed(words(k.SCOPES, k.SCOPES))
    becomes = mapping(k.BECOMES, {"type": TEXT, "when": phrases})
    pattern = mapping(k.PATTERN, {
        "id": TEXT, "any": {**phrases, "minItems": 1}, "where": words(k.WHERE, k.WHERE), "set": {"type": "object"},
        "allow": scopes, "unless": phrases, "unless_title": phrases, "needs": phrases,
        "confidence": {"type": "number", "exclusiveMinimum": 0, "maximum": 1}, "always": BOOLEAN, "only_listed": BOOLEAN,
        "proper": BOOLEAN, "beside": BOOLEAN, "alone": BOOLEAN, "becomes": becomes, "yields": types,
    }, ("id", "any"))  # fmt: skip
    example = mapping(
        k.EXAMPLE, {"title": TEXT, "text": TEXT, "publisher": TEXT, "kind": TEXT, "expect": {"type": "object"}}
    )
    examples = mapping(k.EXAMPLES, {"fires": listed(example), "silent": listed(example)})
    top: dict[str, Json] = {
        "type": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}, "polarity": words(k.POLARITIES, k.POLARITIES),
        "about": TEXT, "allow": scopes, "deny": scopes, "attributes": listed(words(EXTRACTORS)), "beats": types,
        "listed": TEXT, "parties": BOOLEAN, "each": TEXT, "unless": phrases, "unless_title": phrases,
        "patterns": listed(pattern, 1), "examples": examples,
    }  # fmt: skip
    return document("signalwatch trigger", "how text becomes an event", mapping(k.TYPE, top, ("type", "patterns")))


SCHEMAS: Mapping[str, Callable[[Words], Json]] = {
    "scoring": _scoring, "groups": _groups, "tiers": _tiers, "icp": _icp, "personas": _personas, "plays": _plays,
    "routes": _routes, "triggers": _triggers,
}  # fmt: skip
