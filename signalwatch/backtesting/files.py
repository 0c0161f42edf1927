"""A history as a file, so that a rule change can be judged where the database is not (CI). JSON lines, gzip by name.

First line: ``{"format": "signalwatch-history", "version": 1, "since": ..., "until": ..., ...}``. Every other line is
``[kind, record]`` with kind ``account``, ``step``, ``move``, ``proposal``, ``told`` or ``verdict``.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from signalwatch.errors import UsageError
from signalwatch.model import Account, Recommendation, Struct
from signalwatch.past import HISTORY, History, Step, TierMove, Told, Verdict

FORMAT, VERSION = "signalwatch-history", 1
LONGEST_LINE = 4 * 1024 * 1024

_KINDS: Mapping[str, Any] = {
    "account": Account, "step": Step, "move": TierMove, "proposal": Recommendation, "told": Told, "verdict": Verdict,
}  # fmt: skip
_decoders = {kind: msgspec.json.Decoder(struct).decode for kind, struct in _KINDS.items()}
_line = msgspec.json.Decoder(tuple[str, msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode


class Head(Struct, frozen=True, kw_only=True):
    """What a history file says of itself."""

    format: str
    version: int
    since: datetime
    until: datetime
    watched_since: datetime | None = None


_head = msgspec.json.Decoder(Head).decode


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[IO[bytes]]:
    if path.suffix == ".gz":
        with cast("IO[bytes]", gzip.open(path, f"{mode}b", 5)) as packed:
            yield packed
    else:
        with cast("IO[bytes]", path.open(f"{mode}b")) as plain:
            yield plain


def write(history: History, path: Path) -> int:
    """Write a history to a file; the number of records."""
    head = Head(
        format=FORMAT, version=VERSION, since=history.since, until=history.until, watched_since=history.watched_since
    )
    parts = {
        "account": history.accounts, "step": history.steps, "move": history.moves, "proposal": history.proposals,
        "told": history.told, "verdict": history.verdicts,
    }  # fmt: skip
    number = 0
    with _opened(path, "w") as file:
        file.write(_encode(head) + b"\n")
        for kind, records in parts.items():
            for record in records:
                file.write(_encode((kind, record)) + b"\n")
                number += 1
    return number


def read(path: Path, since: datetime | None = None, until: datetime | None = None) -> History:
    """Read a history, cut to ``[since, until)`` where given.

    Raises:
        UsageError: it is no such file, or a line is not what it should be (which, and why).
    """
    found: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
    number = 0
    try:
        with _opened(path, "r") as file:
            head = _head(file.readline(LONGEST_LINE))
            if head.format != FORMAT or head.version != VERSION:
                raise UsageError(
                    f"{path}: a {head.format} of version {head.version}; this program reads version {VERSION}"
                )
            for number, line in enumerate(file, start=2):
                kind, raw = _line(line)
                if kind not in found:
                    raise UsageError(f"{path}:{number}: a record of kind {kind!r} is not known")
                found[kind].append(_decoders[kind](raw))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        where = f"{path}:{number}" if number else f"{path}:1"
        hint = "" if number else "; write one with: signalwatch rules export-history FILE"
        raise UsageError(f"{where}: not a line of a history file: {error}{hint}") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UsageError(f"{path}: the compressed file is broken: {error}") from error
    return _cut(head, found, since, until)


def _cut(head: Head, found: Mapping[str, list[Any]], since: datetime | None, until: datetime | None) -> History:
    begin = max(since, head.since) if since is not None else head.since
    end = min(until, head.until) if until is not None else head.until
    steps = sorted((s for s in found["step"] if begin - HISTORY <= s.decided_at < end), key=lambda s: s.decided_at)
    return History(
        since=begin,
        until=end,
        accounts=found["account"],
        steps=steps,
        moves=[m for m in found["move"] if m.at < end],
        proposals=[p for p in found["proposal"] if p.created_at is None or p.created_at < end],
        told=[t for t in found["told"] if t.at < end],
        verdicts=found["verdict"],
        watched_since=head.watched_since,
    )
