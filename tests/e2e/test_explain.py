"""Explaining over a real database: as of any moment, what was held and until when, and every decision made again."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from signalwatch import explaining, ids
from signalwatch.app import router
from signalwatch.model import Signal
from signalwatch.store.operations import ruleset
from tests.e2e.outside import DAY, HOUR, Ran, Service, account, command, running
from tests.e2e.test_way import form_d, met, study


@pytest.fixture
def rules(tmp_path: Path, lean_rules: Path) -> Path:
    """A rules folder that may be changed."""
    return Path(shutil.copytree(lean_rules, tmp_path / "rules"))


@pytest.fixture
def anywhere(tmp_path: Path, database_url: str, rules: Path) -> Iterator[Service]:
    """The service past its first contact, on SQLite and on PostgreSQL."""
    with running(tmp_path, database_url, rules=rules) as it:
        met(it)
        yield it


@pytest.fixture
def service(tmp_path: Path, sqlite_url: str, rules: Path) -> Iterator[Service]:
    """As `anywhere`, on SQLite."""
    with running(tmp_path, sqlite_url, rules=rules) as it:
        met(it)
        yield it


def change(rules: Path, name: str, old: str, new: str) -> None:
    path = rules / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_decisions_are_made_again_with_the_rules_they_were_made_with(
    anywhere: Service, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A changed rule used to make every older decision look wrong."""
    anywhere.clock.advance(DAY)
    form_d(anywhere)
    anywhere.outside.publish(study("2026-03-11"))
    anywhere.round()
    before = anywhere.app.store.decisions(limit=1000)
    change(rules, "scoring.yaml", "floor: 0.5", "floor: 0.4")
    change(rules, "tiers.yaml", "dwell: { is: 60d", "dwell: { is: 61d")
    assert anywhere.app.reload_rules()
    anywhere.outside.publish(study("2026-03-12", "NCT90000009"))
    anywhere.round()
    after = anywhere.app.store.decisions(limit=1000)
    assert len(after) > len(before) >= 3

    ran = command(capsys, anywhere.settings, "explain", "--verify")
    assert ran.code == 0, ran.said
    assert f"{len(after)} of {len(after)} decisions are the same, byte for byte" in ran.out
    whole = command(capsys, anywhere.settings, "explain", "--verify", "--json").json()
    assert (whole["same"], len(whole["rule_sets"]), whole["missing_rule_sets"]) == (len(after), 2, [])
    old = command(capsys, anywhere.settings, "explain", before[0].decision.decision_id, "--verify")
    assert old.code == 0
    assert "made again with its stored texts" in old.out
    assert command(capsys, anywhere.settings, "explain").code == 2


