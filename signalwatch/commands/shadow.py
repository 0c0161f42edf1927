"""rules shadow|promote: what rules in the dark would have said, and making one live."""

from __future__ import annotations

from pathlib import Path

import click

from signalwatch.commands.backtest import history_option, past, ran
from signalwatch.commands.common import folder_option, json_option, rules_folder, show_json

SHOWN = 3


@click.command()
@click.option("--since", "since_", default="30d", show_default=True, metavar="DATE|30d", help="From when on.")
@click.option("--until", "until_", metavar="DATE", help="Until when [default: now].")
@folder_option
@history_option
@json_option
@click.pass_context
def shadow(
    ctx: click.Context, since_: str, until_: str | None, folder: Path | None, history_file: Path | None, as_json: bool
) -> int:
    """A scorecard per shadow rule: what it would add, what live rules told anyway, and whether to promote it."""
    from signalwatch.backtest.compare import compare
    from signalwatch.backtest.scorecard import score, shadow_rules
    from signalwatch.ruleset import load_pack
    from signalwatch.ruleset.pack import with_status

    pack = load_pack(rules_folder(ctx, folder))
    waiting = shadow_rules(pack)
    history = past(ctx, since_, until_, history_file)
    base = ran(ctx, pack, history, "as it is", reasons=False)
    scores = []
    for rule in waiting:
        promoted = ran(ctx, with_status(pack, {rule.rule_id: "live"}), history, rule.rule_id, reasons=False)
        scores.append(score(rule, base, compare(base, promoted), history, pack.routes.attention))
    if as_json:
        show_json(scores)
        return 0
    click.echo(f"{len(scores)} rules in shadow, {history.since:%Y-%m-%d} to {history.until:%Y-%m-%d}")
    for one in scores:
        click.echo(f"\n{one.rule_id} ({one.file}:{one.line}) {one.title}")
        click.echo(f"  would have fired {one.firings} times, {one.per_week:.1f} a week")
        click.echo(
            f"  live, it would add {one.alerts_gained} alerts and {one.moves_gained} moves"
            + (f", and displace {one.alerts_lost} and {one.moves_lost}" if one.alerts_lost or one.moves_lost else "")
        )
        told = f"  {one.overlap} of them were told by live rules anyway"
        click.echo(
            told + (f"; people found {one.useful} of {one.judged} useful" if one.judged else "; no verdicts on these")
        )
        for firing in one.own[:SHOWN]:
            click.echo(f"    only this rule: {firing.at:%Y-%m-%d} {firing.headline} {firing.url}".rstrip())
        word = f"yes: signalwatch rules promote {one.rule_id}" if one.promote else "not yet"
        click.echo(f"  promote? {word} ({one.reason})")
    return 0


@click.command()
@click.argument("rule_id")
@folder_option
@click.option("--dry-run", is_flag=True, help="Show the difference and write nothing.")
@click.pass_context
def promote(ctx: click.Context, rule_id: str, folder: Path | None, dry_run: bool) -> int:
    """Make a shadow rule live in its file, after the whole set loads and its examples pass."""
    from signalwatch.backtesting import promoting
    from signalwatch.ruleset import load_pack

    folder = rules_folder(ctx, folder)
    prepared = promoting.promotion(folder, load_pack(folder), rule_id)
    click.echo(prepared.diff)
    if dry_run:
        click.echo("nothing was written (--dry-run)")
        return 0
    promoting.write(prepared)
    click.echo(f"{rule_id} is live in {prepared.path}; a running service takes it over by itself")
    return 0
