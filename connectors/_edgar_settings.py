"""Settings of the EDGAR connector."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from connectors._edgar_forms import DEFAULT_FORMS, LIFE_SCIENCE_SIC
from signalwatch.sdk import PluginConfig


class EdgarConfig(PluginConfig):
    """Settings of an EDGAR source.

    ``forms``: base form types to read ("/A" included); "*" takes every filing. ``owner="exclude"`` leaves ownership
    forms out of the feed, which makes its window reach back about twice as far. A source that slept longer than
    ``index_max_days`` does not read everything it missed by itself: the notice names the days to backfill.
    ``bodies_per_poll`` counts requests; 0 reads no bodies at all. Days of the index wait for the next poll when it is
    spent, filings of the feed wait in the cursor (at most ``max_pending``).
    """

    base_www: str = "https://www.sec.gov"
    base_data: str = "https://data.sec.gov"
    current: bool = True
    daily_index: bool = True
    reconcile: bool = True
    forms: tuple[str, ...] = DEFAULT_FORMS
    query_type: str = ""
    owner: Literal["include", "exclude", "only"] = "include"
    count: Literal[10, 20, 40, 80, 100] = 100
    max_pages: Annotated[int, Field(ge=1, le=200)] = 60
    index_days: Annotated[int, Field(ge=0, le=90)] = 3
    index_days_per_poll: Annotated[int, Field(ge=1, le=100)] = 30
    index_max_days: Annotated[int, Field(ge=1, le=400)] = 30
    index_from_hour: Annotated[int, Field(ge=0, le=23)] = 6
    reconcile_every_hours: Annotated[int, Field(ge=1)] = 24
    reconcile_batch: Annotated[int, Field(ge=1, le=500)] = 50
    reconcile_days: Annotated[int, Field(ge=1, le=400)] = 10
    bodies_per_poll: Annotated[int, Field(ge=0)] = 400
    body_tries: Annotated[int, Field(ge=1, le=10)] = 3
    max_body_bytes: Annotated[int, Field(ge=100_000)] = 20_000_000
    max_pending: Annotated[int, Field(ge=0, le=2000)] = 400
    sic: tuple[str, ...] = tuple(sorted(LIFE_SCIENCE_SIC))

    @field_validator("base_www", "base_data")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("must be an http(s) address such as https://www.sec.gov")
        return value.rstrip("/")

    @field_validator("forms")
    @classmethod
    def _known_forms(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError('names no form; give at least one, such as "8-K", or "*" for all')
        return value
