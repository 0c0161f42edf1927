"""Pages that are made from code and from files are what the code makes today; the tutorial answers what it shows."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from signalwatch.ruleset import load_pack, reference
from signalwatch.ruleset.conditions import EVENT_EXTRAS, MEASURES, MODIFIERS, STRUCTURE
from signalwatch.ruleset.fields import OPERATORS
from signalwatch.ruleset.jsonschema import words_of
from signalwatch.ruleset.keys import KEYS
from signalwatch.ruleset.rules import RULE_KEYS
from tests.data import ROOT

HERE = ROOT / "docs" / "rules"
HINT = "write it anew: python docs/generate.py"


@cache
def made() -> dict[str, str]:
    known = words_of(load_pack(ROOT / "rules"))
    recipes = {p.name: p.read_text("utf-8") for p in (HERE / "cookbook").glob("*.yaml")}
    return {
        "reference.md": reference.language(known),
        "fields.md": reference.event_fields(known),
        "files.md": reference.files(),
        "cookbook.md": reference.cookbook(recipes),
    }


def generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["reference.md", "fields.md", "files.md", "cookbook.md"])
def test_a_committed_page_is_what_the_code_makes(page: str) -> None:
    assert (HERE / page).read_text("utf-8") == made()[page], HINT


def test_the_generator_writes_these_pages_and_the_tutorial() -> None:
    assert set(generator().GENERATED) == {*made(), "tutorial.md"}


def test_the_pages_name_everything_the_loader_knows() -> None:
    language, files = made()["reference.md"], made()["files.md"]
    fields = words_of(load_pack(ROOT / "rules")).fields

    for word in (*RULE_KEYS, *STRUCTURE, *MODIFIERS, *EVENT_EXTRAS, *(m.name for m in MEASURES)):
        assert f"`{word}`" in language, word
    assert all(f"`\\|{op}`" in language for op in OPERATORS if op)
    assert all(f"\n## {name}\n" in made()["fields.md"] for name in fields.types)
    assert all(f"`{f.name}`" in made()["fields.md"] for t in fields.types for f in (fields.of(t) or {}).values())
    assert [f"{t}.{k}" for t, keys in KEYS.items() for k in keys if f"`{k}`" not in language + files] == []


def test_every_recipe_stands_in_the_cookbook_word_for_word() -> None:
    for path in sorted((HERE / "cookbook").iterdir()):
        title, prose, body = reference.recipe(path.read_text("utf-8"))
        assert f"## {int(path.name[:2])} {title}\n" in made()["cookbook.md"]
        assert prose in made()["cookbook.md"]
        assert f"```yaml\n{body.strip()}\n```" in made()["cookbook.md"]


def steady(page: str) -> str:
    """A page without what changes with every edit of the shipped rules: hashes and the number of trigger examples."""
    return re.sub(r"\d+ trigger examples", "N trigger examples", re.sub(r"set [0-9a-f]{10}", "set HASH", page))


@pytest.mark.slow
def test_every_command_of_the_tutorial_answers_what_stands_under_it() -> None:
    page = (HERE / "tutorial.md").read_text("utf-8")

    assert page.count("```console") >= 7
    assert steady(generator().played(page)) == steady(page), HINT


@pytest.mark.slow
def test_the_command_on_the_page_about_schemas_answers_what_stands_under_it() -> None:
    page = (HERE / "schema.md").read_text("utf-8")
    answer = re.search(r"```console\n\$ signalwatch rules schema --out rules/.schema\n(.*?)```", page, re.DOTALL)

    assert answer is not None
    assert generator().played(answer[0]) == answer[0]


def test_the_settings_of_the_editor_name_every_schema() -> None:
    page = (HERE / "schema.md").read_text("utf-8")

    assert set(re.findall(r'"rules/\.schema/(\w+)\.json"', page)) == {
        p.stem for p in map(Path, re.findall(r"wrote (\S+\.json)", page))
    }
