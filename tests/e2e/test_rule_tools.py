"""The rule tools on what a running service stored: backtest, diff, shadow, promote, stats, lint, history, and the alarm."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from signalwatch.past import HISTORY
from tests.e2e.outside import DAY, HOUR, Ran, Service, command, record, running
from tests.e2e.test_way import form_d, met, study

SINCE = ("--since", "2026-03-01", "--until", "2026-04-30")


@pytest.fixture
def rules(tmp_path: Path, lean_rules: Path) -> Path:
    """Rules of one's own, to be edited."""
    folder = tmp_path / "rules"
    shutil.copytree(lean_rules, folder)
    return folder


@pytest.fixture
def lived(tmp_path: Path, database_url: str, rules: Path) -> Iterator[Service]:
    """A service that alerted about a study and proposed a move that somebody dismissed."""
    with running(tmp_path, database_url, rules=rules) as it:
        met(it)
        it.clock.advance(DAY)
        it.outside.publish(study("2026-03-11"))
        it.round()
        form_d(it)
        it.round()
        [proposal] = it.app.store.recommendations(status="open")
        it.app.store.decide_recommendation(
            proposal.recommendation_id, "dismissed", by="ana", at=it.clock.now() + HOUR, note="no"
        )
        yield it


def edited(rules: Path, folder: Path, file: str, old: str, new: str) -> Path:
    """A copy of the rules with one change."""
    shutil.copytree(rules, folder)
    before = (folder / file).read_text("utf-8")
    assert old in before
    (folder / file).write_text(before.replace(old, new), "utf-8")
    return folder


def test_the_tools_say_what_happened_and_what_a_change_would_do(
    lived: Service, rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*args: str) -> Ran:
        return command(capsys, lived.settings, "rules", *args)

    sent = lived.letters("alert", "recommendation")
    told = run("backtest", *SINCE, "--json").json()
    assert {(a["story_id"], r) for a in told["alerts"] for r in a["recipients"]} == {
        (s.item.story_id, s.item.recipient) for s in sent
    }
    assert [(m["account_id"], m["answer"]) for m in told["moves"]] == [("quillfern", "dismissed")]
    assert told["approve"] == "as-happened"
    page = tmp_path / "page.html"
    shown = run("backtest", *SINCE, "--rule", "new-study-registered", "--html", str(page))
    assert (shown.code, "new-study-registered" in shown.out, "tier-3-new-round" in shown.out) == (0, True, False)
    assert "Brightwater Bio" in page.read_text("utf-8")
    assert run("backtest", *SINCE, "--rule", "no-such-rule").code == 2
    assert run("backtest", "--since", "2026-03-01", "--until", "2026-02-01").code == 2

    new = edited(
        rules,
        tmp_path / "new",
        "elevation/tier-1-2.yaml",
        "  when:\n    trial_registered:\n",
        "  status: off\n  when:\n    trial_registered:\n",
    )
    same = run("diff", str(rules), str(rules), *SINCE, "--fail-if", "lost>0")
    assert (same.code, "nobody would notice" in same.out, "all 1 limits kept" in same.out) == (0, True, True)
    gate = run("diff", str(rules), str(new), *SINCE, "--fail-if", "silent_rules>0", "--html", str(page))
    assert (gate.code, "FAILED silent_rules>0" in gate.out) == (1, True)
    assert "gone silent: new-study-registered" in gate.out
    assert "rule new-study-registered: status: (nothing) → off" in gate.out
    assert "- 2026-03-1" in gate.out
    assert "Gone silent" in page.read_text("utf-8")
    assert run("diff", str(rules), str(new), "--fail-if", "lost").code == 2
    assert run("diff", str(rules), "no-such-revision", *SINCE).code == 2

    empty = run("diff", str(rules), str(new), "--since", "2026-04-20", "--until", "2026-04-30", "--fail-if", "lost>0")
    assert empty.code == 2  # a gate that is kept because nothing happened would be a false green
    assert "nothing was decided from 2026-04-20 to 2026-04-30; the newest decision before is of 2026-03-" in empty.err
    wrong = run("backtest", *SINCE, "--rule", "new-study-registerd")
    assert "there is no rule 'new-study-registerd' (did you mean \"new-study-registered\"?)" in wrong.err

    saved = tmp_path / "past.jsonl.gz"
    assert run("export-history", str(saved), *SINCE).code == 0
    alone = tmp_path / "elsewhere.yaml"  # no settings, no database: as in CI
    from_file = command(capsys, alone, "rules", "diff", str(rules), str(new), "--history", str(saved), "--json").json()
    assert [h["alert"]["rules"] for h in from_file["difference"]["lost"]] == [["new-study-registered"]]
    assert from_file["difference"]["changes"]["edits"][0]["what"] == "rule new-study-registered"


