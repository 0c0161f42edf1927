"""events, signals, recommendations, explain, why-not: reading what was stored and decided."""

from __future__ import annotations

import getpass
from typing import Any

import click

from signalwatch.clock import SystemClock
from signalwatch.commands.common import (
    configuration,
    found,
    json_option,
    known_account,
    listing,
    open_app,
    opened_store,
    show_json,
    since,
)
from signalwatch.errors import ConfigError, UsageError

since_option = click.option("--since", "since_", metavar="DATE|180d", help="Only what is newer.")


@click.group()
def events() -> None:
    """Stored events."""


@events.command("list")
@click.option("--type", "event_type")
@click.option("--account")
@click.option("--source")
@click.option("--state", type=click.Choice(["new", "assessed", "held", "failed"]))
@since_option
@click.option("--limit", default=50, show_default=True)
@json_option
@click.pass_context
def list_events(
    ctx: click.Context, event_type: str | None, account: str | None, source: str | None, state: str | None,
    since_: str | None, limit: int, as_json: bool,
) -> int:  # fmt: skip
    """The newest events."""
    with opened_store(ctx) as store:
        rows = store.events(
            type=event_type, account_id=account, source_id=source, state=state,
            since=since(since_, SystemClock().now()), limit=limit,
        )  # fmt: skip
    listing(
        rows, as_json, ["id", "type", "published", "who", "what", "source"],
        lambda e: [e.event_id, e.type, e.published_at, e.subject.name if e.subject else "", e.title, e.source_id],
    )  # fmt: skip
    return 0


@events.command("show")
@click.argument("event_id")
@click.pass_context
def show_event(ctx: click.Context, event_id: str) -> int:
    """One event whole, with its quoted span and its document."""
    with opened_store(ctx) as store:
        event = found("event", event_id, store.event(event_id))
        document = store.document(event.document_id)
    show_json({
        "event": event,
        "document": {"key": document.key, "url": document.url, "title": document.title, "version": document.version}
        if document is not None else None,
    })  # fmt: skip
    return 0


@click.group()
def signals() -> None:
    """Signals of accounts."""


@signals.command("list")
@click.option("--account")
@since_option
@click.option("--limit", default=50, show_default=True)
@json_option
@click.pass_context
def list_signals(ctx: click.Context, account: str | None, since_: str | None, limit: int, as_json: bool) -> int:
    """The newest signals, with their points."""
    with opened_store(ctx) as store:
        rows = store.signals(account_id=account, since=since(since_, SystemClock().now()), limit=limit)
    listing(
        rows, as_json, ["account", "type", "at", "points", "half-life d", "polarity", "active", "what"],
        lambda s: [s.account_id, s.type, s.at, s.points, s.half_life.days if s.half_life else "", s.polarity,
                   "yes" if s.active else "unwound", s.title],
    )  # fmt: skip
    return 0


@click.group()
def recommendations() -> None:
    """List, show, approve, dismiss, snooze."""


@recommendations.command("list")
@click.option("--status", type=click.Choice(["open", "approved", "dismissed", "snoozed", "expired", "superseded"]))
@click.option("--limit", default=50, show_default=True)
@json_option
@click.pass_context
def list_recommendations(ctx: click.Context, status: str | None, limit: int, as_json: bool) -> int:
    """The newest recommendations."""
    with opened_store(ctx) as store:
        rows = store.recommendations(status=status, limit=limit)
    listing(
        rows, as_json, ["id", "account", "kind", "from", "to", "status", "created", "because"],
        lambda r: [r.recommendation_id, r.account_id, r.kind, r.from_tier, r.to_tier, r.status, r.created_at, r.because],
    )  # fmt: skip
    return 0


@recommendations.command("show")
@click.argument("recommendation_id")
@click.pass_context
def show_recommendation(ctx: click.Context, recommendation_id: str) -> int:
    """One recommendation with the decision behind it."""
    with opened_store(ctx) as store:
        recommendation = found("recommendation", recommendation_id, store.recommendation(recommendation_id))
        decision = store.decision(recommendation.decision_id)
    show_json({"recommendation": recommendation, "decision": decision[0] if isinstance(decision, tuple) else decision})
    return 0


def _decide(ctx: click.Context, recommendation_id: str, status: str, by: str, note: str) -> int:
    from signalwatch.decide import crowding

    now = SystemClock().now()
    with opened_store(ctx) as store:
        recommendation = found("recommendation", recommendation_id, store.recommendation(recommendation_id))
        if recommendation.status not in ("open", "snoozed"):
            raise UsageError(f"recommendation {recommendation_id} is already {recommendation.status}")
        tiers = _tiers(ctx) if status == "approved" else None
        policy = tiers.tiers.get(recommendation.to_tier or 0) if tiers is not None else None
        most = policy.never_above if policy is not None else None
        store.decide_recommendation(recommendation_id, status, by=by, at=now, note=note, most=most)
        if status == "approved" and recommendation.to_tier is not None:
            reason = recommendation.because or recommendation.kind
            store.set_tier(
                recommendation.account_id, recommendation.to_tier, at=now, by=by, reason=reason,
                recommendation_id=recommendation_id,
            )  # fmt: skip
            if recommendation.kind == "swap" and recommendation.swap_with:
                store.set_tier(
                    recommendation.swap_with, min(3, recommendation.to_tier + 1), at=now, by=by,
                    reason=f"swapped for {recommendation.account_id}", recommendation_id=recommendation_id,
                )  # fmt: skip
        accounts = store.accounts() if tiers is not None else []
    click.echo(f"{recommendation_id}: {status}")
    if tiers is not None:
        target = recommendation.to_tier or 0
        held = {target: sum(a.tier == target for a in accounts)}
        for sentence in crowding(tiers, held, len(accounts)):
            click.echo(f"note: {sentence} (tiers.yaml)")
    return 0


