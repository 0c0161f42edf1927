"""Tiers that hold more accounts than fit in. A person may overfill a tier; nobody fills it above ``never_above``."""

from __future__ import annotations

from collections.abc import Mapping

from signalwatch.ruleset.policy import Tiers


def crowding(tiers: Tiers, counts: Mapping[int, int], total: int) -> list[str]:
    """What is to be said of the tiers, one sentence for each that holds too many.

    Args:
        tiers: tiers.yaml.
        counts: accounts by tier.
        total: accounts of the whole list.
    """
    said = []
    for number, policy in sorted(tiers.tiers.items()):
        held, fit = counts.get(number, 0), policy.capacity(total)
        if policy.never_above is not None and held > policy.never_above:
            said.append(f"tier {number} holds {held} accounts, and should never hold more than {policy.never_above}")
        elif fit is not None and held > fit:
            said.append(f"tier {number} holds {held} accounts, and {fit} fit in")
    return said
