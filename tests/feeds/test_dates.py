"""Dates as feeds write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._feeds_dates import parse_date

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Fri, 25 Sep 2026 12:00 GMT", "2026-09-25T12:00"),
        ("Oct 3, 2026 7:00am", "2026-10-03T11:00"),
        ("Mon, 05 Oct 2026 09:00:00 EDT", "2026-10-05T13:00"),
        ("Mon, 05 Oct 2026 9:00 ET", "2026-10-05T13:00"),
        ("Mon, 07 Dec 2026 9:00 ET", "2026-12-07T14:00"),
        ("Sept. 5, 2026 7:00 p.m. ET", "2026-09-05T23:00"),
        ("Fri, 25 Sep 2026 12:00 CEST", "2026-09-25T10:00"),
        ("Fri, 25 Sep 2026 12:00:00 +02:00", "2026-09-25T10:00"),
        ("Fri, 25 Sep 2026 7:00:00 PM EST", "2026-09-26T00:00"),
        ("mer, 16 nov 2022 00:38:15 +0100", "2022-11-15T23:38"),
        ("Friday, September 25, 2026 - 14:00", "2026-09-25T18:00"),
        ("2026-10-05T10:00:00Z", "2026-10-05T10:00"),
        ("2026-10-05T10:00:00.123+02:00", "2026-10-05T08:00"),
        ("2026-10-05T10:00:00", "2026-10-05T14:00"),
        ("2026-10-05", "2026-10-05T04:00"),
        ("1518478934", "2018-02-12T23:42"),
        ("  Sep 25, 2026   07:00 PDT ", "2026-09-25T14:00"),
    ],
)
def test_reads(raw: str, expected: str) -> None:
    found = parse_date(raw, (), NEW_YORK)

    assert found is not None
    assert found.replace(second=0, microsecond=0) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "soon",
        "Fri, 31 Feb 2026 12:00:00 GMT",
        "0001-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "99999999999",
    ],
)
def test_refuses(raw: str) -> None:
    assert parse_date(raw, (), NEW_YORK) is None


@given(st.text(max_size=60))
def test_never_raises(raw: str) -> None:
    found = parse_date(raw, (), NEW_YORK)

    assert found is None or found.tzinfo is UTC
