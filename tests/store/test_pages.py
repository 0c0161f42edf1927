"""One page, one transaction: documents, events, cursor, validators, quarantine, notices."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from signalwatch.errors import StoreError
from signalwatch.model import Known, Notice, Quarantined, Validators
from signalwatch.store import Store, open_store
from signalwatch.store.database import Database
from signalwatch.store.records import PageResult
from tests.databases import fresh_sqlite
from tests.store.samples import DAY, HOUR, MINUTE, NOW, claimed, commit, document, event


def test_a_page_becomes_true_as_a_whole(store: Store) -> None:
    """Everything in it can be read back."""
    claimed(store)
    big = document("k1", payload=b"x" * 50_000, text="Führung ändert sich", meta={"form": "8-K"}, fingerprint="f")
    result = commit(
        store,
        [big, document("k2")],
        [event("k1")],
        cursor={"since": "2026-03-01"},
        validators={"https://example.org/feed": Validators(etag='W/"1"', last_modified="yesterday")},
        quarantined=[Quarantined(key="k3", reason="not JSON", payload=b"<html>", url="https://example.org/3")],
        notices=[Notice(kind="overflow", message="20 of 20 entries were new")],
        renew_until=NOW + DAY,
    )
    state = store.source("s")

    assert result == PageResult(new_documents=2, new_events=1, new_quarantined=1)
    assert store.current_documents("reg", ["k1", "zz"]) == {"k1": big}
    assert store.known("reg", ["k1", "k2", "zz"]) == {
        "k1": Known(version="1", fingerprint="f", published_at=NOW - DAY),
        "k2": Known(version="1", fingerprint="", published_at=NOW - DAY),
    }
    assert state is not None
    assert dict(state.cursor) == {"since": "2026-03-01"}
    assert dict(state.validators) == {"https://example.org/feed": Validators(etag='W/"1"', last_modified="yesterday")}
    assert (state.documents, state.events, state.quarantined) == (2, 1, 1)
    assert (state.last_new_at, state.lease_until) == (NOW, NOW + DAY)
    (bad,) = store.quarantined()
    assert (bad.source_id, bad.key, bad.reason, bad.payload) == ("s", "k3", "not JSON", b"<html>")
    (notice,) = store.operator_alerts()
    assert (notice.kind, notice.subject, notice.message) == ("notice", "s: overflow", "20 of 20 entries were new")
    assert store.document(event("k1").document_id) == big
    assert store.document("nothing") is None


def test_the_same_page_again_changes_nothing(store: Store) -> None:
    """A crash after the commit, or an overlap: no second document, event, or quarantined record."""
    claimed(store)
    page = {
        "documents": [document("k1")],
        "events": [event("k1")],
        "quarantined": [Quarantined(key="k3", reason="bad", payload=b"?")],
    }
    commit(store, **page)

    again = commit(store, now=NOW + MINUTE, **page)

    assert again == PageResult()
    counts = store.counts()
    assert (counts["documents"], counts["events"], counts["quarantined"]) == (1, 1, 1)
    assert store.quarantined()[0].last_seen_at == NOW + MINUTE


def test_a_new_version_becomes_current_and_the_old_one_stays(store: Store) -> None:
    """And a source that goes back to an earlier text makes that version current again."""
    claimed(store)
    for version in ("1", "2", "1"):
        commit(store, [document("k1", version)])

    assert store.known("reg", ["k1"])["k1"].version == "1"
    assert [v.document.version for v in store.document_versions("reg", "k1")] == ["1", "2"]
    assert store.counts()["documents"] == 2


def test_two_versions_in_one_page_leave_the_last_current(store: Store) -> None:
    """Order within a page counts."""
    claimed(store)
    commit(store, [document("k1", "2"), document("k1", "1"), document("k0", "9")])

    assert store.known("reg", ["k1"])["k1"].version == "1"
    assert [v.document.version for v in store.document_versions("reg", "k1")] == ["2", "1"]


def test_a_page_of_a_lost_lease_is_refused_whole(store: Store) -> None:
    """The new holder's cursor is not overwritten by the old one."""
    claimed(store)
    store.claim_due_sources(NOW + HOUR, owner="next", lease=HOUR)

    with pytest.raises(StoreError, match="source s: w does not hold it any more"):
        commit(store, [document("k1")], [event("k1")], cursor={"x": 1}, quarantined=[Quarantined(key="q", reason="r")])

    counts = store.counts()
    assert (counts["documents"], counts["events"], counts["quarantined"]) == (0, 0, 0)


def test_a_failure_in_the_middle_leaves_nothing(store: Store, database_url: str) -> None:
    """The event insert fails after the documents went in: no document, no cursor, and the store goes on working."""
    claimed(store)
    database = Database(database_url)
    with database.write() as tx:
        tx.execute(text("ALTER TABLE event RENAME TO hidden"))

    with pytest.raises(StoreError):
        commit(store, [document("k1")], [event("k1")], cursor={"x": 1})

    with database.write() as tx:
        tx.execute(text("ALTER TABLE hidden RENAME TO event"))
    database.close()
    state = store.source("s")
    assert store.counts()["documents"] == 0
    assert state is not None
    assert (dict(state.cursor), state.documents) == ({}, 0)
    assert commit(store, [document("k1")], [event("k1")]).new_events == 1


