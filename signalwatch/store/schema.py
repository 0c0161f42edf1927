"""The schema and its versions. A new database gets the current tables at once; an older one is migrated by Alembic.

Alembic (0.3 s to import) is loaded only when there is something to migrate or to compare. ``HEAD`` is the newest
revision under ``migrations/versions``; a test holds the two together, and another proves that migrating from nothing
gives the same schema as ``metadata.create_all``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from signalwatch.errors import StoreError
from signalwatch.store.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

    from signalwatch.store.database import Database

HEAD = "0002"
_VERSION_TABLE = "alembic_version"
_UPGRADE_LOCK = 7_305_811_940_001  # any constant: PostgreSQL advisory lock held while the schema changes


def version_of(connection: Connection) -> str | None:
    """The revision a database is at; "" for an empty database, None for one that belongs to another program."""
    tables = set(inspect(connection).get_table_names())
    if _VERSION_TABLE in tables and "source" in tables:
        row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
        return str(row[0]) if row else None
    return None if tables else ""


def ensure(database: Database, *, upgrade: bool) -> None:
    """Bring the schema to ``HEAD``, or refuse with what to do.

    Raises:
        StoreError: foreign database, newer schema, or an older one while ``upgrade`` is False.
    """
    with database.read() as connection:
        version = version_of(connection)
    if version == HEAD:
        return
    if version is None:
        raise StoreError(f"{database.masked}: this database holds tables of another program; use a database of its own")
    if version and version not in known_revisions():
        raise StoreError(
            f"{database.masked}: made by a newer signalwatch (schema {version}, this one knows {HEAD}); "
            "upgrade the program or use another database"
        )
    if not upgrade:
        what = f"has the older schema {version}" if version else "is empty"
        raise StoreError(f"{database.masked}: the database {what}; run: signalwatch db upgrade")
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
        version = version_of(connection)  # another process may have done it while we waited
        if version == HEAD:
            return
        if version == "":
            metadata.create_all(connection, checkfirst=False)
            connection.execute(
                text(
                    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
                    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
                )
            )
            connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:head)"), {"head": HEAD})
        else:
            migrate(connection)


def migrate(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to ``revision`` inside the caller's transaction."""
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def alembic_config() -> Config:
    """Alembic's configuration, made in code: there is no ini file to forget."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def known_revisions() -> frozenset[str]:
    """Every revision this program can migrate from."""
    from alembic.script import ScriptDirectory

    return frozenset(script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions())


def differences(connection: Connection) -> list[Any]:
    """What Alembic finds different between the database and the tables in code; empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
    return list(compare_metadata(context, metadata))
