"""The demo command: the promised summary, the same for the same seed, and its exit code."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from signalwatch.simulate.demo import run_demo
from tests.e2e.outside import command

pytestmark = pytest.mark.slow
PROMISED = (
    "documents", "events", "stories", "signals", "recommendations", "alerts", "precision", "recall", "lost", "duplicates",
    "latency_p50_s", "latency_p99_s", "wall_s", "peak_rss_mb",
)  # fmt: skip


def demo(out: Path, seed: int) -> dict[str, Any]:
    """A small demo of twenty days."""
    return run_demo(days=20, seed=seed, out=out, companies=20, as_json=True, stream=io.StringIO(), errors=io.StringIO())


def test_the_summary_is_complete_and_nothing_is_lost(tmp_path: Path) -> None:
    """That one seed gives one world is proven by `tests/simulate/test_demo.py`, which runs one twice."""
    summary = demo(tmp_path / "a", 11)

    assert [name for name in PROMISED if not isinstance(summary.get(name), int | float)] == []
    assert summary["documents"] > 50
    assert summary["alerts"] > 0
    assert summary["lost"] == summary["duplicates"] == 0


def test_the_command_prints_one_json_object_last(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = command(
        capsys, tmp_path / "unused.yaml",
        "demo", "--exit", "--json", "--days", "5", "--seed", "3", "--out", str(tmp_path / "out"),
    )  # fmt: skip

    summary = json.loads(ran.out.splitlines()[-1])
    assert set(PROMISED) <= set(summary)
    assert ran.code == (0 if not summary["lost"] and not summary["duplicates"] else 1)
    assert json.loads((tmp_path / "out" / "summary.json").read_text("utf-8")) == summary
