"""Servers that take their time, and the real service as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from signalwatch import config
from signalwatch.model import Dossier
from signalwatch.store import Store, open_store
from signalwatch.store.records import OutboxItem

PAST = datetime(2026, 1, 5, tzinfo=UTC)


class Slow:
    """A loopback server whose answers begin at once and end when ``let_go`` is set. ``asked`` is set by a request."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.let_go = threading.Event()
        self.bodies: list[Any] = []
        slow = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                slow.asked.set()
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml")
                self.end_headers()
                while not slow.let_go.wait(0.2):
                    self.wfile.write(b" ")  # never quiet, never done

            def do_POST(self) -> None:
                slow.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                slow.asked.set()
                slow.let_go.wait()
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # clients of these tests go away before their answer

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@contextmanager
def slow_server() -> Iterator[Slow]:
    slow = Slow()
    thread = threading.Thread(target=slow.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield slow
    finally:
        slow.let_go.set()
        slow.server.shutdown()
        slow.server.server_close()


class Running:
    """`signalwatch run` in a folder."""

    def __init__(self, folder: Path, *, feed: str = "", hook: str = "") -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None
        settings: dict[str, Any] = {
            "contact": "stop@signalwatch.example",
            "database": "sqlite:///service.db",
            "rules": str(config.starter_rules()),
            "http": {"allow_private": True},
            "service": {"listen": "off", "tick": "1s"},
        }
        if feed:
            settings["sources"] = [{"id": "news", "connector": "feeds", "settings": {"url": f"{feed}/feed"}}]
        if hook:
            settings["channels"] = {
                "hook": {"notifier": "webhook", "url": f"{hook}/hook", "secret": "a-secret-of-the-tests"}
            }
        (folder / "signalwatch.yaml").write_text(yaml.safe_dump(settings), "utf-8")

    def store(self) -> Store:
        return open_store(f"sqlite:///{self.folder / 'service.db'}")

    def put(self, *names: str) -> None:
        store = self.store()
        store.add_outbox([
            OutboxItem(
                outbox_id=name, channel="hook", recipient="", kind="alert", due_at=PAST, created_at=PAST,
                dossier=Dossier(kind="alert", alert_id=name, headline=f"About {name}"), group_key=name,
            )
            for name in names
        ])  # fmt: skip
        store.close()

    def states(self) -> dict[str, str]:
        store = self.store()
        try:
            return {row.item.outbox_id: row.state for row in store.outbox(limit=100)}
        finally:
            store.close()

    def start(self) -> None:
        """Start and wait until it says so."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "signalwatch.cli", "run"], cwd=self.folder, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.STDOUT, env={**os.environ, "PYTHONPATH": str(config.starter_rules().parent)},
        )  # fmt: skip
        assert self.process.stdout is not None
        seen = ""
        for line in self.process.stdout:
            seen += line
            if '"started"' in line:
                return
        raise AssertionError(f"the service did not start: exit code {self.process.wait()}:\n{seen[-3000:]}")

    def stop(self, number: int = signal.SIGTERM, within: float = 10.0) -> tuple[int, str]:
        """Send a signal; exit code and the rest of the log. Fails when the process outlives ``within`` seconds."""
        assert self.process is not None
        self.process.send_signal(number)
        try:
            out, _ = self.process.communicate(timeout=within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, _ = self.process.communicate()
            raise AssertionError(f"still running after {within} s:\n{out[-3000:]}") from None
        return self.process.returncode, out

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
