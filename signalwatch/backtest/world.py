"""The simulated state of accounts: what is known of each, its tier, its proposals; and the tiers of all together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec.structs import replace

from signalwatch import scoring
from signalwatch.backtest.lane import Ceiling
from signalwatch.model import Account, Program, Recommendation, Signal, TierState
from signalwatch.past import HISTORY, History
from signalwatch.ruleset import Pack
from signalwatch.ruleset.events import EventTest
from signalwatch.ruleset.policy import Tiers

Approve = Literal["all", "none", "as-happened"]
EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a backtest takes for granted.

    Args:
        approve: ``as-happened``: a proposal that was made then gets the answer it got, others stay open until they expire;
            ``all``: every proposal is approved after ``act`` (tiers.yaml); ``none``: nobody answers.
        upkeep: how often silences and step-downs are looked for; ``anchor`` is one of those moments.
        watch: how often open proposals are looked through for those that expired.
        deliver: how often due messages are sent.
    """

    approve: Approve = "as-happened"
    upkeep: timedelta = timedelta(hours=1)
    watch: timedelta = timedelta(seconds=30)
    deliver: timedelta = timedelta(seconds=5)
    anchor: datetime = EPOCH

    def tick(self, at: datetime, every: timedelta) -> datetime:
        """The first moment at or after ``at`` at which something that comes ``every`` so often comes."""
        late = (at - self.anchor) % every
        return at if not late else at + (every - late)


@dataclass(slots=True)
class AccountState:
    """One account while the clock runs."""

    account: Account
    order: int
    ceiling: Ceiling
    known: dict[str, Signal] = field(default_factory=dict)  # by id, what was taken back too
    programs: dict[str, Program] = field(default_factory=dict)
    last_proposal_at: datetime | None = None
    open: dict[str, Recommendation] = field(default_factory=dict)
    last_decided_at: datetime | None = None
    distress: dict[str, None] = field(default_factory=dict)  # signals of the types of distress
    before: tuple[tuple[Signal, ...], datetime | None] | None = None  # as this batch found it
    review_anchor: datetime | None = None  # a moment at which activity was high enough to stay
    review_at: datetime | None = None  # not before then can a step down be proposed

    def put(self, signal: Signal, pack: Pack) -> None:
        """Take a signal in (as the newest of what is known)."""
        old = self.known.pop(signal.signal_id, None)
        self.known[signal.signal_id] = signal
        if signal.type in pack.tiers.distress:
            self.distress[signal.signal_id] = None
        if signal.active and (old is None or old.points < signal.points or old.at != signal.at or not old.active):
            self.ceiling.add(signal, signal.half_life or pack.scoring.of(signal.type).half_life)

    def distressed(self, now: datetime, tiers: Tiers, signal: Signal) -> bool:
        """Whether distress inhibits an elevation now, ``signal`` (which is not taken in yet) included."""
        if not tiers.distress:
            return False
        since = now - tiers.inhibit_for
        listed = [self.known[key] for key in self.distress if key != signal.signal_id and key in self.known]
        if signal.type in tiers.distress:
            listed.append(signal)
        if not listed:
            return False
        test = EventTest("distress", tiers.distress_group, tiers.distress)
        return any(s.active and since <= s.at <= now and test.passes(s) for s in listed)

    def history(self, now: datetime) -> list[Signal]:
        """What scores and rules may look at, at ``now``."""
        begin = now - HISTORY
        return [s for s in self.known.values() if s.active and s.at >= begin]


