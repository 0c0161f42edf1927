"""What every test gets: no way to leave this machine."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator

import pytest

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex


class LeftTheMachine(AssertionError):
    """A test tried to reach something beyond loopback."""


def _check(sock: socket.socket, address: object) -> None:
    if sock.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
        host = str(address[0])
        try:
            loopback = host == "localhost" or ipaddress.ip_address(host.split("%")[0]).is_loopback
        except ValueError:
            loopback = False
        if not loopback:
            raise LeftTheMachine(f"a test tried to connect to {host}: tests stay on loopback")


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Refuse every connection that is not loopback or a Unix socket."""

    def connect(self: socket.socket, address: object) -> object:
        _check(self, address)
        return _connect(self, address)  # type: ignore[arg-type]

    def connect_ex(self: socket.socket, address: object) -> object:
        _check(self, address)
        return _connect_ex(self, address)  # type: ignore[arg-type]

    socket.socket.connect = connect  # type: ignore[method-assign,assignment]
    socket.socket.connect_ex = connect_ex  # type: ignore[method-assign,assignment]
    yield
    socket.socket.connect = _connect  # type: ignore[method-assign]
    socket.socket.connect_ex = _connect_ex  # type: ignore[method-assign]


WHOLE_SERVICE = ("tests/e2e/", "tests/badinput/", "tests/crash/", "tests/simulate/")
"""Folders whose tests start the whole service or a whole world: not part of the inner loop."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests of the whole service as slow, so that `make test-fast` stays an inner loop."""
    for item in items:
        if any(folder in item.nodeid for folder in WHOLE_SERVICE):
            item.add_marker(pytest.mark.slow)
