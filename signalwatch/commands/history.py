"""backfill and reprocess: the past, on purpose."""

from __future__ import annotations

import click

from signalwatch.commands.common import found, json_option, open_app, show_json, since
from signalwatch.errors import UsageError


@click.command()
@click.argument("source_id")
@click.option("--since", "since_", required=True, metavar="DATE|180d")
@click.option("--until", "until_", metavar="DATE")
@click.option("--alert", is_flag=True, help="Let what is found alert, as if it were new.")
@click.pass_context
def backfill(ctx: click.Context, source_id: str, since_: str, until_: str | None, alert: bool) -> int:
    """Poll SOURCE_ID for the past. What is found is recorded and scored; it alerts only with --alert."""
    from signalwatch.reprocess import backfill as run_backfill

    with open_app(ctx) as app:
        if source_id not in app.sources:
            raise UsageError(f"there is no source {source_id!r}; configured: {', '.join(app.sources)}")
        now = app.clock.now()
        start = found("date", since_, since(since_, now))
        until = since(until_, now) or now
        report = run_backfill(
            app, source_id, start, until, alert=alert, progress=lambda text: click.echo(text, err=True)
        )
    click.echo(
        f"{source_id}: {report.documents} documents, {report.events} events"
        + (f"; {report.error}" if report.error else "")
    )
    return 0 if report.ok else 1


@click.command()
@click.option("--from", "stage", type=click.Choice(["detect", "resolve", "rules"]), default="detect", show_default=True)
@click.option("--since", "since_", required=True, metavar="DATE|180d")
@json_option
@click.pass_context
def reprocess(ctx: click.Context, stage: str, since_: str, as_json: bool) -> int:
    """Run detection, resolution or rules again over stored documents; nothing already told is told again."""
    from signalwatch.reprocess import reprocess as run_again

    with open_app(ctx) as app:
        report = run_again(app, stage, found("date", since_, since(since_, app.clock.now())),
                           progress=lambda text: click.echo(text, err=True))  # fmt: skip
    if as_json:
        show_json(report)
    else:
        click.echo("  ".join(f"{k} {v}" for k, v in report.items()))
    return 0
