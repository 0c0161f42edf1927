"""One feed polled over time: nothing twice, nothing lost without a word, quiet about what did not change."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from pydantic import ValidationError

from connectors.feeds import Feeds, starter_feeds
from signalwatch.sdk import BadPayload, ConfigError, Connector, Gone, Validators
from tests.feeds.fakes import START, URL, Context, FakeHttp, answer, documents, feed, item, notices, poll, rss


@pytest.fixture
def ctx() -> Context:
    return Context(FakeHttp())


def test_feeds_is_a_connector() -> None:
    assert isinstance(feed(), Connector)


def test_first_poll_brings_everything_oldest_first_as_plain_documents(ctx: Context) -> None:
    (page,) = poll(feed(name="Example"), ctx, answer(rss(item(2), item(1)), etag='"a"'))

    first, second = page.documents
    assert [first.title, second.title] == [
        "Headline number 1 of an ordinary sort",
        "Headline number 2 of an ordinary sort",
    ]
    assert first.url == "https://news.example.com/story-1"
    assert first.published_at == datetime(2026, 10, 5, 1, 0, tzinfo=UTC)
    assert first.text == "Summary of story 1."
    assert (first.connector, first.kind) == ("feeds", "entry")
    assert first.meta == {
        "kind": "news",
        "origin": "press",
        "publisher": "Example",
        "publisher_kind": "trade",
        "guid": "id-1",
    }
    assert page.validators == {URL: Validators(etag='"a"')}
    assert json.loads(first.payload)["title"] == first.title


def test_the_cursor_is_json(ctx: Context) -> None:
    poll(feed(), ctx, answer(rss(item(1), head="<ttl>5</ttl>")))

    assert msgspec.json.decode(msgspec.json.encode(ctx.cursor)) == ctx.cursor


def test_not_modified_costs_no_parsing_and_keeps_validators(ctx: Context) -> None:
    source = feed()
    poll(source, ctx, answer(rss(item(1)), etag='"a"'))
    (page,) = poll(source, ctx, answer(status=304))

    assert ctx.http.asked[-1]["validators"] == Validators(etag='"a"')
    assert (page.documents, page.unchanged) == ((), 1)
    assert page.validators == {URL: Validators(etag='"a"')}


def test_a_304_of_another_page_is_asked_again_without_validators(ctx: Context) -> None:
    source = feed()
    poll(source, ctx, answer(rss(item(1)), etag='"a"', url="https://feeds.example.com/one.xml"))
    pages = poll(
        source,
        ctx,
        answer(status=304, url="https://feeds.example.com/two.xml"),
        answer(rss(item(1), item(2)), url="https://feeds.example.com/two.xml"),
    )

    assert ctx.http.asked[-1]["validators"] is None
    assert [d.title for d in documents(pages)] == ["Headline number 2 of an ordinary sort"]


def test_an_unchanged_200_is_skipped_by_its_hash(ctx: Context) -> None:
    source = feed()
    body = rss(item(1), item(2))
    poll(source, ctx, answer(body))
    (page,) = poll(source, ctx, answer(body))

    assert (page.documents, page.unchanged) == ((), 2)


def test_only_new_entries_come_after_the_first_poll(ctx: Context) -> None:
    source = feed()
    poll(source, ctx, answer(rss(item(2), item(1))))
    pages = poll(source, ctx, answer(rss(item(3), item(2), item(1))))

    assert [d.title for d in documents(pages)] == ["Headline number 3 of an ordinary sort"]
    assert pages[0].unchanged == 2


def test_an_edited_entry_is_a_new_version_of_the_same_document(ctx: Context) -> None:
    source = feed()
    (before,) = documents(poll(source, ctx, answer(rss(item(1, summary="They raised 40 million.")))))
    (after,) = documents(poll(source, ctx, answer(rss(item(1, summary="They raised 45 million.")))))

    assert after.key == before.key
    assert after.version != before.version


def test_a_new_date_or_tracking_link_is_no_edit(ctx: Context) -> None:
    source = feed()
    poll(source, ctx, answer(rss(item(1))))
    again = item(1, date="Mon, 05 Oct 2026 11:59:00 GMT").replace("story-1<", "story-1?utm_source=x<")

    assert documents(poll(source, ctx, answer(rss(again)))) == []


def test_a_rewritten_guid_brings_nothing_twice(ctx: Context) -> None:
    source = feed()
    poll(source, ctx, answer(rss(item(1), item(2))))

    assert documents(poll(source, ctx, answer(rss(item(1, guid="new-1"), item(2, guid="new-2"))))) == []


def test_an_entry_that_changes_at_every_look_is_let_go_with_a_notice(ctx: Context) -> None:
    source = feed()
    seen, told = 0, []
    for i in range(20):
        pages = poll(source, ctx, answer(rss(item(1, summary=f"Read {i} minutes ago by many people."))))
        seen += len(documents(pages))
        told += notices(pages)

    assert seen == 10
    assert told == ["endless_revisions"]


def test_overflow_is_told_when_nothing_known_is_left(ctx: Context) -> None:
    source = feed()
    poll(source, ctx, answer(rss(*(item(i) for i in range(1, 5)))))
    pages = poll(source, ctx, answer(rss(*(item(i) for i in range(11, 15)))))

    assert notices(pages) == ["window_overflow"]
    assert "entries may be lost" in pages[0].notices[0].message


def test_no_overflow_on_first_contact_after_an_empty_document_or_with_one_known_entry(ctx: Context) -> None:
    source = feed()
    first = poll(source, ctx, answer(rss(item(1), item(2), item(3))))
    overlap = poll(source, ctx, answer(rss(item(3), item(4), item(5))))
    empty = poll(source, ctx, answer(rss()))
    refilled = poll(source, ctx, answer(rss(item(7), item(8), item(9))))

    assert [notices(p) for p in (first, overlap, empty, refilled)] == [[], [], [], []]


def test_rewritten_guids_are_no_overflow(ctx: Context) -> None:
    source = feed()
    poll(source, ctx, answer(rss(*(item(i) for i in range(1, 5)))))

    assert notices(poll(source, ctx, answer(rss(*(item(i, guid=f"g{i}") for i in range(1, 5)))))) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body>Maintenance</body></html>", rss(item(1)).replace(b"Example Life Science News", b"All News")],
    ids=["empty", "html", "another feed"],
)
def test_a_wrong_answer_changes_nothing(ctx: Context, body: bytes) -> None:
    source = feed(title_must_contain="Life Science")
    poll(source, ctx, answer(rss(item(1))))
    before = dict(ctx.cursor)

    with pytest.raises(BadPayload):
        poll(source, ctx, answer(body))

    assert ctx.cursor == before
    assert documents(poll(source, ctx, answer(rss(item(1), item(2)))))[0].title.startswith("Headline number 2")


def test_errors_of_the_door_pass_through(ctx: Context) -> None:
    with pytest.raises(Gone):
        poll(feed(), ctx, Gone("410", permanent=True))


def test_a_cut_document_is_read_again_next_time(ctx: Context) -> None:
    source = feed()
    whole = rss(item(1), item(2))
    cut = poll(source, ctx, answer(whole[: whole.rindex(b"Summary")], etag='"a"'))
    rest = poll(source, ctx, answer(whole, etag='"a"'))

    assert notices(cut) == ["cut_off"]
    assert ctx.http.asked[-1]["validators"] is None
    assert [d.title for d in documents(rest)] == ["Headline number 2 of an ordinary sort"]


def test_a_permanent_redirect_is_told_after_five_days_of_the_same_target(ctx: Context) -> None:
    source = feed()
    new = "https://feeds.example.com/new.xml"
    told = []
    for _ in range(12):
        pages = poll(source, ctx, answer(rss(item(1)), moved_to=new))
        told.append(notices(pages))
        ctx.clock.advance(timedelta(hours=12))

    # Twice a day from noon on: the eighth answer is the first of the fifth day.
    assert told[:7] == [[]] * 7
    assert told[7] == ["moved"]


def test_a_redirect_that_wavers_is_never_told(ctx: Context) -> None:
    source = feed()
    for i in range(12):
        target = "" if i % 3 == 2 else "https://feeds.example.com/new.xml"
        assert notices(poll(source, ctx, answer(rss(item(1)), moved_to=target))) == []
        ctx.clock.advance(timedelta(days=1))


def test_the_next_poll_waits_for_ttl_and_after_a_304_too(ctx: Context) -> None:
    source = feed(min_interval="5m")
    (first,) = poll(source, ctx, answer(rss(item(1), head="<ttl>40</ttl>")))
    (second,) = poll(source, ctx, answer(status=304))
    (third,) = poll(source, ctx, answer(status=304, cache_control="max-age=3000"))

    waits = [page.not_before - START for page in (first, second, third) if page.not_before]
    assert waits == [timedelta(minutes=40), timedelta(minutes=40), timedelta(minutes=50)]


def test_dates_missing_unreadable_or_in_the_future_are_none_but_kept_as_written(ctx: Context) -> None:
    body = rss(item(1, date=""), item(2, date="some day"), item(3, date="Tue, 05 Oct 2027 12:00:00 GMT"))
    found = {d.meta["guid"]: d for d in documents(poll(feed(), ctx, answer(body)))}

    assert [found[f"id-{i}"].published_at for i in (1, 2, 3)] == [None, None, None]
    assert found["id-3"].meta["stated_date"] == "Tue, 05 Oct 2027 12:00:00 GMT"


def test_an_unreadable_date_gives_way_to_the_updated_one(ctx: Context) -> None:
    body = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><id>1</id><title>One headline</title>'
        b"<published>soon</published><updated>2026-10-02T08:00:00Z</updated></entry></feed>"
    )

    assert documents(poll(feed(), ctx, answer(body)))[0].published_at == datetime(2026, 10, 2, 8, tzinfo=UTC)


def test_a_date_without_zone_is_meant_where_the_publisher_is(ctx: Context) -> None:
    body = rss(item(1, "<a href='https://x'>Tarvex axes staff</a>", date="Oct 3, 2026 7:00am"))
    (document,) = documents(poll(feed(timezone="America/New_York"), ctx, answer(body)))

    assert document.title == "Tarvex axes staff"
    assert document.published_at == datetime(2026, 10, 3, 11, tzinfo=UTC)


def test_a_wire_names_the_issuer_and_its_tickers(ctx: Context) -> None:
    extra = (
        "<dc:contributor>Tarvex Bio, Inc.</dc:contributor><dc:publisher>GlobeNewswire Inc.</dc:publisher>"
        "<category domain='https://w.example/rss/stock'>Nasdaq:TRVX</category>"
        "<category domain='https://w.example/rss/stock'>Nasdaq:TRVX</category>"
        "<category domain='https://w.example/rss/ISIN'>US0000000000</category>"
    )
    (document,) = documents(poll(feed(publisher="wire"), ctx, answer(rss(item(1) + extra))))

    assert document.meta["issuer"] == "Tarvex Bio, Inc."
    assert document.meta["tickers"] == [["NASDAQ", "TRVX"]]
    assert (document.meta["kind"], document.meta["origin"]) == ("release", "release")


def test_a_company_feed_names_its_company(ctx: Context) -> None:
    source = feed(publisher="company", company="Tarvex Bio", ticker="NASDAQ: TRVX")
    (document,) = documents(poll(source, ctx, answer(rss(item(1)))))

    assert (document.meta["issuer"], document.meta["tickers"]) == ("Tarvex Bio", [["NASDAQ", "TRVX"]])


def test_one_release_in_two_feeds_of_one_wire_is_one_document() -> None:
    biotech, pharma = feed(publisher="wire"), Feeds(Feeds.Config(url="https://feeds.example.com/b.xml"))  # type: ignore[call-arg,arg-type]
    store = Context(FakeHttp())
    poll(biotech, store, answer(rss(item(1))))
    other = Context(FakeHttp(), documents=store.documents)

    assert documents(poll(pharma, other, answer(rss(item(1)), url="https://feeds.example.com/b.xml"))) == []


def test_summaries_of_different_length_in_two_feeds_do_not_alternate() -> None:
    """Each source remembers what it showed itself, so the other's version does not look like an edit."""
    one, two = feed(), Feeds(Feeds.Config(url="https://feeds.example.com/b.xml"))  # type: ignore[call-arg,arg-type]
    first = Context(FakeHttp())
    second = Context(FakeHttp(), documents=first.documents)
    counts = []
    for i in range(4):
        long, short = rss(item(1), head=f"<!--{i}-->"), rss(item(1, summary="Short one."), head=f"<!--{i}-->")
        counts += [len(documents(poll(one, first, answer(long)))), len(documents(poll(two, second, answer(short))))]

    assert counts == [1, 1, 0, 0, 0, 0, 0, 0]


