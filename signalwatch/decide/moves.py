"""Tier moves: who asks for one, which guard stops it, and what the proposal says. ``review`` is what time alone brings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from signalwatch import ids, scoring
from signalwatch.decide.known import Known
from signalwatch.model import Activity, Case, Decision, Recommendation, RuleOutcome, Signal, TierState
from signalwatch.ruleset import Pack, Rule
from signalwatch.ruleset.events import EventTest
from signalwatch.ruleset.units import show_duration


@dataclass(frozen=True, slots=True)
class Move:
    """A tier move somebody or something asks for."""

    tier: int
    rule_ids: tuple[str, ...]
    because: str
    play: str = ""
    auto_approve: bool = False


def better(one: int, other: int) -> bool:
    """Whether tier ``one`` is a better tier than ``other``; 0 is outside the ladder."""
    return one != 0 and (other == 0 or one < other)


def wanted_moves(known: Known, live: Sequence[RuleOutcome]) -> list[Move]:
    """Moves that fired rules and thresholds ask for, the furthest elevation first."""
    tier = known.tier
    by_target: dict[int, list[RuleOutcome]] = {}
    for outcome in live:
        if outcome.propose_tier is not None and outcome.propose_tier != tier:
            by_target.setdefault(outcome.propose_tier, []).append(outcome)
    moves = [
        Move(
            tier=target,
            rule_ids=tuple(o.rule_id for o in several),
            because=reasons(several),
            play=next((o.play for o in several if o.play), ""),
            auto_approve=all(_auto(known.pack.rule(o.rule_id)) for o in several),
        )
        for target, several in by_target.items()
    ]
    if known.signal.polarity != "negative":  # the score may still be high on the day of the lay-offs
        moves += _thresholds(known)
    elevating = sorted((m for m in moves if better(m.tier, tier)), key=lambda m: m.tier)
    lowering = sorted((m for m in moves if not better(m.tier, tier)), key=lambda m: -m.tier)
    return elevating + lowering


def reasons(outcomes: Iterable[RuleOutcome]) -> str:
    """Why rules fired, in one line."""
    return "; ".join(dict.fromkeys(o.because or o.title for o in outcomes if o.because or o.title))


def _auto(rule: Rule | None) -> bool:
    return rule is not None and rule.auto_approve


def _thresholds(known: Known) -> list[Move]:
    fit, state = known.fit, known.activity
    out: list[Move] = []
    for number in (1, 2):
        policy = known.pack.tiers.tiers.get(number)
        if policy is None or policy.enter_activity is None or not better(number, known.tier):
            continue
        enough_fit = policy.enter_fit is None or fit.score >= policy.enter_fit
        if enough_fit and state.total >= policy.enter_activity:
            because = f"activity {state.total:.0f} reached {policy.enter_activity:g}"
            if policy.enter_fit is not None:
                because += f", fit {fit.score:.2f} reached {policy.enter_fit:g}"
            out.append(Move(number, (f"tier-{number}-threshold",), because, policy.play))
    return out


def propose(known: Known, decided: Decision, moves: Sequence[Move]) -> tuple[Recommendation | None, str, list[str]]:
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


def _guard(known: Known, move: Move) -> tuple[str, str]:
    """What stops a move, with a note; ("", "") when nothing does."""
    case, pack = known.case, known.pack
    policy, tier = pack.tiers, case.tier
    elevating = better(move.tier, tier.tier)
    if elevating:
        distress = distress_of(known)
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


def distress_of(known: Known) -> Signal | None:
    """The newest distress signal that still inhibits."""
    tiers, now = known.pack.tiers, known.case.now
    if not tiers.distress:
        return None
    since = now - tiers.inhibit_for
    listed = [s for s in known.history if s.type in tiers.distress and since <= s.at <= now]
    if not listed:
        return None
    test = EventTest("distress", tiers.distress_group, tiers.distress)
    return next((s for s in reversed(listed) if test.passes(s)), None)


def _recommendation(known: Known, decided: Decision, move: Move) -> tuple[Recommendation, list[str]]:
    """The proposal, as an elevation, a step down, a swap or a place on the waiting list."""
    case, pack = known.case, known.pack
    policy, tier = pack.tiers, case.tier
    notes: list[str] = []
    kind: Literal["elevate", "lower", "swap", "waiting_list", "exclude"] = "elevate"
    swap_with = ""
    if move.tier == 0:
        kind = "exclude"
    elif not better(move.tier, tier.tier):
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
