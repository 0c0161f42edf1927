"""What was told is put right: updates and corrections reach exactly those who got the original, and points are unwound.

News, filings and registry records go the whole way: served, ingested, assessed into a real store, queued and sent.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from signalwatch.backtest.run import assumed
from signalwatch.backtest.screen import Screen
from signalwatch.backtest.simulation import Simulation
from signalwatch.backtest.tally import Tally
from signalwatch.config import starter_rules
from signalwatch.reprocess import reprocess
from tests.e2e.outside import DAY, Service, account, item, record, running, samples

_ALL = """\
- id: everything
  title: Whatever happens
  from: ours
  for: { tier: [1, 2] }
  when:
    any: [trial_registered, trial_start, trial_setback, funding_round, ipo, public_offering, merger_acquisition, leadership_change]
  because: it happened
- id: a-round
  title: Rounds count for more
  from: ours
  for: { tier: [1, 2] }
  when: { any: [funding_round] }
  alert: false
  points: 7
  because: money
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped triggers with a rule that tells everything."""
    folder = tmp_path_factory.mktemp("corrections") / "rules"
    shutil.copytree(starter_rules(), folder, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    for file in (folder / "elevation").glob("*.yaml"):
        file.unlink()
    (folder / "elevation" / "all.yaml").write_text(_ALL, "utf-8")
    (folder / "families.yaml").write_text("[]\n", "utf-8")
    return folder


@pytest.fixture
def service(tmp_path: Path, sqlite_url: str, rules: Path) -> Iterator[Service]:
    """The service past its first contact, with two accounts in tier 2."""
    with running(tmp_path, sqlite_url, rules=rules) as it:
        it.accounts(
            account("Brightwater Bio"),
            account("Quillfern Therapeutics", owner="sam@bd.example", cik=1900001),
            account("Orlande Oncology", owner="ida@bd.example"),
        )
        it.outside.publish(record("NCT90000001", updated="2026-03-05", first_post="2026-01-12"))
        it.outside.write(1, "Markets close mixed")
        it.round(after=timedelta(minutes=1))
        it.clock.advance(DAY)
        yield it


def reached(service: Service, *kinds: str) -> set[tuple[str, str]]:
    return {(r.item.channel, r.item.recipient) for r in service.letters(*kinds)}


def active(service: Service, account_id: str, *types: str) -> list[str]:
    """Types of an account's signals that count, without those of first contact."""
    signals = service.app.store.signals(account_id=account_id)
    return [s.type for s in signals if s.active and not s.quiet and (not types or s.type in types)]


def active_or_quiet(service: Service, account_id: str, *types: str) -> list[str]:
    return [s.type for s in service.app.store.signals(account_id=account_id) if s.active and s.type in types]


def rewrite(service: Service, number: int, title: str, summary: str = "") -> None:
    """The feed carries an entry it carried before, under the same identity and date, with another wording."""
    [before] = [i for i in service.outside.items if f"id-{number}<" in i]
    kept = [i for i in service.outside.items if i != before]
    dated = re.search("<pubDate>.*</pubDate>", before)
    again = re.sub(
        "<pubDate>.*</pubDate>", dated.group() if dated else "", item(number, title, service.clock.now(), summary)
    )
    service.outside.items[:] = [again, *kept]


def filed(
    service: Service, number: int, form: str, body: bytes, *, items: tuple[str, ...] = (), path: str = ""
) -> None:
    """Quillfern files ``form`` today."""
    now = service.clock.now()
    accession = f"0001900001-26-{number:06d}"
    row = samples.entry(
        accession, form, "Quillfern Therapeutics, Inc.", 1900001, updated=f"{now:%Y-%m-%dT%H:%M:%S}-00:00",
        filed=f"{now:%Y-%m-%d}", items=items,
    )  # fmt: skip
    folder = f"/Archives/edgar/data/1900001/{accession.replace('-', '')}"
    service.outside.file(row, path or f"/Archives/edgar/data/1900001/{accession}.txt", body)
    service.outside.bodies[f"{folder}/{accession}.txt"] = body
    service.outside.bodies[f"{folder}/primary_doc.xml"] = body


def submission(service: Service, number: int, form: str, text: str, items: tuple[str, ...] = ()) -> bytes:
    now = service.clock.now()
    return samples.submission(
        f"0001900001-26-{number:06d}", form, [(form, text)], items=items, filed=f"{now:%Y%m%d}", period=f"{now:%Y%m%d}",
        accepted=f"{now:%Y%m%d%H%M%S}", parties=samples.party_block("FILER", "QUILLFERN THERAPEUTICS, INC.", 1900001),
    )  # fmt: skip


# --- news ---------------------------------------------------------------------------------------------------------------


