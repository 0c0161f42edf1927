"""Trigger files as typed objects: types, patterns, kinds of items, scopes, and the pack that holds them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from signalwatch.detect.namebook import NameBook
from signalwatch.detect.phrases import Guard, Phrase


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way a text states an event of a type."""

    id: str
    type: str
    phrases: tuple[Phrase, ...]
    where: str = "any"
    set: Mapping[str, Any] = field(default_factory=dict)
    allow: frozenset[str] = frozenset()
    unless: Guard | None = None
    unless_title: Guard | None = None
    needs: Guard | None = None
    confidence: float = 0.9
    always: bool = False
    only_listed: bool = False
    proper: bool = False
    beside: bool = False
    alone: bool = False
    becomes: str = ""
    yields: frozenset[str] = frozenset()
    becomes_when: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A text the type must (``fires``) or must not find itself in."""

    type: str
    fires: bool
    title: str
    text: str
    publisher: str
    kind: str
    expect: Mapping[str, Any]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class TriggerType:
    """One event type: its patterns, what stops it, which attributes it carries."""

    name: str
    polarity: str
    about: str
    patterns: tuple[Pattern, ...]
    allow: frozenset[str] = frozenset()
    attributes: tuple[str, ...] = ()
    listed: str = ""
    parties: bool = False
    each: str = ""
    beats: frozenset[str] = frozenset()
    unless: Guard | None = None
    unless_title: Guard | None = None
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemClass:
    """A kind of item that carries no news whatever words it uses, or news in its title only."""

    name: str
    effect: str
    phrases: tuple[Phrase, ...]
    unless: Guard | None = None
    hard: Guard | None = None
    drop: frozenset[str] = frozenset()
    anywhere: tuple[Phrase, ...] = ()
    anywhere_words: frozenset[str] = frozenset()  # of which one stands in every text that ``anywhere`` matches
    against: frozenset[str] = frozenset()
    favour: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """One phrase with its owner, in the order in which phrases are tried. ``needed``: sets of words of each of which one
    must stand in the text besides the word that led here."""

    order: int
    owner: Pattern | ItemClass
    phrase: Phrase
    anywhere: bool = False
    needed: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Markers of one kind (plan, rumour ...) and how many words back they reach."""

    name: str
    words: int
    regex: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Pack:
    """A whole folder of trigger files, checked and compiled. ``index`` leads from a word to the phrases it may start,
    ``beside`` to those that may add to a title which spoke, ``last_resort`` to those that speak alone."""

    types: Mapping[str, TriggerType]
    items: tuple[ItemClass, ...]
    scopes: tuple[Scope, ...]
    book: NameBook
    index: Mapping[str, tuple[Entry, ...]]
    beside: Mapping[str, tuple[Entry, ...]]
    last_resort: Mapping[str, tuple[Entry, ...]]
    hash: str