def test_a_lost_cursor_costs_no_duplicates(ctx: Context) -> None:
    source = feed()
    body = rss(item(1), item(2))
    poll(source, ctx, answer(body))
    ctx.cursor = {"body": 7, "seen": "broken"}

    pages = poll(source, ctx, answer(body))

    assert ctx.http.asked[-1]["validators"] is None
    assert (documents(pages), pages[0].unchanged) == ([], 2)


def test_an_entry_without_words_is_set_aside_once(ctx: Context) -> None:
    source = feed()
    lone = "<guid>https://x.example/1</guid>"
    first = poll(source, ctx, answer(rss(lone, item(1))))
    second = poll(source, ctx, answer(rss(lone, item(1), item(2))))

    assert [q.reason for q in first[0].quarantined] == ["the entry has neither title nor text"]
    assert second[0].quarantined == []
    assert len(documents(first)) == 1


def test_a_large_document_comes_in_pages_and_moves_the_cursor_last(ctx: Context) -> None:
    source = feed()
    pages = poll(source, ctx, answer(rss(*(item(i) for i in range(450))), etag='"a"'))

    assert [len(p.documents) for p in pages] == [200, 200, 50]
    assert [bool(p.cursor.get("body")) for p in pages] == [False, False, True]
    assert [bool(p.validators) for p in pages] == [False, False, True]


