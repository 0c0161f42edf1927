"""Polling: three layers with their own cursors, bodies within a budget, bad days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from connectors._edgar_filing import body_state
from connectors.edgar import Edgar, EdgarConfig
from signalwatch.errors import BadPayload, Blocked, Deferred, Gone, SourceError
from tests.edgar import samples
from tests.edgar.fakes import DATA, NOW, WWW, FakeContext, FakeDetector, FakeHttp
from tests.edgar.samples import entry, feed

FEED = f"{WWW}/cgi-bin/browse-edgar"


def acc(n: int, year: int = 25) -> str:
    return f"{1_000_000 + n:010d}-{year}-{n:06d}"


def served(rows: Sequence[str], count: int = 100) -> object:
    """A feed server: pages of ``count``, 503 past the end."""

    def answer(params: Mapping[str, str]) -> object:
        start = int(params["start"])
        page = rows[start : start + count]
        return feed(*page) if page or start == 0 else (503, b"<html><title>File Unavailable</title></html>")

    return answer


def connector(**settings: object) -> Edgar:
    base: dict[str, object] = {"daily_index": False, "reconcile": False, "count": 10}
    return Edgar(EdgarConfig(**{**base, **settings}))


def rows_of(first: int, last: int, form: str = "6-K", name: str = "Nullwood Bank PLC") -> list[str]:
    """Feed rows, newest first, one second apart."""
    stamp = datetime(2025, 12, 12, 23, 0, tzinfo=UTC)
    return [
        entry(acc(n), form, name, 5000 + n, updated=(stamp + timedelta(seconds=n)).isoformat())
        for n in range(last, first - 1, -1)
    ]


# --- layer 1 ---------------------------------------------------------------------------------------------------------


def test_a_filing_with_several_parties_is_one_document_with_their_roles() -> None:
    rows = [
        entry(acc(1), "SC 13D", "Bramblewick Biosciences, Inc.", 1800001, "Subject"),
        entry(acc(1), "SC 13D", "Tallow Capital Partners LP", 77, "Filed by"),
        entry(acc(1), "SC 13D", "Marrowby Tilda J.", 78, "Filed by"),
        entry(acc(1), "SC 13D", "Bramblewick Biosciences, Inc.", 1800001, "Subject"),
    ]
    ctx = FakeContext(FakeHttp({FEED: served(rows)}))
    ctx.run(connector())
    document = ctx.stored[acc(1)]
    parties = [(p["cik"], p.get("name", ""), p["role"]) for p in document.meta["parties"]]

    assert list(ctx.stored) == [acc(1)]
    assert parties == [
        (1800001, "Bramblewick Biosciences, Inc.", "subject"),
        (77, "Tallow Capital Partners LP", "filed_by"),
        (78, "", "filed_by"),  # a natural person: the number stays, the name does not
    ]
    assert document.published_at == datetime(2025, 12, 12, 23, 2, tzinfo=UTC)
    assert document.url.endswith(f"{acc(1)}-index.htm")


def test_a_filing_cut_by_the_edge_of_a_page_keeps_all_its_parties() -> None:
    rows = rows_of(10, 18)
    edge = "2025-12-12T17:59:00-05:00"
    rows += [
        entry(acc(2), "425", "Bramblewick Biosciences, Inc.", 1800001, "Subject", updated=edge),
        entry(acc(3), "6-K", "Nullwood Bank PLC", 4999, updated=edge),
        entry(acc(2), "425", "Ostrava Pharma AG", 1800002, "Filed by", updated=edge),
    ]
    ctx = FakeContext(FakeHttp({FEED: served(rows, 10)}))
    ctx.run(connector())

    assert [p["role"] for p in ctx.stored[acc(2)].meta["parties"]] == ["subject", "filed_by"]
    assert len(ctx.versions) == len(ctx.stored) == 11


def test_the_next_poll_stops_where_it_meets_the_last_one() -> None:
    http = FakeHttp({FEED: served(rows_of(1, 60), 10)})
    ctx = FakeContext(http)
    ctx.run(connector())
    before = len(http.asked)
    http.answers[FEED] = served(rows_of(1, 63), 10)
    pages = ctx.run(connector())

    assert before == 7  # six pages and the 503 past the end
    assert len(http.asked) - before == 2
    assert sorted(d.key for p in pages for d in p.documents) == [acc(61), acc(62), acc(63)]
    assert not any(p.notices for p in pages)


def test_a_walk_that_was_cut_off_is_walked_again_past_what_it_had_stored() -> None:
    """The process dies after the newest page was committed: what is below it must not be taken for known."""
    http = FakeHttp({FEED: served(rows_of(1, 30), 10)})
    ctx = FakeContext(http)
    ctx.run(connector())
    http.answers[FEED] = served(rows_of(1, 70), 10)
    ctx.run(connector(), stop_after=1)
    stored = len(ctx.stored)
    ctx.run(connector())

    assert stored < 70
    assert len(ctx.stored) == 70
    assert len(ctx.versions) == 70


def test_a_window_that_overflowed_is_told() -> None:
    http = FakeHttp({FEED: served(rows_of(1, 25), 10)})
    ctx = FakeContext(http)
    ctx.run(connector())
    http.answers[FEED] = served(rows_of(100, 125), 10)  # nothing in common any more; last page is short
    pages = ctx.run(connector())

    assert [n.kind for p in pages for n in p.notices] == ["window_overflow"]
    assert len(ctx.stored) == 51


def test_a_503_in_the_middle_leaves_the_walk_open() -> None:
    http = FakeHttp({FEED: served(rows_of(1, 30), 10)})
    ctx = FakeContext(http)
    ctx.run(connector())
    http.answers[FEED] = served(rows_of(51, 70), 10)  # two pages, then 503, and no overlap
    ctx.run(connector())
    http.answers[FEED] = served(rows_of(21, 70), 10)  # the outage is over
    pages = ctx.run(connector())

    assert set(ctx.stored) == {acc(n) for n in range(1, 71)}
    assert not any(p.notices for p in pages)


def test_a_503_on_the_first_page_is_an_outage() -> None:
    with pytest.raises(SourceError):
        FakeContext(FakeHttp({FEED: (503, b"")})).run(connector())


def test_an_apology_page_with_status_200_is_refused_but_other_layers_go_on() -> None:
    http = FakeHttp({FEED: b"<!DOCTYPE html><html>undergoing maintenance</html>"})
    http.answers[f"{DATA}/submissions/CIK0001800001.json"] = samples.submissions(1800001, "Bramblewick", [])
    ctx = FakeContext(http, ciks=[1800001])
    with pytest.raises(BadPayload, match="web page"):
        ctx.run(connector(reconcile=True))

    assert http.count("/submissions/") == 1


def test_one_broken_entry_is_set_aside_and_the_rest_kept() -> None:
    rows = rows_of(1, 4)
    rows[1] = rows[1].replace("<category", "<category <<", 1)
    rows[2] = rows[2].replace("Nullwood Bank PLC (0000005002)", "Nullwood Bank PLC")
    ctx = FakeContext(FakeHttp({FEED: served(rows)}))
    pages = ctx.run(connector())
    bad = [q for p in pages for q in p.quarantined]

    assert set(ctx.stored) == {acc(1), acc(4)}
    assert sorted(q.key for q in bad) == [acc(2), acc(3)]
    assert "FORM - NAME (CIK) (Role)" in next(q.reason for q in bad if q.key == acc(2))


def test_a_feed_of_which_nothing_can_be_read_is_an_error() -> None:
    rows = [r.replace("<title>", "<heading>").replace("</title>", "</heading>") for r in rows_of(1, 3)]
    with pytest.raises(BadPayload, match="shape has changed"):
        FakeContext(FakeHttp({FEED: served(rows)})).run(connector())


def test_an_empty_feed_keeps_what_is_known_and_says_so() -> None:
    http = FakeHttp({FEED: served(rows_of(1, 5))})
    ctx = FakeContext(http)
    ctx.run(connector())
    http.answers[FEED] = feed()
    pages = ctx.run(connector())

    assert [n.kind for p in pages for n in p.notices] == ["empty_feed"]
    assert len(ctx.cursor["current"]["recent"]) == 5


def test_a_cursor_that_cannot_be_read_is_replaced_and_told() -> None:
    ctx = FakeContext(FakeHttp({FEED: served(rows_of(1, 3))}))
    ctx.cursor = {"current": {"recent": "not a list"}, "pending": 5}
    pages = ctx.run(connector())

    assert [n.kind for n in pages[0].notices] == ["cursor"]
    assert len(ctx.stored) == 3


def test_prefix_matches_and_unread_forms_are_passed_over() -> None:
    rows = [
        entry(acc(1), "424B2", "Nullwood Bank PLC", 1),
        entry(acc(2), "DEFA14A", "Nullwood Bank PLC", 2),
        entry(acc(3), "D", "Quillfern Therapeutics, Inc.", 3),
        entry(acc(4), "10-K", "Nullwood Bank PLC", 4),
        entry(
            acc(5),
            "D",
            "Tallow Growth Fund II, L.P.",
            5,
            items=["Item 3C: Investment Company Act Section 3(c)", "Item 3C.7:"],
        ),
    ]
    ctx = FakeContext(FakeHttp({FEED: served(rows)}))
    pages = ctx.run(connector())

    assert list(ctx.stored) == [acc(3)]
    assert sum(p.unchanged for p in pages) == 4
    assert ctx.http.count("Archives") <= 3


def test_items_are_read_from_the_entry() -> None:
    rows = [entry(acc(1), "8-K", "Nullwood Bank PLC", 1, items=["Item 2.05: Cost Associated with Exit or Disposal Activities", "Item 9.01: Financial Statements and Exhibits"])]  # fmt: skip
    ctx = FakeContext(FakeHttp({FEED: served(rows)}))
    ctx.run(connector())

    assert ctx.stored[acc(1)].meta["items"] == ["2.05", "9.01"]


# --- bodies ------------------------------------------------------------------------------------------------------------


def archive(cik: int, accession: str, name: str = "") -> str:
    """The address of a file in a filing's folder."""
    return f"{WWW}/Archives/edgar/data/{cik}/{accession.replace('-', '')}/{name or accession + '.txt'}"


