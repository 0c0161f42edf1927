"""Fit and activity: how well an account matches, and how much is going on there. Two numbers, never blended. Pure.

*Activity* is a sum of points that halve every half-life of their event type, from event time. Engagement is multiplied
by its breadth: each further persona adds ``breadth.bonus``, so several mid-level signals from several people outrank one
hot action. Points of one type are capped, so that a chatty source cannot lift an account by itself. Negatives net against
positives line by line, and the lines are what an alert shows.

*Fit* is the weighted share of ICP criteria met, over what is known. Unknown attributes neither add nor subtract.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any

from signalwatch.model import EVENT_TYPES, Account, Activity, Event, Fit, Polarity, ScoreLine, Signal
from signalwatch.ruleset import units
from signalwatch.ruleset.fields import PHASE_ORDER, SERIES_ORDER, Field
from signalwatch.ruleset.policy import Criterion, Icp, Personas, Scoring, Segment

_SPLIT = re.compile(r"\s*[;|]\s*")
_PHASE = re.compile(r"(?:phase|ph\.?)?\s*_?([0-4](?:[ab])?(?:/[0-4][ab]?)?)\Z", re.IGNORECASE)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "i/ii": "1/2", "ii/iii": "2/3"}


# --- points ---------------------------------------------------------------------------------------------------------


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
            counts = points * decay(now - signal.at, signal.half_life or rule.half_life)
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


# --- fit ------------------------------------------------------------------------------------------------------------


def facts_of(account: Account, icp: Icp, facts: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What is known of an account, by ICP attribute, as typed values.

    Columns of the account list come first (ops know best), then ``facts`` (what the registry says: area, modality,
    stage, countries). Values that cannot be read as their kind count as unknown.
    """
    known: dict[str, Any] = {}
    derived = facts or {}
    for name, attribute in icp.attributes.items():
        for column in (*attribute.columns, name):
            value = typed(_cell(account, column), attribute.field)
            if value is None:
                value = typed(derived.get(column), attribute.field)
            if value is not None:
                known[name] = value
                break
    return known


def _cell(account: Account, column: str) -> Any:
    """What the account list says under a column."""
    raw = account.attributes.get(column)
    if raw in (None, "") and column in ("country", "kind"):
        return getattr(account, column)
    return raw


def typed(raw: Any, wanted: Field) -> Any:
    """A raw cell as the kind of value its attribute has, or None when it is empty or cannot be one."""
    if raw is None or raw == "" or raw == () or raw == []:
        return None
    if wanted.kind == "list":
        parts = (
            _SPLIT.split(raw) if isinstance(raw, str) else list(raw) if isinstance(raw, list | tuple | set) else [raw]
        )
        values = [str(p).strip() for p in parts if str(p).strip()]
        return values or None
    if isinstance(raw, list | tuple):
        raw = raw[-1]
    if wanted.kind == "number":
        return _number(raw)
    if wanted.kind == "boolean":
        return raw if isinstance(raw, bool) else {"true": True, "yes": True, "1": True, "false": False, "no": False,
                                                  "0": False}.get(str(raw).strip().casefold())  # fmt: skip
    if wanted.kind == "money":
        return _money(raw)
    if wanted.kind == "date":
        return raw if isinstance(raw, date) else _date(str(raw))
    if wanted.kind == "enum":
        return _word(str(raw).strip(), wanted)
    return str(raw).strip() or None


def _word(text: str, wanted: Field) -> str | None:
    folded = {v.casefold(): v for v in wanted.values}
    found = folded.get(text.casefold())
    if found is not None:
        return found
    if wanted.order == PHASE_ORDER:
        match = _PHASE.match(text)
        roman = _ROMAN.get(text.casefold().removeprefix("phase").strip())
        phase = match[1].lower() if match else roman
        return phase if phase in PHASE_ORDER else None
    if wanted.order == SERIES_ORDER:
        return folded.get(text.casefold().removeprefix("series").strip())
    return None


def _number(raw: Any) -> float | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float):
        return float(raw)
    try:
        value = float(str(raw).replace(",", "").replace(" ", ""))
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None


