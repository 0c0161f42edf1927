"""Dossiers and messages of invented companies, and what a notifier needs to send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from signalwatch.clock import ManualClock
from signalwatch.http import Response
from signalwatch.model import (
    Action,
    Change,
    Dossier,
    Evidence,
    Fit,
    Message,
    Recommendation,
    RuleOutcome,
    ScoreLine,
)
from signalwatch.notifiers import render

WHEN = datetime(2026, 10, 3, 11, 0, tzinfo=UTC)


def dossier(**changes: Any) -> Dossier:
    """A full recommendation; any field may be said otherwise."""
    values: dict[str, Any] = {
        "kind": "recommendation",
        "alert_id": "a1" * 16,
        "headline": "Qorvexa Bio: raised money (USD 120M, series C)",
        "what": "Qorvexa Bio closed a USD 120 million Series C to take QRX-214 into phase 2.",
        "account_id": "acc-1",
        "account_name": "Qorvexa Bio",
        "owner": "Dana Rivers",
        "tier": 3,
        "proposed_tier": 2,
        "recommendation": Recommendation(
            recommendation_id="rec-1", account_id="acc-1", kind="elevate", from_tier=3, to_tier=2, play="engagement"
        ),
        "event_type": "funding_round",
        "polarity": "positive",
        "program": "QRX-214 · lupus · phase 2",
        "changes": (Change(field="phase", before="1", after="2"),),
        "evidence": (
            Evidence(
                title="Qorvexa closes Series C",
                url="https://news.example.com/q?a=1&b=2",
                quote="closed a USD 120 million Series C financing",
                source="wire",
                published_at=WHEN,
            ),
        ),
        "disagreements": (Change(field="amount", before=120_000_000, after=118_000_000),),
        "fit": Fit(
            score=0.72, segment="oncology", parts={"area": 0.3, "modality": 0.42}, unknown=("size", "outsourcing")
        ),
        "arithmetic": (
            ScoreLine(label="Phase 2 start", points=40, counts=36.5, at=WHEN - timedelta(days=12)),
            ScoreLine(label="Layoffs", points=-35, counts=-35, at=WHEN),
        ),
        "activity": 78.04,
        "activity_before": 41.5,
        "threshold": 50,
        "rules": (
            RuleOutcome(
                rule_id="late-money", fired=True, title="Late-stage money", because="USD 120M series C and a new trial"
            ),
            RuleOutcome(rule_id="silent", fired=False, title="A rule that stayed silent"),
        ),
        "play": "engagement",
        "first_step": "Ask the VP Clinical Operations for the site plan",
        "personas_known": ("VP Clinical Operations",),
        "personas_missing": ("Procurement", "CMC"),
        "occurred_at": datetime(2026, 10, 3, tzinfo=UTC),
        "published_at": WHEN,
        "first_seen_at": WHEN + timedelta(hours=1),
        "decided_at": WHEN + timedelta(hours=1, minutes=1),
        "actions": (
            Action(
                action_id="approve", label="Approve", url="https://sw.example.com/r/1", style="primary", value="rec-1"
            ),
            Action(action_id="why", label="Why this alert", value="dec-1"),
        ),
        "story_id": "story-1",
        "decision_id": "dec-1",
        "ruleset": "f0" * 16,
        "notes": ("Named as 'Qorvexa'; matched by alias",),
    }
    return Dossier(**{**values, **changes})


def bare(**changes: Any) -> Dossier:
    """A dossier with nothing but what it must have."""
    values: dict[str, Any] = {"kind": "operator", "alert_id": "op-1", "headline": "source wire-a is stale"}
    return Dossier(**{**values, **changes})


def message(*dossiers: Dossier, recipient: str = "dana@example.com", zone: str = "UTC", **changes: Any) -> Message:
    """A rendered message."""
    told = dossiers or (dossier(),)
    kind = changes.pop("kind", told[0].kind if len(told) == 1 else "summary")
    subject, text, html = render.message(kind, told, zone=zone)
    values: dict[str, Any] = {
        "message_id": "3f" * 16, "recipient": recipient, "subject": subject, "text": text, "html": html,
        "thread_key": "story-1", "kind": kind, "dossiers": told, "created_at": WHEN,
    }  # fmt: skip
    return Message(**{**values, **changes})


@dataclass
class FakeHttp:
    """Answers posts from a script, the last step for ever, and remembers them. An exception is raised."""

    script: list[Response | Exception]
    posts: list[dict[str, Any]] = field(default_factory=list)

    def get(self, url: str, **options: Any) -> Response:
        raise AssertionError("notifiers only post")

    def post(self, url: str, **options: Any) -> Response:
        self.posts.append({"url": url, **options})
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        return step


@dataclass
class Context:
    """A send context."""

    http: Any = None
    clock: ManualClock = field(default_factory=lambda: ManualClock(WHEN + timedelta(hours=2)))
    log: Any = field(default_factory=structlog.get_logger)


def context(*script: Response | Exception) -> tuple[Context, FakeHttp]:
    """A send context whose server answers from a script."""
    http = FakeHttp(list(script))
    return Context(http), http


def answer(status: int, body: bytes = b"", **headers: str) -> Response:
    """An answer to a post. Header names are written with underscores."""
    return Response(status, "https://example.com/***", {k.replace("_", "-"): v for k, v in headers.items()}, body)