def test_the_same_entry_twice_in_a_document_is_one(ctx: Context) -> None:
    assert len(documents(poll(feed(), ctx, answer(rss(item(1), item(1)))))) == 1


def test_an_entry_shown_twice_is_taken_as_the_feed_tells_it_first(ctx: Context) -> None:
    body = rss(item(1, summary="The corrected words."), item(1, summary="The old words."))

    assert [d.text for d in documents(poll(feed(), ctx, answer(body)))] == ["The corrected words."]


def test_documents_come_in_order_of_publication_however_the_feed_sorts(ctx: Context) -> None:
    pages = poll(feed(), ctx, answer(rss(item(1), item(5), item(3))))

    assert [d.meta["guid"] for d in documents(pages)] == ["id-1", "id-3", "id-5"]


def test_text_is_kept_only_up_to_the_limit(ctx: Context) -> None:
    (document,) = documents(poll(feed(text_limit=100), ctx, answer(rss(item(1, summary="word " * 3_000)))))

    assert len(document.text) <= 100
    assert len(document.payload) < 2_000


def test_an_entry_without_title_is_called_by_its_text(ctx: Context) -> None:
    body = rss("<description>&lt;p&gt;Tarvex opened a laboratory.&lt;/p&gt;</description><guid>1</guid>")

    assert documents(poll(feed(), ctx, answer(body)))[0].title == "Tarvex opened a laboratory."


