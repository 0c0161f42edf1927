"""Sentences in a name field, taken apart by their wording."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalwatch.resolve.mention import read


@pytest.mark.parametrize(
    ("field", "names", "owners"),
    [
        ("Tibexa, a Novarix Company", ("Tibexa",), ("Novarix",)),
        (
            "Tibexa, Inc., a wholly owned subsidiary of Novarix, Inc. (Basel, Switzerland)",
            ("Tibexa, Inc.",),
            ("Novarix, Inc.",),
        ),
        ("Tibexa is now a wholly owned subsidiary of Novarix", ("Tibexa",), ("Novarix",)),
        ("Tibexa LLC (A Wholly-Owned Subsidiary of Novarix)", ("Tibexa LLC",), ("Novarix",)),
        ("Tibexa, formerly Oldname", ("Tibexa", "Oldname"), ()),
        ("Tibexa (prior sponsor, Oldname)", ("Tibexa", "Oldname"), ()),
        ("Tibexa, LLC (dba Solvind)", ("Solvind", "Tibexa, LLC"), ()),
        ("Tibexa's Unit has merged with Other to form Solvind Inc.", ("Solvind Inc",), ()),
        ("Tibexa investigator site", ("Tibexa",), ()),
        ("Tibexa Clinical Trials Information Desk", ("Tibexa",), ()),
        ("Tibexa Pharma (UK) Limited", ("Tibexa Pharma Limited", "Tibexa Pharma UK Limited"), ()),
        ("TIBEXA INC /DE/", ("TIBEXA INC",), ()),
        ("TIBEXA INC/DE", ("TIBEXA INC",), ()),
        ("Tibexa A/S", ("Tibexa A/S",), ()),
    ],
)
def test_units_owners_and_predecessors(field: str, names: tuple[str, ...], owners: tuple[str, ...]) -> None:
    reading = read(field)

    assert reading.names[: len(names)] == names
    assert reading.owners[: len(owners)] == owners


def test_lists_are_parted_and_single_letters_with_a_slash_are_not() -> None:
    assert read("Novarix/Solvind").several == ("Novarix", "Solvind")
    assert read("Novarix; Solvind; Tibexa").several == ("Novarix", "Solvind", "Tibexa")
    assert read("Novarix/Solvind Alliance").several == ("Novarix", "Solvind")
    assert read("Novarix and Solvind A/S").several == ("Novarix", "Solvind A/S")


@pytest.mark.parametrize("field", ["Jane Q. Roe, MD", "Roe, Jane, M.D., Ph.D.", "Dr. Jane Roe, PhD"])
def test_persons_are_recognised_by_their_titles(field: str) -> None:
    assert read(field).person


@given(st.text(max_size=120))
def test_anything_can_be_read(field: str) -> None:
    assert isinstance(read(field).names, tuple)