def test_what_rules_did_is_counted_and_replayed(
    lived: Service, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*args: str) -> Ran:
        return command(capsys, lived.settings, "rules", *args)

    rows = {r["rule"]: r for r in run("stats", "--json").json()}
    seen = rows["new-study-registered"]
    assert (seen["examined"], seen["matched"] >= 1, seen["unmatched"]) == (2, True, 0)
    assert (rows["hand-raiser"]["examined"], rows["hand-raiser"]["conditions"]) == (0, [])
    assert rows["tier-3-new-round"]["matched"] == 1
    assert sum(c["examined"] - c["held"] for c in rows["money"]["conditions"]) == rows["money"]["examined"]
    assert "new-study-registered" in run("stats").out
    linted = run("lint", "--since", "2026-03-01")
    assert (linted.code, "hand-raiser: was never examined" in linted.out) == (0, True)
    assert run("lint", "--since", "2026-03-01", "--strict").code == 1
    data = run("lint", "--history", "absent.jsonl")
    assert data.code == 2
    assert "which says little: " in linted.out
    few = {row["rule"]: row["examined"] for row in run("lint", "--since", "2026-03-01", "--json").json()["too_seldom"]}
    assert few["money"] == rows["money"]["examined"]
    lived.clock.advance(HISTORY)
    nothing = run("lint", "--since", "1d")
    assert (nothing.code, "nothing was decided" in nothing.err) == (2, True)

    [version] = run("history", "--json").json()
    assert version["decisions"] == len(lived.app.store.decisions(limit=1000))
    assert version["alerts"] == len({s.item.decision_id for s in lived.letters("alert", "recommendation")})
    assert version["author"]
    assert "tiers.yaml" in version["files"]
    path = rules / "tiers.yaml"
    path.write_text(path.read_text("utf-8").replace("cool_down: { is: 30d", "cool_down: { is: 31d"), "utf-8")
    assert lived.app.reload_rules()
    newest = run("history", "--json").json()
    assert len(newest) == 2
    [new] = [v for v in newest if v["hash"] != version["hash"]]
    lived.clock.advance(HOUR)
    shown = run("history", "--show", new["hash"][:10])
    assert (shown.code, "cool_down: { is: 31d" in shown.out) == (0, True)
    assert run("history", "--show", "zzzz").code == 2


