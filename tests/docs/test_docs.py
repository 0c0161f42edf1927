"""The documentation against the program: what exists is documented, what is documented exists, and examples load."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from connectors.clinicaltrials import ClinicalTrials
from connectors.edgar import Edgar
from signalwatch import cli, config, errors, model, yamlsrc
from signalwatch.detect.pack import load_texts as load_triggers
from signalwatch.evaluate import detection, matching, stories
from signalwatch.model import Account
from signalwatch.resolve import families
from signalwatch.resolve.index import METHOD
from signalwatch.ruleset import load_pack_texts
from signalwatch.ruleset.fields import BY_TYPE
from signalwatch.ruleset.trial import run_examples
from tests.data import ROOT
from tests.docs.pages import REFERENCE, Block, FakeEnvironment, blocks, code, name, pages, prose, rows, section

# --- settings -------------------------------------------------------------------------------------------------------

_SECTIONS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("", config.Settings), ("http.", config.HttpSection), ("http.hosts.*.", config.HostSettings),
    ("sources[].", config.SourceSection), ("operator.", config.OperatorSection), ("service.", config.ServiceSection),
    ("log.", config.LogSection),
)  # fmt: skip
_NESTED = {"http", "sources", "channels", "operator", "service", "log"}


def _stated(value: Any) -> set[str]:
    """The ways a default may be written in a table."""
    if value is PydanticUndefined:
        return {"required"}
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        return {f"`{seconds // size}{unit}`" for unit, size in config._UNITS.items() if seconds % size == 0}
    if isinstance(value, bool):
        return {f"`{str(value).lower()}`"}
    if value in ("", None, ()) or isinstance(value, dict):
        return {"empty", "none"}
    return {str(value), f"`{value}`", str(int(value)) if isinstance(value, float) else ""}


def _settings_keys() -> list[tuple[str, Any]]:
    found = []
    for prefix, section_model in _SECTIONS:
        for key, field in section_model.model_fields.items():
            if prefix or key not in _NESTED:
                default = field.default if field.default_factory is None else {}
                found.append((prefix + key, default))
    return found


def test_every_settings_key_is_documented_with_its_default() -> None:
    table = rows((REFERENCE / "settings.md").read_text("utf-8"))
    wrong = [k for k, default in _settings_keys() if k not in table or table[k][0] not in _stated(default)]

    assert wrong == []


def test_no_settings_key_is_documented_that_does_not_exist() -> None:
    known = {k for k, _ in _settings_keys()} | {"channels.*.notifier"}
    text = (REFERENCE / "settings.md").read_text("utf-8")
    tables = [
        section(text, f"## {heading}") for heading in ("Top level", "http", "channels", "operator", "service", "log")
    ]
    documented = set().union(*(rows(t) for t in tables))

    assert documented - known == set()


@pytest.mark.parametrize(("heading", "settings"), [("clinicaltrials", ClinicalTrials.Config), ("edgar", Edgar.Config)])
def test_every_setting_of_a_connector_is_documented(heading: str, settings: type[BaseModel]) -> None:
    table = rows(section((REFERENCE / "settings.md").read_text("utf-8"), f"### {heading}"))

    assert set(table) == set(settings.model_fields)
    wrong = [
        k for k, f in settings.model_fields.items()
        if not isinstance(f.default, tuple) and not _stated(f.default) & set(table[k][0].split(", "))
    ]  # fmt: skip
    assert wrong == []


# --- command line ---------------------------------------------------------------------------------------------------


def _commands(command: click.Command, path: tuple[str, ...], ctx: click.Context) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for sub in command.list_commands(ctx):
            found = command.get_command(ctx, sub)
            assert found is not None
            yield from _commands(found, (*path, sub), ctx)
    else:
        yield " ".join(path), command


def _cli() -> dict[str, click.Command]:
    return dict(_commands(cli.root, (), click.Context(cli.root)))


def _documented_commands() -> dict[str, str]:
    """Command path to the whole table row that documents it."""
    found = {}
    paths = sorted(_cli(), key=len, reverse=True)
    for line in (REFERENCE / "cli.md").read_text("utf-8").splitlines():
        match = re.match(r"\| `([a-z-][^`]*)`", line)
        if match:
            path = next((p for p in paths if f"{match[1]} ".startswith(f"{p} ")), match[1])
            found[path] = line
    return found


def test_the_page_lists_exactly_the_commands_there_are() -> None:
    assert sorted(_documented_commands()) == sorted(_cli())


@pytest.mark.parametrize("path", sorted(_cli()))
def test_every_option_and_argument_is_documented_with_its_command(path: str) -> None:
    line = _documented_commands().get(path, "")
    command = _cli()[path]
    options = [o for p in command.params if isinstance(p, click.Option) for o in p.opts if o.startswith("--")]
    arguments = [p for p in command.params if isinstance(p, click.Argument)]

    assert [o for o in options if not re.search(rf"`{re.escape(o)}[ `=]", line)] == []
    assert len(re.findall(r"\b[A-Z]{2,}\b", line.split("|")[1])) >= len(arguments)
    assert sorted(set(re.findall(r"`(--[a-z-]+)", line)) - set(options)) == []


def test_commands_named_anywhere_exist() -> None:
    paths = set(_cli())
    groups = {p.split(" ")[0] for p in paths}
    wrong = []
    for page in pages():
        for command in re.findall(r"(?:^|[ `/])signalwatch ((?:[a-z-]+ ?)+)", page.read_text("utf-8"), re.MULTILINE):
            words = command.split()
            if words[0] in groups and not any(" ".join(words[:n]) in paths for n in (1, 2)) and len(words) > 1:
                wrong.append(f"{name(page)}: signalwatch {command}")

    assert wrong == []


# --- errors, events, matching, evaluation -----------------------------------------------------------------------------


def test_every_error_class_is_documented() -> None:
    classes = {n for n, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.SignalwatchError)}
    table = rows((REFERENCE / "errors.md").read_text("utf-8"))

    assert {c for c in classes if c not in table} == set()


def test_every_notice_of_a_source_is_documented() -> None:
    sources = "".join(p.read_text("utf-8") for p in (ROOT / "connectors").glob("*.py"))
    kinds = set(re.findall(r'(?:Notice\(kind=|_say\(\s*)"(\w+)"', sources))
    text = (REFERENCE / "errors.md").read_text("utf-8") + (REFERENCE / "feeds.md").read_text("utf-8")

    assert kinds
    assert {k for k in kinds if f"`{k}`" not in text} == set()


@pytest.mark.parametrize("kind", model.EVENT_TYPES)
def test_every_event_type_is_documented_with_its_attributes(kind: str) -> None:
    text = (REFERENCE / "events.md").read_text("utf-8")
    table = rows(text)
    row = " ".join(table[kind])
    named = set(code(row))
    for group in ("trial", "stop", "filing"):
        if re.search(rf"\+ {group}\b", row):
            named |= set(code(section(text, f"### {group}")))
    values = {v for f in BY_TYPE[kind] for v in f.values}

    assert {f.name for f in BY_TYPE[kind]} - named == set()
    assert named - {f.name for f in BY_TYPE[kind]} - values - set(model.EVENT_TYPES) == set()


def test_every_way_of_matching_and_kind_of_fact_is_documented() -> None:
    named = set(code((REFERENCE / "matching.md").read_text("utf-8")))

    assert {m for m in METHOD if m} | {"cik", "ticker", "domain"} <= named
    assert set(families.KINDS) <= named


@cache
def _evaluate_examples() -> list[list[dict[str, Any]]]:
    page = name(REFERENCE / "evaluate.md")
    return [[json.loads(line) for line in b.text.splitlines()] for b in blocks("json") if b.page == page]


class _Silent:
    def detect(self, title: str, text: str = "", *, kind: str = "news", publisher: str = "") -> tuple[()]:
        return ()


def test_the_formats_of_evaluate_are_what_it_reads_and_their_answers_are_documented() -> None:
    items, mentions, pairs = _evaluate_examples()[:3]
    text = (REFERENCE / "evaluate.md").read_text("utf-8")
    scored = detection.evaluate(items, _Silent())
    clustered = stories.public(stories.evaluate(items, pairs))
    accounts = [
        Account(account_id="tarvex-bio", name="Tarvex Bio"),
        Account(account_id="relay-tx", name="Relay Therapeutics"),
    ]
    matched = matching.public(matching.evaluate(mentions, accounts, None))

    assert scored["items"] == len(items)
    assert clustered["pairs"]["recall"] == 1.0
    assert matched["organisation_name"]["recall"] == 1.0
    assert [k for k in (*scored, *scored["micro"], *clustered, *matched) if f"`{k}`" not in text] == []
    assert [k for row in (*items, *mentions, *pairs) for k in row if f"`{k}`" not in text] == []


# --- YAML blocks ------------------------------------------------------------------------------------------------------


@cache
def _shipped() -> dict[str, str]:
    folder = ROOT / "rules"
    files = [*folder.glob("*.yaml"), *folder.glob("elevation/*.yaml")]
    return {f.relative_to(folder).as_posix(): f.read_text("utf-8") for f in files if f.name != "families.yaml"}


@cache
def _trigger_helpers() -> dict[str, str]:
    return {f.name: f.read_text("utf-8") for f in (ROOT / "rules" / "triggers").glob("_words.*")}


def _load_settings(block: Block, folder: Path) -> None:
    for secret in re.findall(r"\w+_file:\s*(\S+)", block.text):
        (folder / secret).write_text("a secret of enough letters\n", "utf-8")
    config.load_text(block.text, str(block), folder, env=FakeEnvironment())


def _load_rules(block: Block) -> None:
    others = {k: v for k, v in _shipped().items() if not k.startswith("elevation/")}
    extra = {b["type"]: None for b in map(_data, blocks("yaml")) if isinstance(b, dict) and "patterns" in b}
    pack = load_pack_texts({**others, "elevation/page.yaml": block.text}, extra_types=extra)

    assert [str(r) for r in run_examples(pack) if not r.ok] == []


def _data(block: Block) -> Any:
    return yamlsrc.load(block.text, str(block)).data


@pytest.mark.parametrize("block", list(blocks("yaml")), ids=str)
def test_every_yaml_block_loads(block: Block, tmp_path: Path) -> None:
    """Settings, rules, routes, families and triggers go through their own loaders; what a block is shows in its keys."""
    data = _data(block)
    keys = set(data if isinstance(data, dict) else data[0])
    if keys <= set(config.Settings.model_fields):
        _load_settings(block, tmp_path)
    elif {"id", "when"} <= keys:
        _load_rules(block)
    elif "patterns" in keys:
        load_triggers({**_trigger_helpers(), f"{data['type']}.yaml": block.text})
    elif "company" in keys:
        families.load(block.text, str(block))
    elif keys <= {"receivers", "fallback", "schedules", "quiet_hours", "attention", "route", "mutes"}:
        load_pack_texts({**_shipped(), "routes.yaml": block.text})
    else:
        assert block.page.startswith("docs/rules/"), f"{block}: no loader knows a block with the keys {sorted(keys)}"


# --- links and files --------------------------------------------------------------------------------------------------


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_relative_link_resolves(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        if not path.exists() or (anchor and anchor not in _anchors(path)):
            broken.append(target)

    assert broken == []


_PLACES = (ROOT, ROOT / "signalwatch", ROOT / "rules", ROOT / "docs")
_FOLDERS = r"(?:signalwatch|connectors|rules|docs|tests|docker|bench|requirements|\.ci)/[^\s`<]*"
_MODULES = r"(?:[a-z_]+/)*[a-z_]+\.(?:py|md|sh)"


def _exists(mention: str, page: Path) -> bool:
    for place in (page.parent, *_PLACES):
        path = place / mention.rstrip("/")
        if path.exists() or ("*" in mention and list(place.glob(mention.rstrip("/")))):
            return True
    return False


@pytest.mark.parametrize("page", pages(), ids=name)
def test_files_that_are_mentioned_exist(page: Path) -> None:
    """Files the reader is told to make ("A new file, ...", "One file per type ...") are left out."""
    lines = [line for line in prose(page).splitlines() if not re.match(r"(A new file|One file per)", line)]
    mentioned = [c for c in code("\n".join(lines)) if re.fullmatch(f"{_FOLDERS}|{_MODULES}", c)]

    assert [m for m in mentioned if not _exists(m, page)] == []


def test_the_map_links_every_page() -> None:
    index = ROOT / "docs" / "index.md"
    linked = {
        (index.parent / t.partition("#")[0]).resolve() for t in re.findall(r"\]\(([^)\s]+)\)", index.read_text("utf-8"))
    }
    missing = [name(p) for p in pages() if p.parent != ROOT and p != index and p.resolve() not in linked]

    assert missing == []
