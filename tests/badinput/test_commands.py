"""Wrong settings, databases and files: one message that says what, where and what to do; never a traceback.

Exit codes: 1 found problems, 2 wrong use.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.outside import Ran, command

Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, lean_rules: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """``run(settings, *command)``: a command on these settings (text without rules and database gets both)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SIGNALWATCH_NO_SUCH_SECRET", raising=False)
    path = tmp_path / "signalwatch.yaml"

    def call(settings: str | bytes, *args: str) -> Ran:
        if isinstance(settings, str) and "rules:" not in settings:
            settings = f"rules: {lean_rules}\n{settings}"
        if isinstance(settings, str) and "database:" not in settings:
            settings = f"database: sqlite:///here.db\n{settings}"
        path.write_bytes(settings.encode() if isinstance(settings, str) else settings)
        return command(capsys, path, *args)

    return call


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("databse: x\n", ["unknown key 'databse'", 'did you mean "database"']),
        ("contact: [\n", ["not valid YAML"]),
        ("contact:\n\t- b\n", ["tab"]),
        ("contact: a@b.co\ncontact: c@d.co\n", ["duplicate key", "line 3"]),
        ("contact: nobody\n", ["'nobody' is no e-mail address"]),
        ("contact: 'x\x00y'\n", ["control character NUL"]),
        ("contact: &a [*a]\n", ["anchors are not allowed"]),
        ("contact: !!python/object/apply:os.system ['true']\n", ["a tag"]),
        ("http: 5\nservice: {workers: many, tick: 5}\n", ["http", "service.workers", "is not a duration"]),
        ("service: {listen: nonsense}\n", ["service.listen", "host:port"]),
        ("service: {lease: 99999999999w}\n", ["service.lease", "hundred years"]),
        ("sources: [{id: a, connector: fedes}]\n", ["fedes", "feeds"]),
        ("sources: [{id: a, connector: edgar}]\n", ["contact is missing", "SEC"]),
        ("sources: [{id: a, connector: feeds, settings: {feeds: [{name: x}]}}]\n", ["url"]),
        ("channels: {bd: {notifier: slak}}\n", ["slak", "slack"]),
        ("channels: {bd: {notifier: slack, webhook_url: '${SIGNALWATCH_NO_SUCH_SECRET}'}}\n",
         ["SIGNALWATCH_NO_SUCH_SECRET is not set", "export"]),
        ("channels: {bd: {notifier: slack, token_file: absent.txt}}\n", ["secret file cannot be read", "absent.txt"]),
        ("rules: nowhere\n", ["nowhere", "the rules folder cannot be read"]),
        ("accounts: nowhere.csv\n", ["nowhere.csv", "cannot be read"]),
    ],
)  # fmt: skip
def test_wrong_settings_stop_check_and_start_with_the_same_words(run: Run, settings: str, said: list[str]) -> None:
    for args in (["check"], ["run", "--once"]):
        ran = run(settings, *args)

        assert ran.code == 1
        assert [word for word in said if word not in ran.said] == []


@pytest.mark.parametrize("content", [b"", b"- a\n", b"5", b"\xff\xfea\x00", b"contact: '\xe9'\n", b"a: " + b"[" * 3000])
def test_files_that_are_no_settings(run: Run, content: bytes) -> None:
    ran = run(content, "status")

    assert ran.code == 1
    assert "signalwatch.yaml" in ran.err


def test_a_missing_settings_file_says_how_to_get_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = command(capsys, tmp_path / "absent.yaml", "status")

    assert (ran.code, "signalwatch init" in ran.err) == (1, True)


def test_good_settings_are_said_to_be_good(run: Run) -> None:
    assert run("contact: ops@example.com\n", "check").code == 0
    assert run("contact: ops@example.com\n", "run", "--once").code == 0


# --- databases --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///folder", "is a folder"),
        ("sqlite:///words.txt", "not a database"),
        ("sqlite:///words.txt/x.db", "does not exist"),
        ("sqlite:///no/such/x.db", "create it first"),
        ("mysql://a@b/c", "use sqlite:///file or postgresql://"),
        ("nonsense", "sqlite:///"),
        ("postgresql://nobody:s3cret@127.0.0.1:1/none", "cannot be reached"),
    ],
)
def test_unusable_databases(run: Run, tmp_path: Path, url: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "words.txt").write_text("no database at all, only words " * 100, "utf-8")
    for args in (["status"], ["check"], ["run", "--once"], ["accounts", "list"]):
        ran = run(f"database: {url}\n", *args)

        assert ran.code == 1
        assert said in ran.said
        assert "s3cret" not in ran.said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere: a read-only folder refuses it nothing")