def flat(cik: int, accession: str) -> str:
    """The address that indexes name."""
    return f"{WWW}/Archives/edgar/data/{cik}/{accession}.txt"


def one_report(n: int = 1) -> tuple[str, bytes]:
    text = samples.report(("8.01", "Other Events.", "Bramblewick opened a plant."))
    return acc(n), samples.submission(acc(n), "8-K", [("8-K", text)], items=["Other Events"])


def test_bodies_are_fetched_for_watched_companies_and_life_science_names_only() -> None:
    rows = [
        entry(acc(1), "8-K", "BRAMBLEWICK BIOSCIENCES, INC. /DE/", 1800001),
        entry(acc(2), "8-K", "Nullwood Bank PLC", 2),
        entry(acc(3), "8-K", "Ostrava Holdings Inc", 3),
        entry(acc(4), "8-K", "Plain Works Inc", 4),
    ]
    http = FakeHttp({FEED: served(rows)})
    http.answers[archive(1800001, acc(1))] = one_report(1)[1]
    ctx = FakeContext(http, ciks=[3], names=["Plain Works Inc"])
    ctx.run(connector())

    assert [k for k in sorted(ctx.stored) if http.count(k + ".txt")] == [acc(1), acc(3), acc(4)]
    assert ctx.stored[acc(1)].meta["body"] == "read"
    assert ctx.stored[acc(1)].meta["relevant"] == "sic"
    assert ctx.stored[acc(2)].meta["relevant"] == ""
    assert ctx.stored[acc(4)].meta["relevant"] == "watched"
    assert body_state(ctx.stored[acc(2)].fingerprint) == "none"


