"""Rules that load word by word and still can never fire, or cannot mean what they say. Sees one rule whole.

Errors where it is certain (``unreachable``, ``contradiction``), warnings where it is only likely. What tests of one event
contradict one another is found where they are read (``conditions``); what needs the whole pack is ``linting``'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from signalwatch.ruleset import sense, units
from signalwatch.ruleset.compare import Comparison
from signalwatch.ruleset.conditions import Context
from signalwatch.ruleset.events import EventTest, FieldTest
from signalwatch.ruleset.logic import (
    MOVED_BY_ENGAGEMENT,
    All,
    AnyOf,
    MeasureTest,
    Not,
    Same,
    Within,
    needed_measures,
    nodes,
)
from signalwatch.ruleset.nodes import Node
from signalwatch.ruleset.order import Then
from signalwatch.yamlsrc import Path

TIERS = ("0", "1", "2", "3")
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")


def check(ctx: Context, path: Path, when: Node, for_: Sequence[Comparison], unless: Sequence[Not]) -> None:
    """Note what is wrong with a rule whose parts are all right."""
    if _triggers(when):
        for dead in _untriggered(when):
            hint = "add an event to it, or move the test to 'for'"
            ctx.reader.warning(
                _place(path, dead.path), "this branch can never trigger the rule", hint, code="unreachable"
            )
    else:
        _no_trigger(ctx, path, when)
    if isinstance(when, All | Same) and len(list(leaves(when))) > 1:
        message = "several events without 'within': partial matches never expire"
        ctx.reader.warning((*path, "when"), message, "within: 180d", code="window")
    _measures(ctx, path, when, for_, unless)
    _forbidden(ctx, path, when, unless)
    _silences(ctx, path, when, None)
    for node in nodes(when):
        if isinstance(node, AnyOf):
            _covered(ctx, path, node)
        if isinstance(node, Same) and node.key == "person":
            _persons(ctx, path, node)


def check_move(ctx: Context, path: Path, for_: Sequence[Comparison], proposed: int, types: Sequence[str]) -> None:
    """A rule that proposes the tier its accounts are in, or a step against what its events mean."""
    tests = [t for t in for_ if t.name == "tier"]
    reachable = [int(n) for n in TIERS if all(t.test(n) for t in tests)]
    place = (*path, "propose", "tier")
    if reachable == [proposed]:
        message = f"proposes tier {proposed} for accounts that are in it already"
        ctx.reader.error(place, message, "change for.tier or propose.tier", code="contradiction")
        return
    if not tests or not reachable or 0 in reachable:
        return
    said = {ctx.polarity.get(t, "neutral") for t in types}
    others = [n for n in reachable if n != proposed]
    names = ", ".join(types[:3])
    if said == {"positive"} and all(proposed > n or proposed == 0 for n in others):
        message = f"tier {proposed} is a step down from tier {min(others)}, and {names} is good news"
        ctx.reader.warning(place, message, "tier 1 is the highest", code="contradiction")
    elif said == {"negative"} and proposed != 0 and all(proposed < n for n in others):
        message = f"tier {proposed} is a step up from tier {max(others)}, and {names} is bad news"
        ctx.reader.warning(place, message, "tier 1 is the highest", code="contradiction")


# --- what can trigger -------------------------------------------------------------------------------------------------


def _triggers(node: Node) -> bool:
    """Whether some event makes the service look at this condition with the event in it."""
    if isinstance(node, MeasureTest):
        return node.comparison.name == "activity" or node.comparison.name in MOVED_BY_ENGAGEMENT
    if isinstance(node, Not):
        return False
    if isinstance(node, Within | Same):
        return _triggers(node.part)
    if isinstance(node, All | AnyOf):
        return any(_triggers(p) for p in node.parts)
    return True


def _untriggered(node: Node) -> Iterator[Node]:
    """Branches of an ``any`` that must hold the trigger, and cannot."""
    if isinstance(node, Within | Same):
        yield from _untriggered(node.part)
    elif isinstance(node, All):
        able = [p for p in node.parts if _triggers(p)]
        if len(able) == 1:
            yield from _untriggered(able[0])
    elif isinstance(node, AnyOf):
        for part in node.parts:
            if _triggers(part):
                yield from _untriggered(part)
            else:
                yield part


def _no_trigger(ctx: Context, path: Path, when: Node) -> None:
    names = sorted(when.measures)
    message = "nothing here can trigger the rule"
    if names:
        message += f": no event moves {', '.join(names)}"
    hint = "add an event or a measure such as 'activity|gte: 50'"
    ctx.reader.error((*path, "when"), message, hint, code="unreachable")


# --- facts of the account ---------------------------------------------------------------------------------------------


def _measures(ctx: Context, path: Path, when: Node, for_: Sequence[Comparison], unless: Sequence[Not]) -> None:
    """Thresholds that exclude one another, that always hold, or that unless makes pointless."""
    needed = list(needed_measures(when))
    for name, several in sense.by_name([*for_, *needed]).items():
        field, inside = ctx.measures[name], [t for t in several if t in needed]
        if inside and sense.impossible(field, several):
            message = f"no account can pass all of: {sense.wanted(several)}"
            ctx.reader.error(_place(path, inside[-1].path), message, "loosen one of them", code="contradiction")
        for test in several:
            if sense.implied(field, [], test) and (test.op != "none_of" or name in sense.KNOWN):
                ctx.reader.warning(
                    _place(path, test.path), f"always true: {test.holds()}", "leave it out", code="always"
                )
    blocks = [(b, b.part) for b in unless] + [(n, n.part) for n in _needed_nots(when)]
    for block, part in blocks:
        if isinstance(part, MeasureTest):
            name = part.comparison.name
            given = [t for t in (*for_, *needed) if t.name == name]
            if sense.implied(ctx.measures[name], given, part.comparison):
                always = f"whenever {sense.wanted(given)}" if given else "always"
                message = f"{part.comparison.holds()} holds {always}, and forbids the rule: it can never fire"
                ctx.reader.error(_place(path, block.path), message, "narrow it", code="unreachable")


def _needed_nots(node: Node) -> Iterator[Not]:
    if isinstance(node, Not):
        yield node
    elif isinstance(node, Within | Same):
        yield from _needed_nots(node.part)
    elif isinstance(node, All):
        for part in node.parts:
            yield from _needed_nots(part)


# --- events that are asked for and forbidden ----------------------------------------------------------------------------


def _forbidden(ctx: Context, path: Path, when: Node, unless: Sequence[Not]) -> None:
    """``unless`` and ``not`` that find what ``when`` asks for, wherever it may lie."""
    for block in (*unless, *_needed_nots(when)):
        for leaf, span, alone in _needed_events(when, None):
            if not _finds(block, leaf) or not (alone or block.window is None or (span and block.window >= span)):
                continue
            word = "unless" if block in unless else "not"
            message = f"{_short(leaf)} is asked for, and forbidden by {word}: the rule can never fire"
            ctx.reader.error(_place(path, block.path), message, f"narrow {word}", code="unreachable")
            break


def _finds(block: Not, leaf: EventTest) -> bool:
    """Whether the block is true of every event that passes ``leaf``."""
    part = block.part
    return isinstance(part, EventTest) and part.plain and covers(part, leaf)


def covers(wider: EventTest, narrower: EventTest) -> bool:
    """Whether every event that passes ``narrower`` surely passes ``wider`` (both without counts and the like)."""
    return all(
        any(_tests(other) <= _tests(option) for other in wider.alternatives.get(event_type, ()))
        for event_type, options in narrower.alternatives.items()
        for option in options
    )


def _tests(option: Sequence[FieldTest]) -> frozenset[tuple[str, str, str]]:
    return frozenset(t.comparison.key for t in option)


def _needed_events(
    node: Node, span: timedelta | None, alone: bool = True
) -> Iterator[tuple[EventTest, timedelta | None, bool]]:
    """Event tests that must hold, the window they lie in, and whether the trigger itself must pass them."""
    if isinstance(node, EventTest):
        if node.absent is None:
            yield node, span, alone
    elif isinstance(node, Within):
        yield from _needed_events(node.part, min(span, node.length) if span else node.length, alone)
    elif isinstance(node, Same):
        yield from _needed_events(node.part, span, alone)
    elif isinstance(node, All):
        able = [p for p in node.parts if _triggers(p)]
        for part in node.parts:
            yield from _needed_events(part, span, alone and len(able) == 1)
    elif isinstance(node, Then):
        for step in node.steps:
            if step.absent is None:
                yield step, span, False


# --- silences, branches, persons ----------------------------------------------------------------------------------------


def _silences(ctx: Context, path: Path, node: Node, span: timedelta | None) -> None:
    """``absent_for`` in a window that ends before the silence is long enough, or beside what must not come."""
    if isinstance(node, Within):
        _silences(ctx, path, node.part, min(span, node.length) if span else node.length)
        return
    if isinstance(node, Same):
        _silences(ctx, path, node.part, span)
        return
    if isinstance(node, EventTest) and node.absent is not None:
        length = node.absent[1]
        if span is not None and span < length:
            shown = units.show_duration(length)
            message = (
                f"within {units.show_duration(span)} ends before the silence of {shown} is over: it can never fire"
            )
            ctx.reader.error(_place(path, node.path), message, f"within: {shown} or more", code="unreachable")
    if isinstance(node, Then):
        for i, step in enumerate(node.steps):
            after = node.steps[i + 1 :]
            if step.absent is not None and span is not None and span <= step.absent[1]:
                for later in after:
                    if covers(step.absent[0], later):
                        message = f"{_short(later)} must follow within {units.show_duration(span)}, and must not come"
                        ctx.reader.error(_place(path, later.path), message, "loosen absent_for", code="unreachable")
    if isinstance(node, All | AnyOf | Then):
        for part in node.steps if isinstance(node, Then) else node.parts:
            _silences(ctx, path, part, span)


def _covered(ctx: Context, path: Path, node: AnyOf) -> None:
    """Branches that another branch makes pointless."""
    plain = [p for p in node.parts if isinstance(p, EventTest) and p.plain]
    for i, part in enumerate(plain):
        for j, other in enumerate(plain):
            if i != j and covers(other, part) and not (covers(part, other) and i < j):
                message = f"this branch adds nothing: {_short(other)} takes every such event"
                ctx.reader.warning(
                    _place(path, part.path), message, "narrow the other, or drop this one", code="shadowed"
                )
                break


def _persons(ctx: Context, path: Path, node: Same) -> None:
    """``same: person`` over events that name nobody."""
    nameless = sorted(t for t in node.types if t not in ctx.fields.engagement and t != "leadership_change")
    if nameless:
        message = f"same: person, but {', '.join(nameless[:3])} names no person: it never holds"
        ctx.reader.warning((*path, "when"), message, "same: program, or leave it out", code="unreachable")


# --- walking ------------------------------------------------------------------------------------------------------------


def leaves(node: Node) -> Iterator[EventTest]:
    """All event tests that can be part of a witness."""
    if isinstance(node, EventTest):
        yield node
    elif isinstance(node, Within | Same):
        yield from leaves(node.part)
    elif isinstance(node, All | AnyOf):
        for part in node.parts:
            yield from leaves(part)
    elif isinstance(node, Then):
        yield from node.steps


def _short(leaf: EventTest) -> str:
    return leaf.label.rpartition(".")[2] if "[" in leaf.label else leaf.label


def _place(path: Path, label: str) -> Path:
    """The place in the file of a condition's path: ``when.all[1].ipo`` below the rule's."""
    steps: list[str | int] = []
    for match in _STEP.finditer(label):
        steps.append(int(match[2]) if match[2] is not None else match[1])
    return (*path, *steps)
