"""Histories as files, rule sets from git, and promotion in a file."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

from signalwatch import revisions
from signalwatch.backtesting import files, promoting, report
from signalwatch.errors import UsageError
from signalwatch.model import Recommendation
from signalwatch.past import Told, Verdict
from signalwatch.ruleset import load_pack
from tests.backtest.pasts import DAY, START, account, history_of, plain, step
from tests.ruleset.packs import texts


@pytest.mark.parametrize("name", ["past.jsonl", "past.jsonl.gz"])
def test_a_history_comes_back_from_its_file(tmp_path: Path, name: str) -> None:
    given = history_of(
        [step("ind_clearance", 1), step("ind_clearance", 20)], [account("acme")], told=[Told(account_id="acme", story_id="s", channel="c", recipient="r", kind="alert", at=START)],
        proposals=[Recommendation(recommendation_id="r", account_id="acme", kind="lower", created_at=START)],
        verdicts=[Verdict(account_id="acme", story_id="s", good=True)],
    )  # fmt: skip
    path = tmp_path / name
    assert files.write(given, path) == 6
    found = files.read(path)

    assert (list(found.accounts), list(found.steps), found.told) == (
        list(given.accounts),
        list(given.steps),
        given.told,
    )
    assert report(found, plain("ind")).alerts == report(given, plain("ind")).alerts
    cut = files.read(path, START + 10 * DAY, START + 15 * DAY)
    assert (cut.since, cut.until, len(cut.steps)) == (START + 10 * DAY, START + 15 * DAY, 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "export-history"), (b"{}\n", "export-history"), (b"nonsense\n", ":1: not a line"), (b"\x80\x81\n", "not a line"),
        (b'{"format":"signalwatch-history","version":9,"since":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z"}\n', "version 9"),
        (b'{"format":"signalwatch-history","version":1,"since":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z"}\n["step",{}]\n', ":2: not a line"),
        (b'{"format":"signalwatch-history","version":1,"since":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z"}\n["thing",{}]\n', "kind 'thing'"),
    ],
)  # fmt: skip
def test_other_files_are_refused_by_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"x\.jsonl") as error:
        files.read(path)

    assert words in str(error.value)


def test_a_cut_off_compressed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.gz"
    files.write(history_of([step("ind_clearance", d) for d in range(20)], [account("acme")]), path)
    path.write_bytes(path.read_bytes()[:200])

    with pytest.raises(UsageError, match="broken"):
        files.read(path)
    path.write_bytes(gzip.compress(b"")[:4])
    with pytest.raises(UsageError):
        files.read(path)


# --- git ----------------------------------------------------------------------------------------------------------------


def git(folder: Path, *args: str) -> None:
    subprocess.run(
        ["git", "-C", str(folder), "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *args],
        check=True,
        capture_output=True,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two revisions of a rules folder."""
    top = tmp_path / "repo"
    (top / "ops" / "rules" / "elevation").mkdir(parents=True)
    for name, content in texts().items():
        (top / "ops" / "rules" / name).write_text(content, "utf-8")
    subprocess.run(["git", "init", "-q", "-b", "main", str(top)], check=True)
    git(top, "add", ".")
    git(top, "commit", "-qm", "one")
    (top / "ops" / "rules" / "elevation" / "rules.yaml").write_text("- { id: other, when: ipo }\n", "utf-8")
    git(top, "commit", "-qam", "two")
    return top


def test_rule_files_of_a_revision_are_read_without_a_checkout(repository: Path) -> None:
    folder = repository / "ops" / "rules"
    before = {p: p.read_bytes() for p in folder.rglob("*.yaml")}
    old = revisions.read("HEAD~1", folder)

    assert b"any-ind" in old["elevation/rules.yaml"]
    assert revisions.read("main:ops/rules", repository)["elevation/rules.yaml"] == b"- { id: other, when: ipo }\n"
    assert {p: p.read_bytes() for p in folder.rglob("*.yaml")} == before
    status = subprocess.run(["git", "-C", str(repository), "status", "--porcelain"], capture_output=True, check=True)
    assert status.stdout == b""


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("nosuch", "neither a folder nor a revision"),
        ("HEAD:elsewhere", "no folder"),
        ("--output=x", "neither a folder"),
    ],
)
def test_revisions_that_do_not_exist(repository: Path, spec: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        revisions.read(spec, repository / "ops" / "rules")


def test_a_folder_that_is_no_repository_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no git repository"):
        revisions.read("HEAD", tmp_path)
    assert revisions.author(tmp_path)


def test_the_author_is_the_last_committer_of_the_folder(repository: Path) -> None:
    folder = repository / "ops" / "rules"
    assert revisions.author(folder) == "Ada <ada@example.org>"

    git(repository, "config", "user.name", "Ben")
    (folder / "tiers.yaml").write_text((folder / "tiers.yaml").read_text("utf-8") + "# edited\n", "utf-8")
    assert revisions.author(folder) == "Ben (not committed)"


# --- promotion ------------------------------------------------------------------------------------------------------------

SHADOW = """\
# what we try out
- id: first
  status: live
  when: ipo

- id: tried          # since March
  title: Tried "out"
  status:   shadow   # keep this comment
  when: trial_start
  examples:
    - { given: [{ at: 0d, event: trial_start }], expect: { fires: 0d } }
    - { given: [{ at: 0d, event: ipo }], expect: silent }
- { id: flow, status: "shadow", when: ipo, examples: [{ given: [{ at: 0d, event: ipo }], expect: { fires: 0d } }, { given: [{ at: 0d, event: trial_start }], expect: silent }] }
- { id: bare, status: shadow, when: ipo }
- id: wrong
  status: shadow
  when: ipo
  examples:
    - { given: [{ at: 0d, event: ipo }], expect: { fires: 0d } }
    - { given: [{ at: 0d, event: ipo }], expect: silent }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A rules folder with rules in shadow."""
    out = tmp_path / "rules"
    for name, content in {**texts(), "elevation/rules.yaml": SHADOW}.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(content, "utf-8")
    return out


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("tried", "  status:   shadow   # keep", "  status:   live   # keep"),
        ("flow", 'status: "shadow"', 'status: "live"'),
    ],
)
def test_promotion_changes_one_word(folder: Path, rule: str, old: str, new: str, ending: str) -> None:
    path = folder / "elevation" / "rules.yaml"
    path.write_bytes(SHADOW.replace("\n", ending).encode())
    path.chmod(0o640)
    prepared = promoting.promotion(folder, load_pack(folder), rule)
    before = path.read_bytes()
    assert [line[0] for line in prepared.diff.splitlines() if line[0] in "+-"] == ["-", "+", "-", "+"]
    assert before == path.read_bytes()  # nothing is written yet

    promoting.write(prepared)
    assert path.read_bytes().decode() == SHADOW.replace(old, new).replace("\n", ending)
    assert path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in path.parent.iterdir()] == ["rules.yaml"]
    found = load_pack(folder).rule(rule)
    assert found is not None
    assert found.status == "live"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("first", "is live, not shadow"),
        ("bare", "needs an example"),
        ("wrong", "an example of wrong fails"),
        ("tryed", 'did you mean "tried"'),
    ],
)
def test_what_cannot_be_promoted_says_why(folder: Path, rule: str, words: str) -> None:
    before = (folder / "elevation" / "rules.yaml").read_bytes()
    with pytest.raises(UsageError, match=words):
        promoting.promotion(folder, load_pack(folder), rule)

    assert (folder / "elevation" / "rules.yaml").read_bytes() == before
    shutil.rmtree(folder)