def test_a_deal_announced_and_completed_is_one_story_and_an_update(service: Service) -> None:
    service.outside.write(2, "Brightwater Bio to Acquire Kestrel Genomics for $400 Million")
    service.round()
    told = reached(service, "alert", "recommendation")
    assert ("mail", "kim@bd.example") in told

    service.clock.advance(100 * DAY)
    service.outside.write(3, "Brightwater Bio Completes Acquisition of Kestrel Genomics")
    service.round()

    assert reached(service, "update") == told
    stories = [s for s in service.app.store.stories() if s.type == "merger_acquisition"]
    assert [(s.status, len(s.events)) for s in stories] == [("completed", 2)]
    assert active(service, "brightwater", "merger_acquisition") == ["merger_acquisition"]
    service.round()
    assert len(service.letters("update")) == len(told)


def test_a_corrected_amount_is_told_to_those_who_heard_the_wrong_one(service: Service) -> None:
    service.outside.write(2, "Brightwater Bio Raises $80 Million Series B Financing")
    service.round()
    told = reached(service, "alert", "recommendation")
    assert told

    rewrite(service, 2, "Brightwater Bio Raises $8 Million Series B Financing")
    service.round()

    assert reached(service, "correction") == told
    [story] = [s for s in service.app.store.stories() if s.type == "funding_round"]
    assert story.attributes["amount"] == 8_000_000
    assert story.status != "withdrawn"
    [signal] = [s for s in service.app.store.signals(account_id="brightwater") if s.type == "funding_round"]
    assert (signal.active, signal.attributes["amount"]) == (True, 8_000_000)
    [letter] = {r.item.dossier.alert_id: r.item.dossier for r in service.letters("correction")}.values()
    assert [(c.field, c.before, c.after) for c in letter.changes] == [("amount", 80_000_000, 8_000_000)]
    assert letter.disagreements == ()
    assert any(n.startswith("Corrected: ") and "points" in n for n in letter.notes)
    service.round()
    assert len(service.letters("correction")) == len(told)


def test_a_corrected_amount_is_scored_again_and_stays_so(service: Service) -> None:
    """Assessed once more, the first telling does not bring the wrong amount back."""
    filed(service, 1, "D", samples.form_d(sale="2026-03-09"))
    service.round()
    [first] = [s for s in service.app.store.signals(account_id="quillfern") if s.type == "funding_round"]
    service.clock.advance(20 * DAY)
    amended = samples.form_d(form="D/A", sold="12000000", sale="2026-03-09", previous="0001900001-26-000001")
    filed(service, 2, "D/A", amended)
    service.round()

    [second] = [s for s in service.app.store.signals(account_id="quillfern") if s.type == "funding_round"]
    assert (second.active, second.attributes["amount"], second.at) == (True, 12_000_000, first.at)
    letters = service.letters()
    reprocess(service.app, "rules", service.clock.now() - 60 * DAY)
    service.round()
    [third] = [s for s in service.app.store.signals(account_id="quillfern") if s.type == "funding_round"]
    assert (third.active, third.attributes["amount"], third.points) == (True, 12_000_000, second.points)
    assert service.letters() == letters


def test_a_corrected_release_under_a_new_address_is_no_new_happening(service: Service) -> None:
    service.outside.write(2, "Brightwater Bio Raises $80 Million Series B Financing to Advance Asthma Program")
    service.round()
    told = reached(service, "alert", "recommendation")
    assert told

    service.outside.write(
        3, "CORRECTION: Brightwater Bio Raises $8 Million Series B Financing to Advance Asthma Program"
    )
    service.round()

    assert reached(service, "correction") == told
    assert len([s for s in service.app.store.stories() if s.type == "funding_round"]) == 1


def test_a_correction_to_another_company_reaches_the_first_one_and_alerts_the_second(service: Service) -> None:
    service.outside.write(2, "Brightwater Bio Raises $80 Million Series B Financing")
    service.round()
    told = reached(service, "alert", "recommendation")

    rewrite(service, 2, "Orlande Oncology Raises $80 Million Series B Financing")
    service.round()

    assert reached(service, "correction") == told
    assert {r.item.account_id for r in service.letters("correction")} == {"brightwater"}
    assert {r.item.account_id for r in service.letters("alert", "recommendation")} == {"brightwater", "orlande"}
    assert active(service, "brightwater", "funding_round") == []
    assert active(service, "orlande", "funding_round") == ["funding_round"]


def test_a_correction_goes_to_whom_the_alert_went_though_the_owner_changed(service: Service) -> None:
    service.outside.write(2, "Brightwater Bio Raises $80 Million Series B Financing")
    service.round()
    told = reached(service, "alert", "recommendation")
    service.accounts(account("Brightwater Bio", owner="new@bd.example"))

    rewrite(service, 2, "Brightwater Bio Raises $8 Million Series B Financing")
    service.round()

    assert reached(service, "correction") == told


