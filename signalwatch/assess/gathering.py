"""What one batch needs to know: the knowledge decisions depend on, and what the store says of accounts and stories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from signalwatch import stories
from signalwatch.model import Account, Event, Match, Organisation, Program, Signal, StoryState, TierState
from signalwatch.past import HISTORY
from signalwatch.store.records import OutboxRow

if TYPE_CHECKING:
    from signalwatch.resolve import Resolver
    from signalwatch.routing import Router
    from signalwatch.ruleset import Pack
    from signalwatch.store import AssessTx

_DEALS = frozenset({"merger_acquisition", "partnership", "licensing_deal"})


@dataclass(frozen=True)
class Knowledge:
    """What decisions depend on besides the event: swapped as a whole when accounts or rules change."""

    accounts: Mapping[str, Account]
    resolver: Resolver
    pack: Pack
    router: Router
    accounts_hash: str
    known: stories.Known = stories.NOBODY


@dataclass(slots=True)
class Gathered:
    """What the store knew of the accounts and stories a batch touches. Plans update it as they go through the batch."""

    stories: dict[str, StoryState] = field(default_factory=dict)
    by_key: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    signals: dict[str, list[Signal]] = field(default_factory=dict)
    programs: dict[str, list[Program]] = field(default_factory=dict)
    tiers: dict[str, TierState] = field(default_factory=dict)
    told: set[tuple[str, str]] = field(default_factory=set)
    concerned: dict[str, set[str]] = field(
        default_factory=dict
    )  # story -> accounts it was assessed for, for corrections
    recipients_of: Callable[[str], Sequence[OutboxRow]] = lambda story_id: ()  # asked for corrections and updates only

    def add_story(self, story: StoryState) -> None:
        """Make a new or changed story findable for the rest of the batch."""
        self.stories[story.story_id] = story
        for key in story.keys:
            if story.story_id not in self.by_key[key]:
                self.by_key[key].append(story.story_id)

    def candidates(self, keys: Sequence[str]) -> list[StoryState]:
        """Stories that share a blocking key."""
        found = dict.fromkeys(sid for key in keys for sid in self.by_key.get(key, ()))
        return [self.stories[sid] for sid in found]


@dataclass(frozen=True, slots=True)
class Resolved:
    """An event with what its names mean."""

    event: Event
    keys: tuple[str, ...]
    matches: tuple[tuple[Organisation, Match], ...]  # organisations whose account should hear of it


def concerned(event: Event) -> list[Organisation]:
    """Organisations whose account an event concerns: its subjects, and in deals the counterparties too."""
    roles = ("subject", "counterparty") if event.type in _DEALS else ("subject",)
    return [o for o in event.organisations if o.role in roles]


def resolve_event(event: Event, resolver: Resolver, known: stories.Known = stories.NOBODY) -> Resolved:
    """Resolve the names of an event and compute its story keys."""
    context = f"{event.title} {event.span.text}" if event.span.text not in event.title else event.title
    matches: list[tuple[Organisation, Match]] = []
    names: dict[str, str] = {}
    for organisation in concerned(event):
        for match in resolver.resolve_all(organisation, context=context):  # an alliance may name several
            matches.append((organisation, match))
            if match.status == "matched":
                names.setdefault(organisation.name, match.account_id)
    return Resolved(event=event, keys=stories.keys_of(event, names, known), matches=tuple(matches))


def gather(tx: AssessTx, resolved: Iterable[Resolved], now: datetime) -> Gathered:
    """Read what the store knows of the accounts and stories of a batch: six queries whatever its size."""
    resolved = list(resolved)
    gathered = Gathered()
    keys = list(dict.fromkeys(key for r in resolved for key in r.keys))
    oldest = min((r.event.at for r in resolved), default=now)
    for story in tx.stories(keys, oldest - stories.LONGEST_WINDOW):
        gathered.add_story(story)
    amended = {key for r in resolved if r.event.correction for key in r.keys}
    if amended:
        doubtful = [s.story_id for s in gathered.stories.values() if not amended.isdisjoint(s.keys)]
        gathered.concerned = tx.concerned(doubtful)
    matched = {m.account_id for r in resolved for _, m in r.matches if m.status == "matched"}
    account_ids = sorted(matched.union(*gathered.concerned.values()))
    if account_ids:
        gathered.signals = {a: list(s) for a, s in tx.signals(account_ids, min(oldest, now) - HISTORY).items()}
        gathered.programs = {a: list(p) for a, p in tx.programs(account_ids).items()}
        gathered.tiers = dict(tx.tier_states(account_ids))
        gathered.told = set(tx.told(list(gathered.stories)))
        gathered.recipients_of = tx.told_recipients
    return gathered
