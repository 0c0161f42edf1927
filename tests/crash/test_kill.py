"""kill -9 at random moments of a demo run: nothing lost, nothing doubled in the store, no alert missing.

What must be equal between the calm and the killed run, row by row and byte by byte, is listed in `evidence.COMPARED` with what
is left out and why. Both services live in one world on one clock that stands still while they work, so no decision may differ.
The version with 100 kills: ``python -m signalwatch.simulate.crash --kills 100 --json``.
"""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from signalwatch.simulate.crash import evidence
from signalwatch.simulate.crash.evidence import Leftover, Outgoing, Received
from signalwatch.simulate.crash.killer import KINDS, draw
from signalwatch.simulate.crash.run import passed, run_crash

KILLS = 12


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return run_crash(kills=KILLS, seed=11, folder=tmp_path_factory.mktemp("crash"), days=10, companies=40)


@pytest.mark.slow
def test_the_service_was_really_killed_and_really_worked(report: dict[str, Any]) -> None:
    assert report["kills"] == report["restarts"] == KILLS
    assert report["event"] > 50
    assert report["decision"] > 20
    assert report["alerts_calm"] > 0


@pytest.mark.slow
def test_nothing_is_lost_doubled_or_different_in_the_store(report: dict[str, Any]) -> None:
    names = ("lost", "doubled_in_store", "changed_in_store", "damaged_databases")

    assert {name: report[name] for name in names} == dict.fromkeys(names, 0), report


@pytest.mark.slow
def test_every_alert_arrives_and_only_what_was_in_flight_arrives_twice(report: dict[str, Any]) -> None:
    names = (
        "missing_alerts", "sent_but_never_received", "doubled_unexplained", "doubled_unmarked", "repeated_under_another_id",
    )  # fmt: skip

    assert {name: report[name] for name in names} == dict.fromkeys(names, 0), report
    assert report["doubled_sends"] == report["doubled_in_flight"] <= report["kills_with_sends_in_flight"]
    assert passed(report)


def test_plans_are_seeded_cover_all_kinds_and_stay_in_the_world() -> None:
    plans = draw(random.Random(1), 200, 300)

    assert plans == draw(random.Random(1), 200, 300)
    assert len(plans) == 200
    assert {p.kind for p in plans} == set(KINDS)
    assert all(0 <= p.step < 300 and 0 <= p.delay <= 2 for p in plans)
    assert plans[0].step == 0


def got(*ids: str, marked: bool = False) -> list[Received]:
    return [Received(channel="mail", message_id=i, marked=marked) for i in ids]


def out(**messages: str) -> Outgoing:
    rows = {m: frozenset(r.split()) for m, r in messages.items()}
    return Outgoing(rows, {row: "mail" for of in rows.values() for row in of})


def test_the_judge_excuses_a_repeat_only_by_a_kill_while_all_its_rows_were_being_sent() -> None:
    arrivals = got("m") + got("m", marked=True)
    excused = evidence.judge_sends(arrivals, out(m="a b"), [Leftover(frozenset("abc"), 0, "")])
    partly = evidence.judge_sends(arrivals, out(m="a b"), [Leftover(frozenset("a"), 0, "")])
    thrice = evidence.judge_sends(arrivals + got("m", marked=True), out(m="a b"), [Leftover(frozenset("ab"), 0, "")])

    assert (excused.doubled, excused.doubled_in_flight, excused.unexplained, excused.unmarked) == (1, 1, (), ())
    assert (partly.doubled, partly.doubled_in_flight, partly.unexplained) == (1, 0, ("m",))
    assert (thrice.doubled, thrice.doubled_in_flight, thrice.unexplained) == (2, 1, ("m",))


def test_the_judge_sees_unmarked_repeats_unknown_ids_and_sends_that_never_arrived() -> None:
    kills = [Leftover(frozenset("a"), 0, "")]
    sends = evidence.judge_sends(got("m", "m", "stranger"), out(m="a", n="b"), kills)

    assert sends.unmarked == ("m",)
    assert sends.unknown == ("stranger",)
    assert sends.never_received == ("b",)


def test_the_comparison_sees_lost_doubled_and_changed_rows() -> None:
    empty: evidence.Rows = {table: {} for table in evidence.COMPARED}
    calm = {**empty, "event": {"1": "x", "2": "x"}}
    killed = {**empty, "event": {"2": "y", "3": "x"}}

    found = evidence.compare(calm, killed)

    assert found == {"event": evidence.Difference(lost=("1",), doubled=("3",), changed=("2",))}
    assert evidence.compare(calm, calm) == {}


def test_only_the_place_of_the_endless_reread_is_left_out_of_a_cursor(tmp_path: Path) -> None:
    def database(name: str, cursor: str, key: str) -> evidence.Rows:
        writer = sqlite3.connect(tmp_path / name)
        for table, (keys, _) in evidence.COMPARED.items():
            extra = {"source": ["cursor"], "quarantine": ["key"]}.get(table, [])
            writer.execute(f'CREATE TABLE "{table}" ({", ".join([*keys, *extra])})')
        writer.execute("INSERT INTO source VALUES ('edgar', ?)", [cursor])
        writer.execute("INSERT INTO quarantine VALUES (?, ?)", [name, key])
        writer.commit()
        writer.close()
        return evidence.rows_of(tmp_path / name)

    a = database("a", '{"reconcile": 1, "watermark": 5}', "submissions of CIK 1")
    b = database("b", '{"watermark": 5, "reconcile": 2}', "submissions of CIK 2")
    c = database("c", '{"reconcile": 1, "watermark": 6}', "0001-26-1")

    assert evidence.compare(a, b) == {}
    assert {t: (d.lost, d.doubled, d.changed) for t, d in evidence.compare(a, c).items()} == {
        "source": ((), (), ("edgar",)),
        "quarantine": ((), ("c",), ()),
    }


def test_looking_at_a_killed_database_leaves_its_log_alone(tmp_path: Path) -> None:
    """The service, not the test, has to find and replay what a killed process left."""
    database = tmp_path / "service.db"
    writer = sqlite3.connect(database)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("CREATE TABLE outbox (outbox_id, state)")
    writer.execute("CREATE TABLE source (lease_owner)")
    writer.execute("INSERT INTO outbox VALUES ('a', 'sending'), ('b', 'sent')")
    writer.execute("INSERT INTO source VALUES ('service')")
    writer.commit()
    log = (tmp_path / "service.db-wal").read_bytes()

    left = evidence.leftover(database)

    assert left == Leftover(frozenset({"a"}), 1, "")
    assert log
    assert (tmp_path / "service.db-wal").read_bytes() == log
    writer.close()
