"""Stored decisions: what was decided, why, and whether deciding again gives the same answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from signalwatch import ids, rulebook
from signalwatch.decide import decide, guards, view_of
from signalwatch.decide.guards import text as guard_text
from signalwatch.model import Case, Decision
from signalwatch.ruleset.evaluate import tip
from signalwatch.ruleset.nodes import Env

if TYPE_CHECKING:
    from signalwatch.ruleset import Pack
    from signalwatch.store import Store

Record = tuple[Decision, Mapping[str, Any]]
ALL = 10_000_000


def find(store: Store, key: str) -> Record | None:
    """The decision with this id, or behind the recommendation, outbox row or alert with this id."""
    record = store.decision(key)
    if record is not None:
        return record
    recommendation = store.recommendation(key)
    if recommendation is not None:
        return store.decision(recommendation.decision_id)
    row = store.outbox_item(key)
    if row is None:
        row = next((r for r in store.outbox(limit=100_000) if r.item.dossier.alert_id.startswith(key)), None)
    return store.decision(row.item.decision_id) if row is not None else None


def case_of(record: Record) -> Case:
    """The inputs a decision was made from."""
    return msgspec.convert(record[1]["case"], Case)


def explain(record: Record, pack: Pack | None = None) -> dict[str, Any]:
    """Everything a person may ask of a decision, as data.

    Args:
        record: the decision.
        pack: the rule set it was made with; adds every guard with its numbers, and what would have tipped each rule.
    """
    decision, case = record[0], case_of(record)
    more: dict[str, Any] = {}
    if pack is not None:
        more = {"guards": guards(case, pack, decision), "tips": tips_of(record, pack)}
    return more | {
        "decision": decision.decision_id,
        "decided_at": decision.decided_at,
        "account": {"id": case.account.account_id, "name": case.account.name, "tier": case.account.tier},
        "event": {"id": case.event.event_id, "type": case.event.type, "title": case.event.title, "url": case.event.url,
                  "quote": case.event.span.text, "pattern": case.event.pattern, "confidence": case.event.confidence},
        "match": {"mention": case.match.mention, "candidates": case.match.candidates},
        "story": {"id": case.story.story_id, "effect": case.story.effect, "reason": case.story.reason},
        "signal": decision.signal,
        "fit": decision.fit,
        "activity": decision.activity,
        "activity_before": decision.activity_before,
        "rules": decision.outcomes,
        "recommendation": decision.recommendation,
        "alerts": decision.alerts,
        "stopped_by": decision.stopped_by,
        "notes": decision.notes,
        "hashes": decision.hashes,
    }  # fmt: skip


def tips_of(record: Record, pack: Pack) -> dict[str, str]:
    """What would have made each rule fire that was considered and did not."""
    decision, case = record[0], case_of(record)
    if decision.signal is None or case.story.effect == "corrected":
        return {}
    env = Env(view_of(case, pack))
    rules = [(o, pack.rule(o.rule_id)) for o in decision.outcomes if not o.fired]
    return {o.rule_id: tip(rule, env) for o, rule in rules if rule is not None}


def packs_of(store: Store, running: Pack) -> Callable[[str], Pack | None]:
    """Rule sets by hash: the running one, and those whose texts the database keeps. Each is built once."""
    built: dict[str, Pack | None] = {running.hash: running}

    def of(hash: str) -> Pack | None:
        if hash not in built:
            kept = store.ruleset_texts(hash)
            built[hash] = rulebook.stored(*kept, hash) if kept is not None else None
        return built[hash]

    return of


def verify(record: Record, pack: Pack, packs: Callable[[str], Pack | None] | None = None) -> tuple[bool, list[str]]:
    """Decide again from the stored inputs; True when the answer is the same to the byte.

    A decision made with another rule set is made again with that one, from its stored texts. Where they are missing it
    is made with the running set, and that is said first: the answer may differ.
    """
    before, case = record[0], case_of(record)
    notes = []
    made_with = before.hashes.get("ruleset") or pack.hash
    if made_with != pack.hash:
        found = packs(made_with) if packs is not None else None
        if found is not None:
            notes.append(f"decided with rule set {ids.short(made_with)}: made again with its stored texts")
            pack = found
        else:
            notes.append(
                f"decided with rule set {ids.short(made_with)}, whose texts are not stored; made again with the running "
                f"{ids.short(pack.hash)}"
            )
    again = decide(case, pack, accounts_hash=before.hashes.get("accounts", ""))
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(again)
    differences = [f"{k}: {old.get(k)!r} != {new.get(k)!r}" for k in sorted({*old, *new}) if old.get(k) != new.get(k)]
    if not differences and msgspec.json.encode(before) != msgspec.json.encode(again):
        differences = ["the same fields, other bytes"]
    return not differences, notes + [d[:400] for d in differences]


def verify_all(store: Store, running: Pack, since: datetime | None = None) -> dict[str, Any]:
    """Make every decision again: how many are the same, by rule set, and which are not."""
    packs = packs_of(store, running)
    answer: dict[str, Any] = {"decisions": 0, "same": 0, "different": [], "missing_rule_sets": [], "rule_sets": {}}
    for record in store.decisions(since=since, limit=ALL):
        hash = record[0].hashes.get("ruleset") or running.hash
        same, notes = verify(record, running, packs)
        answer["decisions"] += 1
        answer["same"] += same
        answer["rule_sets"][hash] = answer["rule_sets"].get(hash, 0) + 1
        if packs(hash) is None and hash not in answer["missing_rule_sets"]:
            answer["missing_rule_sets"].append(hash)
        if not same:
            answer["different"].append({"decision": record[0].decision_id, "differences": notes})
    return answer


def text(answer: Mapping[str, Any]) -> str:
    """The explanation for a person."""
    lines = [
        f"decision {answer['decision']} at {answer['decided_at']:%Y-%m-%d %H:%M} UTC",
        f"account  {answer['account']['name']} (tier {answer['account']['tier']})",
        f"event    {answer['event']['type']}: {answer['event']['title']}",
        f"         {answer['event']['url']}",
        f"quote    “{answer['event']['quote']}” ({answer['event']['pattern'] or 'structured field'})",
        f"match    {answer['match']['mention']!r}: "
        + "; ".join(f"{c.account_id} by {c.method} {c.score:.2f} {c.evidence}".strip() for c in answer["match"]["candidates"]),
        f"story    {answer['story']['effect']} ({answer['story']['reason']})",
    ]  # fmt: skip
    if answer["fit"] is not None:
        fit = answer["fit"]
        lines.append(
            f"fit      {fit.score:.2f} in {fit.segment or 'no segment'}; unknown: {', '.join(fit.unknown) or 'nothing'}"
        )
    if answer["activity"] is not None:
        lines.append(f"activity {answer['activity_before']:.1f} → {answer['activity'].total:.1f}")
        lines.extend(
            f"         {line.label} {line.points:+.0f} (counts {line.counts:+.1f})" for line in answer["activity"].lines
        )
    if answer.get("guards"):
        lines += ["guards", *(f"         {guard_text(row)}" for row in answer["guards"])]
    tips = answer.get("tips", {})
    for outcome in answer["rules"]:
        word = "fired" if outcome.fired else f"no: {outcome.failed} {outcome.missed_by}".rstrip()
        lines.append(f"rule     {outcome.rule_id} [{outcome.status}] {word} {outcome.because}".rstrip())
        if tips.get(outcome.rule_id):
            lines.append(f"         would have tipped it: {tips[outcome.rule_id]}")
    recommendation = answer["recommendation"]
    if recommendation is not None:
        lines.append(
            f"proposes {recommendation.kind} {recommendation.from_tier} → {recommendation.to_tier} ({recommendation.status})"
        )
    lines += [f"note     {note}" for note in answer["notes"]]
    lines.append(
        f"alerts   {len(answer['alerts'])}" + (f"; stopped by {answer['stopped_by']}" if answer["stopped_by"] else "")
    )
    lines += [f"letter   {letter['says']}" for letter in answer.get("letters", ())]
    lines.append("hashes   " + ", ".join(f"{k} {ids.short(v)}" for k, v in answer["hashes"].items()))
    if "verified" in answer:
        lines.append("verify   " + ("same answer, byte for byte" if answer["verified"] else "DIFFERENT ANSWER"))
        lines.extend(f"         {d}" for d in answer["differences"])
    return "\n".join(lines)
