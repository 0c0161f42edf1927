"""Compiled conditions, the ground: what a rule sees of an account, and what every condition can do.

A condition is true of *sets of events*. ``find`` answers one such set (the witness) or None:

* an event test is true of any event that passes it; ``count``, ``distinct`` and ``first`` ask more of the same test;
* ``all`` joins one set of each part (one event may serve several parts); ``any`` takes the set of one part;
* ``then`` takes different events in order of event time; equal times count as in order;
* ``within: D`` keeps sets that lie, together with the moment of the triggering event, in one window of length D;
* ``same: program|person`` keeps sets whose events all share one known program or person;
* ``not`` and measures (activity, fit, tier age ...) add no events: they only permit or refuse.

A rule fires when there is a set that holds the *triggering event*, so a happening that has nothing to do with a rule
can never fire it. Measures that the trigger moves count as holding it. Windows are event time, never arrival: an event
that comes late is put where it belongs and may complete a set whose other events are newer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from signalwatch.model import Account, Activity, Fit, Signal
from signalwatch.ruleset.fields import SILENCE

Witness = tuple[Signal, ...]
Pool = Mapping[str, Sequence[Signal]]
"""Signals by type, each list sorted by event time."""
Bound = datetime | None
Tree = dict[str, Any]


class Measure(Protocol):
    """Computes activity as it was: the scoring model applied to a part of the history at a moment."""

    def __call__(self, history: Sequence[Signal], now: datetime) -> Activity: ...


@dataclass(slots=True)
class View:
    """What rules see of one account at one moment.

    ``history`` is sorted by event time and includes ``trigger``. ``facts`` are the account's attributes by ICP name;
    what is not in there is unknown. ``assume`` names ``for`` keys to be taken as met (examples that do not state them).
    """

    account: Account
    trigger: Signal
    now: datetime
    history: Sequence[Signal] = ()
    tier: int = 3
    tier_since: datetime | None = None
    fit: Fit | None = None
    activity: Activity | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    measure: Measure | None = None
    assume: frozenset[str] = frozenset()


class Env:
    """One view while it is being evaluated, with what several rules need of it computed once."""

    __slots__ = ("_by_type", "_facts", "at", "brief", "newest", "pin", "trigger", "view")

    def __init__(
        self, view: View, by_type: dict[str, list[Signal]] | None = None, facts: dict[str, Any] | None = None
    ) -> None:
        """``by_type``: the history by type, oldest first and with the trigger in it; ``facts``: what ``for`` and measures
        ask for. Given by callers that have them already."""
        self.view = view
        self.trigger = view.trigger
        self.at = view.trigger.at
        # The event a witness must hold: the trigger, or, for a dated silence, the event after which nothing came.
        self.pin = view.trigger
        self._by_type = by_type
        self._facts = facts
        # Only whether there is a witness is asked: any will do.
        self.brief = False
        # Nothing known is newer than the trigger (only said where the history is at hand).
        self.newest = by_type is None and (not view.history or view.history[-1].at <= self.at)
        if view.trigger.type == SILENCE:
            anchor = view.trigger.attributes.get("anchor")
            self.pin = next((s for s in view.history if s.signal_id == anchor), view.trigger)

    @property
    def by_type(self) -> dict[str, list[Signal]]:
        """History by type, oldest first."""
        if self._by_type is None:
            out: dict[str, list[Signal]] = {}
            for signal in self.view.history:
                found = out.get(signal.type)
                if found is None:
                    out[signal.type] = [signal]
                else:
                    found.append(signal)
            trigger = self.trigger
            mine = out.setdefault(trigger.type, [])
            if not (mine and mine[-1] is trigger) and all(s.signal_id != trigger.signal_id for s in mine):
                mine.append(trigger)
                mine.sort(key=event_time)
            self._by_type = out
        return self._by_type

    @property
    def facts(self) -> dict[str, Any]:
        """Everything ``for`` and measures can ask for, by name. Unknown things are absent."""
        if self._facts is None:
            self._facts = _facts(self.view)
        return self._facts


def event_time(signal: Signal) -> datetime:
    """Sort key."""
    return signal.at


class Facts(dict[str, Any]):
    """Facts of an account by name. Activity, where it has to be measured, is measured when first asked for."""

    __slots__ = ("_view",)

    def __init__(self, view: View) -> None:
        super().__init__(view.facts)
        self._view: View | None = None
        if view.activity is not None:
            self._take(view.activity)
        elif view.measure is not None:
            self._view = view

    def _take(self, activity: Activity) -> None:
        self["activity"] = activity.total
        self["engagement"] = activity.engagement
        self["personas"] = len(activity.personas)

    def get(self, name: str, default: Any = None) -> Any:
        """One fact, or ``default`` when it is unknown."""
        if self._view is not None and name in _MEASURED:
            view, self._view = self._view, None
            if view.measure is not None:
                self._take(view.measure(view.history, view.now))
        return super().get(name, default)


_MEASURED = frozenset({"activity", "engagement", "personas"})


def _facts(view: View) -> dict[str, Any]:
    account = view.account
    known = Facts(view)
    for name, value in (
        ("account", account.account_id), ("name", account.name), ("owner", account.owner), ("kind", account.kind),
        ("country", account.country), ("ticker", account.ticker),
    ):  # fmt: skip
        if value and name not in known:
            known[name] = value
    known["tier"] = str(view.tier)
    if view.tier_since is not None:
        known["tier_age"] = view.now - view.tier_since
    if view.fit is not None:
        known["fit"] = view.fit.score
        if view.fit.segment:
            known["segment"] = view.fit.segment
    return known


class Node(Protocol):
    """A condition. ``types`` are the event types that may be part of a witness."""

    path: str
    types: frozenset[str]
    measures: frozenset[str]

    def find(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> Witness | None:
        """A set of events between ``low`` and ``high`` that makes it true (holding the pin, if ``pinned``), or None."""

    def why(self, env: Env, pool: Pool, low: Bound, high: Bound, pinned: bool) -> tuple[str, str]:
        """For a condition that is not true: path of the first failing part, and by how much it missed, in words."""

    def tree(self, env: Env, pool: Pool, low: Bound, high: Bound) -> Tree:
        """The condition with its values, JSON-able."""


def describe(node: Node, env: Env, pool: Pool, low: Bound, high: Bound, op: str, children: Iterable[Tree] = ()) -> Tree:
    """The common part of every explanation: whether it holds, by which events, and else by how much it missed."""
    witness = node.find(env, pool, low, high, False)
    tree: Tree = {"op": op, "path": node.path, "ok": witness is not None}
    if witness:
        tree["events"] = [brief(s) for s in witness]
    if witness is None:
        path, words = node.why(env, pool, low, high, False)
        tree["missed"] = words
        if path != node.path:
            tree["failed"] = path
    parts = list(children)
    if parts:
        tree["parts"] = parts
    return tree


def brief(signal: Signal) -> dict[str, Any]:
    """One event of a witness, JSON-able."""
    return {"id": signal.signal_id, "type": signal.type, "at": signal.at.isoformat(), "title": signal.title}


def day(signal: Signal) -> str:
    """Event date, for people."""
    return f"{signal.at:%Y-%m-%d}"
