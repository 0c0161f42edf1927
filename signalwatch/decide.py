"""Decides one event for one account: what the rules say, what it does to fit and activity, whether the tier should move,
and who should hear. A pure function of the case and the rule pack, so any decision can be made again.

Order of things: the signal is scored; every rule the event can affect is evaluated; the tier policy turns fired rules and
thresholds into at most one proposal; guards may stop it; what is left alerts. ``stopped_by`` names the first guard that
kept something from being said:

==================  ==================================================================================================
``held match``      the name is not surely this account
``quiet``           first contact: published before the source was added
``correction``      nobody was told of what is now taken back
``excluded``        negative ICP, or tier 0
``duplicate``       another telling of a story that is known (evidence only)
``stale``           it happened longer than ``stale_after`` ago (tiers.yaml): scored, but nobody can act on it now
``shadow``          only shadow rules fired
``inhibited``       distress within ``distress.inhibit_for`` holds back an elevation
``dwell``           too short in the current tier
``cool-down``       a proposal for this account is open, or was made a short while ago
==================  ==================================================================================================

A fired rule that only proposes a move (``propose``) alerts through its recommendation: when the move is stopped, so is
the alert. A fired rule without a move alerts by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from msgspec.structs import replace

from signalwatch import ids, scoring
from signalwatch.model import (
    Activity,
    AlertIntent,
    Case,
    Decision,
    Fit,
    Program,
    Recommendation,
    RuleOutcome,
    Signal,
    TierState,
)
from signalwatch.ruleset import Pack, Rule, View
from signalwatch.ruleset.events import EventTest
from signalwatch.ruleset.fields import PHASE_ORDER, SERIES_ORDER
from signalwatch.ruleset.units import show_duration

__all__ = ["decide", "facts_of_programs", "review", "view_of", "why_not", "why_not_text"]

STOPPED_BY: Mapping[str, str] = {
    "held match": "the name is not surely this account: see `signalwatch review list`",
    "quiet": "published before the source was added: recorded and scored, never alerted",
    "correction": "taken back before anybody was told",
    "excluded": "the account is excluded",
    "duplicate": "the story was known already; this telling is kept as evidence",
    "stale": "it happened too long ago to act on (stale_after in tiers.yaml)",
    "shadow": "only rules in shadow fired",
    "inhibited": "distress at the account holds back elevation",
    "dwell": "the account has not been in its tier for long enough",
    "cool-down": "a proposal for this account is open or recent",
}
"""What each value of ``stopped_by`` means, for people."""

_FUNDING = frozenset({"funding_round", "ipo", "public_offering"})


@dataclass(frozen=True, slots=True)
class _Move:
    """A tier move somebody or something asks for."""

    tier: int
    rule_ids: tuple[str, ...]
    because: str
    play: str = ""
    auto_approve: bool = False


# --- what rules see -------------------------------------------------------------------------------------------------


def facts_of_programs(programs: Sequence[Program], history: Sequence[Signal], now: datetime) -> dict[str, Any]:
    """What the record says of an account by itself, under the names that icp.yaml may use as columns.

    ``area``, ``modality``, ``stage`` (most advanced phase), ``countries``, ``funding_stage`` (last series, or "public") and
    ``days_since_funding``.
    """
    facts: dict[str, Any] = {}
    areas = dict.fromkeys(a for p in programs for a in p.areas)
    modalities = dict.fromkeys(m for p in programs for m in p.modalities)
    countries: dict[str, None] = {}
    for signal in history:
        attributes = signal.attributes
        if not attributes or not signal.active:
            continue
        for name, into in (("areas", areas), ("modalities", modalities), ("countries", countries)):
            value = attributes.get(name)
            if value and type(value) in (list, tuple):
                into.update(dict.fromkeys(map(str, value)))
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


def _scored(case: Case, pack: Pack) -> Signal:
    """The signal with everything rules may ask of it, and its points."""
    signal, event = case.signal, case.event
    engagement = event.type in pack.fields.engagement
    attributes = {**scoring.attributes_of(event), **signal.attributes}
    person = signal.person or _text(attributes.get("person")) if engagement else signal.person
    persona = signal.persona
    if engagement and not persona:
        named = _text(attributes.get("persona"))
        persona = named if named in pack.personas.personas else ""
        persona = persona or scoring.persona_of(_text(attributes.get("job_title")), pack.personas)
    full = replace(
        signal, attributes=attributes, engagement=engagement or signal.engagement, person=person, persona=persona
    )
    points, half_life, polarity = scoring.points_for(full, pack.scoring)
    if case.story.effect in ("evidence", "updated") and abs(signal.points) > abs(points):
        points = signal.points  # a rule's extra points from the first telling stay
    return replace(full, points=points, half_life=half_life, polarity=polarity)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _with(history: Sequence[Signal], signal: Signal) -> tuple[Signal, ...]:
    """History by event time with ``signal`` in it once, and nothing that was taken back."""
    others = [s for s in history if s.signal_id != signal.signal_id and s.active]
    if signal.active:
        others.append(signal)
    return tuple(sorted(others, key=lambda s: (s.at, s.signal_id)))


@dataclass(frozen=True, slots=True)
class _Known:
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
        return self.case.tier.tier


def _know(case: Case, pack: Pack, signal: Signal) -> _Known:
    history = _with(case.history, signal)
    facts = scoring.facts_of(case.account, pack.icp, facts_of_programs(case.programs, history, case.now))
    return _Known(
        case=case,
        pack=pack,
        signal=signal,
        history=history,
        facts=facts,
        fit=scoring.fit_of(case.account, pack.icp, facts),
        activity=scoring.activity(history, case.now, pack.scoring),
    )


def view_of(case: Case, pack: Pack) -> View:
    """What the rules see of a case: for explain, backtest and tests."""
    return _view(_know(case, pack, _scored(case, pack)))


def _view(known: _Known) -> View:
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
        measure=lambda part, at: scoring.activity(part, at, pack.scoring),
    )


# --- the decision ---------------------------------------------------------------------------------------------------


def decide(case: Case, pack: Pack, *, accounts_hash: str = "", payload_hash: str = "") -> Decision:
    """Decide one event for one account.

    Args:
        case: everything the decision is a function of.
        pack: the rule pack.
        accounts_hash: version of the account list, kept with the decision.
        payload_hash: digest of the raw payload, kept with the decision.
    """
    hashes = {"ruleset": pack.hash, "case": ids.digest(case)}
    if accounts_hash:
        hashes["accounts"] = accounts_hash
    if payload_hash or case.event.document_id:
        hashes["payload"] = payload_hash or case.event.document_id
    base = Decision(
        decision_id=ids.digest("decision", case.event.event_id, case.account.account_id, pack.hash, hashes["case"]),
        decided_at=case.now,
        event_id=case.event.event_id,
        account_id=case.account.account_id,
        story_id=case.story.story_id,
        hashes=hashes,
    )
    signal = _scored(case, pack)
    if case.story.effect == "corrected":
        return _corrected(case, pack, base, signal)
    known = _know(case, pack, signal)
    outcomes = pack.evaluate(_view(known))
    live = [o for o in outcomes if o.fired and o.status == "live"]
    bonus = sum(o.points for o in live)
    if bonus and case.story.effect in ("opened", "status_change"):
        known = _know(case, pack, replace(signal, points=signal.points + bonus))
    decided = replace(
        base,
        signal=known.signal,
        outcomes=outcomes,
        fit=known.fit,
        activity=known.activity,
        activity_before=_before(known),
    )
    return _speak(known, decided, live)


def _before(known: _Known) -> float:
    """Activity before this event: without its signal, unless it retells what counted already."""
    case, scored = known.case, known.pack.scoring
    if case.story.effect in ("evidence", "updated", "corrected"):
        return scoring.total_activity([s for s in case.history if s.active], case.now, scored)
    return scoring.total_without(known.activity, known.signal, known.history, case.now, scored)


def _corrected(case: Case, pack: Pack, base: Decision, signal: Signal) -> Decision:
    """A correction unwinds the points and tells everybody who heard of the original; no rule is put to it."""
    known = _know(case, pack, replace(signal, active=False))
    alerts: tuple[AlertIntent, ...] = ()
    notes = [f"Corrected: {_number(signal.points)} points taken back"] if signal.points else []
    if case.tier.open_recommendation:
        notes.append("An open recommendation for this account may rest on what is corrected here")
    if case.told:
        alerts = (_alert(case, "correction", (), case.story.reason or "corrected"),)
    return replace(
        base,
        signal=known.signal,
        fit=known.fit,
        activity=known.activity,
        activity_before=_before(known),
        alerts=alerts,
        stopped_by="" if alerts else "correction",
        notes=tuple(notes),
    )


def _speak(known: _Known, decided: Decision, live: Sequence[RuleOutcome]) -> Decision:
    """Proposal, guards and alerts of a scored and evaluated event."""
    case = known.case
    notes: list[str] = []
    told_update = case.told and case.story.effect == "status_change"
    stopped = _silenced(known, told_update)
    moves = _moves(known, live)
    recommendation: Recommendation | None = None
    stopped_move = ""
    if moves and not stopped:
        recommendation, stopped_move, notes = _propose(known, decided, moves)
    telling = [o for o in live if o.alert and not _only_proposes(o, known.tier)]
    rules = tuple(o.rule_id for o in telling)
    alerts: tuple[AlertIntent, ...] = ()
    if stopped:
        pass
    elif recommendation is not None:
        both = tuple(dict.fromkeys((*recommendation.rule_ids, *rules)))
        alerts = (_alert(case, "recommendation", both, recommendation.because),)
    elif told_update:
        alerts = (_alert(case, "update", rules, case.story.reason),)
    elif telling:
        alerts = (_alert(case, "alert", rules, _because(telling)),)
    else:
        stopped = stopped_move
    if not (live or moves or told_update) and case.match.status == "matched":
        stopped = "shadow" if any(o.fired and o.status == "shadow" for o in decided.outcomes) else ""
    return replace(
        decided,
        recommendation=recommendation,
        alerts=alerts,
        stopped_by="" if alerts else stopped,
        notes=tuple(notes),
    )


def _silenced(known: _Known, told_update: bool) -> str:
    """The first guard that keeps everything of this event from being said."""
    case = known.case
    if case.match.status != "matched":
        return "held match"
    if case.event.quiet or case.signal.quiet:
        return "quiet"
    if known.fit.excluded:
        return "excluded"
    if case.story.effect == "evidence" or (case.told and not told_update):
        return "duplicate"
    if not told_update and case.now - known.signal.at > known.pack.tiers.stale_after:
        return "stale"
    return ""


def _only_proposes(outcome: RuleOutcome, tier: int) -> bool:
    """Whether a rule speaks through its proposal alone: it proposes a tier the account is not in."""
    return outcome.propose_tier is not None and outcome.propose_tier != tier


def _alert(
    case: Case, kind: Literal["alert", "update", "correction", "recommendation"], rules: tuple[str, ...], reason: str
) -> AlertIntent:
    return AlertIntent(
        kind=kind, account_id=case.account.account_id, story_id=case.story.story_id, rule_ids=rules, reason=reason
    )


def _because(outcomes: Iterable[RuleOutcome]) -> str:
    return "; ".join(dict.fromkeys(o.because or o.title for o in outcomes if o.because or o.title))


def _number(value: float) -> str:
    return f"{value:+.0f}" if value == round(value) else f"{value:+.1f}"


# --- tier moves -----------------------------------------------------------------------------------------------------


def _better(one: int, other: int) -> bool:
    """Whether tier ``one`` is a better tier than ``other``; 0 is outside the ladder."""
    return one != 0 and (other == 0 or one < other)


def _moves(known: _Known, live: Sequence[RuleOutcome]) -> list[_Move]:
    """Moves that fired rules and thresholds ask for, the furthest elevation first."""
    tier = known.tier
    by_target: dict[int, list[RuleOutcome]] = {}
    for outcome in live:
        if outcome.propose_tier is not None and outcome.propose_tier != tier:
            by_target.setdefault(outcome.propose_tier, []).append(outcome)
    moves = [
        _Move(
            tier=target,
            rule_ids=tuple(o.rule_id for o in several),
            because=_because(several),
            play=next((o.play for o in several if o.play), ""),
            auto_approve=all(_auto(known.pack.rule(o.rule_id)) for o in several),
        )
        for target, several in by_target.items()
    ]
    if known.signal.polarity != "negative":  # the score may still be high on the day of the lay-offs
        moves += _thresholds(known)
    elevating = sorted((m for m in moves if _better(m.tier, tier)), key=lambda m: m.tier)
    lowering = sorted((m for m in moves if not _better(m.tier, tier)), key=lambda m: -m.tier)
    return elevating + lowering


def _auto(rule: Rule | None) -> bool:
    return rule is not None and rule.auto_approve


def _thresholds(known: _Known) -> list[_Move]:
    fit, state = known.fit, known.activity
    out: list[_Move] = []
    for number in (1, 2):
        policy = known.pack.tiers.tiers.get(number)
        if policy is None or policy.enter_activity is None or not _better(number, known.tier):
            continue
        enough_fit = policy.enter_fit is None or fit.score >= policy.enter_fit
        if enough_fit and state.total >= policy.enter_activity:
            because = f"activity {state.total:.0f} reached {policy.enter_activity:g}"
            if policy.enter_fit is not None:
                because += f", fit {fit.score:.2f} reached {policy.enter_fit:g}"
            out.append(_Move(number, (f"tier-{number}-threshold",), because, policy.play))
    return out


def _propose(known: _Known, decided: Decision, moves: Sequence[_Move]) -> tuple[Recommendation | None, str, list[str]]:
    """The first move that no guard stops; else the guard, and notes about both."""
    stopped = ""
    notes: list[str] = []
    for move in moves:
        guard, said = _guard(known, move)
        if guard:
            stopped = stopped or guard
            notes.append(said)
            continue
        recommendation, more = _recommendation(known, decided, move)
        return recommendation, "", list(dict.fromkeys(notes + more))
    return None, stopped, list(dict.fromkeys(notes))


def _guard(known: _Known, move: _Move) -> tuple[str, str]:
    """What stops a move, with a note; ("", "") when nothing does."""
    case, pack = known.case, known.pack
    policy, tier = pack.tiers, case.tier
    elevating = _better(move.tier, tier.tier)
    if elevating:
        distress = _distress(known)
        if distress is not None:
            words = distress.type.replace("_", " ")
            until = distress.at + policy.inhibit_for
            return "inhibited", f"Elevation held back until {until:%Y-%m-%d}: {words} on {distress.at:%Y-%m-%d}"
    if tier.since is not None and case.now - tier.since < policy.dwell:
        left = tier.since + policy.dwell
        return "dwell", f"In tier {tier.tier} since {tier.since:%Y-%m-%d}; moves from {left:%Y-%m-%d} on"
    if tier.open_recommendation:
        return "cool-down", "A recommendation for this account is open already"
    if tier.last_proposal_at is not None and case.now - tier.last_proposal_at < policy.cool_down:
        again = tier.last_proposal_at + policy.cool_down
        return "cool-down", f"Last proposal on {tier.last_proposal_at:%Y-%m-%d}; next from {again:%Y-%m-%d} on"
    return "", ""


def _distress(known: _Known) -> Signal | None:
    """The newest distress signal that still inhibits."""
    tiers, now = known.pack.tiers, known.case.now
    if not tiers.distress:
        return None
    test = EventTest("distress", tiers.distress_group, tiers.distress)
    since = now - tiers.inhibit_for
    return next((s for s in reversed(known.history) if since <= s.at <= now and test.passes(s)), None)


def _recommendation(known: _Known, decided: Decision, move: _Move) -> tuple[Recommendation, list[str]]:
    """The proposal, as an elevation, a step down, a swap or a place on the waiting list."""
    case, pack = known.case, known.pack
    policy, tier = pack.tiers, case.tier
    notes: list[str] = []
    kind: Literal["elevate", "lower", "swap", "waiting_list", "exclude"] = "elevate"
    swap_with = ""
    if move.tier == 0:
        kind = "exclude"
    elif not _better(move.tier, tier.tier):
        kind = "lower"
    else:
        kind, swap_with, said = _room(case, pack, move.tier, known.activity)
        notes += said
    play = move.play or getattr(policy.tiers.get(move.tier), "play", "")
    found = pack.plays.get(play)
    return (
        Recommendation(
            recommendation_id=ids.digest(
                "recommendation", case.account.account_id, kind, move.tier, decided.decision_id
            ),
            account_id=case.account.account_id,
            kind=kind,
            from_tier=tier.tier,
            to_tier=move.tier,
            swap_with=swap_with,
            rule_ids=move.rule_ids,
            play=play,
            first_step=found.first_step if found is not None else "",
            because=move.because,
            created_at=case.now,
            expires_at=case.now + policy.expires,
            decision_id=decided.decision_id,
            story_id=case.story.story_id,
            auto_approve=move.auto_approve,
        ),
        notes,
    )


def _room(
    case: Case, pack: Pack, target: int, state: Activity
) -> tuple[Literal["elevate", "swap", "waiting_list"], str, list[str]]:
    """Whether the tier has room; if it is full, whom the account would replace, or that it waits."""
    policy = pack.tiers.tiers.get(target)
    capacity = policy.capacity(case.tier.total_accounts) if policy is not None else None
    taken = case.tier.counts.get(str(target), 0)
    if capacity is None or taken < capacity:
        return "elevate", "", []
    full = f"Tier {target} is full ({taken} of {capacity})"
    weakest = case.tier.weakest.get(str(target))
    if weakest is not None and weakest[0] != case.account.account_id and weakest[1] < state.total:
        note = f"{full}: step down {weakest[0]} (activity {weakest[1]:.0f}) for this account ({state.total:.0f})"
        return "swap", weakest[0], [note]
    return "waiting_list", "", [f"{full}: placed on the waiting list"]


def review(
    case_tier: TierState, history: Sequence[Signal], pack: Pack, now: datetime, account_id: str
) -> Recommendation | None:
    """The proposal that time alone brings: a step down for an account whose activity stayed below ``leave.activity``.

    Asked by a tick, not by an event (nothing happening is the reason). Below means: at no moment of the last ``leave.for``
    was activity at or above the threshold; between events it only falls, so the events themselves are the moments.
    """
    policy = pack.tiers.tiers.get(case_tier.tier)
    if policy is None or policy.leave_activity is None or policy.leave_for is None or case_tier.tier not in (1, 2):
        return None
    waits = (
        (case_tier.since, max(pack.tiers.dwell, policy.leave_for)),
        (case_tier.last_proposal_at, pack.tiers.cool_down),
    )
    if case_tier.open_recommendation or any(t is not None and now - t < length for t, length in waits):
        return None
    known = sorted((s for s in history if s.active and s.at <= now), key=lambda s: s.at)
    begin = now - policy.leave_for
    moments = [begin, *(s.at for s in known if s.at > begin), now]
    if any(_activity_at(known, m, pack) >= policy.leave_activity for m in moments):
        return None
    target = case_tier.tier + 1
    total = _activity_at(known, now, pack)
    because = f"activity {total:.0f} stayed below {policy.leave_activity:g} for {show_duration(policy.leave_for)}"
    return Recommendation(
        recommendation_id=ids.digest("recommendation", account_id, "lower", target, now.date().isoformat()),
        account_id=account_id,
        kind="lower",
        from_tier=case_tier.tier,
        to_tier=target,
        rule_ids=(f"tier-{case_tier.tier}-leave",),
        because=because,
        created_at=now,
        expires_at=now + pack.tiers.expires,
    )


def _activity_at(history: Sequence[Signal], moment: datetime, pack: Pack) -> float:
    return scoring.total_activity([s for s in history if s.at <= moment], moment, pack.scoring)


# --- why not --------------------------------------------------------------------------------------------------------


def why_not_text(decision: Decision, rule_id: str | None = None) -> str:
    """Why a decision alerted nobody (or why one rule did not), in one sentence or a few."""
    if rule_id is not None:
        outcome = next((o for o in decision.outcomes if o.rule_id == rule_id), None)
        if outcome is None:
            return f"rule {rule_id} was not considered: this type of event cannot affect it"
        if not outcome.fired:
            return f"rule {rule_id} did not fire: {outcome.missed_by} ({outcome.failed})"
        if outcome.status == "shadow":
            return f"rule {rule_id} fired in shadow: recorded, never alerts"
        if not decision.alerts:
            return f"rule {rule_id} fired; {_stopped(decision)}"
        return f"rule {rule_id} fired and alerted"
    if decision.alerts:
        kinds = ", ".join(dict.fromkeys(a.kind for a in decision.alerts))
        return f"it did alert ({kinds})"
    if decision.stopped_by:
        return _stopped(decision)
    fired = [o for o in decision.outcomes if o.fired]
    if fired:
        return f"only silent rules fired: {', '.join(o.rule_id for o in fired)}"
    if not decision.outcomes:
        return "no rule asks for this type of event"
    misses = [f"{o.rule_id}: {o.missed_by} ({o.failed})" for o in decision.outcomes]
    return "no rule fired. " + "; ".join(misses)


def why_not(decision: Decision) -> str:
    """Why a decision alerted nobody."""
    return why_not_text(decision)


def _stopped(decision: Decision) -> str:
    words = STOPPED_BY.get(decision.stopped_by, decision.stopped_by)
    reason = decision.fit.excluded if decision.stopped_by == "excluded" and decision.fit is not None else ""
    notes = "; ".join(decision.notes)
    return f"stopped by {decision.stopped_by}: {words}" + "".join(f" ({x})" for x in (reason, notes) if x)
