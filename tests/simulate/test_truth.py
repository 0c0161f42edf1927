"""Scoring on alerts made by hand: what is right, wrong, missing, told twice, late."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from signalwatch.simulate.happenings import Happening, Publication
from signalwatch.simulate.truth import (
    SeenEvent,
    SeenStory,
    SentAlert,
    StoreView,
    TierMove,
    Truth,
    expectation,
    key_of,
    musts,
    percentile,
    score,
)
from signalwatch.simulate.world import World


@pytest.fixture(scope="module")
def truth(world: World) -> Truth:
    return Truth.of(world)


def must_pairs(truth: Truth) -> list[tuple[Happening, str]]:
    return musts(truth)


def alert(number: int, happening: Happening, account: str, document: Publication, **changes: object) -> SentAlert:
    fields = {
        "alert_id": f"a{number}",
        "account_id": account,
        "event_type": happening.type,
        "urls": (document.url,),
        "sent_at": document.visible_at + timedelta(minutes=30),
    }
    return SentAlert(**{**fields, **changes})  # type: ignore[arg-type]


def stating(happening: Happening) -> Publication:
    return next(d for d in happening.documents if happening.type in d.states and d.names_company)


def perfect(truth: Truth) -> StoreView:
    alerts = tuple(alert(n, h, a, stating(h)) for n, (h, a) in enumerate(must_pairs(truth)))
    events = tuple(SeenEvent(type=state, url=p.url, key=p.key) for p in truth.publications for state in p.states)
    return StoreView(alerts=alerts, events=events, documents=frozenset(p.key for p in truth.publications))


def test_a_perfect_service_scores_perfectly(truth: Truth) -> None:
    result = score(truth, perfect(truth))

    assert result["must"] > 20
    assert {k: result[k] for k in ("precision", "recall", "lost", "undetected", "duplicates", "wrong")} == {
        "precision": 1.0, "recall": 1.0, "lost": 0, "undetected": 0, "duplicates": 0, "wrong": 0,
    }  # fmt: skip
    assert result["latency_p50_s"] >= 1800


def test_a_silent_service_misses_everything(truth: Truth) -> None:
    result = score(truth, StoreView())

    assert (result["alerts"], result["precision"], result["recall"]) == (0, 1.0, 0.0)
    assert result["lost"] > 0
    assert sum(result["missed_by_type"].values()) == result["must"]


def test_alerts_on_noise_lookalikes_and_wrong_types_are_wrong(truth: Truth, world: World) -> None:
    (happening, account), *_ = must_pairs(truth)
    plan = next(p for p in truth.publications if p.noise == "plan")
    twin = next((h, d) for h in truth.happenings if h.company_id in truth.lookalikes for d in h.documents)
    victim = world.cast.company(twin[0].company_id).lookalike_of
    document = stating(happening)
    wrong = (
        alert(1, happening, account, plan, sent_at=plan.visible_at),
        alert(2, twin[0], victim, twin[1]),
        alert(3, happening, account, document, event_type="grant_award"),
        alert(4, happening, account, document, urls=("https://nowhere.example/x",)),
        alert(5, happening, "somebody-else", document),
    )
    result = score(truth, StoreView(alerts=wrong))

    assert result["precision"] == 0.0
    assert result["wrong_by_reason"] == {
        "lookalike": 1, "no_evidence": 1, "noise:plan": 1, "wrong_company": 1, f"wrong_type:{happening.type}": 1,
    }  # fmt: skip


def test_a_second_fresh_alert_is_a_duplicate_and_an_update_is_not(truth: Truth) -> None:
    (happening, account), *_ = must_pairs(truth)
    document = stating(happening)
    one = alert(1, happening, account, document)
    update = alert(2, happening, account, document, kind="update")
    again = alert(3, happening, account, document, story_id="another")

    assert score(truth, StoreView(alerts=(one, update)))["duplicates"] == 0
    assert score(truth, StoreView(alerts=(one, update, again)))["duplicates"] == 1


def test_alerting_what_was_known_before_the_start_is_wrong(truth: Truth) -> None:
    old = next(h for h in truth.happenings if h.company_id in truth.account_of and max(d.visible_at for d in h.documents) < truth.opens_at and truth.tiers.get(truth.account_of[h.company_id]) != 0)  # fmt: skip
    account = truth.account_of[old.company_id]
    late = alert(1, old, account, old.documents[0], sent_at=truth.opens_at)

    assert expectation(old, account, truth) == "never"
    assert score(truth, StoreView(alerts=(late,)))["wrong_by_reason"] == {"before_start": 1}


def test_an_excluded_account_never_alerts(truth: Truth) -> None:
    excluded = {a for a, tier in truth.tiers.items() if tier == 0}
    happening = next(
        h for h in truth.happenings if h.company_id in excluded and h.documents[-1].visible_at > truth.opens_at
    )
    sent = alert(1, happening, happening.company_id, happening.documents[-1])

    assert score(truth, StoreView(alerts=(sent,)))["wrong_by_reason"] == {"excluded_account": 1}


def test_tier_moves_and_proposals_change_what_must_be_told(truth: Truth) -> None:
    account = next(a for h, a in must_pairs(truth) if truth.tiers[a] == 3)
    happening = next(h for h, a in must_pairs(truth) if a == account)
    known_at = happening.documents[0].visible_at

    def still(moves: tuple[TierMove, ...] = (), proposed: dict[str, list[datetime]] | None = None) -> bool:
        return (happening, account) in musts(truth, moves, proposed)

    assert still()
    assert not still(moves=(TierMove(account_id=account, at=known_at - timedelta(days=40), tier=3),))
    assert still(moves=(TierMove(account_id=account, at=known_at - timedelta(days=61), tier=3),))
    assert still(moves=(TierMove(account_id=account, at=known_at - timedelta(days=10), tier=2),))
    assert not still(moves=(TierMove(account_id=account, at=known_at - timedelta(days=10), tier=0),))
    assert not still(proposed={account: [known_at - timedelta(days=29)]})
    assert still(proposed={account: [known_at - timedelta(days=31)]})


def test_lost_and_undetected_are_told_apart(truth: Truth) -> None:
    full = perfect(truth)
    prose = next(
        h for h, _ in must_pairs(truth) if {d.kind for d in h.documents} == {"entry"} and len(h.documents) == 1
    )
    soon = truth.closes_at - timedelta(days=5)
    fields = next(h for h, _ in must_pairs(truth) if any(d.form == "D" and d.visible_at < soon for d in h.documents))

    def without(happening: Happening, *, stored: bool) -> StoreView:
        keys = {key_of(d.key) for d in happening.documents} | {key_of(d.url) for d in happening.documents}
        events = tuple(e for e in full.events if key_of(e.url) not in keys)
        documents = full.documents if stored else frozenset(k for k in full.documents if key_of(k) not in keys)
        return StoreView(alerts=full.alerts, events=events, documents=documents)

    not_recognised = score(truth, without(prose, stored=True))
    not_stored = score(truth, without(prose, stored=False))
    not_mapped = score(truth, without(fields, stored=True))
    assert prose.happening_id in not_recognised["undetected_happenings"]
    assert prose.happening_id in not_stored["lost_happenings"]
    assert fields.happening_id in not_mapped["lost_happenings"]


@pytest.mark.parametrize(
    ("url", "key"),
    [
        (
            "https://www.sec.gov/Archives/edgar/data/2900037/000209910126000101/0002099101-26-000101-index.htm",
            "0002099101-26-000101",
        ),
        ("http://127.0.0.1:4711/Archives/edgar/data/2900037/000209910126000101/d1.htm", "0002099101-26-000101"),
        ("0002099101-26-000101", "0002099101-26-000101"),
        ("https://clinicaltrials.gov/study/NCT09100123?tab=history", "NCT09100123"),
        ("https://Pipelinedaily.example/2026/01/x/?utm_source=rss#top", "pipelinedaily.example/2026/01/x"),
    ],
)
def test_evidence_urls_lead_to_publications(url: str, key: str) -> None:
    assert key_of(url) == key


def test_every_publication_is_found_by_its_own_url(truth: Truth) -> None:
    for p in truth.publications[::25]:
        assert key_of(p.url) in (p.key, key_of(p.url))
        assert p.kind == "entry" or key_of(p.url) == p.key


def test_percentiles_by_nearest_rank() -> None:
    values = [float(n) for n in range(1, 101)]

    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([], 0.5), percentile([3.0], 0.99)) == (
        50.0,
        99.0,
        0.0,
        3.0,
    )


def test_stories_are_counted_per_happening_and_mixed_ones_found(truth: Truth) -> None:
    kinds = ("funding_round", "public_offering", "ind_clearance")
    first, second = [h for h in truth.happenings if h.type in kinds and len(h.documents) > 1][:2]

    def seen(happening: Happening, number: int) -> SeenEvent:
        document = [d for d in happening.documents if d.happening_ids == (happening.happening_id,)][number]
        return SeenEvent(type=happening.type, url=document.url, key=document.key)

    def counted(*stories: SeenStory) -> tuple[object, object]:
        found = score(truth, StoreView(stories=stories))
        return found["stories_per_happening"], found["mixed_stories"]

    a, b = seen(first, 0), seen(second, 0)
    assert counted(SeenStory(story_id="1", events=(a,)), SeenStory(story_id="2", events=(b,))) == (1.0, 0.0)
    assert counted(SeenStory(story_id="1", events=(a,)), SeenStory(story_id="2", events=(a,))) == (2.0, 0.0)
    assert counted(SeenStory(story_id="1", events=(a, b))) == (1.0, 1.0)
