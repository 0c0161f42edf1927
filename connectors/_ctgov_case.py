"""One version of a study as its events share it, and how changes are shown to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from connectors._ctgov_study import Partial, Study
from signalwatch.sdk import Change, Event, Json, Organisation, ProgramRef, Span

RUNNING = frozenset({"RECRUITING", "ENROLLING_BY_INVITATION", "ACTIVE_NOT_RECRUITING"})
STOPPED = frozenset({"TERMINATED", "WITHDRAWN", "SUSPENDED"})
ENDED = frozenset({"COMPLETED", "TERMINATED", "WITHDRAWN"})
UNSTARTED = frozenset({"NOT_YET_RECRUITING", "WITHHELD"})
_LABELS = {"start": "start date", "primary_completion": "primary completion date", "completion": "completion date"}


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a study with all that its events share. ``stamp`` tells equal transitions at other times apart."""

    study: Study
    published_at: datetime | None
    stamp: str
    organisations: tuple[Organisation, ...]
    program: ProgramRef

    def event(
        self,
        type_: str,
        discriminator: str,
        attributes: Mapping[str, Json],
        *,
        changes: Sequence[Change] = (),
        span: Span | None = None,
        occurred_at: datetime | None = None,
        published_at: datetime | None = None,
        parties: tuple[Organisation, ...] | None = None,
        correction: bool = False,
    ) -> Event:
        """An event of this study. Attributes that are None, "" or empty are left out: unstated is not guessed."""
        study = self.study
        common: dict[str, Any] = {
            "phase": self.program.phase,
            "enrollment": study.enrollment,
            "conditions": list(study.conditions[:8]),
            "countries": list(study.sites)[:40],
            "study_type": study.study_type.lower(),
        }
        published = published_at or self.published_at
        occurred = occurred_at or published
        if occurred and published and occurred > published:
            occurred = published
        stated = {
            k: v for k, v in (common | dict(attributes)).items() if v is not None and v != "" and v != [] and v != {}
        }
        return Event(
            type=type_,
            discriminator=discriminator,
            occurred_at=occurred,
            published_at=published,
            organisations=self.organisations if parties is None else parties,
            attributes=stated,
            program=self.program,
            changes=tuple(changes),
            span=span or Span(field="identificationModule.briefTitle", text=study.title),
            pattern=f"clinicaltrials:{type_}",
            correction=correction,
        )


def status_text(value: str) -> str:
    """``NOT_YET_RECRUITING`` as ``Not yet recruiting``."""
    return value.replace("_", " ").capitalize()


def dated(milestone: str, before: Partial | None, after: Partial) -> Change:
    """The change of one of the study's dates: ``2026-03 (estimated)`` to ``2026-04-02 (actual)``."""
    return Change(field=_LABELS[milestone], before=_date_text(before) if before else None, after=_date_text(after))


def _date_text(value: Partial) -> str:
    return f"{value.date} ({value.kind.lower()})" if value.kind else value.date
