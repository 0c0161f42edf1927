"""What the shipped pack finds: headlines written for this test, spans, roles, scope, kinds of items, hostile input."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signalwatch.detect import Detector, check_examples
from signalwatch.evaluate.detection import same_company
from signalwatch.model import NEWS_TYPES, Detection

HEADLINES = Path(__file__).with_name("headlines.txt")


def headlines() -> list[tuple[str, str, str, dict[str, str]]]:
    """Types, subject, title and attributes of every line."""
    rows = []
    for line in HEADLINES.read_text("utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        types, subject, rest = (part.strip() for part in line.split("|", 2))
        title, *facts = rest.split(" =")
        rows.append((types, subject, title.strip(), dict(fact.strip().split(":", 1) for fact in facts)))
    return rows


def one(detector: Detector, title: str, text: str = "", kind: str = "news", publisher: str = "") -> Detection:
    found = detector.detect(title, text, kind=kind, publisher=publisher)
    assert len(found) == 1, [(e.type, e.pattern) for e in found]
    return found[0]


def parties(event: Detection, role: str) -> list[str]:
    return [o.name for o in event.organisations if o.role == role]


def test_every_news_type_is_known(detector: Detector) -> None:
    assert set(detector.types) == set(NEWS_TYPES)


def test_the_examples_of_the_trigger_files_hold(detector: Detector) -> None:
    assert [str(p) for p in check_examples(detector)] == []


def test_every_type_has_examples_that_fire_and_that_do_not(detector: Detector) -> None:
    kinds = {name: {e.fires for e in kind.examples} for name, kind in detector.pack.types.items()}

    assert {name: sorted(both) for name, both in kinds.items() if both != {True, False}} == {}


def test_headlines(detector: Detector) -> None:
    """At least 19 of 20 headlines give exactly the expected types, subjects and attributes; silent ones nearly all stay silent."""
    wrong, noisy, silent = [], 0, 0
    rows = headlines()
    for types, subject, title, facts in rows:
        found = detector.detect(title)
        expected = set() if types == "-" else set(types.split(","))
        silent += not expected
        noisy += bool(found) and not expected
        right = {e.type for e in found} == expected
        if right and len(expected) == 1:
            event = next(e for e in found if e.type in expected)
            right = same_company(subject, next(iter(parties(event, "subject")), "")) and all(
                str(event.attributes.get(name)) == value for name, value in facts.items()
            )
        if not right:
            wrong.append((title, [(e.type, parties(e, "subject"), dict(e.attributes)) for e in found]))

    assert len(rows) > 200
    assert len(wrong) <= len(rows) // 20, wrong
    assert noisy <= silent // 20


def test_a_detection_quotes_its_words(detector: Detector) -> None:
    title = "Orbiva Therapeutics Closes\u00a0$85 Million “Series B” Financing"
    event = one(detector, title)

    assert title[event.span.start : event.span.end] == event.span.text
    assert event.span.field == "title"
    assert event.attributes == {"series": "B", "amount": 85_000_000, "currency": "USD"}


def test_two_events_keep_their_own_companies(detector: Detector) -> None:
    found = detector.detect("Halden raises $29M Series B; Petrel teams up with Carrick on gout")

    assert [(e.type, parties(e, "subject"), parties(e, "counterparty")) for e in found] == [
        ("funding_round", ["Halden"], []),
        ("partnership", ["Petrel"], ["Carrick"]),
    ]


def test_two_events_of_one_company_in_one_clause(detector: Detector) -> None:
    found = detector.detect("Lumara wins FDA approval for eye drop and raises $235 million")

    assert {e.type: parties(e, "subject") for e in found} == {
        "regulatory_approval": ["Lumara"],
        "funding_round": ["Lumara"],
    }


def test_the_buyer_is_the_subject_also_in_the_passive(detector: Detector) -> None:
    event = one(detector, "Neptrix to be acquired by Corvanta for $2 billion")

    assert parties(event, "subject") == ["Corvanta"]
    assert event.attributes["amount"] == 2_000_000_000


def test_an_authority_is_never_the_subject(detector: Detector) -> None:
    event = one(detector, "FDA approves Vireon's bladder cancer drug")

    assert parties(event, "subject") == ["Vireon"]
    assert parties(event, "regulator") == ["FDA"]
    assert event.attributes == {"agency": "FDA", "stage": "approved"}


def test_the_issuer_of_a_release_is_the_subject_when_the_title_names_a_product(detector: Detector) -> None:
    event = one(
        detector,
        "OBV-2110 Receives FDA Fast Track Designation for Recurrent Glioma",
        "NEEDHAM, Mass., Feb. 13, 2026 (GLOBE NEWSWIRE) -- Orbiva Therapeutics, Inc. (Nasdaq: ORBV), a clinical stage company, today announced",
    )

    assert parties(event, "subject") == ["Orbiva Therapeutics"]
    assert event.organisations[0].ticker == "ORBV"
    assert event.program is not None
    assert event.program.assets == ("OBV-2110",)


def test_a_product_without_a_company_has_no_subject(detector: Detector) -> None:
    event = one(detector, "FDA Issues Complete Response Letter for Orbexa® (orbivastat) New Drug Application")

    assert parties(event, "subject") == []


def test_a_persons_new_employer_is_the_subject(detector: Detector) -> None:
    assert parties(one(detector, "Maria Lindqvist Joins Talvex Bio as General Counsel"), "subject") == ["Talvex Bio"]
    assert parties(one(detector, "Jane Reyes", "Talvex Bio has appointed Jane Reyes as CEO"), "subject") == [
        "Talvex Bio"
    ]


def test_each_designation_is_an_event(detector: Detector) -> None:
    found = detector.detect("Vireon Receives Orphan Drug and Rare Pediatric Disease Designations for VRN-2")

    assert [e.attributes["designation"] for e in found] == ["orphan", "rare_pediatric"]


def test_a_listed_company_that_raises_money_makes_an_offering(detector: Detector) -> None:
    release = "DALLAS, Nov. 19, 2026 (GLOBE NEWSWIRE) -- Dunmore, Inc. (Nasdaq: DNMR) today announced the successful completion of a financing"
    event = one(detector, "Dunmore Raises $5 Million to Strengthen Balance Sheet", release)

    assert (event.type, event.attributes["status"]) == ("public_offering", "closed")


def test_upfront_and_total_are_kept_apart(detector: Detector) -> None:
    event = one(detector, "Talvex licenses Neptrix gout drug for $60M upfront in deal worth up to $900M")

    assert event.type == "licensing_deal"
    assert event.attributes == {"upfront": 60_000_000, "total": 900_000_000, "currency": "USD"}


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Orbiva plans phase 3 trial start and expects first patient dosed in 2027", "plan"),
        ("Orbiva to Initiate Phase 2 Study of OBV-1", "infinitive"),
        ("Talvex in talks to acquire Neptrix", "rumour"),
        ("Orbiva did not win FDA approval", "negation"),
        ("Will Talvex win approval for its gout pill?", "question"),
    ],
)
def test_what_is_no_fact_is_refused_with_the_reason(detector: Detector, title: str, reason: str) -> None:
    verdict = detector.verdict(title)

    assert detector.detect(title) == ()
    assert any(r.reason.startswith((reason, "unless")) for r in verdict.refused), verdict


def test_what_the_title_plans_the_text_does_not_state(detector: Detector) -> None:
    assert (
        detector.detect(
            "Orbiva to begin phase 2 trial", "The company will start dosing. First patient dosed in phase 2 study soon."
        )
        == ()
    )


def test_a_reason_told_beside_an_event_is_no_second_event(detector: Detector) -> None:
    assert [e.type for e in detector.detect("Talvex lays off 40% of staff after phase 3 failure")] == [
        "layoffs_restructuring"
    ]


def test_a_digest_text_adds_its_stories(detector: Detector) -> None:
    found = detector.detect(
        "Sorrel starts phase 2 gout trial; New fund for startups",
        "The study will enrol 200 people. Elsewhere, Petrel swapped board chairs.",
    )

    assert [(e.type, parties(e, "subject")) for e in found] == [
        ("trial_start", ["Sorrel"]),
        ("leadership_change", ["Petrel"]),
    ]


def test_the_text_of_an_earnings_release_is_a_recap(detector: Detector) -> None:
    assert (
        detector.detect(
            "Orbiva Reports Second Quarter 2026 Financial Results", "Initiated Phase 2 study of OBV-1. Raised $40M."
        )
        == ()
    )


def test_a_story_of_another_kind_does_not_silence_its_neighbour(detector: Detector) -> None:
    found = detector.detect("Judge tosses suit against Corvanta; Vireon prices $200M IPO")

    assert [e.type for e in found] == ["ipo"]


def test_an_8k_speaks_in_its_text(detector: Detector) -> None:
    event = one(
        detector,
        "Fennick Therapeutics, Inc. - Item 5.02 Departure of Directors or Certain Officers; Appointment of Certain Officers",
        "On December 12, 2026, the Board appointed Pat Doyle as Chief Financial Officer of the Company.",
        kind="filing",
    )

    assert (event.type, event.attributes["direction"], parties(event, "subject")) == (
        "leadership_change",
        "joins",
        ["Fennick Therapeutics"],
    )


def test_a_company_feed_names_its_company(detector: Detector) -> None:
    event = one(detector, "FDA grants priority review to gout pill orbivastat", publisher="Orbiva IR feed")

    assert parties(event, "subject") == ["Orbiva"]


def test_capitals_of_a_wire_are_read(detector: Detector) -> None:
    event = one(detector, "TALVEX BIO ANNOUNCES $40 MILLION SERIES A FINANCING")

    assert (event.type, event.attributes["amount"]) == ("funding_round", 40_000_000)


def test_program_of_an_event(detector: Detector) -> None:
    event = one(
        detector,
        "Vireon Doses First Patient in Phase 2 Trial of VRN-9 (virenostat) in Patients with Gout",
        "NCT01234567",
    )

    assert event.program is not None
    assert event.program.phase == "2"
    assert event.program.nct_ids == ("NCT01234567",)
    assert event.program.assets == ("VRN-9", "virenostat")
    assert event.program.indications == ("Gout",)


def test_event_time_is_that_of_publication(detector: Detector) -> None:
    when = datetime(2026, 3, 1, tzinfo=UTC)

    assert detector.detect("Orbiva prices $180M IPO", published_at=when)[0].occurred_at == when


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=st.lists(
        st.sampled_from(
            "FDA approves Orbiva raises $40M Series B and to plans ; : ? ( ® ’s Phase 2 trial fails İ \x00 CEO 🟢 Item 5.02 - .".split()
        )
        | st.text(max_size=6),
        max_size=14,
    ).map(" ".join),
    text=st.text(max_size=80),
)
def test_no_text_is_too_strange(detector: Detector, title: str, text: str) -> None:
    """Any text gives events whose spans can be quoted, twice the same, and never an exception."""
    found = detector.detect(title, text)

    assert found == detector.detect(title, text)
    for event in found:
        source = title if event.span.field == "title" else text
        assert source[event.span.start : event.span.end] == event.span.text


def test_a_hostile_title_costs_little(detector: Detector) -> None:
    """Ten megabytes of trigger words are cut, not searched."""
    found = detector.detect("Orbiva raises $40M series B " * 400_000)

    assert [e.type for e in found] == ["funding_round"]
