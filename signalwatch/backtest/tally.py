"""What a simulation notes down while it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from signalwatch.model import Account, Case, Decision, Dossier, Recommendation, Signal, Struct
from signalwatch.ruleset import Rule
from signalwatch.store.records import OutboxItem


class Alert(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """One alert that would have gone out."""

    at: datetime
    account_id: str
    account: str
    tier: int
    kind: str
    story_id: str
    event_id: str
    event_type: str
    rules: tuple[str, ...] = ()
    headline: str = ""
    reason: str = ""
    url: str = ""
    late: bool = False
    owner: str = ""
    recipients: tuple[str, ...] = ()
    happened: bool = False  # the service told somebody of this story and account
    good: bool | None = None  # what people made of it, where they said so


class Move(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """One tier move that would have been proposed, and what the assumed people made of it."""

    at: datetime
    account_id: str
    account: str
    kind: str
    from_tier: int | None
    to_tier: int | None
    rules: tuple[str, ...] = ()
    because: str = ""
    swap_with: str = ""
    story_id: str = ""
    owner: str = ""
    answer: str = "open"
    answered_at: datetime | None = None
    proposal_id: str = ""


class ShadowFiring(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A firing of a shadow rule that nothing but its status kept from being said."""

    at: datetime
    rule: str
    account_id: str
    story_id: str
    headline: str
    url: str = ""
    moves: bool = False


@dataclass
class Tally:
    """Counts and lists, filled by the simulation."""

    steps: int = 0
    decided: int = 0
    foreign: int = 0
    muted: int = 0
    refused: int = 0  # approvals that never_above of tiers.yaml stops
    alerts: list[Alert] = field(default_factory=list)
    moves: dict[str, Move] = field(default_factory=dict)
    shadows: list[ShadowFiring] = field(default_factory=list)
    mail: list[OutboxItem] = field(default_factory=list)
    types: Counter[str] = field(default_factory=Counter)
    silences: Counter[str] = field(default_factory=Counter)
    matches: Counter[str] = field(default_factory=Counter)
    last: dict[str, datetime] = field(default_factory=dict)

    def examined(self, event_type: str) -> None:
        """An event of this type was put to the rules it can affect."""
        self.types[event_type] += 1

    def examined_by(self, rule: Rule) -> None:
        """A silence was put to the rule that waited for it."""
        self.silences[rule.rule_id] += 1

    def matched(self, rule: Rule, now: datetime) -> None:
        """A rule held."""
        self.matches[rule.rule_id] += 1
        self.last[rule.rule_id] = now

    def shadow(self, rule: Rule, now: datetime, account: Account, signal: Signal) -> None:
        """A rule fired in shadow."""
        self.shadows.append(
            ShadowFiring(
                at=now,
                rule=rule.rule_id,
                account_id=account.account_id,
                story_id=signal.story_id,
                headline=f"{account.name}: {signal.title or signal.type.replace('_', ' ')}",
                url=signal.url,
                moves=rule.propose_tier is not None and rule.propose_tier != account.tier,
            )
        )

    def told(self, decision: Decision, case: Case, mail: Sequence[OutboxItem]) -> None:
        """A decision was made; what it alerts is noted with its messages."""
        if not decision.alerts:
            return
        if not mail:
            self.muted += len(decision.alerts)
            return
        account, signal = case.account, decision.signal or case.signal
        late = any(o.late for o in decision.outcomes if o.fired)
        for intent in decision.alerts:
            letters = [item for item in mail if item.kind == intent.kind]
            self.alerts.append(
                Alert(
                    at=decision.decided_at,
                    account_id=account.account_id,
                    account=account.name,
                    tier=account.tier,
                    kind=intent.kind,
                    story_id=intent.story_id,
                    event_id=decision.event_id,
                    event_type=case.event.type,
                    rules=intent.rule_ids,
                    headline=letters[0].dossier.headline if letters else "",
                    reason=intent.reason,
                    url=signal.url,
                    late=late,
                    owner=account.owner,
                    recipients=tuple(dict.fromkeys(item.recipient for item in letters)),
                )
            )
        self.mail += [replace(item, dossier=_short(item.dossier)) for item in mail]

    def proposed(self, given: Recommendation, account: Account, now: datetime) -> None:
        """A tier move was proposed."""
        self.moves[given.recommendation_id] = Move(
            at=now,
            account_id=given.account_id,
            account=account.name,
            kind=given.kind,
            from_tier=given.from_tier,
            to_tier=given.to_tier,
            rules=given.rule_ids,
            because=given.because,
            swap_with=given.swap_with,
            story_id=given.story_id,
            owner=account.owner,
            proposal_id=given.recommendation_id,
        )

    def answered(self, given: Recommendation, status: str, at: datetime) -> None:
        """A proposal was answered or expired."""
        move = self.moves.get(given.recommendation_id)
        if move is not None:
            self.moves[given.recommendation_id] = replace(move, answer=status, answered_at=at)


def _short(letter: Dossier) -> Dossier:
    return Dossier(kind=letter.kind, alert_id=letter.alert_id, headline=letter.headline, account_id=letter.account_id)
