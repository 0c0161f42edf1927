"""Eight workers at once, each with connections of its own: no double claim, nothing lost, no lost update."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from msgspec.structs import replace

from signalwatch.clock import ManualClock
from signalwatch.store import Store, open_store
from signalwatch.store.records import AssessWrite, DeliveryResult, PageCommit, PollOutcome, SourceSpec
from tests.store.samples import DAY, HOUR, MINUTE, NOW, assessed, claimed, commit, document, event, letter, story

pytestmark = pytest.mark.slow

WORKERS = 8


def eight(url: str, work: Callable[[Store, str, random.Random], None]) -> None:
    """Run ``work(store, owner, rng)`` in eight threads that start together, each with a store of its own.

    Separate stores share no lock in the process, so on SQLite they meet as separate processes would.
    """
    together = threading.Barrier(WORKERS)

    def run(number: int) -> None:
        store = open_store(url, upgrade=False)
        try:
            together.wait(30)
            work(store, f"worker-{number}", random.Random(number))
        finally:
            store.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        for future in [pool.submit(run, n) for n in range(WORKERS)]:
            future.result(120)


def test_every_source_is_claimed_by_one_worker(store: Store, database_url: str) -> None:
    """Sixty due sources, eight workers that poll each and set it due later, three rounds by the clock."""
    store.sync_sources([SourceSpec(source_id=f"s{i:02}", connector="reg") for i in range(60)], NOW)
    polled: Counter[tuple[str, datetime]] = Counter()
    lock = threading.Lock()

    for now in (NOW, NOW + HOUR, NOW + 2 * HOUR):

        def poll(mine: Store, owner: str, rng: random.Random, now: datetime = now) -> None:
            while states := mine.claim_due_sources(now, owner=owner, lease=MINUTE, limit=rng.randint(1, 5)):
                with lock:
                    polled.update((s.source_id, now) for s in states)
                for state in states:
                    done = PollOutcome(source_id=state.source_id, owner=owner, now=now, due_at=now + HOUR)
                    assert mine.finish_poll(done)

        eight(database_url, poll)

    assert len(polled) == 180
    assert set(polled.values()) == {1}


def test_every_message_is_sent_once(store: Store, database_url: str) -> None:
    """Three hundred messages; each is marked, sent and recorded by exactly one worker."""
    store.add_outbox([letter(f"o{i:03}") for i in range(300)])
    sent: Counter[str] = Counter()
    lock = threading.Lock()

    def deliver(mine: Store, owner: str, rng: random.Random) -> None:
        while rows := mine.claim_outbox(NOW, owner=owner, lease=HOUR, limit=rng.randint(1, 12)):
            ids = mine.mark_sending([r.item.outbox_id for r in rows], owner, NOW)
            with lock:
                sent.update(ids)
            mine.record_delivery(DeliveryResult(outbox_ids=ids, owner=owner, now=NOW, state="sent"))

    eight(database_url, deliver)

    assert len(sent) == 300
    assert set(sent.values()) == {1}
    assert store.counts()["outbox_sent"] == 300
    assert store.counts()["deliveries"] == 300


@pytest.mark.slow
def test_what_dying_workers_held_is_taken_over_after_its_lease(store: Store, database_url: str) -> None:
    """Workers abandon a third of what they take, some of it in flight: all is sent in the end, never under two leases."""
    store.add_outbox([letter(f"o{i:03}") for i in range(120)])
    clock = ManualClock(NOW)
    held: dict[str, datetime] = {}
    broken: list[str] = []
    in_doubt: set[str] = set()
    lock = threading.Lock()

    def deliver(mine: Store, owner: str, rng: random.Random) -> None:
        now = clock.now()
        while rows := mine.claim_outbox(now, owner=owner, lease=10 * MINUTE, limit=4):
            for row in rows:
                with lock:
                    if held.get(row.item.outbox_id, now) > now:
                        broken.append(row.item.outbox_id)
                    held[row.item.outbox_id] = now + 10 * MINUTE
                    if row.state == "sending":
                        in_doubt.add(row.item.outbox_id)
                fate = rng.random()
                if fate < 0.2:
                    continue  # died before sending
                mine.mark_sending([row.item.outbox_id], owner, now)
                if fate < 0.4:
                    continue  # died while sending
                mine.record_delivery(
                    DeliveryResult(outbox_ids=[row.item.outbox_id], owner=owner, now=now, state="sent")
                )

    for _ in range(12):
        eight(database_url, deliver)
        clock.advance(10 * MINUTE)
    left = store.outbox("pending", limit=1000) + store.outbox("sending", limit=1000)
    for row in left:
        store.claim_outbox(clock.now(), owner="last", lease=HOUR, limit=1000)
        store.record_delivery(
            DeliveryResult(outbox_ids=[row.item.outbox_id], owner="last", now=clock.now(), state="sent")
        )

    assert broken == []
    assert store.counts()["outbox_sent"] == 120
    assert len(in_doubt) > 0


def test_assessors_do_not_lose_each_others_stories(store: Store, database_url: str) -> None:
    """Every event is decided once, and each sees the story as the one before left it: the count comes out right."""
    events = [event(f"k{i:03}") for i in range(120)]
    claimed(store)
    commit(store, [], events)
    decided: Counter[str] = Counter()
    lock = threading.Lock()

    def assess(mine: Store, owner: str, rng: random.Random) -> None:
        while True:
            with mine.assessing(NOW, limit=rng.randint(1, 6)) as tx:
                if not tx.events:
                    return
                known = tx.stories(["k"], NOW - DAY)
                before = known[0] if known else story("s1", attributes={"told": 0})
                after = replace(before, attributes={"told": before.attributes["told"] + len(tx.events)}, events=())
                tx.write(AssessWrite(now=NOW, events=[assessed(e, "s1") for e in tx.events], stories=[after]))
            with lock:
                decided.update(e.event_id for e in tx.events)

    eight(database_url, assess)

    found = store.story("s1")
    assert len(decided) == 120
    assert set(decided.values()) == {1}
    assert found is not None
    assert (found.attributes["told"], len(found.events)) == (120, 120)


def test_sources_that_publish_the_same_things(store: Store, database_url: str) -> None:
    """Eight feeds with overlapping entries in different orders: stored once, no deadlock, counters add up."""
    store.sync_sources([SourceSpec(source_id=f"worker-{n}", connector="reg") for n in range(WORKERS)], NOW)
    new: Counter[str] = Counter()
    lock = threading.Lock()

    def poll(mine: Store, owner: str, rng: random.Random) -> None:
        (state,) = mine.claim_due_sources(NOW, owner=owner, lease=HOUR, only=[owner])
        for _ in range(6):
            keys = rng.sample([f"k{i:03}" for i in range(80)], 40)
            page = PageCommit(
                source_id=state.source_id,
                owner=owner,
                now=NOW,
                documents=[document(key, str(rng.randint(1, 2))) for key in keys],
                events=[event(key) for key in keys],
                read_keys=keys,
                watched_keys=keys[:5],
            )
            result = mine.commit_page(page)
            with lock:
                new.update(documents=result.new_documents, events=result.new_events)

    eight(database_url, poll)

    counts = store.counts()
    assert (counts["documents"], counts["events"]) == (new["documents"], new["events"])
    assert sum(s.documents for s in store.sources()) == counts["documents"]
    assert counts["events"] == 80


def test_one_operator_alert_whoever_opens_it(store: Store, database_url: str) -> None:
    """Eight workers notice the same thing: exactly one of them tells."""
    told: list[str] = []

    def notice(mine: Store, owner: str, rng: random.Random) -> None:
        if mine.open_operator_alert("stale_source", "s", "silent", NOW):
            told.append(owner)

    eight(database_url, notice)

    (found,) = store.operator_alerts()
    assert len(told) == 1
    assert found.count == WORKERS


def test_eight_starts_on_an_empty_database(empty_database_url: str) -> None:
    """Whoever comes first makes the schema; the others wait and go on."""
    together = threading.Barrier(WORKERS)

    def start(_: int) -> list[str]:
        together.wait(30)
        store = open_store(empty_database_url)
        try:
            return store.check()
        finally:
            store.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        assert list(pool.map(start, range(WORKERS), timeout=120)) == [[]] * WORKERS


def test_threads_may_share_one_store(store: Store) -> None:
    """The service's threads do; reads go on while somebody writes."""
    claimed(store)

    def work(number: int) -> int:
        commit(store, [document(f"k{number}-{i}") for i in range(5)])
        return len(store.known("reg", [f"k{number}-{i}" for i in range(5)]))

    with ThreadPoolExecutor(WORKERS) as pool:
        assert list(pool.map(work, range(40))) == [5] * 40
    assert store.counts()["documents"] == 200


def test_reads_are_not_blocked_by_a_writer(sqlite_url: str) -> None:
    """On SQLite a batch that is being decided does not stop the health check."""
    store = open_store(sqlite_url)
    with store.assessing(NOW):
        store.ping()
        assert store.lag(NOW)["new_events"] == 0
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(store.counts).result(10)["events"] == 0
    store.close()
