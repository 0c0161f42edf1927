"""rules lint|stats|history: what rules did so far, and which rule sets there were."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import click

from signalwatch.commands.backtest import history_option, past, ran
from signalwatch.commands.common import folder_option, json_option, opened_store, rules_folder, show_json, table
from signalwatch.errors import Problem, UsageError
from signalwatch.store.records import RuleStat

TOP = 3


@click.command()
@folder_option
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("--since", "since_", metavar="DATE|90d", help="Also replay the stored history from then on.")
@history_option
@json_option
@click.pass_context
def lint(
    ctx: click.Context, folder: Path | None, strict: bool, since_: str | None, history_file: Path | None, as_json: bool
) -> int:
    """Unreachable conditions, contradictions, duplicates, missing examples; with --since what matched nothing, or all."""
    from signalwatch.ruleset import load_pack
    from signalwatch.ruleset.linting import ENOUGH
    from signalwatch.ruleset.linting import lint as lint_pack
    from signalwatch.ruleset.unheeded import unheeded

    pack = load_pack(rules_folder(ctx, folder))
    found = lint_pack(pack)
    replay = since_ is not None or history_file is not None
    told, few, rows = _replayed(ctx, pack, since_, history_file) if replay else ([], [], [])
    found += told
    notes = unheeded(pack)
    if as_json:
        findings = [_data(p) for p in (*found, *notes)]
        seldom = [{"rule": rule_id, "examined": examined} for rule_id, examined in few]
        show_json({"findings": findings, "conditions": rows, "too_seldom": seldom} if replay else findings)
    else:
        for problem in (*found, *notes):
            click.echo(str(problem))
        if few:
            named = ", ".join(f"{rule_id} ({examined})" for rule_id, examined in few)
            click.echo(f"never matched, but examined fewer than {ENOUGH} times, which says little: {named}")
        click.echo(f"{len(found)} finding(s)")
    return 1 if any(p.severity == "error" or strict for p in found) else 0


def _replayed(
    ctx: click.Context, pack: Any, since_: str | None, history_file: Path | None
) -> tuple[list[Problem], list[tuple[str, int]], list[Any]]:
    """What a replay says of rules and conditions, and which rules were examined too seldom to say anything."""
    from signalwatch.backtest.conditions import conditions, findings, unjudged

    history = past(ctx, since_ or "90d", None, history_file)
    if history.nothing:  # that every rule is silent is no finding then
        raise UsageError(history.nothing)
    report = ran(ctx, pack, history, "replay", reasons=False)
    rows = conditions(pack, history)
    matched = {row.rule_id: (row.examined, row.matched) for row in report.rules}
    begin = max(history.since, history.looked_at[0].decided_at)
    days = max(1, round((history.until - begin).total_seconds() / 86400))
    return findings(pack, rows, matched, days), unjudged(pack, matched), rows


def _data(problem: Problem) -> dict[str, Any]:
    return {"file": problem.file, "line": problem.line, "severity": problem.severity, "code": problem.code,
            "message": problem.message, "hint": problem.hint}  # fmt: skip


@click.command()
@folder_option
@json_option
@click.pass_context
def stats(ctx: click.Context, folder: Path | None, as_json: bool) -> int:
    """What each rule did in the service so far: events examined, matches, the last one, and where it stops."""
    from signalwatch.ruleset import load_pack
    from signalwatch.ruleset.linting import held

    pack = load_pack(rules_folder(ctx, folder))
    with opened_store(ctx) as store:
        known = store.rule_stats()
    if as_json:
        show_json([
            {"rule": r.rule_id, "status": r.status, **_counted(known.get(r.rule_id)),
             "conditions": held(r, known[r.rule_id]) if r.rule_id in known else []}
            for r in pack.rules
        ])  # fmt: skip
        return 0
    rows = []
    for rule in pack.rules:
        stat = known.get(rule.rule_id)
        if stat is None:
            rows.append([rule.rule_id, rule.status, 0, 0, "", "", ""])
            continue
        stops = ", ".join(f"{path or 'its conditions'} {n}" for path, n in _first(stat.failed))
        rows.append(
            [
                rule.rule_id,
                rule.status,
                stat.examined,
                stat.matched,
                stat.last_match_at or "never",
                stat.unmatched,
                stops,
            ]
        )
    table(["rule", "status", "examined", "matched", "last match", "since then", "stops at"], rows, limit=110)
    return 0


def _counted(stat: RuleStat | None) -> dict[str, Any]:
    """The counts of one rule; zeros for one that nothing was put to."""
    return {
        "examined": stat.examined if stat else 0, "matched": stat.matched if stat else 0,
        "unmatched": stat.unmatched if stat else 0, "first_at": stat.first_at if stat else None,
        "last_match_at": stat.last_match_at if stat else None,
    }  # fmt: skip


def _first(failed: Any) -> list[tuple[str, int]]:
    return sorted(failed.items(), key=lambda item: (-item[1], item[0]))[:TOP]


@click.command()
@click.option("--show", "shown", metavar="HASH", help="What this version changed, as far as its texts are stored.")
@json_option
@click.pass_context
def history(ctx: click.Context, shown: str | None, as_json: bool) -> int:
    """Rule sets this database has seen: hash, author, when, from where, what they decided."""
    with opened_store(ctx) as store:
        versions = store.ruleset_versions()
        use = store.ruleset_use()
    if shown is not None:
        return _show(versions, shown, as_json)
    rows = [(v, use.get(v.hash)) for v in versions]
    if as_json:
        show_json([
            {"hash": v.hash, "author": v.author, "first_seen_at": v.first_seen_at, "last_seen_at": v.last_seen_at,
             "source": v.source, "files": sorted(v.files), "decisions": u.decisions if u else 0, "alerts": u.alerts if u else 0}
            for v, u in rows
        ])  # fmt: skip
    else:
        table(
            ["hash", "first seen", "author", "source", "decisions", "alerts"],
            [
                [v.hash[:12], v.first_seen_at, v.author, v.source, u.decisions if u else 0, u.alerts if u else 0]
                for v, u in rows
            ],
        )
    return 0


def _show(versions: Any, shown: str, as_json: bool) -> int:
    """The texts of a version against those of the one before it."""
    chosen = [number for number, v in enumerate(versions) if v.hash.startswith(shown)]
    if len(chosen) != 1:
        raise UsageError(f"{'no' if not chosen else 'more than one'} rule set begins with {shown!r}")
    version = versions[chosen[0]]
    before = versions[chosen[0] + 1] if chosen[0] + 1 < len(versions) else None
    if not version.files:
        raise UsageError(f"the texts of {version.hash[:12]} are not stored: it was seen by an older signalwatch")
    old = before.files if before is not None else {}
    parts = {name: diff for name in sorted({*old, *version.files}) if (diff := _diff(old, version.files, name))}
    if as_json:
        show_json({"hash": version.hash, "before": before.hash if before else None, "files": parts})
        return 0
    known = f"against {before.hash[:12]}" if before is not None else "the first one"
    click.echo(f"{version.hash[:12]} by {version.author}, {version.first_seen_at:%Y-%m-%d %H:%M}, {known}")
    if before is not None and not old:
        click.echo("the texts of the version before it are not stored: all of it is shown")
    for diff in parts.values():
        click.echo(diff)
    return 0


def _diff(old: Any, new: Any, name: str) -> str:
    one, other = old.get(name, "").splitlines(), new.get(name, "").splitlines()
    return "\n".join(difflib.unified_diff(one, other, f"a/{name}", f"b/{name}", lineterm=""))
