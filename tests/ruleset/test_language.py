"""What rules mean: field tests, windows, order, counts, silences, scopes, thresholds, cool-downs."""

from __future__ import annotations

import pytest

from signalwatch.model import Change
from signalwatch.ruleset import explain_text
from tests.ruleset.packs import fires, pack_of, signal, view


def one(when: str, **more: str) -> str:
    extra = "".join(f"\n  {key}: {value}" for key, value in more.items())
    return f"- id: r\n  when: {when}{extra}\n"


@pytest.mark.parametrize(
    ("test", "attributes", "passes"),
    [
        ("series: B", {"series": "B"}, True),
        ("series: [C, D]", {"series": "B"}, False),
        ("series|gte: C", {"series": "crossover"}, True),
        ("series|gte: C", {"series": "unspecified"}, False),
        ("series|gte: C", {}, False),
        ("series|none_of: [venture_debt]", {}, True),
        ("series|none_of: [venture_debt]", {"series": "venture_debt"}, False),
        ("amount|gte: 50M USD", {"amount": 50_000_000}, True),
        ("amount|gte: 50M USD", {"amount": 46_000_000, "currency": "EUR"}, True),
        ("amount|gte: 50M USD", {"amount": 10_000_000_000, "currency": "XXX"}, False),
        ("amount|gte: USD 1.5B", {"amount": 1_500_000_000.0}, True),
        ("amount|between: [1M USD, 2M EUR]", {"amount": 2_100_000}, True),
        ("amount|gte: 50M USD", {"amount": "a lot"}, False),
        ("amount|exists: false", {"series": "A"}, True),
        ("title|contains: phase", {"title": "A PHASE two study"}, False),
        ("industry|starts_with: bio", {"industry": "Biotechnology"}, True),
        ("industry|matches: '^bio.*gy$'", {"industry": "Biotechnology"}, True),
        ("investor|any_of: [Orbit]", {"investors": ["Orbit", "Moon"]}, True),
        ("investor|all_of: [orbit, moon]", {"investors": ["Orbit", "Moon", "Sun"]}, True),
        ("investor|all_of: [orbit, mars]", {"investors": ["Orbit", "Moon", "Sun"]}, False),
        ("investor|none_of: [mars]", {"investors": ["Orbit"]}, True),
        ("investor|contains: Moon", {"investor": "moon"}, True),
        ("amendment: true", {"amendment": True}, True),
        ("first_sale|gte: 2026-01-10", {"first_sale": "2026-01-11"}, True),
        ("first_sale|gte: 2026-01-10", {"first_sale": "soon"}, False),
        ("series: B", {"series": ["B"]}, False),
    ],
)
def test_field_tests(test: str, attributes: dict[str, object], passes: bool) -> None:
    pack = pack_of(one(f"{{ funding_round: {{ {test} }} }}"))

    assert fires(pack, view(signal("funding_round", 0, **attributes))) is passes


@pytest.mark.parametrize(
    ("test", "phase", "passes"),
    [
        ('phase: "2"', "2b", True), ("phase: 2", "2a", True), ('phase: "2"', "1/2", False), ('phase: "2"', "2/3", False),
        ('phase|gte: "2"', "1/2", False), ('phase|gte: "2"', "2/3", True), ('phase|gte: "2"', "pivotal", True),
        ('phase|lt: "2"', "1b/2", True), ('phase: "2a"', "2", False), ('phase|between: ["1", "2"]', "1/2", True),
    ],
)  # fmt: skip
def test_phases_are_ordered(test: str, phase: str, passes: bool) -> None:
    pack = pack_of(one(f"{{ trial_start: {{ {test} }} }}"))

    assert fires(pack, view(signal("trial_start", 0, phase=phase))) is passes


PAIR = one("{ all: [funding_round, ind_clearance], within: 30d }")


@pytest.mark.parametrize(("apart", "expected"), [(0, True), (30, True), (30.01, False)])
def test_within_takes_event_time_to_the_second(apart: float, expected: bool) -> None:
    pack = pack_of(PAIR)

    assert fires(pack, view(signal("ind_clearance", apart), signal("funding_round", 0))) is expected


