"""The service as its operator meets it: accounts from a CSV, rules that change under it, and the real process."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from signalwatch.clock import SystemClock
from tests.data import ROOT
from tests.e2e.outside import DAY, Service, account, command, record, running

ACCOUNTS = """account_id,name,legal_name,website_domain,cik,tier,owner
brightwater,Brightwater Bio,"Brightwater Bio, Inc.",brightwater.example,1900002,2,kim@bd.example
quillfern,Quillfern Therapeutics,"Quillfern Therapeutics, Inc.",quillfern.example,1900001,3,sam@bd.example
,,,,,,
nine,Ninefold Labs,,,not-a-number,3,
odd,Oddment Pharma,,,,7,
"""


@pytest.fixture
def rules(lean_rules: Path, tmp_path: Path) -> Path:
    """Rules of this test's own, to be edited."""
    return Path(shutil.copytree(lean_rules, tmp_path / "rules"))


@pytest.fixture
def service(tmp_path: Path, sqlite_url: str, rules: Path) -> Iterator[Service]:
    """The service on rules that may be edited."""
    with running(tmp_path, sqlite_url, rules=rules) as it:
        yield it


# --- accounts ---------------------------------------------------------------------------------------------------------


def test_accounts_come_from_a_csv_and_bad_rows_are_reported_beside_the_good(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text(ACCOUNTS, "utf-8")

    def names() -> list[str]:
        return sorted(a.account_id for a in service.app.store.accounts())

    dry = command(capsys, service.settings, "accounts", "import", str(file), "--dry-run")
    assert dry.code == 1
    assert "would be" in dry.out
    assert names() == []
    first = command(capsys, service.settings, "accounts", "import", str(file))
    assert first.code == 1
    assert re.search(r"accounts\.csv:5:\d+: .*not-a-number", first.out)
    assert re.search(r"accounts\.csv:6:\d+: .*7", first.out)
    assert {"brightwater", "quillfern"} <= set(names())

    again = command(capsys, service.settings, "accounts", "import", str(file), "--json").json()
    assert (again["added"], again["changed"]) == (0, 0)
    assert command(capsys, service.settings, "accounts", "import", str(tmp_path / "absent.csv")).code == 2

    renamed = tmp_path / "renamed.csv"  # found by CIK, though it has no id
    renamed.write_text("name,cik,owner\nBrightwater Bio,1900002,ana@bd.example\n", "utf-8")
    assert command(capsys, service.settings, "accounts", "import", str(renamed), "--json").json()["changed"] == 1
    kept = next(a for a in service.app.store.accounts() if a.account_id == "brightwater")
    assert (kept.owner, kept.tier) == ("ana@bd.example", 2)

    out = tmp_path / "out.csv"
    assert command(capsys, service.settings, "accounts", "export", str(out)).code == 0
    back = command(capsys, service.settings, "accounts", "import", str(out), "--json")
    assert (back.code, back.json()["changed"]) == (0, 0)


def test_imported_accounts_count_from_the_next_batch_on(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.round()
    service.outside.publish(record("NCT90000005", updated="2026-03-11", first_post="2026-03-11"))
    service.clock.advance(DAY)
    (tmp_path / "accounts.csv").write_text(ACCOUNTS, "utf-8")
    command(capsys, service.settings, "accounts", "import", str(tmp_path / "accounts.csv"))
    service.round()

    assert {r.item.account_id for r in service.letters("alert", "recommendation")} == {"brightwater"}


# --- rules ------------------------------------------------------------------------------------------------------------


def test_a_bad_rule_set_is_refused_and_a_good_one_swapped_in(service: Service, rules: Path) -> None:
    service.accounts(account("Brightwater Bio"))
    app, path = service.app, rules / "elevation" / "tier-1-2.yaml"
    before, text = app.pack.hash, path.read_text("utf-8")
    path.write_text(text + "\n- id: broken\n  when: { no_such_event: {} }\n  colour: red\n", "utf-8")

    assert app.reload_rules() is False
    assert app.pack.hash == before
    [refused] = app.store.operator_alerts(open_only=True)
    assert refused.kind == "bad_rules"
    assert re.search(r"tier-1-2\.yaml:\d+:\d+: error: .*colour", refused.message)
    assert "no_such_event" in refused.message

    service.round()  # work goes on under the old set
    service.outside.publish(record("NCT90000006", updated="2026-03-11", first_post="2026-03-11"))
    service.clock.advance(DAY)
    service.round()
    assert service.letters("alert", "recommendation")
    assert {r.item.channel for r in service.letters("operator")} == {"ops"}

    path.write_text(text.replace("id: bad-news", "id: very-bad-news"), "utf-8")
    assert app.reload_rules() is True
    assert app.pack.hash != before
    assert app.pack.rule("very-bad-news") is not None
    app.deliver_due()
    assert app.store.operator_alerts(open_only=True) == []
    assert [r.item.dossier.headline.startswith("Resolved: ") for r in service.letters("resolve")] == [True]
    assert not any("bad_rules" in post or "rule set refused" in post for post in service.posts())


def test_a_refused_trigger_file_changes_nothing_either(service: Service, rules: Path) -> None:
    detector = service.app.detector
    (rules / "triggers" / "funding_round.yaml").write_text("type: [unclosed", "utf-8")

    assert service.app.reload_rules() is False
    assert service.app.detector is detector
    [refused] = service.app.store.operator_alerts(open_only=True)
    assert "funding_round.yaml:1" in refused.message


# --- the process ------------------------------------------------------------------------------------------------------


class Process:
    """``signalwatch run`` on a settings file; its log lines are read one by one."""

    def __init__(self, settings: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "signalwatch.cli", "-c", str(settings), "run"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        self.lines: list[dict[str, Any]] = []
        self.port = int(str(self.until("started")["listen"]).removeprefix("port "))

    def until(self, event: str) -> dict[str, Any]:
        """Read log lines up to the next one of this kind."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            found: dict[str, Any] = json.loads(line)
            self.lines.append(found)
            if found["event"] == event:
                return found
        assert self._process.stderr is not None
        raise AssertionError(f"the service ended before it said {event!r}: {self._process.stderr.read()[-2000:]}")

    def get(self, path: str) -> tuple[int, str]:
        """Ask the health server."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def ready(self) -> dict[str, Any]:
        """Wait until /readyz is 200 and give its report."""
        for _ in range(200):
            status, body = self.get("/readyz")
            if status == 200:
                return dict(json.loads(body))
            SystemClock().sleep(0.05)
        raise AssertionError(f"never ready: {body}")

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        self.signal(signal.SIGTERM)
        out, _ = self._process.communicate(timeout=20)
        self.lines += [json.loads(line) for line in out.splitlines()]
        return self._process.returncode

    def kill(self) -> None:
        """Make sure that it is gone."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate(timeout=20)


@contextmanager
def process(settings: Path) -> Iterator[Process]:
    """A running service that is gone at the end."""
    it = Process(settings)
    try:
        yield it
    finally:
        it.kill()


@pytest.mark.slow
def test_the_real_process_is_ready_counts_reloads_and_stops(tmp_path: Path, rules: Path) -> None:
    def as_process(data: dict[str, Any]) -> None:
        data["service"] = {"listen": "127.0.0.1:0", "tick": "1s"}
        data["log"] = {"level": "info", "style": "json"}

    with running(tmp_path, rules=rules, change=as_process) as outside:
        lately = (SystemClock().now() - 3 * DAY).date().isoformat()  # the process lives by the machine's clock
        outside.outside.publish(record("NCT90000001", updated=lately, first_post="2026-01-12"))
        with process(outside.settings) as it:
            report = it.ready()
            assert report["problems"] == []
            assert it.get("/livez")[0] == 200
            assert it.get("/nothing")[0] == 404
            while sum(line["event"] == "source_run" for line in it.lines) < 3:
                it.until("source_run")
            metrics = it.get("/metrics")[1]
            assert 'signalwatch_polls_total{ok="true",source="registry"} 1.0' in metrics
            assert 'signalwatch_documents_total{source="registry"} 1.0' in metrics

            it.signal(signal.SIGHUP)
            assert it.until("rules_loaded")["ruleset"] == report["ruleset"]
            (rules / "tiers.yaml").write_text("tiers: nonsense\n", "utf-8")
            it.signal(signal.SIGHUP)
            assert any("tiers.yaml" in p for p in it.until("rules_refused")["problems"])
            it.until("operator_alert")
            after = it.ready()
            assert after["ruleset"] == report["ruleset"]
            assert any(a.startswith("bad_rules") for a in after["operator_alerts"])

            assert it.stop() == 0
            assert it.lines[-1]["event"] == "stopped"
            assert it.lines[-1]["clean"] is True


@pytest.mark.slow
def test_the_real_process_refuses_wrong_settings_with_one_message(tmp_path: Path) -> None:
    path = tmp_path / "signalwatch.yaml"
    path.write_text(yaml.safe_dump({"databse": "sqlite:///x.db", "service": {"listen": 5}}), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "signalwatch.cli", "-c", str(path), "run"], capture_output=True, text=True, cwd=ROOT
    )

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "unknown key 'databse'" in done.stderr
    assert "service.listen" in done.stderr
