"""The recorded latest-filings polls: every filing exactly once, every new one found, and what it costs."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from connectors._edgar_current import parse_feed
from connectors.edgar import Edgar, EdgarConfig
from tests.data import data_path
from tests.edgar.fakes import WWW, FakeContext, FakeHttp

pytestmark = [pytest.mark.data, pytest.mark.slow]

POLLS = (
    "2025-12-12T230234Z_all", "2025-12-12T230331Z_all", "2025-12-12T230345Z_all", "2025-12-12T230357Z_type4",
    "2025-12-12T230427Z_all",
)  # fmt: skip
_ROW = re.compile(
    rb"<title>(?P<title>.*?)</title>.*?AccNo:&lt;/b&gt; (?P<acc>[\d-]{20}).*?</summary>.*?term=\"(?P<form>[^\"]*)\"",
    re.DOTALL,
)


def folder(poll: str) -> Path:
    return data_path(f"edgar/getcurrent/{poll}")


def page_bytes(poll: str, start: int) -> bytes:
    return gzip.decompress((folder(poll) / f"start{start:04d}_count100.atom.gz").read_bytes())


def rows(poll: str) -> list[tuple[str, str, str]]:
    """(accession, form, title) of every row, read without our parser."""
    found = []
    for start in range(0, 5100, 100):
        for entry in page_bytes(poll, start).split(b"<entry>")[1:]:
            m = _ROW.search(entry)
            assert m is not None
            found.append((m["acc"].decode(), m["form"].decode(), m["title"].decode()))
    return found


def served(poll: str) -> Callable[[Mapping[str, str]], object]:
    end = gzip.decompress((folder(POLLS[0]) / "start5100_count100.html.gz").read_bytes())

    def answer(params: Mapping[str, str]) -> object:
        start = int(params["start"])
        return page_bytes(poll, start) if start < 5100 else (503, end)

    return answer


def source(**settings: object) -> Edgar:
    return Edgar(EdgarConfig(daily_index=False, reconcile=False, **settings))


def test_every_filing_of_five_polls_once() -> None:
    """All forms taken: each accession becomes one document, and no poll misses what it shows for the first time."""
    ctx = FakeContext(FakeHttp())
    cursors: dict[str, dict[str, object]] = {}
    expected: set[str] = set()
    new_per_poll = []
    for poll in POLLS:
        kind = "4" if poll.endswith("type4") else ""
        ctx.http.answers[f"{WWW}/cgi-bin/browse-edgar"] = served(poll)
        ctx.cursor = cursors.get(kind, {})
        pages = ctx.run(source(forms=("*",), query_type=kind, bodies_per_poll=0))
        cursors[kind] = ctx.cursor
        new_per_poll.append(sum(len(p.documents) for p in pages))
        expected |= {acc for acc, _, _ in rows(poll)}
    stored = set(ctx.stored)
    repeats = len(ctx.versions) - len(stored)
    print(f"\n25,500 entries in 5 polls: {len(expected)} filings expected, {len(stored)} stored, {repeats} twice;"
          f" new per poll {new_per_poll}")  # fmt: skip

    assert repeats == 0
    assert stored == expected
    assert new_per_poll[2] == 0


_FUNDS: dict[str, set[str]] = {}


def _is_fund_row(poll: str, accession: str) -> bool:
    if poll not in _FUNDS:
        _FUNDS[poll] = {
            m.group(1).decode()
            for start in range(0, 5100, 100)
            for entry in page_bytes(poll, start).split(b"<entry>")[1:]
            if b"Item 3C" in entry and re.search(rb'term="D(?:/A)?"', entry)
            for m in [re.search(rb"AccNo:&lt;/b&gt; ([\d-]{20})", entry)]
            if m is not None
        }
    return accession in _FUNDS[poll]


def test_a_second_poll_reads_until_it_meets_the_first() -> None:
    """With the same cursor the next poll stops after the page that brings nothing new."""
    http = FakeHttp({f"{WWW}/cgi-bin/browse-edgar": served(POLLS[0])})
    ctx = FakeContext(http)
    connector = source(forms=("*",), bodies_per_poll=0)
    ctx.run(connector)
    first = len(http.asked)
    http.answers[f"{WWW}/cgi-bin/browse-edgar"] = served(POLLS[1])
    pages = ctx.run(connector)

    assert first == 52  # 51 pages and the 503 past the end
    assert len(http.asked) - first == 2
    assert sum(len(p.documents) for p in pages) == 5


def test_forms_of_interest_only_and_without_funds() -> None:
    """The default settings: documents of the forms we read, none of a pooled fund, parties and roles complete."""
    ctx = FakeContext(FakeHttp({f"{WWW}/cgi-bin/browse-edgar": served(POLLS[0])}))
    pages = ctx.run(source(bodies_per_poll=0))
    forms = {a: f for a, f, _ in rows(POLLS[0])}
    wanted = {f.removesuffix("/A") for f in EdgarConfig().forms}
    expected = {
        a for a, f in forms.items()
        if f.removesuffix("/A") in wanted - {"10-K", "10-Q", "20-F", "10-KT"} and not _is_fund_row(POLLS[0], a)
    }  # fmt: skip
    parties = {(a, t) for a, f, t in rows(POLLS[0]) if a in expected}
    stored = sum(len(d.meta["parties"]) for d in ctx.stored.values())
    unchanged = sum(p.unchanged for p in pages)
    print(f"\nforms of interest: {len(expected)} filings, {stored} parties, {unchanged} rows passed over")

    assert set(ctx.stored) == expected
    assert stored == len(parties)
    assert all(d.published_at is not None for d in ctx.stored.values())


def test_one_full_poll_costs_less_than_a_second() -> None:
    """5,100 entries, default forms, page bytes already in memory: CPU time of one whole poll."""
    pages = {start: page_bytes(POLLS[0], start) for start in range(0, 5100, 100)}
    ctx = FakeContext(
        FakeHttp(
            {
                f"{WWW}/cgi-bin/browse-edgar": lambda p: pages.get(
                    int(p["start"]), (503, b"<html>File Unavailable</html>")
                )
            }
        )
    )
    started = time.process_time()
    ctx.run(source(bodies_per_poll=0))
    cpu = time.process_time() - started
    print(f"\none full poll of 5,100 entries: {cpu:.3f} s CPU")

    assert cpu < 1.0


def test_every_recorded_feed_parses() -> None:
    """Feeds of 2016, 2023 and 2025, small and large: no entry is set aside."""
    for path in sorted(data_path("edgar/getcurrent").glob("*.atom*")):
        raw = path.read_bytes()
        page = parse_feed(gzip.decompress(raw) if path.suffix == ".gz" else raw)

        assert page.rows == len(page.entries) > 0, path.name
        assert not page.quarantined, path.name