def _money(raw: Any) -> units.Money | None:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return units.Money(int(raw), "USD")
    try:
        return units.money(raw)
    except ValueError:
        number = _number(raw)
        return None if number is None else units.Money(int(number), "USD")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def fit(account: Account, icp: Icp, facts: Mapping[str, Any] | None = None) -> Fit:
    """How well the account matches its best segment, from 0 to 1.

    ``score`` = (prior + sum of weight times match over known criteria) / (prior weight + weights of known criteria). The prior
    (icp.yaml ``unknown``) keeps one known attribute from deciding alone; unknown attributes change nothing and are
    listed. ``excluded`` says why, when a negative ICP matches.
    """
    return fit_of(account, icp, facts_of(account, icp, facts))


def fit_of(account: Account, icp: Icp, known: Mapping[str, Any]) -> Fit:
    """``fit`` from facts that were read before (``facts_of``)."""
    excluded = next((e.because for e in icp.exclude if _passes(e.tests, account, known)), "")
    if not excluded and account.tier == 0:
        excluded = "tier 0: on the exclusion list"
    best: Fit | None = None
    for segment in icp.segments:
        one = _segment_fit(segment, icp, account, known, excluded)
        if best is None or one.score > best.score:
            best = one
    if best is None:
        return Fit(score=icp.prior_score, unknown=tuple(n for n in icp.attributes if n not in known), excluded=excluded)
    return best


def _passes(tests: Sequence[Any], account: Account, known: Mapping[str, Any]) -> bool:
    return bool(tests) and all(test.test(_fact(test.name, account, known)) for test in tests)


def _fact(name: str, account: Account, known: Mapping[str, Any]) -> Any:
    if name in known:
        return known[name]
    if name == "tier":
        return str(account.tier)
    own = {"owner": account.owner, "kind": account.kind, "country": account.country, "name": account.name,
           "account": account.account_id}  # fmt: skip
    return own.get(name) or None


def _segment_fit(segment: Segment, icp: Icp, account: Account, known: Mapping[str, Any], excluded: str) -> Fit:
    parts: dict[str, float] = {}
    unknown: list[str] = []
    total, weights = icp.prior_score * icp.prior_weight, icp.prior_weight
    for criterion in segment.criteria:
        value = _met(criterion, account, known)
        if value is None:
            unknown.append(criterion.attribute)
            continue
        parts[criterion.attribute] = round(value, 3)
        total += criterion.weight * value
        weights += criterion.weight
    score = total / weights if weights > 0 else icp.prior_score
    return Fit(
        score=round(score, 4), segment=segment.segment_id, parts=parts, unknown=tuple(unknown), excluded=excluded
    )


def _met(criterion: Criterion, account: Account, known: Mapping[str, Any]) -> float | None:
    """How far a criterion is met, or None when what it asks is unknown."""
    if criterion.tests:
        values = [(t, _fact(t.name, account, known)) for t in criterion.tests]
        if any(value is None and t.op != "exists" for t, value in values):
            return None
        return 1.0 if all(t.test(value) for t, value in values) else criterion.otherwise
    value = _fact(criterion.attribute, account, known)
    if value is None:
        return None
    listed = value if isinstance(value, list) else [value]
    return max(criterion.scores.get(str(v).casefold(), criterion.otherwise) for v in listed)


def unread_columns(account: Account, icp: Icp) -> tuple[str, ...]:
    """Attributes of an account whose cells could not be read as their kind (for `signalwatch check`)."""
    bad: list[str] = []
    for attribute in icp.attributes.values():
        for column in attribute.columns:
            raw = _cell(account, column)
            if raw not in (None, "") and typed(raw, attribute.field) is None:
                bad.append(column)
    return tuple(bad)


# --- personas -------------------------------------------------------------------------------------------------------


def persona_of(job_title: str, personas: Personas) -> str:
    """The persona of a job title: the one with the longest phrase that stands in it as whole words; "" when none."""
    text = f" {' '.join(re.findall(r'[a-z0-9&]+', job_title.casefold()))} "
    best, length = "", 0
    for persona in personas.personas.values():
        for phrase in persona.titles:
            words = " ".join(re.findall(r"[a-z0-9&]+", phrase.casefold()))
            if words and len(words) > length and f" {words} " in text:
                best, length = persona.persona_id, len(words)
    return best


def missing_personas(state: Activity, personas: Personas) -> tuple[str, ...]:
    """Roles of the buying group nobody of whom has engaged."""
    return tuple(p for p in personas.buying_group if p not in state.personas)
