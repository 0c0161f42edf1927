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

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from signalwatch import ids, scoring
from signalwatch.decide.known import Known, know, scored, view, with_signal
from signalwatch.decide.moves import distress_of, propose, reasons, wanted_moves
from signalwatch.model import (
    Account,
    AlertIntent,
    Case,
    Decision,
    Event,
    Match,
    Organisation,
    Program,
    Recommendation,
    RuleOutcome,
    Signal,
    StoryIntent,
    StoryState,
    TierState,
)
from signalwatch.ruleset import Pack, View


def decide(
    case: Case,
    pack: Pack,
    *,
    accounts_hash: str = "",
    payload_hash: str = "",
    case_hash: str = "",
    judge: Callable[[View], tuple[RuleOutcome, ...]] | None = None,
    lines: bool = True,
) -> Decision:
    """Decide one event for one account.

    Args:
        case: everything the decision is a function of.
        pack: the rule pack.
        accounts_hash: version of the account list, kept with the decision.
        payload_hash: digest of the raw payload, kept with the decision.
        case_hash: digest of the case, where the caller has one (a backtest numbers its cases).
        judge: what rules say of a view, where the caller knows which of them can fire at all; default ``pack.evaluate``.
        lines: False leaves out the arithmetic that alerts show (a third of the work), and what activity was before.
    """
    hashes = {"ruleset": pack.hash, "case": case_hash or ids.digest(case)}
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
    signal = scored(case, pack)
    if case.story.effect == "corrected":
        return _corrected(case, pack, base, signal, judge or pack.evaluate)
    known = know(case, pack, signal, lines=lines)
    outcomes = (judge or pack.evaluate)(view(known))
    live = [o for o in outcomes if o.fired and o.status == "live"]
    bonus = sum(o.points for o in live)
    if bonus and case.story.effect in ("opened", "status_change"):
        known = know(case, pack, replace(signal, points=signal.points + bonus), lines=lines)
    decided = replace(
        base,
        signal=known.signal,
        outcomes=outcomes,
        fit=known.fit,
        activity=known.activity,
        activity_before=_before(known) if lines else 0.0,
    )
    return _speak(known, decided, live)


def _before(known: Known) -> float:
    """Activity before this event: without its signal, unless it retells what counted already."""
    case, scored = known.case, known.pack.scoring
    if case.story.effect != "opened":
        return scoring.total_activity([s for s in case.history if s.active], case.now, scored)
    return scoring.total_without(known.activity, known.signal, known.history, case.now, scored)


def _corrected(
    case: Case, pack: Pack, base: Decision, signal: Signal, judge: Callable[[View], tuple[RuleOutcome, ...]]
) -> Decision:
    """A correction with other facts is scored by them, one that takes the event back unwinds its points; everybody who
    heard of the original is told. Rules give their extra points again, but alert and propose nothing."""
    counted = next((s for s in case.history if s.signal_id == signal.signal_id and s.active), None)
    before = counted.points if counted is not None else signal.points
    known = know(case, pack, replace(signal, active=case.restated))
    if case.restated:
        outcomes = judge(view(known))
        bonus = sum(o.points for o in outcomes if o.fired and o.status == "live")
        known = know(case, pack, replace(signal, points=signal.points + bonus)) if bonus else known
    after = known.signal.points
    alerts: tuple[AlertIntent, ...] = ()
    notes: list[str] = []
    if not case.restated and before:
        notes.append(f"Corrected: {_number(before)} points taken back")
    elif case.restated and after != before:
        notes.append(f"Corrected: {_number(after)} points instead of {_number(before)}")
    elif case.restated and after:
        notes.append(f"Corrected: {_number(after)} points as before")
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


def _speak(known: Known, decided: Decision, live: Sequence[RuleOutcome]) -> Decision:
    """Proposal, guards and alerts of a scored and evaluated event."""
    case = known.case
    notes: list[str] = []
    told_update = case.told and case.story.effect == "status_change"
    stopped = _silenced(known, told_update)
    wanted = wanted_moves(known, live)
    recommendation: Recommendation | None = None
    stopped_move = ""
    if wanted and not stopped:
        recommendation, stopped_move, notes = propose(known, decided, wanted)
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
        alerts = (_alert(case, "alert", rules, reasons(telling)),)
    else:
        stopped = stopped_move
    trouble = distress_of(known) if alerts and known.pack.tiers.distress_lowers else None
    if trouble is not None and trouble.signal_id != known.signal.signal_id:
        words = trouble.type.replace("_", " ")
        notes = [*notes, f"Low priority: {words} on {trouble.at:%Y-%m-%d}"]
    if not (live or wanted or told_update) and case.match.status == "matched":
        stopped = "shadow" if any(o.fired and o.status == "shadow" for o in decided.outcomes) else ""
    return replace(
        decided,
        recommendation=recommendation,
        alerts=alerts,
        stopped_by="" if alerts else stopped,
        notes=tuple(notes),
    )


def _silenced(known: Known, told_update: bool) -> str:
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


def _number(value: float) -> str:
    return f"{value:+.0f}" if value == round(value) else f"{value:+.1f}"


def case_of_silence(
    silence: Signal,
    account: Account,
    history: Sequence[Signal],
    tier: TierState,
    now: datetime,
    programs: Sequence[Program] = (),
    *,
    told: bool = False,
) -> Case:
    """The case of nothing having happened, for ``decide``.

    Args:
        silence: one of ``pack.silences(history, after, until)``; store the decision's signal like any other, so that
            the same silence is not decided twice.
        account, history, tier, programs: as for an event.
        now: the time of the decision.
        told: somebody was told of this silence already.
    """
    event = Event(
        type=silence.type,
        event_id=silence.signal_id,
        occurred_at=silence.at,
        published_at=silence.at,
        first_seen_at=silence.first_seen_at or now,
        title=silence.title,
        url=silence.url,
        organisations=(Organisation(name=account.name),),
        attributes=silence.attributes,
    )
    story_id = ids.digest("story", silence.signal_id)
    story = StoryState(
        story_id=story_id, type=silence.type, opened_at=silence.at, last_at=silence.at, events=(event,),
        attributes=silence.attributes,
    )  # fmt: skip
    return Case(
        now=now,
        event=event,
        account=account,
        match=Match(status="matched", account_id=account.account_id, reason="nothing happened at this account"),
        story=StoryIntent(story_id=story_id, effect="opened", story=story, reason="nothing followed"),
        signal=replace(silence, story_id=story_id),
        history=with_signal(history, silence),
        programs=tuple(programs),
        tier=tier,
        told=told,
    )
