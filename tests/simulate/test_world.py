"""The generated world: reproducible, mostly noise, told late and out of order by several sources."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from datetime import date, timedelta

import msgspec
import pytest

from signalwatch.ids import digest_bytes
from signalwatch.model import NEWS_TYPES
from signalwatch.simulate.press import FEEDS
from signalwatch.simulate.world import World

START = date(2026, 1, 5)
FINGERPRINT = (
    "from datetime import date; import msgspec; from signalwatch.ids import digest_bytes; from signalwatch.simulate.world import World;"
    "w = World(3, date(2026, 1, 5), 20, 40);"
    "print(digest_bytes(msgspec.json.encode([w.publications, w.happenings, w.accounts()])))"
)


def fingerprint(world: World) -> str:
    return digest_bytes(msgspec.json.encode([world.publications, world.happenings, world.accounts()]))


def test_same_seed_same_world_and_other_seed_other_world() -> None:
    first, again, other = World(3, START, 20, 40), World(3, START, 20, 40), World(4, START, 20, 40)

    assert fingerprint(first) == fingerprint(again)
    assert fingerprint(first) != fingerprint(other)


def test_a_world_does_not_depend_on_the_hash_seed_of_the_process() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", FINGERPRINT],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for hash_seed in ("1", "2")
    }

    assert found == {fingerprint(World(3, START, 20, 40))}


@pytest.mark.parametrize(("seed", "days", "companies"), [(1, 10, 12), (2, 30, 60), (3, 90, 120), (4, 200, 30)])
def test_at_least_four_fifths_of_the_documents_are_noise(seed: int, days: int, companies: int) -> None:
    world = World(seed, START, days, companies)

    assert world.noise_share >= 0.8
    assert all(p.noise or p.happening_ids for p in world.publications)
    assert not any(p.noise and p.happening_ids for p in world.publications)


def test_a_year_of_120_companies_is_made_in_under_three_seconds_of_cpu() -> None:
    begun = time.process_time()
    World(5, START, 365, 120)

    assert time.process_time() - begun < 3.0


def test_every_news_type_happens_within_two_years_and_every_happening_has_a_document(year: World) -> None:
    types = Counter(h.type for w in (year, World(12, START, 365, 120)) for h in w.happenings)

    assert set(NEWS_TYPES) - types.keys() == set()
    assert {"trial_delay", "trial_expansion", "trial_completed", "results_posted"} <= types.keys()
    assert all(h.documents for h in year.happenings)


def test_all_sources_publish(year: World) -> None:
    assert {p.source for p in year.publications} == {*FEEDS, "edgar", "ctgov"}


def test_several_sources_tell_one_happening_late_and_out_of_order(year: World) -> None:
    told = [h for h in year.happenings if len({d.source for d in h.documents}) >= 2]
    trade_first = [
        h
        for h in told
        if h.documents[0].source.startswith("trade") and any(d.source.startswith("wire") for d in h.documents)
    ]
    days_late = [h for h in told if h.documents[-1].visible_at - h.documents[0].visible_at > timedelta(days=3)]

    assert len(told) > len(year.happenings) / 3
    assert trade_first
    assert days_late
    assert all(list(h.documents) == sorted(h.documents, key=lambda d: (d.visible_at, d.publication_id)) for h in told)


def test_corrections_rewritten_guids_edited_titles_and_copies_occur(year: World) -> None:
    entries = [p for p in year.publications if p.kind == "entry"]
    revised = [p for p in entries if p.revision]
    first = {p.publication_id: p for p in entries}
    titles = Counter((p.title, p.happening_ids) for p in entries if p.happening_ids and p.source.startswith("wire"))

    assert any(p.meta.get("correction") for p in entries)
    assert any(p.key != first[str(p.meta["replaces"])].key for p in revised)
    assert any(p.title != first[str(p.meta["replaces"])].title for p in revised)
    assert max(titles.values()) > 1
    assert any(p.form == "8-K/A" for p in year.publications)
    assert any(p.form == "D/A" and p.happening_ids for p in year.publications)


def test_links_and_keys_point_at_one_thing_each(year: World) -> None:
    entries = [p for p in year.publications if p.kind == "entry" and not p.revision]
    filings = [p.key for p in year.publications if p.kind == "filing"]

    assert len({p.url for p in entries}) == len(entries)
    assert len({(p.source, p.key) for p in entries}) == len(entries)
    assert len(set(filings)) == len(filings)


def test_hard_negatives_are_about_companies_of_the_world(year: World) -> None:
    kinds = Counter(p.noise for p in year.publications if p.noise and p.company_id)

    assert {
        "plan",
        "rumour",
        "retrospective",
        "earnings",
        "conference",
        "law_firm",
        "enrolment",
        "insider",
        "routine_filing",
    } <= kinds.keys()


def test_lookalikes_subsidiaries_and_renamed_accounts_exist(world: World) -> None:
    companies = world.cast.companies
    accounts = world.accounts()
    alike = [c for c in companies if c.lookalike_of]

    assert len({c.company_id for c in companies}) == len(companies) == 120
    assert 35 <= len(accounts) <= 45
    assert len(alike) >= 6
    assert all(world.account_of(c.company_id) == "" for c in alike)
    assert any(a.former_names for a in accounts)
    assert any(a.parent_account_id for a in accounts)
    assert any(a.aliases for a in accounts)
    assert Counter(a.tier for a in accounts)[1] <= 3
    assert {a.tier for a in accounts} == {0, 1, 2, 3}
    assert all(a.owner for a in accounts)


def test_nothing_is_published_before_or_long_after_it_may_be_known(world: World) -> None:
    for p in world.publications:
        assert p.visible_at < world.closes_at, p
        assert p.visible_at >= p.published_at, p


def test_filings_are_accepted_in_edgar_hours_and_the_registry_posts_on_business_days(year: World) -> None:
    from signalwatch.simulate import workdays

    for filing in year.by_source("edgar"):
        local = filing.published_at.astimezone(workdays.NEW_YORK)
        assert workdays.is_business_day(local.date()), filing
        assert 6 <= local.hour < 22, filing
    assert all(workdays.is_business_day(p.published_at.date()) for p in year.by_source("ctgov"))


def test_federal_holidays_of_2026_as_observed() -> None:
    from signalwatch.simulate import workdays

    assert sorted(workdays.holidays(2026)) == [
        date(2026, 1, 1), date(2026, 1, 19), date(2026, 2, 16), date(2026, 5, 25), date(2026, 6, 19), date(2026, 7, 3),
        date(2026, 9, 7), date(2026, 10, 12), date(2026, 11, 11), date(2026, 11, 26), date(2026, 12, 25),
    ]  # fmt: skip


def test_settings_name_every_source_once(world: World) -> None:
    urls = {name: f"http://127.0.0.1:{1000 + n}" for n, name in enumerate(("ctgov", "sec_www", "sec_data", *FEEDS))}
    settings = world.settings(urls)

    ids = [s["id"] for s in settings["sources"]]
    assert len(set(ids)) == len(ids) == 2 + len(FEEDS)
    assert settings["sources"][0]["settings"]["base_url"] == "http://127.0.0.1:1000/api/v2"


def test_an_empty_world_is_refused() -> None:
    with pytest.raises(ValueError, match="days must be at least 1"):
        World(1, START, 0)
