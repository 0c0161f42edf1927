"""What a study record states, given the version we had: pure, and silent about noise.

Between two versions only fields that matter are compared, and only where both versions say something: a block that is
missing (a sparse reply, a lagging derivation) is no change. On first contact the record's own dated facts are stated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from connectors._ctgov_case import ENDED, RUNNING, STOPPED, UNSTARTED, Case, dated, status_text
from connectors._ctgov_changes import Moved, date_changes, date_events, growth, phase_events, sponsor_events
from connectors._ctgov_dates import instant
from connectors._ctgov_program import organisations, program
from connectors._ctgov_reasons import reason_class
from connectors._ctgov_study import Study
from signalwatch.sdk import Change, Event, Json, Span

_RECENT = timedelta(days=365)  # on first contact, older facts are history, not news


def events_of(new: Study, old: Study | None, meta: Mapping[str, Json], published_at: datetime | None) -> list[Event]:
    """The events that ``new`` states.

    Args:
        new, old: the record now and as it was stored before (None on first contact).
        meta: the document's meta, with MeSH headings.
        published_at: when this version was published, as far as known to the poll; used where the registry changed a
            record without moving its update date.
    """
    posted = instant(new.last_update)
    moved = old is None or new.last_update != old.last_update
    published = posted if moved and posted else (published_at or posted)
    case = Case(
        study=new,
        published_at=published,
        stamp=new.last_update if moved else (published.date().isoformat() if published else ""),
        organisations=organisations(new),
        program=program(new, meta),
    )
    return _first_contact(case) if old is None else _between(case, old)


# --- first contact ----------------------------------------------------------------------------------------------------


def _first_contact(case: Case) -> list[Event]:
    """The registration, and what else the record dates within the last year.

    The publication time of such a fact is not known; the earliest possible one is given (the fact's own date, or the
    registration if that came later), so that history stays quiet and yesterday's start does not.
    """
    study = case.study
    registered = instant(study.first_post) or case.published_at
    shown = [Change(field="status", after=status_text(study.status))] if study.status else []
    about = {"status": study.status.lower()}
    events = [case.event("trial_registered", "", about, changes=shown, occurred_at=registered, published_at=registered)]

    def known(at: datetime | None) -> datetime | None:
        return max(filter(None, (at, registered)), default=None)

    started = instant(study.start.date) if study.start.kind != "ESTIMATED" else None
    if study.status in RUNNING and _is_recent(started, case):
        events.append(_start(case, "", started, known(started), [dated("start", None, study.start)]))
    ended = instant(study.completion.date) if study.completion.kind == "ACTUAL" else None
    if study.status == "COMPLETED" and _is_recent(ended, case):
        shown = [dated("completion", None, study.completion)]
        events.append(
            case.event("trial_completed", "", about, changes=shown, occurred_at=ended, published_at=known(ended))
        )
    if study.status in STOPPED:
        at = ended if study.status == "TERMINATED" and ended else case.published_at
        if _is_recent(at, case):
            events.append(_setback(case, "", None, at, known(at)))
    posted = instant(study.results_post)
    if _is_recent(posted, case):
        events.append(_results(case, posted))
    return events


def _is_recent(at: datetime | None, case: Case) -> bool:
    latest = case.published_at
    return at is not None and latest is not None and latest - _RECENT <= at <= latest + timedelta(days=1)


# --- between two versions ---------------------------------------------------------------------------------------------


def _between(case: Case, old: Study) -> list[Event]:
    new = case.study
    events: list[Event] = []
    moved = date_changes(old, new)
    told: set[str] = set()
    started = False
    if new.status and old.status and new.status != old.status:
        events, told, started = _status_events(case, old, moved)
    elif new.why and new.why != old.why and new.status in STOPPED:
        events.append(_reason_given(case, old))
    events += date_events(case, moved, told)
    events += growth(case, old, started=started)
    events += phase_events(case, old)
    events += sponsor_events(case, old)
    if not old.results_post and (new.results_post or (new.has_results and not old.has_results)):
        events.append(_results(case, None))
    return events


def _status_events(case: Case, old: Study, moved: Mapping[str, Moved]) -> tuple[list[Event], set[str], bool]:
    """The change of the overall status and what it means.

    Also answers which moved dates are told by it, and whether it is the start of the study.
    """
    new, stamp = case.study, case.stamp
    was = old.last_known if old.status == "UNKNOWN" and old.last_known else old.status
    reverted = _is_reversal(old.status, new.status)
    changes = [Change(field="status", before=status_text(old.status), after=status_text(new.status))]
    if new.why and new.why != old.why:
        changes.append(Change(field="why stopped", before=old.why or None, after=new.why))
    reason, detail = reason_class(new.why) if new.status in STOPPED else ("", "")
    about: dict[str, Json] = {
        "kind": "status",
        "from": old.status.lower(),
        "to": new.status.lower(),
        "status": new.status.lower(),
        "why_stopped": new.why if new.status in STOPPED else "",
        "reason": reason,
        "reason_detail": detail,
    }
    if old.status == "SUSPENDED" and new.status in RUNNING:
        about["resumed"] = True
    if new.status == "UNKNOWN":  # the registry does this by itself when a record was not confirmed for two years
        about |= {"by_registry": True, "last_known": (new.last_known or old.status).lower()}
    span = Span(field="statusModule.overallStatus", text=new.status)
    key = f"{old.status}>{new.status}@{stamp}"
    events = [case.event("trial_status_change", key, about, changes=changes, span=span, correction=reverted)]
    told: set[str] = set()
    started = False
    if reverted:
        undone = "trial_start" if old.status in RUNNING else "trial_setback"
        undone = "trial_completed" if old.status == "COMPLETED" else undone
        note = {"reverted": True, "status": new.status.lower()}
        events.append(case.event(undone, f"reverted@{stamp}", note, changes=changes, span=span, correction=True))
        told = set(moved)
    elif new.status in RUNNING and was in UNSTARTED:
        started = True
        told = {"start"} & set(moved)
        at = instant(new.start.date) if new.start.kind != "ESTIMATED" else None
        events.append(_start(case, stamp, at, None, changes + [moved[name].change for name in told]))
    elif new.status == "COMPLETED":
        told = set(moved)
        at = next((instant(d.date) for d in (new.completion, new.primary) if d.kind == "ACTUAL" and d.date), None)
        shown = changes + [step.change for step in moved.values()]
        note = {"status": "completed"}
        events.append(case.event("trial_completed", stamp, note, changes=shown, span=span, occurred_at=at))
    if new.status in STOPPED:
        told = set(moved)
        events.append(_setback(case, stamp, old, None, None))
    if new.status == "WITHDRAWN":  # nobody was ever enrolled: what was told of its registration or start is void
        note = {"status": "withdrawn"}
        events.append(
            case.event("trial_registered", f"withdrawn@{stamp}", note, changes=changes, span=span, correction=True)
        )
    return events, told, started


def _is_reversal(before: str, after: str) -> bool:
    """Whether a status takes back one that should have been final, or a start."""
    if before in ENDED:
        return after in RUNNING | UNSTARTED | {"SUSPENDED"}
    return before in RUNNING and after in UNSTARTED


def _start(
    case: Case, discriminator: str, at: datetime | None, published: datetime | None, changes: Sequence[Change]
) -> Event:
    study = case.study
    about = {"status": study.status.lower(), "sites": study.site_count or None}
    span = Span(field="statusModule.overallStatus", text=study.status)
    return case.event(
        "trial_start", discriminator, about, changes=changes, occurred_at=at, published_at=published, span=span
    )


def _setback(
    case: Case, discriminator: str, old: Study | None, at: datetime | None, published: datetime | None
) -> Event:
    """Terminated, withdrawn or suspended, with the reason given and its class."""
    study = case.study
    reason, detail = reason_class(study.why)
    changes = [Change(field="status", before=status_text(old.status) if old else None, after=status_text(study.status))]
    span = Span(field="statusModule.overallStatus", text=study.status)
    if study.why:
        changes.append(Change(field="why stopped", before=(old.why or None) if old else None, after=study.why))
        span = Span(field="statusModule.whyStopped", text=study.why)
    return case.event(
        "trial_setback",
        discriminator,
        {
            "kind": study.status.lower(),
            "status": study.status.lower(),
            "why_stopped": study.why,
            "reason": reason or "other",
            "reason_detail": detail,
        },
        changes=changes,
        occurred_at=at,
        published_at=published,
        span=span,
    )


def _reason_given(case: Case, old: Study) -> Event:
    """A stopped study now says why, or says it differently."""
    why = case.study.why
    reason, detail = reason_class(why)
    return case.event(
        "trial_status_change",
        f"reason@{case.stamp}",
        {
            "kind": "reason",
            "status": case.study.status.lower(),
            "why_stopped": why,
            "reason": reason,
            "reason_detail": detail,
        },
        changes=[Change(field="why stopped", before=old.why or None, after=why)],
        span=Span(field="statusModule.whyStopped", text=why),
    )


def _results(case: Case, published: datetime | None) -> Event:
    posted = case.study.results_post
    return case.event(
        "results_posted",
        "",
        {"status": case.study.status.lower()},
        occurred_at=instant(posted),
        published_at=published,
        changes=[Change(field="results first posted", after=posted or "yes")],
        span=Span(field="statusModule.resultsFirstPostDateStruct", text=posted),
    )
