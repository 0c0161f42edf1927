"""Money, phases, series, designations and counts as headlines write them."""

from __future__ import annotations

import pytest

from signalwatch.detect import facts
from signalwatch.detect.money import find_money
from signalwatch.detect.text import normalise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("raises $60M", [(60_000_000, "USD")]),
        ("$9.27 Million award", [(9_270_000, "USD")]),
        ("a €7.6m grant", [(7_600_000, "EUR")]),
        ("US$1.9bn deal", [(1_900_000_000, "USD")]),
        ("CHF 55.5M", [(55_500_000, "CHF")]),
        ("EUR 21.3 Million", [(21_300_000, "EUR")]),
        ("65 million euros", [(65_000_000, "EUR")]),
        ("51 Mio. Euro", [(51_000_000, "EUR")]),
        ("7,6 million euros", [(7_600_000, "EUR")]),
        ("£400M plant", [(400_000_000, "GBP")]),
        ("¥10 billion", [(10_000_000_000, "JPY")]),
        ("RMB 300 million", [(300_000_000, "CNY")]),
        ("AUS$1M", [(1_000_000, "AUD")]),
        ("C$20 million", [(20_000_000, "CAD")]),
        ("$150,000 prize", [(150_000, "USD")]),
        ("$50-60 million", [(60_000_000, "USD")]),
        ("$1 billion to $1.5 billion", [(1_500_000_000, "USD")]),
        ("at $6.00 per share", []),
        ("$17 apiece", []),
        ("15,000 doses", []),
        ("45% of staff", []),
    ],
)
def test_money(text: str, expected: list[tuple[int, str]]) -> None:
    assert [(m.amount, m.currency) for m in find_money(normalise(text))] == expected


def test_a_ceiling_is_known_as_one() -> None:
    found = find_money(normalise("a deal worth up to $1.2bn, $60M of it upfront"))

    assert [(m.amount, m.up_to) for m in found] == [(1_200_000_000, True), (60_000_000, False)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Phase 1/2 trial", "1/2"),
        ("Phase III", "3"),
        ("Phase 1b/2a", "1b/2"),
        ("phase 2b", "2b"),
        ("Phase II/III", "2/3"),
        ("Phase 1a/b", "1"),
        ("Phase I/IIa", "1/2a"),
        ("phase-3", "3"),
        ("a ph. 3 fail", "3"),
        ("PhIII double header", "3"),
        ("early feasibility study", "feasibility"),
    ],
)
def test_phases(text: str, expected: str) -> None:
    assert [value for _, value in facts.phases(normalise(text))] == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Series B financing", "B"),
        ("series A1 round", "A"),
        ("Series F", "E+"),
        ("a seed round", "Seed"),
        ("pre-seed funding", "Seed"),
        ("closes a ‘pre-IPO’ round", "crossover"),
        ("raises $30M", None),
    ],
)
def test_series(text: str, expected: str | None) -> None:
    assert facts.series(normalise(text)) == expected


@pytest.mark.parametrize(
    ("text", "share", "count"),
    [
        ("cuts 30% of staff", 30, None),
        ("lays off 85 workers at New Jersey site", None, 85),
        ("workforce by 27% to focus", 27, None),
        ("falls 10% as it reduces workforce", None, None),
        ("cut at least 489 jobs last year", None, 489),
        ("lays off 40% after trial flop", 40, None),
    ],
)
def test_jobs(text: str, share: int | None, count: int | None) -> None:
    norm = normalise(text)

    assert (facts.staff_percent(norm, 0, len(norm)), facts.staff_count(norm, 0, len(norm))) == (share, count)


def test_registry_numbers_once_each() -> None:
    assert facts.nct_numbers("NCT01234567, nct01234567 and NCT07654321 but not NCT123") == (
        "NCT01234567",
        "NCT07654321",
    )
