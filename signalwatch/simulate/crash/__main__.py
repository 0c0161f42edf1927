"""``python -m signalwatch.simulate.crash``: kill the service a hundred times and say what became of it."""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import msgspec


def main() -> int:
    """0 when nothing was lost and nothing doubled but sends in flight, else 1."""
    parser = argparse.ArgumentParser(prog="python -m signalwatch.simulate.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--days", type=int, default=40, help="simulated days")
    parser.add_argument("--companies", type=int, default=120)
    parser.add_argument("--no-faults", action="store_true", help="sources without bad hours")
    parser.add_argument("--out", type=Path, help="keep databases, logs and differences.json in this new folder")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--now", type=datetime.fromisoformat, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child is not None:
        from signalwatch.simulate.crash.child import serve

        serve(args.child, args.now, sys.stdin, sys.stdout)
        return 0
    from signalwatch.simulate.crash.run import passed, run_crash

    with tempfile.TemporaryDirectory() as scratch:
        report = run_crash(
            kills=args.kills, seed=args.seed, folder=args.out or Path(scratch), days=args.days, companies=args.companies,
            faults=not args.no_faults,
        )  # fmt: skip
    if args.json:
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        width = max(map(len, report))
        sys.stdout.write("".join(f"{name:<{width}}  {value}\n" for name, value in report.items()))
    return 0 if passed(report) else 1


if __name__ == "__main__":
    sys.exit(main())
