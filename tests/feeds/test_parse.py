"""Bytes to entries: every format, and every way of not being a feed."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors._feeds_parse import Feed, Hints, parse_feed
from signalwatch.sdk import BadPayload, Blocked
from tests.feeds.fakes import HEAD, TAIL, URL, item, rss


def parse(body: bytes, **headers: str) -> Feed:
    return parse_feed(body, url=URL, headers=headers)


def test_rss_with_everything_a_wire_writes() -> None:
    body = rss(
        "<title><![CDATA[ Tarvex Bio &#8212; Announces &amp;quot;X&amp;quot; ]]></title>"
        "<link>/release/7</link><guid isPermaLink='false'>3150007</guid>"
        "<pubDate>Fri, 25 Sep 2026 12:00 GMT</pubDate>"
        "<category domain='https://wire.example.com/rss/stock'>Nasdaq:TRVX</category><category>Contracts</category>"
        "<dc:contributor>Tarvex Bio, Inc.</dc:contributor>"
        "<description>&lt;p&gt;LYON, Sept. 25&lt;/p&gt;</description><content:encoded><![CDATA[<p>All of it</p>]]></content:encoded>",
        head="<ttl>30</ttl><skipHours><hour>1</hour><hour>23</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
        "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
    )

    feed = parse(body)

    (entry,) = feed.entries
    assert feed.format == "rss20"
    assert feed.hints == Hints(ttl_minutes=30, period_seconds=21_600, skip_hours=(1, 23), skip_days=(6,))
    assert (entry.id, entry.link) == ("3150007", "https://feeds.example.com/release/7")
    assert entry.contributor == "Tarvex Bio, Inc."
    assert entry.tags[0] == ("https://wire.example.com/rss/stock", "Nasdaq:TRVX")
    assert entry.content == "<p>All of it</p>"


def test_rdf_and_atom() -> None:
    rdf = (
        b'<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>J</title></channel>'
        b'<item rdf:about="https://j.example/1"><title>One</title><link>https://j.example/1</link>'
        b"<dc:date>2026-10-01</dc:date></item></rdf:RDF>"
    )
    atom = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><id>tag:a,2026:1</id><title>One</title>'
        b'<link rel="self" href="https://a.example/self"/><link href="https://a.example/1"/>'
        b"<updated>2026-10-02T08:00:00Z</updated></entry></feed>"
    )

    assert [(e.id, e.updated) for e in parse(rdf).entries] == [("https://j.example/1", "2026-10-01")]
    assert [(e.id, e.link) for e in parse(atom).entries] == [("tag:a,2026:1", "https://a.example/1")]


def test_json_feed_with_one_broken_item() -> None:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Example",
        "items": [
            {
                "id": 7,
                "url": "https://x.example/7",
                "title": "Seven",
                "content_text": "a < b",
                "date_published": "2026-10-01",
            },
            {"id": "8", "title": ["not", "a", "title"]},
            {"id": "9", "external_url": "https://x.example/9", "content_html": "<p>Nine</p>", "tags": None},
        ],
    }

    feed = parse(json.dumps(document).encode())

    assert [e.id for e in feed.entries] == ["7", "9"]
    assert feed.entries[0].content == "a &lt; b"
    assert len(feed.broken) == 1
    assert "title" in feed.broken[0][0]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<!DOCTYPE html><html><head><title>Our news</title></head><body>x</body></html>", "HTML page"),
        (b"not a feed at all", "no feed"),
        (b'{"version": "2.0"}', "JSON"),
        (b'{"version": "https://example.com", "items": []}', "JSON"),
        (b'{"items": [', "JSON"),
        (b"\x1f\x8b\x08\x00cut gzip", "no feed"),
    ],
)
def test_what_is_no_feed_says_what_it_is(body: bytes, words: str) -> None:
    with pytest.raises(BadPayload, match=words):
        parse(body)


@pytest.mark.parametrize(
    "body",
    [
        b"<html><head><title>Just a moment...</title></head></html>",
        b"<html><head><title>Access Denied</title></head></html>",
        b"<html><head><title>FDA apologizes for the inconvenience</title></head></html>",
        b'<html><script src="/_Incapsula_Resource?x"></script></html>',
    ],
)
def test_a_challenge_page_is_a_block(body: bytes) -> None:
    with pytest.raises(Blocked):
        parse(body)


def test_a_headline_with_the_words_of_a_challenge_is_only_a_headline() -> None:
    assert len(parse(rss(item(1, "Access Denied: agency apologizes for captcha"))).entries) == 1


def test_a_challenge_header_is_a_block() -> None:
    with pytest.raises(Blocked):
        parse(rss(item(1)), **{"cf-mitigated": "challenge"})


def test_a_document_cut_inside_an_entry_keeps_what_stands_before() -> None:
    whole = rss(item(1), item(2), item(3))
    feed = parse(whole[: whole.rindex(b"Summary of story 3")])

    assert feed.cut_off
    assert [e.id for e in feed.entries] == ["id-1", "id-2"]


def test_a_document_without_its_end_tags_is_not_cut_inside_an_entry() -> None:
    feed = parse(rss(item(1), item(2)).removesuffix(TAIL))

    assert not feed.cut_off
    assert len(feed.entries) == 2


def test_control_characters_and_stray_entities_do_not_lose_neighbours() -> None:
    feed = parse(rss(item(1, "Tar\x00vex &nbsp; &bogus; Bio"), item(2)))

    assert [e.id for e in feed.entries] == ["id-1", "id-2"]


def test_entity_bombs_and_external_entities_stay_small() -> None:
    lines = b"".join(b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10) for i in range(1, 9))
    bomb = b'<!DOCTYPE r [<!ENTITY e0 "lollollol">' + lines + b"]>"
    outside = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    body = b"<rss version='2.0'><channel><title>&e8;&x;</title><item><title>t &x;</title></item></channel></rss>"

    for document in (bomb + body, outside + body):
        feed = parse(document)
        assert len(feed.title) < 1_000
        assert len(feed.entries) == 1
        assert "root" not in feed.entries[0].title


def test_a_giant_title_is_bounded() -> None:
    feed = parse(rss(item(1, "word " * 2_000_000), item(2)))

    assert [len(e.title) for e in feed.entries][1] < 100
    assert len(feed.entries[0].title) <= 4_000


def test_entries_without_anything_are_counted_only() -> None:
    feed = parse(HEAD + b"<item></item><item>" + item(1).encode() + b"</item>" + TAIL)

    assert (len(feed.entries), feed.skipped) == (1, 1)


@given(st.binary(max_size=400))
@example(HEAD + b"<item><link>http://[broken</link></item>" + TAIL)
@example(HEAD + b"<item><title><![CDATA[ <![foo ]]></title></item>")
@example(b"<rss><![<item>")
def test_no_bytes_raise_anything_but_our_own(body: bytes) -> None:
    for document in (body, HEAD + b"<item><title>" + body + b"</title><link>" + body + b"</link></item>" + TAIL):
        try:
            feed = parse(document)
        except (BadPayload, Blocked):
            continue
        assert all(isinstance(e.title, str) for e in feed.entries)
