"""One company told by other names: listed names and tickers, initials, tickers beside a second party."""

from __future__ import annotations

from typing import Any

import pytest

from signalwatch import stories
from signalwatch.model import Event, StoryState
from signalwatch.stories import NOBODY, Known
from tests.stories.test_stories import effects, event

KNOWN = Known(
    {
        "Aerion Therapeutics": "Aerion Therapeutics",
        "Former Vandale": "Aerion Therapeutics",
        "AX": "Aerion Therapeutics",
        "$QRTX": "Aerion Therapeutics",
        "Orla Quist": "Orla Quist",
        "Quist": "Orla Quist",
    }
)


def together(*events: Event, known: Known = NOBODY) -> bool:
    """Whether all events of a row end in one story."""
    states: dict[str, StoryState] = {}
    for one in events:
        keys = stories.keys_of(one, {}, known)
        near = [s for s in states.values() if not set(keys).isdisjoint(s.keys)]
        intent = stories.assign(one, keys, near, known)
        states[intent.story_id] = intent.story
    return len(states) == 1


SUM: dict[str, Any] = {"amount": 275_000_000, "currency": "USD", "location": "Princeton"}
LISTED = [
    ("an old name", "Former Vandale"), ("letters", "AX"), ("a ticker", "QRTX"), ("a legal form behind it", "AX plc"),
]  # fmt: skip


@pytest.mark.parametrize("name", [name for _, name in LISTED], ids=[case for case, _ in LISTED])
def test_a_listed_name_is_the_company(name: str) -> None:
    first = event("facility_expansion", "Aerion Announces $275 Million Plant in Princeton", attributes=SUM)
    second = event("facility_expansion", f"{name} picks Princeton for a plant", name, day=1, attributes=SUM)

    assert together(first, second, known=KNOWN)
    assert not together(first, second)


def test_the_last_word_of_a_listed_name_stands_for_it() -> None:
    first = event("merger_acquisition", "Orla Quist to buy Kestrel Bio", "Orla Quist", other="Kestrel Bio")
    done = {"status": "completed"}
    second = event(
        "merger_acquisition", "Quist completes purchase of Kestrel", "Quist", other="Kestrel", day=90, attributes=done
    )

    assert together(first, second, known=KNOWN)
    assert not together(first, second)


def test_a_name_that_two_companies_list_means_neither() -> None:
    known = Known({"AX": "Aerion Therapeutics", "A X": "Belvora", "$BLV": "Belvora"})

    assert known.key("AX") == "ax"
    assert known.key("BLV") == "belvora"


