"""Changes between two versions beside the status: dates, size, phase, sponsors."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from connectors._ctgov_case import ENDED, Case, dated
from connectors._ctgov_dates import instant, slip
from connectors._ctgov_program import phase_label
from connectors._ctgov_reasons import owner, same_name, sponsor_change_kind
from connectors._ctgov_study import Partial, Study
from connectors._ctgov_text import folded
from signalwatch.sdk import Change, Event, Json, Organisation, Span

_PATHS = {
    "start": "statusModule.startDateStruct",
    "primary_completion": "statusModule.primaryCompletionDateStruct",
    "completion": "statusModule.completionDateStruct",
}


class Moved(msgspec.Struct, frozen=True):
    """One of the three dates that is not what it was: before, after, and the slip in days at the coarser precision."""

    milestone: str
    before: Partial
    after: Partial
    days: int

    @property
    def reached(self) -> bool:
        """Whether an estimate became a fact."""
        return self.before.kind == "ESTIMATED" and self.after.kind == "ACTUAL"

    @property
    def change(self) -> Change:
        """Before and after, for people."""
        return dated(self.milestone, self.before, self.after)


def date_changes(old: Study, new: Study) -> dict[str, Moved]:
    """Dates that really differ: a refined precision alone is no change, an estimate that became a fact is one."""
    found: dict[str, Moved] = {}
    for milestone, before, after in (
        ("primary_completion", old.primary, new.primary),
        ("start", old.start, new.start),
        ("completion", old.completion, new.completion),
    ):
        days = slip(before.date, after.date)
        if days is None:
            continue
        step = Moved(milestone, before, after, days)
        if days or step.reached:
            found[milestone] = step
    return found


def date_events(case: Case, moved: Mapping[str, Moved], told: set[str]) -> list[Event]:
    """Slips of planned dates, milestones reached, and corrections of dates that were already facts.

    ``told`` names the dates that another event of this version carries already.
    """
    new = case.study
    left = [step for name, step in moved.items() if name not in told]
    settled = new.status in ENDED
    reached = [step for step in left if step.reached]
    planned = [step for step in left if step.days and not step.reached and step.after.kind != "ACTUAL" and not settled]
    corrected = [step for step in left if step not in reached and step not in planned]
    events = []
    if planned:
        main = max(planned, key=lambda step: (step.milestone == "primary_completion", abs(step.days)))
        attributes: dict[str, Json] = {
            "days": main.days,
            "milestone": main.milestone,
            "direction": "later" if main.days > 0 else "earlier",
            "slips": {step.milestone: step.days for step in planned},
            "status": new.status.lower(),
        }
        span = Span(field=_PATHS[main.milestone], text=main.after.date)
        changes = [step.change for step in planned]
        events.append(case.event("trial_delay", f"dates@{case.stamp}", attributes, changes=changes, span=span))
    for kind, steps in (("milestone", reached), ("date_corrected", corrected)):
        if not steps:
            continue
        attributes = {
            "kind": kind,
            "milestone": steps[0].milestone,
            "milestones": [step.milestone for step in steps],
            "days": steps[0].days or None,
            "status": new.status.lower(),
        }
        events.append(
            case.event(
                "trial_status_change",
                f"{kind}@{case.stamp}",
                attributes,
                changes=[step.change for step in steps],
                span=Span(field=_PATHS[steps[0].milestone], text=steps[0].after.date),
                occurred_at=instant(steps[0].after.date) if kind == "milestone" else None,
            )
        )
    return events


def growth(case: Case, old: Study, *, started: bool) -> list[Event]:
    """More participants, countries or sites than before, if materially so; or far fewer participants planned.

    Material is a tenth more participants (and ten people, or a quarter of a small study), any new country, or a
    quarter more sites (and three). Sites of a study that starts in this very version are part of its start.
    """
    if case.study.status in ENDED:
        return []
    events, changes, attributes = _participants(case, old)
    path = "designModule.enrollmentInfo" if changes else "contactsLocationsModule.locations"
    if not started:
        shown, about = _places(old, case.study)
        kind = about.get("kind") if about.get("kind") == "countries" else attributes.get("kind") or about.get("kind")
        changes, attributes = changes + shown, about | attributes | {"kind": kind}
    if changes:
        attributes["status"] = case.study.status.lower()
        new = ", ".join(attributes.get("new_countries") or ())
        span = Span(field="contactsLocationsModule.locations" if new else path, text=new or str(changes[0].after))
        events.append(case.event("trial_expansion", case.stamp, attributes, changes=changes, span=span))
    return events


def _participants(case: Case, old: Study) -> tuple[list[Event], list[Change], dict[str, Json]]:
    new = case.study
    before, after = old.enrollment, new.enrollment
    if not before or not after or before == after or new.enrollment_kind == "ACTUAL":
        return [], [], {}
    added, percent = after - before, round(100 * (after - before) / before)
    change = Change(field="enrollment", before=before, after=after)
    if added >= 5 and percent >= (10 if added >= 10 else 25):
        return [], [change], {"kind": "enrollment", "added": added, "percent": percent}
    if percent > -25:
        return [], [], {}
    about = {"kind": "enrollment_reduced", "percent": percent, "status": new.status.lower()}
    span = Span(field="designModule.enrollmentInfo", text=str(after))
    return [case.event("trial_status_change", f"enrollment@{case.stamp}", about, changes=[change], span=span)], [], {}


def _places(old: Study, new: Study) -> tuple[list[Change], dict[str, Json]]:
    if not old.sites or not new.sites:
        return [], {}
    countries = [country for country in new.sites if country not in old.sites]
    more = new.site_count - old.site_count
    if not countries and (more < 3 or more * 4 < old.site_count):
        return [], {}
    changes = [Change(field="sites", before=old.site_count, after=new.site_count)]
    about: dict[str, Json] = {"kind": "sites", "sites": new.site_count, "new_sites": max(more, 0)}
    if countries:
        changes.insert(0, Change(field="countries", before=", ".join(old.sites), after=", ".join(new.sites)))
        about |= {"kind": "countries", "new_countries": countries}
    return changes, about


def phase_events(case: Case, old: Study) -> list[Event]:
    """A later phase is an advance; an earlier one only a change of the record."""
    before, after = phase_label(old.phases), phase_label(case.study.phases)
    if not before or not after or before == after:
        return []
    up = _rank(after) > _rank(before)
    attributes = {"from": before, "to": after} if up else {"kind": "phase", "phase_before": before}
    return [
        case.event(
            "trial_phase_advance" if up else "trial_status_change",
            f"phase:{before}>{after}@{case.stamp}",
            attributes,
            changes=[Change(field="phase", before=before, after=after)],
            span=Span(field="designModule.phases", text=", ".join(case.study.phases)),
        )
    ]


def _rank(label: str) -> float:
    numbers = [int(n) for n in label.split("/")]
    return sum(numbers) / len(numbers)


def sponsor_events(case: Case, old: Study) -> list[Event]:
    """Another lead sponsor, or a new industry partner."""
    new = case.study
    events = []
    if old.lead and new.lead and not same_name(old.lead.name, new.lead.name):
        partners = {folded(party.name) for party in old.collaborators}
        kind = sponsor_change_kind(
            old.lead.name, new.lead.name, was_collaborator=folded(new.lead.name) in partners,
            classes=(old.lead.kind, new.lead.kind),
        )  # fmt: skip
        parent = owner(new.lead.name)
        others = tuple(o for o in case.organisations if o.name not in (new.lead.name, old.lead.name))
        events.append(
            case.event(
                "sponsor_change",
                f"{folded(old.lead.name)}>{folded(new.lead.name)}@{case.stamp}",
                {
                    "from": old.lead.name,
                    "to": new.lead.name,
                    "kind": kind,
                    "owner": parent,
                    "status": new.status.lower(),
                },
                changes=[Change(field="lead sponsor", before=old.lead.name, after=new.lead.name)],
                span=Span(field="sponsorCollaboratorsModule.leadSponsor", text=new.lead.name),
                parties=(
                    Organisation(name=new.lead.name, role="subject", kind=new.lead.kind),
                    Organisation(name=old.lead.name, role="counterparty", kind=old.lead.kind),
                    *((Organisation(name=parent, role="other"),) if parent else ()),
                    *others,
                ),
            )
        )
    if old.lead is None:  # a sparse record: who is new cannot be told
        return events
    known = {folded(party.name) for party in (*old.collaborators, old.lead)}
    added = [p for p in new.collaborators if p.kind == "INDUSTRY" and folded(p.name) not in known]
    if added:
        before, after = (", ".join(p.name for p in study.collaborators) for study in (old, new))
        events.append(
            case.event(
                "trial_status_change",
                f"partner:{'+'.join(sorted(folded(p.name) for p in added))}@{case.stamp}",
                {"kind": "partner_added", "partners": [p.name for p in added], "status": new.status.lower()},
                changes=[Change(field="collaborators", before=before or None, after=after)],
                span=Span(field="sponsorCollaboratorsModule.collaborators", text=added[0].name),
            )
        )
    return events
