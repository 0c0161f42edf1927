"""Reads routes.yaml. Every problem is collected; dangling names and unreachable branches are reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from typing import Any, cast

from signalwatch.ruleset import units
from signalwatch.ruleset.account_tests import account_tests
from signalwatch.ruleset.compare import Comparison
from signalwatch.ruleset.conditions import Context
from signalwatch.ruleset.fields import Field, Fields
from signalwatch.ruleset.keys import KEYS
from signalwatch.ruleset.reader import Reader, kind_of
from signalwatch.ruleset.routes import (
    GROUP_BY,
    KINDS,
    MATCHERS,
    WEEKDAYS,
    Every,
    Mute,
    Quiet,
    Receiver,
    Route,
    Routes,
    Schedule,
    Target,
)
from signalwatch.yamlsrc import Path

MAX_DEPTH = 12


def matchers(ctx: Context, plays: Mapping[str, Any], segments: tuple[str, ...]) -> dict[str, Field]:
    """The fields a matcher may look at, with the values this pack knows."""
    return matcher_fields(ctx.fields, plays, segments)


def matcher_fields(fields: Fields, plays: Iterable[str], segments: Iterable[str]) -> dict[str, Field]:
    """The fields a matcher may look at, with the words that are known."""
    known: dict[str, Field] = {}
    for name, text in MATCHERS.items():
        known[name] = Field(name, "list" if name in ("area", "rule", "country") else "text", about=text)
    words = {
        "tier": ("0", "1", "2", "3"), "proposed_tier": ("0", "1", "2", "3"), "kind": KINDS,
        "polarity": ("positive", "neutral", "negative"), "type": fields.types, "play": tuple(plays),
        "segment": tuple(segments),
    }  # fmt: skip
    for name, values in words.items():
        if values:
            known[name] = Field(name, "enum", values, about=MATCHERS[name])
    return known


def routes(ctx: Context, data: Any, known: Mapping[str, Field]) -> Routes:
    """Read routes.yaml."""
    reader = ctx.reader
    top = reader.mapping((), data, KEYS["routes"], ("receivers", "route"))
    receivers = {
        name: _receiver(reader, ("receivers", name), name, value)
        for name, value in reader.mapping(("receivers",), top.get("receivers") or {}).items()
    }
    schedules = {"immediate": Schedule(), "hourly": Schedule("hourly", "hourly")}
    for name, value in reader.mapping(("schedules",), top.get("schedules") or {}).items():
        schedules[name] = _schedule(reader, ("schedules", name), name, value)
    quiet = {
        name: _quiet(reader, ("quiet_hours", name), name, value)
        for name, value in reader.mapping(("quiet_hours",), top.get("quiet_hours") or {}).items()
    }
    names = _Names(tuple(receivers), tuple(schedules), tuple(quiet))
    root = _route(ctx, ("route",), "route", top.get("route") or {}, known, names, 0)
    if root.match:
        reader.error(("route", "match"), "the first route takes everything", "move match into one of its routes")
    if top.get("route") is not None and not root.receivers:
        reader.error(("route",), "the first route needs receivers", "it takes what no other route takes")
    fallback = top.get("fallback")
    used = {r for node in root.walk() for r in node.receivers or ()} | {str(fallback)}
    for name in receivers:
        if name not in used:
            reader.warning(("receivers", name), f"receiver {name} is never used", key=True, code="unused")
    attention = reader.mapping(("attention",), top.get("attention") or {}, KEYS["routes.attention"])
    reader.note(("attention",), attention)
    per_week = attention.get("per_week")
    return Routes(
        root=root,
        receivers=receivers,
        schedules=schedules,
        quiet=quiet,
        mutes=tuple(_mute(ctx, p, item, known) for p, item in reader.items(("mutes",), top.get("mutes") or [])),
        fallback=reader.word(("fallback",), fallback, receivers, what="receiver") if fallback is not None else "",
        attention=None if per_week is None else reader.integer(("attention", "per_week"), per_week, 15, low=1),
    )


class _Names:
    """Names that routes may refer to."""

    def __init__(self, receivers: tuple[str, ...], schedules: tuple[str, ...], quiet: tuple[str, ...]) -> None:
        self.receivers = receivers
        self.schedules = schedules
        self.quiet = quiet


def _receiver(reader: Reader, path: Path, name: str, value: Any) -> Receiver:
    reader.identifier(path, name)
    targets: list[Target] = []
    listed = value if isinstance(value, list) else [value]
    for i, item in enumerate(listed):
        place = (*path, i) if isinstance(value, list) else path
        given = reader.mapping(place, item, KEYS["routes.receiver"], ("channel",))
        targets.append(
            Target(
                channel=reader.text((*place, "channel"), given.get("channel"), limit=80),
                recipient=reader.text((*place, "recipient"), given.get("recipient"), "owner", limit=320),
                path=place,
            )
        )
    if not targets:
        reader.error(path, f"receiver {name} has no channel", "channel: NAME (as in signalwatch.yaml)")
    return Receiver(name, tuple(targets))


def _schedule(reader: Reader, path: Path, name: str, value: Any) -> Schedule:
    given = reader.mapping(path, value, KEYS["routes.schedule"], ("every",))
    reader.note(path, given)
    if name in ("immediate", "hourly"):
        reader.error(path, f'"{name}" is a schedule already', "choose another name", key=True)
    every = reader.word((*path, "every"), given.get("every"), ("immediate", "hourly", "daily", "weekly"), "immediate")
    at = reader.unit((*path, "at"), given.get("at"), None, units.clock_time)
    if every in ("daily", "weekly") and at is None and given.get("at") is None:
        reader.error(path, f"a {every} schedule needs a time", 'at: "08:30"')
    day = reader.word((*path, "day"), given.get("day"), WEEKDAYS, "mon", "weekday") if every == "weekly" else ""
    if every != "weekly" and given.get("day") is not None:
        reader.error((*path, "day"), f"day belongs to weekly schedules, not to {every}")
    zone = given.get("zone")
    if zone is not None:
        reader.unit((*path, "zone"), zone, None, units.zone)
    elif every in ("daily", "weekly"):
        reader.warning(path, "no zone: the time is UTC", 'zone: "Europe/Berlin"')
    return Schedule(name, cast("Every", every), at, day, zone if isinstance(zone, str) else "UTC")


def _quiet(reader: Reader, path: Path, name: str, value: Any) -> Quiet:
    given = reader.mapping(path, value, KEYS["routes.quiet"], ("start", "end", "zone"))
    reader.note(path, given)
    start = reader.unit((*path, "start"), given.get("start"), time(20), units.clock_time)
    end = reader.unit((*path, "end"), given.get("end"), time(7), units.clock_time)
    if start == end:
        reader.error(path, "quiet hours that begin and end at the same time are the whole day", "use a mute instead")
    days = given.get("days")
    zone = given.get("zone")
    reader.unit((*path, "zone"), zone, None, units.zone)
    return Quiet(
        name,
        start,
        end,
        WEEKDAYS if days is None else reader.words((*path, "days"), days, WEEKDAYS, "weekday"),
        zone if isinstance(zone, str) else "UTC",
    )


def _mute(ctx: Context, path: Path, item: Any, known: Mapping[str, Field]) -> Mute:
    reader = ctx.reader
    given = reader.mapping(path, item, KEYS["routes.mute"], ("match", "because"))
    match = account_tests(ctx, (*path, "match"), "match", given.get("match") or {}, known)
    days: list[date | None] = []
    for key in ("since", "until"):
        value = given.get(key)
        if value is not None and not isinstance(value, date):
            reader.error((*path, key), f"a date was expected, not {kind_of(value)}", "write it as 2026-01-10")
            value = None
        days.append(value)
    since, until = days
    if since is not None and until is not None and since > until:
        reader.error(path, "the mute ends before it begins", "swap since and until")
    return Mute(match, reader.text((*path, "because"), given.get("because")), since, until)


def _route(
    ctx: Context, path: Path, label: str, value: Any, known: Mapping[str, Field], names: _Names, depth: int
) -> Route:
    reader = ctx.reader
    given = reader.mapping(path, value, KEYS["routes.route"])
    reader.note(path, given)
    if depth > MAX_DEPTH:
        reader.error(path, f"routes are nested more than {MAX_DEPTH} deep")
        return Route(label)
    match: tuple[Comparison, ...] = ()
    if given.get("match") is not None:
        match = account_tests(ctx, (*path, "match"), f"{label}.match", given["match"], known)
    elif depth:
        reader.warning(path, "a route without match takes everything that comes to it", "add match")
    children: list[Route] = []
    for i, (place, item) in enumerate(reader.items((*path, "routes"), given.get("routes") or [])):
        child = _route(ctx, place, f"{label}.routes[{i}]", item, known, names, depth + 1)
        if children and _covered(children, child):
            reader.warning(place, "never reached: an earlier route takes everything this one matches", code="shadowed")
        children.append(child)

    def several(key: str, choices: tuple[str, ...], what: str) -> tuple[str, ...] | None:
        return None if given.get(key) is None else reader.words((*path, key), given[key], choices, what)

    def span(key: str) -> timedelta | None:
        return reader.duration((*path, key), given.get(key)) or None

    mute = reader.text((*path, "mute"), given.get("mute"))
    schedule = given.get("schedule")
    return Route(
        label=label,
        match=match,
        receivers=several("receivers", names.receivers, "receiver"),
        group_by=several("group_by", tuple(GROUP_BY), "grouping"),
        group_wait=span("group_wait"),
        group_interval=span("group_interval"),
        repeat_interval=span("repeat_interval"),
        schedule=None
        if schedule is None
        else reader.word((*path, "schedule"), schedule, names.schedules, what="schedule"),
        quiet=several("quiet", names.quiet, "quiet hours"),
        carry_on=reader.boolean((*path, "continue"), given.get("continue")),
        mute=mute,
        routes=tuple(children),
    )


def _covered(earlier: list[Route], child: Route) -> bool:
    """Whether an earlier sibling without ``continue`` has no other matchers than the child has."""
    mine = {(m.name, m.op, m.want) for m in child.match}
    return any(not e.carry_on and {(m.name, m.op, m.want) for m in e.match} <= mine for e in earlier)
