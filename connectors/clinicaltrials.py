"""ClinicalTrials.gov (API v2): what changed in the registry, study by study.

A poll asks ``/version`` first and walks only when the data set is a new one: all records whose last update was posted in
a closed window that overlaps the last one, oldest first, with a narrow list of fields. Page tokens live and die within
one walk. The watermark moves when a whole walk saw one and the same data version. Studies of accounts are re-read
slowly, because the registry changes some records without moving their update date.

Facts about the API: docs/reference/clinicaltrials.md. The registry's contact data is never asked for and never kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field, field_validator

from connectors import _ctgov_study as studies
from connectors._ctgov_api import FIELDS, Api
from connectors._ctgov_events import events_of
from connectors._ctgov_poll import Poll
from signalwatch.sdk import BadPayload, Detector, Document, Event, Json, Page, PluginConfig, PollContext


class ClinicalTrials:
    """The connector ``clinicaltrials``. Key: NCT number. Version: digest of the fields that matter."""

    class Config(PluginConfig):
        """Settings of one source."""

        base_url: str = "https://clinicaltrials.gov/api/v2"
        industry_only: bool = Field(
            default=True,
            description="only studies with an industry sponsor or collaborator (AREA[LeadSponsorClass] ...)",
        )
        expression: str = Field(
            default="",
            description="Essie expression that narrows the walk further, such as AREA[StudyType]INTERVENTIONAL",
        )
        first_days: int = Field(default=30, ge=0, le=3650, description="days to look back on first contact")
        overlap_days: int = Field(default=3, ge=1, le=60, description="days of the last walk that are walked again")
        window_days: int = Field(default=7, ge=1, le=366, description="longest window of one walk, in days")
        page_size: int = Field(default=1000, ge=1, le=1000)
        reread_days: int = Field(
            default=7, ge=1, description="studies of accounts are re-read at least this often, in days"
        )
        reread_batch: int = Field(default=100, ge=0, le=500, description="studies re-read per poll; 0 switches it off")
        stale_days: int = Field(
            default=4, ge=1, description="days without a new data version before the operator hears of it"
        )
        fall_percent: float = Field(
            default=3.0, gt=0, le=100, description="fall of the number of studies that makes an answer untrustworthy"
        )
        fields: tuple[str, ...] = FIELDS

        @field_validator("fields")
        @classmethod
        def _enough_fields(cls, value: tuple[str, ...]) -> tuple[str, ...]:
            missing = {"NCTId", "OverallStatus", "LeadSponsorName", "LastUpdatePostDate"} - set(value)
            if missing:
                raise ValueError(f"fields must name at least {', '.join(sorted(missing))}")
            return value

        @field_validator("base_url")
        @classmethod
        def _no_slash(cls, value: str) -> str:
            return value.rstrip("/")

    def __init__(self, config: Config) -> None:
        self.config = config

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
