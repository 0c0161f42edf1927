"""The whole service on a small simulated world: real HTTP, real SMTP, real database."""

from __future__ import annotations

import email
import email.policy
import io
import json
from pathlib import Path
from typing import Any

import pytest

from signalwatch.explaining import verify_all
from signalwatch.ruleset import load_pack_texts
from signalwatch.simulate.demo import run_demo
from signalwatch.store import open_store
from tests.ruleset.fuzz import shipped

pytestmark = pytest.mark.slow
PROMISED = {
    "documents", "events", "stories", "signals", "recommendations", "alerts", "precision", "recall", "lost", "duplicates",
    "latency_p50_s", "latency_p99_s", "wall_s", "peak_rss_mb",
}  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], str, str]:
    out = tmp_path_factory.mktemp("demo")
    stream, errors = io.StringIO(), io.StringIO()
    summary = run_demo(days=15, seed=7, out=out, companies=60, as_json=True, stream=stream, errors=errors)
    return out, summary, stream.getvalue(), errors.getvalue()


def test_the_summary_is_the_only_line_on_stdout_and_complete(run: tuple[Path, dict[str, Any], str, str]) -> None:
    _, summary, stdout, _ = run

    assert json.loads(stdout) == summary
    assert stdout.count("\n") == 1
    assert summary.keys() >= PROMISED


def test_nothing_is_lost_and_alerts_are_mostly_true(run: tuple[Path, dict[str, Any], str, str]) -> None:
    out, summary, _, _ = run
    details = json.loads((out / "truth.json").read_text("utf-8"))

    assert summary["lost"] == 0, details["lost_happenings"]
    assert summary["alerts"] > 0
    assert summary["precision"] >= 0.75, details["wrong_alerts"]
    assert summary["quarantined"] == 0


def test_alerts_arrive_as_mail_slack_post_html_and_on_screen(run: tuple[Path, dict[str, Any], str, str]) -> None:
    out, summary, _, shown = run
    mails = [
        email.message_from_bytes(p.read_bytes(), policy=email.policy.default)
        for p in sorted((out / "mail").glob("*.eml"))
    ]
    posts = [json.loads(p.read_text("utf-8")) for p in sorted((out / "slack").glob("*.json"))]

    assert len(mails) == summary["mails"] > 0
    assert len(posts) == summary["slack_posts"] > 0
    assert all(m["Message-ID"] and m["To"].endswith("@bd.example") for m in mails)
    assert all(p["text"] for p in posts)
    assert list((out / "alerts").glob("*.html"))
    assert "Subject: " in shown
    assert "https://" in shown


def test_every_decision_of_the_run_can_be_made_again(run: tuple[Path, dict[str, Any], str, str]) -> None:
    """Byte for byte from what the database holds, under other rules than those in force then."""
    out, _, _, _ = run
    running = load_pack_texts(
        {**shipped(), "scoring.yaml": str(shipped()["scoring.yaml"]).replace("floor: 0.5", "floor: 0.4")}
    )
    store = open_store(f"sqlite:///{out / 'demo.db'}")
    try:
        answer = verify_all(store, running)
    finally:
        store.close()

    assert answer["decisions"] > 20
    assert (answer["same"], answer["different"], answer["missing_rule_sets"]) == (answer["decisions"], [], [])
    assert running.hash not in answer["rule_sets"]


def test_one_seed_gives_one_world_and_a_second_run_into_the_same_folder_starts_afresh(
    run: tuple[Path, dict[str, Any], str, str],
) -> None:
    out, first, _, _ = run
    again = run_demo(days=15, seed=7, out=out, companies=60, as_json=True, stream=io.StringIO(), errors=io.StringIO())

    varying = ("wall_s", "peak_rss_mb")
    assert {k: v for k, v in again.items() if k not in varying} == {k: v for k, v in first.items() if k not in varying}
