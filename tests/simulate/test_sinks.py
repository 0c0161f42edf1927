"""Where alerts arrive: SMTP, Slack and webhook sinks on loopback."""

from __future__ import annotations

import http.client
import json
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from signalwatch.clock import ManualClock
from signalwatch.simulate.sinks import HttpSink, SlackSink, SmtpSink

NOW = datetime(2026, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def slack(clock: ManualClock, tmp_path: Path) -> Iterator[SlackSink]:
    with SlackSink(clock, tmp_path / "slack", throttle_every=3, retry_after=7) as sink:
        yield sink


def post(url: str, payload: object, token: str = "") -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    connection.request("POST", parts.path, body, headers)
    answer = connection.getresponse()
    result = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return result


def test_smtp_sink_keeps_messages_with_the_simulated_time(clock: ManualClock, tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "Velorin raised money"
    message["From"], message["To"] = "signalwatch@bd.example", "ana@bd.example"
    message.set_content("Body")
    with SmtpSink(clock, tmp_path / "mail") as sink, smtplib.SMTP(sink.host, sink.port, timeout=10) as client:
        client.send_message(message)
        received = sink.messages

    assert [(m.at, m.recipients) for m in received] == [(NOW, ("ana@bd.example",))]
    assert received[0].parse()["Subject"] == "Velorin raised money"
    assert (tmp_path / "mail" / "0001.eml").read_bytes() == received[0].raw


def test_slack_webhook_answers_ok_and_throttles_now_and_then(slack: SlackSink, tmp_path: Path) -> None:
    answers = [post(slack.webhook_url, {"text": f"alert {n}"}) for n in range(3)]

    assert [(status, body) for status, _, body in answers] == [(200, b"ok"), (200, b"ok"), (429, b"rate_limited")]
    assert answers[2][1]["Retry-After"] == "7"
    assert [p.payload["text"] for p in slack.accepted] == ["alert 0", "alert 1"]
    assert json.loads((tmp_path / "slack" / "0001.json").read_text("utf-8")) == {"text": "alert 0"}
    assert slack.posts[0].at == NOW


def test_slack_webhook_refuses_empty_and_broken_payloads(slack: SlackSink) -> None:
    assert post(slack.webhook_url, {})[::2] == (400, b"no_text")
    assert post(slack.webhook_url, b"{not json")[::2] == (400, b"invalid_payload")
    assert slack.accepted == []


def test_slack_api_gives_a_ts_and_tells_errors_with_http_200(clock: ManualClock) -> None:
    with SlackSink(clock) as slack:
        url = f"{slack.api_base}/chat.postMessage"
        good = json.loads(post(url, {"channel": "C1", "text": "hello"}, token="xoxb-sim")[2])
        anonymous = post(url, {"channel": "C1", "text": "hello"})
        nowhere = post(url, {"text": "hello"}, token="xoxb-sim")
        stored = slack.accepted

    assert good["ok"] is True
    assert good["channel"] == "C1"
    assert good["ts"] == stored[0].reference
    assert (anonymous[0], json.loads(anonymous[2])) == (200, {"ok": False, "error": "not_authed"})
    assert (nowhere[0], json.loads(nowhere[2])) == (200, {"ok": False, "error": "channel_not_found"})
    assert len(stored) == 1


def test_webhook_sink_takes_json_on_any_path(clock: ManualClock) -> None:
    with HttpSink(clock) as sink:
        status, _, _ = post(f"{sink.url}/hooks/crm", {"kind": "alert"})
        posts = sink.posts

    assert (status, posts[0].path, posts[0].payload) == (200, "/hooks/crm", {"kind": "alert"})
    with pytest.raises(RuntimeError, match="not running"):
        _ = sink.url
