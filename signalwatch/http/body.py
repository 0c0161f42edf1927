"""Reading an answer's body: decompressed while it streams, and never more of it than allowed."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from signalwatch.errors import BadPayload

CHUNK = 65_536
_GZIP_MAGIC = b"\x1f\x8b"
_MAX_CODINGS = 2


def codings(header: str) -> list[str]:
    """The content codings of a ``Content-Encoding`` header, in the order in which they must be undone.

    Raises BadPayload for a coding that we never asked for and cannot undo (``br``, ``zstd``).
    """
    names = [name.strip().lower() for name in header.split(",")]
    names = [name for name in names if name not in ("", "identity", "none", "utf-8", "binary")]
    for name in names:
        if name not in ("gzip", "x-gzip", "deflate"):
            raise BadPayload(f"the answer is compressed as {name[:20]!r}, which was not asked for")
    if len(names) > _MAX_CODINGS:
        raise BadPayload(f"the answer is compressed {len(names)} times over")
    return list(reversed(names))


def inflate(chunks: Iterable[bytes], coding: str, limit: int) -> Iterator[bytes]:
    """Undo one coding, piece by piece, yielding at most ``limit`` bytes before giving up.

    A body that is not compressed although it says so is passed through: servers do that. Several gzip members in a row
    are one body. Raises BadPayload for a cut or broken stream, and for a body that grows beyond ``limit``.
    """
    stream = iter(chunks)
    first = b""
    for piece in stream:
        first += piece
        if len(first) >= 2:
            break
    gzip = coding != "deflate"
    if not first or (gzip and not first.startswith(_GZIP_MAGIC)) or (not gzip and not _looks_deflated(first)):
        yield first
        yield from stream
        return
    wbits = 31 if gzip else (15 if _is_zlib(first) else -15)
    engine = zlib.decompressobj(wbits)
    grown, held = 0, b""
    for piece in _chain(first, stream):
        data, held = held + piece, b""
        while data:
            if engine.eof:  # a member ended here: another one follows, or padding
                if not gzip or not _GZIP_MAGIC.startswith(data[:2]):
                    return
                if len(data) < 2:
                    held = data
                    break
                engine = zlib.decompressobj(wbits)
            out = _step(engine, data)
            grown += len(out)
            if grown > limit:
                raise BadPayload(f"the answer inflates beyond {limit:,} bytes; it was cut off there")
            if out:
                yield out
            data = engine.unused_data if engine.eof else engine.unconsumed_tail
    while not engine.eof:  # what the window still holds; nothing more means that the stream was cut
        out = _step(engine, b"")
        grown += len(out)
        if not out:
            raise BadPayload("the compressed answer is cut short")
        if grown > limit:
            raise BadPayload(f"the answer inflates beyond {limit:,} bytes; it was cut off there")
        yield out


def _step(engine: zlib._Decompress, data: bytes) -> bytes:
    try:
        return engine.decompress(data, CHUNK)
    except zlib.error as exc:
        raise BadPayload(f"the compressed answer is broken ({exc})") from exc


def capped(chunks: Iterable[bytes], limit: int, what: str = "the answer") -> Iterator[bytes]:
    """Pass chunks on; raise BadPayload as soon as they sum up to more than ``limit`` bytes."""
    size = 0
    for piece in chunks:
        size += len(piece)
        if size > limit:
            raise BadPayload(f"{what} is larger than {limit:,} bytes; it was cut off there")
        yield piece


def read_body(chunks: Iterable[bytes], *, encoding: str, unasked_gzip: bool, limit: int) -> bytes:
    """The whole decompressed body.

    Args:
        chunks: raw bytes as they arrive.
        encoding: the ``Content-Encoding`` header, "" when there is none.
        unasked_gzip: also inflate a body that starts like gzip although no header says so.
        limit: largest size in bytes, before and after inflating.

    Raises:
        BadPayload: too large, broken, cut, or coded in a way that was not asked for.
    """
    names = codings(encoding)
    stream: Iterator[bytes] = capped(chunks, limit)
    if not names and unasked_gzip:
        names = ["gzip"]  # passed through untouched unless it starts with the gzip magic
    for name in names:
        stream = inflate(stream, name, limit)
    return b"".join(stream)


def _looks_deflated(head: bytes) -> bool:
    """Whether ``head`` may start a zlib or raw deflate stream; plain text and markup do not."""
    if len(head) < 2:
        return False
    return _is_zlib(head) or head[:1] not in (b"<", b"{", b"[", b'"')


def _is_zlib(head: bytes) -> bool:
    """Whether the two bytes are a zlib header (RFC 1950), as ``deflate`` should have and often has not."""
    return head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