def test_a_life_sounding_name_with_another_industry_is_dropped_after_reading() -> None:
    body = samples.submission(
        acc(1), "8-K", [("8-K", samples.report(("8.01", "Other Events.", "Nothing of ours.")))],
        parties=samples.party_block("FILER", "Healthy Harvest Foods Inc", 9, "CANNED FRUITS [2033]"),
    )  # fmt: skip
    http = FakeHttp(
        {FEED: served([entry(acc(1), "8-K", "Healthy Harvest Foods Inc - Health", 9)]), archive(9, acc(1)): body}
    )
    ctx = FakeContext(http)
    ctx.run(connector())

    assert ctx.stored[acc(1)].meta["relevant"] == ""
    assert ctx.stored[acc(1)].text == ""


def test_a_body_that_is_not_there_yet_is_tried_again_a_bounded_number_of_times() -> None:
    row = entry(acc(1), "8-K", "Bramblewick Biosciences, Inc.", 1800001)
    http = FakeHttp({FEED: served([row])})
    ctx = FakeContext(http)
    ctx.run(connector())
    states = [ctx.stored[acc(1)].meta["body"]]
    for _ in range(3):
        ctx.clock.advance(timedelta(hours=7))
        ctx.run(connector())
        states.append(ctx.stored[acc(1)].meta["body"])

    assert states == ["pending", "pending", "gone", "gone"]
    assert ctx.cursor.get("pending", []) == []
    assert ctx.stored[acc(1)].meta["relevant"] == "name"


def test_a_body_that_comes_later_makes_a_second_version_with_its_text() -> None:
    accession, body = one_report(1)
    row = entry(accession, "8-K", "Bramblewick Biosciences, Inc.", 1800001)
    http = FakeHttp({FEED: served([row])})
    ctx = FakeContext(http)
    ctx.run(connector())
    http.answers[archive(1800001, accession)] = body
    early = ctx.run(connector())  # not due yet
    ctx.clock.advance(timedelta(minutes=11))
    ctx.run(connector())

    assert not any(p.documents for p in early)
    assert len(ctx.versions) == 2
    assert "opened a plant" in ctx.stored[accession].text
    assert ctx.stored[accession].published_at == datetime(2025, 12, 12, 23, 2, tzinfo=UTC)