# --- filings ------------------------------------------------------------------------------------------------------------

_S1 = (
    "<p>Quillfern Therapeutics, Inc.</p><p>4,000,000 shares of common stock</p><p>This is an initial public offering of shares of our"
    " common stock.</p>"
)


@pytest.mark.parametrize("words", ["We no longer pursue an initial public offering.", "It was not declared effective."])
def test_a_withdrawn_s1_is_corrected_even_after_a_year(service: Service, words: str) -> None:
    """The letter need not say that the offering was a first one."""
    filed(service, 1, "S-1", submission(service, 1, "S-1", _S1))
    service.round()
    told = reached(service, "alert", "recommendation")
    assert told
    assert active(service, "quillfern", "ipo") == ["ipo"]

    service.clock.advance(300 * DAY)
    letter = f"<p>We request withdrawal of the Registration Statement on Form S-1. {words}</p>"
    filed(service, 2, "RW", submission(service, 2, "RW", letter))
    service.round()

    assert reached(service, "correction") == told
    [story] = [s for s in service.app.store.stories() if s.type == "ipo"]
    assert story.status == "withdrawn"
    assert active(service, "quillfern", "ipo", "public_offering") == []
    service.round()
    assert len(service.letters("correction")) == len(told)


def test_a_withdrawal_of_what_nobody_heard_of_tells_nobody(service: Service) -> None:
    letter = "<p>We request withdrawal of the Registration Statement on Form S-1. No initial public offering.</p>"
    filed(service, 2, "RW", submission(service, 2, "RW", letter))
    service.round()

    assert service.letters() == []
    assert active(service, "quillfern", "ipo", "public_offering") == []


def test_an_amended_form_d_that_sold_less_is_a_correction(service: Service) -> None:
    filed(service, 1, "D", samples.form_d(sale="2026-03-09"))
    service.round()
    told = reached(service, "alert", "recommendation")
    assert told

    service.clock.advance(60 * DAY)
    filed(
        service,
        2,
        "D/A",
        samples.form_d(form="D/A", sold="12000000", sale="2026-03-09", previous="0001900001-26-000001"),
    )
    service.round()

    assert reached(service, "correction") == told
    assert active(service, "quillfern", "funding_round") == ["funding_round"]
    assert len([s for s in service.app.store.stories() if s.type == "funding_round"]) == 1


def test_an_8k_a_that_corrects_reaches_those_who_got_the_8k(service: Service) -> None:
    first = samples.report(
        (
            "5.02",
            "Departure of Directors or Certain Officers",
            "On March 9, 2026, Mara Lindqvist resigned as Chief Financial Officer.",
        )
    )
    filed(service, 1, "8-K", submission(service, 1, "8-K", first, ("5.02",)), items=("Item 5.02",))
    service.round()
    told = reached(service, "alert", "recommendation")
    assert told

    text = (
        "This Amendment No. 1 amends the Current Report on Form 8-K filed on March 10, 2026 to correct the name, which was"
        " stated erroneously. On March 9, 2026, Mara Lindquist-Berg resigned as Chief Medical Officer."
    )
    second = samples.report(("5.02", "Departure of Directors or Certain Officers", text))
    filed(service, 2, "8-K/A", submission(service, 2, "8-K/A", second, ("5.02",)), items=("Item 5.02",))
    service.round()

    assert reached(service, "correction") == told
    assert len([s for s in service.app.store.stories() if s.type == "leadership_change"]) == 1


# --- registry -----------------------------------------------------------------------------------------------------------


def study(day: str, **given: Any) -> dict[str, Any]:
    facts = {"title": "Study of QX-101 in Asthma", "conditions": ["Asthma"], "interventions": [("DRUG", "QX-101")],
             "first_post": "2026-03-10", "status": "NOT_YET_RECRUITING", "start": ("2026-06", "ESTIMATED")}  # fmt: skip
    return record("NCT90000002", updated=day, **(facts | given))


def test_a_start_follows_its_registration_as_an_update(service: Service) -> None:
    service.outside.publish(study("2026-03-11"))
    service.round()
    told = reached(service, "alert", "recommendation")
    assert told

    service.clock.advance(80 * DAY)
    service.outside.publish(study("2026-05-30", status="RECRUITING", start=("2026-05-29", "ACTUAL")))
    service.round()

    assert reached(service, "update") == told


def test_a_withdrawn_study_takes_its_registration_back(service: Service) -> None:
    service.outside.publish(study("2026-03-11"))
    service.round()
    told = reached(service, "alert", "recommendation")
    assert told
    assert active(service, "brightwater", "trial_registered", "trial_start")

    service.clock.advance(150 * DAY)
    service.outside.publish(study("2026-08-10", status="WITHDRAWN", why="Business decision"))
    service.round()

    assert reached(service, "correction") == told
    mine = [s for s in service.app.store.signals(account_id="brightwater") if "NCT90000002" in s.url]
    assert {s.type: s.active for s in mine if s.type in ("trial_registered", "trial_setback")} == {
        "trial_registered": False, "trial_setback": True,
    }  # fmt: skip


