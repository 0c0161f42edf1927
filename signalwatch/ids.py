"""Identity: ids are digests of what makes a thing the same thing, so a repeat is harmless."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

_encode = msgspec.json.Encoder(order="deterministic").encode


def digest_bytes(data: bytes, size: int = 16) -> str:
    """Hex BLAKE2b of raw bytes; 16 bytes (32 characters) unless told otherwise."""
    return hashlib.blake2b(data, digest_size=size).hexdigest()


def digest(*parts: object) -> str:
    """Hex digest of any JSON-like parts, independent of dictionary order.

    Parts are encoded as one canonical JSON array, so ``("ab", "c")`` and ``("a", "bc")`` differ.
    """
    return digest_bytes(_encode(parts))


def short(value: str, length: int = 10) -> str:
    """The first characters of an id, for people."""
    return value[:length]


def document_id(connector: str, key: str, version: str) -> str:
    """Id of one version of one published thing."""
    return digest("document", connector, key, version)


def event_id(connector: str, document_key: str, event_type: str, discriminator: str = "") -> str:
    """Id of one event: the same statement in a later version of the document is the same event."""
    return digest("event", connector, document_key, event_type, discriminator)


def combine(values: Iterable[str]) -> str:
    """One digest over a set of digests, independent of their order."""
    return digest("set", *sorted(values))
