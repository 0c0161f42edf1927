"""docs/rules/defaults.md: every row is looked up in the shipped files, with its value and its origin, and in every pack."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from signalwatch import yamlsrc
from signalwatch.ruleset import load_pack_texts
from tests.data import ROOT
from tests.docs.pages import section
from tests.ruleset.packs import day, fires, signal, view
from tests.ruleset.test_schema import SETS

PAGE = (ROOT / "docs" / "rules" / "defaults.md").read_text("utf-8")
GENERAL_ONLY = "## Half-lives of the general set"
NOT_DONE = {"acknowledge", "act", "contact_stale", "attention"}


@dataclass(frozen=True)
class Default:
    """One row of the page."""

    what: str
    file: str
    place: str
    says: Any
    origin: str
    done_by: str
    general: bool


def _rows(text: str, general: bool) -> list[Default]:
    out = []
    for line in text.splitlines():
        cells = [c.strip() for c in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if len(cells) == 5 and cells[1].startswith("`"):
            file, _, place = cells[1].strip("`").partition(": ")
            says = yamlsrc.load(cells[2].strip("`").replace("\\|", "|"), "row").data
            out.append(Default(cells[0], file, place, says, cells[3], cells[4], general))
    return out


ROWS = [
    row
    for heading in ("## Tiers", "## Engagement", "## Events", GENERAL_ONLY)
    for row in _rows(section(PAGE, heading), heading == GENERAL_ONLY)
]


def _find(files: dict[str, str], row: Default) -> Any:
    data = yamlsrc.load(files[row.file], row.file).data
    if row.file.startswith("elevation/"):
        return next(r for r in data if r["id"] == row.place)
    for step in row.place.split("/"):
        if isinstance(data, list):
            data = next(d for d in data if step in repr(d["is"]))
        else:
            data = data[step]
    return data


def _within(part: Any, whole: Any) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(k in whole and _within(v, whole[k]) for k, v in part.items())
    return bool(part == whole)


def test_the_page_has_every_default_of_the_contract() -> None:
    words = " ".join(f"{r.what} {r.place}" for r in ROWS)

    assert len(ROWS) >= 42
    for word in ("5 %", "20 to 30 %", "65 to 80 %", "page visit", "application note", "webinar", "demo", "MQA", "committee", "breadth",
                 "phase 2 within 120", "IND within 120", "new round", "regulatory filing", "pipeline advance", "distress", "negative ICP",
                 "leadership", "dwell", "cool_down", "acknowledge", "act", "contact_stale", "attention"):  # fmt: skip
        assert word in words, word


WHERE = [  # packs have points and routes of their own
    pytest.param(row, rules, id=f"{row.file}:{row.place}-{rules}")
    for row in ROWS
    for rules in SETS
    if rules == "general" or not (row.general or row.place == "attention")
]


@pytest.mark.parametrize(("row", "rules"), WHERE)
def test_a_default_stands_in_the_files_with_its_origin(row: Default, rules: str) -> None:
    found = _find(SETS[rules], row)

    assert _within(row.says, found), found
    origin = found["from"]
    assert origin.startswith(row.origin), (row.origin, origin)
    assert row.done_by in ("engine", "rule", "person", "nobody yet")
    assert (row.done_by == "nobody yet") == (row.place in NOT_DONE)


def test_what_nobody_does_says_so_in_its_file_too() -> None:
    tiers, routes = SETS["general"]["tiers.yaml"], SETS["general"]["routes.yaml"]

    assert "acknowledge, act, contact_stale: read and checked, and not yet acted upon" in tiers
    assert "does not count yet" in next(line for line in routes.splitlines() if line.startswith("attention"))


@pytest.mark.parametrize("rules", SETS)
@pytest.mark.parametrize(
    ("rule_id", "first", "then"),
    [
        (
            "late-stage-money-and-new-phase-2",
            {"event": "funding_round", "series": "C"},
            {"event": "trial_start", "phase": "2"},
        ),
        ("late-stage-money-and-new-ind", {"event": "funding_round", "series": "D"}, {"event": "ind_clearance"}),
    ],
)
def test_120_days_are_within_and_121_are_not(
    rules: str, rule_id: str, first: dict[str, Any], then: dict[str, Any]
) -> None:
    pack = load_pack_texts(SETS[rules])
    for gap, expected in ((120, True), (121, False)):
        one, other = signal(at=0, **first), signal(at=gap, **then)
        assert fires(pack, view(other, one, tier=3), rule_id) is expected


def test_distress_inhibits_for_180_days() -> None:
    pack = load_pack_texts(SETS["general"])

    assert pack.tiers.inhibit_for == timedelta(days=180)
    assert day(180) - day(0) == pack.tiers.inhibit_for
