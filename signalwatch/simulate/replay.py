"""`make replay DATA=...`: the service over recorded payloads, served on loopback in recorded time order.

Sources are polled as if right after each publication. Accounts come from ``DATA/matching/accounts_small.csv``. All alerts
are written to a folder; the counts are printed as a table or, with --json, as one object on the last line.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml
from msgspec.structs import replace

from signalwatch import config, ids, logs
from signalwatch.app import App
from signalwatch.clock import ManualClock
from signalwatch.errors import SignalwatchError
from signalwatch.simulate.recorded import Recorded, accounts_file

_FAR = "520w"


def serve(recorded: Recorded) -> ThreadingHTTPServer:
    """Start the loopback server of the recorded sources; the caller shuts it down."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # headers and body are two writes; Nagle would hold the second back

        def do_GET(self) -> None:
            answer = recorded.answer(self.path)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """The service's own log tells what was asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="recorded", daemon=True).start()
    return server


def settings(base: str, recorded: Recorded, accounts: Path | None, out: Path, database: str) -> dict[str, Any]:
    """The settings of the replayed service."""
    sources: list[dict[str, Any]] = []
    if recorded.registry.studies:
        # Re-reads need a time to fall due; the walk itself gates on /version as in the live service.
        sources.append(
            {"id": "registry", "connector": "clinicaltrials", "every": "1h", "cadence": _FAR,
             "settings": {"base_url": f"{base}/ctgov/api/v2", "first_days": 3650}}
        )  # fmt: skip
    if recorded.edgar.days or recorded.edgar.polls:
        sources.append(
            {"id": "sec", "connector": "edgar", "every": "1m", "cadence": _FAR,
             "settings": {"base_www": f"{base}/sec", "base_data": f"{base}/sec", "bodies_per_poll": 100_000}}
        )  # fmt: skip
    if recorded.news.feeds:
        feeds = [{"name": slug, "url": f"{base}/feeds/{slug}.xml"} for slug in sorted(recorded.news.feeds)]
        sources.append(
            {"id": "news", "connector": "feeds", "every": "1h", "cadence": _FAR, "settings": {"feeds": feeds}}
        )
    return {
        "contact": "replay@example.com",
        "database": database or f"sqlite:///{(out / 'replay.db').resolve()}",
        "rules": str(config.starter_rules()),
        "accounts": str(accounts.resolve()) if accounts is not None else "",
        "http": {"allow_private": True},
        "sources": sources,
        "channels": {
            "console": {"notifier": "console", "stdout": False, "folder": str((out / "alerts").resolve())},
        },
        "operator": {"channel": "console", "recipient": "operator"},
        "service": {"listen": "off"},
        "log": {"level": "warning"},
    }


def plan(recorded: Recorded) -> list[tuple[datetime, set[str]]]:
    """The moments at which something new could be seen, with the sources that have it, oldest first."""
    moments: dict[datetime, set[str]] = {}

    def add(moment: datetime, source: str) -> None:
        moments.setdefault(moment, set()).add(source)

    for moment in recorded.registry.moments():
        day = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        add(day, "registry")
    for moment in recorded.edgar.moments():
        add(moment, "sec")
    for slug in recorded.news.feeds:
        for moment in recorded.news.moments(slug):
            add(moment, f"news/{slug}")
    return sorted(moments.items())


def start_of(recorded: Recorded, steps: list[tuple[datetime, set[str]]]) -> datetime:
    """The replay begins a day before the first headline (else the first filing, else the first study).

    What the registry held by then is first contact: recorded and scored, and quiet.
    """
    for wanted in ("news/", "sec", "registry"):
        first = [moment for moment, sources in steps if any(s.startswith(wanted) for s in sources)]
        if first:
            return first[0] - timedelta(days=1)
    return steps[0][0]


def replay(
    data: Path, out: Path, *, database: str = "", progress: bool = True, until: datetime | None = None
) -> dict[str, Any]:
    """Run the service over ``data`` and return the counts."""
    started = time.perf_counter()
    clock = ManualClock(datetime(1999, 1, 1, tzinfo=UTC))
    recorded = Recorded(data, clock)
    steps = plan(recorded)
    if not steps:
        raise SignalwatchError(f"{data}: nothing recorded there (expected clinicaltrials/, edgar/ or news/)")
    begin = start_of(recorded, steps)
    clock.set(begin)
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    server = serve(recorded)
    base = f"http://127.0.0.1:{server.server_address[1]}"
    text = yaml.safe_dump(settings(base, recorded, accounts_file(data), out, database), sort_keys=False)
    (out / "signalwatch.yaml").write_text(text, "utf-8")
    logs.configure(level="error", style="text", stream=sys.stderr)
    app = App(config.load_text(text, str(out / "signalwatch.yaml"), out), clock=clock, owner="replay")
    problems: Counter[str] = Counter()
    try:
        app.prepare()
        drawn = draw_tiers(app)
        for state in app.store.sources():
            app.store.set_due(state.source_id, clock.now() + timedelta(days=36500))
        known = set(app.sources)
        first = {s for moment, sources in steps if moment <= begin for s in sources} & known
        queue = [(begin, first), *((m, s & known) for m, s in steps if m > begin)]
        for number, (moment, sources) in enumerate(queue):
            if until is not None and moment > until:
                break
            clock.set(moment)
            for source in sources:
                app.store.set_due(source, clock.now())
            reports = app.poll_due(limit=1000, only=sorted(sources)) if sources else []
            for report in reports:
                if report.error:
                    problems[f"{report.source_id}: {report.error[:120]}"] += 1
            app.assess_all()
            app.deliver_due()
            if progress and number % 25 == 0:
                print(f"\r{moment:%Y-%m-%d}  {number}/{len(queue)} moments", end="", file=sys.stderr, flush=True)  # noqa: T201
        for _ in range(20):  # grouped and deferred messages fall due within the day
            clock.advance(timedelta(hours=6))
            app.deliver_due()
        if progress:
            print(file=sys.stderr)  # noqa: T201
        result = counts(app, recorded, problems, time.perf_counter() - started)
        result["tiers"] = "drawn by name digest (the list has none)" if drawn else "from the account list"
        return result
    finally:
        app.close()
        server.shutdown()
        server.server_close()


def draw_tiers(app: App) -> bool:
    """Give a list without tiers the usual shape (10 accounts in tier 1, a quarter in tier 2), drawn by name digest.

    A real list has tiers; without them every account would be tier 3 and only tier moves would be told.
    """
    accounts = app.store.accounts()
    if not accounts or any(a.tier != 3 for a in accounts):
        return False
    ranked = sorted(accounts, key=lambda a: ids.digest("tier", a.account_id))
    first, second = (
        ranked[: min(10, len(ranked) // 20)],
        ranked[len(ranked) // 20 : len(ranked) // 20 + len(ranked) // 4],
    )
    now = app.clock.now()
    app.store.upsert_accounts(
        [replace(a, tier=1) for a in first] + [replace(a, tier=2) for a in second], now, by="replay"
    )
    return True


def counts(app: App, recorded: Recorded, problems: Counter[str], seconds: float) -> dict[str, Any]:
    """What the replay brought, as data."""
    totals = app.store.counts()
    quarantined: Counter[str] = Counter(q.reason[:100] for q in app.store.quarantined(limit=100_000))
    rows = app.store.outbox(limit=1_000_000)
    return {
        "documents": totals.get("documents", 0),
        "events": totals.get("events", 0),
        "events_by_type": dict(sorted(app.store.event_counts().items())),
        "stories": totals.get("stories", 0),
        "signals": totals.get("signals", 0),
        "recommendations": totals.get("recommendations", 0),
        "alerts": sum(1 for r in rows if r.item.kind in ("alert", "update", "correction", "recommendation")),
        "operator_alerts": sum(1 for r in rows if r.item.kind in ("operator", "resolve")),
        "held": len(app.store.reviews("open", limit=100_000)),
        "quarantined": sum(quarantined.values()),
        "quarantined_reasons": dict(quarantined.most_common(20)),
        "source_errors": dict(problems.most_common(20)),
        "requests": dict(recorded.requests),
        "wall_s": round(seconds, 1),
    }


def table(result: Mapping[str, Any], out: Path) -> str:
    """The counts for people."""
    lines = []
    for name, value in result.items():
        if isinstance(value, Mapping):
            lines.append(f"{name}:")
            lines.extend(f"  {key:60} {number}" for key, number in value.items())
        else:
            lines.append(f"{name:20} {value}")
    lines.append(f"alerts are in {out / 'alerts'}")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Command line of `make replay`."""
    parser = argparse.ArgumentParser(prog="replay", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("replay-out"))
    parser.add_argument("--database", default="", help="run on this database instead of SQLite in --out")
    parser.add_argument("--until", type=lambda t: datetime.fromisoformat(t).replace(tzinfo=UTC))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    if not options.data.exists():
        print(f"replay: {options.data} does not exist: DATA names a folder of recorded payloads", file=sys.stderr)  # noqa: T201
        return 2
    try:
        result = replay(options.data, options.out, database=options.database, until=options.until)
    except SignalwatchError as error:
        print(f"replay: {error}", file=sys.stderr)  # noqa: T201
        return 1
    print(json.dumps(result) if options.json else table(result, options.out))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
