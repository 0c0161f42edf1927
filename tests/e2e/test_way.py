"""One event the whole way: served by a source, alerted on Slack and by mail, explained, answered, corrected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from signalwatch.model import Account, Dossier
from signalwatch.resolve import Resolver
from tests.e2e.outside import DAY, HOUR, Service, account, command, record, running, samples

STUDY = "NCT90000002"
ASTHMA = {"title": "Study of QX-101 in Asthma", "conditions": ["Asthma"], "interventions": [("DRUG", "QX-101")]}


def study(day: str, nct: str = STUDY, *, first: str | None = None, **given: Any) -> dict[str, Any]:
    """A phase 2 study that has not started yet, posted on ``day``."""
    return record(
        nct, updated=day, first_post=first or day, **(ASTHMA | {"status": "NOT_YET_RECRUITING", "start": ("2026-06", "ESTIMATED")} | given),
    )  # fmt: skip


@pytest.fixture
def service(tmp_path: Path, sqlite_url: str, lean_rules: Path) -> Iterator[Service]:
    """The service on SQLite, past its first contact, with an account in tier 2 and one in tier 3."""
    with running(tmp_path, sqlite_url, rules=lean_rules) as it:
        met(it)
        yield it


@pytest.fixture
def anywhere(tmp_path: Path, database_url: str, lean_rules: Path) -> Iterator[Service]:
    """As `service`, on SQLite and on PostgreSQL."""
    with running(tmp_path, database_url, rules=lean_rules) as it:
        met(it)
        yield it


def met(it: Service) -> None:
    """First contact with every source is over."""
    it.accounts(
        account("Brightwater Bio"),
        account("Quillfern Therapeutics", tier=3, owner="sam@bd.example", cik=1900001),
        account("Silent Harbor Genetics", tier=3),
    )
    it.outside.publish(record("NCT90000001", updated="2026-03-05", first_post="2026-01-12"))
    it.outside.write(1, "Markets close mixed")
    it.round(after=timedelta(minutes=1))


def form_d(it: Service) -> None:
    """Quillfern files a Form D about a round of USD 42M."""
    number, folder = "0001900001-26-000007", "/Archives/edgar/data/1900001/000190000126000007"
    row = samples.entry(
        number, "D", "Quillfern Therapeutics, Inc.", 1900001, updated="2026-03-10T10:30:00-05:00", filed="2026-03-10"
    )
    it.outside.file(row, f"{folder}/primary_doc.xml", samples.form_d(sale="2026-03-09"))


def test_a_study_becomes_an_alert_on_slack_and_by_mail_once(
    anywhere: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert anywhere.letters() == []
    anywhere.clock.advance(DAY)
    anywhere.outside.publish(study("2026-03-11"))
    sent = anywhere.round()

    assert sorted((r.channel, r.recipient, r.state) for r in sent) == [
        ("mail", "kim@bd.example", "sent"),
        ("slack", "kim@bd.example", "sent"),
    ]
    post = anywhere.posts()[0]
    assert "Brightwater Bio" in post
    assert f"https://clinicaltrials.gov/study/{STUDY}" in post
    mail = anywhere.mail.messages[0]
    assert mail.recipients == ("kim@bd.example",)
    assert mail.parse()["Message-ID"]
    assert "Brightwater Bio" in anywhere.mails()[0]

    assert anywhere.round() == []
    assert (len(anywhere.posts()), len(anywhere.mails())) == (1, 1)
    assert anywhere.app.store.operator_alerts() == []

    letter = anywhere.letters("alert", "recommendation")[0].item
    for key in (letter.decision_id, letter.outbox_id, letter.dossier.alert_id):
        ran = command(capsys, anywhere.settings, "explain", key, "--verify")
        assert ran.code == 0
        assert "same answer" in ran.out
        assert STUDY in ran.out
    assert command(capsys, anywhere.settings, "explain", "no-such-decision").code == 2


def test_what_was_published_before_the_source_was_added_is_scored_and_told_to_nobody(
    anywhere: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    store = anywhere.app.store

    assert store.signals(account_id="brightwater")
    assert all(s.quiet for s in store.signals(account_id="brightwater"))
    assert anywhere.letters() == []
    ran = command(capsys, anywhere.settings, "why-not", "--account", "brightwater")
    assert "before the source was added" in ran.out


def test_why_not_names_what_kept_an_account_silent(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    service.outside.publish(study("2026-03-10", lead=("Quillfern Therapeutics, Inc.", "INDUSTRY")))
    assert service.round() == []

    ran = command(capsys, service.settings, "why-not", "--account", "quillfern")
    assert ran.code == 0
    assert "trial_registered" in ran.out
    assert ran.out.strip().split(": ", 1)[1]
    silent = command(capsys, service.settings, "why-not", "--account", "silent")
    assert "nothing was decided for silent" in silent.out


def test_a_person_approves_a_move_and_it_is_audited(anywhere: Service, capsys: pytest.CaptureFixture[str]) -> None:
    anywhere.clock.advance(DAY)
    form_d(anywhere)
    anywhere.round()
    [proposal] = anywhere.app.store.recommendations(status="open")
    assert (proposal.account_id, proposal.from_tier, proposal.to_tier) == ("quillfern", 3, 2)
    assert any("sam@bd.example" in m.recipients for m in anywhere.mail.messages)
    assert anywhere.app.knowledge().accounts["quillfern"].tier == 3

    key = proposal.recommendation_id
    shown = re.findall(r"`signalwatch ([a-z]+ [^`]+)`", "".join(anywhere.posts()))
    assert f"recommendations approve {key}" in shown
    [why] = {line for line in shown if line.startswith("explain")}
    assert command(capsys, anywhere.settings, *why.split()).code == 0  # what an alert shows works as shown
    assert command(capsys, anywhere.settings, "recommendations", "approve", "absent", "--by", "ana").code == 2
    assert command(capsys, anywhere.settings, "recommendations", "approve", key, "--by", "ana").code == 0
    again = command(capsys, anywhere.settings, "recommendations", "dismiss", key, "--by", "ben", "--note", "no")
    assert (again.code, "already approved" in again.err) == (2, True)

    assert anywhere.app.knowledge().accounts["quillfern"].tier == 2
    page = command(capsys, anywhere.settings, "accounts", "show", "quillfern").json()
    move = page["tier_history"][-1]
    assert (move["from_tier"], move["to_tier"], move["by"], move["recommendation_id"]) == (3, 2, "ana", key)
    listed = command(capsys, anywhere.settings, "recommendations", "list", "--status", "approved", "--json").json()
    assert [r["recommendation_id"] for r in listed] == [key]


def test_a_reverted_status_is_corrected_to_everyone_who_was_told(anywhere: Service) -> None:
    ended = {"status": "TERMINATED", "why": "Sponsor decision after an interim analysis", "first": "2026-01-12"}
    anywhere.outside.publish(study("2026-03-10", "NCT90000001", **ended))
    anywhere.round()
    told = {(r.item.channel, r.item.recipient) for r in anywhere.letters("alert", "recommendation")}
    assert told == {("slack", "kim@bd.example"), ("mail", "kim@bd.example")}
    before = len(anywhere.posts())

    anywhere.outside.publish(study("2026-03-11", "NCT90000001", first="2026-01-12", status="RECRUITING"))
    anywhere.round()

    corrections = anywhere.letters("correction")
    assert {(r.item.channel, r.item.recipient) for r in corrections} == told
    assert all(r.state == "sent" for r in corrections)
    assert any("correct" in p.casefold() for p in anywhere.posts()[before:])
    setbacks = [s for s in anywhere.app.store.signals(account_id="brightwater") if s.type == "trial_setback"]
    assert setbacks
    assert not any(s.active for s in setbacks)
    assert anywhere.round() == []


def test_a_name_that_may_mean_two_accounts_waits_for_a_person(
    anywhere: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    anywhere.accounts(account("Harrowgate Oncology"), account("Harrowgate Vaccines", tier=3, account_id="vaccines"))
    anywhere.outside.publish(study("2026-03-10", lead=("Harrowgate", "INDUSTRY")))
    assert anywhere.round() == []
    [question] = command(capsys, anywhere.settings, "review", "list", "--json").json()
    assert question["mention"] == "Harrowgate"
    assert {c["account_id"] for c in question["candidates"]} == {"harrowgate", "vaccines"}

    key = question["review_id"]
    unsaid = command(capsys, anywhere.settings, "review", "confirm", key, "--by", "ana")
    assert (unsaid.code, "name one of" in unsaid.err) == (2, True)
    assert command(capsys, anywhere.settings, "review", "confirm", key, "absent", "--by", "ana").code == 2
    assert command(capsys, anywhere.settings, "review", "confirm", key, "harrowgate", "--by", "ana").code == 0

    assert "Harrowgate" in anywhere.app.knowledge().accounts["harrowgate"].aliases
    anywhere.round(after=HOUR)
    alerted = {r.item.account_id for r in anywhere.letters("alert", "recommendation") if r.state == "sent"}
    assert alerted == {"harrowgate"}
    assert command(capsys, anywhere.settings, "review", "list", "--json").json() == []
    assert command(capsys, anywhere.settings, "review", "confirm", key, "harrowgate", "--by", "ana").code == 2


def test_a_name_that_means_none_of_the_accounts_is_not_asked_again(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.accounts(account("Harrowgate Oncology"), account("Harrowgate Vaccines", tier=3, account_id="vaccines"))
    service.outside.publish(study("2026-03-10", lead=("Harrowgate", "INDUSTRY")))
    service.round()
    [question] = service.app.store.reviews()
    assert command(capsys, service.settings, "review", "reject", question.review_id, "--by", "ana").code == 0

    service.round()
    assert service.app.store.reviews() == []
    assert service.app.store.counts()["events_held"] == 0
    assert service.letters() == []
    assert [s.name for s in service.app.store.suggestions()] == ["Harrowgate"]


@pytest.mark.parametrize("name", ["Merrow", "Harrowgate", "Lantern, Inc."])
def test_what_a_person_confirmed_is_never_asked_again(name: str) -> None:
    accounts = [
        Account(account_id="us", name="Merrow", legal_name="Merrow & Co., Inc."),
        Account(account_id="de", name="Merrow KGaA", legal_name="Merrow KGaA"),
        Account(account_id="onc", name="Harrowgate Oncology"),
        Account(account_id="vac", name="Harrowgate Vaccines"),
        Account(account_id="lantern", name="Lantern", legal_name="Lantern Pharma, Inc."),
    ]
    asked = Resolver(accounts).resolve_name(name)
    for candidate in asked.candidates:
        answered = Resolver(accounts, answers={name: candidate.account_id}).resolve_name(name.upper())

        assert (answered.status, answered.account_id) == ("matched", candidate.account_id)
    assert asked.candidates


def test_silence_of_a_source_reaches_the_operator_and_never_bd(service: Service) -> None:
    app = service.app
    service.clock.advance(5 * DAY)  # nothing was polled: the limit is four days
    app.watch()
    app.deliver_due()
    stale = [a.subject for a in app.store.operator_alerts(open_only=True) if a.kind == "stale_source"]
    assert sorted(stale) == ["news/wire", "registry", "sec"]

    service.round(after=HOUR)
    assert [a for a in app.store.operator_alerts(open_only=True) if a.kind == "stale_source"] == []
    kinds = [r.item.kind for r in service.letters()]
    assert (kinds.count("operator"), kinds.count("resolve")) == (3, 3)
    assert {(r.item.channel, r.item.recipient) for r in service.letters()} == {("ops", "operator")}
    assert (service.posts(), service.mails()) == ([], [])
    assert list((service.settings.parent / "ops").glob("*.txt"))


def test_a_storm_of_alerts_is_one_summary(service: Service) -> None:
    names = [f"{first}{second} Bio" for first in ("Alder", "Birch", "Cedar", "Elm", "Hazel") for second in ("quist", "mantle", "forge", "varn", "lisk")]  # fmt: skip
    service.accounts(*[account(name) for name in names])
    service.outside.publish(
        *[
            study("2026-03-10", f"NCT9100{n:04d}", lead=(f"{name}, Inc.", "INDUSTRY"), interventions=[("DRUG", f"ZK-{n + 300}")], title=f"ZK-{n + 300} in Asthma")
            for n, name in enumerate(names)
        ]
    )  # fmt: skip
    sent = service.round()

    assert {r.item.account_id for r in service.letters("alert", "recommendation")} == {
        n.split()[0].casefold() for n in names
    }
    assert sorted((r.channel, r.alerts) for r in sent) == [("mail", 25), ("slack", 25)]
    assert len(service.mails()) == len(service.posts()) == 1
    assert "25" in service.mails()[0]


def test_a_channel_that_refuses_holds_nothing_else_back(tmp_path: Path, sqlite_url: str, lean_rules: Path) -> None:
    def wrong_webhook(data: dict[str, Any]) -> None:
        data["channels"]["slack"]["webhook_url"] = data["channels"]["slack"]["webhook_url"].replace(
            "/services/", "/gone/"
        )

    with running(tmp_path, sqlite_url, rules=lean_rules, change=wrong_webhook) as it:
        met(it)
        it.outside.publish(study("2026-03-10"))
        it.round()

        assert [r.item.channel for r in it.letters("alert") if r.state == "sent"] == ["mail"]
        assert len(it.mails()) == 1
        [trouble] = [a for a in it.app.store.operator_alerts(open_only=True) if a.kind == "failing_channel"]
        assert trouble.subject == "slack"
        assert "simulated" not in trouble.message  # the secret tail of the webhook


def test_the_shipped_rules_carry_a_headline_and_a_filing_to_an_owner(tmp_path: Path, sqlite_url: str) -> None:
    with running(tmp_path, sqlite_url) as it:
        met(it)
        it.clock.advance(DAY)
        it.outside.write(2, "Brightwater Bio Raises $80 Million Series B Financing to Advance Asthma Program")
        form_d(it)
        it.round()

        types = {(r.item.account_id, r.item.dossier.event_type) for r in it.letters("alert", "recommendation")}
        assert types == {("brightwater", "funding_round"), ("quillfern", "funding_round")}
        shown = [f"{e.title} {e.quote}" for r in it.letters() for e in r.item.dossier.evidence]
        assert any("$80 Million" in text for text in shown)
        assert any("42000000" in text for text in shown)
        assert it.app.store.quarantined() == []


def test_an_operator_message_is_a_dossier_without_account(service: Service) -> None:
    service.app.operator_alert("stale_source", "registry", "nothing for days")
    [row] = service.letters("operator")

    assert isinstance(row.item.dossier, Dossier)
    assert row.item.account_id == ""
