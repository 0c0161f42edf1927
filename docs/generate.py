"""Writes the pages of docs/rules that are made from code and from the recipe files: ``python docs/generate.py [--check]``.

With ``--check`` nothing is written; the exit code is 1 when a page would change.
"""

from __future__ import annotations

import sys
from pathlib import Path

from signalwatch.ruleset import load_pack, reference
from signalwatch.ruleset.jsonschema import words_of

HERE = Path(__file__).resolve().parent / "rules"


def pages() -> dict[Path, str]:
    """Every generated page with its text."""
    known = words_of(load_pack(HERE.parent.parent / "rules"))
    recipes = {p.name: p.read_text("utf-8") for p in sorted((HERE / "cookbook").glob("*.yaml"))}
    return {
        HERE / "reference.md": reference.language(known),
        HERE / "fields.md": reference.event_fields(known),
        HERE / "files.md": reference.files(),
        HERE / "cookbook.md": reference.cookbook(recipes),
    }


def main(check: bool) -> int:
    """Write the pages, or say which would change."""
    changed = [p for p, text in pages().items() if not p.exists() or p.read_text("utf-8") != text]
    for path in changed:
        if not check:
            path.write_text(pages()[path], "utf-8")
        sys.stdout.write(f"{'differs' if check else 'wrote'}: {path.relative_to(HERE.parent.parent)}\n")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
