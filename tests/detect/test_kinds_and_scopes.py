"""Kinds of items and markers of scope: what they silence, and the real news with the same words that they must let through."""

from __future__ import annotations

import pytest

from signalwatch.detect import Detector

NEWS = [
    ("regulatory_approval", "Orbiva's once-weekly insulin wins FDA approval"),
    ("regulatory_approval", "Non-opioid painkiller from Orbiva wins FDA approval"),
    ("regulatory_approval", "Orbiva drug against malaria wins EU approval"),
    ("regulatory_approval", "China approves Orbiva's hepatitis B therapy"),
    ("regulatory_approval", "Orbiva stock soars as FDA approves gout drug"),
    ("trial_results", "Orbiva shares plunge 60% after phase 3 heart failure trial fails"),
    ("funding_round", "Texas biotech Orbiva raises $75M Series B"),
    ("merger_acquisition", "Orbiva, No. 2 maker of pet vaccines, buys rival Talvex"),
    ("merger_acquisition", "Patent loss looming, Orbiva buys heart drug maker Talvex for $900M"),
    ("leadership_change", "Former Talvex exec takes the helm at Orbiva"),
    ("leadership_change", "Perspective Bio names CFO"),
    ("layoffs_restructuring", "Orbiva settles lawsuit, then lays off 20% of staff"),
    ("layoffs_restructuring", "Orbiva posts second-quarter loss, to cut 300 jobs"),
    ("trial_results", "Corvanta drug licensed from Orbiva hits goal in phase 3"),
    ("trial_results", "Orbiva's NIH-funded antibody slows decline in phase 2"),
    ("trial_setback", "Corvanta drops cancer drug licensed from Orbiva"),
    ("licensing_deal", "Orbiva antibody licensed to Corvanta"),
    ("bankruptcy_distress", "Three years after IPO, Orbiva files for bankruptcy"),
]
SILENT = [
    "Orbiva could win FDA approval of gout drug",
    "Orbiva in talks to acquire Talvex",
    "Orbiva denies it will merge with Talvex",
    "Orbiva, which won FDA approval in 2021, sees sales climb",
    "Halden Capital LLC Raises Stake in Orbiva, Inc. (NASDAQ:ORBV)",
    "11,540 Shares in Orbiva Inc Bought by Merrin Wealth Advisors",
    "Orbiva: Undervalued After FDA Approval, Buy Rating",
    "BTIG Maintains Buy on Orbiva After FDA Approval",
    "How Orbiva won FDA approval",
    "Five questions for Orbiva's new chief medical officer",
    "Orbiva Holds End-of-Phase 2 Meeting With FDA",
    "Biotech layoffs rise 20% in first half",
    "Telehealth startup Wellora raises $45M Series B",
    "Fintech Paygrid raises $30M",
    "Hospital operator Mercia Health to cut 900 jobs",
    "India tightens rules for clinical trials",
]


@pytest.mark.parametrize(("kind", "title"), NEWS)
def test_news_with_a_word_of_a_kind_or_scope_is_told(detector: Detector, kind: str, title: str) -> None:
    assert kind in {e.type for e in detector.detect(title)}


@pytest.mark.parametrize("title", SILENT)
def test_plans_rumours_and_items_without_news_are_silent(detector: Detector, title: str) -> None:
    assert detector.detect(title) == ()


@pytest.mark.parametrize(
    ("absent", "title"),
    [
        ("licensing_deal", "Corvanta drug licensed from Orbiva hits goal in phase 3"),
        ("grant_award", "Orbiva's NIH-funded antibody slows decline in phase 2"),
        ("merger_acquisition", "Drug Corvanta bought for $2B flunks depression trial"),
        ("merger_acquisition", "Corvanta drops drug from $2B Talvex acquisition"),
        ("regulatory_approval", "Corvanta teams with Orbiva to sell FDA-approved test in Asia"),
    ],
)
def test_what_only_says_which_thing_is_meant_is_no_news(detector: Detector, absent: str, title: str) -> None:
    assert absent not in {e.type for e in detector.detect(title)}


def test_a_last_resort_speaks_where_nothing_surer_does(detector: Detector) -> None:
    """Wide classes of words name one event of a silent title; a title that a surer pattern read is left to it."""
    (alone,) = detector.verdict("Talvex gene editing frees sickle cell patients of pain").hits
    surer = detector.verdict("Talvex gene editing frees sickle cell patients of pain, meets primary endpoint").hits

    assert alone.pattern.alone
    assert surer
    assert not any(h.pattern.alone for h in surer)


def test_the_text_adds_what_goes_with_the_title(detector: Detector) -> None:
    title = "Orbiva Announces Results of Phase 2 Trial of OBV-12 in Lupus"

    found = detector.detect(title, "Orbiva is terminating development of OBV-12. Talvex ended its program last year.")

    assert {e.type for e in found} == {"trial_results", "trial_setback"}


def test_a_marker_at_the_start_of_a_clause_reaches_as_far_as_the_clause(detector: Detector) -> None:
    """Where a company "eyes" something, results named ten words later are no news either."""
    title = "Orbiva Life Sciences Eyes Wider Clinical Adoption of Tests With New Validation Data"

    assert detector.detect(title) == ()


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("U.S. FDA Awards Fast Track Designation to orbivanib for Lupus, Orbiva Genetics Announces", "Orbiva Genetics"),
        ("EMA Grants PRIME Status to TVX-12 for Lupus, Talvex Bio Reports", "Talvex Bio"),
    ],
)
def test_who_tells_it_at_the_end_is_whose_news_it_is(detector: Detector, title: str, subject: str) -> None:
    (event,) = detector.detect(title)

    assert [o.name for o in event.organisations if o.role == "subject"] == [subject]
