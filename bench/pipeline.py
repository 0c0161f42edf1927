"""The service end to end: served bytes to committed recommendations and outbox, unchanged records, 304s, memory, start."""

from __future__ import annotations

import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from bench import inputs

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


class Site:
    """Answers of the benchmark's servers; ``stamp`` is the registry's data version."""

    def __init__(self) -> None:
        self.pages: list[bytes] = [b'{"studies":[]}']
        self.stamp = "2026-03-02T09:00:00"
        self.filings: list[bytes] = []
        self.feed = b""

    def answer(self, target: str, headers: Any) -> tuple[int, bytes, dict[str, str]]:
        parts = urlsplit(target)
        query = parse_qs(parts.query)
        if parts.path.endswith("/version"):
            return (
                200,
                json.dumps({"apiVersion": "2.0.5", "dataTimestamp": self.stamp}).encode(),
                {"Content-Type": "application/json"},
            )
        if parts.path.endswith("/studies"):
            page = int(query.get("pageToken", ["0"])[0])
            return 200, self.pages[page], {"Content-Type": "application/json"}
        if "browse-edgar" in parts.path:
            page = int(query.get("start", ["0"])[0]) // 100
            if page >= len(self.filings):
                return 503, b"<html>File Unavailable</html>", {"Content-Type": "text/html"}
            return 200, self.filings[page], {"Content-Type": "application/atom+xml"}
        if parts.path.endswith("/feed.xml"):
            if headers.get("If-None-Match") == '"v1"':
                return 304, b"", {"ETag": '"v1"'}
            return 200, self.feed, {"Content-Type": "application/rss+xml", "ETag": '"v1"'}
        return 404, b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>', {"Content-Type": "application/xml"}


@contextmanager
def serving(site: Site) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # headers and body are two writes; Nagle would hold the second back

        def do_GET(self) -> None:
            status, body, headers = site.answer(self.path, self.headers)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def settings(base: str, folder: Path, database: str = "") -> str:
    from signalwatch.config import starter_rules

    return yaml.safe_dump({
        "contact": "bench@example.com", "database": database or f"sqlite:///{folder / 'bench.db'}", "rules": str(starter_rules()),
        "http": {"allow_private": True},
        "sources": [
            {"id": "registry", "connector": "clinicaltrials", "settings": {"base_url": f"{base}/api/v2"}},
            {"id": "sec", "connector": "edgar", "settings": {"base_www": base, "base_data": base, "bodies_per_poll": 0}},
            {"id": "feed", "connector": "feeds", "settings": {"feeds": [{"name": "wire", "url": f"{base}/feed.xml"}]}},
        ],
        "channels": {"console": {"notifier": "console", "folder": str(folder / "alerts")}},
        "service": {"listen": "off"}, "log": {"level": "error"},
    })  # fmt: skip


@contextmanager
def opened(base: str, folder: Path, database: str = "") -> Iterator[Any]:
    """A wired app on the benchmark's sources; closed at the end."""
    from signalwatch import config, logs
    from signalwatch.app import App
    from signalwatch.clock import ManualClock

    logs.configure(level="error", style="text", stream=sys.stderr)
    clock = ManualClock(NOW - timedelta(days=2))
    app = App(config.load_text(settings(base, folder, database), "bench.yaml", folder), clock=clock)
    try:
        yield app
    finally:
        app.close()


@contextmanager
def running(base: str, folder: Path, number_of_accounts: int, database: str = "") -> Iterator[Any]:
    """As `opened`, with an account list imported."""
    with opened(base, folder, database) as app:
        app.prepare()
        app.store.upsert_accounts(inputs.accounts(number_of_accounts), app.clock.now(), by="bench")
        app.knowledge()
        yield app


def new_events(number: int = 3000, accounts: int = 2000, database: str = "") -> dict[str, float]:
    """New events a second, from served bytes to committed recommendations and outbox; then the unchanged re-read."""
    site = Site()
    sponsors = inputs.names(accounts)
    with (
        tempfile.TemporaryDirectory() as name,
        serving(site) as base,
        running(base, Path(name), accounts, database) as app,
    ):
        app.poll_due(only=["registry"])  # first contact with an empty registry
        app.clock.set(NOW)
        site.pages, site.stamp = inputs.study_pages(number, sponsors, DAY), "2026-03-02T14:00:00"
        app.store.set_due("registry", app.clock.now())
        started, cpu = time.perf_counter(), time.process_time()
        polled = app.poll_due(only=["registry"])
        ingest = time.perf_counter() - started
        app.assess_all()
        wall, used = time.perf_counter() - started, time.process_time() - cpu
        events = sum(r.events for r in polled)
        app.clock.advance(timedelta(hours=1))
        site.stamp = "2026-03-02T15:00:00"
        app.store.set_due("registry", app.clock.now())
        again = time.perf_counter()
        reread = app.poll_due(only=["registry"])
        unchanged_wall = time.perf_counter() - again
        counts = app.store.counts()
        return {
            "events": events, "events_per_s": round(events / wall), "events_per_cpu_s": round(events / used),
            "ingest_share": round(ingest / wall, 2), "signals": counts.get("signals", 0), "outbox": counts.get("outbox", 0),
            "unchanged_per_s": round(sum(r.unchanged for r in reread) / unchanged_wall),
            "unchanged": sum(r.unchanged for r in reread), "error": next((r.error for r in [*polled, *reread] if r.error), ""),
        }  # fmt: skip


