"""The cheap screen: which rules could fire at which step, looking at what neither tiers nor people's answers change.

Windows, orders, counts and what must not have happened are properties of the account's signals alone, so they are put to
every step once, account by account; accounts do not look at each other and may be screened in several processes. What
depends on the run of things (tier, time in it, activity, engagement) is left to the simulation, which sees only what
passed. A rule that asks for such a thing in its conditions passes as "maybe".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from signalwatch import scoring
from signalwatch.backtest.lane import Lane, in_order
from signalwatch.decide import facts_of_programs, scored_signal
from signalwatch.model import Account, Program, Signal
from signalwatch.past import HISTORY, Step
from signalwatch.ruleset import Pack, Rule, View
from signalwatch.ruleset.compare import Comparison
from signalwatch.ruleset.evaluate import fired_before, match
from signalwatch.ruleset.events import EventTest
from signalwatch.ruleset.logic import MeasureTest, moves, needed_measures, nodes
from signalwatch.ruleset.nodes import Env, Node

RUNNING = frozenset({"tier", "tier_age", "activity", "engagement", "personas"})
"""Standing that depend on the run of things."""

Candidates = dict[int, tuple[int, ...]]
"""Index of a step → numbers of the rules that could fire."""


def _asks(node: Node, names: frozenset[str]) -> bool:
    """Whether a condition looks at the points of an event (a rule may add some) or at one of the facts."""
    for part in nodes(node):
        if isinstance(part, MeasureTest):
            if part.comparison.name in names:
                return True
        elif isinstance(part, EventTest):
            for options in part.alternatives.values():
                if any(t.comparison.name == "points" for tests in options for t in tests):
                    return True
    return False


def _thresholds(rule: Rule) -> Iterator[Comparison]:
    """Least activities that the rule cannot do without; engagement is never more than the ceiling of activity."""
    for test in (*rule.for_, *needed_measures(rule.when)):
        if test.name in ("activity", "engagement") and test.op in ("gte", "gt"):
            yield test


@dataclass(frozen=True, slots=True)
class Plan:
    """How one rule is screened. ``maybe``: its conditions are left to the simulation."""

    number: int
    rule: Rule
    maybe: bool
    static: tuple[Any, ...]  # tests of ``for`` that the run of things does not change
    running: tuple[Any, ...]  # the others
    least: Comparison | None = None  # a threshold on activity without which the rule cannot hold
    cools: bool = (
        False  # its cool-down is screened too: nothing but the tier could change it, and that counts as it is now
    )


def _for_tier(plan: Plan, tier: str) -> bool:
    return all(test.test(tier) for test in plan.running if test.name == "tier")


class Screen:
    """A pack made ready for screening."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        asked = {t.name for e in pack.icp.exclude for t in e.tests}
        asked |= {t.name for s in pack.icp.segments for c in s.criteria for t in c.tests}
        asked |= {c.attribute for s in pack.icp.segments for c in s.criteria}
        self.running = RUNNING | ({"fit", "segment"} if "tier" in asked else set())
        self.plans = tuple(self._plan(number, rule) for number, rule in enumerate(pack.rules))
        self._number = {rule.rule_id: number for number, rule in enumerate(pack.rules)}
        self._by_type: dict[tuple[str, frozenset[str] | None], list[tuple[Any, Plan]]] = {}
        self.awaited: dict[str, list[EventTest]] = {}
        for test in (t for rule in pack.rules if rule.status != "off" for t in rule.silences):
            for event_type in test.types:
                self.awaited.setdefault(event_type, []).append(test)

    def _plan(self, number: int, rule: Rule) -> Plan:
        maybe = any(_asks(part, self.running) for part in (rule.when, *rule.unless))
        running = tuple(t for t in rule.for_ if t.name in self.running)
        plain = not maybe and not rule.silences and all(t.name == "tier" for t in running)
        return Plan(
            number=number,
            rule=rule,
            maybe=maybe,
            static=tuple(t for t in rule.for_ if t.name not in self.running),
            running=running,
            least=next(_thresholds(rule), None),
            cools=plain and rule.cooldown is not None,
        )

    def considered(self, event_type: str, tiers: frozenset[str] | None = None) -> list[tuple[Any, Plan]]:
        """Plans of the rules that an event of this type can affect, each with the first test it must pass.

        ``tiers``: those the account can be in; rules for none of them are left out.
        """
        found = self._by_type.get((event_type, tiers))
        if found is None:
            rules = self.pack.index.get(event_type, self.pack.anywhere)
            plans = [self.plans[self._number[rule.rule_id]] for rule in rules]
            found = self._by_type[event_type, tiers] = [
                (None if plan.maybe or plan.rule.measures else plan.rule.quick.get(event_type), plan)
                for plan in plans
                if tiers is None or any(_for_tier(plan, tier) for tier in tiers)
            ]
        return found

    def account(
        self, account: Account, steps: Sequence[tuple[int, Step]], begin: datetime, tiers: frozenset[str] | None = None
    ) -> Candidates:
        """The candidates of one account's steps (index and step, in order); steps before ``begin`` only add knowledge.

        ``tiers``: those the account can be in during the run; None: any.
        """
        lane = Lane()
        programs: dict[str, Program] = {}
        memo: dict[str, Any] = {}
        taken_back: dict[str, Signal] = {}
        out: Candidates = {}
        for index, step in steps:
            if step.program is not None:
                programs.pop(step.program.program_id, None)
                programs[step.program.program_id] = step.program
            if step.effect == "corrected" and not step.restated:
                lane.drop(step.signal.signal_id)
                taken_back[step.signal.signal_id] = replace(rescored(step, None, self.pack), active=False)
                continue
            before = lane.found.get(step.signal.signal_id) or taken_back.get(step.signal.signal_id)
            signal = rescored(step, before, self.pack)
            lane.put(signal)
            if step.effect and step.decided_at >= begin:
                passed = self._passed(account, lane, programs, signal, step.decided_at, memo, tiers)
                if passed:
                    out[index] = passed
            if not signal.active:  # a further telling of what was taken back
                lane.drop(signal.signal_id)
        return out

    def _passed(
        self, account: Account, lane: Lane, programs: Mapping[str, Program], signal: Signal, now: datetime,
        memo: dict[str, Any], tiers: frozenset[str] | None,
    ) -> tuple[int, ...]:  # fmt: skip
        env: Env | None = None
        facts: Standing | None = None
        by_type: dict[str, list[Signal]] | None = None
        out = []
        for quick, plan in self.considered(signal.type, tiers):
            if quick is not None and not quick(signal):
                continue
            rule = plan.rule
            if plan.maybe:
                if signal.type in rule.types or any(moves(m, signal) for m in rule.measures):
                    out.append(plan.number)
                continue
            if by_type is None:
                facts = Standing(self.pack, account, programs, lane, signal, now, memo)
                by_type = lane.since(min(signal.at, now) - HISTORY)
                env = Env(View(account=account, trigger=signal, now=now), by_type, facts)
                env.brief, env.newest = True, lane.newest is not None and lane.newest <= signal.at
            assert env is not None
            assert facts is not None
            if rule.measures:  # of facts that stay as they are
                if match(rule, env) is None:
                    continue
            elif not rule.single and rule.when.find(env, by_type, None, None, True) is None:
                continue
            if rule.unless and any(b.find(env, by_type, None, None, False) is None for b in rule.unless):
                continue
            if plan.static and not all(test.test(facts.get(test.name)) for test in plan.static):
                continue
            if plan.cools and fired_before(rule, Env(facts.view())) is not None:
                continue
            out.append(plan.number)
        return tuple(out)


