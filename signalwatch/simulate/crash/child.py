"""The service as its own process: every stage on command, until somebody kills it.

One command a line on stdin (``gather``, ``send`` or ``watch``, and the simulated instant), one JSON line as the answer. The
end of stdin is the end of the process, so that none outlives its parent.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TextIO

import msgspec

from signalwatch import config, logs
from signalwatch.app import App
from signalwatch.clock import ManualClock


class StandingClock(ManualClock):
    """Time that only the parent moves: whoever waits has waited already."""

    def sleep(self, seconds: float) -> None:
        """Return at once."""


class Even(random.Random):
    """No chance at all: jitter is always half of what it may be, so that a restart does not shift the schedule."""

    def random(self) -> float:
        """The middle."""
        return 0.5


def serve(settings: Path, now: datetime, commands: TextIO, answers: TextIO) -> None:
    """Start the service as `signalwatch run` does, then obey."""
    logs.configure(level="error", style="text", stream=sys.stderr)
    clock = StandingClock(now)
    app = App(config.load(settings), clock=clock, rng=Even())
    stages: dict[str, Callable[[], object]] = {
        "gather": lambda: [app.poll_due(), app.assess_all()],
        "send": app.deliver_due,
        "watch": app.watch,
    }

    def answer(**values: object) -> None:
        answers.write(msgspec.json.encode(values).decode() + "\n")
        answers.flush()

    try:
        app.take_over()
        app.prepare()
        answer(ready=app.owner)
        for line in commands:
            command, _, instant = line.strip().partition(" ")
            clock.set(datetime.fromisoformat(instant))
            stages[command]()
            answer(done=command)
    finally:
        app.close()
