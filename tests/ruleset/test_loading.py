"""The loader: strict, everything at once, with the place; and never anything but its own error."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signalwatch.errors import Problem, RuleSetError
from signalwatch.ruleset import load_pack, load_pack_texts
from tests.ruleset import fuzz
from tests.ruleset.packs import BASE, only_problem, pack_of, problems_of, texts


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_a_good_folder_loads_and_its_hash_names_its_content(tmp_path: Path) -> None:
    first = load_pack(write(tmp_path / "a", texts()))
    windows = load_pack(write(tmp_path / "b", {n: "\ufeff" + t.replace("\n", "\r\n") for n, t in texts().items()}))
    other = load_pack(write(tmp_path / "c", texts("- { id: other, when: ipo }\n")))

    assert first.hash == windows.hash == load_pack_texts(texts()).hash
    assert first.hash != other.hash
    assert [r.rule_id for r in first.rules] == ["any-ind"]


@pytest.mark.parametrize(
    ("rules", "line", "column", "message", "hint"),
    [
        ("- { id: r, when: ind_clearence }\n", 1, 18, 'unknown event type or group "ind_clearence"', "ind_clearance"),
        ("- id: r\n  wehn: ipo\n  when: ipo\n", 2, 3, 'unknown key "wehn"', "when"),
        ("- id: r\n  when:\n    funding_round: { serie: B }\n", 3, 22, 'no field "serie"', "series"),
        ("- id: r\n  when:\n    funding_round: { series: Z }\n", 3, 30, "unknown value Z", "one of"),
        ("- id: r\n  when:\n    funding_round: { series: seed }\n", 3, 30, "unknown value seed", '"Seed"'),
        ("- id: r\n  when:\n    funding_round: { series|gt: unspecified }\n", 3, 33, "has no rank", "one of"),
        ("- id: r\n  when:\n    funding_round: { amount|gte: 50000000 }\n", 3, 34, "currency was expected", "50M USD"),
        ("- id: r\n  when:\n    funding_round: { amount|gte: 50M XYZ }\n", 3, 34, "no rate for XYZ", ""),
        ("- id: r\n  when:\n    funding_round: { amount|gtr: 50M USD }\n", 3, 22, "unknown operator", '"gt"'),
        ("- id: r\n  when:\n    funding_round: { amount|matches: x }\n", 3, 22, "does not take", "amount|gte"),
        ("- id: r\n  when:\n    funding_round: { title|matches: '(a' }\n", 3, 37, "not a valid expression", "RE2"),
        ("- id: r\n  when:\n    funding_round: { title|matches: '(?=a)b' }\n", 3, 37, "not a valid expression", "RE2"),
        ("- { id: r, when: { all: [] } }\n", 1, 25, "the list is empty", ""),
        ("- { id: r, when: { all: [ipo, filing], within: 120 } }\n", 1, 48, "not understood: 120", "120d"),
        ("- { id: r, when: { all: [ipo, filing], within: 3 months } }\n", 1, 48, "not understood", "120d"),
        ("- { id: r, when: { then: [ipo] } }\n", 1, 26, "then takes 2 to 6 steps", ""),
        ("- { id: r, when: { then: [ipo, { filing: { count|gte: 2 } }] } }\n", 1, 32, "a step of then is one event", ""),
        ("- { id: r, when: { not: ipo } }\n", 1, 18, "nothing here can trigger", ""),
        ("- { id: r, when: { count|gte: 3 } }\n", 1, 20, "belongs under an event type", ""),
        ("- { id: r, when: ipo, status: on }\n", 1, 31, "unknown status: on", "live"),
        ("- { id: r, when: ipo, alert: yes }\n", 1, 30, "true or false was expected", "write true"),
        ("- { id: r, when: ipo, from: 'no idea' }\n", 1, 29, "unknown origin", "practice"),
        ("- { id: R 1, when: ipo }\n", 1, 9, "an id was expected", "small letters"),
        ("- { id: r, when: ipo, play: engage }\n", 1, 29, "unknown play: engage", '"engagement"'),
        ("- { id: r, when: ipo, propose: { tier: 4 } }\n", 1, 40, "unknown tier: 4", "one of"),
        ("- { id: r, when: ipo, for: { tier: [3] }, propose: { tier: 3 } }\n", 1, 60, "in it already", "for.tier"),
        ("- { id: r, when: ipo, for: { teir: [3] } }\n", 1, 30, 'unknown account field "teir"', '"tier"'),
        ("- { id: r, when: ipo, for: { fit|gte: 0.8, fit|lt: 0.5 } }\n", 1, 28, "no account can pass", ""),
        ("- { id: r, when: { trial_start: { phase|gte: 3, phase|lt: 2 } } }\n", 1, 33, "no value of phase can pass", ""),
        ("- { id: r, when: { layoffs_restructuring: { percent|gt: 20, percent|lt: 20 } } }\n", 1, 43, "no value of percent", ""),
        ("- { id: r, when: { funding_round: { amount|gte: 50M USD, amount|lt: 40M EUR } } }\n", 1, 35, "no value of amount", ""),
        ("- { id: r, when: ipo, unless: [ipo] }\n", 1, 32, "can never fire", ""),
        ("- { id: r, when: ipo, because: '{ip.amount}' }\n", 1, 32, "names nothing this rule asks for", "ipo.title"),
        ("- { id: r, when: ipo, because: '{ipo.amuont}' }\n", 1, 32, 'no field "amuont"', '"amount"'),
        ("- { id: r, when: ipo, because: 'a } b' }\n", 1, 32, "a lone }", "{{"),
        ("- { id: r, when: ipo }\n- { id: r, when: ipo }\n", 2, 9, "defined twice", "elevation/rules.yaml:1"),
        ("- { id: r, id: s, when: ipo }\n", 1, 12, 'duplicate key "id"', "line 1"),
        ("- { when: ipo }\n", 1, 3, '"id" is missing', ""),
        ("- { id: r }\n", 1, 3, '"when" is missing', ""),
        ("id: r\nwhen: ipo\n", 1, 1, "a list was expected", "- "),
        ("- 7\n", 1, 3, "a mapping (key: value) was expected", ""),
        ("- { id: r, when: 7 }\n", 1, 18, "a condition was expected", ""),
        ("- { id: r, when: { ipo: 7 } }\n", 1, 25, "tests of ipo were expected", ""),
        ("- { id: r, when: ipo, examples: [{ given: [{ at: 2026-01-01, event: distress }], expect: silent }] }\n", 1, 69, "unknown event type", "a group is no event"),
        ("- { id: r, when: ipo, examples: [{ given: [{ at: soon, event: ipo }], expect: silent }] }\n", 1, 50, "a day was expected", "40d"),
        ("- { id: r, when: ipo, examples: [{ given: [{ at: 1d, event: ipo }], expect: maybe }] }\n", 1, 77, "not understood: maybe", "silent"),
        ("- { id: r, when: ipo, examples: [{ given: [{ at: 1d, event: ipo, series: B }], expect: silent }] }\n", 1, 66, 'ipo has no field "series"', ""),
        ("- { id: r, when: ipo, examples: [{ given: [{ at: 1d, event: ipo }], expect: { fires: 5d } }] }\n", 1, 86, "no event of the example", "until"),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_pointed_at(rules: str, line: int, column: int, message: str, hint: str) -> None:
    problem = only_problem(rules)

    assert message in problem.message
    assert hint in problem.hint
    assert (problem.file, problem.line, problem.column) == ("elevation/rules.yaml", line, column)
    assert problem.excerpt == rules.splitlines()[line - 1].strip()


@pytest.mark.parametrize(
    ("file", "text", "message", "hint"),
    [
        ("tiers", BASE["tiers.yaml"].replace("activity: 45", "activity: 95"), "not below enter.activity", ""),
        ("tiers", BASE["tiers.yaml"].replace("dwell: 60d", "dwell: sixty"), "not understood: sixty", "120d"),
        ("tiers", BASE["tiers.yaml"].replace("share: 5%", "share: 500%"), "not understood: 500%", "5%"),
        ("tiers", BASE["tiers.yaml"].replace("group: distress", "group: distres"), "unknown group", '"distress"'),
        ("tiers", BASE["tiers.yaml"].replace("play: intro", "play: intor"), "unknown play", '"intro"'),
        ("tiers", BASE["tiers.yaml"].replace("3: { name", "4: { name"), "unknown tier 4", ""),
        ("scoring", BASE["scoring.yaml"].replace("ind_clearance", "ind_clearanse"), "unknown event type", '"ind_clearance"'),
        ("scoring", BASE["scoring.yaml"].replace("EUR: 1.1", "EUR: -1"), "out of range", ""),
        ("scoring", BASE["scoring.yaml"].replace("EUR: 1.1", "eur: 1"), "not a currency code", ""),
        ("icp", BASE["icp.yaml"].replace("kind: phase", "kind: phases"), "unknown kind", '"phase"'),
        ("icp", BASE["icp.yaml"].replace("biotech: 1,", "biotek: 1,"), "unknown value biotek", '"biotech"'),
        ("icp", BASE["icp.yaml"].replace("relationship: competitor", "relation: competitor"), "unknown account field", '"relationship"'),
        ("personas", BASE["personas.yaml"].replace("[clinical, outsourcing]", "[clinicl, outsourcing]"), "unknown persona", '"clinical"'),
        ("plays", BASE["plays.yaml"].replace("id: intro", "id: engagement"), "defined twice", ""),
        ("routes", BASE["routes.yaml"].replace("[owner]", "[onwer]"), "unknown receiver", '"owner"'),
        ("routes", "receivers: {}\nroute: {}\n", "the first route needs receivers", ""),
        ("routes", "fallback: [owner]\n" + BASE["routes.yaml"].replace("        ", ""), "unknown receiver: owner", "owner"),
        ("groups", "a: { events: [b] }\n", "unknown event type or group", ""),
        ("groups", "ipo: { events: [filing] }\n", "an event type already", ""),
    ],
)  # fmt: skip
def test_a_wrong_policy_file_is_pointed_at(file: str, text: str, message: str, hint: str) -> None:
    found = problems_of(**{file: text})

    problem = next(p for p in found if message in p.message)
    assert hint in problem.hint
    assert problem.file == f"{file}.yaml"
    assert problem.line > 0


ROUTES = """
receivers: {{ owner: {{ channel: default }}, team: {{ channel: slack, recipient: "#bd" }} }}
schedules: {{ morning: {{ every: daily, at: "08:30", zone: Europe/Berlin }} }}
quiet_hours: {{ night: {{ start: "20:00", end: "07:00", zone: Europe/Berlin, days: [mon, tue] }} }}
fallback: team
route:
  receivers: [owner]
  routes:
    - {route}
