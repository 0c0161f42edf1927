"""What an attribute extractor may look at, and where in a text it should look.

Conventions are LABELS sections 6 and 8: an attribute that is not stated is left out. The text after the title is consulted only
where the title leaves a gap.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from signalwatch.detect.namebook import Name
from signalwatch.detect.names import Finder
from signalwatch.detect.text import Doc


@dataclass(frozen=True, slots=True)
class Context:
    """What an extractor may look at: the document, the match and its clause."""

    doc: Doc
    finder: Finder
    type: str
    start: int
    end: int
    clause: tuple[int, int]
    fixed: Mapping[str, Any]
    regulators: tuple[Name, ...] = ()

    @property
    def lead(self) -> tuple[int, int]:
        """The first sentences of the text (about 700 characters)."""
        start = self.doc.body
        return start, min(len(self.doc.norm), start + 700)


def story(context: Context) -> tuple[int, int] | None:
    """The story of the title that the match stands in (what ``;`` separates); None for a match in the text."""
    for start, end in context.doc.stories():
        if start <= context.start < end:
            return start, end
    return None


def related(context: Context) -> list[tuple[int, int]]:
    """Sentences of the text on the same thing: all the first ones for a single story, else those that share a name."""
    doc = context.doc
    single = len(doc.stories()) == 1
    wanted = set() if single else set(re.findall(r"[A-Z][\w]{3,}", doc.raw[context.clause[0] : context.clause[1]]))
    start, end = context.lead
    found = []
    at = start
    while at < end:
        first, last = doc.clause(at)
        first, last = max(first, start), min(last, end)
        if last > first and (single or any(w in doc.raw[first:last] for w in wanted)):
            found.append((first, last))
        at = max(last, at) + 1
    return found
