"""Detection: text becomes typed events. Pure after loading; the patterns are data in ``rules/triggers``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from signalwatch.detect import pack
from signalwatch.detect.detector import Detector
from signalwatch.detect.examples import check_examples
from signalwatch.detect.judge import Verdict
from signalwatch.errors import Problem, RuleSetError

__all__ = ["Detector", "Verdict", "check_examples", "load", "load_texts"]

MAX_FILE = 2_000_000


def load_texts(texts: Mapping[str, str]) -> Detector:
    """A detector from trigger files given as name to content.

    Raises:
        RuleSetError: with every problem of every file: file, line, column, the nearest valid word.
    """
    return Detector(pack.load_texts(texts))


def load(folder: Path) -> Detector:
    """A detector from a folder of trigger files (``*.yaml`` and ``_common_words.txt``).

    Raises:
        RuleSetError: the folder cannot be read, or files in it are wrong; nothing of it is taken over.
    """
    if not folder.is_dir():
        raise RuleSetError(
            [Problem(str(folder), 0, 0, "no such folder", hint="the trigger files usually are in rules/triggers")]
        )
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    root = folder.resolve()
    for path in sorted(folder.iterdir()):
        if path.suffix not in {".yaml", ".yml"} and path.name != "_common_words.txt":
            continue
        if not path.resolve().is_relative_to(root):
            problems.append(
                Problem(path.name, 0, 0, "leads out of the folder", hint="copy the file instead of linking it")
            )
            continue
        try:
            data = path.read_bytes()
            if len(data) > MAX_FILE:
                raise ValueError(f"larger than {MAX_FILE:,} bytes")
            texts[path.name] = data.decode("utf-8-sig")
        except (OSError, ValueError) as error:
            problems.append(Problem(path.name, 0, 0, f"cannot be read: {error}"))
    if problems:
        raise RuleSetError(problems)
    return load_texts(texts)
