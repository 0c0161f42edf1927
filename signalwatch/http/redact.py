"""URLs as they may appear in errors and logs: without the secrets that travel in them."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

_SECRET_KEY = re.compile(
    r"(?i)(key|token|secret|sig|signature|pass|passwd|password|pwd|auth|authorization|code|session|credential|hmac)"
)
_SECRET_PATH = (
    # Slack webhooks and triggers, Discord, Teams/Power Automate: the path itself is the credential.
    re.compile(r"(?i)^(/(?:services|triggers|workflows)/).+"),
    re.compile(r"(?i)^(/api/webhooks/).+"),
    re.compile(r"(?i)^(/webhookb?2?/).+"),
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def mask_url(url: str, *, hide_path: bool = False) -> str:
    """``url`` for people: user-info, secret query values and webhook paths replaced by ``***``, at most 300 characters.

    ``hide_path`` hides everything behind the host; used for every POST, since a webhook's path is its password.
    """
    url = _CONTROL.sub("?", url)
    try:
        parts = urlsplit(url)
        host = _host(parts)
    except ValueError:
        return "(unreadable URL)"
    path, query = parts.path, parts.query
    if hide_path and path not in ("", "/"):
        path, query = "/***", ""
    else:
        for pattern in _SECRET_PATH:
            path = pattern.sub(r"\1***", path)
        query = "&".join(_masked_pair(pair) for pair in query.split("&")) if query else ""
    text = urlunsplit((parts.scheme, host, path, query, ""))
    return text if len(text) <= 300 else text[:297] + "..."


def _host(parts: SplitResult) -> str:
    _, at, host = parts.netloc.rpartition("@")
    return f"***@{host}" if at else host


def _masked_pair(pair: str) -> str:
    key, equals, value = pair.partition("=")
    return f"{key}=***" if equals and value and _SECRET_KEY.search(key) else pair
