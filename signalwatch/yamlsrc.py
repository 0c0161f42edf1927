"""YAML with line numbers, and without YAML's surprises. The one door through which every YAML file of ours comes in.

``load`` answers a ``Source``: plain data, the place of every key and value, and ready-made problems with the offending
line. It differs from stock YAML on purpose, so that a rule file cannot mean something else than its author reads:

* keys are always text, exactly as written (``1:`` is "1", ``on:`` is "on"); a key twice in one mapping is an error;
* ``true``, ``false`` and ``null`` (or ``~``, or nothing) are the only special words; ``yes no on off`` stay text;
* numbers are decimal (``-3``, ``2.5``, ``1e6``); ``012``, ``0x1f``, ``1_000``, ``12:30:00`` and ``.inf`` stay text;
* ``2026-01-10`` is a ``datetime.date``; an impossible date is an error unless quoted; date-times stay text;
* anchors, aliases, merge keys, tags, several documents, tabs as indentation and control characters are errors;
* size, depth and number of values are capped before anything is built, so a bomb costs nothing.

Everything that can be wrong with a text ends as ``ConfigError`` carrying ``Problem`` rows; nothing else is raised.
The parser is PyYAML's event stream (libyaml when built in): events, unlike nodes, need no recursion.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import yaml

from signalwatch.errors import ConfigError, Problem

Path = tuple[str | int, ...]

MAX_BYTES = 10_000_000
MAX_DEPTH = 60
MAX_VALUES = 500_000
EXCERPT = 160
MESSAGE = 300
HINT = 900
"""How much of a line is shown, and how long a message may become by what it quotes."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BREAKS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what libyaml counts as the end of a line
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})?\.?[0-9]{0,18}(?:[eE][-+]?[0-9]{1,2})?\Z", re.ASCII)
_ZEROS = re.compile(r"[-+]?0[0-9]", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_SPECIAL: dict[str, Any] = {"": None, "null": None, "~": None, "true": True, "false": False}
_BOOLEAN_WORDS = {
    "yes": True, "on": True, "y": True, "true": True, "enabled": True,
    "no": False, "off": False, "n": False, "false": False, "disabled": False,
}  # fmt: skip
_PLAINER = (
    (
        "cannot start any token",
        "unexpected character",
        "indent with spaces; quote text that starts with @ ` % or a tab",
    ),
    ("mapping values are not allowed", "unexpected ':'", "quote text that contains ': ', or check the indentation"),
    ("could not find expected ':'", "a key without ':'", "write 'key: value'; text over several lines needs quotes"),
    ("did not find expected key", "the indentation does not fit what stands above", "align keys of one mapping"),
    ("did not find expected '-' indicator", "a list item without '-'", "align the '-' of one list"),
    ("found unexpected end of stream", "a quote that is never closed", ""),
    (
        "found unknown escape character",
        "unknown escape",
        'inside "..." a backslash is written \\\\; or use single quotes',
    ),
    ("did not find expected ',' or ']'", "a list in [...] that is not closed, or lacks a comma", ""),
    ("did not find expected ',' or '}'", "a mapping in {...} that is not closed, or lacks a comma", ""),
    ("did not find expected alphabetic or numeric", "text that starts with & or *", "quote it"),
    ("block sequence entries are not allowed", "unexpected '-'", "a list starts on its own line under its key"),
    ("found undefined tag handle", "a tag (!...)", "tags are not allowed; quote text that starts with !"),
    ("found incompatible YAML document", "a %YAML directive", "leave it out"),
)
_OPENED = ("a quote that", "a list in", "a mapping in")


class _Node:
    """Where a value stands, and its parts. ``keys`` holds the places of a mapping's keys."""

    __slots__ = ("column", "keys", "line", "parts")

    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column
        self.parts: dict[Any, _Node] | None = None
        self.keys: dict[str, tuple[int, int]] | None = None


class Source:
    """A parsed file: ``data`` and where everything in it stands. Lines and columns count from 1."""

    __slots__ = ("_lines", "_root", "_text", "data", "file")

    def __init__(self, file: str, data: Any, text: str, root: _Node) -> None:
        self.file = file
        self.data = data
        self._text = text
        self._root = root
        self._lines: list[str] | None = None

    def __repr__(self) -> str:
        return f"Source({self.file!r})"

    @property
    def lines(self) -> list[str]:
        """The text, split where the parser sees a line end."""
        if self._lines is None:
            self._lines = _BREAKS.split(self._text)
        return self._lines

    def where(self, path: Path = (), key: bool = False) -> tuple[int, int]:
        """Line and column of the value at ``path`` (of its key, with ``key=True``).

        A path that does not exist answers the place of its nearest existing ancestor, so that a missing key can
        be reported at the mapping that lacks it.
        """
        node = self._root
        place = (node.line, node.column)
        for depth, step in enumerate(path):
            child = node.parts.get(step) if node.parts else None
            if child is None:
                return place
            place = (child.line, child.column)
            if key and depth == len(path) - 1 and node.keys is not None:
                place = node.keys[str(step)]
            node = child
        return place

    def problem(
        self,
        path: Path,
        message: str,
        *,
        hint: str = "",
        severity: str = "error",
        key: bool = False,
        code: str = "",
        show: bool = True,
    ) -> Problem:
        """A problem at ``path``, with its line as excerpt; ``show=False`` hides the line (it may hold a secret)."""
        line, column = self.where(path, key)
        excerpt, caret = _excerpt(self.lines, line, column) if show else ("", 0)
        return Problem(
            self.file, line, column, cut(message, MESSAGE), severity=severity, excerpt=excerpt, hint=cut(hint, HINT),
            code=code, caret=caret,
        )  # fmt: skip


def load(text: str | bytes, file: str, *, max_bytes: int = MAX_BYTES, allow_empty: bool = False) -> Source:
    """Parse one YAML document strictly.

    Args:
        text: the file's content; bytes must be UTF-8 (a byte-order mark is accepted).
        file: its name, for messages.
        max_bytes: larger input is refused unread.
        allow_empty: an empty file is ``data=None`` instead of an error.

    Raises:
        ConfigError: with every problem that could be found before the syntax broke.
    """
    content = _decode(text, file, max_bytes)
    builder = _Builder(file, content)
    builder.run()
    if builder.problems:
        raise ConfigError(builder.problems)
    if builder.data is None and not allow_empty:
        raise ConfigError([Problem(file, 0, 0, "the file is empty", hint="write something, or delete the file")])
    return Source(file, builder.data, content, builder.root)


def lines_of(text: str) -> list[str]:
    """The lines of a file, as ``Problem.line`` counts them."""
    return _BREAKS.split(text.removeprefix("\ufeff"))


def did_you_mean(word: object, choices: Iterable[str]) -> str:
    """``did you mean "live"?`` for the nearest of ``choices``, or nothing when none is near."""
    wanted = str(word)[:80]
    options = list(choices)
    folded = {c.casefold(): c for c in options}
    near = difflib.get_close_matches(wanted.casefold(), folded, n=1, cutoff=0.6)
    return f'did you mean "{folded[near[0]]}"?' if near else ""


def expected(word: object, choices: Iterable[str]) -> str:
    """The nearest valid word, or the list of all of them when nothing is near."""
    options = sorted(choices)
    near = did_you_mean(word, options)
    shown = ", ".join(options[:25]) + (f", ... ({len(options)} in all)" if len(options) > 25 else "")
    return near or f"one of: {shown}"


def looks_boolean(value: object) -> bool | None:
    """What ``yes no on off`` (any case) was probably meant to be, for the message of a validator; None for the rest."""
    return _BOOLEAN_WORDS.get(value.casefold()) if isinstance(value, str) else None


def scalar(text: str) -> Any:
    """The value of an unquoted YAML scalar by the rules of this module. Raises ValueError for an impossible date."""
    if text in _SPECIAL:
        return _SPECIAL[text]
    first = text[0]
    if first not in "0123456789+-.":
        return text
    if _INT.match(text):
        return int(text)
    if _DATE.match(text):
        return date.fromisoformat(text)
    if not _ZEROS.match(text) and _FLOAT.match(text):
        try:
            return float(text)
        except ValueError:  # "-", ".", "1e": the pattern is generous, float() is not
            return text
    return text


def cut(text: str, limit: int) -> str:
    """A text of at most ``limit`` characters, and a sign that something was left out."""
    return text if len(text) <= limit else text[:limit] + " ..."


def _excerpt(lines: list[str], line: int, column: int) -> tuple[str, int]:
    """The line without its indentation (of a long one, the part around the column), and the column in it."""
    if not 0 < line <= len(lines):
        return "", 0
    whole = lines[line - 1].replace("\t", " ")
    text = whole.strip()
    at = min(max(column - (len(whole) - len(whole.lstrip())), 1), len(text) + 1)
    if len(text) <= EXCERPT:
        return text, at if text else 0
    if at <= EXCERPT - 20:
        return text[:EXCERPT] + " ...", at
    start = at - EXCERPT // 2
    end = start + EXCERPT
    return f"... {text[start:end]}" + (" ..." if end < len(text) else ""), at - start + len("... ")


def _decode(text: str | bytes, file: str, max_bytes: int) -> str:
    size = len(text)
    if size > max_bytes:
        hint = "split the file"
        raise ConfigError([Problem(file, 0, 0, f"the file is too large: {size:,} of at most {max_bytes:,}", hint=hint)])
    if isinstance(text, bytes):
        text = _utf8(text, file)
    text = text.removeprefix("\ufeff")
    bad = _CONTROL.search(text)
    if bad:
        before = _BREAKS.split(text[: bad.start()])
        name = "NUL" if bad.group() == "\x00" else f"U+{ord(bad.group()):04X}"
        message = f"control character {name}"
        raise ConfigError([Problem(file, len(before), len(before[-1]) + 1, message, hint="remove it")])
    return text


def _utf8(raw: bytes, file: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        what = "UTF-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else f"byte 0x{raw[error.start]:02x}"
        problem = Problem(file, line, column, f"not UTF-8 ({what})", hint="save the file as UTF-8")
        raise ConfigError([problem]) from error


class _Builder:
    """Turns the event stream into data and places; collects problems until the syntax breaks."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.problems: list[Problem] = []
        self.data: Any = None
        self.root = _Node(1, 1)
        self._lines: list[str] | None = None
        # One frame per open collection: [container, node, pending key or None]
        self._stack: list[list[Any]] = []
        self._documents = 0
        self._values = 0

    def run(self) -> None:
        try:
            for event in yaml.parse(self.text, Loader=_LOADER):
                if not self._event(event):
                    return
        except yaml.YAMLError as error:
            self._syntax(error)

    def _event(self, event: Any) -> bool:
        """Take one event; False stops the parse (a limit was passed)."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            return self._scalar(event)
        if kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            return self._open(event, {} if kind is yaml.MappingStartEvent else [])
        if kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._stack.pop()
        elif kind is yaml.AliasEvent:
            self._report(event, "an alias (*name)", "aliases are not allowed: repeat the value, or quote the text")
            return self._place(None, _Node(event.start_mark.line + 1, event.start_mark.column + 1))
        elif kind is yaml.DocumentStartEvent:
            self._documents += 1
            if self._documents == 2:
                self._report(event, "a second document (---)", "one document per file")
                return False
        return True

    def _scalar(self, event: Any) -> bool:
        mark = event.start_mark
        node = _Node(mark.line + 1, mark.column + 1)
        self._refuse_decoration(event)
        if event.style == '"' and (bad := _CONTROL.search(event.value)):
            self._report(event, f"the escape of a control character (U+{ord(bad.group()):04X})", "leave it out")
        frame = self._stack[-1] if self._stack else None
        if frame is not None and type(frame[0]) is dict and frame[2] is None:
            return self._key(frame, event, node)
        value: Any = event.value
        if event.implicit[0] and event.tag is None:
            try:
                value = scalar(value)
            except ValueError:
                self._report(event, f"{value} is not a date that exists", "put quotes around it if it is text")
        return self._place(value, node)

    def _key(self, frame: list[Any], event: Any, node: _Node) -> bool:
        key = event.value
        if key == "<<" and event.implicit[0]:
            self._report(event, "a merge key (<<)", "merge keys are not allowed: repeat the values")
        elif key in frame[0]:
            first = frame[1].keys[key]
            self._report(event, f'duplicate key "{key}"', f"first written in line {first[0]}")
        else:
            frame[1].keys[key] = (node.line, node.column)
        frame[2] = key
        return True

    def _open(self, event: Any, container: Any) -> bool:
        mark = event.start_mark
        node = _Node(mark.line + 1, mark.column + 1)
        node.parts = {}
        self._refuse_decoration(event)
        if len(self._stack) >= MAX_DEPTH:
            self._report(event, f"nested more than {MAX_DEPTH} deep", "")
            return False
        frame = self._stack[-1] if self._stack else None
        if frame is not None and type(frame[0]) is dict and frame[2] is None:
            self._report(
                event, "a key that is itself a list or a mapping", "keys are plain words; quote text in braces"
            )
            return False
        if type(container) is dict:
            node.keys = {}
        if not self._place(container, node):
            return False
        self._stack.append([container, node, None])
        return True

    def _place(self, value: Any, node: _Node) -> bool:
        """Put a finished value into its parent."""
        self._values += 1
        if self._values > MAX_VALUES:
            self.problems.append(Problem(self.file, node.line, node.column, f"more than {MAX_VALUES:,} values"))
            return False
        if not self._stack:
            self.data, self.root = value, node
            return True
        frame = self._stack[-1]
        container, parent, key = frame
        if type(container) is list:
            parent.parts[len(container)] = node
            container.append(value)
            return True
        if key is None:  # an alias in the place of a key; reported already
            frame[2] = ""
            return True
        if key not in container:
            container[key] = value
            parent.parts[key] = node
        frame[2] = None
        return True

    def _refuse_decoration(self, event: Any) -> None:
        if event.anchor is not None:
            self._report(
                event, f"an anchor (&{event.anchor})", "anchors are not allowed: repeat the value, or quote text"
            )
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._report(event, f"a tag ({tag})", "tags are not allowed; quote text that starts with !")

    def _report(self, event: Any, message: str, hint: str) -> None:
        self._add(event.start_mark.line + 1, event.start_mark.column + 1, message, hint)

    def _add(self, line: int, column: int, message: str, hint: str = "") -> None:
        if self._lines is None:
            self._lines = _BREAKS.split(self.text)
        excerpt, caret = _excerpt(self._lines, line, column)
        if len(self.problems) < 200:
            problem = Problem(
                self.file, line, column, cut(message, MESSAGE), excerpt=excerpt, hint=hint, code="yaml", caret=caret
            )
            self.problems.append(problem)

    def _syntax(self, error: yaml.YAMLError) -> None:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        detail = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
        message, hint = f"not valid YAML: {detail}", ""
        for needle, plain, advice in _PLAINER:
            if needle in detail:
                message, hint = f"not valid YAML: {plain}", advice
                start = getattr(error, "context_mark", None)
                if plain.startswith(_OPENED) and start is not None:  # the opening tells more than the end of the file
                    line, column = start.line + 1, start.column + 1
                break
        if self._lines is None:
            self._lines = _BREAKS.split(self.text)
        if 0 < line <= len(self._lines):
            indent = self._lines[line - 1]
            if "\t" in indent[: len(indent) - len(indent.lstrip())]:
                message, hint = "a tab in the indentation", "indent with spaces"
        self._add(line, column, message, hint)
