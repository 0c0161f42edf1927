"""What a rule set would have done: stored history gone through again with a simulated clock. Pure.

``run`` answers a ``Report``; ``compare`` says what another rule set changes. See docs/decisions/0020-backtest.md.
"""
