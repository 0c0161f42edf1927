"""Steps for backtests, statistics of conditions, texts of rule sets

Revision 0002: what was learned with each decision (`step`), how often each condition failed first (`condition_stat`), how
often a rule was examined since it last matched, and the files of a rule-set version.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString as String
from sqlmodel.sql.sqltypes import UTCDateTime as UtcDateTime

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and columns; steps of older decisions are read from their records."""
    op.create_table(
        "step",
        sa.Column("seq", BigId, autoincrement=True, nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("body", String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_step"),
    )
    op.create_index("ix_step_decided", "step", ["decided_at"])
    op.create_table(
        "condition_stat",
        sa.Column("rule_id", String(), nullable=False),
        sa.Column("path", String(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "path", name="pk_condition_stat"),
        sqlite_with_rowid=False,
    )
    op.add_column("ruleset_version", sa.Column("files_z", sa.LargeBinary(), nullable=True))
    op.add_column("rule_stat", sa.Column("unmatched", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    """Not offered: restore a backup instead (signalwatch db backup)."""
    raise RuntimeError("going back to an older schema is not offered; restore a backup")
