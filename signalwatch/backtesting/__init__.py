"""Backtests from the shell's side: history from a database or a file, all cores, rule files that are promoted."""

from signalwatch.backtesting.running import backtest, report

__all__ = ["backtest", "report"]
