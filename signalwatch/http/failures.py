"""Foreign exceptions in our words: what happened, without the URL, and whether anything was sent."""

from __future__ import annotations

import ssl
from http.client import HTTPException

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError

FOREIGN = (requests.RequestException, HTTPError, HTTPException, OSError, UnicodeError)
"""Everything that requests, urllib3, http.client, ssl and the socket may raise."""

_NEVER_LEFT = (
    NewConnectionError,
    NameResolutionError,
    ConnectTimeoutError,
    requests.ConnectTimeout,
    requests.exceptions.SSLError,
    requests.exceptions.InvalidHeader,
    requests.exceptions.ProxyError,
)


def never_left(exc: BaseException) -> bool:
    """Whether the request certainly did not reach the server: no address, no connection, no TLS."""
    return any(isinstance(item, _NEVER_LEFT) for item in _chain(exc))


def describe(exc: BaseException) -> str:
    """A foreign exception in words that help, without the URL in them."""
    chain = _chain(exc)
    kinds = [type(item).__name__ for item in chain]
    if any(isinstance(item, NameResolutionError) for item in chain):
        return "the host name cannot be resolved"
    if any(isinstance(item, ConnectTimeoutError) and not isinstance(item, NewConnectionError) for item in chain):
        return "no connection within the time allowed"
    if any(isinstance(item, requests.exceptions.SSLError) for item in chain):
        words = [
            getattr(i, "verify_message", "") or getattr(i, "reason", "") for i in chain if isinstance(i, ssl.SSLError)
        ]
        detail = next((word for word in words if isinstance(word, str) and word), "")
        return "no secure connection" + (f" ({detail})" if detail else "")
    if any("Timeout" in kind for kind in kinds):
        return "no answer within the time allowed"
    if "IncompleteRead" in kinds:
        return "the answer was cut short"
    if "RemoteDisconnected" in kinds or "ConnectionResetError" in kinds or "BrokenPipeError" in kinds:
        return "the server closed the connection"
    if "ConnectionRefusedError" in kinds:
        return "the connection was refused"
    return f"the request failed ({kinds[-1]})"  # its text may repeat the URL, so it is left out


def _chain(exc: BaseException) -> list[BaseException]:
    """The exception with everything it wraps: causes, reasons, arguments."""
    found: list[BaseException] = []
    todo: list[object] = [exc]
    while todo and len(found) < 12:
        item = todo.pop(0)
        if isinstance(item, BaseException) and item not in found:
            found.append(item)
            todo += [getattr(item, "reason", None), item.__cause__, *item.args]
    return found
