"""What the crash test looks at: the database as a kill left it, the rows at the end, and what the sinks received."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from signalwatch.deliver import POSSIBLE_DUPLICATE
from signalwatch.ids import digest_bytes
from signalwatch.model import Struct
from signalwatch.simulate.sinks import HttpSink, SmtpSink

COMPARED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "source": (("source_id",), ("lease_owner", "lease_until", "last_attempt_at")),
    "document": (("document_id",), ("seq",)),
    "document_head": (("connector", "key"), ()),
    "quarantine": (("quarantine_id",), ()),
    "event": (("event_id",), ()),
    "story": (("story_id",), ()),
    "story_key": (("key", "story_id"), ()),
    "account": (("account_id",), ()),
    "program": (("program_id",), ()),
    "signal": (("signal_id",), ()),
    "recommendation": (("recommendation_id",), ()),
    "decision": (("decision_id",), ()),
    "review": (("review_id",), ()),
    "review_event": (("review_id", "event_id"), ()),
    "suggestion": (("key",), ()),
    "outbox": (
        ("outbox_id",),
        ("due_at", "attempts", "lease_owner", "lease_until", "last_error", "sent_at", "reference"),
    ),
}
"""Tables that must be equal in both runs, row by row: their key, and the columns left out.

Left out are row numbers, who held a row last, and when and how often a message was tried: a kill may delay a send, and a
refused post (every so many are) falls on another message when some are repeated. Of a cursor, `_WALKS` is left out, of the
quarantine `_WALKED`. All else must be the same to the byte: texts, times, scores, decisions with their hashes, validators, what was told to whom.
"""
_WALKS = ("reconcile",)
"""Parts of cursors that say how far an endless re-read has come, one portion a poll: a poll that a kill repeats does one
portion more, and the next round begins earlier."""
_WALKED = "submissions of CIK "
"""Quarantined answers of that re-read: a source's bad hour meets whichever company is next then."""
Rows = dict[str, dict[str, str]]
"""Table -> row key -> digest of the compared columns."""


class Leftover(Struct, frozen=True):
    """What a kill left: messages that were being sent, leases, and whether the database is whole."""

    sending: frozenset[str]
    leased_sources: int
    damage: str


class Received(Struct, frozen=True, kw_only=True):
    """One message a sink accepted."""

    channel: str
    message_id: str
    marked: bool
    """Whether it says that it may be a duplicate."""


class Difference(Struct, frozen=True, kw_only=True):
    """Rows of one table that the runs do not share."""

    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@contextmanager
