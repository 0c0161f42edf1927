"""A backtest for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from signalwatch.backtest.report import PersonRow, Report, RuleRow

_BARS = "▁▂▃▄▅▆▇█"
_SHOWN = 40


def sparkline(numbers: Sequence[int]) -> str:
    """One character per number; nothing is a blank dot, the largest a full block."""
    most = max(numbers, default=0)
    return "".join("·" if n == 0 else _BARS[max(0, -(-n * len(_BARS) // most) - 1)] for n in numbers)


def percent(row: RuleRow) -> str:
    """Precision and how many verdicts it rests on."""
    return "" if row.precision is None else f"{row.precision:.0%} of {row.judged}"


def text(report: Report) -> str:
    """The report as tables."""
    alerts, moves, weeks = len(report.alerts), len(report.moves), report.length
    lines = [
        f"Backtest {report.since:%Y-%m-%d} to {report.until:%Y-%m-%d} ({weeks:.1f} weeks), rules {report.ruleset[:10]}",
        f"{report.steps} decisions for {report.accounts} accounts; {report.decided} had to be made in full",
        "",
        f"alerts  {alerts:>6}  {alerts / weeks:6.1f} a week  {sparkline(report.alerts_per_week)}",
        f"moves   {moves:>6}  {moves / weeks:6.1f} a week  {sparkline(report.moves_per_week)}",
        f"messages{report.messages:>6}  {report.messages / weeks:6.1f} a week",
        "",
        *_table(
            ["recipient", "alerts", "a week", "messages", "busiest", "weeks over budget", "per week"],
            [_person(row, weeks) for row in report.people],
        ),
        "",
        *_table(
            ["rule", "status", "examined", "matched", "alerts", "moves", "a week", "precision", "per week"],
            [_rule(row, weeks) for row in report.rules if row.alerts or row.moves or row.matched],
        ),
    ]
    lines += ["", *_moves(report)] if moves else []
    never = [row for row in report.rules if not row.matched and not row.alerts and row.status in ("live", "shadow")]
    if never:
        lines += ["", "Never matched:", *(line for row in never for line in _never(row))]
    return "\n".join([*lines, "", *(f"note: {note}" for note in report.notes)])


def _person(row: PersonRow, weeks: float) -> list[str]:
    busiest = max(row.alerts_per_week, default=0)
    return [
        row.recipient, str(row.alerts), f"{row.alerts / weeks:.1f}", str(row.messages), str(busiest), str(row.over or ""),
        sparkline(row.alerts_per_week),
    ]  # fmt: skip


def _rule(row: RuleRow, weeks: float) -> list[str]:
    return [
        row.rule_id, row.status, str(row.examined or ""), str(row.matched), str(row.alerts), str(row.moves or ""),
        f"{row.alerts / weeks:.1f}", percent(row), sparkline(row.per_week),
    ]  # fmt: skip


def _moves(report: Report) -> list[str]:
    rows = [
        [f"{m.at:%Y-%m-%d}", m.account_id, m.kind, f"{_tier(m.from_tier)} → {_tier(m.to_tier)}", m.answer,
         ", ".join(m.rules), m.because[:70]]
        for m in report.moves[-_SHOWN:]
    ]  # fmt: skip
    more = len(report.moves) - len(rows)
    lines = _table(["proposed", "account", "kind", "tier", "answer", "rules", "because"], rows)
    return [*lines, *([f"... and {more} earlier ones (--json has all)"] if more else [])]


def _tier(number: int | None) -> str:
    return "?" if number is None else str(number)


def _never(row: RuleRow) -> list[str]:
    if not row.examined:
        return [f"  {row.rule_id} ({row.file}:{row.line}): no event of its types came"]
    head = f"  {row.rule_id} ({row.file}:{row.line}): examined {row.examined} times"
    reasons = [
        f"      {n:>5} of {row.sampled} looks failed at {path or 'its conditions'}" for path, n in row.missed[:4]
    ]
    return [head, *reasons]


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    listed = [list(row) for row in rows]
    if not listed:
        return [f"{headers[0]}: none"]
    widths = [max(len(h), *(len(r[i]) for r in listed)) for i, h in enumerate(headers)]
    lines = [
        "  ".join(h.ljust(w) for h, w in zip(headers, widths, strict=True)).rstrip(),
        "  ".join("-" * w for w in widths),
    ]
    return lines + ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in listed]


def week_label(week: date) -> str:
    """A week by its Monday."""
    return f"{week:%d %b}"
