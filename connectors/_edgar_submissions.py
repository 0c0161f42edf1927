"""Layer 3: a company's submissions JSON (``CIK##########.json``): columnar arrays of its newest filings.

``acceptanceDateTime`` ends in "Z" but is Eastern wall-clock time in a part of the documents, and flips between recordings
of one company, so it is never read as a time. ``items`` means 8-K items only for 8-Ks, exemptions for Form D, the form
made effective for EFFECT, and other things elsewhere. ``filings.files`` (older pages) is history, never followed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from connectors import _edgar_forms as forms
from connectors._edgar_filing import ABOUT_OTHERS, ACCESSION, Filing, Party, index_url
from connectors._edgar_xml import looks_like_html
from signalwatch.sdk import BadPayload

_XSL = re.compile(r"^xsl[^/]*/", re.IGNORECASE)


class _Columns(msgspec.Struct):
    accessionNumber: list[str] = []
    filingDate: list[str | None] = []
    reportDate: list[str | None] = []
    form: list[str | None] = []
    items: list[str | None] = []
    size: list[Any] = []
    primaryDocument: list[str | None] = []


class _Filings(msgspec.Struct):
    recent: _Columns | None = None


class _Name(msgspec.Struct):
    name: str | None = None


class _Company(msgspec.Struct):
    cik: int | str = 0
    name: str | None = None
    sic: str | None = None
    tickers: list[str | None] | None = None
    exchanges: list[str | None] | None = None
    stateOfIncorporation: str | None = None
    formerNames: list[_Name] | None = None
    filings: _Filings | None = None


class Submissions(msgspec.Struct, frozen=True, kw_only=True):
    """A company and its newest filings, newest first as the source lists them."""

    company: Party
    filings: tuple[Filing, ...] = ()
    rows: int = 0


_decoder = msgspec.json.Decoder(_Company)
_columns_decoder = msgspec.json.Decoder(_Columns)


def submissions_path(cik: int) -> str:
    """Path of a company's file below the data host."""
    return f"/submissions/CIK{cik:010d}.json"


def parse_submissions(
    data: bytes,
    cik: int = 0,
    base_www: str = "",
    wanted: Callable[[str], bool] | None = None,
    since: date | None = None,
) -> Submissions:
    """Read a submissions document or one of its overflow pages (bare arrays).

    Args:
        cik: the company asked for; needed for overflow pages, which do not name it.
        wanted: keeps only some forms.
        since: keeps only filings dated then or later.
    Raises BadPayload when the body is no such document or its columns have different lengths.
    """
    if looks_like_html(data):
        raise BadPayload("a web page came instead of the submissions JSON")
    try:
        company = _decoder.decode(data)
        recent = company.filings.recent if company.filings is not None else None
        if recent is None and not company.name:
            recent = _columns_decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPayload(f"the submissions JSON of CIK {cik} cannot be read: {error}") from error
    number = _cik(company.cik) or cik
    if not number:
        raise BadPayload("the submissions JSON names no CIK")
    party = Party(
        cik=number, name=company.name or "", sic=company.sic or "", state=company.stateOfIncorporation or "",
        ticker=next((t for t in company.tickers or () if t), ""),
        exchange=next((e for e in company.exchanges or () if e), ""),
        former=tuple(n.name for n in company.formerNames or () if n.name),
    )  # fmt: skip
    if recent is None:
        return Submissions(company=party)
    rows = len(recent.accessionNumber)
    if len(recent.form) != rows or len(recent.filingDate) != rows:
        raise BadPayload(f"the columns of the submissions of CIK {number} have different lengths")
    found = [filing for n in range(rows) if (filing := _row(recent, n, party, base_www, wanted, since)) is not None]
    return Submissions(company=party, filings=tuple(found), rows=rows)


def _cik(value: int | str) -> int:
    text = str(value).strip()
    return int(text) if text.isdigit() else 0


def _row(
    rows: _Columns, n: int, company: Party, base_www: str, wanted: Callable[[str], bool] | None, since: date | None
) -> Filing | None:
    form = (rows.form[n] or "").strip()
    accession = rows.accessionNumber[n]
    if not form or not ACCESSION.fullmatch(accession) or (wanted is not None and not wanted(form)):
        return None
    filed = _date(rows.filingDate[n])
    if since is not None and (filed is None or filed < since):
        return None
    kind = forms.kind_of(form)
    items = _cell(rows.items, n)
    return Filing(
        accession=accession,
        form=form,
        parties=(msgspec.structs.replace(company, role="" if kind in ABOUT_OTHERS else "filer"),),
        filed=filed,
        period=_date(_cell(rows.reportDate, n)),
        items=forms.item_codes(items.split(",")) if kind == "current_report" else (),
        funds=kind == "form_d" and any(i.strip().upper().startswith("3C") for i in items.split(",")),
        size=int(_cell(rows.size, n) or 0),
        url=index_url(base_www, company.cik, accession) if base_www else "",
        layer="reconcile",
        primary=primary_name(_cell(rows.primaryDocument, n)),
    )


def _cell(column: list[Any], n: int) -> str:
    return str(column[n]) if n < len(column) and column[n] is not None else ""


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def primary_name(text: str) -> str:
    """A primary document's file name without the folder of its rendering (``xslF345X05/form4.xml``); "" for paper."""
    name = _XSL.sub("", text.strip())
    return name if "." in name and not name.lower().endswith((".paper", ".fil")) and "/" not in name else ""
