"""Connections and transactions, the same for SQLite and PostgreSQL.

SQLite: WAL, one writer at a time in the process (a lock, so nobody polls) and ``BEGIN IMMEDIATE`` against other
processes; reads go through a second, read-only engine and are never blocked. PostgreSQL: psycopg 3, one pool.
https://www.sqlite.org/wal.html, https://docs.sqlalchemy.org/en/21/dialects/sqlite.html (transactions)
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError, StatementError

from signalwatch.errors import StoreError

LOCK_PATIENCE_S = 30.0
"""How long a write waits for other writers before it gives up."""


def parse_url(url: str) -> URL:
    """The database URL with the driver we use.

    Raises:
        StoreError: not an SQLite file or PostgreSQL URL.
    """
    try:
        parsed = make_url(url)
        name = parsed.get_backend_name()
    except ArgumentError as error:
        raise StoreError(
            "the database URL cannot be read; write sqlite:///signalwatch.db or postgresql://user:password@host/name"
        ) from error
    if name == "postgres":
        name = "postgresql"
    if name == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise StoreError("an SQLite database needs a file: write sqlite:///path/to/signalwatch.db")
        return parsed.set(drivername="sqlite+pysqlite")
    if name == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreError(f"databases of kind {name!r} are not supported; use sqlite:///file or postgresql://...")


@contextmanager
def translated(masked: str) -> Iterator[None]:
    """Turn what drivers raise into StoreError with advice; wrong values (a naive datetime) stay ValueError."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(_advice(masked, error.orig)) from error
    except StatementError as error:
        if isinstance(error.orig, ValueError):
            raise ValueError(str(error.orig)) from error
        raise
    except SQLAlchemyError as error:
        raise StoreError(f"{masked}: {error}") from error


def _advice(masked: str, error: BaseException | None) -> str:
    message = " ".join(str(error).split())
    low = message.casefold()
    if "not a database" in low or "file is encrypted" in low:
        return f"{masked}: the file is not a database; name another file or restore a backup"
    if "unable to open" in low:
        return f"{masked}: the file cannot be opened; check that its folder exists and may be written to"
    if "readonly" in low or "read-only" in low:
        return f"{masked}: the database is read-only; check the permissions of the file and its folder"
    if "malformed" in low:
        return f"{masked}: the database file is damaged; restore a backup (signalwatch db check tells more)"
    if "locked" in low or "busy" in low:
        return f"{masked}: another process held the database for too long; try again"
    if "disk is full" in low or "no space" in low:
        return f"{masked}: the disk is full"
    if "password authentication" in low or "no password supplied" in low:
        return f"{masked}: PostgreSQL refused the login; check user and password"
    if "does not exist" in low and "database" in low:
        return f"{masked}: the PostgreSQL database does not exist; create it first (createdb)"
    if "connection" in low and ("refused" in low or "failed" in low or "closed" in low or "terminat" in low):
        return f"{masked}: PostgreSQL cannot be reached: {message}"
    return f"{masked}: {message}"


class Database:
    """The engines of one database and its two doors: `read` and `write`."""

    def __init__(self, url: str, *, patience_s: float = LOCK_PATIENCE_S) -> None:
        self.url = parse_url(url)
        self._patience_s = patience_s
        self.dialect = self.url.get_backend_name()
        self.masked = self.url.set(drivername=self.dialect).render_as_string(hide_password=True)
        self._turn = threading.Lock()
        self._writing = threading.local()
        if self.dialect == "sqlite":
            self._check_file()
            self.writer = self._sqlite_engine(read_only=False)
            self.reader = self._sqlite_engine(read_only=True)
        else:
            self.writer = create_engine(
                self.url,
                hide_parameters=True,
                pool_pre_ping=True,
                pool_size=8,
                max_overflow=16,
                connect_args={"options": "-c timezone=UTC", "connect_timeout": 10},
            )
            self.reader = self.writer.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def path(self) -> Path:
        """The SQLite file."""
        return Path(self.url.database or "")

    def _check_file(self) -> None:
        """Say plainly what is wrong with the path before SQLite says "unable to open database file"."""
        path = self.path
        try:
            if path.is_dir():
                raise StoreError(f"{self.masked}: {path} is a folder; name a file in it")
            if not path.parent.is_dir():
                raise StoreError(f"{self.masked}: the folder {path.parent} does not exist; create it first")
            if path.exists() and path.stat().st_size:
                with path.open("rb") as file:
                    head = file.read(16)
                if head != b"SQLite format 3\x00":
                    raise StoreError(
                        f"{self.masked}: the file is not a database; name another file or restore a backup"
                    )
        except OSError as error:
            raise StoreError(f"{self.masked}: cannot be read ({error.strerror}); check its permissions") from error

    def _sqlite_engine(self, *, read_only: bool) -> Engine:
        engine = create_engine(
            self.url,
            hide_parameters=True,
            pool_size=4 if read_only else 1,
            max_overflow=28 if read_only else 1,
            connect_args={"timeout": self._patience_s, "check_same_thread": False, "isolation_level": None},
        )

        @event.listens_for(engine, "connect")
        def configure(connection: sqlite3.Connection, _: Any) -> None:
            run = connection.execute
            if read_only:
                run("PRAGMA query_only=ON")
                run("PRAGMA cache_size=-4096")
            else:
                run("PRAGMA journal_mode=WAL")
                run("PRAGMA synchronous=NORMAL")
                run("PRAGMA cache_size=-32768")
                run("PRAGMA journal_size_limit=67108864")
                run("PRAGMA wal_autocheckpoint=4000")  # 16 MB: fewer waits for the disk in the middle of a batch
            run("PRAGMA temp_store=MEMORY")

        if not read_only:

            @event.listens_for(engine, "begin")
            def begin(connection: Connection) -> None:
                connection.exec_driver_sql("BEGIN IMMEDIATE")

        return engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; every statement sees what is committed."""
        with translated(self.masked), self.reader.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection for several reads that have to agree with each other: all see one committed state."""
        if self.dialect == "sqlite":
            with self.read() as connection:
                connection.exec_driver_sql("BEGIN")
                try:
                    yield connection
                finally:
                    connection.exec_driver_sql("ROLLBACK")
            return
        frozen = self.writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with translated(self.masked), frozen.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: commits on normal exit, rolls back on an exception.

        Raises:
            StoreError: somebody else wrote for too long, or this thread is already inside a transaction.
        """
        if getattr(self._writing, "active", False):
            raise StoreError("a write inside a write: use the open transaction instead of a second one")
        if self.dialect == "sqlite" and not self._turn.acquire(timeout=self._patience_s):
            raise StoreError(f"{self.masked}: another writer of this process took more than {self._patience_s:g} s")
        self._writing.active = True
        try:
            with translated(self.masked), self.writer.begin() as connection:
                yield connection
        finally:
            self._writing.active = False
            if self.dialect == "sqlite":
                self._turn.release()

    def close(self) -> None:
        """Close all pooled connections."""
        if self.reader is not self.writer and self.dialect == "sqlite":
            self.reader.dispose()
        self.writer.dispose()
