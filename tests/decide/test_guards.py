"""Every guard of a decision shows its numbers, until when it holds, and what would have let the event pass."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from signalwatch.decide import decide, guards
from signalwatch.decide.guards import text
from signalwatch.model import Case, TierState
from tests.decide.test_decide import PACK, case
from tests.ruleset.packs import day, pack_of, signal


def rows(given: Case, pack: Any = PACK) -> dict[str, str]:
    return {r["guard"]: text(r) for r in guards(given, pack, decide(given, pack))}


@pytest.mark.parametrize(
    ("given", "guard", "said"),
    [
        (case("funding_round", match="held"), "held match", "is held"),
        (case("funding_round", match="held"), "held match", "a person confirms it"),
        (case("funding_round", quiet=True), "quiet", "before the source was watched"),
        (case("funding_round", tier=0), "excluded", "exclusion list"),
        (case("funding_round", effect="evidence"), "duplicate", "evidence"),
        (case("funding_round", told=True), "duplicate", "told before"),
        (case("funding_round", effect="corrected"), "correction", "before anybody was told"),
        (case("funding_round", at=0, now=130), "stale", "happened 130 d before it was decided, at most 120d; 10 d too late"),
        (case("funding_round", history=(signal("layoffs_restructuring", 40),)), "inhibited",
         "layoffs restructuring of 2026-02-10 holds elevation back until 2026-08-09 00:00 UTC; 120 d too early"),
        (case("funding_round", state=TierState(tier=3, since=day(80))), "dwell", "in tier 3 for 20 d of 60d until 2026-05-21 00:00 UTC; 40 d too early"),
        (case("funding_round", state=TierState(tier=3, last_proposal_at=day(90))), "cool-down", "next after 30d until 2026-05-01 00:00 UTC; 20 d too early"),
        (case("funding_round", state=TierState(tier=3, open_recommendation="rec-1")), "cool-down", "recommendation rec-1 is open; approve, dismiss"),
        (case("funding_round"), "tier 2 by points", "activity 50.0 of 50"),
        (case("ind_clearance"), "tier 2 by points", "activity 40.0 of 50; 10 points short"),
        (case("ind_clearance"), "tier 1 by points", "fit 0.88 of 0.75, activity 40.0 of 90; 50 points short"),
        (case("funding_round", state=TierState(tier=3, counts={"2": 3}, total_accounts=10, weakest={"2": ("old", 12.0)})), "room in tier 2",
         "3 of 3; more activity than old (12.0) makes it a swap"),
        (case("funding_round", history=tuple(signal("funding_round", 99, n=f"f{i}", points=40) for i in range(3))), "cap of funding_round",
         "points count (cap 90)"),
        (case("ipo"), "shadow", "shadow-ipo fired in shadow; status: live"),
    ],
)  # fmt: skip
def test_a_guard_that_stops_says_how_far_it_is(given: Case, guard: str, said: str) -> None:
    line = rows(given)[guard]

    assert said in line
    assert line.startswith("- ") or guard == "tier 2 by points"


def test_guards_that_let_it_pass_show_their_numbers_too() -> None:
    given = case("funding_round", state=TierState(tier=3, since=day(0), last_proposal_at=day(10)))
    found = rows(given)

    assert found["stale"] == "+ stale: happened 0 h before it was decided, at most 120d"
    assert found["dwell"] == "+ dwell: in tier 3 for 100 d of 60d"
    assert found["cool-down"] == "+ cool-down: last proposal on 2026-01-11, next after 30d"
    assert found["inhibited"] == "+ inhibited: no distress within 180d"
    assert all(line.startswith("+") for line in found.values() if not line.startswith(("- tier", "- room")))


def test_what_the_guards_say_is_what_stopped_it() -> None:
    """The first guard that decide names is one that does not pass here, whatever the case."""
    states = [
        TierState(tier=3),
        TierState(tier=3, since=day(90)),
        TierState(tier=3, open_recommendation="r"),
        TierState(tier=3, last_proposal_at=day(95)),
    ]
    distress = (signal("layoffs_restructuring", 60),)
    seen = set()
    for state in states:
        for history in ((), distress):
            for more in ({}, {"quiet": True}, {"effect": "evidence"}, {"match": "held"}, {"at": 0, "now": 150}):
                given = case("funding_round", state=state, history=history, **more)  # type: ignore[arg-type]
                stopped = decide(given, PACK).stopped_by
                if stopped:
                    seen.add(stopped)
                    assert rows(given)[stopped].startswith("- "), stopped

    assert seen == {"held match", "quiet", "duplicate", "stale", "inhibited", "dwell", "cool-down"}


def test_nothing_is_capped_where_nothing_is_lost() -> None:
    pack = pack_of("- { id: none, when: filing }\n")

    assert not any(name.startswith("cap of") for name in rows(case("funding_round"), pack))
    assert timedelta(0) < pack.tiers.stale_after
