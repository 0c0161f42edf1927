"""The texts: varied, complete, and written without a look at the detection patterns."""

from __future__ import annotations

import ast
import random
from collections import defaultdict
from pathlib import Path

import pytest

import signalwatch.simulate
from signalwatch.model import NEWS_TYPES
from signalwatch.simulate import grammar, wording
from signalwatch.simulate.wording.noise import NOISE
from signalwatch.simulate.world import World

FOLDER = Path(signalwatch.simulate.__file__).parent


def titles(style: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for key in wording.all_keys():
        found[key.split("/")[0]].update(getattr(wording.style(key), style))
    return found


@pytest.mark.parametrize("style", ["wire", "trade"])
@pytest.mark.parametrize("event_type", NEWS_TYPES)
def test_each_type_has_six_headlines_in_each_outlet_style(event_type: str, style: str) -> None:
    assert len(titles(style)[event_type]) >= 6


def test_each_step_of_a_happening_has_six_headlines_in_each_outlet_style() -> None:
    thin = [
        k
        for k in wording.all_keys()
        if not k.startswith("filing/") and min(len(wording.style(k).wire), len(wording.style(k).trade)) < 6
    ]

    assert thin == []


def test_no_headline_is_used_for_two_types() -> None:
    for style in ("wire", "trade"):
        owners: dict[str, set[str]] = defaultdict(set)
        for event_type, found in titles(style).items():
            for title in found:
                owners[title].add(event_type)
        assert {t for t, types in owners.items() if len(types) > 1} == set()


def test_a_year_really_uses_at_least_six_headline_shapes_per_common_type(year: World) -> None:
    used: dict[str, set[str]] = defaultdict(set)
    for happening in year.happenings:
        for document in happening.documents:
            if document.kind == "entry":
                used[happening.type].add(document.title)

    for event_type in ("funding_round", "partnership", "trial_results", "leadership_change", "regulatory_designation"):
        assert len(used[event_type]) > 20


def test_texts_are_filled_completely(year: World) -> None:
    for p in year.publications:
        for text in (p.title, p.body):
            assert not set("{}[]|") & set(text), p
            assert "  " not in text, p
        assert p.kind != "entry" or (p.title and p.body), p


def test_noise_has_several_wordings_of_each_kind() -> None:
    assert {name for name, kind in NOISE.items() if len(kind.titles) < 4} == set()


def test_the_world_is_not_built_from_the_detection_patterns() -> None:
    """No module of the generator imports detection, and none reads rule files."""
    shells = ("demo.py", "replay.py", "recorded.py")  # they run the service on the world; crash/ does so under fire
    generator = [p for p in FOLDER.rglob("*.py") if p.name not in shells and "crash" not in p.parts]
    for path in generator:
        tree = ast.parse(path.read_text("utf-8"))
        names = [a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names]
        names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        strings = [
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        assert not [n for n in names if n.startswith(("signalwatch.detect", "rules", "connectors"))], path
        assert not [s for s in strings if "rules/triggers" in s or s.endswith(".yaml")], path


def test_grammar_fills_slots_and_alternatives() -> None:
    rng = random.Random(1)
    found = {grammar.fill("{a} [likes|loves|] {b}", {"a": "x", "b": "y"}, rng) for _ in range(40)}

    assert found == {"x likes y", "x loves y", "x y"}


def test_grammar_passes_over_templates_it_cannot_fill() -> None:
    rng = random.Random(1)

    assert {grammar.pick(("{a}", "{missing}"), {"a": "x"}, rng) for _ in range(20)} == {"x"}
    with pytest.raises(ValueError, match="no wording"):
        grammar.pick(("{missing}",), {"a": "x"}, rng)
