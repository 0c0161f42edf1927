"""Servers that answer nonsense: it is said in the source's report or set aside with its reason, nothing next to it is lost,
the other sources go on, and the next good answer brings what was missed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from signalwatch.simulate.web import Reply, Request
from tests.e2e.outside import DAY, HOUR, MINUTE, Service, account, item, record, rss, running, samples

JSON, XML, HTML = "application/json", "application/xml", "text/html"
PACKED = gzip.compress(b'{"studies":[]}' * 2000)
ENTITIES = b"".join(b'<!ENTITY a%d "%s">' % (n, (b"&a%d;" % (n - 1)) * 10) for n in range(1, 10))
HEAD = b'<?xml version="1.0"?>'
FEED = b'<rss version="2.0"><channel><title>x</title><item><title>&%s;</title><guid>1</guid></item></channel></rss>'


def packed(body: bytes) -> Reply:
    """A body that says it is gzip."""
    return Reply(200, body, JSON, headers={"Content-Encoding": "gzip"})


NONSENSE = {
    "a web page": Reply(200, b"<html><body>Down for maintenance</body></html>", HTML),
    "a web page as JSON": Reply(200, b"<!DOCTYPE html><html><body>Sorry</body></html>", JSON),
    "nothing": Reply(200, b"", JSON),
    "no content": Reply(204, b"", JSON),
    "spaces": Reply(200, b"  \n\n ", XML),
    "NUL bytes": Reply(200, b"\x00" * 5000, JSON),
    "cut JSON": Reply(200, b'{"studies":[{"protocolSection":', JSON),
    "null": Reply(200, b"null", JSON),
    "a list": Reply(200, b"[]", JSON),
    "a number": Reply(200, b"5", JSON),
    "deep lists": Reply(200, b"[" * 200_000, JSON),
    "deep objects": Reply(200, b'{"studies":' * 50_000, JSON),
    "deep tags": Reply(200, b"<a>" * 20_000, XML),
    "endless tags": Reply(200, b"<a>" * 900_000, XML),
    "endless attributes": Reply(200, HEAD + b"<rss " + b" ".join(b'a%d="1"' % n for n in range(50_000)) + b"></rss>", XML),
    "bytes": Reply(200, bytes(range(256)) * 50, "application/octet-stream"),
    "cut gzip": packed(PACKED[: len(PACKED) // 2]),
    "no gzip at all": packed(b"plain"),
    "a bomb": packed(gzip.compress(b"\0" * 90_000_000)),
    "entities": Reply(200, HEAD + b'<!DOCTYPE l [<!ENTITY a0 "ha">' + ENTITIES + b"]>" + FEED % b"a9", XML),
    "a local file": Reply(200, HEAD + b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + FEED % b"a", XML),
    "a fault": Reply(500, b"oops", HTML),
    "gone": Reply(404, b"not here", HTML),
    "a private address": Reply(302, b"", HTML, headers={"Location": "http://169.254.169.254/latest"}),
    "a file address": Reply(302, b"", HTML, headers={"Location": "file:///etc/passwd"}),
    "a loop": Reply(302, b"", HTML, headers={"Location": "?again"}),
    "busy, no time given": Reply(429, b"", HTML, headers={"Retry-After": "soon"}),
}  # fmt: skip
REFUSALS = {
    "a bot wall": Reply(200, b"<!DOCTYPE html><title>Just a moment...</title>Checking your browser", HTML),
    "throttled": Reply(403, b"<html>Request Rate Threshold Exceeded</html>", HTML),
    "busy for a century": Reply(503, b"", HTML, headers={"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}),
}
FORM_D = "/Archives/edgar/data/1900001/000190000126000007/primary_doc.xml"
TARGETS = {
    "registry version": ("registry", "/version"),
    "registry walk": ("registry", "/studies"),
    "sec feed": ("sec", "browse-edgar"),
    "sec index": ("sec", "/daily-index/"),
    "sec company": ("sec", "/submissions/"),
    "sec filing": ("sec", FORM_D),
    "news feed": ("news", "/feed.xml"),
}
TOLD_ONCE = ("sec company", "sec filing", "sec index")  # the same record again and again; no index at weekends
SILENT = {  # readable, though it says nothing
    ("sec feed", "a local file"), ("sec feed", "entities"), ("news feed", "entities"),
}  # fmt: skip


@pytest.fixture
def service(tmp_path: Path, sqlite_url: str, lean_rules: Path) -> Iterator[Service]:
    """The service past its first contact."""
    with running(tmp_path, sqlite_url, rules=lean_rules) as it:
        met(it)
        yield it


@pytest.fixture
def anywhere(tmp_path: Path, database_url: str, lean_rules: Path) -> Iterator[Service]:
    """As `service`, on both databases."""
    with running(tmp_path, database_url, rules=lean_rules) as it:
        met(it)
        yield it


def met(it: Service) -> None:
    """First contact is over."""
    it.accounts(account("Quillfern Therapeutics", cik=1900001))
    it.round(after=MINUTE)


def news(it: Service) -> None:
    """Each source has something new."""
    day = it.clock.now().date().isoformat()
    it.outside.publish(record("NCT90000002", updated=day, first_post=day))
    it.outside.write(2, "Quillfern Therapeutics Raises $80 Million Series B Financing")
    row = samples.entry(
        "0001900001-26-000007", "D", "Quillfern Therapeutics, Inc.", 1900001, updated=f"{day}T10:30:00-05:00", filed=day
    )
    it.outside.file(row, FORM_D, samples.form_d(sale=day))


def stored(it: Service) -> set[str]:
    """Keys of what came through, by the name of the test data."""
    keys = {d.document.key for d in it.app.store.iter_documents()}
    return {name for name, key in {"study": "NCT90000002", "filing": "0001900001-26-000007"}.items() if key in keys} | {
        "story" for e in it.app.store.events(limit=100) if e.connector == "feeds" and "$80 Million" in e.title
    }


def complaints(it: Service, source: str) -> int:
    """How much was said of a source: quarantined records and notices to the operator, repeated ones counted."""
    alerts = it.app.store.operator_alerts()
    return len(it.app.store.quarantined(limit=1000)) + sum(a.count for a in alerts if a.subject.startswith(source))


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_nonsense_is_said_and_nothing_is_lost(service: Service, target: str) -> None:
    site, part = TARGETS[target]
    source = "news/wire" if site == "news" else site
    wrong = []
    if target == "sec filing":
        news(service)
    for name, reply in NONSENSE.items():
        before = complaints(service, source)
        service.outside.override[site] = lambda request, reply=reply: reply if part in request.path else None
        service.outside.publish()  # a new data version, or the registry would not be walked
        reports = service.polled(after=25 * HOUR)
        mine = reports.pop(source)
        silent = mine.ok and complaints(service, source) == before
        if silent and (target, name) not in SILENT and target not in TOLD_ONCE:
            wrong.append(f"{name}: nobody heard of it")
        if "unexpected" in mine.error or len(mine.error) > 1200:
            wrong.append(f"{name}: {mine.error[:300]}")
        wrong += [f"{name}: {r.source_id} failed as well: {r.error}" for r in reports.values() if not r.ok]

    assert wrong == []
    assert complaints(service, source) or target not in ("sec company", "sec index")
    service.outside.override.clear()
    if target != "sec filing":
        news(service)
    for _ in range(3):
        reports = service.polled(after=DAY)
    assert all(r.ok for r in reports.values())
    assert stored(service) == {"study", "filing", "story"}


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_a_refusal_rests_the_host_and_nothing_is_lost(service: Service, target: str) -> None:
    site, part = TARGETS[target]
    source = "news/wire" if site == "news" else site
    news(service)
    for reply in REFUSALS.values():
        service.outside.override[site] = lambda request, reply=reply: reply if part in request.path else None
        reports = service.polled(after=8 * DAY)
        assert all(r.ok for r in reports.values() if r.source_id != source)
        if not reports[source].ok:
            assert reports[source].due_at - service.clock.now() >= timedelta(minutes=9)
            assert "unexpected" not in reports[source].error
    service.outside.override.clear()
    for _ in range(3):
        service.polled(after=8 * DAY)

    assert stored(service) == {"study", "filing", "story"}


# --- one broken record among good ones -----------------------------------------------------------------------------------


def broken_studies() -> list[Any]:
    """Records that are wrong in one way each."""
    wrong_type = record("NCT90000013", updated="2026-03-10")
    wrong_type["protocolSection"]["statusModule"] = ["not", "an", "object"]
    no_number = record("NCT90000014", updated="2026-03-10")
    del no_number["protocolSection"]["identificationModule"]["nctId"]
    return ["text", None, {}, {"protocolSection": "text"}, wrong_type, no_number]


def odd_studies() -> list[dict[str, Any]]:
    """Records that are odd and yet studies."""
    day = {"updated": "2026-03-10", "first_post": "2026-03-10"}
    return [
        record("NCT90000021", **day, status="PAUSED_BY_ALIENS", phases=["PHASE9"], study_type="DREAM"),
        record("NCT90000022", **day, title="Long " * 2_000_000),
        record("NCT90000023", **day, title="A\x00B\u202e study", lead=("Quill\x00fern", "INDUSTRY")),
        record("NCT90000024", **day, start=("the day after tomorrow", "ACTUAL"), enrollment=(10**30, "ESTIMATED")),
        record("NCT90000025", **day, conditions=["\ud83d\ude00" * 1000], sites={"Atlantis": 1}),
    ]


def test_broken_studies_are_set_aside_and_their_neighbours_kept(anywhere: Service) -> None:
    good = [record(f"NCT9000003{n}", updated="2026-03-10", first_post="2026-03-10") for n in range(3)]
    mixed = [good[0], *broken_studies(), good[1], *odd_studies(), good[2]]
    body = json.dumps({"studies": mixed, "totalCount": len(mixed)}).encode()

    def answer(request: Request) -> Reply | None:
        return Reply(200, body, JSON) if "sort" in request.query else None

    anywhere.outside.publish()
    anywhere.outside.override["registry"] = answer
    report = anywhere.polled("registry", after=DAY)["registry"]

    assert report.error == ""
    aside = anywhere.app.store.quarantined()
    assert len(aside) == len(broken_studies()) + 1
    assert "NCT90000022" in {q.key for q in aside}  # its title has 10 MB
    assert all(q.reason for q in aside)
    keys = {d.document.key for d in anywhere.app.store.iter_documents()}
    assert keys >= {
        "NCT90000030",
        "NCT90000031",
        "NCT90000032",
        "NCT90000021",
        "NCT90000023",
        "NCT90000024",
        "NCT90000025",
    }
    anywhere.app.assess_all()
    assert anywhere.app.store.counts()["events_failed"] == 0
    assert all(len(e.title) < 5000 for e in anywhere.app.store.events(limit=100))


def test_broken_filings_are_set_aside_and_their_neighbours_kept(anywhere: Service) -> None:
    def row(number: int, form: str = "D", name: str = "Quillfern Therapeutics, Inc.") -> str:
        return samples.entry(
            f"0001900001-26-{number:06d}", form, name, 1900001, updated="2026-03-10T10:30:00-05:00", filed="2026-03-10"
        )

    folder = "/Archives/edgar/data/1900001/0001900001260000"
    good = samples.form_d(sale="2026-03-09")
    anywhere.outside.file(row(11), f"{folder}11/primary_doc.xml", good)
    anywhere.outside.file("<entry><title>what is this</title><id>urn:nothing</id></entry>")
    anywhere.outside.file(row(12), f"{folder}12/primary_doc.xml", good[: len(good) // 2])
    anywhere.outside.file(row(13), f"{folder}13/primary_doc.xml", b"<html>Sorry</html>")
    anywhere.outside.file(row(14), f"{folder}14/primary_doc.xml", good.replace(b"42000000", b"many"))
    anywhere.outside.file(row(15, form="ZZZ-9"))
    anywhere.outside.file(row(16, name="X" * 1_000_000))
    anywhere.outside.file(row(17), f"{folder}17/primary_doc.xml", good.replace(b"<cik>0001900001", b"<cik>&bogus;"))
    anywhere.outside.file(row(18), f"{folder}18/primary_doc.xml", good)
    for _ in range(4):  # bodies that fail are asked for again, later
        report = anywhere.polled("sec", after=8 * HOUR)["sec"]
        assert report.error == ""

    keys = {d.document.key for d in anywhere.app.store.iter_documents()}
    assert keys >= {f"0001900001-26-{n:06d}" for n in (11, 12, 13, 14, 17, 18)}
    assert [q for q in anywhere.app.store.quarantined() if q.reason]
    anywhere.app.assess_all()
    counts = anywhere.app.store.counts()
    assert counts["events_failed"] == 0
    rounds = {e.document_key for e in anywhere.app.store.events(limit=100) if e.type == "funding_round"}
    assert rounds >= {"0001900001-26-000011", "0001900001-26-000018"}


def test_odd_entries_of_a_feed_do_not_touch_their_neighbours(anywhere: Service) -> None:
    now = anywhere.clock.now() + HOUR
    good = "Quillfern Therapeutics Raises ${} Million Series B Financing"
    items = [
        item(1, good.format(31), now),
        "<item></item>",
        "<item><guid>nothing else</guid></item>",
        item(3, "Long " * 1_500_000, now),
        item(4, "NUL\x00 and &#0;&#1;&#xFFFE; in it", now),
        item(5, "&lt;script&gt;alert(1)&lt;/script&gt; <b>bold", now).replace("<b>", "&lt;b&gt;"),
        "<item><title>No date, no link, no guid</title></item>",
        item(7, "A date of its own", now).replace("<pubDate>", "<pubDate>not a date "),
        item(8, good.format(38), now),
    ]
    body = rss(*items)
    anywhere.outside.override["news"] = lambda request: Reply(200, body, "application/rss+xml")
    report = anywhere.polled("news/wire")["news/wire"]

    assert report.error == ""
    titles = {d.document.title for d in anywhere.app.store.iter_documents() if d.document.connector == "feeds"}
    assert {good.format(31), good.format(38), "No date, no link, no guid"} <= titles
    assert all("\x00" not in t and "<script" not in t and len(t) < 5000 for t in titles)
    anywhere.app.assess_all()
    assert anywhere.app.store.counts()["events_failed"] == 0


# --- endless answers ------------------------------------------------------------------------------------------------------


def test_page_tokens_that_never_end_stop_the_walk_and_are_told(service: Service) -> None:
    asked: list[str] = []

    def endless(request: Request) -> Reply | None:
        if "sort" not in request.query:
            return None
        asked.append(request.query.get("pageToken", ""))
        study = record(f"NCT91{len(asked):06d}", updated="2026-03-10", first_post="2026-03-10")
        page = {"studies": [study], "nextPageToken": f"t{len(asked)}", "totalCount": 3}
        return Reply(200, json.dumps(page).encode(), JSON)

    service.outside.publish()
    service.outside.override["registry"] = endless
    report = service.polled("registry", after=DAY)["registry"]

    assert report.ok
    assert len(asked) < 100
    assert any("never end" in a.message for a in service.app.store.operator_alerts())
    news(service)
    service.outside.override.clear()
    service.polled("registry", after=DAY)
    assert "study" in stored(service)


def test_a_filings_feed_without_end_is_read_to_a_limit(service: Service) -> None:
    asked: list[str] = []

    def endless(request: Request) -> Reply | None:
        if "browse-edgar" not in request.path:
            return None
        start = int(request.query["start"])
        asked.append(request.query["start"])
        rows = [
            samples.entry(f"0001700001-26-{start + n:06d}", "4", "ORDINARY HARDWARE CO", 1700001, "Issuer",
                          updated="2026-03-10T10:00:00-05:00", filed="2026-03-10")
            for n in range(100)
        ]  # fmt: skip
        return Reply(200, samples.feed(*rows), "application/atom+xml")

    service.outside.override["sec"] = endless
    report = service.polled("sec", after=DAY)["sec"]

    assert report.ok
    assert len(asked) == 60


def test_a_feed_of_a_hundred_thousand_entries_is_read_to_a_limit(service: Service) -> None:
    row = "<item><title>Entry {0}</title><guid>{0}</guid></item>"
    body = rss(*(row.format(n) for n in range(100_000)))
    service.outside.override["news"] = lambda request: Reply(200, body, "application/rss+xml")
    report = service.polled("news/wire")["news/wire"]

    assert report.error == ""
    assert report.documents == 2000
