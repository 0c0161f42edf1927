"""A signed JSON webhook for everything else: CRM glue, data warehouses, chat systems.

Headers: ``Idempotency-Key`` (the message id, the same in every repeat), ``X-Signalwatch-Timestamp`` (Unix seconds) and
``X-Signalwatch-Signature``: ``v1=`` and the hex HMAC-SHA256, under the shared secret, of ``timestamp + "." + body``. A receiver
recomputes it over the raw body, compares in constant time, and refuses timestamps more than five minutes off.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import ClassVar

import msgspec
from pydantic import Field, SecretStr, field_validator, model_validator

from signalwatch.notifiers.answers import (
    NotifierConfig,
    address_for,
    checked_url,
    excerpt,
    retry_after,
    without_secrets,
)
from signalwatch.sdk import DeliveryError, Message, PluginConfig, Receipt, SendContext


class WebhookConfig(NotifierConfig):
    """``url`` (or several under ``urls``, by recipient name) and the shared ``secret``."""

    url: SecretStr | None = None
    urls: Mapping[str, SecretStr] = {}
    secret: SecretStr
    headers: Mapping[str, SecretStr] = {}
    timeout: float = Field(default=20.0, gt=0, le=120)
    deduplicates: bool = True
    """Whether the receiver drops a repeated Idempotency-Key; if not, a send without answer is never repeated."""

    @field_validator("url")
    @classmethod
    def _one_address(cls, value: SecretStr | None) -> SecretStr | None:
        return checked_url(value) if value is not None else None

    @field_validator("urls")
    @classmethod
    def _addresses(cls, value: Mapping[str, SecretStr]) -> Mapping[str, SecretStr]:
        return {name: checked_url(url) for name, url in value.items()}

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 16:
            raise ValueError("is too short: at least 16 characters")
        return value

    @field_validator("headers")
    @classmethod
    def _clean_headers(cls, value: Mapping[str, SecretStr]) -> Mapping[str, SecretStr]:
        for name, content in value.items():
            if not name.replace("-", "").isalnum() or any(c in content.get_secret_value() for c in "\r\n\0"):
                raise ValueError(f"header {name!r} is not a header name and one line")
        return value

    @model_validator(mode="after")
    def _some_address(self) -> WebhookConfig:
        if self.url is None and not self.urls:
            raise ValueError("give url, or urls with one address per recipient")
        return self


class Webhook:
    """Posts messages as signed JSON. See `WebhookConfig`."""

    Config: ClassVar[type[PluginConfig]] = WebhookConfig

    def __init__(self, config: WebhookConfig) -> None:
        self.config = config
        self.deduplicates = config.deduplicates
        hidden = (config.url, config.secret, *config.urls.values(), *config.headers.values())
        self._secrets = [s.get_secret_value() for s in hidden if s is not None]

    def send(self, message: Message, ctx: SendContext) -> Receipt:
        """Post one message. The receipt's reference is the HTTP status. Raises DeliveryError."""
        try:
            return self._send(message, ctx)
        except DeliveryError as error:
            raise without_secrets(error, self._secrets) from None

    def _send(self, message: Message, ctx: SendContext) -> Receipt:
        url = address_for(message.recipient, self.config.url, self.config.urls, "urls")
        body = webhook_body(message)
        timestamp = str(int(ctx.clock.now().timestamp()))
        headers = {name: value.get_secret_value() for name, value in self.config.headers.items()}
        headers |= {
            "Content-Type": "application/json",
            "Idempotency-Key": message.message_id,
            "X-Signalwatch-Timestamp": timestamp,
            "X-Signalwatch-Signature": signature(self.config.secret.get_secret_value(), timestamp, body),
        }
        response = ctx.http.post(url, data=body, headers=headers, timeout=self.config.timeout)
        status = response.status
        if 200 <= status < 300:
            return Receipt(reference=str(status), detail=excerpt(response))
        reason = f"the webhook answered HTTP {status}: {excerpt(response)!r}"
        if status in (408, 409, 423, 425, 429) or status >= 500:
            raise DeliveryError(reason, retry_after=retry_after(response.headers, ctx.clock.now()))
        if status in (401, 403, 404, 405, 407, 410) or 300 <= status < 400:
            raise DeliveryError(f"{reason}; check url and secret (redirects are not followed)", channel_down=True)
        raise DeliveryError(reason, permanent=True)


def webhook_body(message: Message) -> bytes:
    """The JSON body: the message with its dossiers as data. The same message gives the same bytes."""
    return msgspec.json.encode(
        {
            "version": 1,
            "message_id": message.message_id,
            "kind": message.kind,
            "recipient": message.recipient,
            "subject": message.subject,
            "text": message.text,
            "created_at": message.created_at,
            "thread_key": message.thread_key,
            "dossiers": message.dossiers,
        },
        order="deterministic",
    )


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """``v1=`` and the hex HMAC-SHA256 of ``timestamp.body``."""
    mac = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={mac.hexdigest()}"
