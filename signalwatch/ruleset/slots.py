"""``because: "{funding_round.amount} and {ind_clearance.product|a new trial}"``: slots filled from the dossier. Not a
template language: a slot names a field, perhaps other fields to try (``{deal.total|deal.amount|no value}``), perhaps at
last a text, and nothing else. ``{{`` is a brace.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from signalwatch.model import Signal
from signalwatch.ruleset import units
from signalwatch.ruleset.conditions import Alternatives, getter
from signalwatch.ruleset.fields import Field, Fields
from signalwatch.ruleset.reader import Reader
from signalwatch.yamlsrc import Path, expected

_SLOT = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")

FIRST_OF_MANY = 3
"""A sentence names so many of a list: products have many spellings."""

ACCOUNT_SLOTS: Mapping[str, str] = {
    "account.name": "name", "account.tier": "tier", "account.owner": "owner", "account.country": "country",
    "fit": "fit", "activity": "activity", "engagement": "engagement", "personas": "personas", "segment": "segment",
}  # fmt: skip
"""Slots that speak of the account; the value is the fact's name."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot: the event word it reads from ("" for the account), how, and what to say (or try) when it is unknown."""

    event: str
    name: str
    types: frozenset[str]
    value: Callable[[Signal], Any] | None
    fallback: str | Slot = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A parsed ``because``: text and slots in turn."""

    parts: tuple[str | Slot, ...] = ()

    def fill(self, witness: Sequence[Signal], facts: Mapping[str, Any]) -> str:
        """The sentence for one match. A slot without value and fallback leaves nothing, and no double blanks."""
        out = [part if isinstance(part, str) else _fill(part, witness, facts) for part in self.parts]
        return re.sub(r"\s+([,.;])", r"\1", " ".join("".join(out).split()))


def _fill(slot: Slot, witness: Sequence[Signal], facts: Mapping[str, Any]) -> str:
    text = _known(slot, witness, facts)
    if text or isinstance(slot.fallback, str):
        return text or str(slot.fallback)
    return _fill(slot.fallback, witness, facts)


def _known(slot: Slot, witness: Sequence[Signal], facts: Mapping[str, Any]) -> str:
    """What is known for a slot; "" when nothing is."""
    if not slot.event:
        value = facts.get(slot.name)
        return "" if value is None else units.show(value)
    if slot.name == "count":
        return str(sum(s.type in slot.types for s in witness))
    for signal in reversed(witness):
        if signal.type in slot.types and slot.value is not None:
            value = slot.value(signal)
            if type(value) in (list, tuple):  # Money is a tuple of its own
                value = list(value[:FIRST_OF_MANY])
            if value not in (None, "", (), []):
                return units.show(value).replace("_", " ")
    return ""


def parse(reader: Reader, path: Path, text: str, used: Mapping[str, Alternatives], fields: Fields) -> Sentence:
    """Parse ``because``; slots that name events the rule does not ask for, or fields they lack, are errors.

    Args:
        reader: where problems go.
        path: place of the sentence.
        text: the sentence.
        used: event words of the rule's ``when`` with what they stand for.
        fields: fields by type.
    """
    parts: list[str | Slot] = []
    last = 0
    for match in _SLOT.finditer(text):
        parts.append(text[last : match.start()])
        last = match.end()
        whole = match.group()
        if whole in ("{{", "}}"):
            parts.append(whole[0])
        elif match[1] is None:
            reader.error(path, f"a lone {whole} in the sentence", "write {{ or }} for a brace")
        else:
            slot = _chain(reader, path, match[1].split("|"), used, fields)
            if slot is not None:
                parts.append(slot)
    parts.append(text[last:])
    return Sentence(tuple(p for p in parts if p != ""))


def _chain(
    reader: Reader, path: Path, names: Sequence[str], used: Mapping[str, Alternatives], fields: Fields
) -> Slot | None:
    """``a.b|c.d|text``: the last part is a text unless it names a field, too."""
    first, *rest = (name.strip() for name in names)
    fallback: str | Slot = ""
    if rest:
        last = len(rest) == 1
        names_a_field = "." in rest[0] and (rest[0] in ACCOUNT_SLOTS or rest[0].partition(".")[0] in used)
        if last and not names_a_field:
            fallback = rest[0]
        else:
            fallback = _chain(reader, path, rest, used, fields) or ""
    return _slot(reader, path, first, fallback, used, fields)


def _slot(
    reader: Reader, path: Path, name: str, fallback: str | Slot, used: Mapping[str, Alternatives], fields: Fields
) -> Slot | None:
    if name in ACCOUNT_SLOTS:
        return Slot("", ACCOUNT_SLOTS[name], frozenset(), None, fallback)
    event, dot, attribute = name.partition(".")
    if not dot or event not in used:
        options = [*(f"{w}.title" for w in used), *ACCOUNT_SLOTS]
        hint = expected(name, options)
        reader.error(path, f"the slot {{{name}}} names nothing this rule asks for", hint, code="slot")
        return None
    types = frozenset(used[event])
    if attribute == "count":
        return Slot(event, "count", types, None, fallback)
    if attribute in ("date", "at"):
        return Slot(event, attribute, types, lambda signal: signal.at.date(), fallback)
    if attribute == "type":
        return Slot(event, attribute, types, lambda signal: signal.type, fallback)
    found: list[tuple[str, Field]] = []
    for event_type in sorted(types):
        one = fields.find([event_type], attribute)
        if one is not None:
            found.append((event_type, one))
    if not found:
        tables = [set(t) for t in (fields.of(t) for t in types) if t is not None]
        options = sorted(set().union(*tables)) if tables else []
        hint = expected(attribute, [*options, "date", "count", "type"])
        reader.error(path, f'{event} has no field "{attribute}"', hint, code="slot")
        return None
    getters = {event_type: getter(one) for event_type, one in found}

    def value(signal: Signal) -> Any:
        read = getters.get(signal.type)
        return None if read is None else read(signal)

    return Slot(event, attribute, types, value, fallback)
