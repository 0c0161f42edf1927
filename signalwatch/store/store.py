"""The Store: one class over both databases, put together from its topics, plus opening, checking and backing up."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import text

from signalwatch.errors import StoreError, UsageError
from signalwatch.store import schema
from signalwatch.store.accounts import Accounts
from signalwatch.store.assessing import Assessing, AssessTx
from signalwatch.store.database import Database, translated
from signalwatch.store.documents import Documents
from signalwatch.store.operations import Operations
from signalwatch.store.outbox import Outbox
from signalwatch.store.past import Past
from signalwatch.store.reading import Reading
from signalwatch.store.reviews import Reviews
from signalwatch.store.sources import Sources

__all__ = ["AssessTx", "Store"]


class Store(Sources, Documents, Assessing, Accounts, Outbox, Reviews, Operations, Reading, Past):
    """Everything signalwatch remembers. Safe to share between threads; open one per process.

    Every method is one transaction (or one read). All times are aware UTC; naive ones raise ValueError. What the
    database refuses or cannot do raises StoreError with what to do about it.
    """

    @classmethod
    def open(cls, url: str, *, upgrade: bool = True) -> Store:
        """See `signalwatch.store.open_store`."""
        database = Database(url)
        try:
            schema.ensure(database, upgrade=upgrade)
        except BaseException:
            database.close()
            raise
        return cls(database)

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._db.dialect

    @property
    def url_masked(self) -> str:
        """The database URL without its password."""
        return self._db.masked

    @property
    def path(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        return self._db.path if self.dialect == "sqlite" else None

    def upgrade(self) -> None:
        """Bring the schema up to date; nothing happens when it is."""
        schema.ensure(self._db, upgrade=True)

    def check(self) -> list[str]:
        """What is wrong with the database, in words; empty when nothing is. Reads the whole file on SQLite."""
        problems: list[str] = []
        try:
            with self._db.read() as connection:
                if self.dialect == "sqlite":
                    found = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars().all()
                    problems += [f"integrity: {line}" for line in found if line != "ok"]
                version = schema.version_of(connection)
                if version != schema.HEAD:
                    problems.append(f"schema: at {version or 'nothing'}, this program needs {schema.HEAD}")
                else:
                    problems += [f"schema drift: {difference}" for difference in schema.differences(connection)]
        except StoreError as error:
            problems.append(str(error))
        return problems

    def backup(self, path: str | Path) -> None:
        """Copy the database to a new file while the service goes on (SQLite's online backup).

        Raises:
            UsageError: PostgreSQL (use pg_dump), or the file exists already.
            StoreError: the copy could not be written.
        """
        if self.dialect != "sqlite":
            raise UsageError(f"{self.url_masked}: back up PostgreSQL with its own tool, for example: pg_dump -Fc")
        target = Path(path)
        if target.exists():
            raise UsageError(f"{target} exists already; name a new file for the backup")
        try:
            with self._db.read() as connection:
                destination = sqlite3.connect(target)
                try:
                    source = connection.connection.driver_connection
                    assert isinstance(source, sqlite3.Connection)
                    source.backup(destination)  # in one step: a snapshot, whatever is written meanwhile
                finally:
                    destination.close()
        except (sqlite3.Error, OSError) as error:
            target.unlink(missing_ok=True)
            raise StoreError(f"the backup to {target} failed: {error}") from error

    def ping(self) -> None:
        """Raise StoreError when the database does not answer."""
        with self._db.read() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close all connections."""
        with translated(self.url_masked):
            self._db.close()