def test_a_failed_statement_does_not_print_its_parameters(store: Store, database_url: str) -> None:
    """Payloads and addresses stay out of logs."""
    claimed(store)
    database = Database(database_url)
    with database.write() as tx:
        tx.execute(text("ALTER TABLE document RENAME TO hidden"))
    database.close()

    with pytest.raises(StoreError) as caught:
        commit(store, [document("secret-key", title="secret-title")])

    assert "secret" not in f"{caught.value} {caught.value.__cause__}"


def test_an_incomplete_event_is_refused(store: Store) -> None:
    """Ingest has to set the id and the first-seen time."""
    claimed(store)

    with pytest.raises(ValueError, match="without event_id or first_seen_at"):
        commit(store, [], [event("k1", event_id="")])


def test_cursor_none_leaves_the_cursor(store: Store) -> None:
    """A page without news of its own does not reset the walk."""
    claimed(store)
    commit(store, cursor={"page": 1})
    commit(store, cursor=None)

    state = store.source("s")
    assert state is not None
    assert dict(state.cursor) == {"page": 1}


def test_validators_are_merged_and_bounded(store: Store) -> None:
    """The latest win, the oldest are forgotten."""
    claimed(store)
    commit(store, validators={f"u{i}": Validators(etag=str(i)) for i in range(600)})
    commit(store, validators={"u599": Validators(etag="new"), "v": Validators(etag="v")})

    state = store.source("s")
    assert state is not None
    assert len(state.validators) == 512
    assert state.validators["u599"] == Validators(etag="new")
    assert "v" in state.validators
    assert "u0" not in state.validators


def test_reading_again_moves_the_last_read_time(store: Store) -> None:
    """watched_studies walks the studies of accounts, the one read longest ago first."""
    claimed(store)
    keys = ["k1", "k2", "k3"]
    commit(store, [document(k) for k in [*keys, "other"]], watched_keys=keys)
    commit(store, now=NOW + HOUR, read_keys=["k1"])
    commit(store, now=NOW + MINUTE, read_keys=["k2"])

    assert store.watched_studies("reg", limit=10, before=NOW + DAY) == ["k3", "k2", "k1"]
    assert store.watched_studies("reg", limit=2, before=NOW + DAY) == ["k3", "k2"]
    assert store.watched_studies("reg", limit=10, before=NOW + MINUTE) == ["k3"]
    assert store.watched_studies("other", limit=10, before=NOW + DAY) == []


def test_documents_are_walked_in_order_of_arrival(store: Store) -> None:
    """In batches, filtered by connector and first sight."""
    claimed(store)
    commit(store, [document(f"k{i}") for i in range(7)])
    commit(store, [document("k3", "2"), document("x", connector="other")], now=NOW + HOUR)

    walked = [(d.document.key, d.document.version) for d in store.iter_documents("reg", batch=3)]

    assert walked == [*[(f"k{i}", "1") for i in range(7)], ("k3", "2")]
    late = list(store.iter_documents(since=NOW + MINUTE))
    assert [d.document.key for d in late] == ["k3", "x"]
    assert (late[0].source_id, late[0].first_seen_at) == ("s", NOW + HOUR)
    assert late[0].document.payload == b"payload k3 2"


def test_ugly_text_is_stored_on_both_databases(store: Store) -> None:
    """NUL bytes (refused by PostgreSQL), lone surrogates, endless keys, ten megabytes of title."""
    claimed(store)
    endless = "https://example.org/?" + "q" * 5000
    ugly = [
        document("nul\x00key", title="a\x00b", text="c\x00d\ud800", meta={"x": "\ud800\x00"}),
        document(endless, title="t" * 10_000_000),
    ]
    events = [event("nul\x00key", title="\ud800 and \x00"), event(endless)]

    result = commit(store, ugly, events, cursor={"c": "\x00\ud800"})
    again = commit(store, ugly, events)

    assert (result.new_documents, result.new_events) == (2, 2)
    assert again == PageResult()
    assert set(store.known("reg", ["nul\x00key", endless])) == {"nul\x00key", endless}
    assert store.current_documents("reg", ["nul\x00key"])["nul\x00key"].title == "a\ufffdb"
    assert len(store.events()) == 2


def test_events_from_reprocessing_are_added_once(store: Store) -> None:
    """Better detection finds more events in stored documents."""
    claimed(store)
    commit(store, [document("k1")], [event("k1")])

    assert store.store_events([event("k1"), event("k1", "funding_round")]) == 1
    assert store.store_events([event("k1"), event("k1", "funding_round")]) == 0


versions = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("123")), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pages=st.lists(versions, max_size=4), repeated=st.integers(0, 3))
def test_any_order_and_repetition_of_pages(
    tmp_path_factory: pytest.TempPathFactory, pages: list[list[tuple[str, str]]], repeated: int
) -> None:
    """Each version is stored once, the last one said is current, counts agree: whatever comes and comes again."""
    store = open_store(fresh_sqlite(tmp_path_factory.mktemp("pages")))
    claimed(store)
    said = [*pages, *pages[:repeated]]
    new = sum(commit(store, [document(k, v) for k, v in page]).new_documents for page in said)
    state = store.source("s")
    current = {k: v for page in said for k, v in page}
    distinct = {pair for page in said for pair in page}

    assert new == len(distinct) == store.counts()["documents"]
    assert {k: known.version for k, known in store.known("reg", list("abc")).items()} == current
    assert state is not None
    assert state.documents == new
    store.close()
