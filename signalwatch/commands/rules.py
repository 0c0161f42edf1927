"""rules check|test|lint|explain|schema|new|history and routes test."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from signalwatch.commands.common import configuration, found, open_app, opened_store, show_json, table
from signalwatch.errors import ConfigError, UsageError

folder_option = click.option(
    "--rules", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Rule files [default: the folder the settings name].",
)  # fmt: skip


def rules_folder(ctx: click.Context, folder: Path | None) -> Path:
    """The folder given, the one the settings name, or the shipped one when there are no settings."""
    from signalwatch.config import starter_rules

    if folder is not None:
        return folder
    if Path(ctx.find_root().obj).exists():
        return configuration(ctx).rules_folder
    return Path("rules") if Path("rules/elevation").exists() else starter_rules()


@click.group()
def rules() -> None:
    """Check, test, lint, explain and document rule files."""


@rules.command()
@folder_option
@click.pass_context
def check(ctx: click.Context, folder: Path | None) -> int:
    """Read every rule file; all problems of the whole set, with file, line and column."""
    from signalwatch.app import families_of
    from signalwatch.detect import load as load_detector
    from signalwatch.ruleset import load_pack

    folder = rules_folder(ctx, folder)
    bad = 0
    for name, work in (
        ("rules", lambda: load_pack(folder)),
        ("triggers", lambda: load_detector(folder / "triggers")),
        ("families", lambda: families_of(folder)),
    ):
        try:
            answer: Any = work()
        except ConfigError as error:
            bad += sum(p.severity == "error" for p in error.problems)
            for problem in error.problems:
                click.echo(str(problem))
            continue
        for warning in getattr(answer, "warnings", ()):
            click.echo(str(warning))
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
    from signalwatch.detect import load as load_detector
    from signalwatch.ruleset import load_pack

    folder = rules_folder(ctx, folder)
    pack = load_pack(folder)
    results = trials.run_examples(pack)
    detector = load_detector(folder / "triggers")
    wrong = list(check_examples(detector))
    if junit is not None:
        junit.write_text(trials.junit(results), "utf-8")
    bad = [r for r in results if not r.ok]
    without = trials.without_examples(pack) if strict else ()
    if as_json:
        show_json(
            {"examples": len(results), "failed": [trials.as_data(r) for r in bad], "without_examples": list(without)}
        )
    else:
        for result in bad:
            click.echo(trials.text(result))
        for rule_id in without:
            click.echo(f"{rule_id}: no firing and silent example")
        for problem in wrong:
            click.echo(str(problem))
        shown = sum(len(kind.examples) for kind in detector.pack.types.values())
        click.echo(f"{len(results)} rule examples, {len(bad)} failed; {shown} trigger examples, {len(wrong)} failed")
    return 1 if bad or without or wrong else 0


@rules.command()
@folder_option
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.pass_context
def lint(ctx: click.Context, folder: Path | None, strict: bool) -> int:
    """Unreachable conditions, contradictions, duplicates, missing examples."""
    from signalwatch.ruleset import load_pack
    from signalwatch.ruleset.linting import lint as lint_pack

    found_ = lint_pack(load_pack(rules_folder(ctx, folder)))
    for problem in found_:
        click.echo(str(problem))
    click.echo(f"{len(found_)} finding(s)")
    return 1 if any(p.severity == "error" or strict for p in found_) else 0


@rules.command()
@click.argument("rule_id")
@click.option("--account", required=True)
@click.option("--at", metavar="DATE", help="As it stood then [default: the newest decision].")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def explain(ctx: click.Context, rule_id: str, account: str, at: str | None, as_json: bool) -> int:
    """The condition tree of a rule for an account, with values: what held, what failed, how far it missed."""
    from signalwatch import explaining
    from signalwatch.decide import view_of
    from signalwatch.ruleset.evaluate import explain_text

    with open_app(ctx) as app:
        rule = found("rule", rule_id, app.pack.rule(rule_id))
        records = [
            r for r in app.store.decisions(account_id=account) if at is None or r[0].decided_at.date().isoformat() <= at
        ]
        if not records:
            raise UsageError(f"nothing was decided for account {account!r}" + (f" by {at}" if at else ""))
        tree = app.pack.explain(rule, view_of(explaining.case_of(records[0]), app.pack))
    if as_json:
        show_json(tree)
    else:
        click.echo(explain_text(tree))
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


@rules.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def history(ctx: click.Context, as_json: bool) -> int:
    """Rule sets this database has seen: hash, author, when, from where."""
    with opened_store(ctx) as store:
        versions = store.ruleset_versions()
    if as_json:
        show_json(list(versions))
    else:
        table(
            ["hash", "first seen", "author", "source"],
            [[v.hash[:12], v.first_seen_at, v.author, v.source] for v in versions],
        )
    return 0


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
            company = found("account", account, app.knowledge().accounts.get(account))
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
        show_json([{"channel": d.channel, "recipient": d.recipient, "due_at": d.due_at, "path": d.path, "reason": d.reason}
                   for d in deliveries])  # fmt: skip
    else:
        table(["channel", "recipient", "due (UTC)", "path", "note"],
              [[d.channel, d.recipient, d.due_at, d.path, d.reason] for d in deliveries])  # fmt: skip
    return 0 if deliveries else 1
