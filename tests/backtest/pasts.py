"""Small histories for tests, and a slow reference that decides every step in full."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from signalwatch import ids
from signalwatch.assess import Gathered, Knowledge, Planner
from signalwatch.backtest import Assumptions, own_router
from signalwatch.model import (
    Account,
    Case,
    Event,
    Match,
    Organisation,
    Recommendation,
    Signal,
    StoryIntent,
    StoryState,
    TierState,
)
from signalwatch.past import HISTORY, History, Step
from signalwatch.resolve import Resolver
from signalwatch.ruleset import Pack, load_pack_texts
from signalwatch.store.records import OutboxRow
from tests.ruleset.packs import texts

START = datetime(2026, 3, 2, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TICK = timedelta(hours=12)

TIERS = """
    tiers:
      1: { capacity: { max: 1 }, enter: { fit: 0.4, activity: 90 }, leave: { activity: 45, for: 6d }, play: intro }
      2: { capacity: { max: 2 }, enter: { fit: 0.4, activity: 50 }, leave: { activity: 25, for: 6d }, play: engagement }
      3: { name: programmatic }
    dwell: 3d
    cool_down: 2d
    expires: 62h
    act: 41h
    stale_after: 10d
    distress: { group: distress, inhibit_for: 4d }
    """
PLAIN = """
    tiers:
      1: { capacity: { max: 1 } }
      2: { capacity: { max: 2 } }
      3: { name: programmatic }
    dwell: 3d
    cool_down: 2d
    expires: 62h
    act: 41h
    stale_after: 10d
    distress: { group: distress, inhibit_for: 4d }
    """
RULES = {
    "ind": "{ id: ind, when: ind_clearance, because: cleared }",
    "pair": "{ id: pair, for: { tier: [2, 3] }, when: { all: [funding_round, trial_start], within: 5d }, propose: { tier: 2 } }",
    "order": "{ id: order, for: { tier: [1, 2] }, when: { then: [trial_start, ind_clearance], within: 9d } }",
    "dark": "{ id: dark, status: shadow, when: { trial_start: { phase|gte: '2' } } }",
    "bonus": "{ id: bonus, when: { funding_round: { amount|gte: 50M USD } }, points: 30, alert: false }",
    "cool": "{ id: cool, when: trial_start, cooldown: 4d }",
    "busy": "{ id: busy, for: { tier: [3] }, when: { activity|gte: 60 }, propose: { tier: 1 }, cooldown: 3d }",
    "quiet": "{ id: quiet, when: { ind_clearance: { absent_for: { event: trial_start, for: 2d } } } }",
    "rich": "{ id: rich, when: { funding_round: { points|gte: 60 } } }",
    "calm": "{ id: calm, for: { fit|gte: 0.6 }, when: { trial_start: {}, not: { funding_round: { within: 5d } } },"
            " unless: [{ distress: { within: 3d } }] }",
    "bad": "{ id: bad, for: { tier: [1, 2] }, when: distress, propose: { tier: 3 } }",
    "old": "{ id: old, for: { tier_age|gte: 3d, engagement|lt: 40 }, when: any, }".replace("any, }", "webinar_attended }"),
}  # fmt: skip


def pack_of(*names: str, tiers: str = TIERS, **files: str) -> Pack:
    """A pack of some of RULES (all by default) under fast tier policy."""
    chosen = names or tuple(RULES)
    rules = "".join(f"- {RULES[name]}\n" for name in chosen)
    return load_pack_texts(texts(rules, tiers=textwrap.dedent(tiers), **files))


def plain(*names: str, **files: str) -> Pack:
    """The same without thresholds: only rules propose."""
    return pack_of(*names, tiers=PLAIN, **files)


def account(name: str, tier: int = 3, **more: Any) -> Account:
    """An account of kind biotech that has been in its tier for long."""
    given = {"owner": f"{name}@bd.example", "kind": "biotech", "tier_since": START - 100 * DAY, **more}
    return Account(account_id=name, name=name.title(), tier=tier, **given)


def step(
    kind: str, day: float, account_id: str = "acme", *, story: str = "", effect: str = "opened", late: float = 0.0,
    quiet: bool = False, event: str = "", same_document: bool = False, **attributes: Any,
) -> Step:  # fmt: skip
    """A step learned ``day`` days after the start; ``late``: it happened so many days before."""
    now = START + day * DAY
    at = now - late * DAY
    story = story or f"{kind}-{day}-{account_id}"
    signal = Signal(
        signal_id=ids.digest("signal", story, account_id), account_id=account_id, type=kind, at=at, story_id=story,
        event_id=event or f"e-{story}-{day}", published_at=at, first_seen_at=now, decided_at=now, attributes=attributes,
        title=f"{kind} of {account_id}", url=f"https://news.example/{story}", quiet=quiet,
        program_id=str(attributes.get("program", "")),
    )  # fmt: skip
    return Step(event_id=signal.event_id, account_id=account_id, decided_at=now, effect=effect, quiet=quiet,
                same_document=same_document, signal=signal)  # fmt: skip


def history_of(steps: Sequence[Step], accounts: Sequence[Account], days: float = 30, **more: Any) -> History:
    """A history of some days from START on."""
    ordered = sorted(steps, key=lambda s: s.decided_at)
    given = {"watched_since": START - 200 * DAY, **more}
    return History(since=START, until=START + days * DAY, accounts=accounts, steps=ordered, **given)


def assumed(**more: Any) -> Assumptions:
    """Upkeep twice a day, and whatever else."""
    return Assumptions(**({"approve": "none", "upkeep": TICK, "anchor": START} | more))


class Reference:
    """Every step decided in full by the planner, every account looked at on every tick. Slow and plain."""

    def __init__(self, pack: Pack, history: History, assume: Assumptions) -> None:
        self.pack, self.history, self.assume = pack, history, assume
        self.accounts = {a.account_id: a for a in history.accounts}
        self.known: dict[str, list[Signal]] = {a: [] for a in self.accounts}
        self.programs: dict[str, list[Any]] = {a: [] for a in self.accounts}
        self.last: dict[str, datetime] = {}
        self.open: dict[str, list[Recommendation]] = {a: [] for a in self.accounts}
        self.scores: dict[str, float] = {}
        self.told: set[tuple[str, str]] = set()
        self.mail: dict[str, list[OutboxRow]] = {}
        self.alerts: list[tuple[Any, ...]] = []
        self.moves: list[tuple[Any, ...]] = []
        self.answers: list[tuple[datetime, Recommendation]] = []
        self.router = own_router(pack)

    def run(self) -> Reference:
        moments = {s.decided_at for s in self.history.steps}
        tick = self.history.since
        while tick < self.history.until:
            moments.add(tick)
            tick += self.assume.upkeep
        if self.assume.approve == "all":
            return self._with_answers(moments)
        for now in sorted(moments):
            self._moment(now)
        return self

    def _with_answers(self, moments: set[datetime]) -> Reference:
        waiting = sorted(moments)
        while waiting or self.answers:
            due = min((a[0] for a in self.answers), default=None)
            if waiting and (due is None or waiting[0] <= due):
                now = waiting.pop(0)
                self._moment(now, expire_until=now)
                continue
            assert due is not None
            if due >= self.history.until:
                break
            one = next(a for a in self.answers if a[0] == due)
            self.answers.remove(one)
            self._expire(due, before=True)
            if one[1] in self.open[one[1].account_id]:
                self.open[one[1].account_id].remove(one[1])
                self._move(one[1].account_id, one[1].to_tier, due)
                if one[1].kind == "swap":
                    self._move(one[1].swap_with, min(3, (one[1].to_tier or 0) + 1), due)
        return self

    def _move(self, account_id: str, tier: int | None, now: datetime) -> None:
        account = self.accounts[account_id]
        if tier is not None and account.tier != tier:
            self.accounts[account_id] = replace(account, tier=tier, tier_since=now)

    def _expire(self, now: datetime, *, before: bool) -> None:
        """Close what expired at a tick of the watch before ``now`` (or at it)."""
        for listed in self.open.values():
            for one in list(listed):
                assert one.expires_at is not None
                tick = self.assume.tick(one.expires_at, self.assume.watch)
                if tick < now or (tick == now and not before):
                    listed.remove(one)

    def _moment(self, now: datetime, expire_until: datetime | None = None) -> None:
        self._expire(now, before=True)
        batch = [s for s in self.history.steps if s.decided_at == now]
        if batch:
            planner = self._planner(now)
            for one in batch:
                if one.account_id in self.accounts:
                    self._step(planner, now, one)
            self._commit(planner, now)
        if (now - self.history.since) % self.assume.upkeep == timedelta(0):
            self._upkeep(now)

    def _planner(self, now: datetime) -> Planner:
        gathered = Gathered()
        gathered.signals = {a: list(self.known[a]) for a in self.accounts}
        gathered.tiers = {a: self._tier(a) for a in self.accounts}
        gathered.told = set(self.told)
        gathered.recipients_of = lambda story: self.mail.get(story, ())
        return Planner(Knowledge(self.accounts, Resolver(()), self.pack, self.router, ""), gathered, now)

    def _tier(self, account_id: str) -> TierState:
        account = self.accounts[account_id]
        counts: dict[str, int] = {}
        for one in self.accounts.values():
            counts[str(one.tier)] = counts.get(str(one.tier), 0) + 1
        weakest = {}
        for tier in (1, 2):
            listed = [(self.scores.get(a, 0.0), a) for a, one in self.accounts.items() if one.tier == tier]
            if listed:
                weakest[str(tier)] = (min(listed)[1], min(listed)[0])
        return TierState(
            tier=account.tier, since=account.tier_since, last_proposal_at=self.last.get(account_id),
            open_recommendation=max((r.recommendation_id for r in self.open[account_id]), default=""), counts=counts,
            total_accounts=len(self.accounts), weakest=weakest,
        )  # fmt: skip

    def _step(self, planner: Planner, now: datetime, one: Step) -> None:
        account = self.accounts[one.account_id]
        known = planner.g.signals[one.account_id]
        if one.program is not None:
            mine = self.programs[one.account_id]
            mine[:] = [p for p in mine if p.program_id != one.program.program_id] + [one.program]
        signal = one.signal
        earlier = next((s for s in known if s.signal_id == signal.signal_id), None)
        if earlier is not None and one.effect in ("evidence", "updated"):
            signal = replace(earlier, attributes={**signal.attributes, **earlier.attributes})
        told = (signal.story_id, one.account_id) in planner.g.told
        effect: Any = one.effect
        if told and effect == "status_change" and one.same_document:
            effect = "evidence"
        event = Event(
            type=one.event_type or signal.type, event_id=one.event_id, occurred_at=signal.at, first_seen_at=now, title=signal.title,
            attributes=one.signal.attributes, quiet=one.quiet, organisations=(Organisation(name=account.name),), url=signal.url,
        )  # fmt: skip
        story = StoryState(story_id=signal.story_id, type=signal.type, opened_at=signal.at, last_at=signal.at)
        begin = min(signal.at, now) - HISTORY
        others = [s for s in known if s.signal_id != signal.signal_id and s.active and s.at >= begin]
        counted = earlier if earlier is not None and effect == "corrected" else signal
        case = Case(
            now=now, event=event, account=account, match=Match(status="matched", account_id=account.account_id),
            story=StoryIntent(story_id=signal.story_id, effect=effect, story=story), signal=signal,
            history=tuple(sorted([*others, counted], key=lambda s: s.at)), program=one.program,
            programs=tuple(self.programs[one.account_id]), tier=planner.g.tiers[one.account_id], told=told,
        )  # fmt: skip
        before = set(planner.outbox)
        decision = planner.settle(case)
        self._said(planner, decision, before)

    def _said(self, planner: Planner, decision: Any, before: set[str]) -> None:
        mail = [item for key, item in planner.outbox.items() if key not in before]
        for intent in decision.alerts:
            if mail:
                recipients = tuple(sorted({i.recipient for i in mail if i.kind == intent.kind}))
                self.alerts.append(
                    (
                        decision.decided_at,
                        decision.account_id,
                        intent.story_id,
                        intent.kind,
                        intent.rule_ids,
                        recipients,
                    )
                )

    def _commit(self, planner: Planner, now: datetime) -> None:
        for decision, _ in planner.decisions:
            if decision.activity is not None:
                self.scores[decision.account_id] = decision.activity.total
        self.known = {a: planner.g.signals[a] for a in self.accounts}
        for item in planner.outbox.values():
            if item.story_id:
                self.told.add((item.story_id, item.account_id))
                self.mail.setdefault(item.story_id, []).append(OutboxRow(item=item, state="sent"))
        for one in planner.recommendations.values():
            self.last[one.account_id] = now
            self.open[one.account_id].append(one)
            self.answers.append((now + self.pack.tiers.act, one))
            self.moves.append((now, one.account_id, one.kind, one.from_tier, one.to_tier, one.rule_ids, one.swap_with))

    def _upkeep(self, now: datetime) -> None:
        planner = self._planner(now)
        fresh: dict[str, list[Signal]] = {}
        for account_id, account in sorted(self.accounts.items()):
            begin = now - HISTORY
            planner.g.signals[account_id] = [s for s in self.known[account_id] if s.at >= begin]
            planner.g.programs[account_id] = list(self.programs[account_id])
            for silence in self.pack.silences(planner.g.signals[account_id], now - self.assume.upkeep, now):
                before = set(planner.outbox)
                planner.silence(account, silence)
                decision = planner.decisions[-1][0]
                fresh.setdefault(account_id, []).append(decision.signal or silence)
                self._said(planner, decision, before)
            if account.tier in (1, 2):
                planner.step_down(account, self.history.watched_since or self.history.since)
        kept = {a: self.known[a] for a in self.accounts}
        self._commit(planner, now)
        self.known = {a: [*kept[a], *fresh.get(a, [])] for a in self.accounts}
