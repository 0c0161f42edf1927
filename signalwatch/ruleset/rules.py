"""One elevation rule: its data, and how it is read from rules/elevation/*.yaml."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, cast

from signalwatch.model import Signal
from signalwatch.ruleset import sanity, slots
from signalwatch.ruleset.account_tests import account_tests
from signalwatch.ruleset.compare import Comparison
from signalwatch.ruleset.conditions import Alternatives, Context, parse
from signalwatch.ruleset.events import EventTest, FieldTest
from signalwatch.ruleset.examples import Example, read_examples
from signalwatch.ruleset.fields import SILENCE
from signalwatch.ruleset.keys import KEYS
from signalwatch.ruleset.logic import AnyOf, Not, Within, reads
from signalwatch.ruleset.nodes import Node
from signalwatch.ruleset.policy import Play
from signalwatch.ruleset.sanity import leaves
from signalwatch.yamlsrc import Path

Status = Literal["live", "shadow", "off"]
STATUSES: Mapping[str, str] = {
    "live": "may propose and alert", "shadow": "evaluated and recorded, never alerts", "off": "not evaluated",
}  # fmt: skip
RULE_KEYS: Mapping[str, str] = {
    "id": "unique name: small letters, digits, '-'",
    "title": "what people read",
    "status": "live (default), shadow or off",
    "from": "practice or ours, details after a comma",
    "about": "why the rule is there, for colleagues",
    "for": "which accounts: tier, fit, segment, owner, area ... (all must hold)",
    "when": "what must have happened; the triggering event takes part in it",
    "unless": "conditions of which none may hold (within: looks back from the trigger, and on to now)",
    "propose": "{tier, play, auto_approve}: the tier move to propose",
    "play": "suggested play of an alert without a move",
    "points": "extra points for the triggering signal when the rule fires",
    "alert": "false: fires silently (points and proposal only)",
    "because": "one sentence with {slots}",
    "cooldown": "do not fire again for so long: '30d', or {for: 30d, per: program}",
    "examples": "what must fire, and what not",
}


@dataclass(frozen=True, slots=True)
class Cooldown:
    """No second firing within ``length``, per account or per program."""

    length: timedelta
    per: Literal["account", "program"] = "account"


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule."""

    rule_id: str
    when: Node
    title: str = ""
    about: str = ""
    status: Status = "live"
    origin: str = ""
    for_: tuple[Comparison, ...] = ()
    unless: tuple[Not, ...] = ()
    propose_tier: int | None = None
    play: str = ""
    auto_approve: bool = False
    points: float = 0.0
    alert: bool = True
    because: slots.Sentence = field(default_factory=slots.Sentence)
    cooldown: Cooldown | None = None
    examples: tuple[Example, ...] = ()
    file: str = ""
    line: int = 0
    path: Path = ()
    # What evaluation is indexed and short-cut by:
    types: frozenset[str] = frozenset()
    measures: frozenset[str] = frozenset()
    single: bool = False  # one event decides it: no window, no history
    quick: Mapping[str, Callable[[Signal], bool] | None] = field(default_factory=dict)
    options: Mapping[str, tuple[tuple[FieldTest, ...], ...]] = field(default_factory=dict)  # what quick asks, by type
    silences: tuple[EventTest, ...] = ()
    reads: frozenset[str] | None = None  # types of events it looks at; None: any


def read_rules(ctx: Context, data: Any, plays: Mapping[str, Play], known: dict[str, tuple[str, int]]) -> list[Rule]:
    """Read one file: a list of rules. ``known`` holds ids of other files and gets those of this one."""
    reader = ctx.reader
    out: list[Rule] = []
    for path, item in reader.items((), data):
        rule = _rule(ctx, path, item, plays)
        if rule is None:
            continue
        if rule.rule_id in known:
            file, line = known[rule.rule_id]
            reader.error((*path, "id"), f"rule {rule.rule_id} is defined twice", f"first in {file}:{line}")
            continue
        known[rule.rule_id] = (rule.file, rule.line)
        out.append(rule)
    return out


