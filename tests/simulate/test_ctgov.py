"""The registry's API as a poller meets it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from signalwatch.simulate.render_ctgov import PIECES
from signalwatch.simulate.simulation import Simulation

from .conftest import Get

BASE = "/api/v2"
WEDNESDAY = datetime(2026, 2, 11, 20, tzinfo=UTC)


def studies(get: Get, **query: str) -> dict[str, Any]:
    got = get("ctgov", f"{BASE}/studies", {k.replace("_", "."): v for k, v in query.items()})
    assert got.status == 200, got.body
    return json.loads(got.body)


def version(get: Get) -> str:
    return json.loads(get("ctgov", f"{BASE}/version").body)["dataTimestamp"]


def test_the_data_set_changes_on_business_days_at_13_utc(sim: Simulation, get: Get) -> None:
    seen = []
    for at in (
        datetime(2026, 1, 16, 12, 59, tzinfo=UTC),
        datetime(2026, 1, 16, 13, tzinfo=UTC),
        datetime(2026, 1, 19, 20, tzinfo=UTC),
        datetime(2026, 1, 20, 13, tzinfo=UTC),
    ):
        sim.clock.set(at)
        seen.append(version(get))

    assert seen == [
        "2026-01-15T09:00:05",
        "2026-01-16T09:00:05",
        "2026-01-16T09:00:05",
        "2026-01-20T09:00:05",
    ]  # 19 January: holiday


def test_a_window_holds_exactly_the_studies_updated_in_it(sim: Simulation, get: Get) -> None:
    sim.clock.set(WEDNESDAY)
    window = "AREA[LastUpdatePostDate]RANGE[2026-02-02,2026-02-06]"
    body = studies(get, filter_advanced=window, pageSize="1000", countTotal="true", sort="LastUpdatePostDate:asc")

    days = [s["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"]["date"] for s in body["studies"]]
    expected = sorted(
        s.update_post.isoformat()
        for study in sim.world.studies
        if (s := study.at(WEDNESDAY)) is not None and date(2026, 2, 2) <= s.update_post <= date(2026, 2, 6)
    )
    assert days == expected
    assert body["totalCount"] == len(days) > 3
    assert "nextPageToken" not in body


def test_expressions_combine_and_bad_ones_are_refused_in_one_plain_sentence(sim: Simulation, get: Get) -> None:
    sim.clock.set(WEDNESDAY)
    window = "AREA[LastUpdatePostDate]RANGE[2026-01-20,MAX]"

    def classes(extra: str) -> set[str]:
        found = studies(get, filter_advanced=f"{window} {extra}", pageSize="1000")["studies"]
        return {s["protocolSection"]["sponsorCollaboratorsModule"]["leadSponsor"]["class"] for s in found}

    everything = classes("")
    assert classes("AND AREA[LeadSponsorClass]INDUSTRY") == {"INDUSTRY"}
    assert classes("AND NOT AREA[LeadSponsorClass]INDUSTRY") == everything - {"INDUSTRY"}
    assert classes("AND (AREA[LeadSponsorClass]INDUSTRY OR AREA[LeadSponsorClass]OTHER)") == {"INDUSTRY", "OTHER"}
    assert classes("AND AREA[LeadSponsorClass](INDUSTRY OR OTHER)") == {"INDUSTRY", "OTHER"}
    for bad in (
        "AREA[NoSuchArea]x",
        "AREA[LastUpdatePostDate]RANGE[2026-13-01,MAX]",
        "(AREA[LeadSponsorClass]INDUSTRY",
        "AREA[LeadSponsorClass]",
    ):
        got = get("ctgov", f"{BASE}/studies", {"filter.advanced": bad})
        assert got.status == 400
        assert got.headers["Content-Type"] == "text/plain"
        assert b"Error parsing query" in got.body


def test_pages_follow_tokens_and_a_full_last_page_leads_to_an_empty_one(sim: Simulation, get: Get) -> None:
    sim.clock.set(WEDNESDAY)
    query = {
        "filter_advanced": "AREA[LastUpdatePostDate]RANGE[2026-01-20,2026-02-11]",
        "sort": "LastUpdatePostDate:asc",
    }
    total = studies(get, **query, pageSize="0", countTotal="true")["totalCount"]
    size = next(n for n in range(2, total + 1) if total % n == 0)
    ids: list[str] = []
    pages = 0
    body = studies(get, **query, pageSize=str(size), countTotal="true")
    assert body["totalCount"] == total
    while True:
        pages += 1
        ids += [s["protocolSection"]["identificationModule"]["nctId"] for s in body["studies"]]
        if "nextPageToken" not in body:
            break
        body = studies(get, **query, pageSize=str(size), pageToken=body["nextPageToken"], countTotal="true")
        assert "totalCount" not in body

    assert len(ids) == len(set(ids)) == total
    assert pages == total // size + 1
    assert body["studies"] == []


def test_a_token_dies_with_the_data_set_and_with_another_query(sim: Simulation, get: Get) -> None:
    sim.clock.set(WEDNESDAY)
    query = {"filter.advanced": "AREA[LastUpdatePostDate]RANGE[2026-01-05,2026-02-11]", "pageSize": "3"}
    token = json.loads(get("ctgov", f"{BASE}/studies", query).body)["nextPageToken"]

    assert get("ctgov", f"{BASE}/studies", {**query, "pageToken": token}).status == 200
    assert get("ctgov", f"{BASE}/studies", {"pageSize": "3", "pageToken": token}).status == 400
    assert get("ctgov", f"{BASE}/studies", {**query, "pageToken": "garbage"}).status == 400
    sim.clock.set(WEDNESDAY + timedelta(days=1))
    stale = get("ctgov", f"{BASE}/studies", {**query, "pageToken": token})
    assert (stale.status, stale.headers["Content-Type"]) == (400, "text/plain")


def test_fields_give_sparse_studies_by_piece_or_path_and_unknown_ones_400(sim: Simulation, get: Get) -> None:
    sim.clock.set(WEDNESDAY)
    body = studies(get, fields="NCTId,OverallStatus,protocolSection.designModule.phases,CollaboratorName,LocationCountry,ConditionAncestorTerm,HasResults", pageSize="200", filter_advanced="AREA[LeadSponsorClass]INDUSTRY")  # fmt: skip

    study = body["studies"][0]
    assert set(study["protocolSection"]) <= {
        "identificationModule",
        "statusModule",
        "designModule",
        "contactsLocationsModule",
        "sponsorCollaboratorsModule",
    }
    assert study["protocolSection"]["identificationModule"].keys() == {"nctId"}
    assert study["protocolSection"]["statusModule"].keys() == {"overallStatus"}
    assert {k for site in study["protocolSection"]["contactsLocationsModule"]["locations"] for k in site} == {"country"}
    assert study["derivedSection"]["conditionBrowseModule"]["ancestors"][0].keys() == {"term"}
    assert study["hasResults"] in (True, False)
    assert get("ctgov", f"{BASE}/studies", {"fields": "NCTId,ConditionList"}).status == 400


def test_every_known_piece_can_be_asked_for(sim: Simulation, get: Get) -> None:
    sim.clock.set(WEDNESDAY)

    assert get("ctgov", f"{BASE}/studies", {"fields": ",".join(PIECES), "pageSize": "1"}).status == 200


def test_one_bad_id_fails_the_whole_list(sim: Simulation, get: Get) -> None:
    sim.clock.set(WEDNESDAY)
    ids = [s.nct_id for s in sim.world.studies[:3]]

    assert len(studies(get, filter_ids="|".join(ids))["studies"]) == 3
    assert get("ctgov", f"{BASE}/studies", {"filter.ids": ",".join([*ids, "NCT00000001"])}).status == 400
    assert get("ctgov", f"{BASE}/studies", {"filter.ids": "nonsense"}).status == 400


def test_single_studies_aliases_and_missing_ones(sim: Simulation, get: Get) -> None:
    sim.clock.set(WEDNESDAY)
    known = sim.world.studies[0].nct_id
    renamed = next(s for s in sim.world.studies if s.latest.aliases)

    assert (
        json.loads(get("ctgov", f"{BASE}/studies/{known}").body)["protocolSection"]["identificationModule"]["nctId"]
        == known
    )
    moved = get("ctgov", f"{BASE}/studies/{renamed.latest.aliases[0]}")
    assert (moved.status, moved.headers["Location"]) == (301, f"{BASE}/studies/{renamed.nct_id}")
    assert get("ctgov", f"{BASE}/studies/NCT00000009").status == 404
    assert get("ctgov", f"{BASE}/studies/whatever").status == 400
    assert get("ctgov", f"{BASE}/nothing").status == 404


def test_only_the_version_holder_changes_when_nothing_happened(sim: Simulation, get: Get) -> None:
    quiet = next(s for s in sim.world.studies if len(s.versions) == 1 and s.versions[0].visible_at < sim.world.opens_at)
    bodies = []
    for day in (10, 11):
        sim.clock.set(datetime(2026, 2, day, 20, tzinfo=UTC))
        bodies.append(json.loads(get("ctgov", f"{BASE}/studies/{quiet.nct_id}").body))

    holders = [b["derivedSection"]["miscInfoModule"].pop("versionHolder") for b in bodies]
    assert holders == ["2026-02-10", "2026-02-11"]
    assert bodies[0] == bodies[1]


def test_a_happening_shows_in_the_registry_only_from_its_posting_on(sim: Simulation, get: Get) -> None:
    change = next(
        p
        for p in sim.world.by_source("ctgov")
        if p.happening_ids and p.revision and p.visible_at > sim.world.opens_at + timedelta(days=5)
    )
    path = f"{BASE}/studies/{change.key}"
    sim.clock.set(change.visible_at - timedelta(minutes=1))
    before = json.loads(get("ctgov", path).body)["protocolSection"]
    sim.clock.set(change.visible_at)
    after = json.loads(get("ctgov", path).body)["protocolSection"]

    assert (
        before["statusModule"] != after["statusModule"]
        or before["sponsorCollaboratorsModule"] != after["sponsorCollaboratorsModule"]
    )
    assert after["statusModule"]["lastUpdatePostDateStruct"]["date"] == change.published_at.date().isoformat()


@pytest.mark.parametrize("query", [{"pageSize": "x"}, {"sort": "Nonsense:asc"}, {"unknownParameter": "1"}])
def test_bad_parameters_are_400(get: Get, query: dict[str, str]) -> None:
    assert get("ctgov", f"{BASE}/studies", query).status == 400
