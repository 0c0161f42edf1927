"""Limits of ``rules diff --fail-if``: a small strict language, no expressions. Pure.

    METRIC[WHO] SIGN VALUE        alerts_per_week>+20%   moves>+10   silent_rules>0   alerts_per_week[owner]>15

A value with a sign is about the change from OLD to NEW (``%`` of OLD, or a plain difference); without a sign it is about NEW.
``[owner]`` is whoever has most, any other name is one recipient.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from signalwatch.backtest.compare import Difference, Load
from signalwatch.errors import UsageError

METRICS: Mapping[str, str] = {
    "alerts": "alerts of the whole time", "alerts_per_week": "alerts per week", "messages_per_week": "messages per week",
    "moves": "proposed tier moves", "gained": "alerts gained, per recipient", "lost": "alerts lost, per recipient",
    "moves_gained": "moves gained", "moves_lost": "moves lost", "silent_rules": "rules gone silent",
    "new_rules": "rules that speak and did not before",
}  # fmt: skip
_PERSONAL = ("alerts_per_week", "messages_per_week")
ANY = "owner"

_NAME = re.compile(r"\s*([a-z_]+)")
_WHO = re.compile(r"\s*\[\s*([^\]\s]+)\s*\]")
_SIGN = re.compile(r"\s*(>=|<=|>|<)")
_VALUE = re.compile(r"\s*([+-]?)(\d+(?:\.\d+)?)(%?)\s*")


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: ``wanted`` says when the gate closes."""

    text: str
    metric: str
    who: str
    sign: str
    change: bool
    value: float
    percent: bool


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that is passed, with the numbers."""

    limit: Limit
    before: float
    after: float
    who: str = ""

    def __str__(self) -> str:
        about = f"[{self.who}]" if self.who else ""
        return f"{self.limit.text}: {self.limit.metric}{about} went from {self.before:.4g} to {self.after:.4g}"


def parse(text: str) -> Limit:
    """Read a limit.

    Raises:
        UsageError: with the position and what was expected there.
    """
    name = _NAME.match(text)
    if name is None:
        raise _wrong(text, 0, "the name of a metric was expected", f"one of {', '.join(METRICS)}")
    metric, at = name[1], name.end()
    if metric not in METRICS:
        raise _wrong(text, name.start(1), f"there is no metric {metric!r}", f"one of {', '.join(METRICS)}")
    who = _WHO.match(text, at)
    if who is not None:
        at = who.end()
        if metric not in _PERSONAL:
            raise _wrong(text, name.end(), f"{metric} is not counted per person", f"{' and '.join(_PERSONAL)} are")
    sign = _SIGN.match(text, at)
    if sign is None:
        raise _wrong(text, at, "a comparison was expected", "one of > >= < <=")
    value = _VALUE.match(text, sign.end())
    if value is None:
        raise _wrong(text, sign.end(), "a number was expected", "15, +10, -5 or +20%")
    if value.end() != len(text):
        raise _wrong(text, value.end(), "nothing more was expected", "one limit per --fail-if")
    if value[3] and not value[1]:
        raise _wrong(text, value.start(2), "a percentage is a change: write its sign", f"{value[1] or '+'}{value[2]}%")
    number = float(value[2]) * (-1 if value[1] == "-" else 1)
    return Limit(text.strip(), metric, who[1] if who else "", sign[1], bool(value[1]), number, bool(value[3]))


def _wrong(text: str, at: int, what: str, hint: str) -> UsageError:
    while at < len(text) and text[at] == " ":
        at += 1
    return UsageError(f"--fail-if, position {at + 1}: {what} ({hint})\n  {text}\n  {' ' * at}^")


def breaches(limits: list[Limit], difference: Difference) -> list[Breach]:
    """The limits a difference passes."""
    return [breach for limit in limits for breach in _breaches(limit, difference)]


def _breaches(limit: Limit, difference: Difference) -> list[Breach]:
    if limit.who:
        people = [row for row in difference.load if row.recipient]
        chosen = people if limit.who == ANY else [row for row in people if row.recipient == limit.who]
        pairs = [(row.recipient, *_personal(limit.metric, row)) for row in chosen]
    else:
        pairs = [("", *_whole(limit.metric, difference))]
    return [Breach(limit, before, after, who) for who, before, after in pairs if _passed(limit, before, after)]


def _personal(metric: str, row: Load) -> tuple[float, float]:
    if metric == "messages_per_week":
        return row.messages_before, row.messages_after
    return row.alerts_before, row.alerts_after


def _whole(metric: str, d: Difference) -> tuple[float, float]:
    total = (
        d.load[0]
        if d.load
        else Load(recipient="", alerts_before=0, alerts_after=0, messages_before=0, messages_after=0)
    )
    pairs: dict[str, tuple[float, float]] = {
        "alerts": (d.alerts_before, d.alerts_after),
        "alerts_per_week": (total.alerts_before, total.alerts_after),
        "messages_per_week": (total.messages_before, total.messages_after),
        "moves": (d.moves_before, d.moves_after),
        "gained": (0, len(d.gained)),
        "lost": (0, len(d.lost)),
        "moves_gained": (0, len(d.moves_gained)),
        "moves_lost": (0, len(d.moves_lost)),
        "silent_rules": (0, len(d.gone_silent)),
        "new_rules": (0, len(d.newly_heard)),
    }
    return pairs[metric]


def _passed(limit: Limit, before: float, after: float) -> bool:
    if not limit.change:
        measured, bound = after, limit.value
    elif limit.percent:
        measured, bound = after - before, before * limit.value / 100
    else:
        measured, bound = after - before, limit.value
    measured, bound = round(measured, 9), round(bound, 9)
    return {">": measured > bound, ">=": measured >= bound, "<": measured < bound, "<=": measured <= bound}[limit.sign]
