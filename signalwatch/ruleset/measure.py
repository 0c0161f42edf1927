"""Points and activity: what events are worth, and what of it is left. Pure.

*Activity* is a sum of points that halve every half-life of their event type, from event time. Engagement is multiplied
by its breadth: each further persona adds ``breadth.bonus``, so several mid-level signals from several people outrank one
hot action. Points of one type are capped, so that a chatty source cannot lift an account by itself. Negatives net
against positives line by line, and the lines are what an alert shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from signalwatch.model import EVENT_TYPES, Activity, Event, Polarity, ScoreLine, Signal
from signalwatch.ruleset.policy import Scoring


def points_for(event: Event | Signal, scoring: Scoring) -> tuple[float, timedelta, Polarity]:
    """Points, half-life and polarity of an event, by its type and the first case in scoring.yaml that it passes."""
    rule = scoring.of(event.type)
    if rule.cases:
        signal = event if isinstance(event, Signal) else as_signal(event)
        for case in rule.cases:
            if all(test.check(signal) for test in case.tests):
                points = rule.points if case.points is None else case.points
                return points, case.half_life or rule.half_life, case.polarity or rule.polarity
    return rule.points, rule.half_life, rule.polarity


def as_signal(event: Event, account_id: str = "") -> Signal:
    """An event the way rules see it, before it belongs to an account."""
    return Signal(
        signal_id=event.event_id,
        account_id=account_id,
        type=event.type,
        at=event.at,
        event_id=event.event_id,
        published_at=event.published_at,
        first_seen_at=event.first_seen_at,
        attributes=attributes_of(event),
        changes=event.changes,
        title=event.title,
        url=event.url,
    )


def attributes_of(event: Event) -> dict[str, Any]:
    """Attributes of an event with what its program says: phase, areas, modalities, indications, assets, NCT numbers.

    What the event states itself wins. ``connector`` and ``confidence`` are added, because rules may ask for them.
    """
    out: dict[str, Any] = {}
    if event.connector:
        out["connector"] = event.connector
    if event.confidence != 1.0:
        out["confidence"] = event.confidence
    program = event.program
    if program is not None:
        for name in ("areas", "modalities", "indications", "assets", "nct_ids"):
            values = getattr(program, name)
            if values:
                out[name] = list(values)
        if program.phase:
            out["phase"] = program.phase
    out.update(event.attributes)
    return out


# --- activity -------------------------------------------------------------------------------------------------------


def activity(history: Sequence[Signal], now: datetime, scoring: Scoring) -> Activity:
    """Decayed, capped, netted sum of what happened up to ``now``, with its arithmetic (largest lines first).

    Signals that are inactive (unwound by a correction) or lie in the future count nothing.
    """
    counted = _Counted(history, now, scoring)
    lines = [_line(signal, counts, now) for signal, counts in counted.items]
    if counted.extra:
        label = f"Breadth: {len(counted.personas)} personas engaged"
        lines.append(ScoreLine(label=label, points=counted.extra, counts=counted.extra))
    lines.sort(key=lambda line: (-abs(line.counts), line.label, line.signal_id))
    return Activity(
        total=counted.total, engagement=counted.engagement, lines=tuple(lines), personas=tuple(sorted(counted.personas))
    )


def measured(history: Sequence[Signal], now: datetime, scoring: Scoring) -> Activity:
    """``activity`` without its lines, which cost most of it."""
    counted = _Counted(history, now, scoring)
    return Activity(total=counted.total, engagement=counted.engagement, personas=tuple(sorted(counted.personas)))


def total_activity(history: Sequence[Signal], now: datetime, scoring: Scoring) -> float:
    """The total of ``activity`` without its lines."""
    return _Counted(history, now, scoring).total


def total_without(state: Activity, signal: Signal, history: Sequence[Signal], now: datetime, scoring: Scoring) -> float:
    """What the total of ``state`` would be without one of its signals.

    A plain difference, unless caps or breadth make the signals depend on one another; then it is computed anew.
    """
    if not signal.engagement:
        own = next((line.counts for line in state.lines if line.signal_id == signal.signal_id), 0.0)
        cap = scoring.of(signal.type).cap
        if cap is None or not own:
            return round(state.total - own, 2)
        same_type = {s.signal_id for s in history if s.type == signal.type}
        counts = [line.counts for line in state.lines if line.signal_id in same_type]
        one_sign = min(counts) > 0 or max(counts) < 0
        if one_sign and abs(sum(counts)) < cap - 0.02:
            return round(state.total - own, 2)
    return total_activity([s for s in history if s.signal_id != signal.signal_id], now, scoring)


_NEWEST = attrgetter("at", "signal_id")


class _Counted:
    """What every signal counts now. Rounded to what is shown, so that the lines add up to the total."""

    __slots__ = ("engagement", "extra", "items", "personas", "total")

    def __init__(self, history: Sequence[Signal], now: datetime, scoring: Scoring) -> None:
        items: list[tuple[Signal, float]] = []
        used: dict[str, float] = {}
        personas: dict[str, None] = {}
        total = warm = 0.0
        by_type, default, floor = scoring.by_type, scoring.default, scoring.floor
        for signal in sorted(history, key=_NEWEST, reverse=True):  # newest first: a cap keeps what is fresh
            points = signal.points
            if not points or not signal.active or signal.at > now:
                continue
            rule = by_type.get(signal.type, default)
            half_life = signal.half_life or rule.half_life
            ratio = (now - signal.at) / half_life if half_life else 0.0
            counts = points * 0.5**ratio if ratio > 0 else points  # decay(), without the call
            if -floor < counts < floor:
                continue
            if rule.cap is not None:
                before = used.get(signal.type, 0.0)
                counts = max(-rule.cap, min(rule.cap, before + counts)) - before
                used[signal.type] = before + counts
            counts = round(counts, 2)
            if signal.engagement:
                warm += counts
                if signal.persona:
                    personas[signal.persona] = None
            if counts:
                items.append((signal, counts))
                total += counts
        factor = breadth(len(personas), scoring) if warm > 0 else 1.0
        self.extra = round(warm * (factor - 1), 2) if factor > 1 else 0.0
        self.items = items
        self.personas = personas
        self.engagement = round(warm + self.extra, 2)
        self.total = round(total + self.extra, 2)


def decay(age: timedelta, half_life: timedelta) -> float:
    """What is left of 1 after ``age``: 0.5 after one half-life. Nothing decays before it happened."""
    ratio = age / half_life if half_life else 0.0
    return float(0.5**ratio) if ratio > 0 else 1.0


def breadth(personas: int, scoring: Scoring) -> float:
    """The factor on engagement: 1 for one persona, more for each further one, up to ``breadth.most``."""
    return min(scoring.breadth_most, 1.0 + scoring.breadth_bonus * max(0, personas - 1))


def _line(signal: Signal, counts: float, now: datetime) -> ScoreLine:
    days = (now - signal.at).days
    label = _WORDS.get(signal.type) or _words(signal.type)
    attributes = signal.attributes
    if attributes:
        phase = attributes.get("phase")
        series = attributes.get("series")
        if phase and signal.type.startswith("trial"):
            label = f"Phase {phase} {signal.type.removeprefix('trial_').replace('_', ' ')}"
        elif series and series != "unspecified":
            label = f"{label}, series {series}"
    if days:
        label = f"{label} ({days} d ago)"
    return ScoreLine(
        label=label, points=round(signal.points, 2), counts=counts, at=signal.at, signal_id=signal.signal_id
    )


def _words(event_type: str) -> str:
    return event_type.replace("_", " ").capitalize()


_WORDS = {name: _words(name) for name in EVENT_TYPES}


def qualified(state: Activity, scoring: Scoring) -> bool:
    """Whether the account is a qualified one (MQA): enough engagement from enough personas."""
    return state.engagement >= scoring.mqa_engagement and len(state.personas) >= scoring.mqa_personas
