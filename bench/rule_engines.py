"""The same rules on the same events in signalwatch, rule-engine and CEL (Rust): equal conditions, checked by equal firings.

50 rules about one type (so that no index of ours skips any), five or six tests each, the cheap ones first; every third
has a regular expression. Each engine gets an event as its users would hand it over (ours a view, rule-engine a mapping,
CEL one context per event, used for all rules), and making that is part of the measured time. A run in which an engine
fires another number of rules than ours stops with an error: it would compare different work.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from bench.peers import installed, rate, ratio
from bench.rules import ACCOUNT, events, pack_with
from signalwatch.model import Signal
from signalwatch.ruleset import View

EVENTS, RULES = 2_000, 50
Test = tuple[str, str, Any]
"""Field, operator (gte, in, contains, matches), value."""


def rules(seed: int = 7) -> list[list[Test]]:
    """Tests of every rule."""
    rng = random.Random(seed)
    out: list[list[Test]] = []
    for i in range(RULES):
        tests: list[Test] = [
            ("confidence", "gte", 0.5),
            ("country", "in", ["US", rng.choice(["DE", "CH", "JP"])]),
            ("phase", "gte", rng.choice("123")),
            ("area", "in", [rng.choice(["oncology", "neurology", "cardiovascular"])]),
            ("title", "contains", rng.choice(["alpha", "beta", "gamma", "delta"])),
        ]
        if i % 3 == 0:
            tests.append(("title", "matches", "(first|study) (patient|alpha|company|dosed)"))
        out.append(tests)
    return out


def in_yaml(number: int, tests: list[Test]) -> str:
    """As a rule of ours."""
    words = {"gte": "{0}|gte: {1}", "in": "{0}: {1}", "contains": "{0}|contains: {1}", "matches": "{0}|matches: {1}"}
    body = ", ".join(words[op].format(field, json.dumps(value)) for field, op, value in tests)
    return f"- {{ id: c{number}, when: {{ trial_start: {{ {body} }} }} }}\n"


def in_rule_engine(tests: list[Test]) -> str:
    """As an expression of rule-engine."""
    words = {"gte": "{0} >= {1}", "in": "{0} in {1}", "contains": "{1} in {0}", "matches": "{0} =~~ {1}"}
    return " and ".join(words[op].format(field, json.dumps(value)) for field, op, value in tests)


def in_cel(tests: list[Test]) -> str:
    """As an expression of CEL."""
    words = {"gte": "{0} >= {1}", "in": "{0} in {1}", "contains": "{0}.contains({1})", "matches": "{0}.matches({1})"}
    return " && ".join(words[op].format(field, json.dumps(value)) for field, op, value in tests)


def row(signal: Signal) -> dict[str, Any]:
    """What the peers see of a signal."""
    values = signal.attributes
    return {
        "confidence": values["confidence"], "country": values["countries"][0], "phase": values["phase"],
        "area": values["areas"][0], "title": signal.title,
    }  # fmt: skip


def ours(signals: list[Signal]) -> Callable[[], int]:
    pack = pack_with("".join(in_yaml(i, tests) for i, tests in enumerate(rules())))
    return lambda: sum(len(pack.fired(View(account=ACCOUNT, trigger=s, now=s.at))) for s in signals)


def rule_engine(signals: list[Signal]) -> Callable[[], int]:
    from rule_engine import Rule

    compiled = [Rule(in_rule_engine(tests)) for tests in rules()]
    rows = [row(s) for s in signals]
    return lambda: sum(rule.matches(values) for values in rows for rule in compiled)


def cel(signals: list[Signal]) -> Callable[[], int]:
    import cel as library

    programs = [library.compile(in_cel(tests)) for tests in rules()]
    rows = [row(s) for s in signals]

    def work() -> int:
        fired = 0
        for values in rows:
            context = library.Context(values)
            for program in programs:
                fired += program.execute(context)
        return fired

    return work


def compare() -> dict[str, Any]:
    """Evaluations a second of every engine that is installed, and how many times faster ours is."""
    signals = events(EVENTS, types=("trial_start",))
    engines = {
        "ours": ("", ours),
        "rule_engine": ("rule-engine", rule_engine),
        "cel": ("common-expression-language", cel),
    }
    out: dict[str, Any] = {}
    expected = -1
    for name, (package, build) in engines.items():
        if package and not installed(package):
            out[name] = "not installed"
            continue
        work = build(signals)
        fired = work()
        expected = fired if name == "ours" else expected
        if fired != expected or not fired:
            raise RuntimeError(f"{name} fired {fired} rules, signalwatch {expected}: not the same work")

        def counted(work: Callable[[], int] = work) -> int:
            work()
            return EVENTS * RULES

        out[f"equal.{name}_evals_per_s"] = round(rate(counted))
        if name != "ours":
            out[f"x_{name}"] = ratio(out["equal.ours_evals_per_s"], out[f"equal.{name}_evals_per_s"])
    return out | {"equal.fired": expected}


if __name__ == "__main__":
    print(json.dumps(compare(), indent=1))
