"""init, demo, check, run, status."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import sys
import threading
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import Any

import click

from signalwatch.clock import SystemClock
from signalwatch.commands.common import configuration, json_option, opened_store, show_json, table
from signalwatch.errors import ConfigError, UsageError

_RELOAD = getattr(signal, "SIGHUP", 0)  # Windows has none


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option(
    "--pack", metavar="NAME", default="",
    help="Rules of your trade: cdmo, central-lab or cro [default: rules for any vendor].",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
def init(folder: Path, pack: str, force: bool) -> int:
    """Write starter settings, accounts.csv and rules into FOLDER.

    \b
    Packs (--pack NAME), each with ideal customer, points, rules, plays and routes:
      cdmo         Contract development and manufacturing organisation (CDMO)
      central-lab  Central laboratory and bioanalytical laboratory
      cro          Contract research organisation (CRO)
    """
    from signalwatch.config import starter_rules

    rules_of_pack = _pack_files(pack, folder / "rules", force) if pack else {}
    folder.mkdir(parents=True, exist_ok=True)
    starters = resources.files("signalwatch") / "starter"
    kept = []
    for name in ("signalwatch.yaml", "accounts.csv"):
        target = folder / name
        if target.exists() and not force:
            kept.append(name)
            continue
        target.write_text((starters / name).read_text("utf-8"), "utf-8")
        click.echo(f"wrote {target}")
    rules = folder / "rules"
    if rules.exists() and not force:
        kept.append("rules/")
    elif rules.resolve() != starter_rules().resolve():
        _write_rules(rules, rules_of_pack)
        click.echo(f"wrote {rules}/" + (f" (pack {pack})" if pack else ""))
    if kept:
        click.echo(f"kept as they are: {', '.join(kept)} (--force overwrites)")
    click.echo(
        "next: edit signalwatch.yaml (contact, channels) and accounts.csv, then: signalwatch check; signalwatch run"
    )
    return 0


def _pack_files(name: str, target: Path, force: bool) -> dict[str, str]:
    """The composed and checked rules of a pack. A folder with rules of another kind is refused, not mixed with them."""
    from signalwatch.config import starter_rules
    from signalwatch.ruleset import load_pack_texts, starters

    files = starters.read(starter_rules(), name)
    load_pack_texts(files)
    about = starters.notes(starter_rules(), name)
    there = [p.relative_to(target).as_posix() for p in sorted(target.glob("elevation/*.yaml"))]
    strange = [f for f in there if f not in files]
    if strange and force:
        raise UsageError(f"{target / strange[0]} is no file of the pack {name}: move {target} away first")
    return {**files, "PACK.md": about}


def _write_rules(target: Path, files: dict[str, str]) -> None:
    """Copy the shipped rules, with the files of a pack in place of those that decide."""
    from signalwatch.config import starter_rules
    from signalwatch.ruleset.pack import SINGLE_FILES

    decide = ("elevation", *SINGLE_FILES) if files else ()
    ignored = shutil.ignore_patterns("__pycache__", "*.py", "packs", *decide)
    shutil.copytree(starter_rules(), target, dirs_exist_ok=True, ignore=ignored)
    for name, text in files.items():
        path = target / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


@click.command()
@click.option("--exit", "exit_", is_flag=True, help="End when the simulated time is over (default: keep the pages up).")
@click.option("--days", type=click.IntRange(5, 720), default=90, show_default=True, help="Simulated days.")
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("demo-out"), show_default=True)
@click.option("--database", default="", help="Run on this database instead of a fresh SQLite file in --out.")
@json_option
def demo(exit_: bool, days: int, seed: int, out: Path, database: str, as_json: bool) -> int:
    """The whole service on a simulated world, over real HTTP, with a local SMTP and Slack-like sink."""
    from signalwatch.simulate.demo import run_demo

    summary = run_demo(days=days, seed=seed, out=out, database=database, as_json=as_json, keep_open=not exit_)
    return 0 if not summary["lost"] and not summary["duplicates"] else 1


@click.command()
@click.option("--online", is_flag=True, help="Also ask every source and channel host once.")
@click.pass_context
def check(ctx: click.Context, online: bool) -> int:
    """Check settings, rules, accounts and database; every problem is reported, not only the first."""
    from signalwatch import config as configs
    from signalwatch.accounts import read_csv
    from signalwatch.app import check_routes
    from signalwatch.decide import crowding
    from signalwatch.errors import SignalwatchError
    from signalwatch.rulebook import detector_of, families_of
    from signalwatch.ruleset import load_pack
    from signalwatch.store import open_store

    bad = 0

    def step(name: str, work: Any) -> Any:
        nonlocal bad
        try:
            answer = work()
        except ConfigError as error:
            bad += 1
            click.echo(f"{name}: {len(error.problems)} problem(s)")
            for problem in error.problems:
                click.echo(f"  {problem}")
            return None
        except SignalwatchError as error:
            bad += 1
            click.echo(f"{name}: {error}")
            return None
        return answer

    settings = step("settings", lambda: configs.load(Path(ctx.find_root().obj)))
    if settings is None:
        return 1
    click.echo(f"settings: ok ({len(settings.sources)} sources, channels: {', '.join(settings.channels) or 'none'})")
    folder = settings.rules_folder
    pack = step("rules", lambda: load_pack(folder))
    if pack is not None:
        click.echo(f"rules: ok ({len(pack.rules)} rules, {len(pack.warnings)} warnings, set {pack.hash[:10]})")
        for warning in pack.warnings:
            click.echo(f"  {warning}")
        step("routes", lambda: check_routes(pack, settings))
    if (detector := step("triggers", lambda: detector_of(folder))) is not None:
        click.echo(f"triggers: ok ({len(detector.types)} types)")
    if step("families", lambda: families_of(folder)) is not None:
        click.echo("families: ok")
    if settings.settings.accounts:
        result = step("accounts", lambda: read_csv(settings.folder / settings.settings.accounts))
        if result is not None:
            click.echo(f"accounts: {len(result.accounts)} good rows, {len(result.problems)} problem(s)")
            for problem in result.problems:
                click.echo(f"  {problem}")
            bad += not result.accounts
            held = Counter(a.tier for a in result.accounts)
            for sentence in crowding(pack.tiers, held, len(result.accounts)) if pack is not None else ():
                click.echo(f"  note: {sentence} (rules/tiers.yaml)")
    store = step("database", lambda: open_store(settings.database_url))
    if store is not None:
        problems = store.check()
        bad += bool(problems)
        click.echo(f"database: {'; '.join(problems) or 'ok'} ({store.url_masked})")
        store.close()
    if online and not bad:
        bad += _online(settings)
    click.echo("all good" if not bad else "problems found: see above")
    return 1 if bad else 0


def _online(settings: Any) -> int:
    """Poll each source's first page without storing anything; says what the server answered."""
    from signalwatch.app import App
    from signalwatch.probe import probe

    bad = 0
    app = App(settings)
    try:
        for source_id, answer in probe(app):
            bad += not answer.startswith("ok")
            click.echo(f"  {source_id}: {answer}")
    finally:
        app.close()
    return bad


