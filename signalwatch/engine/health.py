"""/livez, /readyz and /metrics over plain HTTP, from the standard library, so that a headless worker needs no extra."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """The service's counters and gauges, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"signalwatch_{name}", text, labels, registry=self.registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"signalwatch_{name}", text, labels, registry=self.registry)

        self.polls = counter("polls", "Source runs by outcome", "source", "ok")
        self.documents = counter("documents", "New documents", "source")
        self.events = counter("events", "New events by type", "type")
        self.quarantined = counter("quarantined", "Records set aside", "source")
        self.assessed = counter("assessed", "Assessed events by outcome", "outcome")
        self.recommendations = counter("recommendations", "Recommendations made")
        self.deliveries = counter("deliveries", "Delivery attempts by outcome", "channel", "state")
        self.seconds = Histogram(
            "signalwatch_stage_seconds", "Duration of a stage run", ["stage"], registry=self.registry,
            buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300),
        )  # fmt: skip
        self.lag = gauge("lag_seconds", "Age of the oldest waiting row", "queue")
        self.depth = gauge("queue_depth", "Waiting rows", "queue")
        self.source_age = gauge("source_success_age_seconds", "Time since a source last succeeded", "source")
        self.operator_alerts = gauge("operator_alerts_open", "Open operator alerts")
        self.heartbeat = gauge("tick_age_seconds", "Time since a tick last finished", "tick")

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)


class HealthServer:
    """Serves liveness, readiness and metrics on one address."""

    def __init__(
        self,
        address: tuple[str, int],
        metrics: Metrics,
        live: Callable[[], Mapping[str, Any]],
        ready: Callable[[], Mapping[str, Any]],
        refresh: Callable[[], None],
    ) -> None:
        class Handler(BaseHTTPRequestHandler):
            server_version = "signalwatch"
            sys_version = ""

            def do_GET(self) -> None:
                if self.path == "/metrics":
                    refresh()
                    self._answer(200, metrics.text(), CONTENT_TYPE_LATEST)
                elif self.path in ("/livez", "/readyz"):
                    report = dict(live() if self.path == "/livez" else ready())
                    body = json.dumps(report, default=str).encode() + b"\n"
                    self._answer(200 if report.get("ok") else 503, body, "application/json")
                else:
                    self._answer(404, b"known paths: /livez /readyz /metrics\n", "text/plain")

            def _answer(self, status: int, body: bytes, content_type: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Health probes are not worth a log line."""

        self._server = ThreadingHTTPServer(address, Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)

    @property
    def port(self) -> int:
        """The port really bound (useful with port 0)."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
