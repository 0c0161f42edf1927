"""`check --online`: asks every source for its first page once, storing nothing."""

from __future__ import annotations

from collections.abc import Iterator

from signalwatch.app import App
from signalwatch.errors import SourceError
from signalwatch.store.records import SourceState


def probe(app: App) -> Iterator[tuple[str, str]]:
    """``(source_id, "ok: ..." or what is wrong)`` for each configured source."""
    now = app.clock.now()
    for source in app.sources.values():
        state = SourceState(
            source_id=source.source_id, connector=source.connector_name, every=source.every, added_at=now, due_at=now
        )
        try:
            page = next(iter(source.connector.poll({}, app.ingest.context(state, source))), None)
        except SourceError as error:
            yield source.source_id, str(error)
            continue
        answered = len(page.documents) if page is not None else 0
        yield source.source_id, f"ok: {answered} documents on the first page"
