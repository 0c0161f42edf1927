"""The reference page names every setting and notice, and its example loads."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from connectors.feeds import Feeds

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "feeds.md"


def test_every_setting_and_notice_is_documented() -> None:
    text = PAGE.read_text("utf-8")
    sources = "".join(p.read_text("utf-8") for p in (PAGE.parents[2] / "connectors").glob("*feeds*.py"))
    kinds = set(re.findall(r'Notice\(kind="(\w+)"', sources))

    assert {name for name in Feeds.Config.model_fields if f"`{name}`" not in text} == set()
    assert {kind for kind in kinds if f"`{kind}`" not in text} == set()


def test_the_example_is_valid() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (source,) = yaml.safe_load(block)["sources"]

    parts = Feeds.expand(source["settings"])

    assert [suffix for suffix, _ in parts] == ["example-wire-biotechnology", "example-daily", "tarvex-ir"]
    for _, settings in parts:
        Feeds.Config.model_validate(settings)
