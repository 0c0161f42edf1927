"""Trigger files are strict: every mistake of the folder at once, each with its place and the nearest valid word."""

from __future__ import annotations

from pathlib import Path

import pytest

from signalwatch.detect import load, load_texts
from signalwatch.errors import RuleSetError

TRIGGERS = Path(__file__).parents[2] / "rules" / "triggers"
GOOD = """type: site_audit
polarity: neutral
attributes: [agency]
patterns:
  - id: passes
    any: [<pass> ~4 inspection]
"""


def problems(**files: str) -> list[str]:
    with pytest.raises(RuleSetError) as error:
        load_texts({name.replace("__", "."): text for name, text in files.items()})
    return [f"{p.file}:{p.line}:{p.column} {p.message} {p.hint}" for p in error.value.problems]


def test_a_new_type_needs_no_code() -> None:
    found = load_texts({"site_audit.yaml": GOOD}).detect("Orbiva Bio passes FDA inspection of its Ohio plant")

    assert [(e.type, e.pattern) for e in found] == [("site_audit", "site_audit.passes")]
    assert found[0].span.text == "passes FDA inspection"


def test_all_problems_are_reported_with_their_places() -> None:
    text = """type: site_audit
polarity: gloomy
attributes: [agencies]
beets: [ipo]
patterns:
  - id: passes
    any: [<pass> ~99 inspection, "{nope} x"]
    allow: [plans]
    confidence: 7
"""
    found = problems(site_audit__yaml=text)

    assert any(p.startswith("site_audit.yaml:2:11 unknown polarity") for p in found)
    assert any("site_audit.yaml:3:14 unknown word 'agencies'" in p and '"agency"' in p for p in found)
    assert any("site_audit.yaml:4:1 unknown key 'beets'" in p and '"beats"' in p for p in found)
    assert any("site_audit.yaml:7:11 a gap is ~1 to ~16" in p for p in found)
    assert any("unknown word class {nope}" in p for p in found)
    assert any("site_audit.yaml:8:13 unknown word 'plans'" in p and '"plan"' in p for p in found)
    assert any("site_audit.yaml:9:" in p and "confidence" in p for p in found)


def test_a_type_lives_in_the_file_of_its_name() -> None:
    assert any("belongs into site_audit.yaml" in p for p in problems(other__yaml=GOOD))


def test_pattern_ids_are_unique() -> None:
    assert any("used twice" in p for p in problems(site_audit__yaml=GOOD + "  - id: passes\n    any: [audit]\n"))


def test_broken_yaml_is_a_problem_not_a_traceback() -> None:
    assert problems(site_audit__yaml="type: [") != []


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleSetError, match="no trigger files"):
        load(tmp_path)


def test_a_missing_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(RuleSetError, match="no such folder"):
        load(tmp_path / "nowhere")


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(GOOD)
    inside = tmp_path / "triggers"
    inside.mkdir()
    (inside / "site_audit.yaml").symlink_to(outside)

    with pytest.raises(RuleSetError, match="leads out of the folder"):
        load(inside)


def test_the_hash_follows_the_content() -> None:
    one = load_texts({"site_audit.yaml": GOOD})
    same = load_texts({"site_audit.yaml": GOOD})
    other = load_texts({"site_audit.yaml": GOOD.replace("~4", "~5")})

    assert one.hash == same.hash != other.hash


def test_unknown_special_files_are_named() -> None:
    assert any(
        "_scopes.yaml" in p and "_scope.yaml" in p for p in problems(site_audit__yaml=GOOD, _scopes__yaml="a: b\n")
    )


def test_a_broken_file_of_words_is_one_problem_not_one_per_phrase() -> None:
    folder = {p.name: p.read_text("utf-8") for p in TRIGGERS.iterdir() if p.suffix in {".yaml", ".txt"}}
    folder["_words.yaml"] += "\ntwice: [one]\ntwice: [again]\n"

    with pytest.raises(RuleSetError) as error:
        load_texts(folder)

    assert [p.file for p in error.value.problems] == ["_words.yaml"]
