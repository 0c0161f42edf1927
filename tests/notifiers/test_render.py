"""What a person reads: complete, checkable, nothing invented, nothing dangerous."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import lxml.html
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signalwatch.model import Action, Change, Dossier, Evidence, Recommendation, RuleOutcome, ScoreLine
from signalwatch.notifiers import render, words
from tests.notifiers.samples import WHEN, bare, dossier


def text_of(html: str) -> str:
    return " ".join(lxml.html.fromstring(html).text_content().split())


def test_an_alert_holds_everything_a_rep_acts_on() -> None:
    subject, text, html = render.message("recommendation", [dossier()], zone="America/New_York")

    assert subject == "[signalwatch] Qorvexa Bio: raised money (USD 120M, series C) (tier 3 → 2?)"
    for wanted in (
        "Qorvexa Bio closed a USD 120 million Series C",
        "tier 3 (programmatic) → tier 2 (scale)",
        "Dana Rivers",
        "QRX-214 · lupus · phase 2",
        "engagement",
        "Ask the VP Clinical Operations for the site plan",
        "VP Clinical Operations",
        "Procurement, CMC",
        "Late-stage money",
        "USD 120M series C and a new trial",
        "+40",
        "Phase 2 start",
        "counts +36.5",
        "−35",
        "41.5 → 78 (threshold 50)",
        "0.72 as oncology",
        "size, outsourcing",
        "closed a USD 120 million Series C financing",
        "120,000,000 / 118,000,000",
        "Sat 3 Oct 2026, 07:00 EDT",
        "Sat 3 Oct 2026, 08:01 EDT",
        "signalwatch explain dec-1",
        "Named as 'Qorvexa'; matched by alias",
    ):
        assert wanted in text, wanted
        assert wanted in text_of(html), wanted
    assert "https://news.example.com/q?a=1&b=2" in text
    assert 'href="https://news.example.com/q?a=1&amp;b=2"' in html
    assert "phase: 1 -> 2" in text
    assert "stayed silent" not in text + html


def test_a_day_is_not_moved_by_a_zone() -> None:
    _, text, _ = render.message("alert", [dossier()], zone="America/Los_Angeles")

    assert "happened   Sat 3 Oct 2026\n" in text


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Berlin", "Sat 3 Oct 2026, 13:00 CEST"),
        ("Asia/Tokyo", "Sat 3 Oct 2026, 20:00 JST"),
        ("America/Sao_Paulo", "Sat 3 Oct 2026, 08:00 UTC-03"),
        ("Nowhere/Land", "Sat 3 Oct 2026, 11:00 UTC"),
        ("", "Sat 3 Oct 2026, 11:00 UTC"),
    ],
)
def test_times_carry_their_zone(zone: str, expected: str) -> None:
    assert words.moment(WHEN, words.zone_named(zone)) == expected


def test_the_same_dossiers_give_the_same_bytes() -> None:
    assert render.message("alert", [dossier()], zone="UTC") == render.message("alert", [dossier()], zone="UTC")


@pytest.mark.parametrize(
    ("kind", "subject", "banner"),
    [
        ("correction", "[signalwatch] Correction: Qorvexa Bio: raised", "CORRECTION"),
        ("update", "[signalwatch] Update: Qorvexa Bio: raised", "UPDATE"),
        ("alert", "[signalwatch] Qorvexa Bio: raised", ""),
    ],
)
def test_kinds_are_told_in_subject_and_text(kind: str, subject: str, banner: str) -> None:
    got, text, html = render.message(kind, [dossier(kind=kind)])

    assert got.startswith(subject)
    assert banner in text
    assert banner in text_of(html)


def test_a_correction_named_so_already_is_not_named_twice() -> None:
    subject, _, _ = render.message("correction", [dossier(kind="correction", headline="Correction - Qorvexa: x")])

    assert subject.count("orrection") == 1


def test_a_late_alert_says_how_late() -> None:
    late = dossier(late=True, first_seen_at=WHEN + timedelta(days=12))

    assert "LATE: it reached us 12 days after it was published." in render.message("alert", [late])[1]


def test_a_negative_signal_says_so() -> None:
    assert "NEGATIVE for a vendor" in render.message("alert", [dossier(polarity="negative")])[1]


def test_operator_trouble_and_its_end() -> None:
    subject, text, html = render.message("operator", [bare(what="no answer for 3 hours")])
    resolved, _, _ = render.message("resolve", [bare(kind="resolve")])

    assert subject == "[signalwatch ops] source wire-a is stale"
    assert resolved == "[signalwatch ops] Resolved: source wire-a is stale"
    assert "no answer for 3 hours" in text
    for empty in ("Account", "Arithmetic", "Why", "Evidence", "Times", "Do", "None", "Unknown"):
        assert empty not in text
        assert empty not in text_of(html)


def test_nothing_said_is_not_shown_as_a_value() -> None:
    _, text, _ = render.message(
        "alert", [dossier(changes=(Change(field="enrollment_count", before=None, after=12_000),))]
    )

    assert "enrollment count: not stated -> 12,000" in text


@pytest.mark.parametrize(
    ("kind", "swap", "words"),
    [
        ("swap", "Perq Tx", "as a swap; Perq Tx would step down"),
        ("waiting_list", "", "waiting list for tier 2 (scale)"),
        ("new_account", "", "new account in tier 2 (scale)"),
        ("exclude", "", "exclude from the list"),
    ],
)
def test_every_kind_of_recommendation_has_its_words(kind: Any, swap: str, words: str) -> None:
    proposal = Recommendation(recommendation_id="r", account_id="a", kind=kind, from_tier=3, to_tier=2, swap_with=swap)

    assert words in render.message("recommendation", [dossier(recommendation=proposal)])[1]


def test_a_fragment_is_shown_as_the_headline_it_is_from() -> None:
    found = Evidence(title="Qorvexa Bio trims headcount in a cost-saving push", url="https://x.example/1")
    _, text, _ = render.message("alert", [dossier(what="trims headcount", evidence=(found,))])

    assert text.splitlines()[2] == "Qorvexa Bio trims headcount in a cost-saving push"


def test_long_arithmetic_keeps_the_weighty_lines_and_sums_the_rest() -> None:
    lines = tuple(ScoreLine(label=f"line {i}", points=i, counts=i) for i in range(1, 31))
    _, text, _ = render.message("alert", [dossier(arithmetic=lines)])

    assert "line 30" in text
    assert "line 20\n" not in text
    assert "20 smaller ones, together +210" in text


def test_overlong_lists_say_what_is_left_out() -> None:
    many = dossier(
        evidence=tuple(Evidence(title=f"e{i}", url=f"https://x.example/{i}") for i in range(9)),
        notes=tuple(f"note {i}" for i in range(12)),
    )
    _, text, _ = render.message("alert", [many])

    assert "4 more pieces of evidence not shown" in text
    assert "4 more notes not shown" in text


def test_a_digest_groups_by_account_and_counts_what_it_leaves_out() -> None:
    many = [dossier(headline=f"Company {i}: raised money", account_name=f"Company {i % 40}") for i in range(400)]
    subject, text, html = render.message("digest", many)

    assert subject.startswith("[signalwatch] Digest: 400 signals at 40 accounts: Company 0, Company 1")
    assert len(subject) <= 100
    assert "Company 30: raised money" in text
    assert "and 225 more" in text
    assert "and 225 more" in text_of(html)
    assert len(html.encode()) < 100_000


def test_three_dossiers_travel_in_full() -> None:
    _, text, _ = render.message("alert", [dossier(), dossier(), dossier()])

    assert text.count("Arithmetic") == 3


def test_no_dossier_is_no_message() -> None:
    with pytest.raises(ValueError, match="at least one"):
        render.message("alert", [])


EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><b>&amp;{{ 7*7 }}{% raw %}"


def test_nothing_in_a_dossier_becomes_markup() -> None:
    d = dossier(
        headline=EVIL, what=EVIL, account_name=EVIL, owner=EVIL, program=EVIL, play=EVIL, first_step=EVIL, notes=(EVIL,),
        changes=(Change(field=EVIL, before=EVIL, after=[EVIL]),), personas_known=(EVIL,), personas_missing=(EVIL,),
        evidence=(Evidence(title=EVIL, url="https://x.example/?q=<script>", quote=EVIL, source=EVIL),
                  Evidence(title="t", url="javascript:alert(1)"), Evidence(title="t", url='https://x.example/" onclick="x')),
        rules=(RuleOutcome(rule_id=EVIL, fired=True, title=EVIL, because=EVIL),),
        actions=(Action(action_id="approve", label=EVIL, url="data:text/html,x", value=EVIL),),
    )  # fmt: skip
    for many in ([d], [d] * 5):
        _, _, html = render.message("alert", many)
        page = lxml.html.fromstring(html)

        assert page.xpath("//script | //img | //@onerror | //@onclick") == []
        assert all(href.startswith("https://") for href in page.xpath("//@href"))
        assert "49" not in text_of(html)
        assert "{{ 7*7 }}" in text_of(html)


def test_mail_loads_nothing_from_outside_and_has_no_sheet_left() -> None:
    _, _, html = render.message("alert", [dossier()])
    page = lxml.html.fromstring(html)

    assert page.xpath("//link | //style | //img | //form | //iframe") == []
    assert "style=" in html


any_text = st.text(max_size=200)
dossiers = st.builds(
    Dossier,
    kind=st.sampled_from(["alert", "update", "correction", "recommendation", "operator", "resolve", "digest", "summary"]),
    alert_id=st.text(min_size=1, max_size=40),
    headline=st.text(max_size=400),
    what=st.text(max_size=2_000),
    account_name=any_text,
    tier=st.none() | st.integers(0, 5),
    proposed_tier=st.none() | st.integers(0, 5),
    polarity=st.sampled_from(["positive", "neutral", "negative"]),
    changes=st.lists(
        st.builds(
            Change, field=any_text, before=any_text | st.none() | st.integers() | st.floats(allow_nan=False),
            after=st.lists(any_text, max_size=3) | st.booleans() | st.dictionaries(any_text, any_text, max_size=2),
        ), max_size=4,
    ).map(tuple),
    evidence=st.lists(st.builds(Evidence, title=any_text, url=any_text, quote=any_text, source=any_text), max_size=3).map(tuple),
    arithmetic=st.lists(
        st.builds(ScoreLine, label=any_text, points=st.floats(-1e6, 1e6), counts=st.floats(-1e6, 1e6)), max_size=15
    ).map(tuple),
    rules=st.lists(st.builds(RuleOutcome, rule_id=any_text, fired=st.booleans(), because=any_text), max_size=3).map(tuple),
    actions=st.lists(
        st.builds(Action, action_id=any_text, label=any_text, url=any_text, value=any_text, style=any_text), max_size=4
    ).map(tuple),
    occurred_at=st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    notes=st.lists(any_text, max_size=3).map(tuple),
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(dossiers, min_size=1, max_size=5), st.sampled_from(["alert", "digest", "summary", "operator"]))
def test_anything_renders_to_one_clean_subject_and_well_formed_html(many: list[Dossier], kind: str) -> None:
    subject, text, html = render.message(kind, many, zone="Europe/Berlin")

    assert 0 < len(subject) <= 100
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in subject)
    assert not any(ord(c) < 32 and c != "\n" for c in text)
    assert lxml.html.fromstring(html).xpath("//script") == []


REPORT = """\
rule set refused, the old one stays (1 error):
elevation/mine.yaml:8:5: error: unknown event type "trial_dealy" (did you mean "trial_delay"?)
        trial_dealy: { days|gte: 90 }
        ^"""


def test_a_report_to_the_operator_keeps_its_lines_and_carets() -> None:
    """On one line nobody sees which file, which line, and where the caret points."""
    _, text, html = render.message("operator", [bare(what=REPORT)])

    lines = text.splitlines()
    at = next(n for n, line in enumerate(lines) if "trial_dealy: {" in line)
    assert lines[at - 2] == "rule set refused, the old one stays (1 error):"
    assert lines[at + 1].index("^") == lines[at].index("trial_dealy")
    assert "        trial_dealy: { days|gte: 90 }\n        ^</pre>" in html


def test_a_report_to_the_operator_is_told_whole_up_to_what_a_message_holds() -> None:
    many = "\n".join(["refused:", *(f"file-{n}.yaml:1:1: error: something is wrong here" for n in range(200))])
    _, text, _ = render.message("operator", [bare(what=many)])

    assert "file-50.yaml" in text
    assert "file-199.yaml" not in text
    assert "\n  …\n" in text
