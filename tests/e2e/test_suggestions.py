"""Companies that are no account yet, and names a person is asked about: what people see, and what their answer does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from signalwatch.reprocess import reprocess
from tests.e2e.outside import DAY, HOUR, Service, account, command, record, running, samples


@pytest.fixture
def service(tmp_path: Path, sqlite_url: str, lean_rules: Path) -> Iterator[Service]:
    """The service on SQLite, past its first contact, with one account."""
    with running(tmp_path, sqlite_url, rules=lean_rules) as it:
        it.accounts(account("Brightwater Bio"))
        it.round(after=HOUR)
        it.clock.advance(DAY)
        yield it


def study(nct: str, lead: str, *, kind: str = "INDUSTRY", day: str = "2026-03-11", **given: Any) -> dict[str, Any]:
    facts = {"title": f"Study {nct}", "status": "NOT_YET_RECRUITING", "start": ("2026-06", "ESTIMATED"), "first_post": day,
             "conditions": ["Non-Small Cell Lung Cancer"], "mesh": ["Lung Neoplasms", "Neoplasms"]}  # fmt: skip
    return record(nct, updated=day, lead=(lead, kind), **(facts | given))


def suggested(capsys: pytest.CaptureFixture[str], service: Service) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = command(capsys, service.settings, "accounts", "suggest", "--json").json()
    return found


def publish(service: Service) -> None:
    """A biotech in phase 2, one in phase 4 by the registry, a hospital, a university, and a shop that sells shares."""
    service.outside.publish(
        study("NCT90000010", "Mosswing Therapeutics, Inc."),
        study("NCT90000011", "Mosswing Therapeutics, Inc.", phases=["PHASE1"]),
        study("NCT90000012", "Verlune Pharma", phases=["PHASE4"], conditions=["Hypertension"], mesh=["Hypertension"]),
        study("NCT90000013", "Saint Odile Hospital", kind="INDUSTRY"),
        study("NCT90000014", "Westmark University", kind="OTHER"),
    )
    for number, (name, industry) in enumerate(
        [("Mosswing Therapeutics, Inc.", "Biotechnology"), ("Corner Coffee", "Retailing")]
    ):
        cik = 1900010 + number
        accession = f"{cik:010d}-26-000001"
        folder = f"/Archives/edgar/data/{cik}/{accession.replace('-', '')}"
        row = samples.entry(accession, "D", name, cik, updated="2026-03-11T10:30:00-05:00", filed="2026-03-11")
        service.outside.file(
            row, f"{folder}/primary_doc.xml", samples.form_d(name, cik, industry=industry, sale="2026-03-10")
        )


def test_suggestions_fit_and_say_why_with_a_command_that_works(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(service)
    service.round()
    rows = suggested(capsys, service)

    assert [r["name"] for r in rows] == ["Mosswing Therapeutics, Inc.", "Verlune Pharma"]
    best = rows[0]
    assert best["why"].startswith("fits: oncology")
    assert "phase 2" in best["why"]
    assert f"{best['signals']} signals, +" in best["why"]
    assert "https://clinicaltrials.gov/study/NCT90000010" in best["evidence"]
    assert best["command"] == "signalwatch accounts add 'Mosswing Therapeutics, Inc.' --cik 1900010"
    told = command(capsys, service.settings, "accounts", "suggest").out
    assert best["command"] in told
    assert "https://clinicaltrials.gov/study/" in told

    ran = command(capsys, service.settings, "accounts", "add", "Mosswing Therapeutics, Inc.", "--cik", "1900010", "--tier", "2",
                  "--owner", "kim@bd.example")  # fmt: skip
    assert ran.code == 0
    assert [r["name"] for r in suggested(capsys, service)] == ["Verlune Pharma"]
    service.round(after=9 * DAY)
    mine = service.app.store.signals(account_id="mosswing-therapeutics-inc") or service.app.store.signals(
        account_id="mosswing"
    )
    assert {s.type for s in mine} >= {"trial_registered", "funding_round"}
    letters = service.letters("alert", "recommendation")
    assert letters
    assert all(r.item.dossier.late for r in letters)


def test_an_event_counts_once_however_often_it_is_assessed(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(service)
    service.round()
    before = suggested(capsys, service)
    for stage in ("rules", "resolve"):
        reprocess(service.app, stage, service.clock.now() - 30 * DAY)

        assert suggested(capsys, service) == before


def test_activity_of_a_suggestion_decays(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    from signalwatch.assess import rank

    publish(service)
    service.round()
    pack, now = service.app.knowledge().pack, service.clock.now()
    fresh, later = (rank(service.app.store.suggestions(), pack, at)[0] for at in (now, now + 200 * DAY))

    assert 0 < later.activity < fresh.activity
    assert later.signals == fresh.signals


def test_a_dismissed_suggestion_stays_away(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    publish(service)
    service.round()
    [_, other] = suggested(capsys, service)
    assert command(capsys, service.settings, "accounts", "suggest", "--dismiss", other["key"]).code == 0
    assert command(capsys, service.settings, "accounts", "suggest", "--dismiss", "nobody").code == 2
    service.outside.publish(study("NCT90000015", "Verlune Pharma", day="2026-03-12"))
    service.round()

    assert [r["name"] for r in suggested(capsys, service)] == ["Mosswing Therapeutics, Inc."]


def test_a_suggestion_that_became_an_account_by_import_is_gone(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(service)
    service.round()
    service.accounts(account("Verlune Pharma"))

    assert [r["name"] for r in suggested(capsys, service)] == ["Mosswing Therapeutics, Inc."]


def test_a_confirmed_name_also_counts_where_another_account_was_named(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """The event was decided for one account while its other name waited; the answer still reaches the second account."""
    service.accounts(
        account("Harrowgate Oncology", owner="sam@bd.example"),
        account("Harrowgate Vaccines", tier=3, account_id="vaccines"),
    )
    service.outside.publish(
        study(
            "NCT90000020",
            "Westmark University",
            kind="OTHER",
            collaborators=[("Brightwater Bio, Inc.", "INDUSTRY"), ("Harrowgate", "INDUSTRY")],
        )
    )
    service.round()
    assert {r.item.account_id for r in service.letters("alert", "recommendation")} == {"brightwater"}
    sent = len(service.letters())

    shown = command(capsys, service.settings, "review", "list").out
    [question] = service.app.store.reviews()
    for said in ("Harrowgate", "Study NCT90000020", "harrowgate", "vaccines", question.reason, question.review_id):
        assert said in shown

    service.clock.advance(9 * DAY)
    assert (
        command(capsys, service.settings, "review", "confirm", question.review_id, "harrowgate", "--by", "ana").code
        == 0
    )
    service.round(after=HOUR)

    new = [r for r in service.letters("alert", "recommendation") if r.item.account_id != "brightwater"]
    assert {r.item.account_id for r in new} == {"harrowgate"}
    assert all(r.item.dossier.late for r in new)
    assert len([r for r in service.letters() if r.item.account_id == "brightwater"]) == sent


@pytest.mark.parametrize("told", ["Harrowgate", "HARROWGATE", " Harrowgate "])
def test_a_rejected_name_is_never_asked_again(service: Service, capsys: pytest.CaptureFixture[str], told: str) -> None:
    service.accounts(account("Harrowgate Oncology"), account("Harrowgate Vaccines", tier=3, account_id="vaccines"))
    service.outside.publish(study("NCT90000020", "Harrowgate"))
    service.round()
    [question] = service.app.store.reviews()
    assert command(capsys, service.settings, "review", "reject", question.review_id, "--by", "ana").code == 0

    service.outside.publish(study("NCT90000021", told, day="2026-03-13"))
    service.round()
    reprocess(service.app, "resolve", service.clock.now() - 30 * DAY)

    assert service.app.store.reviews() == []
    assert service.letters() == []