def test_a_shadow_rule_gets_a_scorecard_and_is_promoted(
    tmp_path: Path, sqlite_url: str, rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Firings that live rules tell anyway and firings of its own; promoted, it speaks."""
    (rules / "elevation" / "mine.yaml").write_text(
        "# mine\n- id: any-study   # tried out\n  status: shadow\n  from: ours\n  when: trial_registered\n  because: a study\n"
        "  examples:\n    - { given: [{ at: 0d, event: trial_registered }], expect: { fires: 0d } }\n"
        "    - { given: [{ at: 0d, event: ipo }], expect: silent }\n", "utf-8",
    )  # fmt: skip
    with running(tmp_path, sqlite_url, rules=rules) as it:
        met(it)
        for number in range(4):
            it.clock.advance(DAY)
            it.outside.publish(
                study(
                    f"2026-03-1{number + 1}",
                    f"NCT9000010{number}",
                    lead=("Silent Harbor Genetics", "INDUSTRY"),
                    conditions=[f"Disease {number}"],
                    interventions=[("DRUG", f"QX-20{number}")],
                )
            )
            it.round()
        [card] = [
            s
            for s in command(capsys, it.settings, "rules", "shadow", *SINCE, "--json").json()
            if s["rule_id"] == "any-study"
        ]
        assert (card["firings"], card["overlap"], card["alerts_gained"]) == (
            4,
            1,
            3,
        )  # one proposed the account for tier 2
        shown = command(capsys, it.settings, "rules", "shadow", *SINCE).out
        assert "any-study" in shown
        assert "only this rule: 2026-03-1" in shown

        dry = command(capsys, it.settings, "rules", "promote", "any-study", "--dry-run")
        assert (dry.code, "+  status: live" in dry.out) == (0, True)
        assert "status: shadow" in (rules / "elevation" / "mine.yaml").read_text("utf-8")
        assert command(capsys, it.settings, "rules", "promote", "any-study").code == 0
        assert command(capsys, it.settings, "rules", "promote", "any-study").code == 2
        assert it.app.reload_rules()
        it.clock.advance(DAY)
        it.outside.publish(
            study(
                "2026-03-19",
                "NCT90000199",
                lead=("Silent Harbor Genetics", "INDUSTRY"),
                conditions=["Gout"],
                interventions=[("DRUG", "ZZ-1")],
            )
        )
        it.round()
        assert [o.rule_id for s in it.letters("alert") for o in s.item.dossier.rules][-1] == "any-study"


def test_a_live_rule_that_never_matches_is_an_operator_alert_and_is_resolved(
    tmp_path: Path, sqlite_url: str, rules: Path
) -> None:
    def open_alerts() -> list[str]:
        return [a.subject for a in it.app.store.operator_alerts() if a.kind == "silent_rule"]

    def change(data: dict[str, object]) -> None:
        data["service"] = {"listen": "off", "silent_rule_after": "30d"}

    with running(tmp_path, sqlite_url, rules=rules, change=change) as it:
        store = it.app.store
        store.bump_rule_stats(
            {"money": (60, 0), "deals": (49, 0), "cleared-but-no-trial": (80, 0)},
            it.clock.now(),
            {("money", "for.tier"): 60},
        )
        it.clock.advance(timedelta(days=29))
        it.app.upkeep()
        assert open_alerts() == []
        it.clock.advance(timedelta(days=2))
        it.app.upkeep()
        assert open_alerts() == ["money"]  # deals was examined too seldom, the other one is in shadow
        [letter] = [s.item.dossier for s in it.letters("operator") if "money" in s.item.dossier.headline]
        assert "for.tier (60)" in letter.what
        it.clock.advance(HOUR)
        it.app.upkeep()
        assert len([s for s in it.letters("operator") if "money" in s.item.dossier.headline]) == 1

        store.bump_rule_stats({"money": (1, 1)}, it.clock.now())
        it.clock.advance(HOUR)
        it.app.upkeep()
        assert open_alerts() == []
        assert [s.item.dossier.headline for s in it.letters("resolve")] == ["Resolved: signalwatch silent rule: money"]


def test_what_a_decision_looks_at_does_not_depend_on_its_batch(tmp_path: Path, sqlite_url: str, rules: Path) -> None:
    """An old event of another account in the same batch does not bring old history into a decision."""
    with running(tmp_path, sqlite_url, rules=rules) as it:
        met(it)
        it.clock.advance(HISTORY - timedelta(days=20))
        it.outside.publish(
            study("2027-03-25"),
            record(
                "NCT90000055",
                updated="2027-03-25",
                first_post="2025-01-12",
                lead=("Silent Harbor Genetics", "INDUSTRY"),
            ),
        )
        it.round(after=timedelta(days=30))
        decisions = it.app.store.decisions(account_id="brightwater")
        newest = max(decisions, key=lambda d: d.decision.decided_at)
        history = newest.inputs["case"]["history"]  # type: ignore[index]
        since = newest.decision.decided_at - HISTORY

    assert history
    assert all(s["at"] >= since.isoformat()[:19] for s in history)
