"""Feeds in the shapes of the real publishers: two wires, two trade outlets, an agency, a company site, a JSON Feed.

Each shape keeps its publisher's habits: twenty items and tickers in categories on one wire, CDATA and numeric entities on
the other, links inside titles and home-made dates in the trade press, ``EDT`` and http links at the agency, doubly escaped
blanks on the company site.
"""

from __future__ import annotations

import html
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

import msgspec

from signalwatch.simulate import workdays
from signalwatch.simulate.happenings import Publication
from signalwatch.simulate.web import Reply, Request, etag_of
from signalwatch.simulate.world import World

WINDOW = {"wire_a": 20, "wire_b": 20, "trade_a": 15, "trade_b": 12, "agency": 10, "ir": 10, "digest": 12}
Shape = Callable[[str, Sequence[Publication]], bytes]
_DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


def _text(value: object) -> str:
    return escape(str(value))


def _wire_a(title: str, items: Sequence[Publication]) -> bytes:
    out = [
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss {_DC} xmlns:atom="http://www.w3.org/2005/Atom" version="2.0">\n<channel>\n<title>{_text(title)}</title>\n'
        "<link>https://www.atlasnewswire.example</link>\n<description>Company news</description>\n<ttl>15</ttl>\n"
    ]
    for p in items:
        tickers = ""
        if ticker := p.meta.get("ticker"):
            tickers = f'<category domain="https://www.atlasnewswire.example/rss/stock">{_text(ticker)}</category>\n<category domain="https://www.atlasnewswire.example/rss/keyword">Biotechnology</category>\n'
        body = escape(f"<p>{html.escape(p.body)}</p>")
        issuer = _text(p.meta.get("issuer", ""))
        out.append(
            f'<item>\n<guid isPermaLink="false">{p.key}</guid>\n<link>{_text(p.url)}</link>\n{tickers}<title>{_text(p.title)}</title>\n'
            f"<description>{body}</description>\n<pubDate>{p.published_at:%a, %d %b %Y %H:%M} GMT</pubDate>\n<dc:identifier>{p.key}</dc:identifier>\n"
            f"<dc:language>en</dc:language>\n<dc:publisher>{issuer}</dc:publisher>\n<dc:contributor>{issuer}</dc:contributor>\n</item>\n"
        )
    return ("".join(out) + "</channel>\n</rss>\n").encode()


def _numeric(text: str) -> str:
    """Characters beyond ASCII, and apostrophes, as numeric entities inside CDATA."""
    return text.replace("'", "&#8217;").encode("ascii", "xmlcharrefreplace").decode()


def _wire_b(title: str, items: Sequence[Publication]) -> bytes:
    out = [
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {_DC}>\n<channel>\n<title>{_text(title)}</title>\n'
        "<link>https://www.meridianpr.example/news-releases/</link>\n"
    ]
    for p in items:
        local = p.published_at.astimezone(workdays.NEW_YORK)
        cut = p.body if len(p.body) <= 300 else p.body[:297].rsplit(" ", 1)[0] + "..."
        out.append(
            f"<item>\n<title><![CDATA[{_numeric(p.title)}]]></title>\n<link>{_text(p.url)}</link>\n<description><![CDATA[{_numeric(cut)}]]></description>\n"
            f"<pubDate>{local:%a, %d %b %Y %H:%M:%S %z}</pubDate>\n<guid>{_text(p.key)}</guid>\n</item>\n"
        )
    return ("".join(out) + "</channel>\n</rss>\n").encode()


def _trade_a(title: str, items: Sequence[Publication]) -> bytes:
    out = [
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" {_DC} xml:base="https://www.bioledger.example/">\n<channel>\n<title>{_text(title)}</title>\n'
        "<link>https://www.bioledger.example/</link>\n<description>Biotech news</description>\n<language>en</language>\n"
    ]
    for p in items:
        local = p.published_at.astimezone(workdays.NEW_YORK)
        day = f"{local:%b} {local.day}, {local.year} {local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"
        link = escape(
            f'<a href={quoteattr("/biotech/" + p.url.rpartition("/")[2])} hreflang="en">{html.escape(p.title, quote=False)}</a>'
        )
        out.append(
            f"<item>\n<title>{link}</title>\n<link>{_text(p.url)}</link>\n<description>{_text(p.body)}</description>\n<pubDate>{day}</pubDate>\n"
            f'<dc:creator>{_text(p.meta.get("author", ""))}</dc:creator>\n<guid isPermaLink="false">{_text(p.key)}</guid>\n</item>\n'
        )
    return ("".join(out) + "</channel>\n</rss>\n").encode()


def _trade_b(title: str, items: Sequence[Publication]) -> bytes:
    newest = max((p.visible_at for p in items), default=datetime(2020, 1, 1, tzinfo=UTC))
    out = [
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n<title type="text">{_text(title)}</title>\n'
        f'<id>tag:pipelinedaily.example,2019:feed</id>\n<link rel="alternate" href="https://pipelinedaily.example/"/>\n<updated>{newest:%Y-%m-%dT%H:%M:%SZ}</updated>\n'
    ]
    for p in items:
        body = escape(
            f'<p>{html.escape(p.body)}</p><p>Read more at <a href="{html.escape(p.url)}">Pipeline Daily</a>.</p>'
        )
        out.append(
            f'<entry>\n<id>{_text(p.key)}</id>\n<title type="html">{escape(html.escape(p.title, quote=False))}</title>\n<link rel="alternate" type="text/html" href={quoteattr(p.url)}/>\n'
            f'<published>{p.published_at:%Y-%m-%dT%H:%M:%SZ}</published>\n<updated>{p.visible_at:%Y-%m-%dT%H:%M:%SZ}</updated>\n<summary type="html">{body}</summary>\n'
            f"<author><name>{_text(p.meta.get('author', ''))}</name></author>\n</entry>\n"
        )
    return ("".join(out) + "</feed>\n").encode()


