"""What SEC company files add to accounts with a CIK."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from signalwatch.accounts import enrich, enrichment
from signalwatch.errors import ConfigError
from signalwatch.model import Account
from signalwatch.resolve import Resolver

NAMES = """name,start_date,end_date,cik
"Novarix Pharmaceuticals, Inc.",2015-01-01,,0009000001
"OLDGENE THERAPEUTICS INC /DE/",2004-01-01,2015-01-01,0009000001
BLANKCHECK ACQUISITION CORP,2002-01-01,2004-01-01,0009000001
SOLVIND BIOTECH INC,2000-01-01,2002-01-01,0009000001
Solvind Biotech Inc,2010-01-01,,0009000002
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "listed_filer_names.csv.gz").write_bytes(gzip.compress(NAMES.encode()))
    (tmp_path / "former-names.json").write_text(json.dumps([["early pharma corp", "0009000001"]]))
    (tmp_path / "company_tickers.json").write_text(
        json.dumps({"0": {"cik_str": 9000001, "ticker": "NVRX", "title": "x"}})
    )
    submission = {"cik": "9000001", "name": "Novarix Pharmaceuticals, Inc.", "sic": "2834", "sicDescription": "Pharmaceutical Preparations",
                  "tickers": ["NVRX"], "formerNames": [{"name": "Oldgene Therapeutics Inc"}],
                  "addresses": {"business": {"city": "BOSTON", "stateOrCountry": "MA"}}}  # fmt: skip
    (tmp_path / "CIK0009000001.json").write_text(json.dumps(submission))
    return tmp_path


def test_names_ticker_and_trade_are_added_and_nothing_is_overwritten(folder: Path) -> None:
    account = Account(account_id="novarix", name="Novarix", cik=9000001, attributes={"sic": "own"})

    result = enrichment([account], folder)
    after = result.accounts[0]

    assert {n.lower() for n in after.former_names} == {"oldgene therapeutics inc", "early pharma corp"}
    assert (after.ticker, after.legal_name) == ("NVRX", "Novarix Pharmaceuticals, Inc.")
    assert after.attributes == {
        "sic": "own",
        "sic_description": "Pharmaceutical Preparations",
        "hq_city": "Boston",
        "hq_state": "MA",
    }
    assert {name for _, name in result.doubted} == {"BLANKCHECK ACQUISITION CORP", "SOLVIND BIOTECH INC"}
    assert Resolver(result.accounts).resolve_name("Oldgene Therapeutics, Inc.").account_id == "novarix"


def test_twice_is_once(folder: Path) -> None:
    once = enrich([Account(account_id="novarix", name="Novarix", cik=9000001)], folder)

    assert enrich(once, folder) == once
    assert enrichment(once, folder).changed == ()


def test_accounts_without_a_cik_stay_as_they_are(folder: Path) -> None:
    account = Account(account_id="x", name="Xeno")

    assert enrich([account], folder) == [account]


def test_a_broken_file_is_named_and_the_others_are_used(folder: Path) -> None:
    (folder / "company_tickers_exchange.json").write_text("{ not json")

    result = enrichment([Account(account_id="novarix", name="Novarix", cik=9000001)], folder)

    assert result.accounts[0].ticker == "NVRX"
    assert "company_tickers_exchange.json" in str(result.problems[0])


def test_a_folder_without_any_such_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        enrich([], tmp_path)
    with pytest.raises(ConfigError):
        enrich([], tmp_path / "nowhere")


def test_a_former_name_with_a_remark_or_alike_is_understood(tmp_path: Path) -> None:
    names = """name,start_date,end_date,cik
"Novarix Inc., (Formerly Oldgene Therapeutics Inc.)",2010-01-01,2015-01-01,0009000001
Novarix Holdings Corp,2009-01-01,2010-01-01,0009000001
Thrifty Printing Inc.,2001-01-01,2009-01-01,0009000001
"""
    (tmp_path / "filer_names.csv").write_text(names)
    account = Account(account_id="novarix", name="Novarix Pharma", cik=9000001)

    result = enrichment([account], tmp_path)

    assert result.accounts[0].former_names == ("Novarix Inc.", "Novarix Holdings Corp")
    assert [name for _, name in result.doubted] == ["Thrifty Printing Inc."]


def test_a_code_of_a_place_abroad_is_no_state(tmp_path: Path) -> None:
    about = {"cik": "9000001", "name": "Novarix", "addresses": {"business": {"city": "PERTH", "stateOrCountry": "C3"}}}
    (tmp_path / "CIK0009000001.json").write_text(json.dumps(about))

    [after] = enrich([Account(account_id="novarix", name="Novarix", cik=9000001)], tmp_path)

    assert after.attributes == {"hq_city": "Perth"}
