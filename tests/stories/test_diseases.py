"""Diseases by name."""

from __future__ import annotations

import pytest

from signalwatch import diseases


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Phase 2 Data of TEC-301 in NSCLC and Relapsed DLBCL",
            ("non-small cell lung cancer", "diffuse large B-cell lymphoma"),
        ),
        ("FDA review for VYVEXA in seronegative gMG", ("myasthenia gravis",)),
        ("Results for all patients, as told in an ad", ()),
        ("Data presented at AD/PD 2021", ()),
        ("Treatment of metastatic triple negative breast cancer", ("triple negative breast cancer",)),
        ("Sj\u00f6gren\u2019s disease study opens", ("sjogren's syndrome",)),
    ],
)
def test_diseases_in_running_text(text: str, expected: tuple[str, ...]) -> None:
    assert diseases.find(text) == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("ulcerative colitis", "IBD", True),
        ("follicular lymphoma", "non-Hodgkin lymphoma", True),
        ("solid tumors", "ovarian cancer", True),
        ("CLL", "DLBCL", False),
        ("asthma", "solid tumors", False),
    ],
)
def test_a_group_and_its_member_may_be_one_telling(a: str, b: str, expected: bool) -> None:
    assert diseases.compatible(a, b) is expected


@pytest.mark.parametrize("text", ["", "()", "(", ",,,", "\u00df\u2019\u0130", "NSCLC (", "a" * 5000])
def test_any_text_is_taken(text: str) -> None:
    assert isinstance(diseases.canonical(text), str)
    assert isinstance(diseases.find(text), tuple)
    assert diseases.related(text, "asthma") == 0


def test_areas_of_diseases() -> None:
    assert diseases.areas_of(["NSCLC", "wart of the toe"]) == ("oncology",)
    assert diseases.areas_of(["relapsed multiple myeloma"]) == ("oncology", "hematology")


def test_areas_are_those_of_the_shipped_icp() -> None:
    import yaml

    from signalwatch.config import starter_rules

    icp = yaml.safe_load((starter_rules() / "icp.yaml").read_text("utf-8"))
    known = set(icp["attributes"]["area"]["values"])

    assert {a for areas in diseases._AREAS.values() for a in areas} <= known
