"""kill -9 in the middle of everything: what is in the database is whole, and a restart goes on where it stopped."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from signalwatch.store import Store
from tests.store.samples import DAY, NOW

ROOT = Path(__file__).resolve().parents[2]
PAGE = 5

WORKER = f"""
import sys
from signalwatch.store import open_store
from signalwatch.store.records import AssessWrite, PageCommit
from tests.store.samples import DAY, HOUR, NOW, assessed, document, event, letter, signal

owner = sys.argv[2]
store = open_store(sys.argv[1], upgrade=False)
state = store.source("s")
store.release_source("s", state.lease_owner)
(state,) = store.claim_due_sources(NOW, owner=owner, lease=HOUR)
done = state.cursor.get("pages", 0)
while True:
    keys = [f"k{{done:05}}-{{i}}" for i in range({PAGE})]
    store.commit_page(PageCommit(
        source_id="s", owner=owner, now=NOW, cursor={{"pages": done + 1}},
        documents=[document(k, payload=k.encode() * 500) for k in keys], events=[event(k) for k in keys],
    ))
    done += 1
    print("page", flush=True)
    with store.assessing(NOW, limit=7) as tx:
        tx.write(AssessWrite(
            now=NOW,
            events=[assessed(e, "story-" + e.document_key) for e in tx.events],
            signals=[signal("g" + e.event_id, event_id=e.event_id) for e in tx.events],
            outbox=[letter("o" + e.event_id, story_id="story-" + e.document_key) for e in tx.events],
        ))
    print("batch", flush=True)
"""


def settle(url: str) -> None:
    """Wait until the server is done with a dead client: PostgreSQL finishes a commit whose sender is gone."""
    if not url.startswith("postgresql"):
        return
    import psycopg

    busy = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend' AND state <> 'idle'"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(100_000):
            row = connection.execute(busy).fetchone()
            if row is not None and row[0] == 0:
                return
    raise AssertionError("the server is still busy with a client that was killed")


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_by_kill_9(store: Store, database_url: str, tmp_path: Path) -> None:
    """Ten processes in a row are killed at a random moment of their work; after each the books balance."""
    from signalwatch.store.records import SourceSpec

    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    store.sync_sources([SourceSpec(source_id="s", connector="reg")], NOW)
    rng = random.Random(7)
    pages = 0
    for number in range(10):
        command = [sys.executable, str(script), database_url, f"worker-{number}"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
        ) as worker:
            assert worker.stdout is not None
            for _ in range(rng.randint(1, 12)):
                assert worker.stdout.readline()
            worker.kill()
        settle(database_url)

        counts, state = store.counts(), store.source("s")
        assert state is not None
        before, pages = pages, state.cursor["pages"]
        assert pages > before
        assert counts["documents"] == counts["events"] == state.documents == state.events == pages * PAGE
        assert counts["signals"] == counts["outbox"] == counts["events_assessed"]
        assert counts["events_assessed"] + counts["events_new"] == counts["events"]
        with store.assessing(NOW + DAY, limit=1000) as tx:
            waiting = {e.event_id for e in tx.events}
        written = {row.item.outbox_id[1:] for row in store.outbox(limit=100_000)}
        assert not waiting & written
        assert len(waiting) + len(written) == counts["events"]
    assert store.check() == []
