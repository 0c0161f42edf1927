"""ClinicalTrials.gov (API v2): what changed in the registry, study by study.

A poll asks ``/version`` first and walks only when the data set is a new one: all records whose last update was posted in
a closed window that overlaps the last one, oldest first, with a narrow list of fields. Page tokens live and die within
one walk. The watermark moves when a whole walk saw one and the same data version. Studies of accounts are re-read
slowly, because the registry changes some records without moving their update date.

Source of the rules: the API's OpenAPI document (version 2.0.5) and its known traps: tokens are tied to query and data
version, a full last page still carries a token, one unknown id fails a whole ``filter.ids``, an unknown field name may
give a 500, and there have been days on which studies were missing. Contact data are never asked for and never kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from connectors import _ctgov_study as studies
from connectors._ctgov_api import Api
from connectors._ctgov_events import events_of
from connectors._ctgov_poll import Poll
from connectors._ctgov_settings import CtgovConfig
from signalwatch.sdk import BadPayload, Detector, Document, Event, Json, Page, PluginConfig, PollContext


class ClinicalTrials:
    """The connector ``clinicaltrials``. Key: NCT number. Version: digest of the fields that matter."""

    Config: ClassVar[type[PluginConfig]] = CtgovConfig

    def __init__(self, config: CtgovConfig) -> None:
        self.config = config

    def backfill(self, since: datetime, until: datetime, ctx: PollContext) -> Iterator[Page]:
        """Studies last updated between two days, whatever the watermark says; the stored cursor stays as it is."""
        yield from self.poll({"since": since.date().isoformat(), "until": until.date().isoformat()}, ctx)

    def poll(self, cursor: Mapping[str, Json], ctx: PollContext) -> Iterator[Page]:
        """Yield pages of new and changed studies.

        The cursor holds ``data_timestamp`` and ``watermark`` (the last day walked completely), and ``count`` (size of
        the corpus). ``since`` and ``until`` (days) in it ask for a backfill of that window instead.
        """
        yield from Poll(self.config, Api(self.config, ctx.http), ctx, cursor).run()

    def events(self, document: Document, previous: Document | None, detect: Detector) -> Sequence[Event]:
        """What the study states, given the version we had. ``detect`` is not needed: every field is structured."""
        new = studies.study(studies.read(document.payload))
        old = None
        if previous is not None:
            try:
                old = studies.study(studies.read(previous.payload))
            except BadPayload:
                old = None  # an older release stored something else: take this as first contact
        return events_of(new, old, document.meta, document.published_at)
