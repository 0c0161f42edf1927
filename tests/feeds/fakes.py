"""Hand-written stand-ins: a server that answers from a script, a poll context with a small store, a detector."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog

from connectors.feeds import Feeds
from signalwatch.clock import ManualClock
from signalwatch.http import Response
from signalwatch.model import Detection, Document, Known, Organisation, Page, Span, Validators

START = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)  # a Monday
URL = "https://feeds.example.com/news.xml"

HEAD = (
    b'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    b'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    b'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>Example Life Science News</title>'
)
TAIL = b"</channel></rss>"


def rss(*items: str, head: str = "") -> bytes:
    """An RSS 2.0 document of these items (each the inside of ``<item>``)."""
    return HEAD + head.encode() + "".join(f"<item>{i}</item>" for i in items).encode() + TAIL


def item(number: int, title: str = "", *, summary: str = "", guid: str | None = None, date: str | None = None) -> str:
    """The inside of an ordinary item; everything follows from its number unless said otherwise."""
    return (
        f"<title>{title or f'Headline number {number} of an ordinary sort'}</title>"
        f"<link>https://news.example.com/story-{number}</link>"
        f"<guid isPermaLink='false'>{guid or f'id-{number}'}</guid>"
        f"<pubDate>{f'Mon, 05 Oct 2026 {number % 12:02d}:00:00 GMT' if date is None else date}</pubDate>"
        f"<description>{summary or f'Summary of story {number}.'}</description>"
    )


class Headers(dict[str, str]):
    """Case-insensitive look-up, as the real door hands back."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__({k.lower(): v for k, v in given.items()})

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key.lower(), default)

    def __getitem__(self, key: str) -> str:
        return super().__getitem__(key.lower())


def answer(
    body: bytes = b"", status: int = 200, *, url: str = URL, etag: str = "", moved_to: str = "", **headers: str
) -> Response:
    """An answer of the HTTP door. Header names are written with underscores."""
    named = Headers({k.replace("_", "-"): v for k, v in headers.items()})
    return Response(status, url, named, body, Validators(etag=etag), moved_to)


class FakeHttp:
    """Answers in order and remembers what was asked. An exception in the script is raised."""

    def __init__(self, *script: Response | Exception) -> None:
        self.script = list(script)
        self.asked: list[dict[str, Any]] = []

    def get(self, url: str, **options: Any) -> Response:
        self.asked.append({"url": url, **options})
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    def post(self, url: str, **options: Any) -> Response:
        raise AssertionError("feeds never post")


@dataclass
class Context:
    """A poll context that keeps what pages commit, as ingest does."""

    http: FakeHttp
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    source_id: str = "news"
    validators: dict[str, Validators] = field(default_factory=dict)
    cursor: Mapping[str, Any] = field(default_factory=dict)
    documents: dict[str, list[Document]] = field(default_factory=dict)
    log: Any = field(default_factory=structlog.get_logger)

    def known(self, keys: Sequence[str]) -> Mapping[str, Known]:
        return {k: Known(version=self.documents[k][-1].version) for k in keys if k in self.documents}

    def watched_ciks(self) -> frozenset[int]:
        return frozenset()

    def watched_names(self) -> Sequence[str]:
        return ()

    def is_watched_name(self, name: str) -> bool:
        return False

    def watched_studies(self, limit: int, before: datetime) -> Sequence[str]:
        return ()


def feed(**settings: Any) -> Feeds:
    """A feed with these settings at the example address."""
    return Feeds(Feeds.Config.model_validate({"url": URL, **settings}))  # type: ignore[arg-type]


def poll(source: Feeds, ctx: Context, *script: Response | Exception) -> list[Page]:
    """Poll once against a scripted server and commit every page."""
    ctx.http.script = list(script)
    pages = []
    for page in source.poll(ctx.cursor, ctx):
        pages.append(page)
        ctx.cursor = page.cursor
        ctx.validators.update(page.validators)
        for document in page.documents:
            ctx.documents.setdefault(document.key, []).append(document)
    return pages


def documents(pages: Sequence[Page]) -> list[Document]:
    """All documents of some pages."""
    return [d for page in pages for d in page.documents]


def notices(pages: Sequence[Page]) -> list[str]:
    """Kinds of all notices of some pages."""
    return [n.kind for page in pages for n in page.notices]


def detection(kind: str, subject: str = "", *, text: str = "", start: int = 0, **attributes: Any) -> Detection:
    """A detection with one subject."""
    organisations = (Organisation(name=subject),) if subject else ()
    span = Span(start=start, end=start + len(text), text=text)
    return Detection(type=kind, organisations=organisations, attributes=attributes, span=span)


class FakeDetector:
    """A detector that is one function of title and text, and remembers how it was called."""

    def __init__(self, function: Callable[[str, str], Sequence[Detection]]) -> None:
        self.function = function
        self.calls: list[dict[str, Any]] = []

    def detect(self, title: str, text: str = "", **options: Any) -> Sequence[Detection]:
        self.calls.append({"title": title, "text": text, **options})
        return self.function(title, text)
