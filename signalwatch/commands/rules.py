"""rules check|test|explain|schema|new and routes test; the rest of rules stands in `backtest`, `shadow` and `ruleset`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from signalwatch.commands import backtest, ruleset, shadow
from signalwatch.commands.common import (
    folder_option,
    found,
    json_option,
    known_account,
    moment_of,
    open_app,
    rules_folder,
    settings_if_good,
    show_json,
    table,
)
from signalwatch.errors import ConfigError, Problem, UsageError


@click.group()
def rules() -> None:
    """Check, test and explain rule files; see what a change would do."""


@rules.command()
@folder_option
@json_option
@click.pass_context
def check(ctx: click.Context, folder: Path | None, as_json: bool) -> int:
    """Read every rule file; all problems of the whole set, with file, line and column."""
    from signalwatch import rulebook
    from signalwatch.app import check_routes
    from signalwatch.ruleset import load_pack

    problems: list[Problem] = []
    settings = settings_if_good(ctx) if folder is None else None
    folder = rules_folder(ctx, folder)

    def the_rules() -> Any:
        pack = load_pack(folder)
        if settings is not None:
            check_routes(pack, settings)
        return pack

    good: dict[str, Any] = {}
    for name, work in (
        ("rules", the_rules),
        ("triggers", lambda: rulebook.detector_of(folder)),
        ("families", lambda: rulebook.families_of(folder)),
    ):
        try:
            good[name] = work()
        except ConfigError as error:
            problems += error.problems
        problems += getattr(good.get(name), "warnings", ())
    bad = sum(p.severity == "error" for p in problems)
    if as_json:
        pack = good.get("rules")
        show_json(
            {"ok": not bad, "errors": bad, "ruleset": pack.hash if pack is not None else "", "problems": problems}
        )
        return 1 if bad else 0
    for problem in problems:
        click.echo(str(problem))
    for name, answer in good.items():
        click.echo(f"{name}: ok" + (f" ({len(answer.rules)} rules, set {answer.hash[:10]})" if name == "rules" else ""))
    if bad:
        click.echo(f"{bad} error(s)")
    return 1 if bad else 0


@rules.command()
@folder_option
@click.option("--strict", is_flag=True, help="A rule without a firing and a silent example is an error.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Also write JUnit XML here.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def test(ctx: click.Context, folder: Path | None, strict: bool, junit: Path | None, as_json: bool) -> int:
    """Run the examples of every rule and trigger; exit code 1 when one does not come out as it says."""
    import signalwatch.ruleset.trial as trials
    from signalwatch.detect import check_examples
    from signalwatch.rulebook import detector_of
    from signalwatch.ruleset import load_pack

    folder = rules_folder(ctx, folder)
    try:
        pack, detector = load_pack(folder), detector_of(folder)
    except ConfigError as error:
        if junit is not None:  # a CI server must not show the results of the day before
            junit.write_text(trials.junit([], broken=error.problems), "utf-8")
        raise
    results = trials.run_examples(pack)
    wrong = list(check_examples(detector))
    bad = [r for r in results if not r.ok]
    without = trials.without_examples(pack)
    lacking = [(rule_id, "" if strict else "warning: ") for rule_id in without]
    if junit is not None:
        junit.write_text(trials.junit(results, broken=wrong, without=without if strict else (), pack=pack), "utf-8")
    if as_json:
        show_json(
            {"examples": len(results), "failed": [trials.as_data(r) for r in bad], "without_examples": list(without),
             "triggers_failed": [str(p) for p in wrong]}
        )  # fmt: skip
    else:
        for result in bad:
            click.echo(trials.text(result))
        for rule_id, word in lacking:
            click.echo(f"{rule_id}: {word}no firing and silent example")
        for problem in wrong:
            click.echo(str(problem))
        shown = sum(len(kind.examples) for kind in detector.pack.types.values())
        click.echo(f"{len(results)} rule examples, {len(bad)} failed; {shown} trigger examples, {len(wrong)} failed")
    return 1 if bad or wrong or (strict and without) else 0


@rules.command()
@click.argument("rule_id")
@click.option("--account", required=True)
@click.option("--at", metavar="DATE|TIME", help="As it stood then: history, tier and decay [default: now].")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def explain(ctx: click.Context, rule_id: str, account: str, at: str | None, as_json: bool) -> int:
    """The condition tree of a rule for an account, with values: what held, what failed, how far it missed."""
    from signalwatch import explaining

    with open_app(ctx) as app:
        rule = found("rule", rule_id, app.pack.rule(rule_id), [r.rule_id for r in app.pack.rules])
        known_account(app.store, account)
        moment = explaining.as_of(app.store, account, moment_of(at, app.clock.now()), rule)
        answer = explaining.explain_rule(moment, app.pack, rule)
    if as_json:
        show_json(answer)
    else:
        click.echo(explaining.rule_text(answer))
    return 0


@rules.command()
@folder_option
@click.option(
    "--file", "kind", default="elevation", show_default=True,
    type=click.Choice(["elevation", "groups", "icp", "personas", "plays", "routes", "scoring", "tiers", "triggers"]),
    help="Kind of file.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Write the schemas of all kinds into this folder."
)
@click.pass_context
def schema(ctx: click.Context, folder: Path | None, kind: str, out: Path | None) -> int:
    """JSON Schema of one kind of file, with the names of this rule set, for editors."""
    from signalwatch.ruleset import load_pack
    from signalwatch.ruleset.schema import KINDS, words_of
    from signalwatch.ruleset.schema import schema as schema_of

    known = words_of(load_pack(rules_folder(ctx, folder)))
    if out is None:
        click.echo(json.dumps(schema_of(kind, known), indent=2))
        return 0
    out.mkdir(parents=True, exist_ok=True)
    for name, files in KINDS.items():
        (out / f"{name}.json").write_text(json.dumps(schema_of(name, known)), "utf-8")
        click.echo(f"wrote {out / f'{name}.json'} (for {files})")
    return 0


@rules.command()
@click.argument("rule_id")
@click.pass_context
def new(ctx: click.Context, rule_id: str) -> int:
    """Print a template of a new rule, with a firing and a silent example."""
    from signalwatch.ruleset.schema import template

    click.echo(template(rule_id))
    return 0


for command in (
    ruleset.lint, ruleset.stats, ruleset.history, backtest.backtest, backtest.diff, backtest.export_history, shadow.shadow,
    shadow.promote,
):  # fmt: skip
    rules.add_command(command)


@click.group()
def routes() -> None:
    """Who would get a given signal, and why."""


@routes.command("test")
@click.option("--account", help="An account of the database.")
@click.option("--tier", type=click.IntRange(0, 3), default=3)
@click.option("--owner", default="")
@click.option("--type", "event_type", default="funding_round", show_default=True)
@click.option("--kind", default="alert", show_default=True)
@click.option("--polarity", default="positive", show_default=True)
@click.option("--at", metavar="2026-03-02T22:30", help="UTC time of the alert [default: now].")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def test_routes(
    ctx: click.Context, account: str | None, tier: int, owner: str, event_type: str, kind: str, polarity: str,
    at: str | None, as_json: bool,
) -> int:  # fmt: skip
    """Recipients, channels and times of one alert, with the path through the tree."""
    from signalwatch.model import Account, Dossier
    from signalwatch.routing import facts_of

    with open_app(ctx) as app:
        if account is not None:
            company = known_account(app.store, account)
        else:
            company = Account(account_id="example", name="Example", tier=tier, owner=owner)
        try:
            now = datetime.fromisoformat(at).replace(tzinfo=UTC) if at else app.clock.now()
        except ValueError as error:
            raise UsageError(f"--at {at!r} is no time like 2026-03-02T22:30") from error
        card: Any = Dossier(kind="alert", alert_id="test", headline="test", event_type=event_type, story_id="test")
        card = replace(card, kind=kind)
        facts = facts_of(card, company, None) | {"polarity": polarity}
        deliveries = app.knowledge().router.deliveries(facts, card, now)
    if as_json:
        show_json([{"channel": d.channel, "recipient": d.recipient, "due_at": d.due_at, "path": d.path, "reason": d.reason,
                    "held": d.held}
                   for d in deliveries])  # fmt: skip
    else:
        table(["channel", "recipient", "due (UTC)", "path", "note"],
              [[d.channel, d.recipient, d.due_at, d.path, "; ".join(filter(None, (d.reason, d.held)))] for d in deliveries],
              limit=90)  # fmt: skip
    return 0 if deliveries else 1
