"""Evaluates rules over one account's history: which fire, by which events, and why the others do not. Pure.

What *late* means: the triggering event is older than another event of the match (it completed the past), or it was first
seen more than ``late_after`` (tiers.yaml) after it happened. A late firing fires all the same and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from signalwatch import ids
from signalwatch.model import RuleOutcome, Signal
from signalwatch.ruleset import tips, units
from signalwatch.ruleset.compare import Comparison
from signalwatch.ruleset.events import EventTest
from signalwatch.ruleset.fields import SILENCE
from signalwatch.ruleset.logic import moves
from signalwatch.ruleset.nodes import Env, Tree, View, Witness, brief, event_time
from signalwatch.ruleset.rules import Rule

LATE_AFTER = timedelta(days=7)
MAX_LOOKBACK = 500
"""Earlier events looked at for one cool-down; an account with more in the window has cooled down anyway."""


def outcome(rule: Rule, env: Env, late_after: timedelta = LATE_AFTER) -> RuleOutcome:
    """What one rule says of one view."""
    witness, path, words = _decide(rule, env)
    if witness is None:
        return RuleOutcome(
            rule_id=rule.rule_id,
            fired=False,
            status=rule.status,
            title=rule.title,
            alert=rule.alert,
            failed=path,
            missed_by=words,
            file=rule.file,
            line=rule.line,
        )
    return RuleOutcome(
        rule_id=rule.rule_id,
        fired=True,
        status=rule.status,
        title=rule.title,
        because=rule.because.fill(witness, env.facts),
        points=rule.points,
        propose_tier=rule.propose_tier,
        play=rule.play,
        alert=rule.alert,
        late=is_late(env, witness, late_after),
        signals=tuple(s.signal_id for s in witness),
        file=rule.file,
        line=rule.line,
    )


def _decide(rule: Rule, env: Env) -> tuple[Witness | None, str, str]:
    """The witness, or None with the first failing condition and by how much it missed."""
    env.brief = False
    for test in rule.for_:
        if test.name not in env.view.assume and not test.test(env.facts.get(test.name)):
            return None, test.path, test.miss(env.facts.get(test.name))
    witness = match(rule, env)
    if witness is None:
        path, words = rule.when.why(env, env.by_type, None, None, True)
        return None, path, words
    for block in rule.unless:
        if block.find(env, env.by_type, None, None, False) is None:
            path, words = block.why(env, env.by_type, None, None, False)
            return None, path, words
    if rule.cooldown is not None:
        before = fired_before(rule, env)
        if before is not None:
            length = units.show_duration(rule.cooldown.length)
            return None, "cooldown", f"fired on {before:%Y-%m-%d} already, less than {length} ago"
    return witness, "", ""


def match(rule: Rule, env: Env) -> Witness | None:
    """The events that make ``when`` true with the trigger among them, or None."""
    pin = env.pin
    quick = rule.quick.get(pin.type)
    if pin.type not in rule.quick or (quick is not None and not quick(pin)):
        if not rule.measures or not any(moves(m, env.trigger) for m in rule.measures):
            return None
    elif rule.single:
        return (pin,)
    return rule.when.find(env, env.by_type, None, None, True)


def is_late(env: Env, witness: Sequence[Signal], late_after: timedelta = LATE_AFTER) -> bool:
    """Whether the firing is late (module docstring)."""
    trigger = env.trigger
    if trigger.type == SILENCE:
        return False
    if any(s.at > trigger.at for s in witness):
        return True
    seen = trigger.first_seen_at
    return seen is not None and seen - trigger.at > late_after


def fired_before(rule: Rule, env: Env) -> datetime | None:
    """When the rule last fired, if that is within its cool-down.

    Nothing is stored for this: the rule is put to each earlier event of the history as it was known then, oldest
    first, so that a firing which was itself held back by the cool-down does not extend it. Tier and fit are taken as
    they are now; activity is measured as it was.
    """
    cooldown = rule.cooldown
    if cooldown is None:
        return None
    trigger = env.trigger
    now = env.view.now
    history = env.view.history
    if rule.reads is not None:  # what it never looks at is left out: most of the history
        history = [s for s in history if s.type in rule.reads]
    keys = [(s.decided_at or s.first_seen_at or s.at, s.at, s.signal_id) for s in history]
    earlier = sorted(
        (key, s)
        for key, s in zip(keys, history, strict=True)
        if s.signal_id != trigger.signal_id
        and not s.quiet  # first contact told nobody
        and key[0] <= now
        and (cooldown.per == "account" or s.program_id == trigger.program_id)
        and _of_interest(rule, s)
    )[-MAX_LOOKBACK:]
    last: datetime | None = None
    for key, signal in earlier:
        at = key[0]
        if last is not None and at - last < cooldown.length:
            continue
        known = [s for k, s in zip(keys, history, strict=True) if k <= key]
        view = replace(env.view, trigger=signal, history=known, now=at, activity=None)
        if would_fire(rule, Env(view)):
            last = at
    return last if last is not None and now - last < cooldown.length else None


def _of_interest(rule: Rule, signal: Signal) -> bool:
    """Whether an event could make the rule fire at all."""
    if rule.measures:
        return True
    if signal.type not in rule.types:
        return False
    quick = rule.quick.get(signal.type)
    return quick is None or quick(signal)


def would_fire(rule: Rule, env: Env, *, screened: bool = False) -> bool:
    """Whether the rule holds, its cool-down left aside (a backtest keeps its own).

    ``screened``: the caller knows already that the trigger passes the rule's quick test.
    """
    env.brief = True
    for test in rule.for_:
        if test.name not in env.view.assume and not test.test(env.facts.get(test.name)):
            return False
    if not screened:
        if match(rule, env) is None:
            return False
    elif not rule.single and rule.when.find(env, env.by_type, None, None, True) is None:
        return False
    for block in rule.unless:  # noqa: SIM110 - a generator costs more than the test
        if block.find(env, env.by_type, None, None, False) is None:
            return False
    return True


def explain(rule: Rule, view: View) -> Tree:
    """The whole condition tree of a rule with its values: what held, what did not, by how much. JSON-able.

    Keys: rule, title, status, file, line, fired, failed, missed_by, tip (what would have made it fire), because, late,
    trigger, for, when, unless, cooldown. Nodes: op, path, ok, wanted, got, missed, events, parts.
    """
    env = Env(view)
    said = outcome(rule, env)
    tree: Tree = {
        "rule": rule.rule_id,
        "title": rule.title,
        "status": rule.status,
        "file": rule.file,
        "line": rule.line,
        "fired": said.fired,
        "failed": said.failed,
        "missed_by": said.missed_by,
        "tip": "" if said.fired else tip(rule, env),
        "because": said.because,
        "late": said.late,
        "trigger": brief(view.trigger),
        "for": [_account_test(t, env) for t in rule.for_],
        "when": rule.when.tree(env, env.by_type, None, None),
        "unless": [b.tree(env, env.by_type, None, None) for b in rule.unless],
    }
    if rule.cooldown is not None:
        before = fired_before(rule, env)
        tree["cooldown"] = {
            "for": units.show_duration(rule.cooldown.length),
            "ok": before is None,
            "fired_before": before.isoformat() if before is not None else None,
            "until": (before + rule.cooldown.length).isoformat() if before is not None else None,
        }
    return tree


def tip(rule: Rule, env: Env) -> str:
    """What would have made a rule fire that did not: everything that is missing of the first of for, when, unless, cool-down."""
    failing = [t for t in rule.for_ if t.name not in env.view.assume and not t.test(env.facts.get(t.name))]
    if failing:
        return " and ".join(tips.comparison(t, env.facts.get(t.name)) for t in failing)
    if match(rule, env) is None:
        return tips.condition(rule.when, env, env.by_type, None, None, True)
    blocks = [b for b in rule.unless if b.find(env, env.by_type, None, None, False) is None]
    if blocks:
        return " and ".join(tips.negation(b, env) for b in blocks)
    before = fired_before(rule, env)
    if before is not None and rule.cooldown is not None:
        return f"an event after {before + rule.cooldown.length:%Y-%m-%d %H:%M} UTC, when the cool-down is over"
    return ""


def _account_test(test: Comparison, env: Env) -> Tree:
    value = env.facts.get(test.name)
    ok = test.name in env.view.assume or test.test(value)
    tree: Tree = {"op": "for", "path": test.path, "ok": ok, "wanted": test.holds()}
    tree["got"] = units.show(value) if value is not None else "unknown"
    if not ok:
        tree["missed"] = test.miss(value)
    return tree


def explain_text(tree: Tree) -> str:
    """The tree of ``explain`` for people."""
    verdict = "fires" if tree["fired"] else f"does not fire: {tree['missed_by']} ({tree['failed']})"
    lines = [f"{tree['rule']} ({tree['file']}:{tree['line']}, {tree['status']}) {verdict}"]
    if tree["because"]:
        lines.append(f"  because {tree['because']}")
    for name in ("for", "when", "unless"):
        value = tree[name]
        parts = value if isinstance(value, list) else [value]
        if parts:
            lines.append(f"  {name}:")
            lines += _lines(parts, 2)
    cooldown = tree.get("cooldown")
    if cooldown is not None:
        state = (
            "free" if cooldown["ok"] else f"fired on {cooldown['fired_before'][:10]}, until {cooldown['until'][:10]}"
        )
        lines.append(f"  cooldown {cooldown['for']}: {state}")
    if tree["tip"]:
        lines.append(f"  would have tipped it: {tree['tip']}")
    return "\n".join(lines)


def _lines(parts: Iterable[Any], depth: int) -> Iterator[str]:
    for part in parts:
        mark = "+" if part["ok"] else "-"
        what = part.get("wanted") or part["op"]
        got = f": {part['got']}" if "got" in part else ""
        if part["op"] == "event":
            got = f" ({part.get('seen', 0)} in the history)"
        missed = f"  <- {part['missed']}" if not part["ok"] and part.get("missed") and not part.get("parts") else ""
        events = ", ".join(f"{e['type']} {e['at'][:10]}" for e in part.get("events", ()))
        yield f"{'  ' * depth}{mark} {part['op']} {what}{got}{f' [{events}]' if events else ''}{missed}"
        yield from _lines(part.get("parts", ()), depth + 1)


def silences(rules: Iterable[Rule], history: Sequence[Signal], after: datetime, until: datetime) -> tuple[Signal, ...]:
    """Dated signals of nothing having happened: what ``absent_for`` came due in ``(after, until]``.

    The service feeds each to ``evaluate`` as the trigger (it need not be stored). Its ``at`` is the moment the silence
    was long enough; ``attributes`` name the rule and the event after which nothing came (``anchor``).
    """
    by_type: dict[str, list[Signal]] = {}
    for signal in sorted(history, key=event_time):
        by_type.setdefault(signal.type, []).append(signal)
    out: dict[str, Signal] = {}
    for rule in rules:
        for test in rule.silences:
            for anchor in _anchors(test, by_type):
                assert test.absent is not None
                due = anchor.at + test.absent[1]
                if after < due <= until:
                    made = _silence(anchor, due, rule.rule_id)
                    out.setdefault(made.signal_id, made)
    return tuple(sorted(out.values(), key=event_time))


def _anchors(test: EventTest, by_type: dict[str, list[Signal]]) -> Iterator[Signal]:
    for event_type in sorted(test.types):
        for signal in by_type.get(event_type, ()):
            if test.passes(signal):
                yield signal


def _silence(anchor: Signal, due: datetime, rule_id: str) -> Signal:
    return Signal(
        signal_id=ids.digest("silence", rule_id, anchor.signal_id),
        account_id=anchor.account_id,
        type=SILENCE,
        at=due,
        story_id=anchor.story_id,
        event_id=anchor.event_id,
        program_id=anchor.program_id,
        first_seen_at=due,
        attributes={"rule": rule_id, "anchor": anchor.signal_id, "of": anchor.type},
        title=f"Nothing followed {anchor.type} of {anchor.at:%Y-%m-%d}",
        url=anchor.url,
    )
