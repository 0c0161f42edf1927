"""Databases for the end-to-end tests, and rules that load fast."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from signalwatch.config import starter_rules
from tests.databases import database_url, sqlite_url

__all__ = ["database_url", "lean_rules", "sqlite_url"]

_TRIGGER = """\
type: funding_round
polarity: positive
about: Money for shares.
attributes: [amount, series]
patterns:
  - id: raises
    any: ["(raises|raised) ~8 {money}"]
    confidence: 0.9
examples:
  fires:
    - {title: "Orbiva Raises $12 Million Series A Financing"}
"""

_FAMILY = """\
- company: Ashgrove Biologics
  facts:
    - {name: Fernhollow Vaccines, kind: owned, since: 2021, source: made up}
"""


@pytest.fixture(scope="session")
def lean_rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped rules with one small trigger and one family: what is tested here needs no more, and it loads in no time."""
    folder = tmp_path_factory.mktemp("lean") / "rules"
    shutil.copytree(starter_rules(), folder, ignore=shutil.ignore_patterns("__pycache__", "*.py", "triggers"))
    (folder / "triggers").mkdir()
    (folder / "triggers" / "funding_round.yaml").write_text(_TRIGGER, "utf-8")
    (folder / "families.yaml").write_text(_FAMILY, "utf-8")
    return folder
