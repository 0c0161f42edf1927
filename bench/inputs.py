"""Seeded inputs of the benchmarks: account lists, registry studies, latest-filings pages, feeds."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from signalwatch.model import Account

_FIRST = [
    "Al",
    "Bel",
    "Cor",
    "Dan",
    "Els",
    "Fer",
    "Gal",
    "Hel",
    "Ist",
    "Jun",
    "Kal",
    "Lum",
    "Mer",
    "Nov",
    "Oct",
    "Pro",
    "Qua",
    "Ran",
    "Sel",
    "Tor",
    "Ult",
    "Ver",
    "Wes",
    "Xan",
    "Yor",
    "Zen",
]
_SECOND = ["abi", "ero", "ica", "oma", "uno", "eri", "ova", "ita", "ara", "emo", "isu", "olo", "una", "ade", "ipo"]
_THIRD = [
    "gen",
    "cyte",
    "zyme",
    "vant",
    "thera",
    "mune",
    "path",
    "cell",
    "dyne",
    "pharm",
    "nova",
    "bio",
    "sys",
    "lex",
    "mab",
    "tide",
]
_SUFFIX = [
    "Therapeutics",
    "Pharma",
    "Biosciences",
    "Biologics",
    "Medical",
    "Sciences",
    "Oncology",
    "Genomics",
    "Laboratories",
    "Health",
]
_LEGAL = ["Inc.", "Corp.", "Ltd", "AG", "S.A.", "GmbH", "plc", "N.V.", "LLC", "AB"]
_WORDS = [
    "patients",
    "with",
    "moderate",
    "to",
    "severe",
    "disease",
    "will",
    "receive",
    "study",
    "drug",
    "once",
    "daily",
    "and",
    "outcomes",
    "are",
    "assessed",
    "by",
    "investigators",
    "at",
    "each",
    "visit",
    "safety",
    "tolerability",
    "efficacy",
    "pharmacokinetics",
    "response",
    "duration",
    "survival",
    "quality",
    "of",
    "life",
    "randomised",
    "double",
    "blind",
    "placebo",
    "controlled",
    "multicentre",
    "open",
    "label",
    "extension",
    "cohort",
    "dose",
    "escalation",
    "expansion",
]


def names(number: int, seed: int = 1) -> list[str]:
    """Distinct invented company names."""
    rng = random.Random(seed)
    out: dict[str, None] = {}
    while len(out) < number:
        word = rng.choice(_FIRST) + rng.choice(_SECOND) + rng.choice(_THIRD)
        if rng.random() < 0.5:
            word += rng.choice(_SECOND)
        out[f"{word} {rng.choice(_SUFFIX)}"] = None
    return list(out)


def accounts(number: int, seed: int = 1) -> list[Account]:
    """An account list of invented companies."""
    rng = random.Random(seed)
    added = datetime(2025, 1, 1, tzinfo=UTC)
    return [
        Account(
            account_id=f"acc-{i}", name=name, legal_name=f"{name}, {rng.choice(_LEGAL)}", cik=2_000_000 + i if i % 3 else None,
            ticker=f"{name[:3].upper()}{i % 10}" if i % 4 == 0 else "", tier=3 if i % 20 else 2, owner=f"rep{i % 9}",
            tier_since=added, country="US",
        )
        for i, name in enumerate(names(number, seed))
    ]  # fmt: skip


def study(number: int, sponsor: str, updated: date, rng: random.Random) -> dict[str, Any]:
    """One registry record of about 7 kB."""
    text = " ".join(rng.choices(_WORDS, k=380))
    code = f"{sponsor[:3].upper()}-{100 + number % 900}"
    day = updated.isoformat()
    return {
        "protocolSection": {
            "identificationModule": {
                "nctId": f"NCT{number:08d}", "orgStudyIdInfo": {"id": f"{code}-01"}, "briefTitle": f"Study of {code} in adults, part {number}",
                "organization": {"fullName": sponsor, "class": "INDUSTRY"}, "officialTitle": " ".join(rng.choices(_WORDS, k=25)),
            },
            "statusModule": {
                "statusVerifiedDate": day[:7], "overallStatus": "RECRUITING", "startDateStruct": {"date": day, "type": "ACTUAL"},
                "primaryCompletionDateStruct": {"date": "2028-06", "type": "ESTIMATED"}, "completionDateStruct": {"date": "2029-01", "type": "ESTIMATED"},
                "studyFirstSubmitDate": day, "studyFirstPostDateStruct": {"date": day, "type": "ACTUAL"},
                "lastUpdateSubmitDate": day, "lastUpdatePostDateStruct": {"date": day, "type": "ACTUAL"},
            },
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": sponsor, "class": "INDUSTRY"}},
            "descriptionModule": {"briefSummary": text[:900], "detailedDescription": text},
            "conditionsModule": {"conditions": [rng.choice(["Breast Cancer", "Asthma", "Psoriasis", "Type 2 Diabetes"])], "keywords": ["x", "y"]},
            "designModule": {"studyType": "INTERVENTIONAL", "phases": [rng.choice(["PHASE1", "PHASE2", "PHASE3"])], "enrollmentInfo": {"count": 120, "type": "ESTIMATED"}},
            "armsInterventionsModule": {"interventions": [{"type": "DRUG", "name": code, "description": text[:300]}]},
            "outcomesModule": {"primaryOutcomes": [{"measure": text[:120], "timeFrame": "24 weeks"}]},
            "contactsLocationsModule": {"locations": [{"facility": f"Site {i}", "city": "Boston", "country": "United States"} for i in range(8)]},
        },
        "derivedSection": {"miscInfoModule": {"versionHolder": day}, "conditionBrowseModule": {"meshes": [{"id": "D1", "term": "Neoplasms"}]}},
        "hasResults": False,
    }  # fmt: skip


def study_pages(number: int, sponsors: list[str], updated: date, size: int = 1000, seed: int = 2) -> list[bytes]:
    """Pages of registry records as the API would send them; tokens are page numbers."""
    rng = random.Random(seed)
    rows = [study(i, sponsors[i % len(sponsors)], updated, rng) for i in range(1, number + 1)]
    pages = []
    for start in range(0, number, size):
        body: dict[str, Any] = {"studies": rows[start : start + size]}
        if start + size < number:
            body["nextPageToken"] = str(start // size + 1)
        pages.append(json.dumps(body, separators=(",", ":")).encode())
    return pages


def latest_filings(pages: int = 51, per_page: int = 100, seed: int = 3) -> Iterator[bytes]:
    """Atom pages in the shape of EDGAR's latest filings, newest first."""
    rng = random.Random(seed)
    forms = (
        ["4"] * 40
        + ["424B2"] * 15
        + ["8-K"] * 8
        + ["D"] * 5
        + ["6-K"] * 4
        + ["10-Q"] * 4
        + ["SC 13G"] * 4
        + ["497"] * 10
    )
    people = names(3000, seed)
    moment = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
    for page in range(pages):
        out = [
            '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n<title>Latest Filings</title>\n'
        ]
        for row in range(per_page):
            number = page * per_page + row
            form, name = rng.choice(forms), rng.choice(people).upper()
            cik = 3_000_000 + number % 4000
            accession = f"{1_000_000 + number % 700:010d}-26-{number:06d}"
            at = (moment - timedelta(seconds=20 * number)).strftime("%Y-%m-%dT%H:%M:%S-05:00")
            items = (
                "\n&lt;br&gt;Item 8.01: Other Events\n&lt;br&gt;Item 9.01: Financial Statements and Exhibits"
                if form == "8-K"
                else ""
            )
            if form == "D":
                items = "\n&lt;br&gt;Item 3C: Investment Company Act Section 3(c)"
            out.append(
                f"<entry>\n<title>{form} - {name} ({cik:010d}) (Filer)</title>\n"
                f'<link rel="alternate" type="text/html" href="https://www.sec.gov/Archives/edgar/data/{cik}/{accession.replace("-", "")}/{accession}-index.htm"/>\n'
                f'<summary type="html">\n &lt;b&gt;Filed:&lt;/b&gt; 2026-03-02 &lt;b&gt;AccNo:&lt;/b&gt; {accession} &lt;b&gt;Size:&lt;/b&gt; 14 KB{items}\n</summary>\n'
                f'<updated>{at}</updated>\n<category scheme="https://www.sec.gov/" label="form type" term="{form}"/>\n'
                f"<id>urn:tag:sec.gov,2008:accession-number={accession}</id>\n</entry>\n"
            )
        out.append("</feed>\n")
        yield "".join(out).encode("latin-1")
