"""How often each single condition held over the history, looked at by itself: for conditions that match nothing, or all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from signalwatch import scoring
from signalwatch.backtest.screen import rescored
from signalwatch.decide import facts_of_programs
from signalwatch.errors import Problem
from signalwatch.model import Account, Program, Signal, Struct
from signalwatch.past import History
from signalwatch.ruleset import Pack, Rule
from signalwatch.ruleset.compare import Comparison
from signalwatch.ruleset.events import EventTest, FieldTest
from signalwatch.ruleset.linting import ENOUGH, nothing_came
from signalwatch.ruleset.logic import MeasureTest, nodes
from signalwatch.ruleset.nodes import Node

_MOVING = frozenset({"activity", "engagement", "personas", "tier_age"})
"""Facts that a look at the end of the history cannot judge."""


class ConditionRow(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """One condition of one rule: looked at so often, held so often. ``of``: what it was put to."""

    rule_id: str
    path: str
    wanted: str
    of: str
    examined: int
    held: int


def conditions(pack: Pack, history: History) -> list[ConditionRow]:
    """Every test of every rule that is not off: field tests over all events of their types, tests of ``for`` over accounts."""
    tests = {rule.rule_id: list(_field_tests(rule)) for rule in pack.rules}
    seen: Counter[tuple[str, str]] = Counter()
    held: Counter[tuple[str, str]] = Counter()
    by_type: dict[str, list[tuple[str, FieldTest]]] = {}
    known: defaultdict[str, dict[str, Signal]] = defaultdict(dict)
    programs: defaultdict[str, dict[str, Program]] = defaultdict(dict)
    for step in history.steps:
        if step.program is not None:
            programs[step.account_id][step.program.program_id] = step.program
        if step.effect == "corrected":
            known[step.account_id].pop(step.signal.signal_id, None)
            continue
        mine = known[step.account_id]
        signal = rescored(step, mine.get(step.signal.signal_id), pack)
        again = step.signal.signal_id in mine
        mine[signal.signal_id] = signal
        if step.decided_at < history.since or again or not step.effect:
            continue
        if signal.type not in by_type:
            by_type[signal.type] = [
                (rule.rule_id, test)
                for rule in pack.rules
                if rule.status != "off"
                for event_type, test in tests[rule.rule_id]
                if event_type == signal.type
            ]
        for rule_id, test in by_type[signal.type]:
            key = (rule_id, test.comparison.path)
            seen[key] += 1
            held[key] += test.check(signal)
    rows = [
        ConditionRow(
            rule_id=rule.rule_id, path=path, wanted=test.comparison.holds(), of=f"{', '.join(types)} events",
            examined=seen[rule.rule_id, path], held=held[rule.rule_id, path],
        )
        for rule in pack.rules if rule.status != "off"
        for path, (types, test) in _by_path(tests[rule.rule_id]).items()
    ]  # fmt: skip
    return rows + list(_accounts(pack, history, known, programs))


def _by_path(tests: list[tuple[str, FieldTest]]) -> dict[str, tuple[list[str], FieldTest]]:
    out: dict[str, tuple[list[str], FieldTest]] = {}
    for event_type, test in tests:
        types, _ = out.setdefault(test.comparison.path, ([], test))
        if event_type not in types:
            types.append(event_type)
    return out


def _field_tests(rule: Rule) -> Iterator[tuple[str, FieldTest]]:
    """Field tests that stand in the rule itself, with their event type. Those of groups are the groups' own."""
    for node in (rule.when, *rule.unless):
        for part in nodes(node):
            if isinstance(part, EventTest):
                for event_type, options in part.alternatives.items():
                    for tests in options:
                        for test in tests:
                            if test.comparison.path.startswith(("when", "unless")):
                                yield event_type, test


def _measures(node: Node) -> Iterator[Comparison]:
    for part in nodes(node):
        if isinstance(part, MeasureTest):
            yield part.comparison


def _accounts(
    pack: Pack, history: History, known: dict[str, dict[str, Signal]], programs: dict[str, dict[str, Program]]
) -> Iterator[ConditionRow]:
    """Tests of ``for`` and thresholds, over the accounts as they are at the end."""
    facts = [
        _facts(pack, a, known.get(a.account_id, {}), programs.get(a.account_id, {}), history) for a in history.accounts
    ]
    for rule in pack.rules:
        if rule.status == "off":
            continue
        tests = [*rule.for_, *_measures(rule.when)]
        for test in tests:
            if test.name in _MOVING:
                continue
            held = sum(test.test(one.get(test.name)) for one in facts)
            yield ConditionRow(
                rule_id=rule.rule_id, path=test.path, wanted=test.holds(), of="accounts", examined=len(facts), held=held
            )


def _facts(
    pack: Pack, account: Account, signals: dict[str, Signal], programs: dict[str, Program], history: History
) -> dict[str, object]:
    listed = sorted(signals.values(), key=lambda s: s.at)
    derived = facts_of_programs(tuple(programs.values()), listed, history.until)
    known = scoring.facts_of(account, pack.icp, derived)
    fit = scoring.fit_of(account, pack.icp, known)
    own = {"account": account.account_id, "name": account.name, "owner": account.owner, "kind": account.kind,
           "country": account.country}  # fmt: skip
    out: dict[str, object] = {k: v for k, v in own.items() if v} | known
    out |= {"tier": str(account.tier), "fit": fit.score}
    if fit.segment:
        out["segment"] = fit.segment
    return out


def findings(pack: Pack, rows: list[ConditionRow], matched: dict[str, tuple[int, int]], days: int) -> list[Problem]:
    """Warnings about rules and conditions that matched nothing in ``days`` days, or everything.

    Args:
        pack: the rules.
        rows: of ``conditions``.
        matched: per rule: events examined, and how often it held.
        days: length of the history.
    """
    found: list[Problem] = []
    for rule in pack.rules:
        if rule.status == "off":
            continue
        examined, held = matched.get(rule.rule_id, (0, 0))
        if not examined:
            found.append(_at(rule, f"was never examined in {days} days: {nothing_came(rule)}", "unseen"))
        elif not held and examined >= ENOUGH:
            found.append(_at(rule, f"examined {examined} times in {days} days and never matched", "silent"))
        elif held == examined and examined >= ENOUGH:
            found.append(_at(rule, f"matched all {examined} events it was put to in {days} days", "noisy"))
    rules = {rule.rule_id: rule for rule in pack.rules}
    for row in rows:
        rule, least = rules[row.rule_id], 1 if row.of == "accounts" else ENOUGH
        if row.examined >= least and not row.held:
            message = f"{row.path}: {row.wanted} held for none of {row.examined} {row.of} in {days} days"
            found.append(_at(rule, message, "silent-condition"))
        elif row.examined >= ENOUGH and row.held == row.examined:
            message = f"{row.path}: {row.wanted} held for all {row.examined} {row.of} in {days} days: it tests nothing"
            found.append(_at(rule, message, "idle-condition"))
    return found


def unjudged(pack: Pack, matched: dict[str, tuple[int, int]]) -> list[tuple[str, int]]:
    """Rules that never matched and were examined too seldom for a warning: id and how often."""
    rows = ((rule.rule_id, *matched.get(rule.rule_id, (0, 0))) for rule in pack.rules if rule.status != "off")
    return [(rule_id, examined) for rule_id, examined, held in rows if 0 < examined < ENOUGH and not held]


def _at(rule: Rule, message: str, code: str) -> Problem:
    return Problem(rule.file, rule.line, 1, f"{rule.rule_id}: {message}", severity="warning", hint="", code=code)
