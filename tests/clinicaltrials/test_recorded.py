"""Recorded studies of the real registry: every one is understood, every real change found, all noise silent.

Run with ``-s`` to see the counts that docs/measurements.md quotes.
"""

from __future__ import annotations

import csv
import gzip
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from connectors import _ctgov_study as studies
from connectors._ctgov_api import read_page
from connectors._ctgov_settings import CtgovConfig
from connectors.clinicaltrials import ClinicalTrials
from signalwatch.model import Event
from signalwatch.testing import FakeResponse
from tests.clinicaltrials.conftest import record
from tests.data import data_path

pytestmark = pytest.mark.data
CONNECTOR = ClinicalTrials(CtgovConfig())
_STATUS = "protocolSection.statusModule."


def lines(name: str) -> Iterator[bytes]:
    with gzip.open(data_path(f"clinicaltrials/{name}")) as file:
        yield from (line.strip() for line in file)


def table(name: str) -> list[dict[str, str]]:
    with data_path(f"clinicaltrials/{name}").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def events(new: Any, old: Any = None) -> Sequence[Event]:
    documents = [
        studies.document(json.dumps(s).encode()) if isinstance(s, dict) else studies.document(s)
        for s in (new, old)
        if s
    ]
    return CONNECTOR.events(documents[0], documents[1] if old else None, None)  # type: ignore[arg-type]


