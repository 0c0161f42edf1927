"""Strict reading of parsed YAML into typed values. Collects every problem instead of stopping at the first.

Each method answers the value, or a harmless default after it has noted a problem; callers build their struct anyway and
the pack is refused at the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, TypeVar

from signalwatch.errors import Problem
from signalwatch.ruleset import units
from signalwatch.yamlsrc import Path, Source, expected, looks_boolean

T = TypeVar("T")

NAMES_OF = {"play": "plays.yaml", "persona": "personas.yaml", "group": "groups.yaml"}
"""Kinds of names that other files declare, by the file."""
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}\Z")


def kind_of(value: object) -> str:
    """What a value is, in the words of a message."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f'the text "{units.show(value)}"'
    if isinstance(value, date):
        return f"the date {value}"
    return f"the number {value}"


class Reader:
    """Reads one file. ``problems`` is shared by all readers of a pack."""

    def __init__(self, source: Source, problems: list[Problem]) -> None:
        self.source = source
        self.problems = problems

    # --- noting --------------------------------------------------------------------------------------------------

    def error(self, path: Path, message: str, hint: str = "", *, key: bool = False, code: str = "") -> None:
        """Note an error at ``path``."""
        self.problems.append(self.source.problem(path, message, hint=hint, key=key, code=code))

    def warning(self, path: Path, message: str, hint: str = "", *, key: bool = False, code: str = "") -> None:
        """Note a warning at ``path``."""
        self.problems.append(self.source.problem(path, message, hint=hint, severity="warning", key=key, code=code))

    # --- structure -----------------------------------------------------------------------------------------------

    def mapping(
        self, path: Path, value: Any, known: Iterable[str] | None = None, required: Iterable[str] = ()
    ) -> dict[str, Any]:
        """A mapping whose keys are all ``known`` (any, when None) and that has all ``required`` keys."""
        if not isinstance(value, dict):
            self.error(path, f"a mapping (key: value) was expected, not {kind_of(value)}")
            return {}
        if known is not None:
            names = list(known)
            for key in value:
                if key not in names:
                    self.error((*path, key), f'unknown key "{key}"', expected(key, names), key=True, code="unknown-key")
        for key in required:
            if value.get(key) is None:
                self.error(path, f'"{key}" is missing', code="missing-key")
        return value

    def items(self, path: Path, value: Any) -> list[tuple[Path, Any]]:
        """The items of a list with their paths."""
        if not isinstance(value, list):
            self.error(path, f"a list was expected, not {kind_of(value)}", "write each item on its own line after '- '")
            return []
        return [((*path, i), item) for i, item in enumerate(value)]

    # --- values --------------------------------------------------------------------------------------------------

    def text(self, path: Path, value: Any, default: str = "", limit: int = 500) -> str:
        """Text of at most ``limit`` characters. Numbers and dates need quotes, or their spelling would be lost."""
        if value is None:
            return default
        if not isinstance(value, str):
            self.error(path, f"text was expected, not {kind_of(value)}", "put quotes around it")
            return default
        if len(value) > limit:
            self.error(path, f"longer than {limit} characters")
        return value

    def identifier(self, path: Path, value: Any) -> str:
        """An id: small letters, digits, '-' and '_'."""
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not IDENTIFIER.match(text):
            self.error(
                path, f"an id was expected, not {kind_of(value)}", "small letters, digits, '-' and '_', up to 80"
            )
            return ""
        return text

    def word(self, path: Path, value: Any, choices: Iterable[str], default: str = "", what: str = "value") -> str:
        """One of ``choices``."""
        options = list(choices)
        if value is None and default:
            return default
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or text not in options:
            code = f"unknown-{what}" if what in NAMES_OF else "unknown-word"
            self.error(path, f"unknown {what}: {units.show(value)}", expected(value, options), code=code)
            return default
        return text

    def words(
        self, path: Path, value: Any, choices: Iterable[str] | None = None, what: str = "value"
    ) -> tuple[str, ...]:
        """A list of words (a single word will do), each of ``choices`` when given."""
        listed = value if isinstance(value, list) else [value]
        out: list[str] = []
        for i, item in enumerate(listed):
            place = (*path, i) if isinstance(value, list) else path
            if choices is not None:
                found = self.word(place, item, choices, what=what)
            else:
                found = self.text(place, str(item) if type(item) is int else item)
            if found in out:
                self.warning(place, f"{found} is listed twice")
            elif found:
                out.append(found)
        return tuple(out)

    def boolean(self, path: Path, value: Any, default: bool = False) -> bool:
        """``true`` or ``false``; yes, no, on and off are text in our files and get a precise message."""
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        meant = looks_boolean(value)
        hint = f"write {'true' if meant else 'false'}" if meant is not None else "write true or false"
        self.error(path, f"true or false was expected, not {kind_of(value)}", hint)
        return default

    def number(
        self, path: Path, value: Any, default: float = 0.0, low: float | None = None, high: float | None = None
    ) -> float:
        """A number within ``low`` and ``high``."""
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.error(path, f"a number was expected, not {kind_of(value)}")
            return default
        if (low is not None and value < low) or (high is not None and value > high):
            span = f"from {low:g} to {high:g}" if low is not None and high is not None else f"at least {low:g}"
            if low is None:
                span = f"at most {high:g}"
            self.error(path, f"{value:g} is out of range: {span}")
        return float(value)

    def integer(self, path: Path, value: Any, default: int = 0, low: int | None = None, high: int | None = None) -> int:
        """A whole number."""
        if isinstance(value, float | str):
            self.error(path, f"a whole number was expected, not {kind_of(value)}")
            return default
        return int(self.number(path, value, default, low, high))

    def duration(self, path: Path, value: Any, default: timedelta = timedelta(0)) -> timedelta:
        """A duration with its unit."""
        return self._unit(path, value, default, units.duration)

    def share(self, path: Path, value: Any, default: float = 0.0) -> float:
        """A share: ``5%`` or 0.05."""
        return self._unit(path, value, default, units.share)

    def unit(self, path: Path, value: Any, default: T, parse: Callable[[Any], T]) -> T:
        """Anything that ``parse`` reads; its ValueError becomes the problem."""
        return self._unit(path, value, default, parse)

    def _unit(self, path: Path, value: Any, default: T, parse: Callable[[Any], T]) -> T:
        if value is None:
            return default
        try:
            return parse(value)
        except ValueError as error:
            self.error(path, f"not understood: {units.show(value)}", str(error))
            return default

    def note(self, path: Path, mapping: Mapping[str, Any]) -> str:
        """The ``from:`` note of a default: practice or ours (plus free words after a comma or semicolon)."""
        value = mapping.get("from")
        if value is None:
            return ""
        text = self.text((*path, "from"), value)
        if text and re.split(r"[,; ]", text, maxsplit=1)[0] not in ("practice", "ours"):
            self.error((*path, "from"), f"unknown origin: {text}", 'write "practice" or "ours", details after a comma')
        return text