def test_a_start_that_is_reverted_is_corrected_and_told_again_when_it_happens(service: Service) -> None:
    service.outside.publish(study("2026-03-11", status="RECRUITING", start=("2026-03-10", "ACTUAL")))
    service.round()
    told = reached(service, "alert", "recommendation")
    assert told

    service.clock.advance(40 * DAY)
    service.outside.publish(study("2026-04-20", start=("2026-09", "ESTIMATED")))
    service.round()
    assert reached(service, "correction") == told
    assert active(service, "brightwater", "trial_start") == []

    service.clock.advance(60 * DAY)
    service.outside.publish(study("2026-06-20", status="RECRUITING", start=("2026-06-19", "ACTUAL")))
    service.round()
    assert active(service, "brightwater", "trial_start", "trial_registered") == ["trial_start"]
    assert reached(service, "update") == told


def test_a_stop_reverted_after_months_is_corrected(service: Service) -> None:
    running_ = {"first_post": "2026-01-12"}
    service.outside.publish(
        record("NCT90000001", updated="2026-03-11", status="TERMINATED", why="Lack of efficacy", **running_)
    )
    service.round()
    told = reached(service, "alert", "recommendation")
    assert told

    service.clock.advance(90 * DAY)
    service.outside.publish(record("NCT90000001", updated="2026-06-10", status="RECRUITING", **running_))
    service.round()

    assert reached(service, "correction") == told
    assert active(service, "brightwater", "trial_setback") == []


def test_assessing_again_keeps_what_was_taken_back(service: Service) -> None:
    """Reprocessing neither revives the points of a corrected story nor tells anybody twice."""
    for number in range(2, 6):  # whatever the order of their ids
        name = "Brightwater Bio" if number % 2 else "Orlande Oncology"
        service.outside.write(number, f"{name} Raises ${number}0 Million Series B Financing")
    service.round()
    for number in range(2, 6):
        name = "Brightwater Bio" if number % 2 else "Quillfern Therapeutics"
        rewrite(service, number, f"{name} Raises ${number} Million Series B Financing")
    service.round()
    before = {a: sorted(active(service, a, "funding_round")) for a in ("brightwater", "orlande", "quillfern")}
    sent = len(service.letters())

    for stage in ("rules", "resolve"):
        reprocess(service.app, stage, service.clock.now() - 30 * DAY)

        assert {a: sorted(active_or_quiet(service, a, "funding_round")) for a in before} == before
        assert len(service.letters()) == sent
    assert before["orlande"] == []


def test_a_backtest_corrects_what_the_service_corrected(service: Service) -> None:
    """Stored steps gone through again: the same points, the same things taken back, the same letters to the same people."""
    begun = service.clock.now()
    service.outside.write(2, "Brightwater Bio Raises $80 Million Series B Financing")
    service.outside.write(3, "Orlande Oncology Raises $60 Million Series A Financing")
    service.round()
    service.clock.advance(DAY)
    rewrite(service, 2, "Brightwater Bio Raises $8 Million Series B Financing")
    rewrite(service, 3, "Quillfern Therapeutics Raises $60 Million Series A Financing")
    service.round()
    service.clock.advance(DAY)
    service.outside.write(4, "Brightwater Bio Closes $8 Million Series B Financing")
    service.outside.write(5, "Orlande Oncology Closes $60 Million Series A Financing")
    service.round()
    service.clock.advance(DAY)

    app = service.app
    history = app.store.history(begun, service.clock.now())
    screen, tally = Screen(app.pack), Tally()
    passed = {}
    for one in history.accounts:
        mine = [(n, step) for n, step in enumerate(history.steps) if step.account_id == one.account_id]
        passed.update(screen.account(one, mine, history.since))
    simulation = Simulation(screen, history, app.knowledge().router, passed, assumed(history), tally)
    simulation.run()

    assert {step.restated for step in history.steps if step.effect == "corrected"} == {True, False}
    for account_id in ("brightwater", "orlande", "quillfern"):
        stored = {s.signal_id: (s.active and s.points, s.at) for s in app.store.signals(account_id=account_id)}
        known = simulation.world.states[account_id].known.values()
        assert {s.signal_id: (s.active and s.points, s.at) for s in known} == stored
    told = {(r.item.kind, r.item.account_id, r.item.channel, r.item.recipient) for r in service.letters()}
    assert {kind for kind, *_ in told} >= {"alert", "correction"}
    assert {(i.kind, i.account_id, i.channel, i.recipient) for i in tally.mail} == told