def test_a_rule_set_without_texts_is_named(service: Service, rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A database of an earlier version kept no texts: the answer says so instead of blaming the decision."""
    hash = service.app.pack.hash
    change(rules, "scoring.yaml", "floor: 0.5", "floor: 0.4")
    assert service.app.reload_rules()
    with service.app.store._db.write() as tx:  # as an earlier version wrote it
        tx.execute(update(ruleset).where(ruleset.c.hash == hash).values(files_z=None))

    whole = command(capsys, service.settings, "explain", "--verify")
    assert f"rule set {ids.short(hash)}" in whole.out
    assert "its texts are not stored" in whole.out
    key = service.app.store.decisions()[-1].decision.decision_id
    assert "whose texts are not stored" in command(capsys, service.settings, "explain", key, "--verify").out


def test_a_rule_is_explained_as_of_any_moment(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    service.clock.advance(DAY)
    form_d(service)
    service.round()
    [proposal] = service.app.store.recommendations(status="open")
    asked = service.clock.now()

    def explained(at: str, rule: str = "tier-3-new-round") -> dict[str, object]:
        ran = command(
            capsys, service.settings, "rules", "explain", rule, "--account", "quillfern", "--at", at, "--json"
        )
        assert ran.code == 0, ran.said
        return dict(ran.json())

    fired = explained(f"{asked:%Y-%m-%dT%H:%M}")
    assert (fired["fired"], fired["tier"]) == (True, 3)
    service.clock.advance(20 * DAY)
    now = service.clock.now()  # commands live by the machine's clock, so the answer is written as they would
    service.app.store.decide_recommendation(proposal.recommendation_id, "approved", by="ana", at=now)
    service.app.store.set_tier("quillfern", 2, at=now, by="ana", reason="approved")

    later = explained(f"{now + DAY:%Y-%m-%d}")
    assert (later["fired"], later["tier"]) == (False, 2)
    assert "tier" in str(later["tip"])
    again = explained(f"{asked:%Y-%m-%dT%H:%M}")
    assert (again["fired"], again["tier"], again["tip"]) == (True, 3, "")
    early = command(
        capsys, service.settings, "rules", "explain", "tier-3-new-round", "--account", "quillfern", "--at", "2026-03-09"
    )
    assert (early.code, "nothing was decided for account 'quillfern' by 2026-03-09" in early.err) == (2, True)
    assert (
        command(capsys, service.settings, "rules", "explain", "bad-news", "--account", "quillfern", "--at", "soon").code
        == 2
    )
    text = command(
        capsys,
        service.settings,
        "rules",
        "explain",
        "tier-3-new-round",
        "--account",
        "quillfern",
        "--at",
        f"{asked:%Y-%m-%d}",
    )
    assert "quillfern as of 2026-03-" in text.out
    assert "decided then:" in text.out
    assert "+ stale: happened" in text.out


def test_points_decay_and_engagement_counts_as_of_the_moment(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """The decision in the record was made on its day; 50 days later half of the points are gone."""
    service.clock.advance(DAY)
    form_d(service)
    service.round()
    seen = service.clock.now() + 5 * DAY
    service.app.store.add_signals([
        Signal(signal_id=f"v{i}", account_id="quillfern", type="webinar_attended", at=seen, first_seen_at=seen, person=who,
               persona=persona, engagement=True, points=30, half_life=timedelta(days=30))
        for i, (who, persona) in enumerate([("a", "outsourcing"), ("b", "clinical_operations")])
    ])  # fmt: skip

    def got(at: object) -> dict[str, str]:
        ran = command(
            capsys,
            service.settings,
            "rules",
            "explain",
            "qualified-account",
            "--account",
            "quillfern",
            "--at",
            str(at),
            "--json",
        )
        parts = ran.json()["when"]["parts"]
        return {p["path"].rpartition(".")[2]: p["got"] for p in parts}

    assert got((seen - DAY).date()) == {"engagement|gte": "0", "personas|gte": "0"}
    assert got((seen + HOUR).date()) == {"engagement|gte": "74.38", "personas|gte": "2"}
    assert float(got((seen + 30 * DAY).date())["engagement|gte"]) < 38


def test_why_not_says_what_is_held_by_whom_and_until_when(
    service: Service, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet = 'quiet_hours: { night: { start: "00:00", end: "23:30", zone: UTC } }\n'
    (rules / "routes.yaml").write_text(
        quiet + "receivers: { owner: { channel: default } }\nroute: { receivers: [owner], quiet: [night] }\n", "utf-8"
    )
    assert service.app.reload_rules()
    service.clock.advance(DAY)
    service.outside.publish(study("2026-03-11"))
    service.round()
    assert [r.state for r in service.letters("alert")] == ["pending", "pending"]

    app, now = service.app, service.clock.now()
    [row, *_] = explaining.why_not(
        app.store, "brightwater", packs=explaining.packs_of(app.store, app.pack), running=app.pack,
        routers=lambda pack: router(pack, app.config), now=now,
    )  # fmt: skip
    assert row["says"] == "an alert was decided, and its message has not gone out yet"
    assert {letter["says"] for letter in row["letters"]} == {
        f"alert to kim@bd.example by {channel}: pending, held until {now:%Y-%m-%d} 23:30 UTC"
        " (quiet hours night (00:00 to 23:30 UTC))"
        for channel in ("mail", "slack")
    }
    later = command(capsys, service.settings, "why-not", "--account", "brightwater")  # by the machine's clock
    assert "by mail: pending, due since" in later.out
    assert "quiet hours night (00:00 to 23:30 UTC)" in later.out
    key = service.letters("alert")[0].item.decision_id
    shown = command(capsys, service.settings, "explain", key)
    assert "quiet hours night (00:00 to 23:30 UTC)" in shown.out
    assert "+ dwell: in tier 2 for" in shown.out


def test_why_not_names_a_mute_and_a_held_name(
    service: Service, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.accounts(account("Harrowgate Oncology"), account("Harrowgate Vaccines", tier=3, account_id="vaccines"))
    service.outside.publish(study("2026-03-10", lead=("Harrowgate", "INDUSTRY")))
    service.round()
    [review] = service.app.store.reviews()
    held = command(capsys, service.settings, "why-not", "--account", "vaccines")
    assert f"signalwatch review confirm {review.review_id} vaccines" in held.out
    assert 'held match: "Harrowgate" may be this account' in held.out

    (rules / "routes.yaml").write_text(
        "receivers: { owner: { channel: default } }\nroute: { receivers: [owner] }\n"
        "mutes: [{ match: { account: brightwater }, because: sold last week }]\n",
        "utf-8",
    )
    assert service.app.reload_rules()
    service.outside.publish(study("2026-03-11", "NCT90000010"))
    service.round()
    muted = command(capsys, service.settings, "why-not", "--account", "brightwater")
    assert "no message was made: muted: sold last week" in muted.out
    rows = command(capsys, service.settings, "why-not", "--account", "brightwater", "--json").json()
    assert rows[0]["letters"][0]["held"] == "muted: sold last week"
    assert {"at", "decision", "event", "guards", "letters", "says", "stopped_by", "tips"} <= set(rows[0])


def test_a_silence_is_decided_with_what_the_programs_say_of_the_account(service: Service, rules: Path) -> None:
    """The stage comes from programs; a rule on a silence that asked for it never fired, and fit was too low."""
    (rules / "elevation" / "silence.yaml").write_text(
        '- id: no-start\n  from: ours\n  for: { stage|gte: "2" }\n'
        "  when: { trial_registered: { absent_for: { event: trial_start, for: 5d } } }\n"
        '  because: "nothing since {trial_registered.date}"\n',
        "utf-8",
    )
    assert service.app.reload_rules()
    service.clock.advance(DAY)
    service.outside.publish(study("2026-03-11"))
    service.round()
    service.round(after=6 * DAY)

    silences = [
        d for d, _ in service.app.store.decisions(account_id="brightwater") if d.signal and d.signal.type == "silence"
    ]
    assert [(o.rule_id, o.fired) for d in silences for o in d.outcomes] == [("no-start", True)]


def test_why_not_of_a_rule_counts_what_has_nothing_to_do_with_it(
    service: Service, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip of the pen is no reason why a rule did not fire; other types of events and rule sets of before are counted."""

    def ask(rule: str, *more: str) -> Ran:
        return command(capsys, service.settings, "why-not", "--account", "brightwater", "--rule", rule, *more)

    slip = ask("new-study-registerd")
    assert (slip.code, 'did you mean "new-study-registered"?' in slip.err) == (2, True)
    nobody = command(capsys, service.settings, "why-not", "--account", "brightwatr")
    assert (nobody.code, 'did you mean "brightwater"?' in nobody.err) == (2, True)
    service.outside.publish(study("2026-03-12", "NCT90000009"))
    service.round()
    of_type = ask("hand-raiser")
    assert of_type.code == 0
    assert re.fullmatch(
        r"\d+ decisions? about events the rule does not look at \(it looks at demo_request\)\n", of_type.out
    ), of_type.out
    assert {row["apart"] for row in ask("hand-raiser", "--json").json()} == {"type"}

    change(rules, "elevation/engagement.yaml", "- id: hand-raiser", "- id: hand-up")
    assert service.app.reload_rules()
    later = ask("hand-up")
    assert "by rules in which it did not stand, or was off" in later.out
