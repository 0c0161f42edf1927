"""The command line: flags and signals only. Commands are imported when they are called, so ``--help`` stays quick."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Any

import click

from signalwatch import __version__

COMMANDS: Mapping[str, tuple[str, str]] = {
    "init": ("service:init", "Write starter settings, accounts.csv and rules into a folder."),
    "demo": ("service:demo", "The whole service on a simulated world, over HTTP."),
    "check": ("service:check", "Check settings, rules, accounts, database and credentials."),
    "run": ("service:run", "The service: poll, assess, deliver."),
    "status": ("service:status", "Sources, lag, queue depths, operator alerts."),
    "backfill": ("history:backfill", "Poll a source for the past; never alerts unless told."),
    "reprocess": ("history:reprocess", "Run detection, resolution or rules again over what is stored."),
    "accounts": ("accounts:accounts", "Import, export, list, show, match, enrich and suggest accounts."),
    "review": ("accounts:review", "Held matches: list, confirm, reject."),
    "events": ("records:events", "Stored events."),
    "signals": ("records:signals", "Signals of accounts."),
    "recommendations": ("records:recommendations", "List, show, approve, dismiss, snooze."),
    "explain": ("records:explain", "Why an alert or decision came about; --verify runs it again."),
    "why-not": ("records:why_not", "Why an account got no alert."),
    "rules": ("rules:rules", "Check, test, lint, explain and document rule files."),
    "routes": ("rules:routes", "Who would get a given signal, and why."),
    "outbox": ("delivery:outbox", "Messages waiting, sent, uncertain or dead."),
    "alert": ("delivery:alert", "Send a test message to a channel."),
    "evaluate": ("evaluate:evaluate", "Score detection, matching or stories against labelled files."),
    "db": ("database:db", "Upgrade, check and back up the database."),
}


class Lazy(click.Group):
    """A group whose commands are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        place, _ = COMMANDS[cmd_name]
        module, _, attribute = place.partition(":")
        return getattr(importlib.import_module(f"signalwatch.commands.{module}"), attribute)  # type: ignore[no-any-return]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="signalwatch")
@click.option("--config", "-c", default="signalwatch.yaml", show_default=True, metavar="FILE", help="Settings file.")
@click.pass_context
def root(ctx: click.Context, config: str) -> None:
    """signalwatch watches the public record of life science and says which of your accounts it concerns.

    Exit codes: 0 ok, 1 found problems, 2 wrong use.
    """
    ctx.obj = config


def main(argv: list[str] | None = None) -> Any:
    """Entry point. Errors of ours become one message and an exit code, never a traceback."""
    from signalwatch.errors import SignalwatchError, UsageError

    try:
        code = root.main(args=argv, prog_name="signalwatch", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except UsageError as error:
        click.echo(f"signalwatch: {error}", err=True)
        sys.exit(2)
    except SignalwatchError as error:
        click.echo(f"signalwatch: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        if not error.filename:
            raise
        click.echo(f"signalwatch: {error.filename}: {error.strerror}", err=True)  # a file we were to read or write
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
