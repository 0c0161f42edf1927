"""Trigger files as typed objects: types, patterns, kinds of items, scopes, and the pack that holds them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from signalwatch.detect.namebook import NameBook
from signalwatch.detect.phrases import Phrase
from signalwatch.detect.searching import Guard


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
class Bucket:
    """The phrases that one word may start: those looked at one by one, and those behind a second word that they need."""

    plain: tuple[Entry, ...]
    further: Mapping[str, tuple[Entry, ...]]
    seconds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Indexes:
    """From a word to the phrases that it may start: for titles, for texts, and for texts beside the event of a title."""

    title: Mapping[str, Bucket]
    text: Mapping[str, Bucket]
    beside: Mapping[str, Bucket]


@dataclass(frozen=True, slots=True)
class Scope:
    """Markers of one kind (plan, rumour ...) and how many words back they reach."""

    name: str
    words: int
    markers: Guard


@dataclass(frozen=True, slots=True)
class Pack:
    """A whole folder of trigger files, checked and compiled."""

    types: Mapping[str, TriggerType]
    items: tuple[ItemClass, ...]
    scopes: tuple[Scope, ...]
    book: NameBook
    indexes: Indexes
    hash: str
