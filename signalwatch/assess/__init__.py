"""Stage 2, assess: events are resolved to accounts, join stories and programs, and rules decide; one transaction a batch.

Claiming, gathering and writing share one transaction, so a crash in the middle leaves the events as they were. The
deciding itself (`planning`) is a pure function of what was gathered.
"""

from signalwatch.assess.gathering import HISTORY, Gathered, Knowledge, Resolved, concerned, gather, resolve_event
from signalwatch.assess.planning import Planner
from signalwatch.assess.ranking import Ranked, rank
from signalwatch.assess.stage import Assess, AssessReport

__all__ = [
    "HISTORY", "Assess", "AssessReport", "Gathered", "Knowledge", "Planner", "Ranked", "Resolved", "concerned", "gather", "rank",
    "resolve_event",
]  # fmt: skip
