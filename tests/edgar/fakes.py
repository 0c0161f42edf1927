"""Hand-written stand-ins: an HTTP door that answers from a table, a poll context with a small memory, a detector."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from signalwatch.clock import ManualClock
from signalwatch.sdk import (
    BadPayload,
    Detection,
    Document,
    Event,
    Gone,
    Known,
    Organisation,
    Page,
    SourceError,
    Span,
    Validators,
)

NOW = datetime(2025, 12, 12, 23, 5, tzinfo=UTC)  # a Friday, 18:05 in New York
WWW = "https://www.sec.gov"
DATA = "https://data.sec.gov"

Answer = bytes | Exception | tuple[int, bytes] | Callable[[Mapping[str, str]], Any]


@dataclass
class FakeResponse:
    status: int
    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    validators: Validators = field(default_factory=Validators)
    moved_to: str = ""

    @property
    def not_modified(self) -> bool:
        return self.status == 304

    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class FakeHttp:
    """Answers by URL (without query). What is not in the table is Gone. Remembers what was asked."""

    def __init__(self, answers: Mapping[str, Answer] | None = None) -> None:
        self.answers: dict[str, Answer] = dict(answers or {})
        self.asked: list[str] = []

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
        accept_status: Sequence[int] = (),
        max_bytes: int | None = None,
    ) -> FakeResponse:
        self.asked.append(f"{url}?{urlencode(params)}" if params else url)
        answer = self.answers.get(url, Gone(f"{url}: 404"))
        if callable(answer) and not isinstance(answer, Exception):
            answer = answer(params or {})
        if isinstance(answer, Exception):
            raise answer
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        if status >= 400 and status not in accept_status:
            raise SourceError(f"{url}: HTTP {status}")
        if max_bytes is not None and len(body) > max_bytes:
            raise BadPayload(f"{url}: larger than {max_bytes} bytes")
        return FakeResponse(status, url, body)

    def post(self, url: str, **more: Any) -> FakeResponse:
        raise AssertionError("a connector never posts")

    def count(self, part: str) -> int:
        """How many requests had ``part`` in their URL."""
        return sum(part in url for url in self.asked)


class FakeContext:
    """A PollContext that remembers documents the way the store does."""

    source_id = "sec"

    def __init__(
        self,
        http: FakeHttp | None = None,
        *,
        ciks: Sequence[int] = (),
        names: Sequence[str] = (),
        now: datetime = NOW,
    ) -> None:
        self.http = http or FakeHttp()
        self.clock = ManualClock(now)
        self.validators: Mapping[str, Validators] = {}
        self.log = None
        self.ciks = frozenset(ciks)
        self.names = tuple(names)
        self.stored: dict[str, Document] = {}
        self.versions: list[tuple[str, str]] = []
        self.cursor: dict[str, Any] = {}

    def known(self, keys: Sequence[str]) -> Mapping[str, Known]:
        return {
            k: Known(version=d.version, fingerprint=d.fingerprint, published_at=d.published_at)
            for k in keys
            if (d := self.stored.get(k)) is not None
        }

    def watched_ciks(self) -> frozenset[int]:
        return self.ciks

    def watched_names(self) -> Sequence[str]:
        return self.names

    def is_watched_name(self, name: str) -> bool:
        return name.lower() in {n.lower() for n in self.names}

    def watched_studies(self, limit: int, before: datetime) -> Sequence[str]:
        return ()

    def commit(self, page: Page) -> None:
        """What one transaction does: documents in, cursor moved."""
        for document in page.documents:
            if (document.key, document.version) not in self.versions:
                self.versions.append((document.key, document.version))
                self.stored[document.key] = document
        self.cursor = dict(page.cursor)

    def run(self, connector: Any, *, stop_after: int | None = None) -> list[Page]:
        """Poll once and commit every page; ``stop_after`` pages the process dies."""
        pages: list[Page] = []
        for page in connector.poll(self.cursor, self):
            self.commit(page)
            pages.append(page)
            if stop_after is not None and len(pages) >= stop_after:
                break
        return pages


class FakeDetector:
    """Finds an event type where its word stands; the subject is whoever stands before the word."""

    def __init__(self, words: Mapping[str, str] | None = None, **attributes: Any) -> None:
        self.words = dict(words or {})
        self.attributes = attributes
        self.seen: list[tuple[str, str, str]] = []

    def detect(
        self,
        title: str,
        text: str = "",
        *,
        kind: str = "news",
        publisher: str = "",
        published_at: datetime | None = None,
    ) -> Sequence[Detection]:
        self.seen.append((title, text, publisher))
        found = []
        for word, event_type in self.words.items():
            for name, value in (("title", title), ("text", text)):
                at = value.find(word)
                if at < 0:
                    continue
                before = value[:at].strip()
                who = (Organisation(name=before),) if name == "title" and before else ()
                span = Span(field=name, start=at, end=at + len(word), text=word)
                found.append(
                    Detection(type=event_type, organisations=who, attributes=self.attributes, span=span, confidence=0.9)
                )
                break
        return found


def quoted(document: Document, event: Event) -> bool:
    """Whether an event's span really stands in the document (or names a structured field of its payload)."""
    span = event.span
    if span.field == "title":
        return bool(span.text) and document.title[span.start : span.end] == span.text
    if span.field == "text":
        return bool(span.text) and document.text[span.start : span.end] == span.text
    return span.text.encode() in document.payload
