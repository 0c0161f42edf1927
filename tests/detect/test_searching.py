"""Phrases are tried only where they can begin; what is found is what trying them everywhere finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalwatch.detect.phrases import Vocabulary, compile_guard, compile_phrase
from signalwatch.detect.searching import one_of
from signalwatch.detect.text import Doc

WORDS = Vocabulary(
    {"deal": ("deal", "pact", "tie-up", "supply agreement"), "study": ("trial", "study", "phase? trial")}
)
PHRASES = (
    "<sign|ink> ~3 {deal}", "^ (the|our)? {deal}", "(new|big)? {deal} with", "{phase} {study}", "u.s. {study}", "trial* results",
    "~2 {deal} $", "{money} {deal}", "@subject wins? {deal}", "e-commerce {deal}", "{possessive} {deal}", "series? b",
)  # fmt: skip
VOCABULARY = (
    "signs", "inks", "ink", "the", "our", "deal", "deals", "pact", "tie-up", "tie", "up", "supply", "agreement", "with", "phase",
    "phase2", "phase 3", "trial", "trials", "study", "u.s.", "results", "$5m", "wins", "win", "e-commerce", "Acme's", "series", "serie",
    "b", ";", ":", ",", "–", "new", "big", "a", "x", "(", "é",
)  # fmt: skip


@pytest.mark.parametrize("phrase", PHRASES)
@given(
    words=st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=12),
    told=st.lists(st.sampled_from(VOCABULARY), max_size=8),
)
def test_the_same_matches_as_everywhere(phrase: str, words: list[str], told: list[str]) -> None:
    doc = Doc(" ".join(words), " ".join(told))
    expression = compile_phrase(phrase, WORDS, need_anchor=False).expression
    for start, end in (
        (0, doc.title_end),
        (doc.title_end, len(doc.norm)),
        (0, len(doc.norm)),
        doc.clause(doc.title_end // 2),
    ):
        everywhere = [m.span() for m in expression.regex.finditer(doc.norm, start, end)]
        assert [m.span() for m in expression.matches(doc, start, end)] == everywhere
        first = expression.search(doc, start, end)
        assert (first.span() if first else None) == (everywhere[0] if everywhere else None)


@given(words=st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=12))
def test_a_guard_finds_what_its_first_matching_phrase_finds(words: list[str]) -> None:
    doc = Doc(" ".join(words), "")
    guard = compile_guard(PHRASES[:8], WORDS)
    assert guard is not None
    plain = [m for _, e in guard.rows if (m := e.regex.search(doc.norm, 0, doc.title_end))]
    found = guard.search(doc, doc.title_words, 0, doc.title_end)
    assert (found.span() if found else None) == (plain[0].span() if plain else None)


@given(st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=8), st.text("abc", max_size=6))
def test_alternatives_keep_their_order(bodies: list[str], text: str) -> None:
    plain, grouped = re.match("|".join(bodies), text), re.match(one_of(bodies), text)
    assert (plain.group() if plain else None) == (grouped.group() if grouped else None)
