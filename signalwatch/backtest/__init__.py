"""What a rule set would have done: stored history gone through again with a simulated clock. Pure.

``run`` answers a ``Report``. See docs/decisions/0020-backtest.md.
"""

from signalwatch.backtest.report import PersonRow, Report, RuleRow
from signalwatch.backtest.run import Mapper, assumed, own_router, run
from signalwatch.backtest.tally import Alert, Move, ShadowFiring
from signalwatch.backtest.world import Approve, Assumptions

__all__ = [
    "Alert", "Approve", "Assumptions", "Mapper", "Move", "PersonRow", "Report", "RuleRow", "ShadowFiring", "assumed",
    "own_router", "run",
]  # fmt: skip
