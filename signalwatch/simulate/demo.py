"""`make demo`: the whole service on the simulated world, over real HTTP, with a local SMTP server and a Slack-like API.

Everything but the outside is real: settings file, database, connectors, detection, rules, outbox, notifiers. At the end the
run is scored against the truth of the world (`truth.score`).
"""

from __future__ import annotations

import random
import shutil
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

import msgspec
import yaml

from signalwatch import config, logs
from signalwatch.accounts import write_csv
from signalwatch.app import App
from signalwatch.model import Dossier
from signalwatch.notifiers import render
from signalwatch.simulate.memory import peak_rss_mb
from signalwatch.simulate.simulation import Simulation
from signalwatch.simulate.truth import SeenEvent, SeenStory, SentAlert, StoreView, TierMove, Truth, score
from signalwatch.simulate.world import World

START = date(2026, 1, 5)
STEP = timedelta(hours=1)
WATCH = timedelta(hours=6)
GROUPED = timedelta(minutes=3)
"""Alerts of one account wait this long for company (group_wait in routes.yaml)."""
THINKS_FOR = timedelta(hours=20)
"""How long the simulated person takes to answer a recommendation."""
SHOWN = 3
"""Alerts printed in full at the end."""
TOLD = ("alert", "update", "correction", "recommendation")
_EVERYTHING = 10_000_000
_OURS = ("mail", "slack", "webhook", "alerts", "signalwatch.yaml", "accounts.csv", "summary.json", "truth.json")

Progress = Callable[[str], None]


def settings(sim: Simulation, out: Path, database: str) -> dict[str, Any]:
    """The settings file of the demo's service: simulated sources, Slack, e-mail, and HTML files of every alert."""
    return {
        "contact": "demo@signalwatch.example",
        "database": database or f"sqlite:///{(out / 'demo.db').resolve()}",
        "rules": str(config.starter_rules()),
        "accounts": str((out / "accounts.csv").resolve()),
        **sim.world.settings(sim.urls),
        "channels": {
            "slack": {"notifier": "slack", "webhook_url": sim.slack.webhook_url},
            "mail": {
                "notifier": "email",
                "host": sim.mail.host,
                "port": sim.mail.port,
                "tls": "none",
                "sender": "Signalwatch <alerts@signalwatch.example>",
            },
            "files": {
                "notifier": "console",
                "folder": str((out / "alerts").resolve()),
                "stdout": False,
                "formats": ["html", "txt"],
            },
        },
        "operator": {"channel": "files", "recipient": "operator"},
        "service": {"listen": "off"},
        "log": {"level": "error"},
    }


def prepare_folder(out: Path, database: str) -> None:
    """Make the output folder and remove what an earlier demo left there (nothing else)."""
    out.mkdir(parents=True, exist_ok=True)
    for name in _OURS:
        path = out / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    if not database:
        for ending in ("", "-wal", "-shm"):
            (out / f"demo.db{ending}").unlink(missing_ok=True)


def view_of(app: App) -> StoreView:
    """What scoring looks at, read from the store."""
    alerts: dict[str, SentAlert] = {}
    for row in app.store.outbox(limit=_EVERYTHING):
        item, letter = row.item, row.item.dossier
        if item.kind not in TOLD or row.sent_at is None:
            continue
        known = alerts.get(letter.alert_id)
        if known is not None and known.sent_at <= row.sent_at:
            continue
        alerts[letter.alert_id] = SentAlert(
            alert_id=letter.alert_id, account_id=item.account_id, event_type=letter.event_type, kind=item.kind, story_id=item.story_id,
            urls=tuple(e.url for e in letter.evidence if e.url), sent_at=row.sent_at, headline=letter.headline,
        )  # fmt: skip
    events = tuple(SeenEvent(type=e.type, url=e.url, key=e.document_key) for e in app.store.events(limit=_EVERYTHING))
    stories = tuple(
        SeenStory(
            story_id=s.story_id,
            events=tuple(SeenEvent(type=e.type, url=e.url, key=e.document_key) for e in s.events),
        )
        for s in app.store.stories(limit=_EVERYTHING)
    )
    documents = frozenset(d.document.url or d.document.key for d in app.store.iter_documents())
    moves = [
        TierMove(account_id=a.account_id, at=m.at, tier=m.to_tier)
        for a in app.store.accounts()
        for m in app.store.tier_history(a.account_id)
        if m.recommendation_id
    ]
    return StoreView(
        alerts=tuple(alerts.values()),
        events=events,
        documents=documents,
        stories=stories,
        moves=tuple(sorted(moves, key=lambda m: m.at)),
    )


