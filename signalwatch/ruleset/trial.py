"""Runs the examples of rules: each event is put to the rule in the order in which it was seen, as the service would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from msgspec.structs import replace as with_

from signalwatch.model import Account, Activity, Fit, RuleOutcome, Signal
from signalwatch.ruleset import evaluate, units
from signalwatch.ruleset.examples import START, Example
from signalwatch.ruleset.measure import activity, points_for
from signalwatch.ruleset.nodes import Env, Measure, Tree, View
from signalwatch.ruleset.pack import Pack
from signalwatch.ruleset.rules import Rule


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What became of one example. ``problem`` is empty when it passed; ``tree`` explains the first surprise."""

    rule_id: str
    index: int
    file: str
    line: int
    expected: str
    got: str
    problem: str = ""
    tree: Tree | None = None
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether the rule did what the example says."""
        return not self.problem


def run_examples(pack: Pack) -> tuple[ExampleResult, ...]:
    """Run all examples of all rules of a pack (also of those that are off), scored as the pack scores."""

    def score(signal: Signal) -> Signal:
        points, half_life, polarity = points_for(signal, pack.scoring)
        return with_(signal, points=points, half_life=half_life, polarity=polarity)

    def measure(history: Sequence[Signal], now: datetime) -> Activity:
        return activity(history, now, pack.scoring)

    return tuple(
        _run_one(rule, index, example, measure, score)
        for rule in pack.rules
        for index, example in enumerate(rule.examples)
    )


def without_examples(pack: Pack) -> tuple[str, ...]:
    """Ids of rules that lack a firing or a silent example (an event that must not fire counts as silent)."""
    return tuple(r.rule_id for r in pack.rules if not shown_both_ways(r))


def shown_both_ways(rule: Rule) -> bool:
    """Whether the examples show the rule firing and keeping silent."""
    return any(e.fires for e in rule.examples) and any(not e.fires for e in rule.examples)


def as_data(result: ExampleResult) -> dict[str, Any]:
    """A result as JSON."""
    return {
        "rule": result.rule_id, "example": result.index + 1, "file": result.file, "line": result.line, "ok": result.ok,
        "expected": result.expected, "got": result.got, "problem": result.problem, "note": result.note,
        "explain": result.tree,
    }  # fmt: skip


def text(result: ExampleResult) -> str:
    """A result for people: what was expected and what came (as a diff), and why."""
    name = f"{result.rule_id}, example {result.index + 1}" + (f" ({result.note})" if result.note else "")
    lines = [f"{result.file}:{result.line}: {name}: {result.problem or 'ok'}"]
    if not result.ok:
        lines += [f"  - expected: {result.expected}", f"  + got:      {result.got}"]
        if result.tree is not None:
            lines += [f"  {line}" for line in evaluate.explain_text(result.tree).splitlines()]
    return "\n".join(lines)


def _run_one(
    rule: Rule, index: int, example: Example, measure: Measure, score: Callable[[Signal], Signal]
) -> ExampleResult:
    views = list(_views(rule, example, measure, score))
    said = [(view, evaluate.outcome(rule, Env(view))) for view in views]
    fired = [(view, o) for view, o in said if o.fired]
    expected = ", ".join(f"{m:%Y-%m-%d}" for m in example.fires) or "silent"
    got = ", ".join(f"{v.trigger.at:%Y-%m-%d}" for v, _ in fired) or "silent"
    problem, blamed = _verdict(example, said)
    return ExampleResult(
        rule_id=rule.rule_id,
        index=index,
        file=rule.file,
        line=example.line,
        expected=expected if not example.fires else f"fires {expected}",
        got=got if not fired else f"fires {got}",
        problem=problem,
        tree=evaluate.explain(rule, blamed) if problem and blamed is not None else None,
        note=example.note,
    )


def _verdict(example: Example, said: list[tuple[View, RuleOutcome]]) -> tuple[str, View | None]:
    """What is wrong, and the view in which it shows."""
    wanted = list(example.fires)
    for view, outcome in said:
        moment = _same_moment(view.trigger.at, wanted)
        if outcome.fired and moment is None:
            return f"fired on {view.trigger.at:%Y-%m-%d} ({view.trigger.type}), which is not expected", view
        if not outcome.fired and moment is not None and _last_at(said, view):
            return f"did not fire on {moment:%Y-%m-%d}: {outcome.missed_by} ({outcome.failed})", view
        if outcome.fired and moment is not None:
            wanted.remove(moment)
            if example.late is not None and outcome.late is not example.late:
                return f"late is {units.show(outcome.late)}, expected {units.show(example.late)}", view
            if example.because and outcome.because != example.because:
                return f'because is "{outcome.because}", expected "{example.because}"', view
    if wanted:
        return f"did not fire on {wanted[0]:%Y-%m-%d}: nothing happened then", None
    return "", None


def _same_moment(at: datetime, wanted: list[datetime]) -> datetime | None:
    """The expected moment this one answers: the same instant, or the same day when only a day is given."""
    for moment in wanted:
        if moment == at or (moment.time() == moment.min.time() and moment.date() == at.date()):
            return moment
    return None


def _last_at(said: list[tuple[View, RuleOutcome]], view: View) -> bool:
    """Whether no later event of the example is on the same day: only then a missing firing is final."""
    index = next(i for i, (v, _) in enumerate(said) if v is view)
    return all(v.trigger.at.date() != view.trigger.at.date() for v, _ in said[index + 1 :])


def _views(rule: Rule, example: Example, measure: Measure, score: Callable[[Signal], Signal]) -> Iterator[View]:
    """The example as the service would live it: one view per event as it is seen, and per silence as it comes due."""
    signals = [score(s) for s in example.given]
    end = example.until or max((_seen(s) for s in signals), default=None)
    if end is None:
        return
    happenings = sorted([(_seen(s), 0, i) for i, s in enumerate(signals)])
    due = evaluate.silences([rule], signals, datetime.min.replace(tzinfo=end.tzinfo), end)
    order: list[tuple[datetime, int, int]] = sorted([*happenings, *((s.at, 1, i) for i, s in enumerate(due))])
    base = _base(rule, example, measure)
    for now, kind, index in order:
        trigger = signals[index] if kind == 0 else due[index]
        known = [signals[i] for seen, _, i in happenings if (seen, i) <= (now, index if kind == 0 else len(signals))]
        if kind == 1 and not any(s.signal_id == trigger.attributes["anchor"] for s in known):
            continue
        history = sorted(known, key=lambda s: s.at)
        yield replace(base, trigger=with_(trigger, decided_at=now), history=history, now=now)


def _seen(signal: Signal) -> datetime:
    return signal.first_seen_at or signal.at


def _base(rule: Rule, example: Example, measure: Measure) -> View:
    """The account of an example: what it states; everything else in ``for`` is taken as met."""
    stated = example.account
    account = Account(
        account_id=str(stated.get("account", "example")),
        name=str(stated.get("name", "Example")),
        owner=str(stated.get("owner", "")),
        country=str(stated.get("country", "")),
        kind=str(stated.get("kind", "")),
    )
    tier = int(stated.get("tier", _tier_of(rule)))
    fit = stated.get("fit")
    segment = str(stated.get("segment", ""))
    age = stated.get("tier_age")
    now = example.given[0].at if example.given else START
    known: dict[str, Any] = {k: v for k, v in stated.items() if k not in _OWN}
    fixed = {k: float(stated[k]) for k in ("activity", "engagement", "personas") if k in stated}
    return View(
        account=account,
        trigger=example.given[0] if example.given else Signal(signal_id="", account_id="", type="", at=now),
        now=now,
        tier=tier,
        tier_since=now - age if isinstance(age, timedelta) else None,
        fit=Fit(score=float(fit), segment=segment) if fit is not None else None,
        activity=_fixed(fixed) if fixed else None,
        facts=known,
        measure=measure,
        assume=frozenset(t.name for t in rule.for_ if t.name not in stated),
    )


_OWN = frozenset(
    {"account", "name", "owner", "tier", "fit", "segment", "tier_age", "activity", "engagement", "personas"}
)


def _fixed(values: dict[str, float]) -> Activity:
    personas = tuple(f"persona-{i}" for i in range(int(values.get("personas", 0))))
    engagement = values.get("engagement", 0.0)
    return Activity(total=values.get("activity", engagement), engagement=engagement, personas=personas)


def _tier_of(rule: Rule) -> int:
    """A tier the rule is for."""
    tests = [t for t in rule.for_ if t.name == "tier"]
    return next((n for n in (3, 2, 1, 0) if all(t.test(str(n)) for t in tests)), 3)


def junit(
    results: Iterable[ExampleResult],
    day: date | None = None,
    *,
    broken: Sequence[object] = (),
    without: Sequence[str] = (),
    pack: Pack | None = None,
) -> str:
    """Results as JUnit XML, for CI servers.

    Args:
        results: what the examples gave.
        day: date of the run.
        broken: problems of files that could not be read, or of triggers; each is a test case that failed.
        without: rules that lack examples, where that is an error.
        pack: where those rules stand.
    """
    cases = [_case(row) for row in results]
    for problem in broken:
        place = f"{getattr(problem, 'file', 'rules')}:{getattr(problem, 'line', 0)}"
        cases.append(_failed(place, getattr(problem, "message", ""), getattr(problem, "message", ""), str(problem)))
    for rule_id in without:
        rule = pack.rule(rule_id) if pack is not None else None
        file = rule.file if rule is not None else "rules"
        cases.append(_failed(file, rule_id, "no firing and silent example", "examples are tests"))
    failures = sum("<failure" in case for case in cases)
    stamp = f' timestamp="{day.isoformat()}"' if day is not None else ""
    head = f'<testsuite name="signalwatch rules" tests="{len(cases)}" failures="{failures}"{stamp}>'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *cases, "</testsuite>", ""])


def _case(row: ExampleResult) -> str:
    name = f"{row.rule_id}[{row.index + 1}]" + (f" {row.note}" if row.note else "")
    if row.ok:
        return f"  <testcase classname={quoteattr(row.file)} name={quoteattr(name)}/>"
    detail = evaluate.explain_text(row.tree) if row.tree is not None else ""
    body = f"{row.file}:{row.line}\nexpected {row.expected}, got {row.got}\n{row.problem}\n{detail}"
    return _failed(row.file, name, row.problem, body)


def _failed(file: str, name: str, message: str, body: str) -> str:
    return (
        f"  <testcase classname={quoteattr(file)} name={quoteattr(name)}>\n"
        f"    <failure message={quoteattr(message)}>{escape(body)}</failure>\n"
        "  </testcase>"
    )
