"""Tables of what rules did and what they were put to; part of `tables`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from signalwatch.store.columns import Index, Row, serial


class StepRow(Row, table=True):
    """What was learned with a decision, without what depends on rules: what a backtest goes through. ``seq`` is the order
    in which the service learned."""

    __tablename__ = "step"
    __table_args__ = (Index("ix_step_decided", "decided_at"),)

    seq: int = serial()
    decided_at: datetime
    body: str


class ConditionStatRow(Row, table=True):
    """How often a condition of a rule was the first that failed."""

    __tablename__ = "condition_stat"
    __table_args__ = ({"sqlite_with_rowid": False},)

    rule_id: str = Field(primary_key=True)
    path: str = Field(primary_key=True)
    failed: int = Field(sa_type=BigInteger)
    last_at: datetime
