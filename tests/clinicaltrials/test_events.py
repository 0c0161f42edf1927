"""What a version of a study states, given the one before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import _ctgov_study as studies
from connectors._ctgov_settings import CtgovConfig
from connectors.clinicaltrials import ClinicalTrials
from signalwatch.errors import BadPayload
from signalwatch.model import Document, Event
from tests.clinicaltrials.conftest import record

CONNECTOR = ClinicalTrials(CtgovConfig())


def document(study: dict[str, Any]) -> Document:
    return studies.document(json.dumps(study).encode())


def first(**facts: Any) -> Sequence[Event]:
    """Events of a study that was never seen before."""
    return CONNECTOR.events(document(record(**facts)), None, None)  # type: ignore[arg-type]


def between(before: dict[str, Any], after: dict[str, Any], updated: str = "2026-03-11") -> Sequence[Event]:
    """Events of a version that differs from the one before by ``after``."""
    old = document(record(**before))
    new = document(record(**(before | {"updated": updated} | after)))
    events = CONNECTOR.events(new, old, None)  # type: ignore[arg-type]
    ids = [(e.type, e.discriminator) for e in events]
    assert len(ids) == len(set(ids)), "two events of one type need different discriminators"
    return events


def types(events: Sequence[Event]) -> list[str]:
    return [e.type for e in events]


def only(events: Sequence[Event], kind: str) -> Event:
    (event,) = (e for e in events if e.type == kind)
    return event


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- first contact ----------------------------------------------------------------------------------------------------


def test_a_new_study_is_registered_on_the_day_it_was_first_posted() -> None:
    event = only(first(status="NOT_YET_RECRUITING", start=("2026-06", "ESTIMATED")), "trial_registered")

    assert (event.occurred_at, event.published_at) == (day("2026-01-12"), day("2026-01-12"))
    assert event.attributes["phase"] == "2"
    assert event.attributes["status"] == "not_yet_recruiting"
    assert event.attributes["enrollment"] == 120
    assert event.subject is not None
    assert event.subject.name == "Brightwater Bio, Inc."


def test_first_contact_states_recent_facts_with_the_earliest_time_they_can_have_been_known() -> None:
    events = first(start=("2026-02-02", "ACTUAL"), first_post="2026-01-12", updated="2026-03-09")
    started = only(events, "trial_start")

    assert types(events) == ["trial_registered", "trial_start"]
    assert (started.occurred_at, started.published_at) == (day("2026-02-02"), day("2026-02-02"))
    late = only(first(start=("2025-11-20", "ACTUAL"), first_post="2026-01-12"), "trial_start")
    assert (late.occurred_at, late.published_at) == (day("2025-11-20"), day("2026-01-12"))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"start": ("2023-02-02", "ACTUAL"), "first_post": "2022-12-01"}, []),
        ({"status": "COMPLETED", "completion": ("2026-01-20", "ACTUAL")}, ["trial_completed"]),
        ({"status": "COMPLETED", "completion": ("2019-01", "ACTUAL")}, []),
        ({"status": "TERMINATED", "completion": ("2026-01-20", "ACTUAL"), "why": "Futility"}, ["trial_setback"]),
        ({"status": "TERMINATED", "completion": ("2014-01-20", "ACTUAL"), "first_post": "2010-01-01"}, []),
        ({"status": "WITHDRAWN", "why": "No funding"}, ["trial_setback"]),
        (
            {
                "status": "COMPLETED",
                "completion": ("2024-01", "ACTUAL"),
                "results": "2026-03-01",
                "first_post": "2020-01-01",
            },
            ["results_posted"],
        ),
        ({"status": "NOT_YET_RECRUITING", "start": ("2026-04", "ESTIMATED")}, []),
        ({"status": "BRAND_NEW_STATUS"}, []),
    ],
)
def test_first_contact_leaves_history_alone(facts: dict[str, Any], expected: list[str]) -> None:
    assert types(first(**facts))[1:] == expected


# --- status -----------------------------------------------------------------------------------------------------------


def test_recruiting_for_the_first_time_is_a_start() -> None:
    events = between(
        {"status": "NOT_YET_RECRUITING", "start": ("2026-03", "ESTIMATED"), "sites": {"Poland": 1}},
        {"status": "RECRUITING", "start": ("2026-03-04", "ACTUAL"), "sites": {"Poland": 3, "Spain": 4}},
    )
    change, start = events

    assert types(events) == ["trial_status_change", "trial_start"]
    assert [(c.field, c.before, c.after) for c in start.changes] == [
        ("status", "Not yet recruiting", "Recruiting"),
        ("start date", "2026-03 (estimated)", "2026-03-04 (actual)"),
    ]
    assert (start.occurred_at, start.published_at) == (day("2026-03-04"), day("2026-03-11"))
    assert (change.attributes["from"], change.attributes["to"]) == ("not_yet_recruiting", "recruiting")
    assert start.attributes["sites"] == 7
    assert start.span.field == "statusModule.overallStatus"
    assert start.span.text == "RECRUITING"


def test_recruitment_that_opens_again_is_no_second_start() -> None:
    assert types(between({"status": "ACTIVE_NOT_RECRUITING"}, {"status": "RECRUITING"})) == ["trial_status_change"]


@pytest.mark.parametrize("status", ["TERMINATED", "WITHDRAWN", "SUSPENDED"])
def test_a_study_that_stops_is_a_setback_with_its_reason(status: str) -> None:
    events = between({}, {"status": status, "why": "Lack of efficacy \\(interim analysis\\)"})
    setback = only(events, "trial_setback")

    void = ["trial_registered"] if status == "WITHDRAWN" else []  # its registration is taken back
    assert types(events) == ["trial_status_change", "trial_setback", *void]
    assert [e.type for e in events if e.correction] == void
    assert setback.attributes["reason"] == "efficacy"
    assert setback.attributes["kind"] == status.lower()
    assert setback.attributes["why_stopped"] == "Lack of efficacy (interim analysis)"
    assert setback.span.text == "Lack of efficacy (interim analysis)"
    assert setback.changes[1].after == "Lack of efficacy (interim analysis)"
    assert not setback.correction


def test_dates_that_end_with_a_stop_are_no_delay() -> None:
    stop = {"status": "TERMINATED", "why": "Sponsor decision", "primary": ("2026-03-01", "ACTUAL"),
            "completion": ("2026-03-01", "ACTUAL"), "enrollment": (14, "ACTUAL")}  # fmt: skip

    assert types(between({}, stop)) == ["trial_status_change", "trial_setback"]


def test_completion_carries_its_date() -> None:
    events = between(
        {}, {"status": "COMPLETED", "primary": ("2026-01", "ACTUAL"), "completion": ("2026-02-20", "ACTUAL")}
    )
    done = only(events, "trial_completed")

    assert types(events) == ["trial_status_change", "trial_completed"]
    assert done.occurred_at == day("2026-02-20")
    assert [c.field for c in done.changes] == ["status", "primary completion date", "completion date"]


@pytest.mark.parametrize(
    ("before", "after", "undone"),
    [
        ("TERMINATED", "RECRUITING", "trial_setback"),
        ("WITHDRAWN", "NOT_YET_RECRUITING", "trial_setback"),
        ("COMPLETED", "ACTIVE_NOT_RECRUITING", "trial_completed"),
        ("RECRUITING", "NOT_YET_RECRUITING", "trial_start"),
    ],
)
def test_a_status_taken_back_corrects_what_was_said(before: str, after: str, undone: str) -> None:
    events = between(
        {"status": before, "why": "x" if before in ("TERMINATED", "WITHDRAWN") else None}, {"status": after}
    )

    assert types(events) == ["trial_status_change", undone]
    assert all(e.correction for e in events)
    assert events[1].attributes["reverted"] is True


def test_resumption_is_no_correction() -> None:
    (event,) = between({"status": "SUSPENDED", "why": "Clinical hold"}, {"status": "RECRUITING", "why": None})

    assert event.attributes["resumed"] is True
    assert not event.correction


def test_unknown_is_set_by_the_registry_itself() -> None:
    """It happens without a new update date: the time of publication is that of the data version."""
    old = document(record(status="RECRUITING", updated="2024-01-08"))
    new = document(record(status="UNKNOWN", last_known="RECRUITING", updated="2024-01-08"))
    seen = Document(**{f: getattr(new, f) for f in new.__struct_fields__} | {"published_at": day("2026-03-11")})
    (event,) = CONNECTOR.events(seen, old, None)  # type: ignore[arg-type]

    assert event.attributes["by_registry"] is True
    assert event.attributes["last_known"] == "recruiting"
    assert event.published_at == day("2026-03-11")
    assert event.discriminator == "RECRUITING>UNKNOWN@2026-03-11"


def test_from_unknown_the_last_known_status_counts() -> None:
    unknown = {"status": "UNKNOWN", "last_known": "NOT_YET_RECRUITING"}
    assert "trial_start" in types(between(unknown, {"status": "RECRUITING", "last_known": None}))
    unknown = {"status": "UNKNOWN", "last_known": "RECRUITING"}
    assert "trial_start" not in types(between(unknown, {"status": "RECRUITING", "last_known": None}))


def test_a_reason_given_later_is_told() -> None:
    stopped = {"status": "TERMINATED", "why": None}
    (event,) = between(stopped, {"why": "Toxicity"})

    assert (event.type, event.attributes["kind"], event.attributes["reason"]) == (
        "trial_status_change",
        "reason",
        "safety",
    )


def test_the_same_transition_at_another_time_is_another_event() -> None:
    one = between({"status": "RECRUITING"}, {"status": "ACTIVE_NOT_RECRUITING"}, updated="2026-03-11")[0]
    two = between({"status": "RECRUITING"}, {"status": "ACTIVE_NOT_RECRUITING"}, updated="2026-05-11")[0]

    assert one.discriminator != two.discriminator


# --- dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "days"),
    [
        ("2027-05", "2027-09", 123),
        ("2027-05-15", "2027-09", 123),
        ("2027-05", "2027-03-02", -61),
        ("2027", "2028-05", 365),
        ("2027-05-01", "2027-05-04", 3),
    ],
)
def test_a_slip_is_measured_at_the_coarser_precision(before: str, after: str, days: int) -> None:
    (event,) = between({"primary": (before, "ESTIMATED")}, {"primary": (after, "ESTIMATED")})

    assert event.type == "trial_delay"
    assert event.attributes["days"] == days
    assert event.attributes["direction"] == ("later" if days > 0 else "earlier")
    assert event.attributes["milestone"] == "primary_completion"


def test_one_event_tells_all_dates_that_slipped() -> None:
    later = {"primary": ("2027-09", "ESTIMATED"), "completion": ("2029-01", "ESTIMATED")}
    (event,) = between({}, later)

    assert event.attributes["slips"] == {"primary_completion": 123, "completion": 366}
    assert [c.field for c in event.changes] == ["primary completion date", "completion date"]


@pytest.mark.parametrize(
    "change",
    [
        {"primary": ("2027-05-20", "ESTIMATED")},
        {"primary": ("2027", "ESTIMATED")},
        {"start": ("2026-02", "ACTUAL")},
        {"primary": None},
        {"primary": ("soon", "ESTIMATED")},
        {"start": ("2026-02-02", None)},
    ],
)
def test_refined_and_missing_dates_are_no_news(change: dict[str, Any]) -> None:
    assert between({}, change) == []


def test_an_estimate_that_becomes_a_fact_is_a_milestone() -> None:
    (event,) = between({}, {"primary": ("2027-05-12", "ACTUAL")}, updated="2027-06-01")

    assert (event.type, event.attributes["kind"]) == ("trial_status_change", "milestone")
    assert event.attributes["milestone"] == "primary_completion"
    assert event.occurred_at == day("2027-05-12")


def test_a_corrected_fact_is_no_delay() -> None:
    (event,) = between({}, {"start": ("2026-01-15", "ACTUAL")})

    assert (event.type, event.attributes["kind"]) == ("trial_status_change", "date_corrected")


# --- size -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [(120, 180, True), (120, 125, False), (12, 18, True), (12, 14, False), (100, 110, True), (1000, 1050, False)],
)
def test_more_participants_count_when_materially_more(before: int, after: int, expected: bool) -> None:
    events = between({"enrollment": (before, "ESTIMATED")}, {"enrollment": (after, "ESTIMATED")})

    assert types(events) == (["trial_expansion"] if expected else [])


def test_what_an_expansion_says() -> None:
    more = {"enrollment": (180, "ESTIMATED"), "sites": {"United States": 9, "Poland": 4, "Spain": 3}}
    (event,) = between({}, more)

    assert event.attributes["kind"] == "countries"
    assert event.attributes["new_countries"] == ["Spain"]
    assert (event.attributes["added"], event.attributes["percent"]) == (60, 50)
    assert (event.attributes["sites"], event.attributes["new_sites"]) == (16, 6)
    assert [c.field for c in event.changes] == ["enrollment", "countries", "sites"]


@pytest.mark.parametrize(
    "change",
    [
        {"sites": {"United States": 9, "Poland": 2}},
        {"sites": {"United States": 5}},
        {"sites": {}},
        {"enrollment": (131, "ACTUAL")},
        {"enrollment": None},
        {"enrollment": (99999999, "ESTIMATED")},
    ],
)
def test_small_and_unknown_sizes_are_no_news(change: dict[str, Any]) -> None:
    assert between({}, change) == []


def test_a_country_that_was_only_renamed_is_no_new_country() -> None:
    before = {"sites": {"Korea, Republic of": 3, "Turkey": 2, "Iran, Islamic Republic of": 1, "Czech Republic": 1}}
    after = {"sites": {"South Korea": 3, "Turkey (Türkiye)": 2, "Iran": 1, "Czechia": 1}}

    assert between(before, after) == []
    assert document(record(**before)).version == document(record(**before | after)).version


def test_fewer_participants_are_told_when_far_fewer() -> None:
    (event,) = between({}, {"enrollment": (60, "ESTIMATED")})
    assert (event.type, event.attributes["kind"], event.attributes["percent"]) == (
        "trial_status_change", "enrollment_reduced", -50,
    )  # fmt: skip


# --- phase, sponsor, results ------------------------------------------------------------------------------------------


def test_a_later_phase_is_an_advance_and_an_earlier_one_is_not() -> None:
    (up,) = between({"phases": ["PHASE1"]}, {"phases": ["PHASE1", "PHASE2"]})
    (down,) = between({"phases": ["PHASE2", "PHASE3"]}, {"phases": ["PHASE2"]})

    assert (up.type, up.attributes["from"], up.attributes["to"]) == ("trial_phase_advance", "1", "1/2")
    assert (down.type, down.attributes["kind"]) == ("trial_status_change", "phase")
    assert between({"phases": ["PHASE2"]}, {"phases": ["NA"]}) == []
    assert between({"phases": ["PHASE2", "PHASE1"]}, {"phases": ["PHASE1", "PHASE2"]}) == []


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("Castleford Therapeutics", "Castleford, a wholly owned subsidiary of Oberland Pharma", "acquisition"),
        ("Medpace, Inc.", "Edgehill Therapeutics", "handover"),
        ("Northfield Bio", "Northfield Bio US, Inc.", "rename"),
        ("Northfield Bio", "Oberland Pharma", "transfer"),
        ("Northfield Bio", "Harlow Medicines", "licence"),
        (
            "Northfield Bio",
            "Tern Labs, LLC, a subsidiary of Oberland Pharma",
            "transfer",
        ),  # sold to another's subsidiary
        ("Northfield Bio", "NFBX CT, LLC (dba Oberland)", "transfer"),
    ],
)
def test_a_new_lead_sponsor_hints_at_what_happened(before: str, after: str, kind: str) -> None:
    events = between(
        {"lead": (before, "INDUSTRY"), "collaborators": [("Harlow Medicines", "INDUSTRY")]},
        {"lead": (after, "INDUSTRY"), "collaborators": []},
    )
    event = only(events, "sponsor_change")

    assert event.attributes["kind"] == kind
    assert (event.attributes["from"], event.attributes["to"]) == (before, after)
    assert [(o.name, o.role) for o in event.organisations if o.role != "other"] == [
        (after, "subject"), (before, "counterparty"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [(("Harlow University", "OTHER"), ("Tern Bio", "INDUSTRY"), "licence"),
     (("Tern Bio", "INDUSTRY"), ("Harlow University", "OTHER"), "handback"),
     (("Harlow University", "OTHER"), ("Marrow Institute", "OTHER"), "transfer")],
)  # fmt: skip
def test_a_study_that_goes_from_an_institution_to_a_company(
    before: tuple[str, str], after: tuple[str, str], kind: str
) -> None:
    event = only(between({"lead": before, "collaborators": []}, {"lead": after, "collaborators": []}), "sponsor_change")

    assert event.attributes["kind"] == kind


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("Castleford, a wholly owned subsidiary of Oberland Pharma", "Oberland Pharma"),
        ("Tern Therapeutics, Inc. (A Wholly Owned Subsidiary of Oberland and Company)", "Oberland and Company"),
        ("Castleford, an Oberland Company", "Oberland"),
        ("Castleford Company", ""),
        ("Tern Bio", ""),
    ],
)
def test_the_owner_that_a_sponsor_name_tells_is_named(name: str, owner: str) -> None:
    events = between({"lead": ("Northfield Bio", "INDUSTRY")}, {"lead": (name, "INDUSTRY")})
    event = only(events, "sponsor_change")

    assert event.attributes.get("owner", "") == owner
    assert [o.name for o in event.organisations if o.role == "other"][:1] == ([owner] if owner else [])


def test_the_evidence_of_an_expansion_is_the_new_country() -> None:
    before = {"sites": {"Spain": 2, "France": 1}, "enrollment": (100, "ESTIMATED")}
    event = only(
        between(before, {"sites": {"Spain": 2, "France": 1, "Italy": 1}, "enrollment": (160, "ESTIMATED")}),
        "trial_expansion",
    )

    assert (event.span.field, event.span.text) == ("contactsLocationsModule.locations", "Italy")


def test_punctuation_in_a_sponsor_name_is_no_change() -> None:
    assert between({"lead": ("Ono Bio Co. Ltd", "INDUSTRY")}, {"lead": ("ONO Bio Co., Ltd.", "INDUSTRY")}) == []
    assert (
        between({"lead": ("Société Générale Pharma", "INDUSTRY")}, {"lead": ("Societe Generale Pharma", "INDUSTRY")})
        == []
    )


def test_a_new_industry_partner_is_told() -> None:
    (event,) = between({}, {"collaborators": [("Oberland Pharma", "INDUSTRY"), ("A University", "OTHER")]})

    assert (event.type, event.attributes["kind"]) == ("trial_status_change", "partner_added")
    assert event.attributes["partners"] == ["Oberland Pharma"]


def test_results_are_told_once_with_their_date() -> None:
    (event,) = between({"status": "COMPLETED"}, {"results": "2026-03-10"})

    assert (event.type, event.discriminator, event.occurred_at) == ("results_posted", "", day("2026-03-10"))


# --- roles ------------------------------------------------------------------------------------------------------------


def test_an_industry_partner_of_an_academic_lead_is_the_subject() -> None:
    events = first(
        lead=("University of Ashbourne", "OTHER"),
        collaborators=[("Brightwater Bio", "INDUSTRY"), ("A Charity", "OTHER"), ("Some Site", "UNKNOWN")],
    )

    assert [(o.name, o.role) for o in events[0].organisations] == [
        ("University of Ashbourne", "other"), ("Brightwater Bio", "subject"), ("A Charity", "other"), ("Some Site", "other"),
    ]  # fmt: skip


def test_an_industry_partner_of_an_industry_lead_is_the_counterparty() -> None:
    events = first(collaborators=[("Oberland Pharma", "INDUSTRY")])

    assert [(o.name, o.role, o.kind) for o in events[0].organisations] == [
        ("Brightwater Bio, Inc.", "subject", "INDUSTRY"), ("Oberland Pharma", "counterparty", "INDUSTRY"),
    ]  # fmt: skip


# --- noise ------------------------------------------------------------------------------------------------------------


def noisy(study: dict[str, Any]) -> dict[str, Any]:
    """The same study as another day's answer shows it: other order, escapes, contacts, versions, derived terms."""
    changed = json.loads(json.dumps(study))
    protocol = changed["protocolSection"]
    protocol["statusModule"] |= {"statusVerifiedDate": "2026-04", "lastUpdateSubmitDate": "2026-04-02"}
    protocol["statusModule"]["studyFirstPostDateStruct"]["type"] = "ESTIMATED"
    protocol["contactsLocationsModule"]["locations"].reverse()
    for place in protocol["contactsLocationsModule"]["locations"]:
        place |= {"geoPoint": {"lat": 1.0, "lon": 2.0}, "zip": "00001", "status": "RECRUITING"}
    protocol["contactsLocationsModule"]["centralContacts"] = [{"name": "somebody else"}]
    protocol["contactsLocationsModule"]["locations_nested"] = []
    protocol["conditionsModule"]["conditions"].reverse()
    protocol["armsInterventionsModule"]["interventions"].reverse()
    protocol["identificationModule"]["briefTitle"] = protocol["identificationModule"]["briefTitle"].replace(
        "&", "&amp;"
    )
    protocol["referencesModule"] = {"references": [{"pmid": "1"}]}
    protocol["eligibilityModule"] = {"eligibilityCriteria": "other"}
    protocol["somethingNew"] = {"a": [1, None]}
    changed["derivedSection"] = {"miscInfoModule": {"versionHolder": "2026-04-03", "modelPredictions": {}}}
    changed["annotationSection"] = {}
    return changed


