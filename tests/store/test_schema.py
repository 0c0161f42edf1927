"""Opening, upgrading and checking a database."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.schema import CreateIndex

from signalwatch.errors import StoreError, UsageError
from signalwatch.store import Store, open_store, schema
from signalwatch.store.database import Database
from signalwatch.store.tables import metadata


def shape(database: Database) -> dict[str, object]:
    """Everything a schema consists of, as the database tells it."""
    with database.read() as connection:
        found = inspect(connection)
        return {
            table: (
                [(c["name"], str(c["type"]), c["nullable"], c.get("default")) for c in found.get_columns(table)],
                found.get_pk_constraint(table),
                sorted((str(u["name"]), u["column_names"]) for u in found.get_unique_constraints(table)),
                sorted(
                    (str(i["name"]), i["column_names"], bool(i["unique"]), [*map(str, i["dialect_options"].values())])
                    for i in found.get_indexes(table)
                ),
            )
            for table in sorted(found.get_table_names())
        }


def test_a_fresh_schema_equals_a_migrated_one(empty_database_url: str, tmp_path: Path) -> None:
    """Migrating from nothing and create_all give the same tables, columns, keys and indexes."""
    database = Database(empty_database_url)
    with database.write() as tx:
        schema.migrate(tx)
    migrated = shape(database)
    with database.read() as connection:
        drift = schema.differences(connection)
    with database.write() as tx:
        for table in inspect(tx).get_table_names():
            tx.execute(text(f"DROP TABLE {table}"))
        metadata.create_all(tx)
    created = shape(database)
    database.close()

    assert drift == []
    assert migrated.pop("alembic_version")
    assert created == migrated


def test_sqlite_tables_are_made_alike_to_the_letter(tmp_path: Path) -> None:
    """WITHOUT ROWID and partial indexes are not reflected, so the SQL itself is compared."""
    texts = []
    for name in ("migrated", "created"):
        database = Database(f"sqlite:///{tmp_path / name}.db")
        with database.write() as tx:
            if name == "migrated":
                schema.migrate(tx)
            else:
                metadata.create_all(tx)
            rows = tx.execute(text("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%'")).all()
        texts.append({row[0]: " ".join(row[1].split()) for row in rows if row[1]})
        database.close()

    assert texts[0] == texts[1]
    assert any("WITHOUT ROWID" in sql for sql in texts[0].values())


def test_head_is_the_newest_revision() -> None:
    """The constant that spares the import of Alembic names what Alembic calls head."""
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(schema.alembic_config()).get_current_head() == schema.HEAD


def test_opening_an_empty_database_makes_it_ready(empty_database_url: str) -> None:
    """A new database is usable at once, is at the newest version and has no drift."""
    store = open_store(empty_database_url)
    try:
        assert store.check() == []
        assert store.counts()["events"] == 0
        store.upgrade()  # again: nothing to do
    finally:
        store.close()


def test_opening_twice_does_not_touch_it(database_url: str) -> None:
    """The second start finds everything in place."""
    open_store(database_url).close()
    store = open_store(database_url, upgrade=False)

    assert store.check() == []
    store.close()


def test_an_empty_database_is_refused_without_upgrade(empty_database_url: str) -> None:
    """upgrade=False never changes a schema."""
    with pytest.raises(StoreError, match="is empty; run: signalwatch db upgrade"):
        open_store(empty_database_url, upgrade=False)


def test_a_newer_schema_is_refused(database_url: str) -> None:
    """A database from the future is left alone."""
    database = Database(database_url)
    with database.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()

    with pytest.raises(StoreError, match=r"made by a newer signalwatch \(schema 9999.*upgrade the program"):
        open_store(database_url)


def test_a_database_of_another_program_is_refused(empty_database_url: str) -> None:
    """Tables that are not ours are never mixed with ours."""
    database = Database(empty_database_url)
    with database.write() as tx:
        tx.execute(text("CREATE TABLE customers (id INTEGER)"))
    database.close()

    with pytest.raises(StoreError, match="tables of another program"):
        open_store(empty_database_url)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A text file, and a file with SQLite's first bytes but rubbish behind them."""
    plain = tmp_path / "notes.txt"
    plain.write_text("this is not a database, it only happens to be a file")
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"SQLite format 3\x00" + b"\xff" * 4096)

    with pytest.raises(StoreError, match="not a database"):
        open_store(f"sqlite:///{plain}")
    with pytest.raises(StoreError, match=r"not a database|damaged"):
        open_store(f"sqlite:///{broken}")
    assert plain.read_text().startswith("this is not")


