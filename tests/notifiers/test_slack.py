"""Slack by webhook and by token: what is posted, and what every answer means."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from signalwatch.http import HttpDoor, HttpSettings, Response
from signalwatch.notifiers.slack import Slack, SlackConfig
from signalwatch.sdk import DeliveryError, Message, Notifier
from tests.notifiers.leaks import assert_no_secret_leaks
from tests.notifiers.loopback import Reply, http_server
from tests.notifiers.samples import Context, answer, bare, context, message

HOOK = "https://hooks.slack.example/services/T0001/B0002/s3cr3ts3cr3t"
TOKEN = "xoxb-1234-s3cr3t"
OK = answer(200, b'{"ok": true, "channel": "C1", "ts": "1759489200.000100"}')


def by_hook(**settings: Any) -> Slack:
    return Slack(SlackConfig.model_validate({"webhook_url": HOOK, **settings}))


def by_token(**settings: Any) -> Slack:
    return Slack(SlackConfig.model_validate({"token": TOKEN, **settings}))


def failure(slack: Slack, *script: Response | Exception, told: Message | None = None) -> DeliveryError:
    ctx, _ = context(*script)
    with pytest.raises(DeliveryError) as caught:
        slack.send(told or message(recipient="C1"), ctx)
    return caught.value


def test_slack_is_a_notifier() -> None:
    assert isinstance(by_hook(), Notifier)


def test_a_webhook_gets_text_and_blocks_without_buttons() -> None:
    ctx, http = context(answer(200, b"ok"))
    receipt = by_hook().send(message(), ctx)

    (post,) = http.posts
    payload = json.loads(post["data"])
    assert post["url"] == HOOK
    assert post["headers"]["Content-Type"] == "application/json; charset=utf-8"
    assert payload["text"].startswith("[signalwatch] Qorvexa Bio")
    assert "actions" not in [b["type"] for b in payload["blocks"]]
    assert payload["unfurl_links"] is False
    assert "channel" not in payload
    assert (receipt.reference, receipt.detail) == ("", "ok")


def test_the_same_message_gives_the_same_bytes() -> None:
    ctx, http = context(OK)
    slack = by_token()
    slack.send(message(recipient="C1"), ctx)
    ctx.clock.advance(timedelta(hours=3))
    slack.send(message(recipient="C1"), ctx)

    assert http.posts[0]["data"] == http.posts[1]["data"]


def test_a_bot_posts_buttons_metadata_and_threads() -> None:
    ctx, http = context(OK)
    receipt = by_token().send(message(recipient="C1", thread_ref="1759480000.000001"), ctx)

    (post,) = http.posts
    payload = json.loads(post["data"])
    assert post["url"] == "https://slack.com/api/chat.postMessage"
    assert post["headers"]["Authorization"] == f"Bearer {TOKEN}"
    assert (payload["channel"], payload["thread_ts"]) == ("C1", "1759480000.000001")
    assert payload["metadata"]["event_payload"]["message_id"] == "3f" * 16
    assert "actions" in [b["type"] for b in payload["blocks"]]
    assert (receipt.reference, receipt.detail) == ("1759489200.000100", "C1")


def test_recipients_are_names_ids_or_the_default() -> None:
    slack = by_token(channel="C9", channels={"bd": "C7"})
    ctx, http = context(OK)
    for recipient in ("bd", "C5", ""):
        slack.send(message(recipient=recipient), ctx)

    assert [json.loads(p["data"])["channel"] for p in http.posts] == ["C7", "C5", "C9"]


def test_webhooks_by_name() -> None:
    slack = Slack(SlackConfig.model_validate({"webhooks": {"bd": HOOK}}))
    ctx, http = context(answer(200, b"ok"))
    slack.send(message(recipient="bd"), ctx)

    assert http.posts[0]["url"] == HOOK
    assert failure(slack, answer(200), told=message(recipient="ops")).permanent
    assert failure(by_token(), OK, told=message(recipient="")).permanent


def test_a_message_without_dossiers_is_its_text() -> None:
    ctx, http = context(answer(200, b"ok"))
    by_hook().send(message(bare(), dossiers=(), text="plain <words>"), ctx)

    payload = json.loads(http.posts[0]["data"])
    assert "blocks" not in payload
    assert payload["text"].endswith("plain &lt;words&gt;")


@pytest.mark.parametrize(
    ("reply", "permanent", "channel_down", "retry"),
    [
        (answer(429, b"rate_limited", retry_after="30"), False, False, timedelta(seconds=30)),
        (
            answer(429, b"rate_limited", **{"Retry-After": "Sat, 03 Oct 2026 13:01:00 GMT"}),
            False,
            False,
            timedelta(minutes=1),
        ),
        (answer(500, b"rollup_error"), False, False, None),
        (answer(503, b""), False, False, None),
        (answer(400, b"invalid_blocks"), True, False, None),
        (answer(400, b"no_text"), True, False, None),
        (answer(400, b"invalid_token"), False, True, None),
        (answer(403, b"action_prohibited"), False, True, None),
        (answer(404, b"no_service"), False, True, None),
        (answer(404, b"channel_not_found"), False, True, None),
        (answer(410, b"channel_is_archived"), False, True, None),
        (answer(302, b"", location="https://elsewhere.example"), True, False, None),
    ],
)
def test_answers_of_a_webhook(reply: Response, permanent: bool, channel_down: bool, retry: timedelta | None) -> None:
    error = failure(by_hook(), reply)

    assert (error.permanent, error.channel_down, error.retry_after, error.uncertain) == (
        permanent,
        channel_down,
        retry,
        False,
    )


@pytest.mark.parametrize(
    ("code", "permanent", "channel_down"),
    [
        ("channel_not_found", True, False),
        ("is_archived", True, False),
        ("msg_blocks_too_long", True, False),
        ("something_new", True, False),
        ("invalid_auth", False, True),
        ("token_revoked", False, True),
        ("missing_scope", False, True),
        ("internal_error", False, False),
        ("fatal_error", False, False),
    ],
)
def test_errors_of_the_web_api_come_with_http_200(code: str, permanent: bool, channel_down: bool) -> None:
    error = failure(by_token(), answer(200, json.dumps({"ok": False, "error": code, "needed": "chat:write"}).encode()))

    assert (error.permanent, error.channel_down) == (permanent, channel_down)
    assert code in error.reason


def test_slowing_down_by_api_error_takes_the_header() -> None:
    error = failure(by_token(), answer(200, b'{"ok": false, "error": "ratelimited"}', retry_after="7"))

    assert (error.retry_after, error.permanent) == (timedelta(seconds=7), False)


@pytest.mark.parametrize("body", [b"<html>proxy</html>", b"[]", b""])
def test_an_answer_that_is_not_slacks_is_tried_again(body: bytes) -> None:
    error = failure(by_token(), answer(200, body))

    assert not error.permanent
    assert not error.channel_down


def test_a_deleted_thread_does_not_lose_the_alert() -> None:
    ctx, http = context(answer(200, b'{"ok": false, "error": "thread_not_found"}'), OK)
    receipt = by_token().send(message(recipient="C1", thread_ref="1.1"), ctx)

    assert receipt.reference == "1759489200.000100"
    assert ["thread_ts" in json.loads(p["data"]) for p in http.posts] == [True, False]


def test_an_unknown_outcome_stays_unknown() -> None:
    assert failure(by_hook(), DeliveryError("no answer", uncertain=True)).uncertain
    assert not Slack.deduplicates


def test_no_secret_leaks() -> None:
    path = "/services/T0001/B0002/s3cr3ts3cr3t"
    for step in (answer(404, f"no_service {HOOK}".encode()), DeliveryError(f"POST {HOOK} failed, retried {path}")):
        ctx, _ = context(step)
        slack = by_hook()
        assert_no_secret_leaks([HOOK, "s3cr3ts3cr3t"], slack, lambda s=slack, c=ctx: s.send(message(), c))
    for step in (answer(200, f'{{"ok": false, "error": "bad {TOKEN}"}}'.encode()), DeliveryError(f"Bearer {TOKEN}")):
        ctx, _ = context(step)
        slack = by_token()
        assert_no_secret_leaks([TOKEN], slack, lambda s=slack, c=ctx: s.send(message(recipient="C1"), c))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"webhook_url": HOOK, "token": TOKEN},
        {"webhook_url": "http://hooks.slack.example/s3cr3ts3cr3t"},
        {"webhook_url": "s3cr3ts3cr3t"},
        {"token": TOKEN, "api_base": "http://slack.example/s3cr3ts3cr3t"},
        {"token": TOKEN, "colour": "s3cr3ts3cr3t"},
    ],
)
def test_wrong_settings_are_told_without_their_secrets(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        SlackConfig.model_validate(settings)

    assert "s3cr3t" not in str(caught.value)


def test_through_the_real_door_to_a_server_that_behaves_like_slack() -> None:
    """Throttled at first, then fine; an archived channel; a server that hangs up after reading."""
    seen: list[dict[str, Any]] = []

    def slack_like(path: str, body: bytes, headers: dict[str, str]) -> Reply:
        payload = json.loads(body)
        seen.append(payload)
        if len(seen) == 1:
            return 429, b"rate_limited", {"Retry-After": "1"}
        if path != "/api/chat.postMessage" or headers["authorization"] != f"Bearer {TOKEN}":
            return 200, b'{"ok": false, "error": "invalid_auth"}', {}
        if payload["channel"] == "C-gone":
            return 200, b'{"ok": false, "error": "is_archived"}', {}
        if payload["channel"] == "C-hang":
            return 0, b"", {}
        return 200, json.dumps({"ok": True, "ts": f"17.{len(seen)}", "channel": payload["channel"]}).encode(), {}

    with http_server(slack_like) as base:
        ctx = Context()
        ctx.http = HttpDoor(
            HttpSettings(user_agent="signalwatch-test", contact="ops@example.com", allow_private=True),
            ctx.clock,
            random.Random(1),
        )
        slack = by_token(api_base=f"{base}/api")
        with pytest.raises(DeliveryError) as throttled:
            slack.send(message(recipient="C1"), ctx)
        receipt = slack.send(message(recipient="C1"), ctx)
        with pytest.raises(DeliveryError) as archived:
            slack.send(message(recipient="C-gone"), ctx)
        with pytest.raises(DeliveryError) as hung_up:
            slack.send(message(recipient="C-hang"), ctx)

    assert throttled.value.retry_after == timedelta(seconds=1)
    assert receipt.reference == "17.2"
    assert archived.value.permanent
    assert hung_up.value.uncertain
    assert seen[0] == seen[1]