def test_the_budget_of_a_poll_is_kept_and_the_rest_waits() -> None:
    rows = [entry(acc(n), "8-K", "Bramblewick Biosciences, Inc.", 1800001) for n in range(1, 6)]
    http = FakeHttp({FEED: served(rows)})
    for n in range(1, 6):
        http.answers[archive(1800001, acc(n))] = one_report(n)[1]
    ctx = FakeContext(http)
    counts = []
    for _ in range(3):
        before = http.count("Archives")
        ctx.run(connector(bodies_per_poll=2))
        counts.append(http.count("Archives") - before)

    assert counts == [2, 2, 1]
    assert {d.meta["body"] for d in ctx.stored.values()} == {"read"}


def test_more_waiting_bodies_than_the_cursor_may_hold_are_given_up_with_a_notice() -> None:
    rows = [entry(acc(n), "8-K", "Bramblewick Biosciences, Inc.", 1800001) for n in range(1, 5)]
    ctx = FakeContext(FakeHttp({FEED: served(rows)}))
    pages = ctx.run(connector(bodies_per_poll=1, max_pending=2))

    assert sorted(d.meta["body"] for d in ctx.stored.values()) == ["failed", "failed", "pending", "pending"]
    assert [n.kind for p in pages for n in p.notices] == ["bodies"]


@pytest.mark.parametrize("refusal", [Blocked("rate threshold"), Deferred("later", until=NOW + timedelta(hours=1))])
def test_a_refusal_while_fetching_bodies_loses_no_filing_and_asks_nothing_more(refusal: SourceError) -> None:
    rows = [entry(acc(n), "8-K", "Bramblewick Biosciences, Inc.", 1800001) for n in range(1, 16)]
    http = FakeHttp({FEED: served(rows, 10), archive(1800001, acc(1)): refusal})
    http.answers |= {archive(1800001, acc(n)): refusal for n in range(2, 16)}
    ctx = FakeContext(http)
    with pytest.raises(type(refusal)):
        ctx.run(connector())
    asked = http.count("Archives")
    http.answers |= {archive(1800001, acc(n)): one_report(n)[1] for n in range(1, 16)}
    ctx.run(connector())

    assert asked == 1
    assert len(ctx.stored) == 15
    assert {d.meta["body"] for d in ctx.stored.values()} == {"read"}


def test_an_unreadable_body_is_quarantined_beside_its_filing() -> None:
    row = entry(acc(1), "D", "Quillfern Therapeutics, Inc.", 1900001)
    http = FakeHttp({FEED: served([row]), archive(1900001, acc(1), "primary_doc.xml"): b"<html>Access problem</html>"})
    ctx = FakeContext(http)
    pages = ctx.run(connector(body_tries=1))
    bad = [q for p in pages for q in p.quarantined]

    assert ctx.stored[acc(1)].meta["body"] == "failed"
    assert [q.key for q in bad] == [acc(1)]
    assert "web page" in bad[0].reason


def test_a_large_submission_is_read_document_by_document() -> None:
    row = entry(acc(1), "8-K", "Bramblewick Biosciences, Inc.", 1800001, size="31 MB")
    page = (
        f"<HTML><!--\n<SEC-HEADER>x\n<ACCESSION-NUMBER>{acc(1)}\n<TYPE>8-K\n<ITEMS>8.01\n<FILING-DATE>20251212\n<FILER>\n"
        "<COMPANY-DATA>\n<CONFORMED-NAME>BRAMBLEWICK BIOSCIENCES, INC.\n<CIK>0001800001\n<ASSIGNED-SIC>2836\n</COMPANY-DATA>\n"
        "</FILER>\n</SEC-HEADER>\n--><PRE>&lt;DOCUMENT&gt;\n&lt;TYPE&gt;8-K\n&lt;FILENAME&gt;main.htm\n&lt;/DOCUMENT&gt;\n"
        "&lt;DOCUMENT&gt;\n&lt;TYPE&gt;EX-99.1\n&lt;FILENAME&gt;ex.htm\n&lt;/DOCUMENT&gt;\n"
        "&lt;DOCUMENT&gt;\n&lt;TYPE&gt;GRAPHIC\n&lt;FILENAME&gt;big.jpg\n&lt;/DOCUMENT&gt;\n</PRE></HTML>"
    )
    http = FakeHttp({FEED: served([row])})
    http.answers[archive(1800001, acc(1), f"{acc(1)}-index-headers.html")] = page.encode()
    http.answers[archive(1800001, acc(1), "main.htm")] = samples.report(
        ("8.01", "Other Events.", "A plant was opened.")
    ).encode()
    http.answers[archive(1800001, acc(1), "ex.htm")] = samples.release("Bramblewick opens plant", "It opened.").encode()
    ctx = FakeContext(http)
    ctx.run(connector())
    document = ctx.stored[acc(1)]

    assert document.meta["body"] == "read"
    assert [p["type"] for p in document.meta["parts"]] == ["8-K", "EX-99.1"]
    assert http.count(".jpg") == 0
    assert http.count(".txt") == 0


