"""What each form becomes: types, attributes, roles, quotes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from connectors._edgar_bodies import Route, read_body
from connectors._edgar_filing import Body, Filing, Party, to_document
from connectors.edgar import Edgar, EdgarConfig
from signalwatch.sdk import Detection, Document, Event, Organisation
from tests.edgar import samples
from tests.edgar.fakes import WWW, FakeDetector, quoted

ACC = "0001800001-25-000042"
COMPANY = Party(cik=1800001, name="BRAMBLEWICK BIOSCIENCES, INC. /DE/", role="filer")
EDGAR = Edgar(EdgarConfig())


def filing(form: str, *parties: Party, **more: Any) -> Filing:
    base: dict[str, Any] = {
        "filed": date(2025, 12, 12), "accepted": datetime(2025, 12, 12, 23, 1, 55, tzinfo=UTC), "layer": "current",
    }  # fmt: skip
    return Filing(accession=ACC, form=form, parties=parties or (COMPANY,), **{**base, **more})


def stored(form: str, data: bytes, *parties: Party, shape: str = "submission", **more: Any) -> Document:
    told, body = read_body(filing(form, *parties, **more), data, Route(shape, f"{WWW}/x"))
    return to_document(told, body, "watched", WWW)


def report(
    sections: Sequence[tuple[str, str, str]], *releases: tuple[str, str], form: str = "8-K", **more: Any
) -> Document:
    documents = [(form, samples.report(*sections))] + [("EX-99.1", samples.release(*r)) for r in releases]
    items = [t for _, t, _ in sections]
    return stored(form, samples.submission(ACC, form, documents, items=items), **more)


def events(document: Document, detect: FakeDetector | None = None, previous: Document | None = None) -> Sequence[Event]:
    found = EDGAR.events(document, previous, detect or FakeDetector())
    for event in found:
        assert quoted(document, event), (event.span, event.type)
        assert event.origin == "filing"
        assert event.attributes["form"] == document.meta["form"]
    assert len({(e.type, e.discriminator) for e in found}) == len(found)
    return found


def roles(event: Event) -> list[tuple[str, str, int | None]]:
    return [(o.name, o.role, o.cik) for o in event.organisations]


# --- Form D ------------------------------------------------------------------------------------------------------------

ISSUER = Party(cik=1900001, name="Quillfern Therapeutics, Inc.", role="filer")


def form_d(form: str = "D", **more: Any) -> Document:
    return stored(form, samples.form_d(form=form, **more), ISSUER, shape="xml")


def test_a_new_form_d_is_a_round_with_what_was_sold() -> None:
    (event,) = events(form_d())

    assert event.type == "funding_round"
    assert roles(event) == [("Quillfern Therapeutics, Inc.", "subject", 1900001)]
    assert event.attributes["amount"] == 42_000_000
    assert event.attributes["basis"] == "sold"
    assert event.attributes["currency"] == "USD"
    assert event.attributes["series"] == "unspecified"
    assert event.attributes["exemption"] == ["06b"]
    assert event.attributes["first_sale"] == "2025-12-01"
    assert event.occurred_at == datetime(2025, 12, 1, tzinfo=UTC)
    assert event.span.field == "offeringData/offeringSalesAmounts/totalAmountSold"
    assert event.span.text == "42000000"


@pytest.mark.parametrize(
    ("more", "title"),
    [
        ({"sold": "12000000", "offered": "20000000"},
         "Quillfern Therapeutics, Inc. files notice of an exempt offering (Form D): USD 12M of 20M sold"),
        ({"sold": "1250000000", "offered": "Indefinite"},
         "Quillfern Therapeutics, Inc. files notice of an exempt offering (Form D): USD 1.25B sold"),
        ({"sold": "0", "offered": "640000", "sale": ""},
         "Quillfern Therapeutics, Inc. files notice of an exempt offering (Form D): USD 640,000 offered, nothing sold yet"),
        ({"sold": "0", "offered": "Indefinite", "sale": ""},
         "Quillfern Therapeutics, Inc. files notice of an exempt offering (Form D)"),
    ],
)  # fmt: skip
def test_a_form_d_is_told_in_plain_words(more: dict[str, Any], title: str) -> None:
    (event,) = events(form_d(**more))

    assert event.title == title


def test_an_amended_form_d_tells_what_came_in_addition() -> None:
    (more,) = events(amended("52000000", 42_000_000))
    (less,) = events(amended("30000000", 42_000_000))
    (unknown,) = events(amended("52000000", None))
    head = "Quillfern Therapeutics, Inc. amends its notice of an exempt offering (Form D/A): "

    assert more.title == head + "USD 10M more sold, 52M of 60M in total"
    assert less.title == head + "USD 12M less sold than stated before, 30M of 60M in total"
    assert unknown.title == head + "USD 52M of 60M sold"


def test_an_offering_that_has_not_begun_names_what_is_offered() -> None:
    (event,) = events(form_d(sold="0", sale=""))

    assert (event.attributes["amount"], event.attributes["basis"]) == (60_000_000, "offered")
    assert event.confidence < 1


def test_an_indefinite_amount_is_no_amount() -> None:
    (event,) = events(form_d(sold="0", offered="Indefinite"))

    assert "amount" not in event.attributes


def test_an_old_first_sale_does_not_date_a_new_filing() -> None:
    (event,) = events(form_d(sale="2019-03-01"))

    assert event.occurred_at == datetime(2025, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize("more", [{"fund": True}, {"industry": "Pooled Investment Fund"}])
def test_a_pooled_fund_says_nothing(more: dict[str, Any]) -> None:
    assert events(form_d(**more)) == ()


def test_shares_given_in_a_business_combination_are_no_round() -> None:
    (event,) = events(form_d(combination=True))

    assert (event.type, event.attributes["kind"]) == ("filing", "business_combination")


def amended(sold: str, before: int | None) -> Document:
    document = form_d("D/A", sold=sold, previous="0001900001-24-000001")
    told = Body(
        state="read", payload=document.payload, content_type="application/xml",
        facts={"previous": {"accession": "0001900001-24-000001", "sold": before}} if before is not None else {},
    )  # fmt: skip
    return to_document(filing("D/A", ISSUER), told, "industry", WWW)


def test_an_amendment_tells_only_what_was_sold_in_addition() -> None:
    (event,) = events(amended("52000000", 42_000_000))

    assert event.type == "funding_round"
    assert event.attributes["amendment"] is True
    assert event.attributes["increment"] == event.attributes["amount"] == 10_000_000
    assert event.attributes["sold"] == 52_000_000
    assert event.attributes["amends"] == "0001900001-24-000001"
    assert not event.correction


def test_an_amendment_without_new_money_says_nothing() -> None:
    assert events(amended("42000000", 42_000_000)) == ()


def test_an_amendment_that_takes_money_back_is_a_correction() -> None:
    (event,) = events(amended("30000000", 42_000_000))

    assert event.correction
    assert event.attributes["increment"] == -12_000_000


def test_an_amendment_whose_original_is_unknown_is_no_new_round() -> None:
    (event,) = events(amended("52000000", None))

    assert (event.type, event.attributes["kind"]) == ("filing", "offering_amended")


def test_the_original_may_also_come_as_the_previous_document() -> None:
    original = form_d(sold="42000000")
    (event,) = events(amended("52000000", None), previous=original.__class__(
        connector="edgar", key="0001900001-24-000001", version="1", payload=original.payload, content_type="application/xml"
    ))  # fmt: skip

    assert event.attributes["increment"] == 10_000_000


def test_a_form_d_without_its_body_is_a_round_without_amount() -> None:
    document = to_document(filing("D", ISSUER), Body(state="gone"), "watched", WWW)
    (event,) = events(document)

    assert event.type == "funding_round"
    assert "amount" not in event.attributes
    assert event.confidence < 1


# --- 8-K --------------------------------------------------------------------------------------------------------------------

OTHER = ("8.01", "Other Events.", "On December 11, 2025, Bramblewick issued a press release, attached as Exhibit 99.1.")


def test_the_headline_of_the_release_is_what_happened() -> None:
    document = report(
        [OTHER], ("Bramblewick wins clearance for BW-11", "the agency cleared it. More words follow here.")
    )
    detect = FakeDetector({"wins clearance": "ind_clearance"})
    (event,) = events(document, detect)

    assert event.type == "ind_clearance"
    assert roles(event) == [("BRAMBLEWICK BIOSCIENCES, INC.", "subject", 1800001)]
    assert event.title == "Bramblewick wins clearance for BW-11"
    assert event.occurred_at == datetime(2025, 12, 11, tzinfo=UTC)
    assert event.published_at == datetime(2025, 12, 12, 23, 1, 55, tzinfo=UTC)
    assert detect.seen[0][2] == "BRAMBLEWICK BIOSCIENCES, INC."


def test_boilerplate_is_never_shown_to_the_detector() -> None:
    document = report([OTHER], ("Bramblewick opens new site", "it opened a site in Salem. It will hire people there."))
    detect = FakeDetector({"orphan drug designation": "regulatory_designation"})
    events(document, detect)

    assert "orphan drug" in document.text
    assert not any("orphan drug" in text for _, text, _ in detect.seen)


def test_the_first_sentences_speak_when_the_headline_does_not() -> None:
    document = report([OTHER], ("Bramblewick gives an update on BW-11", "the first patient was dosed on Tuesday. Yes."))
    (event,) = events(document, FakeDetector({"first patient was dosed": "trial_start"}))

    assert event.type == "trial_start"
    assert event.span.text == "first patient was dosed"


def test_of_an_earnings_release_only_the_headline_is_read() -> None:
    results = ("2.02", "Results of Operations and Financial Condition.", "The results are in the exhibit.")
    document = report(
        [results],
        ("Bramblewick Reports Third Quarter Financial Results", "last spring the first patient was dosed. Yes."),
    )
    detect = FakeDetector({"first patient was dosed": "trial_start"})

    assert events(document, detect) == ()
    assert [text for title, text, _ in detect.seen if title] == [""]


def test_a_slide_deck_says_nothing() -> None:
    document = report(
        [("7.01", "Regulation FD Disclosure.", "A slide deck is furnished.")],
    )
    slides = samples.submission(ACC, "8-K", [
        ("8-K", samples.report(("7.01", "Regulation FD Disclosure.", "A slide deck is furnished."))),
        ("EX-99.1", "<p>Corporate overview</p><p>Pipeline: first patient was dosed in 2022</p>"),
    ], items=["Regulation FD Disclosure"])  # fmt: skip
    detect = FakeDetector({"first patient was dosed": "trial_start"})

    assert events(document) == ()
    assert events(stored("8-K", slides), detect) == ()


def test_the_text_of_an_item_is_read_where_it_announces() -> None:
    text = "On December 11, 2025, Bramblewick announced that the agency placed a hold on its study. In 2019 it raised money."
    document = report([("8.01", "Other Events.", text)])
    (event,) = events(document, FakeDetector({"placed a hold": "trial_setback", "raised money": "funding_round"}))

    assert event.type == "trial_setback"


def test_something_happened_but_not_what_is_a_filing() -> None:
    document = report([("8.01", "Other Events.", "As of December 1, 2025, there were 59,083,777 shares outstanding.")])
    (event,) = events(document)

    assert event.type == "filing"
    assert event.attributes["item"] == "8.01"
    assert event.span.text.startswith("As of December 1")


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("2.02", "Results of Operations and Financial Condition"), ("5.07", "Submission of Matters to a Vote of Security Holders"),
        ("5.03", "Amendments to Articles of Incorporation or Bylaws; Change in Fiscal Year"),
        ("9.01", "Financial Statements and Exhibits"), ("4.01", "Changes in Registrant's Certifying Accountant"),
        ("6.99", "Something New"),
    ],
)  # fmt: skip
def test_items_that_say_nothing_by_themselves(code: str, title: str) -> None:
    assert events(report([(code, title, "Some words that are neither news nor a warning.")])) == ()


def test_a_restructuring_is_one_by_its_number_and_its_share_by_the_text() -> None:
    text = "On December 10, 2025, the Board approved a plan to reduce the Company's workforce by approximately 35%."
    (event,) = events(report([("2.05", "Costs Associated with Exit or Disposal Activities.", text)]))

    assert event.type == "layoffs_restructuring"
    assert event.attributes["percent"] == 35.0


def test_numbers_speak_before_and_without_the_body() -> None:
    bare = filing("8-K", COMPANY, items=("2.05", "3.01", "9.01"))
    waiting = events(to_document(bare, Body(state="pending"), "watched", WWW))
    gone = events(to_document(bare, Body(state="gone"), "watched", WWW))

    assert [e.type for e in waiting] == ["layoffs_restructuring"]
    assert [(e.type, e.attributes.get("item")) for e in gone] == [("layoffs_restructuring", None), ("filing", "3.01")]
    assert waiting[0].span.text == "2.05"


def test_a_bankruptcy_names_its_chapter() -> None:
    text = "On December 9, 2025, the Company filed a voluntary petition under chapter 11 of the Bankruptcy Code."
    (event,) = events(report([("1.03", "Bankruptcy or Receivership.", text)]))

    assert (event.type, event.attributes["kind"]) == ("bankruptcy_distress", "chapter_11")


MATERIAL = ("1.01", "Entry into a Material Definitive Agreement.")


@pytest.mark.parametrize(
    ("text", "type", "expected", "second"),
    [
        (
            "On December 9, 2025, Bramblewick Biosciences, Inc. (the \u201cCompany\u201d) entered into an Exclusive License Agreement"
            " (the \u201cLicense Agreement\u201d) with Ostrava Pharma AG, under which it granted rights to BW-11. The Company will receive"
            " an upfront payment of $25 million and is eligible for up to $310 million in milestone payments.",
            "licensing_deal", {"upfront": 25_000_000, "total": 310_000_000, "currency": "USD"},
            ("Ostrava Pharma AG", "counterparty"),
        ),
        (
            "On December 9, 2025, the Company entered into a Collaboration Agreement with the University of Lakemont to study BW-11.",
            "partnership", {}, ("University of Lakemont", "counterparty"),
        ),
        (
            "On December 9, 2025, the Company entered into a Loan and Security Agreement with Nullwood Bank, N.A., providing for"
            " a term loan of up to $50.0 million.",
            "funding_round", {"series": "venture_debt", "amount": 50_000_000}, ("Nullwood Bank, N.A.", "investor"),
        ),
        (
            "On December 9, 2025, the Company entered into a Securities Purchase Agreement with certain purchasers to issue and"
            " sell 4,000,000 shares of its common stock in a private placement, for gross proceeds of approximately $30 million.",
            "public_offering", {"status": "priced", "amount": 30_000_000}, None,
        ),
        (
            "On December 9, 2025, the Company entered into an Agreement and Plan of Merger with Ostrava Pharma AG and Finch Merger"
            " Sub, Inc. At the effective time, Merger Sub will merge with and into the Company, for approximately $1.2 billion.",
            "merger_acquisition", {"status": "announced", "amount": 1_200_000_000}, ("BRAMBLEWICK BIOSCIENCES, INC.", "counterparty"),
        ),
        (
            "On December 9, 2025, the Company entered into an Asset Purchase Agreement with Tallow Devices Ltd to acquire"
            " substantially all of the assets of its valve business for a purchase price of $12 million.",
            "merger_acquisition", {"status": "announced", "amount": 12_000_000}, ("Tallow Devices Ltd", "counterparty"),
        ),
    ],
)  # fmt: skip
def test_the_kind_of_agreement_decides(
    text: str, type: str, expected: dict[str, Any], second: tuple[str, str] | None
) -> None:
    (event,) = events(report([(*MATERIAL, text)]))

    assert event.type == type
    assert {k: event.attributes.get(k) for k in expected} == expected
    if second is not None:
        assert (event.organisations[1].name, event.organisations[1].role) == second


def test_the_bidder_is_the_subject_of_a_merger_the_target_files() -> None:
    text = (
        "On December 9, 2025, Bramblewick Biosciences, Inc. entered into an Agreement and Plan of Merger with Ostrava Pharma AG"
        " and Finch Merger Sub, Inc. Merger Sub will merge with and into Bramblewick, which survives."
    )
    (event,) = events(report([(*MATERIAL, text)]))

    assert roles(event) == [
        ("Ostrava Pharma AG", "subject", None),
        ("BRAMBLEWICK BIOSCIENCES, INC.", "counterparty", 1800001),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "On December 9, 2025, the Company entered into Amendment No. 2 to the Rights Agreement with Nullwood Trust Company.",
        "On December 9, 2025, the Company entered into an employment agreement with its chief financial officer.",
        "On December 9, 2025, the Company entered into a lease agreement with Salem Realty LLC for its office.",
        "On December 9, 2025, the Company entered into the Third Amendment to the Loan and Security Agreement with Nullwood Bank.",
    ],
)
def test_agreements_that_are_no_deal_stay_filings(text: str) -> None:
    (event,) = events(report([(*MATERIAL, text)]))

    assert (event.type, event.attributes["item"]) == ("filing", "1.01")


@pytest.mark.parametrize(
    ("text", "direction", "role", "person"),
    [
        ("On December 9, 2025, the Board of Directors appointed Tilda Marrowby, M.D. as the Company\u2019s Chief Medical Officer.",
         "joins", "Chief Medical Officer", "Tilda Marrowby"),
        ("On December 9, 2025, Orrin Flake notified Bramblewick Biosciences, Inc. (the \u201cCompany\u201d) of his decision to resign as"
         " Chief Financial Officer of the Company, effective January 5, 2026.", "leaves", "Chief Financial Officer", "Orrin Flake"),
        ("On December 9, 2025, Orrin Flake stepped down as Chief Executive Officer. On the same day the Board appointed"
         " Tilda Marrowby as Chief Executive Officer.", "both", "Chief Executive Officer", "Orrin Flake"),
        ("On December 9, 2025, Orrin Flake notified Bramblewick Biosciences, Inc. of the decision to resign from the position of Chief"
         " Scientific Officer.", "leaves", "Chief Scientific Officer", "Orrin Flake"),
        ("On December 9, 2025, the Board elected Tilda Marrowby as a Class II director.", "joins", "board director", "Tilda Marrowby"),
    ],
)  # fmt: skip
def test_arrivals_and_departures(text: str, direction: str, role: str, person: str) -> None:
    (event,) = events(report([("5.02", "Departure of Directors or Certain Officers.", text)]))

    assert event.type == "leadership_change"
    assert (event.attributes["direction"], event.attributes["role"], event.attributes["person"]) == (
        direction,
        role,
        person,
    )


@pytest.mark.parametrize(
    "text",
    [
        "(e) On December 9, 2025, the Compensation Committee approved bonuses for the named executive officers.",
        "On December 9, 2025, the stockholders approved the 2025 Incentive Plan at the annual meeting.",
        "On December 9, 2025, the Company amended its employment agreement with Orrin Flake, its Chief Executive Officer.",
    ],
)
def test_pay_is_no_change_of_leadership(text: str) -> None:
    assert events(report([("5.02", "Departure of Directors or Certain Officers.", text)])) == ()


def test_a_deficiency_notice_is_a_filing_a_delisting_decision_is_distress() -> None:
    title = "Notice of Delisting or Failure to Satisfy a Continued Listing Rule or Standard; Transfer of Listing"
    notice = events(
        report(
            [("3.01", title, "On December 9, 2025, Nasdaq notified the Company that its bid price was below $1.00.")]
        )
    )
    decision = events(
        report(
            [
                (
                    "3.01",
                    title,
                    "On December 9, 2025, Nasdaq notified the Company of its determination to delist the stock.",
                )
            ]
        )
    )
    regained = events(
        report([("3.01", title, "On December 9, 2025, Nasdaq confirmed that the Company has regained compliance.")])
    )

    assert [(e.type, e.attributes["kind"]) for e in notice] == [("filing", "listing_notice")]
    assert [(e.type, e.attributes["kind"]) for e in decision] == [("bankruptcy_distress", "delisting")]
    assert regained == ()


def test_a_completed_purchase() -> None:
    text = (
        "On December 9, 2025, the Company completed its acquisition of Tallow Devices Ltd pursuant to the Share Purchase Agreement,"
        " acquiring all of the outstanding shares for an aggregate purchase price of $80 million."
    )
    (event,) = events(report([("2.01", "Completion of Acquisition or Disposition of Assets.", text)]))

    assert event.type == "merger_acquisition"
    assert event.attributes["status"] == "completed"
    assert roles(event)[0][:2] == ("BRAMBLEWICK BIOSCIENCES, INC.", "subject")


def test_two_tellings_in_one_report_are_one_event() -> None:
    text = (
        "On December 9, 2025, the Company entered into an underwriting agreement with Nullwood Securities LLC to issue and sell"
        " 4,000,000 shares of its common stock, for gross proceeds of $30 million."
    )
    document = report([(*MATERIAL, text)], ("Bramblewick prices public offering", "it priced it. That is all."))
    (event,) = events(document, FakeDetector({"prices public offering": "public_offering"}, status="proposed"))

    assert event.attributes["status"] == "priced"
    assert event.attributes["amount"] == 30_000_000
    assert event.span.text == "prices public offering"


def test_the_agreement_decides_between_borrowed_money_and_sold_shares() -> None:
    text = "On December 9, 2025, the Company entered into a Loan Agreement with Nullwood Bank, N.A. for a term loan of up to $50 million."
    document = report(
        [(*MATERIAL, text)], ("Bramblewick secures offering of growth capital", "it borrowed it. That is all.")
    )
    found = events(document, FakeDetector({"offering": "public_offering"}))

    assert [e.type for e in found] == ["funding_round"]


def test_notes_that_do_not_convert_are_debt() -> None:
    text = (
        "On December 9, 2025, the Company entered into an underwriting agreement with Nullwood Securities LLC to sell $300 million"
        " aggregate principal amount of its 5% {} Notes due 2030."
    )
    (senior,) = events(report([(*MATERIAL, text.format("Senior"))]))
    (convertible,) = events(report([(*MATERIAL, text.format("Convertible Senior"))]))

    assert (senior.type, senior.attributes["series"], senior.attributes["amount"]) == (
        "funding_round",
        "venture_debt",
        300_000_000,
    )
    assert (convertible.type, convertible.attributes["amount"]) == ("public_offering", 300_000_000)


def test_the_body_of_a_release_under_a_narrow_item_tells_nothing_else() -> None:
    item = (
        "5.02",
        "Departure of Directors or Certain Officers.",
        "On December 9, 2025, Orrin Flake resigned as Chief Financial Officer.",
    )
    document = report(
        [item], ("Bramblewick reports a change", "it thanks Mr. Flake, who saw BW-11 granted orphan status. Yes.")
    )
    found = events(document, FakeDetector({"granted orphan": "regulatory_designation"}))

    assert [e.type for e in found] == ["leadership_change"]


def test_a_spin_off_is_no_purchase() -> None:
    text = "On December 9, 2025, the Company completed the spin-off of Tallow Devices Inc to its stockholders."
    (event,) = events(report([("2.01", "Completion of Acquisition or Disposition of Assets.", text)]))

    assert (event.type, event.attributes["item"]) == ("filing", "2.01")


def test_items_that_do_not_apply_say_nothing() -> None:
    """Before 2004 every item stood in the report, also the ones that did not apply."""
    old = "<p>Item 3. Bankruptcy or Receivership</p><p>Not applicable.</p><p>Item 5. Other Events</p><p>A plant was opened.</p>"
    found = events(stored("8-K", samples.submission(ACC, "8-K", [("8-K", old)], items=["5"])))

    assert [(e.type, e.attributes["item"]) for e in found] == [("filing", "8.01")]


def test_one_heading_for_two_items_gives_both_their_text() -> None:
    sections = [
        ("2.05", "Costs Associated with Exit or Disposal Activities.", ""),
        ("8.01", "Other Events.", "On December 9, 2025, the Company announced that 120 employees will leave."),
    ]
    (event,) = events(report(sections))

    assert (event.type, event.attributes["count"]) == ("layoffs_restructuring", 120)


def test_an_amended_report_names_what_it_amends_and_corrects_when_it_says_so() -> None:
    text = "This amends the report filed on December 1, 2025 to correct the share: the workforce is reduced by 20%."
    (event,) = events(report([("2.05", "Costs Associated with Exit or Disposal Activities.", text)], form="8-K/A"))

    assert event.attributes["amendment"] is True
    assert event.attributes["amends"] == "8-K of December 1, 2025"
    assert event.correction


def test_an_amendment_that_only_adds_financial_statements_says_nothing() -> None:
    text = "This amendment is filed solely to provide the pro forma financial statements of the acquired business."
    sections = [("9.01", "Financial Statements and Exhibits.", text)]

    assert events(report(sections, form="8-K/A")) == ()


def test_companies_that_do_not_concern_us_say_nothing() -> None:
    told, body = read_body(
        filing("8-K"), samples.submission(ACC, "8-K", [("8-K", samples.report(OTHER))]), Route("submission", "")
    )

    assert EDGAR.events(to_document(told, body, "", WWW), None, FakeDetector()) == ()


# --- 6-K ---------------------------------------------------------------------------------------------------------------------


def test_a_foreign_report_speaks_through_its_releases_only() -> None:
    cover = (
        "<p>FORM 6-K</p><p>Indicate by check mark whether the registrant files annual reports under Form 20-F or Form 40-F</p>"
        "<p>Exhibit 99.1 Press release dated December 11, 2025</p><p>SIGNATURES</p><p>Orrin Flake</p>"
    )
    data = samples.submission(
        ACC,
        "6-K",
        [
            ("6-K", cover),
            ("EX-99.1", samples.release("Bramblewick names Tilda Marrowby CEO", "she starts in May. Yes.")),
        ],
    )
    detect = FakeDetector({" names ": "leadership_change"})
    (event,) = events(stored("6-K", data), detect)

    assert event.type == "leadership_change"
    assert len(detect.seen) == 1


# --- offerings -------------------------------------------------------------------------------------------------------------------


def cover(form: str, text: str, **more: Any) -> Sequence[Event]:
    return events(stored(form, samples.submission(ACC, form, [(form, text)]), **more))


IPO = (
    "<p>Bramblewick Biosciences, Inc.</p><p>4,000,000 shares of common stock</p><p>This is an initial public offering of shares of our"
    " common stock.</p><table><tr><td></td><td>Per share</td><td>Total</td></tr><tr><td>Initial public offering price</td><td>$</td>"
    "<td>15.00</td><td>$</td><td>60,000,000</td></tr></table>"
)


def test_an_ipo_is_filed_priced_and_withdrawn() -> None:
    (filed,) = cover("S-1", IPO)
    (priced,) = cover("424B4", IPO)
    (taken_back,) = cover(
        "RW",
        "<p>We request withdrawal of the Registration Statement on Form S-1. We no longer pursue an initial public offering.</p>",
    )

    assert (filed.type, filed.attributes["status"]) == ("ipo", "filed")
    assert (priced.type, priced.attributes["status"], priced.attributes["amount"]) == ("ipo", "priced", 60_000_000)
    assert (taken_back.type, taken_back.attributes["status"], taken_back.correction) == ("ipo", "withdrawn", True)


def test_an_amended_registration_is_marked_as_one() -> None:
    (event,) = cover("S-1/A", IPO)

    assert event.attributes["amendment"] is True
    assert event.attributes["amends"] == "S-1"


@pytest.mark.parametrize(
    "text",
    [
        "<p>This prospectus relates to the resale of up to 4,000,000 shares by the selling stockholders named in it.</p>",
        "<p>We are a blank check company. This is an initial public offering of our units.</p>",
    ],
)
def test_resales_and_blank_checks_are_no_ipo(text: str) -> None:
    assert cover("S-1", text) == ()


def test_a_follow_on_and_an_at_the_market_programme() -> None:
    (follow_on,) = cover("424B5", "<p>We are offering 2,000,000 shares at an offering price of $10.00 per share.</p>")
    (atm,) = cover(
        "424B5", "<p>Up to $75,000,000 of common stock under a sales agreement, an at-the-market offering.</p>"
    )

    assert (follow_on.attributes["status"], follow_on.attributes["amount"]) == ("priced", 20_000_000)
    assert (atm.attributes["status"], atm.attributes["kind"], atm.attributes["amount"]) == (
        "proposed",
        "atm",
        75_000_000,
    )


def test_withdrawing_another_registration_is_a_filing() -> None:
    (event,) = cover("RW", "<p>We request withdrawal of the registration statement on Form S-3.</p>")

    assert (event.type, event.attributes["withdrawn"]) == ("filing", "S-3")


def test_an_effective_registration() -> None:
    xml = b"<?xml version='1.0'?><edgarSubmission><effectiveData><form>S-1</form></effectiveData></edgarSubmission>"
    shelf = xml.replace(b"S-1", b"S-3")
    (event,) = events(stored("EFFECT", xml, shape="xml"))

    assert (event.type, event.attributes["kind"], event.span.text) == ("filing", "registration_effective", "S-1")
    assert events(stored("EFFECT", shelf, shape="xml")) == ()


# --- holders and bids --------------------------------------------------------------------------------------------------------------

TARGET = Party(cik=1800001, name="BRAMBLEWICK BIOSCIENCES, INC.", role="subject")
BIDDER = Party(cik=55, name="OSTRAVA PHARMA AG", role="filed_by")
STAKE = b"""<?xml version="1.0"?><edgarSubmission xmlns="http://www.sec.gov/edgar/schedule13D"><headerData>
<submissionType>SCHEDULE 13D</submissionType></headerData><formData><coverPageHeader><dateOfEvent>12/05/2025</dateOfEvent>
<issuerInfo><issuerCIK>0001800001</issuerCIK><issuerName>Bramblewick Biosciences, Inc.</issuerName></issuerInfo></coverPageHeader>
<reportingPersons><reportingPersonInfo><reportingPersonName>Tallow Capital Partners LP</reportingPersonName>
<percentOfClass>8.5</percentOfClass><typeOfReportingPerson>PN</typeOfReportingPerson></reportingPersonInfo>
<reportingPersonInfo><reportingPersonName>Tilda Marrowby</reportingPersonName><percentOfClass>9.9</percentOfClass>
<typeOfReportingPerson>IN</typeOfReportingPerson></reportingPersonInfo></reportingPersons><items1To7><item4><transactionPurpose>
They sent a letter to the Board and ask for a sale of the Company.</transactionPurpose></item4></items1To7></formData></edgarSubmission>"""


def test_a_stake_is_about_its_subject() -> None:
    document = stored(
        "SCHEDULE 13D", STAKE, TARGET, Party(cik=77, name="Tallow Capital Partners LP", role="filed_by"), shape="xml"
    )
    (event,) = events(document)

    assert (event.type, event.attributes["kind"], event.attributes["percent"]) == ("filing", "stake", 9.9)
    assert event.attributes["activist"] is True
    assert [(o.name, o.role) for o in event.organisations] == [
        ("BRAMBLEWICK BIOSCIENCES, INC.", "subject"), ("Tallow Capital Partners LP", "investor"),
    ]  # fmt: skip
    assert event.occurred_at == datetime(2025, 12, 5, tzinfo=UTC)
    assert b"Marrowby" not in document.payload


def test_a_stake_cut_off_in_a_tag_gives_what_could_be_read() -> None:
    (event,) = events(stored("SCHEDULE 13D/A", STAKE[: STAKE.index(b"</item4>") + 5], TARGET, shape="xml"))

    assert event.attributes["percent"] == 9.9
    assert event.attributes["amendment"] is True


def test_the_bidder_of_a_tender_offer_is_the_subject() -> None:
    data = samples.submission(ACC, "SC TO-T", [("SC TO-T", "<p>Offer to purchase all shares.</p>")], parties=(
        samples.party_block("SUBJECT COMPANY", TARGET.name, 1800001) + samples.party_block("FILED BY", BIDDER.name, 55)
    ))  # fmt: skip
    (event,) = events(stored("SC TO-T", data, TARGET, BIDDER))

    assert roles(event) == [
        ("OSTRAVA PHARMA AG", "subject", 55),
        ("BRAMBLEWICK BIOSCIENCES, INC.", "counterparty", 1800001),
    ]
    assert event.attributes["status"] == "announced"


def test_an_amended_offer_speaks_when_it_is_over() -> None:
    def offer(text: str) -> Sequence[Event]:
        data = samples.submission(
            ACC,
            "SC TO-T/A",
            [("SC TO-T/A", text)],
            parties=samples.party_block("SUBJECT COMPANY", TARGET.name, 1800001),
        )
        return events(stored("SC TO-T/A", data, TARGET, BIDDER))

    assert offer("<p>The expiration date is extended.</p>") == ()
    assert [e.attributes["status"] for e in offer("<p>All shares validly tendered were accepted for payment.</p>")] == [
        "completed"
    ]


def test_a_target_alone_in_its_recommendation_is_the_subject() -> None:
    data = samples.submission(ACC, "SC 14D9", [("SC 14D9", "<p>The board recommends the offer.</p>")])
    (event,) = events(stored("SC 14D9", data, TARGET))

    assert roles(event) == [("BRAMBLEWICK BIOSCIENCES, INC.", "subject", 1800001)]


def test_a_merger_proxy_names_both_sides() -> None:
    text = (
        "<p>On December 1, 2025, Bramblewick Biosciences, Inc. entered into an Agreement and Plan of Merger with Ostrava Pharma AG."
        " Merger Sub will merge with and into Bramblewick.</p>"
    )
    (event,) = cover("DEFM14A", text)

    assert [(o.name, o.role) for o in event.organisations] == [
        ("Ostrava Pharma AG", "subject"), ("BRAMBLEWICK BIOSCIENCES, INC.", "counterparty"),
    ]  # fmt: skip


# --- forms whose entry says it all ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "kind"),
    [("NT 10-K", "late_filing"), ("NT 10-Q", "late_filing"), ("15-12G", "deregistration"), ("25", "delisting"),
     ("25-NSE", "delisting"), ("DRS", "draft_registration"), ("10-12B", "registration")],
)  # fmt: skip
def test_plain_forms_are_filings(form: str, kind: str) -> None:
    (event,) = events(to_document(filing(form), Body(), "watched", WWW))

    assert (event.type, event.attributes["kind"]) == ("filing", kind)


def test_a_going_concern_statement_in_the_right_section() -> None:
    doubt = "<p>Our recurring losses raise substantial doubt about our ability to continue as a going concern.</p>"
    filler = "<p>" + "We face many risks that we describe here at length. " * 30 + "</p>"
    risky = f"<p>Item 1A. Risk Factors</p>{filler}{doubt}{filler}<p>Item 2. Properties</p><p>We rent.</p>"
    stated = f"{risky}<p>Item 7. Management's Discussion</p>{doubt}"
    (event,) = cover("10-K", stated)

    assert (event.type, event.attributes["kind"]) == ("bankruptcy_distress", "going_concern")
    assert event.span.text.startswith("Our recurring losses raise")
    assert cover("10-K", risky) == ()


def test_a_form_we_do_not_read_says_nothing() -> None:
    assert events(to_document(filing("4"), Body(), "watched", WWW)) == ()


# --- titles, and what was wrong in recorded filings --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "items", "title"),
    [
        ("8-K", ("1.01", "9.01"), "BRAMBLEWICK BIOSCIENCES, INC. reports a material agreement (Form 8-K, items 1.01, 9.01)"),
        ("8-K/A", ("2.01",),
         "BRAMBLEWICK BIOSCIENCES, INC. amends its report of a completed acquisition or sale (Form 8-K/A, item 2.01)"),
        ("8-K", ("1.01", "2.03", "3.02", "5.02", "9.01"),
         "BRAMBLEWICK BIOSCIENCES, INC. reports a material agreement, a new financial obligation, an unregistered sale of shares and"
         " more (Form 8-K, items 1.01, 2.03, 3.02, 5.02, 9.01)"),
        ("6-K", (), "BRAMBLEWICK BIOSCIENCES, INC. furnishes a report of a foreign issuer (Form 6-K)"),
        ("S-1/A", (), "BRAMBLEWICK BIOSCIENCES, INC. amends its registration statement (Form S-1/A)"),
        ("SC TO-T", (), "BRAMBLEWICK BIOSCIENCES, INC.: a tender offer for its shares (Schedule TO-T)"),
        ("NT 10-K", (), "BRAMBLEWICK BIOSCIENCES, INC. is late with its annual report (Form NT 10-K)"),
        ("X-17A-5", (), "BRAMBLEWICK BIOSCIENCES, INC.: a filing (Form X-17A-5)"),
    ],
)  # fmt: skip
def test_filings_have_titles_in_plain_words(form: str, items: tuple[str, ...], title: str) -> None:
    assert to_document(filing(form, items=items), Body(), "watched", WWW).title == title


def test_every_form_we_read_has_a_title() -> None:
    from connectors._edgar_forms import KINDS

    titles = [to_document(filing(form), Body(), "watched", WWW).title for form in KINDS]

    assert not [t for t in titles if ": a filing" in t]


def test_events_of_forms_are_told_in_plain_words() -> None:
    priced = cover(
        "424B4", "<p>This is our initial public offering.</p><p>We are offering 5,000,000 shares of common stock at a"
        " price of $15.00 per share.</p>",
    )  # fmt: skip
    moved = events(report([("5.02", "Departure of Directors", "On December 9, 2025, Tilda Marrowby, the Company's Executive"
                            " Vice President and Chief Medical Officer, resigned from the Company.")]))  # fmt: skip
    doubt = "<p>Item 7. Management's Discussion</p><p>Our losses raise substantial doubt about our being a going concern.</p>"

    assert priced[0].title == "BRAMBLEWICK BIOSCIENCES, INC. prices its initial public offering: USD 75M (Form 424B4)"
    assert moved[0].title == "BRAMBLEWICK BIOSCIENCES, INC.: Tilda Marrowby leaves as Chief Medical Officer (Form 8-K)"
    assert cover("10-K", doubt)[0].title == (
        "BRAMBLEWICK BIOSCIENCES, INC. states substantial doubt about continuing as a going concern (Form 10-K)"
    )


def test_a_company_that_sells_itself_is_no_resale_though_its_base_prospectus_names_holders() -> None:
    (event,) = cover(
        "424B5", "<p>Prospectus supplement</p><p>We are offering 800,000 shares of our common stock to investors.</p><table>"
        "<tr><td>Per share</td><td>Total</td></tr><tr><td>Public offering price(1)</td></tr><tr><td>$ 5.25 $ 4,200,000.00</td></tr>"
        "</table><p>Prospectus</p><p>The selling stockholders named in this prospectus may sell shares from time to time.</p>",
    )  # fmt: skip

    assert (event.type, event.attributes["status"], event.attributes["amount"]) == (
        "public_offering",
        "priced",
        4_200_000,
    )


def test_warrants_without_a_market_make_no_first_offering() -> None:
    (event,) = cover(
        "424B5", "<p>We are offering 2,000,000 shares of common stock and warrants at an offering price of $2.50 per share."
        "</p><p>There is no established public trading market for our pre-funded warrants.</p>",
    )  # fmt: skip

    assert event.type == "public_offering"


@pytest.mark.parametrize(
    ("form", "text", "said"),
    [
        ("424B4", "<p>This is the initial public offering of our ordinary shares.</p><p>We are offering 5,000,000 ordinary shares."
         " Price to the public per share is \u20ac12.00.</p>", ("ipo", "priced", 60_000_000, "EUR")),
        ("424B5", "<p>$250,000,000</p><p>1.25% Convertible Senior Notes due 2031</p><p>We are offering $250,000,000 aggregate"
         " principal amount of our convertible senior notes.</p>", ("public_offering", "priced", 250_000_000, "USD")),
        ("424B5", "<p>Up to $75,000,000</p><p>We have entered into a Sales Agreement with Tallow Securities, acting as our sales"
         " agent.</p><p>The selling stockholders named in this prospectus may sell.</p>",
         ("public_offering", "proposed", 75_000_000, "USD")),
    ],
)  # fmt: skip
def test_currencies_convertibles_and_programmes(form: str, text: str, said: tuple[Any, ...]) -> None:
    (event,) = cover(form, text)

    assert (event.type, *(event.attributes[n] for n in ("status", "amount", "currency"))) == said


def test_plain_notes_are_no_offering_of_shares() -> None:
    assert cover("424B5", "<p>4.5% Senior Notes due 2031</p><p>We are offering $500,000,000 of notes.</p>") == ()


def test_a_sentence_is_not_cut_at_an_abbreviation() -> None:
    said = (
        "On December 9, 2025, Bramblewick Biosciences & Co. (the \u201cCompany\u201d) announced that Tilda Marrowby, M.D., will"
        " retire as President of the Company, to be followed by Mr. Flake."
    )
    (event,) = events(report([("5.02", "Departure of Directors", f"{said} Nothing else changes.")]))

    assert event.span.text == said


@pytest.mark.parametrize(
    "text",
    [
        "In the event that Ms. Marrowby\u2019s employment as Chief Medical Officer is terminated, she is paid for a year.",
        "Before the change, the Agreement had provided that Ms. Tilda Marrowby would leave as Chief Medical Officer in May.",
    ],
)
def test_what_an_agreement_provides_for_is_no_departure(text: str) -> None:
    assert events(report([("5.02", "Compensatory Arrangements of Certain Officers", text)])) == ()


def test_the_bought_company_is_named_in_full_and_no_bank_is() -> None:
    text = (
        "On December 9, 2025, Bramblewick Biosciences, Inc. (\u201cBramblewick\u201d) entered into a definitive Agreement and Plan of"
        " Merger by and among Bramblewick, Tern Acquisition Corporation (\u201cSub\u201d), eLarch Systems, Inc., a Delaware corporation"
        " (\u201ceLarch\u201d), and Old Harbour Bank National Association, as escrow agent, pursuant to which Sub will merge with and"
        " into eLarch, with eLarch surviving. The consideration consists of approximately $90 million in cash."
    )
    (event,) = events(report([("1.01", "Entry into a Material Definitive Agreement", text)]))

    assert [(o.name, o.role) for o in event.organisations][1:] == [("eLarch Systems, Inc.", "counterparty")]
    assert event.attributes["amount"] == 90_000_000
    assert event.title == (
        "BRAMBLEWICK BIOSCIENCES, INC. enters into a definitive Agreement and Plan of Merger with eLarch Systems, Inc.:"
        " USD 90M (Form 8-K)"
    )


def test_shares_bought_from_a_seller_are_an_acquisition_of_their_company() -> None:
    text = (
        "On December 9, 2025, Bramblewick Biosciences, Inc. entered into a Stock Purchase Agreement with Tallow Holdings LLC,"
        " pursuant to which Bramblewick agreed to purchase from Tallow, a fund manager, all of the outstanding shares of Tern"
        " Diagnostics, Inc. for an aggregate purchase price of $12 million."
    )
    (event,) = events(report([("1.01", "Entry into a Material Definitive Agreement", text)]))

    assert event.type == "merger_acquisition"
    assert [(o.name, o.role) for o in event.organisations][1:] == [("Tern Diagnostics, Inc.", "counterparty")]


def test_a_completed_acquisition_told_with_acquired() -> None:
    text = "On December 9, 2025, Bramblewick Biosciences, Inc. acquired all of the outstanding capital stock of Tern AG (\u201cTern\u201d)."
    (event,) = events(report([("2.01", "Completion of Acquisition or Disposition of Assets", text)]))

    assert (event.type, event.attributes["status"]) == ("merger_acquisition", "completed")
    assert [o.name for o in event.organisations][1:] == ["Tern AG"]
    assert event.title == "BRAMBLEWICK BIOSCIENCES, INC. completes an acquisition or sale: Tern AG (Form 8-K)"


def test_terms_a_filing_defines_are_no_parties() -> None:
    class Found(FakeDetector):
        def detect(self, title: str, text: str = "", **more: Any) -> Sequence[Detection]:
            return [
                msgspec.structs.replace(d, organisations=(Organisation(name="Merger Agreement"), Organisation(name="Tern Bio")))
                for d in super().detect(title, text, **more)
            ]  # fmt: skip

    text = "On December 9, 2025, the Company announced that it had agreed to acquire Tern Bio under a Merger Agreement."
    (event,) = events(report([("8.01", "Other Events", text)]), Found({"agreed to acquire": "merger_acquisition"}))

    assert [(o.name, o.role) for o in event.organisations] == [
        ("BRAMBLEWICK BIOSCIENCES, INC.", "subject"), ("Tern Bio", "counterparty"),
    ]  # fmt: skip


def test_an_agreement_with_underwriters_is_no_partnership() -> None:
    text = "On December 9, 2025, the Company entered into a Terms Agreement with Tallow Bank as one of the underwriters named in it."
    found = events(report([("8.01", "Other Events", text)]), FakeDetector({"entered into": "partnership"}))

    assert [e.type for e in found] == ["filing"]


def test_items_listed_in_a_table_of_contents_are_not_their_text() -> None:
    main = samples.report(
        ("2.03", "Creation of a Direct Financial Obligation", "On December 9, 2025, the Company entered into a $30 million Loan"
         " Agreement with Old Harbour Bank."),
    ).replace(
        "<p><b>Item 2.03", "<p>Item 2.03 Creation of a Direct Financial Obligation</p><p>Item 9.01Financial Statements</p>"
        "<p>EXHIBIT INDEX</p><p>Ex-4.1 Indenture, dated as of May 2, 2020</p><p>Table of Contents</p><p><b>Item 2.03", 1,
    )  # fmt: skip
    (event,) = events(stored("8-K", samples.submission(ACC, "8-K", [("8-K", main)])))

    assert (event.type, event.attributes["amount"]) == ("funding_round", 30_000_000)
    assert "Indenture" not in event.span.text


def test_the_headline_of_a_release_is_no_logo_and_no_telephone_number() -> None:
    page = (
        "<p>[Bramblewick Biosciences, Inc. LOGO] Exhibit 99.1</p><p>Investors: Orrin Flake, Vice President (555) 010-4477</p>"
        "<p>oflake@bramblewick.example Bramblewick investor desk</p><p>Bramblewick wins clearance for BW-11</p>"
        "<p>SALEM, Mass., December 11, 2025 -- Bramblewick today announced that it was cleared.</p>"
    )
    data = samples.submission(ACC, "6-K", [("6-K", "<p>Form 20-F</p>"), ("EX-99.1", page)])
    (event,) = events(stored("6-K", data), FakeDetector({"wins clearance": "ind_clearance"}))

    assert event.title == "Bramblewick wins clearance for BW-11"


def test_a_cover_line_of_a_recommendation_is_no_bidder() -> None:
    page = "<p>SCHEDULE 14D-9</p><p>Bramblewick Biosciences, Inc.</p><p>(Name of Subject Company)</p><p>Ostrava Pharma AG offers.</p>"
    (event,) = events(stored("SC 14D9", samples.submission(ACC, "SC 14D9", [("SC 14D9", page)]), TARGET))

    assert [(o.name, o.role) for o in event.organisations] == [
        ("Ostrava Pharma AG", "subject"), ("BRAMBLEWICK BIOSCIENCES, INC.", "counterparty"),
    ]  # fmt: skip


def test_the_passage_around_the_quote_comes_along() -> None:
    """People and story matching read the sentence, not the first lines of the document."""
    long = "Our plans are described in many words that nobody quotes. " * 20
    found = report([
        ("5.07", "Submission of Matters", long),
        ("5.02", "Departure of Directors", "On December 9, 2025, Tilda Marrowby resigned as President."),
    ])  # fmt: skip
    (event,) = events(found)

    assert event.span.text in event.text