@click.command()
@click.option("--once", is_flag=True, help="One round of every stage, then stop.")
@click.pass_context
def run(ctx: click.Context, once: bool) -> int:
    """The service: poll, assess, deliver. SIGTERM and SIGINT stop it gracefully, SIGHUP reloads the rules."""
    from signalwatch import logs
    from signalwatch.app import App

    settings = configuration(ctx)
    logs.configure(level=settings.settings.log.level, style=settings.settings.log.style)
    app = App(settings)
    try:
        if once:
            app.prepare()
            app.cycle()
            return 0
        stop = threading.Event()
        asked: queue.SimpleQueue[int] = queue.SimpleQueue()

        def listen() -> None:
            while True:
                if asked.get() == _RELOAD:
                    threading.Thread(target=app.reload_rules, daemon=True).start()
                else:
                    app.stop.set()
                    stop.set()

        # A handler interrupts the main thread anywhere, also inside stop.wait() with the event's lock held; setting the
        # event there would wait for that lock for ever. SimpleQueue.put is made for this (docs.python.org/3/library/queue).
        threading.Thread(target=listen, name="signals", daemon=True).start()
        for number in (signal.SIGTERM, signal.SIGINT, *([_RELOAD] if _RELOAD else [])):
            signal.signal(number, lambda number, _: asked.put(number))
        clean = app.run(until=stop)
    finally:
        app.close()
    if not clean:  # all is handed back; a thread that hangs in a server's answer would keep the process for minutes
        sys.stdout.flush()
        os._exit(0)
    return 0


@click.command()
@json_option
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> int:
    """Sources, lag, queue depths, last success, open operator alerts. Exit code 1 when something is wrong."""
    now = SystemClock().now()
    with opened_store(ctx) as store:
        sources, alerts = store.sources(), store.operator_alerts(open_only=True)
        lag, counts = store.lag(now), store.counts()
    if as_json:
        show_json({"sources": sources, "operator_alerts": alerts, "lag": lag, "counts": counts})
        return 1 if alerts else 0
    table(
        ["source", "last success", "due", "failures", "documents", "events", "quarantined", "last error"],
        [
            [s.source_id, s.last_success_at, s.due_at, s.failures, s.documents, s.events, s.quarantined, s.last_error]
            for s in sources
            if s.enabled
        ],
    )
    click.echo("")
    click.echo("  ".join(f"{k} {v}" for k, v in counts.items()))
    click.echo("  ".join(f"{k} {float(v):.0f}" for k, v in lag.items()))
    for alert in alerts:
        click.echo(f"! {alert.kind} {alert.subject}: {alert.message}")
    if not alerts:
        click.echo("no open operator alerts")
    return 1 if alerts else 0
