"""Why a decision told nobody, in words."""

from __future__ import annotations

from collections.abc import Mapping

from signalwatch.model import Decision

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
