"""Starter packs: a vendor's own rules over the shipped set, composed into one ordinary rules folder.

``rules/packs/NAME/`` holds only what differs. How a pack and the shipped set become one folder, without a choice left open:

* a file that is a mapping (scoring, groups, tiers, icp, personas, routes): each top-level section of the pack's file takes
  the place of the section of that name, or is added; sections the pack does not name stay as shipped;
* a file that is a list (plays): the pack's file takes the place of the shipped one;
* ``elevation/``: the pack's own files, and those shipped ones that ``pack.yaml`` names under ``elevation``;
* anything else in the folder is an error, and so is a name that would be there twice.

``README.md`` says what the pack is for and goes along as ``PACK.md``. The result is checked by the loader like any other
folder before it is written; nothing in it refers to the pack any more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from signalwatch import yamlsrc
from signalwatch.errors import ConfigError, Problem, RuleSetError, UsageError
from signalwatch.ruleset.pack import SINGLE_FILES
from signalwatch.ruleset.reader import Reader

FOLDER = "packs"
"""Where packs lie, below the shipped rules; the loader of rules does not look in there."""
KEYS: Mapping[str, str] = {
    "title": "whose pack this is",
    "about": "what it listens for, in one sentence",
    "elevation": "shipped files of rules that it takes over as they are",
}
_SECTION = re.compile(r"[A-Za-z][A-Za-z0-9_-]*:(\s|\Z)")


@dataclass(frozen=True, slots=True)
class Starter:
    """What ``pack.yaml`` says."""

    name: str
    title: str
    about: str
    elevation: tuple[str, ...]


def names(shipped: Path) -> tuple[str, ...]:
    """The packs below a folder of shipped rules."""
    return tuple(sorted(p.parent.name for p in (shipped / FOLDER).glob("*/pack.yaml")))


def read(shipped: Path, name: str) -> dict[str, str]:
    """The composed rule files of a pack by their names in the new folder.

    Raises:
        UsageError: there is no such pack.
        RuleSetError: with every problem of the pack's folder.
    """
    known = names(shipped)
    if name not in known:
        raise UsageError(f"there is no pack {name!r}: {yamlsrc.expected(name, known)}")
    return compose(name, _texts(shipped), _texts(shipped / FOLDER / name))


def notes(shipped: Path, name: str) -> str:
    """What the pack says about itself (its README.md); "" when it says nothing."""
    path = shipped / FOLDER / name / "README.md"
    return path.read_text("utf-8") if path.exists() else ""


def _texts(folder: Path) -> dict[str, str]:
    files = [*folder.glob("*.yaml"), *folder.glob("*.md"), *folder.glob("elevation/*")]
    return {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in sorted(files) if p.is_file()}


def compose(name: str, shipped: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """The rule files of a pack laid over the shipped ones (texts by file name).

    Raises:
        RuleSetError: with every problem of the pack's files.
    """
    problems: list[Problem] = []
    starter = describe(name, own.get("pack.yaml", ""), shipped, problems)
    out = {file: shipped[file] for file in SINGLE_FILES if file in shipped}
    for file in starter.elevation if starter else ():
        out[file] = shipped[file]
    for file, text in own.items():
        place = f"packs/{name}/{file}"
        if file == "pack.yaml" or file == "README.md":
            continue
        if file in SINGLE_FILES:
            out[file] = _over(place, shipped.get(file, ""), text, problems)
        elif not re.fullmatch(r"elevation/[^/]+\.yaml", file):
            problems.append(Problem(place, 0, 0, "not a file of a pack", hint=yamlsrc.expected(file, SINGLE_FILES)))
        elif file in out:
            problems.append(
                Problem(place, 0, 0, "pack.yaml takes over the shipped file of this name", hint="rename it")
            )
        else:
            out[file] = text
    if problems:
        raise RuleSetError(problems)
    return out


def describe(name: str, text: str, shipped: Mapping[str, str], problems: list[Problem]) -> Starter | None:
    """Read ``pack.yaml``; None after problems were noted."""
    try:
        source = yamlsrc.load(text, f"packs/{name}/pack.yaml")
    except ConfigError as error:
        problems += error.problems
        return None
    reader = Reader(source, problems)
    given = reader.mapping((), source.data, KEYS, tuple(KEYS))
    files = [f.removeprefix("elevation/") for f in shipped if f.startswith("elevation/")]
    taken = reader.words(("elevation",), given.get("elevation") or [], files, what="file of rules")
    return Starter(
        name=name,
        title=reader.text(("title",), given.get("title")),
        about=reader.text(("about",), given.get("about")),
        elevation=tuple(f"elevation/{f}" for f in taken),
    )


def _over(place: str, below: str, above: str, problems: list[Problem]) -> str:
    """``above`` laid over ``below``, section by section; proved by reading all three."""
    try:
        own, base = yamlsrc.load(above, place).data, yamlsrc.load(below, place, allow_empty=True).data
        if not isinstance(own, dict) or not isinstance(base, dict):
            return above
        text = _merged(below, above)
        made = yamlsrc.load(text, place).data
    except ConfigError as error:
        problems += error.problems
        return above
    if made != {**base, **own}:
        problems.append(
            Problem(place, 0, 0, "its sections cannot be told apart", hint="each top-level key on its own line")
        )
    return text


def _merged(below: str, above: str) -> str:
    head, base = sections(below)
    own_head, own = sections(above)
    parts = [own.get(name, text) for name, text in base.items()]
    parts += [text for name, text in own.items() if name not in base]
    return "\n".join(part.strip("\n") + "\n" for part in [own_head or head, *parts] if part.strip())


def sections(text: str) -> tuple[str, dict[str, str]]:
    """The comment a file begins with, and its top-level sections by key, each with the comment right above it."""
    head = ""
    found: dict[str, list[str]] = {}
    waiting: list[str] = []
    current: list[str] | None = None
    for line in text.splitlines(keepends=True):
        if _SECTION.match(line):
            if current is None and "\n" in waiting:
                last = len(waiting) - 1 - waiting[::-1].index("\n")
                head, waiting = "".join(waiting[:last]), waiting[last + 1 :]
            current = found.setdefault(line.split(":", 1)[0], [])
            current += [*waiting, line]
            waiting = []
        elif line[:1] in ("#", "\n", "\r"):
            waiting.append(line)
        elif current is not None:
            current += [*waiting, line]
            waiting = []
    if current is not None:
        current += waiting
    return head, {name: "".join(lines) for name, lines in found.items()}