"""


@pytest.mark.parametrize(
    ("route", "message"),
    [
        ("{ match: { tier: 4 }, receivers: [team] }", "unknown value 4"),
        ("{ match: { type: trial_strat }, receivers: [team] }", "unknown value trial_strat"),
        ("{ match: { colour: red }, receivers: [team] }", 'unknown account field "colour"'),
        ("{ match: { tier: 1 }, schedule: mornings }", "unknown schedule: mornings"),
        ("{ match: { tier: 1 }, quiet: [nights] }", "unknown quiet hours: nights"),
        ("{ match: { tier: 1 }, group_by: [acount] }", "unknown grouping: acount"),
        ("{ match: { tier: 1 }, group_wait: 30 }", "not understood: 30"),
        ("{ match: { tier: 1 }, continue: yes }", "true or false was expected"),
    ],
)
def test_wrong_routes(route: str, message: str) -> None:
    assert any(message in p.message for p in problems_of(routes=ROUTES.format(route=route)))


def test_routes_become_a_tree() -> None:
    pack = pack_of(
        routes=ROUTES.format(
            route="{ match: { tier: [1, 2], area: [oncology] }, schedule: morning, quiet: [night], continue: true }"
        )
    )
    child = pack.routes.root.routes[0]

    assert child.matches({"tier": 1, "area": ("Oncology", "CNS")})
    assert not child.matches({"tier": 3, "area": ("Oncology",)})
    assert (child.schedule, child.quiet, child.carry_on, child.receivers) == ("morning", ("night",), True, None)
    assert pack.routes.schedules["morning"].zone == "Europe/Berlin"
    assert pack.routes.channels == ("default", "slack")


def test_an_unreachable_route_is_a_warning() -> None:
    text = (
        ROUTES.format(route="{ match: { tier: 1 } }") + "    - { match: { tier: 1, kind: alert }, receivers: [team] }\n"
    )

    assert any("never reached" in w.message for w in pack_of(routes=text).warnings)


def test_all_problems_of_the_whole_set_in_one_report() -> None:
    files = texts(
        "- { id: a, when: ipos }\n- { id: b, when: ipo, staus: live }\n- { id: c, when: { all: [ipo, fling] } }\n",
        plays="- { id: x }\n",
        tiers=BASE["tiers.yaml"].replace("60d", "x"),
    )
    files["elevation/broken.yaml"] = "- { id: [ }\n"
    files["scorings.yaml"] = "a: 1\n"

    with pytest.raises(RuleSetError) as caught:
        load_pack_texts(files)

    places = {(p.file, p.line) for p in caught.value.problems}
    assert {("elevation/rules.yaml", 1), ("elevation/rules.yaml", 2), ("elevation/rules.yaml", 3), ("plays.yaml", 1),
            ("elevation/broken.yaml", 1), ("scorings.yaml", 0)} <= places  # fmt: skip
    assert any(p.file == "tiers.yaml" and p.line > 0 for p in caught.value.problems)


def test_a_broken_file_does_not_make_its_readers_look_wrong() -> None:
    """With plays.yaml unreadable, rules that name a play are not blamed for it ... but the pack is refused."""
    found = problems_of("- { id: r, when: ipo }\n", routes="receivers: [\n")

    assert {p.file for p in found} == {"routes.yaml"}


@pytest.mark.parametrize("name", ["plays.yaml", "personas.yaml", "groups.yaml", "icp.yaml", "scoring.yaml"])
def test_a_missing_or_broken_file_is_blamed_alone(name: str) -> None:
    """Forty rules that name its plays are not in the report, or nobody finds the one line that matters."""
    rules = """
        - { id: a, when: distress, for: { stage: 2, fit|gte: 0.5 }, propose: { tier: 3, play: engagement } }
        - { id: b, when: { funding_round: { amount|gte: 5M EUR } }, unless: [first_party] }
    """
    missing, broken = texts(rules), texts(rules) | {name: "a: [\n"}
    del missing[name]

    for files in (missing, broken):
        with pytest.raises(RuleSetError) as caught:
            load_pack_texts(files)
        assert [p.file for p in caught.value.problems] == [name]


def test_a_typo_is_found_although_the_file_it_refers_to_is_broken() -> None:
    found = problems_of("- { id: a, when: ipoo }\n", groups="a: [\n")

    assert {p.file for p in found} == {"groups.yaml", "elevation/rules.yaml"}


def test_missing_files_and_an_empty_glob() -> None:
    with pytest.raises(RuleSetError) as caught:
        load_pack_texts({})

    assert {p.file for p in caught.value.problems} == {*(n for n in BASE if "/" not in n), "elevation"}


def test_warnings_do_not_stop_a_pack() -> None:
    pack = pack_of("- { id: r, when: { all: [ipo, filing] } }\n")

    assert ["without 'within'" in w.message for w in pack.warnings] == [True]


def test_the_folder_is_read_strictly(tmp_path: Path) -> None:
    folder = write(tmp_path / "rules", texts())
    (folder / "README.md").write_text("fine")
    (folder / "elevation" / "more.yml").write_text("- 1\n")
    (folder / "tier.yaml").write_text("a: 1\n")
    outside = tmp_path / "outside.yaml"
    outside.write_text("- { id: x, when: ipo }\n")
    os.symlink(outside, folder / "elevation" / "link.yaml")
    os.symlink(folder / "elevation" / "rules.yaml", folder / "elevation" / "inside.yaml")
    (folder / "elevation" / "loop.yaml").symlink_to(folder / "elevation" / "loop.yaml")
    (folder / "elevation" / "dir.yaml").mkdir()

    with pytest.raises(RuleSetError) as caught:
        load_pack(folder)

    said = {p.file: p.message for p in caught.value.problems}
    assert "rule file" in said["elevation/more.yml"]
    assert "tiers.yaml" in next(p.hint for p in caught.value.problems if p.file == "tier.yaml")
    assert "leads out" in said["elevation/link.yaml"]
    assert "cannot be read" in said["elevation/loop.yaml"]
    assert "not a regular file" in said["elevation/dir.yaml"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RuleSetError, match="cannot be read"):
        load_pack(tmp_path / "nowhere")


def test_too_large_is_refused_unread(tmp_path: Path) -> None:
    folder = write(tmp_path, texts())
    with (folder / "plays.yaml").open("wb") as file:
        file.truncate(11_000_000)

    with pytest.raises(RuleSetError, match="too large"):
        load_pack(folder)


def test_types_that_ops_added_may_stand_in_rules(tmp_path: Path) -> None:
    folder = write(tmp_path, texts("- { id: r, when: { site_visit: { visitor: FDA } } }\n"))
    with pytest.raises(RuleSetError, match="site_visit"):
        load_pack(folder)

    (folder / "triggers").mkdir()
    (folder / "triggers" / "site_visit.yaml").write_text("x: 1\n")

    assert load_pack(folder).rules[0].types == {"site_visit"}
    with pytest.raises(RuleSetError, match='no field "visitor"'):
        load_pack_texts(texts("- { id: r, when: { site_visit: { visitor: FDA } } }\n"), {"site_visit": ("inspector",)})


@pytest.mark.slow
def test_a_thousand_rules_load_fast() -> None:
    rule = """
