"""rules backtest|diff|export-history: what a rule set would have done, and what a change would do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from signalwatch.clock import SystemClock
from signalwatch.commands.common import (
    folder_option,
    found,
    json_option,
    opened_store,
    rules_folder,
    settings_if_good,
    show_json,
    since,
)
from signalwatch.errors import UsageError

if TYPE_CHECKING:
    from signalwatch.backtest import Report
    from signalwatch.past import History
    from signalwatch.routing import Router
    from signalwatch.ruleset import Pack

since_option = click.option(
    "--since", "since_", default="180d", show_default=True, metavar="DATE|180d", help="From when on."
)
until_option = click.option("--until", "until_", metavar="DATE", help="Until when [default: now].")
history_option = click.option(
    "--history", "history_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of rules export-history instead of the database.",
)  # fmt: skip
approve_option = click.option(
    "--approve", type=click.Choice(["as-happened", "all", "none"]),
    help="What becomes of proposed moves [default: as-happened where people decided any, else none].",
)  # fmt: skip
html_option = click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Also write a page of HTML here."
)


def past(ctx: click.Context, since_: str, until_: str | None, history_file: Path | None) -> History:
    """The history asked for, from a file or the database."""
    from signalwatch.backtesting import files
    from signalwatch.backtesting.running import still

    now = SystemClock().now()
    end = since(until_, now) or now
    if history_file is not None:
        given = ctx.get_parameter_source("since_") is not click.core.ParameterSource.DEFAULT
        with still():
            return files.read(history_file, since(since_, now) if given else None, end if until_ else None)
    begin = since(since_, end if since_[-1:].isalpha() else now)
    assert begin is not None
    if begin >= end:
        raise UsageError(f"--since {since_} is not before --until {until_ or 'now'}")
    with opened_store(ctx) as store, still():
        return store.history(begin, end)


def routed(ctx: click.Context, pack: Pack) -> Router | None:
    """Routes on the configured channels; None where there are no settings (then the pack's own channels)."""
    from signalwatch.routing import Router

    config = settings_if_good(ctx)
    if config is None or not config.channels:
        return None
    return Router(pack.routes, channels=tuple(config.channels), default=config.settings.default_channels)


@contextmanager
def bar(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on the terminal's stderr; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda number: None
        return
    with click.progressbar(length=max(1, length), label=label, file=sys.stderr) as shown:
        yield shown.update


def ran(
    ctx: click.Context, pack: Pack, history: History, label: str, approve: Any = None, *, reasons: bool = True
) -> Report:
    """One backtest with a progress bar."""
    from signalwatch.backtesting import report

    with bar(label, 2 * len(history.steps)) as progress:
        return report(history, pack, router=routed(ctx, pack), approve=approve, progress=progress, reasons=reasons)


def write_page(path: Path, html: str) -> None:
    """Write a page and say where it is."""
    path.write_text(html, "utf-8")
    click.echo(f"page: {path}", err=True)


@click.command()
@since_option
@until_option
@folder_option
@click.option("--rule", "rule_id", help="Only this rule's alerts, moves and numbers.")
@approve_option
@history_option
@html_option
@json_option
@click.pass_context
def backtest(
    ctx: click.Context, since_: str, until_: str | None, folder: Path | None, rule_id: str | None, approve: Any,
    history_file: Path | None, html: Path | None, as_json: bool,
) -> int:  # fmt: skip
    """What the rules would have done with the stored history: alerts and moves per week, rule and person."""
    from signalwatch.backtest.page import report_page
    from signalwatch.backtest.text import only, text
    from signalwatch.ruleset import load_pack

    pack = load_pack(rules_folder(ctx, folder))
    if rule_id is not None:
        found("rule", rule_id, pack.rule(rule_id), [r.rule_id for r in pack.rules])
    report = ran(ctx, pack, past(ctx, since_, until_, history_file), "backtest", approve)
    if rule_id is not None:
        report = only(report, rule_id)
    if html is not None:
        write_page(html, report_page(report, pack.routes.attention))
    if as_json:
        show_json(report)
    else:
        click.echo(text(report))
    return 0


def _side(spec: str, folder: Path) -> tuple[Pack, Mapping[str, bytes]]:
    """The rule set that a folder or a git revision holds, with its texts."""
    from signalwatch import revisions
    from signalwatch.ruleset import load_pack, load_pack_texts
    from signalwatch.ruleset.pack import folder_texts, is_rule_file

    if Path(spec).is_dir():
        return load_pack(Path(spec)), folder_texts(Path(spec))
    found = revisions.read(spec, folder)
    texts = {name: data for name, data in found.items() if is_rule_file(name)}
    if not texts:
        raise UsageError(f"{spec} holds no rule files; name the folder as REVISION:FOLDER")
    triggers = sorted(
        Path(n).stem for n in found if n.startswith("triggers/") and n.endswith(".yaml") and "/_" not in n
    )
    return load_pack_texts(texts, extra_types=triggers), texts


@click.command()
@click.argument("old")
@click.argument("new")
@since_option
@until_option
@folder_option
@approve_option
@history_option
@click.option(
    "--fail-if", "limits", multiple=True, metavar="LIMIT", help="Exit with 1 when this holds: alerts_per_week>+20%"
)
@html_option
@json_option
@click.pass_context
def diff(
    ctx: click.Context, old: str, new: str, since_: str, until_: str | None, folder: Path | None, approve: Any,
    history_file: Path | None, limits: tuple[str, ...], html: Path | None, as_json: bool,
) -> int:  # fmt: skip
    """What changes from OLD to NEW rules (folders, or git revisions: HEAD~3, main:rules) over the stored history."""
    from signalwatch.backtest.changes import changes
    from signalwatch.backtest.compare import compare
    from signalwatch.backtest.limits import breaches, parse
    from signalwatch.backtest.page import diff_page
    from signalwatch.backtest.text import diff_text

    gates = [parse(limit) for limit in limits]
    here = rules_folder(ctx, folder)
    (one, before), (other, after) = _side(old, here), _side(new, here)
    history = past(ctx, since_, until_, history_file)
    if gates and history.nothing:
        raise UsageError(f"{history.nothing} (a limit that is kept where nothing happened says nothing)")
    first = ran(ctx, one, history, "old rules", approve, reasons=False)
    second = ran(ctx, other, history, "new rules", approve, reasons=False)
    difference = compare(first, second, changes(before, after), old=old, new=new)
    broken = breaches(gates, difference)
    if html is not None:
        write_page(html, diff_page(difference, broken))
    if as_json:
        show_json({"difference": difference, "failed": [str(b) for b in broken]})
    else:
        click.echo(diff_text(difference))
        for breach in broken:
            click.echo(f"FAILED {breach}")
        if gates and not broken:
            click.echo(f"all {len(gates)} limits kept")
    return 1 if broken else 0


@click.command("export-history")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@since_option
@until_option
@click.pass_context
def export_history(ctx: click.Context, file: Path, since_: str, until_: str | None) -> int:
    """Write what a backtest needs to FILE (JSON lines; .gz is compressed), for rules diff --history where no database is.

    It holds account names, owners, signals and messages: keep it where such data may be.
    """
    from signalwatch.backtesting import files

    history = past(ctx, since_, until_, None)
    number = files.write(history, file)
    click.echo(f"{file}: {number} records, {history.since:%Y-%m-%d} to {history.until:%Y-%m-%d}")
    return 0
