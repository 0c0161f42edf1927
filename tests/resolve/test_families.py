"""The families pack: what the loader refuses, and that the shipped pack is sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from signalwatch.errors import ConfigError
from signalwatch.resolve import load_families
from signalwatch.resolve.text import normalise
from tests.resolve.world import families

PACK = Path(__file__).resolve().parents[2] / "rules" / "families.yaml"
FACT = "{name: %s, kind: owned, since: 2019, source: 'announced, 2019'}"


def problems(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_families(text)
    assert all(p.line for p in caught.value.problems)
    return str(caught.value)


def test_chains_end_at_the_nearest_owner_with_an_account() -> None:
    pack = families()

    assert list(pack.owners("Fennora")) == ["Ardentis", "Novarix"]
    assert pack.today("Fennora", lambda name: "ard" if name == "Ardentis" else "nov") == "ard"
    assert pack.today("Fennora", lambda name: "nov" if name == "Novarix" else None) == "nov"
    assert pack.today("Fennora", lambda name: None) is None


def test_what_is_called_a_company_are_its_names_today() -> None:
    text = """
- company: Aerion Therapeutics
  names: [AX, Merx]
  shared: [Merx]
  press: [Aery]
  tickers: ['NYSE:AERT', KSTR]
  facts:
    - {name: Vandale, kind: renamed, since: 2020, source: company announcement}
    - {name: Kestrel Bio, kind: owned, since: 2021, source: company announcement}
"""
    names = load_families(text).called()

    assert names == dict.fromkeys(("Aerion Therapeutics", "AX", "$AERT", "Vandale"), "Aerion Therapeutics")


def test_two_owners_at_once_are_refused() -> None:
    text = f"- company: A Corp\n  facts:\n    - {FACT % 'Unit'}\n- company: B Corp\n  facts:\n    - {FACT % 'Unit'}\n"

    assert "already said to belong to A Corp" in problems(text)


def test_circles_are_refused() -> None:
    text = f"- company: Alef\n  facts:\n    - {FACT % 'Bet'}\n- company: Bet\n  facts:\n    - {FACT % 'Alef'}\n"

    assert "circle" in problems(text)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{name: U, kind: bought, since: 2019, source: x}", "kind should be one of"),
        ("{name: U, kind: owned, since: May 2019, source: x}", "since should be"),
        ("{name: U, kind: owned, since: 2019-13, source: x}", "since should be"),
        ("{name: U, kind: owned, since: 2019}", "source is missing"),
        ("{kind: owned, since: 2019, source: x}", "name is missing"),
        ("{name: U, kind: split, since: 2019, source: x}", "with"),
        ("{name: U, kind: owned, since: 2019, source: x, colour: red}", "unknown key"),
        ("{name: U, kind: owned, since: 2019, source: x, cik: -4}", "cik"),
        ("just text", "expected {name"),
    ],
)
def test_wrong_rows_are_named_with_their_line(row: str, message: str) -> None:
    assert message in problems(f"- company: A\n  facts:\n    - {row}\n")


def test_every_problem_is_reported_not_only_the_first() -> None:
    text = "- company: A\n  nick: [x]\n  facts:\n    - {name: U, kind: bad, since: x, source: y}\n- nothing: here\n"

    assert len(problems(text).splitlines()) >= 4


def test_the_shipped_pack_holds_and_contradicts_nothing() -> None:
    pack = load_families(PACK.read_bytes(), PACK.name)

    assert len(pack.facts) >= 400
    assert len({normalise(f.name) for f in pack.facts}) == len(pack.facts)
    assert all(f.source and f.since[:4].isdigit() and 1900 < int(f.since[:4]) < 2030 for f in pack.facts)
    for fact in pack.facts:
        chain = list(pack.owners(fact.name))
        assert len(chain) == len({normalise(c) for c in chain}) < 8, fact.name


def test_the_shipped_pack_knows_todays_owner() -> None:
    pack = load_families(PACK.read_bytes(), PACK.name)

    assert list(pack.owners("Tanox"))[-1] == "Roche"
    assert list(pack.owners("Receptos"))[-1] == "Bristol Myers Squibb"
    assert list(pack.owners("Alcon")) == []
