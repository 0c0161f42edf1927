"""rules check, test and lint on a folder, as somebody in ops meets them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from signalwatch import rulebook
from signalwatch.config import starter_rules
from signalwatch.errors import RuleSetError
from signalwatch.ruleset.keys import UNHEEDED
from tests.e2e.conftest import _TRIGGER as TRIGGER
from tests.e2e.outside import Ran, command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped rules with one small trigger, so that they load fast."""
    rules = tmp_path / "rules"
    shutil.copytree(starter_rules(), rules, ignore=shutil.ignore_patterns("*.py", "__pycache__", "triggers"))
    (rules / "triggers").mkdir()
    (rules / "triggers" / "funding_round.yaml").write_text(TRIGGER, "utf-8")
    return rules


@pytest.fixture
def ran(capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path):  # type: ignore[no-untyped-def]
    def run(*args: str) -> Ran:
        return command(capsys, tmp_path / "none.yaml", "rules", *args, "--rules", str(folder))

    return run


def add(folder: Path, text: str) -> None:
    (folder / "elevation" / "new.yaml").write_text(text, "utf-8")


def test_check_shows_the_line_and_a_caret_for_every_problem_of_every_file(ran, folder: Path) -> None:  # type: ignore[no-untyped-def]
    add(folder, "- id: new\n  when: { ipo: { amount|gte: 50M } }\n  becuase: x\n")
    (folder / "families.yaml").write_text("- { company: 7 }\n", "utf-8")
    (folder / "triggers" / "funding_round.yaml").write_text("type: [x\n", "utf-8")

    said = ran("check")
    assert said.code == 1
    assert (
        'elevation/new.yaml:3:3: error: unknown key "becuase" (did you mean "because"?)\n    becuase: x\n    ^\n'
        in said.out
    )
    assert "    when: { ipo: { amount|gte: 50M } }\n                               ^\n" in said.out
    for name in ("families.yaml:1:", "funding_round.yaml:1:"):
        assert name in said.out
    data = ran("check", "--json").json()
    assert (data["ok"], data["errors"] >= 4) == (False, True)
    assert {p["file"] for p in data["problems"]} >= {"elevation/new.yaml"}


def test_check_of_a_good_folder(ran) -> None:  # type: ignore[no-untyped-def]
    assert ran("check").code == 0
    data = ran("check", "--json").json()
    assert (data["ok"], data["problems"], len(data["ruleset"])) == (True, [], 32)


@pytest.mark.skipif(os.name == "nt", reason="file names are text there")
def test_a_file_name_that_is_no_text_is_no_traceback(ran, folder: Path) -> None:  # type: ignore[no-untyped-def]
    name = os.fsencode(folder / "elevation") + b"/caf\xe9.yaml"
    with open(name, "wb") as file:
        file.write(b"- { id: x, when: nope }\n")

    said = ran("check")
    assert said.code == 1
    assert "caf\\udce9.yaml:1:18: error" in said.out


