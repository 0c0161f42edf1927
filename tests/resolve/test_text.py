"""Names as tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalwatch.resolve import normalise
from signalwatch.resolve.index import name_tokens, strip_legal
from signalwatch.resolve.text import fold, keys, tokens, words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Solvind S.p.A.", "solvind"),
        ("Solvind A/S", "solvind"),
        ("SOLVIND A S", "solvind"),
        ("Solvind S.A. de C.V.", "solvind"),
        ("Solvind sp. z o.o.", "solvind"),
        ("Solvind GmbH & Co. KG", "solvind"),
        ("Solvind Aktiengesellschaft", "solvind"),
        ("Solvind Sdn Bhd", "solvind"),
        ("Solvind Anonim Şirketi", "solvind"),
        ("Solvind Co., Ltd.", "solvind"),
        ("OOO Solvind", "solvind"),
        ("PT Solvind Tbk", "solvind"),
        ("The Solvind Company, LLC", "solvind"),
        ("Solvind Pharmaceuticals", "solvind pharma"),
        ("Solvind Arzneimittel", "solvind pharma"),
        ("Solvind’s", "solvind"),
        ("Łódź-Bio Øst æther", "lodz bio ost aether"),
        ("İstanbul İlaç", "istanbul pharma"),
        ("R&D Labs", "randd laboratory"),
        ("Company Inc", "company"),
    ],
)
def test_legal_forms_and_letters(name: str, expected: str) -> None:
    assert " ".join(strip_legal(keys(name))) == expected


def test_carrying_words_are_what_is_left_without_descriptors() -> None:
    assert name_tokens(["lantern", "therapeutics"]) == ["lantern"]
    assert name_tokens(["therapeutics"]) == ["therapeutics"]


@given(st.text(max_size=60))
def test_any_text_is_read_without_error_and_offsets_hold(text: str) -> None:
    for token in tokens(text):
        assert 0 <= token.start < token.end <= len(text)
    assert normalise(text) == " ".join(keys(text))
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="abcXYZ .,-&'", max_size=30))
def test_case_and_punctuation_at_the_edges_do_not_matter(text: str) -> None:
    assert words(text.upper()) == words(text.lower())