# --- settings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"url": "ftp://x.example/"}, "url"),
        ({"url": URL, "colour": "red"}, "colour"),
        ({"url": URL, "timezone": "Mars/Olympus"}, "no time zone is called"),
        ({"url": URL, "publisher": "company"}, "needs company"),
        ({"url": URL, "min_interval": "soon"}, "min_interval"),
        ({"url": URL, "ticker": "just words"}, "ticker"),
    ],
)
def test_wrong_settings_are_told(settings: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Feeds.Config.model_validate(settings)


def test_expand_makes_one_source_per_feed() -> None:
    settings = {
        "text_limit": 200,
        "feeds": [{"name": "A & B News", "url": URL}, {"name": "C", "url": URL, "text_limit": 9}],
    }

    assert Feeds.expand(settings) == [
        ("a-b-news", {"text_limit": 200, "name": "A & B News", "url": URL}),
        ("c", {"text_limit": 9, "name": "C", "url": URL}),
    ]
    assert Feeds.expand({"url": URL}) == [("", {"url": URL})]


def test_expand_names_every_wrong_feed() -> None:
    with pytest.raises(ConfigError) as caught:
        Feeds.expand({"feeds": [{"url": URL}, {"name": "A", "url": URL}, {"name": "a", "url": URL}, "x"]})

    assert len(caught.value.problems) == 3


def test_the_starter_list_is_valid_settings() -> None:
    yaml = pytest.importorskip("yaml")
    settings = yaml.safe_load(starter_feeds())
    sources = Feeds.expand(settings)

    assert len(sources) >= 20
    for _, part in sources:
        assert Feeds.Config.model_validate(part)
