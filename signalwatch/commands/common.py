"""What every command needs: settings, an open store, and one way to print lists."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from signalwatch.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from signalwatch.app import App
    from signalwatch.config import Configuration
    from signalwatch.model import Account
    from signalwatch.store import Store

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")

folder_option = click.option(
    "--rules", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Rule files [default: the folder the settings name].",
)  # fmt: skip


def rules_folder(ctx: click.Context, folder: Path | None) -> Path:
    """The folder given, the one the settings name, or the shipped one when there are no settings.

    What else is wrong in the settings (no contact yet, a channel without its secret) does not keep anybody from working on
    rules: it is said in a note.
    """
    from signalwatch import config

    if folder is not None:
        return folder
    settings = Path(ctx.find_root().obj)
    if not settings.exists():
        return Path("rules") if Path("rules/elevation").exists() else config.starter_rules()
    try:
        return configuration(ctx).rules_folder
    except ConfigError as error:
        named = config.rules_folder_of(settings)
        if named is None:
            raise
        more = len([p for p in error.problems if p.severity == "error"])
        note = f"note: {settings} has {more} problem{'s' if more > 1 else ''} beside the rules; see them: signalwatch check"
        click.echo(note, err=True)
        return named


def settings_if_good(ctx: click.Context) -> Configuration | None:
    """The settings, for what is only looked at beside the rules; None where there are none, or wrong ones."""
    if not Path(ctx.find_root().obj).exists():
        return None
    try:
        return configuration(ctx)
    except ConfigError:
        return None


def configuration(ctx: click.Context) -> Configuration:
    """The settings named by ``--config``."""
    from signalwatch import config

    return config.load(Path(ctx.find_root().obj))


@contextmanager
def open_app(ctx: click.Context, *, quiet: bool = True) -> Iterator[App]:
    """A wired app on the settings file; closed at the end."""
    import sys

    from signalwatch import logs
    from signalwatch.app import App

    settings = configuration(ctx)
    logs.configure(level="warning" if quiet else settings.settings.log.level, style="text", stream=sys.stderr)
    app = App(settings)
    try:
        app.prepare()
        yield app
    finally:
        app.close()


@contextmanager
def opened_store(ctx: click.Context) -> Iterator[Store]:
    """Only the database of the settings file."""
    from signalwatch.store import open_store

    store = open_store(configuration(ctx).database_url)
    try:
        yield store
    finally:
        store.close()


def plain(value: Any) -> Any:
    """Structs, datetimes and durations as JSON-able builtins."""
    return msgspec.to_builtins(value, enc_hook=lambda o: o.total_seconds() if isinstance(o, timedelta) else str(o))


def show_json(value: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(plain(value), ensure_ascii=False, indent=2))


def cell(value: Any) -> str:
    """One value in a table."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1 else f"{value:.1f}"
    if isinstance(value, list | tuple):
        return ", ".join(cell(v) for v in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{k}={cell(v)}" for k, v in value.items())
    return str(value)


def table(headers: Sequence[str], rows: Sequence[Sequence[Any]], *, limit: int = 60) -> None:
    """Print rows as an aligned table; long cells are cut."""
    if not rows:
        click.echo("nothing")
        return
    texts = [[" ".join(cell(v).split())[:limit] for v in row] for row in rows]
    widths = [max(len(h), *(len(r[i]) for r in texts)) for i, h in enumerate(headers)]
    click.echo("  ".join(h.ljust(w) for h, w in zip(headers, widths, strict=True)).rstrip())
    click.echo("  ".join("-" * w for w in widths))
    for row in texts:
        click.echo("  ".join(t.ljust(w) for t, w in zip(row, widths, strict=True)).rstrip())


def listing(items: Sequence[Any], as_json: bool, headers: Sequence[str], row: Callable[[Any], Sequence[Any]]) -> None:
    """Print a list, as JSON or as a table."""
    if as_json:
        show_json(list(items))
    else:
        table(headers, [row(i) for i in items])


def since(value: str | None, now: datetime) -> datetime | None:
    """Read ``2026-01-31`` or ``180d`` as an instant; UsageError otherwise."""
    if value is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(value), datetime.min.time(), tzinfo=UTC)
    except ValueError:
        pass
    from signalwatch.config import duration

    try:
        return now - duration(value)
    except ValueError as error:
        raise UsageError(f"{value!r} is neither a date (2026-01-31) nor a duration (180d)") from error


def moment_of(value: str | None, now: datetime) -> datetime:
    """Read ``2026-01-31`` (the end of that day) or ``2026-01-31T08:30`` (UTC) as an instant; UsageError otherwise."""
    if value is None:
        return now
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise UsageError(f"--at {value!r} is neither a date (2026-01-31) nor a time (2026-01-31T08:30)") from error
    if len(value) <= 10:
        moment += timedelta(days=1) - timedelta(seconds=1)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def found(what: str, key: str, value: Any, known: Iterable[str] = ()) -> Any:
    """``value``, or a UsageError saying that there is no such thing, and the nearest of the ``known`` ones."""
    if value is None:
        from signalwatch.yamlsrc import did_you_mean

        near = did_you_mean(key, known)
        raise UsageError(f"there is no {what} {key!r}" + (f" ({near})" if near else ""))
    return value


def known_account(store: Store, account_id: str) -> Account:
    """An account of the database, or a UsageError with the nearest id."""
    accounts = {a.account_id: a for a in store.accounts()}
    account: Account = found("account", account_id, accounts.get(account_id), accounts)
    return account
