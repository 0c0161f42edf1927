"""SEC EDGAR: who filed what, and what the filing says happened.

Three layers, because none is enough alone: the latest-filings feed (fast, but a rolling window that bursts overflow), the
daily index (complete, a day late) and the filing lists of watched companies (what both missed). A filing is one document,
keyed by its accession number, with all parties and their roles. Bodies are fetched only where a watched company, an
industry code, an industry group or a company name speaks for it. See docs/reference and `_edgar_events` for what each
form becomes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from connectors._edgar_events import READERS, draft_of
from connectors._edgar_filing import EASTERN
from connectors._edgar_poll import Poll
from connectors._edgar_report import current_report, foreign_report
from connectors._edgar_settings import EdgarConfig
from signalwatch.sdk import Detector, Document, Event, Json, Page, PluginConfig, PollContext

_REPORTS = {"current_report": current_report, "foreign_report": foreign_report}


class Edgar:
    """The connector. Needs a contact address in the HTTP settings: the SEC refuses anonymous clients."""

    Config: ClassVar[type[PluginConfig]] = EdgarConfig

    def __init__(self, config: EdgarConfig) -> None:
        self.config = config

    def poll(self, cursor: Mapping[str, Json], ctx: PollContext) -> Iterator[Page]:
        """Yield what is new: latest filings, bodies that had to wait, daily indexes, watched companies."""
        yield from Poll(self.config, cursor, ctx).run()

    def backfill(self, since: datetime, until: datetime, ctx: PollContext) -> Iterator[Page]:
        """The past, from the daily indexes: days of New York from ``since`` to ``until``, bodies without a budget.

        About five requests a second is what the SEC allows us in practice: a month takes a quarter of an hour.
        """
        settings = self.config.model_copy(update={"bodies_per_poll": 1_000_000_000, "body_tries": 1})
        first, last = (t.astimezone(EASTERN).date() for t in (since, until))
        yield from Poll(settings, {}, ctx).past(first, last)

    def events(self, document: Document, previous: Document | None, detect: Detector) -> Sequence[Event]:
        """What a filing states. Filings of companies that are neither watched nor life science state nothing for us.

        Raises BadPayload when a stored body cannot be read.
        """
        if not document.meta.get("relevant"):
            return ()
        draft = draft_of(document)
        reader = _REPORTS.get(draft.filing.kind) or READERS.get(draft.filing.kind)
        found = reader(draft, previous, detect) if reader is not None else ()
        # An index row of a bid or a stake does not say who is whose subject: such an event would concern nobody.
        return tuple(e for e in found if e.subject is not None)