def test_a_read_only_folder(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "readonly"
    folder.mkdir(mode=0o500)
    ran = run("database: sqlite:///readonly/x.db\n", "status")

    assert ran.code == 1
    assert "written to" in ran.err


def test_a_place_where_no_file_can_be_made(run: Run) -> None:
    ran = run("database: sqlite:////proc/x.db\n", "status")

    assert ran.code == 1
    assert "/proc/x.db" in ran.err


@pytest.mark.parametrize("args", [["check"], ["status"], ["run", "--once"], ["db", "upgrade"], ["db", "check"]])
def test_a_database_of_a_newer_program_is_left_alone(
    run: Run, tmp_path: Path, sqlite_url: str, args: list[str]
) -> None:
    path = tmp_path / "newer.db"
    shutil.copy(sqlite_url.removeprefix("sqlite:///"), path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'v9999'")
    connection.close()
    before = path.read_bytes()
    ran = run("database: sqlite:///newer.db\n", *args)

    assert ran.code == 1
    assert "made by a newer signalwatch (schema v9999" in ran.said
    assert path.read_bytes() == before


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"foo,bar\n1,2\n", "no column 'name'"),
        (b"<html><body>Sign in</body></html>", "no column 'name'"),
        (bytes(range(256)) * 20, "NUL bytes"),
        (b'name,owner\n"Abc,x\nDef,y\n', "cannot be read"),
        (b"name,owner\n" + b"x" * 10_000_000 + b",y\nGood Pharma,z\n", "a.csv:2"),
        (b"account_id,name\na,One\na,Two\n", "already given in line 2"),
        (b"name,name\na,b\n", "two columns"),
        (b"name,cik\nGood Pharma,1\nBad Pharma,x1y\n", "a.csv:3"),
    ],
)
def test_malformed_account_lists(run: Run, tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    ran = run("", "accounts", "import", "a.csv")

    assert ran.code == 1
    assert said in ran.said
    assert "a.csv" in ran.said
    if b"Good Pharma" in content:
        assert "added 1" in ran.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no row"),
        (b"nope\n", "not a JSON object"),
        (b"[1]\n", "not a JSON object"),
        (b'{"title":"caf\xe9"}\n', "x.jsonl:1:1"),
        (b"{}\n", "lacks something"),
        (b'{"id":"a","date":"2026-01-01","title":"t","events":[{"companies":[]}]}\n', "type"),
        (b'{"a":' * 5000, "x.jsonl:1:1"),
    ],
)
def test_malformed_labels(run: Run, tmp_path: Path, lean_rules: Path, content: bytes, said: str) -> None:
    (tmp_path / "x.jsonl").write_bytes(content)
    for args in (["detection", "x.jsonl"], ["stories", "x.jsonl", "--pairs", "x.jsonl"]):
        ran = run("", "evaluate", *args, "--rules", str(lean_rules))

        assert ran.code == 1
        assert said in ran.said


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("elevation/extra.yaml", "- id: x\n  wehn: {}\n", ["extra.yaml:2", "wehn"]),
        ("elevation/extra.yaml", "- id: [\n", ["extra.yaml", "not valid YAML"]),
        ("tiers.yaml", "tiers: nonsense\n", ["tiers.yaml:1"]),
        ("families.yaml", "- ]\n", ["families.yaml:1"]),
        ("triggers/funding_round.yaml", "type: nothing_like_this\n", ["funding_round.yaml"]),
        ("routes.yaml", "route: {receivers: [ghost]}\n", ["routes.yaml", "ghost"]),
    ],
)  # fmt: skip
def test_malformed_rules(run: Run, tmp_path: Path, lean_rules: Path, file: str, content: str, said: list[str]) -> None:
    shutil.copytree(lean_rules, tmp_path / "rules")
    (tmp_path / "rules" / file).write_text(content, "utf-8")
    for args in (["rules", "check"], ["check"], ["run", "--once"]):
        ran = run("rules: rules\n", *args)

        assert ran.code == 1
        assert [word for word in said if word not in ran.said] == []


# --- wrong use --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["nonsense"], "No such command"),
        (["explain"], "say --verify to make all decisions again"),
        (["explain", "x"], "there is no decision"),
        (["why-not", "--account", "nobody"], "there is no account 'nobody'"),
        (["events", "show", "x"], "there is no event 'x'"),
        (["events", "list", "--since", "nonsense"], "neither a date"),
        (["events", "list", "--since", "99999999999w"], "neither a date"),
        (["backfill", "nosource", "--since", "5d"], "there is no source"),
        (["alert", "test", "none"], "there is no channel"),
        (["outbox", "retry", "x"], "none of these"),
        (["outbox", "drop", "x"], "none of these"),
        (["recommendations", "show", "x"], "there is no recommendation"),
        (["accounts", "show", "x"], "there is no account"),
        (["accounts", "add", ""], "is no name"),
        (["accounts", "import", "absent.csv"], "absent.csv"),
        (["review", "confirm", "x", "--by", "a"], "there is no review"),
        (["routes", "test", "--at", "xx"], "is no time like"),
        (["rules", "explain", "none", "--account", "a"], "there is no rule"),
        (["reprocess", "--since", "9999999999d"], "neither a date"),
        (["demo", "--days", "1"], "not in the range"),
    ],
)
def test_wrong_use_is_exit_code_2(run: Run, args: list[str], said: str) -> None:
    ran = run("", *args)

    assert ran.code == 2
    assert said in ran.err


def test_a_file_that_cannot_be_written_is_named(run: Run) -> None:
    ran = run("", "accounts", "export", "no/such/folder.csv")

    assert (ran.code, "no/such/folder.csv: No such file or directory" in ran.err) == (1, True)


def test_labels_without_a_single_event_are_scored_too(run: Run, tmp_path: Path, lean_rules: Path) -> None:
    row = {"id": "a", "date": "2026-01-01", "title": "Markets close mixed", "events": []}
    (tmp_path / "x.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    for extra in ([], ["--json"], ["--attributes", "--errors", "3"]):
        ran = run("", "evaluate", "detection", "x.jsonl", "--rules", str(lean_rules), *extra)

        assert ran.code == 0
    assert (
        json.loads(run("", "evaluate", "detection", "x.jsonl", "--rules", str(lean_rules), "--json").out)["items"] == 1
    )
