"""The tables. SQLModel classes describe the schema only: they are never built at run time (48 us each, unvalidated);
writes and reads go through SQLAlchemy Core on their ``__table__``.

Conventions: ids are hex digests made by `signalwatch.ids`; ``*_at`` are aware UTC (naive ones are refused by the
column type); ``body`` is the JSON text of the struct, columns beside it repeat what is searched or sorted by;
``*_z`` are payloads packed by `codec.pack`. Indexes that serve a claim are partial, so they stay as small as the queue.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from signalwatch.store.columns import Index, Row, blob, metadata, optional_blob, serial, table_of
from signalwatch.store.counted import ConditionStatRow, StepRow

__all__ = ["ConditionStatRow", "StepRow", "metadata", "table_of"]

# --- sources and what they published ------------------------------------------------------------------------------


class SourceRow(Row, table=True):
    """A configured source: schedule, cursor, validators, lease. ``enabled`` is False once settings do not name it."""

    __tablename__ = "source"
    __table_args__ = (Index("ix_source_due", "due_at", where="enabled"),)

    source_id: str = Field(primary_key=True)
    connector: str
    title: str
    every_s: float
    cadence_s: float | None
    settings_hash: str
    backfill: bool
    cursor: str
    validators: str
    added_at: datetime
    due_at: datetime
    enabled: bool
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    last_new_at: datetime | None
    failures: int
    last_error: str
    lease_owner: str
    lease_until: datetime | None
    documents: int
    events: int
    quarantined: int


class DocumentRow(Row, table=True):
    """One version of one published thing. ``seq`` is the order of arrival."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("connector", "key", "version"),
        UniqueConstraint("document_id"),
        Index("ix_document_first_seen", "first_seen_at"),
    )

    seq: int = serial()
    document_id: str
    connector: str
    key: str
    version: str
    kind: str
    fingerprint: str
    source_id: str
    published_at: datetime | None
    first_seen_at: datetime
    content_type: str
    url: str
    title: str
    meta: str
    text_z: bytes = blob()
    payload_z: bytes = blob()


class DocumentHeadRow(Row, table=True):
    """The current version of each ``(connector, key)``: a small row, so that skipping what is unchanged stays cheap and
    a new version does not rewrite the old payload. ``watched``: belongs to an account (slow full re-read)."""

    __tablename__ = "document_head"
    __table_args__ = (
        Index("ix_document_head_watched", "connector", "last_read_at", where="watched"),
        {"sqlite_with_rowid": False},
    )

    connector: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    document_id: str
    version: str
    fingerprint: str
    published_at: datetime | None
    last_read_at: datetime
    kind: str
    watched: bool


class QuarantineRow(Row, table=True):
    """A record that could not be understood. The id digests source, key, reason and payload, so repeats are one row."""

    __tablename__ = "quarantine"
    __table_args__ = (Index("ix_quarantine_at", "first_seen_at"),)

    quarantine_id: str = Field(primary_key=True)
    source_id: str
    key: str
    reason: str
    url: str
    first_seen_at: datetime
    last_seen_at: datetime
    payload_z: bytes = blob()


