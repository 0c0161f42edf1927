"""JSON Schema against the loader: what one takes the other takes, what one refuses the other refuses, and every key has a text."""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from signalwatch import yamlsrc
from signalwatch.cli import root
from signalwatch.detect import keys as trigger_keys
from signalwatch.detect.pack import load_texts as load_triggers
from signalwatch.errors import ConfigError
from signalwatch.ruleset import load_pack_texts, schema, starters
from signalwatch.ruleset.conditions import EVENT_EXTRAS, MODIFIERS, STRUCTURE
from signalwatch.ruleset.fields import OPERATORS
from signalwatch.ruleset.keys import KEYS
from signalwatch.ruleset.rules import RULE_KEYS
from tests.data import ROOT

pytestmark = pytest.mark.slow

RULES = ROOT / "rules"
SETS = {
    "general": {n: t for n, t in starters._texts(RULES).items() if n.endswith(".yaml") and n != "families.yaml"}
} | {name: starters.read(RULES, name) for name in starters.names(RULES)}
TRIGGERS = {p.name: p.read_text("utf-8") for p in sorted((RULES / "triggers").glob("[a-z]*.yaml"))}
HELPERS = {p.name: p.read_text("utf-8") for p in (RULES / "triggers").glob("_*")}
BAD_KEY = "zzz"


def kind_of(file: str) -> str:
    return "elevation" if file.startswith("elevation/") else file.removesuffix(".yaml")