def test_examples_that_lack_are_a_warning_and_with_strict_an_error(ran, folder: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    add(folder, "- { id: new, from: ours, when: ipo }\n")
    report = tmp_path / "junit.xml"

    assert ran("test").code == 0
    assert "new: warning: no firing and silent example" in ran("test").out
    strict = ran("test", "--strict", "--junit", str(report))
    assert strict.code == 1
    [failed] = ElementTree.parse(report).iter("failure")
    assert failed.get("message") == "no firing and silent example"
    assert "new: no firing or silent example" in ran("lint").out
    assert any(p["code"] == "examples" for p in ran("lint", "--json").json())


def test_a_failing_example_shows_a_diff_the_tree_and_what_would_have_tipped_it(
    ran, folder: Path, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    add(
        folder,
        """
- id: new
  from: ours
  when: { all: [funding_round, ind_clearance], within: 120d }
  examples:
    - given: [{ at: 0d, event: funding_round }, { at: 181d, event: ind_clearance }]
      expect: { fires: 181d }
    - given: [{ at: 0d, event: funding_round }]
      expect: silent
""",
    )
    report = tmp_path / "junit.xml"
    said = ran("test", "--junit", str(report))

    assert said.code == 1
    assert "  - expected: fires 2026-07-01\n  + got:      silent\n" in said.out
    assert "would have tipped it: 61 d too late for the window of 120d" in said.out
    [failed] = ElementTree.parse(report).iter("failure")
    assert "61 d too late" in str(failed.text)


def test_a_folder_that_does_not_load_fails_in_the_report_of_ci_too(ran, folder: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Before, the XML of the last good run was left standing."""
    add(folder, "- { id: new, when: ipoo }\n")
    report = tmp_path / "junit.xml"
    report.write_text("<testsuite/>", "utf-8")

    assert ran("test", "--junit", str(report)).code == 1
    root = ElementTree.parse(report).getroot()
    assert (root.get("tests"), root.get("failures")) == ("1", "1")
    assert "elevation/new.yaml:1" in str(next(root.iter("testcase")).get("classname"))
    assert json.dumps(root.attrib)


def test_what_else_is_wrong_in_the_settings_keeps_nobody_from_working_on_rules(
    capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    """Right after init no contact is set; rules check must not answer with that."""
    settings = tmp_path / "signalwatch.yaml"
    settings.write_text(
        "database: sqlite:///x.db\nsources: [{ id: sec, connector: edgar }]\ndefault_channels: [nope]\n", "utf-8"
    )
    for tool in ("check", "lint"):
        said = command(capsys, settings, "rules", tool)
        assert said.code == 0, said.said
        assert "has 2 problems beside the rules; see them: signalwatch check" in said.err
    add(folder, "- { id: new, when: nope }\n")
    assert "elevation/new.yaml:1:20" in command(capsys, settings, "rules", "check").out

    settings.write_text("rules: elsewhere\nsources: [{ id: sec, connector: edgar }]\n", "utf-8")
    assert command(capsys, settings, "rules", "check").code != 0
    settings.write_text("rules: [unclosed\n", "utf-8")
    assert "signalwatch.yaml:1:8" in command(capsys, settings, "rules", "check").said


def test_triggers_are_compiled_again_only_when_a_file_of_them_changed(folder: Path) -> None:
    """An edit of a rule is in force at once; an edit of a trigger is never missed, nor is a link out of the folder."""
    first = rulebook.detector_of(folder)
    assert rulebook.detector_of(folder) is first
    path = folder / "triggers" / "funding_round.yaml"
    path.write_text(path.read_text("utf-8").replace("confidence: 0.9", "confidence: 0.8"), "utf-8")
    second = rulebook.detector_of(folder)
    assert second.hash != first.hash
    path.write_text("type: [x\n", "utf-8")
    with pytest.raises(RuleSetError):
        rulebook.detector_of(folder)
    path.write_text(TRIGGER, "utf-8")
    assert rulebook.detector_of(folder).hash == first.hash
    (folder / "triggers" / "link.yaml").symlink_to(folder / "tiers.yaml")
    with pytest.raises(RuleSetError, match="leads out of the folder"):
        rulebook.detector_of(folder)


def test_settings_that_nothing_acts_on_are_notes_at_their_place_and_never_findings(ran, folder: Path) -> None:  # type: ignore[no-untyped-def]
    add(
        folder,
        "- id: new\n  from: ours\n  when: ipo\n  propose: { tier: 2, auto_approve: true }\n  because: x\n  examples:\n"
        "    - { given: [{ at: 0d, event: ipo }], expect: { fires: 0d } }\n"
        "    - { given: [{ at: 0d, event: grant_award }], expect: silent }\n",
    )
    said = ran("lint", "--strict")

    assert said.code == 0, said.out
    assert said.out.endswith("0 finding(s)\n")
    assert "elevation/new.yaml:4:23: note: auto_approve is read, and not yet acted on: a person decides" in said.out
    assert {p["message"].split()[0] for p in ran("lint", "--json").json()} == {key for _, key in UNHEEDED}
    add(folder, (folder / "elevation" / "new.yaml").read_text("utf-8").replace("approve: true", "approve: false"))
    assert "auto_approve" not in ran("lint").out