class EventRow(Row, table=True):
    """One event. ``ordered_at`` is when it was published, else first seen; ``state`` new, assessed, held or failed."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_new", "ordered_at", "event_id", "first_seen_at", where="state = 'new'"),
        Index("ix_event_held", "ordered_at", where="state = 'held'"),
        Index("ix_event_failed", "ordered_at", where="state = 'failed'"),
        Index("ix_event_ordered", "ordered_at"),
        Index("ix_event_type", "type", "ordered_at"),
        Index("ix_event_document", "connector", "document_key"),
        Index("ix_event_story", "story_id", where="story_id <> ''"),
    )

    event_id: str = Field(primary_key=True)
    type: str
    state: str
    connector: str
    document_key: str
    document_id: str
    source_id: str
    ordered_at: datetime
    occurred_at: datetime | None
    published_at: datetime | None
    first_seen_at: datetime
    quiet: bool
    correction: bool
    story_id: str
    outcome: str
    reason: str
    account_ids: str
    assessed_at: datetime | None
    body: str


class StoryRow(Row, table=True):
    """One real-world happening. Its events are found by ``event.story_id``."""

    __tablename__ = "story"
    __table_args__ = (Index("ix_story_last", "last_at"),)

    story_id: str = Field(primary_key=True)
    type: str
    status: str
    opened_at: datetime
    last_at: datetime
    body: str


class StoryKeyRow(Row, table=True):
    """The blocking keys a story can be found by."""

    __tablename__ = "story_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: str = Field(primary_key=True)
    story_id: str = Field(primary_key=True)
    last_at: datetime


# --- accounts and what concerns them ------------------------------------------------------------------------------


class AccountRow(Row, table=True):
    """A company on the target list. Tier and owner are columns; names and identifiers are in ``body``; ``activity`` and
    ``fit`` are what the latest decision computed (for the swap candidate of a full tier)."""

    __tablename__ = "account"
    __table_args__ = (Index("ix_account_tier_activity", "tier", "activity", "account_id"),)

    account_id: str = Field(primary_key=True)
    name: str
    tier: int
    tier_since: datetime | None
    owner: str
    fingerprint: str
    activity: float
    fit: float | None
    scored_at: datetime | None
    below_leave_since: datetime | None
    created_at: datetime
    updated_at: datetime
    body: str


class TierChangeRow(Row, table=True):
    """The tier history of accounts; ``from_tier`` is NULL for the first."""

    __tablename__ = "tier_change"
    __table_args__ = (Index("ix_tier_change_account", "account_id", "at"),)

    seq: int = serial()
    account_id: str
    from_tier: int | None
    to_tier: int
    at: datetime
    changed_by: str
    reason: str
    recommendation_id: str


class ProgramRow(Row, table=True):
    """An asset x indication inside an account."""

    __tablename__ = "program"
    __table_args__ = (Index("ix_program_account", "account_id"),)

    program_id: str = Field(primary_key=True)
    account_id: str
    updated_at: datetime
    body: str


class SignalRow(Row, table=True):
    """A story attributed to an account, or first-party engagement."""

    __tablename__ = "signal"
    __table_args__ = (Index("ix_signal_account_at", "account_id", "at"), Index("ix_signal_at", "at"))

    signal_id: str = Field(primary_key=True)
    account_id: str
    at: datetime
    type: str
    story_id: str
    event_id: str
    program_id: str
    active: bool
    engagement: bool
    points: float
    body: str


class RecommendationRow(Row, table=True):
    """A proposed tier move and what people did with it. ``status`` here counts, not the one in ``body``."""

    __tablename__ = "recommendation"
    __table_args__ = (
        Index("ix_recommendation_account", "account_id", "created_at"),
        Index("ix_recommendation_status", "status", "created_at"),
    )

    recommendation_id: str = Field(primary_key=True)
    account_id: str
    kind: str
    status: str
    created_at: datetime
    expires_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    note: str
    body: str


class DecisionRow(Row, table=True):
    """The record of one decision (event x account), packed, with the hashes it can be replayed by."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_event", "event_id"),
        Index("ix_decision_account", "account_id", "decided_at"),
    )

    decision_id: str = Field(primary_key=True)
    event_id: str
    account_id: str
    story_id: str
    decided_at: datetime
    stopped_by: str
    ruleset: str
    hashes: str
    record_z: bytes = blob()


class ReviewRow(Row, table=True):
    """A name a person is asked about, once per normalised mention."""

    __tablename__ = "review"
    __table_args__ = (Index("ix_review_state", "state", "created_at"),)

    review_id: str = Field(primary_key=True)
    mention: str
    context: str
    candidates: str
    reason: str
    state: str
    answer: str
    created_at: datetime
    answered_by: str
    answered_at: datetime | None


class ReviewEventRow(Row, table=True):
    """The events that wait for an answer."""

    __tablename__ = "review_event"
    __table_args__ = ({"sqlite_with_rowid": False},)

    review_id: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)


