"""How values become columns: JSON by msgspec, payloads compressed, text made storable. Pure functions."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from signalwatch.model import Decision, Event, Program, Signal, StoryState, Struct, Validators

T = TypeVar("T")

_encode = msgspec.json.Encoder().encode
_any = msgspec.json.Decoder()

decode_event = msgspec.json.Decoder(Event).decode
decode_signal = msgspec.json.Decoder(Signal).decode
decode_story = msgspec.json.Decoder(StoryState).decode
decode_program = msgspec.json.Decoder(Program).decode
decode_validators = msgspec.json.Decoder(dict[str, Validators]).decode
decode_strings = msgspec.json.Decoder(tuple[str, ...]).decode

_RAW, _ZLIB = b"r", b"z"
_WORTH_IT = 200  # bytes below which zlib does not pay


class DecisionRecord(Struct, frozen=True, kw_only=True):
    """What one decision row holds: the decision and the inputs it can be re-run from."""

    decision: Decision
    inputs: Mapping[str, Any] = {}


decode_decision = msgspec.json.Decoder(DecisionRecord).decode


def to_json(value: Any) -> str:
    """JSON text of a struct or of plain data. Keeps every character escaped that a text column would refuse."""
    return _encode(value).decode()


def from_json(text: str) -> Any:
    """Plain data from JSON text."""
    return _any.decode(text)


def convert(value: Any, kind: type[T]) -> T:
    """Plain data (as `from_json` gives it) as a struct."""
    return msgspec.convert(value, kind)


def pack(data: bytes) -> bytes:
    """Compress a payload (zlib level 1); short ones are kept as they are behind a marker byte. Empty stays empty."""
    if not data:
        return b""
    if len(data) < _WORTH_IT:
        return _RAW + data
    return _ZLIB + zlib.compress(data, 1)


def unpack(data: bytes | memoryview | None) -> bytes:
    """The payload that `pack` was given."""
    if not data:
        return b""
    data = bytes(data)
    return zlib.decompress(data[1:]) if data[:1] == _ZLIB else data[1:]


def clean(text: str) -> str:
    """Text that both databases accept: NUL (refused by PostgreSQL) and lone surrogates become U+FFFD and '?'.

    Plain ASCII without NUL, the common case, costs two scans in C.
    """
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            text = text.encode("utf-8", "replace").decode()
    return text


def clean_json(value: Any) -> str:
    """JSON text of data that came from outside: lone surrogates, which JSON text cannot hold, are replaced."""
    try:
        return _encode(value).decode()
    except UnicodeEncodeError:
        return _encode(_cleaned(msgspec.to_builtins(value))).decode()


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(k)): _cleaned(v) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_cleaned(v) for v in value]
    return value
