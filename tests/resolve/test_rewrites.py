"""Names glued, joined, abbreviated or misspelt, and those that only look like one of ours."""

from __future__ import annotations

import pytest

from signalwatch.model import Account
from signalwatch.resolve import Resolver, load_families

LISTED = (
    Account(account_id="kelvora", name="Kelvora", legal_name="Kelvora, Inc.", country="US"),
    Account(account_id="dal-biotech", name="DAL Biotech", legal_name="DAL Biotech Co., Ltd.", country="KR"),
    Account(account_id="mendryx", name="Mendryx", legal_name="Mendryx plc", country="IE", kind="big_pharma"),
    Account(account_id="otra-berg", name="Ottraberg", legal_name="Ottraberg SE & Co. KGaA", country="DE", kind="medtech"),
    Account(account_id="qxs", name="QXS", legal_name="QXS Holdings, LLC", country="US", kind="cro_cdmo"),
    Account(account_id="relay", name="Relay", legal_name="Relay Therapeutics, Inc.", ticker="RLAY", country="US"),
    Account(account_id="genesis", name="Genesis Pharma", legal_name="Genesis Pharma SA", country="GR"),
    Account(account_id="gaia", name="Gaia", legal_name="GAIA AG", country="DE", kind="medtech"),
    Account(account_id="foundation-med", name="Foundation Medicine", legal_name="Foundation Medicine, Inc.", country="US"),
    Account(account_id="maxima-trial", name="Maxivar Clinical Research", legal_name="Maxivar Clinical Research, LLC", kind="cro_cdmo"),
    Account(account_id="sevro", name="Sevromune Biosciences", legal_name="Sevromune Biosciences, Inc.", country="US"),
    Account(account_id="old-name", name="Catabrel Pharmaceuticals", legal_name="Catabrel Pharmaceuticals, Inc.", country="US"),
    Account(account_id="borrel", name="Borrel & Haldane", legal_name="Borrel & Haldane, Inc.", country="US", kind="big_pharma"),
    Account(account_id="buyer", name="Bryostat", legal_name="Bryostat Pharmaceuticals, Inc.", country="US"),
)  # fmt: skip
FACTS = """
- company: QXS
  facts:
    - {name: Qualidex Clinical Research, kind: owned, since: 2012, source: 'company web site, 2012'}
- company: Astrivel
  names: [Astrivel Therapeutics]
  facts:
    - {name: Catabrel Pharmaceuticals, kind: renamed, since: 2021, source: 'change of name; SEC filings, 2021'}
    - {name: Quelldane, kind: owned, since: 2022, source: 'purchase completed; company announcement, 2022'}
- company: Bryostat
  facts:
    - {name: Astrivel Therapeutics, kind: owned, since: 2025, source: 'purchase completed; company announcement, 2025'}
"""


@pytest.fixture(scope="module")
def listed() -> Resolver:
    return Resolver(LISTED, families=load_families(FACTS))


@pytest.mark.parametrize(
    ("name", "account"),
    [
        ("Kelvorabio Australia Pty Ltd", "kelvora"),
        ("KelvoraPharma", "kelvora"),
        ("DALBiotech CO., Ltd", "dal-biotech"),
        ("MendryxNeuro", "mendryx"),
        ("Ottra Berg France SNC", "otra-berg"),
        ("QXS-Qualidex Clinical Research Co., Ltd", "qxs"),
        ("Kelvora lnc.", "kelvora"),
        ("Kelvora Site 2005", "kelvora"),
        ("Kelvora Investigational Center", "kelvora"),
        ("Maxivar Clin. Res. GmbH", "maxima-trial"),
        ("Sevromune Bio", "sevro"),
        ("Sevromune Biosceinces", "sevro"),
        ("Medical Department, Mendryx Spain", "mendryx"),
        ("Oxidane, Mendryx Group", "mendryx"),
        ("formerly Oxidane, now Kelvora", "kelvora"),
        ("Oxidane (merged into Kelvora)", "kelvora"),
        ("Mendryx Development Center Americas, Inc.", "mendryx"),
        ("Relay Netherlands B.V.", "relay"),
        ("Kellvora Inc", "kelvora"),
    ],
)
def test_other_ways_of_writing_are_the_company(listed: Resolver, name: str, account: str) -> None:
    assert listed.resolve_name(name).account_id == account, listed.resolve_name(name).reason


@pytest.mark.parametrize(
    "name",
    [
        "Relaybio Farms",
        "GAIA, INC",
        "Kelvora Hospital",
        "Genesis Care",
        "Foundation for Medicine",
        "Sevro Energy Corp",
        "Mendryx Foundation",
        "KelvoraSteel Works",
    ],
)
def test_what_looks_like_one_of_ours_is_not_matched(listed: Resolver, name: str) -> None:
    assert listed.resolve_name(name).status != "matched", listed.resolve_name(name).reason


def test_an_account_under_its_old_name_stands_before_the_buyer(listed: Resolver) -> None:
    assert listed.resolve_name("Astrivel Therapeutics, Inc.").account_id == "old-name"
    assert listed.resolve_name("Quelldane").account_id == "old-name"


def test_a_word_that_many_companies_share_needs_more_in_a_headline(listed: Resolver) -> None:
    assert not listed.find("Mendryx pays Genesis $80M to expand drug discovery pact", doubtful=False)[1:]
    assert not listed.find("Foundation backs medicine for rare disease")
    assert [m.account_id for m in listed.find("Relay shares climb on cancer drug data")] == ["relay"]


def test_an_owner_without_apostrophe_is_found(listed: Resolver) -> None:
    found = listed.find("U.S. ends pause on Borrel & Haldanes vaccine trial")

    assert [m.account_id for m in found] == ["borrel"]
    assert listed.resolve_name("Borrel & Haldanes").account_id == "borrel"
