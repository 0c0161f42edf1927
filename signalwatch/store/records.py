"""What goes into the store and comes out of it: plain structs. Rows stay inside ``signalwatch.store``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from signalwatch.model import (
    Candidate,
    Decision,
    Document,
    Dossier,
    Event,
    Json,
    Notice,
    Program,
    Quarantined,
    Recommendation,
    Signal,
    StoryState,
    Struct,
    Validators,
)


class SourceSpec(Struct, frozen=True, kw_only=True):
    """A configured source, as settings say it."""

    source_id: str
    connector: str
    title: str = ""
    every: timedelta = timedelta(minutes=15)
    cadence: timedelta | None = None  # expected: silence longer than this raises an operator alert
    settings_hash: str = ""
    backfill: bool = False  # True: what was published before the source was added may alert


class SourceState(Struct, frozen=True, kw_only=True):
    """A source as the database knows it. ``lease_*`` are set while somebody holds it."""

    source_id: str
    connector: str
    title: str = ""
    every: timedelta = timedelta(minutes=15)
    cadence: timedelta | None = None
    cursor: Mapping[str, Json] = {}
    validators: Mapping[str, Validators] = {}
    added_at: datetime
    due_at: datetime
    enabled: bool = True
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None  # when a poll last brought a new document
    failures: int = 0  # in a row
    last_error: str = ""
    lease_owner: str = ""
    lease_until: datetime | None = None
    documents: int = 0
    events: int = 0
    quarantined: int = 0
    settings_hash: str = ""
    backfill: bool = False


class PageCommit(Struct, frozen=True, kw_only=True):
    """Everything of one page that becomes true in one transaction.

    The commit is refused (StoreError) when ``owner`` no longer holds the source. Documents already stored with the same
    ``(connector, key, version)`` and events already stored under the same id are skipped silently.
    """

    source_id: str
    owner: str
    now: datetime
    documents: Sequence[Document] = ()
    events: Sequence[Event] = ()  # with event_id, document_id, source_id, first_seen_at, quiet set
    cursor: Mapping[str, Json] | None = None
    validators: Mapping[str, Validators] = {}
    quarantined: Sequence[Quarantined] = ()
    notices: Sequence[Notice] = ()
    read_keys: Sequence[str] = ()  # keys that were read and found unchanged (moves their last-read time)
    renew_until: datetime | None = None  # moves the lease, for long polls
    watched_keys: Sequence[str] = ()  # keys that belong to an account, as far as ingest can tell (slow full re-read)


class PageResult(Struct, frozen=True, kw_only=True):
    """What was really new in a page."""

    new_documents: int = 0
    new_events: int = 0
    new_quarantined: int = 0


class PollOutcome(Struct, frozen=True, kw_only=True):
    """The end of one source run: releases the lease and sets the next due time."""

    source_id: str
    owner: str
    now: datetime
    due_at: datetime
    ok: bool = True
    error: str = ""
    new_documents: int = 0


class OutboxItem(Struct, frozen=True, kw_only=True):
    """One message to one recipient, waiting. ``outbox_id`` is a digest, so writing it twice is harmless."""

    outbox_id: str
    channel: str  # name of the configured notifier, e.g. "slack-bd"
    recipient: str
    kind: str = "alert"
    dossier: Dossier
    group_key: str = ""  # items with the same channel, recipient and group key may travel in one message
    thread_key: str = ""
    due_at: datetime
    created_at: datetime
    account_id: str = ""
    story_id: str = ""
    decision_id: str = ""


class OutboxRow(Struct, frozen=True, kw_only=True):
    """A claimed or listed outbox item with its delivery state."""

    item: OutboxItem
    state: Literal["pending", "sending", "sent", "uncertain", "dead", "dropped"] = "pending"
    attempts: int = 0
    lease_owner: str = ""
    lease_until: datetime | None = None
    last_error: str = ""
    sent_at: datetime | None = None
    reference: str = ""


class DeliveryResult(Struct, frozen=True, kw_only=True):
    """The end of one attempt for a set of outbox items that travelled together.

    ``state``: sent, retry (``due_at`` says when), uncertain, dead.
    """

    outbox_ids: Sequence[str]
    owner: str
    now: datetime
    state: Literal["sent", "retry", "uncertain", "dead"]
    channel: str = ""
    recipient: str = ""
    message_id: str = ""
    reference: str = ""
    error: str = ""
    due_at: datetime | None = None
    thread_key: str = ""


class ReviewItem(Struct, frozen=True, kw_only=True):
    """A held or ambiguous name, asked once per normalised mention. Events waiting for it are counted."""

    review_id: str
    mention: str
    context: str = ""
    candidates: tuple[Candidate, ...] = ()
    reason: str = ""
    event_ids: tuple[str, ...] = ()
    state: Literal["open", "confirmed", "rejected"] = "open"
    answer: str = ""
    created_at: datetime | None = None


class Sighting(Struct, frozen=True, kw_only=True):
    """One event of an unmatched company, with what it tells of the company's fit."""

    event_id: str
    story_id: str = ""
    type: str = ""
    at: datetime
    title: str = ""
    url: str = ""
    cik: int | None = None
    facts: Mapping[str, Json] = {}  # attributes that points and fit depend on
    areas: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()
    phase: str = ""


