"""Contract kits and fakes for plugin authors: what every connector and notifier must do, as plain functions.

    from signalwatch.testing import ConnectorKit, FakeHttp, check_notifier

They raise AssertionError with the broken promise, so they work under any test runner.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from signalwatch.clock import ManualClock
from signalwatch.errors import DeliveryError, Gone, SourceError
from signalwatch.model import Detection, Document, Dossier, Event, Known, Message, Page, Validators


@dataclass(frozen=True)
class FakeResponse:
    """An HTTP answer made by hand."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    validators: Validators = field(default_factory=Validators)
    moved_to: str = ""

    @property
    def not_modified(self) -> bool:
        """True for a 304."""
        return self.status == 304

    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode("utf-8", "replace")


class FakeHttp:
    """Answers from a function of (url, params); records every request. Other statuses than 2xx/304 raise unless accepted."""

    def __init__(self, answer: Callable[[str, Mapping[str, str]], FakeResponse]) -> None:
        self._answer = answer
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.posted: list[tuple[str, bytes, dict[str, str]]] = []

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
        """One GET."""
        self.requests.append((url, dict(params or {})))
        found = self._answer(url, params or {})
        if found.status in (404, 410) and found.status not in accept_status:
            raise Gone(f"{url}: {found.status}", permanent=found.status == 410)
        if not (200 <= found.status < 300 or found.status == 304 or found.status in accept_status):
            raise SourceError(f"{url}: {found.status}")
        return found

    def post(
        self,
        url: str,
        *,
        data: bytes,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        accept_status: Sequence[int] = (),
    ) -> FakeResponse:
        """One POST."""
        self.posted.append((url, data, dict(headers or {})))
        return self._answer(url, {})


class SilentLog:
    """A logger that keeps what it was told."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, Any]]] = []

    def bind(self, **_: Any) -> SilentLog:
        """Itself."""
        return self

    def __getattr__(self, level: str) -> Callable[..., None]:
        return lambda event, *args, **values: self.lines.append((level, event, values))


class NoDetector:
    """A detector that finds nothing."""

    def detect(self, title: str, text: str = "", **_: Any) -> tuple[Detection, ...]:
        """Nothing."""
        return ()


class FakeContext:
    """A PollContext over a dictionary of what is known; also serves as SendContext."""

    def __init__(
        self, http: Any, *, now: datetime | None = None, ciks: Sequence[int] = (), names: Sequence[str] = ()
    ) -> None:
        self.source_id = "test"
        self.clock = ManualClock(now or datetime(2026, 3, 2, 12, tzinfo=UTC))
        self.http = http
        self.validators: dict[str, Validators] = {}
        self.log = SilentLog()
        self.stored: dict[str, Document] = {}
        self._ciks = frozenset(ciks)
        self._names = tuple(names)

    def known(self, keys: Sequence[str]) -> Mapping[str, Known]:
        """What `take` kept of these keys."""
        found = {k: self.stored[k] for k in keys if k in self.stored}
        return {
            k: Known(version=d.version, fingerprint=d.fingerprint, published_at=d.published_at)
            for k, d in found.items()
        }

    def watched_ciks(self) -> frozenset[int]:
        """CIKs given to the constructor."""
        return self._ciks

    def watched_names(self) -> Sequence[str]:
        """Names given to the constructor."""
        return self._names

    def is_watched_name(self, name: str) -> bool:
        """Whether a given name equals one of them, case aside."""
        return name.casefold() in {n.casefold() for n in self._names}

    def watched_studies(self, limit: int, before: datetime) -> Sequence[str]:
        """Stored keys, the first ``limit`` of them."""
        return list(self.stored)[:limit]

    def take(self, page: Page) -> None:
        """Keep what a page brought, as the store would."""
        self.validators.update(page.validators)
        for document in page.documents:
            self.stored[document.key] = document


def _key(event: Event) -> tuple[str, str]:
    return event.type, event.discriminator


class ConnectorKit:
    """Checks of a connector over a fake or recorded source.

    Args:
        connector: the plugin instance.
        http: answers its requests.
    """

    def __init__(self, connector: Any, http: Any, *, context: FakeContext | None = None) -> None:
        self.connector = connector
        self.context = context or FakeContext(http)
        self.cursor: Mapping[str, Any] = {}

    def poll(self) -> list[Page]:
        """One poll; cursors must be JSON, documents complete, and events pure and stable."""
        pages = []
        for page in self.connector.poll(dict(self.cursor), self.context):
            json.dumps(page.cursor)
            self._documents(page)
            self.cursor = json.loads(json.dumps(page.cursor)) if page.cursor is not None else self.cursor
            self.context.take(page)
            pages.append(page)
        return pages

    def _documents(self, page: Page) -> None:
        for document in page.documents:
            assert document.key, "a document needs a key"
            assert document.version, f"{document.key}: a document needs a version"
            if document.published_at is not None:
                assert document.published_at.tzinfo is not None, f"{document.key}: published_at is naive"
            previous = self.context.stored.get(document.key)
            first = self.connector.events(document, previous, NoDetector())
            second = self.connector.events(document, previous, NoDetector())
            assert first == second, f"{document.key}: events() is not a function of its arguments"
            keys = [_key(e) for e in first]
            assert len(keys) == len(set(keys)), f"{document.key}: two events share type and discriminator: {keys}"
            for event in first:
                for moment in (event.occurred_at, event.published_at):
                    assert moment is None or moment.tzinfo is not None, f"{document.key}: naive time in {event.type}"

    def check_repeat_is_silent(self) -> None:
        """A second poll of an unchanged source brings no document that is not known already."""
        for page in self.poll():
            for document in page.documents:
                known = self.context.known([document.key]).get(document.key)
                assert known is not None, f"{document.key} appeared although nothing changed"
                assert known.version == document.version, f"{document.key} changed its version although nothing changed"


def sample_message(**changes: Any) -> Message:
    """A message with one alert, as delivery would hand it to a notifier."""
    card = Dossier(
        kind="alert", alert_id="alert-1", headline="Example Therapeutics: raised money (USD 80M)", what="raises $80M"
    )
    fields: dict[str, Any] = {
        "message_id": "message-1", "recipient": "kim@example.com", "subject": "Example Therapeutics: raised money",
        "text": "Example Therapeutics raised $80M", "html": "<p>Example Therapeutics raised $80M</p>", "dossiers": (card,),
        "created_at": datetime(2026, 3, 2, 12, tzinfo=UTC),
    }  # fmt: skip
    return Message(**{**fields, **changes})


def check_notifier_leaks_no_secret(notifier: Any, secret: str, message: Message, context: FakeContext) -> None:
    """Neither errors nor reprs nor log lines may repeat a secret, whether the send succeeds or not."""
    assert secret not in repr(notifier), "the notifier's repr shows the secret"
    assert secret not in repr(notifier.config if hasattr(notifier, "config") else ""), (
        "the config's repr shows the secret"
    )
    said = ""
    try:
        notifier.send(message, context)
    except DeliveryError as error:
        said = f"{error} {error!r}"
    assert secret not in said, "the error shows the secret"
    assert secret not in repr(getattr(context.log, "lines", "")), "a log line shows the secret"