def test_a_late_event_reopens_its_window_and_is_marked_late() -> None:
    pack = pack_of(PAIR)
    late = signal("funding_round", 0, seen=25)

    outcome = pack.evaluate(view(late, signal("ind_clearance", 20), now=25))[0]

    assert outcome.fired
    assert outcome.late
    assert outcome.signals == ("funding_round@0", "ind_clearance@20")


def test_a_rule_does_not_fire_on_an_event_that_has_no_part_in_it() -> None:
    pack = pack_of(PAIR)
    pair = (signal("ind_clearance", 1), signal("funding_round", 0))

    assert not fires(pack, view(signal("ipo", 2), *pair))
    assert fires(pack, view(pair[0], pair[1]))


def test_then_is_an_order_of_event_times() -> None:
    pack = pack_of(one("{ then: [funding_round, ind_clearance, trial_start], within: 100d }"))
    a, b, c = signal("funding_round", 0), signal("ind_clearance", 10), signal("trial_start", 20)

    assert fires(pack, view(c, a, b))
    assert fires(pack, view(a, b, c))
    assert not fires(pack, view(signal("trial_start", 5), a, b))


def test_equal_moments_count_as_in_order_but_each_event_once() -> None:
    pack = pack_of(one("{ then: [page_visit, page_visit] }"))

    assert not fires(pack, view(signal("page_visit", 1)))
    assert fires(pack, view(signal("page_visit", 1, n="a"), signal("page_visit", 1, n="b")))


def test_count_and_distinct() -> None:
    pack = pack_of(
        "- { id: r, when: { page_visit: { count|gte: 3, within: 14d } } }\n"
        "- { id: d, when: { first_party: { distinct: { field: person, gte: 2 }, within: 14d } } }\n"
        "- { id: u, when: { any: [page_visit, demo_request], count|gte: 3, within: 14d } }\n"
    )
    visits = [signal("page_visit", at, n=f"v{at}", person="ann") for at in (0, 7, 15)]
    demo = signal("demo_request", 8, person="bob")

    assert not fires(pack, view(visits[2], *visits[:2]))
    assert fires(pack, view(signal("page_visit", 14, n="x"), *visits[:2]))
    assert not fires(pack, view(visits[1], visits[0]), "d")
    assert fires(pack, view(demo, *visits[:2]), "d")
    assert fires(pack, view(demo, *visits[:2]), "u")


def test_first_by_account_and_by_program() -> None:
    pack = pack_of(
        "- { id: r, when: { trial_start: { first: true } } }\n- { id: p, when: { trial_start: { first: program } } }\n"
    )
    before = signal("trial_start", 0, program="a")
    now = signal("trial_start", 9, program="b")

    assert not fires(pack, view(now, before))
    assert fires(pack, view(now, before), "p")
    assert fires(pack, view(before, now))


def test_changed_by_the_event_itself_or_against_the_one_before() -> None:
    pack = pack_of(one("{ trial_status_change: { changed: { field: status, from: [recruiting], to: terminated } } }"))
    told = signal("trial_status_change", 9, changes=(Change(field="status", before="Recruiting", after="Terminated"),))
    before = signal("trial_status_change", 0, status="recruiting")
    derived = signal("trial_status_change", 9, status="terminated")

    assert fires(pack, view(told))
    assert fires(pack, view(derived, before))
    assert not fires(pack, view(derived))
    assert not fires(pack, view(before, signal("trial_status_change", -5, status="suspended")))


def test_silence_becomes_a_dated_signal() -> None:
    pack = pack_of(one("{ ind_clearance: { absent_for: { event: trial_start, for: 180d } } }"))
    cleared = signal("ind_clearance", 0, program="a")
    other = signal("trial_start", 20, program="b")

    due = pack.silences([cleared, other], cleared.at, view(cleared).now.replace(year=2027))

    assert [s.at for s in due] == [view(signal("ipo", 180)).now]
    assert fires(pack, view(due[0], cleared, other))
    assert not fires(pack, view(due[0], cleared, signal("trial_start", 90, program="a")))
    assert not fires(pack, view(cleared))


