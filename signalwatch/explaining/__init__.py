"""Explains what was decided and what was not: stored decisions, silences, and rules as of any moment."""

from signalwatch.explaining.past import as_of, explain_rule, rule_text
from signalwatch.explaining.records import ALL, case_of, explain, find, packs_of, text, verify, verify_all
from signalwatch.explaining.silence import apart_lines, letters, why_not, why_not_lines

__all__ = [
    "ALL", "apart_lines", "as_of", "case_of", "explain", "explain_rule", "find", "letters", "packs_of", "rule_text", "text",
    "verify", "verify_all", "why_not", "why_not_lines",
]  # fmt: skip
