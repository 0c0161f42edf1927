"""Fixtures of the store tests: real databases only."""

from tests.databases import database_url, empty_database_url, postgres_url, sqlite_url, store

__all__ = ["database_url", "empty_database_url", "postgres_url", "sqlite_url", "store"]
