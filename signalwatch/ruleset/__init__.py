"""The rule language: load, lint, evaluate, explain. Pure; see docs/rules/ for the language itself."""

from signalwatch.ruleset.evaluate import explain_text
from signalwatch.ruleset.nodes import View
from signalwatch.ruleset.pack import Pack, load_pack, load_pack_texts
from signalwatch.ruleset.rules import Rule

__all__ = ["Pack", "Rule", "View", "explain_text", "load_pack", "load_pack_texts"]
