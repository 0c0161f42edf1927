"""When to kill: seeded plans, and the threads that carry them out."""

from __future__ import annotations

import math
import os
import random
import signal
import threading
from collections import Counter
from pathlib import Path
from typing import Literal

from signalwatch.clock import SystemClock
from signalwatch.model import Struct

Kind = Literal["moment", "commit", "start", "in_flight", "answered"]
KINDS: dict[Kind, int] = {"moment": 40, "commit": 25, "start": 10, "in_flight": 15, "answered": 10}
"""How often each kind of kill is drawn.

moment: some time after a step began. commit: as soon as the database's log is written after such a moment. start: while the
service starts after the kill before. in_flight: a message has arrived and its sender waits for the answer. answered: the
answer is on its way, the sender may or may not have written it down.
"""
SHORTEST, LONGEST = 0.005, 2.0
_COMMIT_PATIENCE = 2.0
_real = SystemClock()


class Plan(Struct, frozen=True, kw_only=True):
    """One kill: its kind, the step at which it is armed, and seconds of real time until it strikes."""

    kind: Kind
    step: int
    delay: float


def draw(rng: random.Random, kills: int, steps: int) -> list[Plan]:
    """``kills`` plans over ``steps`` steps, by step. Short delays are as likely as long ones (log-uniform)."""
    plans: list[Plan] = []
    for kind in rng.choices(list(KINDS), weights=list(KINDS.values()), k=kills):
        delay = math.exp(rng.uniform(math.log(SHORTEST), math.log(LONGEST)))
        if kind == "answered":
            delay = rng.uniform(0.0, 0.004)
        step = rng.randrange(max(1, int(steps * 0.95)))
        if kind == "start" and all(p.kind != "start" for p in plans):
            step = 0  # the very first start makes the database
        plans.append(Plan(kind=kind, step=step, delay=delay))
    return sorted(plans, key=lambda p: (p.step, p.kind, p.delay))


class Killer:
    """Arms plans as steps begin and kills the process that is current then.

    Args:
        plans: from `draw`.
        wal: SQLite's log, watched by ``commit`` kills.
    """

    def __init__(self, plans: list[Plan], wal: Path) -> None:
        self._waiting = list(plans)
        self._wal = wal
        self._lock = threading.Lock()
        self._step = 0
        self._pid = 0
        self._timed: threading.Thread | None = None
        self.done: Counter[str] = Counter()

    @property
    def left(self) -> int:
        """Plans that have not struck."""
        return len(self._waiting) + (self._timed is not None and self._timed.is_alive())

    def started(self, pid: int) -> None:
        """A new process runs; it may be killed while it starts."""
        with self._lock:
            self._pid = pid
        self._arm(("start",))

    def step(self, number: int) -> None:
        """A step begins."""
        self._step = number
        self._arm(("moment", "commit"))

    def hurry(self) -> None:
        """The world ends: what still waits for its occasion strikes at some moment of the next steps."""
        with self._lock:
            self._waiting = [Plan(kind="moment", step=0, delay=min(p.delay, 0.2)) for p in self._waiting]

    def arrival(self) -> None:
        """A sink took a message and has not answered yet (called on the sink's thread)."""
        plan = self._take(("in_flight", "answered"))
        if plan is None:
            return
        if plan.kind == "in_flight":
            self._strike(plan)
        else:
            threading.Thread(target=self._later, args=(plan, self._pid), daemon=True).start()

    def _take(self, kinds: tuple[Kind, ...]) -> Plan | None:
        with self._lock:
            for place, plan in enumerate(self._waiting):
                if plan.kind in kinds and plan.step <= self._step:
                    return self._waiting.pop(place)
        return None

    def _arm(self, kinds: tuple[Kind, ...]) -> None:
        """Start the next timed plan, one at a time."""
        if self._timed is not None and self._timed.is_alive():
            return
        plan = self._take(kinds)
        if plan is not None:
            self._timed = threading.Thread(target=self._later, args=(plan, None), daemon=True)
            self._timed.start()

    def _later(self, plan: Plan, pid: int | None) -> None:
        _real.sleep(plan.delay)
        if plan.kind == "commit":
            self._await_write()
        self._strike(plan, pid)

    def _await_write(self) -> None:
        before, waited = self._log_state(), 0.0
        while waited < _COMMIT_PATIENCE and self._log_state() == before:
            _real.sleep(0.0005)
            waited += 0.0005

    def _log_state(self) -> tuple[int, int]:
        try:
            stat = self._wal.stat()
        except OSError:
            return 0, 0
        return stat.st_size, stat.st_mtime_ns

    def _strike(self, plan: Plan, pid: int | None = None) -> None:
        """Kill the current process (only ``pid``, if given); a blow that finds nobody is saved for later."""
        with self._lock:
            target = self._pid if pid in (None, self._pid) else 0
            if not target:
                self._waiting.insert(0, plan)
                return
            self._pid = 0
            os.kill(target, signal.SIGKILL)  # nobody has waited for it yet, so the number is still its own
            self.done[plan.kind] += 1

    def gone(self) -> None:
        """The process ended; until `started` there is nobody to kill. Call before waiting for it."""
        with self._lock:
            self._pid = 0