def letters_of(app: App) -> list[Dossier]:
    """Dossiers that went out, each once, in the order they were made."""
    rows = sorted(app.store.outbox(limit=_EVERYTHING), key=lambda r: (r.item.created_at, r.item.outbox_id))
    return list(
        {
            r.item.dossier.alert_id: r.item.dossier for r in rows if r.item.kind in TOLD and r.sent_at is not None
        }.values()
    )


def _shown(letters: list[Dossier]) -> list[Dossier]:
    """A few to print: a recommendation, an alert of the best tier, a bad one."""
    chosen: list[Dossier] = []
    for wanted in (
        lambda d: d.recommendation is not None, lambda d: d.tier == 1, lambda d: d.polarity == "negative", lambda d: True, lambda d: True,
    ):  # fmt: skip
        found = next((d for d in letters if wanted(d) and d not in chosen), None)
        if found is not None and len(chosen) < SHOWN:
            chosen.append(found)
    return chosen


def run_demo(
    *, days: int = 120, seed: int = 7, out: Path = Path("demo-out"), database: str = "", as_json: bool = False, keep_open: bool = False,
    companies: int = 120, faults: bool = True, stream: TextIO | None = None, errors: TextIO | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Run the service through ``days`` simulated days and return the summary of design.md section 11 (and more).

    Args:
        days, seed, companies, faults: the world.
        out: folder for ``.eml``, Slack JSON, HTML and text of every alert, ``summary.json`` and ``truth.json``.
        database: run on this database instead of a fresh SQLite file in ``out``.
        as_json: print the summary as one JSON object, the last line of ``stream``; everything else goes to ``errors``.
        keep_open: keep the simulated sources and sinks listening until interrupted.
    """
    stream, errors = stream or sys.stdout, errors or sys.stderr
    talk = errors if as_json else stream
    started = time.perf_counter()
    prepare_folder(out, database)
    world = World(seed, START, days, companies)
    with Simulation(world, faults=faults, out_dir=out) as sim:
        (out / "accounts.csv").write_text(write_csv(world.accounts()), "utf-8")
        text = yaml.safe_dump(settings(sim, out, database), sort_keys=False)
        (out / "signalwatch.yaml").write_text(text, "utf-8")
        logs.configure(level="error", style="text", stream=errors)
        app = App(
            config.load_text(text, str(out / "signalwatch.yaml"), out),
            clock=sim.clock,
            rng=random.Random(seed),
            owner="demo",
        )
        try:
            _run(app, sim, errors)
            summary = summarise(app, sim, started, out)
            _tell(talk, summary, letters_of(app), out)
            if as_json:
                stream.write(msgspec.json.encode(summary).decode() + "\n")
                stream.flush()
            if keep_open:
                _wait(sim, talk)
        finally:
            app.close()
    return summary


def _run(app: App, sim: Simulation, errors: TextIO) -> None:
    """Tick the service at every instant at which something may be due."""
    app.prepare()
    world, told = sim.world, -1
    watched, answered = world.opens_at, 0
    for now in sim.steps(STEP):
        app.poll_due()
        if any(report.alerts for report in app.assess_all()):
            sim.clock.advance(GROUPED)
        app.deliver_due()
        if now - watched >= WATCH:
            app.upkeep()
            app.watch()
            answered += answer(app, now, answered)
            watched = now
        done = int((now - world.opens_at) / (world.closes_at - world.opens_at) * 40)
        if done != told and errors.isatty():
            told = done
            counts = app.store.counts()
            errors.write(
                f"\r{now:%Y-%m-%d} [{'#' * done}{'.' * (40 - done)}] {counts.get('documents', 0)} documents, "
                f"{counts.get('events', 0)} events, {counts.get('outbox', 0)} messages "
            )
            errors.flush()
    for _ in range(8):  # what was grouped or deferred for the night falls due
        sim.clock.advance(timedelta(hours=3))
        app.deliver_due()
    if errors.isatty():
        errors.write("\n")


def answer(app: App, now: datetime, before: int) -> int:
    """Play the person who decides: approve and dismiss open recommendations in turn; the number answered."""
    waiting = [
        r
        for r in app.store.recommendations(status="open")
        if r.created_at is not None and now - r.created_at >= THINKS_FOR
    ]
    for number, recommendation in enumerate(sorted(waiting, key=lambda r: r.recommendation_id)):
        verdict = "dismissed" if (before + number) % 2 else "approved"
        app.store.decide_recommendation(
            recommendation.recommendation_id, verdict, by="demo", at=now, note="simulated person"
        )
    return len(waiting)


def summarise(app: App, sim: Simulation, started: float, out: Path) -> dict[str, Any]:
    """The summary against the truth; details go to ``truth.json``."""
    result = score(Truth.of(sim.world), view_of(app))
    counts = app.store.counts()
    summary = {
        **{name: counts.get(name, 0) for name in ("documents", "events", "stories", "signals", "recommendations")},
        **{
            name: result[name]
            for name in ("alerts", "precision", "recall", "lost", "duplicates", "latency_p50_s", "latency_p99_s")
        },
        **{name: result[name] for name in ("undetected", "stories_per_happening", "mixed_stories")},
        "published": sum(1 for p in sim.world.publications if p.visible_at >= sim.world.opens_at),
        "noise_share": round(sim.world.noise_share, 3),
        "held": len(app.store.reviews("open", limit=_EVERYTHING)),
        "quarantined": len(app.store.quarantined(limit=_EVERYTHING)),
        "mails": len(sim.mail.messages),
        "slack_posts": len(sim.slack.accepted),
        "faults_met": sum(sim.host.faults.values()),
        "requests": sum(sim.host.requests.values()),
        "wall_s": round(time.perf_counter() - started, 1),
        "peak_rss_mb": peak_rss_mb(),
    }
    (out / "summary.json").write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=1))
    (out / "truth.json").write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1))
    return summary


def _tell(talk: TextIO, summary: dict[str, Any], letters: list[Dossier], out: Path) -> None:
    """Print a few alerts as a person gets them, and the summary."""
    for letter in _shown(letters):
        title, text, _ = render.message(letter.kind, [letter])
        talk.write(f"\n{'=' * 78}\nTo: {letter.owner or 'bd-team'}\nSubject: {title}\n{'-' * 78}\n{text}")
    width = max(map(len, summary))
    talk.write(f"\n{'=' * 78}\n")
    for name, value in summary.items():
        talk.write(f"{name:<{width}}  {value}\n")
    talk.write(
        f"\nMails (.eml), Slack posts, HTML and text of every alert are in {out}; what was missed or wrong is in {out / 'truth.json'}\n"
    )
    talk.flush()


def _wait(sim: Simulation, talk: TextIO) -> None:
    """Keep everything listening until Ctrl-C."""
    talk.write(
        "Simulated sources stay up: " + ", ".join(f"{n} {u}" for n, u in sim.urls.items()) + "\nCtrl-C ends the demo.\n"
    )
    talk.flush()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        talk.write("\n")