def test_same_program_and_same_person() -> None:
    pack = pack_of(
        "- { id: r, when: { all: [ind_clearance, trial_start], within: 90d, same: program } }\n"
        "- { id: p, when: { first_party: { count|gte: 2, within: 30d, same: person } } }\n"
    )
    start = signal("trial_start", 5, program="a")

    assert fires(pack, view(start, signal("ind_clearance", 0, program="a")))
    assert not fires(pack, view(start, signal("ind_clearance", 0, program="b")))
    assert not fires(pack, view(signal("trial_start", 5), signal("ind_clearance", 0)))
    assert fires(pack, view(signal("page_visit", 5, person="ann"), signal("demo_request", 1, person="ann")), "p")
    assert not fires(pack, view(signal("page_visit", 5, person="ann"), signal("demo_request", 1, person="bob")), "p")


def test_unless_looks_back_and_on_to_now() -> None:
    pack = pack_of(one("ind_clearance", unless="[{ distress: { within: 180d } }]"))
    ind = signal("ind_clearance", 200)

    assert fires(pack, view(ind, signal("layoffs_restructuring", 19)))
    assert not fires(pack, view(ind, signal("layoffs_restructuring", 21)))
    assert not fires(pack, view(ind, signal("layoffs_restructuring", 230), now=230))


def test_not_inside_a_window_looks_back_as_far_as_the_window() -> None:
    pack = pack_of(one("{ all: [ind_clearance, { not: distress }], within: 30d }"))

    assert fires(pack, view(signal("ind_clearance", 100), signal("layoffs_restructuring", 60)))
    assert not fires(pack, view(signal("ind_clearance", 100), signal("layoffs_restructuring", 80)))


def test_thresholds_fire_on_what_moves_them() -> None:
    pack = pack_of(
        "- { id: r, when: { engagement|gte: 50, personas|gte: 2 } }\n"
        "- { id: a, when: { all: [{ ind_clearance: { within: 90d } }, activity|gte: 50] } }\n".replace(
            "activity|gte: 50", "{ activity|gte: 50 }"
        )
    )
    visit = signal("page_visit", 5, points=5)
    hot = {"engagement": 60.0, "personas": ("a", "b"), "activity": 60.0}

    assert fires(pack, view(visit, **hot))
    assert not fires(pack, view(visit, engagement=60, personas=("a",)))
    assert not fires(pack, view(signal("ipo", 5, points=40), **hot))
    assert fires(pack, view(signal("ipo", 60, points=40), signal("ind_clearance", 0), **hot), "a")
    assert not fires(pack, view(signal("ipo", 91, points=40), signal("ind_clearance", 0), **hot), "a")


def test_for_asks_the_account() -> None:
    pack = pack_of(
        one("ind_clearance", **{"for": "{ tier: [3], fit|gte: 0.5, area: [oncology], kind|none_of: [cro_cdmo] }"})
    )
    ind = signal("ind_clearance", 0)

    assert fires(pack, view(ind, area=["Oncology", "CNS"]))
    assert not fires(pack, view(ind))
    assert not fires(pack, view(ind, area=["oncology"], kind="cro_cdmo"))
    assert not fires(pack, view(ind, area=["oncology"], tier=2))
    assert not fires(pack, view(ind, area=["oncology"], fit=0.4))


def test_cooldown_is_kept_without_any_stored_state() -> None:
    pack = pack_of(one("ind_clearance", cooldown="30d"))
    first, second, third = (signal("ind_clearance", at) for at in (0, 20, 40))

    assert fires(pack, view(first))
    assert not fires(pack, view(second, first))
    assert fires(pack, view(third, first, second)), "a firing held back does not extend the cool-down"


def test_cooldown_per_program_and_not_for_quiet_history() -> None:
    pack = pack_of(one("ind_clearance", cooldown="{ for: 30d, per: program }"))
    before = signal("ind_clearance", 0, program="a")
    import msgspec

    quiet = msgspec.structs.replace(before, quiet=True)

    assert not fires(pack, view(signal("ind_clearance", 5, program="a"), before))
    assert fires(pack, view(signal("ind_clearance", 5, program="b"), before))
    assert fires(pack, view(signal("ind_clearance", 5, program="a"), quiet))