def plain(value: Any) -> Any:
    """Parsed YAML as an editor sees it: dates are text."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value


@cache
def validator(rules: str, kind: str) -> Any:
    return jsonschema.Draft7Validator(schema.schema(kind, schema.words_of(load_pack_texts(SETS[rules]))))


def errors(rules: str, kind: str, data: Any) -> list[str]:
    return [f"{list(e.absolute_path)} {e.message[:200]}" for e in validator(rules, kind).iter_errors(plain(data))]


# --- good files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", schema.KINDS)
def test_every_schema_is_one(kind: str) -> None:
    jsonschema.Draft7Validator.check_schema(validator("general", kind).schema)


@pytest.mark.parametrize("name", SETS)
def test_every_shipped_rule_file_passes(name: str) -> None:
    found = {f: errors(name, kind_of(f), yamlsrc.load(t, f).data) for f, t in SETS[name].items()}

    assert {f: e for f, e in found.items() if e} == {}


@pytest.mark.slow
def test_every_shipped_trigger_passes() -> None:
    found = {f: errors("general", "triggers", yamlsrc.load(t, f).data) for f, t in TRIGGERS.items()}

    assert len(found) == 21
    assert {f: e for f, e in found.items() if e} == {}


# --- broken files ---------------------------------------------------------------------------------------------------


def mappings(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all mappings in a value."""
    if isinstance(value, dict):
        yield path
        for key, inner in value.items():
            yield from mappings(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from mappings(inner, (*path, index))


def places(data: Any) -> dict[str, tuple[Any, ...]]:
    """One mapping for each place of a file, list items taken as one place."""
    return {"/".join("*" if isinstance(p, int) else p for p in path): path for path in mappings(data)}


def at(data: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def refused(files: dict[str, str], file: str, data: Any) -> bool:
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    try:
        load_pack_texts({**files, file: text})
    except ConfigError:
        return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("file", sorted(SETS["general"]))
def test_a_key_that_the_loader_does_not_know_is_refused_by_both_everywhere(file: str) -> None:
    data = yamlsrc.load(SETS["general"][file], file).data
    only_one = []
    for name, path in places(data).items():
        broken = copy.deepcopy(data)
        at(broken, path)[BAD_KEY] = 1
        by_schema, by_loader = bool(errors("general", kind_of(file), broken)), refused(SETS["general"], file, broken)
        if by_schema != by_loader:
            only_one.append(f"{name}: schema {by_schema}, loader {by_loader}")

    assert only_one == []


BROKEN = {
    "elevation": [
        "- { id: x, when: fundinground }",
        "- { id: x, when: { funding_round: { serie: A } } }",
        "- { id: x, when: { funding_round: { series: Z } } }",
        "- { id: x, when: { funding_round: { series|gte: venture_debt } } }",
        "- { id: x, when: { funding_round: { amount|gte: 50 } } }",
        "- { id: x, when: { funding_round: { amount: 50M USD } } }",
        "- { id: x, when: { all: [ipo, filing], within: 120 } }",
        "- { id: x, when: { trial_start: { phase|above: 2 } } }",
        "- { id: x, when: ipo, status: lve }",
        "- { id: x, when: ipo, propose: { tier: 5 } }",
        "- { id: x, when: ipo, play: no-such-play }",
        "- { id: x, when: ipo, for: { teir: 1 } }",
        "- { id: x, when: ipo, from: somebody }",
        "- { id: x, when: ipo, cooldown: { per: program } }",
        "- { id: x, when: { then: [ipo] } }",
        "- { id: x, when: { page_visit: { count|gte: 0 } } }",
        "- { id: x, when: { first_party: { distinct: { field: person } } } }",
        "- { id: x, when: ipo, examples: [{ given: [{ at: soon, event: ipo }], expect: silent }] }",
        "- { id: x, when: ipo, examples: [{ given: [{ at: 0d, event: ipo, colour: red }], expect: silent }] }",
        "- { id: x, when: ipo, examples: [{ given: [{ at: 0d, event: ipo }], expect: fires }] }",
        "- { title: no id, when: ipo }",
        "{ id: x, when: ipo }",
    ],
    "groups": ["g: { events: [no_such_event] }", "g: { events: [{ ipo: { status: pricd } }] }", "g: { title: G }", "g: { events: [] }"],
    "icp": [
        "attributes: { a: { kind: colour } }\n",
        "attributes: { kind: {} }\nsegments: [{ id: s, criteria: [{ attribute: kind }] }]",
        "attributes: { kind: {} }\nexclude: [{ is: { relationship: rival }, because: x }]",
        "attributes: { kind: {} }\nunknown: { score: 2 }",
        "segments: []",
    ],
    "personas": ["personas: [{ id: x }]", "personas: [{ id: x, title: X, names: [a] }]"],
    "plays": ["- { id: x }", "- { id: x, title: X, personas: [nobody] }", "- { id: x, title: X, tiers: [4] }"],
    "routes": [
        "receivers: { a: { chanel: x } }\nroute: { receivers: [a] }",
        "receivers: { a: { channel: x } }",
        "receivers: { a: { channel: x } }\nroute: { receivers: [a], match: { teir: 1 } }",
        "receivers: { a: { channel: x } }\nroute: { receivers: [a], group_by: [country] }",
        "receivers: { a: { channel: x } }\nroute: { receivers: [a] }\nschedules: { s: { every: monthly } }",
        'receivers: { a: { channel: x } }\nroute: { receivers: [a] }\nquiet_hours: { q: { start: "25:00", end: "07:00", zone: UTC } }',
        "receivers: { a: { channel: x } }\nroute: { receivers: [a] }\nmutes: [{ match: {} }]",
        "receivers: { a: { channel: x } }\nroute: { receivers: [a], group_wait: 2 }",
    ],
    "scoring": [
        "events: { ipos: { points: 1 } }", "events: { ipo: { half_life: 9d } }", "events: { ipo: { points: many } }",
        "events: { ipo: { points: 1, polarity: good } }", "events: { ipo: { points: 1, cases: [{ points: 2 }] } }",
        "events: { ipo: { points: 1, cases: [{ when: { status: pricd } }] } }", "events: {}\ncurrencies: { euro: 1.1 }",
        "engagement: {}",
    ],
    "tiers": [
        "tiers: { 1: {}, 2: {} }", "tiers: { 1: {}, 2: {}, 3: {}, 4: {} }", "tiers: { 1: { capacity: { share: 120 } }, 2: {}, 3: {} }",
        "tiers: { 1: {}, 2: {}, 3: {} }\ndwell: 60", "tiers: { 1: {}, 2: {}, 3: {} }\ndistress: { group: no_such_group }",
        "tiers: { 1: { enter: { fit: 3 } }, 2: {}, 3: {} }",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, texts in BROKEN.items() for t in texts])
def test_broken_files_fail_in_both(kind: str, text: str) -> None:
    file = "elevation/x.yaml" if kind == "elevation" else f"{kind}.yaml"

    with pytest.raises(ConfigError):
        load_pack_texts({**SETS["general"], file: text})
    assert errors("general", kind, yamlsrc.load(text, file).data)


BROKEN_TRIGGERS = ["polarity: good", "colour: red", "allow: [maybe]", "attributes: [colour]", "patterns: []", "examples: { fire: [] }",
                   "patterns: [{ id: a }]", "patterns: [{ id: a, any: [x], where: footer }]", "patterns: [{ id: a, any: [x], confidence: 2 }]"]  # fmt: skip


@pytest.mark.slow  # the word lists are compiled for each
@pytest.mark.parametrize("text", BROKEN_TRIGGERS)
def test_broken_triggers_fail_in_both(text: str) -> None:
    whole = (
        "type: site_audit\n" + text + ("\npatterns: [{ id: p, any: [audit passed] }]" if "patterns" not in text else "")
    )

    with pytest.raises(ConfigError):
        load_triggers({**HELPERS, "site_audit.yaml": whole})
    assert errors("general", "triggers", yamlsrc.load(whole, "x").data)


# --- texts and keys -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", schema.KINDS)
def test_every_key_has_a_hover_text(kind: str) -> None:
    whole = validator("general", kind).schema
    lacking = []

    def look(node: Any, path: str) -> None:
        if isinstance(node, dict):
            for name, one in node.get("properties", {}).items():
                target = whole["definitions"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
                shown = target.get("markdownDescription") == target.get("description") and target.get("description")
                if not shown and "const" not in target and not path.endswith(("if", "then")) and name != "changes":
                    lacking.append(f"{path}/{name}")
            for key, inner in node.items():
                look(inner, f"{path}/{key}")
        elif isinstance(node, list):
            for inner in node:
                look(inner, path)

    look(whole, "")

    assert lacking == []


def test_words_have_texts_of_their_own() -> None:
    made = schema.schema("elevation", schema.words_of(load_pack_texts(SETS["general"])))
    status = made["definitions"]["rule"]["properties"]["status"]
    events = made["definitions"]["condition"]["anyOf"][0]

    assert (
        dict(zip(status["enum"], status["enumDescriptions"], strict=True))["shadow"]
        == "evaluated and recorded, never alerts"
    )
    assert all(events["enumDescriptions"])
    assert len(events["enum"]) == len(events["enumDescriptions"]) == len(events["markdownEnumDescriptions"])
    assert len(json.dumps(made)) < 800_000


def test_every_operator_and_structure_is_in_the_schema() -> None:
    made = schema.schema("elevation")
    condition = set(made["definitions"]["condition"]["anyOf"][1]["properties"])
    event = set(made["definitions"]["event_trial_start"]["properties"])
    used = {key.partition("|")[2] for d in made["definitions"].values() for key in d.get("properties", {})}

    assert set(made["definitions"]["rule"]["properties"]) == set(RULE_KEYS)
    assert {*STRUCTURE, *MODIFIERS} <= condition
    assert {*EVENT_EXTRAS, *MODIFIERS} <= event
    assert set(OPERATORS) <= used


def test_every_reference_of_a_schema_leads_somewhere() -> None:
    for kind in schema.KINDS:
        made = schema.schema(kind)
        names = set(re.findall(r'"\$ref": "#/definitions/([^"]+)"', json.dumps(made)))
        assert names <= set(made.get("definitions", {}))


def test_the_loader_reads_by_the_tables_and_by_nothing_else() -> None:
    """No call of ``reader.mapping`` spells keys out, so the loader cannot take a key of which the schema knows nothing."""
    read: set[str] = set()
    spelt = []
    for path in sorted((ROOT / "signalwatch" / "ruleset").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Subscript)
                and ast.unparse(node.value) == "KEYS"
                and not path.name.startswith("schema")
            ):
                read.update([ast.literal_eval(node.slice)] if isinstance(node.slice, ast.Constant) else [])
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "mapping":
                keys = node.args[2] if len(node.args) > 2 else None
                if isinstance(keys, ast.Tuple | ast.List | ast.Set):
                    spelt.append(f"{path.name}:{node.lineno}")

    assert spelt == []
    assert read == set(KEYS)
    assert all(text for table in (*KEYS.values(), trigger_keys.TYPE, trigger_keys.PATTERN) for text in table.values())


def test_the_command_writes_every_schema_with_the_names_of_the_rules(tmp_path: Path) -> None:
    made = CliRunner().invoke(root, ["rules", "schema", "--rules", str(RULES), "--out", str(tmp_path / "s")])
    shown = CliRunner().invoke(root, ["rules", "schema", "--rules", str(RULES), "--file", "plays"])

    assert made.exit_code == 0, made.output
    assert sorted(p.stem for p in (tmp_path / "s").glob("*.json")) == sorted(schema.KINDS)
    assert "clinical_operations" in json.dumps(json.loads(shown.output))
    assert "committee" not in shown.output
