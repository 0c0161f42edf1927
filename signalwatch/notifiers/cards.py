"""A dossier as the words people read: one card, shared by plain text, HTML and Slack. Pure.

Every word comes from the dossier; this module only formats numbers, times and lists. A card is bounded, so that no
single dossier can outgrow a mail or a Slack message.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from signalwatch.notifiers.words import (
    day,
    is_day,
    joined,
    lines_as_written,
    moment,
    one_line,
    plain_number,
    points,
    shown,
    span,
    tier_words,
    web_link,
    words,
)
from signalwatch.sdk import Action, Change, Dossier, Evidence, Fit, Recommendation, RuleOutcome, ScoreLine

ORDER_COMMANDS = {
    "approve": "signalwatch recommendations approve",
    "dismiss": "signalwatch recommendations dismiss",
    "snooze": "signalwatch recommendations snooze",
    "why": "signalwatch explain",
}
"""What to type for an action that has no link, because no console is configured."""

_LINES = 10  # of arithmetic
_EVIDENCE = 5
_RULES = 6
_NOTES = 8
_CHANGES = 12
_REPORT = 3_600


class Line(msgspec.Struct, frozen=True):
    """One line of arithmetic: what, how many points it was worth, how many it counts now, when."""

    label: str
    points: str
    counts: str
    when: str


class Source(msgspec.Struct, frozen=True):
    """One piece of evidence, ready to show."""

    title: str
    url: str
    quote: str
    origin: str  # publisher and date


class Why(msgspec.Struct, frozen=True):
    """A rule that fired and its reason."""

    title: str
    rule_id: str
    because: str


class Moment(msgspec.Struct, frozen=True):
    """One of the four times. ``at`` is None for a day without a time of day, which no zone may shift."""

    label: str
    text: str
    at: datetime | None


class Order(msgspec.Struct, frozen=True):
    """Something the reader can do: by link, or by typing ``command``."""

    action_id: str
    label: str
    url: str
    style: str
    value: str
    command: str


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """All that is shown of one dossier."""

    alert_id: str
    kind: str
    polarity: str
    headline: str
    banners: tuple[str, ...]
    what: str
    report: tuple[str, ...]  # what the operator reads as it was written: lines with their spaces
    changes: tuple[tuple[str, str, str], ...]
    account: str
    tier: str
    move: str
    owner: str
    program: str
    rules: tuple[Why, ...]
    because: str
    lines: tuple[Line, ...]
    more_lines: str
    activity: str
    fit: str
    unknown: str
    excluded: str
    known: str
    missing: str
    play: str
    first_step: str
    sources: tuple[Source, ...]
    disagreements: tuple[tuple[str, str, str], ...]
    times: tuple[Moment, ...]
    orders: tuple[Order, ...]
    notes: tuple[str, ...]
    footer: str


def card(dossier: Dossier, zone: tzinfo) -> Card:
    """The card of one dossier; times are written in ``zone``."""
    d = dossier
    lines, more = _arithmetic(d.arithmetic, zone)
    recommendation = d.recommendation
    reasons = tuple(_why(r) for r in d.rules if r.fired)[:_RULES]
    because = one_line(recommendation.because, 400) if recommendation and not any(r.because for r in reasons) else ""
    return Card(
        alert_id=one_line(d.alert_id, 80),
        kind=d.kind,
        polarity=d.polarity,
        headline=one_line(d.headline, 300) or "signalwatch",
        banners=_banners(d),
        what=_what(d),
        report=_report(d),
        changes=_changes(d.changes),
        account=one_line(d.account_name or d.account_id, 200),
        tier=tier_words(d.tier),
        move=_move(d),
        owner=one_line(d.owner, 120),
        program=one_line(d.program, 200),
        rules=reasons,
        because=because,
        lines=lines,
        more_lines=more,
        activity=_activity(d),
        fit=_fit(d.fit),
        unknown=joined([words(name) for name in d.fit.unknown], 20) if d.fit else "",
        excluded=one_line(d.fit.excluded, 200) if d.fit else "",
        known=joined(d.personas_known, 12),
        missing=joined(d.personas_missing, 12),
        play=one_line(d.play or (recommendation.play if recommendation else ""), 120),
        first_step=one_line(d.first_step or (recommendation.first_step if recommendation else ""), 400),
        sources=tuple(_source(e, zone) for e in d.evidence[:_EVIDENCE]),
        disagreements=_changes(d.disagreements),
        times=_times(d, zone),
        orders=tuple(_order(a) for a in d.actions[:10]),
        notes=(
            *(one_line(note, 400) for note in d.notes[:_NOTES]),
            *_more(len(d.notes), _NOTES, "notes"),
            *_more(len(d.evidence), _EVIDENCE, "pieces of evidence"),
            *_more(len(d.changes), _CHANGES, "changes"),
        ),
        footer=_footer(d),
    )


# --- parts --------------------------------------------------------------------------------------------------------


def _more(count: int, most: int, what: str) -> tuple[str, ...]:
    return (f"{count - most} more {what} not shown",) if count > most else ()


def _banners(d: Dossier) -> tuple[str, ...]:
    out: list[str] = []
    if d.kind == "correction":
        out.append("CORRECTION: this changes or takes back something you were told before.")
    elif d.kind == "update":
        out.append("UPDATE of something you were told before.")
    elif d.kind == "resolve":
        out.append("RESOLVED: what was wrong is over.")
    if d.late:
        since = d.published_at or d.occurred_at
        gap = d.first_seen_at - since if since and d.first_seen_at else None
        known = f": it reached us {span(gap)} after it was published" if gap and gap > timedelta(hours=1) else ""
        if known and not d.published_at:
            known = known.replace("was published", "happened")
        out.append(f"LATE{known}.")
    if d.polarity == "negative" and d.account_name:
        out.append("NEGATIVE for a vendor: counts against this account.")
    return tuple(out)


def _report(d: Dossier) -> tuple[str, ...]:
    """The lines below the first one of what the operator is told: files, lines and carets, which one line would mangle."""
    return lines_as_written(d.what.partition("\n")[2], _REPORT) if d.kind == "operator" else ()


def _what(d: Dossier) -> str:
    """What happened, as a sentence: a fragment of a few words gives way to the headline of the source it is from."""
    what = one_line(d.what.partition("\n")[0] if d.kind == "operator" else d.what, 1200)
    if len(what) >= 60:
        return what
    titles = (one_line(e.title, 300) for e in d.evidence)
    return next((title for title in titles if what and len(title) > len(what) and what in title), what)


def _changes(changes: Sequence[Change]) -> tuple[tuple[str, str, str], ...]:
    return tuple((words(c.field), shown(c.before), shown(c.after)) for c in changes[:_CHANGES])


def _move(d: Dossier) -> str:
    recommendation = d.recommendation
    if recommendation is not None:
        return _recommended(recommendation)
    if d.proposed_tier is not None and d.proposed_tier != d.tier:
        return f"{tier_words(d.tier) or 'no tier'} → {tier_words(d.proposed_tier)}"
    return ""


def _recommended(r: Recommendation) -> str:
    here, there = tier_words(r.from_tier), tier_words(r.to_tier)
    arrow = " → ".join(part for part in (here, there) if part)
    swap = f"; {one_line(r.swap_with, 80)} would step down" if r.swap_with else ""
    text = {
        "elevate": arrow,
        "lower": arrow,
        "swap": f"{arrow} as a swap{swap}",
        "waiting_list": f"waiting list for {there or 'a full tier'}",
        "new_account": f"new account{' in ' + there if there else ''}",
        "exclude": "exclude from the list",
    }[r.kind]
    return text if r.status == "open" else f"{text} ({r.status})"


def _why(outcome: RuleOutcome) -> Why:
    return Why(
        one_line(outcome.title or outcome.rule_id, 160), one_line(outcome.rule_id, 100), one_line(outcome.because, 400)
    )


def _arithmetic(lines: Sequence[ScoreLine], zone: tzinfo) -> tuple[tuple[Line, ...], str]:
    kept = list(lines)
    if len(kept) > _LINES:
        weight = sorted(range(len(kept)), key=lambda i: (-abs(kept[i].counts), i))[:_LINES]
        rest = [line for i, line in enumerate(kept) if i not in weight]
        kept = [kept[i] for i in sorted(weight)]
        more = f"{len(rest)} smaller ones, together {points(sum(line.counts for line in rest))}"
    else:
        more = ""
    return tuple(
        Line(
            one_line(line.label, 120),
            points(line.points),
            points(line.counts) if abs(line.counts - line.points) >= 0.05 else "",
            day(line.at.astimezone(UTC if is_day(line.at) else zone)) if line.at else "",
        )
        for line in kept
    ), more


def _activity(d: Dossier) -> str:
    if d.activity is None:
        return ""
    text = plain_number(d.activity)
    if d.activity_before is not None and abs(d.activity_before - d.activity) >= 0.05:
        text = f"{plain_number(d.activity_before)} → {text}"
    return text + (f" (threshold {plain_number(d.threshold)})" if d.threshold is not None else "")


def _fit(fit: Fit | None) -> str:
    if fit is None:
        return ""
    parts = joined((f"{words(name)} {value:.2f}" for name, value in sorted(fit.parts.items())), 10)
    segment = f" as {one_line(fit.segment, 60)}" if fit.segment else ""
    return f"{fit.score:.2f}{segment}" + (f" ({parts})" if parts else "")


def _source(evidence: Evidence, zone: tzinfo) -> Source:
    at = moment(evidence.published_at, zone) if evidence.published_at else ""
    url = web_link(evidence.url)
    quote = one_line(evidence.quote, 320)
    title = one_line(evidence.title, 240) or url or "source"
    return Source(
        title, url, "" if quote == title else quote, ", ".join(p for p in (one_line(evidence.source, 80), at) if p)
    )


def _times(d: Dossier, zone: tzinfo) -> tuple[Moment, ...]:
    named = (
        ("happened", d.occurred_at), ("published", d.published_at), ("first seen", d.first_seen_at),
        ("decided", d.decided_at),
    )  # fmt: skip
    return tuple(
        Moment(label, moment(at, zone), None if is_day(at) else at.astimezone(UTC)) for label, at in named if at
    )


def _order(action: Action) -> Order:
    url = web_link(action.url)
    command = ORDER_COMMANDS.get(action.action_id, "")
    value = one_line(action.value, 200)
    return Order(
        action_id=one_line(action.action_id, 200),
        label=one_line(action.label, 60) or one_line(action.action_id, 60) or "Open",
        url=url,
        style=action.style,
        value=value,
        command=f"{command} {value}" if command and value and not url else "",
    )


def _footer(d: Dossier) -> str:
    short = (("alert", d.alert_id[:12]), ("decision", d.decision_id), ("rules", d.ruleset[:12]))
    return " · ".join(f"{label} {one_line(value, 80)}" for label, value in short if value)
