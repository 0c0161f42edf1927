"""Writes the pages of docs/rules that are made from code and from the recipe files: ``python docs/generate.py [--check]``.

The tutorial is run: its YAML is written, its commands are executed, and what they answer takes the place of what stood there.
With ``--check`` nothing is written; the exit code is 1 when a page would change.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from signalwatch.ruleset import load_pack, reference
from signalwatch.ruleset.jsonschema import words_of

HERE = Path(__file__).resolve().parent / "rules"
GENERATED = ("reference.md", "fields.md", "files.md", "cookbook.md", "tutorial.md")
PLAYED = HERE.parent / "how-to" / "change-a-rule-safely.md"


def pages() -> dict[Path, str]:
    """Every generated page with its text."""
    known = words_of(load_pack(HERE.parent.parent / "rules"))
    recipes = {p.name: p.read_text("utf-8") for p in sorted((HERE / "cookbook").glob("*.yaml"))}
    texts = (
        reference.language(known), reference.event_fields(known), reference.files(), reference.cookbook(recipes),
        played((HERE / "tutorial.md").read_text("utf-8")),
    )  # fmt: skip
    made = {HERE / name: text for name, text in zip(GENERATED, texts, strict=True)}
    return made | {PLAYED: played(PLAYED.read_text("utf-8"))}


def played(page: str) -> str:
    """A page with its YAML written to the file named above it, its commands run, and their answers in place."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shim = folder / "bin" / "signalwatch"
        shim.parent.mkdir()
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m signalwatch.cli "$@"\n', "utf-8")
        shim.chmod(0o755)
        place = [folder]
        file = ""

        def block(match: re.Match[str]) -> str:
            nonlocal file
            if match["file"]:
                file = match["file"]
            elif match["language"] == "yaml":
                (place[0] / file).write_text(match["body"], "utf-8")
            else:
                commands = [x[2:] for x in match["body"].splitlines() if x.startswith("$ ")]
                answers = [f"$ {c}\n{_run(c, place, shim.parent)}" for c in commands]
                return f"```console\n{''.join(answers)}```"
            return match[0]

        return _BLOCK.sub(block, page)


# A block of YAML or of commands, or the name of a file of rules on its own line before one.
_BLOCK = re.compile(
    r"```(?P<language>yaml|console)\n(?P<body>.*?)```|(?P<file>(?<=`)rules/[a-z/-]+\.yaml(?=`))", re.DOTALL
)


def _run(command: str, place: list[Path], tools: Path) -> str:
    """What a command answers; ``cd`` changes the place for those that follow."""
    if command.startswith("cd "):
        place[0] /= command[3:]
        return ""
    env = {
        **os.environ,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "PYTHONPATH": str(HERE.parent.parent),
        "COLUMNS": "120",
        **{
            f"GIT_{who}_{what}": text
            for who in ("AUTHOR", "COMMITTER")
            for what, text in (("NAME", "Ana"), ("EMAIL", "ana@example.com"))
        },
    }
    done = subprocess.run(  # noqa: S602 - our own page
        command,
        shell=True,
        cwd=place[0],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


def main(check: bool) -> int:
    """Write the pages, or say which would change."""
    made = pages()
    changed = [p for p, text in made.items() if not p.exists() or p.read_text("utf-8") != text]
    for path in changed:
        if not check:
            path.write_text(made[path], "utf-8")
        sys.stdout.write(f"{'differs' if check else 'wrote'}: {path.relative_to(HERE.parent.parent)}\n")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
