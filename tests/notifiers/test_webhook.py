"""The signed webhook: a receiver can check who sent it, when, and whether it has it already."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from signalwatch.http import HttpDoor, HttpSettings, Response
from signalwatch.notifiers.webhook import Webhook, WebhookConfig
from signalwatch.sdk import DeliveryError, Notifier
from tests.notifiers.leaks import assert_no_secret_leaks
from tests.notifiers.loopback import Reply, http_server
from tests.notifiers.samples import Context, answer, context, message

URL = "https://crm.example.com/in/s3cr3tpath"
SECRET = "0123456789abcdef-secret"


def webhook(**settings: Any) -> Webhook:
    return Webhook(WebhookConfig.model_validate({"url": URL, "secret": SECRET, **settings}))


def verified(headers: dict[str, str], body: bytes) -> bool:
    """What a receiver does, written apart from the sender."""
    signed = headers["x-signalwatch-timestamp"].encode() + b"." + body
    expected = "v1=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(headers["x-signalwatch-signature"], expected)


def test_a_post_is_signed_dated_and_carries_its_key() -> None:
    ctx, http = context(answer(202, b"queued"))
    receipt = webhook(headers={"X-Tenant": "tenant-1"}).send(message(), ctx)

    (post,) = http.posts
    headers = {k.lower(): v for k, v in post["headers"].items()}
    body = json.loads(post["data"])
    assert verified(headers, post["data"])
    assert headers["x-signalwatch-timestamp"] == str(int(ctx.clock.now().timestamp()))
    assert headers["idempotency-key"] == body["message_id"] == "3f" * 16
    assert headers["x-tenant"] == "tenant-1"
    assert body["version"] == 1
    assert body["created_at"] == "2026-10-03T11:00:00Z"
    assert body["dossiers"][0]["account_name"] == "Qorvexa Bio"
    assert body["dossiers"][0]["arithmetic"][0]["points"] == 40
    assert (receipt.reference, receipt.detail) == ("202", "queued")


def test_a_repeat_has_the_same_body_and_key_and_a_fresh_signature() -> None:
    ctx, http = context(answer(200))
    hook = webhook()
    hook.send(message(), ctx)
    ctx.clock.advance(timedelta(minutes=9))
    hook.send(message(), ctx)

    first, second = http.posts
    assert first["data"] == second["data"]
    assert first["headers"]["Idempotency-Key"] == second["headers"]["Idempotency-Key"]
    assert first["headers"]["X-Signalwatch-Signature"] != second["headers"]["X-Signalwatch-Signature"]


@pytest.mark.parametrize(
    ("reply", "permanent", "channel_down", "retry"),
    [
        (answer(500), False, False, None),
        (answer(429, retry_after="90"), False, False, timedelta(seconds=90)),
        (answer(408), False, False, None),
        (answer(401), False, True, None),
        (answer(404), False, True, None),
        (answer(301, location="https://x.example"), False, True, None),
        (answer(400), True, False, None),
        (answer(413), True, False, None),
        (answer(429, retry_after="soon"), False, False, None),
        (answer(429, retry_after="99999999999"), False, False, timedelta(days=1)),
    ],
)
def test_answers(reply: Response, permanent: bool, channel_down: bool, retry: timedelta | None) -> None:
    ctx, _ = context(reply)
    with pytest.raises(DeliveryError) as caught:
        webhook().send(message(), ctx)

    error = caught.value
    assert (error.permanent, error.channel_down, error.retry_after) == (permanent, channel_down, retry)


def test_urls_by_recipient() -> None:
    hook = Webhook(WebhookConfig.model_validate({"urls": {"crm": URL}, "secret": SECRET}))
    ctx, http = context(answer(200))
    hook.send(message(recipient="crm"), ctx)

    assert http.posts[0]["url"] == URL
    with pytest.raises(DeliveryError, match="configured: crm") as caught:
        hook.send(message(recipient="other"), ctx)
    assert caught.value.permanent


def test_whether_repeats_are_dropped_is_the_receivers_to_say() -> None:
    assert webhook().deduplicates
    assert not webhook(deduplicates=False).deduplicates
    assert isinstance(webhook(), Notifier)


def test_no_secret_leaks() -> None:
    hook = webhook(headers={"Authorization": "Bearer s3cr3theader"})
    secrets = [SECRET, URL, "s3cr3tpath", "s3cr3theader"]
    for step in (
        answer(500, f"{URL} {SECRET} Bearer s3cr3theader".encode()),
        DeliveryError(f"connect to {URL} failed", uncertain=True),
    ):
        ctx, _ = context(step)
        assert_no_secret_leaks(secrets, hook, lambda ctx=ctx: hook.send(message(), ctx))


@pytest.mark.parametrize(
    "settings",
    [
        {"url": URL},
        {"secret": SECRET},
        {"url": URL, "secret": "s3cr3tshort"},
        {"url": "http://crm.example.com/s3cr3tpath", "secret": SECRET},
        {"url": URL, "secret": SECRET, "headers": {"X-A": "s3cr3t\r\nX-B: 1"}},
        {"url": URL, "secret": SECRET, "headers": {"X A": "s3cr3t"}},
    ],
)
def test_wrong_settings_are_told_without_their_secrets(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        WebhookConfig.model_validate(settings)

    assert "s3cr3t" not in str(caught.value)


def test_through_the_real_door() -> None:
    taken: list[tuple[bytes, dict[str, str]]] = []

    def receiver(path: str, body: bytes, headers: dict[str, str]) -> Reply:
        taken.append((body, headers))
        return 200, b"thanks", {}

    with http_server(receiver) as base:
        ctx = Context()
        ctx.http = HttpDoor(
            HttpSettings(user_agent="signalwatch-test", contact="ops@example.com", allow_private=True),
            ctx.clock,
            random.Random(1),
        )
        webhook(url=f"{base}/in").send(message(), ctx)

    ((body, headers),) = taken
    assert verified(headers, body)
    assert headers["idempotency-key"] == "3f" * 16
