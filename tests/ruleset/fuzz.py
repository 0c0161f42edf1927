"""Damages rule files in the ways people, editors, merges and attackers do, and watches what the loader says.

``damage`` takes good files and any ``random.Random``, so that hypothesis can shrink it and a long run needs no hypothesis:

    python -m tests.ruleset.fuzz --cases 20000 --seed 1
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from signalwatch import yamlsrc
from signalwatch.errors import RuleSetError
from signalwatch.ruleset import Pack, load_pack_texts
from signalwatch.ruleset.linting import lint
from signalwatch.ruleset.trial import run_examples

SHIPPED = Path(__file__).resolve().parent.parent.parent / "rules"
MAX_SECONDS = 10.0
"""No input of the sizes made here may take longer (a bomb would)."""

Files = dict[str, str | bytes]

SCALARS = (
    "no", "on", "off", "yes", "~", "null", "NaN", ".inf", "-.inf", "0x1f", "0o17", "017", "1_000", "12:30:45", "190:20:30",
    "2026-02-30", "2026-01-10", "2026-01-10T10:00:00Z", "2001-12-14t21:59:43.10-05:00", "1e400", "-0", "1e308",
    "99999999999999999999", "!!python/object/apply:os.system [ls]", "!!python/name:os.system", "!!binary aGk=", "!!set {a, b}",
    "!custom x", "&a x", "*a", "<<", "{<<: *a}", "? x", "''", '""', "'", '"', "[", "]", "{", "}", "|", ">", "%YAML 1.1", "---",
    "...", "@x", "`x`", "120", "120 days", "-5d", "0d", "999999d", "50M", "USD", "50M USD", "-50M USD", "5%", "500%", "3", "-1",
    "4", "1.5", "true", "false", "ipo", "distress", "trial_start", "{}", "[]", "[[]]", "{a: {}}", "\U0001f9ea", "e\u0301",
    "\u202eabc", "\u2028", "\u0085", "\ud83d", "\x00", "\x07", '"\\0"', '"\\x07"', '"\\ud800"', '"\\U00110000"', "\ufeff", "\t",
    "a: b: c", "- a", "#", " # c", "'(a+)+$'", "(?P<x", "x" * 5000, "1" * 400, "[" * 80, "{a: " * 70, "a" * 70 + ": 1",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 4, 10**30, 1e308, float("nan"), float("inf"), "", "x", "no", "120d", "0d", "50M USD", "2026-01-10",
    "2026-02-30", [], [[]], [None], {}, {"": None}, {"x": {}}, ["ipo"], {"ipo": None}, {"any": []}, {"not": {"not": "ipo"}}, "é" * 300,
    {"within": "1d"}, [1, "a", None, {}], {"count|gte": 0}, {"changed": []}, {"absent_for": {}}, {"distinct": 3}, "\x00", "\ud800",
)  # fmt: skip
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
)


def shipped() -> Files:
    """The files that ship, as texts."""
    names = [p for p in SHIPPED.glob("*.yaml") if p.name != "families.yaml"]
    files: Files = {p.name: p.read_text("utf-8") for p in names}
    return files | {f"elevation/{p.name}": p.read_text("utf-8") for p in (SHIPPED / "elevation").glob("*.yaml")}


# --- damage to the structure ------------------------------------------------------------------------------------------


def _places(value: Any, out: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Every (container, key) of a nested value."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        out.append((value, key))
        _places(value[key], out)
    return out


def _typo(rng: random.Random, word: str) -> str:
    if not word:
        return "x"
    i = rng.randrange(len(word))
    return rng.choice(
        [word[:i] + word[i + 1 :], word[:i] + word[i] + word[i:], word.upper(), word + "s", word.replace("_", "-")]
    )


def _structure(rng: random.Random, text: str) -> str:
    data = yamlsrc.load(text, "x").data
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        places = _places(data, [])
        if not places:
            break
        container, key = rng.choice(places)
        kind = rng.randrange(8)
        if kind == 0:
            del container[key]
        elif kind == 1:
            container[key] = copy.deepcopy(rng.choice(VALUES))
        elif kind == 2 and isinstance(container, dict):
            container[_typo(rng, key)] = container.pop(key)
        elif kind == 3:
            other, name = rng.choice(places)
            held = name in other if isinstance(other, dict) else name < len(other)
            container[key] = copy.deepcopy(other[name]) if held else 0
        elif kind == 4:
            container[key] = [container[key]]
        elif kind == 5 and isinstance(container, dict):
            container[key] = {key: container[key]}
        elif kind == 6 and isinstance(container[key], str):
            container[key] = _typo(rng, container[key])
        elif isinstance(container, list):
            container.append(copy.deepcopy(container[key]))
        else:
            container[f"{key}|{rng.choice(['gte', 'none_of', 'matches', 'exists', 'between', 'x'])}"] = copy.deepcopy(
                container[key]
            )
    return json.dumps(data, default=str, ensure_ascii=rng.random() < 0.5, indent=rng.choice([None, 1]))


# --- damage to the text -----------------------------------------------------------------------------------------------


def _lines(rng: random.Random, text: str) -> str:
    lines = text.split("\n")
    for _ in range(rng.choice([1, 1, 2, 4])):
        i = rng.randrange(len(lines))
        kind = rng.randrange(8)
        if kind == 0:
            del lines[i]
            lines = lines or [""]
        elif kind == 1:
            lines.insert(i, lines[i])
        elif kind == 2:
            lines[i] = " " * rng.randrange(9) + lines[i].lstrip()
        elif kind == 3:
            lines[i] = "\t" + lines[i]
        elif kind == 4:
            lines[i] = lines[i].replace("  ", "\t")
        elif kind == 5:
            head, colon, _ = lines[i].partition(": ")
            lines[i] = f"{head}: {rng.choice(SCALARS)}" if colon else rng.choice(SCALARS)
        elif kind == 6:
            j = rng.randrange(len(lines))
            lines[i], lines[j] = lines[j], lines[i]
        else:
            lines[i] = lines[i][: rng.randrange(len(lines[i]) + 1)]
    return "\n".join(lines)


def _piece(rng: random.Random, text: str) -> str:
    start = rng.randrange(len(text) + 1)
    end = min(len(text), start + rng.choice([0, 0, 1, 3, 20, 200]))
    return text[:start] + rng.choice([*SCALARS, text[start:end] * 2, ""]) + text[end:]


def _whole(rng: random.Random, text: str) -> str | bytes:
    kind = rng.randrange(12)
    if kind == 0:
        return BOMB + text
    if kind == 1:
        return "[" * rng.choice([59, 60, 61, 5000]) + "]" * rng.choice([0, 60, 5000])
    if kind == 2:
        return "".join(f"{'  ' * i}a:\n" for i in range(rng.choice([10, 70, 300])))
    if kind == 3:
        return text.encode("utf-16")
    if kind == 4:
        return text.encode("utf-8").replace(
            b"e", rng.choice([b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x00"]), rng.choice([1, 50])
        )
    if kind == 5:
        return "\ufeff" + text.replace("\n", "\r\n")
    if kind == 6:
        return text.replace("\n", rng.choice(["\r", "\u2028", "\u0085"]))
    if kind == 7:
        return "base: &b {x: 1}\nmore:\n  <<: *b\n" + text
    if kind == 8:
        return text + rng.choice(["\n---\n", "\n...\n", "\n%YAML 1.2\n---\n"]) + text
    if kind == 9:
        return "- " * rng.choice([50, 61, 2000]) + "a\n"
    if kind == 10:
        return f"a: {'x' * rng.choice([10, 70_000, 300_000])}\n" + text
    return rng.choice(
        ["", " ", "\n", "#", "null", "~", "[]", "{}", "0", "text", "- ", "---", "- - -", "? ", ": ", "a: {b: [c, {d"]
    )


KINDS: tuple[Callable[[random.Random, str], str | bytes], ...] = (_structure, _structure, _lines, _piece, _whole)


def damage(rng: random.Random, files: Mapping[str, str | bytes]) -> Files:
    """The files with one of them (sometimes two) damaged."""
    out: Files = dict(files)
    for name in rng.sample(sorted(files), rng.choice([1, 1, 1, 2])):
        text = files[name]
        if rng.random() < 0.02:
            del out[name]
            continue
        assert isinstance(text, str)
        out[name] = rng.choice(KINDS)(rng, text)
        if rng.random() < 0.02:
            out[rng.choice([name + "x", "elevation/" + name, "../" + name, "elevation/a/b.yaml", "\ud800.yaml"])] = text
    return out


def survives(files: Mapping[str, str | bytes]) -> Pack | RuleSetError:
    """Load damaged files. Whatever is not a pack that works, or a report that can be read, is an AssertionError."""
    started = time.process_time()
    try:
        pack = load_pack_texts(files)
    except RuleSetError as error:
        _readable(error, files)
        assert time.process_time() - started < MAX_SECONDS, "too slow"
        return error
    lint(pack)
    run_examples(pack)
    assert time.process_time() - started < MAX_SECONDS, "too slow"
    return pack


def _readable(error: RuleSetError, files: Mapping[str, str | bytes]) -> None:
    """Each problem of a report names a file and a place in it, and can be printed anywhere."""
    assert any(p.severity == "error" for p in error.problems), "refused without an error"
    for problem in error.problems:
        shown = str(problem)
        shown.encode("utf-8")
        assert len(shown) < 2500, shown[:200]
        assert problem.message, shown
        assert not any(ord(c) < 32 and c != "\n" for c in shown), repr(shown)
        text = files.get(problem.file, "")
        if problem.line and isinstance(text, str):
            lines = yamlsrc.lines_of(text)
            assert problem.line <= len(lines) + 1, shown
            if problem.line <= len(lines):
                assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1, shown


def main() -> int:
    """A long run; prints what came out and every survivor that should not have been one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", choices=["shipped", "base"], default="shipped")
    given = parser.parse_args()
    from tests.ruleset.packs import texts

    good = shipped() if given.files == "shipped" else dict(texts())
    seen: Counter[str] = Counter()
    bad = 0
    for number in range(given.cases):
        rng = random.Random(f"{given.seed}-{number}")
        files = damage(rng, good)
        try:
            seen[type(survives(files)).__name__] += 1
        except Exception as error:
            bad += 1
            sys.stdout.write(f"case {given.seed}-{number}: {type(error).__name__}: {str(error)[:300]!r}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{given.cases} cases: {dict(seen)}, {bad} bad\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
