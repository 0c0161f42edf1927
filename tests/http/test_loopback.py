"""The door against a real server on loopback: what only sockets can show."""

from __future__ import annotations

import gzip
import socket
import time
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from signalwatch.errors import BadPayload, DeliveryError, RefusedAddress, SourceError
from signalwatch.http import HttpDoor
from signalwatch.model import Validators
from tests.http.conftest import Exchange, Site

Make = Callable[..., HttpDoor]


def test_bodies_come_back_inflated_and_connections_are_kept(site: Site, door: HttpDoor) -> None:
    body = b"<rss/>" * 1000
    site.pages["/gzip"] = lambda x: x.answer(body=gzip.compress(body), Content_Encoding="gzip", ETag='"1"')
    site.pages["/deflate"] = lambda x: x.answer(body=zlib.compress(body), Content_Encoding="deflate")
    site.pages["/unasked"] = lambda x: x.answer(body=gzip.compress(body), Content_Type="application/json")
    site.pages["/archive.gz"] = lambda x: x.answer(body=gzip.compress(body, mtime=0), Content_Type="application/json")
    site.pages["/304"] = lambda x: x.answer(304)
    site.pages["/302"] = lambda x: x.answer(302, Location="/gzip")

    assert door.get(site.url + "/gzip").body == body
    assert door.get(site.url + "/deflate").body == body
    assert door.get(site.url + "/unasked").body == body
    assert door.get(site.url + "/archive.gz").body == gzip.compress(body, mtime=0)
    assert door.get(site.url + "/304", validators=Validators(etag='"1"')).not_modified
    assert door.get(site.url + "/gzip").validators == Validators(etag='"1"')
    assert site.connections == 1
    assert door.get(site.url + "/302").body == body
    assert "if-none-match" not in site.seen[0].headers
    assert site.seen[0].headers["accept-encoding"] == "gzip, deflate"


def test_no_user_agent_is_really_none(site: Site, make_door: Make) -> None:
    site.pages["/"] = lambda x: x.answer()
    make_door(user_agent="").get(site.url + "/")

    assert "user-agent" not in site.seen[0].headers


def test_chunked_bodies(site: Site, door: HttpDoor) -> None:
    def page(x: Exchange) -> None:
        coded = gzip.compress(b"hello" * 100)
        x.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n")
        for n in range(0, len(coded), 7):
            piece = coded[n : n + 7]
            x.raw(b"%x\r\n%b\r\n" % (len(piece), piece))
        x.raw(b"0\r\n\r\n")

    site.pages["/"] = page

    assert door.get(site.url + "/").body == b"hello" * 100


def test_a_body_beyond_the_cap_is_refused_before_or_while_it_arrives(site: Site, make_door: Make) -> None:
    def endless(x: Exchange) -> bool:
        x.raw(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(10_000):
            x.raw(b"a" * 10_000)
        return False

    engine = zlib.compressobj(9, wbits=31)
    bomb = b"".join(engine.compress(bytes(1_000_000)) for _ in range(50)) + engine.flush()
    site.pages["/announced"] = lambda x: x.answer(body=b"a" * 20_000)
    site.pages["/endless"] = endless
    site.pages["/bomb"] = lambda x: x.answer(body=bomb, Content_Encoding="gzip")
    door = make_door(max_bytes=10_000)
    for path, why in [
        ("/announced", "20,000 bytes"),
        ("/endless", "larger than"),
        ("/bomb", "more than|inflates beyond"),
    ]:
        with pytest.raises(BadPayload, match=why) as caught:
            door.get(site.url + path)
        assert site.url + path in str(caught.value)
    with pytest.raises(BadPayload, match="inflates beyond"):
        door.get(site.url + "/bomb", max_bytes=200_000)
    assert len(door.get(site.url + "/announced", max_bytes=20_000).body) == 20_000


def test_the_body_of_a_redirect_is_not_read(site: Site, door: HttpDoor) -> None:
    """requests would inflate it whole before looking at the Location."""

    def trap(x: Exchange) -> bool:
        x.raw(b"HTTP/1.1 302 Found\r\nLocation: /fine\r\n\r\n")
        x.drip(b"a" * 1000, 0.05)
        return False

    site.pages["/"] = trap
    site.pages["/fine"] = lambda x: x.answer(body=b"fine")
    start = time.monotonic()

    assert door.get(site.url + "/").body == b"fine"
    assert time.monotonic() - start < 3


def test_cut_and_wrong_bodies(site: Site, make_door: Make) -> None:
    coded = gzip.compress(b"x" * 5000)
    site.pages["/cut-gzip"] = lambda x: x.answer(body=coded[:-9], Content_Encoding="gzip")
    site.pages["/not-gzip"] = lambda x: x.answer(body=b"plain", Content_Encoding="gzip")
    site.pages["/brotli"] = lambda x: x.answer(body=b"plain", Content_Encoding="br")

    def short(x: Exchange) -> bool:
        x.answer(body=b"half", Content_Length="8")
        return False

    site.pages["/short"] = short
    door = make_door()
    with pytest.raises(BadPayload, match="cut short"):
        door.get(site.url + "/cut-gzip")
    with pytest.raises(BadPayload, match="not asked for"):
        door.get(site.url + "/brotli")
    assert door.get(site.url + "/not-gzip").body == b"plain"
    before = len(site.seen)
    with pytest.raises(SourceError, match="cut short"):
        door.get(site.url + "/short")
    assert len(site.seen) - before == 3  # a lost connection is worth another try


@pytest.mark.parametrize("where", ["headers", "body"])
def test_an_answer_that_drips_is_given_up_in_time(site: Site, make_door: Make, where: str) -> None:
    def page(x: Exchange) -> bool:
        if where == "body":
            x.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        x.drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 10_000, 0.02)
        return False

    site.pages["/"] = page
    door = make_door(total_timeout=0.3, tries=1)
    start = time.monotonic()
    with pytest.raises(SourceError, match="within the time allowed"):
        door.get(site.url + "/")

    assert time.monotonic() - start < 3


