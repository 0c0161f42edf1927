"""The same entry keeps its key, whatever is rewritten; different entries never share one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._feeds_identity import (
    KEEP_ENTRIES,
    Marks,
    Memory,
    Record,
    assign_keys,
    canonical_link,
    mark_shared_links,
)

TODAY = date(2026, 10, 5)
LINK = "news.example.com/story-1"
TITLE = "Tarvex Bio opens a second laboratory in Lyon"


def marks(guid: str = "id-1", link: str = LINK, title: str = TITLE, day: str = "2026-10-05", issuer: str = "") -> Marks:
    return Marks(guid, link, title, day, issuer, "news.example.com")


def remembered(*entries: Marks) -> Memory:
    memory = Memory()
    marked = mark_shared_links(entries)
    for m, key in zip(marked, assign_keys(marked, memory), strict=True):
        memory.put(Record(key, "0" * 10, m.by_link, m.by_title, m.day, "2026-10-05"))
    return memory


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://www.example.com/a/", "example.com/a"),
        ("http://example.com/a?utm_source=rss&id=7#top", "example.com/a?id=7"),
        ("HTTPS://Example.COM/A?b=1&a=2&fbclid=x", "example.com/A?b=1&a=2"),
        ("https://example.com:8443/a", "example.com:8443/a"),
        ("javascript:alert(1)", ""),
        ("https://[broken", ""),
        ("", ""),
    ],
)
def test_canonical_link(link: str, expected: str) -> None:
    assert canonical_link(link) == expected


def test_a_rewritten_guid_is_found_by_its_link() -> None:
    memory = remembered(marks())

    assert assign_keys([marks(guid="other")], memory) == list(memory.records)


def test_a_rewritten_guid_and_link_is_found_by_title_and_day() -> None:
    memory = remembered(marks())

    assert assign_keys([marks(guid="other", link="news.example.com/moved")], memory) == list(memory.records)


def test_a_page_used_again_for_other_news_is_another_entry() -> None:
    memory = remembered(marks())
    again = marks(guid="other", title="Tarvex Bio closes its first laboratory", day="2026-10-19")

    assert assign_keys([again], memory)[0] not in memory.records


def test_short_headlines_are_no_identity() -> None:
    memory = remembered(marks(title="Update"))

    assert assign_keys([marks(guid="x", link="news.example.com/2", title="Update")], memory)[0] not in memory.records


def test_two_entries_under_one_headline_stay_two() -> None:
    memory = remembered(marks())
    keys = assign_keys([marks(), marks(guid="id-2", link="news.example.com/story-2")], memory)

    assert len(set(keys)) == 2


def test_a_guid_used_twice_in_one_document_is_told_apart_by_link() -> None:
    both = [
        marks(guid="same", link="news.example.com/1"),
        marks(guid="same", link="news.example.com/2", title="x" * 30),
    ]
    memory = remembered(*both)

    assert len(memory.records) == 2
    # When one of them has scrolled out, the other keeps its key although its guid is unique again.
    assert assign_keys([both[1]], memory) == [assign_keys(both, memory)[1]]


@pytest.mark.parametrize("link", ["example.com", "example.com/press-releases"])
def test_entries_that_share_a_link_stay_apart_now_and_later(link: str) -> None:
    entries = [marks(guid=str(i), link=link, title=f"Headline number {i} of an ordinary sort") for i in range(5)]
    memory = remembered(*entries[:3])

    assert len(set(assign_keys(mark_shared_links(entries), memory))) == 5
    assert assign_keys([entries[4]], memory)[0] not in memory.records


def test_an_entry_shown_twice_does_not_share_its_link_with_itself() -> None:
    memory = remembered(marks(), marks())

    assert assign_keys([marks(guid="rewritten", title="x")], memory) == list(memory.records)


def test_an_issuer_tells_equal_headlines_apart() -> None:
    memory = remembered(marks(issuer="Tarvex"))
    other = marks(guid="2", link="news.example.com/2", issuer="Perq")

    assert assign_keys([other], memory)[0] not in memory.records


identifiers = st.text(alphabet="0123456789abcdef", min_size=10, max_size=10)
records = st.builds(
    Record,
    key=st.text(alphabet="0123456789abcdef", min_size=20, max_size=20),
    version=identifiers,
    by_link=st.one_of(st.just(""), identifiers.filter(lambda s: s != "0" * 10)),
    by_title=st.one_of(st.just(""), identifiers.filter(lambda s: s != "0" * 10)),
    published=st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1)).map(date.isoformat) | st.just(""),
    seen=st.dates(min_value=date(2026, 8, 1), max_value=TODAY).map(date.isoformat),
    revisions=st.integers(0, 9),
)


@given(st.lists(records, max_size=20, unique_by=lambda r: r.key))
def test_memory_survives_the_cursor(found: list[Record]) -> None:
    memory = Memory.load(Memory(found).dump(TODAY))

    assert sorted(memory.records.values(), key=lambda r: r.key) == sorted(found, key=lambda r: r.key)


def test_memory_is_bounded_and_keeps_what_the_document_shows() -> None:
    many = [Record(f"{i:020x}", "0" * 10, "", "", "", "2026-10-01") for i in range(KEEP_ENTRIES + 500)]
    old = Record("f" * 20, "0" * 10, "", "", "", "2026-01-01")
    memory = Memory([*many, old])

    kept = Memory.load(memory.dump(TODAY, frozenset({old.key})))

    assert len(kept.records) == KEEP_ENTRIES
    assert old.key in kept.records
    assert old.key not in Memory.load(memory.dump(TODAY)).records


@given(
    st.dictionaries(st.text(max_size=10), st.one_of(st.none(), st.text(max_size=60), st.lists(st.text(max_size=60))))
)
def test_a_strange_cursor_is_an_empty_memory(packed: dict[str, object]) -> None:
    assert Memory.load(packed).records == {}
