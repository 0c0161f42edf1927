"""routes.yaml once read: a routing tree in the manner of Alertmanager. Pure data; ``signalwatch.routing`` walks it.

How the tree means to be walked:

* an alert starts at ``root``; it descends into the first child whose matchers all pass, and also into later ones when
  that child says ``continue``; if no child takes it, the node itself does;
* whatever a node does not say, it has from its parent (``receivers``, grouping, ``schedule``, ``quiet``);
* a muted node drops what reaches it, with its ``because`` as the reason, and says so in the decision;
* ``recipient: owner`` is the account's owner; without one, or with an owner nobody knows, ``fallback`` hears of it;
* quiet hours defer to the end of the quiet period, never drop; a schedule gathers alerts into one message per period;
* mutes apply before routing, in the order written, between ``since`` and ``until`` (dates, both included).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any, Literal

from signalwatch.ruleset.compare import Comparison

OWNER = "owner"
"""The recipient that stands for the account's owner."""

Every = Literal["immediate", "hourly", "daily", "weekly"]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MATCHERS: Mapping[str, str] = {
    "tier": "tier of the account now", "owner": "owner of the account", "type": "event type",
    "area": "therapeutic areas of the event", "play": "suggested play", "kind": "alert, update, correction ...",
    "polarity": "positive, neutral or negative", "rule": "ids of the rules that fired", "segment": "ICP segment",
    "account": "account id", "proposed_tier": "tier that is proposed", "country": "country of the account",
}  # fmt: skip
"""What a matcher may look at; ``routing`` builds these facts of an alert."""
GROUP_BY: Mapping[str, str] = {
    "account": "one message per account", "story": "one per story", "program": "one per program",
    "owner": "one per owner", "type": "one per event type", "rule": "one per first rule", "kind": "one per kind",
}  # fmt: skip
KINDS = ("alert", "update", "correction", "recommendation", "operator", "resolve", "digest", "summary")


def matched(matchers: tuple[Comparison, ...], facts: Mapping[str, Any]) -> bool:
    """Whether all matchers pass. Tiers may be numbers; a fact that is missing or empty passes no plain matcher."""
    for matcher in matchers:
        fact = facts.get(matcher.name)
        if not matcher.test(str(fact) if type(fact) is int else fact):
            return False
    return True


@dataclass(frozen=True, slots=True)
class Target:
    """One way to one recipient: the name of a channel in signalwatch.yaml, and who there."""

    channel: str
    recipient: str = OWNER
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Receiver:
    """A named set of targets; each gets every alert."""

    name: str
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """When messages go: at once, or gathered to the full hour, to a local time every day, or on one weekday."""

    name: str = "immediate"
    every: Every = "immediate"
    at: time | None = None
    day: str = ""  # mon ... sun, for weekly
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which nothing is sent: local, may run over midnight. ``days`` are those on which a period begins."""

    name: str
    start: time
    end: time
    days: tuple[str, ...] = WEEKDAYS
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Mute:
    """Alerts that nobody wants for a while, and why."""

    match: tuple[Comparison, ...]
    because: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A node of the tree. None means: as my parent does."""

    label: str
    match: tuple[Comparison, ...] = ()
    receivers: tuple[str, ...] | None = None
    group_by: tuple[str, ...] | None = None
    group_wait: timedelta | None = None
    group_interval: timedelta | None = None
    repeat_interval: timedelta | None = None
    schedule: str | None = None
    quiet: tuple[str, ...] | None = None
    carry_on: bool = False  # ``continue:`` in the file
    mute: str = ""  # because, when this node drops
    routes: tuple[Route, ...] = ()

    def matches(self, facts: Mapping[str, Any]) -> bool:
        """Whether all matchers pass. ``facts``: values by the names of MATCHERS; lists and plain values."""
        return matched(self.match, facts)

    def walk(self) -> Iterator[Route]:
        """This node and everything below it."""
        yield self
        for child in self.routes:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Routes:
    """routes.yaml as a whole."""

    root: Route
    receivers: Mapping[str, Receiver]
    schedules: Mapping[str, Schedule] = field(default_factory=lambda: {"immediate": Schedule()})
    quiet: Mapping[str, Quiet] = field(default_factory=dict)
    mutes: tuple[Mute, ...] = ()
    fallback: str = ""  # receiver for alerts whose owner is unknown
    attention: int | None = None  # alerts per person and week; what is above goes to the digest

    @property
    def channels(self) -> tuple[str, ...]:
        """Every channel name a receiver uses, to be checked against the settings."""
        return tuple(dict.fromkeys(t.channel for r in self.receivers.values() for t in r.targets))
