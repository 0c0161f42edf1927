"""Where simulated alerts arrive: an SMTP server, a Slack-like API and a webhook, all on loopback, all keeping what they got."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from signalwatch.clock import Clock
from signalwatch.model import Struct

MAX_BODY = 5_000_000


class Mail(Struct, frozen=True, kw_only=True):
    """One message the SMTP sink accepted, with the simulated time it arrived."""

    at: datetime
    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    def parse(self) -> EmailMessage:
        """The message, parsed with the modern policy."""
        return email.message_from_bytes(self.raw, policy=email.policy.default)


class Post(Struct, frozen=True, kw_only=True):
    """One JSON post a sink took (or refused, then ``status`` says so)."""

    at: datetime
    path: str
    payload: Any
    status: int = 200
    reference: str = ""


class _Mailbox:
    """aiosmtpd's handler: takes everything, keeps it."""

    def __init__(self, clock: Clock, folder: Path | None) -> None:
        self._clock = clock
        self._folder = folder
        self._lock = threading.Lock()
        self.messages: list[Mail] = []
        self.arrived: Callable[[], None] | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Store one message; with a folder also as ``NNNN.eml``."""
        content = envelope.original_content or b""
        mail = Mail(
            at=self._clock.now(), sender=envelope.mail_from or "", recipients=tuple(envelope.rcpt_tos), raw=content
        )
        with self._lock:
            self.messages.append(mail)
            number = len(self.messages)
        if self._folder is not None:
            await asyncio.to_thread((self._folder / f"{number:04d}.eml").write_bytes, content)
        if self.arrived is not None:
            self.arrived()
        return f"250 2.0.0 Ok: queued as {number:08d}"


class _Controller(Controller):
    """A controller that may listen on port 0: the base class connects to the port it was asked for."""

    def _trigger_server(self) -> None:
        if isinstance(self.server, asyncio.Server) and not self.port:
            self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class SmtpSink:
    """An SMTP server on loopback that accepts everything. A context manager.

    ``folder``: where each message is also written as ``.eml``. ``messages`` is in order of arrival.
    """

    def __init__(self, clock: Clock, folder: Path | None = None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._box = _Mailbox(clock, folder)
        self._controller = _Controller(self._box, hostname="127.0.0.1", port=0)

    def on_arrival(self, call: Callable[[], None]) -> None:
        """Call this whenever a message was taken, before its sender gets an answer."""
        self._box.arrived = call

    @property
    def host(self) -> str:
        """Address it listens on."""
        return "127.0.0.1"

    @property
    def port(self) -> int:
        """Port it listens on; valid inside the ``with`` block."""
        return int(self._controller.port)

    @property
    def messages(self) -> list[Mail]:
        """Everything received so far."""
        return list(self._box.messages)

    def __enter__(self) -> SmtpSink:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()


class _PostServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, sink: HttpSink) -> None:
        self.sink = sink
        super().__init__(("127.0.0.1", 0), _PostHandler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is gone before its answer (it was killed, say) is no error of the sink."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _PostHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes; Nagle would hold the second back
    server: _PostServer
    timeout = 30

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            self.send_error(413)
            return
        body = self.rfile.read(length)
        status, content_type, answer, headers = self.server.sink.take(self.path, body, dict(self.headers.items()))
        self.send_response_only(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(answer)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Posts are kept, not printed."""


Answer = tuple[int, str, bytes, dict[str, str]]


