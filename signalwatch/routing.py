"""Who hears of an alert, through which channel, and when. Pure; walks the tree of rules/routes.yaml.

Quiet hours and schedules move the due time and never drop; only a mute drops, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from signalwatch.errors import ConfigError, Problem
from signalwatch.model import Account, Dossier, Signal
from signalwatch.ruleset import units
from signalwatch.ruleset.routes import OWNER, WEEKDAYS, Mute, Quiet, Route, Routes, Schedule, Target, matched

DEFAULT_CHANNEL = "default"
"""In routes.yaml: every channel the settings name as default (all configured ones when they name none)."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message that would go out: to whom, when, and along which path of the tree."""

    channel: str
    recipient: str
    due_at: datetime
    group_key: str
    path: str
    reason: str = ""
    held: str = ""  # what moved the due time, in words: waiting for company, a digest, quiet hours


@dataclass(frozen=True, slots=True)
class Inherited:
    """What a node of the tree says after its parents spoke."""

    receivers: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    group_wait: timedelta = timedelta(0)
    schedule: str = "immediate"
    quiet: tuple[str, ...] = ()


def facts_of(dossier: Dossier, account: Account, signal: Signal | None, areas: Sequence[str] = ()) -> dict[str, Any]:
    """The facts matchers look at."""
    return {
        "tier": account.tier,
        "owner": account.owner,
        "type": dossier.event_type,
        "area": tuple(areas),
        "play": dossier.play,
        "kind": dossier.kind,
        "polarity": dossier.polarity if signal is None else signal.polarity,
        "rule": tuple(o.rule_id for o in dossier.rules),
        "segment": dossier.fit.segment if dossier.fit is not None else "",
        "account": account.account_id,
        "proposed_tier": dossier.proposed_tier,
        "country": account.country,
    }


def _inherit(parent: Inherited, node: Route) -> Inherited:
    return Inherited(
        receivers=parent.receivers if node.receivers is None else node.receivers,
        group_by=parent.group_by if node.group_by is None else node.group_by,
        group_wait=parent.group_wait if node.group_wait is None else node.group_wait,
        schedule=parent.schedule if node.schedule is None else node.schedule,
        quiet=parent.quiet if node.quiet is None else node.quiet,
    )


def leaves(
    node: Route, facts: Mapping[str, Any], parent: Inherited, path: str
) -> Iterator[tuple[Route, Inherited, str]]:
    """The nodes that take an alert, each with what it inherited and its path."""
    here = _inherit(parent, node)
    path = f"{path}/{node.label}" if path else node.label
    taken = False
    for child in node.routes:
        if child.matches(facts):
            taken = True
            yield from leaves(child, facts, here, path)
            if not child.carry_on:
                break
    if not taken:
        yield node, here, path


def muted(mutes: Sequence[Mute], facts: Mapping[str, Any], now: datetime) -> str:
    """Why an alert is muted; "" when it is not."""
    today = now.date()
    for mute in mutes:
        if (mute.since and today < mute.since) or (mute.until and today > mute.until):
            continue
        if matched(mute.match, facts):
            return mute.because or "muted"
    return ""


