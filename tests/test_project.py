"""The project itself: what may not stand in it, and what must agree."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest

from tests.data import ROOT

HOSTS = re.compile("pypi" + r"\.org|python" + "hosted|registry" + r"\.npmjs|deb\.deb" + "ian", re.IGNORECASE)
PATHS = re.compile(r"(^|[^A-Za-z0-9_.])/(" + "wo" + r"rk|ro" + "ot)/")
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".txt",
    ".in",
    ".sh",
    ".json",
    ".html",
    ".mako",
    ".cfg",
    "",
    ".j2",
    ".csv",
}


def tracked() -> list[str]:
    """Files that git tracks; skipped in an export without .git."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout: the list of tracked files is not known")
    return [name for name in done.stdout.split("\0") if name]


def test_no_registry_host_and_no_machine_path_in_tracked_files() -> None:
    found = []
    for name in tracked():
        path = ROOT / name
        if path.suffix not in TEXT or not path.is_file():
            continue
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
            if HOSTS.search(line) or PATHS.search(line):
                found.append(f"{name}:{number}: {line[:100]}")

    assert found == []


def test_requirements_name_what_pyproject_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    run = {line.strip() for line in (ROOT / "requirements" / "run.in").read_text("utf-8").splitlines()}
    dev = {line.strip() for line in (ROOT / "requirements" / "dev.in").read_text("utf-8").splitlines()}

    assert set(project["dependencies"]) | set(optional["postgres"]) | set(optional["web"]) <= run
    assert set(optional["dev"]) <= dev


@pytest.mark.parametrize("name", ["run", "dev"])
def test_every_pin_has_a_hash(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    blocks = re.split(r"\n(?=\S)", text)
    pins = [b for b in blocks if re.match(r"[A-Za-z0-9]", b)]

    assert pins
    assert [b.splitlines()[0] for b in pins if "--hash=sha256:" not in b] == []


def test_help_imports_nothing_heavy() -> None:
    """`signalwatch --help` answers in well under 0.3 s because it imports click and nothing of the stages."""
    code = (
        "import sys\n"
        "from signalwatch.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'sqlmodel', 'sqlalchemy', 'requests', 'pydantic', 'lxml', 'feedparser', 'apscheduler'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "recommendations" in done.stdout