def test_names_addresses_and_signers_are_not_stored() -> None:
    http = FakeHttp({FEED: served([
        entry(acc(1), "D", "Quillfern Therapeutics, Inc.", 1900001),
        entry(acc(2), "8-K", "Bramblewick Biosciences, Inc.", 1800001),
    ])})  # fmt: skip
    http.answers[archive(1900001, acc(1), "primary_doc.xml")] = samples.form_d()
    http.answers[archive(1800001, acc(2))] = one_report(2)[1]
    ctx = FakeContext(http)
    ctx.run(connector())
    everything = b" ".join(d.payload + d.text.encode() + str(d.meta).encode() for d in ctx.stored.values())

    assert {d.meta["body"] for d in ctx.stored.values()} == {"read"}
    for private in (b"Marrowby", b"Tilda", b"Harbour", b"HARBOUR", b"5550100", b"Orrin Flake"):
        assert private not in everything


def test_an_amended_form_d_fetches_the_form_it_amends() -> None:
    http = FakeHttp({FEED: served([entry(acc(2), "D/A", "Quillfern Therapeutics, Inc.", 1900001)])})
    http.answers[archive(1900001, acc(2), "primary_doc.xml")] = samples.form_d(
        form="D/A", sold="52000000", previous=acc(1, 24)
    )
    http.answers[archive(1900001, acc(1, 24), "primary_doc.xml")] = samples.form_d(sold="42000000")
    ctx = FakeContext(http)
    ctx.run(connector())

    assert ctx.stored[acc(2)].meta["facts"]["previous"] == {
        "accession": acc(1, 24),
        "sold": 42000000,
        "offered": 60000000,
    }


# --- layer 2 --------------------------------------------------------------------------------------------------------------


def index_url(day: str) -> str:
    quarter = (int(day[4:6]) - 1) // 3 + 1
    return f"{WWW}/Archives/edgar/daily-index/{day[:4]}/QTR{quarter}/master.{day}.idx"


def indexes(**settings: object) -> Edgar:
    return connector(**{"current": False, "daily_index": True, **settings})


def test_the_daily_index_fills_what_the_feed_missed_and_skips_what_is_known() -> None:
    day = samples.master(
        (5, "Nullwood Bank PLC", "6-K", "2025-12-11", acc(1)),
        (6, "Nullwood Bank PLC", "424B2", "2025-12-11", acc(2)),
        (7, "Ostrava Pharma AG", "425", "2025-12-11", acc(3)),
        (8, "Bramblewick Biosciences, Inc.", "425", "2025-12-11", acc(3)),
    )
    http = FakeHttp({FEED: served([entry(acc(1), "6-K", "Nullwood Bank PLC", 5)]), index_url("20251211"): day})
    ctx = FakeContext(http)
    ctx.run(connector())
    pages = ctx.run(indexes(index_days=1))
    fresh = [d for p in pages for d in p.documents]

    assert [d.key for d in fresh] == [acc(3)]
    assert {p["cik"] for p in fresh[0].meta["parties"]} == {7, 8}
    assert fresh[0].published_at == datetime(2025, 12, 11, tzinfo=UTC)
    assert ctx.cursor["index"]["watermark"] == "2025-12-11"
    assert ctx.stored[acc(1)].meta["layer"] == "current"


def test_an_index_row_does_not_say_who_is_a_person_and_who_the_company() -> None:
    day = samples.master(
        (78, "Marrowby Tilda J.", "SC 13D/A", "2025-12-11", acc(1)),
        (1800001, "Bramblewick Biosciences, Inc.", "SC 13D/A", "2025-12-11", acc(1)),
    )
    ctx = FakeContext(FakeHttp({index_url("20251211"): day}))
    ctx.run(indexes(index_days=1))
    document = ctx.stored[acc(1)]

    assert document.title == (
        "Bramblewick Biosciences, Inc.: the report of a large holding is amended (Schedule 13D/A)"
    )
    assert document.meta["relevant"] == "name"
    assert "Marrowby" not in str(document.meta)
    assert indexes().events(document, None, FakeDetector()) == ()


