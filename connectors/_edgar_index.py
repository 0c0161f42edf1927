"""Layer 2: the daily index (``master.YYYYMMDD.idx``) and the calendar that says when there is one.

Text in Latin-1: header lines, a line of dashes, then ``CIK|Company Name|Form Type|Date Filed|File Name``; one row per
company of a filing; dates ``YYYYMMDD`` in daily files and ``YYYY-MM-DD`` in quarterly ones. Files appear around 22:00
Eastern; the file of day D is taken from 06:00 Eastern on D+1. Weekends have none, nor have federal holidays.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time

import msgspec

from connectors._edgar_filing import EASTERN, Filing, Party, index_url, merge
from connectors._edgar_xml import looks_like_html
from signalwatch.sdk import BadPayload, Quarantined

_DASHES = re.compile(r"^-{20,}\s*$", re.MULTILINE)
_PATH = re.compile(r"edgar/data/(\d+)/(?:\d+/)?(\d{10}-\d{2}-\d{6})")


class IndexFile(msgspec.Struct, frozen=True, kw_only=True):
    """One parsed index: filings by accession, rows read, rows that could not be read."""

    filings: dict[str, Filing]
    rows: int = 0
    quarantined: tuple[Quarantined, ...] = ()


def index_path(day: date) -> str:
    """Path of the master index of one day below the www host."""
    quarter = (day.month - 1) // 3 + 1
    return f"/Archives/edgar/daily-index/{day.year}/QTR{quarter}/master.{day:%Y%m%d}.idx"


def parse_index(data: bytes, base_www: str = "", wanted: Callable[[str], bool] | None = None) -> IndexFile:
    """Read a master index; ``wanted(form)`` keeps only some forms (the others are counted).

    Raises BadPayload when it is no index, or when it ends in the middle of a row (a cut download): then nothing of it is
    taken and it is read again later. A malformed row in between is quarantined.
    """
    if looks_like_html(data):
        raise BadPayload("a web page came instead of the daily index")
    text = data.replace(b"\x00", b"").decode("latin-1").replace("\r\n", "\n")
    dashes = _DASHES.search(text)
    if dashes is None or "|" not in text[: dashes.start()]:
        raise BadPayload("this is not a master index: no header line with '|' above a line of dashes")
    filings: dict[str, Filing] = {}
    bad: list[Quarantined] = []
    decided: dict[str, bool] = {}
    days: dict[str, date] = {}
    rows = 0
    lines = [line for line in text[dashes.end() :].split("\n") if line.strip()]
    for number, line in enumerate(lines, 1):
        rows += 1
        fields = line.split("|")
        form = fields[2].strip() if len(fields) == 5 else ""
        keep = decided.get(form)
        if keep is None:
            keep = decided[form] = not form or wanted is None or wanted(form)
        if not keep:
            continue
        try:
            filing = _row(fields, form, days, base_www)
        except ValueError as error:
            if number == len(lines):
                raise BadPayload(f"the index ends in the middle of row {number} ({line[:80]!r}): cut off") from error
            bad.append(
                Quarantined(key=f"index row {number}", reason=f"index row {number}: {error}", payload=line.encode())
            )
            continue
        known = filings.get(filing.accession)
        filings[filing.accession] = filing if known is None else merge(known, filing)
    return IndexFile(filings=filings, rows=rows, quarantined=tuple(bad))


def _row(fields: list[str], form: str, days: dict[str, date], base_www: str) -> Filing:
    if len(fields) != 5:
        raise ValueError(f"{len(fields)} columns instead of 5")
    cik_text, name, _, day_text, path = (f.strip() for f in fields)
    place = _PATH.search(path)
    if place is None or not form:
        raise ValueError(f"no form or no archive path in {path!r}")
    day = days.get(day_text)
    if day is None:
        day = days[day_text] = date.fromisoformat(day_text)
    cik, accession = int(cik_text), place.group(2)
    return Filing(
        accession=accession, form=form, parties=(Party(cik=cik, name=name),), filed=day, layer="index",
        url=index_url(base_www, cik, accession) if base_www else "",
    )  # fmt: skip


# --- calendar -----------------------------------------------------------------------------------------------------


def federal_holidays(year: int) -> frozenset[date]:
    """Observed US federal holidays that fall into ``year`` (5 U.S.C. 6103; Saturday -> Friday, Sunday -> Monday).

    EDGAR is closed on them. Includes the New Year's Day of the following year when it is observed on 31 December.
    """
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25), date(year + 1, 1, 1)]
    if year >= 2021:
        fixed.append(date(year, 6, 19))
    floating = [
        _nth(year, 1, 0, 3),  # Martin Luther King Jr.: third Monday of January
        _nth(year, 2, 0, 3),  # Washington's Birthday
        _nth(year, 6, 0, 1) - timedelta(days=7),  # Memorial Day: last Monday of May
        _nth(year, 9, 0, 1),  # Labor Day
        _nth(year, 10, 0, 2),  # Columbus Day
        _nth(year, 11, 3, 4),  # Thanksgiving: fourth Thursday of November
    ]
    observed = [d - timedelta(days=1) if d.weekday() == 5 else d + timedelta(days=d.weekday() == 6) for d in fixed]
    return frozenset(d for d in (*observed, *floating) if d.year == year)


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def is_business_day(day: date) -> bool:
    """Whether EDGAR accepts filings that day, as far as the calendar knows (extra closings exist)."""
    return day.weekday() < 5 and day not in federal_holidays(day.year)


def newest_available(now: datetime, from_hour: int = 6) -> date:
    """The latest day whose index may be asked for at ``now``: yesterday in New York, from ``from_hour`` on."""
    local = now.astimezone(EASTERN)
    return local.date() - timedelta(days=1 if local.hour >= from_hour else 2)


def days_after(watermark: date, newest: date) -> list[date]:
    """Weekdays after the watermark up to ``newest``, oldest first. Holidays are asked for, weekends never."""
    span = (newest - watermark).days
    days = (watermark + timedelta(days=n) for n in range(1, span + 1))
    return [d for d in days if d.weekday() < 5]


def available_from(day: date, from_hour: int = 6) -> datetime:
    """When the index of ``day`` counts as published."""
    return datetime.combine(day + timedelta(days=1), clock_time(from_hour), EASTERN).astimezone(UTC)
