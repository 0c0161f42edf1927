"""Entries to events: stable ids over rewrites, corrections, identifiers that belong to the right company."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._feeds_events import lead_in
from signalwatch.model import Detection, Document, Event, Organisation, ProgramRef, Span
from tests.feeds.fakes import FakeDetector, detection, feed

WHEN = datetime(2026, 10, 5, 8, tzinfo=UTC)


def document(title: str = "Tarvex raises money", text: str = "", **meta: Any) -> Document:
    return Document(
        connector="feeds", key="k", version="v", title=title, text=text, url="https://x.example/1", published_at=WHEN,
        meta={"kind": "news", "origin": "press", **meta},
    )  # fmt: skip


def events(
    now: Document, found: Sequence[Detection], previous: Document | None = None, before: Sequence[Detection] = ()
) -> list[Event]:
    """Events of ``now`` when detection finds ``found`` there and ``before`` in the previous version."""
    by_text = {(now.title, now.text): found}
    if previous:
        by_text[previous.title, previous.text] = before

    def detect(title: str, text: str) -> Sequence[Detection]:
        return next(d for (t, s), d in by_text.items() if t.endswith(title) and s == text)

    return list(feed().events(now, previous, FakeDetector(detect)))


def test_an_event_carries_what_the_document_knows() -> None:
    (event,) = events(document(), [detection("funding_round", "Tarvex", amount=5, text="raises money", start=7)])

    assert (event.type, event.discriminator, event.origin) == ("funding_round", "", "press")
    assert (event.title, event.url, event.published_at) == ("Tarvex raises money", "https://x.example/1", WHEN)
    assert event.attributes == {"amount": 5}
    assert event.span.text == "raises money"


def test_nothing_found_is_no_event() -> None:
    assert events(document(), []) == []


def test_a_release_is_read_as_its_issuers() -> None:
    seen = FakeDetector(lambda title, text: [])
    feed().events(document(kind="release", issuer="Tarvex Bio", publisher="Some Wire"), None, seen)
    feed().events(document(publisher="Some Paper"), None, seen)

    assert [(c["kind"], c["publisher"]) for c in seen.calls] == [("release", "Tarvex Bio"), ("news", "Some Paper")]


def approval(asset: str, subject: str = "Tarvex", **attributes: Any) -> Detection:
    base = detection("regulatory_approval", subject, **attributes)
    return msgspec.structs.replace(base, program=ProgramRef(assets=(asset,)))


def test_several_events_of_one_type_are_told_apart_by_what_they_are_about() -> None:
    found = [approval("TRX-1"), approval("TRX-2")]

    assert [e.discriminator for e in events(document(), found)] == ["asset=trx-1", "asset=trx-2"]


@given(st.permutations([("TRX-1", "1"), ("TRX-1", "2"), ("TRX-2", "1"), ("TRX-3", "")]))
def test_discriminators_do_not_depend_on_the_order(order: list[tuple[str, str]]) -> None:
    found = [approval(asset, **({"phase": phase} if phase else {})) for asset, phase in order]

    assert sorted(e.discriminator for e in events(document(), found)) == [
        "asset=trx-1;phase=1", "asset=trx-1;phase=2", "asset=trx-2;phase=1", "asset=trx-3",
    ]  # fmt: skip


def test_two_companies_with_one_event_each() -> None:
    found = [detection("trial_setback", "Tarvex"), detection("trial_setback", "Perq Therapeutics")]

    assert {e.discriminator for e in events(document(), found)} == {"subject=tarvex", "subject=perq therapeutics"}


def test_one_event_told_twice_is_one() -> None:
    found = [
        detection("layoffs_restructuring", "Tarvex"),
        msgspec.structs.replace(detection("layoffs_restructuring", "Tarvex"), confidence=0.5),
    ]

    (event,) = events(document(), found)

    assert (event.discriminator, event.confidence) == ("", 1.0)


def test_a_reworded_title_keeps_the_event() -> None:
    before = [detection("funding_round", "Tarvex", amount=40, series="B")]
    (event,) = events(document("Tarvex bags 40 in series B"), before, document("Tarvex raises 40 in series B"), before)

    assert (event.discriminator, event.correction, event.changes) == ("", False, ())


def test_a_changed_amount_is_a_correction_with_before_and_after() -> None:
    (event,) = events(
        document("Tarvex raises 45"),
        [detection("funding_round", "Tarvex", amount=45)],
        document("Tarvex raises 40"),
        [detection("funding_round", "Tarvex", amount=40)],
    )

    assert event.correction
    assert [(c.field, c.before, c.after) for c in event.changes] == [("amount", 40, 45)]
    assert event.discriminator.startswith("@")


def test_an_added_fact_is_told_but_corrects_nothing() -> None:
    (event,) = events(
        document("Tarvex raises 40 in series B"),
        [detection("funding_round", "Tarvex Bio", amount=40, series="B")],
        document("Tarvex raises 40"),
        [detection("funding_round", "Tarvex Bio, Inc.", amount=40)],
    )

    assert not event.correction
    assert [c.field for c in event.changes] == ["series"]


def test_another_company_is_a_correction() -> None:
    (event,) = events(
        document("Perq raises 40"),
        [detection("funding_round", "Perq", amount=40)],
        document("Tarvex raises 40"),
        [detection("funding_round", "Tarvex", amount=40)],
    )

    assert event.correction
    assert event.changes[0].field == "subject"


def test_a_fact_taken_back_by_a_correction_comes_back_as_one() -> None:
    (event,) = events(
        document("CORRECTION: Tarvex did not win approval"),
        [],
        document("Tarvex wins approval"),
        [detection("regulatory_approval", "Tarvex")],
    )

    assert event.correction
    assert event.discriminator == ":taken-back"
    assert event.changes[0].before == "Tarvex wins approval"


def test_a_fact_that_only_vanished_from_a_shorter_summary_is_not_taken_back() -> None:
    assert (
        events(document("Tarvex news"), [], document("Tarvex news", "long"), [detection("grant_award", "Tarvex")]) == []
    )


@pytest.mark.parametrize(
    ("title", "release", "rest", "correction"),
    [
        ("CORRECTION: Tarvex raises", True, "Tarvex raises", True),
        ("Correction -- Tarvex raises", True, "Tarvex raises", True),
        ("/C O R R E C T I O N -- Tarvex/", True, "Tarvex/", True),
        ("CORRECTING and REPLACING Tarvex raises", True, "Tarvex raises", True),
        ("UPDATE - Tarvex raises", True, "Tarvex raises", True),
        ("UPDATED: Tarvex raises", False, "Tarvex raises", False),
        ("Retraction: Tarvex raises", False, "Tarvex raises", True),
        ("Tarvex raises (corrected)", False, "Tarvex raises (corrected)", True),
        ("STAT+: Tarvex raises", False, "Tarvex raises", False),
        ("Update-ready assays from Tarvex", True, "Update-ready assays from Tarvex", False),
        ("Correction in vision: Tarvex raises", True, "Correction in vision: Tarvex raises", False),
        ("Tarvex provides update: trial starts", True, "Tarvex provides update: trial starts", False),
    ],
)
def test_marks_before_a_headline(title: str, release: bool, rest: str, correction: bool) -> None:
    offset, takes_back = lead_in(title, release=release)

    assert (title[offset:], takes_back) == (rest, correction)


def test_the_span_counts_in_the_whole_title() -> None:
    title = "CORRECTION: Tarvex raises money"
    (event,) = events(document(title), [detection("funding_round", "Tarvex", text="raises", start=7)])

    assert event.correction
    assert title[event.span.start : event.span.end] == "raises"


# --- identifiers ----------------------------------------------------------------------------------------------------


def organisations(found: Detection, **meta: Any) -> tuple[Organisation, ...]:
    title = meta.pop("title", "Tarvex raises money")
    return events(document(title, kind="release", **meta), [found])[0].organisations


def test_the_tickers_go_to_the_issuer() -> None:
    (tarvex,) = organisations(detection("ipo", "Tarvex"), issuer="Tarvex Bio, Inc.", tickers=[["NASDAQ", "TRVX"]])

    assert (tarvex.exchange, tarvex.ticker) == ("NASDAQ", "TRVX")


def test_a_company_listed_twice_keeps_its_first_listing() -> None:
    (tarvex,) = organisations(detection("ipo", "Tarvex"), issuer="Tarvex", tickers=[["NASDAQ", "TRVX"], ["TSX", "TRX"]])

    assert tarvex.ticker == "TRVX"


def test_tickers_of_several_companies_are_not_guessed() -> None:
    (tarvex,) = organisations(
        detection("ipo", "Tarvex"), issuer="Tarvex", tickers=[["NASDAQ", "TRVX"], ["NASDAQ", "PERQ"]]
    )

    assert tarvex.ticker == ""


def test_another_company_does_not_get_the_issuers_ticker() -> None:
    (perq,) = organisations(detection("ipo", "Perq"), issuer="Tarvex", tickers=[["NASDAQ", "TRVX"]])

    assert perq.ticker == ""


def test_a_ticker_set_behind_a_name_belongs_to_it_whatever_its_role() -> None:
    found = Detection(
        type="partnership",
        organisations=(Organisation(name="Tarvex"), Organisation(name="Perq", role="counterparty")),
        span=Span(),
    )
    tarvex, perq = organisations(
        found, title="Tarvex and Perq (NYSE: PRQ) join", issuer="", tickers=[["NASDAQ", "TRVX"], ["NYSE", "PRQ"]]
    )

    assert (tarvex.ticker, perq.ticker) == ("", "PRQ")


def test_a_release_that_names_only_a_product_is_its_issuers() -> None:
    assert organisations(detection("product_launch"), issuer="Tarvex Bio")[0].name == "Tarvex Bio"


def test_news_that_names_only_a_product_stays_without_subject() -> None:
    (event,) = events(document(issuer="Tarvex Bio"), [detection("product_launch")])

    assert event.organisations == ()