class Suggestion(Struct, frozen=True, kw_only=True):
    """An unmatched subject that may fit the ICP, with the events that named it (the newest 40). Written again, an event
    counts once."""

    name: str
    key: str
    sightings: tuple[Sighting, ...] = ()

    @property
    def events(self) -> int:
        """How many events named it."""
        return len(self.sightings)

    @property
    def last_at(self) -> datetime | None:
        """When the newest one happened."""
        return max((s.at for s in self.sightings), default=None)


class AssessedEvent(Struct, frozen=True, kw_only=True):
    """What became of one event: its story, its decisions (one per account), or why there is none."""

    event_id: str
    story_id: str = ""
    outcome: Literal["decided", "unmatched", "held", "failed"] = "decided"
    reason: str = ""
    account_ids: tuple[str, ...] = ()


class AssessWrite(Struct, frozen=True, kw_only=True):
    """Everything one assessed batch writes, in one transaction with the claim of its events."""

    now: datetime
    events: Sequence[AssessedEvent] = ()
    stories: Sequence[StoryState] = ()  # full new states (without the event bodies: ids only are stored)
    signals: Sequence[Signal] = ()
    retired_signals: Sequence[str] = ()  # unwound by a correction
    programs: Sequence[Program] = ()
    decisions: Sequence[tuple[Decision, Mapping[str, Json]]] = ()  # with the inputs `explain --verify` needs
    recommendations: Sequence[Recommendation] = ()
    outbox: Sequence[OutboxItem] = ()
    reviews: Sequence[ReviewItem] = ()
    suggestions: Sequence[Suggestion] = ()


class OperatorAlert(Struct, frozen=True, kw_only=True):
    """Something is wrong with the service itself. Opened once per ``(kind, subject)``, resolved once."""

    kind: str  # stale_source, failing_source, failing_channel, dead_scheduler, bad_rules, silent_rule, notice, storm
    subject: str
    message: str = ""
    opened_at: datetime | None = None
    resolved_at: datetime | None = None
    last_at: datetime | None = None
    count: int = 1


# --- what comes out only -------------------------------------------------------------------------------------------


class StoredDocument(Struct, frozen=True, kw_only=True):
    """A document with what the store knows of it. ``seq`` is the order of arrival."""

    document: Document
    document_id: str
    seq: int
    source_id: str
    first_seen_at: datetime


class StoredEvent(Struct, frozen=True, kw_only=True):
    """An event with what became of it so far."""

    event: Event
    state: Literal["new", "assessed", "held", "failed"] = "new"
    story_id: str = ""
    outcome: str = ""
    reason: str = ""
    account_ids: tuple[str, ...] = ()
    assessed_at: datetime | None = None


class StoredDecision(NamedTuple):
    """A decision record, as it was written: the decision and the inputs ``explain --verify`` re-runs it from."""

    decision: Decision
    inputs: Mapping[str, Json]


class TierChange(Struct, frozen=True, kw_only=True):
    """One entry of an account's tier history; ``from_tier`` is None for the first."""

    account_id: str
    from_tier: int | None
    to_tier: int
    at: datetime
    by: str = ""
    reason: str = ""
    recommendation_id: str = ""


class StoredQuarantine(Struct, frozen=True, kw_only=True):
    """A record that was set aside, with its reason."""

    source_id: str
    key: str
    reason: str
    url: str = ""
    payload: bytes = b""
    first_seen_at: datetime
    last_seen_at: datetime


class DeliveryAttempt(Struct, frozen=True, kw_only=True):
    """One attempt to send one outbox item."""

    outbox_id: str
    at: datetime
    state: str
    channel: str = ""
    recipient: str = ""
    message_id: str = ""
    reference: str = ""
    error: str = ""


class RulesetVersion(Struct, frozen=True, kw_only=True):
    """One version of the rule set. ``source`` says where it was read from, ``files`` are its texts by file name, so that
    history can be read back."""

    hash: str
    author: str = ""
    first_seen_at: datetime
    last_seen_at: datetime
    source: str = ""
    files: Mapping[str, str] = {}


class RulesetUse(Struct, frozen=True, kw_only=True):
    """What a rule-set version did: decisions, those that alerted, and the time of the last decision."""

    decisions: int = 0
    alerts: int = 0
    last_at: datetime | None = None


class RuleStat(Struct, frozen=True, kw_only=True):
    """How often a rule was examined and matched since ``first_at``.

    ``unmatched``: examined since it last matched. ``failed``: how often each condition was the first that failed.
    """

    rule_id: str
    first_at: datetime
    examined: int = 0
    matched: int = 0
    last_match_at: datetime | None = None
    unmatched: int = 0
    failed: Mapping[str, int] = {}


class Feedback(Struct, frozen=True, kw_only=True):
    """What a person said of an alert or recommendation (``target_id``)."""

    target_id: str
    verdict: str
    rule_ids: tuple[str, ...] = ()
    by: str = ""
    at: datetime
    note: str = ""


class HostBudget(Struct, frozen=True, kw_only=True):
    """What the HTTP door remembers of a host: nothing before ``next_at`` or ``frozen_until``; ``used`` on ``day``."""

    host: str
    next_at: datetime | None = None
    frozen_until: datetime | None = None
    day: date | None = None
    used: int = 0
