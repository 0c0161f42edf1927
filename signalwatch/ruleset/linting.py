"""What loads, and still is not what its author wants. Sees the whole pack, and, where given, what rules did so far.

Codes: ``examples`` (no firing or no silent one), ``duplicate``, ``shadowed`` (another rule fires whenever this one does and
proposes the same), ``cooldown`` (a threshold rule that fires at every event), ``window`` (longer than history is kept),
``points`` (asks for events that count nothing), ``unused`` (groups, plays, personas nobody names), ``because``, ``origin``,
``silent`` (never matched), ``noisy`` (matched everything), ``unseen`` (no event of its types came).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from signalwatch.errors import Problem
from signalwatch.model import Decision
from signalwatch.past import HISTORY
from signalwatch.ruleset import units
from signalwatch.ruleset.compare import Comparison
from signalwatch.ruleset.events import EventTest
from signalwatch.ruleset.logic import All, AnyOf, MeasureTest, Not, Same, Within, lengths
from signalwatch.ruleset.nodes import Node
from signalwatch.ruleset.order import Then
from signalwatch.ruleset.pack import Pack
from signalwatch.ruleset.rules import Rule
from signalwatch.ruleset.trial import shown_both_ways

ENOUGH = 50
"""Examined so often without a match, a rule is worth a look; matched every time, as well."""


class Stat(Protocol):
    """What the store counts per rule; ``unmatched``: examined since the last match."""

    @property
    def examined(self) -> int: ...
    @property
    def matched(self) -> int: ...
    @property
    def first_at(self) -> datetime: ...
    @property
    def last_match_at(self) -> datetime | None: ...
    @property
    def unmatched(self) -> int: ...
    @property
    def failed(self) -> Mapping[str, int]: ...


def silent_rules(pack: Pack, stats: Mapping[str, Stat], now: datetime, after: timedelta) -> dict[str, str]:
    """Live rules that were examined often and have not matched for ``after``: id → what to say of it."""
    out: dict[str, str] = {}
    for rule in pack.rules:
        stat = stats.get(rule.rule_id)
        if rule.status != "live" or stat is None or stat.unmatched < ENOUGH:
            continue
        since = stat.last_match_at or stat.first_at
        if now - since <= after:
            continue
        begun = (
            f"since it last matched on {since:%Y-%m-%d}"
            if stat.last_match_at
            else f"since {since:%Y-%m-%d}, never matched"
        )
        first = sorted(stat.failed.items(), key=lambda item: (-item[1], item[0]))[:3]
        failed = ", ".join(f"{path or 'its conditions'} ({n})" for path, n in first)
        out[rule.rule_id] = (
            f"rule {rule.rule_id} ({rule.file}:{rule.line}) was examined {stat.unmatched} times {begun}. "
            f"First failing conditions: {failed}. See: signalwatch rules stats; signalwatch rules lint --since 90d"
        )
    return out


def nothing_came(rule: Rule) -> str:
    """What did not come for a rule that was never examined."""
    if rule.types:
        return f"no event of its types ({', '.join(sorted(rule.types)[:4])}) came"
    return f"nothing came that moves {' or '.join(sorted(rule.measures)) or 'it'}"


def held(rule: Rule, stat: Stat) -> list[dict[str, Any]]:
    """How often each condition of a rule held, of the events that got as far as it, in the order of looking.

    Kept from the first failing condition of each event: what stands before it held.
    """
    left = stat.examined
    out: list[dict[str, Any]] = []
    for path in _in_order(rule, stat.failed):
        failed = stat.failed[path]
        out.append({"condition": path, "examined": left, "held": left - failed})
        left -= failed
    return out


def _in_order(rule: Rule, paths: Iterable[str]) -> list[str]:
    """Failing conditions in the order in which they are looked at: for, when, unless, cool-down."""
    order = {"for": 0, "when": 1, "unless": 2, "cooldown": 3}
    own = {test.path: number for number, test in enumerate(rule.for_)}

    def place(path: str) -> tuple[int, int, str]:
        head = path.partition(".")[0].partition("[")[0]
        return order.get(head, 4), own.get(path, 0), path

    return sorted(paths, key=place)


def lint(pack: Pack, stats: Mapping[str, Stat] | None = None, now: datetime | None = None) -> list[Problem]:
    """Findings about a pack that loaded, by file and line.

    Args:
        pack: the rules.
        stats: what each rule did so far, for rules that are silent or fire at everything.
        now: with ``stats``: the time they are judged at.
    """
    found = list(pack.warnings)
    for rule in pack.rules:
        found += _one(pack, rule)
    found += _twins(pack)
    found += _unused(pack)
    if stats is not None and now is not None:
        found += _records(pack, stats, now)
    return sorted(found, key=lambda p: (p.file, p.line, p.column, p.message))


def _at(rule: Rule, message: str, code: str, hint: str = "") -> Problem:
    return Problem(rule.file, rule.line, 1, f"{rule.rule_id}: {message}", severity="warning", hint=hint, code=code)


def _one(pack: Pack, rule: Rule) -> list[Problem]:
    found: list[Problem] = []
    if not shown_both_ways(rule):
        missing = "silent" if any(e.fires for e in rule.examples) else "firing"
        missing = "firing or silent" if not rule.examples else missing
        found.append(_at(rule, f"no {missing} example", "examples", "examples are tests: signalwatch rules test"))
    if rule.measures & {"activity", "engagement", "personas"} and rule.cooldown is None:
        message = "fires again at every event while the threshold is met"
        found.append(_at(rule, message, "cooldown", "cooldown: 30d"))
    for length in lengths(rule.when):
        if length > HISTORY:
            shown = units.show_duration(length)
            message = f"looks back {shown}, but history is kept for {units.show_duration(HISTORY)}"
            found.append(_at(rule, message, "window"))
    if rule.status != "off" and not rule.because.parts:
        found.append(_at(rule, "no because: its alerts give no reason", "because", 'because: "{EVENT.FIELD}"'))
    if not rule.origin:
        found.append(_at(rule, "no origin", "origin", "from: practice, or from: ours"))
    unscored = sorted(t for t in rule.types if t in pack.fields.types and t not in pack.scoring.by_type)
    if unscored and rule.status != "off":
        message = f"asks for {', '.join(unscored)}, which scoring.yaml does not name"
        found.append(_at(rule, message, "points"))
    return found


# --- rules that repeat one another --------------------------------------------------------------------------------


def signature(node: Node) -> Any:
    """The meaning of a condition without its place: equal for two conditions that ask the same."""
    if isinstance(node, EventTest):
        tests = {
            event_type: tuple(sorted(tuple(sorted(_test(t.comparison) for t in option)) for option in options))
            for event_type, options in node.alternatives.items()
        }
        extras = (
            node.count,
            None if node.distinct is None else (node.distinct[0], node.distinct[2]),
            node.first,
            tuple((c.name, tuple(sorted(c.before)), tuple(sorted(c.after))) for c in node.changed),
            None if node.absent is None else (signature(node.absent[0]), node.absent[1]),
        )
        return ("event", tuple(sorted(tests.items())), extras)
    if isinstance(node, All | AnyOf):
        return (type(node).__name__, tuple(sorted(map(repr, map(signature, node.parts)))))
    if isinstance(node, Then):
        return ("then", tuple(map(signature, node.steps)))
    if isinstance(node, Not):
        return ("not", signature(node.part), node.window)
    if isinstance(node, Within):
        return ("within", signature(node.part), node.length)
    if isinstance(node, Same):
        return ("same", signature(node.part), node.key)
    if isinstance(node, MeasureTest):
        return ("measure", _test(node.comparison))
    return ("other", node.path)


def _test(test: Comparison) -> tuple[str, str, str]:
    return test.key


def _account(rule: Rule) -> frozenset[tuple[str, str, str]]:
    return frozenset(_test(t) for t in rule.for_)


def _twins(pack: Pack) -> list[Problem]:
    """Rules that ask the same of the same accounts, or that another rule makes pointless."""
    found: list[Problem] = []
    seen: dict[str, Rule] = {}
    active = [r for r in pack.rules if r.status != "off"]
    for rule in active:
        key = repr((sorted(_account(rule)), signature(rule.when), sorted(repr(signature(b)) for b in rule.unless)))
        first = seen.setdefault(key, rule)
        if first is not rule:
            message = f"asks the same as {first.rule_id} ({first.file}:{first.line})"
            found.append(_at(rule, message, "duplicate", "merge them, or switch one off"))
    proposing = [r for r in active if r.propose_tier is not None and r.single and not r.unless and r.status == "live"]
    for rule in proposing:
        for wider in proposing:
            if wider is not rule and wider.propose_tier == rule.propose_tier and _covers(wider, rule):
                message = f"{wider.rule_id} fires whenever this rule does, and proposes the same tier"
                found.append(_at(rule, message, "shadowed", "narrow that rule, or drop this one"))
                break
    return found


def _covers(wider: Rule, rule: Rule) -> bool:
    """Whether ``wider`` surely fires when ``rule`` does: fewer tests of the same kind. Only plain cases are seen."""
    if not _account(wider) <= _account(rule) or not rule.types <= wider.types:
        return False
    mine, theirs = _options(rule.when), _options(wider.when)
    if mine == theirs:
        return False
    return all(
        any(other <= option for other in theirs.get(event_type, ()))
        for event_type, options in mine.items()
        for option in options
    )


def _options(node: Node) -> dict[str, list[frozenset[tuple[str, str, str]]]]:
    parts = node.parts if isinstance(node, AnyOf) else (node,)
    out: dict[str, list[frozenset[tuple[str, str, str]]]] = {}
    for part in parts:
        if isinstance(part, EventTest):
            for event_type, options in part.alternatives.items():
                for tests in options:
                    out.setdefault(event_type, []).append(frozenset(_test(t.comparison) for t in tests))
    return out


# --- what nobody uses ---------------------------------------------------------------------------------------------


def _unused(pack: Pack) -> list[Problem]:
    plays = {r.play for r in pack.rules} | {t.play for t in pack.tiers.tiers.values()}
    found = [
        Problem("plays.yaml", 0, 0, f"play {name} is named by no rule and no tier", severity="warning", code="unused")
        for name in pack.plays
        if name not in plays
    ]
    needed = set(pack.personas.buying_group) | {p for play in pack.plays.values() for p in play.personas}
    found += [
        Problem("personas.yaml", 0, 0, f"persona {name}: no phrases of job titles", severity="warning", code="unused")
        for name, persona in pack.personas.personas.items()
        if not persona.titles and name in needed
    ]
    return found


# --- what rules did so far ----------------------------------------------------------------------------------------


def _records(pack: Pack, stats: Mapping[str, Stat], now: datetime) -> list[Problem]:
    """Rules that never match, or always."""
    found: list[Problem] = []
    for rule in pack.rules:
        if rule.status == "off":
            continue
        stat = stats.get(rule.rule_id)
        if stat is None or stat.examined == 0:
            found.append(_at(rule, f"was never examined: {nothing_came(rule)}", "unseen"))
        elif stat.matched == 0 and stat.examined >= ENOUGH:
            days = (now - stat.first_at).days
            message = f"examined {stat.examined} times in {days} days and never matched"
            found.append(_at(rule, message, "silent", "signalwatch why-not shows which condition fails"))
        elif stat.matched == stat.examined and stat.examined >= ENOUGH:
            found.append(_at(rule, f"matched all {stat.examined} events it was put to", "noisy"))
    return found


class Tally:
    """What one rule did over a set of decisions: how often each condition failed first. For lint and scorecards."""

    __slots__ = ("examined", "failed", "last_match_at", "matched")

    def __init__(self) -> None:
        self.examined = 0
        self.matched = 0
        self.last_match_at: datetime | None = None
        self.failed: dict[str, int] = {}


def tally(decisions: Iterable[Decision], key: Callable[[str], bool] = lambda _: True) -> dict[str, Tally]:
    """Count what rules did over stored decisions (``key`` chooses rule ids)."""
    out: dict[str, Tally] = {}
    for decision in decisions:
        for outcome in decision.outcomes:
            if not key(outcome.rule_id):
                continue
            row = out.setdefault(outcome.rule_id, Tally())
            row.examined += 1
            if outcome.fired:
                row.matched += 1
                row.last_match_at = max(filter(None, (row.last_match_at, decision.decided_at)))
            else:
                row.failed[outcome.failed] = row.failed.get(outcome.failed, 0) + 1
    return out
