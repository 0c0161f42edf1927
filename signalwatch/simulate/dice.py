"""Seeded chance: one independent stream per purpose, so that adding one thing does not reshuffle the rest."""

from __future__ import annotations

import random


def stream(seed: int, *purpose: object) -> random.Random:
    """A random stream that depends on the seed and the purpose alone (text seeds are hashed the same everywhere)."""
    return random.Random("/".join(str(part) for part in (seed, *purpose)))