def _rule(ctx: Context, path: Path, item: Any, plays: Mapping[str, Play]) -> Rule | None:
    reader = ctx.reader
    before = len(reader.problems)
    given = reader.mapping(path, item, RULE_KEYS, ("id", "when"))
    if not given:
        return None
    rule_id = reader.identifier((*path, "id"), given["id"]) if given.get("id") is not None else ""
    status = reader.word((*path, "status"), given.get("status"), STATUSES, "live", "status")
    for_ = account_tests(ctx, (*path, "for"), "for", given["for"], ctx.measures) if given.get("for") is not None else ()
    ctx.labels = set()
    when = parse(ctx, (*path, "when"), "when", given["when"]) if given.get("when") is not None else None
    used = {word: _alternatives(ctx, word) for word in sorted(ctx.labels)}
    unless = _unless(ctx, (*path, "unless"), given.get("unless"))
    propose = reader.mapping((*path, "propose"), given.get("propose") or {}, KEYS["rule.propose"])
    tier = propose.get("tier")
    play = propose.get("play") or given.get("play")
    play_path = (*path, "propose", "play") if propose.get("play") else (*path, "play")
    if propose.get("play") and given.get("play"):
        reader.error((*path, "play"), "the play is named twice", "keep it under propose")
    because = given.get("because")
    sentence = slots.Sentence()
    if because is not None and when is not None:
        text = reader.text((*path, "because"), because)
        sentence = slots.parse(reader, (*path, "because"), text, used, ctx.fields)
    proposed = None
    if tier is not None:
        word = reader.word((*path, "propose", "tier"), tier, ("0", "1", "2", "3"), what="tier")
        proposed = int(word) if word else None
    line, _ = reader.source.where(path)
    if when is not None and not any(p.severity == "error" for p in reader.problems[before:]):
        sanity.check(ctx, path, when, for_, unless)
        if proposed is not None:
            sanity.check_move(ctx, path, for_, proposed, sorted(when.types))
    examples = read_examples(ctx, (*path, "examples"), given.get("examples"))
    if when is None or any(p.severity == "error" for p in reader.problems[before:]):
        return None
    return Rule(
        rule_id=rule_id,
        when=when,
        title=reader.text((*path, "title"), given.get("title")),
        about=reader.text((*path, "about"), given.get("about"), limit=2000),
        status=cast("Status", status),
        origin=reader.note(path, given),
        for_=for_,
        unless=unless,
        propose_tier=proposed,
        play=reader.word(play_path, play, plays, what="play") if play is not None else "",
        auto_approve=reader.boolean((*path, "propose", "auto_approve"), propose.get("auto_approve")),
        points=reader.number((*path, "points"), given.get("points"), 0.0, low=-1000, high=1000),
        alert=reader.boolean((*path, "alert"), given.get("alert"), True),
        because=sentence,
        cooldown=_cooldown(ctx, (*path, "cooldown"), given.get("cooldown")),
        examples=examples,
        file=reader.source.file,
        line=line,
        path=path,
        types=when.types | ({SILENCE} if silences(when) else set()),
        measures=when.measures,
        single=_single(when),
        quick=_quick(_options(when)),
        options=_options(when),
        silences=silences(when),
        reads=reads((when, *unless), for_),
    )


def _alternatives(ctx: Context, word: str) -> Alternatives:
    return ctx.groups.get(word, {word: ((),)})


def _unless(ctx: Context, path: Path, value: Any) -> tuple[Not, ...]:
    if value is None:
        return ()
    listed = value if isinstance(value, list) else [value]
    out: list[Not] = []
    for i, item in enumerate(listed):
        place = (*path, i) if isinstance(value, list) else path
        label = f"unless[{i}]" if isinstance(value, list) else "unless"
        part = parse(ctx, place, label, item)
        if isinstance(part, Within):
            out.append(Not(part.path, part.part, part.length))
        elif part is not None:
            out.append(Not(part.path, part))
    return tuple(out)


def _cooldown(ctx: Context, path: Path, value: Any) -> Cooldown | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        length = ctx.reader.duration(path, value)
        return Cooldown(length) if length else None
    given = ctx.reader.mapping(path, value, KEYS["rule.cooldown"], ("for",))
    length = ctx.reader.duration((*path, "for"), given.get("for"))
    per = ctx.reader.word((*path, "per"), given.get("per"), ("account", "program"), "account", "scope")
    return Cooldown(length, cast("Literal['account', 'program']", per)) if length else None


def silences(node: Node) -> tuple[EventTest, ...]:
    """Event tests with ``absent_for``: they make dated signals of nothing having happened."""
    return tuple(leaf for leaf in leaves(node) if leaf.absent is not None)


def _single(when: Node) -> bool:
    """Whether one event, looked at alone, decides the condition."""
    if isinstance(when, EventTest):
        return when.plain
    return isinstance(when, AnyOf) and all(_single(part) for part in when.parts)


def _options(when: Node) -> dict[str, tuple[tuple[FieldTest, ...], ...]]:
    """For each type: the tests by which an event could be part of a witness, as alternatives."""
    options: dict[str, tuple[tuple[FieldTest, ...], ...]] = {}
    for leaf in leaves(when):
        for event_type, alternatives in leaf.alternatives.items():
            options[event_type] = options.get(event_type, ()) + tuple(alternatives)
    return options


def _quick(options: Mapping[str, tuple[tuple[FieldTest, ...], ...]]) -> dict[str, Callable[[Signal], bool] | None]:
    """For each type: whether an event could be part of a witness at all (None: any event of the type could)."""
    out: dict[str, Callable[[Signal], bool] | None] = {}
    for event_type, several in options.items():
        cheapest_first = [tuple(t.check for t in sorted(tests, key=lambda t: t.comparison.cost)) for tests in several]
        out[event_type] = None if () in several else joined(cheapest_first)
    return out


def joined(several: list[tuple[Callable[[Signal], bool], ...]]) -> Callable[[Signal], bool]:
    """One closure for "passes all tests of any alternative"."""
    if len(several) == 1:
        checks = several[0]
        if len(checks) == 1:
            return checks[0]
        if len(checks) == 2:
            one, two = checks
            return lambda signal: one(signal) and two(signal)

        def every(signal: Signal) -> bool:
            for check in checks:  # noqa: SIM110 - a generator would cost three times as much here
                if not check(signal):
                    return False
            return True

        return every

    def some(signal: Signal) -> bool:
        for checks in several:
            for check in checks:
                if not check(signal):
                    break
            else:
                return True
        return False

    return some
