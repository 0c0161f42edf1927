"""Schedule 13D as XML (since 2024-12-18) or text, and EFFECT notices.

Kept of a 13D: issuer, percentages, date of the event, names of filers that are organisations, and Item 4 (purpose).
Natural persons, addresses, telephone numbers and signatures are left out. One recorded file lacks the end of a tag, so a
broken document gives what could be read of it.
"""

from __future__ import annotations

import re
from datetime import date, datetime

import msgspec
from lxml import etree

from connectors import _edgar_forms as forms
from connectors._edgar_text import tidy, to_text
from connectors._edgar_xml import embedded_xml, find, flag, local, parse_xml, text_at
from signalwatch.sdk import BadPayload

_PERCENT = re.compile(r"percent(?:age)? of class[^%\n]{0,120}?\n?[^%\n]{0,200}?(\d{1,3}(?:\.\d+)?)\s*%", re.IGNORECASE)
_EVENT_DATE = re.compile(r"([A-Z][a-z]+ \d{1,2}, ?\d{4})\s*\n?\s*\(Date of Event", re.IGNORECASE)
_ITEM_4 = re.compile(r"^\W*item\s*4\b[^\n]*", re.IGNORECASE | re.MULTILINE)
_ITEM_5 = re.compile(r"^\W*item\s*5\b", re.IGNORECASE | re.MULTILINE)


class Stake(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A beneficial-ownership report. ``percent`` is the largest of the reporting persons'."""

    form: str = ""
    issuer: str = ""
    issuer_cik: int = 0
    percent: float | None = None
    percent_raw: str = ""
    event_date: date | None = None
    holders: tuple[str, ...] = ()
    purpose: str = ""


def parse_stake(data: bytes) -> Stake:
    """Read a Schedule 13D: XML, or the text of an SC 13D. Raises BadPayload for a web page or an empty body."""
    xml = embedded_xml(data)
    if b"<edgarSubmission" in xml[:4000]:
        return _from_xml(parse_xml(xml, recover=True))
    text = to_text(data)
    if not text:
        raise BadPayload("the Schedule 13D is empty")
    percents = [p for p in _PERCENT.findall(text) if float(p) <= 100]
    day = _EVENT_DATE.search(text)
    return Stake(
        percent=max((float(p) for p in percents), default=None),
        percent_raw=max(percents, key=float, default=""),
        event_date=_long_date(day.group(1)) if day else None,
        purpose=_section(text),
    )


def _from_xml(root: etree._Element) -> Stake:
    if local(root) != "edgarSubmission":
        raise BadPayload(f"the Schedule 13D is not an edgarSubmission but <{local(root)}>")
    percents: list[str] = []
    holders: list[str] = []
    for person in root.iter():
        if local(person) != "reportingPersonInfo":
            continue
        percent = text_at(person, "percentOfClass")
        if re.fullmatch(r"\d{1,3}(?:\.\d+)?", percent) and float(percent) <= 100:
            percents.append(percent)
        name = text_at(person, "reportingPersonName")
        natural = "IN" in re.split(r"[^A-Z]+", text_at(person, "typeOfReportingPerson").upper())
        if name and not natural and forms.is_entity(name) and not flag(text_at(person, "isNaturalPerson")):
            holders.append(name)
    cover = find(root, "formData/coverPageHeader")
    issuer = find(cover, "issuerInfo")
    cik = text_at(issuer, "issuerCIK") or text_at(issuer, "issuerCik")
    purpose = find(root, "formData/items1To7/item4/transactionPurpose")
    return Stake(
        form=text_at(root, "headerData/submissionType"),
        issuer=text_at(issuer, "issuerName"),
        issuer_cik=int(cik) if cik.isdigit() else 0,
        percent=max((float(p) for p in percents), default=None),
        percent_raw=max(percents, key=float, default=""),
        event_date=_us_date(text_at(cover, "dateOfEvent")),
        holders=tuple(dict.fromkeys(holders)),
        purpose=tidy("".join(str(t) for t in purpose.itertext())) if purpose is not None else "",
    )


def _section(text: str) -> str:
    start = _ITEM_4.search(text)
    if start is None:
        return ""
    end = _ITEM_5.search(text, start.end())
    return text[start.end() : end.start() if end else start.end() + 8000].strip()


def _us_date(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007 - a date without a time
    except ValueError:
        return None


def _long_date(text: str) -> date | None:
    try:
        return datetime.strptime(re.sub(r",\s*", ", ", " ".join(text.split())), "%B %d, %Y").date()  # noqa: DTZ007
    except ValueError:
        return None


def effective_form(data: bytes) -> str:
    """The form an EFFECT notice makes effective ("S-1"). Raises BadPayload when the notice names none."""
    root = parse_xml(embedded_xml(data), recover=True)
    form = text_at(root, "effectiveData/form") or text_at(root, "effectiveData/submissionType")
    if not form:
        raise BadPayload("the EFFECT notice names no form")
    return form