def _agency(title: str, items: Sequence[Publication]) -> bytes:
    out = [
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss {_DC} version="2.0" xml:base="http://www.fda.example/">\n<channel>\n<title>{_text(title)}</title>\n<link>http://www.fda.example/</link>\n'
    ]
    for p in items:
        local = p.published_at.astimezone(workdays.NEW_YORK)
        out.append(
            f"<item>\n  <title>{_text(p.title)} </title>\n  <link>{_text(p.url)}</link>\n  <description>{escape(html.escape(p.body))}</description>\n"
            f'  <pubDate>{local:%a, %d %b %Y %H:%M:%S} {local.tzname()}</pubDate>\n  <dc:creator>FDA</dc:creator>\n  <guid isPermaLink="true">{_text(p.key)}</guid>\n</item>\n'
        )
    return ("".join(out) + "</channel>\n</rss>\n").encode()


def _ir(title: str, items: Sequence[Publication]) -> bytes:
    out = [
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss {_DC} version="2.0" xml:base="https://investors.example/">\n<channel>\n<title>{_text(title)}</title>\n<description>{_text(title)}</description>\n<language>en</language>\n'
    ]
    for p in items:
        local = p.published_at.astimezone(workdays.NEW_YORK)
        body = escape(p.body.replace(": ", ":&nbsp; ", 1))
        out.append(
            f"<item>\n  <title>{_text(p.title)}</title>\n  <link>{_text(p.url)}</link>\n  <description>{body}</description>\n  <pubDate>{format_datetime(local)}</pubDate>\n"
            f'  <dc:creator>{_text(title)}</dc:creator>\n  <guid isPermaLink="false">{_text(p.key)}</guid>\n</item>\n'
        )
    return ("".join(out) + "</channel>\n</rss>\n").encode()


def _digest(title: str, items: Sequence[Publication]) -> bytes:
    return msgspec.json.encode(
        {
            "version": "https://jsonfeed.org/version/1.1", "title": title, "home_page_url": "https://dealdesk.example/", "feed_url": "https://dealdesk.example/feed.json",
            "items": [
                {"id": p.key, "url": p.url, "title": p.title, "content_text": p.body, "date_published": p.published_at.isoformat(), "tags": ["briefs"]}
                for p in items
            ],
        }
    )  # fmt: skip


SHAPES: dict[str, tuple[Shape, str]] = {
    "wire_a": (_wire_a, "application/rss+xml; charset=utf-8"), "wire_b": (_wire_b, "text/xml; charset=utf-8"),
    "trade_a": (_trade_a, "application/rss+xml; charset=utf-8"), "trade_b": (_trade_b, "application/atom+xml"),
    "agency": (_agency, "text/xml"), "ir": (_ir, "text/xml; charset=utf-8"), "digest": (_digest, "application/feed+json"),
}  # fmt: skip


class FeedSite:
    """One feed at ``/feed``; what it shows depends on the instant."""

    def __init__(self, world: World, source: str) -> None:
        self._source = source
        self._title = world.feed_title(source)
        self._entries = world.by_source(source)
        self._times = [p.visible_at for p in self._entries]
        self._shown = -1
        self._body = b""
        self._changed = datetime(2020, 1, 1, tzinfo=UTC)

    def __call__(self, request: Request) -> Reply:
        """Answer one request."""
        if request.path not in ("/feed", "/feed/"):
            return Reply(404, b"<html><body>Not found</body></html>", "text/html")
        count = bisect_right(self._times, request.now)
        if count != self._shown:
            self._render(count)
        # One wire sends only Last-Modified, the trade press only ETag, the agency neither; the rest send both.
        etag = etag_of(self._body) if self._source not in ("wire_b", "agency") else ""
        changed = self._changed if self._source not in ("trade_a", "trade_b", "agency") else None
        headers = {"Cache-Control": "max-age=300"} if self._source == "wire_a" else {}
        return Reply(
            200,
            self._body,
            SHAPES[self._source][1],
            etag=etag,
            changed_at=changed,
            headers=headers,
            gzip=self._source in ("wire_a", "trade_b"),
        )

    def _render(self, count: int) -> None:
        shape, _ = SHAPES[self._source]
        shown: dict[str, Publication] = {}
        for p in self._entries[max(0, count - 4 * WINDOW[self._source]) : count]:
            shown.pop(str(p.meta.get("replaces", "")), None)
            shown[p.publication_id] = p
        newest = sorted(shown.values(), key=lambda p: (p.published_at, p.publication_id), reverse=True)[
            : WINDOW[self._source]
        ]
        self._body = shape(self._title, newest)
        self._changed = self._times[count - 1] if count else self._changed
        self._shown = count
