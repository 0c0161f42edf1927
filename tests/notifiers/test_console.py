"""Terminal and folder: readable, repeatable, and never outside the folder."""

from __future__ import annotations

import email
import email.policy
import io
import json
from pathlib import Path

import pytest

from signalwatch.notifiers.console import Console, ConsoleConfig
from signalwatch.sdk import DeliveryError, Notifier
from tests.notifiers.samples import Context, bare, message


def test_prints_what_a_person_would_get() -> None:
    stream = io.StringIO()
    console = Console(ConsoleConfig(), stream)
    console.send(message(), Context())

    assert isinstance(console, Notifier)
    assert stream.getvalue().splitlines()[1] == (
        "to dana@example.com: [signalwatch] Qorvexa Bio: raised money (USD 120M, series C) (tier 3 → 2?)"
    )
    assert "Late-stage money" in stream.getvalue()


def test_writes_every_format_and_the_same_bytes_again(tmp_path: Path) -> None:
    console = Console(ConsoleConfig(folder=str(tmp_path / "out"), stdout=False))
    receipt = console.send(message(), Context())
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    console.send(message(), Context())
    second = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    assert first == second
    assert sorted(name.removeprefix(receipt.reference) for name in first) == [
        ".eml",
        ".html",
        ".json",
        ".slack.json",
        ".txt",
    ]
    mail = email.message_from_bytes(first[f"{receipt.reference}.eml"], policy=email.policy.default)
    assert mail["To"] == "dana@example.com"
    assert json.loads(first[f"{receipt.reference}.slack.json"])["blocks"][0]["type"] == "header"
    assert json.loads(first[f"{receipt.reference}.json"])["dossiers"][0]["alert_id"] == "a1" * 16


def test_names_sort_by_time_and_stay_in_the_folder(tmp_path: Path) -> None:
    console = Console(ConsoleConfig(folder=str(tmp_path / "out"), stdout=False, formats=("txt",)))
    evil = message(bare(headline="../../etc/passwd\x00 ...... \\..\\x"), message_id="../../up", recipient="ops")
    console.send(evil, Context())
    (path,) = tmp_path.rglob("*.txt")

    assert path.parent == tmp_path / "out"
    assert path.name == "20261003T110000-operator-signalwatch-ops-etc-passwd-x-up.txt"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    console = Console(ConsoleConfig(folder=str(tmp_path / "out"), stdout=False))

    with pytest.raises(DeliveryError, match="cannot be written") as caught:
        console.send(message(), Context())
    assert caught.value.channel_down