def _tiers(ctx: click.Context) -> Any:
    """The tier policy; None when the rules cannot be read just now, which must not keep a person from deciding."""
    from signalwatch.ruleset import load_pack

    try:
        return load_pack(configuration(ctx).rules_folder).tiers
    except ConfigError as error:
        click.echo(f"note: limits of tiers are not checked, the rules cannot be read: {error}", err=True)
        return None


by_option = click.option(
    "--by",
    default=getpass.getuser,
    help="Who decides (written into the audit row) [default: the user of this machine].",
)
note_option = click.option("--note", default="", help="Reason.")


@recommendations.command()
@click.argument("recommendation_id")
@by_option
@note_option
@click.pass_context
def approve(ctx: click.Context, recommendation_id: str, by: str, note: str) -> int:
    """Make the proposed move: tier, history and audit row."""
    return _decide(ctx, recommendation_id, "approved", by, note)


@recommendations.command()
@click.argument("recommendation_id")
@by_option
@click.option("--note", default="no reason given", show_default=True, help="Reason.")
@click.pass_context
def dismiss(ctx: click.Context, recommendation_id: str, by: str, note: str) -> int:
    """Turn the proposal down, with a reason."""
    return _decide(ctx, recommendation_id, "dismissed", by, note)


@recommendations.command()
@click.argument("recommendation_id")
@by_option
@note_option
@click.pass_context
def snooze(ctx: click.Context, recommendation_id: str, by: str, note: str) -> int:
    """Put the proposal off."""
    return _decide(ctx, recommendation_id, "snoozed", by, note)


@click.command()
@click.argument("decision_or_alert_id", required=False)
@click.option(
    "--verify", is_flag=True, help="Run the decision again from its stored inputs and compare; without an ID: all."
)
@since_option
@json_option
@click.pass_context
def explain(
    ctx: click.Context, decision_or_alert_id: str | None, verify: bool, since_: str | None, as_json: bool
) -> int:
    """Why a decision (or the alert it made, or a recommendation) came about."""
    from signalwatch import explaining
    from signalwatch.app import router

    if decision_or_alert_id is None:
        if not verify:
            raise UsageError("name a decision, alert or recommendation, or say --verify to make all decisions again")
        return _verify_all(ctx, since_, as_json)
    with open_app(ctx) as app:
        record = explaining.find(app.store, decision_or_alert_id)
        proposal = app.store.recommendation(decision_or_alert_id) if record is None else None
        if proposal is not None:  # time alone brought it: no event, no decision record
            click.echo(
                f"{proposal.kind} {proposal.from_tier} → {proposal.to_tier} for {proposal.account_id}: {proposal.because}"
            )
            return 0
        record = found("decision, alert or recommendation", decision_or_alert_id, record)
        packs = explaining.packs_of(app.store, app.pack)
        pack = packs(record[0].hashes.get("ruleset", "")) or app.pack
        answer: dict[str, Any] = explaining.explain(record, pack)
        rows = app.store.outbox(account_id=record[0].account_id, limit=explaining.ALL)
        answer["letters"] = explaining.letters(record, rows, router(pack, app.config), app.clock.now())
        same = True
        if verify:
            same, differences = explaining.verify(record, app.pack, packs)
            answer["verified"] = same
            answer["differences"] = differences
    if as_json:
        show_json(answer)
    else:
        click.echo(explaining.text(answer))
    return 0 if same else 1


def _verify_all(ctx: click.Context, since_: str | None, as_json: bool) -> int:
    from signalwatch import explaining, ids

    with open_app(ctx) as app:
        answer = explaining.verify_all(app.store, app.pack, since(since_, app.clock.now()))
    if as_json:
        show_json(answer)
    else:
        for hash, number in answer["rule_sets"].items():
            missing = " (its texts are not stored)" if hash in answer["missing_rule_sets"] else ""
            click.echo(f"rule set {ids.short(hash)}: {number} decisions{missing}")
        for row in answer["different"]:
            click.echo(f"{row['decision']}: DIFFERENT: {'; '.join(row['differences'])[:400]}")
        click.echo(f"{answer['same']} of {answer['decisions']} decisions are the same, byte for byte")
    return 0 if answer["same"] == answer["decisions"] else 1


@click.command("why-not")
@click.option("--account", required=True)
@click.option("--event", "event_id")
@click.option("--rule", "rule_id")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def why_not(ctx: click.Context, account: str, event_id: str | None, rule_id: str | None, as_json: bool) -> int:
    """Why an account got no alert: first failing condition, cap, quiet first contact, held match."""
    from signalwatch import explaining
    from signalwatch.app import router

    with open_app(ctx) as app:
        known_account(app.store, account)
        answers = explaining.why_not(
            app.store, account, packs=explaining.packs_of(app.store, app.pack), running=app.pack,
            routers=lambda pack: router(pack, app.config), now=app.clock.now(), event_id=event_id, rule_id=rule_id,
        )  # fmt: skip
        rule = app.pack.rule(rule_id) if rule_id is not None else None
        if rule_id is not None and rule is None and all(row.get("apart") == "absent" for row in answers):
            found("rule", rule_id, None, [r.rule_id for r in app.pack.rules])
    if as_json:
        show_json(answers)
    elif not answers:
        click.echo(f"nothing was decided for {account}: no event was ever matched to it"
                   " (see: signalwatch events list, signalwatch review list, signalwatch accounts match NAME)")  # fmt: skip
    if not as_json:
        apart = ("type", "absent")
        for answer in answers:
            if answer.get("apart") not in apart:
                click.echo("\n".join(explaining.why_not_lines(answer)))
        for line in explaining.apart_lines(answers, rule):
            click.echo(line)
    return 0