class Standing(dict[str, Any]):
    """What ``for`` can ask of an account, worked out when first asked. Tier and activity are not among it."""

    def __init__(
        self, pack: Pack, account: Account, programs: Mapping[str, Program], lane: Lane, signal: Signal, now: datetime,
        memo: dict[str, Any],
    ) -> None:  # fmt: skip
        """``memo`` keeps the answer for the account's next step, which mostly has the same one."""
        super().__init__()
        self._known: dict[str, Any] | None = None
        self._history: list[Signal] = []
        self._memo = memo
        self._given = (pack, account, programs, lane, signal, now)

    def get(self, name: str, default: Any = None) -> Any:
        """One fact, or ``default``."""
        if self._known is None:
            self._known = self._work_out()
        return self._known.get(name, default)

    def view(self) -> View:
        """What a rule sees that asks for nothing of the run of things but the tier, which counts as met."""
        _, account, _, _, signal, now = self._given
        if self._known is None:
            self._known = self._work_out()
        fit, facts = self._memo["fit"], self._memo["stated"]
        return View(
            account=account, trigger=signal, now=now, history=self._history, fit=fit, facts=facts, assume=_ASSUMED
        )

    def _work_out(self) -> dict[str, Any]:
        pack, account, programs, lane, signal, now = self._given
        by_type = lane.since(min(signal.at, now) - HISTORY)
        self._history = sorted((s for signals in by_type.values() for s in signals), key=in_order)
        derived = facts_of_programs(tuple(programs.values()), self._history, now)
        if self._memo.get("derived") != derived:
            facts = scoring.facts_of(account, pack.icp, derived)
            fit = scoring.fit_of(account, pack.icp, facts)
            view = View(account=account, trigger=signal, now=now, fit=fit, facts=facts)
            self._memo.update(derived=derived, fit=fit, stated=facts, facts=Env(view).facts)
        known: dict[str, Any] = self._memo["facts"]
        return known


_ASSUMED = frozenset({"tier"})


def rescored(step: Step, before: Signal | None, pack: Pack) -> Signal:
    """The signal of a step as the pack under test scores it; ``before`` is what was known of its story."""
    given = step.signal
    if step.effect in ("evidence", "updated") and before is not None:
        given = replace(
            given,
            points=before.points,
            person=before.person,
            persona=before.persona,
            engagement=before.engagement,
            active=before.active,  # what was taken back stays so, however often it is told
        )
    return scored_signal(given, step.event_type or given.type, step.effect, pack)
