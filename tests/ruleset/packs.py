"""Small packs for tests: a base set of files that loads, and helpers to change one thing in it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from signalwatch.errors import Problem, RuleSetError
from signalwatch.model import Account, Activity, Fit, Signal
from signalwatch.ruleset import Pack, View, load_pack_texts

START = datetime(2026, 1, 1, tzinfo=UTC)

BASE: Mapping[str, str] = {
    "scoring.yaml": """
        default: { points: 0, half_life: 60d }
        events:
          funding_round: { points: 40, half_life: 90d, polarity: positive, cap: 90 }
          ind_clearance: { points: 40, half_life: 90d, polarity: positive }
          trial_start:
            points: 30
            half_life: 90d
            polarity: positive
            cases: [{ when: { phase|gte: "2" }, points: 40 }]
          layoffs_restructuring: { points: -35, half_life: 120d, polarity: negative }
        engagement:
          page_visit: { points: 5, half_life: 7d, cap: 25 }
          webinar_attended: { points: 30, half_life: 30d }
          demo_request: { points: 50, half_life: 30d }
        breadth: { bonus: 0.25, most: 2 }
        qualified: { engagement: 50, personas: 2 }
        currencies: { EUR: 1.1, JPY: 0.0067 }
        """,
    "groups.yaml": """
        distress: { events: [layoffs_restructuring, bankruptcy_distress] }
        first_party: { events: [page_visit, webinar_attended, demo_request] }
        """,
    "tiers.yaml": """
        tiers:
          1: { capacity: { max: 10, share: 5%, never_above: 20 }, enter: { fit: 0.75, activity: 90 }, leave: { activity: 45, for: 90d }, play: intro }
          2: { capacity: { share: 30% }, enter: { fit: 0.5, activity: 50 }, leave: { activity: 25, for: 90d }, play: engagement }
          3: { name: programmatic }
        dwell: 60d
        cool_down: 30d
        distress: { group: distress, inhibit_for: 180d }
        """,
    "icp.yaml": """
        attributes:
          kind: { kind: enum, values: [biotech, big_pharma, cro_cdmo] }
          area: { kind: list, columns: [therapeutic_area, area] }
          stage: { kind: phase }
          relationship: { kind: enum, values: [competitor, customer] }
        segments:
          - id: biotech
            criteria:
              - { attribute: kind, scores: { biotech: 1, big_pharma: 0.2 }, weight: 2 }
              - { is: { stage|gte: "1" }, weight: 1 }
        exclude:
          - { is: { relationship: competitor }, because: a competitor }
        """,
    "personas.yaml": """
        personas:
          - { id: clinical, title: Clinical, titles: [clinical operations] }
          - { id: outsourcing, title: Outsourcing, titles: [procurement] }
          - { id: executive, title: Executive, titles: [ceo, chief executive officer] }
        buying_group: [clinical, outsourcing]
        """,
    "plays.yaml": """
        - { id: engagement, title: Engage, first_step: Call them. }
        - { id: intro, title: Introduce, first_step: Ask for an introduction. }
        """,
    "routes.yaml": """
        receivers: { owner: { channel: default } }
        route: { receivers: [owner] }
        """,
    "elevation/rules.yaml": """
        - { id: any-ind, when: ind_clearance }
        """,
}


def texts(rules: str | None = None, **changed: str) -> dict[str, str]:
    """The base files, with other rules or other files (``tiers=...`` replaces tiers.yaml)."""
    files = {name: textwrap.dedent(text) for name, text in BASE.items()}
    if rules is not None:
        files["elevation/rules.yaml"] = textwrap.dedent(rules)
    for name, text in changed.items():
        files[f"{name}.yaml"] = textwrap.dedent(text)
    return files


def pack_of(rules: str | None = None, **changed: str) -> Pack:
    """A pack from the base files."""
    return load_pack_texts(texts(rules, **changed))


def problems_of(rules: str | None = None, **changed: str) -> list[Problem]:
    """The problems of a pack that must not load."""
    try:
        load_pack_texts(texts(rules, **changed))
    except RuleSetError as error:
        return list(error.problems)
    raise AssertionError("the pack loaded")


def only_problem(rules: str | None = None, **changed: str) -> Problem:
    """The single problem of a pack that must not load."""
    found = problems_of(rules, **changed)
    assert len(found) == 1, [str(p) for p in found]
    return found[0]


def day(number: float) -> datetime:
    """A moment so many days after the start."""
    return START + timedelta(days=number)


def signal(
    event: str,
    at: float,
    *,
    n: str = "",
    program: str = "",
    person: str = "",
    persona: str = "",
    points: float = 0.0,
    seen: float | None = None,
    changes: tuple[Any, ...] = (),
    **attributes: Any,
) -> Signal:
    """A signal ``at`` days after the start."""
    return Signal(
        signal_id=n or f"{event}@{at:g}",
        account_id="acme",
        type=event,
        at=day(at),
        first_seen_at=day(at if seen is None else seen),
        program_id=program,
        person=person,
        persona=persona,
        points=float(points),
        changes=changes,
        attributes=attributes,
        engagement=event in ("page_visit", "application_note", "webinar_attended", "demo_request"),
    )


def view(
    trigger: Signal,
    *others: Signal,
    now: float | None = None,
    tier: int = 3,
    fit: float | None = 0.8,
    activity: float | None = None,
    engagement: float = 0.0,
    personas: Sequence[str] = (),
    account: Account | None = None,
    **facts: Any,
) -> View:
    """What rules see: ``trigger`` with other signals around it."""
    history = sorted((trigger, *others), key=lambda s: s.at)
    measured = Activity(total=activity or 0.0, engagement=engagement, personas=tuple(personas))
    return View(
        account=account or Account(account_id="acme", name="Acme Bio", tier=tier),
        trigger=trigger,
        now=day(now) if now is not None else max(s.at for s in history),
        history=history,
        tier=tier,
        fit=None if fit is None else Fit(score=fit, segment="biotech"),
        activity=measured,
        facts=facts,
    )


def fires(pack: Pack, seen: View, rule_id: str = "r") -> bool:
    """Whether the rule fires."""
    return next((o.fired for o in pack.evaluate(seen) if o.rule_id == rule_id), False)
