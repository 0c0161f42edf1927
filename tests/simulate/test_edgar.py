"""The SEC's hosts as a poller meets them, read with the standard library only."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from signalwatch.simulate.serve_edgar import WINDOW
from signalwatch.simulate.simulation import Simulation

from .conftest import Get, Got

ATOM = "{http://www.w3.org/2005/Atom}"
CURRENT = "/cgi-bin/browse-edgar"
TITLE = re.compile(r"^(.+?) - (.*) \((\d{10})\) \((.+)\)$")
LATE = datetime(2026, 3, 25, 21, tzinfo=UTC)


def page(get: Get, start: int = 0, count: int = 100, kind: str = "") -> Got:
    return get(
        "sec_www",
        CURRENT,
        {
            "action": "getcurrent",
            "type": kind,
            "owner": "include",
            "start": str(start),
            "count": str(count),
            "output": "atom",
        },
    )


def entries(got: Got) -> list[ET.Element]:
    assert got.status == 200
    assert b'encoding="ISO-8859-1"' in got.body[:60]
    return ET.fromstring(got.body).findall(f"{ATOM}entry")


def archive(url: str) -> str:
    return url.removeprefix("https://www.sec.gov")


def test_paging_shows_every_visible_filing_and_ends_with_503(sim: Simulation, get: Get) -> None:
    at = sim.world.opens_at + timedelta(days=4)
    sim.clock.set(at)
    found: list[ET.Element] = []
    start = 0
    while (got := page(get, start)).status == 200:
        found += entries(got)
        start += 100

    assert got.status == 503
    assert b"File Unavailable" in got.body
    accessions = {e.findtext(f"{ATOM}id", "").rpartition("=")[2] for e in found}
    visible = [p for p in sim.world.by_source("edgar") if p.visible_at <= at]
    assert accessions == {p.key for p in visible if p.meta["in_current"]}
    assert len(found) > len(accessions)  # one entry per party
    assert len(found) <= WINDOW
    times = [datetime.fromisoformat(e.findtext(f"{ATOM}updated", "")) for e in found]
    assert times == sorted(times, reverse=True)
    assert times[0].utcoffset() == timedelta(hours=-5)
    for e in found:
        match = TITLE.match(e.findtext(f"{ATOM}title", ""))
        assert match is not None
        category = e.find(f"{ATOM}category")
        assert category is not None
        assert category.get("term") == match.group(1)


def test_the_type_filter_matches_prefixes(sim: Simulation, get: Get) -> None:
    sim.clock.set(LATE)
    forms = {c.get("term", "") for e in entries(page(get, kind="4")) if (c := e.find(f"{ATOM}category")) is not None}

    assert "424B2" in forms
    assert all(f.startswith("4") for f in forms)


def test_summaries_name_items_and_the_offset_follows_daylight_saving(sim: Simulation, get: Get) -> None:
    sim.clock.set(LATE)
    texts = [
        (e.findtext(f"{ATOM}title", ""), e.findtext(f"{ATOM}summary", ""), e.findtext(f"{ATOM}updated", ""))
        for e in entries(page(get, kind="8-K"))
    ]

    assert any("Item 5.02: Departure of Directors" in summary for _, summary, _ in texts)
    assert any(updated.endswith("-04:00") for _, _, updated in texts)
    funds = [e.findtext(f"{ATOM}summary", "") for e in entries(page(get, kind="D"))]
    assert any("Item 3C" in summary for summary in funds)


def test_daily_index_rows_and_the_days_without_one(sim: Simulation, get: Get) -> None:
    sim.clock.set(LATE)

    def index(day: date) -> Got:
        return get("sec_www", f"/Archives/edgar/daily-index/{day:%Y}/QTR{(day.month + 2) // 3}/master.{day:%Y%m%d}.idx")

    got = index(date(2026, 2, 10))
    head, _, rows = got.body.decode("latin-1").partition("-" * 80 + "\n")
    parsed = [line.split("|") for line in rows.splitlines()]
    expected = [p for p in sim.world.by_source("edgar") if p.meta["filed"] == "2026-02-10"]
    assert head.splitlines()[-1] == "CIK|Company Name|Form Type|Date Filed|File Name"
    assert {row[4].rpartition("/")[2].removesuffix(".txt") for row in parsed} == {p.key for p in expected}
    assert {row[3] for row in parsed} == {"20260210"}
    assert any(not p.meta["in_current"] for p in sim.world.by_source("edgar"))
    weekend, holiday, tomorrow = index(date(2026, 2, 8)), index(date(2026, 2, 16)), index(date(2026, 3, 26))
    assert (weekend.status, b"NoSuchKey" in weekend.body) == (404, True)
    assert (holiday.status, b"AccessDenied" in holiday.body) == (403, True)
    assert tomorrow.status == 403
    again = get(
        "sec_www", "/Archives/edgar/daily-index/2026/QTR1/master.20260210.idx", If_None_Match=got.headers["ETag"]
    )
    assert (again.status, again.body) == (304, b"")


def test_a_days_index_appears_at_2205_new_york_time(sim: Simulation, get: Get) -> None:
    path = "/Archives/edgar/daily-index/2026/QTR1/master.20260210.idx"
    evening = datetime(2026, 2, 10, 22, 5, tzinfo=ZoneInfo("America/New_York"))
    sim.clock.set(evening - timedelta(minutes=1))
    before = get("sec_www", path).status
    sim.clock.set(evening)

    assert (before, get("sec_www", path).status) == (403, 200)


def test_form_d_as_xml_and_inside_the_submission(sim: Simulation, get: Get) -> None:
    sim.clock.set(sim.world.closes_at)
    filing = next(p for p in sim.world.by_source("edgar") if p.form == "D" and p.happening_ids)
    folder = archive(filing.url).rpartition("/")[0]
    root = ET.fromstring(get("sec_www", f"{folder}/primary_doc.xml").body)
    happening = next(h for h in sim.world.happenings if h.happening_id == filing.happening_ids[0])

    assert root.tag == "edgarSubmission"
    assert root.findtext("submissionType") == "D"
    assert int(root.findtext("primaryIssuer/cik", "0")) == filing.meta["parties"][0][1]
    assert root.findtext("offeringData/offeringSalesAmounts/totalOfferingAmount") == str(happening.attributes["amount"])
    assert root.findtext("offeringData/typeOfFiling/dateOfFirstSale/value") == filing.meta["first_sale"]
    text = get("sec_www", f"{folder}/{filing.key}.txt").body.decode("latin-1")
    assert "<XML>\n<?xml" in text
    assert text.startswith(f"<SEC-DOCUMENT>{filing.key}.txt")


def test_an_8k_carries_items_and_the_release_as_exhibit(sim: Simulation, get: Get) -> None:
    sim.clock.set(sim.world.closes_at)
    filing = next(p for p in sim.world.by_source("edgar") if p.form == "8-K" and p.meta.get("ex_title"))
    folder = archive(filing.url).rpartition("/")[0]
    text = get("sec_www", f"{folder}/{filing.key}.txt").body.decode("latin-1")
    flat = get("sec_www", f"{folder.rpartition('/')[0]}/{filing.key}.txt")

    assert flat.body.decode("latin-1") == text
    accepted = re.search(r"<ACCEPTANCE-DATETIME>(\d{14})", text)
    assert accepted is not None
    assert datetime.strptime(accepted.group(1), "%Y%m%d%H%M%S").replace(
        tzinfo=ZoneInfo("America/New_York")
    ) == filing.published_at.replace(microsecond=0)
    assert text.count("ITEM INFORMATION:") == len(filing.meta["items"])
    assert re.findall(r"<TYPE>(.+)", text) == ["8-K", "EX-99.1"]
    assert len(re.findall(r"CENTRAL INDEX KEY:\s+(\d{10})", text)) == 1
    page_ = get("sec_www", archive(filing.url))
    assert f"Filing Documents for {filing.key}" in page_.body.decode()
    names = [item["name"] for item in json.loads(get("sec_www", f"{folder}/index.json").body)["directory"]["item"]]
    assert [get("sec_www", f"{folder}/{name}").status for name in names] == [200] * len(names)


def test_a_schedule_13d_names_subject_and_holder(sim: Simulation, get: Get) -> None:
    from signalwatch.simulate.render_edgar import schedule_13_xml

    sim.clock.set(sim.world.closes_at)
    filing = next(p for p in sim.world.by_source("edgar") if p.form == "SCHEDULE 13D")
    root = ET.fromstring(schedule_13_xml(filing))

    names = [e.text for e in root.iter() if e.tag.endswith(("issuerName", "reportingPersonName"))]
    assert names == [filing.meta["parties"][0][0], filing.meta["parties"][1][0]]


def test_filings_do_not_exist_before_they_are_disseminated(sim: Simulation, get: Get) -> None:
    filing = next(p for p in sim.world.by_source("edgar") if p.visible_at > sim.world.opens_at + timedelta(days=3))
    sim.clock.set(filing.visible_at - timedelta(seconds=1))
    before = get("sec_www", archive(filing.url))
    sim.clock.set(filing.visible_at)

    assert (before.status, b"NoSuchKey" in before.body) == (404, True)
    assert get("sec_www", archive(filing.url)).status == 200


def test_submissions_are_columns_newest_first_with_unreliable_times(sim: Simulation, get: Get) -> None:
    sim.clock.set(LATE)
    by_cik: dict[int, dict[str, list[str]]] = {}
    listed = [c for c in sim.world.cast.companies if c.public][:12]
    for company in listed:
        body = json.loads(get("sec_data", f"/submissions/CIK{company.cik:010d}.json").body)
        recent = body["filings"]["recent"]
        assert len({len(column) for column in recent.values()}) == 1
        assert recent["filingDate"] == sorted(recent["filingDate"], reverse=True)
        assert body["tickers"] == [company.ticker]
        by_cik[company.cik] = recent

    filings = {p.key: p for p in sim.world.by_source("edgar")}
    offsets: dict[int, set[int]] = {}
    for cik, recent in by_cik.items():
        for accession, text in zip(recent["accessionNumber"], recent["acceptanceDateTime"], strict=True):
            claimed = datetime.fromisoformat(text)
            hours = round((filings[accession].published_at - claimed).total_seconds() / 3600)
            offsets.setdefault(cik % 2, set()).add(hours)
    assert offsets[1] == {0}
    assert offsets[0] <= {4, 5}
    assert get("sec_data", "/submissions/CIK0000000001.json").status == 404


def test_programs_without_an_address_in_their_user_agent_are_refused(sim: Simulation, get: Get) -> None:
    for site, path in (("sec_www", "/cgi-bin/browse-edgar"), ("sec_data", "/submissions/CIK0000000001.json")):
        got = get(site, path, User_Agent="python-requests/2.34")
        assert (got.status, b"Undeclared Automated Tool" in got.body) == (403, True)
