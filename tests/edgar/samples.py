"""Invented filings in the shapes EDGAR uses. No company, person or sentence here is real."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")


def entry(
    accession: str,
    form: str,
    name: str,
    cik: int,
    role: str = "Filer",
    *,
    updated: str = "2025-12-12T18:02:00-05:00",
    filed: str = "2025-12-12",
    items: Sequence[str] = (),
    size: str = "13 KB",
) -> str:
    """One row of the latest-filings feed."""
    folder = accession.replace("-", "")
    lines = "".join(f"\n<br>{i}" for i in items)
    summary = f"\n <b>Filed:</b> {filed} <b>AccNo:</b> {accession} <b>Size:</b> {size}{lines}\n"
    return (
        f"<entry>\n<title>{html.escape(f'{form} - {name} ({cik:010d}) ({role})')}</title>\n"
        f'<link rel="alternate" type="text/html" href="https://www.sec.gov/Archives/edgar/data/{cik}/{folder}/{accession}-index.htm"/>\n'
        f'<summary type="html">{html.escape(summary)}</summary>\n<updated>{updated}</updated>\n'
        f'<category scheme="https://www.sec.gov/" label="form type" term="{form}"/>\n'
        f"<id>urn:tag:sec.gov,2008:accession-number={accession}</id>\n</entry>"
    )


def feed(*entries: str) -> bytes:
    """A page of the feed."""
    head = (
        '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        "<title>Latest Filings - Fri, 12 Dec 2025 18:02:34 EST</title>\n<updated>2025-12-12T18:02:34-05:00</updated>\n"
    )
    return (head + "\n".join(entries) + "\n</feed>\n").encode("latin-1")


def master(*rows: tuple[int, str, str, str, str], dashes: bool = False) -> bytes:
    """A daily master index: rows of (CIK, name, form, day, accession)."""
    lines = [f"{c}|{n}|{f}|{d if dashes else d.replace('-', '')}|edgar/data/{c}/{a}.txt" for c, n, f, d, a in rows]
    head = (
        "Description:           Daily Index of EDGAR Dissemination Feed\nLast Data Received:    Dec 11, 2025\n"
        "Comments:              webmaster@sec.gov\n \nCIK|Company Name|Form Type|Date Filed|File Name\n" + "-" * 80
    )
    return "\n".join([head, *lines, ""]).encode("latin-1")


def submissions(cik: int, name: str, rows: Sequence[dict[str, object]], **company: object) -> bytes:
    """A submissions document; each row a dict of the columns that matter."""
    names = (
        "accessionNumber",
        "filingDate",
        "reportDate",
        "acceptanceDateTime",
        "form",
        "items",
        "size",
        "primaryDocument",
    )
    recent = {n: [r.get(n, 0 if n == "size" else "") for r in rows] for n in names}
    about = {"cik": f"{cik:010d}", "name": name, "sic": "2834", "tickers": ["ACME"], "exchanges": ["Nasdaq"]} | company
    return json.dumps(about | {"filings": {"recent": recent, "files": [{"name": "older.json"}]}}).encode()


FORM_D = """<?xml version="1.0"?>
<edgarSubmission>
    <schemaVersion>X0708</schemaVersion>
    <submissionType>{form}</submissionType>
    <testOrLive>{live}</testOrLive>
    <primaryIssuer>
        <cik>{cik:010d}</cik>
        <entityName>{name}</entityName>
        <issuerAddress><street1>1 Harbour Walk</street1><city>Salem</city><stateOrCountry>MA</stateOrCountry></issuerAddress>
        <issuerPhoneNumber>5550100</issuerPhoneNumber>
        <jurisdictionOfInc>DELAWARE</jurisdictionOfInc>
        <issuerPreviousNameList><previousName>Quillfern Labs, Inc.</previousName></issuerPreviousNameList>
        <edgarPreviousNameList><value>None</value></edgarPreviousNameList>
        <entityType>Corporation</entityType>
    </primaryIssuer>
    <relatedPersonsList><relatedPersonInfo><relatedPersonName><firstName>Tilda</firstName><lastName>Marrowby</lastName>
        </relatedPersonName><relatedPersonAddress><street1>9 Elm Row</street1></relatedPersonAddress></relatedPersonInfo>
    </relatedPersonsList>
    <offeringData>
        <industryGroup><industryGroupType>{industry}</industryGroupType>{fund}</industryGroup>
        <issuerSize><revenueRange>Decline to Disclose</revenueRange></issuerSize>
        <federalExemptionsExclusions><item>06b</item></federalExemptionsExclusions>
        <typeOfFiling><newOrAmendment><isAmendment>{amended}</isAmendment>{previous}</newOrAmendment>
            <dateOfFirstSale>{sale}</dateOfFirstSale></typeOfFiling>
        <durationOfOffering><moreThanOneYear>false</moreThanOneYear></durationOfOffering>
        <typesOfSecuritiesOffered><isEquityType>true</isEquityType></typesOfSecuritiesOffered>
        <businessCombinationTransaction><isBusinessCombinationTransaction>{combination}</isBusinessCombinationTransaction>
        </businessCombinationTransaction>
        <minimumInvestmentAccepted>0</minimumInvestmentAccepted>
        <salesCompensationList><recipient><recipientName>Orrin Flake</recipientName></recipient></salesCompensationList>
        <offeringSalesAmounts><totalOfferingAmount>{offered}</totalOfferingAmount><totalAmountSold>{sold}</totalAmountSold>
            <totalRemaining>0</totalRemaining></offeringSalesAmounts>
        <investors><hasNonAccreditedInvestors>false</hasNonAccreditedInvestors>
            <totalNumberAlreadyInvested>7</totalNumberAlreadyInvested></investors>
        <signatureBlock><signature><nameOfSigner>Tilda Marrowby</nameOfSigner></signature></signatureBlock>
    </offeringData>
