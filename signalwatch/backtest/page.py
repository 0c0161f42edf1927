"""A backtest or a comparison as one self-contained page: no script, nothing from outside, everything escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import jinja2

from signalwatch.backtest.compare import Difference, Heard
from signalwatch.backtest.limits import Breach
from signalwatch.backtest.report import Report

EXAMPLES = 5
MOVES = 60
PER_ACCOUNT = 20
ACCOUNTS = 200


def safe(url: str) -> bool:
    """Whether a link may be followed from the page."""
    return url.startswith(("https://", "http://"))


def every(weeks: int) -> int:
    """Every how many weeks one is labelled."""
    return max(1, -(-weeks // 13))


@cache
def _templates() -> jinja2.Environment:
    folder = Path(__file__).parent / "templates"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    environment.globals.update(safe=safe, every=every)
    return environment


def report_page(report: Report, attention: int | None = None) -> str:
    """A backtest as HTML. ``attention``: alerts a person should get a week, where there is such a limit."""
    spoke = sorted(
        (row for row in report.rules if row.alerts or row.moves or row.matched),
        key=lambda row: (-row.alerts, -row.moves),
    )
    silent = [row for row in report.rules if row not in spoke and row.status in ("live", "shadow")]
    examples = []
    for row in spoke:
        mine = [alert for alert in report.alerts if row.rule_id in alert.rules]
        if mine:
            examples.append((row, mine[: -EXAMPLES - 1 : -1]))
    judged = [alert.good for alert in report.alerts if alert.good is not None]
    return _templates().get_template("report.html").render(
        r=report, spoke=spoke, silent=silent, examples=examples, attention=attention, judged=len(judged), useful=sum(judged),
        moves=report.moves[: -MOVES - 1 : -1], more_moves=max(0, len(report.moves) - MOVES),
    )  # fmt: skip


def diff_page(difference: Difference, breaches: Iterable[Breach] = ()) -> str:
    """A comparison as HTML."""
    return _templates().get_template("diff.html").render(
        d=difference,
        breaches=[str(b) for b in breaches],
        lists=[("Alerts gained", _by_account(difference.gained)), ("Alerts lost", _by_account(difference.lost))],
        moves=[
            ("Moves gained", difference.moves_gained), ("Moves lost", difference.moves_lost),
            ("Moves that come otherwise", [s.after for s in difference.moves_shifted]),
        ],
    )  # fmt: skip


def _by_account(heard: Sequence[Heard]) -> list[tuple[str, list[Heard]]]:
    out: dict[str, list[Heard]] = {}
    for one in heard:
        listed = out.setdefault(one.alert.account, [])
        if len(listed) < PER_ACCOUNT:
            listed.append(one)
    return sorted(out.items(), key=lambda item: (-len(item[1]), item[0]))[:ACCOUNTS]
