"""The door against a stand-in network (the ``responses`` library)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import requests
import responses

from signalwatch.clock import ManualClock
from signalwatch.errors import BadPayload, Blocked, Deferred, DeliveryError, Gone, RefusedAddress, SourceError
from signalwatch.http import HostPolicy, HttpDoor, HttpSettings
from signalwatch.model import Validators
from tests.http.conftest import START, sec

URL = "https://feeds.example.org/news"
THROTTLE = "<html><title>SEC.gov | Request Rate Threshold Exceeded</title></html>"
Make = Callable[..., HttpDoor]


@pytest.fixture
def net() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        yield net


def test_who_we_are_and_what_we_never_send(net: responses.RequestsMock, door: HttpDoor) -> None:
    net.get(URL, body="x", headers={"Set-Cookie": "a=b"})
    door.get(URL, headers={"Cookie": "x=y", "Referer": "z", "Accept": "application/json"})
    door.get(URL)

    first, second = (dict(call.request.headers) for call in net.calls)
    assert first["User-Agent"] == "signalwatch ops@example.org"
    assert first["Accept"] == "application/json"
    assert not {"Cookie", "Referer"} & (set(first) | set(second))


def test_parameters_are_percent_encoded(net: responses.RequestsMock, door: HttpDoor) -> None:
    net.get(URL, body="x")
    door.get(URL + "?a=1", params={"filter.advanced": "AREA[X]RANGE[a,b] AND C", "q": "\u00e9&="})

    assert net.calls[0].request.url == URL + "?a=1&filter.advanced=AREA%5BX%5DRANGE%5Ba%2Cb%5D%20AND%20C&q=%C3%A9%26%3D"


def test_conditional_get_sends_validators_byte_for_byte_and_keeps_them(
    net: responses.RequestsMock, door: HttpDoor
) -> None:
    net.get(URL, status=304, headers={"Last-Modified": "Tue, 03 Mar 2026 00:00:00 GMT"})
    answer = door.get(URL, validators=Validators(etag='W/"a-b"', last_modified="Mon, 02 Mar 2026 00:00:00 GMT"))

    sent = net.calls[0].request.headers
    assert (sent["If-None-Match"], sent["If-Modified-Since"]) == ('W/"a-b"', "Mon, 02 Mar 2026 00:00:00 GMT")
    assert answer.not_modified
    assert answer.body == b""
    assert answer.validators == Validators(etag='W/"a-b"', last_modified="Tue, 03 Mar 2026 00:00:00 GMT")


def test_expires_zero_makes_validators_untrustworthy(net: responses.RequestsMock, door: HttpDoor) -> None:
    net.get(URL, body="x", headers={"ETag": '"1"', "Expires": "0"})

    assert door.get(URL).validators == Validators()


def test_a_304_to_an_unconditional_request_is_nonsense(net: responses.RequestsMock, door: HttpDoor) -> None:
    net.get(URL, status=304)
    with pytest.raises(BadPayload, match="304"):
        door.get(URL)


def test_validators_that_would_break_the_request_are_left_out(net: responses.RequestsMock, door: HttpDoor) -> None:
    net.get(URL, body="x")
    door.get(URL, validators=Validators(etag='"a"\r\nX-Evil: 1', last_modified="\u4e00"))

    assert not {"If-None-Match", "If-Modified-Since", "X-Evil"} & set(net.calls[0].request.headers)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_passing_faults_are_tried_three_times_with_growing_random_pauses(
    net: responses.RequestsMock, door: HttpDoor, clock: ManualClock, status: int
) -> None:
    net.get(URL, status=status)
    with pytest.raises(SourceError) as caught:
        door.get(URL)

    assert len(net.calls) == 3
    assert URL in str(caught.value)
    assert timedelta(0) < clock.now() - START < timedelta(seconds=3)


def test_a_second_try_that_works_is_an_answer(net: responses.RequestsMock, door: HttpDoor) -> None:
    net.get(URL, body=requests.ConnectionError("lost"))
    net.get(URL, body="there", headers={"Content-Type": "text/plain"})

    assert door.get(URL).text() == "there"
    assert len(net.calls) == 2


def test_faults_of_the_request_are_not_repeated(net: responses.RequestsMock, door: HttpDoor) -> None:
    net.get(URL, status=400, body="Error parsing query", content_type="text/plain")
    with pytest.raises(SourceError, match="Error parsing query") as caught:
        door.get(URL)

    assert caught.value.permanent
    assert len(net.calls) == 1


def test_accepted_statuses_are_handed_back_at_once(net: responses.RequestsMock, door: HttpDoor) -> None:
    net.get(URL, status=503, body="past the end", headers={"Retry-After": "9999"})

    assert door.get(URL, accept_status=(400, 503)).status == 503
    assert len(net.calls) == 1


def test_a_short_retry_after_is_waited_for(net: responses.RequestsMock, door: HttpDoor, clock: ManualClock) -> None:
    net.get(URL, status=429, headers={"Retry-After": "7"})
    net.get(URL, body="now")

    assert door.get(URL).body == b"now"
    assert clock.now() - START == timedelta(seconds=7)


def test_a_long_retry_after_moves_the_due_time_and_spares_the_host(
    net: responses.RequestsMock, door: HttpDoor, clock: ManualClock
) -> None:
    net.get(URL, status=429, headers={"Retry-After": "3600"})
    with pytest.raises(Deferred) as caught:
        door.get(URL)
    with pytest.raises(Deferred):
        door.get(URL + "/other")

    assert caught.value.until == START + timedelta(hours=1)
    assert clock.now() == START
    assert len(net.calls) == 1


def test_a_long_503_concerns_that_resource_only(net: responses.RequestsMock, door: HttpDoor) -> None:
    net.get(URL, status=503, headers={"Retry-After": "3600"})
    net.get(URL + "/other", body="fine")
    with pytest.raises(Deferred):
        door.get(URL)

    assert door.get(URL + "/other").status == 200


def test_short_waits_that_never_end_become_a_due_time(net: responses.RequestsMock, door: HttpDoor) -> None:
    net.get(URL, status=503, headers={"Retry-After": "2"})
    with pytest.raises(Deferred):
        door.get(URL)

    assert len(net.calls) == 3


def test_the_throttle_page_freezes_every_sec_host(
    net: responses.RequestsMock, make_door: Make, clock: ManualClock
) -> None:
    door = make_door(hosts=sec())
    net.get("https://www.sec.gov/a", status=403, body=THROTTLE, content_type="text/html")
    net.get("https://data.sec.gov/b", body="{}")
    with pytest.raises(Blocked, match="rate is too high") as caught:
        door.get("https://www.sec.gov/a", accept_status=(403,))
    for url in ("https://data.sec.gov/b", "https://efts.sec.gov/c"):
        with pytest.raises(Blocked, match="left alone"):
            door.get(url)
    assert len(net.calls) == 1
    assert caught.value.retry_after is not None
    assert caught.value.retry_after >= timedelta(minutes=10)

    clock.advance(timedelta(minutes=12))
    assert door.get("https://data.sec.gov/b").status == 200


def test_an_absent_file_at_the_sec_is_not_a_block(net: responses.RequestsMock, make_door: Make) -> None:
    door = make_door(hosts=sec())
    body = "<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    net.get("https://www.sec.gov/a", status=403, body=body, content_type="application/xml")
    net.get("https://www.sec.gov/b", body="ok")
    with pytest.raises(Gone):
        door.get("https://www.sec.gov/a")

    assert door.get("https://www.sec.gov/b").status == 200


def test_hosts_that_want_a_contact_get_none_without_one(net: responses.RequestsMock, make_door: Make) -> None:
    door = make_door(hosts={"www.sec.gov": HostPolicy(contact_required=True)})
    with pytest.raises(SourceError, match=r"http\.contact") as caught:
        door.get("https://www.sec.gov/a")

    assert caught.value.permanent
    assert len(net.calls) == 0


@pytest.mark.parametrize(
    ("status", "error", "permanent"),
    [(404, Gone, False), (410, Gone, True), (403, Blocked, False), (401, Blocked, False)],
)
def test_refusals_by_status(
    net: responses.RequestsMock, door: HttpDoor, status: int, error: type[SourceError], permanent: bool
) -> None:
    net.get(URL, status=status, body="<html>no</html>", content_type="text/html")
    with pytest.raises(error) as caught:
        door.get(URL)

    assert caught.value.permanent is permanent
    assert len(net.calls) == 1
    if error is Blocked:
        assert caught.value.retry_after is not None
        assert caught.value.retry_after >= timedelta(hours=1)


def test_no_user_agent_and_another_user_agent_per_host(net: responses.RequestsMock, make_door: Make) -> None:
    door = make_door(hosts={"a.example": HostPolicy(user_agent="other/1"), "b.example": HostPolicy(user_agent="")})
    for host in ("a", "b"):
        net.get(f"https://{host}.example/", body="x")
        door.get(f"https://{host}.example/")

    agents = [call.request.headers["User-Agent"] for call in net.calls]
    assert agents == ["other/1", "@@@SKIP_HEADER@@@"]  # urllib3's own word for "send none"


# --- redirects --------------------------------------------------------------------------------------------------------


def redirect(net: responses.RequestsMock, url: str, to: str, status: int = 302) -> None:
    net.get(url, status=status, headers={"Location": to})


def test_permanent_moves_are_reported_up_to_the_first_temporary_one(
    net: responses.RequestsMock, door: HttpDoor
) -> None:
    redirect(net, URL, "https://new.example.org/news", 301)
    redirect(net, "https://new.example.org/news", "/today", 308)
    redirect(net, "https://new.example.org/today", "/cdn/1")
    redirect(net, "https://new.example.org/cdn/1", "/cdn/2", 301)
    net.get("https://new.example.org/cdn/2", body="x")
    answer = door.get(URL)

    assert answer.url == "https://new.example.org/cdn/2"
    assert answer.moved_to == "https://new.example.org/today"


def test_a_temporary_move_is_no_move(net: responses.RequestsMock, door: HttpDoor) -> None:
    redirect(net, URL, "/b")
    net.get("https://feeds.example.org/b", body="x")

    assert door.get(URL).moved_to == ""


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data", "http://[::1]/",
        "http://[::ffff:10.0.0.1]/", "file:///etc/passwd", "http://user:pw@example.org/", "ftp://example.org/",
        "http://example.org:22/",
    ],
)  # fmt: skip
def test_redirects_to_where_we_never_go(net: responses.RequestsMock, make_door: Make, target: str) -> None:
    door = make_door(allow_private=False)
    start = URL.replace("https:", "http:")
    redirect(net, start, target)
    with pytest.raises(RefusedAddress):
        door.get(start)

    assert len(net.calls) == 1


def test_https_never_steps_down(net: responses.RequestsMock, door: HttpDoor) -> None:
    redirect(net, URL, "http://feeds.example.org/news")
    with pytest.raises(RefusedAddress, match="https to http"):
        door.get(URL)


def test_circles_and_chains_end(net: responses.RequestsMock, door: HttpDoor) -> None:
    redirect(net, URL, URL)
    with pytest.raises(SourceError, match="circle"):
        door.get(URL)
    for n in range(7):
        redirect(net, f"https://chain.example.org/{n}", f"/{n + 1}")
    with pytest.raises(SourceError, match="more than 5 redirects"):
        door.get("https://chain.example.org/0")

    assert len([c for c in net.calls if "chain" in str(c.request.url)]) == 6


def test_credentials_do_not_follow_to_another_host(net: responses.RequestsMock, door: HttpDoor) -> None:
    redirect(net, URL, "https://other.example.net/")
    net.get("https://other.example.net/", body="x")
    door.get(URL, headers={"Authorization": "Bearer s", "X-Api-Key": "s", "Accept": "a/b"})

    first, second = (call.request.headers for call in net.calls)
    assert first["Authorization"] == "Bearer s"
    assert "Authorization" not in second
    assert "X-Api-Key" not in second
    assert second["Accept"] == "a/b"


# --- errors and text --------------------------------------------------------------------------------------------------


def test_secrets_stay_out_of_errors(net: responses.RequestsMock, door: HttpDoor) -> None:
    net.get(URL, body=requests.ConnectionError("Max retries exceeded with url: /news?api_key=SESAME"))
    with pytest.raises(SourceError) as caught:
        door.get(URL, params={"api_key": "SESAME"})

    error: BaseException | None = caught.value
    while error is not None:
        assert "SESAME" not in str(error)
        error = error.__cause__


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/plain; charset=ISO-8859-1", b"caf\xe9", "caf\u00e9"),
        ("text/plain", "caf\u00e9".encode(), "caf\u00e9"),
        ("text/plain", b"\xef\xbb\xbfhello", "hello"),
        ('text/plain; charset="utf-16"', "hi".encode("utf-16"), "hi"),
        ("text/plain; charset=klingon", b"abc", "abc"),
        ("text/plain; charset=utf-8", b"\xff\xfeok", "\ufffd\ufffdok"),
    ],
)
def test_text_follows_the_declared_charset(
    net: responses.RequestsMock, door: HttpDoor, kind: str, body: bytes, text: str
) -> None:
    net.get(URL, body=body, content_type=kind)

    assert door.get(URL).text() == text


def test_a_stopping_service_makes_no_request(net: responses.RequestsMock, make_door: Make) -> None:
    door = make_door(default=HostPolicy(min_interval=5.0))
    net.get(URL, body="x")
    door.get(URL)
    door.stop()
    with pytest.raises(SourceError, match="stopping"):
        door.get(URL)

    assert len(net.calls) == 1


# --- post -------------------------------------------------------------------------------------------------------------

HOOK = "https://hooks.slack.com/services/T000/B000/SESAME"


@pytest.mark.parametrize("status", [200, 302, 400, 404, 429, 500])
def test_post_hands_back_any_status_and_is_made_once(net: responses.RequestsMock, door: HttpDoor, status: int) -> None:
    net.post(HOOK, status=status, body="ok", headers={"Retry-After": "30", "Location": "https://x.example/"})
    answer = door.post(HOOK, data=b"{}", headers={"Content-Type": "application/json"})

    assert (answer.status, answer.text(), answer.headers["retry-after"]) == (status, "ok", "30")
    assert len(net.calls) == 1
    assert "SESAME" not in repr(answer.url)


@pytest.mark.parametrize(
    ("failure", "uncertain"),
    [
        (requests.ConnectTimeout("to /services/T000/B000/SESAME"), False),
        (requests.exceptions.SSLError("SESAME"), False),
        (requests.ReadTimeout("SESAME"), True),
        (requests.ConnectionError("RemoteDisconnected SESAME"), True),
    ],
)
def test_post_says_whether_the_message_may_have_arrived(
    net: responses.RequestsMock, door: HttpDoor, failure: Exception, uncertain: bool
) -> None:
    net.post(HOOK, body=failure)
    with pytest.raises(DeliveryError) as caught:
        door.post(HOOK, data=b"{}")

    assert caught.value.uncertain is uncertain
    assert "SESAME" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert len(net.calls) == 1


def test_post_to_a_private_address_is_refused_for_good(net: responses.RequestsMock) -> None:
    door = HttpDoor(HttpSettings(), ManualClock(START), random.Random(1))
    with pytest.raises(DeliveryError) as caught:
        door.post("http://169.254.169.254/x", data=b"")

    assert caught.value.permanent
    assert not caught.value.uncertain
