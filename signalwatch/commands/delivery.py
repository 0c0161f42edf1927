"""outbox list|retry|drop and alert test."""

from __future__ import annotations

import click

from signalwatch.clock import SystemClock
from signalwatch.commands.common import json_option, listing, open_app, opened_store
from signalwatch.errors import DeliveryError, UsageError


@click.group()
def outbox() -> None:
    """Messages waiting, sent, uncertain or dead."""


@outbox.command("list")
@click.option("--state", type=click.Choice(["pending", "sending", "sent", "uncertain", "dead", "dropped"]))
@click.option("--limit", default=50, show_default=True)
@json_option
@click.pass_context
def list_(ctx: click.Context, state: str | None, limit: int, as_json: bool) -> int:
    """The newest messages."""
    with opened_store(ctx) as store:
        rows = store.outbox(state=state, limit=limit)
    listing(
        rows, as_json, ["id", "state", "channel", "recipient", "due", "tries", "what", "last error"],
        lambda r: [r.item.outbox_id, r.state, r.item.channel, r.item.recipient, r.item.due_at, r.attempts,
                   r.item.dossier.headline, r.last_error],
    )  # fmt: skip
    return 0


@outbox.command()
@click.argument("ids", nargs=-1, required=True)
@click.pass_context
def retry(ctx: click.Context, ids: tuple[str, ...]) -> int:
    """Send dead or uncertain messages again, under their old id. IDS: outbox ids, or "all"."""
    with opened_store(ctx) as store:
        named = ids != ("all",)
        if not named:
            ids = tuple(r.item.outbox_id for s in ("dead", "uncertain") for r in store.outbox(state=s, limit=10_000))
        number = store.retry_outbox(ids, SystemClock().now())
    if named and not number:
        raise UsageError("none of these is a dead or uncertain message: see signalwatch outbox list --state dead")
    click.echo(f"{number} message(s) are due again")
    return 0


@outbox.command()
@click.argument("ids", nargs=-1, required=True)
@click.pass_context
def drop(ctx: click.Context, ids: tuple[str, ...]) -> int:
    """Give messages up for good; they stay in the list as dropped."""
    with opened_store(ctx) as store:
        number = store.drop_outbox(ids)
    if not number:
        raise UsageError("none of these is a message that still waits: see signalwatch outbox list")
    click.echo(f"{number} message(s) dropped")
    return 0


@click.group()
def alert() -> None:
    """Send a test message to a channel."""


@alert.command()
@click.argument("channel")
@click.option("--recipient", default="", help="Whom to send to; default: what the channel itself is tied to.")
@click.pass_context
def test(ctx: click.Context, channel: str, recipient: str) -> int:
    """Send one clearly marked test message through CHANNEL, at once, outside the outbox."""
    from signalwatch import ids
    from signalwatch.deliver import SendContext
    from signalwatch.model import Dossier, Message

    with open_app(ctx) as app:
        notifier = app.config.channels.get(channel)
        if notifier is None:
            raise UsageError(f"there is no channel {channel!r}; configured: {', '.join(app.config.channels) or 'none'}")
        now = app.clock.now()
        card = Dossier(
            kind="operator", alert_id=ids.digest("test", now), headline="signalwatch test message",
            what="This is a test. Nothing happened.", decided_at=now,
        )  # fmt: skip
        subject, text, html = app.render(card.kind, recipient, (card,))
        message = Message(
            message_id=card.alert_id, recipient=recipient, subject=subject, text=text, html=html, kind="operator",
            dossiers=(card,), created_at=now,
        )  # fmt: skip
        try:
            receipt = notifier.send(message, SendContext(clock=app.clock, http=app.http, log=app.log))
        except DeliveryError as error:
            click.echo(f"{channel}: not sent: {error.reason}", err=True)
            return 1
    click.echo(f"{channel}: sent {receipt.reference} {receipt.detail}".rstrip())
    return 0