def show(title: str, counts: Counter[str]) -> None:
    print(f"\n{title}: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))


def test_every_recorded_study_is_understood() -> None:
    counts: Counter[str] = Counter()
    gaps: Counter[str] = Counter()
    total = 0
    for raw in lines("studies_full.jsonl.gz"):
        total += 1
        stated = events(raw)
        first = stated[0]
        counts.update(e.type for e in stated)
        assert first.type == "trial_registered"
        assert first.at <= (first.published_at or first.at)
        assert first.subject is not None
        program = first.program
        assert program is not None
        assert program.nct_ids
        medicines = [i for i in studies.study(studies.read(raw)).interventions if i.kind in ("DRUG", "BIOLOGICAL")]
        gaps["no area"] += not program.areas
        gaps["medicines but no asset"] += bool(medicines) and not program.assets
        gaps["medicines but no modality"] += bool(medicines) and not program.modalities
        gaps["no indication"] += not program.indications
        for event in stated:
            assert event.at.tzinfo is not None
            assert "redacted" not in json.dumps([event.title, event.attributes, str(event.changes)], default=str)
    show(f"{total} studies, first contact", counts)
    show("gaps", gaps)

    assert total == 1520
    assert gaps["no area"] <= 0.03 * total
    assert gaps["no indication"] == 0
    assert gaps["medicines but no asset"] <= 0.03 * total


def test_no_contact_data_survive() -> None:
    for raw in lines("studies_full.jsonl.gz"):
        payload = studies.document(raw).payload
        for word in (
            b"centralContacts",
            b"overallOfficials",
            b'"contacts"',
            b"redacted",
            b"resultsSection",
            b"geoPoint",
        ):
            assert word not in payload


def expected_types(old: dict[str, Any], new: dict[str, Any], paths: set[str]) -> set[str]:
    """What a transition must give, judged from its list of changed paths alone."""
    found: set[str] = set()
    before, after = (s["protocolSection"]["statusModule"] for s in (old, new))
    if _STATUS + "overallStatus" in paths:
        found.add("trial_status_change")
        if after["overallStatus"] == "RECRUITING" and before["overallStatus"] == "NOT_YET_RECRUITING":
            found.add("trial_start")
        if after["overallStatus"] in ("TERMINATED", "WITHDRAWN", "SUSPENDED"):
            found.add("trial_setback")
    for name in ("primaryCompletionDateStruct", "completionDateStruct"):
        if f"{_STATUS}{name}.date" in paths and after[name]["type"] == "ESTIMATED":
            found.add("trial_delay")
    return found


def test_every_recorded_transition_gives_its_events_and_nothing_else() -> None:
    versions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for raw in lines("study_versions.jsonl.gz"):
        wrapper = json.loads(raw)
        versions[wrapper["nctId"]].append(wrapper["study"])
    transitions: dict[str, list[set[str]]] = defaultdict(list)
    for row in table("study_versions.transitions.tsv"):
        transitions[row["nct_id"]].append(set(row["changed_paths"].split(";")))
    counts: Counter[str] = Counter()
    for nct, history in versions.items():
        for old, new, paths in zip(history, history[1:], transitions[nct], strict=False):
            stated = events(new, old)
            counts["pairs"] += 1
            counts["silent"] += not stated
            counts.update(e.type for e in stated)
            types = {e.type for e in stated}
            may = {"trial_expansion"} if any("locations" in p or "enrollmentInfo" in p for p in paths) else set()
            expected = expected_types(old, new, paths)
            assert expected <= types <= expected | may, (nct, types, expected)
            assert all(e.changes for e in stated)
    show("version pairs", counts)

    assert counts["pairs"] == 50
    assert counts["trial_status_change"] == 7
    assert counts["trial_start"] == 5


def test_noise_pairs_are_silent() -> None:
    pairs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for raw in lines("study_versions_noise.jsonl.gz"):
        wrapper = json.loads(raw)
        pairs[wrapper["nctId"]].append(wrapper["study"])
    for nct, (old, new) in pairs.items():
        assert events(new, old) == [], nct
        assert studies.document(json.dumps(old).encode()).version == studies.document(json.dumps(new).encode()).version

    assert len(pairs) == 30


def patched(patch: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The status module (and hasResults) before and after one of the registry's own patches."""
    old: dict[str, Any] = record(patch["nctId"], results=None)
    old["protocolSection"]["statusModule"] = json.loads(json.dumps(patch["fromStatusModule"]))
    new = json.loads(json.dumps(old))
    for step in patch["patch"]:
        path = step["path"].split("/")[1:]
        if path[:2] != ["protocolSection", "statusModule"] and path != ["hasResults"]:
            continue
        place = new
        for key in path[:-1]:
            place = place.setdefault(key, {})
        if step["op"] == "remove":
            place.pop(path[-1], None)
        else:
            place[path[-1]] = step["value"]
    return old, new


def test_the_registrys_own_patches_are_told() -> None:
    counts: Counter[str] = Counter()
    for raw in lines("registry_patches.jsonl.gz"):
        patch = json.loads(raw)
        if not patch.get("fromStatusModule"):
            continue
        old, new = patched(patch)
        stated = events(new, old)
        types = {e.type for e in stated}
        counts["patches"] += 1
        counts["silent"] += not stated
        counts.update(e.type for e in stated)
        before, after = (s["protocolSection"]["statusModule"] for s in (old, new))
        if before["overallStatus"] != after["overallStatus"]:
            assert "trial_status_change" in types
            if after["overallStatus"] in ("TERMINATED", "WITHDRAWN", "SUSPENDED"):
                assert "trial_setback" in types
            if after["overallStatus"] == "COMPLETED":
                assert "trial_completed" in types
        if "resultsFirstPostDateStruct" in after and "resultsFirstPostDateStruct" not in before:
            assert "results_posted" in types
        untouched = {"lastUpdateSubmitDate", "lastUpdatePostDateStruct", "statusVerifiedDate", "dispFirstSubmitDate",
                     "resultsFirstSubmitQcDate", "resultsFirstSubmitDate", "studyFirstPostDateStruct"}  # fmt: skip
        if {k for k in before | after if before.get(k) != after.get(k)} <= untouched:
            assert not stated or types == {"results_posted"}
    show("registry patches with a known status before", counts)

    assert counts["patches"] >= 100


def test_observed_changes_of_other_collectors_are_found() -> None:
    """479 field changes between dated snapshots of public biotechs, as an oracle for the kinds of change."""
    counts: Counter[str] = Counter()
    for row in table("flat_observed_changes.tsv"):
        before: dict[str, Any] = {"updated": row["old_last_update"] or "2026-01-05"}
        after: dict[str, Any] = {"updated": row["new_last_update"] or "2026-04-20"}
        match row["field"]:
            case "status":
                stop = "x" if row["new"] in ("TERMINATED", "WITHDRAWN", "SUSPENDED") else None
                before["status"], after["status"], after["why"] = row["old"], row["new"], stop
                expected = {"trial_status_change"}
                if row["old"] == "NOT_YET_RECRUITING" and row["new"] in (
                    "RECRUITING", "ENROLLING_BY_INVITATION", "ACTIVE_NOT_RECRUITING",
                ):  # fmt: skip
                    expected |= {"trial_start"}
                expected |= {"trial_completed"} if row["new"] == "COMPLETED" else set()
                expected |= {"trial_setback"} if stop else set()
                expected |= {"trial_registered"} if row["new"] == "WITHDRAWN" else set()
            case "pcd" | "cd":
                name = "primary" if row["field"] == "pcd" else "completion"
                before[name], after[name] = (row["old"], "ESTIMATED"), (row["new"], "ESTIMATED")
                expected = {"trial_delay"}
            case "sponsor":
                before["lead"], after["lead"] = (row["old"], "INDUSTRY"), (row["new"], "INDUSTRY")
                expected = {"sponsor_change"}
            case _:
                before["status"] = after["status"] = "COMPLETED"
                after["results"] = row["new"][:10]
                expected = {"results_posted"}
        stated = events(record(row["nct_id"], **after), record(row["nct_id"], **before))
        counts[row["field"]] += 1
        counts.update(f"-> {e.type}" for e in stated)
        takes_back = {"trial_registered"} if row["new"] == "WITHDRAWN" else set()  # a correction of the registration
        assert expected <= {e.type for e in stated} <= expected | takes_back, row
        if expected == {"sponsor_change"}:
            counts[f"sponsor_change {stated[0].attributes['kind']}"] += 1
    show("observed changes", counts)

    assert counts["status"] == 168
    assert counts["sponsor"] == 13


def test_every_recorded_page_is_read() -> None:
    counts: Counter[str] = Counter()
    bodies = list(lines("api_pages/fields_filtered_pages.jsonl.gz"))
    empty = list(lines("api_pages/count_only_responses.jsonl.gz"))
    bodies += empty
    for row in table("api_pages/MANIFEST.tsv"):
        path = data_path("clinicaltrials/api_pages") / row["file"]
        if path.suffix == ".json" and "get_nct" not in path.name:
            bodies.append(path.read_bytes())
    for body in bodies:
        page = read_page(FakeResponse(body=body, url="https://clinicaltrials.gov/api/v2/studies"))
        counts["pages"] += 1
        counts["tokens"] += page.next_page_token is not None
        counts["totals"] += page.total_count is not None
        for raw in page.studies:
            if studies.nct_id(raw):
                made = studies.document(raw)
                counts["studies"] += 1
                assert CONNECTOR.events(made, None, None)[0].type == "trial_registered"  # type: ignore[arg-type]
    show("recorded pages", counts)

    assert counts["pages"] >= 733
    assert counts["totals"] >= 200
    assert counts["tokens"] >= 504


def test_the_web_sites_download_is_a_page_as_well() -> None:
    raws = [raw for _, raw in zip(range(5), lines("studies_full.jsonl.gz"), strict=False)]
    page = read_page(FakeResponse(body=b"[" + b",".join(raws) + b"]", url="x"))

    assert [studies.nct_id(raw) for raw in page.studies] == [studies.nct_id(raw) for raw in raws]


def test_unchanged_records_cost_next_to_nothing() -> None:
    """More than 20,000 a second: number and digest only. Measured over reduced records, as a narrow page holds them."""
    raws = [studies.document(raw).payload for raw in lines("studies_full.jsonl.gz")]
    start = time.process_time()
    for raw in raws:
        studies.nct_id(raw)
        studies.fingerprint(raw)
    rate = len(raws) / (time.process_time() - start)
    print(f"\nunchanged records: {rate:,.0f}/s of {sum(map(len, raws)) / len(raws):,.0f} bytes")

    assert rate > 20_000