PACT: dict[str, Any] = {"total": 3_000_000_000, "currency": "USD"}
SHORT = [
    ("initials beside the partner and its sum",
     event("partnership", "Vandale Aerosol Biotechnologies and Novelda Sign $3 Billion Agreement", "Vandale Aerosol Biotechnologies", other="Novelda", attributes=PACT),
     event("partnership", "VAB to fill vials for Novelda under $3B pact", "VAB", other="Novelda", day=1, attributes=PACT)),
    ("two initials beside the partner",
     event("licensing_deal", "Bering Osterholm and Novelda Sign License Agreement", "Bering Osterholm", other="Novelda"),
     event("licensing_deal", "Novelda lands BO as newest licensee", "Novelda", other="BO")),
    ("initials with a sign between them",
     event("facility_expansion", "Bering + Osterholm to build plant in Rochester", "Bering + Osterholm", attributes={"location": "Rochester", "amount": 40_000_000}),
     event("facility_expansion", "B+O puts $40M into Rochester", "B+O", day=1, attributes={"location": "Rochester", "amount": 40_000_000})),
    ("a ticker beside nobody, its company beside a partner",
     event("licensing_deal", "Novelda Exercises Option for Vandale Bio's Antibody", "Novelda", other="Vandale Bio"),
     event("licensing_deal", "VNDL doubles after partner opts in", "VNDL")),
    ("a ticker that leaves the first vowel out",
     event("trial_setback", "Intarvia Provides Update: FDA Clinical Hold", "Intarvia Therapeutics", attributes={"kind": "clinical_hold"}),
     event("trial_setback", "NTRV drops on hold", "NTRV", day=1, attributes={"kind": "clinical_hold"})),
    ("a ticker whose vowels are the name's",
     event("trial_setback", "Intellavia Provides Update: FDA Clinical Hold", "Intellavia Therapeutics", attributes={"kind": "clinical_hold"}),
     event("trial_setback", "FDA freezes program", "NTLA", day=1, text="NTLA had paused dosing.", attributes={"kind": "clinical_hold"})),
    ("letters beside what is launched",
     event("product_launch", "Bering + Osterholm Launches LUMOVAR Free", "Bering + Osterholm", attributes={"product": "LUMOVAR Free"}),
     event("product_launch", "B+O rolls out its redness drops", "B+O", day=1, attributes={"product": "LUMOVAR"})),
    ("a ticker of the whole name beside the sum",
     event("merger_acquisition", "Novelda to Acquire Belumint Pharmaceuticals", "Novelda", other="Belumint Pharmaceuticals", attributes={"status": "announced", "amount": 9_100_000_000, "currency": "USD"}),
     event("merger_acquisition", "BTPC +26% premarket", "BTPC", attributes={"status": "announced", "amount": 9_100_000_000, "currency": "USD"})),
    ("a ticker of late consonants beside the disease",
     event("trial_results", "Minovalis Announces Results in Narcolepsy", "Minovalis Therapeutics", attributes={"outcome": "mixed"}),
     event("trial_results", "MVLS sinks on narcolepsy data", "MVLS", attributes={"outcome": "mixed"})),
    ("a ticker of all its consonants weeks later",
     event("bankruptcy_distress", "Vandera to file for Chapter 11", "Vandera", attributes={"kind": "chapter_11"}),
     event("bankruptcy_distress", "VNDR shares to be cancelled as maker enters court", "VNDR", day=29, attributes={"kind": "chapter_11"})),
    ("a ticker that ends in an X of its own",
     event("trial_start", "Vandale Therapeutics Doses First Subject", "Vandale Therapeutics", attributes={"phase": "2"}),
     event("trial_start", "VNTX starts mid-stage test", "VNTX", day=1)),
    ("a short form of a name beside the buyer",
     event("merger_acquisition", "Novelda to Acquire Eyevandtech", "Novelda", other="Eyevandtech", attributes={"status": "announced"}),
     event("merger_acquisition", "Novelda closes Eyevand deal", "Novelda", other="Eyevand", day=44, attributes={"status": "completed"})),
    ("a ticker of the first letter and the end of a name",
     event("merger_acquisition", "Novelda to Acquire VandaQay", "Novelda", other="VandaQay", attributes={"status": "announced"}),
     event("merger_acquisition", "VQAY up 25% on bid", "VQAY", attributes={"status": "announced"})),
    ("a ticker at the end of a purchase",
     event("merger_acquisition", "Vandale Scientific to Acquire Kestrel Bio", "Vandale Scientific", other="Kestrel Bio", attributes={"status": "announced"}),
     event("merger_acquisition", "VDS completes purchase of Kestrel", "VDS", other="Kestrel", day=146, attributes={"status": "completed"})),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), [pair[1:] for pair in SHORT], ids=[pair[0] for pair in SHORT])
def test_letters_are_the_company_they_stand_for(first: Event, second: Event) -> None:
    assert together(first, second)


def test_a_story_knows_whose_letters_a_telling_has() -> None:
    price: dict[str, Any] = {"status": "announced", "amount": 9_100_000_000, "currency": "USD"}
    buy = event("merger_acquisition", "Novelda to Acquire Belumint", "Novelda", other="Belumint", attributes=price)
    stock = event("merger_acquisition", "BLMN +26% premarket", "BLMN", attributes=price)
    done = event("merger_acquisition", "Novelda completes Belumint purchase", "Novelda", other="Belumint", day=46, attributes={"status": "completed"})  # fmt: skip

    assert together(buy, stock, done)


APART = [
    ("two names that begin alike and nothing else",
     event("layoffs_restructuring", "Eyevandtech cuts staff", "Eyevandtech"), event("layoffs_restructuring", "Eyevand lays off staff", "Eyevand", day=1)),
    ("a ticker of late consonants and nothing else", event("trial_results", "Minovalis Announces Results", "Minovalis Therapeutics"), event("trial_results", "MVLS sinks on data", "MVLS")),
    ("initials and nothing else", event("layoffs_restructuring", "Bering Osterholm cuts staff", "Bering Osterholm"), event("layoffs_restructuring", "BO lays off staff", "BO", day=1)),
    ("other letters beside the same partner",
     event("licensing_deal", "Bering Osterholm and Novelda Sign License Agreement", "Bering Osterholm", other="Novelda"),
     event("licensing_deal", "Novelda lands KV as newest licensee", "Novelda", other="KV", day=1)),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), [pair[1:] for pair in APART], ids=[pair[0] for pair in APART])
def test_letters_alone_prove_nothing(first: Event, second: Event) -> None:
    assert [number for number, _ in effects(first, second)] == ["0", "1"]
