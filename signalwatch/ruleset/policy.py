"""What scoring, tiers, ICP, personas and plays look like once read: plain frozen data (``policy_files`` reads it)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from signalwatch.model import Polarity
from signalwatch.ruleset.compare import Comparison
from signalwatch.ruleset.events import FieldTest
from signalwatch.ruleset.fields import Field


@dataclass(frozen=True, slots=True)
class PointsCase:
    """Points that apply when the event passes field tests; the first case that does wins."""

    tests: tuple[FieldTest, ...]
    points: float | None = None
    half_life: timedelta | None = None
    polarity: Polarity | None = None


@dataclass(frozen=True, slots=True)
class PointsRule:
    """What one event type is worth: points, how fast they decay, what they mean, and their cap per type."""

    type: str
    points: float
    half_life: timedelta
    polarity: Polarity = "neutral"
    cap: float | None = None
    cases: tuple[PointsCase, ...] = ()
    engagement: bool = False
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Scoring:
    """scoring.yaml. ``currencies`` are rough USD values of one unit, for thresholds on money only."""

    by_type: Mapping[str, PointsRule]
    default: PointsRule
    breadth_bonus: float = 0.25
    breadth_most: float = 2.0
    mqa_engagement: float = 50.0
    mqa_personas: int = 2
    floor: float = 0.5
    currencies: Mapping[str, float] = field(default_factory=lambda: {"USD": 1.0})

    def of(self, event_type: str) -> PointsRule:
        """The rule for a type; types nobody scored count as the default."""
        return self.by_type.get(event_type, self.default)


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier: who may enter, who leaves, how many fit in. None means the policy does not look at it."""

    number: int
    name: str = ""
    max_accounts: int | None = None
    max_share: float | None = None
    never_above: int | None = None
    enter_fit: float | None = None
    enter_activity: float | None = None
    leave_activity: float | None = None
    leave_for: timedelta | None = None
    play: str = ""
    origin: str = ""

    def capacity(self, total_accounts: int) -> int | None:
        """How many accounts may be in this tier when the list holds ``total_accounts``; None is no limit."""
        limits = [n for n in (self.max_accounts, self.never_above) if n is not None]
        if self.max_share is not None and total_accounts > 0:
            limits.append(max(1, round(total_accounts * self.max_share)))
        return min(limits) if limits else None


@dataclass(frozen=True, slots=True)
class Tiers:
    """tiers.yaml."""

    tiers: Mapping[int, Tier]
    dwell: timedelta = timedelta(days=60)
    cool_down: timedelta = timedelta(days=30)
    expires: timedelta = timedelta(days=14)
    acknowledge: timedelta = timedelta(hours=24)
    act: timedelta = timedelta(hours=48)
    late_after: timedelta = timedelta(days=7)
    stale_after: timedelta = timedelta(days=120)
    contact_stale: timedelta = timedelta(days=365)
    distress: Mapping[str, tuple[tuple[FieldTest, ...], ...]] = field(default_factory=dict)
    distress_group: str = ""
    inhibit_for: timedelta = timedelta(days=180)
    distress_lowers: bool = True


@dataclass(frozen=True, slots=True)
class Criterion:
    """One attribute of a segment. Either ``tests`` (all must pass) or ``scores`` (value → 0..1), with a weight."""

    attribute: str
    weight: float
    tests: tuple[Comparison, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    otherwise: float = 0.0


@dataclass(frozen=True, slots=True)
class Segment:
    """One kind of ideal customer."""

    segment_id: str
    title: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A negative ICP: who is never approached, and why."""

    tests: tuple[Comparison, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of accounts that ops declared: its values, and the CSV columns it is read from."""

    name: str
    field: Field
    columns: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Icp:
    """icp.yaml. ``prior_*``: the neutral starting point that a little knowledge moves only a little."""

    attributes: Mapping[str, Attribute]
    segments: tuple[Segment, ...] = ()
    exclude: tuple[Exclusion, ...] = ()
    prior_score: float = 0.5
    prior_weight: float = 1.0
    memo: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)  # cells that were read, for scoring


@dataclass(frozen=True, slots=True)
class Persona:
    """One persona: the phrases by which a job title is recognised, best first."""

    persona_id: str
    title: str
    titles: tuple[str, ...] = ()
    role: str = ""


@dataclass(frozen=True, slots=True)
class Personas:
    """personas.yaml. ``buying_group`` names who must be known before a group counts as complete."""

    personas: Mapping[str, Persona]
    buying_group: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Play:
    """What to do next: shown with a recommendation."""

    play_id: str
    title: str
    first_step: str = ""
    steps: tuple[str, ...] = ()
    personas: tuple[str, ...] = ()
    tiers: tuple[int, ...] = ()


Plays = Mapping[str, Play]
