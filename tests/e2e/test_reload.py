"""Hot reload: by signal and by watching, atomically, between batches; a bad set is refused, reported and resolved."""

from __future__ import annotations

import re
import shutil
import signal
import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from signalwatch.assess import Assess, Knowledge
from signalwatch.clock import SystemClock
from signalwatch.logs import get
from tests.e2e.outside import DAY, MINUTE, Service, account, running
from tests.e2e.test_service import process
from tests.e2e.test_way import met, study

BROKEN = "\n- id: broken\n  when: { no_such_event: {} }\n  colour: red\n"


@pytest.fixture
def rules(tmp_path: Path, lean_rules: Path) -> Path:
    return Path(shutil.copytree(lean_rules, tmp_path / "rules"))


@pytest.fixture
def service(tmp_path: Path, sqlite_url: str, rules: Path) -> Iterator[Service]:
    with running(tmp_path, sqlite_url, rules=rules) as it:
        yield it


def test_a_change_is_taken_once_it_stands_still(service: Service, rules: Path) -> None:
    """Somebody saves two files one after the other: in between the set is bad, and nobody is alarmed."""
    app, path = service.app, rules / "elevation" / "tier-1-2.yaml"
    before, good = app.pack.hash, path.read_text("utf-8")
    app.watch_rules()
    path.write_text(good + BROKEN, "utf-8")
    app.watch_rules()
    path.write_text(good.replace("id: bad-news", "id: very-bad-news"), "utf-8")
    app.watch_rules()
    assert app.pack.hash == before
    app.watch_rules()

    assert app.pack.rule("very-bad-news") is not None
    assert app.store.operator_alerts(open_only=False) == []


def test_every_file_that_is_wrong_stands_in_one_report(service: Service, rules: Path) -> None:
    """Before, a wrong trigger or family was only told once the rules were right."""
    (rules / "plays.yaml").write_text("- { id: x }\n", "utf-8")
    (rules / "triggers" / "funding_round.yaml").write_text("type: [unclosed", "utf-8")
    (rules / "families.yaml").write_text("- { company: 7 }\n", "utf-8")

    assert service.app.reload_rules() is False
    [refused] = service.app.store.operator_alerts()
    for name in ("plays.yaml:1:3", "funding_round.yaml:1", "families.yaml:1"):
        assert name in refused.message
    assert "^" in refused.message


def test_a_report_stays_readable(service: Service, rules: Path) -> None:
    (rules / "elevation" / "many.yaml").write_text(
        "".join(f"- {{ id: r{i}, when: nope }}\n" for i in range(500)), "utf-8"
    )

    assert service.app.reload_rules() is False
    [refused] = service.app.store.operator_alerts()
    assert "500 errors" in refused.message
    assert re.search(r"\.\.\. and \d+ more: signalwatch rules check$", refused.message)


def test_two_reloads_at_once_end_with_what_stands_in_the_folder(service: Service, rules: Path) -> None:
    """A signal and the watch at the same moment: the slower must not bring back what the quicker has replaced."""
    path = rules / "scoring.yaml"
    text = path.read_text("utf-8")
    for n in range(3):
        path.write_text(text.replace("floor: 0.5", f"floor: 0.{n + 1}"), "utf-8")
        threads = [threading.Thread(target=service.app.reload_rules) for _ in range(3)]
        threads[0].start()
        path.write_text(text.replace("floor: 0.5", f"floor: 0.{n + 5}"), "utf-8")
        for thread in threads[1:]:
            thread.start()
        for thread in threads:
            thread.join()

        assert service.app.pack.scoring.floor == pytest.approx((n + 5) / 10)


def test_no_batch_mixes_two_rule_sets(service: Service, rules: Path) -> None:
    """The set changes at every look: each batch still decides with one, and its decisions name it."""
    met(service)
    service.accounts(account("Brightwater Bio"))
    app, clock = service.app, service.clock
    first = app.pack
    path = rules / "scoring.yaml"
    path.write_text(path.read_text("utf-8").replace("floor: 0.5", "floor: 0.4"), "utf-8")
    assert app.reload_rules()
    packs = [first, app.pack]
    looks: list[str] = []

    def changing() -> Knowledge:
        clock.advance(timedelta(seconds=1))
        known = app.knowledge()
        chosen = packs[len(looks) % 2]
        looks.append(chosen.hash)
        return Knowledge(known.accounts, known.resolver, chosen, known.router, known.accounts_hash)

    clock.advance(DAY)
    service.outside.publish(*[study("2026-03-11", f"NCT9100{n:04d}") for n in range(12)])
    service.polled(after=DAY)
    assess = Assess(app.store, clock, changing, log=get("test"), batch=5)
    while assess.run().events:
        pass

    by_batch: dict[Any, set[str]] = {}
    for decision, _ in app.store.decisions(since=clock.now() - MINUTE, limit=1000):
        by_batch.setdefault(decision.decided_at, set()).add(decision.hashes["ruleset"])
    assert len(by_batch) >= 3
    assert all(len(hashes) == 1 for hashes in by_batch.values())
    assert {h for hashes in by_batch.values() for h in hashes} == {packs[0].hash, packs[1].hash}


def alerts(database: Path) -> list[tuple[str, str, bool]]:
    """Operator alerts as another process sees them: kind, message, whether it is over."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT kind, message, resolved_at IS NOT NULL FROM operator_alert ORDER BY opened_at"
        )
        return [(str(kind), str(message), bool(over)) for kind, message, over in rows]


@pytest.mark.slow
def test_the_real_process_watches_its_folder_and_obeys_a_signal(tmp_path: Path, rules: Path) -> None:
    """Bad by watching: refused and reported. Good by watching: taken and resolved. The same once more by SIGHUP."""

    def as_process(data: dict[str, Any]) -> None:
        data["service"] = {"listen": "127.0.0.1:0", "tick": "1s"}
        data["log"] = {"level": "info", "style": "json"}

    path = rules / "elevation" / "tier-1-2.yaml"
    good = path.read_text("utf-8")
    with running(tmp_path, rules=rules, change=as_process, sources=()) as outside, process(outside.settings) as it:
        first = it.ready()["ruleset"]
        for ask in (lambda: None, lambda: it.signal(signal.SIGHUP)):
            path.write_text(good + BROKEN, "utf-8")
            ask()
            assert any("colour" in p for p in it.until("rules_refused")["problems"])
            it.until("operator_alert")
            assert it.ready()["ruleset"] == first
            kind, message, over = alerts(tmp_path / "service.db")[-1]
            assert (kind, over) == ("bad_rules", False)
            assert "tier-1-2.yaml" in message
            assert 'unknown key "colour"' in message
            assert "no_such_event" in message

            started = SystemClock().now()
            path.write_text(good, "utf-8")
            ask()
            it.until("operator_resolved")
            assert it.until("rules_loaded")["ruleset"] == first
            assert (SystemClock().now() - started).total_seconds() < 15
            assert alerts(tmp_path / "service.db")[-1][2] is True
            assert it.ready()["operator_alerts"] == []
        assert it.stop() == 0
