"""Organisation names: what changes nothing about a company, and what makes it another one."""

from __future__ import annotations

import pytest

from signalwatch.model import Account, Organisation
from signalwatch.resolve import Resolver
from tests.resolve.world import ACCOUNTS, resolver

WORLD = resolver()


def who(name: str) -> str:
    """The account id, or the status when there is none."""
    match = WORLD.resolve_name(name)
    return match.account_id or match.status


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Novarix Pharmaceuticals, Inc.", "novarix"),
        ("NOVARIX PHARMACEUTICALS INC /DE/", "novarix"),
        ("Novarix Pharmaceuticals Inc\\new", "novarix"),
        ("Novarix Pharma K.K.", "novarix"),
        ("Novarix Korea Ltd.", "novarix"),
        ("Novarix (Suzhou) Co., Ltd.", "novarix"),
        ("Novarix Deutschland GmbH", "novarix"),
        ("Novarix Research & Development, LLC", "novarix"),
        ("Novarix Capital Corp", "novarix"),
        ("Novarix Research Institute", "novarix"),
        ("Novarix Institute for Rare Disease", "novarix"),
        ("Novarix investigator site", "novarix"),
        ("1-800-555-0100 (Novarix)", "novarix"),
        ("Lantern Therapeutics Ireland Limited", "lantern"),
        ("Solvind AS", "solvind"),
        ("SOLVIND A S", "solvind"),
        ("H. Solvind A/S", "solvind"),
        ("Gruenwald GmbH", "gruenwald"),
        ("Grunwald Arzneimittel", "gruenwald"),
        ("OOO Orebell", "orebell"),
        ("PT Kaltma Farma Tbk", "kaltma"),
        ("Meridox Ostrava", "meridox"),
        ("DR VENSKYS LABORATORIES LTD", "dr-vensky"),
        ("Dr. Vensky’s Laboratories", "dr-vensky"),
        ("Shanghai Pellux Biomedical Co., Ltd", "pellux"),
        ("Pellux", "pellux"),
        ("NRX Labs", "novarix"),
        ("ZBV Pharma Ireland", "zbv"),
    ],
)
def test_what_does_not_change_the_company(name: str, expected: str) -> None:
    assert who(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        "Novarix Foundation", "Fondation Novarix", "University of Novarix", "Novarix University Hospital", "Novarix Opportunities Fund II",
        "Lantern Clinic", "Lantern Capital Partners LP", "Lantern Health", "Lantern Energy, Inc.", "Lantern Clinical Research",
        "Harbor Hospital", "Harbor Therapeutics, Inc.", "Compass, Inc.", "QTC Inc.", "QTC Industries", "Jane Lantern, MD, PhD",
        "Disc Sports & Spine Center", "Lanternfish Bio", "NOVARIX JOHN T", "Principal Investigator", "[Redacted]", "", "Therapeutics, Inc.",
        "Harbor Acquisition Corp.", "Presidio Lantern Ospedaliero",
    ],
)  # fmt: skip
def test_namesakes_and_institutions_are_never_matched(name: str) -> None:
    assert WORLD.resolve_name(name).status != "matched", WORLD.resolve_name(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ardentis, Inc.", "novarix"),
        ("Ardentis, a Novarix Company", "novarix"),
        ("Fennora", "novarix"),
        ("Brellapharm", "novarix"),
        (
            "Someco Bio, Inc., a wholly owned subsidiary of Novarix Pharmaceuticals, Inc. (Basel, Switzerland)",
            "novarix",
        ),
        ("Tibexa, a Novarix company", "tibexa"),
        ("Tibexa Therapeutics, Inc. (A Wholly Owned Subsidiary of Novarix)", "tibexa"),
        ("Novarix (prior sponsor, Lantern Therapeutics)", "novarix"),
        ("Lantern Therapeutics, formerly Oldname Bio", "lantern"),
        ("Oldname Bio, now Lantern Therapeutics", "lantern"),
        ("Zzz Clinic Group, LLC (dba Solvind)", "solvind"),
        ("Ardentis has merged with Otherco to form Solvind A/S", "solvind"),
    ],
)
def test_owners_predecessors_and_units(name: str, expected: str) -> None:
    assert who(name) == expected


def test_a_unit_falls_back_to_its_owner_only_when_it_has_no_account() -> None:
    without = Resolver([a for a in ACCOUNTS if a.account_id != "tibexa"], families=WORLD._index.families)

    assert WORLD.resolve_name("Tibexa Therapeutics, Inc.").account_id == "tibexa"
    assert without.resolve_name("Tibexa Therapeutics, Inc.").account_id == "novarix"


def test_a_known_company_outside_the_list_is_nobody_even_next_to_an_owner() -> None:
    assert WORLD.resolve_name("Ezrabio").status == "none"
    assert WORLD.resolve_name("Outlandia, a Novarix company").status == "none"


