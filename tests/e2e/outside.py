"""The outside of the service on loopback: a registry, a SEC, a feed, a Slack and an SMTP server, and the service on top.

Everything of ours is real (settings file, HTTP door, connectors, database, notifiers); only the other side is invented.
"""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from signalwatch import cli, config, logs
from signalwatch.app import App
from signalwatch.clock import ManualClock
from signalwatch.deliver import DeliveryReport
from signalwatch.model import Account
from signalwatch.simulate.sinks import SlackSink, SmtpSink
from signalwatch.simulate.web import Host, Reply, Request, etag_of
from signalwatch.store.records import OutboxRow
from tests.clinicaltrials.conftest import Registry, record
from tests.edgar import samples

__all__ = [
    "DAY", "HOUR", "MINUTE", "START", "Outside", "Ran", "Service", "account", "command", "item", "record", "rss",
    "running", "samples",
]  # fmt: skip

START = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)  # a Monday: what the tests call the day the sources were added
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
MISSING = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>'

_DULL = samples.entry(
    "0001700001-26-000001", "4", "ORDINARY HARDWARE CO", 1700001, "Issuer",
    updated="2026-03-06T10:00:00-05:00", filed="2026-03-06",
)  # fmt: skip

Override = Callable[[Request], Reply | None]


def rss(*items: str, title: str = "Example Life Science News") -> bytes:
    """An RSS document of these items."""
    head = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{title}</title>'
    return (head + "".join(items) + "</channel></rss>").encode()


def item(number: int, title: str, at: datetime, summary: str = "") -> str:
    """An RSS item."""
    return (
        f"<item><title>{title}</title><link>https://news.example.com/story-{number}</link>"
        f"<guid isPermaLink='false'>id-{number}</guid><pubDate>{format_datetime(at)}</pubDate>"
        f"<description>{summary or 'A summary.'}</description></item>"
    )


class Outside:
    """What the sources say. Tests change it between polls; an ``override`` answers instead of a source."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.registry = Registry()
        self.registry.stamp = "2026-03-09T09:00:05"
        self.filings: list[str] = []
        self.bodies: dict[str, bytes] = {}
        self.items: list[str] = []
        self.override: dict[str, Override] = {}

    def publish(self, *records: Mapping[str, Any]) -> None:
        """The registry posts these records, under a new data version."""
        self.registry.put(*(dict(r) for r in records))
        self.registry.stamp = self.clock.now().strftime("%Y-%m-%dT%H:%M:%S")

    def file(self, row: str, path: str = "", body: bytes = b"") -> None:
        """The SEC disseminates a filing: a row of the latest-filings feed and, where given, its body."""
        self.filings.insert(0, row)
        if path:
            self.bodies[path] = body

    def write(self, number: int, title: str, summary: str = "") -> None:
        """The feed carries a story."""
        self.items.insert(0, item(number, title, self.clock.now(), summary))

    def sites(self) -> dict[str, Callable[[Request], Reply]]:
        """The three sources as sites of a host."""

        def site(name: str, answer: Callable[[Request], Reply]) -> Callable[[Request], Reply]:
            def serve(request: Request) -> Reply:
                instead = self.override.get(name)
                return (instead(request) if instead is not None else None) or answer(request)

            return serve

        return {
            "registry": site("registry", self._registry),
            "sec": site("sec", self._sec),
            "news": site("news", self._news),
        }

    def _registry(self, request: Request) -> Reply:
        url = f"http://registry{request.path}?{urlencode(request.query)}"
        status, headers, body = self.registry.answer(SimpleNamespace(url=url))
        return Reply(status, body if isinstance(body, bytes) else body.encode(), headers.get("Content-Type", ""))

    def _sec(self, request: Request) -> Reply:
        if "browse-edgar" in request.path:
            if int(request.query.get("start", "0")):
                return Reply(503, b"<html><title>SEC.gov | File Unavailable</title></html>", "text/html")
            return Reply(200, samples.feed(*self.filings, _DULL), "application/atom+xml")
        if match := re.search(r"/daily-index/.*/master\.(\d{8})\.idx$", request.path):
            day = f"{match[1][:4]}-{match[1][4:6]}-{match[1][6:]}"
            row = (1700001, "ORDINARY HARDWARE CO", "4", day, "0001700001-26-000001")
            return Reply(200, samples.master(row), "text/plain")
        body = self.bodies.get(request.path)
        return Reply(200, body, "text/plain") if body is not None else Reply(404, MISSING, "application/xml")

    def _news(self, request: Request) -> Reply:
        body = rss(*self.items)
        return Reply(200, body, "application/rss+xml", etag=etag_of(body))


def account(name: str, tier: int = 2, owner: str = "kim@bd.example", **more: Any) -> Account:
    """An account that has been in its tier for long."""
    since = START - 100 * DAY
    about = {"account_id": name.split()[0].casefold(), "legal_name": f"{name}, Inc.", "kind": "biotech"} | more
    return Account(name=name, tier=tier, owner=owner, tier_since=since, **about)


class Ran:
    """What a command did: exit code, stdout, stderr."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def said(self) -> str:
        """Everything it printed."""
        return self.out + self.err

    def json(self) -> Any:
        """Its stdout as JSON."""
        return json.loads(self.out)


