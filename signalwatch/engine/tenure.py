"""Whether we are the only service of a database file, so that we may go on at once with what a dead one still holds.

Leases protect work against a second worker; they cannot tell a dead worker from a slow one, so everybody waits for their
end. On an SQLite file the operating system can tell: a lock on a file next to it dies with its process, however that
died. Whoever has the lock works under one fixed owner name, and leases under that name found at the start are leftovers.
https://man7.org/linux/man-pages/man2/flock.2.html
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import IO

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows has no flock: leases run out instead
    fcntl = None

OWNER = "service"
"""The owner name of the one service that holds the lock of its database file."""


class Tenure:
    """A held lock. It ends with `end`, or with the process."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def end(self) -> None:
        """Let go of the lock. The file stays: removing it would let two processes lock two files of one name."""
        self._file.close()


def begin(database: Path) -> Tenure | None:
    """Lock ``database`` (by a file ``NAME.lock`` beside it); None when somebody else has it or it cannot be locked."""
    if fcntl is None:
        return None
    try:
        file = database.with_name(f"{database.name}.lock").open("ab")
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return Tenure(file)
