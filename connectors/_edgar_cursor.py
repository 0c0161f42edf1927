"""The connector's own cursor: where each of the three layers stands, and which bodies are still to be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import msgspec

from connectors._edgar_filing import Filing
from signalwatch.sdk import Json

KEEP = 1200
"""Accession numbers kept to recognise where a poll meets the one before it (about twelve feed pages)."""


class CurrentState(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Layer 1. ``recent`` is what finished walks saw, newest first; ``walk`` what an unfinished one saw so far.

    Only ``recent`` ends a walk: if a walk is cut off (crash, outage), the next one goes on past the pages it had read.
    """

    recent: list[str] = []
    walk: list[str] = []
    cut: int = 0  # walks in a row that ended in a 503 before they met what was known


class IndexState(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Layer 2. Every business day up to ``watermark`` was read cleanly, except those in ``missing`` (day -> first asked)."""

    watermark: date | None = None
    missing: dict[str, datetime] = {}
    asked: datetime | None = None


class ReconcileState(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Layer 3. One round over all watched companies, in order of CIK."""

    started: datetime | None = None
    after: int = 0
    done: bool = False


class Pending(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A filing whose body was not had yet: kept with its facts, tried again from ``due`` on."""

    filing: Filing
    due: datetime
    tries: int = 0
    hint: str = ""


class EdgarCursor(msgspec.Struct, kw_only=True, omit_defaults=True):
    """All of it; what is stored beside the documents is its JSON."""

    current: CurrentState = msgspec.field(default_factory=CurrentState)
    index: IndexState = msgspec.field(default_factory=IndexState)
    reconcile: ReconcileState = msgspec.field(default_factory=ReconcileState)
    pending: list[Pending] = []


def load_cursor(stored: Mapping[str, Json]) -> tuple[EdgarCursor, str]:
    """The stored cursor, or a fresh one with the reason why the stored one cannot be used."""
    try:
        return msgspec.convert(dict(stored), EdgarCursor), ""
    except msgspec.ValidationError as error:
        return (
            EdgarCursor(),
            f"the stored cursor cannot be read ({error}); starting from a fresh one, known filings are skipped",
        )


def dump_cursor(cursor: EdgarCursor) -> dict[str, Json]:
    """The cursor as JSON."""
    found = msgspec.to_builtins(cursor)
    return dict(found)


def newest(*lists: Iterable[str]) -> list[str]:
    """Accession numbers of several lists, once each, in order, bounded."""
    merged: dict[str, None] = {}
    for items in lists:
        for item in items:
            merged.setdefault(item, None)
            if len(merged) >= KEEP:
                return list(merged)
    return list(merged)
