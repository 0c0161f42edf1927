"""A whole rules folder: the rule pack, the triggers and the corporate families, read as one and refused as one.

The one reader for the start of the service, a reload and the commands, so that they cannot disagree, and so that a report
holds every problem of every file, whoever reads it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from signalwatch import detect, ids
from signalwatch.detect import Detector
from signalwatch.errors import ConfigError, Problem, RuleSetError
from signalwatch.resolve import Families, load_families
from signalwatch.ruleset import Pack, load_pack, load_pack_texts

T = TypeVar("T")

REPORTED = 3_500
"""So many characters of a refused rule set's report are told to the operator; a message holds 4,000."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything a rules folder says."""

    pack: Pack
    detector: Detector
    families: Families


def read(folder: Path, *, check: Callable[[Pack], None] | None = None) -> Rulebook:
    """Read a rules folder.

    Args:
        folder: the folder.
        check: more demands on the pack, such as that its channels are configured; raises ConfigError.

    Raises:
        RuleSetError: with every problem of every file.
    """
    problems: list[Problem] = []
    pack = _attempt(problems, lambda: load_pack(folder))
    if pack is not None and check is not None:
        _attempt(problems, lambda: check(pack))
    detector = _attempt(problems, lambda: detector_of(folder))
    families = _attempt(problems, lambda: families_of(folder))
    if pack is None or detector is None or families is None or problems:
        raise RuleSetError(problems)
    return Rulebook(pack, detector, families)


def _attempt(problems: list[Problem], work: Callable[[], T]) -> T | None:
    try:
        return work()
    except ConfigError as error:
        problems += error.problems
        return None


def detector_of(folder: Path) -> Detector:
    """The triggers of a rules folder; raises ConfigError with every problem.

    Compiling them takes seconds, and most edits touch rules only: the detector of the same texts is taken again.
    """
    triggers = folder / "triggers"
    key = _texts(triggers)
    found = _compiled.get(key) if key else None
    if found is None:
        found = detect.load(triggers)
        if key and key == _texts(triggers):  # nobody saved meanwhile
            _compiled.clear()
            _compiled[key] = found
    return found


_compiled: dict[str, Detector] = {}
"""The last detector by its texts."""


def _texts(folder: Path) -> str:
    """A digest of everything in a folder; "" where something in it cannot be read, is a link or too large."""
    rows = []
    try:
        for path in sorted(folder.iterdir()):
            if path.is_symlink() or path.stat().st_size > detect.MAX_FILE:
                return ""
            if path.is_file():
                rows.append((path.name, hashlib.sha256(path.read_bytes()).hexdigest()))
    except OSError:
        return ""
    return ids.digest(rows)


def families_of(folder: Path) -> Families:
    """The corporate families of a rules folder; raises ConfigError when the file is wrong or missing."""
    path = folder / "families.yaml"
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ConfigError([Problem(str(path), 0, 0, f"cannot be read: {error.strerror}")]) from error
    return load_families(text, str(path))


def signature(folder: Path) -> str:
    """A cheap digest of names, sizes and times of the files below a folder: tells that something was saved."""
    rows = []
    for path in sorted(folder.rglob("*.y*ml")):
        try:
            stat = path.stat()
        except OSError:
            continue
        rows.append((str(path), stat.st_size, stat.st_mtime_ns))
    return ids.digest(rows)


def report(errors: Sequence[Problem], room: int = REPORTED) -> str:
    """As many errors as a message holds, and how many more there are."""
    lines: list[str] = []
    for error in errors:
        room -= len(str(error)) + 1
        if room < 0 and lines:
            return "\n".join([*lines, f"... and {len(errors) - len(lines)} more: signalwatch rules check"])
        lines.append(str(error))
    return "\n".join(lines)


def stored(files: Mapping[str, str], types: tuple[str, ...], hash: str) -> Pack | None:
    """The pack of a rule set that was kept by its texts; None when this program reads it otherwise than it was read then."""
    try:
        pack = load_pack_texts(files, extra_types=types)
    except RuleSetError:
        return None
    return pack if pack.hash == hash else None
