"""Slack: by incoming webhook (one secret URL per Slack channel, actions as links) or by bot token (buttons, threads).

Answers as documented at docs.slack.dev: a webhook answers plain text; the Web API answers HTTP 200 also for errors, with
``ok: false`` and a code. Slack has no idempotency key, so a send without an answer is uncertain.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

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
from signalwatch.notifiers.blocks import fit, slack_message
from signalwatch.sdk import DeliveryError, HttpResponse, Message, PluginConfig, Receipt, SendContext

_TRANSIENT = frozenset(
    (
        "ratelimited",
        "rate_limited",
        "fatal_error",
        "internal_error",
        "service_unavailable",
        "request_timeout",
        "rollup_error",
    )
)
_CHANNEL_DOWN = frozenset(
    (
        "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
        "no_permission", "not_allowed_token_type", "org_login_required", "ekm_access_denied", "access_denied",
        "team_access_not_granted", "invalid_token", "no_service", "no_team", "action_prohibited",
    )
)  # fmt: skip
_THREAD_GONE = frozenset(("thread_not_found", "invalid_thread_ts", "cannot_reply_to_message", "message_not_found"))


class SlackConfig(NotifierConfig):
    """Either ``webhook_url`` (or several under ``webhooks``, by recipient name), or ``token``."""

    webhook_url: SecretStr | None = None
    webhooks: Mapping[str, SecretStr] = {}
    token: SecretStr | None = None
    channel: str = Field(default="", max_length=80)
    """Bot token: where a message without recipient goes (a channel id)."""
    channels: Mapping[str, str] = {}
    """Bot token: names for channel ids, usable as recipients."""
    api_base: str = "https://slack.com/api"
    timeout: float = Field(default=20.0, gt=0, le=120)

    @field_validator("webhook_url")
    @classmethod
    def _one_address(cls, value: SecretStr | None) -> SecretStr | None:
        return checked_url(value) if value is not None else None

    @field_validator("webhooks")
    @classmethod
    def _addresses(cls, value: Mapping[str, SecretStr]) -> Mapping[str, SecretStr]:
        return {name: checked_url(url) for name, url in value.items()}

    @field_validator("api_base")
    @classmethod
    def _api(cls, value: str) -> str:
        return checked_url(SecretStr(value)).get_secret_value().rstrip("/")

    @model_validator(mode="after")
    def _one_way(self) -> SlackConfig:
        hooks = self.webhook_url is not None or bool(self.webhooks)
        if hooks == (self.token is not None):
            raise ValueError("give either token, or webhook_url (or webhooks), not both and not neither")
        return self


class Slack:
    """Sends messages to Slack. See `SlackConfig`."""

    Config: ClassVar[type[PluginConfig]] = SlackConfig
    deduplicates: ClassVar[bool] = False

    def __init__(self, config: SlackConfig) -> None:
        self.config = config
        self._secrets = [
            s.get_secret_value() for s in (config.webhook_url, config.token, *config.webhooks.values()) if s is not None
        ]

    def send(self, message: Message, ctx: SendContext) -> Receipt:
        """Post one message. The receipt's reference is the message's ``ts`` (empty for a webhook, which tells none).

        Raises DeliveryError.
        """
        try:
            if self.config.token is None:
                return self._by_webhook(message, ctx)
            return self._by_token(message, ctx, self.config.token.get_secret_value())
        except DeliveryError as error:
            raise without_secrets(error, self._secrets) from None

    def _by_webhook(self, message: Message, ctx: SendContext) -> Receipt:
        url = address_for(message.recipient, self.config.webhook_url, self.config.webhooks, "webhooks")
        payload = slack_payload(message, buttons=False)
        if message.thread_ref:
            payload["thread_ts"] = message.thread_ref
        response = self._post(ctx, url, payload, {})
        if response.status != 200:
            raise _refusal(response, _code(excerpt(response)), ctx, webhook=True)
        return Receipt(detail=excerpt(response))

    def _by_token(self, message: Message, ctx: SendContext, token: str) -> Receipt:
        config = self.config
        channel = config.channels.get(message.recipient, message.recipient or config.channel)
        if not channel:
            raise DeliveryError("the message names no Slack channel and the settings have no default", permanent=True)
        payload = slack_payload(message, buttons=True)
        payload["channel"] = channel
        payload["metadata"] = {
            "event_type": "signalwatch_message",
            "event_payload": {"message_id": message.message_id, "alerts": [d.alert_id for d in message.dossiers[:50]]},
        }
        if message.thread_ref:
            payload["thread_ts"] = message.thread_ref
        answer = self._call(ctx, payload, token)
        if message.thread_ref and answer.get("error") in _THREAD_GONE:
            # The first message of the thread was deleted. Nothing was posted, so this is no repeat.
            del payload["thread_ts"]
            answer = self._call(ctx, payload, token)
        if not answer.get("ok"):
            raise _refusal(
                None, str(answer.get("error") or "unknown_error"), ctx, needed=str(answer.get("needed") or "")
            )
        return Receipt(reference=str(answer.get("ts") or ""), detail=str(answer.get("channel") or channel))

    def _call(self, ctx: SendContext, payload: Mapping[str, Any], token: str) -> dict[str, Any]:
        url = f"{self.config.api_base}/chat.postMessage"
        response = self._post(ctx, url, payload, {"Authorization": f"Bearer {token}"})
        if response.status != 200:
            raise _refusal(response, _code(excerpt(response)), ctx)
        try:
            answer = msgspec.json.decode(response.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            answer = None
        if not isinstance(answer, dict):
            raise DeliveryError(f"Slack's answer is no JSON object: {excerpt(response)!r}")
        if not answer.get("ok") and answer.get("error") in ("ratelimited", "rate_limited"):
            raise DeliveryError("Slack asks to slow down", retry_after=retry_after(response.headers, ctx.clock.now()))
        return answer

    def _post(self, ctx: SendContext, url: str, payload: Mapping[str, Any], headers: Mapping[str, str]) -> HttpResponse:
        data = msgspec.json.encode(payload, order="deterministic")
        sent = {"Content-Type": "application/json; charset=utf-8", **headers}
        return ctx.http.post(url, data=data, headers=sent, timeout=self.config.timeout)


def slack_payload(message: Message, *, buttons: bool) -> dict[str, Any]:
    """Text and blocks of a message as Slack takes them; a message without dossiers is its text alone."""
    payload: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}
    if message.dossiers:
        payload["text"], payload["blocks"] = slack_message(
            message.kind, message.dossiers, buttons=buttons, message_id=message.message_id
        )
        return payload
    payload["text"] = fit(f"{message.subject}\n{message.text}", 3_000)
    return payload


def _code(text: str) -> str:
    """The error code in a plain-text answer."""
    word = text.strip().split(" ")[0].strip('"').casefold()
    return word if word.replace("_", "").isalnum() else ""


def _refusal(
    response: HttpResponse | None, code: str, ctx: SendContext, *, webhook: bool = False, needed: str = ""
) -> DeliveryError:
    """The error that a refusal of Slack means.

    ``channel_down`` (credentials, removed webhook) is not permanent: the message is good and waits for a person to mend
    the channel.
    """
    status = response.status if response is not None else 200
    said = code or (excerpt(response) if response is not None else "")
    reason = (
        f"Slack refused: {said}"
        + (f" (needs {needed})" if needed else "")
        + (f", HTTP {status}" if status != 200 else "")
    )
    wait = retry_after(response.headers, ctx.clock.now()) if response is not None else None
    if status == 429 or code in _TRANSIENT or status in (408, 425) or status >= 500:
        return DeliveryError(reason, retry_after=wait)
    if code in _CHANNEL_DOWN or status in (401, 403) or (webhook and status in (404, 410)):
        return DeliveryError(f"{reason}; check the token or webhook in the settings", channel_down=True)
    return DeliveryError(reason, permanent=True)
