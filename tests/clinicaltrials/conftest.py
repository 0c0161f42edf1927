"""A small registry of our own that answers like API v2, and a context that remembers like the store."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from connectors._ctgov_settings import CtgovConfig
from connectors.clinicaltrials import ClinicalTrials
from signalwatch.clock import ManualClock
from signalwatch.http import HttpDoor, HttpSettings
from signalwatch.model import Document, Event, Known, Page, Validators

NOW = datetime(2026, 3, 11, 15, 0, tzinfo=UTC)
BASE = "https://clinicaltrials.gov/api/v2"


def record(nct: str = "NCT90000001", **given: Any) -> dict[str, Any]:
    """A study in the registry's shape. Keyword arguments replace what stands in the modules; None removes."""
    facts: dict[str, Any] = {
        "title": "A Study of Zavorilimab in Plaque Psoriasis", "status": "RECRUITING", "updated": "2026-03-09",
        "first_post": "2026-01-12", "start": ("2026-02-02", "ACTUAL"), "primary": ("2027-05", "ESTIMATED"),
        "completion": ("2028-01", "ESTIMATED"), "lead": ("Brightwater Bio, Inc.", "INDUSTRY"), "collaborators": [],
        "phases": ["PHASE2"], "enrollment": (120, "ESTIMATED"), "conditions": ["Plaque Psoriasis"],
        "interventions": [("BIOLOGICAL", "Zavorilimab"), ("DRUG", "Placebo")], "sites": {"United States": 8, "Poland": 2},
        "why": None, "results": None, "last_known": None, "study_type": "INTERVENTIONAL", "aliases": None, "mesh": None,
    } | given  # fmt: skip

    def dated(value: Any) -> Any:
        return value and {"date": value[0], "type": value[1]}

    status = {
        "overallStatus": facts["status"], "lastKnownStatus": facts["last_known"], "whyStopped": facts["why"],
        "startDateStruct": dated(facts["start"]), "primaryCompletionDateStruct": dated(facts["primary"]),
        "completionDateStruct": dated(facts["completion"]), "statusVerifiedDate": facts["updated"][:7],
        "studyFirstPostDateStruct": dated((facts["first_post"], "ACTUAL")),
        "lastUpdatePostDateStruct": dated((facts["updated"], "ACTUAL")),
        "resultsFirstPostDateStruct": facts["results"] and dated((facts["results"], "ACTUAL")),
    }  # fmt: skip
    protocol = {
        "identificationModule": {"nctId": nct, "briefTitle": facts["title"], "nctIdAliases": facts["aliases"]},
        "statusModule": {k: v for k, v in status.items() if v is not None},
        "sponsorCollaboratorsModule": {
            "leadSponsor": facts["lead"] and {"name": facts["lead"][0], "class": facts["lead"][1]},
            "collaborators": [{"name": n, "class": c} for n, c in facts["collaborators"]],
        },
        "conditionsModule": {"conditions": facts["conditions"]},
        "designModule": {
            "studyType": facts["study_type"],
            "phases": facts["phases"],
            "enrollmentInfo": facts["enrollment"] and {"count": facts["enrollment"][0], "type": facts["enrollment"][1]},
        },
        "armsInterventionsModule": {"interventions": [{"type": t, "name": n} for t, n in facts["interventions"]]},
        "contactsLocationsModule": {
            "centralContacts": [{"name": "redacted", "email": "redacted@example.org"}],
            "locations": [
                {"facility": f"Site {n}", "city": "Town", "country": country, "contacts": [{"name": "redacted"}]}
                for country, count in facts["sites"].items()
                for n in range(count)
            ],
        },
    }
    derived = {"miscInfoModule": {"versionHolder": facts["updated"]}}
    if facts["mesh"]:
        derived["conditionBrowseModule"] = {"ancestors": [{"id": "D0", "term": term} for term in facts["mesh"]]}
    return {"protocolSection": protocol, "derivedSection": derived, "hasResults": bool(facts["results"])}


