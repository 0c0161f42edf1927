"""The first schema

Revision 0001: sources, documents, events, stories, accounts, signals, decisions, outbox and what runs them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString as String
from sqlmodel.sql.sqltypes import UTCDateTime as UtcDateTime

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table of the first version."""
    op.create_table(
        "account",
        sa.Column("account_id", String(), nullable=False),
        sa.Column("name", String(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("tier_since", UtcDateTime(), nullable=True),
        sa.Column("owner", String(), nullable=False),
        sa.Column("fingerprint", String(), nullable=False),
        sa.Column("activity", sa.Float(), nullable=False),
        sa.Column("fit", sa.Float(), nullable=True),
        sa.Column("scored_at", UtcDateTime(), nullable=True),
        sa.Column("below_leave_since", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("body", String(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_account"),
    )
    op.create_index("ix_account_tier_activity", "account", ["tier", "activity", "account_id"])

    op.create_table(
        "decision",
        sa.Column("decision_id", String(), nullable=False),
        sa.Column("event_id", String(), nullable=False),
        sa.Column("account_id", String(), nullable=False),
        sa.Column("story_id", String(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("stopped_by", String(), nullable=False),
        sa.Column("ruleset", String(), nullable=False),
        sa.Column("hashes", String(), nullable=False),
        sa.Column("record_z", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name="pk_decision"),
    )
    op.create_index("ix_decision_account", "decision", ["account_id", "decided_at"])
    op.create_index("ix_decision_event", "decision", ["event_id"])

    op.create_table(
        "delivery",
        sa.Column("seq", BigId, autoincrement=True, nullable=False),
        sa.Column("outbox_id", String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("state", String(), nullable=False),
        sa.Column("channel", String(), nullable=False),
        sa.Column("recipient", String(), nullable=False),
        sa.Column("message_id", String(), nullable=False),
        sa.Column("reference", String(), nullable=False),
        sa.Column("error", String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_delivery"),
    )
    op.create_index("ix_delivery_outbox", "delivery", ["outbox_id"])

    op.create_table(
        "document",
        sa.Column("seq", BigId, autoincrement=True, nullable=False),
        sa.Column("document_id", String(), nullable=False),
        sa.Column("connector", String(), nullable=False),
        sa.Column("key", String(), nullable=False),
        sa.Column("version", String(), nullable=False),
        sa.Column("kind", String(), nullable=False),
        sa.Column("fingerprint", String(), nullable=False),
        sa.Column("source_id", String(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("content_type", String(), nullable=False),
        sa.Column("url", String(), nullable=False),
        sa.Column("title", String(), nullable=False),
        sa.Column("meta", String(), nullable=False),
        sa.Column("text_z", sa.LargeBinary(), nullable=False),
        sa.Column("payload_z", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_document"),
        sa.UniqueConstraint("connector", "key", "version", name="uq_document_connector_key_version"),
        sa.UniqueConstraint("document_id", name="uq_document_document_id"),
    )
    op.create_index("ix_document_first_seen", "document", ["first_seen_at"])

    op.create_table(
        "document_head",
        sa.Column("connector", String(), nullable=False),
        sa.Column("key", String(), nullable=False),
        sa.Column("document_id", String(), nullable=False),
        sa.Column("version", String(), nullable=False),
        sa.Column("fingerprint", String(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("last_read_at", UtcDateTime(), nullable=False),
        sa.Column("kind", String(), nullable=False),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("connector", "key", name="pk_document_head"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_document_head_watched",
        "document_head",
        ["connector", "last_read_at"],
        sqlite_where=sa.text("watched"),
        postgresql_where=sa.text("watched"),
    )

    op.create_table(
        "event",
        sa.Column("event_id", String(), nullable=False),
        sa.Column("type", String(), nullable=False),
        sa.Column("state", String(), nullable=False),
        sa.Column("connector", String(), nullable=False),
        sa.Column("document_key", String(), nullable=False),
        sa.Column("document_id", String(), nullable=False),
        sa.Column("source_id", String(), nullable=False),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("correction", sa.Boolean(), nullable=False),
        sa.Column("story_id", String(), nullable=False),
        sa.Column("outcome", String(), nullable=False),
        sa.Column("reason", String(), nullable=False),
        sa.Column("account_ids", String(), nullable=False),
        sa.Column("assessed_at", UtcDateTime(), nullable=True),
        sa.Column("body", String(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_event"),
    )
    op.create_index("ix_event_document", "event", ["connector", "document_key"])
    op.create_index(
        "ix_event_failed",
        "event",
        ["ordered_at"],
        sqlite_where=sa.text("state = 'failed'"),
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index(
        "ix_event_held",
        "event",
        ["ordered_at"],
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index(
        "ix_event_new",
        "event",
        ["ordered_at", "event_id", "first_seen_at"],
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index("ix_event_ordered", "event", ["ordered_at"])
    op.create_index(
        "ix_event_story",
        "event",
        ["story_id"],
        sqlite_where=sa.text("story_id <> ''"),
        postgresql_where=sa.text("story_id <> ''"),
    )
    op.create_index("ix_event_type", "event", ["type", "ordered_at"])

    op.create_table(
        "feedback",
        sa.Column("seq", BigId, autoincrement=True, nullable=False),
        sa.Column("target_id", String(), nullable=False),
        sa.Column("rule_ids", String(), nullable=False),
        sa.Column("verdict", String(), nullable=False),
        sa.Column("given_by", String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("note", String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_feedback"),
    )
    op.create_index("ix_feedback_target", "feedback", ["target_id"])

    op.create_table(
        "heartbeat",
        sa.Column("name", String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_heartbeat"),
    )
    op.create_table(
        "host_budget",
        sa.Column("host", String(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("frozen_until", UtcDateTime(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_host_budget"),
    )
    op.create_table(
        "meta",
        sa.Column("key", String(), nullable=False),
        sa.Column("value", String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.create_table(
        "operator_alert",
        sa.Column("seq", BigId, autoincrement=True, nullable=False),
        sa.Column("kind", String(), nullable=False),
        sa.Column("subject", String(), nullable=False),
        sa.Column("message", String(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_operator_alert"),
    )
    op.create_index("ix_operator_alert_opened", "operator_alert", ["opened_at"])
    op.create_index(
        "uq_operator_alert_open",
        "operator_alert",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    )

    op.create_table(
        "outbox",
        sa.Column("outbox_id", String(), nullable=False),
        sa.Column("channel", String(), nullable=False),
        sa.Column("recipient", String(), nullable=False),
        sa.Column("kind", String(), nullable=False),
        sa.Column("group_key", String(), nullable=False),
        sa.Column("thread_key", String(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("account_id", String(), nullable=False),
        sa.Column("story_id", String(), nullable=False),
        sa.Column("decision_id", String(), nullable=False),
        sa.Column("state", String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_owner", String(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("last_error", String(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("reference", String(), nullable=False),
        sa.Column("dossier_z", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("outbox_id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_created", "outbox", ["created_at", "state"])
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["due_at"],
        sqlite_where=sa.text("state IN ('pending', 'sending')"),
        postgresql_where=sa.text("state IN ('pending', 'sending')"),
    )
    op.create_index(
        "ix_outbox_story",
        "outbox",
        ["story_id"],
        sqlite_where=sa.text("story_id <> ''"),
        postgresql_where=sa.text("story_id <> ''"),
    )

    op.create_table(
        "program",
        sa.Column("program_id", String(), nullable=False),
        sa.Column("account_id", String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("body", String(), nullable=False),
        sa.PrimaryKeyConstraint("program_id", name="pk_program"),
    )
    op.create_index("ix_program_account", "program", ["account_id"])

    op.create_table(
        "quarantine",
        sa.Column("quarantine_id", String(), nullable=False),
        sa.Column("source_id", String(), nullable=False),
        sa.Column("key", String(), nullable=False),
        sa.Column("reason", String(), nullable=False),
        sa.Column("url", String(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("payload_z", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("quarantine_id", name="pk_quarantine"),
    )
    op.create_index("ix_quarantine_at", "quarantine", ["first_seen_at"])

    op.create_table(
        "recommendation",
        sa.Column("recommendation_id", String(), nullable=False),
        sa.Column("account_id", String(), nullable=False),
        sa.Column("kind", String(), nullable=False),
        sa.Column("status", String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", String(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("note", String(), nullable=False),
        sa.Column("body", String(), nullable=False),
        sa.PrimaryKeyConstraint("recommendation_id", name="pk_recommendation"),
    )
    op.create_index("ix_recommendation_account", "recommendation", ["account_id", "created_at"])
    op.create_index("ix_recommendation_status", "recommendation", ["status", "created_at"])

    op.create_table(
        "review",
        sa.Column("review_id", String(), nullable=False),
        sa.Column("mention", String(), nullable=False),
        sa.Column("context", String(), nullable=False),
        sa.Column("candidates", String(), nullable=False),
        sa.Column("reason", String(), nullable=False),
        sa.Column("state", String(), nullable=False),
        sa.Column("answer", String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("answered_by", String(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("review_id", name="pk_review"),
    )
    op.create_index("ix_review_state", "review", ["state", "created_at"])

    op.create_table(
        "review_event",
        sa.Column("review_id", String(), nullable=False),
        sa.Column("event_id", String(), nullable=False),
        sa.PrimaryKeyConstraint("review_id", "event_id", name="pk_review_event"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rule_stat",
        sa.Column("rule_id", String(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("examined", sa.BigInteger(), nullable=False),
        sa.Column("matched", sa.BigInteger(), nullable=False),
        sa.Column("last_match_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("rule_id", name="pk_rule_stat"),
    )
    op.create_table(
        "ruleset_version",
        sa.Column("hash", String(), nullable=False),
        sa.Column("author", String(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("source_z", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_ruleset_version"),
    )
    op.create_table(
        "signal",
        sa.Column("signal_id", String(), nullable=False),
        sa.Column("account_id", String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("type", String(), nullable=False),
        sa.Column("story_id", String(), nullable=False),
        sa.Column("event_id", String(), nullable=False),
        sa.Column("program_id", String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("engagement", sa.Boolean(), nullable=False),
        sa.Column("points", sa.Float(), nullable=False),
        sa.Column("body", String(), nullable=False),
        sa.PrimaryKeyConstraint("signal_id", name="pk_signal"),
    )
    op.create_index("ix_signal_account_at", "signal", ["account_id", "at"])
    op.create_index("ix_signal_at", "signal", ["at"])

    op.create_table(
        "source",
        sa.Column("source_id", String(), nullable=False),
        sa.Column("connector", String(), nullable=False),
        sa.Column("title", String(), nullable=False),
        sa.Column("every_s", sa.Float(), nullable=False),
        sa.Column("cadence_s", sa.Float(), nullable=True),
        sa.Column("settings_hash", String(), nullable=False),
        sa.Column("backfill", sa.Boolean(), nullable=False),
        sa.Column("cursor", String(), nullable=False),
        sa.Column("validators", String(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("last_attempt_at", UtcDateTime(), nullable=True),
        sa.Column("last_success_at", UtcDateTime(), nullable=True),
        sa.Column("last_new_at", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", String(), nullable=False),
        sa.Column("lease_owner", String(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", name="pk_source"),
    )
    op.create_index(
        "ix_source_due", "source", ["due_at"], sqlite_where=sa.text("enabled"), postgresql_where=sa.text("enabled")
    )

    op.create_table(
        "story",
        sa.Column("story_id", String(), nullable=False),
        sa.Column("type", String(), nullable=False),
        sa.Column("status", String(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("body", String(), nullable=False),
        sa.PrimaryKeyConstraint("story_id", name="pk_story"),
    )
    op.create_index("ix_story_last", "story", ["last_at"])

    op.create_table(
        "story_key",
        sa.Column("key", String(), nullable=False),
        sa.Column("story_id", String(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", "story_id", name="pk_story_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "suggestion",
        sa.Column("key", String(), nullable=False),
        sa.Column("name", String(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("evidence", String(), nullable=False),
        sa.Column("state", String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_suggestion"),
    )
    op.create_index("ix_suggestion_rank", "suggestion", ["state", "score", "events"])

    op.create_table(
        "thread",
        sa.Column("channel", String(), nullable=False),
        sa.Column("recipient", String(), nullable=False),
        sa.Column("thread_key", String(), nullable=False),
        sa.Column("reference", String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "recipient", "thread_key", name="pk_thread"),
    )
    op.create_table(
        "tier_change",
        sa.Column("seq", BigId, autoincrement=True, nullable=False),
        sa.Column("account_id", String(), nullable=False),
        sa.Column("from_tier", sa.Integer(), nullable=True),
        sa.Column("to_tier", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", String(), nullable=False),
        sa.Column("reason", String(), nullable=False),
        sa.Column("recommendation_id", String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_tier_change"),
    )
    op.create_index("ix_tier_change_account", "tier_change", ["account_id", "at"])


def downgrade() -> None:
    """Not offered: restore a backup instead (signalwatch db backup)."""
    raise RuntimeError("going back to an older schema is not offered; restore a backup")
