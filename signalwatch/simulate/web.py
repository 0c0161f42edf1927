"""Real HTTP on loopback for the simulated sources: one listening port per source, faults on a schedule, validators.

A site is a function ``Request -> Reply``; this module does the HTTP around it: keep-alive, conditional requests, gzip,
and the misbehaviour that `faults.FaultPlan` asks for.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from signalwatch.clock import Clock
from signalwatch.ids import digest_bytes
from signalwatch.model import Struct


class Request(Struct, frozen=True):
    """One GET as a site sees it. ``query`` keeps the last value of a repeated parameter."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    now: datetime


class Reply(NamedTuple):
    """An answer before HTTP is put around it. ``changed_at`` becomes Last-Modified."""

    status: int
    body: bytes
    content_type: str
    etag: str = ""
    changed_at: datetime | None = None
    headers: Mapping[str, str] = {}
    gzip: bool = False


Site = Callable[[Request], Reply]
Fault = Callable[[str, datetime, Reply], Reply | None]
"""(site name, now, what would have been answered) -> what is answered instead, None for no fault."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, host: Host, name: str) -> None:
        self.host = host
        self.site_name = name
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no error of the world; anything else is kept for the test to look at."""
        import sys

        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError | TimeoutError):
            self.host.errors.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes; Nagle would hold the second back
    server: _Server
    timeout = 30

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        host = self.server.host
        request = Request(
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            dict(self.headers.items()),
            host.clock.now(),
        )
        reply = host.answer(self.server.site_name, request)
        self._send(reply, request)

    def _send(self, reply: Reply, request: Request) -> None:
        headers = dict(reply.headers)
        if reply.etag:
            headers["ETag"] = reply.etag
        if reply.changed_at is not None:
            headers["Last-Modified"] = format_datetime(
                reply.changed_at.astimezone(UTC).replace(microsecond=0), usegmt=True
            )
        body, status = reply.body, reply.status
        if status == 200 and _unchanged(
            reply, self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        ):
            status, body = 304, b""
        elif reply.gzip and status == 200 and "gzip" in self.headers.get("Accept-Encoding", "") and len(body) > 1000:
            body = self.server.host.packed(body)
            headers["Content-Encoding"] = "gzip"
        self.send_response_only(status)
        self.send_header("Date", format_datetime(request.now.replace(microsecond=0), usegmt=True))
        if status != 304:
            self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are counted, not printed."""


def _unchanged(reply: Reply, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """RFC 9110 section 13: If-None-Match wins over If-Modified-Since."""
    if if_none_match is not None:
        return bool(reply.etag) and reply.etag in [tag.strip() for tag in if_none_match.split(",")]
    if if_modified_since is not None and reply.changed_at is not None:
        try:
            since = parsedate_to_datetime(if_modified_since)
        except ValueError:
            return False
        return reply.changed_at.replace(microsecond=0) <= since
    return False


def etag_of(body: bytes) -> str:
    """A strong validator over a body."""
    return f'"{digest_bytes(body, 10)}"'


class Host:
    """All sites of a simulation, each on its own port of 127.0.0.1. A context manager."""

    def __init__(self, sites: Mapping[str, Site], clock: Clock, fault: Fault | None = None) -> None:
        self.clock = clock
        self.errors: list[BaseException] = []
        self.requests: dict[str, int] = dict.fromkeys(sites, 0)
        self.faults: dict[str, int] = {}
        self._sites = dict(sites)
        self._fault = fault
        self._lock = threading.Lock()
        self._packed: dict[int, tuple[bytes, bytes]] = {}
        self._servers: list[_Server] = []

    @property
    def urls(self) -> dict[str, str]:
        """Base URL of each site, without a trailing slash."""
        return {s.site_name: f"http://127.0.0.1:{s.server_address[1]}" for s in self._servers}

    def answer(self, name: str, request: Request) -> Reply:
        """What a site answers now, faults included. Sites are not thread-safe, so one request at a time."""
        with self._lock:
            self.requests[name] += 1
            reply = self._sites[name](request)
            if self._fault is not None and (instead := self._fault(name, request.now, reply)) is not None:
                self.faults[name] = self.faults.get(name, 0) + 1
                return instead
            return reply

    def packed(self, body: bytes) -> bytes:
        """The body as gzip; packed once while it stays the same object."""
        with self._lock:
            known = self._packed.get(id(body))
            if known is None or known[0] is not body:
                if len(self._packed) > 64:
                    self._packed.clear()
                known = (body, gzip.compress(body, 1, mtime=0))
                self._packed[id(body)] = known
            return known[1]

    def __enter__(self) -> Host:
        for name in self._sites:
            server = _Server(self, name)
            self._servers.append(server)
            threading.Thread(
                target=server.serve_forever, kwargs={"poll_interval": 0.05}, name=f"sim-{name}", daemon=True
            ).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stopping = [threading.Thread(target=server.shutdown) for server in self._servers]
        for thread in stopping:
            thread.start()
        for thread, server in zip(stopping, self._servers, strict=True):
            thread.join()
            server.server_close()
        self._servers.clear()
