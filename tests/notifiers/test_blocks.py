"""Slack's limits hold for whatever a dossier says, and nothing in it can ping or link."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signalwatch.model import Action, Change, Dossier, Evidence, RuleOutcome, ScoreLine
from signalwatch.notifiers.blocks import escape, fit, link, slack_message
from tests.notifiers.samples import bare, dossier
from tests.notifiers.test_render import dossiers

ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")


def texts(node: Any) -> list[dict[str, Any]]:
    """All text objects of some blocks."""
    if isinstance(node, list):
        return [t for n in node for t in texts(n)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("type") in ("mrkdwn", "plain_text") else []
    return own + [t for value in node.values() for t in texts(value)]


def check(blocks: list[dict[str, Any]], text: str) -> None:
    """All documented limits, and Slack's escaping."""
    assert len(blocks) <= 50
    assert len(json.dumps(blocks, ensure_ascii=False)) <= 13_000
    assert 0 < len(text) <= 4_000
    assert not ENTITY.search(text)
    for block in blocks:
        if block["type"] == "header":
            assert 0 < len(block["text"]["text"]) <= 150
            assert block["text"]["type"] == "plain_text"
        elif block["type"] == "section":
            assert ("text" in block) != ("fields" in block)
            if "text" in block:
                assert 0 < len(block["text"]["text"]) <= 3_000
            for field in block.get("fields", []):
                assert 0 < len(field["text"]) <= 2_000
            assert len(block.get("fields", [])) <= 10
        elif block["type"] == "context":
            assert 1 <= len(block["elements"]) <= 10
        elif block["type"] == "actions":
            assert 1 <= len(block["elements"]) <= 25
            ids = [e["action_id"] for e in block["elements"]]
            assert len(ids) == len(set(ids))
            for button in block["elements"]:
                assert 0 < len(button["text"]["text"]) <= 75
                assert 0 < len(button["action_id"]) <= 255
                assert len(button.get("value", "")) <= 2_000
                assert len(button.get("url", "")) <= 3_000
                assert button.get("style", "primary") in ("primary", "danger")
        else:
            raise AssertionError(block["type"])
    for entry in texts(blocks):
        if entry["type"] == "mrkdwn":
            assert not ENTITY.search(entry["text"])
            for opened in re.findall(r"<([^>]*)", entry["text"]):
                assert opened.startswith(("https://", "http://", "!date^"))


@pytest.mark.slow
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(dossiers, min_size=1, max_size=6), st.sampled_from(["alert", "digest", "summary"]), st.booleans())
def test_limits_hold_for_anything(many: list[Dossier], kind: str, buttons: bool) -> None:
    text, blocks = slack_message(kind, many, buttons=buttons, message_id="m" * 40)

    check(blocks, text)


@pytest.mark.slow
def test_limits_hold_at_the_largest() -> None:
    long, url = "wörd & <tag> " * 800, "https://x.example/" + "a" * 2_800
    huge = dossier(
        headline=long, what=long, account_name=long, owner=long, program=long, play=long, first_step=long,
        changes=tuple(Change(field=f"f{i}{long}", before=long, after=long) for i in range(40)),
        evidence=tuple(Evidence(title=long, url=url + str(i), quote=long, source=long) for i in range(20)),
        disagreements=tuple(Change(field=long, before=long, after=long) for _ in range(20)),
        arithmetic=tuple(ScoreLine(label=long, points=i, counts=i / 2) for i in range(60)),
        rules=tuple(RuleOutcome(rule_id=f"r{i}", fired=True, title=long, because=long) for i in range(20)),
        personas_known=(long,) * 30, personas_missing=(long,) * 30, notes=(long,) * 30,
        actions=tuple(Action(action_id=f"a{i}", label=long, url=url, value=long) for i in range(40)),
    )  # fmt: skip
    for many in ([huge], [huge] * 3, [huge] * 300):
        for buttons in (True, False):
            text, blocks = slack_message("alert", many, buttons=buttons, message_id="m" * 64)
            check(blocks, text)


def test_an_ordinary_alert_is_shown_in_full() -> None:
    text, blocks = slack_message("recommendation", [dossier()], buttons=True)
    shown = "\n".join(t["text"] for t in texts(blocks))

    for wanted in (
        "Qorvexa Bio: raised money (USD 120M, series C)", "• phase: 1 → *2*", "tier 3 (programmatic) → tier 2 (scale)",
        "*Why:* Late-stage money - USD 120M series C", "+40 Phase 2 start (counts +36.5); −35 Layoffs",
        "41.5 → 78 (threshold 50)", "*Unknown:* size, outsourcing",
        "<https://news.example.com/q?a=1&amp;b=2|Qorvexa closes Series C>", ">closed a USD 120 million Series C financing",
        "<!date^1791025200^{date_short_pretty}, {time}|Sat 3 Oct 2026, 11:00 UTC>", "happened Sat 3 Oct 2026 ·",
    ):  # fmt: skip
        assert wanted in shown, wanted
    assert text.startswith("[signalwatch] Qorvexa Bio")
    (actions,) = [b for b in blocks if b["type"] == "actions"]
    assert [(e["action_id"], e.get("style"), e["value"]) for e in actions["elements"]] == [
        ("approve", "primary", "rec-1"), ("why", None, "dec-1"),
    ]  # fmt: skip


def test_without_buttons_actions_are_links_and_commands() -> None:
    _, blocks = slack_message("recommendation", [dossier()], buttons=False)
    shown = "\n".join(t["text"] for t in texts(blocks))

    assert not any(b["type"] == "actions" for b in blocks)
    assert "<https://sw.example.com/r/1|Approve> · Why this alert: `signalwatch explain dec-1`" in shown


def test_pings_and_links_in_data_are_inert() -> None:
    _, blocks = slack_message(
        "operator", [bare(headline="<!channel> & <@U123>", what="<https://evil.example|click>")], buttons=True
    )
    shown = [t["text"] for t in texts(blocks) if t["type"] == "mrkdwn"]

    assert "&lt;https://evil.example|click&gt;" in shown


def test_a_digest_that_does_not_fit_counts_the_rest() -> None:
    many = [dossier(headline=f"Company {i} raised money", what="w " * 200) for i in range(300)]
    _, blocks = slack_message("digest", many, buttons=True)
    shown = "\n".join(t["text"] for t in texts(blocks))

    told = len(re.findall(r"Company \d+ raised money", shown))
    (rest,) = re.findall(r"and (\d+) more", shown)
    assert told + int(rest) == 300


@given(st.text(alphabet=st.sampled_from("ab &<>;é "), max_size=200), st.integers(5, 60))
def test_fit_never_cuts_an_entity(text: str, limit: int) -> None:
    out = fit(text, limit)

    assert len(out) <= limit
    assert not ENTITY.search(out)
    if len(escape(text)) <= limit:
        assert out == escape(text)


def test_a_label_cannot_break_out_of_its_link() -> None:
    assert link("https://x.example/?a=1&b=2", "a|b > <c>") == "<https://x.example/?a=1&amp;b=2|a/b ) (c)>"
    assert link("", "a|b") == "a/b"


def test_a_report_to_the_operator_stands_in_fixed_width_and_cannot_leave_it() -> None:
    _, blocks = slack_message(
        "operator", [bare(what="refused:\na.yaml:1:1: error: <!channel>\n    ```x\n    ^")], buttons=True
    )
    [report] = [b["text"]["text"] for b in blocks if b["type"] == "section" and b["text"]["text"].startswith("```")]

    assert report == "```\na.yaml:1:1: error: &lt;!channel&gt;\n    '''x\n    ^\n```"
