"""Feeds read with naive parsers, and the HTTP manners around them."""

from __future__ import annotations

import gzip
import html
import json
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest

from signalwatch.simulate.press import FEEDS
from signalwatch.simulate.serve_feeds import WINDOW
from signalwatch.simulate.simulation import Simulation

from .conftest import Get

ATOM = "{http://www.w3.org/2005/Atom}"
AT = datetime(2026, 3, 3, 18, tzinfo=UTC)


def shown(source: str, body: bytes) -> list[tuple[str, str, str]]:
    """(identity, link, title) of the entries of a feed, whatever its shape."""
    if source == "digest":
        return [(i["id"], i["url"], i["title"]) for i in json.loads(body)["items"]]
    root = ET.fromstring(body)
    if source == "trade_b":
        out = []
        for e in root.findall(f"{ATOM}entry"):
            link = e.find(f"{ATOM}link")
            assert link is not None
            out.append(
                (e.findtext(f"{ATOM}id", ""), link.get("href", ""), html.unescape(e.findtext(f"{ATOM}title", "")))
            )
        return out
    items = root.findall("channel/item")
    titles = [html.unescape(re.sub(r"<[^>]+>", "", i.findtext("title", ""))).strip() for i in items]
    return [(i.findtext("guid", ""), i.findtext("link", ""), t) for i, t in zip(items, titles, strict=True)]


@pytest.mark.parametrize("source", FEEDS)
def test_a_feed_shows_its_newest_visible_entries(sim: Simulation, get: Get, source: str) -> None:
    sim.clock.set(AT)
    got = get(source, "/feed")
    found = shown(source, got.body)

    visible = {}
    for p in sim.world.by_source(source):
        if p.visible_at <= AT:
            visible.pop(str(p.meta.get("replaces", "")), None)
            visible[p.publication_id] = p
    newest = sorted(visible.values(), key=lambda p: (p.published_at, p.publication_id), reverse=True)[: WINDOW[source]]
    assert got.status == 200
    assert [(key, url) for key, url, _ in found] == [(p.key, p.url) for p in newest]
    assert [title.replace("’", "'") for *_, title in found] == [p.title.replace("’", "'") for p in newest]


@pytest.mark.parametrize("source", FEEDS)
def test_every_entry_is_shown_by_a_poll_every_two_hours(sim: Simulation, get: Get, source: str) -> None:
    """No window overflows at the pace the settings propose."""
    begin, end = sim.world.opens_at, sim.world.opens_at + timedelta(days=21)
    seen: set[str] = set()
    while sim.clock.now() < end:
        seen |= {key for key, *_ in shown(source, get(source, "/feed").body)}
        sim.clock.advance(timedelta(hours=2))

    expected = {
        p.key
        for p in sim.world.by_source(source)
        if begin <= p.visible_at < end - timedelta(hours=2) and not _replaced_soon(sim, p.publication_id)
    }
    assert expected - seen == set()


def _replaced_soon(sim: Simulation, publication_id: str) -> bool:
    return any(p.meta.get("replaces") == publication_id for p in sim.world.publications)


def test_validators_give_304_until_something_new_appears(sim: Simulation, get: Get) -> None:
    sim.clock.set(AT)
    first = get("wire_a", "/feed")
    by_etag = get("wire_a", "/feed", If_None_Match=first.headers["ETag"])
    by_date = get("wire_b", "/feed", If_Modified_Since=get("wire_b", "/feed").headers["Last-Modified"])
    wrong = get("wire_a", "/feed", If_None_Match='"other"', If_Modified_Since=first.headers["Last-Modified"])
    sim.clock.set(next(p.visible_at for p in sim.world.by_source("wire_a") if p.visible_at > AT))
    later = get("wire_a", "/feed", If_None_Match=first.headers["ETag"])

    assert (by_etag.status, by_etag.body, by_date.status) == (304, b"", 304)
    assert wrong.status == 200  # If-None-Match wins
    assert later.status == 200
    assert later.headers["ETag"] != first.headers["ETag"]
    assert "ETag" not in get("wire_b", "/feed").headers
    assert not {"ETag", "Last-Modified"} & get("agency", "/feed").headers.keys()


def test_bodies_are_gzipped_only_for_those_who_ask(sim: Simulation, get: Get) -> None:
    sim.clock.set(AT)
    plain, packed = get("wire_a", "/feed"), get("wire_a", "/feed", Accept_Encoding="gzip, deflate")

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_the_shapes_keep_their_publishers_habits(sim: Simulation, get: Get) -> None:
    sim.clock.set(AT)
    wire_a, wire_b, trade_a, agency, ir = (
        get(s, "/feed").body.decode() for s in ("wire_a", "wire_b", "trade_a", "agency", "ir")
    )

    assert re.search(r'<category domain="[^"]+/rss/stock">(Nasdaq|NYSE):[A-Z]+</category>', wire_a)
    assert re.search(r"<pubDate>\w{3}, \d\d \w{3} \d{4} \d\d:\d\d GMT</pubDate>", wire_a)
    assert "<![CDATA[" in wire_b
    assert re.search(r"<pubDate>[^<]+ -0500</pubDate>", wire_b)
    assert "&lt;a href=" in trade_a
    assert re.search(r"<pubDate>[A-Z][a-z]{2} \d{1,2}, 2026 \d{1,2}:\d\d[ap]m</pubDate>", trade_a)
    assert re.search(r"<pubDate>[^<]+ EST</pubDate>", agency)
    assert "<link>http://" in agency
    assert "&amp;nbsp;" in ir


def test_a_rewritten_guid_takes_the_old_entrys_place(sim: Simulation, get: Get) -> None:
    later = next(
        p
        for p in sim.world.publications
        if p.meta.get("replaces") and "-r1" in p.key and p.visible_at > sim.world.opens_at
    )
    old = next(p for p in sim.world.publications if p.publication_id == later.meta["replaces"])
    sim.clock.set(later.visible_at)
    keys = [(key, url) for key, url, _ in shown(later.source, get(later.source, "/feed").body)]

    assert (later.key, later.url) in keys or len(keys) == WINDOW[later.source]
    assert (old.key, old.url) not in keys
    assert old.url == later.url
