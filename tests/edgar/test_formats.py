"""The readers one by one: calendar, index, submissions, headers, text, Form D, and what they do with rubbish."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import _edgar_forms as forms
from connectors._edgar_bodies import LARGE, routes
from connectors._edgar_current import parse_feed
from connectors._edgar_deals import moneys, read_deal
from connectors._edgar_distress import asserts_doubt, going_concern_passages
from connectors._edgar_filing import Filing, Party, fingerprint, knows_more, merge_parties
from connectors._edgar_formd import parse_form_d, reduce_form_d
from connectors._edgar_index import (
    days_after,
    federal_holidays,
    index_path,
    is_business_day,
    newest_available,
    parse_index,
)
from connectors._edgar_offering import read_cover
from connectors._edgar_people import read_moves
from connectors._edgar_release import item_sections, read_release, signature_at
from connectors._edgar_schedule import effective_form, parse_stake
from connectors._edgar_sgml import parse_header_page, parse_submission
from connectors._edgar_submissions import parse_submissions, primary_name
from connectors._edgar_text import to_text
from signalwatch.errors import BadPayload
from tests.edgar import samples

# --- calendar ------------------------------------------------------------------------------------------------------------


def test_observed_federal_holidays() -> None:
    assert sorted(d.isoformat()[5:] for d in federal_holidays(2025)) == [
        "01-01", "01-20", "02-17", "05-26", "06-19", "07-04", "09-01", "10-13", "11-11", "11-27", "12-25",
    ]  # fmt: skip
    assert date(2021, 12, 31) in federal_holidays(2021)  # New Year's Day 2022 fell on a Saturday
    assert date(2022, 1, 1) not in federal_holidays(2022)
    assert date(2020, 7, 3) in federal_holidays(2020)
    assert date(2020, 6, 19) not in federal_holidays(2020)  # a holiday since 2021


def test_business_days_and_what_is_available() -> None:
    assert not is_business_day(date(2025, 12, 13))
    assert is_business_day(date(2025, 12, 12))
    assert newest_available(samples.eastern(2025, 3, 10, 5, 30)) == date(2025, 3, 8)
    assert newest_available(samples.eastern(2025, 3, 10, 6, 0)) == date(2025, 3, 9)
    assert days_after(date(2025, 12, 11), date(2025, 12, 16)) == [
        date(2025, 12, 12),
        date(2025, 12, 15),
        date(2025, 12, 16),
    ]
    assert index_path(date(2020, 1, 3)) == "/Archives/edgar/daily-index/2020/QTR1/master.20200103.idx"


def test_both_spellings_of_dates_and_one_filing_of_several_companies() -> None:
    rows = (
        (5, "Ostrava N.V.", "8-K", "2025-12-11", "0000000001-25-000001"),
        (6, "Tallow plc", "8-K", "2025-12-11", "0000000001-25-000001"),
    )
    daily, quarterly = parse_index(samples.master(*rows)), parse_index(samples.master(*rows, dashes=True))

    assert daily.filings == quarterly.filings
    assert [p.cik for p in daily.filings["0000000001-25-000001"].parties] == [5, 6]
    assert daily.filings["0000000001-25-000001"].filed == date(2025, 12, 11)


def test_an_index_without_rows_parses() -> None:
    assert parse_index(samples.master()).rows == 0


@pytest.mark.parametrize("data", [b"", b"<html>no</html>", b"CIK|Company", b"\x00" * 50])
def test_what_is_no_index(data: bytes) -> None:
    with pytest.raises(BadPayload):
        parse_index(data)


# --- forms, names, items ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "clean"),
    [("ACME CORP /DE/", "ACME CORP"), ("ACME CORP/NEW", "ACME CORP"), ("TOYO MOTOR CORP/", "TOYO MOTOR CORP"),
     ("NORDISKA PHARMA A/S", "NORDISKA PHARMA A/S"), ("24/7 MEDIA INC", "24/7 MEDIA INC"), ("  Acme\x00  Inc ", "Acme Inc")],
)  # fmt: skip
def test_state_marks_are_cut_off(name: str, clean: str) -> None:
    assert forms.clean_name(name) == clean


@pytest.mark.parametrize(
    ("text", "code"),
    [("2.05", "2.05"), ("Item 7.01: Regulation FD Disclosure", "7.01"), ("5", "8.01"), ("Other Events", "8.01"),
     ("Departure of Directors or Principal Officers; Election of Directors; Appointment of Principal Officers", "5.02"),
     ("Costs Associated with Exit or Disposal Activities", "2.05"), ("Rule 506", ""), ("", "")],
)  # fmt: skip
def test_item_codes(text: str, code: str) -> None:
    assert forms.item_code(text) == code


@pytest.mark.parametrize(
    ("name", "hint"),
    [("Quillfern Therapeutics, Inc.", "strong"), ("BIOVALE CORP", "weak"), ("Tallow Genomics Ltd", "strong"),
     ("Cellular Towers Inc", ""), ("First Medical Bancorp", ""), ("Green Biofuels LLC", ""), ("Salem Steel Co", ""),
     ("Marrowby Surgical Inc", "weak"), ("Neuroquill AG", "weak")],
)  # fmt: skip
def test_what_a_name_hints(name: str, hint: str) -> None:
    assert forms.name_hint(name) == hint


def test_funds_and_people_by_their_names() -> None:
    assert forms.looks_like_fund("TALLOW GROWTH FUND II, L.P.")
    assert forms.looks_like_fund("BW-Series 9, a Series of Tallow Access LLC")
    assert not forms.looks_like_fund("Quillfern Therapeutics, Inc.")
    assert forms.is_entity("Tallow Capital Partners LP")
    assert not forms.is_entity("Marrowby Tilda J.")


def test_only_what_is_life_science_is_in_the_form_d_groups() -> None:
    assert forms.industry_key("Other Health Care") in forms.LIFE_SCIENCE_INDUSTRIES
    assert forms.industry_key("Hospitals & Physicians") == "hospitals and physicians"
    assert forms.industry_key("Hospitals and Physicians") not in forms.LIFE_SCIENCE_INDUSTRIES


# --- filings ---------------------------------------------------------------------------------------------------------------


def test_a_party_without_a_role_gives_way_to_the_same_company_with_one() -> None:
    bare, told = Party(cik=5, name="Acme"), Party(cik=5, name="Acme", role="subject")

    assert merge_parties([[bare], [told], [told]]) == (told,)


def test_fingerprints_tell_how_much_is_known() -> None:
    one = Filing(accession="a", form="8-K", parties=(Party(cik=1, role="filer"),), layer="current")
    two = Filing(
        accession="a", form="8-K", parties=(Party(cik=1, role="filer"), Party(cik=2, role="filer")), layer="current"
    )
    late = Filing(accession="a", form="8-K", parties=(Party(cik=1),), layer="index")

    assert knows_more(one, fingerprint(late, "none"))
    assert knows_more(two, fingerprint(one, "none"))
    assert not knows_more(one, fingerprint(two, "none"))
    assert not knows_more(late, fingerprint(one, "none"))
    assert not knows_more(one, "something else")


def test_where_bodies_are_asked_for() -> None:
    def shapes(form: str, **more: object) -> list[str]:
        return [
            r.shape
            for r in routes(Filing(accession="0000000001-25-000001", form=form, parties=(Party(cik=7),), **more), "w")
        ]

    assert shapes("D") == ["xml", "submission"]
    assert shapes("D", layer="current") == ["xml", "submission", "submission"]
    assert shapes("8-K")[0] == "submission"
    assert shapes("8-K", size=LARGE + 1)[0] == "header"
    assert shapes("10-K", primary="a10k.htm")[0] == "page"
    assert shapes("NT 10-K") == []
    assert shapes("4") == []


# --- submissions -------------------------------------------------------------------------------------------------------------


def test_submissions_are_read_leniently() -> None:
    rows: list[dict[str, object]] = [
        {"accessionNumber": "0000000001-25-000001", "form": "8-K", "filingDate": "2025-12-10", "items": "1.01,9.01",
         "primaryDocument": "xslF345X05/form4.xml", "reportDate": ""},
        {"accessionNumber": "0000000001-25-000002", "form": "D", "filingDate": "2025-12-09", "items": "06b,3C,3C.7"},
        {"accessionNumber": "0000000001-25-000003", "form": "EFFECT", "filingDate": "2025-12-09", "items": "S-1,,2025-12-09 16:00:00"},
        {"accessionNumber": "torn", "form": "8-K", "filingDate": "2025-12-09"},
    ]  # fmt: skip
    found = parse_submissions(samples.submissions(5, "Ostrava AG", rows, lei=None, flags="", sic="", tickers=[]))
    first, fund, effect = found.filings

    assert (first.items, first.primary, first.period) == (("1.01", "9.01"), "form4.xml", None)
    assert fund.funds
    assert not fund.items
    assert not effect.items
    assert found.rows == 4
    assert all(f.accepted is None for f in found.filings)


def test_columns_of_different_lengths_are_refused() -> None:
    data = (
        b'{"cik":"5","name":"Torn","filings":{"recent":{"accessionNumber":["a","b"],"form":["8-K"],"filingDate":[]}}}'
    )
    with pytest.raises(BadPayload, match="different lengths"):
        parse_submissions(data)


def test_an_overflow_page_is_bare_columns() -> None:
    data = b'{"accessionNumber":["0000000001-20-000001"],"form":["6-K"],"filingDate":["2020-01-03"]}'

    assert [f.form for f in parse_submissions(data, 5).filings] == ["6-K"]


def test_primary_names() -> None:
    assert primary_name("xslFormDX01/primary_doc.xml") == "primary_doc.xml"
    assert primary_name("9999999997-05-000001.paper") == ""
    assert primary_name("") == ""
    assert primary_name("../../etc/passwd.txt") == ""


# --- submissions as SGML -------------------------------------------------------------------------------------------------------


def test_a_submission_in_a_privacy_envelope() -> None:
    plain = samples.submission(
        "0000000001-25-000001", "8-K", [("8-K", "<p>Item 8.01 Other Events</p>")], items=["Other Events"]
    )
    found = parse_submission(b"-----BEGIN PRIVACY-ENHANCED MESSAGE-----\nProc-Type: 2001\n\n" + plain)

    assert found.filing.items == ("8.01",)
    assert found.filing.accepted == datetime(2025, 12, 12, 23, 1, 55, tzinfo=UTC)  # Eastern wall-clock time in the file
    assert found.filing.period == date(2025, 12, 11)
    assert not found.cut


def test_an_empty_item_line_does_not_swallow_the_next_one() -> None:
    data = samples.submission("0000000001-25-000001", "8-K", [("8-K", "x")], items=[""])

    assert parse_submission(data).filing.items == ()
    assert parse_submission(data).filing.filed == date(2025, 12, 12)


def test_large_parts_are_passed_over_and_a_cut_file_gives_what_is_there() -> None:
    data = samples.submission(
        "0000000001-25-000001", "8-K", [("8-K", "<p>text</p>"), ("GRAPHIC", "M" * 100_000), ("EX-99.1", "<p>news</p>")]
    )
    whole, cut = parse_submission(data), parse_submission(data[:-60])

    assert [(a.type, bool(a.data)) for a in whole.attachments] == [("8-K", True), ("GRAPHIC", False), ("EX-99.1", True)]
    assert cut.cut
    assert cut.attachments[-1].type == "EX-99.1"


def test_addresses_are_not_in_what_is_kept_of_a_header() -> None:
    header = parse_submission(samples.submission("0000000001-25-000001", "8-K", [("8-K", "x")])).header

    assert "BRAMBLEWICK" in header
    assert "HARBOUR" not in header
    assert "SALEM" not in header


def test_a_tag_style_header() -> None:
    text = (
        "<SUBMISSION>\n<ACCESSION-NUMBER>0000000001-25-000001\n<TYPE>8-K\n<PERIOD>20251209\n<ITEMS>5.02\n<ITEMS>9.01\n"
        "<FILING-DATE>20251210\n<FILER>\n<COMPANY-DATA>\n<CONFORMED-NAME>TALLOW INC\n<CIK>0000000077\n<ASSIGNED-SIC>3841\n"
        "</COMPANY-DATA>\n<BUSINESS-ADDRESS>\n<STREET1>9 ELM ROW\n</BUSINESS-ADDRESS>\n<FORMER-COMPANY>\n"
        "<FORMER-CONFORMED-NAME>OLD TALLOW INC\n</FORMER-COMPANY>\n</FILER>\n<DOCUMENT>\n<TYPE>8-K\n<TEXT>\nhello\n</TEXT>\n</DOCUMENT>"
    )
    found = parse_submission(text.encode()).filing

    assert found.items == ("5.02", "9.01")
    assert found.parties == (Party(cik=77, name="TALLOW INC", role="filer", sic="3841", former=("OLD TALLOW INC",)),)


@pytest.mark.parametrize(
    "data", [b"", b"<!doctype html><html>Undeclared Automated Tool</html>", b"just words", b"\x00\x00"]
)
def test_what_is_no_submission(data: bytes) -> None:
    with pytest.raises(BadPayload):
        parse_submission(data)


# --- text ---------------------------------------------------------------------------------------------------------------------


def test_markup_never_glues_words_and_inline_markup_never_splits_them() -> None:
    page = (
        b"<html><head><title>x</title></head><body><ix:header><p>hidden</p></ix:header><table><tr><td>Total</td><td>$</td><td>5</td></tr>"
        b"</table><p>Bramble<b>wick</b> Inc.<br>Salem&nbsp;&#151;&#146;25</p><div style='display:none'>no</div><script>no()</script></body></html>"
    )

    assert to_text(page) == "Total $ 5\nBramblewick Inc.\nSalem —’25"


def test_old_fixed_width_text_has_its_paragraphs_joined() -> None:
    text = b"<PAGE>\nOn May 5 the company\nannounced a thing.\n\nItem 5. Other Events\nMore\x00 words\nhere.\n\n\nSIGNATURES\nA. Name"

    assert (
        to_text(text)
        == "On May 5 the company announced a thing.\nItem 5. Other Events More words here.\nSIGNATURES A. Name"
    )


def test_sections_headlines_and_signatures() -> None:
    text = to_text(
        samples.report(
            ("1.01", "Entry into a Material Definitive Agreement.", "We signed."), ("9.01", "Exhibits", "(d) 99.1")
        ).encode()
    )
    end = signature_at(text)
    sections = item_sections(text, 0, end)

    assert [(s.code, text[s.start : s.end]) for s in sections] == [("1.01", "We signed."), ("9.01", "(d) 99.1")]
    assert "Flake" not in text[:end]


def test_a_headline_broken_over_two_lines() -> None:
    text = (
        "Exhibit 99.1\nNEWS RELEASE\nBramblewick Announces Results of\nits BW-11 Study\nSALEM, Mass., Dec. 11, 2025 (Newswire) - it announced today. "
        + "w " * 200
    )
    found = read_release(text, 0, len(text))

    assert found is not None
    assert text[slice(*found.headline)] == "Bramblewick Announces Results of\nits BW-11 Study"


def test_amounts_in_text() -> None:
    found = moneys("about $12.5 million, US$3,000,000 and €40 billion, $0.001 par", 0, 100)

    assert [(m.amount, m.currency) for m in found] == [
        (12_500_000, "USD"),
        (3_000_000, "USD"),
        (40_000_000_000, "EUR"),
        (0, "USD"),
    ]


DOUBT = "substantial doubt about our ability to continue as a going concern."


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (f"These conditions raise {DOUBT}", True),
        (f"We do not believe that our cash is sufficient for twelve months, which raises {DOUBT}", True),
        (f"Management evaluated the conditions under ASC 205-40 and concluded that there is {DOUBT}", True),
        (f"On May 5, 2025, our auditors issued a report that expresses {DOUBT}", True),
        (f"We evaluate whether there are conditions that raise {DOUBT}", False),
        (f"If we cannot raise capital, this could raise {DOUBT}", False),
        (f"Management has concluded that the conditions do not raise {DOUBT}", False),
        (f"There is no {DOUBT}", False),
        (f"Management's plans alleviate the {DOUBT}", False),
        (f"Our auditors may express {DOUBT}", False),
        (f"In the event that we find no partner our auditors would express {DOUBT}", False),
        ("Management concluded that substantial doubt about our status as a going concern does not exist.", False),
        (f"Our plans are not within our control and do not alleviate the {DOUBT}", True),
        ("A material uncertainty exists that may cast significant doubt on the Group as a going concern.", True),
        ("The board asked whether a material uncertainty may cast significant doubt on the going concern.", False),
    ],
)
def test_who_says_there_is_doubt(sentence: str, said: bool) -> None:
    assert asserts_doubt(sentence) is said


FILLER = "We describe at some length what could go wrong with a company like ours, and why. " * 12
SAYS = f"Recurring losses raise {DOUBT}"


@pytest.mark.parametrize(
    ("report", "sections"),
    [
        (f"Item 7. Management's Discussion and Analysis\n{SAYS}", ["liquidity"]),
        (f"Item 7.\nManagement\u2019s Discussion and Analysis\nOverview\nWe make things.\nLiquidity and Capital Resources\n{SAYS}",
         ["liquidity"]),
        (f"Item 15. Exhibits\nREPORT OF INDEPENDENT REGISTERED PUBLIC ACCOUNTING FIRM\nTo the board\n{SAYS}", ["auditor"]),
        (f"Item 8. Financial Statements\nNotes to Consolidated Financial Statements\nNote 2. Going concern\n{SAYS}", ["notes"]),
        (f"Item 5. Operating and Financial Review and Prospects\n{SAYS}", ["liquidity"]),
        (f"Item 1A. Risk Factors\n{FILLER}\n{SAYS}\n{FILLER}\nItem 1B. Unresolved Staff Comments\nNone.", []),
        (f"D. Risk Factors\n{FILLER}\n{SAYS}", []),
        (f"Summary of Risk Factors\n{SAYS}", []),
        (f"Item 1A. Risk Factors\n{FILLER}\nLiquidity\n{SAYS}", []),  # a sub-heading of the risk factors
        (f"Item 1. Business\n{FILLER}\n{SAYS}", []),
        (f"Item 3. Legal Proceedings\n{SAYS}", []),
        (f"Special Note on Forward-Looking Statements\n{SAYS}", []),
        (f"Item 1A. Risk Factors 12\nItem 7. Management's Discussion 40\nItem 1A. Risk Factors\n{SAYS}", []),  # after the contents
        (f"PART II\nItem 1A. Risk Factors\n{SAYS}", []),
        (SAYS, [""]),
    ],
)  # fmt: skip
def test_doubt_counts_in_the_right_section_only(report: str, sections: list[str]) -> None:
    assert [p.section for p in going_concern_passages(report)] == sections


def test_doubt_that_was_alleviated_says_nothing_unless_the_auditor_does() -> None:
    notes = f"Notes to Financial Statements\nThese conditions raise {DOUBT}\n"
    relieved = notes + "Management concluded that its plans alleviate the substantial doubt about going concern."
    unsure = notes + "Management's plans, if they succeed, could alleviate the substantial doubt about going concern."
    audited = f"Report of Independent Registered Public Accounting Firm\nThe losses raise {DOUBT}\n"

    assert going_concern_passages(relieved) == []
    assert len(going_concern_passages(unsure)) == 1
    assert going_concern_passages(audited + relieved)[0].section == "auditor"


# --- Form D --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrap",
    [
        lambda x: x,
        lambda x: b"\n\n  " + x,
        lambda x: b"<DOCUMENT>\n<TYPE>D\n<TEXT>\n<XML>\n" + x + b"\n</XML>\n</TEXT>\n</DOCUMENT>",
        lambda x: b"-----BEGIN PRIVACY-ENHANCED MESSAGE-----\n\n<SEC-DOCUMENT>\n<XML>\n" + x + b"</XML>",
        lambda x: x.replace(b"Salem", b"Sa\x00lem"),
    ],
)
def test_a_form_d_in_all_its_wrappings(wrap: object) -> None:
    data = wrap(samples.form_d())  # type: ignore[operator]
    form = parse_form_d(data)

    assert (form.issuers[0].name, form.issuers[0].cik, form.issuers[0].former) == (
        "Quillfern Therapeutics, Inc.",
        1900001,
        ("Quillfern Labs, Inc.",),
    )
    assert (form.sold, form.offered, form.life_science) == (42_000_000, 60_000_000, True)
    assert parse_form_d(reduce_form_d(data)) == form


def test_what_is_kept_of_a_form_d_names_no_person() -> None:
    kept = reduce_form_d(samples.form_d())

    for private in (b"Tilda", b"Marrowby", b"Orrin", b"Harbour", b"Elm Row", b"5550100"):
        assert private not in kept


@pytest.mark.parametrize(
    "data",
    [b"", b"<html></html>", b"{}", b"<?xml version='1.0'?><edgarSubmission/>", b"<!DOCTYPE x []><edgarSubmission/>"],
)
def test_what_is_no_form_d(data: bytes) -> None:
    with pytest.raises(BadPayload):
        parse_form_d(data)


def test_entities_are_never_expanded() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "boom">]><edgarSubmission><submissionType>&x;</submissionType></edgarSubmission>'
    with pytest.raises(BadPayload, match="DOCTYPE"):
        parse_form_d(bomb)


# --- rubbish ----------------------------------------------------------------------------------------------------------------------

BYTE_READERS = [
    parse_feed, parse_index, parse_submissions, parse_submission, parse_header_page, parse_form_d, reduce_form_d, parse_stake,
    effective_form,
]  # fmt: skip
SEEDS = [
    samples.feed(samples.entry("0000000001-25-000001", "8-K", "Acme Inc", 5)),
    samples.master((5, "Acme", "8-K", "2025-12-11", "0000000001-25-000001")),
    samples.submissions(
        5, "Acme", [{"accessionNumber": "0000000001-25-000001", "form": "8-K", "filingDate": "2025-12-10"}]
    ),
    samples.submission(
        "0000000001-25-000001", "8-K", [("8-K", samples.report(("8.01", "Other Events.", "It happened.")))]
    ),
    samples.form_d(),
]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=6),
    st.floats(0, 1),
    st.booleans(),
)
def test_readers_of_bytes_raise_nothing_but_bad_payload(
    seed: bytes, edits: list[tuple[float, bytes]], cut: float, whole: bool
) -> None:
    data = bytearray(seed)
    for where, what in edits:
        at = int(where * len(data))
        data[at : at + len(what)] = what
    broken = bytes(data if whole else data[: int(cut * len(data))])
    for reader in BYTE_READERS:
        try:
            reader(broken)
        except BadPayload:
            continue
    to_text(broken)


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("abcXYZ .,;:$%()\n“”’&0123456789-") | st.characters(), max_size=400),
    st.integers(0, 3),
)
def test_readers_of_text_never_fail(noise: str, where: int) -> None:
    phrases = (
        "On May 5, 2025, the Company entered into a License Agreement with ", "Item 5.02 Departure of Directors\nOrrin Flake resigned as ",
        "EX-99.1\nSALEM, Mass., May 5, 2025 announced today ", "initial public offering price $ ",
    )  # fmt: skip
    text = phrases[where] + noise
    size = len(text)
    found = read_release(text, 0, size)
    deal = read_deal(text, 0, size, "Acme Inc")

    assert found is None or 0 <= found.headline[0] <= found.headline[1] <= size
    assert deal is None or 0 <= deal.start <= deal.end <= size
    assert all(0 <= m.start <= m.end <= size for m in read_moves(text, 0, size, "Acme Inc"))
    assert 0 <= read_cover(text).start <= size
    assert all(s.start <= s.end <= size for s in item_sections(text))
    going_concern_passages(text)


def test_reading_stays_linear_on_hostile_text() -> None:
    """No pattern backtracks its way to a standstill: a hundred thousand characters of near misses are read at once."""
    near_misses = ("Mr. A. B. " * 10_000, "On May 5, 2025, " * 6_000, "(the “" * 16_000, "$1,000,000 " * 9_000, "Item 1.01\n" * 10_000,
                   "a" * 100_000, "Inc. " * 20_000, "substantial doubt " * 5_000, "A B C D E F G, " * 7_000)  # fmt: skip
    started = time.process_time()
    for text in near_misses:
        item_sections(text)
        read_release(text, 0, len(text))
        read_deal(text, 0, len(text), "Acme Inc")
        read_moves(text, 0, len(text), "Acme Inc")
        read_cover(text[:15_000])
        going_concern_passages(text)
        signature_at(text)
    spent = time.process_time() - started

    assert spent < 4.0, f"{spent:.1f} s"
