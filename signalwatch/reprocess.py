"""The past, on purpose: backfill of a source, and detection, resolution or rules run again over what is stored.

Reprocessing is quiet: it corrects what is stored and scored; whoever was told is not told again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from signalwatch import ids
from signalwatch.app import App
from signalwatch.errors import BadPayload, StoreError, UsageError
from signalwatch.ingest import PollReport, complete
from signalwatch.model import Document, Event

Progress = Callable[[str], None]


def backfill(
    app: App,
    source_id: str,
    since: datetime,
    until: datetime,
    *,
    alert: bool = False,
    progress: Progress = lambda text: None,
) -> PollReport:
    """Poll a source for the past through its connector's ``backfill(since, until, ctx)``.

    Raises UsageError when the connector cannot look back (a feed keeps only its newest entries), StoreError when the
    service is polling the source right now.
    """
    source = app.sources[source_id]
    look_back = getattr(source.connector, "backfill", None)
    if look_back is None:
        raise UsageError(f"{source.connector_name} cannot look back: its sources keep only their newest entries")
    app.store.set_due(source_id, app.clock.now())
    lease = timedelta(hours=1)
    claimed = app.store.claim_due_sources(
        app.clock.now(), owner=f"backfill:{app.owner}", lease=lease, limit=1, only=(source_id,)
    )
    if not claimed:
        raise StoreError(f"source {source_id} is being polled right now; try again in a minute")
    progress(f"{source_id}: {since:%Y-%m-%d} to {until:%Y-%m-%d}")
    report = app.ingest.backfill(claimed[0], f"backfill:{app.owner}", since, until, alert=alert)
    app.assess_all()
    return report


def _quiet_again(app: App, since: datetime, *, forget_stories: bool) -> int:
    """Send stored events through assessment again, without alerts; how many."""
    number = app.store.reset_events(since, forget_stories=forget_stories)
    while app.assess.run(quiet=True).events:
        pass
    return number


def _redetect(app: App, since: datetime, progress: Progress) -> tuple[int, int]:
    """Run every stored document through its connector again; documents read, events that are new."""
    connectors: dict[str, Any] = {s.connector_name: s.connector for s in app.sources.values()}
    states = {s.source_id: s for s in app.store.sources()}
    read = new = 0
    previous: dict[tuple[str, str], Document] = {}
    found: list[Event] = []
    now = app.clock.now()
    for stored in app.store.iter_documents(since=since):
        document = stored.document
        connector = connectors.get(document.connector)
        state = states.get(stored.source_id)
        if connector is None or state is None:
            continue
        read += 1
        key = (document.connector, document.key)
        try:
            events = connector.events(document, previous.get(key), app.detector)
        except BadPayload as error:
            app.log.warning("reprocess_unreadable", key=document.key, error=str(error))
            continue
        previous[key] = document
        document_id = ids.document_id(document.connector, document.key, document.version)
        for event in events:
            done = complete(event, document, state, stored.first_seen_at or now, document_id, True)
            found.append(replace(done, quiet=True))
        if len(found) >= 500:
            new += app.store.store_events(found)
            found.clear()
            progress(f"{read} documents read, {new} new events")
    new += app.store.store_events(found)
    return read, new


def reprocess(app: App, stage: str, since: datetime, *, progress: Progress = lambda text: None) -> dict[str, int]:
    """Run ``detect``, ``resolve`` or ``rules`` (each includes the later ones) again since a date; counts."""
    report = {"documents": 0, "new_events": 0}
    if stage == "detect":
        report["documents"], report["new_events"] = _redetect(app, since, progress)
    report["assessed_again"] = _quiet_again(app, since, forget_stories=stage != "rules")
    return report
