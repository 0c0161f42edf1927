"""The assess transaction: what it shows, what it writes, that it is all or nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from signalwatch.model import Account, Activity, Candidate, Case, Fit, Match, Program, Recommendation, StoryIntent
from signalwatch.store import Store
from signalwatch.store.records import AssessWrite, ReviewItem, Sighting, Suggestion
from tests.store.samples import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    assessed,
    commit,
    decision,
    document,
    event,
    letter,
    signal,
    story,
    with_events,
)


def write(store: Store, **what: Any) -> None:
    """Write one batch."""
    with store.assessing(NOW) as tx:
        tx.write(AssessWrite(now=what.pop("now", NOW), **what))


def test_events_come_oldest_published_first(store: Store) -> None:
    """Undated ones stand where they were first seen; the limit cuts the newest."""
    with_events(store)
    commit(
        store,
        [],
        [
            event("late", published_at=NOW - HOUR),
            event("undated", published_at=None, first_seen_at=NOW - DAY),
            event("early", published_at=NOW - 9 * DAY),
        ],
    )

    with store.assessing(NOW, limit=2) as tx:
        keys = [e.document_key for e in tx.events]

    assert keys == ["early", "undated"]


def test_an_event_comes_back_as_it_was(store: Store) -> None:
    """Every field survives, and no other."""
    (given,) = with_events(store, "k1", attributes={"amount": 75_000_000, "phase": "1/2"}, confidence=0.875)

    with store.assessing(NOW) as tx:
        assert tx.events == [given]
    assert store.event(given.event_id) == given
    assert store.events_by_id([given.event_id, "zz"]) == {given.event_id: given}


def test_assessed_events_do_not_come_again_and_others_do(store: Store) -> None:
    """What a write names is done; what it leaves out stays new."""
    a, b, c = with_events(store, "a", "b", "c")
    write(
        store,
        events=[assessed(a, "s1", account_ids=("A",)), assessed(b, outcome="held", reason="two candidates")],
        decisions=[(decision("d1", event_id=a.event_id), {})],
    )

    with store.assessing(NOW) as tx:
        assert tx.events == [c]
    done, held = store.stored_event(a.event_id), store.stored_event(b.event_id)
    assert done is not None
    assert held is not None
    assert (done.state, done.story_id, done.account_ids, done.assessed_at) == ("assessed", "s1", ("A",), NOW)
    assert (held.state, held.outcome, held.reason) == ("held", "held", "two candidates")
    assert store.events(state="held") == [b]
    assert store.events(state="new") == [c]
    assert store.events(story_id="s1") == [a]
    assert store.events(account_id="A") == [a]
    counts = store.counts()
    assert [counts[f"events_{s}"] for s in ("new", "held", "failed", "assessed")] == [1, 1, 0, 1]


def test_an_exception_rolls_everything_back(store: Store) -> None:
    """A bug in deciding loses nothing: the events are new again and nothing else was written."""
    (given,) = with_events(store, "k1")

    def fail_after_writing() -> None:
        with store.assessing(NOW) as tx:
            tx.write(AssessWrite(now=NOW, events=[assessed(given)], signals=[signal("g")], outbox=[letter("o")]))
            raise RuntimeError("bug")

    with pytest.raises(RuntimeError, match="bug"):
        fail_after_writing()

    with store.assessing(NOW) as tx:
        assert tx.events == [given]
    counts = store.counts()
    assert (counts["signals"], counts["outbox"]) == (0, 0)


def test_a_write_inside_a_batch_is_refused_at_once(store: Store) -> None:
    """Instead of waiting for itself for half a minute."""
    from signalwatch.errors import StoreError

    with pytest.raises(StoreError, match="a write inside a write"), store.assessing(NOW):
        store.heartbeat("x", NOW)


def test_stories_are_found_by_key_with_their_events(store: Store) -> None:
    """Only those told recently enough; events oldest first."""
    a, b, c = with_events(store, "a", "b", "c")
    late = event("late", published_at=NOW)
    commit(store, [], [late])
    write(
        store,
        events=[assessed(late, "s1"), assessed(a, "s1"), assessed(b, "s1"), assessed(c, "s2")],
        stories=[
            story("s1", late, b, a, keys=("k", "l" * 3000), attributes={"phase": "2"}, status="started"),
            story("s2", c, keys=("k",), last_at=NOW - 40 * DAY),
        ],
    )

    with store.assessing(NOW) as tx:
        (found,) = tx.stories(["k", "zz"], NOW - 30 * DAY)
        by_long_key = tx.stories(["l" * 3000], NOW - 30 * DAY)
        both = tx.stories(["k"], NOW - 50 * DAY)
        assert tx.stories([], NOW) == []

    assert (found.story_id, found.status, dict(found.attributes)) == ("s1", "started", {"phase": "2"})
    assert list(found.events) == [*sorted([a, b], key=lambda e: e.event_id), late]
    assert [s.story_id for s in by_long_key] == ["s1"]
    assert [s.story_id for s in both] == ["s2", "s1"]
    assert store.story("s1") == found
    assert [s.story_id for s in store.stories(since=NOW - DAY)] == ["s1"]
    assert store.story("zz") is None


def test_a_story_written_again_takes_over_its_events(store: Store) -> None:
    """Merging two stories moves the events of the other; nobody has to name them as assessed."""
    a, b = with_events(store, "a", "b")
    write(store, events=[assessed(a, "s1"), assessed(b, "s2")], stories=[story("s1", a), story("s2", b)])
    write(store, stories=[story("s1", a, b, status="completed")])

    found = store.story("s1")

    assert found is not None
    assert found.status == "completed"
    assert sorted(e.document_key for e in found.events) == ["a", "b"]


def test_signals_come_per_account_in_order(store: Store) -> None:
    """From ``since`` on; retired ones are there, inactive; every asked account has a list."""
    with_events(store)
    write(
        store,
        signals=[
            signal("g2", at=NOW),
            signal("g1", at=NOW - DAY),
            signal("g0", at=NOW - 9 * DAY),
            signal("h", account_id="B", at=NOW),
        ],
    )
    write(store, retired_signals=["g1"])

    with store.assessing(NOW) as tx:
        found = tx.signals(["A", "B", "C"], NOW - 2 * DAY)

    assert [(s.signal_id, s.active) for s in found["A"]] == [("g1", False), ("g2", True)]
    assert [s.signal_id for s in found["B"]] == ["h"]
    assert found["C"] == []
    assert [s.signal_id for s in store.signals(account_id="A", active_only=True)] == ["g2", "g0"]


def test_a_signal_written_again_is_renewed(store: Store) -> None:
    """The same id replaces points and comes back to life."""
    with_events(store)
    write(store, signals=[signal("g", points=40.0)])
    write(store, retired_signals=["g"])
    write(store, signals=[signal("g", points=20.0)])

    (found,) = store.signals(account_id="A")

    assert (found.points, found.active) == (20.0, True)


def test_programs_and_decisions_round_trip(store: Store) -> None:
    """A decision record holds the inputs, so that it can be decided again."""
    (given,) = with_events(store, "k1")
    program = Program(program_id="p1", account_id="A", asset="NB-101", nct_ids=("NCT1",))
    made = decision("d1", event_id=given.event_id, stopped_by="quiet")
    case = Case(
        now=NOW,
        event=given,
        account=Account(account_id="A", name="Nimbelo"),
        match=Match(status="matched", account_id="A"),
        story=StoryIntent(story_id="s1", effect="opened", story=story("s1", given)),
        signal=signal("g"),
    )
    write(store, programs=[program], decisions=[(made, {"case": case})])

    with store.assessing(NOW) as tx:
        assert tx.programs(["A", "B"]) == {"A": [program], "B": []}
    record = store.decision("d1")
    assert record is not None
    found, inputs = record
    assert found == made
    assert inputs["case"]["account"]["name"] == "Nimbelo"
    assert [d.decision for d in store.decisions(account_id="A")] == [made]
    assert [d.decision for d in store.decisions(event_id=given.event_id)] == [made]
    assert store.decisions(event_id="zz") == []
    assert store.decision("zz") is None


def test_tier_states_tell_what_policy_needs(store: Store) -> None:
    """Tier, since, last proposal, counts of the whole list, and the weakest of tiers 1 and 2."""
    accounts = [
        Account(account_id=name, name=name, tier=tier, tier_since=NOW - 90 * DAY)
        for name, tier in zip("ABCDE", (1, 1, 2, 3, 3), strict=True)
    ]
    store.upsert_accounts(accounts, NOW)
    with_events(store)
    write(
        store,
        decisions=[
            (decision("d1", "A", activity=Activity(total=80.0), fit=Fit(score=0.9)), {}),
            (decision("d2", "B", activity=Activity(total=95.0)), {}),
        ],
        recommendations=[
            Recommendation(
                recommendation_id="r1", account_id="D", kind="elevate", created_at=NOW - DAY, status="dismissed"
            ),
            Recommendation(recommendation_id="r2", account_id="D", kind="elevate", to_tier=2, created_at=NOW - HOUR),
        ],
    )

    with store.assessing(NOW) as tx:
        states = tx.tier_states(["A", "D", "unknown"])
        assert tx.tier_states([]) == {}

    assert set(states) == {"A", "D"}
    assert (states["A"].tier, states["A"].since) == (1, NOW - 90 * DAY)
    assert (states["D"].last_proposal_at, states["D"].open_recommendation) == (NOW - HOUR, "r2")
    assert (dict(states["A"].counts), states["A"].total_accounts) == ({"1": 2, "2": 1, "3": 2}, 5)
    assert dict(states["A"].weakest) == {"1": ("A", 80.0), "2": ("C", 0.0)}


def test_tier_counts_follow_tier_moves(store: Store) -> None:
    """The cached counts are never old."""
    store.upsert_accounts([Account(account_id="A", name="A", tier=3)], NOW)
    with store.assessing(NOW) as tx:
        assert dict(tx.tier_states(["A"])["A"].counts) == {"3": 1}
    store.set_tier("A", 2, NOW, "me", "because")
    with store.assessing(NOW) as tx:
        assert dict(tx.tier_states(["A"])["A"].counts) == {"2": 1}


@pytest.mark.parametrize(
    ("state", "known"), [("sent", True), ("uncertain", True), ("dead", False), ("dropped", False), ("pending", True)]
)
def test_told_is_what_went_or_waits(store: Store, state: str, known: bool) -> None:
    """A message that died or was dropped told nobody."""
    from signalwatch.store.records import DeliveryResult

    with_events(store)
    write(store, outbox=[letter("o", story_id="s1", account_id="A"), letter("p", story_id="", account_id="A")])
    if state == "dropped":
        store.drop_outbox(["o"])
    elif state != "pending":
        store.claim_outbox(NOW, owner="w", lease=HOUR)
        result: Any = {"outbox_ids": ["o"], "owner": "w", "now": NOW, "state": state}
        store.record_delivery(DeliveryResult(**result))

    with store.assessing(NOW) as tx:
        assert tx.told(["s1", "", "zz"]) == ({("s1", "A")} if known else set())
        assert [row.item.outbox_id for row in tx.told_recipients("s1")] == (["o"] if known else [])


def test_the_outbox_row_is_written_once(store: Store) -> None:
    """Deciding the same again does not send again, whatever became of the message."""
    with_events(store)
    write(store, outbox=[letter("o")])
    store.drop_outbox(["o"])
    write(store, outbox=[letter("o")])

    (row,) = store.outbox()
    assert row.state == "dropped"


def test_a_repeated_recommendation_keeps_what_people_said(store: Store) -> None:
    """Renewed text does not re-open it; a superseding write ends it."""
    with_events(store)
    given = Recommendation(recommendation_id="r", account_id="A", kind="elevate", because="one")
    write(store, recommendations=[given])
    store.decide_recommendation("r", "dismissed", "me", NOW, "no budget")
    write(store, recommendations=[replace(given, because="two")])
    dismissed = store.recommendation("r")
    write(store, recommendations=[replace(given, recommendation_id="r2")])
    write(store, recommendations=[replace(given, recommendation_id="r2", status="superseded")])

    assert dismissed is not None
    assert (dismissed.status, dismissed.because, dismissed.note) == ("dismissed", "two", "no budget")
    assert [r.recommendation_id for r in store.recommendations(status="superseded")] == ["r2"]


def test_reviews_gather_events_and_stay_answered(store: Store) -> None:
    """One question per mention; answering gives back the events that wait."""
    a, b, c = with_events(store, "a", "b", "c")
    ask = ReviewItem(review_id="v", mention="Relay", candidates=(Candidate(account_id="A", score=0.8),), reason="short")
    write(store, events=[assessed(a, outcome="held")], reviews=[replace(ask, event_ids=(a.event_id,))])
    write(store, events=[assessed(b, outcome="held")], reviews=[replace(ask, event_ids=(b.event_id, a.event_id))])

    (waiting,) = store.reviews()
    answered = store.answer_review("v", "confirmed", "A", "me", NOW)
    write(store, events=[assessed(c, outcome="held")], reviews=[replace(ask, event_ids=(c.event_id,))])

    assert sorted(waiting.event_ids) == sorted([a.event_id, b.event_id])
    assert waiting.candidates == ask.candidates
    assert (answered.state, answered.answer) == ("confirmed", "A")
    assert store.reviews() == []
    assert store.requeue_events(answered.event_ids) == 2
    with store.assessing(NOW) as tx:
        assert {e.event_id for e in tx.events} == {a.event_id, b.event_id}


def sighting(event_id: str, at: datetime = NOW, **more: Any) -> Sighting:
    return Sighting(event_id=event_id, type="trial_start", at=at, **more)


def test_suggestions_add_up(store: Store) -> None:
    """Events are counted over batches, each once however often it is written; dismissed ones stay away."""
    with_events(store)
    found = Suggestion(name="Nimbelo", key="nimbelo", sightings=(sighting("e1"), sighting("e2", NOW - DAY)))
    write(store, suggestions=[found, Suggestion(name="Other", key="other", sightings=(sighting("e4"),))])
    again = (sighting("e3", NOW + DAY), sighting("e1", title="renewed"))
    write(store, suggestions=[replace(found, name="NIMBELO, INC.", sightings=again)])

    first, second = store.suggestions()

    assert (first.key, first.name, first.events, first.last_at) == ("nimbelo", "Nimbelo", 3, NOW + DAY)
    assert [(s.event_id, s.title) for s in first.sightings] == [("e3", ""), ("e1", "renewed"), ("e2", "")]
    assert second.key == "other"
    assert store.suggestion("nimbelo") == first
    assert store.close_suggestion("nimbelo", "dismissed")
    write(store, suggestions=[found])
    assert [s.key for s in store.suggestions()] == ["other"]
    assert not store.close_suggestion("zz", "added")
    assert store.suggestion("zz") is None


def test_a_suggestion_remembers_its_newest_events(store: Store) -> None:
    with_events(store)
    seen = tuple(sighting(f"e{n:03}", NOW + n * DAY) for n in range(60))
    for start in (0, 30, 0):
        write(store, suggestions=[Suggestion(name="N", key="n", sightings=seen[start : start + 30])])

    [found] = store.suggestions()
    assert [s.event_id for s in found.sightings] == [f"e{n:03}" for n in range(59, 19, -1)]


def test_studies_of_accounts_are_watched(store: Store) -> None:
    """A signal makes the study of its event watched; entries of other kinds are not read again anyway."""
    a, b = with_events(store, "a", "b")
    commit(store, [document("c", kind="entry")], [event("c")])
    write(store, signals=[signal("g", event_id=a.event_id), signal("h", "B", event_id=event("c").event_id)])

    assert store.watched_studies("reg", limit=10) == ["a"]
    assert store.watched_studies("reg", ["A"], limit=10, before=NOW + MINUTE) == ["a"]
    assert store.watched_studies("reg", ["B"], limit=10) == []
    assert b.document_key not in store.watched_studies("reg")


def test_reset_sends_everything_back(store: Store) -> None:
    """`reprocess`: events are new again, their signals wait inactive, engagement is left alone."""
    a, b = with_events(store, "a", "b", published_at=NOW)
    old = event("old", published_at=NOW - 90 * DAY)
    commit(store, [], [old])
    write(
        store,
        events=[assessed(e, "s1") for e in (a, b, old)],
        stories=[story("s1", a, b, old, opened_at=NOW)],
        signals=[signal("g", event_id=a.event_id), signal("o", event_id=old.event_id)],
    )
    store.add_signals([signal("visit", event_id="", engagement=True, type="page_visit")])

    assert store.reset_events(NOW - DAY) == 2

    assert {s.signal_id: s.active for s in store.signals(account_id="A")} == {"g": False, "o": True, "visit": True}
    with store.assessing(NOW) as tx:
        assert {e.event_id for e in tx.events} == {a.event_id, b.event_id}
        assert [s.story_id for s in tx.stories(["k"], NOW - DAY)] == ["s1"]
    assert store.reset_events(NOW - DAY, forget_stories=True) == 2
    assert store.stories() == []
    kept = store.stored_event(old.event_id)
    assert kept is not None
    assert kept.state == "assessed"


def test_unmatched_events_that_name_a_new_account_come_again(store: Store) -> None:
    """By the name as text, whatever its case; others stay."""
    a, b = with_events(store, "a", "b")
    commit(store, [], [event("z", title="Šibenik “Pharma” & Co starts")])
    z = event("z")
    write(store, events=[assessed(e, outcome="unmatched") for e in (a, b, z)])

    assert store.requeue_unmatched("šibenik “Pharma”") in (0, 1)
    assert store.requeue_unmatched("nimbelo bio") in (2, 3)
    assert store.requeue_unmatched("100% Nothing_") == 0


def test_writing_the_same_batch_twice_is_harmless(store: Store) -> None:
    """Ids are digests: a repeat renews rows instead of adding any."""
    (given,) = with_events(store, "a")
    batch: dict[str, Any] = {
        "events": [assessed(given, "s1")],
        "stories": [story("s1", given)],
        "signals": [signal("g", event_id=given.event_id)],
        "programs": [Program(program_id="p", account_id="A")],
        "decisions": [(decision("d", event_id=given.event_id), {})],
        "recommendations": [Recommendation(recommendation_id="r", account_id="A", kind="elevate")],
        "outbox": [letter("o")],
        "suggestions": [Suggestion(name="N", key="n", sightings=(sighting(given.event_id),))],
        "reviews": [ReviewItem(review_id="v", mention="M", event_ids=(given.event_id,))],
    }
    write(store, **batch)
    once = store.counts()
    write(store, **batch)

    assert store.counts() == once
