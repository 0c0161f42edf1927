"""What an answer means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from requests.structures import CaseInsensitiveDict

from signalwatch.http.judge import judge, retry_after
from tests.data import data_path

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
HTML = {"Content-Type": "text/html"}
S3 = b"<?xml version='1.0'?><Error><Code>%s</Code><Message>m</Message></Error>"


def meaning(status: int, body: bytes = b"", url: str = "https://example.org/x", **headers: str) -> str:
    named = CaseInsensitiveDict({k.replace("_", "-"): v for k, v in headers.items()})
    return judge(status, named, body, url, NOW).meaning


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b"{}", "ok"),
        (204, b"", "ok"),
        (226, b"<rss/>", "ok"),
        (404, b"no", "gone"),
        (410, b"", "gone"),
        (403, S3 % b"AccessDenied", "gone"),
        (404, S3 % b"NoSuchKey", "gone"),
        (403, b"<html>go away</html>", "refused"),
        (401, b"", "refused"),
        (451, b"", "refused"),
        (403, b"<html><title>Company | Request Rate Threshold Exceeded</title>", "throttled"),
        (429, b"<html><title>Your Request Originates from an Undeclared Automated Tool</title>", "throttled"),
        (403, b"<!DOCTYPE html><html><head><title>Just a moment...</title>", "challenge"),
        (200, b"<!DOCTYPE html><html><head><title>Access Denied</title>", "challenge"),
        (503, b"<html><script src='/cdn-cgi/challenge-platform/h.js'>", "challenge"),
        (200, b"<html><title>Shop</title><script src='/cdn-cgi/challenge-platform/h.js'>", "ok"),
        (200, b"<rss><channel><title>News</title><item><title>Access denied to drug</title>", "ok"),
        (500, b"", "broken"),
        (502, b"", "broken"),
        (504, b"", "broken"),
        (503, b"", "broken"),
        (429, b"", "broken"),
        (400, b"bad", "wrong"),
        (418, b"", "wrong"),
    ],
)
def test_status_and_body_together_decide(status: int, body: bytes, expected: str) -> None:
    assert meaning(status, body) == expected


def test_headers_give_a_bot_wall_away() -> None:
    assert meaning(200, b"<html>", cf_mitigated="challenge") == "challenge"
    assert meaning(202, b"", x_amzn_waf_action="challenge") == "challenge"
    assert meaning(404, b"<html>", "https://www.fda.gov/apology_objects/abuse-detection-apology.html") == "challenge"


def test_a_plain_error_text_is_quoted_to_the_operator() -> None:
    body = b"Error parsing query in `filter.advanced`:\nunknown area \x00FooBar"

    verdict = judge(400, CaseInsensitiveDict({"Content-Type": "text/plain"}), body, "https://example.org", NOW)

    assert verdict.reason == 'the server answered 400: "Error parsing query in `filter.advanced`: unknown area FooBar"'


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "17"}, timedelta(seconds=17)),
        ({"Retry-After": " 0 "}, timedelta(0)),
        ({"Retry-After": "99999999999999999999"}, timedelta(days=7)),
        ({"Retry-After": "Mon, 02 Mar 2026 14:00:30 GMT"}, timedelta(seconds=30)),
        # the server's clock is an hour ahead of ours: its own Date is what counts
        (
            {"Retry-After": "Mon, 02 Mar 2026 15:00:30 GMT", "Date": "Mon, 02 Mar 2026 15:00:00 GMT"},
            timedelta(seconds=30),
        ),
        ({"Retry-After": "Mon, 02 Mar 2026 13:00:00 GMT"}, timedelta(0)),
        ({"Retry-After": "Fri, 01 Jan 2999 00:00:00 GMT"}, timedelta(days=7)),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "\u0661\u0662"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], expected: timedelta | None) -> None:
    assert retry_after(CaseInsensitiveDict(headers), NOW) == expected


@pytest.mark.data
def test_the_recorded_error_pages_of_the_sec_are_told_apart() -> None:
    folder = data_path("edgar/errors")
    found = {}
    for path in sorted(folder.iterdir()):
        status = 404 if "404" in path.name else 403
        found[path.name] = meaning(status, path.read_bytes())

    assert len(found) >= 9
    assert {name for name, m in found.items() if m == "throttled"} == {n for n in found if n.endswith(".html")}
    assert {name for name, m in found.items() if m == "gone"} == {n for n in found if n.endswith(".body")}
