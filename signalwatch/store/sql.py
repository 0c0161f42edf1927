"""Small SQL pieces that differ between the two databases, and helpers every topic module uses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Dialect, Table, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import Insert as Insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from signalwatch.ids import digest_bytes
from signalwatch.store.codec import clean

LONGEST_KEY = 400
"""Characters of a natural key at most; PostgreSQL refuses index entries above 2,704 bytes."""


class TextList(TypeDecorator[Sequence[str]]):
    """A list of strings as one parameter: an array on PostgreSQL, JSON text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """ARRAY of text where there is one."""
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        """The list as the driver wants it."""
        if value is None or dialect.name == "postgresql":
            return value
        return msgspec.json.encode(value).decode()


class among(FunctionElement[bool]):
    """``column IN (the list bound as name)`` with one parameter, whatever the list's length.

    The statement compiles once and no limit on the number of parameters is met. The type is left open on purpose: what
    SQLAlchemy takes for a boolean it compares with 1 on SQLite, and then no index is used.
    """

    type = NullType()  # type: ignore[assignment]
    name = "among"
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        super().__init__(column, bindparam(name, type_=TextList(), required=True))


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **kw)} = ANY({compiler.process(values, **kw)})"


@compiles(among)
def _among_sqlite(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = element.clauses
    name, array = compiler.process(column, **kw), compiler.process(values, **kw)
    return f"{name} IN (SELECT value FROM json_each({array}))"  # noqa: S608 - compiled names, not values


def literally(condition: str) -> ColumnElement[bool]:
    """A condition spelt exactly as in a partial index: a database uses such an index only when it recognises it."""
    return text(condition)  # type: ignore[return-value]


def insert(table: Table) -> Insert:
    """INSERT that can say ON CONFLICT.

    PostgreSQL's construct; SQLite's compiler reads the same attributes and spells the clause alike, so one statement
    object serves both (tests/store proves each).
    """
    return Insert(table)


def upsert(table: Table, *, keep: Sequence[str] = ()) -> Insert:
    """INSERT that replaces the row with the same primary key, but for the columns named in ``keep``."""
    statement = insert(table)
    keys = [c.name for c in table.primary_key.columns]
    new = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys and c.name not in keep}
    return statement.on_conflict_do_update(index_elements=keys, set_=new)


def storable_key(key: str) -> str:
    """A natural key as it is stored: cleaned, and if absurdly long cut with a digest of the whole at its end."""
    key = clean(key)
    if len(key) <= LONGEST_KEY:
        return key
    return f"{key[: LONGEST_KEY - 33]}#{digest_bytes(key.encode())}"


def ordered_at(published_at: datetime | None, first_seen_at: datetime) -> datetime:
    """What events are worked through by: publication, else first sight."""
    return published_at or first_seen_at
