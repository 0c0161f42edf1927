"""Where we may connect to: URLs are checked before, addresses at the moment of connecting.

The check is made on the very address that the socket then connects to, so a name that resolves differently the second
time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import functools
import io
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from http.client import HTTPResponse
from typing import Any, cast
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from signalwatch.errors import RefusedAddress
from signalwatch.http.redact import mask_url

AddressInfo = tuple[Any, ...]
Resolver = Callable[[str, int], Sequence[AddressInfo]]
"""Name and port to ``socket.getaddrinfo`` style answers; a seam for tests of names that change their mind."""

_IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_BAD_CHARACTERS = re.compile(r"[\x00-\x20\x7f\\]")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_MAX_URL = 8_192
_MAX_ADDRESSES = 4  # of one name, tried one after the other


def system_resolver(host: str, port: int) -> Sequence[AddressInfo]:
    """The operating system's answer."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def checked_url(url: str, *, hide_path: bool = False) -> SplitResult:
    """``url`` taken apart, non-ASCII percent-encoded, when it is one we would follow at all.

    Raises RefusedAddress for other schemes than http and https, user-info, control characters, absurd length, missing
    host or a privileged port that is no web port.
    """
    shown = mask_url(url, hide_path=hide_path)
    if len(url) > _MAX_URL:
        raise RefusedAddress(f"refused {shown}: longer than {_MAX_URL} characters", permanent=True)
    if _BAD_CHARACTERS.search(url):
        raise RefusedAddress(f"refused {shown}: white space, control character or backslash in the URL", permanent=True)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise RefusedAddress(f"refused {shown}: not a valid URL", permanent=True) from exc
    if parts.scheme not in ("http", "https"):
        raise RefusedAddress(f"refused {shown}: only http and https are followed", permanent=True)
    if not parts.hostname:
        raise RefusedAddress(f"refused {shown}: no host in the URL", permanent=True)
    if "@" in parts.netloc:
        raise RefusedAddress(f"refused {shown}: credentials in a URL; use a setting for them", permanent=True)
    if port is not None and port not in (80, 443) and port < 1024:
        raise RefusedAddress(f"refused {shown}: port {port} is not a web port", permanent=True)
    return parts._replace(path=quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._"), fragment="")


def unsplit(parts: SplitResult) -> str:
    """The URL again, with a query that is pure ASCII."""
    return urlunsplit(parts._replace(query=quote(parts.query, safe="%/?:@!$&'()*+,;=~-._[]|")))


def refusal(address: str, *, allow_loopback: bool) -> str:
    """Why we do not connect to this IP address; "" when we do.

    Only globally routable unicast addresses pass. IPv4 inside IPv6 (mapped, NAT64) is judged by what is inside; 6to4
    and Teredo, which hide an IPv4 address as well and serve nobody today, are refused.
    """
    try:
        ip: _IpAddress = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "not an IP address"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip in _NAT64:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        elif ip.sixtofour is not None or ip.teredo is not None:
            return "a tunnel address"
    if ip.is_loopback:
        return "" if allow_loopback else "a loopback address"
    if ip.is_link_local:
        return "a link-local address"
    if ip.is_multicast:
        return "a multicast address"
    if ip.is_unspecified or ip.is_reserved:
        return "a reserved address"
    if isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local:
        return "a private address"
    return "" if ip.is_global else "a private address"


def check_literal(parts: SplitResult, *, allow_loopback: bool, shown: str) -> None:
    """Refuse early a URL whose host is an IP address written out; names are checked when they are connected to."""
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return
    if why := refusal(host, allow_loopback=allow_loopback):
        raise RefusedAddress(f"refused {shown}: it leads to {why}{_hint(why)}", permanent=True)


def _hint(why: str) -> str:
    return " (http.allow_private opens loopback, for demo and tests)" if "loopback" in why else ""


def _connect(connection: HTTPConnection, resolve: Resolver, allow_loopback: bool) -> socket.socket:
    """A socket to the first address of the connection's host that passes the check and answers."""
    host, port = connection._dns_host, connection.port
    try:
        answers = resolve(host, port)
    except (OSError, UnicodeError) as exc:
        error = exc if isinstance(exc, socket.gaierror) else socket.gaierror(str(exc))
        raise NameResolutionError(connection.host, connection, error) from exc
    addresses = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    refused = {address: refusal(address, allow_loopback=allow_loopback) for address in addresses}
    allowed = [address for address in addresses if not refused[address]]
    if not allowed:
        address, why = next(iter(refused.items()), ("", "nothing"))
        raise RefusedAddress(f"refused host {host}: it resolves to {why} {address}".rstrip() + _hint(why))
    failure: OSError | None = None
    for address in allowed[:_MAX_ADDRESSES]:
        try:
            return create_connection(
                (address, port),
                connection.timeout,
                source_address=connection.source_address,
                socket_options=connection.socket_options,
            )
        except OSError as exc:
            failure = exc
    if isinstance(failure, TimeoutError):
        raise ConnectTimeoutError(connection, f"no connection to {host} within the time allowed") from failure
    raise NewConnectionError(connection, f"no connection to {host}: {failure}") from failure


class _Deadline(io.RawIOBase):
    """The reading side of a socket, which gives up at one instant however slowly the bytes drip."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, seconds: float) -> None:
        self._raw, self._sock = raw, sock
        self._pause = sock.gettimeout()
        self._end = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the whole answer took longer than allowed")
        self._sock.settimeout(left if self._pause is None else min(self._pause, left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
            super().close()


class _BoundedResponse(HTTPResponse):
    """An answer whose headers and body together must arrive within ``seconds``."""

    def __init__(self, sock: socket.socket, *args: Any, seconds: float, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_Deadline(raw, sock, seconds))


class CheckedAdapter(HTTPAdapter):
    """A requests adapter that checks each address it connects to and never retries by itself.

    ``send`` is inherited, so the ``responses`` library can stand in for the network.
    """

    def __init__(
        self, *, resolve: Resolver, allow_loopback: bool, total_timeout: float, tls_max: str = "", pool: int = 16
    ) -> None:
        self._resolve, self._allow_loopback = resolve, allow_loopback
        self._total_timeout, self._tls_max = total_timeout, tls_max
        super().__init__(pool_connections=pool, pool_maxsize=4, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        """Build the pool manager with connections that check where they go."""
        if self._tls_max == "1.2":
            pool_kwargs["ssl_maximum_version"] = ssl.TLSVersion.TLSv1_2
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        resolve, allow = self._resolve, self._allow_loopback
        # http.client calls it like the class it stands for
        bounded = cast("type[HTTPResponse]", functools.partial(_BoundedResponse, seconds=self._total_timeout))

        class Plain(HTTPConnection):
            response_class = bounded

            def _new_conn(self) -> socket.socket:
                return _connect(self, resolve, allow)

        class Tls(HTTPSConnection):
            response_class = bounded

            def _new_conn(self) -> socket.socket:
                return _connect(self, resolve, allow)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class TlsPool(HTTPSConnectionPool):
            ConnectionCls = Tls

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": TlsPool}
