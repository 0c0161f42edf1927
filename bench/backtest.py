"""Speed of a backtest: 180 days, 300,000 events, 50 rules, 5,000 accounts, from the database to the report.

The history is invented (seeded): a quarter of the accounts is busy, events are decided in batches every few minutes, a tenth
retells what is known, 2 % come weeks late, 1 % are taken back. The rules are the shipped ones and window rules made here.
"""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.rules import PHASES, RULES, SERIES
from signalwatch import ids
from signalwatch.model import Account, Program, Signal
from signalwatch.past import Step
from signalwatch.ruleset import Pack, load_pack_texts
from signalwatch.store import open_store
from signalwatch.store.assessing import step_table
from signalwatch.store.codec import clean_json

START = datetime(2026, 1, 1, tzinfo=UTC)
TYPES = {
    "funding_round": 4, "trial_start": 8, "ind_clearance": 2, "partnership": 5, "leadership_change": 10, "regulatory_approval": 2,
    "trial_results": 5, "facility_expansion": 2, "layoffs_restructuring": 2, "trial_registered": 14, "trial_status_change": 16,
    "trial_delay": 8, "filing": 14, "regulatory_designation": 3, "product_launch": 2, "trial_setback": 2, "trial_completed": 3,
}  # fmt: skip


def pack_of_fifty() -> Pack:
    """The shipped rules, filled up to 50 with rules over windows."""
    rng = random.Random(8)
    files = {p.name: p.read_text("utf-8") for p in RULES.glob("*.yaml") if p.name != "families.yaml"}
    files |= {f"elevation/{p.name}": p.read_text("utf-8") for p in (RULES / "elevation").glob("*.yaml")}
    shipped = len(load_pack_texts(files).rules)
    out = []
    for i in range(50 - shipped):
        one, two, three = rng.sample(list(TYPES), 3)
        days, tier = rng.choice([14, 30, 60, 90]), rng.choice(["[2]", "[3]", "[1, 2]", "[2, 3]"])
        when = (
            f"all: [{one}, {two}], within: {days}d",
            f"then: [{one}, {two}, {three}], within: {days}d",
            f"{one}: {{ count|gte: 3, within: {days}d }}",
            f"all: [{one}, {{ any: [{two}, {three}] }}], within: {days}d, same: program",
            f"all: [{one}, {{ not: {{ {two}: {{ within: {days}d }} }} }}], within: {days}d, same: program",
        )[i % 5]
        out.append(
            f"- {{ id: bench-{i}, for: {{ tier: {tier}, fit|gte: 0.6 }}, when: {{ {when} }}, status: {'shadow' if i % 6 == 5 else 'live'},"
            f" unless: [{{ bankruptcy_distress: {{ within: 90d }} }}], cooldown: 60d, because: made up }}\n"
        )
    return load_pack_texts(files | {"elevation/bench.yaml": "".join(out)})


def accounts_of(number: int) -> list[Account]:
    """Invented accounts: 10 in tier 1, a fifth in tier 2, the rest in tier 3; ten owners."""
    rng = random.Random(3)
    kinds = ["biotech", "biotech", "biotech", "big_pharma", "cro_cdmo", "tools"]
    return [
        Account(
            account_id=f"account-{i:05}", name=f"Company {i}", kind=rng.choice(kinds), owner=f"rep-{i % 10}@bd.example",
            tier=1 if i < 10 else 2 if i % 5 == 0 else 3, tier_since=START - timedelta(days=rng.randrange(70, 900)),
            country=rng.choice(["US", "DE", "CH", "JP"]),
        )
        for i in range(number)
    ]  # fmt: skip


