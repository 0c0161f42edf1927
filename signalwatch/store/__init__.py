"""The only SQL of signalwatch: one `Store` over SQLite and PostgreSQL. Structs go in and come out; rows stay inside.

Importing this package is cheap (the command line does it for ``--help``); the database libraries are imported by
`open_store`. ``signalwatch.store.records`` holds the structs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signalwatch.store.assessing import AssessTx
    from signalwatch.store.store import Store

__all__ = ["AssessTx", "Store", "open_store"]


def open_store(url: str, *, upgrade: bool = True) -> Store:
    """Open the database at ``url`` and bring its schema up to date.

    Args:
        url: ``sqlite:///path/to/file.db`` or ``postgresql://user:password@host/name``.
        upgrade: create or upgrade the schema; with False an older schema is refused.

    Raises:
        StoreError: the file is not a database, is unreadable, belongs to another program, was made by a newer
            signalwatch, or is older and ``upgrade`` is False. The message says what to do.
    """
    from signalwatch.store.store import Store

    return Store.open(url, upgrade=upgrade)


def __getattr__(name: str) -> object:
    """Import the classes only when they are asked for."""
    if name in ("AssessTx", "Store"):
        from signalwatch.store import store

        return getattr(store, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
