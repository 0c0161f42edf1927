"""A happening that moves on without naming everything again: decisions, loans, purchases, successors, buildings."""

from __future__ import annotations

from typing import Any

import pytest

from signalwatch.model import Event
from tests.stories.test_stories import effects, event

OPINION: dict[str, Any] = {"agency": "EMA", "stage": "recommended"}
DECISION: dict[str, Any] = {"agency": "EC", "stage": "approved"}
LOAN: dict[str, Any] = {"series": "venture_debt", "amount": 250_000_000, "currency": "USD"}
SAME = [
    ("a European decision that names the disease only", event("regulatory_approval", "Aerion Receives Positive CHMP Opinion for VEXORAL in Narcolepsy", attributes=OPINION),
     event("regulatory_approval", "Brussels clears Aerion's narcolepsy pill", day=60, attributes=DECISION)),
    ("a European decision that names neither", event("regulatory_approval", "Aerion Receives Positive CHMP Opinion for VEXORAL", attributes=OPINION),
     event("regulatory_approval", "European Commission approves Aerion's sleep spray", day=55, attributes=DECISION)),
    ("a loan that closes", event("funding_round", "Aerion Secures $250 Million Term Loan Facility from Oakmere", attributes=LOAN),
     event("funding_round", "Aerion completes refinancing with Oakmere", day=35, attributes={"series": "venture_debt"})),
    ("a loan of which the first part is drawn", event("funding_round", "Aerion Signs Commitment for $250 Million Loan from Oakmere", attributes=LOAN),
     event("funding_round", "Aerion draws first $150M as Oakmere debt closes", day=56, attributes={**LOAN, "amount": 150_000_000})),
    ("a loan whose notice tells what was paid out", event("funding_round", "Aerion Enters into $250 Million Credit Facility", attributes=LOAN),
     event("funding_round", "Aerion Therapeutics, Inc. - Item 2.03", day=4, text="The initial term loan of $60.0 million was funded.", attributes={**LOAN, "amount": 60_000_000})),
    ("a purchase completed, told of the target alone", event("merger_acquisition", "Novelda to Acquire Aerion for $16.5 Billion", "Novelda", other="Aerion", attributes={"status": "announced", "amount": 16_500_000_000, "currency": "USD"}),
     event("merger_acquisition", "Aerion goes private as $16.5B buy closes", "Aerion", day=317, attributes={"status": "completed", "amount": 16_500_000_000, "currency": "USD"})),
    ("a successor who takes over months later", event("leadership_change", "Aerion Names Mara Oster to Succeed Tom Okafor as CEO", attributes={"role": "CEO", "direction": "both", "person": "Mara Oster"}),
     event("leadership_change", "Oster takes the helm at Aerion", day=95, attributes={"role": "CEO", "direction": "joins", "person": "Mara Oster"})),
    ("a county of the state the text names", event("facility_expansion", "Aerion to Build $5 Billion Plant in Virginia", text="The Goochdale County site will make conjugates.", attributes={"location": "Virginia"}),
     event("facility_expansion", "Aerion breaks ground at Goochdale", day=79, attributes={"location": "Goochdale"})),
    ("ground broken half a year later", event("facility_expansion", "Aerion to Build $5 Billion Plant in Princeton", attributes={"location": "Princeton", "amount": 5_000_000_000, "currency": "USD"}),
     event("facility_expansion", "Shovels in the dirt at Princeton site", text="Aerion broke ground.", day=150, attributes={"location": "Princeton"})),
    ("convertible notes by their short name", event("public_offering", "Aerion Announces Refinancing of $175 Million Convertible Notes", attributes={"status": "priced", "amount": 175_000_000}),
     event("public_offering", "Aerion pushes out its converts", day=1, attributes={"status": "priced"})),
    ("a plant in another currency", event("facility_expansion", "Aerion Invests DKK 8.5 Billion in Odense", attributes={"location": "Odense", "amount": 8.5e9, "currency": "DKK"}),
     event("facility_expansion", "Aerion spends $1.2B on Danish plant", text="In Odense.", attributes={"location": "Denmark", "amount": 1.2e9, "currency": "USD"})),
    ("a gene and a kind of medicine are no products", event("regulatory_submission", "Aerion Submits NDA", text="In ESR1-mutated breast cancer.", attributes={"kind": "NDA", "status": "submitted"}),
     event("regulatory_submission", "Aerion gets June date for first PROTAC", day=63, attributes={"kind": "NDA", "status": "accepted"})),
    ("an agency that the buyer's country has", event("contract_award", "Aerion Announces New US Government Contract for Burn Scanner", attributes={"agency": "US Government"}),
     event("contract_award", "Aerion rises on order for burn scanner", text="The Defense Health Agency pays.", attributes={"agency": "DHA"})),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), [pair[1:] for pair in SAME], ids=[pair[0] for pair in SAME])
def test_one_happening(first: Event, second: Event) -> None:
    assert [number for number, _ in effects(first, second)] == ["0", "0"]


