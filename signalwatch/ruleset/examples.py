"""Examples in rule files: what happened, and when the rule must fire. They are the rule's tests.

``at`` and ``seen`` are dates (``2026-01-10``), date-times, or days after the example began (``40d``). An example that
says nothing about the account fits the rule's ``for``; what it says under ``account`` is held against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from signalwatch.model import Change, Signal
from signalwatch.ruleset import units
from signalwatch.ruleset.conditions import Context
from signalwatch.ruleset.keys import KEYS
from signalwatch.ruleset.reader import Reader, kind_of
from signalwatch.yamlsrc import Path, expected

START = datetime(2026, 1, 1, tzinfo=UTC)
"""The day on which relative examples begin."""
_GIVEN_KEYS = ("at", "event", "seen", "program", "person", "persona", "title", "changes")
MAX_EVENTS = 200


@dataclass(frozen=True, slots=True)
class Example:
    """One example. ``fires`` are the moments at which the rule must fire; empty: it must stay silent."""

    given: tuple[Signal, ...]
    fires: tuple[datetime, ...] = ()
    account: Mapping[str, Any] = field(default_factory=dict)
    until: datetime | None = None
    late: bool | None = None
    because: str = ""
    note: str = ""
    path: Path = ()
    line: int = 0


def read_examples(ctx: Context, path: Path, value: Any) -> tuple[Example, ...]:
    """Read ``examples:``."""
    if value is None:
        return ()
    out: list[Example] = []
    for place, item in ctx.reader.items(path, value):
        given = ctx.reader.mapping(place, item, KEYS["example"], ("given", "expect"))
        if given:
            out.append(_example(ctx, place, given))
    return tuple(out)


def _example(ctx: Context, path: Path, item: Mapping[str, Any]) -> Example:
    reader = ctx.reader
    signals: list[Signal] = []
    listed = reader.items((*path, "given"), item.get("given") or [])
    if len(listed) > MAX_EVENTS:
        reader.error((*path, "given"), f"more than {MAX_EVENTS} events in one example")
        listed = []
    for i, (place, event) in enumerate(listed):
        signal = _signal(ctx, place, event, i)
        if signal is not None:
            signals.append(signal)
    if not listed:
        reader.error((*path, "given"), "an example needs at least one event")
    account = _account(ctx, (*path, "account"), item.get("account"))
    fires: tuple[datetime, ...] = ()
    late: bool | None = None
    because = ""
    wanted = item.get("expect")
    place = (*path, "expect")
    if isinstance(wanted, dict):
        given = reader.mapping(place, wanted, KEYS["example.expect"], ("fires",))
        moments = given.get("fires")
        several = moments if isinstance(moments, list) else [moments]
        fires = tuple(sorted(m for m in (_moment(reader, (*place, "fires"), x) for x in several) if m is not None))
        if given.get("late") is not None:
            late = reader.boolean((*place, "late"), given.get("late"))
        because = reader.text((*place, "because"), given.get("because"))
    elif wanted is not None and wanted != "silent":
        reader.error(place, f"not understood: {units.show(wanted)}", 'write "silent" or {fires: DATE}')
    days = [s.at.date() for s in signals] + [s.first_seen_at.date() for s in signals if s.first_seen_at]
    until = _moment(reader, (*path, "until"), item["until"]) if item.get("until") is not None else None
    for moment in fires:
        if until is None and days and moment.date() not in days:
            message = f"expected to fire on {moment:%Y-%m-%d}, but no event of the example is on that day"
            reader.error((*place, "fires"), message, "for absent_for, say until: DATE")
    line, _ = reader.source.where(path)
    note = reader.text((*path, "note"), item.get("note"))
    return Example(tuple(signals), fires, account, until, late, because, note, path, line)


def _account(ctx: Context, path: Path, value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    out: dict[str, Any] = {}
    for name, given in ctx.reader.mapping(path, value).items():
        place = (*path, name)
        measure = ctx.measures.get(name)
        if measure is None:
            hint = expected(name, ctx.measures)
            ctx.reader.error(place, f'unknown account field "{name}"', hint, key=True, code="account-field")
        elif measure.kind == "duration":
            out[name] = ctx.reader.duration(place, given)
        elif measure.kind == "number":
            out[name] = ctx.reader.number(place, given)
        elif measure.kind == "money":
            out[name] = ctx.reader.unit(place, given, None, units.money)
        elif measure.kind == "enum":
            out[name] = ctx.reader.word(place, given, measure.values, what=name)
        else:
            out[name] = given
    return out


def _signal(ctx: Context, path: Path, item: Any, index: int) -> Signal | None:
    reader = ctx.reader
    given = reader.mapping(path, item, None, ("at", "event"))
    event = given.get("event")
    if not isinstance(event, str):
        return None
    if not ctx.fields.known(event):
        hint = (
            "a group is no event: name one of its types" if event in ctx.groups else expected(event, ctx.fields.types)
        )
        reader.error((*path, "event"), f'unknown event type "{event}"', hint, code="unknown-event")
        return None
    at = _moment(reader, (*path, "at"), given.get("at"))
    if at is None:
        return None
    seen = _moment(reader, (*path, "seen"), given.get("seen")) or at
    table = ctx.fields.of(event)
    attributes: dict[str, Any] = {}
    for name, value in given.items():
        if name in _GIVEN_KEYS:
            continue
        names = set() if table is None else {*table, *(k for f in table.values() for k in f.keys)}
        if table is not None and name not in names:
            hint = expected(name, [*names, *_GIVEN_KEYS])
            reader.error((*path, name), f'{event} has no field "{name}"', hint, key=True, code="field")
            continue
        attributes[name] = _plain(reader, (*path, name), value, None if table is None else table.get(name))
    changes = tuple(_change(reader, p, c) for p, c in reader.items((*path, "changes"), given.get("changes") or []))
    return Signal(
        signal_id=f"example-{index + 1}",
        account_id="example",
        type=event,
        at=at,
        first_seen_at=seen,
        published_at=at,
        program_id=reader.text((*path, "program"), given.get("program"), limit=80),
        person=reader.text((*path, "person"), given.get("person"), limit=80),
        persona=reader.text((*path, "persona"), given.get("persona"), limit=80),
        title=reader.text((*path, "title"), given.get("title")),
        attributes=attributes,
        changes=changes,
        engagement=event in ctx.fields.engagement,
    )


def _plain(reader: Reader, path: Path, value: Any, field_: Any) -> Any:
    """An attribute value; enums are held against their words, money may be written with its unit."""
    if field_ is not None and field_.kind == "enum":
        return reader.word(path, value, field_.values, what=field_.name)
    if field_ is not None and field_.kind == "money" and isinstance(value, str):
        return reader.unit(path, value, units.Money(0, "USD"), units.money).amount
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return value


def _change(reader: Reader, path: Path, item: Any) -> Change:
    given = reader.mapping(path, item, KEYS["example.change"], ("field",))
    return Change(field=str(given.get("field") or ""), before=given.get("from"), after=given.get("to"))


def _moment(reader: Reader, path: Path, value: Any) -> datetime | None:
    """A date, a date-time or a distance from the start of the example."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if value == "0d" or value == 0:
        return START
    try:
        return START + units.duration(value)
    except ValueError:
        pass
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is not None:
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    reader.error(path, f"a day was expected, not {kind_of(value)}", 'write 2026-01-10, or "40d" after the start')
    return None