def getcurrent() -> dict[str, float]:
    """CPU of one whole poll of 5,100 latest-filings entries, on a service that knows none of them."""
    site = Site()
    site.filings = list(inputs.latest_filings())
    with tempfile.TemporaryDirectory() as name, serving(site) as base, running(base, Path(name), 2000) as app:
        app.clock.set(NOW + timedelta(days=1))
        app.store.set_due("sec", app.clock.now())
        cpu = time.process_time()
        report = app.poll_due(only=["sec"])[0]
        return {"cpu_s": round(time.process_time() - cpu, 3), "documents": report.documents, "unchanged": report.unchanged,
                "error": report.error}  # type: ignore[dict-item] # fmt: skip


def not_modified(number: int = 300) -> dict[str, float]:
    """Polls a second of a feed that answers 304."""
    site = Site()
    site.feed = b'<?xml version="1.0"?><rss version="2.0"><channel><title>w</title><item><title>Nothing</title><guid>1</guid></item></channel></rss>'
    with tempfile.TemporaryDirectory() as name, serving(site) as base, running(base, Path(name), 100) as app:
        source_id = next(s for s in app.sources if s.startswith("feed"))
        app.poll_due(only=[source_id])
        started = time.perf_counter()
        for _ in range(number):
            app.clock.advance(timedelta(days=2))
            app.store.set_due(source_id, app.clock.now())
            report = app.poll_due(only=[source_id])[0]
        return {"per_s": round(number / (time.perf_counter() - started)), "documents": report.documents}


_FILL = """
from pathlib import Path
from bench import inputs
from bench.pipeline import Site, running, serving
with serving(Site()) as base, running(base, Path({folder!r}), {accounts}) as app:
    pass
"""
_MEMORY = """
import gc, resource
from pathlib import Path
from bench.pipeline import Site, opened, serving
with serving(Site()) as base, opened(base, Path({folder!r})) as app:
    app.prepare()
    app.knowledge()
    app.cycle()
    gc.collect()
    status = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
    print(len(app.knowledge().accounts), int(status["VmRSS"].split()[0]) // 1024, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def memory(accounts: int = 100_000) -> dict[str, float]:
    """Resident and peak memory (MB) of a service that starts on a database with that many accounts and runs a cycle."""
    with tempfile.TemporaryDirectory() as folder:
        for script in (_FILL, _MEMORY):
            code = script.format(folder=folder, accounts=accounts)
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found, rss, peak = done.stdout.split()[-3:]
    return {"accounts": int(found), "rss_mb": int(rss), "peak_mb": int(peak)}


def start_to_ready(runs: int = 3) -> dict[str, float]:
    """Seconds from `signalwatch run` to the first good answer of /readyz, on a fresh database."""
    import urllib.request

    taken = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as name, serving(Site()) as base:
            folder = Path(name)
            text = yaml.safe_load(settings(base, folder))
            text["service"] = {"listen": "127.0.0.1:0"}
            (folder / "signalwatch.yaml").write_text(yaml.safe_dump(text | {"log": {"level": "info"}}))
            started = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-m", "signalwatch.cli", "-c", str(folder / "signalwatch.yaml"), "run"],
                stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )  # fmt: skip
            try:
                port = ""
                assert process.stdout is not None
                for line in process.stdout:
                    if match := re.search(r"port (\d+)", line):
                        port = match.group(1)
                        break
                while True:
                    try:
                        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
                            if answer.status == 200:
                                break
                    except OSError:
                        if time.perf_counter() - started > 30:
                            raise
                taken.append(time.perf_counter() - started)
            finally:
                process.terminate()
                process.wait(20)
    return {"median_s": round(statistics.median(taken), 2), "worst_s": round(max(taken), 2)}


def median_of(measure: Callable[[], dict[str, float]], key: str, runs: int = 3) -> dict[str, float]:
    """The run with the median of ``key``."""
    results = sorted((measure() for _ in range(runs)), key=lambda r: r[key])
    return results[len(results) // 2]


def peak_rss_mb() -> int:
    """Peak resident memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
