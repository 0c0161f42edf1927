"""A small second opinion: a linear score over what the patterns saw, trained on labelled items, that may veto a weak match.

It never states a fact; it only lowers confidence. The weights are plain numbers in ``_opinion.yaml`` (bench/train_opinion.py
writes them), so a person can read why a match was vetoed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


class OpinionError(ValueError):
    """The weights file is not what the trainer writes."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """Feature weights; a match whose score falls below ``threshold`` is vetoed."""

    weights: Mapping[str, float] = field(default_factory=dict)
    bias: float = 0.0
    threshold: float = 0.0
    active: bool = False

    @classmethod
    def neutral(cls) -> Opinion:
        """An opinion that never vetoes."""
        return cls()

    @classmethod
    def of(cls, data: Any) -> Opinion:
        """Read the parsed weights file. Raises OpinionError."""
        if not isinstance(data, dict) or not isinstance(data.get("weights"), dict):
            raise OpinionError("expected bias, threshold and weights")
        numbers = {"bias": data.get("bias", 0.0), "threshold": data.get("threshold", 0.0), **data["weights"]}
        for key, value in numbers.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise OpinionError(f"the weight of {key!r} is no number")
        weights = {str(k): float(v) for k, v in data["weights"].items()}
        return cls(weights, float(numbers["bias"]), float(numbers["threshold"]), True)

    def score(self, features: Iterable[str]) -> float:
        """Sum of the weights of the features that are there."""
        get = self.weights.get
        return self.bias + sum(get(f, 0.0) for f in features)

    def vetoes(self, features: Iterable[str]) -> bool:
        """Is a match with these features more likely wrong than right?"""
        return self.active and self.score(features) < self.threshold
