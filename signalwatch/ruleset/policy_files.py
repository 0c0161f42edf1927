"""Reads scoring.yaml, tiers.yaml, icp.yaml, personas.yaml, plays.yaml and groups.yaml. Every problem is collected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

from signalwatch.model import Polarity
from signalwatch.ruleset import fields as tables
from signalwatch.ruleset.account_tests import account_tests
from signalwatch.ruleset.conditions import Alternatives, Context, field_tests
from signalwatch.ruleset.fields import Field, Fields
from signalwatch.ruleset.keys import KEYS
from signalwatch.ruleset.policy import (
    Attribute,
    Criterion,
    Exclusion,
    Icp,
    Persona,
    Personas,
    Play,
    PointsCase,
    PointsRule,
    Scoring,
    Segment,
    Tier,
    Tiers,
)
from signalwatch.ruleset.reader import Reader
from signalwatch.yamlsrc import Path, expected

POLARITIES = ("positive", "neutral", "negative")
_DEFAULT_HALF_LIFE = timedelta(days=60)
ATTRIBUTE_KINDS = ("text", "list", "enum", "number", "money", "date", "boolean", "phase", "series")


# --- scoring --------------------------------------------------------------------------------------------------------


def currencies(reader: Reader, data: Any) -> dict[str, float]:
    """USD per unit of each currency, from scoring.yaml; needed before any other file is read."""
    rates = {"USD": 1.0}
    given = data.get("currencies") if isinstance(data, dict) else None
    if given is None:
        return rates
    for code, rate in reader.mapping(("currencies",), given).items():
        path: Path = ("currencies", code)
        if len(code) != 3 or not code.isupper():
            reader.error(path, f"{code} is not a currency code", "three capital letters, for example EUR", key=True)
        rates[code] = reader.number(path, rate, 1.0, low=1e-6, high=1e6)
    if rates["USD"] != 1.0:
        reader.error(("currencies", "USD"), "USD is the unit: its rate is 1")
    return rates


def scoring(ctx: Context, data: Any) -> Scoring:
    """Read scoring.yaml."""
    reader = ctx.reader
    top = reader.mapping((), data, KEYS["scoring"], ("events",))
    default = _points(ctx, ("default",), "default", top.get("default") or {}, None)
    by_type: dict[str, PointsRule] = {}
    for section in ("events", "engagement"):
        if top.get(section) is None:
            continue
        for name, value in reader.mapping((section,), top[section]).items():
            path: Path = (section, name)
            if not ctx.fields.known(name):
                hint = expected(name, ctx.fields.types)
                reader.error(path, f'unknown event type "{name}"', hint, key=True, code="unknown-event")
                continue
            if (name in ctx.fields.engagement) != (section == "engagement"):
                where = "engagement" if name in ctx.fields.engagement else "events"
                reader.error(path, f"{name} belongs under {where}", key=True)
            by_type[name] = _points(ctx, path, name, value, default, engagement=section == "engagement")
    breadth = reader.mapping(("breadth",), top.get("breadth") or {}, KEYS["scoring.breadth"])
    qualified = reader.mapping(("qualified",), top.get("qualified") or {}, KEYS["scoring.qualified"])
    reader.note(("breadth",), breadth)
    reader.note(("qualified",), qualified)
    return Scoring(
        by_type=by_type,
        default=default,
        breadth_bonus=reader.number(("breadth", "bonus"), breadth.get("bonus"), 0.25, low=0, high=2),
        breadth_most=reader.number(("breadth", "most"), breadth.get("most"), 2.0, low=1, high=10),
        mqa_engagement=reader.number(("qualified", "engagement"), qualified.get("engagement"), 50.0, low=0),
        mqa_personas=reader.integer(("qualified", "personas"), qualified.get("personas"), 2, low=1),
        floor=reader.number(("floor",), top.get("floor"), 0.5, low=0, high=10),
        currencies=ctx.rates,
    )


def engagement_types(data: Any) -> tuple[str, ...]:
    """Names of engagement types in scoring.yaml (they become event types)."""
    section = data.get("engagement") if isinstance(data, dict) else None
    return tuple(k for k in section if isinstance(k, str)) if isinstance(section, dict) else ()


def _points(
    ctx: Context, path: Path, name: str, value: Any, default: PointsRule | None, *, engagement: bool = False
) -> PointsRule:
    reader = ctx.reader
    given = reader.mapping(path, value, KEYS["scoring.points"], () if default is None else ("points",))
    base_half = default.half_life if default is not None else _DEFAULT_HALF_LIFE
    polarity = _polarity(reader, (*path, "polarity"), given.get("polarity")) or (
        "positive" if engagement else "neutral"
    )
    cap = given.get("cap")
    points = reader.number((*path, "points"), given.get("points"), 0.0, low=-1000, high=1000)
    if polarity == "negative" and points > 0:
        reader.warning((*path, "points"), f"{name} is negative but adds points", "write a minus sign")
    cases: list[PointsCase] = []
    if given.get("cases") is not None:
        for place, item in reader.items((*path, "cases"), given["cases"]):
            case = reader.mapping(place, item, KEYS["scoring.case"], ("when",))
            reader.note(place, case)
            tests = reader.mapping((*place, "when"), case.get("when") or {})
            cases.append(
                PointsCase(
                    tests=field_tests(ctx, (*place, "when"), f"{name}.when", (name,), tests),
                    points=reader.number((*place, "points"), case["points"])
                    if case.get("points") is not None
                    else None,
                    half_life=reader.duration((*place, "half_life"), case.get("half_life")) or None,
                    polarity=_polarity(reader, (*place, "polarity"), case.get("polarity")),
                )
            )
    return PointsRule(
        type=name,
        points=points,
        half_life=reader.duration((*path, "half_life"), given.get("half_life"), base_half),
        polarity=polarity,
        cap=None if cap is None else reader.number((*path, "cap"), cap, low=0),
        cases=tuple(cases),
        engagement=engagement,
        origin=reader.note(path, given),
    )


def _polarity(reader: Reader, path: Path, value: Any) -> Polarity | None:
    if value is None:
        return None
    found = reader.word(path, value, POLARITIES, what="polarity")
    # The very constant of the model: msgspec leaves a default out by identity, and a digest must not depend on that.
    return cast("Polarity", POLARITIES[POLARITIES.index(found)]) if found else None


# --- groups ---------------------------------------------------------------------------------------------------------


def groups(reader: Reader, data: Any, event_fields: Fields, rates: Mapping[str, float]) -> dict[str, Alternatives]:
    """Read groups.yaml: named sets of event types, perhaps with tests. A group may name groups written before it."""
    out: dict[str, Alternatives] = {}
    for name, value in reader.mapping((), data).items():
        path: Path = (name,)
        reader.identifier(path, name)
        if event_fields.known(name):
            reader.error(path, f'"{name}" is an event type already', "choose another name for the group", key=True)
            continue
        given = reader.mapping(path, value, KEYS["group"], ("events",))
        reader.note(path, given)
        reader.text((*path, "title"), given.get("title"))
        ctx = Context(reader, event_fields, out, {}, rates)
        members: dict[str, tuple[Any, ...]] = {}
        for place, item in reader.items((*path, "events"), given.get("events") or []):
            for event_type, options in _member(ctx, place, name, item).items():
                members[event_type] = members.get(event_type, ()) + options
        if not members:
            reader.error(path, f"the group {name} is empty", "name at least one event type")
        out[name] = members
    return out


def _member(ctx: Context, path: Path, name: str, item: Any) -> Alternatives:
    if isinstance(item, str):
        pairs: list[tuple[str, Any]] = [(item, {})]
    else:
        pairs = list(ctx.reader.mapping(path, item).items())
    out: dict[str, Any] = {}
    for word, tests in pairs:
        place = path if isinstance(item, str) else (*path, word)
        if ctx.fields.known(word):
            types: Alternatives = {word: ((),)}
        elif word in ctx.groups:
            types = ctx.groups[word]
        else:
            hint = expected(word, ctx.words())
            ctx.reader.error(place, f'unknown event type or group "{word}"', hint, code="unknown-event")
            continue
        wanted = ctx.reader.mapping(place, tests or {})
        compiled = field_tests(ctx, place, f"{name}.{word}", tuple(types), wanted)
        for event_type, options in types.items():
            out[event_type] = (*out.get(event_type, ()), *((*o, *compiled) for o in options))
    return out


# --- tiers ----------------------------------------------------------------------------------------------------------


def tiers(reader: Reader, data: Any, known_groups: Mapping[str, Alternatives], plays: Mapping[str, Play]) -> Tiers:
    """Read tiers.yaml."""
    keys = KEYS["tiers"]
    top = reader.mapping((), data, keys, ("tiers",))
    found: dict[int, Tier] = {}
    for name, value in reader.mapping(("tiers",), top.get("tiers") or {}).items():
        path: Path = ("tiers", name)
        if name not in ("0", "1", "2", "3"):
            reader.error(path, f"unknown tier {name}", "tiers are 0 (excluded), 1, 2 and 3", key=True)
            continue
        found[int(name)] = _tier(reader, path, int(name), value, plays)
    for number in (1, 2, 3):
        if number not in found:
            reader.error(("tiers",), f"tier {number} is missing")
    _tier_order(reader, found)
    waits = {k: _wait(reader, (k,), top.get(k)) for k in keys if k not in ("tiers", "distress")}
    distress = reader.mapping(("distress",), top.get("distress") or {}, KEYS["tiers.distress"])
    reader.note(("distress",), distress)
    group = distress.get("group")
    if group is not None:
        group = reader.word(("distress", "group"), group, known_groups, what="group")
    return Tiers(
        tiers=found,
        distress=known_groups.get(group or "", {}),
        distress_group=group or "",
        inhibit_for=reader.duration(("distress", "inhibit_for"), distress.get("inhibit_for"), timedelta(days=180)),
        distress_lowers=reader.boolean(("distress", "lowers_priority"), distress.get("lowers_priority"), True),
        **{k: v for k, v in waits.items() if v is not None},
    )


def _wait(reader: Reader, path: Path, value: Any) -> timedelta | None:
    """A duration, or ``{is: duration, from: ...}``."""
    if isinstance(value, dict):
        given = reader.mapping(path, value, KEYS["tiers.wait"], ("is",))
        reader.note(path, given)
        value, path = given.get("is"), (*path, "is")
    return reader.duration(path, value) or None


def _tier(reader: Reader, path: Path, number: int, value: Any, plays: Mapping[str, Play]) -> Tier:
    given = reader.mapping(path, value or {}, KEYS["tiers.tier"])
    capacity = reader.mapping((*path, "capacity"), given.get("capacity") or {}, KEYS["tiers.capacity"])
    enter = reader.mapping((*path, "enter"), given.get("enter") or {}, KEYS["tiers.enter"])
    leave = reader.mapping((*path, "leave"), given.get("leave") or {}, KEYS["tiers.leave"])
    for name, part in (("capacity", capacity), ("enter", enter), ("leave", leave)):
        reader.note((*path, name), part)

    def optional(section: str, part: Mapping[str, Any], key: str, high: float | None = None) -> float | None:
        if part.get(key) is None:
            return None
        return reader.number((*path, section, key), part[key], low=0, high=high)

    share = capacity.get("share")
    tier = Tier(
        number=number,
        name=reader.text((*path, "name"), given.get("name")),
        max_accounts=_whole(optional("capacity", capacity, "max")),
        max_share=None if share is None else reader.share((*path, "capacity", "share"), share),
        never_above=_whole(optional("capacity", capacity, "never_above")),
        enter_fit=optional("enter", enter, "fit", 1.0),
        enter_activity=optional("enter", enter, "activity"),
        leave_activity=optional("leave", leave, "activity"),
        leave_for=reader.duration((*path, "leave", "for"), leave.get("for")) or None,
        play=reader.word((*path, "play"), given["play"], plays, what="play") if given.get("play") else "",
        origin=reader.note(path, given),
    )
    if (
        tier.enter_activity is not None
        and tier.leave_activity is not None
        and tier.leave_activity >= tier.enter_activity
    ):
        message = f"leave.activity {tier.leave_activity:g} is not below enter.activity {tier.enter_activity:g}"
        reader.error((*path, "leave"), message, "an account would enter and leave at once", code="contradiction")
    return tier


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _tier_order(reader: Reader, found: Mapping[int, Tier]) -> None:
    one, two = found.get(1), found.get(2)
    if one is None or two is None:
        return
    for name in ("enter_fit", "enter_activity"):
        high, low = getattr(one, name), getattr(two, name)
        if high is not None and low is not None and high < low:
            what = name.replace("_", ".")
            message = f"tier 1 is easier to enter than tier 2 ({what} {high:g} < {low:g})"
            reader.warning(("tiers", "1", "enter", name.partition("_")[2]), message, "swap them, or raise this one")


# --- ICP ------------------------------------------------------------------------------------------------------------


def declared_values(data: Any) -> dict[str, tuple[str, ...]]:
    """Values that icp.yaml declares for areas and modalities: the same words stand in events."""
    attributes = data.get("attributes") if isinstance(data, dict) else None
    out: dict[str, tuple[str, ...]] = {}
    for name in ("area", "modality"):
        given = attributes.get(name) if isinstance(attributes, dict) else None
        values = given.get("values") if isinstance(given, dict) else None
        if isinstance(values, list):
            out[name] = tuple(v for v in values if isinstance(v, str))
    return out


def icp(ctx: Context, data: Any) -> Icp:
    """Read icp.yaml. Adds the declared attributes to ``ctx.measures``, so that rules may ask for them."""
    reader = ctx.reader
    top = reader.mapping((), data, KEYS["icp"], ("attributes",))
    attributes: dict[str, Attribute] = {}
    for name, value in reader.mapping(("attributes",), top.get("attributes") or {}).items():
        reader.identifier(("attributes", name), name)
        attribute = _attribute(reader, ("attributes", name), name, value)
        attributes[name] = attribute
    prior = reader.mapping(("unknown",), top.get("unknown") or {}, KEYS["icp.unknown"])
    reader.note(("unknown",), prior)
    known: dict[str, Field] = {**{n: a.field for n, a in attributes.items()}}
    for measure in ctx.measures.values():
        known.setdefault(measure.name, measure)
    segments: list[Segment] = []
    for path, item in reader.items(("segments",), top.get("segments") or []):
        segment = _segment(ctx, path, item, known)
        if segment.segment_id in [s.segment_id for s in segments]:
            reader.error((*path, "id"), f"segment {segment.segment_id} is defined twice")
        segments.append(segment)
    exclude: list[Exclusion] = []
    for path, item in reader.items(("exclude",), top.get("exclude") or []):
        given = reader.mapping(path, item, KEYS["icp.exclude"], ("is", "because"))
        reader.note(path, given)
        tests = account_tests(ctx, (*path, "is"), "exclude", given.get("is") or {}, known)
        if not tests:
            reader.error(path, "this would exclude every account", "say what to exclude under 'is:'")
        exclude.append(Exclusion(tests, reader.text((*path, "because"), given.get("because"))))
    if segments:
        known["segment"] = Field("segment", "enum", tuple(s.segment_id for s in segments))
    ctx.measures = known
    return Icp(
        attributes=attributes,
        segments=tuple(segments),
        exclude=tuple(exclude),
        prior_score=reader.number(("unknown", "score"), prior.get("score"), 0.5, low=0, high=1),
        prior_weight=reader.number(("unknown", "weight"), prior.get("weight"), 1.0, low=0, high=100),
    )


def _attribute(reader: Reader, path: Path, name: str, value: Any) -> Attribute:
    given = reader.mapping(path, value or {}, KEYS["icp.attribute"])
    reader.note(path, given)
    kind = reader.word((*path, "kind"), given.get("kind"), ATTRIBUTE_KINDS, default="text", what="kind")
    values = given.get("values")
    words = reader.words((*path, "values"), values) if values is not None else ()
    if kind == "enum" and not words:
        reader.error(path, f"{name}: an enum needs its values", "values: [a, b, c]")
    if kind == "phase":
        base = tables.PHASE
        made = Field(name, "enum", (*base.values, *(w for w in words if w not in base.values)), base.order, base.parts)
    elif kind == "series":
        extra = tuple(w for w in words if w not in tables.SERIES)
        made = Field(name, "enum", (*tables.SERIES, *extra), tables.SERIES_ORDER)
    else:
        made = Field(name, cast("tables.ValueKind", kind), words)
    columns = reader.words((*path, "columns"), given["columns"]) if given.get("columns") is not None else (name,)
    return Attribute(name, made, columns, reader.text((*path, "title"), given.get("title")))


def _segment(ctx: Context, path: Path, item: Any, known: Mapping[str, Field]) -> Segment:
    reader = ctx.reader
    given = reader.mapping(path, item, KEYS["icp.segment"], ("id", "criteria"))
    reader.note(path, given)
    criteria: list[Criterion] = []
    for place, one in reader.items((*path, "criteria"), given.get("criteria") or []):
        criterion = _criterion(ctx, place, one, known)
        if criterion is not None:
            criteria.append(criterion)
    if not criteria:
        reader.error(path, "a segment needs criteria")
    title = reader.text((*path, "title"), given.get("title"))
    return Segment(_id(reader, path, given), title, tuple(criteria))


def _criterion(ctx: Context, path: Path, item: Any, known: Mapping[str, Field]) -> Criterion | None:
    reader = ctx.reader
    given = reader.mapping(path, item, KEYS["icp.criterion"])
    reader.note(path, given)
    weight = reader.number((*path, "weight"), given.get("weight"), 1.0, low=0, high=100)
    if "is" in given:
        tests = account_tests(ctx, (*path, "is"), "is", given["is"], known)
        names = dict.fromkeys(t.name for t in tests)
        return Criterion(" + ".join(names), weight, tests) if tests else None
    if "attribute" not in given or "scores" not in given:
        reader.error(path, "a criterion has 'is', or 'attribute' and 'scores'")
        return None
    name = reader.word((*path, "attribute"), given["attribute"], known, what="attribute")
    if not name:
        return None
    scores: dict[str, float] = {}
    for value, score in reader.mapping((*path, "scores"), given["scores"]).items():
        place = (*path, "scores", value)
        if known[name].values and value not in known[name].values:
            hint = expected(value, known[name].values)
            reader.error(place, f"{name}: unknown value {value}", hint, key=True, code="unknown-word")
        scores[value.casefold()] = reader.number(place, score, low=0, high=1)
    for whole, parts in known[name].parts.items():
        if whole.casefold() in scores:  # "2" speaks for 2a and 2b too
            for part in parts:
                scores.setdefault(part.casefold(), scores[whole.casefold()])
    otherwise = reader.number((*path, "otherwise"), given.get("otherwise"), 0.0, low=0, high=1)
    return Criterion(name, weight, (), scores, otherwise)


def _id(reader: Reader, path: Path, given: Mapping[str, Any]) -> str:
    """The id of a mapping; "" after a problem was noted (that it is missing was noted before)."""
    return "" if given.get("id") is None else reader.identifier((*path, "id"), given["id"])


# --- personas and plays ---------------------------------------------------------------------------------------------


def personas(reader: Reader, data: Any) -> Personas:
    """Read personas.yaml."""
    top = reader.mapping((), data, KEYS["personas"], ("personas",))
    found: dict[str, Persona] = {}
    for path, item in reader.items(("personas",), top.get("personas") or []):
        given = reader.mapping(path, item, KEYS["persona"], ("id", "title"))
        reader.note(path, given)
        name = _id(reader, path, given)
        if not name:
            continue
        if name in found:
            reader.error((*path, "id"), f"persona {name} is defined twice")
        titles = reader.words((*path, "titles"), given["titles"]) if given.get("titles") is not None else ()
        role = reader.text((*path, "role"), given.get("role"))
        found[name] = Persona(name, reader.text((*path, "title"), given.get("title")), titles, role)
    needed = top.get("buying_group")
    if isinstance(needed, dict):
        given = reader.mapping(("buying_group",), needed, KEYS["personas.buying_group"], ("needs",))
        reader.note(("buying_group",), given)
        group = reader.words(("buying_group", "needs"), given.get("needs") or [], found, what="persona")
    else:
        group = reader.words(("buying_group",), needed, found, what="persona") if needed is not None else ()
    return Personas(found, group)


def plays(reader: Reader, data: Any, known_personas: Mapping[str, Persona]) -> dict[str, Play]:
    """Read plays.yaml."""
    out: dict[str, Play] = {}
    for path, item in reader.items((), data):
        given = reader.mapping(path, item, KEYS["play"], ("id", "title"))
        reader.note(path, given)
        name = _id(reader, path, given)
        if not name:
            continue
        if name in out:
            reader.error((*path, "id"), f"play {name} is defined twice")
        who = given.get("personas")
        steps = given.get("steps")
        listed = given.get("tiers")
        out[name] = Play(
            play_id=name,
            title=reader.text((*path, "title"), given.get("title")),
            first_step=reader.text((*path, "first_step"), given.get("first_step")),
            steps=reader.words((*path, "steps"), steps) if steps is not None else (),
            personas=reader.words((*path, "personas"), who, known_personas, what="persona") if who is not None else (),
            tiers=tuple(int(t) for t in reader.words((*path, "tiers"), listed, ("1", "2", "3"))) if listed else (),
        )
    return out
