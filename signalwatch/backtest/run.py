"""The whole backtest: screen every account, simulate, report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from signalwatch.backtest.misses import misses
from signalwatch.backtest.report import Report, build
from signalwatch.backtest.screen import Candidates, Screen
from signalwatch.backtest.simulation import Progress, Simulation
from signalwatch.backtest.tally import Tally
from signalwatch.backtest.world import Approve, Assumptions, possible_tiers
from signalwatch.past import History, Step
from signalwatch.routing import Router
from signalwatch.ruleset import Pack

Block = Sequence[tuple[str, Sequence[tuple[int, Step]]]]
"""Accounts with their steps (index and step, in order)."""
Mapper = Callable[[Callable[[Block], Candidates], Sequence[Block]], Iterable[Candidates]]
"""Like ``map``: the shell may do the blocks in several processes."""
BLOCKS = 24


def run(
    pack: Pack,
    history: History,
    router: Router | None = None,
    assume: Assumptions | None = None,
    *,
    mapper: Mapper = map,
    progress: Progress = lambda number: None,
    reasons: bool = True,
) -> Report:
    """Go through a history with a pack.

    Args:
        pack: the rules under test.
        history: what was learned, and what people did (``signalwatch.past``).
        router: routes on the configured channels; default: the pack's own channels.
        assume: what is taken for granted; default: approvals as they happened.
        mapper: does the screening of blocks of accounts.
        progress: told how many more of ``2 * len(history.steps)`` steps were gone through.
        reasons: whether rules that never held get their first failing conditions.
    """
    assume = assume or assumed(history)
    screen = Screen(pack)
    candidates = _screened(screen, history, assume.approve, mapper, progress)
    tally = Tally()
    Simulation(screen, history, router or own_router(pack), candidates, assume, tally).run(progress)
    never = [r.rule_id for r in pack.rules if r.status != "off" and not tally.matches[r.rule_id]] if reasons else []
    return build(pack, history, assume, tally, misses(pack, history, never), _notes(history, assume, tally, pack))


def assumed(history: History, approve: Approve | None = None) -> Assumptions:
    """The assumptions asked for; by default approvals as they happened where there were any, else none."""
    if approve is None:
        approve = "as-happened" if any(p.decided_at is not None for p in history.proposals) else "none"
    return Assumptions(approve=approve)


def own_router(pack: Pack) -> Router:
    """A router on exactly the channels that routes.yaml names ("default" is one channel)."""
    named = tuple(name for name in pack.routes.channels if name != "default")
    return Router(pack.routes, channels=(*named, "default"), default=("default",))


def _screened(screen: Screen, history: History, approve: Approve, mapper: Mapper, progress: Progress) -> Candidates:
    accounts = {a.account_id: a for a in history.accounts}
    tiers = possible_tiers(history, approve)
    steps: defaultdict[str, list[tuple[int, Step]]] = defaultdict(list)
    for index, step in enumerate(history.steps):
        if step.account_id in accounts:
            steps[step.account_id].append((index, step))
        else:
            progress(1)
    blocks: list[list[tuple[str, list[tuple[int, Step]]]]] = [[] for _ in range(min(BLOCKS, max(1, len(steps))))]
    for number, account_id in enumerate(sorted(steps, key=lambda a: -len(steps[a]))):
        blocks[number % len(blocks)].append((account_id, steps[account_id]))

    def work(block: Block) -> Candidates:
        out: Candidates = {}
        for account_id, listed in block:
            known = tiers[account_id] if tiers is not None else None
            out.update(screen.account(accounts[account_id], listed, history.since, known))
        return out

    found: Candidates = {}
    for block, part in zip(blocks, mapper(work, blocks), strict=True):
        found.update(part)
        progress(sum(len(listed) for _, listed in block))
    return found


def _notes(history: History, assume: Assumptions, tally: Tally, pack: Pack) -> list[str]:
    """What a reader has to know of how the numbers came about."""
    words = {
        "as-happened": "proposals get the answer that the same proposal got then; others stay open until they expire",
        "all": f"every proposal is approved after {pack.tiers.act.total_seconds() / 3600:g} h",
        "none": "nobody answers proposals; they expire",
    }
    notes = [f"approvals: {assume.approve} ({words[assume.approve]})"]
    notes.append("accounts, owners and attributes are taken as they are now; tiers as they were at the beginning")
    if tally.foreign:
        notes.append(f"{tally.foreign} decisions left out: their accounts are not on the list any more")
    if tally.muted:
        notes.append(f"{tally.muted} alerts had no recipient (muted, or no channel)")
    if tally.refused:
        plural = "s" if tally.refused > 1 else ""
        notes.append(f"{tally.refused} approval{plural} refused: never_above of tiers.yaml left no room in the tier")
    if pack.routes.attention is not None:
        notes.append(
            f"attention budget {pack.routes.attention} a week: weeks above it are counted, nothing is held back"
        )
    if history.nothing:
        notes.insert(0, history.nothing)
    return notes