def command(capsys: pytest.CaptureFixture[str], settings: Path, *args: str) -> Ran:
    """Run ``signalwatch`` on a settings file as the shell would; anything but an exit is a traceback and fails the test."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        cli.main(["-c", str(settings), *args])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return Ran(int(stop.value.code or 0), out, err)


class Service:
    """A running service on an `Outside`, with its sinks. ``settings`` is the file the command line uses, too."""

    def __init__(
        self, app: App, outside: Outside, slack: SlackSink, mail: SmtpSink, settings: Path, log: io.StringIO
    ) -> None:
        self.app, self.outside, self.slack, self.mail, self.settings, self.log = (
            app,
            outside,
            slack,
            mail,
            settings,
            log,
        )
        self.clock = outside.clock

    def accounts(self, *accounts: Account) -> None:
        """Put accounts on the list."""
        self.app.store.upsert_accounts(accounts, self.clock.now(), by="test")

    def round(self, *, after: timedelta = DAY) -> list[DeliveryReport]:
        """Time passes, every source is polled, and grouped messages go out. Returns what was sent."""
        self.clock.advance(after)
        for state in self.app.store.sources():
            self.app.store.set_due(state.source_id, self.clock.now())
        _, _, sent = self.app.cycle()
        self.clock.advance(timedelta(minutes=5))  # group_wait of the shipped routes
        return [*sent, *self.app.deliver_due()]

    def polled(self, *only: str, after: timedelta = HOUR) -> dict[str, Any]:
        """Time passes and the sources (or ``only`` some) are polled: the report of each, by source."""
        self.clock.advance(after)
        for state in self.app.store.sources():
            self.app.store.set_due(state.source_id, self.clock.now())
        return {r.source_id: r for r in self.app.poll_due(only=only)}

    def letters(self, *kinds: str) -> list[OutboxRow]:
        """Outbox rows of these kinds, oldest first."""
        rows = self.app.store.outbox(limit=10_000)
        return sorted(
            (r for r in rows if not kinds or r.item.kind in kinds), key=lambda r: (r.item.created_at, r.item.outbox_id)
        )

    def posts(self) -> list[str]:
        """Everything Slack was sent, as JSON text."""
        return [json.dumps(p.payload, ensure_ascii=False) for p in self.slack.accepted]

    def mails(self) -> list[str]:
        """Subjects of everything that was mailed."""
        return [str(m.parse()["Subject"]) for m in self.mail.messages]


def settings_of(
    urls: Mapping[str, str], slack: SlackSink, mail: SmtpSink, folder: Path, database: str, rules: Path
) -> dict[str, Any]:
    """Settings of the service; the operator has a channel of its own."""
    return {
        "contact": "ops@signalwatch.example",
        "database": database,
        "rules": str(rules),
        "http": {"allow_private": True, "connect_timeout": 5, "read_timeout": 5, "max_wait": "1s"},
        "sources": [
            {"id": "registry", "connector": "clinicaltrials", "cadence": "4d",
             "settings": {"base_url": f"{urls['registry']}/api/v2", "page_size": 100}},
            {"id": "sec", "connector": "edgar", "cadence": "4d",
             "settings": {"base_www": urls["sec"], "base_data": urls["sec"]}},
            {"id": "news", "connector": "feeds", "cadence": "4d",
             "settings": {"feeds": [{"name": "wire", "url": f"{urls['news']}/feed.xml"}]}},
        ],
        "channels": {
            "slack": {"notifier": "slack", "webhook_url": slack.webhook_url},
            "mail": {"notifier": "email", "host": mail.host, "port": mail.port, "tls": "none",
                     "sender": "Signalwatch <alerts@signalwatch.example>"},
            "ops": {"notifier": "console", "folder": str(folder / "ops"), "stdout": False, "formats": ["txt"]},
        },
        "default_channels": ["slack", "mail"],
        "operator": {"channel": "ops", "recipient": "operator"},
        "service": {"listen": "off"},
        "log": {"level": "error"},
    }  # fmt: skip


@contextmanager
def running(
    folder: Path, database: str = "", *, rules: Path | None = None, change: Callable[[dict[str, Any]], None] | None = None,
    sources: Sequence[str] = ("registry", "sec", "news"),
) -> Iterator[Service]:  # fmt: skip
    """The service on a fresh outside, settings written to ``folder``; ``change`` may edit them first.

    At the end nothing may have gone wrong inside (bugs of connectors, notifiers and assessment are logged as such).
    """
    clock = ManualClock(START)
    outside = Outside(clock)
    log = io.StringIO()
    with Host(outside.sites(), clock) as host, SlackSink(clock) as slack, SmtpSink(clock) as mail:
        url = database or f"sqlite:///{folder / 'service.db'}"
        data = settings_of(host.urls, slack, mail, folder, url, rules or config.starter_rules())
        data["sources"] = [s for s in data["sources"] if s["id"] in sources]
        if change is not None:
            change(data)
        path = folder / "signalwatch.yaml"
        path.write_text(yaml.safe_dump(data, sort_keys=False), "utf-8")
        logs.configure(level="error", style="json", stream=log)
        app = App(config.load(path), clock=clock, rng=random.Random(5), owner="test")
        try:
            app.prepare()
            yield Service(app, outside, slack, mail, path, log)
        finally:
            app.close()
    assert host.errors == []
    assert "_bug" not in log.getvalue(), log.getvalue()
    assert "tick_failed" not in log.getvalue(), log.getvalue()
