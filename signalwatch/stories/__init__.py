"""Which events are the same happening, and which program they are about. Pure.

Events of one family, one organisation (or pair), compatible attributes and near dates are one story, whatever the
source (design.md section 7). Candidates are found by blocking keys; a contradiction keeps two stories apart.
"""

from __future__ import annotations

from signalwatch.stories.assigning import assign, keys_of, takes_back
from signalwatch.stories.features import name_words
from signalwatch.stories.judge import LONGEST_WINDOW, family, window
from signalwatch.stories.programs import phase_advance, program_of

__all__ = [
    "LONGEST_WINDOW", "assign", "family", "keys_of", "name_words", "phase_advance", "program_of", "takes_back", "window",
]  # fmt: skip
