"""Databases for the stages."""

from tests.databases import database_url, sqlite_url

__all__ = ["database_url", "sqlite_url"]