def scheduled(now: datetime, schedule: Schedule) -> datetime:
    """The next moment a schedule sends; ``now`` itself for immediate ones."""
    if schedule.every == "immediate":
        return now
    zone = ZoneInfo(schedule.zone)
    local = now.astimezone(zone)
    if schedule.every == "hourly":
        return (now + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    at = schedule.at
    hour, minute = (at.hour, at.minute) if at is not None else (8, 0)
    candidate = local.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
    for _ in range(9):
        right_day = schedule.every != "weekly" or WEEKDAYS[candidate.weekday()] == (schedule.day or "mon")
        if right_day and candidate.astimezone(UTC) > now:
            return candidate.astimezone(UTC)
        candidate = (candidate.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone)
    return candidate.astimezone(UTC)


def after_quiet(at: datetime, periods: Sequence[Quiet]) -> datetime:
    """``at``, moved to the end of the quiet period it falls into (several may follow one another)."""
    for _ in range(10):
        moved = at
        for quiet in periods:
            moved = max(moved, _end_of_quiet(moved, quiet))
        if moved == at:
            return at
        at = moved
    return at


def _end_of_quiet(at: datetime, quiet: Quiet) -> datetime:
    if quiet.start == quiet.end:
        return at  # a period without length
    zone = ZoneInfo(quiet.zone)
    local = at.astimezone(zone)
    for back in (0, 1):  # a period that began yesterday may still run
        day = (local - timedelta(days=back)).date()
        if WEEKDAYS[day.weekday()] not in quiet.days:
            continue
        begin = datetime.combine(day, quiet.start, tzinfo=zone)
        last = day if quiet.end > quiet.start else day + timedelta(days=1)
        end = datetime.combine(last, quiet.end, tzinfo=zone)
        if begin.astimezone(UTC) <= at < end.astimezone(UTC):
            return end.astimezone(UTC)
    return at


def _held(wait: timedelta, schedule: Schedule, quiet: Sequence[Quiet]) -> str:
    """What moves a due time, in words."""
    parts = [f"waits {units.show_duration(wait)} for company"] if wait else []
    if schedule.every != "immediate":
        at = f" at {schedule.at:%H:%M}" if schedule.at is not None else ""
        zone = f" {schedule.zone}" if at else ""
        parts.append(f"{schedule.every} digest {schedule.name}{at}{zone}")
    parts += [f"quiet hours {q.name} ({q.start:%H:%M} to {q.end:%H:%M} {q.zone})" for q in quiet]
    return ", ".join(parts)


class Router:
    """Routes alerts. ``channels``: configured names; ``default``: what the channel name "default" stands for."""

    def __init__(self, routes: Routes, *, channels: Sequence[str], default: Sequence[str] = ()) -> None:
        self._routes = routes
        self._channels = tuple(channels)
        self._default = tuple(default) or self._channels

    def check(self) -> None:
        """Raise ConfigError when a receiver names a channel that is not configured."""
        problems = [
            Problem("routes.yaml", 0, 0, f"receiver names channel {name!r}, which is not configured",
                    hint=f"configured channels: {', '.join(self._channels) or 'none'}; or write channel: default")
            for name in self._routes.channels
            if name not in self._channels and name != DEFAULT_CHANNEL
        ]  # fmt: skip
        if problems:
            raise ConfigError(problems)

    def silenced(self, facts: Mapping[str, Any], now: datetime) -> str:
        """Why an alert goes to nobody: a mute, or a route that says so; "" when somebody hears of it."""
        why = muted(self._routes.mutes, facts, now)
        if why:
            return f"muted: {why}"
        nodes = list(leaves(self._routes.root, facts, Inherited(), ""))
        if nodes and all(node.mute for node, _, _ in nodes):
            return "; ".join(f"muted by {path}: {node.mute}" for node, _, path in nodes)
        return ""

    def deliveries(self, facts: Mapping[str, Any], dossier: Dossier, now: datetime) -> list[Delivery]:
        """Every message an alert would become, muted ones left out."""
        why = muted(self._routes.mutes, facts, now)
        if why:
            return []
        out: list[Delivery] = []
        for node, here, path in leaves(self._routes.root, facts, Inherited(), ""):
            if node.mute:
                continue
            schedule = self._routes.schedules.get(here.schedule, Schedule())
            planned = scheduled(now + here.group_wait, schedule)
            quiet = [self._routes.quiet[q] for q in here.quiet if q in self._routes.quiet]
            due = after_quiet(planned, quiet)
            held = _held(here.group_wait, schedule, quiet if due != planned else ())
            for name in here.receivers:
                for target in self._routes.receivers[name].targets:
                    out.extend(
                        replace(d, held=held) for d in self._target(target, facts, dossier, due, here, schedule, path)
                    )
        return list({(d.channel, d.recipient): d for d in reversed(out)}.values())[::-1]

    def _target(
        self, target: Target, facts: Mapping[str, Any], dossier: Dossier, due: datetime, here: Inherited,
        schedule: Schedule, path: str,
    ) -> Iterator[Delivery]:  # fmt: skip
        recipient = str(facts.get("owner") or "") if target.recipient == OWNER else target.recipient
        reason = ""
        if target.recipient == OWNER and not recipient:
            reason = "no owner"
            fallback = self._routes.receivers.get(self._routes.fallback)
            for other in fallback.targets if fallback is not None else ():
                if other.recipient != OWNER:
                    yield from self._target(other, facts, dossier, due, here, schedule, f"{path}/fallback")
            if fallback is not None:
                return
        values = {"story": dossier.story_id, "program": dossier.program, **facts}
        grouping = [f"{name}={values.get(name)}" for name in here.group_by]
        gathered = schedule.every != "immediate"
        group = f"{schedule.name}|{path}" if gathered else "|".join([path, *grouping]) if grouping else ""
        channels = self._default if target.channel == DEFAULT_CHANNEL else (target.channel,)
        for channel in channels:
            yield Delivery(channel, recipient, due, group, path, reason)