def steps_of(accounts: list[Account], number: int, days: int) -> list[Step]:
    """Invented steps in the order of learning."""
    rng = random.Random(5)
    names, weights = list(TYPES), list(TYPES.values())
    busy = accounts[: len(accounts) // 4]
    moments = sorted(rng.randrange(days * 86400 // 300) * 300 for _ in range(number))
    told: dict[str, list[Signal]] = {}
    out = []
    for i, second in enumerate(moments):
        account = rng.choice(busy) if rng.random() < 0.4 else rng.choice(accounts)
        now = START + timedelta(seconds=second)
        earlier = told.setdefault(account.account_id, [])
        chance = rng.random()
        if earlier and chance < 0.11:
            again = rng.choice(earlier)
            effect = "evidence" if chance < 0.08 else "status_change" if chance < 0.10 else "corrected"
            out.append(
                Step(event_id=f"e{i}", account_id=account.account_id, decided_at=now, effect=effect, signal=again)
            )
            continue
        signal = _signal(rng, i, account.account_id, rng.choices(names, weights)[0], now)
        earlier.append(signal)
        out.append(Step(event_id=f"e{i}", account_id=account.account_id, decided_at=now, effect="opened", signal=signal,
                        program=_program(signal)))  # fmt: skip
    return out


def _signal(rng: random.Random, i: int, account_id: str, kind: str, now: datetime) -> Signal:
    at = (
        now - timedelta(hours=rng.randrange(1, 48))
        if rng.random() > 0.02
        else now - timedelta(days=rng.randrange(8, 90))
    )
    story = ids.digest("story", i)
    attributes = {"connector": "feeds", "areas": [rng.choice(["oncology", "neurology"])], "phase": rng.choice(PHASES)}
    if kind == "funding_round":
        attributes |= {"series": rng.choice(SERIES), "amount": rng.randrange(2, 150) * 1_000_000, "currency": "USD"}
    elif kind == "leadership_change":
        attributes |= {
            "role": rng.choice(["Chief Medical Officer", "board director"]),
            "direction": rng.choice(["joins", "leaves"]),
        }
    elif kind.startswith("trial"):
        attributes |= {
            "status": rng.choice(["recruiting", "completed"]),
            "days": rng.randrange(400),
            "outcome": "positive",
        }
    return Signal(
        signal_id=ids.digest("signal", story, account_id), account_id=account_id, type=kind, at=at, story_id=story, event_id=f"e{i}",
        program_id=f"{account_id}-p{rng.randrange(4)}" if kind.startswith(("trial", "ind")) else "", published_at=at, first_seen_at=now,
        decided_at=now, attributes=attributes, title=f"Something of kind {kind} happened at a company, number {i}",
        url=f"https://news.example/{i}",
    )  # fmt: skip


def _program(signal: Signal) -> Program | None:
    if not signal.program_id:
        return None
    return Program(program_id=signal.program_id, account_id=signal.account_id, asset="XYZ-1", phase=str(signal.attributes["phase"]),
                   areas=tuple(signal.attributes["areas"]))  # fmt: skip


def database(folder: Path, number: int, accounts: int, days: int) -> str:
    """A database that holds such a history; its URL."""
    url = f"sqlite:///{folder / 'backtest.db'}"
    store = open_store(url)
    listed = accounts_of(accounts)
    store.upsert_accounts(listed, START - timedelta(days=30))
    steps = steps_of(listed, number, days)
    with store._db.write() as tx:
        for start in range(0, len(steps), 5000):
            rows = [{"decided_at": s.decided_at, "body": clean_json(s)} for s in steps[start : start + 5000]]
            tx.execute(step_table.insert(), rows)
    store.close()
    return url


def once(url: str, pack: Pack, days: int) -> dict[str, Any]:
    """One backtest from the database to the report, in this process and its helpers."""
    from signalwatch.backtesting import backtest

    started = time.perf_counter()
    store = open_store(url)
    report = backtest(store, pack, START, START + timedelta(days=days))
    store.close()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "wall_s": time.perf_counter() - started, "cpu_s": sum(u.ru_utime + u.ru_stime for u in used), "steps": report.steps, "alerts": len(report.alerts), "moves": len(report.moves),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


def run(number: int = 300_000, accounts: int = 5_000, days: int = 180, runs: int = 3) -> dict[str, Any]:
    """The median of some runs, each in a process of its own."""
    import subprocess

    with tempfile.TemporaryDirectory() as folder:
        url = database(Path(folder), number, accounts, days)
        out = []
        for _ in range(runs):
            done = subprocess.run([sys.executable, "-m", "bench.backtest", url, str(days)], check=True, capture_output=True, text=True,
                                  env=os.environ | {"PYTHONPATH": str(RULES.parent)})  # fmt: skip
            out.append(json.loads(done.stdout.splitlines()[-1]))
    return {
        "steps": out[0]["steps"], "alerts": out[0]["alerts"], "moves": out[0]["moves"],
        "wall_s": round(statistics.median(o["wall_s"] for o in out), 1),
        "cpu_s": round(statistics.median(o["cpu_s"] for o in out), 1), "rss_mb": round(max(o["rss_mb"] for o in out)),
    }  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(once(sys.argv[1], pack_of_fifty(), int(sys.argv[2]))))
    else:
        print(json.dumps(run(), indent=1))
