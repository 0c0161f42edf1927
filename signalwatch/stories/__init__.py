"""Which events are the same happening, and which program they are about. Pure.

Events of one family, one organisation (or pair), compatible attributes and near dates are one story, whatever the
source (design.md section 7). Candidates are found by blocking keys; a contradiction keeps two stories apart.
"""

from __future__ import annotations

from signalwatch.stories.advance import phase_advance
from signalwatch.stories.assigning import assign, corrected_since, keys_of, stands, takes_back
from signalwatch.stories.known import NOBODY, Known
from signalwatch.stories.programs import program_of
from signalwatch.stories.spelling import name_words
from signalwatch.stories.steps import LONGEST_WINDOW, family, window

__all__ = [
    "LONGEST_WINDOW", "NOBODY", "Known", "assign", "corrected_since", "family", "keys_of", "name_words", "phase_advance",
    "program_of", "stands", "takes_back", "window",
]  # fmt: skip
