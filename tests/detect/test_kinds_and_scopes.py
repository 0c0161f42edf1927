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
