"""What is said of tiers that hold more than fit in."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

from signalwatch.cli import root
from signalwatch.decide import crowding
from signalwatch.model import Account, Recommendation
from signalwatch.ruleset import load_pack
from signalwatch.store import open_store
from signalwatch.store.records import AssessWrite
from tests.data import ROOT
from tests.e2e.conftest import _TRIGGER as TRIGGER

TIERS = load_pack(ROOT / "rules").tiers


def test_below_capacity_nothing_is_said() -> None:
    assert crowding(TIERS, {1: 10, 2: 60, 3: 130}, 200) == []


def test_above_capacity_is_a_note_and_above_the_hard_limit_a_stronger_one() -> None:
    assert crowding(TIERS, {1: 11}, 200) == ["tier 1 holds 11 accounts, and 10 fit in"]
    assert crowding(TIERS, {1: 20}, 2000) == ["tier 1 holds 20 accounts, and 10 fit in"]
    assert crowding(TIERS, {1: 21}, 2000) == ["tier 1 holds 21 accounts, and should never hold more than 20"]
    assert crowding(TIERS, Counter({2: 61}), 200) == ["tier 2 holds 61 accounts, and 60 fit in"]


def test_check_says_that_the_account_list_overfills_a_tier(tmp_path: Path) -> None:
    runner = CliRunner()
    runner.invoke(root, ["init", str(tmp_path)])
    settings = tmp_path / "signalwatch.yaml"
    settings.write_text(settings.read_text("utf-8").replace('contact: ""', 'contact: "you@example.com"'), "utf-8")
    shutil.rmtree(tmp_path / "rules" / "triggers")  # what is checked here is the list; one trigger loads fast
    (tmp_path / "rules" / "triggers").mkdir()
    (tmp_path / "rules" / "triggers" / "funding_round.yaml").write_text(TRIGGER, "utf-8")
    rows = [f"a{i},Acme {i},1,ada" for i in range(22)] + [f"b{i},Beta {i},3,ada" for i in range(400)]
    (tmp_path / "accounts.csv").write_text("\n".join(["account_id,name,tier,owner", *rows, ""]), "utf-8")

    shown = runner.invoke(root, ["-c", str(settings), "check"])

    assert "note: tier 1 holds 22 accounts, and should never hold more than 20 (rules/tiers.yaml)" in shown.output
    assert shown.exit_code == 0


def test_approve_refuses_to_fill_tier_1_above_twenty_and_says_when_it_is_crowded(tmp_path: Path) -> None:
    """End to end: the number stands in tiers.yaml, the command keeps it."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    runner = CliRunner()
    runner.invoke(root, ["init", str(tmp_path)])
    settings = tmp_path / "signalwatch.yaml"
    settings.write_text(settings.read_text("utf-8").replace('contact: ""', 'contact: "you@example.com"'), "utf-8")
    store = open_store(f"sqlite:///{tmp_path / 'signalwatch.db'}")
    store.upsert_accounts(
        [Account(account_id=f"a{i}", name=f"Acme {i}", tier=1 if i < 19 else 2) for i in range(22)], now
    )
    for name in ("a19", "a20"):
        proposal = Recommendation(
            recommendation_id=name, account_id=name, kind="waiting_list", from_tier=2, to_tier=1, created_at=now
        )
        with store.assessing(now) as tx:
            tx.write(AssessWrite(now=now, recommendations=[proposal]))
    store.close()

    first = runner.invoke(root, ["-c", str(settings), "recommendations", "approve", "a19", "--by", "kim"])
    second = runner.invoke(root, ["-c", str(settings), "recommendations", "approve", "a20", "--by", "kim"])

    assert "a19: approved\nnote: tier 1 holds 20 accounts, and 1 fit in (tiers.yaml)" in first.output
    assert "tier 1 holds 20 accounts and never more than 20" in str(second.exception) + second.output
    assert second.exit_code != 0