DIFFERENT = [
    ("a European decision on another disease", event("regulatory_approval", "Aerion Receives Positive CHMP Opinion for VEXORAL in Narcolepsy", attributes=OPINION),
     event("regulatory_approval", "Brussels clears Aerion's psoriasis cream", day=60, attributes=DECISION)),
    ("a European decision of which the opinion is too old", event("regulatory_approval", "Aerion Receives Positive CHMP Opinion for VEXORAL", attributes=OPINION),
     event("regulatory_approval", "European Commission approves Aerion's sleep spray", day=115, attributes=DECISION)),
    ("two kinds of stop", event("trial_setback", "Aerion pauses shipments of VEXORAL", attributes={"kind": "paused"}),
     event("trial_setback", "FDA holds up Aerion's nerve trials", day=3, attributes={"kind": "clinical_hold"})),
    ("a location that only says what is built", event("facility_expansion", "Aerion Opens Technology Access Center in Europe", attributes={"location": "Europe"}),
     event("facility_expansion", "Aerion to Open Additional Technology Access Center", day=41, attributes={"location": "Open Additional Technology Access Center"})),
    ("a second tranche", event("funding_round", "Aerion Signs Commitment for $250 Million Loan from Oakmere", attributes=LOAN),
     event("funding_round", "Aerion Draws Second Tranche of Oakmere Loan", day=80, attributes={**LOAN, "amount": 50_000_000})),
    ("another loan", event("funding_round", "Aerion Signs $250 Million Loan with Oakmere", attributes=LOAN),
     event("funding_round", "Aerion signs loan with Belvora Capital", day=60, attributes={**LOAN, "amount": 60_000_000})),
    ("a purchase by the company that was bought itself", event("merger_acquisition", "Novelda to Acquire Aerion", "Novelda", other="Aerion", attributes={"status": "announced"}),
     event("merger_acquisition", "Aerion completes purchase of Kestrel Bio", "Aerion", other="Kestrel Bio", day=60, attributes={"status": "completed"})),
    ("a second building at one place", event("facility_expansion", "Aerion to Build Plant in Princeton", attributes={"location": "Princeton"}),
     event("facility_expansion", "Aerion plans a further laboratory in Princeton", day=150, attributes={"location": "Princeton"})),
    ("another seat of the same person", event("leadership_change", "Aerion Names Mara Oster CFO", attributes={"role": "CFO", "direction": "joins", "person": "Mara Oster"}),
     event("leadership_change", "Aerion Names Mara Oster CEO", day=95, attributes={"role": "CEO", "direction": "joins", "person": "Mara Oster"})),
    ("one who comes and, later, leaves", event("leadership_change", "Aerion Names Mara Oster CFO", attributes={"role": "CFO", "direction": "joins", "person": "Mara Oster"}),
     event("leadership_change", "Aerion CFO Mara Oster departs", day=150, attributes={"role": "CFO", "direction": "leaves", "person": "Mara Oster"})),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), [pair[1:] for pair in DIFFERENT], ids=[pair[0] for pair in DIFFERENT])
def test_two_happenings(first: Event, second: Event) -> None:
    assert [number for number, _ in effects(first, second)] == ["0", "1"]


def test_a_telling_that_names_the_state_does_not_rule_out_a_county_that_another_one_names() -> None:
    state = {"location": "Virginia"}
    first = event("facility_expansion", "Aerion to Build Plant in Virginia", text="Goochdale County.", attributes=state)
    again = event("facility_expansion", "Virginia wins Aerion plant", text="West of Richmond.", attributes=state)
    begun = event(
        "facility_expansion", "Aerion breaks ground at Goochdale", day=9, attributes={"location": "Goochdale"}
    )
    other = event("facility_expansion", "Aerion breaks ground at Visp", day=9, attributes={"location": "Visp"})

    assert [number for number, _ in effects(first, again, begun, other)] == ["0", "0", "0", "1"]


def test_of_two_opinions_the_one_that_is_told_in_the_same_words_was_decided() -> None:
    one = event("regulatory_approval", "CHMP Recommends Approval of Aerion's ZOLTRANE", attributes=OPINION)
    two = event("regulatory_approval", "CHMP Recommends Aerion's VEXORAL Prefilled Syringe", attributes=OPINION)
    decided = event("regulatory_approval", "Europe clears Aerion drug in syringe", day=60, attributes=DECISION)

    assert [number for number, _ in effects(one, two, decided)] == ["0", "1", "1"]


def test_a_european_decision_is_not_on_the_opinion_of_the_same_week() -> None:
    opinion = event(
        "regulatory_approval", "Aerion: CHMP Positive Opinion for VEXORAL in Narcolepsy", attributes=OPINION
    )
    latest = event("regulatory_approval", "CHMP Backs Aerion's Higher Dose of Zoltrane", day=56, attributes=OPINION)
    decided = event("regulatory_approval", "EU clears Aerion's narcolepsy pill", day=59, attributes=DECISION)

    assert [number for number, _ in effects(opinion, latest, decided)] == ["0", "1", "0"]


def test_two_opinions_and_a_decision_that_names_neither() -> None:
    one = event("regulatory_approval", "Aerion Receives Positive CHMP Opinion for VEXORAL", attributes=OPINION)
    two = event("regulatory_approval", "Aerion Receives Positive CHMP Opinion for ZOLTRANE", attributes=OPINION)
    decided = event("regulatory_approval", "European Commission approves Aerion drug", day=50, attributes=DECISION)

    assert [number for number, _ in effects(one, two, decided)] == ["0", "1", "2"]