def test_a_day_is_asked_for_from_six_in_the_morning_after() -> None:
    http = FakeHttp()
    ctx = FakeContext(http, now=samples.eastern(2025, 12, 11, 5, 59))
    ctx.cursor = {"index": {"watermark": "2025-12-09"}}
    ctx.run(indexes())
    early = list(http.asked)
    ctx.clock.set(samples.eastern(2025, 12, 11, 6, 1))
    ctx.run(indexes())

    assert early == []
    assert http.asked == [index_url("20251210")]


def test_weekends_are_not_asked_for_and_holidays_are_no_gap() -> None:
    http = FakeHttp({index_url("20251226"): samples.master((5, "Nullwood Bank PLC", "6-K", "2025-12-26", acc(1)))})
    ctx = FakeContext(http, now=samples.eastern(2025, 12, 29, 9))
    ctx.cursor = {"index": {"watermark": "2025-12-24"}}
    pages = ctx.run(indexes())

    assert [u[-12:-4] for u in http.asked] == ["20251225", "20251226"]
    assert ctx.cursor["index"]["watermark"] == "2025-12-28"
    assert "missing" not in ctx.cursor["index"]
    assert not any(p.notices for p in pages)


def test_a_missing_business_day_is_remembered_told_once_and_asked_for_again() -> None:
    http = FakeHttp()
    ctx = FakeContext(http, now=samples.eastern(2025, 12, 12, 9))
    ctx.cursor = {"index": {"watermark": "2025-12-10"}}
    first = ctx.run(indexes())
    ctx.clock.advance(timedelta(minutes=10))
    soon = ctx.run(indexes())
    ctx.clock.advance(timedelta(hours=1))
    http.answers[index_url("20251211")] = samples.master((5, "Nullwood Bank PLC", "6-K", "2025-12-11", acc(1)))
    ctx.run(indexes())

    assert [n.kind for p in first for n in p.notices] == ["missing_index"]
    assert soon == []
    assert list(ctx.stored) == [acc(1)]
    assert "missing" not in ctx.cursor["index"]


def test_a_day_with_more_bodies_than_the_budget_goes_on_next_time() -> None:
    """Nothing overflows into the cursor: the watermark waits until every filing of the day had its turn."""
    day = samples.master(
        *[(1800001, "Bramblewick Biosciences, Inc.", "8-K", "2025-12-11", acc(n)) for n in range(1, 181)]
    )
    http = FakeHttp({index_url("20251211"): day} | {flat(1800001, acc(n)): one_report(n)[1] for n in range(1, 181)})
    ctx = FakeContext(http, now=samples.eastern(2025, 12, 12, 9))
    ctx.cursor = {"index": {"watermark": "2025-12-10"}}
    marks = []
    for _ in range(5):
        ctx.run(indexes(bodies_per_poll=60, max_pending=100))
        marks.append(ctx.cursor["index"]["watermark"])

    assert marks == ["2025-12-10", "2025-12-10", "2025-12-11", "2025-12-11", "2025-12-11"]
    assert len(ctx.stored) == 180
    assert {d.meta["body"] for d in ctx.stored.values()} == {"read"}


def test_a_day_that_never_comes_is_given_up_and_told() -> None:
    ctx = FakeContext(FakeHttp(), now=samples.eastern(2025, 12, 12, 9))
    ctx.cursor = {"index": {"watermark": "2025-12-10"}}
    ctx.run(indexes())
    ctx.clock.set(samples.eastern(2025, 12, 23, 9))
    pages = ctx.run(indexes())

    assert "2025-12-11" not in ctx.cursor["index"].get("missing", {})
    assert any("2025-12-11 was never had" in n.message for p in pages for n in p.notices)


def test_a_source_that_slept_for_months_names_the_days_to_backfill() -> None:
    http = FakeHttp()
    ctx = FakeContext(http, now=samples.eastern(2025, 12, 12, 9))
    ctx.cursor = {"index": {"watermark": "2025-06-30"}}
    pages = ctx.run(indexes(index_max_days=5))
    (gap,) = [n.message for p in pages for n in p.notices if n.kind == "index_gap"]

    assert "from 2025-07-01 to 2025-12-06" in gap
    assert [u[-12:-4] for u in http.asked] == ["20251208", "20251209", "20251210", "20251211"]