def test_noise_gives_no_version_and_no_event() -> None:
    study = record(title="R&D of A \\> B", conditions=["Plaque Psoriasis", "Itch"])
    old, new = document(study), document(noisy(study))

    assert old.version == new.version
    assert old.fingerprint != new.fingerprint
    assert CONNECTOR.events(new, old, None) == []  # type: ignore[arg-type]


@settings(deadline=None)
@given(
    st.sets(
        st.sampled_from(
            ["designModule", "statusModule", "sponsorCollaboratorsModule", "conditionsModule", "armsInterventionsModule",
             "contactsLocationsModule"]
        )
    )
)  # fmt: skip
def test_blocks_that_vanish_or_come_back_are_no_news(missing: set[str]) -> None:
    whole = record()
    sparse = json.loads(json.dumps(whole))
    for name in missing:
        del sparse["protocolSection"][name]
    for old, new in ((whole, sparse), (sparse, whole)):
        events = CONNECTOR.events(document(new), document(old), None)  # type: ignore[arg-type]
        assert events == []


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=6), st.data())  # fmt: skip
def test_any_value_in_any_place_is_understood_or_refused(value: Any, data: st.DataObject) -> None:
    study = record()
    place: Any = study
    for _ in range(data.draw(st.integers(1, 4))):
        key = data.draw(st.sampled_from(sorted(place)))
        if isinstance(place[key], dict) and place[key]:
            parent, place = place, place[key]
        else:
            parent = place
            break
    parent[key] = value
    try:
        made = document(study)
    except BadPayload:
        return
    CONNECTOR.events(made, None, None)  # type: ignore[arg-type]
    CONNECTOR.events(made, document(record()), None)  # type: ignore[arg-type]


def test_an_old_payload_that_cannot_be_read_counts_as_first_contact() -> None:
    new = document(record())
    old = Document(connector="clinicaltrials", key=new.key, version="v0", payload=b"\x00not json")

    assert types(CONNECTOR.events(new, old, None))[0] == "trial_registered"  # type: ignore[arg-type]
