"""Everything that can keep an event from being told, with its numbers: what held, what stopped it, until when, what would
have tipped it. A pure function of the stored case, for `explain` and `why-not`; ``decide`` itself does not read it.

Each row: ``guard``, ``ok``, ``says``, and where it applies ``until`` (a moment) and ``tip`` (what would have let it pass).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from signalwatch import scoring
from signalwatch.decide.known import Known, know, scored
from signalwatch.decide.moves import better, distress_of
from signalwatch.model import Case, Decision
from signalwatch.ruleset import Pack, units

Row = dict[str, Any]


def guards(case: Case, pack: Pack, decision: Decision) -> list[Row]:
    """Every guard of one decision, in the order in which they are asked."""
    known = know(case, pack, decision.signal or scored(case, pack))
    return [*_telling(known, decision), *_moving(known), *_points(known), *_shadows(decision)]


def text(row: Row) -> str:
    """One guard in one line."""
    until = f" until {row['until']:%Y-%m-%d %H:%M} UTC" if row.get("until") is not None else ""
    tip = f"; {row['tip']}" if row.get("tip") else ""
    return f"{'+' if row['ok'] else '-'} {row['guard']}: {row['says']}{until}{tip}"


def _row(guard: str, ok: bool, says: str, *, until: datetime | None = None, tip: str = "") -> Row:
    row: Row = {"guard": guard, "ok": ok, "says": says}
    if until is not None:
        row["until"] = until
    if tip and not ok:
        row["tip"] = tip
    return row


def _telling(known: Known, decision: Decision) -> Iterator[Row]:
    """Guards on saying anything at all."""
    case, match = known.case, known.case.match
    best = max(match.candidates, key=lambda c: c.score, default=None)
    said = f"{match.mention or case.account.name} is {match.status}"
    if best is not None:
        said += f" (best {best.account_id} by {best.method}, {best.score:.2f})"
    yield _row("held match", match.status == "matched", said, tip="a person confirms it: signalwatch review list")
    event = case.event
    quiet = event.quiet or case.signal.quiet
    published = f"{event.published_at:%Y-%m-%d}" if event.published_at else "at an unknown time"
    seen = f"{event.first_seen_at:%Y-%m-%d}" if event.first_seen_at else "an unknown time"
    words = f"published {published}, first seen {seen}"
    yield _row("quiet", not quiet, words + (": before the source was watched" if quiet else ""),
               tip="signalwatch backfill SOURCE --alert tells what is older")  # fmt: skip
    yield _row(
        "excluded", not known.fit.excluded, known.fit.excluded or "no exclusion applies", tip="icp.yaml, exclude"
    )
    effect = case.story.effect
    if effect == "corrected":
        yield _row("correction", bool(case.told), "taken back" + ("" if case.told else " before anybody was told"))
        return
    again = effect == "evidence" or (case.told and effect != "status_change")
    said = f"story {case.story.story_id[:12]}, {effect}" + (", told before" if case.told else "")
    yield _row("duplicate", not again, said, tip="a status change, or another story")
    age, limit = case.now - known.signal.at, known.pack.tiers.stale_after
    stale = age > limit and not (case.told and effect == "status_change")
    yield _row("stale", not stale, f"happened {units.show_span(age)} before it was decided, at most {units.show_duration(limit)}",
               tip=f"{units.show_span(age - limit)} too late")  # fmt: skip


def _moving(known: Known) -> Iterator[Row]:
    """Guards on tier moves."""
    policy, tier, now = known.pack.tiers, known.case.tier, known.case.now
    distress = distress_of(known)
    if distress is None:
        days = units.show_duration(policy.inhibit_for)
        yield _row("inhibited", True, f"no distress within {days}")
    else:
        until = distress.at + policy.inhibit_for
        said = f"{distress.type.replace('_', ' ')} of {distress.at:%Y-%m-%d} holds elevation back"
        yield _row("inhibited", False, said, until=until, tip=f"{units.show_span(until - now)} too early")
    if tier.since is None:
        yield _row("dwell", True, f"in tier {tier.tier} since an unknown time")
    else:
        until, age = tier.since + policy.dwell, now - tier.since
        said = f"in tier {tier.tier} for {units.show_span(age)} of {units.show_duration(policy.dwell)}"
        waits = age < policy.dwell
        yield _row(
            "dwell", not waits, said, until=until if waits else None, tip=f"{units.show_span(until - now)} too early"
        )
    if tier.open_recommendation:
        said = f"recommendation {tier.open_recommendation} is open"
        yield _row("cool-down", False, said, tip="approve, dismiss or let it expire")
    elif tier.last_proposal_at is None:
        yield _row("cool-down", True, "nothing was proposed yet")
    else:
        until = tier.last_proposal_at + policy.cool_down
        said = f"last proposal on {tier.last_proposal_at:%Y-%m-%d}, next after {units.show_duration(policy.cool_down)}"
        yield _row("cool-down", now >= until, said, until=until if now < until else None,
                   tip=f"{units.show_span(until - now)} too early")  # fmt: skip
    yield from _rooms(known)


def _rooms(known: Known) -> Iterator[Row]:
    """Points and room of the tiers above: who may enter, how much is lacking, and whom it would replace."""
    tier, total = known.case.tier, known.activity.total
    for number in (2, 1):
        policy = known.pack.tiers.tiers.get(number)
        if policy is None or not better(number, tier.tier):
            continue
        said, short = [], []
        if policy.enter_fit is not None:
            said.append(f"fit {known.fit.score:.2f} of {policy.enter_fit:g}")
            if known.fit.score < policy.enter_fit:
                short.append(f"fit {policy.enter_fit - known.fit.score:.2f} short")
        if policy.enter_activity is not None:
            said.append(f"activity {total:.1f} of {policy.enter_activity:g}")
            if total < policy.enter_activity:
                short.append(f"{policy.enter_activity - total:.3g} points short")
        if said:
            yield _row(f"tier {number} by points", not short, ", ".join(said), tip=" and ".join(short))
        capacity, taken = policy.capacity(tier.total_accounts), tier.counts.get(str(number), 0)
        if capacity is not None:
            weakest = tier.weakest.get(str(number))
            tip = f"more activity than {weakest[0]} ({weakest[1]:.1f}) makes it a swap" if weakest else "room"
            yield _row(f"room in tier {number}", taken < capacity, f"{taken} of {capacity}", tip=tip)


def _points(known: Known) -> Iterator[Row]:
    """Caps that cut points off."""
    counted = {line.signal_id: line.counts for line in known.activity.lines}
    full: dict[str, float] = {}
    kept: dict[str, float] = {}
    for signal in known.history:
        rule = known.pack.scoring.of(signal.type)
        if rule.cap is None or not signal.points or signal.at > known.case.now:
            continue
        left = signal.points * scoring.decay(known.case.now - signal.at, signal.half_life or rule.half_life)
        if abs(left) >= known.pack.scoring.floor:
            full[signal.type] = full.get(signal.type, 0.0) + left
            kept[signal.type] = kept.get(signal.type, 0.0) + counted.get(signal.signal_id, 0.0)
    for event_type, points in sorted(full.items()):
        lost = abs(points) - abs(kept[event_type])
        if lost > 0.1:
            cap = known.pack.scoring.of(event_type).cap
            yield _row(f"cap of {event_type}", False, f"{kept[event_type]:.1f} of {points:.1f} points count (cap {cap:g})",
                       tip=f"{lost:.3g} points are cut off")  # fmt: skip


def _shadows(decision: Decision) -> Iterator[Row]:
    fired = [o.rule_id for o in decision.outcomes if o.fired and o.status == "shadow"]
    if fired:
        yield _row("shadow", False, f"{', '.join(fired)} fired in shadow", tip="status: live")
