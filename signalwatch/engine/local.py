"""The embedded engine: APScheduler ticks, a thread pool works, the database knows what is due and who holds it.

APScheduler is a clock only (memory job store). Its defaults would drop runs silently, so every job has
``misfire_grace_time=None, coalesce=True, max_instances=1``. The stages are plain idempotent functions behind the small
`Dispatcher` port; `Inline` is its thread-pool adapter.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from apscheduler.executors.pool import ThreadPoolExecutor as SchedulerPool
from apscheduler.schedulers.background import BackgroundScheduler

from signalwatch.clock import Clock


class Dispatcher(Protocol):
    """Hands work to whoever does it. ``key`` names what may not run twice at once (a source, a host)."""

    def submit(self, key: str, work: Callable[[], object]) -> bool:
        """Start ``work`` unless something with the same key is still running; says whether it was started."""

    def running(self) -> int:
        """How many pieces of work are under way."""

    def drain(self, timeout: float) -> bool:
        """Take nothing new, wait for what runs; False when something was still running after ``timeout`` seconds."""


class Inline:
    """A thread pool in this process."""

    def __init__(self, workers: int, on_error: Callable[[str, BaseException], None]) -> None:
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="signalwatch")
        self._running: dict[str, Future[object]] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._on_error = on_error

    def submit(self, key: str, work: Callable[[], object]) -> bool:
        """Start ``work`` unless its key is busy or the engine is stopping."""
        with self._lock:
            if self._closed or key in self._running:
                return False
            future = self._pool.submit(work)
            self._running[key] = future
        future.add_done_callback(lambda done: self._done(key, done))
        return True

    def _done(self, key: str, future: Future[object]) -> None:
        with self._lock:
            self._running.pop(key, None)
        error = future.exception()
        if error is not None:
            self._on_error(key, error)

    def running(self) -> int:
        """How many pieces of work are under way."""
        with self._lock:
            return len(self._running)

    def drain(self, timeout: float) -> bool:
        """Stop taking work and wait for what runs."""
        with self._lock:
            self._closed = True
            futures = list(self._running.values())
        _, open_futures = wait(futures, timeout=timeout)
        self._pool.shutdown(wait=not open_futures, cancel_futures=True)
        return not open_futures


@dataclass(frozen=True, slots=True)
class Tick:
    """A job of the scheduler: what to call, and how often."""

    name: str
    every: timedelta
    call: Callable[[], object]


class LocalEngine:
    """Runs ticks until it is told to stop."""

    def __init__(self, ticks: list[Tick], clock: Clock, *, log: Any) -> None:
        self._ticks = ticks
        self._clock = clock
        self._log = log
        self.last: dict[str, datetime] = {}
        self._under_way = 0
        self._stopping = False
        self._changed = threading.Condition()
        self._scheduler = BackgroundScheduler(
            executors={"default": SchedulerPool(max(4, len(ticks)))},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone="UTC",
        )

    def _run(self, tick: Tick) -> None:
        with self._changed:
            if self._stopping:
                return
            self._under_way += 1
        try:
            tick.call()
        except Exception:  # noqa: BLE001 - the scheduler must live on; the log line is the alarm
            self._log.exception("tick_failed", tick=tick.name)
        else:
            self.last[tick.name] = self._clock.now()
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def start(self) -> None:
        """Start ticking; the first tick of each kind comes at once."""
        for tick in self._ticks:
            self._scheduler.add_job(
                self._run, "interval", args=[tick], seconds=tick.every.total_seconds(), id=tick.name,
                next_run_time=datetime.fromtimestamp(self._clock.now().timestamp(), tz=self._clock.now().tzinfo),
            )  # fmt: skip
        self._scheduler.start()

    def alive(self) -> bool:
        """Whether the scheduler runs."""
        return bool(self._scheduler.running)

    def stop(self, timeout: float = 0.0) -> bool:
        """Stop ticking and wait for ticks under way; False when one still was after ``timeout`` seconds."""
        with self._changed:
            self._stopping = True
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        with self._changed:
            return self._changed.wait_for(lambda: not self._under_way, timeout)