@pytest.mark.parametrize(
    ("name", "accounts"),
    [
        ("Merkwald", {"merkwald-us", "merkwald-de"}),
        ("Dorvane", {"novarix", "solvind"}),
        ("Castellan Acquisition Corp.", {"novarix"}),
        ("Compass", {"compass-rx", "compass-dx"}),
        ("Novarix Institute of Molecular Biology", {"novarix"}),
        ("Novarix Solvind S.N.C.", {"novarix", "solvind"}),
    ],
)
def test_undecidable_names_are_held(name: str, accounts: set[str]) -> None:
    match = WORLD.resolve_name(name)

    assert match.status in ("ambiguous", "held", "none")
    assert match.account_id == ""
    if match.status == "ambiguous":
        assert {c.account_id for c in match.candidates} == accounts


def test_the_two_merkwalds_are_told_apart_by_what_follows() -> None:
    assert who("Merkwald & Co., Inc.") == "merkwald-us"
    assert who("Merkwald KGaA, Dormstadt, Germany") == "merkwald-de"
    assert who("Merkwald KGaA, Dormstadt, Germany, an affiliate of Merkwald KGaA, Dormstadt, Germany") == "merkwald-de"
    assert who("MKD Serano") == "merkwald-de"


def test_a_missing_namesake_does_not_give_its_name_to_the_other() -> None:
    only_us = Resolver([a for a in ACCOUNTS if a.account_id != "merkwald-de"], families=WORLD._index.families)

    assert only_us.resolve_name("Merkwald KGaA").status == "none"
    assert only_us.resolve_name("MKD Serano").status == "none"
    assert only_us.resolve_name("Merkwald & Co., Inc.").account_id == "merkwald-us"
    assert only_us.resolve_name("Merkwald").status == "ambiguous"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Novarix/Solvind", ["novarix", "solvind"]),
        ("Novarix and Solvind A/S", ["novarix", "solvind"]),
        ("Novarix; Lantern Therapeutics; Unheard Of Bio", ["novarix", "lantern"]),
        ("ZBV/Novarix Alliance", ["zbv", "novarix"]),
        ("Novarix and Nephew Unheard", ["novarix"]),
    ],
)
def test_lists_give_every_account(name: str, expected: list[str]) -> None:
    got = [m.account_id for m in WORLD.resolve_names(name) if m.status == "matched"]

    assert got == expected or (len(expected) == 1 and got in ([], expected))


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Novarx Pharmaceuticals", "matched"),  # a letter dropped, the rest agrees
        ("Nvoarix Pharmaceuticals", "matched"),  # two swapped
        ("Nova Rix Pharmaceuticals", "matched"),  # written apart
        ("Novalix Pharmaceuticals", "held"),  # another consonant: may be another brand
        ("Novarix", "matched"),
        ("Movarix", "none"),  # the first letter is seldom wrong
        ("Nowarix Energy", "none"),
    ],
)
def test_slips_of_the_pen(name: str, status: str) -> None:
    assert WORLD.resolve_name(name).status == status


def test_a_public_body_is_not_matched_by_a_loose_name() -> None:
    loose = "Novarix Korea Ltd."

    assert WORLD.resolve(Organisation(name=loose, kind="INDUSTRY")).status == "matched"
    assert WORLD.resolve(Organisation(name=loose, kind="FED")).status in ("matched", "held")
    assert WORLD.resolve(Organisation(name="Novarx Pharmaceuticals", kind="FED")).status == "held"


def test_every_answer_says_why_and_how() -> None:
    for name in ("Novarix Inc", "Merkwald", "Lantern Clinic", "Nobody Ever Heard", "Novalix Pharmaceuticals"):
        match = WORLD.resolve_name(name)
        assert match.mention == name
        assert match.reason
        assert all(c.method for c in match.candidates)


def test_might_match_is_true_for_everything_that_a_person_would_look_at() -> None:
    assert WORLD.might_match("Novarix Inc")
    assert WORLD.might_match("Merkwald")
    assert WORLD.might_match("Novalix Pharmaceuticals")
    assert not WORLD.might_match("City Hospital of Nowhere")


def test_the_order_of_accounts_does_not_change_any_answer() -> None:
    turned = resolver(*reversed(ACCOUNTS))
    names = [
        "Novarix Inc",
        "Merkwald",
        "Compass",
        "Tibexa",
        "Lantern Bio",
        "Ardentis",
        "Pellux Pharma",
        "Disc",
        "Solvind",
    ]

    assert [turned.resolve_name(n).account_id for n in names] == [WORLD.resolve_name(n).account_id for n in names]


def test_an_account_that_is_all_description_is_found_by_its_whole_name_only() -> None:
    one = resolver(
        Account(account_id="wct", name="Worldwide Clinical Services", legal_name="Worldwide Clinical Services, Inc.")
    )

    assert one.resolve_name("Worldwide Clinical Services, Inc.").account_id == "wct"
    assert one.resolve_name("Worldwide Clinical").status != "matched"
    assert one.resolve_name("Clinical Services").status != "matched"
