"""Why an account was told nothing (yet): decisions that alerted nobody, letters that are held, names nobody confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from signalwatch import ids
from signalwatch.decide import guards, why_not_text
from signalwatch.decide.guards import text as guard_text
from signalwatch.explaining.records import ALL, Record, case_of, tips_of
from signalwatch.routing import facts_of

if TYPE_CHECKING:
    from signalwatch.model import Case, Decision
    from signalwatch.routing import Router
    from signalwatch.ruleset import Pack, Rule
    from signalwatch.store import Store
    from signalwatch.store.records import OutboxRow

Packs = Callable[[str], "Pack | None"]
Routers = Callable[["Pack"], "Router"]
Row = dict[str, Any]
_OVER = ("sent", "uncertain")


def letters(record: Record, rows: Sequence[OutboxRow], router: Router, now: datetime) -> list[Row]:
    """What became of the messages of one decision: sent, held until when and by what, dead, or muted."""
    decision, case = record[0], case_of(record)
    mine = [row for row in rows if row.item.decision_id == decision.decision_id]
    areas = case.program.areas if case.program is not None else ()
    out: list[Row] = []
    for row in mine:
        item = row.item
        facts: Mapping[str, Any] = facts_of(item.dossier, case.account, decision.signal, areas)
        routed = router.deliveries(facts, item.dossier, item.created_at)
        found = next((d for d in routed if (d.channel, d.recipient) == (item.channel, item.recipient)), None)
        out.append(_letter(row, found.held if found is not None else "", now))
    if decision.alerts and not mine:
        facts = _facts(record, areas)
        why = router.silenced(facts, decision.decided_at) or "no route, or no receiver, took it"
        out.append({"state": "not sent", "says": f"no message was made: {why}", "held": why})
    return out


def _facts(record: Record, areas: Sequence[str]) -> Mapping[str, Any]:
    decision, case = record[0], case_of(record)
    account, move = case.account, decision.recommendation
    return {
        "tier": account.tier, "owner": account.owner, "type": case.event.type, "area": tuple(areas),
        "play": move.play if move is not None else next((o.play for o in decision.outcomes if o.fired and o.play), ""),
        "kind": decision.alerts[0].kind, "polarity": decision.signal.polarity if decision.signal is not None else "neutral",
        "rule": tuple(o.rule_id for o in decision.outcomes if o.fired),
        "segment": decision.fit.segment if decision.fit is not None else "", "account": account.account_id,
        "proposed_tier": move.to_tier if move is not None else None, "country": account.country,
    }  # fmt: skip


def _letter(row: OutboxRow, held: str, now: datetime) -> Row:
    item = row.item
    says = f"{item.kind} to {item.recipient or 'nobody'} by {item.channel}: {row.state}"
    due = f"{item.due_at:%Y-%m-%d %H:%M} UTC"
    if row.state == "pending":
        says += f", held until {due}" if item.due_at > now else f", due since {due}"
        says += f" ({held})" if held else ""
        says += f", attempt {row.attempts + 1} after: {row.last_error}" if row.last_error else ""
    elif row.sent_at is not None:
        says += f" on {row.sent_at:%Y-%m-%d %H:%M} UTC"
    elif row.last_error:
        says += f": {row.last_error}"
    return {
        "outbox": item.outbox_id, "channel": item.channel, "recipient": item.recipient, "state": row.state,
        "due_at": item.due_at, "held": held, "error": row.last_error, "says": says,
    }  # fmt: skip


def why_not(
    store: Store,
    account_id: str,
    *,
    packs: Packs,
    running: Pack,
    routers: Routers,
    now: datetime,
    event_id: str | None = None,
    rule_id: str | None = None,
) -> list[Row]:
    """Why an account was not told, newest first: one row for each decision that reached nobody yet, and for each held name.

    Args:
        store: the database.
        account_id: the account.
        packs: rule sets by hash, for the numbers of each decision's own set.
        running: the rule set in force, for decisions whose set is not stored.
        routers: the routing tree of a rule set.
        now: which messages are still held.
        event_id: only decisions of this event.
        rule_id: ask of one rule, also where something else was told.
    """
    rows = store.outbox(account_id=account_id, limit=ALL)
    out: list[Row] = []
    for record in store.decisions(account_id=account_id, event_id=event_id):
        decision, case = record[0], case_of(record)
        pack = packs(decision.hashes.get("ruleset", "")) or running
        sent = letters(record, rows, routers(pack), now)
        if decision.alerts and rule_id is None and all(row["state"] in _OVER for row in sent):
            continue
        says = why_not_text(decision, rule_id=rule_id)
        apart = _apart(decision, case, pack, rule_id)
        if apart == "absent":
            says = f"rule {rule_id} was not in the rules of then ({ids.short(pack.hash)}), or off"
        elif apart == "unasked":
            says = f"rule {rule_id} was not asked; {why_not_text(decision)}"
        if decision.alerts and rule_id is None:
            says = f"{_an(decision.alerts[0].kind)} was decided, and its message has not gone out yet"
        tips = tips_of(record, pack)
        stopping = [r for r in guards(case, pack, decision) if not r["ok"]]
        out.append({
            "at": decision.decided_at, "decision": decision.decision_id, "event": case.event.event_id,
            "type": case.event.type, "title": case.event.title, "says": says,
            "stopped_by": decision.stopped_by, "guards": stopping, "letters": sent if decision.alerts else [],
            "tips": {k: v for k, v in tips.items() if v and rule_id in (None, k)}, "apart": apart,
        })  # fmt: skip
    if event_id is None or not out:
        out += _held(store, account_id, event_id)
    return sorted(out, key=lambda row: row["at"], reverse=True)


def _apart(decision: Decision, case: Case, pack: Pack, rule_id: str | None) -> str:
    """Why no outcome of a decision is of the rule asked about; "" when one is, or no rule is asked about.

    ``absent``: it was not in the rule set, or off. ``type``: it does not look at such events. ``unasked``: it would have been
    asked, had the decision come so far.
    """
    if rule_id is None or any(o.rule_id == rule_id for o in decision.outcomes):
        return ""
    rule = pack.rule(rule_id)
    if rule is None or rule.status == "off":
        return "absent"
    return "unasked" if case.signal.type in rule.types or rule.measures else "type"


def apart_lines(rows: Sequence[Row], rule: Rule | None) -> list[str]:
    """What to say of the decisions that have nothing to do with the rule asked about, counted."""
    of_types = sum(row.get("apart") == "type" for row in rows)
    absent = sum(row.get("apart") == "absent" for row in rows)
    lines = []
    if of_types:
        asked = f" (it looks at {', '.join(sorted(rule.types))})" if rule is not None and rule.types else ""
        lines.append(f"{of_types} decision{'s' if of_types > 1 else ''} about events the rule does not look at{asked}")
    if absent:
        lines.append(f"{absent} decision{'s' if absent > 1 else ''} by rules in which it did not stand, or was off")
    return lines


def _an(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _held(store: Store, account_id: str, event_id: str | None) -> list[Row]:
    """Events whose company may be this account, and wait for a person to say so."""
    out: list[Row] = []
    for review in store.reviews("open", limit=ALL):
        best = next((c for c in review.candidates if c.account_id == account_id), None)
        if best is None:
            continue
        wanted = [e for e in review.event_ids if event_id in (None, e)]
        for event in store.events_by_id(wanted).values():
            says = (
                f'held match: "{review.mention}" may be this account (by {best.method}, {best.score:.2f}); '
                f"signalwatch review confirm {review.review_id} {account_id}"
            )
            out.append({
                "at": event.first_seen_at or event.at, "event": event.event_id, "type": event.type, "title": event.title,
                "says": says, "stopped_by": "held match", "review": review.review_id, "guards": [], "letters": [], "tips": {},
            })  # fmt: skip
    return out


def why_not_lines(row: Row) -> list[str]:
    """One row for people."""
    lines = [f"{row['at']:%Y-%m-%d} {row['type']} “{row['title'][:90]}”: {row['says']}"]
    lines += [f"    {letter['says']}" for letter in row["letters"]]
    if row.get("decision"):
        lines += [f"    {guard_text(guard)}" for guard in row["guards"]]
        lines += [f"    would have tipped {name}: {tip}" for name, tip in row["tips"].items()]
        lines.append(f"    signalwatch explain {row['decision']}")
    return lines
