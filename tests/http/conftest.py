"""A real HTTP server on loopback, whose answers each test writes byte by byte."""

from __future__ import annotations

import random
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from signalwatch.clock import ManualClock
from signalwatch.http import HostPolicy, HttpDoor, HttpSettings

START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


class Exchange:
    """One request as the server saw it, and the way to answer it."""

    def __init__(
        self, handler: socketserver.StreamRequestHandler, line: str, headers: dict[str, str], body: bytes
    ) -> None:
        self.method, self.path = line.split()[:2]
        self.headers, self.body, self._handler = headers, body, handler
        self.patience = handler.server.over  # type: ignore[attr-defined]

    def raw(self, data: bytes) -> None:
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def drip(self, data: bytes, every: float) -> None:
        """Send byte by byte until the client has had enough or the test is over."""
        for n in range(len(data)):
            self.raw(data[n : n + 1])
            if self.patience.wait(every):
                return

    def answer(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} X"] + [f"{k.replace('_', '-')}: {v}" for k, v in headers.items()]
        if "Content_Length" not in headers and status != 304:
            lines.append(f"Content-Length: {len(body)}")
        self.raw("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


class Site:
    """The server: ``site.pages[path] = function(exchange)``; ``site.seen`` lists what was asked for."""

    def __init__(self) -> None:
        site = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                site.connections += 1
                while line := self.rfile.readline(65_536).decode("latin-1").strip():
                    headers = {}
                    while header := self.rfile.readline(65_536).decode("latin-1").strip():
                        name, _, value = header.partition(":")
                        headers[name.lower()] = value.strip()
                    body = self.rfile.read(int(headers.get("content-length", 0)))
                    exchange = Exchange(self, line, headers, body)
                    site.seen.append(exchange)
                    page = site.pages.get(exchange.path.partition("?")[0])
                    if page is None:
                        exchange.answer(404, b"nothing here")
                    elif page(exchange) is False:
                        return

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            over = threading.Event()

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that hangs up in the middle is what many of these tests are about."""

        self.pages: dict[str, Callable[[Exchange], object]] = {}
        self.seen: list[Exchange] = []
        self.connections = 0
        self._server = Server(("127.0.0.1", 0), Handler)
        self.over = self._server.over
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def door(clock: ManualClock) -> Iterator[HttpDoor]:
    """A door that may talk to loopback."""
    door = HttpDoor(HttpSettings(allow_private=True, contact="ops@example.org"), clock, random.Random(7))
    yield door
    door.close()


@pytest.fixture
def make_door(clock: ManualClock) -> Iterator[Callable[..., HttpDoor]]:
    """Doors with other settings: arguments of HttpSettings, plus ``resolve``, ``load_state``, ``save_state``."""
    doors: list[HttpDoor] = []

    def make(**settings: object) -> HttpDoor:
        extra = {k: settings.pop(k) for k in ("resolve", "load_state", "save_state") if k in settings}
        settings.setdefault("allow_private", True)
        door = HttpDoor(HttpSettings(**settings), clock, random.Random(7), **extra)  # type: ignore[arg-type]
        doors.append(door)
        return door

    yield make
    for door in doors:
        door.close()


def sec(interval: float = 0.0) -> dict[str, HostPolicy]:
    """Three hosts that share one fate."""
    policy = HostPolicy(min_interval=interval, group="sec")
    return dict.fromkeys(("www.sec.gov", "data.sec.gov", "efts.sec.gov"), policy)