def test_a_missing_folder_and_a_folder_are_refused(tmp_path: Path) -> None:
    """The message names the folder."""
    with pytest.raises(StoreError, match=r"the folder .*missing does not exist; create it first"):
        open_store(f"sqlite:///{tmp_path}/missing/x.db")
    with pytest.raises(StoreError, match="is a folder; name a file in it"):
        open_store(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://u:hunter2@h/d", "databases of kind 'mysql' are not supported"),
        ("nonsense", "database URL cannot be read"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_other_urls_are_refused(url: str, message: str) -> None:
    """And no password is repeated."""
    with pytest.raises(StoreError, match=message) as caught:
        open_store(url)

    assert "hunter2" not in str(caught.value)


def test_an_unreachable_server_says_so_without_the_password() -> None:
    """A refused connection is a StoreError with a masked URL."""
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        open_store("postgresql://me:hunter2@127.0.0.1:1/nothing")

    assert "hunter2" not in str(caught.value)


@pytest.mark.postgres
def test_the_password_is_masked(postgres_url: str) -> None:
    """url_masked may be logged."""
    from sqlalchemy import make_url

    url = make_url(postgres_url).set(password="hunter2").render_as_string(hide_password=False)
    store = open_store(url)

    assert "hunter2" not in store.url_masked
    assert store.url_masked.startswith("postgresql://")
    store.close()


def test_check_finds_drift(store: Store, database_url: str) -> None:
    """A dropped index is named."""
    database = Database(database_url)
    with database.write() as tx:
        tx.execute(text("DROP INDEX ix_event_ordered"))
    database.close()

    problems = store.check()

    assert len(problems) == 1
    assert "ix_event_ordered" in problems[0]


def test_check_finds_a_damaged_file(sqlite_url: str) -> None:
    """A database with overwritten pages is reported, not crashed on."""
    store = open_store(sqlite_url)
    store.close()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    data = bytearray(path.read_bytes())
    data[8192:12288] = b"\xee" * 4096
    path.write_bytes(data)
    database = Database(sqlite_url)

    problems = Store(database).check()
    database.close()

    assert problems


def test_backup_is_a_complete_database(sqlite_url: str, tmp_path: Path) -> None:
    """What was committed before the backup is in it; an existing file is never overwritten."""
    from datetime import UTC, datetime

    now = datetime(2026, 3, 1, tzinfo=UTC)
    store = open_store(sqlite_url)
    store.heartbeat("worker", now)
    target = tmp_path / "copy.db"

    store.backup(target)

    copy = open_store(f"sqlite:///{target}", upgrade=False)
    assert copy.heartbeats() == {"worker": now}
    assert copy.check() == []
    with pytest.raises(UsageError, match="exists already"):
        store.backup(target)
    copy.close()
    store.close()


@pytest.mark.postgres
def test_backup_of_postgresql_names_its_tool(postgres_url: str) -> None:
    """We do not pretend to back up a server."""
    store = open_store(postgres_url)
    with pytest.raises(UsageError, match="pg_dump"):
        store.backup("x")
    store.close()


def test_sqlite_runs_in_wal_and_readers_cannot_write(sqlite_url: str) -> None:
    """The pragmas are really set on both engines."""
    database = Database(sqlite_url)
    with database.write() as tx:
        assert tx.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert tx.exec_driver_sql("PRAGMA synchronous").scalar() == 1
    with pytest.raises(StoreError, match="read-only"), database.read() as connection:
        connection.execute(text("DELETE FROM event"))
    database.close()


def test_importing_the_package_is_cheap() -> None:
    """``signalwatch --help`` must not load the database libraries."""
    code = (
        "import sys, signalwatch.store; "
        "print([m for m in ('sqlalchemy', 'sqlmodel', 'alembic', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_opening_does_not_load_alembic(tmp_path: Path) -> None:
    """The usual start, new file or existing, is the fast path."""
    code = (
        "import sys; from signalwatch.store import open_store\n"
        f"for _ in range(2): open_store('sqlite:///{tmp_path}/a.db').close()\n"
        "print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_every_constraint_has_a_name() -> None:
    """Batch migrations on SQLite need them."""
    unnamed = [
        f"{table.name}: {constraint}"
        for table in metadata.sorted_tables
        for constraint in table.constraints
        if constraint.name is None
    ]

    assert unnamed == []
    assert all(str(CreateIndex(index)) for table in metadata.sorted_tables for index in table.indexes)


def test_a_locked_database_says_so(sqlite_url: str) -> None:
    """Another process that holds the write lock for too long gives a clear error, not a crash."""
    database = Database(sqlite_url, patience_s=0.05)
    holder = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError, match="another process held the database"), database.write():
        pass

    holder.execute("ROLLBACK")
    with database.write() as tx:
        assert tx.execute(text("SELECT 1")).scalar() == 1
    holder.close()
    database.close()
