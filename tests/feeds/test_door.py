"""The connector behind the real HTTP door: validators, redirects, compression and errors as servers really send them."""

from __future__ import annotations

import gzip
import random

import pytest
import responses

from signalwatch.clock import ManualClock
from signalwatch.http import HttpDoor, HttpSettings
from signalwatch.sdk import BadPayload, Gone, SourceError
from tests.feeds.fakes import START, URL, Context, documents, feed, item, notices, rss


@pytest.fixture
def ctx() -> Context:
    clock = ManualClock(START)
    door = HttpDoor(
        HttpSettings(user_agent="signalwatch-test", contact="ops@example.com"), clock, random.Random(1),
        resolve=lambda *args, **kwargs: [],
    )  # fmt: skip
    return Context(door, clock)  # type: ignore[arg-type]


def run(ctx: Context) -> list[object]:
    pages = []
    for page in feed().poll(ctx.cursor, ctx):
        pages.append(page)
        ctx.cursor = page.cursor
        ctx.validators.update(page.validators)
    return pages


@responses.activate
def test_validators_travel_byte_for_byte_and_a_304_is_quiet(ctx: Context) -> None:
    responses.get(
        URL, body=gzip.compress(rss(item(1))),
        headers={"Content-Encoding": "gzip", "ETag": 'W/"abc"', "Last-Modified": "Mon, 05 Oct 2026 09:00:00 GMT"},
    )  # fmt: skip
    responses.get(URL, status=304)

    first, second = run(ctx), run(ctx)

    assert len(documents(first)) == 1
    assert documents(second) == []
    sent = responses.calls[1].request.headers
    assert (sent["If-None-Match"], sent["If-Modified-Since"]) == ('W/"abc"', "Mon, 05 Oct 2026 09:00:00 GMT")


@responses.activate
def test_a_permanent_redirect_is_followed_and_remembered(ctx: Context) -> None:
    responses.get(URL, status=301, headers={"Location": "https://feeds.example.com/new.xml"})
    responses.get("https://feeds.example.com/new.xml", body=rss(item(1)))

    pages = run(ctx)

    assert len(documents(pages)) == 1
    assert notices(pages) == []
    assert ctx.cursor["moved_to"] == "https://feeds.example.com/new.xml"


@responses.activate
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (410, b"", Gone),
        (404, b"", Gone),
        (200, b"<html><body>We moved</body></html>", BadPayload),
        (500, b"", SourceError),
    ],
)
def test_errors_leave_the_cursor_alone(ctx: Context, status: int, body: bytes, error: type[Exception]) -> None:
    responses.get(URL, status=status, body=body, content_type="text/html")

    with pytest.raises(error):
        run(ctx)

    assert ctx.cursor == {}
