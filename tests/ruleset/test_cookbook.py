"""Recipes of docs/rules/cookbook: each loads beside the shipped rules, does what it says, and together they show everything."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from signalwatch import yamlsrc
from signalwatch.model import Dossier
from signalwatch.routing import Router
from signalwatch.ruleset import Pack, load_pack_texts, reference
from signalwatch.ruleset.conditions import EVENT_EXTRAS, MODIFIERS, STRUCTURE
from signalwatch.ruleset.fields import OPERATORS
from signalwatch.ruleset.linting import lint
from signalwatch.ruleset.rules import RULE_KEYS
from signalwatch.ruleset.trial import run_examples
from tests.data import ROOT
from tests.ruleset.test_schema import SETS, errors

FOLDER = ROOT / "docs" / "rules" / "cookbook"
RECIPES = {p.name: p.read_text("utf-8") for p in sorted(FOLDER.glob("*"))}
ROUTES = [n for n, t in RECIPES.items() if "\nreceivers:" in t]
RULES = [n for n in RECIPES if n not in ROUTES]
SHIPPED = SETS["general"]
NOON = datetime(2026, 7, 8, 12, tzinfo=UTC)  # a Wednesday


def pack(name: str) -> Pack:
    """The shipped rules with one recipe in its place."""
    return load_pack_texts({**SHIPPED, "routes.yaml" if name in ROUTES else f"elevation/{name}": RECIPES[name]})


def test_there_are_twenty_with_a_title_and_a_sentence() -> None:
    assert [n[:2] for n in RECIPES] == [f"{i:02}" for i in range(1, 21)]
    for name, text in RECIPES.items():
        title, prose, _ = reference.recipe(text)
        assert title, name
        assert len(prose) > 60, name


@pytest.mark.parametrize("name", RULES)
def test_a_recipe_of_rules_loads_and_its_examples_hold(name: str) -> None:
    loaded = pack(name)
    mine = {r.rule_id for r in loaded.rules if r.file == f"elevation/{name}"}

    assert mine
    assert [f"{r.rule_id}: {r.problem}" for r in run_examples(loaded) if r.rule_id in mine and not r.ok] == []
    assert [str(p) for p in lint(loaded) if p.file == f"elevation/{name}"] == []


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_passes_the_schema(name: str) -> None:
    kind = "routes" if name in ROUTES else "elevation"

    assert errors("general", kind, yamlsrc.load(RECIPES[name], name).data) == []


def sent(name: str, now: datetime = NOON, kind: str = "alert", **facts: Any) -> dict[str, datetime]:
    """Who gets such an alert of an account of Ada, and when."""
    loaded = pack(name)
    dossier = Dossier(kind="alert", alert_id="a", headline="h", event_type="ipo", story_id="s")
    whole: dict[str, Any] = {
        "tier": 1, "owner": "ada@bd.example", "type": "ipo", "area": (), "play": "", "kind": kind, "polarity": "positive",
        "rule": (), "segment": "", "account": "acme", "proposed_tier": None, "country": "",
    }  # fmt: skip
    router = Router(loaded.routes, channels=["console"])
    return {d.recipient: d.due_at for d in router.deliveries({**whole, **facts}, dossier, now)}


def test_the_digest_waits_for_monday_and_quiet_hours_for_the_morning() -> None:
    monday = datetime(2026, 7, 13, 6, tzinfo=UTC)  # 08:00 in Berlin
    night = datetime(2026, 7, 8, 18, tzinfo=UTC)  # 20:00 in Berlin

    assert sent("18-digest.yaml", tier=3) == {"ada@bd.example": monday}
    assert sent("18-digest.yaml", tier=2, type="partnership") == {"ada@bd.example": monday}
    assert sent("18-digest.yaml", tier=2) == {"ada@bd.example": NOON.replace(minute=2)}
    assert sent("18-digest.yaml", now=night) == {"ada@bd.example": datetime(2026, 7, 9, 5, tzinfo=UTC)}
    assert sent("18-digest.yaml", tier=3, kind="correction") == {"ada@bd.example": NOON.replace(second=1)}


def test_mutes_drop_between_their_dates_only() -> None:
    april = NOON.replace(month=4)

    assert sent("19-mute.yaml", now=april, account="example-therapeutics") == {}
    assert sent("19-mute.yaml", account="example-therapeutics") == {"ada@bd.example": NOON}
    assert sent("19-mute.yaml", polarity="neutral") == {}
    assert sent("19-mute.yaml", now=april, polarity="neutral") == {"ada@bd.example": april}
    assert sent("19-mute.yaml", tier=3, type="product_launch") == {}
    assert sent("19-mute.yaml", tier=2, type="product_launch") == {"ada@bd.example": NOON}


def test_escalation_reaches_somebody_else_beside_the_owner() -> None:
    assert set(sent("20-escalation.yaml", polarity="negative")) == {"ada@bd.example", "head-of-sales"}
    assert set(sent("20-escalation.yaml", tier=2, polarity="negative")) == {"ada@bd.example"}
    assert set(sent("20-escalation.yaml", tier=2, proposed_tier=1, kind="recommendation")) == {
        "ada@bd.example",
        "head-of-sales",
    }


def test_together_they_show_every_operator_structure_and_key() -> None:
    text = "\n".join(RECIPES[n] for n in RULES)
    used = set(re.findall(r"\w+\|(\w+):", text))
    words = set(re.findall(r"([\w|]+):(?: |$)", text, re.MULTILINE))

    assert {o for o in OPERATORS if o} <= used
    assert {*STRUCTURE, *MODIFIERS, *EVENT_EXTRAS} <= words
    assert set(RULE_KEYS) <= words
    assert {"same: program", "same: person", "first: program", "status: shadow", "per: program", "late: true"} <= set(
        re.findall(r"\w+: [\w]+", text)
    )
    assert {
        "tier_age|gte",
        "fit|gte",
        "activity|gte",
        "engagement|gte",
        "personas|gte",
        "owner",
        "area",
        "segment",
    } <= words