def copy_of(database: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a copy of the files, so that looking does not repair what the service should find."""
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("", "-wal", "-shm"):
            part = database.with_name(database.name + ending)
            if part.exists():
                shutil.copyfile(part, Path(folder) / part.name)
        with closing(sqlite3.connect(Path(folder) / database.name)) as connection:
            yield connection


def leftover(database: Path) -> Leftover:
    """The evidence of one kill. Call while no service runs."""
    with copy_of(database) as connection:
        damage = "; ".join(str(row[0]) for row in connection.execute("PRAGMA quick_check(5)") if row[0] != "ok")
        tables = {str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"outbox", "source"} <= tables:
            return Leftover(frozenset(), 0, damage)
        sending = connection.execute("SELECT outbox_id FROM outbox WHERE state = 'sending'")
        leased = connection.execute("SELECT count(*) FROM source WHERE lease_owner <> ''")
        return Leftover(frozenset(str(row[0]) for row in sending), int(leased.fetchone()[0]), damage)


def rows_of(database: Path) -> Rows:
    """Every compared row of a database, digested. Call while no service runs."""
    found: Rows = {}
    with copy_of(database) as connection:
        connection.row_factory = sqlite3.Row
        for table, (key, left_out) in COMPARED.items():
            rows: dict[str, str] = {}
            for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - names from the constant above
                kept = [(name, _kept(name, row[name])) for name in row.keys() if name not in left_out]  # noqa: SIM118
                if table == "quarantine" and str(row["key"]).startswith(_WALKED):
                    continue
                rows["|".join(str(row[name]) for name in key)] = digest_bytes(repr(kept).encode())
            found[table] = rows
    return found


def _kept(name: str, value: object) -> object:
    """A value as it is compared."""
    if name != "cursor" or not isinstance(value, str):
        return value
    return sorted((k, repr(v)) for k, v in json.loads(value).items() if k not in _WALKS)


def compare(calm: Rows, killed: Rows) -> dict[str, Difference]:
    """Tables that differ, and how."""
    out = {}
    for table in COMPARED:
        a, b = calm[table], killed[table]
        difference = Difference(
            lost=tuple(sorted(a.keys() - b.keys())),
            doubled=tuple(sorted(b.keys() - a.keys())),
            changed=tuple(sorted(k for k in a.keys() & b.keys() if a[k] != b[k])),
        )
        if difference != Difference():
            out[table] = difference
    return out


class Outgoing(Struct, frozen=True):
    """The database's own account of what was sent: message id -> its outbox rows; outbox row -> channel."""

    messages: Mapping[str, frozenset[str]]
    sent: Mapping[str, str]


def outgoing(database: Path) -> Outgoing:
    """Messages by the delivery log, and outbox rows that count as sent."""
    messages: dict[str, set[str]] = {}
    with copy_of(database) as connection:
        for message_id, outbox_id in connection.execute("SELECT message_id, outbox_id FROM delivery"):
            messages.setdefault(str(message_id), set()).add(str(outbox_id))
        sent = {
            str(r[0]): str(r[1])
            for r in connection.execute("SELECT outbox_id, channel FROM outbox WHERE state = 'sent'")
        }
    return Outgoing({m: frozenset(rows) for m, rows in messages.items()}, sent)


def received(slack: HttpSink, hook: HttpSink, mail: SmtpSink) -> list[Received]:
    """Everything the sinks accepted, by message id."""
    out = []
    for post in slack.accepted:
        payload = post.payload
        message_id = payload["metadata"]["event_payload"]["message_id"]
        out.append(Received(channel="slack", message_id=message_id, marked=_marked(str(payload))))
    for post in hook.accepted:
        out.append(
            Received(channel="hook", message_id=post.payload["message_id"], marked=_marked(post.payload["text"]))
        )
    for letter in mail.messages:
        parsed = letter.parse()
        body = parsed.get_body(("plain",))
        text = str(body.get_content()) if body is not None else ""
        message_id = str(parsed["Message-ID"]).strip("<>").partition("@")[0]
        out.append(Received(channel="mail", message_id=message_id, marked=_marked(text)))
    return out


def _marked(text: str) -> bool:
    return POSSIBLE_DUPLICATE.split(":")[0] in " ".join(text.split())


class Sends(Struct, frozen=True, kw_only=True):
    """What repeated sends amount to."""

    received: int
    doubled: int
    """Accepted messages beyond the first of their id."""
    doubled_in_flight: int
    """Those whose rows were all being sent when the service was killed, once for every repeat."""
    unexplained: tuple[str, ...]
    unmarked: tuple[str, ...]
    """Repeats that do not say so."""
    unknown: tuple[str, ...]
    """Accepted messages whose id the service never wrote down: a repeat under another id."""
    never_received: tuple[str, ...]
    """Outbox rows marked sent that no sink ever saw."""


def judge_sends(arrivals: Iterable[Received], out: Outgoing, kills: Iterable[Leftover]) -> Sends:
    """Count repeats and find the ones that no kill explains."""
    kills = list(kills)
    arrivals = list(arrivals)
    counted: Counter[tuple[str, str]] = Counter()
    unmarked: list[str] = []
    seen_rows: set[str] = set()
    for one in arrivals:
        counted[one.channel, one.message_id] += 1
        if counted[one.channel, one.message_id] > 1 and not one.marked:
            unmarked.append(one.message_id)
        seen_rows |= out.messages.get(one.message_id, frozenset())
    unexplained: list[str] = []
    doubled = explained = 0
    for (_, message_id), times in counted.items():
        rows = out.messages.get(message_id, frozenset())
        in_flight = sum(1 for kill in kills if rows and rows <= kill.sending)
        doubled += times - 1
        explained += min(times - 1, in_flight)
        if times - 1 > in_flight:
            unexplained.append(message_id)
    told = {"slack", "hook", "mail"}
    return Sends(
        received=len(arrivals),
        doubled=doubled,
        doubled_in_flight=explained,
        unexplained=tuple(unexplained),
        unmarked=tuple(unmarked),
        unknown=tuple(sorted({a.message_id for a in arrivals} - out.messages.keys())),
        never_received=tuple(sorted(i for i, channel in out.sent.items() if channel in told and i not in seen_rows)),
    )