def test_because_fills_slots_from_the_match() -> None:
    rule = """
        - id: r
          when: { all: [funding_round, ind_clearance], within: 90d }
          because: "{funding_round.sold|funding_round.amount} {funding_round.series|a round} and {ind_clearance.product|ind_clearance.asset|a program} of {account.name}, {{ok}}"
        """
    pack = pack_of(rule)
    seen = view(signal("ind_clearance", 5), signal("funding_round", 0, amount=75_000_000, currency="EUR", series="C"))

    assert pack.evaluate(seen)[0].because == "EUR 75M C and a program of Acme Bio, {ok}"


@pytest.mark.parametrize(
    ("when", "history", "path", "words"),
    [
        ("{ trial_start: { phase|gte: '2' } }", [("trial_start", 0, {"phase": "1"})], "when.trial_start.phase|gte", "phase 1 < 2"),
        ("{ all: [funding_round, ind_clearance], within: 30d }", [("ind_clearance", 136, {}), ("funding_round", 0, {})],
         "when.within", "it would take 136 d, more than 30d"),
        ("{ all: [funding_round, ind_clearance], within: 30d }", [("ind_clearance", 136, {})],
         "when.all[0].funding_round", "no funding_round in the history"),
        ("{ page_visit: { count|gte: 3, within: 9d } }", [("page_visit", 1, {}), ("page_visit", 0, {})],
         "when.page_visit.count|gte", "2 page_visit < 3"),
        ("{ funding_round: { amount|gte: 50M USD } }", [("funding_round", 0, {"amount": 30_000_000})],
         "when.funding_round.amount|gte", "amount USD 30M < USD 50M"),
        ("{ funding_round: { series: [C, D] } }", [("funding_round", 0, {"series": "B"})],
         "when.funding_round.series", "series B is not one of C, D"),
        ("{ funding_round: { series: [C, D] } }", [("funding_round", 0, {})], "when.funding_round.series", "series unknown"),
    ],
)  # fmt: skip
def test_why_not_names_the_condition_and_the_distance(
    when: str, history: list[tuple[str, float, dict[str, object]]], path: str, words: str
) -> None:
    pack = pack_of(one(when))
    signals = [signal(event, at, **attributes) for event, at, attributes in history]

    outcome = pack.evaluate(view(signals[0], *signals[1:]))[0]

    assert (outcome.fired, outcome.failed, outcome.missed_by) == (False, path, words)


def test_explain_shows_every_condition_with_its_value() -> None:
    rule = """
        - id: r
          for: { tier: [3] }
          when: { all: [{ funding_round: { series: [C, D] } }, ind_clearance], within: 30d }
          unless: [distress]
          cooldown: 30d
        """
    pack = pack_of(rule)
    seen = view(signal("ind_clearance", 5), signal("funding_round", 0, series="B"))

    tree = pack.explain("r", seen)
    text = explain_text(tree)

    assert tree["fired"] is False
    assert tree["when"]["parts"][0]["parts"][0]["parts"][0]["got"] == "B"
    assert "series B is not one of C, D" in text
    assert "+ for tier is 3: 3" in text


def test_off_rules_are_not_considered_and_shadow_rules_say_so() -> None:
    pack = pack_of(
        "- { id: r, when: ind_clearance, status: 'off' }\n- { id: s, when: ind_clearance, status: shadow }\n"
    )

    outcomes = pack.evaluate(view(signal("ind_clearance", 0)))

    assert [(o.rule_id, o.status, o.fired) for o in outcomes] == [("s", "shadow", True)]


def test_only_rules_the_event_can_affect_are_considered() -> None:
    pack = pack_of("- { id: a, when: ind_clearance }\n- { id: b, when: ipo }\n- { id: c, when: { activity|gte: 5 } }\n")

    considered = [o.rule_id for o in pack.evaluate(view(signal("ipo", 0)))]

    assert considered == ["b", "c"]


def test_the_longest_window_of_a_pack() -> None:
    plain = pack_of("- { id: r, when: ipo }\n")
    long = pack_of(
        "- { id: r, when: { all: [ipo, { not: { distress: { within: 300d } } }], within: 200d }, cooldown: 250d }\n"
    )

    assert (plain.longest_window.days, long.longest_window.days) == (180, 300)
