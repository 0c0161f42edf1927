"""What would have made a rule fire, in numbers: "10 points short of 50", "61 d too early for the window of 120d".

Computed for people when they ask, never stored: a decision record holds which condition failed and by how much it missed,
and these words may become better without any record becoming wrong.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from signalwatch.model import Signal
from signalwatch.ruleset import units
from signalwatch.ruleset.compare import Comparison
from signalwatch.ruleset.events import EventTest
from signalwatch.ruleset.logic import All, AnyOf, MeasureTest, Not, Same, Within
from signalwatch.ruleset.nodes import Bound, Env, Node, Pool, day, event_time
from signalwatch.ruleset.order import Then

MOST = 3
"""So many things that are missing are named; the rest are counted."""
_UNITS = {"activity": "points", "engagement": "points"}


def comparison(test: Comparison, value: object) -> str:
    """How far a value is from passing, and from which side."""
    shown = units.show(value) if value is not None else "unknown"
    if test.op == "exists" or value is None:
        return f"{test.name} would have to be known" if value is None else f"{test.name} would have to be unknown"
    rank = test.rank(value) if test.rank is not None else None
    if rank is None or not test.limits:
        return f"{test.name} {shown}: {test.holds()} is asked for"
    low = test.limits[0] if test.op in ("gte", "gt", "between") else None
    high = test.limits[-1] if test.op in ("lte", "lt", "between") else None
    if low is not None and rank <= low:
        return _distance(test, value, low - rank, "short of", test.want.partition(" and ")[0])
    if high is not None and rank >= high:
        return _distance(test, value, rank - high, "over", test.want.rpartition(" and ")[2])
    return f"{test.name} {shown}: {test.holds()} is asked for"


def _distance(test: Comparison, value: object, gap: float, side: str, bound: str) -> str:
    if test.name == "personas" and side == "short of":
        return f"{_more(round(gap) or 1, 'persona')} ({units.show(value)} of {bound})"
    if isinstance(value, timedelta):
        return f"{test.name} {units.show_span(value)}: {units.show_span(timedelta(seconds=gap))} {side} {bound}"
    if isinstance(value, units.Money):
        return f"{test.name} {units.show(value)}: {units.show_money(gap)} {side} {bound}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{test.name} {units.show(value)}: {side} {bound}"
    amount = f"{gap:.2f}" if abs(test.limits[0]) <= 1 else f"{gap:.4g}"
    return f"{test.name} {units.show(value)}: {amount} {_UNITS.get(test.name, '')} {side} {bound}".replace("  ", " ")


def _one(label: str) -> str:
    return f"{'an' if label[0] in 'aeiou' else 'a'} {label}"


def _more(number: int, what: str) -> str:
    return f"one more {what}" if number == 1 else f"{number} more {what}s"


def condition(node: Node, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> str:
    """What a condition that does not hold lacks; "" when it holds."""
    if node.find(env, pool, low, high, pinned) is not None:
        return ""
    if isinstance(node, All):
        return _joined([condition(p, env, pool, low, high, False) for p in node.parts], " and ") or _apart(env)
    if isinstance(node, AnyOf):
        return _joined([condition(p, env, pool, low, high, pinned) for p in node.parts], ", or ")
    if isinstance(node, Within):
        return _window(node, env, pool, pinned)
    if isinstance(node, Same):
        return _same(node, env, pool, low, high, pinned)
    if isinstance(node, Then):
        missing = [s for s in node.steps if s.find(env, pool, low, high, False) is None]
        if missing:
            return _joined([condition(s, env, pool, low, high, False) for s in missing], " and ")
        return node.why(env, pool, low, high, pinned)[1]
    if isinstance(node, Not):
        return negation(node, env)
    if isinstance(node, MeasureTest):
        if node.holds(env):
            return f"an event that moves {node.comparison.name}"
        return comparison(node.comparison, env.facts.get(node.comparison.name))
    if isinstance(node, EventTest):
        return event(node, env, pool, low, high, pinned)
    return ""


def _joined(parts: list[str], word: str) -> str:
    known = list(dict.fromkeys(p for p in parts if p))
    more = [f"{len(known) - MOST} more conditions"] if len(known) > MOST else []
    return word.join([*known[:MOST], *more])


def _apart(env: Env) -> str:
    return f"the {env.trigger.type} of {day(env.trigger)} would have to take part in it"


def _window(node: Within, env: Env, pool: Pool, pinned: bool) -> str:
    """Too early or too late by how much; or what is missing at any distance."""
    anyway = condition(node.part, env, pool, None, None, pinned)
    if anyway:
        return anyway
    needed = node.needed(env, pool, pinned)
    length = units.show_duration(node.length)
    if needed is None:
        return f"everything within {length}"
    newest = max((s.at for t in node.types for s in pool.get(t, ())), default=env.at)
    how = "too late" if newest <= env.at else "too far apart"
    return f"{units.show_span(needed - node.length)} {how} for the window of {length}"


def _same(node: Same, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> str:
    path, words = node.why(env, pool, low, high, pinned)
    if path == node.path:
        return f"{words}: they would have to share one {node.key}"
    return condition(node.part, env, pool, low, high, pinned) or words


def negation(node: Not, env: Env) -> str:
    """What stands against it, and from when on it does not any more."""
    found = node.found(env)
    if not found:
        return f"that {node.part.path} does not hold"
    newest = max(found, key=event_time)
    if node.window is None:
        return f"the {newest.type} of {day(newest)} would have to be gone"
    free = newest.at + node.window
    old = units.show_duration(node.window)
    return f"without the {newest.type} of {day(newest)}, or after {free:%Y-%m-%d}, when it is {old} old"


def event(test: EventTest, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> str:
    """What an event test lacks: an event, some more of them, or something of the event that came nearest."""
    inside = test.candidates(env, pool, low, high)
    passing = [s for s in inside if test.accepts(env, s)]
    if passing and len(passing) < test.count:
        return f"{_more(test.count - len(passing), test.label)} ({len(passing)} of {test.count})"
    if passing and test.distinct is not None:
        name, _, least = test.distinct
        have = len(test.values(passing))
        return f"{_more(least - have, f'different {name}')} ({have} of {least})"
    if not inside:
        outside = [s for s in test.candidates(env, pool, None, None) if test.accepts(env, s)]
        return _outside(outside, env, low, high) if outside else _one(test.label)
    reasons = [(test.passed(s), s.at, _field(test, env, s)) for s in inside]
    return max((r for r in reasons if r[2]), key=lambda r: (r[0], r[1]), default=(0, env.at, _one(test.label)))[2]


def _outside(found: list[Signal], env: Env, low: Bound, high: Bound) -> str:
    near = min(found, key=lambda s: abs(s.at - env.at))
    gap, word = _gap(near.at, low, high)
    return f"the {near.type} of {day(near)} is {units.show_span(gap)} too {word} for the window"


def _gap(at: datetime, low: Bound, high: Bound) -> tuple[timedelta, str]:
    if low is not None and at < low:
        return low - at, "early"
    return (at - high if high is not None else timedelta(0)), "late"


def _field(test: EventTest, env: Env, signal: Signal) -> str:
    """What one event lacks: each field that fails, of the alternative that comes nearest."""
    if test.passes(signal):
        failed = test.why_not(env, signal)
        return failed[1] if failed is not None else ""
    options = test.alternatives.get(signal.type, ())
    if not options:
        return ""
    nearest = min(options, key=lambda tests: sum(not t.check(signal) for t in tests))
    missing = [comparison(t.comparison, t.value(signal)) for t in nearest if not t.check(signal)]
    return _joined(missing, " and ")
