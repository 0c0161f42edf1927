"""The reference pages of docs/rules, made from the tables the loader reads by. ``docs/generate.py`` writes them; a test holds
the committed pages against these functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from signalwatch.detect import keys as trigger_keys
from signalwatch.detect.attributes import EXTRACTORS
from signalwatch.ruleset import about
from signalwatch.ruleset.conditions import EVENT_EXTRAS, MEASURES, MODIFIERS, STRUCTURE
from signalwatch.ruleset.fields import ALLOWED, OPERATORS, Field
from signalwatch.ruleset.jsonschema import Words
from signalwatch.ruleset.keys import KEYS
from signalwatch.ruleset.policy_files import ATTRIBUTE_KINDS
from signalwatch.ruleset.routes import GROUP_BY, KINDS, MATCHERS, WEEKDAYS
from signalwatch.ruleset.rules import RULE_KEYS, STATUSES
from signalwatch.ruleset.slots import ACCOUNT_SLOTS

_MADE = "Made by `python docs/generate.py` from the tables the loader reads by; a test keeps the two equal."
_SHORT = 10
"""Lists of up to so many values stand beside their field."""

EXAMPLES: Mapping[str, str] = {
    "": 'phase: "2"', "gte": 'phase|gte: "2"', "lte": "percent|lte: -25", "gt": "amount|gt: 50M USD",
    "lt": 'phase|lt: "4"', "between": "enrollment|between: [100, 500]", "contains": "title|contains: biomarker",
    "any_of": "modality|any_of: [antibody, adc]", "all_of": "country|all_of: [Spain, Poland]",
    "none_of": "series|none_of: [venture_debt]", "exists": "new_country|exists: true",
    "starts_with": "form|starts_with: S-1", "matches": 'role|matches: "clinical|medical"',
}  # fmt: skip
"""One use of every operator."""
TIMES: Mapping[str, str] = {
    "within": "funding_round: { within: 30d }",
    "same": "all: [trial_start, trial_results] ... same: program",
    "then": "then: [leadership_change, funding_round]",
    "count|gte": "page_visit: { count|gte: 3, within: 14d }",
    "distinct": "first_party: { distinct: { field: persona, gte: 2 } }",
    "first": "trial_start: { first: true }",
    "changed": "trial_status_change: { changed: { field: status, to: suspended } }",
    "absent_for": "ind_clearance: { absent_for: { event: trial_start, for: 180d } }",
}
"""One use of every structure that looks at time or at several events."""
UNITS: Sequence[tuple[str, str, str]] = (
    ("duration", "`30s` `15m` `24h` `120d` `2w`", "a number and a unit, from 1s to 3660d; never a bare number"),
    (
        "money",
        "`50M USD` `EUR 1.5bn` `250k CHF`",
        "amount, size (k, M, B, bn), currency; by the rates of `scoring.yaml`",
    ),
    ("share", "`5%` `0.05`", "of the whole account list"),
    ("date", "`2026-01-10`", 'an impossible date is an error; a time of day needs quotes: `"2026-01-10T08:30"`'),
    ("moment of an example", "`40d` `2026-01-10`", "days after the example began (`0d`), or a date"),
    ("time of day", '`"08:30"`', "quoted, 24 hours, in the zone beside it"),
    ("zone", "`Europe/Berlin`", "an IANA name"),
    ("number", "`3` `-25` `2.5`", "without a unit, without thousands signs"),
    ("true or false", "`true` `false`", "`yes`, `no`, `on`, `off` are text here"),
)


def language(known: Words) -> str:
    """docs/rules/reference.md: the language of rules."""
    lines = [
        "# Reference of the rule language",
        "",
        _MADE,
        "",
        "See also [fields of events](fields.md), [policy files](files.md), [defaults](defaults.md), the",
        "[tutorial](tutorial.md) and the [cookbook](cookbook.md). How rules are meant is told in",
        "[rules/README.md](../../rules/README.md).",
        "",
        *_section("Keys of a rule", RULE_KEYS),
        *_keys("Under `propose`", "rule.propose"),
        *_keys("Under `cooldown`", "rule.cooldown", "A duration alone means `{for: ...}`."),
        *_section("Status", STATUSES),
        *_section("Structure of conditions", STRUCTURE),
        *_section("What binds a whole condition", MODIFIERS),
        *_section("Beside fields, under an event", EVENT_EXTRAS),
        *_keys("Under `distinct`", "event.distinct"),
        *_keys("Under `changed`", "event.changed"),
        *_keys("Under `absent_for`", "event.absent_for", "A duration alone means: none of the same kind."),
        "## Time and several events, by example",
        "",
        *_table(("structure", "for example"), ((f"`{k}`", f"`{v}`") for k, v in TIMES.items())),
        "",
        "Windows look at the time of events, not of their discovery. The event that just came must take part in what",
        "fires, so an event that is found late may complete a window whose other events are newer; the alert then says",
        "that it is late.",
        "",
        "## Operators",
        "",
        *_table(
            ("operator", "meaning", "for example", "kinds of value"),
            ((f"`|{o}`" if o else "(none)", t, f"`{EXAMPLES[o]}`", _kinds_with(o)) for o, t in OPERATORS.items()),
        ),
        "",
        "Enums that have an order (`phase`, `series`) take the comparisons too. A test of a field the event does not tell fails,",
        "except `none_of` and `exists: false`.",
        "",
        "## Units",
        "",
        *_table(("value", "write", "notes"), UNITS),
        "",
        "## Account: for, and thresholds in when",
        "",
        *_table(("name", "kind", "meaning"), ((f"`{m.name}`", _kind(m), _meaning(m)) for m in known.measures)),
        "",
        f"Always there: {_code(m.name for m in MEASURES)}.",
        "The others are attributes that the shipped `icp.yaml` declares; yours may declare others.",
        "",
        *_section("Slots of because that speak of the account", {n: f"`{{{n}}}`" for n in ACCOUNT_SLOTS}),
        "Others: `{EVENT.FIELD}`, `{EVENT.FIELD|what to say when unknown}`, `{EVENT.date}`, `{EVENT.type}`, `{EVENT.count}`.",
        "",
        *_keys("An example", "example"),
        *_keys("What an example expects", "example.expect", "Or the word `silent`."),
        *_keys("An entry of `changes` in an event of an example", "example.change"),
        "An event of an example has `at`, `event`, `seen` (when it became known, if later), `program`, `person`,",
        "`persona`, `title`, `changes`, and any [field of its type](fields.md).",
        "",
    ]
    return "\n".join(lines)


def event_fields(known: Words) -> str:
    """docs/rules/fields.md: the fields of every event type."""
    common = _common(known)
    lines = [
        "# Fields of events",
        "",
        _MADE,
        "",
        "What makes a text or a record such an event: [events](../reference/events.md).",
        "Operators: [reference](reference.md#operators).",
        "",
        "## Every event",
        "",
        *_fields(common),
        "",
    ]
    names = {f.name for f in common}
    for name in known.fields.types:
        own = [f for f in (known.fields.of(name) or {}).values() if f.name not in names]
        lines += [f"## {name}", "", f"{about.event(name)[0].upper()}{about.event(name)[1:]}.", ""]
        lines += [*_fields(own), ""] if own else []
    lines += ["## Long lists of values", ""]
    seen: dict[str, str] = {}
    for name in known.fields.types:
        for found in (known.fields.of(name) or {}).values():
            if len(found.values) > _SHORT:
                seen.setdefault(_values(found), f"`{found.name}`")
    lines += [f"- {name}: {values}" for values, name in seen.items()]
    return "\n".join([*lines, ""])


def files() -> str:
    """docs/rules/files.md: every key of every policy file."""
    lines = [
        "# Policy files",
        "",
        _MADE,
        "",
        "Editors show the same texts: [schema](schema.md).",
        "",
        *_keys("scoring.yaml", "scoring", level=2),
        *_keys("Points of a type", "scoring.points"),
        *_keys("A case", "scoring.case"),
        *_keys("breadth", "scoring.breadth"),
        *_keys("qualified", "scoring.qualified"),
        *_keys("groups.yaml", "group", "A mapping from names to groups; each group has", level=2),
        *_keys("tiers.yaml", "tiers", level=2),
        *_keys("A tier", "tiers.tier"),
        *_keys("capacity", "tiers.capacity"),
        *_keys("enter", "tiers.enter"),
        *_keys("leave", "tiers.leave"),
        *_keys("A time", "tiers.wait", "A duration alone will do; this form has room for its origin:"),
        *_keys("distress", "tiers.distress"),
        *_keys("icp.yaml", "icp", level=2),
        *_keys("An attribute", "icp.attribute", f"Kinds: {_code(ATTRIBUTE_KINDS)}."),
        *_keys("A segment", "icp.segment"),
        *_keys("A criterion", "icp.criterion"),
        *_keys("An exclusion", "icp.exclude"),
        *_keys("unknown", "icp.unknown"),
        *_keys("personas.yaml", "personas", level=2),
        *_keys("A persona", "persona"),
        *_keys("buying_group", "personas.buying_group"),
        *_keys("plays.yaml", "play", "A list; each play has", level=2),
        *_keys("routes.yaml", "routes", level=2),
        *_keys("A receiver", "routes.receiver"),
        *_keys(
            "A schedule",
            "routes.schedule",
            f"`every`: `immediate`, `hourly`, `daily`, `weekly`; `day`: {_code(WEEKDAYS)}.",
        ),
        *_keys("Quiet hours", "routes.quiet"),
        *_keys("A mute", "routes.mute"),
        *_keys("A route", "routes.route"),
        *_keys("attention", "routes.attention"),
        *_section("Matchers of routes", MATCHERS, level=3),
        *_section("Grouping of messages", GROUP_BY, level=3),
        *_section("Kinds of messages", {k: about.VALUES[k] for k in KINDS}, level=3),
        "## triggers/TYPE.yaml",
        "",
        "Phrases and scopes are explained in [rules/triggers/README.md](../../rules/triggers/README.md).",
        "",
        *_rows(trigger_keys.TYPE),
        *_section("A pattern", trigger_keys.PATTERN, level=3),
        *_section("becomes", trigger_keys.BECOMES, level=3),
        *_section("examples", {**trigger_keys.EXAMPLES, **trigger_keys.EXAMPLE}, level=3),
        *_section("Kinds of scope", trigger_keys.SCOPES, level=3),
        f"Attribute extractors: {_code(EXTRACTORS)}.",
        "",
    ]
    return "\n".join(lines)


def cookbook(recipes: Mapping[str, str]) -> str:
    """docs/rules/cookbook.md, from files by name. A recipe begins with comment lines: its title, then what it is for."""
    lines = [
        "# Cookbook",
        "",
        "Made by `python docs/generate.py` from the files in [cookbook/](cookbook/), one per recipe. Each loads beside the",
        "shipped rules and its examples pass: a test runs them. Copy a file of rules into `rules/elevation/`, then",
        "`signalwatch rules test`; take a file of routes apart and put what you need into `routes.yaml`.",
        "",
    ]
    for name in sorted(recipes):
        title, _, _ = recipe(recipes[name])
        lines += [f"- [{title}](#{_anchor(f'{int(name[:2])} {title}')})"]
    for name in sorted(recipes):
        title, text, body = recipe(recipes[name])
        lines += ["", f"## {int(name[:2])} {title}", "", f"{text} [{name}](cookbook/{name})", ""]
        lines += ["```yaml", body.strip("\n"), "```"]
    return "\n".join([*lines, ""])


def recipe(text: str) -> tuple[str, str, str]:
    """Title, prose and YAML of a recipe file."""
    lines = text.splitlines()
    head = [
        line.removeprefix("#").strip()
        for line in lines[: next(i for i, x in enumerate(lines) if not x.startswith("#"))]
    ]
    return head[0], " ".join(head[1:]), "\n".join(lines[len(head) :])


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def _kinds_with(op: str) -> str:
    return ", ".join(k for k, ops in ALLOWED.items() if op in ops and k != "any")


def _kind(found: Field) -> str:
    return "ordered" if found.order else found.kind


def _meaning(found: Field) -> str:
    text = found.about or found.name.replace("_", " ")
    return f"{text}: {_values(found)}" if 0 < len(found.values) <= _SHORT and not found.order else text


def _fields(found: Iterable[Field]) -> list[str]:
    return _table(
        ("field", "kind", "meaning", "values"), ((f"`{f.name}`", _kind(f), about.field(f), _shown(f)) for f in found)
    )


def _shown(found: Field) -> str:
    if not found.values:
        return ""
    return _values(found) if len(found.values) <= _SHORT else "[long list](#long-lists-of-values)"


def _values(found: Field) -> str:
    if not found.order:
        return ", ".join(found.values)
    out, last = "", None
    for word, rank in found.order.items():
        sign = "" if last is None else " = " if rank == last else " < "
        out, last = f"{out}{sign}{word}", rank
    rest = [v for v in found.values if v not in found.order]
    return out + (f"; without a rank: {', '.join(rest)}" if rest else "")


def _common(known: Words) -> list[Field]:
    tables = [known.fields.of(t) for t in known.fields.types]
    shared = set.intersection(*(set(t) for t in tables if t is not None))
    return [f for name, f in (tables[0] or {}).items() if name in shared]


def _code(listed: Iterable[str]) -> str:
    return " ".join(f"`{w}`" for w in listed)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(re.sub(r"(?<!\\)\|", r"\\|", c) for c in cells) + " |"

    return [line(head), "| " + " | ".join("---" for _ in head) + " |", *map(line, rows)]


def _rows(rows: Mapping[str, str]) -> list[str]:
    return [*(f"- `{name}`: {text}" for name, text in rows.items()), ""]


def _section(title: str, rows: Mapping[str, str], level: int = 2) -> list[str]:
    return [f"{'#' * level} {title}", "", *_rows(rows)]


def _keys(title: str, table: str, lead: str = "", level: int = 3) -> list[str]:
    return [f"{'#' * level} {title}", "", *([lead, ""] if lead else []), *_rows(KEYS[table])]
