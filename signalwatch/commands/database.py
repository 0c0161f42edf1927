"""db upgrade, check, backup."""

from __future__ import annotations

from pathlib import Path

import click

from signalwatch.commands.common import configuration, opened_store


@click.group()
def db() -> None:
    """Upgrade, check and back up the database."""


@db.command()
@click.pass_context
def upgrade(ctx: click.Context) -> int:
    """Bring the schema to this version of the program."""
    with opened_store(ctx) as store:
        store.upgrade()
        click.echo(f"{store.url_masked}: schema is current")
    return 0


@db.command()
@click.pass_context
def check(ctx: click.Context) -> int:
    """Integrity and schema; exit code 1 when something is wrong."""
    with opened_store(ctx) as store:
        problems = store.check()
        for problem in problems:
            click.echo(problem)
        click.echo(f"{store.url_masked}: {'ok' if not problems else f'{len(problems)} problem(s)'}")
    return 1 if problems else 0


@db.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def backup(ctx: click.Context, target: Path) -> int:
    """Copy a running SQLite database to TARGET (PostgreSQL: use pg_dump)."""
    configuration(ctx)
    with opened_store(ctx) as store:
        store.backup(target)
    click.echo(f"wrote {target}")
    return 0