class World:
    """All accounts, who is in which tier, and who was told what."""

    def __init__(self, pack: Pack, history: History) -> None:
        self.pack = pack
        self.told: set[tuple[str, str]] = {
            (t.story_id, t.account_id) for t in history.told if t.story_id and t.at < history.since
        }
        self.states: dict[str, AccountState] = {}
        self.counts: dict[str, int] = {}
        self._scores: dict[str, tuple[object, float]] = {}
        tiers = _tiers_at(history)
        added = {m.account_id: m.at for m in history.moves if m.from_tier is None}
        for order, account in enumerate(sorted(history.accounts, key=lambda a: a.account_id)):
            tier, since = tiers.get(account.account_id, (account.tier, account.tier_since))
            there = replace(account, tier=tier, tier_since=since)
            state = AccountState(account=there, order=order, ceiling=Ceiling(history.since, pack.scoring))
            self.states[account.account_id] = state
            if added.get(account.account_id, history.since) <= history.since:
                self._count(tier, 1)

    def _count(self, tier: int, by: int) -> None:
        self.counts[str(tier)] = self.counts.get(str(tier), 0) + by

    def join(self, account_id: str) -> None:
        """An account is put on the list."""
        state = self.states.get(account_id)
        if state is not None:
            self._count(state.account.tier, 1)

    def move(self, account_id: str, tier: int, at: datetime) -> bool:
        """Move an account to a tier; False when it is there already or is no account any more."""
        state = self.states.get(account_id)
        if state is None or state.account.tier == tier:
            return False
        self._count(state.account.tier, -1)
        self._count(tier, 1)
        state.account = replace(state.account, tier=tier, tier_since=at)
        state.review_at = state.review_anchor = None
        return True

    def tier_state(self, state: AccountState, weakest: Mapping[str, tuple[str, float]]) -> TierState:
        """What tier policy needs to know of one account and of the list."""
        return TierState(
            tier=state.account.tier,
            since=state.account.tier_since,
            last_proposal_at=state.last_proposal_at,
            open_recommendation=max(state.open, default=""),
            counts={tier: n for tier, n in self.counts.items() if n},
            total_accounts=sum(self.counts.values()),
            weakest=weakest,
        )

    def weakest(self, tier: int) -> tuple[str, float] | None:
        """The account of a tier with the lowest activity as of its last decision before this batch."""
        scores = ((self._score(s), s.account.account_id) for s in self.states.values() if s.account.tier == tier)
        least = min(scores, default=None)
        return None if least is None else (least[1], least[0])

    def _score(self, state: AccountState) -> float:
        """Activity as of the last decision before this batch; 0 where there was none."""
        account_id = state.account.account_id
        if state.before is not None:
            signals: Iterable[Signal]
            signals, at = state.before
            key: object = (len(state.before[0]), at)
        else:
            signals, at = state.known.values(), state.last_decided_at
            key = (len(state.known), at)
        if at is None:
            return 0.0
        found = self._scores.get(account_id)
        if found is None or found[0] != key:
            begin = at - HISTORY
            listed = [s for s in signals if s.active and s.at >= begin]
            found = self._scores[account_id] = (key, scoring.total_activity(listed, at, self.pack.scoring))
        return found[1]


class Weakest(dict[str, tuple[str, float]]):
    """The weakest account of each tier, worked out when first asked: only a move into a full tier asks."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def get(self, tier: str, default: Any = None) -> Any:
        """Id and activity, or ``default`` when nobody is in the tier."""
        if tier not in self and tier in ("1", "2"):
            found = self._world.weakest(int(tier))
            if found is not None:
                self[tier] = found
        return super().get(tier, default)


def _tiers_at(history: History) -> dict[str, tuple[int, datetime | None]]:
    """Tier of each account at the beginning, and since when, where it has a history of tiers."""
    since = history.since
    stated = {a.account_id: a.tier_since for a in history.accounts}
    early: dict[str, datetime | None] = {}
    for step in history.steps:
        early.setdefault(step.account_id, step.tier_since)
    out: dict[str, tuple[int, datetime | None]] = {}
    moved: set[str] = set()
    for one in history.moves:
        if one.at <= since:
            real = one.from_tier is not None
            out[one.account_id] = (
                one.to_tier,
                one.at if real else early.get(one.account_id, stated.get(one.account_id)),
            )
        elif one.account_id not in moved:
            moved.add(one.account_id)
            known = early.get(one.account_id)
            if one.account_id not in out:
                tier = one.to_tier if one.from_tier is None else one.from_tier
                out[one.account_id] = (tier, known)
    for account_id, (tier, begun) in list(out.items()):
        if account_id not in moved and begun is None:
            out[account_id] = (tier, stated.get(account_id))
    return out


def possible_tiers(history: History, approve: Approve) -> dict[str, frozenset[str]] | None:
    """The tiers each account can be in at any time of a run; None when that may be any.

    Tiers move where people moved them, where a stored approval answers a proposal, and where such an approval swaps an
    account of tier 1 or 2 for another one.
    """
    if approve == "all":
        return None
    out: dict[str, set[int]] = {}
    tiers = _tiers_at(history)
    for account in history.accounts:
        out[account.account_id] = {tiers.get(account.account_id, (account.tier, None))[0]}
    approved = [p for p in history.proposals if p.status == "approved" and p.to_tier is not None]
    for account_id, to_tier in [(m.account_id, m.to_tier) for m in history.moves] + [
        (p.account_id, p.to_tier or 0) for p in approved
    ]:
        if account_id in out:
            out[account_id].add(to_tier)
    if approved:
        for known in out.values():
            known |= {2, 3} if known & {1, 2} else set()
    return {account_id: frozenset(map(str, known)) for account_id, known in out.items()}
