"""Alembic's scripts. Run by `signalwatch.store.schema`, never by hand and without an ini file."""
