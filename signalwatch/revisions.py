"""Rule files of a git revision, read into memory, and who wrote them. The one door to git: nothing is ever checked out."""

from __future__ import annotations

import getpass
import io
import subprocess
import tarfile
from pathlib import Path, PurePosixPath

from signalwatch.errors import UsageError

PATIENCE_S = 30
MOST_BYTES = 64 * 1024 * 1024
"""Largest folder that is read from a revision."""


def _git(folder: Path, *args: str) -> bytes:
    """What git answers; UsageError when there is no git, or it refuses."""
    command = ["git", "-C", str(folder), *args]
    try:
        ran = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)  # noqa: S603 - a list, no shell
    except FileNotFoundError as error:
        raise UsageError("git is not installed; name two folders instead of revisions") from error
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"git took more than {PATIENCE_S} s: git {' '.join(args[:2])}") from error
    if ran.returncode:
        reason = ran.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(reason[0] if reason else f"git {args[0]} failed")
    return ran.stdout


def top_of(folder: Path) -> Path:
    """The top of the repository a folder lies in.

    Raises:
        UsageError: it lies in none.
    """
    try:
        return Path(_git(folder, "rev-parse", "--show-toplevel").decode().strip())
    except UsageError as error:
        if "not a git repository" in str(error):
            raise UsageError(f"{folder} lies in no git repository") from error
        raise


def read(spec: str, folder: Path) -> dict[str, bytes]:
    """Files below a folder as a revision has them, by their name relative to it.

    Args:
        spec: ``HEAD~3`` (the same folder in that revision) or ``main:rules`` (a folder of that revision).
        folder: an existing folder of the repository.

    Raises:
        UsageError: no repository, no such revision, no such folder in it.
    """
    revision, colon, inside = spec.partition(":")
    top = top_of(folder)
    if not colon:
        inside = folder.resolve().relative_to(top.resolve()).as_posix()
    inside = inside.strip("/")
    try:
        commit = (
            _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
        )
    except UsageError as error:
        raise UsageError(f"{spec!r} is neither a folder nor a revision of {top}") from error
    tree = commit if inside in ("", ".") else f"{commit}:{inside}"
    try:
        packed = _git(top, "archive", "--format=tar", tree)
    except UsageError as error:
        raise UsageError(f"revision {revision} has no folder {inside!r}") from error
    return _unpacked(packed, spec)


def _unpacked(packed: bytes, spec: str) -> dict[str, bytes]:
    out: dict[str, bytes] = {}
    total = 0
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            found = archive.extractfile(member) if member.isfile() else None
            if found is None or PurePosixPath(member.name).is_absolute():
                continue
            total += member.size
            if total > MOST_BYTES:
                raise UsageError(f"{spec}: the folder is larger than {MOST_BYTES // 2**20} MiB; name the rules folder")
            out[member.name] = found.read()
    return out


def author(folder: Path) -> str:
    """Who wrote what a folder holds now: the last committer of it, the git user where it has changes, else the OS user."""
    try:
        changed = _git(folder, "status", "--porcelain", "--", ".").strip()
        if not changed:
            last = _git(folder, "log", "-1", "--format=%an <%ae>", "--", ".").decode("utf-8", "replace").strip()
            if last:
                return last
        name = _git(folder, "config", "user.name").decode("utf-8", "replace").strip()
        if name:
            return f"{name} (not committed)"
    except UsageError:
        pass
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
