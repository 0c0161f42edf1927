"""A hundred thousand accounts: time and memory, measured as ratios and generous floors."""

from __future__ import annotations

import itertools
import time
import tracemalloc

import pytest

from signalwatch.model import Account
from signalwatch.resolve import Resolver

SYLLABLES = (
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "la",
    "me",
    "ni",
    "po",
    "ru",
    "sa",
    "te",
    "vi",
    "xo",
    "zu",
    "kar",
    "lum",
    "nex",
    "tor",
    "vel",
)
KINDS = ("Therapeutics", "Pharmaceuticals", "Biosciences", "Medical", "Diagnostics")


def many(count: int) -> list[Account]:
    names = ("".join(parts).capitalize() for parts in itertools.product(SYLLABLES, repeat=4))
    return [
        Account(account_id=f"a{n}", name=f"{name} {KINDS[n % 5]}", legal_name=f"{name} {KINDS[n % 5]}, Inc.")
        for n, name in enumerate(itertools.islice(names, count))
    ]


@pytest.mark.slow
def test_the_index_of_a_large_list_is_quick_and_small() -> None:
    few = many(10_000)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = Resolver(few)
    grown = (tracemalloc.get_traced_memory()[0] - before) / len(few)
    tracemalloc.stop()
    accounts = many(100_000)
    resolver = Resolver(accounts)
    names = [a.legal_name for a in accounts[::5]]
    started = time.process_time()
    matched = sum(resolver.resolve_name(name).status == "matched" for name in names)
    spent = time.process_time() - started

    assert matched == len(names)
    assert kept.version != resolver.version
    assert grown < 1_500, f"{grown:.0f} bytes an account"
    assert len(names) / spent > 10_000, f"{len(names) / spent:.0f} names/s"


@pytest.mark.slow
def test_the_cost_of_a_headline_does_not_grow_with_the_list() -> None:
    titles = [
        f"Bacedi{n} raises ${n}M to advance a cell therapy for rare disease into phase {n % 3}" for n in range(2_000)
    ]
    spent = []
    for resolver in (Resolver(many(1_000)), Resolver(many(50_000))):
        started = time.process_time()
        for title in titles:
            resolver.find(title)
        spent.append(time.process_time() - started)

    assert spent[1] < 4 * spent[0] + 0.2


@pytest.mark.slow
def test_the_cache_is_bounded() -> None:
    from signalwatch.resolve import resolver as module

    resolver = Resolver(many(10))
    for n in range(module.CACHE_SIZE + 100):
        resolver.resolve_name(f"Name {n}")

    assert len(resolver._cache) <= module.CACHE_SIZE
