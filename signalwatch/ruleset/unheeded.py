"""Settings that are read and checked while nothing acts on them yet: said by lint at their place, never passed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from signalwatch import yamlsrc
from signalwatch.errors import Problem
from signalwatch.ruleset.keys import UNHEEDED
from signalwatch.ruleset.pack import Pack

_FILES = {"tiers": "tiers.yaml", "routes.attention": "routes.yaml", "routes.route": "routes.yaml"}


def unheeded(pack: Pack) -> list[Problem]:
    """One note per file and setting, at its first place. Notes are no findings: ``--strict`` does not fail because of them."""
    out: dict[tuple[str, str], Problem] = {}
    for file, text in sorted(pack.texts.items()):
        source = yamlsrc.load(text, file, allow_empty=True)
        for table, path in _places(source.data, ()):
            where = _FILES.get(table)
            if where == file or (where is None and file.startswith("elevation/")):
                key = str(path[-1])
                said = f"{key} is read, and not yet acted on: {UNHEEDED[table, key]}"
                note = source.problem(path, said, severity="note", key=True, code="unheeded")
                out.setdefault((file, key), replace(note, excerpt="", caret=0))
    return list(out.values())


def _places(data: Any, path: yamlsrc.Path) -> Iterator[tuple[str, yamlsrc.Path]]:
    """Where a document says something that nothing heeds: the kind of mapping, and the path."""
    if isinstance(data, list):
        for number, item in enumerate(data):
            yield from _places(item, (*path, number))
    elif isinstance(data, dict):
        for key, value in data.items():
            table = _table(path)
            if (table, key) in UNHEEDED and value is not False:
                yield table, (*path, key)
            yield from _places(value, (*path, key))


def _table(path: yamlsrc.Path) -> str:
    """The kind of mapping at a path, as ``keys`` names it."""
    if not path:
        return "tiers"
    if path[-1] == "propose":
        return "rule.propose"
    return "routes.attention" if path == ("attention",) else "routes.route"
