"""What every topic of the store shares: the database and a few short cuts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable

from signalwatch.store.database import Database

Params = Mapping[str, Any]


def many(connection: Connection, statement: Executable, rows: Sequence[Params]) -> int:
    """Execute once per row in one round; the number of rows it changed. Nothing happens for no rows."""
    if not rows:
        return 0
    result = connection.execute(statement, rows, execution_options={"preserve_rowcount": True})
    return max(0, int(result.rowcount))


def unique(values: Iterable[str]) -> list[str]:
    """The values without repeats, in their order."""
    return list(dict.fromkeys(values))


class Topic:
    """Base of the store's topics: they differ in tables, not in how they reach the database."""

    def __init__(self, database: Database) -> None:
        self._db = database
