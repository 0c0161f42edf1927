"""Polling: gate, walk, watermark, bad days, slow re-read."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors._ctgov_settings import CtgovConfig
from signalwatch.clock import ManualClock
from signalwatch.errors import BadPayload, SourceError
from tests.clinicaltrials.conftest import BASE, Poller, Registry, make_poller, record


def fill(registry: Registry, count: int, updated: str = "2026-03-09") -> None:
    registry.put(*(record(f"NCT9000{n:04d}", updated=updated) for n in range(1, count + 1)))


def test_first_contact_looks_back_and_walks_in_closed_windows(registry: Registry, poller: Poller) -> None:
    fill(registry, 7)
    registry.put(record("NCT90009999", updated="2025-12-01"))
    documents = poller.poll()

    assert len(documents) == 7
    assert registry.walks() == [
        "2026-02-09,2026-02-15", "2026-02-16,2026-02-22", "2026-02-23,2026-03-01", "2026-03-02,2026-03-08",
        "2026-03-09,2026-03-11",
    ]  # fmt: skip
    assert poller.context.cursor["watermark"] == "2026-03-11"
    assert poller.context.cursor["data_timestamp"] == registry.stamp
    assert "t3" not in json.dumps(poller.context.cursor)


def test_nothing_is_walked_while_the_data_version_stays(registry: Registry, poller: Poller) -> None:
    fill(registry, 2)
    poller.poll()
    registry.requests.clear()

    assert poller.poll() == []
    assert registry.requests == [("/version", {})]
    assert poller.pages == []


def test_a_new_data_version_walks_again_with_overlap_and_skips_what_is_known(
    registry: Registry, poller: Poller, clock: ManualClock
) -> None:
    fill(registry, 4)
    poller.poll()
    registry.requests.clear()
    clock.advance(timedelta(days=1))
    registry.stamp = "2026-03-12T09:00:05"
    registry.put(record("NCT90000002", updated="2026-03-12", status="COMPLETED", completion=("2026-03-02", "ACTUAL")))

    documents = poller.poll()

    assert [d.key for d in documents] == ["NCT90000002"]
    assert registry.walks() == ["2026-03-08,2026-03-12"]
    assert sum(page.unchanged for page in poller.pages) == 3
    assert {e.type for e in poller.events} == {"trial_status_change", "trial_completed"}
    assert poller.context.cursor["watermark"] == "2026-03-12"


def test_the_last_full_page_leads_to_an_empty_one(registry: Registry, poller: Poller) -> None:
    fill(registry, 6)

    assert len(poller.poll()) == 6
    assert [q["pageToken"] for q in registry.asked() if "pageToken" in q] == ["t3", "t6"]
    assert poller.notices() == []


def test_page_tokens_are_never_committed_and_every_page_carries_the_old_watermark(
    registry: Registry, poller: Poller
) -> None:
    fill(registry, 7)
    pages = list(poller.connector.poll({"watermark": "2026-03-10"}, poller.context))

    assert [page.cursor["watermark"] for page in pages if page.documents] == ["2026-03-10"] * 3
    assert pages[-1].cursor["watermark"] == "2026-03-11"
    assert len({id(page.cursor) for page in (pages[0], pages[-1])}) == 2


def test_a_refused_token_restarts_the_walk(registry: Registry, poller: Poller) -> None:
    fill(registry, 7)
    refused: list[str] = []

    def once(path: str, query: dict[str, str]) -> Any:
        if query.get("pageToken") == "t3" and not refused:
            refused.append("t3")
            return 400, {"Content-Type": "text/plain"}, "invalid pageToken"
        return None

    registry.faults.append(once)

    assert len({d.key for d in poller.poll()}) == 7
    assert registry.walks().count("2026-03-09,2026-03-11") == 2
    assert poller.context.cursor["watermark"] == "2026-03-11"


def test_tokens_that_always_expire_hold_the_watermark(registry: Registry, poller: Poller) -> None:
    fill(registry, 7)
    registry.faults.append(lambda path, q: (400, {}, "bad token") if "pageToken" in q else None)
    documents = poller.poll()

    assert len({d.key for d in documents}) == 3
    assert poller.context.cursor["watermark"] == "2026-03-08"
    assert "data_timestamp" not in poller.context.cursor
    assert poller.notices() == ["lost_walk"]


def test_endless_pages_end(registry: Registry, poller: Poller) -> None:
    fill(registry, 7)

    def forever(path: str, query: dict[str, str]) -> Any:
        if "sort" not in query:
            return None
        page = {"studies": [record("NCT90000001")], "nextPageToken": "same"}
        return 200, {"Content-Type": "application/json"}, json.dumps(page)

    registry.faults.append(forever)
    poller.poll()

    assert poller.notices() == ["lost_walk"]
    assert len(registry.asked()) < 6


def test_a_bad_query_is_permanent_and_quotes_the_registry(registry: Registry, clock: ManualClock) -> None:
    poller = make_poller(clock, expression="AREA[Nonsense]1")
    registry.faults.append(
        lambda path, q: (400, {"Content-Type": "text/plain"}, "Unknown area Nonsense") if "sort" in q else None
    )
    with pytest.raises(SourceError, match="Unknown area Nonsense") as caught:
        poller.poll()

    assert caught.value.permanent
    assert "(AREA[Nonsense]1)" in registry.asked()[-1]["filter.advanced"]


def test_a_wrong_field_name_is_told_from_an_outage(registry: Registry, clock: ManualClock) -> None:
    fill(registry, 2)
    poller = make_poller(
        clock, fields=("NCTId", "OverallStatus", "LeadSponsorName", "LastUpdatePostDate", "ConditionList")
    )
    registry.faults.append(lambda path, q: (500, {}, "") if "ConditionList" in q.get("fields", "") else None)
    with pytest.raises(SourceError, match="`fields`") as caught:
        poller.poll()
    assert caught.value.permanent

    registry.faults.append(lambda path, q: (500, {}, "") if path == "/studies" else None)
    with pytest.raises(SourceError, match="server failed") as caught:
        poller.poll()
    assert not caught.value.permanent


@pytest.mark.parametrize("path", ["/version", "/studies"])
@pytest.mark.parametrize(
    "body", ["<!DOCTYPE html><html><title>Maintenance</title></html>", "{broken", '{"other": 1}', "[1", "null"]
)
def test_what_is_no_data_fails_the_poll_and_keeps_the_cursor(
    registry: Registry, poller: Poller, path: str, body: str
) -> None:
    fill(registry, 2)
    registry.faults.append(lambda p, q: (200, {"Content-Type": "text/plain"}, body) if p == path else None)
    with pytest.raises(BadPayload):
        poller.poll()

    assert poller.context.cursor == {}
    registry.faults.clear()
    assert len(poller.poll()) == 2


def test_data_that_move_during_the_walk_do_not_move_the_watermark(registry: Registry, poller: Poller) -> None:
    fill(registry, 2)
    poller.context.cursor = {"watermark": "2026-03-10"}

    def refresh(path: str, query: dict[str, str]) -> Any:
        if "sort" in query:
            registry.stamp = "2026-03-11T20:00:00"

    registry.faults.append(refresh)
    poller.poll()
    assert poller.context.cursor == {"watermark": "2026-03-10"}
    assert poller.notices() == ["moving_data"]

    registry.faults.clear()
    poller.poll()
    assert poller.context.cursor["data_timestamp"] == "2026-03-11T20:00:00"


def test_a_lagging_server_with_older_data_is_not_walked(registry: Registry, poller: Poller) -> None:
    fill(registry, 2)
    poller.poll()
    registry.requests.clear()
    registry.stamp = "2026-03-10T09:00:05"

    assert poller.poll() == []
    assert len(registry.requests) == 1


def test_a_copy_much_older_than_ours_is_ignored(registry: Registry, poller: Poller, clock: ManualClock) -> None:
    fill(registry, 1)
    poller.poll()
    registry.put(record("NCT90000001", updated="2026-02-20", status="NOT_YET_RECRUITING"))
    poller.context.watched = ["NCT90000001"]
    clock.advance(timedelta(days=30))
    registry.stamp = "2026-04-10T09:00:00"

    assert poller.poll() == []
    assert poller.context.stored["NCT90000001"].payload.count(b"RECRUITING") == 1


def test_silence_of_the_registry_is_noticed(registry: Registry, poller: Poller, clock: ManualClock) -> None:
    fill(registry, 1)
    poller.poll()
    clock.advance(timedelta(days=4))
    poller.poll()
    assert poller.notices() == ["stale_registry"]

    registry.stamp = "2026-03-15T09:00:00"
    poller.poll()
    assert poller.notices() == []


def test_a_registry_that_lost_studies_holds_the_watermark_for_days_then_is_believed(
    registry: Registry, poller: Poller, clock: ManualClock
) -> None:
    fill(registry, 40)
    poller.poll()
    whole = dict(registry.studies)
    registry.studies = dict(list(whole.items())[:20])
    registry.put(record("NCT90008888", updated="2026-03-12"))
    clock.advance(timedelta(days=1))
    registry.stamp = "2026-03-12T09:00:00"

    documents = poller.poll()
    assert [d.key for d in documents] == ["NCT90008888"]  # what is there is believed, what is absent is not
    assert poller.notices() == ["missing_studies"]
    assert poller.context.cursor["watermark"] == "2026-03-11"
    assert poller.pages[-1].not_before == clock.now() + timedelta(hours=1)

    clock.advance(timedelta(days=3))
    registry.stamp = "2026-03-15T09:00:00"
    poller.poll()
    assert poller.notices() == ["smaller_registry"]
    assert poller.context.cursor["watermark"] == "2026-03-15"
    assert poller.context.cursor["count"]["studies"] == 21


def test_fewer_studies_than_announced_hold_the_watermark(
    registry: Registry, poller: Poller, clock: ManualClock
) -> None:
    fill(registry, 7)
    registry.hidden = 5
    poller.poll()
    assert poller.notices() == ["missing_studies"]
    assert "watermark" not in poller.context.cursor

    clock.advance(timedelta(days=3, hours=1))
    registry.stamp = "2026-03-14T09:00:00"
    poller.poll()
    assert poller.context.cursor["watermark"] == "2026-03-14"
    assert "held_since" not in poller.context.cursor


def test_a_record_that_cannot_be_read_is_set_aside_and_its_neighbours_kept(registry: Registry, poller: Poller) -> None:
    fill(registry, 2)
    broken = record("NCT90000003")
    broken["protocolSection"]["designModule"]["enrollmentInfo"] = "many"
    nameless = record("NCT90000004")
    registry.put(broken, nameless)
    nameless["protocolSection"]["identificationModule"]["nctId"] = "XYZ"

    assert {d.key for d in poller.poll()} == {"NCT90000001", "NCT90000002"}
    bad = [q for page in poller.pages for q in page.quarantined]
    assert {q.key[:3] for q in bad} == {"NCT", "unr"}
    assert all(q.reason and q.payload == b"" for q in bad)  # they carried contacts: only the reason is kept
    assert poller.context.cursor["watermark"] == "2026-03-11"


def test_contact_data_never_enter_a_document(registry: Registry, poller: Poller) -> None:
    fill(registry, 3)
    asked = ",".join(registry.asked()[0]["fields"] for _ in [poller.poll()])
    for document in poller.context.stored.values():
        assert b"redacted" not in document.payload
        assert b"ontact" not in document.payload.replace(b"contactsLocationsModule", b"")
    assert "Contact" not in asked
    assert "Official" not in asked.replace("OfficialTitle", "")


def test_a_backfill_walks_its_window_and_leaves_the_watermark(registry: Registry, poller: Poller) -> None:
    fill(registry, 2, updated="2025-06-03")
    fill_later = record("NCT90007777", updated="2025-07-30")
    registry.put(fill_later)
    poller.context.cursor = {"watermark": "2026-03-10", "since": "2025-06-01", "until": "2025-06-10"}

    assert len(poller.poll()) == 2
    assert registry.walks() == ["2025-06-01,2025-06-07", "2025-06-08,2025-06-10"]
    assert poller.context.cursor == {"watermark": "2026-03-10"}


# --- slow re-read -----------------------------------------------------------------------------------------------------


def test_changes_without_a_new_update_date_are_found_by_the_slow_reread(
    registry: Registry, poller: Poller, clock: ManualClock
) -> None:
    fill(registry, 3)
    poller.poll()
    registry.put(record("NCT90000002", status="UNKNOWN", last_known="RECRUITING"))
    poller.context.watched = ["NCT90000001", "NCT90000002"]
    clock.advance(timedelta(days=8))
    registry.stamp = "2026-03-19T09:00:05"
    registry.faults.append(lambda path, q: (200, {}, '{"studies": [], "totalCount": 0}') if "sort" in q else None)

    documents = poller.poll()

    assert [d.key for d in documents] == ["NCT90000002"]
    (event,) = poller.events
    assert (event.type, event.attributes["to"], event.attributes["by_registry"]) == (
        "trial_status_change",
        "unknown",
        True,
    )
    assert event.published_at is not None
    assert event.published_at.isoformat() == "2026-03-19T09:00:05+00:00"
    assert poller.pages[-1].read_keys == ["NCT90000001"]
    registry.requests.clear()
    poller.poll()
    assert registry.asked(**{"filter.ids": "NCT90000001|NCT90000002"}) == []


def test_one_unknown_id_does_not_spoil_the_batch(registry: Registry, poller: Poller, clock: ManualClock) -> None:
    fill(registry, 9)
    poller.poll()
    del registry.studies["NCT90000005"]
    registry.put(record("NCT90000006", status="SUSPENDED", why="Clinical hold"))
    poller.context.watched = [f"NCT9000{n:04d}" for n in range(1, 10)]
    clock.advance(timedelta(days=8))

    assert [d.key for d in poller.poll()] == ["NCT90000006"]
    assert poller.notices() == ["stale_registry", "study_gone"]
    assert set(poller.pages[-1].read_keys) == set(poller.context.watched) - {"NCT90000006"}
    assert len(registry.asked("/studies/NCT90000005")) == 1


def test_an_alias_leads_to_the_study_that_took_its_place(
    registry: Registry, poller: Poller, clock: ManualClock
) -> None:
    fill(registry, 2)
    poller.poll()
    del registry.studies["NCT90000001"]
    registry.aliases["NCT90000001"] = "NCT90000050"
    registry.put(record("NCT90000050", aliases=["NCT90000001"], updated="2026-03-09"))
    poller.context.watched = ["NCT90000001"]
    clock.advance(timedelta(days=8))

    (document,) = poller.poll()
    assert document.key == "NCT90000050"
    assert poller.events[0].program is not None
    assert poller.events[0].program.nct_ids == ("NCT90000050", "NCT90000001")
    assert poller.pages[-1].read_keys == ["NCT90000001"]


def test_a_study_that_is_silently_left_out_is_asked_for_by_itself(
    registry: Registry, poller: Poller, clock: ManualClock
) -> None:
    fill(registry, 3)
    poller.poll()
    registry.withdrawn.add("NCT90000002")
    poller.context.watched = ["NCT90000001", "NCT90000002", "NCT90000003"]
    clock.advance(timedelta(days=8))
    poller.poll()

    assert len(registry.asked("/studies/NCT90000002")) == 1
    assert "study_gone" not in poller.notices()


# --- settings ---------------------------------------------------------------------------------------------------------


def test_settings_are_strict() -> None:
    for wrong in ({"page_size": 5000}, {"unknown": 1}, {"fields": ["NCTId"]}, {"overlap_days": 0}):
        with pytest.raises(ValidationError):
            CtgovConfig.model_validate(wrong)


def test_the_filter_says_whose_studies_are_meant(registry: Registry, clock: ManualClock) -> None:
    make_poller(clock, industry_only=False, first_days=0).poll()
    make_poller(clock, expression="AREA[StudyType]INTERVENTIONAL", first_days=0).poll()
    wide, narrow = (q["filter.advanced"] for q in registry.asked() if "sort" in q)

    assert wide == "AREA[LastUpdatePostDate]RANGE[2026-03-11,2026-03-11]"
    assert narrow == (
        f"{wide} AND (AREA[LeadSponsorClass]INDUSTRY OR AREA[CollaboratorClass]INDUSTRY)"
        " AND (AREA[StudyType]INTERVENTIONAL)"
    )
    assert CtgovConfig().base_url == BASE
