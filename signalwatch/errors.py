"""Every error signalwatch raises on purpose, drawn as one tree.

    SignalwatchError
    ├── ConfigError            settings, accounts or rule files are wrong; carries every problem at once
    │   └── RuleSetError       ... the problems are in a rule pack
    ├── SourceError            one poll of one source failed; the service goes on
    │   ├── Deferred           ... the server asked us to come back later
    │   ├── Blocked            ... the server refused us (throttle page, challenge); stop for long
    │   ├── Gone               ... 404 / 410: the thing is not there
    │   ├── BadPayload         ... the body is not what this source should answer
    │   └── RefusedAddress     ... the URL leads where we never go (private address, bad scheme)
    ├── DeliveryError          one message could not be sent
    ├── StoreError             the database is unreadable, locked for too long or of another version
    └── UsageError             the command was called with something that is not there

Foreign exceptions are wrapped at the door where they enter; causes are kept with ``from``.
Messages say what happened, to which source, file, row or rule, and what to do.
This module imports the standard library only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


class SignalwatchError(Exception):
    """The root of everything raised on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file: where, what, what was expected.

    ``line`` and ``column`` count from 1; 0 means the whole file. ``severity`` is ``error``, ``warning`` or ``note``
    (worth knowing, never a failure). ``excerpt`` is the offending line without its indentation (or the part around the
    place), ``caret`` the place in it, from 1.
    """

    file: str
    line: int
    column: int
    message: str
    severity: str = "error"
    excerpt: str = ""
    hint: str = ""
    code: str = ""
    caret: int = 0

    def __str__(self) -> str:
        place = self.file if not self.line else f"{self.file}:{self.line}:{self.column}"
        text = f"{place}: {self.severity}: {self.message}"
        if self.hint:
            text += f" ({self.hint})"
        text = _UNPRINTABLE.sub(_escaped, text)
        if self.excerpt:
            text += f"\n    {_UNPRINTABLE.sub('?', self.excerpt)}"
            if self.caret:
                text += f"\n    {' ' * _columns(self.excerpt[: self.caret - 1])}^"
        return text


_UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal, a log or a mail must not get raw: control characters, changes of direction, halves of characters."""


def _escaped(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode("ascii")


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class ConfigError(SignalwatchError):
    """Settings or data files are wrong. ``problems`` holds all of them, not only the first."""

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        if isinstance(problems, str):
            problems = [Problem("settings", 0, 0, problems)]
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class RuleSetError(ConfigError):
    """A rule pack is wrong; nothing of it was taken over."""


class SourceError(SignalwatchError):
    """One poll of a source failed. ``retry_after`` says when trying again makes sense."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None, permanent: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.permanent = permanent


class Deferred(SourceError):
    """The server asked us to wait longer than a worker should sleep: move the due time to ``until``."""

    def __init__(self, message: str, *, until: datetime) -> None:
        super().__init__(message)
        self.until = until


class Blocked(SourceError):
    """The server refuses us (throttle page, bot challenge). Asking again would prolong it."""


class Gone(SourceError):
    """The resource is not there (404, 410, S3-style AccessDenied/NoSuchKey). ``permanent`` for 410."""


class BadPayload(SourceError):
    """The answer is not what this source should give (HTML instead of a feed, broken JSON, cut gzip)."""


class RefusedAddress(SourceError):
    """The URL, or a redirect of it, leads to a private address or to a scheme that is never followed."""


class DeliveryError(SignalwatchError):
    """A notifier could not send. Delivery owns back-off; the notifier only says what it knows.

    ``permanent``: never try this message there again. ``retry_after``: the server named a time.
    ``uncertain``: the message may have arrived (connection lost after the last byte).
    ``channel_down``: every message of this channel would fail (bad credentials, removed webhook).
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        retry_after: timedelta | None = None,
        uncertain: bool = False,
        channel_down: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.uncertain = uncertain
        self.channel_down = channel_down


class StoreError(SignalwatchError):
    """The database cannot be used; the message says what to do about it."""


class UsageError(SignalwatchError):
    """A command names something that does not exist. The command line exits with 2."""