def test_a_cut_index_is_not_taken_and_read_again() -> None:
    whole = samples.master(*[(n, "Nullwood Bank PLC", "6-K", "2025-12-11", acc(n)) for n in range(1, 9)])
    http = FakeHttp({index_url("20251211"): whole[:-40]})
    ctx = FakeContext(http, now=samples.eastern(2025, 12, 12, 9))
    ctx.cursor = {"index": {"watermark": "2025-12-10"}}
    ctx.run(indexes())
    after_cut = dict(ctx.stored)
    http.answers[index_url("20251211")] = whole
    ctx.clock.advance(timedelta(hours=2))
    ctx.run(indexes())

    assert after_cut == {}
    assert len(ctx.stored) == 8


def test_a_bad_row_in_the_middle_is_set_aside() -> None:
    data = samples.master(
        (1, "Nullwood Bank PLC", "6-K", "2025-12-11", acc(1)), (2, "Nullwood Bank PLC", "6-K", "2025-12-11", acc(2))
    ).replace(b"1|Nullwood Bank PLC|6-K|20251211|", b"1|Nullwood Bank PLC|6-K|2025??11|", 1)
    ctx = FakeContext(FakeHttp({index_url("20251211"): data}), now=samples.eastern(2025, 12, 12, 9))
    ctx.cursor = {"index": {"watermark": "2025-12-10"}}
    pages = ctx.run(indexes())

    assert list(ctx.stored) == [acc(2)]
    assert [q.key for p in pages for q in p.quarantined] == ["index row 1"]


def test_a_long_day_is_committed_in_pieces_and_the_watermark_moves_last() -> None:
    day = samples.master(*[(n, "Nullwood Bank PLC", "6-K", "2025-12-11", acc(n)) for n in range(1, 121)])
    ctx = FakeContext(FakeHttp({index_url("20251211"): day}), now=samples.eastern(2025, 12, 12, 9))
    ctx.cursor = {"index": {"watermark": "2025-12-10"}}
    pages = ctx.run(indexes())

    assert [len(p.documents) for p in pages if p.documents] == [50, 50, 20]
    assert [p.cursor["index"]["watermark"] for p in pages[:3]] == ["2025-12-10", "2025-12-10", "2025-12-11"]


def test_a_backfill_reads_the_indexes_of_its_days_and_gives_up_what_it_cannot_have() -> None:
    http = FakeHttp({
        index_url("20251117"): samples.master((1800001, "Bramblewick Biosciences, Inc.", "8-K", "2025-11-17", acc(1))),
        index_url("20251118"): samples.master(
            (1800001, "Bramblewick Biosciences, Inc.", "8-K", "2025-11-18", acc(2)), (5, "Nullwood Bank PLC", "6-K", "2025-11-18", acc(3))
        ),
        flat(1800001, acc(2)): one_report(2)[1],
    })  # fmt: skip
    ctx = FakeContext(http)
    for page in connector().backfill(samples.eastern(2025, 11, 14, 0), samples.eastern(2025, 11, 18, 23), ctx):
        ctx.commit(page)

    assert [u[-12:-4] for u in http.asked if "daily-index" in u] == ["20251114", "20251117", "20251118"]
    assert {k: d.meta["body"] for k, d in ctx.stored.items()} == {acc(1): "gone", acc(2): "read", acc(3): "none"}
    assert ctx.cursor.get("pending", []) == []


# --- layer 3 -----------------------------------------------------------------------------------------------------------------


def companies(**settings: object) -> Edgar:
    return connector(**{"current": False, "reconcile": True, **settings})


def row(n: int, form: str = "6-K", day: str = "2025-12-10", **more: object) -> dict[str, object]:
    return {
        "accessionNumber": acc(n),
        "form": form,
        "filingDate": day,
        "acceptanceDateTime": f"{day}T16:00:00.000Z",
        **more,
    }


def test_watched_companies_are_read_once_a_day_spread_over_polls() -> None:
    ciks = list(range(101, 111))
    http = FakeHttp(
        {f"{DATA}/submissions/CIK{c:010d}.json": samples.submissions(c, f"Company {c} Inc", [row(c)]) for c in ciks}
    )
    ctx = FakeContext(http, ciks=ciks)
    per_poll = []
    for _ in range(20):
        before = http.count("/submissions/")
        ctx.run(companies())
        per_poll.append(http.count("/submissions/") - before)
        ctx.clock.advance(timedelta(minutes=15))
    within_a_day = http.count("/submissions/")
    ctx.clock.advance(timedelta(hours=20))
    ctx.run(companies())

    assert max(per_poll) == 1
    assert within_a_day == 10
    assert http.count("/submissions/") == 11
    assert set(ctx.stored) == {acc(c) for c in ciks}


