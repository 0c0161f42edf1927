"""One event, one account: who hears of it, which move is proposed, and which guard stops what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, cast

import msgspec
import pytest

from signalwatch.decide import case_of_silence, decide, review, why_not, why_not_text
from signalwatch.model import (
    Account,
    Case,
    Decision,
    Event,
    Match,
    Organisation,
    Program,
    Signal,
    StoryIntent,
    StoryState,
    TierState,
)
from tests.ruleset.packs import BASE, day, pack_of, signal

RULES = """
- { id: ind-tells, for: { tier: [1, 2] }, when: ind_clearance, because: "{ind_clearance.product|a product} was cleared" }
- { id: round-proposes, title: New round, for: { tier: [3] }, when: funding_round, propose: { tier: 2, play: engagement }, points: 10 }
- { id: shadow-ipo, status: shadow, when: ipo }
- { id: quiet-approval, alert: false, when: regulatory_approval, points: 5 }
- { id: distress-lowers, for: { tier: [2] }, when: distress, propose: { tier: 3 } }
"""
PACK = pack_of(RULES)
SCORED = pack_of("- { id: none, when: filing }\n")
Effect = Literal["opened", "evidence", "updated", "status_change", "corrected"]


def case(
    event: str,
    *,
    at: float = 100,
    now: float | None = None,
    effect: Effect = "opened",
    tier: int = 3,
    state: TierState | None = None,
    history: tuple[Signal, ...] = (),
    told: bool = False,
    quiet: bool = False,
    match: str = "matched",
    columns: Mapping[str, Any] | None = None,
    programs: tuple[Program, ...] = (),
    **attributes: Any,
) -> Case:
    happened = Event(
        type=event,
        event_id=f"ev-{event}",
        document_id="doc",
        connector="feeds",
        occurred_at=day(at),
        published_at=day(at),
        first_seen_at=day(at),
        title=f"{event} at Acme",
        organisations=(Organisation(name="Acme"),),
        attributes=attributes,
        quiet=quiet,
    )
    story = StoryState(story_id="st", type=event, opened_at=day(at), last_at=day(at), events=(happened,))
    own = Signal(
        signal_id="now", account_id="acme", type=event, at=day(at), story_id="st", event_id=happened.event_id,
        attributes=attributes, quiet=quiet, first_seen_at=day(at),
    )  # fmt: skip
    known = tuple(sorted((*history, own), key=lambda s: s.at))
    return Case(
        now=day(at if now is None else now),
        event=happened,
        account=Account(
            account_id="acme", name="Acme", tier=tier, attributes=dict(columns or {"kind": "biotech", "stage": "2"})
        ),
        match=Match(status=cast("Any", match), account_id="acme"),
        story=StoryIntent(story_id="st", effect=effect, story=story, reason="told again"),
        signal=own,
        history=known,
        programs=programs,
        tier=state or TierState(tier=tier),
        told=told,
    )


def said(decision: Decision) -> tuple[list[str], str, str]:
    """Kinds of alerts, the proposal, and the guard."""
    move = decision.recommendation
    proposal = "" if move is None else f"{move.kind} {move.from_tier}>{move.to_tier}"
    return [a.kind for a in decision.alerts], proposal, decision.stopped_by


DISTRESSED = signal("layoffs_restructuring", 50, n="old", points=-35)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # what alerts
        (case("ind_clearance", tier=1), (["alert"], "", "")),
        (case("ind_clearance", tier=3), ([], "", "")),
        (case("funding_round"), (["recommendation"], "elevate 3>2", "")),
        (case("layoffs_restructuring", tier=2), (["recommendation"], "lower 2>3", "")),
        (case("regulatory_approval", tier=1), ([], "", "")),
        # guards
        (case("ind_clearance", tier=1, quiet=True), ([], "", "quiet")),
        (case("ind_clearance", tier=1, match="held"), ([], "", "held match")),
        (case("ind_clearance", tier=1, match="ambiguous"), ([], "", "held match")),
        (case("ind_clearance", tier=1, columns={"relationship": "competitor"}), ([], "", "excluded")),
        (case("ind_clearance", tier=1, effect="evidence"), ([], "", "duplicate")),
        (case("ind_clearance", tier=1, told=True), ([], "", "duplicate")),
        (case("ipo"), ([], "", "shadow")),
        (case("ind_clearance", tier=1, now=221), ([], "", "stale")),
        (case("ind_clearance", tier=1, now=220), (["alert"], "", "")),
        (case("funding_round", now=221), ([], "", "stale")),
        (case("ind_clearance", tier=1, now=300, effect="status_change", told=True), (["update"], "", "")),
        (case("funding_round", history=(DISTRESSED,)), ([], "", "inhibited")),
        (case("funding_round", at=231, history=(DISTRESSED,)), (["recommendation"], "elevate 3>2", "")),
        (case("funding_round", state=TierState(tier=3, since=day(41))), ([], "", "dwell")),
        (case("funding_round", state=TierState(tier=3, since=day(40))), (["recommendation"], "elevate 3>2", "")),
        (case("funding_round", state=TierState(tier=3, last_proposal_at=day(71))), ([], "", "cool-down")),
        (case("funding_round", state=TierState(tier=3, last_proposal_at=day(70))), (["recommendation"], "elevate 3>2", "")),
        (case("funding_round", state=TierState(tier=3, open_recommendation="x")), ([], "", "cool-down")),
        (case("layoffs_restructuring", tier=2, state=TierState(tier=2, since=day(80))), ([], "", "dwell")),
        # stories
        (case("ind_clearance", tier=1, effect="status_change", told=True), (["update"], "", "")),
        (case("ipo", effect="status_change", told=True), (["update"], "", "")),
        (case("ind_clearance", tier=1, effect="status_change"), (["alert"], "", "")),
        (case("ind_clearance", tier=1, effect="updated"), (["alert"], "", "")),
        (case("ind_clearance", tier=1, effect="updated", told=True), ([], "", "duplicate")),
        (case("ind_clearance", tier=1, effect="corrected", told=True), (["correction"], "", "")),
        (case("ind_clearance", tier=1, effect="corrected"), ([], "", "correction")),
        (case("ind_clearance", tier=1, effect="status_change", told=True, quiet=True), ([], "", "quiet")),
    ],
)  # fmt: skip
def test_guards_and_alerts(given: Case, expected: tuple[list[str], str, str]) -> None:
    assert said(decide(given, PACK)) == expected


def test_a_correction_takes_the_points_back() -> None:
    scored = signal("ind_clearance", 100, n="now", points=40)
    decision = decide(case("ind_clearance", tier=1, effect="corrected", told=True, history=()), PACK)
    before = decide(
        msgspec.structs.replace(case("ind_clearance", effect="corrected", told=True), history=(scored,)), PACK
    )

    assert decision.signal is not None
    assert decision.signal.active is False
    assert (before.activity_before, before.activity and before.activity.total) == (40.0, 0.0)
    assert decision.outcomes == ()


def test_a_correction_with_other_facts_is_scored_again_and_told_once() -> None:
    told = signal("funding_round", 100, n="now", points=50, attributes={"series": "C", "amount": 80_000_000})
    given = case("funding_round", tier=1, effect="corrected", told=True, series="C", amount=30_000_000)
    given = msgspec.structs.replace(given, restated=True, history=(told,))
    decision = decide(given, PACK)
    silent = decide(msgspec.structs.replace(given, told=False), PACK)

    assert decision.signal is not None
    assert decision.activity is not None
    assert (decision.signal.active, decision.signal.points) == (True, 40.0)
    assert (decision.activity_before, decision.activity.total) == (50.0, 40.0)
    assert [a.kind for a in decision.alerts] == ["correction"]
    assert decision.recommendation is None
    assert "Corrected: +40 points instead of +50" in decision.notes
    assert (silent.alerts, silent.stopped_by) == ((), "correction")


def test_scores_points_and_extra_points_of_a_rule() -> None:
    decision = decide(case("funding_round", series="C", amount=80_000_000), PACK)

    assert decision.signal is not None
    assert decision.activity is not None
    assert decision.signal.points == 50.0
    assert (decision.activity_before, decision.activity.total) == (0.0, 50.0)
    assert decision.fit is not None
    assert decision.fit.score == pytest.approx(0.875)


def test_evidence_keeps_the_points_of_the_first_telling() -> None:
    first = decide(case("funding_round"), PACK).signal
    assert first is not None
    again = msgspec.structs.replace(case("funding_round", effect="evidence"), signal=first, history=(first,))

    decision = decide(again, PACK)

    assert decision.signal is not None
    assert decision.signal.points == 50.0
    assert decision.activity is not None
    assert decision.activity_before == decision.activity.total


def test_distress_lowers_the_priority_of_what_is_told() -> None:
    told = decide(case("ind_clearance", tier=1, history=(DISTRESSED,)), PACK)
    itself = decide(case("layoffs_restructuring", tier=2), PACK)

    assert told.notes == ("Low priority: layoffs restructuring on 2026-02-20",)
    assert itself.notes == ()


def test_thresholds_propose_without_any_rule_and_say_why() -> None:
    history = (signal("ind_clearance", 99, n="a", points=40),)
    decision = decide(case("trial_start", phase="2", history=history), SCORED)

    assert said(decision) == (["recommendation"], "elevate 3>2", "")
    assert decision.recommendation is not None
    assert decision.recommendation.rule_ids == ("tier-2-threshold",)
    assert decision.recommendation.because == "activity 80 reached 50, fit 0.88 reached 0.5"
    assert decision.recommendation.first_step == "Call them."


@pytest.mark.parametrize("kind", ["big_pharma"])
def test_a_threshold_needs_fit_as_well(kind: str) -> None:
    history = (signal("ind_clearance", 99, n="a", points=40),)

    assert (
        said(
            decide(
                case("trial_start", phase="2", history=history, columns={"kind": kind, "stage": "preclinical"}), SCORED
            )
        )[1]
        == ""
    )


def test_bad_news_never_elevates() -> None:
    history = tuple(signal("ind_clearance", 99, n=f"i{i}", points=40) for i in range(5))

    assert said(decide(case("layoffs_restructuring", history=history), SCORED))[1] == ""


def test_a_full_tier_swaps_or_waits() -> None:
    def state(weakest: float) -> TierState:
        return TierState(tier=3, counts={"2": 30}, total_accounts=100, weakest={"2": ("weak-bio", weakest)})

    swap = decide(case("funding_round", state=state(10.0)), PACK)
    wait = decide(case("funding_round", state=state(200.0)), PACK)
    room = decide(case("funding_round", state=TierState(tier=3, counts={"2": 29}, total_accounts=100)), PACK)

    assert said(swap) == (["recommendation"], "swap 3>2", "")
    assert swap.recommendation is not None
    assert swap.recommendation.swap_with == "weak-bio"
    assert "step down weak-bio" in swap.notes[0]
    assert said(wait)[1] == "waiting_list 3>2"
    assert said(room)[1] == "elevate 3>2"


def test_tier_1_holds_at_most_ten_or_five_percent() -> None:
    tier = PACK.tiers.tiers[1]

    assert [tier.capacity(n) for n in (0, 5, 40, 100, 200, 1000)] == [10, 1, 2, 5, 10, 10]


def test_the_furthest_elevation_is_proposed() -> None:
    history = tuple(signal("ind_clearance", 99, n=f"i{i}", points=40) for i in range(3))
    decision = decide(case("funding_round", history=history), PACK)

    assert said(decision)[1] == "elevate 3>1"


def test_registry_facts_reach_fit_and_rules() -> None:
    pack = pack_of("- { id: onc, for: { area: [oncology] }, when: ind_clearance }\n")
    program = Program(program_id="p", account_id="acme", phase="2", areas=("oncology",), modalities=("antibody",))
    known = case("ind_clearance", columns={"kind": "biotech"}, programs=(program,))

    assert said(decide(known, pack))[0] == ["alert"]
    assert said(decide(case("ind_clearance", columns={"kind": "biotech"}), pack))[0] == []
    assert decide(known, pack).fit == decide(case("ind_clearance", columns={"kind": "biotech", "stage": "2"}), pack).fit


def test_engagement_gets_its_person_and_persona() -> None:
    decision = decide(case("webinar_attended", person="p1", job_title="Head of Clinical Operations"), PACK)

    assert decision.signal is not None
    assert (decision.signal.engagement, decision.signal.person, decision.signal.persona) == (True, "p1", "clinical")


def test_deciding_again_gives_the_same_answer_to_the_byte() -> None:
    given = case("funding_round", history=(DISTRESSED,), series="B")
    stored = msgspec.json.decode(msgspec.json.encode(given), type=Case)
    first, again = decide(given, PACK, accounts_hash="a"), decide(stored, PACK, accounts_hash="a")

    assert msgspec.json.encode(first) == msgspec.json.encode(again)
    assert first.hashes == {"ruleset": PACK.hash, "case": first.hashes["case"], "accounts": "a", "payload": "doc"}


def test_ids_differ_by_case_and_rule_set() -> None:
    other = pack_of(RULES + "- { id: more, when: ipo }\n")
    ids = {
        decide(case("funding_round"), PACK).decision_id,
        decide(case("funding_round", at=101), PACK).decision_id,
        decide(case("funding_round"), other).decision_id,
    }

    assert len(ids) == 3


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (case("ind_clearance", tier=3), "no rule fired. ind-tells: tier 3 is not one of 1, 2 (for.tier)"),
        (case("ind_clearance", tier=1), "it did alert (alert)"),
        (case("filing"), "no rule asks for this type of event"),
        (case("regulatory_approval"), "only silent rules fired: quiet-approval"),
        (case("ipo"), "stopped by shadow: only rules in shadow fired"),
    ],
)  # fmt: skip
def test_why_not(given: Case, words: str) -> None:
    assert why_not(decide(given, PACK)).startswith(words)


def test_why_not_of_a_guard_says_until_when() -> None:
    text = why_not(decide(case("funding_round", history=(DISTRESSED,)), PACK))

    assert text.startswith("stopped by inhibited")
    assert "until 2026-08-19: layoffs restructuring on 2026-02-20" in text


def test_why_not_of_one_rule() -> None:
    decision = decide(case("ind_clearance", tier=3), PACK)

    assert why_not_text(decision, "ind-tells") == "rule ind-tells did not fire: tier 3 is not one of 1, 2 (for.tier)"
    assert why_not_text(decision, "round-proposes").startswith("rule round-proposes was not considered")


# --- silences ---------------------------------------------------------------------------------------------------------


def test_a_silence_is_decided_like_an_event_and_by_its_own_rule_only() -> None:
    pack = pack_of(
        "- { id: half-year, when: { ind_clearance: { absent_for: { event: trial_start, for: 180d } } } }\n"
        "- { id: quarter, when: { ind_clearance: { absent_for: { event: trial_start, for: 90d } } } }\n"
    )
    cleared = signal("ind_clearance", 0, points=40)
    account = Account(account_id="acme", name="Acme")

    due = pack.silences([cleared], day(0), day(200))
    decisions = [decide(case_of_silence(s, account, (cleared,), TierState(), day(200)), pack) for s in due]

    assert [[(o.rule_id, o.fired) for o in d.outcomes] for d in decisions] == [
        [("quarter", True)],
        [("half-year", True)],
    ]
    assert [said(d)[0] for d in decisions] == [["alert"], ["alert"]]
    assert decisions[0].signal is not None
    assert decisions[0].signal.signal_id == due[0].signal_id
    assert pack.silences([cleared], day(90), day(179)) == ()


# --- stepping down ----------------------------------------------------------------------------------------------------


def stepped(history: tuple[Signal, ...], now: float, **state: Any) -> str:
    tier = TierState(tier=2, **state)
    move = review(tier, history, PACK, day(now), "acme")
    return "" if move is None else f"{move.kind} {move.from_tier}>{move.to_tier}"


def test_low_activity_for_long_enough_proposes_a_step_down() -> None:
    round_ = signal("funding_round", 0, points=40)  # 40 → 25 after 61 days

    assert stepped((round_,), 150) == ""
    assert stepped((round_,), 153) == "lower 2>3"
    assert stepped((round_, signal("ind_clearance", 100, points=40)), 153) == ""
    assert stepped((round_,), 153, since=day(70)) == ""
    assert stepped((round_,), 153, last_proposal_at=day(130)) == ""
    assert stepped((round_,), 153, open_recommendation="x") == ""
    assert stepped((), 10) == "lower 2>3"


def test_the_reason_of_a_step_down() -> None:
    move = review(TierState(tier=2), (), PACK, day(10), "acme")

    assert move is not None
    assert move.because == "activity 0 stayed below 25 for 90d"
    assert move.expires_at == day(10) + timedelta(days=14)


def test_base_has_the_thresholds_used_here() -> None:
    assert "leave: { activity: 25, for: 90d }" in BASE["tiers.yaml"]


@pytest.mark.parametrize("polarity", ["neutral", "positive", "negative"])
def test_a_stored_case_has_the_digest_it_was_decided_with(polarity: str) -> None:
    """A word that was read from a file equals the model's default without being it: the digest must not tell them apart."""
    scoring = BASE["scoring.yaml"].replace(
        "events:\n", f"events:\n          ipo: {{ points: 20, polarity: {polarity} }}\n"
    )
    pack = pack_of("- { id: r, when: ipo }\n", scoring=scoring)
    first = decide(case("ipo", at=90), pack)
    assert first.signal is not None
    given = case("ipo", history=(first.signal,))
    made = decide(given, pack)
    stored = msgspec.convert(msgspec.json.decode(msgspec.json.encode(given)), Case)

    assert decide(stored, pack) == made
    assert decide(stored, pack).hashes == made.hashes
