"""The scores: per item and type once, subjects and attributes of found events, and the recorded labels as a floor."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from signalwatch.detect import Detector
from signalwatch.evaluate.detection import evaluate, fold_of, folds, read, same_company, table
from signalwatch.model import Detection, Organisation
from tests.data import data_path


class Fixed:
    """Answers what it was told to, by title."""

    def __init__(self, answers: dict[str, list[Detection]]) -> None:
        self.answers = answers

    def detect(self, title: str, text: str = "", *, kind: str = "news", publisher: str = "") -> Sequence[Detection]:
        return self.answers.get(title, [])


def event(kind: str, subject: str = "", **attributes: Any) -> Detection:
    return Detection(type=kind, organisations=(Organisation(name=subject),) if subject else (), attributes=attributes)


def label(kind: str, subject: str = "", **attributes: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "companies": [{"name": subject, "role": "subject"}] if subject else [],
        "attributes": attributes,
    }


ITEMS = [
    {"id": "1", "title": "a", "events": [label("ipo", "Orbiva", amount=5, currency="USD", status="priced")]},
    {
        "id": "2",
        "title": "b",
        "events": [label("trial_start", "Talvex", phase="2"), label("trial_start", "Halden", phase="3")],
    },
    {"id": "3", "title": "c", "events": []},
    {"id": "4", "title": "d", "events": [label("grant_award", "Vireon")]},
]
FOUND = Fixed(
    {
        "a": [event("ipo", "Orbiva Inc.", amount=5, currency="USD", status="filed")],
        "b": [event("trial_start", "Halden", phase="3")],
        "c": [event("ipo", "Noise")],
    }
)


def test_counts() -> None:
    got = evaluate(ITEMS, FOUND)

    assert got["items"] == 4
    assert got["micro"] == {"precision": 0.6667, "recall": 0.6667, "f1": 0.6667}
    assert got["any_event"] == {"precision": 0.6667, "recall": 0.6667, "f1": 0.6667}
    assert got["by_type"]["ipo"] == {"precision": 0.5, "recall": 1.0, "f1": 0.6667, "n": 1}
    assert got["by_type"]["grant_award"]["recall"] == 0.0
    assert got["macro_f1"] == round((0.6667 + 1.0 + 0.0) / 3, 4)
    assert got["subject_accuracy"] == 1.0
    assert got["attribute_accuracy"] == 0.5


def test_detail_names_what_is_wrong() -> None:
    got = evaluate(ITEMS, FOUND, detail=True)

    assert got["by_attribute"]["ipo.status"] == {"accuracy": 0.0, "n": 1}
    assert {e["id"] for e in got["errors"]} == {"1", "3", "4"}


def test_attributes_may_be_left_out() -> None:
    assert evaluate(ITEMS, FOUND, attributes=False)["attribute_accuracy"] is None


def test_folds_never_move() -> None:
    assert [fold_of(i) for i in ("dev-0001", "dev-0002", "dev-0003")] == [
        fold_of(i) for i in ("dev-0001", "dev-0002", "dev-0003")
    ]
    assert sum(row["items"] for row in folds(ITEMS, FOUND)) == len(ITEMS)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("Orbiva", "Orbiva Therapeutics, Inc.", True),
        ("J&J", "Johnson & Johnson", True),
        ("Bristol Myers", "BMS", True),
        ("Arcus", "Arcutis", False),
        ("", "Orbiva", False),
    ],
)
def test_same_company(a: str, b: str, same: bool) -> None:
    assert same_company(a, b) is same


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(json.dumps(ITEMS[0]) + "\n{oops\n")

    with pytest.raises(ValueError, match=r"labels\.jsonl:2: not a labelled item"):
        read(path)


def test_the_table_shows_every_type() -> None:
    shown = table(evaluate(ITEMS, FOUND))

    assert all(word in shown for word in ("ipo", "trial_start", "grant_award", "micro", "any_event", "macro F1"))


@pytest.mark.data
def test_the_recorded_labels_are_a_floor(detector: Detector) -> None:
    """The development labels: the bars of the work order hold, in every fold."""
    items = read(data_path("news/labelled.jsonl"))
    got = evaluate(items, detector)

    assert got["micro"]["f1"] >= 0.93
    assert got["macro_f1"] >= 0.88
    assert got["any_event"]["precision"] >= 0.96
    assert got["subject_accuracy"] >= 0.97
    assert got["attribute_accuracy"] >= 0.95
    assert min(row["micro"]["f1"] for row in folds(items, detector)) >= 0.9
