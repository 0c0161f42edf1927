"""Databases and fast rules, as for the end-to-end tests."""

from tests.e2e.conftest import database_url, lean_rules, sqlite_url

__all__ = ["database_url", "lean_rules", "sqlite_url"]
