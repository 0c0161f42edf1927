"""Points, decay, caps, netting, breadth, fit: the arithmetic that an alert shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signalwatch import scoring
from signalwatch.model import Account, Event, Organisation, ProgramRef, Signal
from tests.ruleset.packs import BASE, day, pack_of, signal

PACK = pack_of()
SCORING = PACK.scoring


def scored(event: str, at: float, **more: Any) -> Signal:
    import msgspec

    made = signal(event, at, **more)
    points, half_life, polarity = scoring.points_for(made, SCORING)
    return msgspec.structs.replace(made, points=points, half_life=half_life, polarity=polarity)


def test_points_come_from_type_and_first_case() -> None:
    organisation = Organisation(name="Acme")
    start = Event(type="trial_start", occurred_at=day(0), organisations=(organisation,), program=ProgramRef(phase="2b"))
    early = Event(type="trial_start", occurred_at=day(0), attributes={"phase": "1"}, program=ProgramRef(phase="2"))

    assert scoring.points_for(start, SCORING) == (40.0, timedelta(days=90), "positive")
    assert scoring.points_for(early, SCORING)[0] == 30.0, "what the event itself says wins over its program"
    assert scoring.points_for(Event(type="filing"), SCORING) == (0.0, timedelta(days=60), "neutral")


def test_half_is_left_after_one_half_life() -> None:
    state = scoring.activity([scored("funding_round", 0)], day(90), SCORING)

    assert state.total == 20.0
    assert [(line.points, line.counts) for line in state.lines] == [(40.0, 20.0)]
    assert state.lines[0].label == "Funding round (90 d ago)"


def test_negatives_net_against_positives_line_by_line() -> None:
    state = scoring.activity([scored("trial_start", 0, phase="2"), scored("layoffs_restructuring", 0)], day(0), SCORING)

    assert state.total == 5.0
    assert {line.label: line.counts for line in state.lines} == {"Phase 2 start": 40.0, "Layoffs restructuring": -35.0}


def test_one_type_is_capped_and_the_newest_count_first() -> None:
    rounds = [scored("funding_round", at, n=f"r{at}") for at in range(5)]
    state = scoring.activity(rounds, day(4), SCORING)

    assert state.total == pytest.approx(90.0)
    assert state.lines[0].signal_id == "r4"


def test_breadth_beats_heat() -> None:
    hot = scoring.activity([scored("demo_request", 0, person="a", persona="executive")], day(0), SCORING)
    broad = scoring.activity(
        [scored("webinar_attended", 0, n=p, person=p, persona=p) for p in ("clinical", "outsourcing")], day(0), SCORING
    )

    assert hot.engagement == 50.0
    assert broad.engagement == 75.0
    assert broad.personas == ("clinical", "outsourcing")
    assert broad.total == sum(line.counts for line in broad.lines)
    assert scoring.qualified(broad, SCORING)
    assert not scoring.qualified(hot, SCORING)


def test_unwound_and_future_signals_count_nothing() -> None:
    import msgspec

    gone = msgspec.structs.replace(scored("ind_clearance", 0), active=False)

    assert scoring.activity([gone, scored("ind_clearance", 10)], day(5), SCORING).total == 0.0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["funding_round", "ind_clearance", "layoffs_restructuring", "page_visit"]),
            st.integers(0, 300),
        ),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_the_total_is_the_sum_of_what_is_shown_in_any_order(items: list[tuple[str, int]], random: Any) -> None:
    history = [scored(event, at, n=f"{event}{i}", persona="p") for i, (event, at) in enumerate(items)]
    shuffled = list(history)
    random.shuffle(shuffled)
    state = scoring.activity(history, day(300), SCORING)

    assert state == scoring.activity(shuffled, day(300), SCORING)
    assert state.total == pytest.approx(sum(line.counts for line in state.lines), abs=0.01)
    for event, rule in SCORING.by_type.items():
        if rule.cap is not None:
            total = sum(line.counts for line in state.lines if line.signal_id.startswith(event))
            assert abs(total) <= rule.cap + 0.02


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["funding_round", "ind_clearance", "layoffs_restructuring", "page_visit", "trial_start"]),
            st.integers(0, 300),
            st.sampled_from([1.0, -1.0]),
        ),
        min_size=1,
        max_size=9,
    )
)
def test_the_total_without_one_signal_is_what_it_would_be(items: list[tuple[str, int, float]]) -> None:
    import msgspec

    history = [scored(event, at, n=f"{event}{i}", persona=f"p{i % 3}") for i, (event, at, _) in enumerate(items)]
    history = [msgspec.structs.replace(s, points=s.points * i[2]) for s, i in zip(history, items, strict=True)]
    state = scoring.activity(history, day(300), SCORING)

    for one in history:
        expected = scoring.total_activity([s for s in history if s is not one], day(300), SCORING)
        assert scoring.total_without(state, one, history, day(300), SCORING) == pytest.approx(expected, abs=0.011)


# --- fit ------------------------------------------------------------------------------------------------------------


def account(**columns: Any) -> Account:
    own = {k: columns.pop(k) for k in ("tier", "kind", "country", "owner") if k in columns}
    return Account(account_id="acme", name="Acme", attributes=columns, **own)


def test_unknown_neither_adds_nor_subtracts_and_is_listed() -> None:
    nothing = scoring.fit(account(), PACK.icp)
    half = scoring.fit(account(kind="biotech"), PACK.icp)
    full = scoring.fit(account(kind="biotech", stage="Phase 2"), PACK.icp)

    assert (nothing.score, nothing.unknown) == (0.5, ("kind", "stage"))
    assert half.score == pytest.approx((0.5 + 2) / 3, abs=1e-4)
    assert half.unknown == ("stage",)
    assert full.score == pytest.approx((0.5 + 3) / 4)
    assert full.parts == {"kind": 1.0, "stage": 1.0}


def test_the_record_fills_what_the_list_does_not_say() -> None:
    from_record = scoring.fit(account(kind="biotech"), PACK.icp, {"stage": "2", "area": ["oncology"]})
    from_list = scoring.fit(account(kind="biotech", stage="preclinical"), PACK.icp, {"stage": "2"})

    assert from_record.parts["stage"] == 1.0
    assert from_list.parts["stage"] == 0.0, "ops know best"


def test_cells_are_read_as_their_kind() -> None:
    facts = scoring.facts_of(account(kind="Biotech", stage="phase iii", therapeutic_area="oncology; CNS"), PACK.icp)

    assert facts == {"kind": "biotech", "stage": "3", "area": ["oncology", "CNS"]}


def test_spellings_of_declared_values_are_one_value() -> None:
    icp = BASE["icp.yaml"].replace(
        "columns: [therapeutic_area, area]", "columns: [therapeutic_area], values: [infectious_disease, cns]"
    )

    assert scoring.facts_of(account(therapeutic_area="Infectious-Disease; CNS; Other"), pack_of(icp=icp).icp)[
        "area"
    ] == [
        "infectious_disease",
        "cns",
        "Other",
    ]


def test_cells_that_cannot_be_read_are_unknown_and_can_be_listed() -> None:
    odd = account(kind="spaceship", stage="late")

    assert scoring.facts_of(odd, PACK.icp) == {}
    assert scoring.unread_columns(odd, PACK.icp) == ("kind", "stage")


def test_the_negative_icp_and_tier_0_exclude() -> None:
    assert scoring.fit(account(relationship="competitor"), PACK.icp).excluded == "a competitor"
    assert scoring.fit(account(relationship="customer"), PACK.icp).excluded == ""
    assert scoring.fit(account(), PACK.icp).excluded == "", "an unknown relationship excludes nobody"
    assert "tier 0" in scoring.fit(account(tier=0), PACK.icp).excluded


def test_graded_scores_take_the_best_of_a_list() -> None:
    icp = """
        attributes: { area: { kind: list }, stage: { kind: phase } }
        segments:
          - id: s
            criteria:
              - { attribute: area, scores: { oncology: 1, cns: 0.4 }, otherwise: 0.1 }
              - { attribute: stage, scores: { "2": 0.9 } }
        unknown: { score: 0.5, weight: 0 }
        """
    pack = pack_of(icp=icp)

    assert scoring.fit(account(area="dermatology;CNS"), pack.icp).score == 0.4
    assert scoring.fit(account(area="dermatology"), pack.icp).score == 0.1
    assert scoring.fit(account(stage="2b"), pack.icp).score == 0.9, "a part of phase 2 counts as phase 2"


@pytest.mark.parametrize(
    ("title", "persona"),
    [
        ("VP, Clinical Operations", "clinical"), ("Chief Executive Officer", "executive"), ("CEO & Founder", "executive"),
        ("Procurement Lead", "outsourcing"), ("Preclinical operationsman", ""), ("", ""),
    ],
)  # fmt: skip
def test_job_titles_become_personas(title: str, persona: str) -> None:
    assert scoring.persona_of(title, PACK.personas) == persona


def test_missing_personas_of_the_buying_group() -> None:
    state = scoring.activity([scored("webinar_attended", 0, persona="clinical")], day(0), SCORING)

    assert scoring.missing_personas(state, PACK.personas) == ("outsourcing",)


def test_the_base_files_are_what_these_tests_think() -> None:
    assert "funding_round: { points: 40, half_life: 90d, polarity: positive, cap: 90 }" in BASE["scoring.yaml"]
