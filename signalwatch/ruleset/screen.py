"""Which rules an event could fire at all: the first look, for thousands of rules at once.

Rules about one type of event ask the same things again and again (the phase, the area, the amount). Their tests become a
tree in which a test that several rules share is put to the event once, and when it fails all of them are out. Rules about
other types are not looked at, so they cost nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from signalwatch.model import Signal
from signalwatch.ruleset.events import FieldTest
from signalwatch.ruleset.fields import SILENCE
from signalwatch.ruleset.rules import Rule, joined

Check = Callable[[Signal], bool]
Tests = tuple[FieldTest, ...]
Entry = tuple[bool, Rule]
"""Whether passing the screen says that an event of the rule has passed, and the rule."""


@dataclass(slots=True)
class _Node:
    """A test; when it passes: entries that are reached, and tests that come next."""

    check: Check
    entries: tuple[int, ...] = ()
    below: tuple[_Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Screen:
    """The rules of one type of event. ``always`` are those that no test of the event alone rules out."""

    entries: tuple[Entry, ...] = ()
    always: tuple[int, ...] = ()
    nodes: tuple[_Node, ...] = field(default=(), repr=False)

    def candidates(self, signal: Signal) -> list[Entry]:
        """Entries the event could fire, in the order of the files."""
        found = list(self.always)
        _walk(self.nodes, signal, found)
        if not found:
            return []
        entries = self.entries
        return [entries[i] for i in (sorted(set(found)) if len(found) > 1 else found)]


def _walk(nodes: Sequence[_Node], signal: Signal, found: list[int]) -> None:
    for node in nodes:
        if node.check(signal):
            if node.entries:
                found += node.entries
            if node.below:
                _walk(node.below, signal, found)


def screen(rules: Iterable[Rule], event_type: str) -> Screen:
    """The screen of one type of event for the rules that such an event can affect."""
    entries: list[Entry] = []
    always: list[int] = []
    paths: list[tuple[Tests, int]] = []
    for i, rule in enumerate(rules):
        options = rule.options.get(event_type, ())
        blind = bool(rule.measures) or event_type == SILENCE
        entries.append((not blind, rule))
        if blind or not options or () in options:
            always.append(i)
        else:
            paths += [(tests, i) for tests in options]
    return Screen(tuple(entries), tuple(always), _tree(paths))


def _tree(paths: list[tuple[Tests, int]]) -> tuple[_Node, ...]:
    """Tests that most paths share come first; what is not shared stays together, cheapest first."""
    nodes: list[_Node] = []
    while paths:
        shared = Counter(key for tests, _ in paths for key in {t.comparison.key for t in tests})
        best, times = min(shared.items(), key=lambda item: (-item[1], item[0]))
        if times == 1:
            for tests, i in paths:
                ordered = sorted(tests, key=lambda t: t.comparison.cost)
                nodes.append(_Node(joined([tuple(t.check for t in ordered)]), (i,)))
            break
        inside = [(tests, i) for tests, i in paths if any(t.comparison.key == best for t in tests)]
        paths = [(tests, i) for tests, i in paths if not any(t.comparison.key == best for t in tests)]
        check = next(t.check for t in inside[0][0] if t.comparison.key == best)
        rest = [(tuple(t for t in tests if t.comparison.key != best), i) for tests, i in inside]
        done = tuple(i for tests, i in rest if not tests)
        nodes.append(_Node(check, done, _tree([(tests, i) for tests, i in rest if tests])))
    return tuple(nodes)
