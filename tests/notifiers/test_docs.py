"""The reference page names every setting, and its example loads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from signalwatch.notifiers.console import ConsoleConfig
from signalwatch.notifiers.email import EmailConfig
from signalwatch.notifiers.slack import SlackConfig
from signalwatch.notifiers.webhook import WebhookConfig
from signalwatch.sdk import PluginConfig

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "notifiers.md"
KINDS: dict[str, type[PluginConfig]] = {
    "slack": SlackConfig, "email": EmailConfig, "webhook": WebhookConfig, "console": ConsoleConfig,
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_setting_is_documented_under_its_notifier(kind: str) -> None:
    section = PAGE.read_text("utf-8").split(f"\n## {kind}\n")[1].split("\n## ")[0]

    assert {name for name in KINDS[kind].model_fields if f"`{name}`" not in section} == set()


def test_the_example_is_valid() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    filled = re.sub(r"\$\{\w*URL\}", "https://crm.example.com/in", block).replace("${", "0123456789-").replace("}", "")

    for options in yaml.safe_load(filled)["channels"].values():
        KINDS[options.pop("notifier")].model_validate(options)
