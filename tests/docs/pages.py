"""Reading the documentation: pages, tables, fenced blocks, links, and which loader a YAML block belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.data import ROOT

REFERENCE = ROOT / "docs" / "reference"
_FENCE = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")


def pages() -> list[Path]:
    """README, CHANGELOG and everything below docs/."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def name(page: Path) -> str:
    """A page as people call it."""
    return page.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(language: str = "") -> Iterator[Block]:
    """Fenced blocks of all pages, or those of one language."""
    for page in pages():
        text = page.read_text("utf-8")
        for match in _FENCE.finditer(text):
            if not language or match[1] == language:
                yield Block(name(page), text.count("\n", 0, match.start()) + 1, match[1], match[2])


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", page.read_text("utf-8"))


def code(text: str) -> list[str]:
    """What stands between single back-ticks."""
    return _CODE.findall(text)


def rows(text: str) -> dict[str, list[str]]:
    """Table rows by each back-ticked word of their first cell; the remaining cells as text."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("|"):
            cells = [c.strip() for c in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
            for key in code(cells[0]):
                found[key] = cells[1:]
    return found


def section(text: str, heading: str) -> str:
    """The part of a page under ``heading`` (given with its number signs)."""
    level = heading.split(" ", 1)[0]
    part = text.split(f"\n{heading}\n", 1)[1]
    return re.split(rf"\n#{{1,{len(level)}}} ", part, maxsplit=1)[0]


class FakeEnvironment(Mapping[str, str]):
    """Every variable is set: addresses where the name says so, else a long enough secret."""

    def __getitem__(self, key: str) -> str:
        return (
            f"https://hooks.example.com/{key.lower()}" if key.endswith("URL") else f"secret-of-{key.lower()}-0123456789"
        )

    def __contains__(self, key: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
