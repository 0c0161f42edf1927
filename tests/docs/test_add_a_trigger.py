"""The how-to "add a type of event" works as written: its files, put where it says, load, pass their examples and fire."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from signalwatch.cli import main
from signalwatch.detect import load

pytestmark = pytest.mark.slow  # each compiles a folder of triggers of its own
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "add-a-trigger.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped rules with the four additions of the page."""
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    trigger = next(b for b in BLOCKS if b.startswith("type: warning_letter"))
    rule = next(b for b in BLOCKS if "when: warning_letter" in b)
    points = re.search(r"^    (warning_letter: \{ points.*\})$", PAGE, re.MULTILINE)
    assert points is not None
    (rules / "triggers" / "warning_letter.yaml").write_text(trigger, "utf-8")
    scoring = rules / "scoring.yaml"
    scoring.write_text(scoring.read_text("utf-8").replace("events:\n", f"events:\n  {points[1]}\n", 1), "utf-8")
    (rules / "elevation" / "quality.yaml").write_text(rule, "utf-8")
    return rules


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out + err


@pytest.mark.parametrize("tool", ["check", "test", "lint"])
def test_the_files_of_the_page_pass_every_tool(folder: Path, tool: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, output = run(capsys, "rules", tool, "--rules", str(folder))

    assert (code, "error" in output) == (0, False), output


def test_headlines_the_page_does_not_name_fire_and_stay_silent(folder: Path) -> None:
    detector = load(folder / "triggers")

    fired = {
        title: [e.type for e in detector.detect(title)]
        for title in (
            "Corvanta draws FDA warning letter after sterility lapses at Basel plant",
            "FDA issues import alert on Marlow eye drops made in India",
            "Orbiva gets Form 483 with six observations at its Galway facility",
            "Corvanta plans to answer FDA warning letter by June",
            "Orbiva opens plant in Galway",
        )
    }

    assert [("warning_letter" in types) for types in fired.values()] == [True, True, True, False, False], fired


def test_a_slip_in_the_new_file_is_named_with_its_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "triggers" / "warning_letter.yaml"
    path.write_text(path.read_text("utf-8").replace("form 483", "{form} 483", 1), "utf-8")

    code, output = run(capsys, "rules", "check", "--rules", str(folder))

    assert code == 1
    assert re.search(r"warning_letter\.yaml:\d+:\d+: error: unknown word class \{form\}", output), output
