"""Settings: strict, every problem at once with its place, secrets from outside and never repeated."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest

from signalwatch import config
from signalwatch.errors import ConfigError

GOOD = """
contact: ops@example.com
database: sqlite:///here.db
sources:
  - id: news
    connector: feeds
    every: 30m
    settings:
      feeds:
        - {name: wire, url: https://example.com/feed.xml}
channels:
  out: {notifier: console, folder: alerts}
operator: {channel: out, recipient: ops}
"""


def load(text: str, folder: Path, **env: str) -> config.Configuration:
    return config.load_text(text, "signalwatch.yaml", folder, env=env)


def problems(text: str, folder: Path, **env: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(text, folder, **env)
    return [str(p) for p in caught.value.problems]


def test_a_feed_list_becomes_one_source_per_feed(tmp_path: Path) -> None:
    loaded = load(GOOD, tmp_path)

    assert [s.source_id for s in loaded.sources] == ["news/wire"]
    assert loaded.sources[0].every == timedelta(minutes=30)
    assert loaded.database_url == f"sqlite:///{(tmp_path / 'here.db').resolve()}"


def test_unknown_keys_are_named_with_place_and_nearest_word(tmp_path: Path) -> None:
    found = problems(GOOD.replace("database:", "databse:"), tmp_path)

    assert len(found) == 1
    assert found[0].startswith("signalwatch.yaml:3:1: error: unknown key 'databse'")
    assert "database" in found[0]


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    text = (
        GOOD.replace("every: 30m", "every: 30")
        .replace("connector: feeds", "connector: fedes")
        .replace("id: news", "id: News!")
    )
    found = problems(text, tmp_path)

    assert any("30" in p and "duration" in p for p in found)
    assert any("id" in p for p in found)


def test_an_unknown_connector_says_which_there_are(tmp_path: Path) -> None:
    found = problems(GOOD.replace("connector: feeds", "connector: fedes"), tmp_path)

    assert "fedes" in found[0]
    assert "clinicaltrials" in found[0]


def test_edgar_refuses_to_start_without_a_contact(tmp_path: Path) -> None:
    text = "sources:\n  - {id: sec, connector: edgar}\n"
    found = problems(text, tmp_path)

    assert any("contact is missing" in p for p in found)


def test_a_missing_secret_stops_the_start_and_names_the_variable(tmp_path: Path) -> None:
    text = GOOD + "  \n"
    text = text.replace("channels:\n", "channels:\n  bd: {notifier: slack, webhook_url: '${SLACK_URL}'}\n")
    found = problems(text, tmp_path)

    assert any("SLACK_URL" in p and "not set" in p for p in found)


def test_a_secret_never_stands_in_an_error_or_a_repr(tmp_path: Path) -> None:
    secret = "https://hooks.slack.com/services/T0/B0/very-secret-tail"
    text = GOOD.replace("channels:\n", "channels:\n  bd: {notifier: slack, webhook_url: '${SLACK_URL}', oops: 1}\n")
    found = problems(text, tmp_path, SLACK_URL=secret)

    assert "very-secret-tail" not in "\n".join(found)
    loaded = load(text.replace(", oops: 1", ""), tmp_path, SLACK_URL=secret)
    assert "very-secret-tail" not in repr(loaded.channels["bd"])
    assert "very-secret-tail" not in repr(loaded.channels["bd"].config)


def test_a_secret_file_is_read_and_a_missing_one_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "token.txt").write_text("xoxb-from-file\n")
    text = GOOD.replace("channels:\n", "channels:\n  bd: {notifier: slack, token_file: token.txt}\n")

    assert "bd" in load(text, tmp_path).channels
    found = problems(text.replace("token.txt", "absent.txt"), tmp_path)
    assert any("secret file cannot be read" in p for p in found)


def test_a_channel_without_notifier_and_a_wrong_operator_channel(tmp_path: Path) -> None:
    text = GOOD.replace("out: {notifier: console,", "out: {").replace("channel: out", "channel: owt")
    found = problems(text, tmp_path)

    assert any("names no notifier" in p for p in found)
    assert any("no channel 'owt'" in p for p in found)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "a: [1,\n", "\x00", "contact: &x y\nother: *x\n"])
def test_odd_files_give_config_errors_or_defaults_only(text: str, tmp_path: Path) -> None:
    found: tuple[object, ...] = ()
    loaded = None
    with contextlib.suppress(ConfigError):
        loaded = load(text, tmp_path)
    if loaded is None:
        with pytest.raises(ConfigError) as caught:
            load(text, tmp_path)
        found = caught.value.problems

    assert found or (loaded is not None and loaded.sources == ())


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="signalwatch init"):
        config.load(tmp_path / "absent.yaml")


@pytest.mark.parametrize(
    ("text", "expected"), [("30s", 30), ("15m", 900), ("2h", 7200), ("4d", 345600), ("1w", 604800)]
)
def test_durations(text: str, expected: int) -> None:
    assert config.duration(text).total_seconds() == expected


@pytest.mark.parametrize("text", ["30", "", "1 month", "m", "-5m", None, 5])
def test_durations_without_unit_are_refused(text: object) -> None:
    with pytest.raises(ValueError, match="duration"):
        config.duration(text)
