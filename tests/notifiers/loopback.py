"""Real servers on this machine: HTTP that answers from a script, and SMTP that misbehaves on request."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, bytes, dict[str, str]]


@contextmanager
def http_server(reply: Callable[[str, bytes, dict[str, str]], Reply]) -> Iterator[str]:
    """An HTTP server whose every POST is answered by ``reply(path, body, headers)``; yields its base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, answer, headers = reply(self.path, body, {k.lower(): v for k, v in self.headers.items()})
            if status == 0:  # hang up after reading, without an answer
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
        return port


HANG_UP = "hang up"


class BadSmtp:
    """An SMTP server that answers as told: ``replies`` maps a verb (or "banner", "dot", or a whole line) to a reply.

    `HANG_UP` closes the connection instead of answering. ``mails`` holds what was accepted.
    """

    def __init__(self, **replies: str) -> None:
        self.replies = {"EHLO": "250 scripted", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on", "dot": "250 taken",
                        "RSET": "250 ok", "QUIT": "221 bye", "banner": "220 scripted"} | replies  # fmt: skip
        self.lines: list[str] = []
        self.mails: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> BadSmtp:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        # A blocked accept does not see the close: knock once so that the thread ends.
        self._closing = True
        with socket.create_connection(("127.0.0.1", self.port), timeout=5):
            pass
        self._thread.join(timeout=5)
        self._socket.close()

    _closing = False

    def _serve(self) -> None:
        while not self._closing:
            connection, _ = self._socket.accept()
            with connection, connection.makefile("rb") as reader:
                connection.settimeout(5)
                if not self._closing:
                    try:
                        self._talk(connection, reader)
                    except OSError:
                        continue

    def _talk(self, connection: socket.socket, reader: Any) -> None:
        def say(name: str) -> bool:
            reply = self.replies[name]
            if reply == HANG_UP:
                return False
            connection.sendall("".join(f"{line}\r\n" for line in reply.split("\n")).encode())
            return True

        if not say("banner"):
            return
        for raw in reader:
            line = raw.decode("latin-1").strip()
            self.lines.append(line)
            verb = line.split(" ")[0].upper()
            name = next((told for told in self.replies if told.casefold() == line.casefold()), verb)
            if name not in self.replies:
                connection.sendall(b"502 not known\r\n")
                continue
            if not say(name):
                return
            if verb == "DATA" and self.replies["DATA"].startswith("354"):
                mail = b""
                for part in reader:
                    if part == b".\r\n":
                        break
                    mail += part
                if self.replies["dot"].startswith("2"):
                    self.mails.append(mail)
                if not say("dot"):
                    return
            if verb == "QUIT":
                return