- id: rule-{i}
  title: A rule
  from: ours
  for: {{ tier: [3], fit|gte: 0.5 }}
  when:
    all:
      - funding_round: {{ series: [C, D, E+, crossover], amount|gte: 50M USD }}
      - any:
          - ind_clearance
          - trial_start: {{ phase|gte: "2", title|contains: "study" }}
    within: 120d
  unless:
    - distress: {{ within: 180d }}
  propose: {{ tier: 2, play: engagement }}
  because: "{{funding_round.amount}} and {{ind_clearance.product|a new trial}}"
  examples:
    - given:
        - {{ at: 2026-01-10, event: funding_round, series: C, amount: 150000000 }}
        - {{ at: 2026-02-19, event: ind_clearance }}
      expect: {{ fires: 2026-02-19 }}
"""
    files = texts("".join(rule.format(i=i) for i in range(1000)))
    started = time.process_time()

    pack = load_pack_texts(files)

    assert len(pack.rules) == 1000
    assert time.process_time() - started < 4  # about 1 s on a quiet machine


_pieces = st.sampled_from(
    ["- id: r\n", "  when: ipo\n", "  when:\n", "    all: [ipo, filing]\n", "    within: 120d\n", "    trial_start: {phase|gte: 2}\n",
     "    then: [ipo, ipo]\n", "  unless: [ipo]\n", "  examples:\n", "    - {given: [{at: 0d, event: ipo}], expect: silent}\n",
     "  for: {tier: 3}\n", "  because: '{ipo.amount}'\n", "  propose: {tier: 2}\n", "  cooldown: {for: 3d}\n", "- 1\n", "? x\n", "\t- a\n",
     "    ipo: {amount|between: [1M USD, 2M USD]}\n", "    ipo: {title|matches: '('}\n", "    ipo: {absent_for: {event: filing, for: 1d}}\n",
     "    ipo: {changed: {field: x}}\n", "    ipo: {distinct: {field: title, gte: 2}}\n", "    not: ipo\n", "    any: [ipo]\n    count|gte: 2\n"]
)  # fmt: skip
_junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=6),
              st.sampled_from(["ipo", "tier", "120d", "within", "owner", "distress", "a b", "2026-01-01"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["id", "when", "all", "any", "not", "then", "ipo", "within", "same", "for", "examples", "given", "expect",
                                         "tiers", "1", "receivers", "route", "match", "routes", "points", "events", "is", "segments", "criteria",
                                         "attributes", "count|gte", "distinct", "first", "absent_for", "changed", "fires", "at", "event"]), inner, max_size=4),
    ),
    max_leaves=14,
)  # fmt: skip


def _survives(files: dict[str, str]) -> None:
    found: tuple[Problem, ...] = ()
    try:
        load_pack_texts(files)
    except RuleSetError as error:
        found = error.problems or (Problem("", -1, 0, "an error without a problem"),)
    assert all(p.line >= 0 and str(p) and len(str(p)) < 5000 for p in found)


@pytest.mark.slow
@settings(max_examples=250, deadline=None)
@given(st.lists(_pieces, max_size=9).map("".join))
def test_fuzz_rule_files_raise_nothing_but_rule_set_errors(rules: str) -> None:
    _survives(texts() | {"elevation/rules.yaml": rules})


@pytest.mark.slow
@settings(max_examples=250, deadline=None)
@given(st.sampled_from(sorted(BASE)), _junk)
def test_fuzz_any_data_in_any_file(name: str, data: object) -> None:
    import json

    _survives(texts() | {name: json.dumps(data)})


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(BASE)), st.data())
def test_fuzz_damaged_files(name: str, data: st.DataObject) -> None:
    """A good file with a piece cut out, doubled or replaced."""
    text = texts()[name]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    piece = data.draw(
        st.sampled_from(
            [
                "",
                ":",
                "- ",
                "{",
                "]",
                "\t",
                "\x00",
                "'",
                "&a ",
                "*a",
                "yes",
                "-1",
                "99999999999999999999",
                text[start:end] * 2,
            ]
        )
    )

    _survives(texts() | {name: text[:start] + piece + text[end:]})


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_fuzz_structure_aware(rng: random.Random) -> None:
    """Keys deleted, doubled, misspelt, values of other types, bombs, tags, tabs: `python -m tests.ruleset.fuzz` at length."""
    fuzz.survives(fuzz.damage(rng, texts()))


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(st.randoms(use_true_random=False))
def test_fuzz_the_shipped_files(rng: random.Random) -> None:
    fuzz.survives(fuzz.damage(rng, fuzz.shipped()))


def test_the_fuzzer_does_reach_both_ends() -> None:
    """It is worth nothing if every case is refused, or none."""
    seen = {type(fuzz.survives(fuzz.damage(random.Random(n), texts()))).__name__ for n in range(40)}

    assert seen == {"Pack", "RuleSetError"}