def test_dates_come_from_the_filing_date_never_from_the_acceptance_time() -> None:
    http = FakeHttp({f"{DATA}/submissions/CIK0000000101.json": samples.submissions(101, "Ostrava Pharma AG", [
        row(1, "8-K", items="2.05,9.01", reportDate="2025-12-08"),
        row(2, "ABS-15G", items="1.01"),
        row(3, "6-K", day="2024-01-05"),
    ])})  # fmt: skip
    ctx = FakeContext(http, ciks=[101])
    ctx.run(companies())
    document = ctx.stored[acc(1)]

    assert set(ctx.stored) == {acc(1)}  # not the other form, not what is older than the look-back
    assert document.published_at == datetime(2025, 12, 10, tzinfo=UTC)
    assert document.meta["items"] == ["2.05", "9.01"]
    assert document.meta["period"] == "2025-12-08"
    assert http.count("older.json") == 0


def test_a_filing_stored_before_its_company_was_watched_gets_its_body_then() -> None:
    accession, body = one_report(1)
    http = FakeHttp({FEED: served([entry(accession, "8-K", "Nullwood Works Inc", 1800001)])})
    ctx = FakeContext(http)
    ctx.run(connector())
    first = ctx.stored[accession].meta["body"]
    http.answers[flat(1800001, accession)] = body
    http.answers[f"{DATA}/submissions/CIK0001800001.json"] = samples.submissions(
        1800001, "Nullwood Works Inc", [row(1, "8-K", items="8.01", day="2025-12-12")]
    )
    ctx.ciks = frozenset([1800001])
    ctx.run(companies())
    again = ctx.run(companies())

    assert first == "none"
    assert ctx.stored[accession].meta["body"] == "read"
    assert not any(p.documents for p in again)


def test_an_unknown_company_and_a_broken_list_hold_nothing_up() -> None:
    http = FakeHttp({
        f"{DATA}/submissions/CIK0000000101.json": Gone("404"),
        f"{DATA}/submissions/CIK0000000102.json": b'{"cik": "102", "name": "Torn Inc", "filings": {"recent": {"acc',
        f"{DATA}/submissions/CIK0000000103.json": samples.submissions(103, "Fine Inc", [row(3)]),
    })  # fmt: skip
    ctx = FakeContext(http, ciks=[101, 102, 103])
    pages = [p for _ in range(3) for p in ctx.run(companies())]

    assert list(ctx.stored) == [acc(3)]
    assert [q.key for p in pages for q in p.quarantined] == ["submissions of CIK 102"]


@pytest.mark.parametrize(
    "page",
    [b"<!DOCTYPE html><html><title>File Unavailable</title></html>", b"\n <HTML><body>maintenance</body></HTML>",
     b"<?xml version='1.0'?><Error><Code>InternalError</Code></Error>"],
)  # fmt: skip
def test_an_error_page_instead_of_a_filing_list_is_asked_for_again(page: bytes) -> None:
    """The page says nothing about the company: it is an outage like any other, and no payload to set aside."""
    url = f"{DATA}/submissions/CIK0000000102.json"
    http = FakeHttp({url: page})
    ctx = FakeContext(http, ciks=[102])
    with pytest.raises(SourceError, match="error page"):
        ctx.run(companies())
    http.answers[url] = samples.submissions(102, "Torn Inc", [row(3)])
    pages = ctx.run(companies())

    assert not [q for p in pages for q in p.quarantined]
    assert list(ctx.stored) == [acc(3)]


def test_annual_reports_are_taken_of_watched_companies_only() -> None:
    text = (
        "<p>Item 7. Management's Discussion</p><p>Our recurring losses raise substantial doubt about our ability to continue"
        " as a going concern.</p>"
    )
    http = FakeHttp({
        FEED: served([entry(acc(1), "10-K", "Ostrava Pharma Inc", 101), entry(acc(2), "10-K", "Other Pharma Inc", 102)]),
        archive(101, acc(1)): samples.submission(acc(1), "10-K", [("10-K", text)]),
    })  # fmt: skip
    ctx = FakeContext(http, ciks=[101])
    ctx.run(connector())

    assert list(ctx.stored) == [acc(1)]
    assert ctx.stored[acc(1)].meta["facts"] == {"going_concern": True, "section": "liquidity"}


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="http"):
        EdgarConfig(base_www="ftp://www.sec.gov")
    with pytest.raises(ValueError, match="no form"):
        EdgarConfig(forms=())
    with pytest.raises(ValueError):
        EdgarConfig(fornms=("8-K",))

    assert EdgarConfig(base_www="http://127.0.0.1:8080/").base_www == "http://127.0.0.1:8080"
