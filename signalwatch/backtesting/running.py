"""Backtests on a database: loads the history, spreads the screening over the cores, keeps the collector out of the way."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from signalwatch.backtest import Approve, Report, assumed, run
from signalwatch.past import History
from signalwatch.routing import Router
from signalwatch.ruleset import Pack

if TYPE_CHECKING:
    from signalwatch.store import Store

FEW = 20_000
"""Histories of fewer steps are screened in this process: starting others takes longer."""

_work: Callable[[Any], Any] | None = None
_items: Sequence[Any] = ()


def backtest(
    store: Store,
    pack: Pack,
    since: datetime,
    until: datetime,
    *,
    router: Router | None = None,
    approve: Approve | None = None,
    progress: Callable[[int], None] = lambda number: None,
) -> Report:
    """Backtest a pack on what a database holds."""
    with still():
        return report(store.history(since, until), pack, router=router, approve=approve, progress=progress)


def report(
    history: History,
    pack: Pack,
    *,
    router: Router | None = None,
    approve: Approve | None = None,
    progress: Callable[[int], None] = lambda number: None,
    reasons: bool = True,
) -> Report:
    """Backtest a pack on a loaded history, on all cores."""
    mapper = forked if len(history.steps) >= FEW else map
    with still():
        return run(pack, history, router, assumed(history, approve), mapper=mapper, progress=progress, reasons=reasons)


@contextmanager
def still() -> Iterator[None]:
    """No garbage collection for a while: hundreds of thousands of live objects, and nothing in cycles."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def forked(work: Callable[[Any], Any], items: Sequence[Any]) -> Iterable[Any]:
    """``map`` over processes that share what is loaded (fork); plain ``map`` where there is no fork or one core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, items)
        return
    global _work, _items  # what a forked process inherits: neither rules (closures) nor steps can be sent
    _work, _items = work, items
    gc.freeze()
    try:
        with multiprocessing.get_context("fork").Pool(min(cores, len(items))) as pool:
            yield from pool.imap(_call, range(len(items)))
    finally:
        _work, _items = None, ()
        gc.unfreeze()


def _call(number: int) -> Any:
    assert _work is not None
    return _work(_items[number])
