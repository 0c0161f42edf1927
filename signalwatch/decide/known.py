"""A case with everything derived from it: the scored signal, history, facts, fit, activity, and what rules see of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from msgspec.structs import replace

from signalwatch import scoring
from signalwatch.model import Activity, Case, Fit, Program, Signal
from signalwatch.ruleset import Pack, View
from signalwatch.ruleset.fields import PHASE_ORDER, SERIES_ORDER

_FUNDING = frozenset({"funding_round", "ipo", "public_offering"})


def facts_of_programs(programs: Sequence[Program], history: Sequence[Signal], now: datetime) -> dict[str, Any]:
    """What the record says of an account by itself, under the names that icp.yaml may use as columns.

    ``area``, ``modality``, ``stage`` (most advanced phase), ``countries``, ``funding_stage`` (last series, or "public") and
    ``days_since_funding``.
    """
    facts: dict[str, Any] = {}
    areas = dict.fromkeys(a for p in programs for a in p.areas)
    modalities = dict.fromkeys(m for p in programs for m in p.modalities)
    countries: dict[str, None] = {}
    lists = (("areas", areas), ("modalities", modalities), ("countries", countries))
    for signal in history:
        attributes = signal.attributes
        if not attributes or not signal.active:
            continue
        for name, into in lists:
            value = attributes.get(name)
            if value and (type(value) is list or type(value) is tuple):
                for one in value:
                    text = one if type(one) is str else str(one)
                    if text not in into:
                        into[text] = None
        if signal.type in _FUNDING and signal.at <= now:
            facts["days_since_funding"] = (now - signal.at).days
            if signal.type != "funding_round":
                facts["funding_stage"] = "public"
            elif attributes.get("series") in SERIES_ORDER:
                facts["funding_stage"] = attributes["series"]
    phases = [p.phase for p in programs if p.phase in PHASE_ORDER]
    if phases:
        facts["stage"] = max(phases, key=lambda p: PHASE_ORDER[p])
    for name, values in (("area", areas), ("modality", modalities), ("countries", countries)):
        if values:
            facts[name] = list(values)
    return facts


def scored(case: Case, pack: Pack) -> Signal:
    """The signal with everything rules may ask of it, and its points."""
    event = case.event
    attributes = {**scoring.attributes_of(event), **case.signal.attributes}
    return scored_signal(replace(case.signal, attributes=attributes), event.type, case.story.effect, pack)


def scored_signal(signal: Signal, event_type: str, effect: str, pack: Pack) -> Signal:
    """A signal whose attributes are complete, with person, persona and points.

    Args:
        signal: for another telling of a known story: with the points it had.
        event_type: the type of the event that told it.
        effect: what that event did to the story.
        pack: the rule pack.
    """
    engagement = event_type in pack.fields.engagement
    attributes = signal.attributes
    person = signal.person or _text(attributes.get("person")) if engagement else signal.person
    persona = signal.persona
    if engagement and not persona:
        named = _text(attributes.get("persona"))
        persona = named if named in pack.personas.personas else ""
        persona = persona or scoring.persona_of(_text(attributes.get("job_title")), pack.personas)
    full = signal
    if engagement:
        full = replace(signal, engagement=True, person=person, persona=persona)
    points, half_life, polarity = scoring.points_for(full, pack.scoring)
    if effect in ("evidence", "updated") and abs(signal.points) > abs(points):
        points = signal.points  # a rule's extra points from the first telling stay
    return replace(full, points=points, half_life=half_life, polarity=polarity)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def with_signal(history: Sequence[Signal], signal: Signal) -> tuple[Signal, ...]:
    """History by event time with ``signal`` in it once, and nothing that was taken back."""
    others = [s for s in history if s.signal_id != signal.signal_id and s.active]
    if signal.active:
        others.append(signal)
    others.sort(key=_IN_ORDER)
    return tuple(others)


_IN_ORDER = attrgetter("at", "signal_id")


@dataclass(frozen=True, slots=True)
class Known:
    """A case with everything derived from it."""

    case: Case
    pack: Pack
    signal: Signal
    history: tuple[Signal, ...]
    facts: Mapping[str, Any]
    fit: Fit
    activity: Activity

    @property
    def tier(self) -> int:
        """The tier the account is in."""
        return self.case.tier.tier


def know(case: Case, pack: Pack, signal: Signal, *, lines: bool = True) -> Known:
    """Derive everything from a case and its scored signal; without ``lines`` activity is a sum without its arithmetic."""
    history = with_signal(case.history, signal)
    facts = scoring.facts_of(case.account, pack.icp, facts_of_programs(case.programs, history, case.now))
    return Known(
        case=case,
        pack=pack,
        signal=signal,
        history=history,
        facts=facts,
        fit=scoring.fit_of(case.account, pack.icp, facts),
        activity=(scoring.activity if lines else scoring.measured)(history, case.now, pack.scoring),
    )


def view_of(case: Case, pack: Pack) -> View:
    """What the rules see of a case: for explain, backtest and tests."""
    return view(know(case, pack, scored(case, pack)))


def view(known: Known) -> View:
    """What the rules see."""
    case, pack = known.case, known.pack
    return View(
        account=case.account,
        trigger=known.signal,
        now=case.now,
        history=known.history,
        tier=case.tier.tier,
        tier_since=case.tier.since,
        fit=known.fit,
        activity=known.activity,
        facts=known.facts,
        measure=lambda part, at: scoring.measured(part, at, pack.scoring),
    )
