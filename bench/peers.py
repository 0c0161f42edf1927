"""The libraries signalwatch is measured against, and how a measurement is taken. Peers are optional: requirements/bench.in."""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEERS = {
    "rapidfuzz": "rapidfuzz", "ahocorasick-rs": "ahocorasick_rs", "spacy": "spacy", "rule-engine": "rule_engine",
    "common-expression-language": "cel",
}  # fmt: skip


def installed(package: str) -> bool:
    """Whether a peer, named as on PyPI, can be imported."""
    return find_spec(PEERS[package]) is not None


def missing_line() -> str:
    """One line that says which peers will be skipped; "" when all are there."""
    missing = [package for package in PEERS if not installed(package)]
    return f"peers not installed, skipped: {', '.join(missing)} (make bench-peers)" if missing else ""


def rate(work: Callable[[], int], runs: int = 3) -> float:
    """Median over runs of what ``work`` says it did, per second of CPU time."""
    return rate_over(lambda _: work(), range(runs))


def rate_over(work: Callable[[Any], int], parts: Sequence[Any]) -> float:
    """The same with an input of its own for every run, so that no cache can answer from the run before."""
    rates = []
    for part in parts:
        gc.collect()
        started = time.process_time()
        done = work(part)
        rates.append(done / (time.process_time() - started))
    return statistics.median(rates)


def resident_mb() -> float:
    """Resident memory of this process now, after a collection."""
    gc.collect()
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS")) / 1024


def in_own_process(module: str, argument: str) -> dict[str, Any]:
    """What ``python -m module argument`` prints as JSON on its last line: memory is that of one competitor alone."""
    done = subprocess.run(
        [sys.executable, "-m", module, argument], capture_output=True, text=True, cwd=ROOT, check=False
    )
    if done.returncode:
        return {
            "failed": done.stderr.strip().splitlines()[-1][:200] if done.stderr.strip() else f"exit {done.returncode}"
        }
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def ratio(ours: float, theirs: float) -> float:
    """How many times faster we are, to three figures."""
    return float(f"{ours / theirs:.3g}")


def recorded(relative: str) -> Path | None:
    """A recorded file of SIGNALWATCH_DATA, else of ../shared/data; None when it is not there."""
    path = Path(os.environ.get("SIGNALWATCH_DATA", ROOT.parent / "shared" / "data")) / relative
    return path if path.exists() else None
