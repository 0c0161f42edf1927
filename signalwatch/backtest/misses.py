"""Why a rule never held: the first failing conditions, counted over a sample of the history."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from signalwatch import scoring
from signalwatch.backtest.lane import Lane, in_order
from signalwatch.backtest.report import considered
from signalwatch.backtest.screen import rescored
from signalwatch.decide import facts_of_programs
from signalwatch.model import Account, Program, Signal
from signalwatch.past import HISTORY, History, Step
from signalwatch.ruleset import Pack, View
from signalwatch.ruleset.evaluate import outcome
from signalwatch.ruleset.nodes import Env

SAMPLE = 20_000
"""Steps looked at, at most: those of every n-th account."""
PER_RULE = 400
"""Looks per rule, at most."""


def misses(pack: Pack, history: History, rule_ids: Collection[str]) -> dict[str, tuple[int, Mapping[str, int]]]:
    """Looks per rule, and how often each condition was the first that failed. Tiers are taken as they are at the end."""
    wanted = set(rule_ids)
    if not wanted:
        return {}
    accounts = {a.account_id: a for a in history.accounts}
    mine: defaultdict[str, list[Step]] = defaultdict(list)
    for step in history.steps:
        if step.account_id in accounts:
            mine[step.account_id].append(step)
    total = sum(map(len, mine.values()))
    stride = max(1, -(-total // SAMPLE))
    looks: Counter[str] = Counter()
    failed: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for account_id in sorted(mine)[::stride]:
        _account(pack, history, accounts[account_id], mine[account_id], wanted, looks, failed)
    return {rule_id: (looks[rule_id], dict(failed[rule_id])) for rule_id in wanted}


def _account(
    pack: Pack, history: History, account: Account, steps: Sequence[Step], wanted: set[str], looks: Counter[str],
    failed: Mapping[str, Counter[str]],
) -> None:  # fmt: skip
    lane = Lane()
    programs: dict[str, Program] = {}
    for step in steps:
        if step.program is not None:
            programs[step.program.program_id] = step.program
        if step.effect == "corrected" and not step.restated:
            lane.drop(step.signal.signal_id)
            continue
        signal = rescored(step, lane.found.get(step.signal.signal_id), pack)
        lane.put(replace(signal, active=True))
        if step.decided_at < history.since or step.effect == "corrected":
            continue
        rules = [r for r in considered(pack, signal.type) if r.rule_id in wanted and looks[r.rule_id] < PER_RULE]
        if rules:
            env = Env(_view(pack, account, lane, programs, signal, step))
            for rule in rules:
                said = outcome(rule, env)
                looks[rule.rule_id] += 1
                if not said.fired:
                    failed[rule.rule_id][said.failed] += 1


def _view(
    pack: Pack, account: Account, lane: Lane, programs: Mapping[str, Program], signal: Signal, step: Step
) -> View:
    now = step.decided_at
    by_type = lane.since(min(signal.at, now) - HISTORY)
    known = sorted((s for signals in by_type.values() for s in signals), key=in_order)
    facts = scoring.facts_of(account, pack.icp, facts_of_programs(tuple(programs.values()), known, now))
    return View(
        account=account,
        trigger=signal,
        now=now,
        history=known,
        tier=account.tier,
        tier_since=account.tier_since,
        fit=scoring.fit_of(account, pack.icp, facts),
        facts=facts,
        measure=lambda part, at: scoring.measured(part, at, pack.scoring),
    )