class HttpSink:
    """A loopback server that takes JSON posts on any path and answers 200 (a generic webhook). A context manager."""

    def __init__(self, clock: Clock, folder: Path | None = None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._folder = folder
        self._lock = threading.Lock()
        self._server: _PostServer | None = None
        self._posts: list[Post] = []
        self._arrived: Callable[[], None] | None = None

    def on_arrival(self, call: Callable[[], None]) -> None:
        """Call this whenever a post was taken, before its sender gets an answer."""
        self._arrived = call

    @property
    def url(self) -> str:
        """Base URL; valid inside the ``with`` block. Raises RuntimeError outside of it."""
        if self._server is None:
            raise RuntimeError("the sink is not running: use it in a with block")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def posts(self) -> list[Post]:
        """Everything posted so far, refused posts included."""
        with self._lock:
            return list(self._posts)

    @property
    def accepted(self) -> list[Post]:
        """Posts that were taken."""
        return [p for p in self.posts if p.status == 200]

    def take(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Keep one post and decide the answer."""
        try:
            payload = json.loads(body)
        except ValueError:
            return self._keep(path, body.decode("utf-8", "replace"), 400, "text/plain", b"invalid_payload", {})
        return self.answer(path, payload, headers)

    def answer(self, path: str, payload: Any, headers: dict[str, str]) -> Answer:
        """What a generic webhook says: 200 and a short body."""
        return self._keep(path, payload, 200, "application/json", b'{"ok":true}', {})

    def _keep(
        self,
        path: str,
        payload: Any,
        status: int,
        content_type: str,
        answer: bytes,
        headers: dict[str, str],
        reference: str = "",
    ) -> Answer:
        with self._lock:
            self._posts.append(
                Post(at=self._clock.now(), path=path, payload=payload, status=status, reference=reference)
            )
            number = len(self._posts)
        if self._folder is not None and status == 200:
            (self._folder / f"{number:04d}.json").write_text(json.dumps(payload, indent=1, ensure_ascii=False), "utf-8")
        if self._arrived is not None and status == 200:
            self._arrived()
        return status, content_type, answer, headers

    def __enter__(self) -> HttpSink:
        self._server = _PostServer(self)
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="sink", daemon=True
        ).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class SlackSink(HttpSink):
    """A server that answers like Slack: incoming webhooks below ``/services/``, ``chat.postMessage`` below ``/api/``.

    Every ``throttle_every``-th post is answered 429 with Retry-After (0: never). API errors come with HTTP 200.
    """

    def __init__(
        self, clock: Clock, folder: Path | None = None, *, throttle_every: int = 0, retry_after: int = 1
    ) -> None:
        super().__init__(clock, folder)
        self._throttle_every = throttle_every
        self._retry_after = retry_after
        self._count = 0

    @property
    def webhook_url(self) -> str:
        """An incoming-webhook URL of this sink."""
        return f"{self.url}/services/T0SIM/B0SIM/simulated"

    @property
    def api_base(self) -> str:
        """The Web API's base URL."""
        return f"{self.url}/api"

    def take(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Form-encoded calls are as good as JSON ones at Slack."""
        kind = next((v for k, v in headers.items() if k.lower() == "content-type"), "")
        if kind.startswith("application/x-www-form-urlencoded"):
            fields = {k: v[-1] for k, v in parse_qs(body.decode("utf-8", "replace")).items()}
            return self.answer(path, fields, headers)
        return super().take(path, body, headers)

    def answer(self, path: str, payload: Any, headers: dict[str, str]) -> Answer:
        """Decide as Slack would."""
        with self._lock:
            self._count += 1
            count = self._count
        path = urlsplit(path).path
        if self._throttle_every and count % self._throttle_every == 0:
            return self._keep(
                path, payload, 429, "text/plain", b"rate_limited", {"Retry-After": str(self._retry_after)}
            )
        if path.startswith("/services/"):
            if not isinstance(payload, dict) or not (payload.get("text") or payload.get("blocks")):
                return self._keep(path, payload, 400, "text/plain", b"no_text", {})
            return self._keep(path, payload, 200, "text/plain", b"ok", {})
        if path == "/api/chat.postMessage":
            return self._post_message(path, payload, headers, count)
        body = json.dumps({"ok": False, "error": "unknown_method"}).encode()
        return self._keep(path, payload, 404, "application/json", body, {})

    def _post_message(self, path: str, payload: Any, headers: dict[str, str], count: int) -> Answer:
        token = next((v for k, v in headers.items() if k.lower() == "authorization"), "")
        error = ""
        if not token.startswith("Bearer "):
            error = "not_authed"
        elif not isinstance(payload, dict) or not payload.get("channel"):
            error = "channel_not_found"
        elif not payload.get("text") and not payload.get("blocks"):
            error = "no_text"
        elif len(payload.get("blocks") or ()) > 50:
            error = "invalid_blocks"
        if error:
            self._keep(path, payload, 422, "application/json", b"", {})  # kept as refused, though HTTP says 200
            return 200, "application/json", json.dumps({"ok": False, "error": error}).encode(), {}
        ts = f"{self._clock.now().timestamp():.0f}.{count:06d}"
        body = json.dumps(
            {"ok": True, "channel": payload["channel"], "ts": ts, "message": {"text": payload.get("text", "")}}
        ).encode()
        return self._keep(path, payload, 200, "application/json", body, {}, reference=ts)
