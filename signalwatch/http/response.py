"""What the door hands back, and the header arithmetic around it."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field

from signalwatch.model import Validators

_FORBIDDEN_HEADERS = frozenset({"cookie", "referer", "host", "content-length", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. ``body`` is decompressed and within the size cap; a 304 has an empty one."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    validators: Validators = field(default_factory=Validators)
    moved_to: str = ""

    @property
    def not_modified(self) -> bool:
        """True for a 304."""
        return self.status == 304

    def text(self) -> str:
        """The body decoded by its declared charset (UTF-8 when none, or an unknown one, is declared)."""
        charset = "utf-8"
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.partition("=")
            if name.strip().lower() == "charset":
                charset = value.strip(" \"'") or charset
        try:
            charset = codecs.lookup(charset).name
        except (LookupError, ValueError):
            charset = "utf-8"
        return self.body.decode("utf-8-sig" if charset == "utf-8" else charset, "replace")


def request_headers(headers: Mapping[str, str] | None, validators: Validators | None) -> dict[str, str]:
    """The caller's headers without those that are ours to decide, plus the conditional ones."""
    clean = {k: v for k, v in (headers or {}).items() if k.lower() not in _FORBIDDEN_HEADERS}
    if validators is not None:
        for key, value in (("If-None-Match", validators.etag), ("If-Modified-Since", validators.last_modified)):
            if value and value.isprintable() and value.isascii():
                clean[key] = value
    return clean


def validators_of(headers: Mapping[str, str], old: Validators | None) -> Validators:
    """Validators of an answer. A 304 keeps what it does not renew; ``Expires: 0`` makes both untrustworthy."""
    if old is None and headers.get("expires", "").strip() == "0":
        return Validators()
    old = old or Validators()
    return Validators(
        etag=headers.get("etag", "") or old.etag, last_modified=headers.get("last-modified", "") or old.last_modified
    )
