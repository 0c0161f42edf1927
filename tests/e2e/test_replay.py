"""The replay of recorded payloads: a subset in the layout of the recorded folder, and folders that lack a part of it."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from signalwatch.errors import SignalwatchError
from signalwatch.simulate import replay as replays
from tests.data import data_path

FIRST, LAST = "2025-01-25", "2026-01-16"
UNTIL = datetime(2026, 1, 16, 23, tzinfo=UTC)
RECORDED = (
    "clinicaltrials/study_versions.jsonl.gz", "edgar/getcurrent", "edgar/formd", "edgar/submissions",
    "matching/accounts_small.csv",
)  # fmt: skip


def subset(folder: Path, *without: str) -> Path:
    """A data folder of links to some of the recorded files, with the headlines of a year."""
    for name in RECORDED:
        if name.split("/")[0] not in without:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(data_path(name).resolve())
    if "news" not in without:
        lines = data_path("news/labelled.jsonl").read_text("utf-8").splitlines()
        kept = [line for line in lines if line.strip() and FIRST <= json.loads(line)["date"] <= LAST]
        (folder / "news").mkdir(parents=True)
        (folder / "news" / "labelled.jsonl").write_text("\n".join(kept) + "\n", "utf-8")
    return folder


def run(data: Path, out: Path, until: datetime | None = UNTIL) -> dict[str, Any]:
    """Replay a folder."""
    return replays.replay(data, out, progress=False, until=until)


@pytest.mark.data
@pytest.mark.slow
def test_a_year_of_recorded_payloads_becomes_alerts(tmp_path: Path) -> None:
    data = subset(tmp_path / "data")
    result = run(data, tmp_path / "out")
    headlines = len((data / "news" / "labelled.jsonl").read_text("utf-8").splitlines())

    assert result["source_errors"] == {}
    assert result["quarantined_reasons"] == {}
    assert result["documents"] > headlines
    assert set(result["requests"]) == {"ctgov", "sec", "feeds"}
    assert sum(result["events_by_type"].values()) == result["events"]
    assert len(result["events_by_type"]) >= 10
    assert 0 < result["stories"] <= result["events"]
    assert 0 < result["alerts"] < result["signals"]
    alerts = list((tmp_path / "out" / "alerts").glob("*.json"))
    assert alerts
    assert all(json.loads(path.read_text("utf-8")) for path in alerts)


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("without", "asked"),
    [
        (("edgar", "clinicaltrials"), {"feeds"}),
        (("edgar", "news"), {"ctgov"}),
        (("clinicaltrials", "news", "matching"), {"sec"}),
    ],
)
def test_a_folder_with_only_a_part_of_the_layout_works(
    tmp_path: Path, without: tuple[str, ...], asked: set[str]
) -> None:
    until = datetime(2026, 2, 1, tzinfo=UTC)
    result = run(subset(tmp_path / "data", *without), tmp_path / "out", until)

    assert result["source_errors"] == {}
    assert result["quarantined"] == 0
    assert set(result["requests"]) == asked
    assert result["documents"] > 0


def test_a_folder_that_is_absent_or_holds_nothing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "out")
    assert replays.main(["--data", str(tmp_path / "absent"), "--out", out]) == 2
    assert f"{tmp_path / 'absent'} does not exist" in capsys.readouterr().err

    (tmp_path / "empty").mkdir()
    assert replays.main(["--data", str(tmp_path / "empty"), "--out", out]) == 1
    assert "nothing recorded there (expected clinicaltrials/, edgar/ or news/)" in capsys.readouterr().err
    with pytest.raises(SignalwatchError, match="nothing recorded"):
        run(tmp_path / "empty", tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("news/labelled.jsonl", b'{"id": "a"\nnot json\n', "labelled.jsonl:1:1"),
        ("news/labelled.jsonl", b'{"id": "a", "date": "2026-01-01"}\n', "lacks 'title'"),
        ("news/labelled.jsonl", b'{"id": "a", "date": "today", "title": "t"}\n', "labelled.jsonl:1:1"),
        ("news/labelled.jsonl", b"[1]\n", "labelled.jsonl:1:1"),
        ("clinicaltrials/study_versions.jsonl.gz", b"not gzip", "cannot be unpacked"),
        ("clinicaltrials/studies_full.jsonl.gz", gzip.compress(b"{}\n", mtime=0), "lacks 'protocolSection'"),
    ],
)
def test_a_file_that_is_no_recording_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, said: str
) -> None:
    path = tmp_path / "data" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)

    assert replays.main(["--data", str(tmp_path / "data"), "--out", str(tmp_path / "out")]) == 1
    err = capsys.readouterr().err
    assert said in err
    assert str(path) in err
