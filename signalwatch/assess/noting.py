"""What an event leaves for people to answer: a held name, or a company that may belong on the list. Pure."""

from __future__ import annotations

from datetime import datetime

from signalwatch import ids, stories
from signalwatch.accounts import no_target
from signalwatch.model import Event, Match, Organisation
from signalwatch.store.records import ReviewItem, Sighting, Suggestion

_KEPT = ("amount", "currency", "series", "phase", "countries", "industry", "status", "kind", "designation", "outcome")
"""Attributes that fit and points depend on."""


def question(event: Event, organisation: Organisation, match: Match, now: datetime) -> ReviewItem:
    """The question which account a held name means, with the sentence it stands in."""
    sentence = event.span.text if event.span.field in ("title", "text", "body") else ""
    context = event.title if not sentence or sentence in event.title else f"{event.title} \u2013 {sentence}"
    return ReviewItem(
        review_id=ids.digest("review", organisation.name.casefold().strip()),
        mention=organisation.name,
        context=context[:500],
        candidates=match.candidates,
        reason=match.reason,
        event_ids=(event.event_id,),
        created_at=now,
    )


def sighted(event: Event, organisation: Organisation, story_id: str) -> Suggestion | None:
    """An unmatched company as an event shows it; None for whoever cannot be a target (clinics, agencies, funds, shells)."""
    if event.correction or no_target(organisation, str(event.attributes.get("industry") or "")):
        return None
    key = " ".join(stories.name_words(organisation.name))
    if not key:
        return None
    program = event.program
    facts = {name: event.attributes[name] for name in _KEPT if event.attributes.get(name) not in (None, "", [], ())}
    seen = Sighting(
        event_id=event.event_id,
        story_id=story_id,
        type=event.type,
        at=event.at,
        title=event.title[:200],
        url=event.url,
        cik=organisation.cik,
        facts=facts,
        areas=program.areas if program is not None else (),
        modalities=program.modalities if program is not None else (),
        phase=program.phase if program is not None else str(event.attributes.get("phase") or ""),
    )
    return Suggestion(name=organisation.name, key=key, sightings=(seen,))
