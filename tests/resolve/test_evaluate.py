"""The scoring of matching: its arithmetic, and the floors on the development set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from signalwatch.accounts import read_csv
from signalwatch.errors import ConfigError
from signalwatch.evaluate import matching
from signalwatch.resolve import load_families
from tests.data import data_path
from tests.resolve.world import ACCOUNTS, families

PACK = Path(__file__).resolve().parents[2] / "rules" / "families.yaml"


def row(mention: str, expected: Any, kind: str = "organisation_name", **more: Any) -> dict[str, Any]:
    return {"id": mention, "mention": mention, "kind": kind, "expected": expected, "derivable": "list", **more}


def test_pairs_are_counted_and_holding_is_no_error() -> None:
    rows = [
        row("Novarix Inc", "novarix"),
        row("Novarix/Solvind", ["novarix", "solvind"]),
        row("Unheard Of Bio", "lantern"),  # missed
        row("Solvind", "lantern"),  # wrong and missed
        row("Merkwald", {"ambiguous": ["merkwald-us", "merkwald-de"]}),
        row("Lantern Clinic", None),
        row("ZBV buys a biotech", "zbv", kind="headline"),
        row("NVRX", "novarix", kind="ticker"),
        row("9000001", "novarix", kind="cik"),
    ]

    result = matching.evaluate(rows, ACCOUNTS, families())
    names = result["organisation_name"]

    assert (names["precision"], names["recall"]) == (round(3 / 4, 4), round(3 / 5, 4))
    assert (names["wrong"], names["missed"], names["held"], names["ambiguous_held"]) == (1, 2, 1, 1)
    assert names["recall_by_derivable"] == {"list": 0.6}
    assert result["headline"]["recall"] == result["ticker"]["precision"] == result["cik"]["recall"] == 1.0
    assert [e["mention"] for e in result["detail"]["errors"]] == ["Solvind", "Unheard Of Bio"]
    assert "detail" not in matching.public(result)
    assert json.dumps(matching.public(result))
    assert "WRONG  'Solvind'" in matching.table(result, errors=5)


@pytest.mark.parametrize(
    "bad", [{"mention": "x"}, row("x", 5), row("x", None, kind="song"), {**row("x", None), "mention": 3}]
)
def test_rows_that_are_no_mentions_are_refused_by_name(bad: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        matching.evaluate([row("Novarix", "novarix"), bad], ACCOUNTS, None)


@pytest.mark.data
@pytest.mark.parametrize(
    ("accounts", "expected"), [("accounts.csv", "expected"), ("accounts_small.csv", "expected_small")]
)
def test_the_development_set_stays_above_its_floors(accounts: str, expected: str) -> None:
    mentions = [json.loads(line) for line in data_path("matching/mentions.jsonl").read_text("utf-8").splitlines()]
    listed = read_csv(data_path(f"matching/{accounts}")).accounts

    result = matching.evaluate(mentions, listed, load_families(PACK.read_bytes()), expected_key=expected)

    names, headlines = result["organisation_name"], result["headline"]
    assert names["precision"] >= 0.995
    assert names["recall"] >= 0.96
    assert headlines["precision"] >= 0.98
    assert headlines["recall"] >= 0.92
    for kind in ("cik", "ticker"):
        assert result[kind]["precision"] == result[kind]["recall"] == 1.0


@pytest.mark.data
def test_a_smaller_list_never_finds_what_the_whole_list_places_elsewhere() -> None:
    """Sponsors of a registry, resolved against both lists: the answers differ by ownership only."""
    from signalwatch.resolve import Resolver

    pack = load_families(PACK.read_bytes())
    whole, small = (read_csv(data_path(f"matching/{name}")).accounts for name in ("accounts.csv", "accounts_small.csv"))
    parents = {a.account_id: a.parent_account_id for a in whole}
    kept = {a.account_id for a in small}
    large, little = Resolver(whole, families=pack), Resolver(small, families=pack)
    names = [
        line.split("\t")[0] for line in data_path("clinicaltrials/sponsors.tsv").read_text("utf-8").splitlines()[1:3001]
    ]
    astray = []
    for name in names:
        places = {m.account_id for m in large.resolve_names(name) if m.status == "matched"}
        for _ in range(4):
            places = {p if p in kept else parents.get(p, "") for p in places}
        found = {m.account_id for m in little.resolve_names(name) if m.status == "matched"}
        if found - places:
            astray.append(name)

    assert len(astray) <= 3, astray
