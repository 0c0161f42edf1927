"""Builds the dossier of an alert from a case and its decision. Pure; nothing in it that the case does not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from signalwatch import ids
from signalwatch.model import (
    Action,
    AlertIntent,
    Case,
    Change,
    Decision,
    Dossier,
    Event,
    Evidence,
    Organisation,
    Program,
)

_DEALS = frozenset({"merger_acquisition", "partnership", "licensing_deal"})
_SENTENCE = (". ", "! ", "? ", ".\n")

WORDS: Mapping[str, str] = {
    "funding_round": "raised money", "ipo": "IPO", "public_offering": "public offering", "partnership": "partnership",
    "licensing_deal": "licensing deal", "merger_acquisition": "merger or acquisition", "ind_clearance": "IND cleared",
    "trial_start": "trial started", "trial_results": "trial results", "trial_setback": "trial setback",
    "regulatory_designation": "designation granted", "regulatory_submission": "regulatory submission",
    "regulatory_approval": "regulatory approval", "regulatory_rejection": "regulatory rejection",
    "grant_award": "grant", "contract_award": "contract award", "leadership_change": "leadership change",
    "layoffs_restructuring": "lay-offs or restructuring", "facility_expansion": "new facility",
    "bankruptcy_distress": "financial distress", "product_launch": "product launch",
    "trial_registered": "new trial registered", "trial_phase_advance": "program enters the next phase",
    "trial_status_change": "trial status changed", "trial_delay": "trial dates slipped",
    "trial_expansion": "trial expanded", "trial_completed": "trial completed", "results_posted": "results posted",
    "sponsor_change": "trial sponsor changed", "filing": "SEC filing",
}  # fmt: skip
"""Plain words for types; types that ops added are shown by their own name."""


def money(amount: object, currency: object = "USD") -> str:
    """``75000000, "USD"`` → ``USD 75M``; "" for anything that is no amount."""
    if not isinstance(amount, int | float) or isinstance(amount, bool) or amount <= 0:
        return ""
    for size, unit in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")):
        if amount >= size:
            return f"{currency or 'USD'} {amount / size:.4g}{unit}"
    return f"{currency or 'USD'} {amount:g}"


def words(event_type: str) -> str:
    """A type in plain words."""
    return WORDS.get(event_type, event_type.replace("_", " "))


def details(event: Event, mention: str = "") -> str:
    """The attributes people ask for first: money, series, phase, product, person; ``mention`` is the account itself."""
    a = event.attributes
    parts = [
        money(a.get("amount") or a.get("total") or a.get("upfront"), a.get("currency")),
        f"series {a['series']}" if a.get("series") and a["series"] != "unspecified" else "",
        f"phase {a['phase']}" if a.get("phase") else "",
        str(a.get("designation") or "").replace("_", " "),
        str(a.get("status") or a.get("stage") or a.get("outcome") or "").replace("_", " "),
        " ".join(str(a[k]) for k in ("person", "role", "direction") if a.get(k)),
        f"{a['percent']} % of staff" if a.get("percent") and event.type == "layoffs_restructuring" else "",
    ]
    if event.program is not None and event.program.assets:
        parts.insert(0, event.program.assets[0])
    own = {o.name.casefold() for o in event.organisations if o.role == "subject"} | {mention.casefold()}
    others = [o.name for o in event.organisations if o.role == "counterparty" and o.name.casefold() not in own]
    if others and event.type in _DEALS:
        parts.insert(0, f"{'of' if event.type == 'merger_acquisition' else 'with'} {' and '.join(others[:2])}")
    return ", ".join(p for p in parts if p)


def named(organisations: Sequence[Organisation]) -> str:
    """The other parties, with their roles."""
    return "; ".join(f"{o.name} ({o.role})" for o in organisations if o.role != "subject")


def program_words(program: Program | None) -> str:
    """One program in words: asset, indication, phase."""
    if program is None:
        return ""
    parts = [program.asset, program.indication, f"phase {program.phase}" if program.phase else ""]
    return " · ".join(p for p in parts if p)


def statement(event: Event) -> str:
    """The sentence of the document that states the event: the quoted span with what stands around it."""
    span = event.span
    coded = not any(c.islower() for c in span.text)  # a registry code (RECRUITING) or a number: the changes show it
    if span.field == "title" or coded:
        return event.title
    at = event.text.find(span.text) if span.field in ("text", "body") else -1
    if at < 0:
        return span.text
    start = max(
        (event.text.rfind(mark, 0, at) + len(mark) for mark in _SENTENCE if event.text.rfind(mark, 0, at) >= 0),
        default=0,
    )
    ends = [i for mark in _SENTENCE if (i := event.text.find(mark, at + len(span.text))) >= 0]
    return event.text[start : min(ends) + 1 if ends else len(event.text)].strip()


def evidence_of(event: Event) -> Evidence:
    """The checkable source of an event: link and quoted sentence."""
    said = statement(event)
    return Evidence(
        title=event.title,
        url=event.url,
        quote=event.span.text
        if said == event.title and event.span.field != "title"
        else ""
        if said == event.title
        else said,
        source=event.source_id,
        published_at=event.published_at,
    )


def actions(decision: Decision) -> tuple[Action, ...]:
    """What the reader can do, each as the id a command takes (``signalwatch recommendations approve ID``)."""
    out: list[Action] = []
    recommendation = decision.recommendation
    if recommendation is not None:
        for verb, label, style in (
            ("approve", "Approve", "primary"),
            ("dismiss", "Dismiss", "danger"),
            ("snooze", "Snooze", ""),
        ):
            out.append(Action(action_id=verb, label=label, style=style, value=recommendation.recommendation_id))
    out.append(Action(action_id="why", label="Why this alert", value=decision.decision_id))
    return tuple(out)


def build(
    case: Case,
    decision: Decision,
    intent: AlertIntent,
    *,
    ruleset: str,
    threshold: float | None,
    late_after: timedelta,
    told: Sequence[Event] = (),
) -> Dossier:
    """The dossier of one alert.

    Args:
        case: what the decision was a function of.
        decision: its answer.
        intent: which alert of the decision this is.
        ruleset: hash of the rule set, printed in the alert.
        threshold: the activity at which the next tier would be entered, when known.
        told: earlier events of the story, as further evidence.
        late_after: told this long after it was published, an alert says that it is late.
    """
    event, account = case.event, case.account
    published = event.published_at or event.first_seen_at
    late = any(o.late for o in decision.outcomes if o.fired) or (
        published is not None and case.now - published > late_after
    )
    fired = tuple(
        o
        for o in decision.outcomes
        if o.fired and o.status == "live" and (not intent.rule_ids or o.rule_id in intent.rule_ids)
    )
    recommendation = decision.recommendation
    detail = details(event, case.match.mention)
    headline = f"{account.name}: {words(event.type)}" + (f" ({detail})" if detail else "")
    if intent.kind == "correction":
        headline = f"Correction - {headline}"
    evidence = tuple({(e.url, e.span.text): evidence_of(e) for e in (event, *reversed(told))}.values())
    subject = event.subject
    what = statement(event)
    notes: list[str] = list(decision.notes)
    if subject is not None and case.match.mention and case.match.candidates:
        best = case.match.candidates[0]
        if subject.name.casefold() != account.name.casefold():
            notes.append(
                f"Named as {case.match.mention!r}; matched by {best.method}"
                + (f": {best.evidence}" if best.evidence else "")
            )
    others = named(event.organisations)
    if others:
        notes.append(f"Also named: {others}")
    changes: tuple[Change, ...] = event.changes
    disputed = case.story.disagreements
    if intent.kind == "correction":  # what the original said is no second opinion: it was wrong
        changes = tuple({c.field: c for c in (*disputed, *event.changes)}.values())
        disputed = ()
    return Dossier(
        kind=intent.kind,
        alert_id=ids.digest("alert", intent.kind, intent.story_id, intent.account_id, decision.decision_id),
        headline=headline,
        what=what,
        account_id=account.account_id,
        account_name=account.name,
        owner=account.owner,
        tier=account.tier,
        proposed_tier=recommendation.to_tier if recommendation is not None else None,
        recommendation=recommendation,
        event_type=event.type,
        polarity=decision.signal.polarity if decision.signal is not None else "neutral",
        program=program_words(case.program),
        changes=changes,
        evidence=evidence[:5],
        disagreements=disputed,
        fit=decision.fit,
        arithmetic=decision.activity.lines if decision.activity is not None else (),
        activity=decision.activity.total if decision.activity is not None else None,
        activity_before=decision.activity_before,
        threshold=threshold,
        rules=fired,
        play=recommendation.play if recommendation is not None else next((o.play for o in fired if o.play), ""),
        first_step=recommendation.first_step if recommendation is not None else "",
        personas_known=decision.activity.personas if decision.activity is not None else (),
        occurred_at=event.occurred_at,
        published_at=event.published_at,
        first_seen_at=event.first_seen_at,
        decided_at=decision.decided_at,
        late=late,
        actions=actions(decision),
        story_id=intent.story_id,
        decision_id=decision.decision_id,
        ruleset=ruleset,
        notes=tuple(notes),
    )  # fmt: skip
