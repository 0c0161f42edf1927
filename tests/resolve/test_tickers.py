"""Identifiers: CIK and ticker symbols."""

from __future__ import annotations

import pytest

from signalwatch.model import Organisation
from tests.resolve.world import resolver

WORLD = resolver()


@pytest.mark.parametrize("cik", ["9000001", "0009000001", "CIK0009000001", 9000001, " 9000001 "])
def test_a_cik_in_any_writing(cik: int | str) -> None:
    assert WORLD.resolve_cik(cik).account_id == "novarix"


@pytest.mark.parametrize("cik", ["900000", "90000010", "9000002", "0", "", "abc", "-9000001", "9000001.5"])
def test_other_digits_are_nobody(cik: str) -> None:
    assert WORLD.resolve_cik(cik).status == "none"


def test_the_cik_of_a_bought_company_leads_to_its_owner() -> None:
    assert WORLD.resolve_cik(9000077).account_id == "novarix"


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("NVRX", "novarix"),
        ("NASDAQ: NVRX", "novarix"),
        ("Nasdaq:NVRX", "novarix"),
        ("$NVRX", "novarix"),
        ("OTCQB: NVRX", "novarix"),
        ("SIX: NVX", "novarix"),
        ("NVX.SW", "novarix"),
        ("LSE: ZBV", "zbv"),
        ("ZBV.L", "zbv"),
        ("OLDN", "novarix"),
        ("NYSE: OLDN", "novarix"),
    ],
)
def test_the_exchange_decides(symbol: str, expected: str) -> None:
    assert WORLD.resolve_ticker(symbol).account_id == expected


@pytest.mark.parametrize(
    "symbol", ["ETR: MKW", "LSE: NVRX", "NOSUCH: NVRX", "NYSE: NOPE", "", "not a ticker", "NVRX.XX", "LSE: OLDN"]
)
def test_the_same_letters_elsewhere_are_somebody_else(symbol: str) -> None:
    assert WORLD.resolve_ticker(symbol).status == "none"


def test_identifiers_decide_before_the_name() -> None:
    assert WORLD.resolve(Organisation(name="Anything At All", cik=9000001)).account_id == "novarix"
    assert WORLD.resolve(Organisation(name="Anything", ticker="NVRX", exchange="NASDAQ")).account_id == "novarix"
    assert WORLD.resolve(Organisation(name="Anything", domain="www.novarix.example")).account_id == "novarix"
    assert (
        WORLD.resolve(Organisation(name="Solvind", ticker="NVRX")).account_id == "solvind"
    )  # no exchange: no identifier
    assert WORLD.resolve(Organisation(name="Solvind", role="counterparty")).role == "counterparty"
