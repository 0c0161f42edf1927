"""The phrase language: what matches, what does not, and what its author is told."""

from __future__ import annotations

import pytest

from signalwatch.detect.inflect import forms
from signalwatch.detect.phrases import PhraseError, Vocabulary, compile_phrase, tokens

WORDS = Vocabulary({"nod": ("approval", "green light", "<approve>"), "site": ("plants?", "lab")})


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        ("<win> ~2 {nod}", "orbiva wins eu approval", "wins eu approval"),
        ("<win> ~2 {nod}", "orbiva won green light", "won green light"),
        ("<lay off> ~3 staff", "it laid off half its staff", "laid off half its staff"),
        ("late-stage (trial|test)", "a late stage test", "late stage test"),
        ("opens? (a|the)? {site}", "orbiva opens plant", "opens plant"),
        ("first and only? cure", "the first and onl cure", "first and onl cure"),
        ("raises {money}", "talvex raises $40m", "raises $40m"),
        ("{phase} trial", "a phase 2b/3 trial", "phase 2b/3 trial"),
        ("510 k clearance", "fda 510 k  clearance", "510 k  clearance"),
        ("inspect* sites", "inspecting sites", "inspecting sites"),
        ("deal for {possessive} drug", "a deal for orbiva's drug", "deal for orbiva's drug"),
    ],
)
def test_matches(phrase: str, text: str, words: str) -> None:
    found = compile_phrase(phrase, WORDS).expression.regex.search(text)

    assert found is not None
    assert found.group().strip() == words


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("<win> ~2 {nod}", "wins one two three approval"),
        ("<win> {nod}", "wins\napproval"),
        ("trial", "retrial"),
        ("can", "can-3110"),
        ("^ orbiva wins", "today orbiva wins"),
        ("nod $", "nod for pill"),
    ],
)
def test_does_not_match(phrase: str, text: str) -> None:
    assert compile_phrase(phrase, WORDS).expression.regex.search(text) is None


@pytest.mark.parametrize(
    ("phrase", "complaint"),
    [
        ("", "empty phrase"),
        ("{unknown} trial", "unknown word class {unknown}"),
        ("a ~40 b", "a gap is ~1 to ~16"),
        ("(a|b", "( without )"),
        ("a)", "without an opening ("),
        ("@boss wins", "unknown role @boss"),
        ("@subject wins @subject", "@subject twice"),
        ("<> wins", "no verb"),
        ("(a)? {money}?", "no word that must be there"),
        ("~3", "nothing to look for"),
    ],
)
def test_authors_are_told_what_is_wrong(phrase: str, complaint: str) -> None:
    with pytest.raises(PhraseError) as error:
        compile_phrase(phrase, WORDS)

    assert complaint in str(error.value)


def test_a_class_that_contains_itself_is_refused() -> None:
    with pytest.raises(PhraseError, match="contains itself"):
        compile_phrase("{a}", Vocabulary({"a": ("x", "{b}"), "b": ("{a}",)}))


def test_every_match_contains_an_anchor_and_one_word_of_each_other_set() -> None:
    """The look-up that decides which phrases are tried must never lose a match."""
    phrase = compile_phrase("<raise> ~3 {money} ~4 (series a|seed round)", WORDS)
    text = "quillon raised some $4m in a seed round"
    words = tokens(text, 0, len(text))

    assert phrase.expression.regex.search(text)
    assert phrase.anchors & words
    assert all(other & words for other in phrase.others)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("raises $4m", {"{money}"}),
        ("erhält 25 mio. euro", {"{money}"}),
        ("gets chf80 million", {"{money}"}),
        ("a 4 billion dollar question", {"{money}"}),
        ("grows 12% on sales of £3.2bn", {"{money}", "{percent}"}),
        ("cuts 30 percent of staff", {"{percent}"}),
        ("30 per cent of jobs", {"{percent}"}),
        ("phase 3 trial of 400 patients", set()),
        ("a million thanks", set()),
    ],
)
def test_money_and_shares_are_words_to_look_up_by(text: str, found: set[str]) -> None:
    assert {w for w in tokens(text, 0, len(text)) if w.startswith("{")} == found


def test_roles_mark_where_a_party_starts() -> None:
    text = "talvex acquires orbiva bio for $1bn"
    found = compile_phrase("<acquire> @counterparty ~4 for {money}", WORDS).expression.regex.search(text)

    assert found is not None
    assert text[found.start("counterparty") :].strip().startswith("orbiva")


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("win", {"win", "wins", "won", "winning"}),
        ("snag", {"snag", "snags", "snagged", "snagging"}),
        ("study", {"study", "studies", "studied", "studying"}),
        ("acquire", {"acquire", "acquires", "acquired", "acquiring"}),
        ("launch", {"launch", "launches", "launched", "launching"}),
        ("buy back", {"buy back", "buys back", "bought back", "buying back"}),
        ("axe", {"axe", "axes", "axed", "axing"}),
        ("agree", {"agree", "agrees", "agreed", "agreeing"}),
    ],
)
def test_verb_forms(verb: str, expected: set[str]) -> None:
    assert set(forms(verb)) == expected
