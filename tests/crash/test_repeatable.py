"""A restart must not change what a text says: Python's hashes of strings differ from process to process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

READ = """
from datetime import date
from signalwatch import config, ids
from signalwatch.detect import load
from signalwatch.simulate.world import World
detector = load(config.starter_rules() / "triggers")
texts = sorted({(p.title or "", p.body or "") for p in World(3, date(2026, 1, 5), 12, 60).publications})
texts.append(("Acme Bio Granted Regenerative Medicine Advanced Therapy (RMAT) Designation by FDA for AB-12", ""))
print(len(texts), ids.digest([detector.detect(title, body) for title, body in texts]))
"""


@pytest.mark.slow
def test_detection_says_the_same_in_every_process() -> None:
    asked = [
        subprocess.Popen(
            [sys.executable, "-c", READ],
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in ("0", "1", "2", "3")
    ]
    said = [process.communicate() for process in asked]

    assert [(process.returncode, errors) for process, (_, errors) in zip(asked, said, strict=True)] == [(0, "")] * 4
    assert len({answer for answer, _ in said}) == 1, said
    assert said[0][0].strip()
