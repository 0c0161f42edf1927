"""Where the door goes and where it does not."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalwatch.errors import RefusedAddress, SourceError
from signalwatch.http.address import checked_url, refusal, unsplit

PRIVATE = [
    "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "192.0.2.7", "198.18.0.1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1",
    "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:53aa:64c:0:0:0:1",
    "fec0::1", "2001:db8::1", "not-an-address",
]  # fmt: skip
LOOPBACK = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
PUBLIC = ["8.8.8.8", "130.14.29.110", "2607:f8b0:4005:805::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", PRIVATE)
@pytest.mark.parametrize("allow", [True, False])
def test_private_addresses_stay_closed_even_when_loopback_is_open(address: str, allow: bool) -> None:
    assert refusal(address, allow_loopback=allow)


@pytest.mark.parametrize("address", LOOPBACK)
def test_loopback_opens_only_by_setting(address: str) -> None:
    assert "loopback" in refusal(address, allow_loopback=False)
    assert refusal(address, allow_loopback=True) == ""


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    assert refusal(address, allow_loopback=False) == ""


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_ipv4_hidden_in_ipv6_is_judged_like_itself(ip: ipaddress.IPv4Address) -> None:
    assert bool(refusal(f"::ffff:{ip}", allow_loopback=False)) == bool(refusal(str(ip), allow_loopback=False))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://example.org/a", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("gopher://example.org", "only http and https"),
        ("http://user:secret@example.org/", "credentials"),
        ("http:///path", "no host"),
        ("http://example.org:22/", "port 22"),
        ("http://example.org:99999/", "not a valid URL"),
        ("http://exa\x00mple.org/", "control character"),
        ("http://example.org/a b", "white space"),
        ("http://example.org/a\r\nX-Evil: 1", "white space"),
        ("http://example.org\\@evil.example/", "backslash"),
        ("http://[::1", "not a valid URL"),
        ("http://example.org/" + "a" * 9000, "longer"),
        ("", "only http and https"),
    ],
)
def test_urls_that_are_never_followed(url: str, why: str) -> None:
    with pytest.raises(RefusedAddress, match=why) as caught:
        checked_url(url)
    assert caught.value.permanent
    assert "secret" not in str(caught.value)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_url_or_a_refusal(text: str) -> None:
    try:
        url = unsplit(checked_url("http://example.org/" + text))
    except SourceError:
        return
    assert url.isascii()
    assert checked_url(url)


def test_non_ascii_paths_and_queries_are_encoded_once() -> None:
    once = unsplit(checked_url("https://example.org/r\u00e9sum\u00e9?q=\u03b1%20b"))

    assert once == "https://example.org/r%C3%A9sum%C3%A9?q=%CE%B1%20b"
    assert unsplit(checked_url(once)) == once
