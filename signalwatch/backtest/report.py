"""What a backtest found, as data: alerts, moves, load per week, rule and person. JSON-able."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from signalwatch.backtest.tally import Alert, Move, ShadowFiring, Tally
from signalwatch.backtest.world import Assumptions
from signalwatch.deliver import group
from signalwatch.model import Struct
from signalwatch.past import History
from signalwatch.ruleset import Pack, Rule
from signalwatch.store.records import OutboxItem, OutboxRow

WEEK = timedelta(days=7)


class RuleRow(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """One rule over the whole time. Tier policy has rows of its own (``tier-2-threshold``), with status ``policy``.

    ``judged`` alerts and moves have a verdict, ``useful`` of them a good one. ``missed``: for a rule that never held, the
    first failing conditions and how often, of ``sampled`` looks.
    """

    rule_id: str
    title: str = ""
    status: str = "policy"
    file: str = ""
    line: int = 0
    examined: int = 0
    matched: int = 0
    last_match: datetime | None = None
    alerts: int = 0
    moves: int = 0
    per_week: tuple[int, ...] = ()
    judged: int = 0
    useful: int = 0
    missed: tuple[tuple[str, int], ...] = ()
    sampled: int = 0

    @property
    def precision(self) -> float | None:
        """Share of good verdicts, or None without any."""
        return self.useful / self.judged if self.judged else None


class PersonRow(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """One recipient: alerts, and messages after grouping and digests, per week. ``over``: weeks above the attention budget."""

    recipient: str
    alerts: int = 0
    messages: int = 0
    alerts_per_week: tuple[int, ...] = ()
    messages_per_week: tuple[int, ...] = ()
    over: int = 0


class Report(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """The whole answer."""

    since: datetime
    until: datetime
    ruleset: str
    approve: str
    notes: tuple[str, ...] = ()
    accounts: int = 0
    steps: int = 0
    decided: int = 0
    weeks: tuple[date, ...] = ()
    alerts_per_week: tuple[int, ...] = ()
    moves_per_week: tuple[int, ...] = ()
    messages: int = 0
    rules: tuple[RuleRow, ...] = ()
    people: tuple[PersonRow, ...] = ()
    alerts: tuple[Alert, ...] = ()
    moves: tuple[Move, ...] = ()
    shadows: tuple[ShadowFiring, ...] = ()

    @property
    def length(self) -> float:
        """Weeks of the time looked at."""
        return max((self.until - self.since) / WEEK, 1 / 7)


class Calendar:
    """Weeks (from Monday, UTC) that a time span touches."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self.first = _monday(since)
        last = _monday(max(since, until - timedelta(microseconds=1)))
        self.weeks = tuple(self.first + n * WEEK for n in range((last - self.first) // WEEK + 1))

    def spread(self, moments: Iterable[datetime]) -> tuple[int, ...]:
        """How many moments lie in each week; what lies outside counts for the week at that end."""
        out = [0] * len(self.weeks)
        for moment in moments:
            out[min(max((_monday(moment) - self.first) // WEEK, 0), len(out) - 1)] += 1
        return tuple(out)


def _monday(moment: datetime) -> date:
    day = moment.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


Missed = Mapping[str, tuple[int, Mapping[str, int]]]
"""Rule id → looks, and how often each condition failed first."""


def build(
    pack: Pack, history: History, assume: Assumptions, tally: Tally, missed: Missed, notes: Sequence[str] = ()
) -> Report:
    """Put a report together from what a simulation noted."""
    calendar = Calendar(history.since, history.until)
    alerts = _with_verdicts(tally.alerts, history)
    moves = sorted(tally.moves.values(), key=lambda m: (m.at, m.account_id))
    messages = delivered(tally.mail, assume)
    return Report(
        since=history.since,
        until=history.until,
        ruleset=pack.hash,
        approve=assume.approve,
        notes=tuple(notes),
        accounts=len(history.accounts),
        steps=tally.steps,
        decided=tally.decided,
        weeks=calendar.weeks,
        alerts_per_week=calendar.spread(a.at for a in alerts),
        moves_per_week=calendar.spread(m.at for m in moves),
        messages=len(messages),
        rules=_rules(pack, tally, alerts, moves, calendar, missed, history),
        people=_people(alerts, messages, calendar, pack.routes.attention),
        alerts=tuple(alerts),
        moves=tuple(moves),
        shadows=tuple(tally.shadows),
    )


def verdicts_of(history: History) -> dict[tuple[str, str], bool]:
    """The last verdict per account and story."""
    said = sorted((v for v in history.verdicts if v.story_id), key=lambda v: (v.at is not None, v.at or history.since))
    return {(v.account_id, v.story_id): v.good for v in said}


def _with_verdicts(alerts: Iterable[Alert], history: History) -> list[Alert]:
    said = verdicts_of(history)
    told = {(t.account_id, t.story_id) for t in history.told}
    out = []
    for alert in alerts:
        pair = (alert.account_id, alert.story_id)
        out.append(replace(alert, happened=pair in told, good=said.get(pair)))
    return out


def delivered(mail: Sequence[OutboxItem], assume: Assumptions) -> list[tuple[datetime, str, str]]:
    """The messages that items become: those due at one tick travel as delivery groups them. Time, channel, recipient."""
    due: defaultdict[datetime, list[OutboxRow]] = defaultdict(list)
    for item in mail:
        due[assume.tick(item.due_at, assume.deliver)].append(OutboxRow(item=item))
    out = []
    for at in sorted(due):
        out += [(at, rows[0].item.channel, rows[0].item.recipient) for rows in group(due[at])]
    return out


def _people(
    alerts: Sequence[Alert], messages: Sequence[tuple[datetime, str, str]], calendar: Calendar, attention: int | None
) -> tuple[PersonRow, ...]:
    heard: defaultdict[str, list[datetime]] = defaultdict(list)
    got: defaultdict[str, list[datetime]] = defaultdict(list)
    for alert in alerts:
        for recipient in alert.recipients:
            heard[recipient].append(alert.at)
    for at, _, recipient in messages:
        got[recipient].append(at)
    rows = []
    for recipient, moments in heard.items():
        per_week = calendar.spread(moments)
        rows.append(
            PersonRow(
                recipient=recipient,
                alerts=len(moments),
                messages=len(got[recipient]),
                alerts_per_week=per_week,
                messages_per_week=calendar.spread(got[recipient]),
                over=sum(attention is not None and n > attention for n in per_week),
            )
        )
    return tuple(sorted(rows, key=lambda r: (-r.alerts, r.recipient)))


def _rules(
    pack: Pack, tally: Tally, alerts: Sequence[Alert], moves: Sequence[Move], calendar: Calendar, missed: Missed,
    history: History,
) -> tuple[RuleRow, ...]:  # fmt: skip
    told: defaultdict[str, list[Alert]] = defaultdict(list)
    for alert in alerts:
        for rule_id in alert.rules:
            told[rule_id].append(alert)
    proposed = Counter(rule_id for move in moves for rule_id in move.rules)
    silent_moves: defaultdict[str, list[Move]] = defaultdict(list)  # step-downs by time alert nobody
    for move in moves:
        for rule_id in move.rules:
            if rule_id.endswith("-leave") and pack.rule(rule_id) is None:
                silent_moves[rule_id].append(move)
    examined = _examined(pack, tally)
    rows = []
    known = {rule.rule_id: rule for rule in pack.rules}
    for rule_id in [*known, *sorted(({*told, *proposed}) - set(known))]:
        rule = known.get(rule_id)
        mine = told[rule_id]
        judged = [a.good for a in mine if a.good is not None]
        moments = [a.at for a in mine] + [m.at for m in silent_moves[rule_id]]
        looks, paths = missed.get(rule_id, (0, {}))
        rows.append(
            RuleRow(
                rule_id=rule_id,
                title=rule.title if rule is not None else _policy(rule_id),
                status=rule.status if rule is not None else "policy",
                file=rule.file if rule is not None else "tiers.yaml",
                line=rule.line if rule is not None else 0,
                examined=examined.get(rule_id, 0),
                matched=tally.matches[rule_id] if rule is not None else len(moments),
                last_match=tally.last.get(rule_id) or max(moments, default=None),
                alerts=len(mine),
                moves=proposed[rule_id],
                per_week=calendar.spread(moments),
                judged=len(judged),
                useful=sum(judged),
                missed=tuple(sorted(paths.items(), key=lambda item: (-item[1], item[0]))),
                sampled=looks,
            )
        )
    return tuple(rows)


def _policy(rule_id: str) -> str:
    """A title for ``tier-2-threshold`` and ``tier-2-leave``."""
    tier = " ".join(rule_id.split("-")[:2])
    reached = rule_id.endswith("threshold")
    return f"Tier policy: {f'activity and fit reached {tier}' if reached else f'activity too low for {tier} for long'}"


def _examined(pack: Pack, tally: Tally) -> Counter[str]:
    out: Counter[str] = Counter(tally.silences)
    for event_type, times in tally.types.items():
        for rule in considered(pack, event_type):
            out[rule.rule_id] += times
    return out


def considered(pack: Pack, event_type: str) -> tuple[Rule, ...]:
    """Rules an event of this type can affect."""
    return pack.index.get(event_type, pack.anywhere)
