"""Draw terminal output as SVG: ``signalwatch demo --exit | python docs/img/render.py TITLE --head 45 --tail 25 > demo.svg``.

Reads text from standard input and writes the picture to standard output: no fonts to install, no tools. The lines are
the program's own; ``--head N`` and ``--tail N`` keep only the first and last of them, with an ellipsis between.
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from collections.abc import Sequence
from html import escape

COLUMNS, ROW, SIZE, LEFT, TOP = 100, 18, 13, 18, 52
ADVANCE = 7.83
"""Width of one letter at SIZE; lines are stretched to it, so every monospace font gives the same columns."""
COLOURS = (
    (re.compile(r"^(Subject|To):"), "#7dcfff"),
    (re.compile(r"^(=+|[- ]+|…)$"), "#565f89"),
    (re.compile(r"^\s+[−-]\d"), "#f7768e"),
    (re.compile(r"^\s+\+\d"), "#9ece6a"),
    (re.compile(r"^(Why|Arithmetic|Evidence|Times|Do)$"), "#e0af68"),
    (re.compile(r"^\$ "), "#e0af68"),
    (re.compile(r"^- |^FAILED|error:|^\s+- .*<-|^gone silent"), "#f7768e"),
    (re.compile(r"^\+ |^all \d+ limits kept|^speaks now"), "#9ece6a"),
    (re.compile(r"^\s+\^$|warning:|^note:|note:"), "#e0af68"),
    (re.compile(r"^(precision|recall|lost|duplicates|alerts)\s"), "#9ece6a"),
)  # fmt: skip
PLAIN = "#c0caf5"
LIGHTS = ("#f7768e", "#e0af68", "#9ece6a")


def wrapped(text: str) -> list[str]:
    """Lines of at most COLUMNS letters."""
    rows: list[str] = []
    for line in text.expandtabs().splitlines():
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        rows.extend(textwrap.wrap(line, COLUMNS, subsequent_indent=indent, break_on_hyphens=False) or [""])
    return rows


def cut(rows: Sequence[str], head: int, tail: int) -> list[str]:
    """The first and last rows; 0 and 0 keep all."""
    if (not head and not tail) or len(rows) <= head + tail:
        return list(rows)
    return [*rows[:head], "…", *(rows[-tail:] if tail else ())]


def colour(row: str) -> str:
    """Colour of a row, by what it says."""
    return next((c for pattern, c in COLOURS if pattern.search(row)), PLAIN)


def _kept(row: str) -> str:
    """A row whose spaces no reader of SVG draws together."""
    return escape(row).replace(" ", "\u00a0")


def svg(rows: Sequence[str], title: str) -> str:
    """The picture."""
    width, height = round(COLUMNS * ADVANCE + 2 * LEFT), TOP + ROW * len(rows) + 10
    lights = (f'<circle cx="{LEFT + 4 + 18 * i}" cy="18" r="6" fill="{c}"/>' for i, c in enumerate(LIGHTS))
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#1a1b26"/>',
        *lights,
        f'<text x="{width / 2:.0f}" y="22" text-anchor="middle" font-family="sans-serif" font-size="12" fill="#565f89">'
        f"{escape(title)}</text>",
        f'<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="{SIZE}">',
    ]
    for number, row in enumerate(rows):
        if row.strip():
            length = f' textLength="{len(row) * ADVANCE:.1f}" lengthAdjust="spacingAndGlyphs"'
            out.append(f'<text x="{LEFT}" y="{TOP + ROW * number}"{length} fill="{colour(row)}">{_kept(row)}</text>')
    return "\n".join([*out, "</g>", "</svg>", ""])


def main() -> int:
    """Standard input to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("title")
    parser.add_argument("--head", type=int, default=0)
    parser.add_argument("--tail", type=int, default=0)
    options = parser.parse_args()
    sys.stdout.write(svg(cut(wrapped(sys.stdin.read()), options.head, options.tail), options.title))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