class SuggestionRow(Row, table=True):
    """An unmatched subject that may fit the ICP."""

    __tablename__ = "suggestion"
    __table_args__ = (Index("ix_suggestion_rank", "state", "score", "events"),)

    key: str = Field(primary_key=True)
    name: str
    events: int
    score: float
    last_at: datetime
    evidence: str
    state: str


# --- sending ------------------------------------------------------------------------------------------------------


class OutboxEntryRow(Row, table=True):
    """One message to one recipient, waiting or done. ``dossier_z`` is the packed JSON of the dossier."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "due_at", where="state IN ('pending', 'sending')"),
        Index("ix_outbox_created", "created_at", "state"),
        Index("ix_outbox_story", "story_id", where="story_id <> ''"),
    )

    outbox_id: str = Field(primary_key=True)
    channel: str
    recipient: str
    kind: str
    group_key: str
    thread_key: str
    due_at: datetime
    created_at: datetime
    account_id: str
    story_id: str
    decision_id: str
    state: str
    attempts: int
    lease_owner: str
    lease_until: datetime | None
    last_error: str
    sent_at: datetime | None
    reference: str
    dossier_z: bytes = blob()


class DeliveryRow(Row, table=True):
    """One attempt to send one outbox row."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_outbox", "outbox_id"),)

    seq: int = serial()
    outbox_id: str
    at: datetime
    state: str
    channel: str
    recipient: str
    message_id: str
    reference: str
    error: str


class ThreadRow(Row, table=True):
    """The receipt reference of the first message of a thread, per channel and recipient."""

    __tablename__ = "thread"

    channel: str = Field(primary_key=True)
    recipient: str = Field(primary_key=True)
    thread_key: str = Field(primary_key=True)
    reference: str
    created_at: datetime


# --- running ------------------------------------------------------------------------------------------------------


class OperatorAlertRow(Row, table=True):
    """Something wrong with the service itself: at most one open per ``(kind, subject)``."""

    __tablename__ = "operator_alert"
    __table_args__ = (
        Index("uq_operator_alert_open", "kind", "subject", where="resolved_at IS NULL", unique=True),
        Index("ix_operator_alert_opened", "opened_at"),
    )

    seq: int = serial()
    kind: str
    subject: str
    message: str
    opened_at: datetime
    last_at: datetime
    resolved_at: datetime | None
    count: int


class RulesetVersionRow(Row, table=True):
    """Every rule set that ever decided something; ``files_z`` are its texts by name (packed JSON)."""

    __tablename__ = "ruleset_version"

    hash: str = Field(primary_key=True)
    author: str
    first_seen_at: datetime
    last_seen_at: datetime
    source_z: bytes = blob()
    files_z: bytes | None = optional_blob()


class RuleStatRow(Row, table=True):
    """How often a rule was examined and matched: rules that never match are an alarm. ``unmatched``: examined since it last
    matched."""

    __tablename__ = "rule_stat"

    rule_id: str = Field(primary_key=True)
    first_at: datetime
    examined: int = Field(sa_type=BigInteger)
    matched: int = Field(sa_type=BigInteger)
    last_match_at: datetime | None
    unmatched: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class FeedbackRow(Row, table=True):
    """What people said of an alert or recommendation: the source of a rule's precision."""

    __tablename__ = "feedback"
    __table_args__ = (Index("ix_feedback_target", "target_id"),)

    seq: int = serial()
    target_id: str
    rule_ids: str
    verdict: str
    given_by: str
    at: datetime
    note: str


class HostBudgetRow(Row, table=True):
    """What the HTTP door remembers of a host over restarts."""

    __tablename__ = "host_budget"

    host: str = Field(primary_key=True)
    next_at: datetime | None
    frozen_until: datetime | None
    day: date | None
    used: int


class HeartbeatRow(Row, table=True):
    """When a part of the service last showed a sign of life."""

    __tablename__ = "heartbeat"

    name: str = Field(primary_key=True)
    at: datetime


class MetaRow(Row, table=True):
    """Small facts about the database itself: counters of account changes."""

    __tablename__ = "meta"

    key: str = Field(primary_key=True)
    value: str
