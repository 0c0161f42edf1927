"""evaluate detection|matching|stories: the product against labelled files, as a fresh installation would answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click
import msgspec

from signalwatch.config import starter_rules
from signalwatch.errors import ConfigError, Problem

labelled = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
rules_option = click.option(
    "--rules", "rules_folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Rule files to score [default: the ones that ship with signalwatch].",
)  # fmt: skip


class _Company(msgspec.Struct):
    name: str
    role: str


class _Labelled(msgspec.Struct):
    type: str
    companies: list[_Company] = []


class _Item(msgspec.Struct):
    title: str
    events: list[_Labelled]


class _Dated(_Item, kw_only=True):
    id: str
    date: date


class _Pair(msgspec.Struct):
    a: str
    b: str
    same: bool | str
    event_a: int
    event_b: int


def read_jsonl(files: Iterable[Path], shape: type = dict) -> list[dict[str, Any]]:
    """Rows of JSON Lines files; raises ConfigError naming every line that is none, or that has not this shape."""
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for file in files:
        for number, line in enumerate(file.read_bytes().splitlines(), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line.decode("utf-8-sig"))
                if not isinstance(row, dict):
                    raise ValueError("not an object")
                msgspec.convert(row, shape)
            except (ValueError, RecursionError) as error:  # msgspec.ValidationError is a ValueError
                what = "lacks something" if isinstance(error, msgspec.ValidationError) else "not a JSON object"
                problems.append(Problem(str(file), number, 1, f"{what}: {error}"))
                continue
            rows.append(row)
    if not rows and not problems:
        problems.append(Problem(", ".join(map(str, files)), 0, 0, "holds no row"))
    if problems:
        raise ConfigError(problems)
    return rows


def emit(result: dict[str, Any], table: str, as_json: bool) -> int:
    """The table, or one JSON object as the last line of stdout."""
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else table)
    return 0


@click.group()
def evaluate() -> None:
    """Score detection, matching or stories against labelled files."""


@evaluate.command()
@labelled
@click.option("--attributes", is_flag=True, help="Score attributes as well.")
@click.option("--errors", default=0, metavar="N", help="Also list the N worst errors.")
@click.option("--json", "as_json", is_flag=True)
@rules_option
def detection(files: tuple[Path, ...], attributes: bool, errors: int, as_json: bool, rules_folder: Path | None) -> int:
    """FILES in the format of labelled.jsonl (docs/reference/evaluate.md)."""
    from signalwatch.detect import load
    from signalwatch.evaluate import detection as scoring

    detector = load((rules_folder or starter_rules()) / "triggers")
    result = scoring.evaluate(read_jsonl(files, _Item), detector, attributes=attributes, detail=bool(errors))
    worst = [f"  {json.dumps(e, ensure_ascii=False)}" for e in result.pop("errors", [])[:errors]]
    return emit(result, "\n".join([scoring.table(result), *worst]), as_json)


@evaluate.command()
@labelled
@click.option(
    "--accounts", "accounts_file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--expected", default="expected", show_default=True, help="Which answer column: expected | expected_small."
)
@click.option(
    "--enrich", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of SEC company files."
)
@click.option("--errors", default=0, metavar="N")
@click.option("--json", "as_json", is_flag=True)
@rules_option
def matching(
    files: tuple[Path, ...], accounts_file: Path, expected: str, enrich: Path | None, errors: int, as_json: bool,
    rules_folder: Path | None,
) -> int:  # fmt: skip
    """FILES in the format of mentions.jsonl."""
    from signalwatch.accounts import enrich as enrich_accounts
    from signalwatch.accounts import read_csv
    from signalwatch.evaluate import matching as scoring
    from signalwatch.rulebook import families_of

    accounts = read_csv(accounts_file).accounts
    if enrich is not None:
        accounts = tuple(enrich_accounts(accounts, enrich))
    families = families_of(rules_folder or starter_rules())
    result = scoring.evaluate(read_jsonl(files), accounts, families, expected_key=expected)
    return emit(scoring.public(result), scoring.table(result, errors=errors), as_json)


@evaluate.command()
@labelled
@click.option("--pairs", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--events", type=click.Choice(["labelled", "detected"]), default="labelled", show_default=True)
@click.option("--errors", default=0, metavar="N")
@click.option("--json", "as_json", is_flag=True)
@rules_option
def stories(
    files: tuple[Path, ...], pairs: Path, events: str, errors: int, as_json: bool, rules_folder: Path | None
) -> int:
    """FILES of items (several are concatenated) and --pairs in the format of pairs.jsonl."""
    from signalwatch.evaluate import stories as scoring
    from signalwatch.rulebook import families_of
    from signalwatch.stories import Known

    known = Known(families_of(rules_folder or starter_rules()).called())
    detector = None
    if events == "detected":
        from signalwatch.detect import load

        detector = load((rules_folder or starter_rules()) / "triggers")
    result = scoring.evaluate(read_jsonl(files, _Dated), read_jsonl([pairs], _Pair), detector, known)
    return emit(scoring.public(result), scoring.table(result, errors=errors), as_json)
