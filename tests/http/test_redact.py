"""Secrets do not leave in URLs."""

from __future__ import annotations

import pytest

from signalwatch.http import mask_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("https://api.fda.gov/x?api_key=abcd&limit=5", "https://api.fda.gov/x?api_key=***&limit=5"),
        ("https://example.org/x?X-Amz-Signature=ff00&token=1", "https://example.org/x?X-Amz-Signature=***&token=***"),
        ("https://bob:pw@example.org/x", "https://***@example.org/x"),
        ("https://hooks.slack.com/services/T0/B0/XXXX", "https://hooks.slack.com/services/***"),
        ("https://discord.example/api/webhooks/12/abc", "https://discord.example/api/webhooks/***"),
        ("https://example.org/a\r\nb", "https://example.org/a??b"),
        ("https://example.org/#fragment", "https://example.org/"),
    ],
)
def test_urls_for_people(url: str, shown: str) -> None:
    assert mask_url(url) == shown


def test_the_path_of_a_webhook_can_be_hidden_whole() -> None:
    assert mask_url("https://example.org/hook/s3cret?x=1", hide_path=True) == "https://example.org/***"


def test_long_urls_are_cut() -> None:
    assert len(mask_url("https://example.org/" + "a" * 5000)) == 300


def test_rubbish_does_not_raise() -> None:
    assert mask_url("http://[::1") == "(unreadable URL)"
