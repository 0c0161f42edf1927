"""Normalising never moves a character, and clauses end where statements end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalwatch.detect.text import Doc, normalise


@given(st.text(max_size=200))
def test_normalised_text_has_the_length_of_the_raw_text(raw: str) -> None:
    assert len(normalise(raw)) == len(raw)


@given(st.text(max_size=120), st.text(max_size=300))
def test_spans_lead_back_into_title_and_text(title: str, text: str) -> None:
    """Whatever is found at a position of the joined text can be quoted from the field it came from."""
    doc = Doc(title, text)
    for at in range(0, len(doc.raw), 7):
        field, start, end = doc.locate(at, at + 1)
        source = title if field == "title" else text
        if 0 <= start < end <= len(source):
            assert source[start:end] == doc.raw[at : at + 1]


def test_quotes_spaces_and_signs_become_plain() -> None:
    got = normalise("“Acme\u00a0Bio’s” OBVEXA® (x)")

    assert got == " acme bio's  obvexa   x "


def test_single_quotation_marks_are_no_apostrophes() -> None:
    assert normalise("a ‘pre-IPO’ round, Acme's") == "a  pre-ipo  round, acme's"


def test_clauses_of_a_title() -> None:
    doc = Doc("Orbiva: FDA approves pill; Talvex cuts jobs – again", "")

    assert [doc.norm[a:b].strip() for a, b in doc.clauses()] == [
        "orbiva",
        "fda approves pill",
        "talvex cuts jobs",
        "again",
    ]


def test_sentences_end_after_full_stops_but_not_after_abbreviations() -> None:
    doc = Doc("", "Acme Inc. of St. Louis raised $4.5 million. The U.S. FDA agreed. Done")

    assert [doc.norm[a:b].strip() for a, b in doc.clauses()] == [
        "acme inc. of st. louis raised $4.5 million",
        "the u.s. fda agreed",
        "done",
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("CAMBRIDGE, Mass.--(BUSINESS WIRE)---- $ACME--Acme Bio today", "Acme Bio today"),
        ("PARIS--(BUSINESS WIRE)--Regulatory News: ACME (Euronext: ACM)", "ACME (Euronext: ACM)"),
        ("LONDON, /PRNewswire/ -- Acme said", "Acme said"),
    ],
)
def test_the_telling_starts_behind_dateline_ticker_and_heading(line: str, told: str) -> None:
    doc = Doc("Title", line)

    assert doc.raw[doc.body :] == told


def test_a_dateline_marks_a_release() -> None:
    doc = Doc("Title", "BOSTON, Dec. 1, 2026 (GLOBE NEWSWIRE) -- Acme today announced")

    assert doc.release
    assert doc.raw[doc.body :].startswith("Acme today")


def test_statements_split_before_another_verb() -> None:
    doc = Doc("Orbiva wins approval for gout pill and raises $50M", "")
    clause = doc.clause(0)
    at = doc.norm.index("raises")

    assert doc.norm[slice(*doc.segment(clause, at, at + 6, frozenset({"wins", "raises"})))] == " and raises $50m"


def test_very_long_input_is_cut_not_refused() -> None:
    doc = Doc("a " * 5_000_000, "b " * 5_000_000)

    assert doc.truncated
    assert len(doc.raw) < 10_000
