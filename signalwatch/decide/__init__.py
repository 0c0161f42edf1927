"""Decides one event for one account: rules, scores, tier policy, guards. Pure; see ``decision`` for the order of things."""

from signalwatch.decide.crowding import crowding
from signalwatch.decide.decision import case_of_silence, decide
from signalwatch.decide.guards import guards
from signalwatch.decide.known import facts_of_programs, scored_signal, view_of
from signalwatch.decide.moves import review
from signalwatch.decide.words import STOPPED_BY, why_not, why_not_text

__all__ = [
    "STOPPED_BY", "case_of_silence", "crowding", "decide", "facts_of_programs", "guards", "review", "scored_signal", "view_of",
    "why_not", "why_not_text",
]  # fmt: skip
