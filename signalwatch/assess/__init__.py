"""Stage 2, assess: events are resolved to accounts, join stories and programs, and rules decide; one transaction a batch.

Claiming, gathering and writing share one transaction, so a crash in the middle leaves the events as they were. The
deciding itself (`planning`) is a pure function of what was gathered.
"""

from signalwatch.assess.gathering import Gathered, Knowledge, Resolved, concerned, gather, resolve_event
from signalwatch.assess.planning import Planner, history_of
from signalwatch.assess.ranking import Ranked, rank
from signalwatch.assess.stage import UPKEEP_CHUNK, Assess, AssessReport

__all__ = [
    "UPKEEP_CHUNK", "Assess", "AssessReport", "Gathered", "Knowledge", "Planner", "Ranked", "Resolved", "concerned",
    "gather", "history_of", "rank", "resolve_event",
]  # fmt: skip
