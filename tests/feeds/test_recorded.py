"""The 36 recorded feed files, each through a poll: every entry becomes one document, and a second poll brings nothing."""

from __future__ import annotations

import pytest

from connectors.feeds import Feeds
from tests.data import data_path
from tests.feeds.fakes import Context, FakeHttp, answer, documents, notices, poll

COUNTS = {
    "biorxiv_plant_biology.rdf": 30, "feedjira_AtomFeedWithSpacesAroundEquals.xml": 1,
    "feedjira_DuplicateContentAtomFeed.xml": 10, "feedjira_FeedBurnerUrlNoAlternate.xml": 1,
    "feedjira_HuffPostCanada.xml": 2, "feedjira_InvalidDateFormat.xml": 2, "feedjira_RSSWithComments.xml": 30,
    "feedjira_TechCrunch.xml": 20, "feedjira_TypePadNews.xml": 10, "feedjira_a10.xml": 5,
    "feedjira_atom_with_link_tag_for_url_unmarked.xml": 1, "feedjira_google_alerts_atom.xml": 20,
    "feedrs_atom_relative.xml": 1, "feedrs_atom_xml_base.xml": 1, "feedrs_rss_0.91_encoding_1.xml": 1,
    "feedrs_rss_2.0_bbc.xml": 1, "feedrs_rss_2.0_ch9.xml": 1, "feedrs_rss_2.0_ghost_2.xml": 1,
    "feedrs_rss_2.0_ilmessaggero.xml": 1, "feedrs_rss_2.0_nbcny.xml": 1, "feedrs_rss_2.0_relurl_1.xml": 2,
    "feedrs_rss_2.0_spiegel.xml": 1, "feedrs_rss_2.0_wirecutter.xml": 1, "longbiosci_longevity_zh.xml": 20,
    "miniflux_encoding_ISO-8859-1.xml": 40, "miniflux_rdf_UTF8.xml": 60, "miniflux_small_atom.xml": 20,
    "regeneron_ir.xml": 10, "rssparser_content-encoded.rss.xml": 7, "rssparser_customfields.rss.xml": 15,
    "rssparser_guardian.rss.xml": 55, "rssparser_heise.atom.xml": 15, "rssparser_rss-1.rss.xml": 69,
    "sec_latest_filings.atom.xml": 40, "shape_globenewswire_invented_companies.xml": 3,
    "shape_prnewswire_invented_companies.xml": 2,
}  # fmt: skip


def test_every_recorded_file_is_expected() -> None:
    found = {path.name for path in data_path("news/feeds").iterdir()}

    assert found == set(COUNTS)


pytestmark = pytest.mark.data


@pytest.mark.parametrize("name", sorted(COUNTS))
def test_recorded_feed(name: str) -> None:
    body = data_path(f"news/feeds/{name}").read_bytes()
    url = f"https://feeds.example.com/{name}"
    source = Feeds(Feeds.Config(url=url))  # type: ignore[call-arg,arg-type]
    ctx = Context(FakeHttp())

    pages = poll(source, ctx, answer(body, url=url))
    found = documents(pages)

    assert len(found) == COUNTS[name]
    assert len({d.key for d in found}) == COUNTS[name]
    assert notices(pages) == []
    assert not any(page.quarantined for page in pages)
    for document in found:
        assert document.title
        assert "<" not in document.title.replace("< ", "")
        assert "&nbsp;" not in document.text
        assert document.url.startswith("http")
    changed = body.replace(b"</channel>", b"<!-- -->\n</channel>").replace(b"</feed>", b"<!-- -->\n</feed>")
    assert documents(poll(source, ctx, answer(changed, url=url))) == []


def test_the_company_feed_gives_clean_text_tickers_apart() -> None:
    body = data_path("news/feeds/regeneron_ir.xml").read_bytes()
    source = Feeds(Feeds.Config(url="https://ir.example.com/rss", publisher="company", company="Example"))  # type: ignore[call-arg,arg-type]
    found = documents(poll(source, Context(FakeHttp()), answer(body, url="https://ir.example.com/rss")))

    assert all(d.published_at for d in found)
    assert all("\xa0" not in d.text and "  " not in d.text for d in found)
    assert {d.meta["issuer"] for d in found} == {"Example"}


def test_the_wire_shape_gives_issuer_ticker_and_dates_without_seconds() -> None:
    body = data_path("news/feeds/shape_globenewswire_invented_companies.xml").read_bytes()
    source = Feeds(Feeds.Config(url="https://wire.example.com/rss", publisher="wire", name="Wire"))  # type: ignore[call-arg,arg-type]
    found = documents(poll(source, Context(FakeHttp()), answer(body, url="https://wire.example.com/rss")))

    assert all(d.published_at for d in found)
    assert [len(d.meta.get("tickers", ())) for d in found] == [0, 1, 1]
    assert [bool(d.meta.get("issuer")) for d in found] == [False, False, True]
