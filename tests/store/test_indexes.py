"""What runs all the time stays fast in a large database: no statement of the three stages reads a whole table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import text

from signalwatch.model import Account, Program
from signalwatch.store import Store
from signalwatch.store.database import Database
from signalwatch.store.records import AssessWrite, DeliveryResult, PollOutcome, SourceSpec
from tests.store.samples import DAY, HOUR, NOW, assessed, commit, decision, document, event, letter, signal, story

SMALL = {"source", "meta", "operator_alert", "heartbeat", "pragma", "picked", "json_each"}
"""Tables that stay small, and what is no table."""

Statements = list[tuple[str, Any]]


@pytest.fixture
def watched(database_url: str) -> Iterator[tuple[Store, Database, Statements]]:
    """A store whose statements are written down with their parameters."""
    database = Database(database_url)
    seen: Statements = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "WITH", "DELETE")):
            seen.append((statement, parameters[0] if many else parameters))

    engines = {database.writer, database.reader}
    for engine in engines:
        sql_event.listen(engine, "before_cursor_execute", note)
    yield Store(database), database, seen
    for engine in engines:
        sql_event.remove(engine, "before_cursor_execute", note)
    database.close()


def run_the_stages(store: Store) -> None:
    """Everything that happens between a due source and a sent message, once."""
    store.sync_sources([SourceSpec(source_id="s", connector="reg")], NOW)
    store.upsert_accounts([Account(account_id="A", name="A", tier=2)], NOW)
    store.claim_due_sources(NOW, owner="w", lease=HOUR)
    store.known("reg", ["a", "b"])
    store.current_documents("reg", ["a"])
    commit(store, [document("a")], [event("a")], read_keys=["a"], watched_keys=["a"], cursor={})
    store.watched_studies("reg", limit=5, before=NOW + DAY)
    store.finish_poll(PollOutcome(source_id="s", owner="w", now=NOW, due_at=NOW + HOUR))
    with store.assessing(NOW) as tx:
        (given,) = tx.events
        tx.stories(["k"], NOW - DAY)
        tx.signals(["A"], NOW - DAY)
        tx.programs(["A"])
        tx.tier_states(["A"])
        tx.told(["s1"])
        tx.told_recipients("s1")
        tx.write(
            AssessWrite(
                now=NOW,
                events=[assessed(given, "s1")],
                stories=[story("s1", given)],
                signals=[signal("g", event_id=given.event_id)],
                retired_signals=["h"],
                programs=[Program(program_id="p", account_id="A")],
                decisions=[(decision("d", event_id=given.event_id), {})],
                outbox=[letter("o", story_id="s1", account_id="A")],
            )
        )
    store.claim_outbox(NOW, owner="w", lease=HOUR)
    store.mark_sending(["o"], "w", NOW)
    store.thread_ref("slack", "#bd", "t")
    store.record_delivery(DeliveryResult(outbox_ids=["o"], owner="w", now=NOW, state="sent"))
    store.retry_outbox(["o"], NOW)
    store.document(given.document_id)
    store.story("s1")
    store.events(state="held", limit=5)
    store.events(limit=5)
    store.decisions(event_id=given.event_id)
    store.decisions(account_id="A", limit=5)
    store.signals(account_id="A")
    store.deliveries("o")
    store.lag(NOW)
    store.requeue_events([given.event_id])


def whole_reads(database: Database, statement: str, parameters: Any) -> list[str]:
    """The tables that a statement reads from end to end."""
    with database.writer.connect() as connection:
        if database.dialect == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            plan = [str(row[3]) for row in rows]
            scans = [line for line in plan if line.startswith("SCAN")]
            partial = re.compile(r"USING (COVERING )?INDEX ix_(event_new|event_held|event_failed|outbox_due)\b")
            ordered = "LIMIT" in statement and not any("TEMP B-TREE FOR ORDER BY" in line for line in plan)
            found = [s.split()[1] for s in scans if not partial.search(s) and not (ordered and "USING INDEX" in s)]
        else:
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # a table of one row would be scanned anyway
            rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).all()
            found = [m[1] for row in rows if (m := re.search(r"Seq Scan on (\w+)", str(row[0])))]
        connection.rollback()
    return [name for name in found if name not in SMALL]


def test_no_stage_reads_a_whole_table(watched: tuple[Store, Database, Statements]) -> None:
    """Counting accounts per tier is the one exception: an index-only scan, repeated only when accounts changed."""
    store, database, seen = watched
    run_the_stages(store)
    statements = dict(seen)

    guilty = {
        " ".join(statement.split())[:200]: tables
        for statement, parameters in statements.items()
        if (tables := whole_reads(database, statement, parameters)) and "GROUP BY account.tier" not in statement
    }

    assert len(statements) > 25
    assert guilty == {}
