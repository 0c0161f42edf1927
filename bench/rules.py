"""Speed of the rule language: single events, windows over a history, whole decisions, loading.

``run()`` answers one flat mapping. Rates are per second of CPU time of one core; an evaluation is one rule put to one
event. ``single_evals_per_s`` puts 50 rules to every event although only those of its type can fire (so it contains the
gain of the index, as any engine's would); ``single_same_type_evals_per_s`` makes all 50 about the one type of all
events, so that every rule is really run. ``equal.*`` are those of ``bench.rule_engines``:
ours and the installed peers on the same rules in the same run.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from signalwatch import scoring
from signalwatch.decide import decide
from signalwatch.model import (
    Account,
    Activity,
    Case,
    Event,
    Fit,
    Match,
    Organisation,
    Signal,
    StoryIntent,
    StoryState,
    TierState,
)
from signalwatch.ruleset import Pack, View, load_pack, load_pack_texts

RULES = Path(__file__).resolve().parent.parent / "rules"
START = datetime(2026, 1, 1, tzinfo=UTC)
TYPES = (
    "funding_round",
    "trial_start",
    "ind_clearance",
    "partnership",
    "leadership_change",
    "regulatory_approval",
    "trial_results",
    "facility_expansion",
    "layoffs_restructuring",
    "trial_registered",
)
SERIES = ("Seed", "A", "B", "C", "D", "E+", "crossover", "unspecified")
PHASES = ("1", "1/2", "2", "2b", "3", "4")
ACCOUNT = Account(account_id="acme", name="Acme Bio", tier=3, owner="rep", country="US", kind="biotech")


def pack_with(rules: str) -> Pack:
    """The shipped pack with other elevation rules."""
    files = {p.name: p.read_text("utf-8") for p in RULES.glob("*.yaml") if p.name != "families.yaml"}
    return load_pack_texts(files | {"elevation/bench.yaml": rules})


def single_rules(event: str | None = None) -> str:
    """50 rules of five tests each, a third of them with text or a regular expression."""
    rng = random.Random(7)
    out = []
    for i in range(50):
        word = event or TYPES[i % len(TYPES)]
        tests = ["confidence|gte: 0.5", f"country: [US, {rng.choice(['DE', 'CH', 'JP'])}]"]
        tests.append(f"title|contains: {rng.choice(['alpha', 'beta', 'gamma', 'delta'])}")
        if word == "funding_round":
            tests += [
                f"series: [{', '.join(rng.sample(SERIES[:7], 2))}]",
                f"amount|gte: {rng.choice([10, 50, 100])}M USD",
            ]
        elif word.startswith("trial"):
            tests += [
                f"phase|gte: '{rng.choice(['1', '2', '3'])}'",
                f"area: [{rng.choice(['oncology', 'neurology', 'cardiovascular'])}]",
            ]
        else:
            tests += [f"area|any_of: [{rng.choice(['oncology', 'neurology'])}]", "program: true"]
        if i % 3 == 0:
            tests.append("title|matches: 'first (patient|subject) (dosed|enrolled)'")
        # The cheap and telling tests first, as a rule author would.
        tests.sort(key=lambda t: ("title" in t, "matches" in t))
        out.append(f"- {{ id: s{i}, when: {{ {word}: {{ {', '.join(tests)} }} }} }}\n")
    return "".join(out)


def window_rules() -> str:
    """50 rules over windows: pairs, orders, counts, silences of the opposite, scopes."""
    rng = random.Random(8)
    out = []
    for i in range(50):
        one, two, three = rng.sample(TYPES, 3)
        days = rng.choice([30, 60, 90, 120, 180])
        form = i % 5
        if form == 0:
            when = f"all: [{one}, {two}], within: {days}d"
        elif form == 1:
            when = f"then: [{one}, {two}, {three}], within: {days}d"
        elif form == 2:
            when = f"{one}: {{ count|gte: 3, within: {days}d }}"
        elif form == 3:
            when = f"all: [{one}, {{ any: [{two}, {three}] }}], within: {days}d, same: program"
        else:
            when = f"all: [{one}, {{ not: {{ {two}: {{ within: {days}d }} }} }}], within: {days}d"
        out.append(f"- {{ id: w{i}, when: {{ {when} }}, unless: [{{ bankruptcy_distress: {{ within: 180d }} }}] }}\n")
    return "".join(out)


def events(number: int, seed: int = 1, types: tuple[str, ...] = TYPES, days: int = 180) -> list[Signal]:
    """Seeded signals of one account over some days, by event time."""
    rng = random.Random(seed)
    words = ["alpha", "beta", "gamma", "delta", "study", "first", "patient", "dosed", "company", "announces"]
    out = []
    for i in range(number):
        at = START + timedelta(seconds=rng.randrange(days * 86400))
        out.append(
            Signal(
                signal_id=f"s{i}", account_id="acme", type=rng.choice(types), at=at, first_seen_at=at, points=20.0,
                program_id=rng.choice(["", "a", "b", "c"]), title=" ".join(rng.choices(words, k=9)),
                attributes={"series": rng.choice(SERIES), "amount": rng.randrange(1, 200) * 1_000_000, "currency": "USD",
                            "phase": rng.choice(PHASES), "areas": [rng.choice(["oncology", "neurology", "cardiovascular"])],
                            "countries": [rng.choice(["US", "DE", "CH", "JP", "FR"])], "confidence": 0.9},
            )
        )  # fmt: skip
    return sorted(out, key=lambda s: s.at)


def view_of(trigger: Signal, history: list[Signal]) -> View:
    """What rules see."""
    return View(
        account=ACCOUNT,
        trigger=trigger,
        now=START + timedelta(days=200),
        history=history,
        tier=3,
        fit=Fit(score=0.7),
        activity=Activity(total=60.0),
    )


def rate(work: Callable[[], int], runs: int = 5) -> float:
    """Median of evaluations per second of CPU time."""
    rates = []
    for _ in range(runs):
        started = time.process_time()
        done = work()
        rates.append(done / (time.process_time() - started))
    return statistics.median(rates)


def single(event: str | None) -> dict[str, float]:
    """Single-event rules: 50 rules against 4,000 events."""
    pack = pack_with(single_rules(event))
    signals = events(4000, types=(event,) if event else TYPES)
    fired = 0

    def work() -> int:
        nonlocal fired
        fired = 0
        for signal in signals:
            fired += len(pack.fired(View(account=ACCOUNT, trigger=signal, now=signal.at)))
        return len(signals) * len(pack.rules)

    per_second = rate(work)
    return {"evals_per_s": per_second, "fired": float(fired)}


def other_types() -> float:
    """How much dearer an event becomes by 1,000 rules on other types of events (1.0: not at all)."""
    some = [t for t in TYPES if t != "trial_start"]
    many = "".join(
        f"- {{ id: o{i}, when: {{ {some[i % len(some)]}: {{ confidence|gte: 0.5 }} }} }}\n" for i in range(1000)
    )
    packs = [pack_with(single_rules("trial_start")), pack_with(single_rules("trial_start") + many)]
    views = [View(account=ACCOUNT, trigger=s, now=s.at) for s in events(2000, types=("trial_start",))]

    def work(pack: Pack) -> int:
        for view in views:
            pack.fired(view)
        return len(views)

    few, with_many = (rate(lambda pack=pack: work(pack)) for pack in packs)  # type: ignore[misc]
    return few / with_many


def lived(history: list[Signal], late: bool) -> list[View]:
    """Each signal in turn as the trigger: newest of what is known so far, or (late) in the middle of the whole history."""
    return [view_of(signal, history if late else history[: i + 1]) for i, signal in enumerate(history)]


def windowed(late: bool) -> dict[str, float]:
    """Window rules over the 60 signals of one account in 180 days."""
    pack = pack_with(window_rules())
    views = lived(events(60), late)
    fired = 0

    def work() -> int:
        nonlocal fired
        fired, done = 0, 0
        for _ in range(20):
            for view in views:
                fired += len(pack.fired(view))
                done += len(pack.considered(view.trigger))
        return done

    per_second = rate(work)
    return {
        "evals_per_s": per_second,
        "fired": fired / 20,
        "considered": sum(len(pack.considered(v.trigger)) for v in views),
    }


def windowed_with_reasons() -> float:
    """The same, with an outcome and a reason for every considered rule, as decisions store them."""
    pack = pack_with(window_rules())
    views = lived(events(60), late=False)

    def work() -> int:
        return sum(len(pack.evaluate(view)) for _ in range(5) for view in views)

    return rate(work)


def decisions() -> float:
    """Whole decisions with the shipped pack over a history of 60 signals."""
    pack = load_pack(RULES)
    history = tuple(events(60))
    cases = []
    for signal in history:
        event = Event(
            type=signal.type,
            event_id=signal.signal_id,
            occurred_at=signal.at,
            attributes=signal.attributes,
            organisations=(Organisation(name="Acme"),),
        )
        story = StoryState(
            story_id=signal.signal_id, type=signal.type, opened_at=signal.at, last_at=signal.at, events=(event,)
        )
        cases.append(
            Case(now=START + timedelta(days=181), event=event, account=ACCOUNT, match=Match(status="matched", account_id="acme"),
                 story=StoryIntent(story_id=signal.signal_id, effect="opened", story=story), signal=signal, history=history,
                 tier=TierState(tier=3))
        )  # fmt: skip

    def work() -> int:
        for case in cases:
            decide(case, pack)
        return len(cases)

    return rate(work)


def loading() -> float:
    """Seconds of CPU to load a pack of 1,000 rules."""
    rules = "".join(rule.replace("id: ", f"id: n{i}-") for i in range(10) for rule in (single_rules(), window_rules()))
    started = time.process_time()
    pack = pack_with(rules)
    assert len(pack.rules) == 1000
    return time.process_time() - started


def activity() -> float:
    """Activities per second over 60 signals."""
    pack = load_pack(RULES)
    history = events(60)
    return rate(
        lambda: sum(1 for _ in range(300) if scoring.activity(history, START + timedelta(days=181), pack.scoring))
    )


def run() -> dict[str, Any]:
    """Everything, rounded."""
    from bench.rule_engines import compare  # it needs this module's events

    mixed, same, windows, late = single(None), single("trial_start"), windowed(False), windowed(True)
    return {
        "single_evals_per_s": round(mixed["evals_per_s"]),
        "single_fired": mixed["fired"],
        "single_same_type_evals_per_s": round(same["evals_per_s"]),
        "single_same_type_fired": same["fired"],
        "cost_with_1000_rules_on_other_types": round(other_types(), 2),
        "windowed_evals_per_s": round(windows["evals_per_s"]),
        "windowed_fired": windows["fired"],
        "windowed_late_evals_per_s": round(late["evals_per_s"]),
        "windowed_with_reasons_evals_per_s": round(windowed_with_reasons()),
        "decisions_per_s": round(decisions()),
        "activities_per_s": round(activity()),
        "load_1000_rules_s": round(loading(), 3),
        **compare(),
    }


if __name__ == "__main__":
    import json

    print(json.dumps(run(), indent=1))
