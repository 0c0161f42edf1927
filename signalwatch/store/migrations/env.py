"""Alembic's environment: the connection comes from the store, inside the transaction the store opened."""

from __future__ import annotations

from alembic import context

from signalwatch.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    compare_type=True,
)
context.run_migrations()
