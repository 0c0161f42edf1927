"""All that a plugin may import: types, protocols, errors, ids and the pure helpers they need.

A **connector** is a class with ``Config`` (a pydantic model of its settings), ``__init__(config)``, ``poll`` and
``events``.
A **notifier** is a class with ``Config``, ``__init__(config)`` and ``send``. Both are found by entry point
(``signalwatch.connectors``, ``signalwatch.notifiers``) or by dotted path ``package.module:Class``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from signalwatch.clock import Clock, aware
from signalwatch.errors import (
    BadPayload,
    Blocked,
    ConfigError,
    Deferred,
    DeliveryError,
    Gone,
    Problem,
    RefusedAddress,
    SignalwatchError,
    SourceError,
)
from signalwatch.ids import digest, digest_bytes, document_id, event_id
from signalwatch.model import (
    EVENT_TYPES,
    Action,
    Change,
    Detection,
    Document,
    Dossier,
    Event,
    Evidence,
    Fit,
    Json,
    Known,
    Message,
    Notice,
    Organisation,
    Page,
    ProgramRef,
    Quarantined,
    Receipt,
    Recommendation,
    Role,
    RuleOutcome,
    ScoreLine,
    Span,
    Validators,
)

__all__ = [
    "EVENT_TYPES", "Action", "BadPayload", "Blocked", "Change", "Clock", "ConfigError", "Connector", "Deferred",
    "DeliveryError", "Detection", "Detector", "Document", "Dossier", "Event", "Evidence", "Fit", "Gone", "Http",
    "HttpResponse", "Json", "Known", "Message", "Notice", "Notifier", "Organisation", "Page", "PluginConfig",
    "PollContext", "Problem", "ProgramRef", "Quarantined", "Receipt", "Recommendation", "RefusedAddress", "Role",
    "RuleOutcome", "ScoreLine", "SendContext", "SignalwatchError", "SourceError", "Span", "Validators", "aware",
    "digest", "digest_bytes", "document_id", "event_id",
]  # fmt: skip


class PluginConfig(BaseModel):
    """Base of every plugin's settings: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HttpResponse(Protocol):
    """An answer of the HTTP door. ``body`` is decompressed and within the size cap; 304 has an empty body."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def url(self) -> str:
        """Final URL after redirects."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers, looked up without regard to case."""

    @property
    def body(self) -> bytes:
        """The body, decompressed."""

    @property
    def validators(self) -> Validators:
        """ETag and Last-Modified of this answer."""

    @property
    def moved_to(self) -> str:
        """Target of a permanent redirect (301, 308); "" when there was none."""

    @property
    def not_modified(self) -> bool:
        """True for a 304."""

    def text(self) -> str:
        """The body decoded by its declared charset (UTF-8 when none is declared), errors replaced."""


class Http(Protocol):
    """The one door to the network. One layer retries; pace, budget, caps and address checks are its work.

    Raises Deferred, Blocked, Gone, BadPayload, RefusedAddress or plain SourceError; never a foreign exception.
    ``accept_status`` names extra statuses to hand back instead of raising (for example 400, 503 or 404).
    """

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        validators: Validators | None = None,
        accept_status: Sequence[int] = (),
        max_bytes: int | None = None,
    ) -> HttpResponse: ...

    def post(
        self,
        url: str,
        *,
        data: bytes,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        accept_status: Sequence[int] = (),
    ) -> HttpResponse:
        """One POST, never repeated by itself (the caller knows whether that is safe). All statuses are handed back.

        Raises DeliveryError: ``uncertain=True`` when bytes went out and no answer came back, plain when nothing
        was sent (connection refused, DNS failure).
        """


class Detector(Protocol):
    """Finds typed events in text. Pure."""

    def detect(
        self,
        title: str,
        text: str = "",
        *,
        kind: str = "news",
        publisher: str = "",
        published_at: datetime | None = None,
    ) -> Sequence[Detection]:
        """Events that ``title`` and ``text`` state as news.

        ``kind``: ``news`` (headline and summary), ``release`` (a company's own feed; ``publisher`` is the company),
        ``filing`` (exhibit or item text; ``publisher`` is the registrant).
        """


class PollContext(Protocol):
    """What a connector may use while polling."""

    source_id: str
    clock: Clock
    http: Http
    validators: Mapping[str, Validators]
    log: Any  # a bound structlog logger

    def known(self, keys: Sequence[str]) -> Mapping[str, Known]:
        """What is stored of these document keys (current versions). Missing keys are new."""

    def watched_ciks(self) -> frozenset[int]:
        """CIKs of all accounts."""

    def watched_names(self) -> Sequence[str]:
        """Names of all accounts, for prefilters only."""

    def is_watched_name(self, name: str) -> bool:
        """Whether the name resolves to an account, or might (held). For deciding what deserves a request."""

    def watched_studies(self, limit: int, before: datetime) -> Sequence[str]:
        """NCT numbers of stored studies that belong to accounts and were last read before ``before``, oldest first."""


@runtime_checkable
class Connector(Protocol):
    """A place that publishes. See docs/how-to/write-a-connector.md and the contract kit in signalwatch.testing."""

    Config: ClassVar[type[PluginConfig]]

    def poll(self, cursor: Mapping[str, Json], ctx: PollContext) -> Iterator[Page]:
        """Yield pages until the source has nothing new. ``cursor`` is what the last committed page carried, or {}."""

    def events(self, document: Document, previous: Document | None, detect: Detector) -> Sequence[Event]:
        """Pure: what ``document`` states, given the version we had. Raises BadPayload to quarantine the document."""


class SendContext(Protocol):
    """What a notifier may use while sending."""

    clock: Clock
    http: Http
    log: Any


@runtime_checkable
class Notifier(Protocol):
    """A way to reach people. Does not retry: raises DeliveryError and delivery owns back-off."""

    Config: ClassVar[type[PluginConfig]]

    def send(self, message: Message, ctx: SendContext) -> Receipt: ...
