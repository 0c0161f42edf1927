"""A backtest for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from signalwatch.backtest.compare import Difference, Heard
from signalwatch.backtest.report import Calendar, PersonRow, Report, RuleRow
from signalwatch.backtest.tally import Move

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


def only(report: Report, rule_id: str) -> Report:
    """The report cut to what one rule said."""
    alerts = tuple(a for a in report.alerts if rule_id in a.rules)
    moves = tuple(m for m in report.moves if rule_id in m.rules)
    calendar = Calendar(report.since, report.until)
    heard = {r for a in alerts for r in a.recipients}
    people = []
    for row in report.people:
        if row.recipient in heard:
            mine = calendar.spread(a.at for a in alerts if row.recipient in a.recipients)
            people.append(replace(row, alerts=sum(mine), alerts_per_week=mine, over=0))
    return replace(
        report,
        alerts=alerts,
        moves=moves,
        alerts_per_week=calendar.spread(a.at for a in alerts),
        moves_per_week=calendar.spread(m.at for m in moves),
        rules=tuple(r for r in report.rules if r.rule_id == rule_id),
        people=tuple(people),
        shadows=tuple(s for s in report.shadows if s.rule == rule_id),
        notes=(*report.notes, f"only what {rule_id} said, alone or with others; messages are those of all rules"),
    )


def diff_text(d: Difference) -> str:
    """A comparison for the terminal."""
    total = d.load[0]
    lines = [
        f"{d.old} ({d.old_hash[:10]}) → {d.new} ({d.new_hash[:10]}), {d.since:%Y-%m-%d} to {d.until:%Y-%m-%d}",
        "",
        *_changed(d),
        "",
        f"alerts  {d.alerts_before} → {d.alerts_after} ({total.alerts_before:.1f} → {total.alerts_after:.1f} a week)",
        f"moves   {d.moves_before} → {d.moves_after}: {len(d.moves_gained)} gained, {len(d.moves_lost)} lost,"
        f" {len(d.moves_shifted)} come otherwise",
        "",
        *_table(
            ["recipient", "alerts a week", "messages a week"],
            [
                [row.recipient or "everybody", f"{row.alerts_before:.1f} → {row.alerts_after:.1f}",
                 f"{row.messages_before:.1f} → {row.messages_after:.1f}"]
                for row in d.load
            ],
        ),
    ]  # fmt: skip
    for sign, heard in (("+", d.gained), ("-", d.lost)):
        if heard:
            lines += ["", *_heard(sign, heard)]
    for sign, moves in (("+", d.moves_gained), ("-", d.moves_lost), ("~", [s.after for s in d.moves_shifted])):
        if moves:
            lines += ["", *(_move(sign, m) for m in moves[:_SHOWN]), *_more(len(moves))]
    if d.gone_silent:
        lines += ["", f"gone silent: {', '.join(d.gone_silent)}"]
    if d.newly_heard:
        lines += ["", f"speaks now: {', '.join(d.newly_heard)}"]
    if d.same:
        lines += ["", "nobody would notice"]
    return "\n".join([*lines, "", *(f"note: {note}" for note in d.notes)])


def _changed(d: Difference) -> list[str]:
    c = d.changes
    lines = [f"rule {r} added" for r in c.added] + [f"rule {r} removed" for r in c.removed]
    lines += [f"{e.what}: {e.field}: {e.before or '(nothing)'} → {e.after or '(nothing)'}" for e in c.edits]
    return lines or ["no rule and no policy changed"]


def _heard(sign: str, heard: Sequence[Heard]) -> list[str]:
    lines = [
        f"{sign} {h.alert.at:%Y-%m-%d} {h.recipient}: {h.alert.headline[:90]} [{', '.join(h.alert.rules)}]"
        for h in heard[:_SHOWN]
    ]
    return [f"alerts {'gained' if sign == '+' else 'lost'}: {len(heard)}", *lines, *_more(len(heard))]


def _move(sign: str, m: Move) -> str:
    where = f"{_tier(m.from_tier)} → {_tier(m.to_tier)}"
    return f"{sign} {m.at:%Y-%m-%d} move of {m.account_id} {where} ({m.kind}) [{', '.join(m.rules)}] {m.because[:60]}"


def _more(number: int) -> list[str]:
    return [f"  ... and {number - _SHOWN} more (--json has all)"] if number > _SHOWN else []
