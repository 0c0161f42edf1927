"""Markup becomes words: names neither glue together nor fall apart."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._feeds_text import TITLE_LIMIT, cut, plain, summary_of, title_of


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>Tarvex</p><p>Bio &amp; Co</p>", "Tarvex Bio & Co"),
        ("<b>Bio</b>Nubia and CO<sub>2</sub>", "BioNubia and CO2"),
        ("<a href='x'>Roldan</a>, <a href='y'>Perq</a>'s drug", "Roldan, Perq's drug"),
        ("<span>Tarvex</span><span>Bio</span>", "Tarvex Bio"),
        ("<strong>BOSTON</strong><em>Tarvex</em> says<br>more", "BOSTON Tarvex says more"),
        ("<li>One</li><li>Two</li>", "One Two"),
        ("p&lt;0.05 and n < 5", "p<0.05 and n < 5"),
        ("p <.001", "p <.001"),
        ("Perq &#8212; Roldan&#8217;s partner", "Perq — Roldan’s partner"),
        ("(NASDAQ:&amp;nbsp; TRVX)", "(NASDAQ: TRVX)"),
        ("&lt;p&gt;Tarvex&lt;/p&gt;&lt;p&gt;Bio&lt;/p&gt;", "Tarvex Bio"),
        ("a\x00b​c\xad d\xa0e", "abc d e"),
        ("ok<script>var x = 1;</script><style>p{}</style><!-- note --> end", "ok end"),
        ("AT&T and R&D; x", "AT&T and R&D; x"),
        ("", ""),
    ],
)
def test_markup_to_words(markup: str, expected: str) -> None:
    assert plain(markup) == expected


def test_text_below_thousands_of_tags_is_not_lost() -> None:
    assert plain("<div>" * 5_000 + "Tarvex") == "Tarvex"


def test_a_giant_title_is_cut_at_a_word() -> None:
    title = title_of("Tarvex Bio " * 1_000_000)

    assert len(title) <= TITLE_LIMIT
    assert title.endswith("Tarvex…") or title.endswith("Bio…")


@given(st.text(max_size=300))
def test_plain_never_raises_and_leaves_one_clean_line(text: str) -> None:
    out = plain(text)

    assert out == " ".join(out.split())
    assert not any(ord(c) < 32 for c in out)


@given(st.text(alphabet=st.characters(categories=("L", "N", "P"), exclude_characters="<>&"), max_size=80))
def test_escaping_once_or_twice_changes_nothing(text: str) -> None:
    assert plain(html.escape(text)) == plain(text)
    assert plain(html.escape(html.escape(text))) == plain(text)


@given(st.text(max_size=400), st.integers(min_value=10, max_value=100))
def test_cut_keeps_the_limit(text: str, limit: int) -> None:
    assert len(cut(text, limit)) <= limit


def test_a_summary_that_is_only_the_start_gives_way_to_the_content() -> None:
    summary = "<p>Tarvex Bio raised money from several funds to pay for its second trial, the company said […]</p>"
    content = (
        "<p>Tarvex Bio raised money from several funds to pay for its second trial, the company said on Monday.</p>"
    )

    assert summary_of(summary, content, "T", 500).endswith("the company said on Monday.")


def test_a_summary_that_repeats_the_title_is_dropped() -> None:
    assert summary_of("<p>Tarvex  raises money</p>", "", "Tarvex raises money", 500) == ""


def test_the_wordpress_tail_is_dropped() -> None:
    tail = "Tarvex hired a new chief and moved its laboratory to a larger building. The post Tarvex moves appeared first on Example."

    assert summary_of(tail, "", "T", 500) == "Tarvex hired a new chief and moved its laboratory to a larger building."