def test_a_server_that_says_nothing_is_given_up(site: Site, make_door: Make) -> None:
    site.pages["/"] = lambda x: x.patience.wait(5)
    with pytest.raises(SourceError, match="no answer within"):
        make_door(read_timeout=0.1, tries=1).get(site.url + "/")


def test_what_is_not_http_is_an_error_of_ours(site: Site, make_door: Make) -> None:
    replies = {
        "/ssh": b"SSH-2.0-OpenSSH_9.9\r\n",
        "/headers": b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(300)) + b"\r\n",
        "/line": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        "/status": b"HTTP/1.1 banana OK\r\n\r\n",
        "/nothing": b"",
    }
    for path, reply in replies.items():

        def page(x: Exchange, reply: bytes = reply) -> bool:
            x.raw(reply)
            return False

        site.pages[path] = page
        with pytest.raises(SourceError):
            make_door(tries=1).get(site.url + path)


@pytest.mark.parametrize(
    "header", ["http://10.0.0.1/", "http://169.254.169.254/", "//192.168.0.1/x", "http://[fd00::1]/"]
)
def test_redirects_from_loopback_do_not_open_other_private_networks(site: Site, door: HttpDoor, header: str) -> None:
    site.pages["/"] = lambda x: x.answer(302, Location=header)
    with pytest.raises(RefusedAddress, match=r"private|link-local"):
        door.get(site.url + "/")


def test_loopback_is_closed_by_default_however_it_is_spelled(site: Site, make_door: Make) -> None:
    door = make_door(allow_private=False)
    for host in ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"):
        with pytest.raises((RefusedAddress, SourceError)):
            door.get(f"http://{host}:{site.port}/")

    assert site.connections == 0


def test_a_name_that_resolves_to_a_private_address_is_refused(site: Site, make_door: Make) -> None:
    def inside(host: str, port: int) -> Sequence[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", port))]

    with pytest.raises(RefusedAddress, match=r"news\.example\.org.*private address 10\.1\.2\.3"):
        make_door(resolve=inside).get("http://news.example.org/")


def test_the_address_that_was_checked_is_the_one_connected_to(site: Site, make_door: Make) -> None:
    """A rebinding name server answers differently each time; one look decides, and the socket goes there."""
    site.pages["/"] = lambda x: x.answer(body=b"ours")
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[tuple[Any, ...]]:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    door = make_door(resolve=rebinding)

    assert door.get(f"http://news.example.org:{site.port}/").body == b"ours"
    assert asked == ["news.example.org"]
    assert site.seen[0].headers["host"] == f"news.example.org:{site.port}"


def test_one_bad_address_among_good_ones_is_passed_over(site: Site, make_door: Make) -> None:
    site.pages["/"] = lambda x: x.answer(body=b"ours")

    def mixed(host: str, port: int) -> Sequence[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in ("10.0.0.1", "127.0.0.1")]

    assert make_door(resolve=mixed).get(f"http://news.example.org:{site.port}/").body == b"ours"


def test_unknown_names_and_closed_ports_say_so(make_door: Make, site: Site) -> None:
    def nowhere(host: str, port: int) -> Sequence[tuple[Any, ...]]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(SourceError, match="host name cannot be resolved"):
        make_door(resolve=nowhere).get("http://nowhere.example/")
    closed = socket.create_server(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    closed.close()
    with pytest.raises(SourceError, match="connection was refused"):
        make_door().get(f"http://127.0.0.1:{port}/")
    with pytest.raises(DeliveryError, match="connection was refused") as caught:
        make_door().post(f"http://127.0.0.1:{port}/hook/SESAME", data=b"x")
    assert not caught.value.uncertain
    assert "SESAME" not in str(caught.value)


def test_cookies_are_not_kept(site: Site, door: HttpDoor) -> None:
    site.pages["/"] = lambda x: x.answer(Set_Cookie="track=1; Path=/")
    door.get(site.url + "/")
    door.get(site.url + "/")

    assert all("cookie" not in x.headers for x in site.seen)


def test_post_on_the_wire(site: Site, door: HttpDoor) -> None:
    site.pages["/hook"] = lambda x: x.answer(200, b"ok:" + x.body)

    def lost(x: Exchange) -> bool:
        return False

    site.pages["/lost"] = lost

    assert door.post(site.url + "/hook", data=b"payload").body == b"ok:payload"
    with pytest.raises(DeliveryError) as caught:
        door.post(site.url + "/lost", data=b"payload")
    assert caught.value.uncertain
    assert [x.path for x in site.seen] == ["/hook", "/lost"]


def test_a_304_is_cheap(site: Site, door: HttpDoor) -> None:
    """Under a millisecond of CPU, server included, with room for a noisy machine."""
    site.pages["/"] = lambda x: x.answer(304)
    old = Validators(etag='"1"')
    door.get(site.url + "/", validators=old)
    start = time.process_time()
    for _ in range(200):
        door.get(site.url + "/", validators=old)

    assert (time.process_time() - start) / 200 < 0.003
