"""A tiny text grammar: ``{slot}`` takes a value, ``[this|that|]`` picks one alternative (no nesting).

Used to vary the invented texts; the product itself never renders with it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from functools import cache

_PIECE = re.compile(r"\[([^\[\]]*)\]|\{(\w+)\}")
_SPACES = re.compile(r"\s+(?=[\s,.;:)])")

Part = str | tuple[str, ...]


@cache
def _alternatives(template: str) -> tuple[Part, ...]:
    """Split a template into fixed text and choices; slots stay inside for a later ``format_map``."""
    parts: list[Part] = []
    at = 0
    for match in _PIECE.finditer(template):
        if match.group(1) is None:
            continue
        parts.append(template[at : match.start()])
        parts.append(tuple(match.group(1).split("|")))
        at = match.end()
    parts.append(template[at:])
    return tuple(parts)


def slots_of(template: str) -> frozenset[str]:
    """Names of the slots a template uses."""
    return frozenset(re.findall(r"\{(\w+)\}", template))


def fill(template: str, slots: Mapping[str, str], rng: random.Random) -> str:
    """Fill one template. Raises KeyError when a slot is unknown."""
    text = "".join(part if isinstance(part, str) else rng.choice(part) for part in _alternatives(template))
    return _SPACES.sub("", text.format_map(slots)).strip()


def pick(templates: Sequence[str], slots: Mapping[str, str], rng: random.Random) -> str:
    """Fill one of several templates; those whose slots are empty or missing here are not considered.

    Raises ValueError when none can be filled.
    """
    template = rng.choice(templates)
    for _ in range(6):
        if all(slots.get(name) for name in _required(template)):
            return fill(template, slots, rng)
        template = rng.choice(templates)
    usable = [t for t in templates if all(slots.get(name) for name in _required(t))]
    if not usable:
        raise ValueError(f"no wording can be filled from {sorted(k for k, v in slots.items() if v)}: {templates[0]!r}")
    return fill(rng.choice(usable), slots, rng)


OPTIONAL = frozenset({"tick", "leadby"})
"""Slots that may be empty: a private company has no ticker, a round may have no named lead."""


@cache
def _required(template: str) -> frozenset[str]:
    return slots_of(template) - OPTIONAL
