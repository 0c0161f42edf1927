"""What HTTP channels have in common: reading Retry-After, choosing an address, and keeping secrets out of errors. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from pydantic import ConfigDict, SecretStr

from signalwatch.notifiers.words import one_line
from signalwatch.sdk import DeliveryError, HttpResponse, PluginConfig

_LONGEST_WAIT = timedelta(hours=24)


class NotifierConfig(PluginConfig):
    """Settings that may hold secrets: values never appear in validation errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The wait a server asked for, in seconds or as an HTTP date; None when it named none. At most a day."""
    said = next((value.strip() for name, value in headers.items() if name.casefold() == "retry-after"), "")
    if said.isdigit():
        return min(timedelta(seconds=int(said[:9])), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(said)
    except (ValueError, TypeError, IndexError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(timedelta(0), min(until - now, _LONGEST_WAIT))


def excerpt(response: HttpResponse) -> str:
    """The first words of an answer, for an error."""
    return one_line(response.text()[:400], 160)


def redacted(text: str, secrets: Iterable[str]) -> str:
    """``text`` without any of the secrets, nor the paths of secret URLs."""
    for secret in secrets:
        parts = [secret]
        if "://" in secret:
            address = urlsplit(secret)
            parts += [address.path + ("?" + address.query if address.query else ""), address.path, address.query]
            parts += address.path.split("/")
        for part in parts:
            if len(part) >= 8 or part == secret:
                text = text.replace(part, "***") if part else text
    return text


def without_secrets(error: DeliveryError, secrets: Iterable[str]) -> DeliveryError:
    """The same error with a redacted reason. Raise it ``from None``: the cause may quote the address."""
    return DeliveryError(
        redacted(error.reason, secrets),
        permanent=error.permanent,
        retry_after=error.retry_after,
        uncertain=error.uncertain,
        channel_down=error.channel_down,
    )


def address_for(recipient: str, single: SecretStr | None, named: Mapping[str, SecretStr], setting: str) -> str:
    """The URL a recipient means: its name in the map, else the single one.

    Raises DeliveryError (permanent) when the recipient names none.
    """
    if recipient in named:
        return named[recipient].get_secret_value()
    if single is not None:
        return single.get_secret_value()
    known = ", ".join(sorted(named)) or "none"
    raise DeliveryError(f"no entry {recipient!r} under {setting}; configured: {known}", permanent=True)


def checked_url(value: SecretStr) -> SecretStr:
    """A web address that secrets may travel to: https, or http on this machine. Raises ValueError without quoting it."""
    address = urlsplit(value.get_secret_value().strip())
    if not address.hostname or address.scheme not in ("https", "http"):
        raise ValueError("is not a web address; it begins with https://")
    if address.scheme == "http" and not is_loopback(address.hostname):
        raise ValueError("must begin with https:// (plain http only on this machine)")
    return SecretStr(value.get_secret_value().strip())


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
