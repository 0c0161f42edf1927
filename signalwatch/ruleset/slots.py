"""``because: "{funding_round.amount} and {ind_clearance.product|a new trial}"``: slots filled from the dossier. Not a
template language: a slot names a field, perhaps with a fallback, and nothing else. ``{{`` is a brace.
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

_SLOT = re.compile(r"\{\{|\}\}|\{([^{}|]*)(?:\|([^{}]*))?\}|[{}]")

ACCOUNT_SLOTS: Mapping[str, str] = {
    "account.name": "name", "account.tier": "tier", "account.owner": "owner", "account.country": "country",
    "fit": "fit", "activity": "activity", "engagement": "engagement", "personas": "personas", "segment": "segment",
}  # fmt: skip
"""Slots that speak of the account; the value is the fact's name."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot: the event word it reads from ("" for the account), how, and what to say when nothing is known."""

    event: str
    name: str
    types: frozenset[str]
    value: Callable[[Signal], Any] | None
    fallback: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A parsed ``because``: text and slots in turn."""

    parts: tuple[str | Slot, ...] = ()

    def fill(self, witness: Sequence[Signal], facts: Mapping[str, Any]) -> str:
        """The sentence for one match. A slot without value and fallback leaves nothing, and no double blanks."""
        out = [part if isinstance(part, str) else _fill(part, witness, facts) for part in self.parts]
        return re.sub(r"\s+([,.;])", r"\1", " ".join("".join(out).split()))


def _fill(slot: Slot, witness: Sequence[Signal], facts: Mapping[str, Any]) -> str:
    if not slot.event:
        value = facts.get(slot.name)
        return slot.fallback if value is None else units.show(value)
    if slot.name == "count":
        return str(sum(s.type in slot.types for s in witness))
    for signal in reversed(witness):
        if signal.type in slot.types and slot.value is not None:
            value = slot.value(signal)
            if value not in (None, "", (), []):
                return units.show(value).replace("_", " ")
    return slot.fallback


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
            slot = _slot(reader, path, match[1].strip(), (match[2] or "").strip(), used, fields)
            if slot is not None:
                parts.append(slot)
    parts.append(text[last:])
    return Sentence(tuple(p for p in parts if p != ""))


def _slot(
    reader: Reader, path: Path, name: str, fallback: str, used: Mapping[str, Alternatives], fields: Fields
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
