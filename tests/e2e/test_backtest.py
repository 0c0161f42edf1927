"""The service lives through the simulated world; a backtest over what it stored says the same, and what other rules change."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from signalwatch import config, logs
from signalwatch.accounts import write_csv
from signalwatch.app import App
from signalwatch.backtest import Assumptions, Report, run
from signalwatch.routing import Router
from signalwatch.ruleset import Pack, load_pack
from signalwatch.simulate.demo import TOLD, answer, settings
from signalwatch.simulate.simulation import Simulation
from signalwatch.simulate.world import World
from signalwatch.store import Store

DAYS, COMPANIES = 45, 120
STEP, UPKEEP = timedelta(hours=3), timedelta(hours=6)

pytestmark = pytest.mark.slow


def live(folder: Path, rules: Path, *, answered: bool) -> App:
    """The service, every three hours through the world. With ``answered`` a simulated person approves and dismisses in turn."""
    folder.mkdir()
    world = World(7, date(2026, 1, 5), DAYS, COMPANIES)
    with Simulation(world, faults=False, out_dir=folder) as sim:
        (folder / "accounts.csv").write_text(write_csv(world.accounts()), "utf-8")
        data = settings(sim, folder, "") | {"rules": str(rules), "default_channels": ["files"]}
        logs.configure(level="error", style="text")
        given = config.load_text(yaml.safe_dump(data), str(folder / "signalwatch.yaml"), folder)
        app = App(given, clock=sim.clock, rng=random.Random(7), owner="test")
        app.prepare()
        number = 0
        for now in sim.steps(STEP):
            app.poll_due()
            app.assess_all()
            app.deliver_due()
            if (now - world.opens_at) % UPKEEP == timedelta(0):
                app.upkeep()
                app.watch()
                number += answer(app, now, number) if answered else 0
        app.clock.now()
    return app


def again(app: App, pack: Pack, approve: Any) -> Report:
    """A backtest over everything the service stored."""
    store: Store = app.store
    since = min(s.added_at for s in store.sources())
    router = Router(pack.routes, channels=tuple(app.config.channels), default=app.config.settings.default_channels)
    assume = Assumptions(approve=approve, upkeep=UPKEEP, watch=UPKEEP, anchor=since)
    return run(pack, store.history(since, app.clock.now()), router, assume)


def happened(app: App) -> tuple[set[Any], set[Any]]:
    """Alerts per recipient, and proposals with their answers, as the service made them."""
    alerts = {
        (r.item.dossier.decided_at, r.item.account_id, r.item.story_id, r.item.kind, r.item.dossier.headline.split(":")[0],
         tuple(o.rule_id for o in r.item.dossier.rules), r.item.recipient)
        for r in app.store.outbox(limit=100_000) if r.item.kind in TOLD
    }  # fmt: skip
    moves = {
        (m.created_at, m.account_id, m.kind, m.from_tier, m.to_tier, m.rule_ids, m.swap_with, m.because, m.status)
        for m in app.store.recommendations(limit=100_000)
    }
    return alerts, moves


def told(report: Report, pack: Pack) -> tuple[set[Any], set[Any]]:
    """The same of a report. A dossier names live rules only, tier policy has no rule."""
    known = {r.rule_id for r in pack.rules}
    alerts = {
        (
            a.at,
            a.account_id,
            a.story_id,
            a.kind,
            a.headline.split(":")[0],
            tuple(r for r in a.rules if r in known),
            recipient,
        )
        for a in report.alerts
        for recipient in a.recipients
    }
    moves = {
        (m.at, m.account_id, m.kind, m.from_tier, m.to_tier, m.rules, m.swap_with, m.because, m.answer)
        for m in report.moves
    }
    return alerts, moves


def without_rules(alerts: set[Any]) -> set[Any]:
    """Updates and corrections list every rule of their decision; that is the dossier's wording, not who hears of what."""
    return {a if a[3] in ("alert", "recommendation") else (*a[:5], (), a[6]) for a in alerts}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped rules."""
    folder = tmp_path_factory.mktemp("shipped") / "rules"
    shutil.copytree(config.starter_rules(), folder, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    return folder


def changed(rules: Path, folder: Path, file: str, edit: Callable[[str], str]) -> Path:
    """A copy of the rules with one file edited."""
    shutil.copytree(rules, folder)
    before = (folder / file).read_text("utf-8")
    after = edit(before)
    assert after != before
    (folder / file).write_text(after, "utf-8")
    return folder


def test_a_backtest_of_the_same_rules_says_what_the_service_said(tmp_path: Path, rules: Path) -> None:
    """Same alerts to the same people by the same rules, same proposals at the same times with the same answers."""
    app = live(tmp_path / "lived", rules, answered=True)
    alerts, moves = happened(app)
    report = again(app, app.pack, "as-happened")
    mine = told(report, app.pack)
    app.close()

    assert len(alerts) > 15
    assert {m[2] for m in moves} >= {"elevate", "lower"}
    assert without_rules(mine[0]) == without_rules(alerts)
    assert mine[1] == moves
    assert all(a.happened for a in report.alerts)


def test_a_backtest_of_other_rules_says_what_the_service_would_have_said_with_them(tmp_path: Path, rules: Path) -> None:
    """The world is lived twice, with the old and the new rules; a backtest of the new ones on the old past tells the second."""

    def edit(text: str) -> str:
        return text.replace("enter: { fit: 0.5, activity: 50", "enter: { fit: 0.5, activity: 42").replace(
            "dwell: { is: 60d", "dwell: { is: 10d"
        )

    new = changed(rules, tmp_path / "new", "tiers.yaml", edit)
    deals = (
        (new / "elevation" / "tier-1-2.yaml")
        .read_text("utf-8")
        .replace("  when: deal\n", "  when: { deal: { total|gte: 100M USD } }\n")
    )
    (new / "elevation" / "tier-1-2.yaml").write_text(deals, "utf-8")
    old = live(tmp_path / "old", rules, answered=False)
    other = live(tmp_path / "other", new, answered=False)
    pack = load_pack(new)
    expected = happened(other)
    mine = told(again(old, pack, "none"), pack)
    before = happened(old)
    old.close()
    other.close()

    assert expected[0] != before[0]
    assert expected[1] != before[1]
    assert without_rules(mine[0]) == without_rules(expected[0])
    assert mine[1] == expected[1]
