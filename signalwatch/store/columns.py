"""What all tables share: one metadata with a name for every constraint, a base class, and short cuts for columns."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, text
from sqlalchemy import Index as SqlIndex
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, or Alembic's batch mode cannot alter tables on SQLite."""

metadata = MetaData(naming_convention=NAMING)
BigId = BigInteger().with_variant(Integer(), "sqlite")
"""Row numbers: 64 bit on both (an SQLite INTEGER PRIMARY KEY is the rowid, and only if it is called INTEGER)."""


class Row(SQLModel, registry=registry(metadata=metadata)):
    """Base of all rows, with our own metadata (names for every constraint)."""


def Index(name: str, *columns: Any, where: str = "", unique: bool = False) -> SqlIndex:
    """An index, partial when ``where`` is given, the same on both databases."""
    if not where:
        return SqlIndex(name, *columns, unique=unique)
    return SqlIndex(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def serial() -> Any:
    """A primary key that counts up in order of arrival."""
    return Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))


def blob() -> Any:
    """A column of bytes."""
    return Field(sa_type=LargeBinary)


def optional_blob() -> Any:
    """A column of bytes that may be NULL."""
    return Field(default=None, sa_type=LargeBinary, nullable=True)


def table_of(row: type[Row]) -> Table:
    """The SQLAlchemy table of a row class."""
    return cast(Table, cast(Any, row).__table__)
