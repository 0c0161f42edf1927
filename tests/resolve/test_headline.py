"""Accounts in running text: every one that is really named, and none that only looks so."""

from __future__ import annotations

import pytest

from tests.resolve.world import ACCOUNTS, resolver

WORLD = resolver()


def named(text: str, context: str = "") -> list[str]:
    return [m.account_id for m in WORLD.find(text, context=context)]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Novarix's next-gen shot fails to match Solvind drug in head-to-head study", ["novarix", "solvind"]),
        (
            "Novarix and Tibexa Complete Collaboration Transaction for Commercialization of an Antibody",
            ["novarix", "tibexa"],
        ),
        ("ZBV buys a cell therapy startup for $950m", ["zbv"]),
        ("Lantern raises $77M for new cancer immunotherapies", ["lantern"]),
        ("FDA accepts ZBV protein degrader for review; Disc rare disease drug rejected", ["zbv", "disc"]),
        ("Lantern, Solvind to advance programs after partners bow out", ["lantern", "solvind"]),
        ("Lantern Therapeutics Announces Pricing of Upsized Public Offering", ["lantern"]),
        ("Meridox Ostrava gewinnt Partner", ["meridox"]),
        ("Solvind’s pill shows promise", ["solvind"]),
        ("QTC shuts down FDA approval bid for troubled drug", ["qtc"]),
        ("FDA rejects a therapy from former Ardentis", ["novarix"]),
        ("With Ardentis buy, Novarix leans into vaccines", ["novarix"]),
        ("HRBR: Restructuring narrows focus to one drug", ["harbor-bio"]),
        ("A small drugmaker (NASDAQ: LTRN) gains on trial data", ["lantern"]),
    ],
)
def test_named_companies_are_found_in_order(title: str, expected: list[str]) -> None:
    assert named(title) == expected


@pytest.mark.parametrize(
    "title",
    [
        "A lantern in the dark: how cells find their way",
        "Why Lantern Lab Stock Popped on Tuesday",
        "The Novarix Foundation awards grants",
        "Novarix University Hospital opens a new wing for cancer patients",
        "Disc herniation: what patients should know",
        "New Compass Points for Rare Disease Drug Pricing",
        "In-Depth: The Harbor Seaport redevelopment moves ahead",
        "Trump's tariff threats risk upending drug trade",
        "Slipped Disc Surgery Device Gains FDA Clearance",
        "Scientists present HRBR-1 enzyme data",
        "qtc prolongation seen in heart drug trial",
        "",
    ],
)
def test_words_places_and_institutions_are_not(title: str) -> None:
    assert named(title) == []


def test_a_short_form_shared_by_two_needs_a_clue_or_a_party() -> None:
    assert named("Merkwald strikes deal with antibody discovery startup") == []
    assert [m.account_id for m in WORLD.find("Merkwald strikes deal with antibody startup", doubtful=True)] != []
    assert named("Merkwald pushes Truvexa across the FDA finish line") == ["merkwald-us"]
    assert named("Merkwald of Dormstadt cuts cancer drug price") == ["merkwald-de"]
    assert named("Solvind rebuffed a higher bid before selling drug to Merkwald") == ["solvind", "merkwald-us"]
    assert named("Solvind swaps its chief for ex-Merkwald KGaA head") == ["solvind", "merkwald-de"]


def test_the_usual_holder_is_not_assumed_when_the_clue_is_of_a_company_off_the_list() -> None:
    only_us = resolver(*(a for a in ACCOUNTS if a.account_id != "merkwald-de"))

    assert [m.account_id for m in only_us.find("Merkwald of Dormstadt and Solvind cut drug price")] == ["solvind"]
    assert [m.account_id for m in only_us.find("Merkwald pushes Truvexa with Solvind")] == ["merkwald-us", "solvind"]


def test_the_summary_settles_which_company_is_meant_but_adds_none() -> None:
    title = "Compass tanks following FDA rejection"

    assert named(title) == []
    assert named(title, "Compass Diagnostics lost half its value. Novarix declined to comment.") == ["compass-dx"]
    assert named("Nothing here", "Novarix declined to comment.") == []


def test_letters_count_only_as_the_company_writes_them() -> None:
    assert named("Zbv drug approved") == []
    assert named("ZBV-backed biotech raises $20M") == ["zbv"]


def test_offsets_point_into_the_headline_as_given() -> None:
    title = "Inside Grünwald’s  €200M fund – and Solvind® too"

    found = WORLD.find(title)

    assert {m.account_id for m in found} == {"gruenwald", "solvind"}
    assert all(title[m.start : m.end] == m.text for m in found)


def test_brackets_that_abbreviate_are_no_tickers() -> None:
    assert named("Hidden Robust Bone Repair (HRBR) study presented at congress") == []
    assert named("Small caps to watch (HRBR) after earnings") == ["harbor-bio"]


def test_each_account_once() -> None:
    assert named("Novarix says Novarix Oncology, a Novarix unit, grew") == ["novarix"]


def test_shouted_headlines_find_full_names_only() -> None:
    assert named("NOVARIX REPORTS RESULTS OF LANTERN FESTIVAL AND QTC TALKS") == ["novarix"]


def test_an_event_name_is_settled_by_the_sentence_it_stands_in() -> None:
    title = "Merkwald pushes Truvexa across the FDA finish line"

    assert WORLD.resolve_name("Merkwald").status == "ambiguous"
    assert WORLD.resolve_name("Merkwald", context=title).account_id == "merkwald-us"
    assert WORLD.resolve_name("Merkwald", context=title).candidates[0].method == "headline"
    assert WORLD.resolve_name("Solvind Clinic", context="Solvind Clinic opens").status == "none"