class Registry:
    """Answers ``/version``, ``/studies`` and ``/studies/{id}`` from ``studies``; faults are switched on by the test."""

    def __init__(self) -> None:
        self.studies: dict[str, dict[str, Any]] = {}
        self.stamp = "2026-03-11T09:00:05"
        self.aliases: dict[str, str] = {}
        self.withdrawn: set[str] = set()
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.faults: list[Any] = []  # called with (path, query) before answering; may return an answer
        self.hidden = 0  # studies that the total names but no page delivers

    def put(self, *records: dict[str, Any]) -> None:
        for item in records:
            self.studies[item["protocolSection"]["identificationModule"]["nctId"]] = item

    def answer(self, request: Any) -> tuple[int, dict[str, str], bytes | str]:
        parts = urlsplit(request.url)
        path = parts.path.removeprefix("/api/v2")
        query = {k: v[0] for k, v in parse_qs(parts.query).items()}
        self.requests.append((path, query))
        for fault in self.faults:
            if (said := fault(path, query)) is not None:
                return said
        if path == "/version":
            return _json({"apiVersion": "2.0.5", "dataTimestamp": self.stamp})
        if path.startswith("/studies/"):
            nct = path.removeprefix("/studies/")
            if nct in self.aliases:
                return 301, {"Location": f"{BASE}/studies/{self.aliases[nct]}"}, ""
            return (
                _json(self.studies[nct]) if nct in self.studies else (404, {"Content-Type": "text/plain"}, "not found")
            )
        found = sorted(self.studies.values(), key=lambda s: (_updated(s), _nct(s)))
        if "filter.ids" in query:
            wanted = query["filter.ids"].split("|")
            if any(nct not in self.studies for nct in wanted):
                return 400, {"Content-Type": "text/plain"}, "`filter.ids` parameter has an unknown id"
            found = [s for s in found if _nct(s) in wanted and _nct(s) not in self.withdrawn]
        if window := re.search(r"RANGE\[(\S+?),(\S+?)\]", query.get("filter.advanced", "")):
            found = [s for s in found if window[1] <= _updated(s) <= window[2]]
        size = int(query["pageSize"])
        start = int(query.get("pageToken", "t0")[1:])
        page: dict[str, Any] = {"studies": found[start : start + size]}
        if len(page["studies"]) == size:  # as the real one: a full page always carries a token
            page["nextPageToken"] = f"t{start + size}"
        if query.get("countTotal") == "true":
            page["totalCount"] = len(found) + self.hidden
        return _json(page)

    def asked(self, path: str = "/studies", **wanted: str) -> list[dict[str, str]]:
        """Queries sent to ``path``."""
        return [q for p, q in self.requests if p == path and all(q.get(k) == v for k, v in wanted.items())]

    def walks(self) -> list[str]:
        """First requests of walks, as the window asked for."""
        found = (q.get("filter.advanced", "") for q in self.asked() if "pageToken" not in q and "sort" in q)
        return [m[1] for text in found if (m := re.search(r"RANGE\[(.+?)\]", text))]


def _json(value: Any) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()


def _nct(study: dict[str, Any]) -> str:
    return str(study["protocolSection"]["identificationModule"]["nctId"])


def _updated(study: dict[str, Any]) -> str:
    return str(study["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"]["date"])


class Context:
    """A PollContext that remembers what was committed, as the store would."""

    def __init__(self, http: HttpDoor, clock: ManualClock) -> None:
        self.source_id, self.http, self.clock, self.log = "ctgov", http, clock, None
        self.validators: Mapping[str, Validators] = {}
        self.stored: dict[str, Document] = {}
        self.read_at: dict[str, datetime] = {}
        self.watched: list[str] = []
        self.cursor: Mapping[str, Any] = {}

    def known(self, keys: Sequence[str]) -> Mapping[str, Known]:
        return {
            k: Known(version=d.version, fingerprint=d.fingerprint, published_at=d.published_at)
            for k in keys
            if (d := self.stored.get(k))
        }

    def watched_ciks(self) -> frozenset[int]:
        return frozenset()

    def watched_names(self) -> Sequence[str]:
        return ()

    def is_watched_name(self, name: str) -> bool:
        return False

    def watched_studies(self, limit: int, before: datetime) -> Sequence[str]:
        due = [k for k in self.watched if self.read_at.get(k, datetime.min.replace(tzinfo=UTC)) < before]
        return due[:limit]


class Poller:
    """Runs polls and commits their pages; ``pages`` and ``events`` are those of the last poll."""

    def __init__(self, context: Context, connector: ClinicalTrials) -> None:
        self.context, self.connector = context, connector
        self.pages: list[Page] = []
        self.events: list[Event] = []

    def poll(self) -> list[Document]:
        self.pages, self.events = [], []
        documents = []
        for page in self.connector.poll(dict(self.context.cursor), self.context):
            self.pages.append(page)
            for document in page.documents:
                before = self.context.stored.get(document.key)
                self.events += self.connector.events(document, before, None)  # type: ignore[arg-type]
                self.context.stored[document.key] = document
            for key in [*page.read_keys, *(d.key for d in page.documents)]:
                self.context.read_at[key] = self.context.clock.now()
            documents += page.documents
            self.context.cursor = page.cursor
        return documents

    def notices(self) -> list[str]:
        return [n.kind for page in self.pages for n in page.notices]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def registry() -> Iterator[Registry]:
    registry = Registry()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        net.add_callback(responses.GET, re.compile(re.escape(BASE) + ".*"), callback=registry.answer)
        yield registry


@pytest.fixture
def poller(registry: Registry, clock: ManualClock) -> Poller:
    """A poller of the small registry, three studies a page."""
    return make_poller(clock, page_size=3)


def make_poller(clock: ManualClock, **settings: Any) -> Poller:
    """A poller with other settings."""
    door = HttpDoor(HttpSettings(contact="ops@example.org"), clock, random.Random(1))
    return Poller(Context(door, clock), ClinicalTrials(CtgovConfig(**settings)))
