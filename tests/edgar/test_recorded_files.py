"""Every recorded index, filing list and filing: parsed whole, read without a crash, and what they say where it is known."""

from __future__ import annotations

import gzip
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors._edgar_bodies import Route, read_body, routes
from connectors._edgar_filing import ACCESSION, Filing, Party, to_document
from connectors._edgar_formd import parse_form_d, reduce_form_d
from connectors._edgar_index import is_business_day, parse_index
from connectors._edgar_schedule import effective_form, parse_stake
from connectors._edgar_sgml import parse_header, parse_header_page, parse_submission
from connectors._edgar_submissions import parse_submissions
from connectors.edgar import Edgar, EdgarConfig
from signalwatch.errors import BadPayload
from signalwatch.sdk import Document
from tests.data import data_path
from tests.edgar.fakes import WWW, FakeContext, FakeDetector, FakeHttp, quoted

pytestmark = [pytest.mark.data, pytest.mark.slow]
EDGAR = Edgar(EdgarConfig())
NEWS = FakeDetector({
    "announce": "trial_results", "Announces": "partnership", "PRICES": "public_offering", "offering": "public_offering",
    "appointed": "leadership_change", "approval": "regulatory_approval",
})  # fmt: skip


def raw(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def files(pattern: str) -> Iterator[Path]:
    yield from sorted(data_path("edgar").glob(pattern))


def document(data: bytes) -> Document:
    """A recorded submission as the document a poll would make of it for a watched company."""
    header = parse_submission(data).filing
    bare = Filing(
        accession=header.accession, form=header.form, parties=header.parties[:1], filed=header.filed, layer="index"
    )
    told, body = read_body(bare, data, Route("submission", f"{WWW}/{header.accession}.txt"))
    return to_document(told, body, "watched", WWW)


def test_the_quarter_and_the_daily_indexes_parse_whole() -> None:
    table = []
    for path in files("index/**/master*.idx.gz"):
        data = raw(path)
        found = parse_index(data, WWW)
        expected = len(re.findall(rb"^\d+\|.*\|.*\|.*\|edgar/data/", data, re.MULTILINE))
        table.append((path.name, found.rows, len(found.filings)))

        assert found.rows == expected
        assert not found.quarantined
        assert all(is_business_day(f.filed) for f in found.filings.values() if f.filed is not None)
    print("\nindexes:", table)

    assert {n: (r, f) for n, r, f in table}["master.2020-QTR1.idx.gz"] == (319_828, 213_557)


def test_a_recorded_day_becomes_documents_once() -> None:
    """3 January 2020 through the index layer: rows per form of interest counted apart from the parser, nothing twice."""
    data = raw(data_path("edgar/index/daily/master.20200103.idx.gz"))
    wanted = {f.removesuffix("/A") for f in EdgarConfig().forms} - {"10-K", "10-Q", "20-F", "10-KT"}
    rows = [r.split("|") for r in data.decode("latin-1").splitlines() if r.count("|") == 4 and r[0].isdigit()]
    expected = {ACCESSION.search(r[4]).group() for r in rows if r[2].removesuffix("/A") in wanted}  # type: ignore[union-attr]
    http = FakeHttp({f"{WWW}/Archives/edgar/daily-index/2020/QTR1/master.20200103.idx": data})
    ctx = FakeContext(http, now=datetime(2020, 1, 6, 12, tzinfo=UTC))
    ctx.cursor = {"index": {"watermark": "2020-01-02"}}
    connector = Edgar(EdgarConfig(current=False, reconcile=False, bodies_per_poll=0))
    ctx.run(connector)
    once = len(ctx.versions)
    ctx.run(connector)

    assert set(ctx.stored) == expected
    assert len(ctx.versions) == once == len(expected)


def test_every_filing_list_parses_and_its_reports_have_items() -> None:
    rows = kept = reports = 0
    for path in files("submissions/*.gz"):
        found = parse_submissions(raw(path), 1, WWW)
        rows += found.rows
        kept += len(found.filings)
        modern = [f for f in found.filings if f.kind == "current_report" and f.filed and f.filed >= date(2004, 9, 1)]
        reports += len(modern)

        assert all(f.items for f in modern), path.name
        assert all(f.accepted is None for f in found.filings)
    print(f"\nfiling lists: {rows} rows, {kept} filings, {reports} current reports with items")

    assert rows == kept > 24_000


def test_the_form_ds() -> None:
    forms = {path.name: parse_form_d(raw(path)) for path in files("formd/*")}
    reduced = [reduce_form_d(raw(path)) for path in files("formd/*")]

    assert len(forms) == 10
    assert sum(f.pooled for f in forms.values()) == 6  # five funds by industry, a REIT by its exemption
    assert sum(f.life_science for f in forms.values()) == 2
    assert sum(f.amendment for f in forms.values()) == 2
    assert all(parse_form_d(r) == f for r, f in zip(reduced, forms.values(), strict=True))
    assert not any(re.search(rb"relatedPerson|signature|street|Phone|recipient", r) for r in reduced)


def test_every_submission_becomes_a_document_and_its_events_are_quoted() -> None:
    kinds: Counter[str] = Counter()
    read = 0
    for path in [
        *files("filings/**/*.txt*"),
        *files("filings/nc/*"),
        *files("formd/*.pem.txt"),
        *files("formd/0001968*.txt"),
    ]:
        data = raw(path)
        filing = parse_submission(data).filing

        assert filing.form, path.name
        if not routes(Filing(accession=filing.accession, form=filing.form, parties=filing.parties), WWW):
            continue
        made = document(data)
        read += 1
        for event in EDGAR.events(made, None, NEWS):
            kinds[event.type] += 1

            assert quoted(made, event), (path.name, event.type, event.span)
            assert event.organisations, path.name
        assert len(made.payload) <= 200_000
        assert not re.search(rb"STREET 1|BUSINESS PHONE", made.payload), path.name
    print(f"\nsubmissions: {read} read, events {dict(kinds)}")

    assert read >= 35


def test_what_some_recorded_filings_say() -> None:
    def said(pattern: str) -> list[tuple[str, object]]:
        (path,) = files(f"filings/{pattern}")
        return [
            (e.type, e.attributes.get("kind") or e.attributes.get("status") or e.attributes.get("direction"))
            for e in EDGAR.events(document(raw(path)), None, FakeDetector())
        ]

    assert said("10-K_takedown*") == [("bankruptcy_distress", "going_concern")]
    assert said("10-K_24-7*") == [("bankruptcy_distress", "going_concern")]
    assert said("8-K_exelon*") == [("leadership_change", "joins")]
    assert said("8-K_meta*") == [("leadership_change", "leaves")]
    assert said("8-K_1895*") == []  # terms of employment extended
    assert said("8-K_nvidia*") == []  # a compensation plan
    assert said("8-K_blackrock*") == []  # as previously reported
    assert said("SCTOTA*") == [("merger_acquisition", "tender_offer")]
    assert said("424B5_alzamend*") == [("public_offering", "atm")]
    assert said("424B5_imunon*") == [("public_offering", "priced")]
    assert said("424B4_traws*") == [("public_offering", "priced")]  # its base prospectus names selling stockholders
    assert said("424B5_curis*") == [("public_offering", "priced")]
    assert said("S-1_acurx*") == []  # resale
    assert said("S-1_learn-cw*") == []  # blank check
    assert said("heat*/EFFECT*") == [("filing", "registration_effective")]
    assert said("heat*/SC13DA*") == [("filing", "stake")]
    assert said("heat*/8-K_0001553350-20-000080*") == [("public_offering", "closed")]
    assert said("heat*/8-K_0001553350-20-000232*") == []  # by-laws
    assert said("heat*/8-K_0001553350-20-000250*") == []  # earnings


def test_an_ipo_prospectus() -> None:
    body = raw(data_path("edgar/filings/424B4_camp4-therapeutics.htm.gz"))
    filing = Filing(
        accession="0000000001-24-000001", form="424B4", parties=(Party(cik=1, name="X Therapeutics", role="filer"),)
    )
    told, read = read_body(filing, body, Route("page", f"{WWW}/x.htm"))
    (event,) = EDGAR.events(to_document(told, read, "sic", WWW), None, NEWS)

    assert (event.type, event.attributes["status"], event.attributes["amount"]) == ("ipo", "priced", 75_020_000)


def test_553_primary_documents_of_thirty_years() -> None:
    path = data_path("edgar/filings/8k_primary_docs_1994-2023.zip")
    kinds: Counter[str] = Counter()
    with_items = documents = 0
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith("/"):
                continue
            data = archive.read(name)
            accession = ACCESSION.search(name)
            assert accession is not None
            filing = Filing(accession=accession.group(), form="8-K", parties=(Party(cik=int(name.split("/")[-1].split("_")[0]), name="Some Registrant Inc", role="filer"),))  # fmt: skip
            route = Route("submission" if name.endswith(".txt") else "page", f"{WWW}/x")
            told, body = read_body(filing, data, route)
            made = to_document(told, body, "watched", WWW)
            documents += 1
            with_items += bool(re.search(r"item\s+\d", made.text, re.IGNORECASE))
            for event in EDGAR.events(made, None, NEWS):
                kinds[event.type] += 1

                assert quoted(made, event), (name, event.type, event.span)
    print(f"\n553 primary documents: {documents} read, {with_items} with items, events {dict(kinds)}")

    assert documents == 553
    assert with_items > 530


def test_schedules_13d_also_the_broken_one() -> None:
    found = {path.name: parse_stake(raw(path)) for path in files("schedule13/*")}

    assert len(found) == 7
    assert found["13d_edgartools.xml"].percent == 9.9
    assert found["13da_zivo_truncated-endtag.xml.gz"].issuer_cik == 1101026
    assert found["13da_zivo_truncated-endtag.xml.gz"].percent == 12.2
    assert found["13d_2024_1.htm.gz"].percent == 22.9
    assert found["13d_nested_cusip.xml.gz"].event_date == date(2026, 5, 4)
    assert all("LP" in h or "L.P." in h or "LLC" in h or "Inc" in h for s in found.values() for h in s.holders)


def test_headers_and_notices() -> None:
    for path in files("headers/*index-headers.html"):
        if path.name == "index-headers.html":
            assert parse_header_page(raw(path)).filing.items == ("5.07",)
        assert parse_header_page(raw(path)).filing.form
    for path in files("headers/*eader*.txt"):
        filing, lines = parse_header(raw(path).decode("latin-1"))

        assert filing.parties, path.name
        assert not any("STREET" in line for line in lines)
    assert effective_form(raw(data_path("edgar/headers/effect.xml"))) == "POS AM"


def test_error_bodies_are_refused_by_every_reader() -> None:
    """Block pages and S3 errors served with status 200 are never taken for content."""
    for path in [*files("errors/*"), *files("getcurrent/*/start5100*.html.gz")]:
        data = raw(path)
        for reader in (parse_index, parse_submissions, parse_form_d, effective_form, parse_submission):
            with pytest.raises(BadPayload):
                reader(data)  # type: ignore[operator]
