"""Pace, budget and freeze per group of hosts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from signalwatch.clock import Clock
from signalwatch.errors import Blocked, Deferred
from signalwatch.http.settings import HostPolicy, HostState

LoadState = Callable[[str], HostState | None]
SaveState = Callable[[str, HostState], None]


class _Group:
    """What is known of one group. ``turn`` serialises those who wait for their slot, ``lock`` guards the fields."""

    __slots__ = ("blocked", "day", "frozen_until", "lock", "next_at", "reason", "turn", "used")

    def __init__(self, state: HostState | None) -> None:
        state = state or HostState()
        self.lock, self.turn = threading.Lock(), threading.Lock()
        self.frozen_until, self.blocked, self.reason = state.frozen_until, state.blocked, state.reason
        self.next_at, self.day, self.used = state.next_at, state.day, state.used

    def state(self) -> HostState:
        return HostState(
            frozen_until=self.frozen_until,
            blocked=self.blocked,
            reason=self.reason,
            next_at=self.next_at,
            day=self.day,
            used=self.used,
        )


class Pacer:
    """Lets requests to one group of hosts through: not while frozen, not beyond the budget, not too fast.

    Freezes and used budget are handed to ``save`` so that they outlive the process; ``load`` is asked once per group.
    """

    def __init__(self, clock: Clock, load: LoadState | None = None, save: SaveState | None = None) -> None:
        self._clock, self._load, self._save = clock, load, save
        self._groups: dict[str, _Group] = {}
        self._lock = threading.Lock()

    def enter(self, name: str, policy: HostPolicy, sleep: Callable[[float], None]) -> None:
        """Take one slot of group ``name``, sleeping for the pace if needed.

        Raises Blocked or Deferred, without any request made, while the group is frozen or its day's budget is used up.
        """
        group = self._groups.get(name) or self._group(name)
        if policy.min_interval <= 0:
            self._admit(name, group, policy)
            return
        with group.turn:
            now = self._clock.now()
            if group.next_at is not None:
                # Never longer than one interval: a clock that was set back must not stall us.
                wait = min((group.next_at - now).total_seconds(), policy.min_interval)
                if wait > 0:
                    self._check_frozen(name, group, now)
                    sleep(wait)
            self._admit(name, group, policy)
            group.next_at = self._clock.now() + timedelta(seconds=policy.min_interval)

    def freeze(self, name: str, until: datetime, reason: str, *, blocked: bool) -> None:
        """No request to this group before ``until``. A longer freeze that is already there stays."""
        group = self._group(name)
        with group.lock:
            if group.frozen_until is not None and group.frozen_until >= until:
                return
            group.frozen_until, group.blocked, group.reason = until, blocked, reason
            state = group.state()
        if self._save:
            self._save(name, state)

    def state(self, name: str) -> HostState:
        """What is known of a group, for status pages."""
        return self._group(name).state()

    def _group(self, name: str) -> _Group:
        with self._lock:
            group = self._groups.get(name)
            if group is None:
                group = self._groups[name] = _Group(self._load(name) if self._load else None)
            return group

    def _admit(self, name: str, group: _Group, policy: HostPolicy) -> None:
        if group.frozen_until is None and policy.daily_budget is None:
            return  # the common case costs nothing
        now = self._clock.now()
        self._check_frozen(name, group, now)
        if policy.daily_budget is None:
            return
        today = now.astimezone(UTC).date().isoformat()
        with group.lock:
            if group.day != today:
                group.day, group.used = today, 0
            if group.used >= policy.daily_budget:
                midnight = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), datetime.min.time(), UTC)
                raise Deferred(
                    f"the daily budget of {policy.daily_budget} requests to {name} is used up; next try after midnight"
                    " UTC (http.hosts.*.daily_budget)",
                    until=midnight,
                )
            group.used += 1
            state = group.state()
        if self._save:
            self._save(name, state)

    def _check_frozen(self, name: str, group: _Group, now: datetime) -> None:
        until = group.frozen_until
        if until is None:
            return
        if until <= now:
            with group.lock:
                if group.frozen_until == until:
                    group.frozen_until, group.blocked, group.reason = None, False, ""
            return
        message = f"{name} is left alone until {until:%Y-%m-%d %H:%M:%S} UTC: {group.reason}"
        if group.blocked:
            raise Blocked(message, retry_after=until - now)
        raise Deferred(message, until=until)