</edgarSubmission>
"""


def form_d(
    name: str = "Quillfern Therapeutics, Inc.",
    cik: int = 1900001,
    *,
    form: str = "D",
    sold: str = "42000000",
    offered: str = "60000000",
    industry: str = "Biotechnology",
    sale: str = "2025-12-01",
    previous: str = "",
    fund: bool = False,
    combination: bool = False,
    live: str = "LIVE",
) -> bytes:
    """A Form D."""
    text = FORM_D.format(
        form=form, live=live, cik=cik, name=name, industry=industry, sold=sold, offered=offered,
        amended="true" if form == "D/A" else "false", combination="true" if combination else "false",
        previous=f"<previousAccessionNumber>{previous}</previousAccessionNumber>" if previous else "",
        sale=f"<value>{sale}</value>" if sale else "<yetToOccur>true</yetToOccur>",
        fund="<investmentFundInfo><investmentFundType>Venture Capital Fund</investmentFundType></investmentFundInfo>" if fund else "",
    )  # fmt: skip
    return text.encode()


def party_block(role: str, name: str, cik: int, sic: str = "PHARMACEUTICAL PREPARATIONS [2834]") -> str:
    """One party of a submission header."""
    line = f"\t\tSTANDARD INDUSTRIAL CLASSIFICATION:\t{sic}\n" if sic else ""
    return (
        f"\n{role}:\n\n\tCOMPANY DATA:\t\n\t\tCOMPANY CONFORMED NAME:\t\t\t{name}\n\t\tCENTRAL INDEX KEY:\t\t\t{cik:010d}\n{line}"
        "\t\tSTATE OF INCORPORATION:\t\t\tDE\n\n\tFILING VALUES:\n\t\tFORM TYPE:\t\tX\n\n\tBUSINESS ADDRESS:\t\n"
        "\t\tSTREET 1:\t\t1 HARBOUR WALK\n\t\tCITY:\t\t\tSALEM\n"
    )


def submission(
    accession: str,
    form: str,
    documents: Sequence[tuple[str, str]],
    *,
    parties: str = "",
    items: Sequence[str] = (),
    accepted: str = "20251212180155",
    period: str = "20251211",
    filed: str = "20251212",
) -> bytes:
    """A full submission file with documents of (type, text)."""
    named = parties or party_block("FILER", "BRAMBLEWICK BIOSCIENCES, INC. /DE/", 1800001)
    lines = "".join(f"ITEM INFORMATION:\t\t{i}\n" for i in items)
    head = (
        f"<SEC-DOCUMENT>{accession}.txt : {filed}\n<SEC-HEADER>{accession}.hdr.sgml : {filed}\n<ACCEPTANCE-DATETIME>{accepted}\n"
        f"ACCESSION NUMBER:\t\t{accession}\nCONFORMED SUBMISSION TYPE:\t{form}\nPUBLIC DOCUMENT COUNT:\t\t{len(documents)}\n"
        f"CONFORMED PERIOD OF REPORT:\t{period}\n{lines}FILED AS OF DATE:\t\t{filed}\n{named}</SEC-HEADER>\n"
    )
    body = "".join(
        f"<DOCUMENT>\n<TYPE>{kind}\n<SEQUENCE>{n}\n<FILENAME>d{n}.htm\n<TEXT>\n{text}\n</TEXT>\n</DOCUMENT>\n"
        for n, (kind, text) in enumerate(documents, 1)
    )
    return (head + body + "</SEC-DOCUMENT>\n").encode("latin-1", "xmlcharrefreplace")


def report(*sections: tuple[str, str, str]) -> str:
    """The main document of an 8-K: (code, title, text) per item."""
    body = "".join(f"<p><b>Item {c}</b> <b>{t}</b></p>\n<p>{x}</p>\n" for c, t, x in sections)
    return (
        "<html><body><p>UNITED STATES</p><p>SECURITIES AND EXCHANGE COMMISSION</p><p>FORM 8-K</p>"
        "<p>Date of Report (Date of earliest event reported): December 11, 2025</p>"
        f"<table><tr><td>Common&nbsp;Stock</td><td>BRAM</td></tr></table>\n{body}"
        "<p>SIGNATURES</p><p>Pursuant to the requirements of the Securities Exchange Act of 1934, signed by the undersigned.</p>"
        "<p>/s/ Orrin Flake</p><p>Chief Financial Officer</p></body></html>"
    )


def release(headline: str, lead: str) -> str:
    """A press-release exhibit."""
    return (
        f"<html><body><p>Exhibit 99.1</p><p>FOR IMMEDIATE RELEASE</p><p><b>{headline}</b></p>"
        f"<p>SALEM, Mass., December 11, 2025 (NEWSWIRE) &#151; {lead}</p>"
        "<p>About Bramblewick</p><p>Bramblewick makes things. In 2021 it was granted orphan drug designation.</p></body></html>"
    )


def eastern(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A New York wall-clock time."""
    return datetime(year, month, day, hour, minute, tzinfo=EASTERN)
