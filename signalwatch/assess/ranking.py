"""Ranks companies that are no account yet: how well they fit, and how much is going on there. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from signalwatch import scoring
from signalwatch.decide import facts_of_programs
from signalwatch.model import Account, Fit, Json, Program, Signal, Struct
from signalwatch.ruleset import Pack
from signalwatch.ruleset.fields import PHASE_ORDER
from signalwatch.store.records import Sighting, Suggestion

FITS, MAY_FIT = 0.6, 0.45
"""From which fit on a company is ranked before others, however much is going on elsewhere; below the second, behind."""
_INDUSTRY = {"biotechnology": "biotech", "pharmaceuticals": "biotech"}


class Ranked(Struct, frozen=True, kw_only=True):
    """A suggested account with its reasons. Fit and activity stay two numbers."""

    name: str
    key: str
    fit: Fit
    activity: float
    signals: int
    events: int
    last_at: datetime
    why: str
    evidence: tuple[str, ...]
    command: str


def rank(suggestions: Sequence[Suggestion], pack: Pack, now: datetime) -> list[Ranked]:
    """Suggestions that nothing speaks against, the most promising first: those that fit, by activity decayed to today."""
    found = [ranked for s in suggestions if (ranked := _ranked(s, pack, now)) is not None]
    return sorted(found, key=lambda r: (-_band(r.fit), -r.activity, r.key))


def _band(fit: Fit) -> int:
    return 2 if fit.score >= FITS else 1 if fit.score >= MAY_FIT else 0


def _ranked(suggestion: Suggestion, pack: Pack, now: datetime) -> Ranked | None:
    if not suggestion.sightings:
        return None
    signals = _signals(suggestion, pack)
    programs = [
        Program(program_id=s.event_id, account_id=suggestion.key, phase=s.phase, areas=s.areas, modalities=s.modalities)
        for s in suggestion.sightings
        if s.phase or s.areas or s.modalities
    ]
    derived = facts_of_programs(programs, signals, now)
    industry = next(
        (i for s in suggestion.sightings if (i := _INDUSTRY.get(str(s.facts.get("industry") or "").casefold()))), ""
    )
    cik = next((s.cik for s in suggestion.sightings if s.cik is not None), None)
    account = Account(
        account_id=suggestion.key, name=suggestion.name, kind=industry or ("biotech" if programs else ""), cik=cik
    )
    fit = scoring.fit_of(account, pack.icp, scoring.facts_of(account, pack.icp, derived))
    if fit.excluded:
        return None
    activity = scoring.activity(signals, now, pack.scoring).total
    newest = sorted(suggestion.sightings, key=lambda s: (s.at, s.event_id), reverse=True)
    command = f"signalwatch accounts add {shlex.quote(suggestion.name)}" + (f" --cik {cik}" if cik is not None else "")
    return Ranked(
        name=suggestion.name, key=suggestion.key, fit=fit, activity=round(activity, 1), signals=len(signals),
        events=len(newest), last_at=newest[0].at, why=_why(fit, derived, industry, signals, activity),
        evidence=tuple(dict.fromkeys(s.url or s.title for s in newest))[:5], command=command,
    )  # fmt: skip


def _signals(suggestion: Suggestion, pack: Pack) -> list[Signal]:
    """One signal per story, as an account would have: a happening told five times counts once."""
    by_story: dict[str, Sighting] = {}
    for seen in sorted(suggestion.sightings, key=lambda s: (s.at, s.event_id)):
        known = by_story.get(seen.story_id or seen.event_id)
        if known is None or len(seen.facts) > len(known.facts):
            by_story[seen.story_id or seen.event_id] = seen
    out = []
    for story_id, seen in by_story.items():
        signal = Signal(
            signal_id=story_id, account_id=suggestion.key, type=seen.type, at=seen.at, story_id=story_id, event_id=seen.event_id,
            attributes={**seen.facts, **({"areas": list(seen.areas)} if seen.areas else {})}, title=seen.title, url=seen.url,
        )  # fmt: skip
        points, half_life, polarity = scoring.points_for(signal, pack.scoring)
        out.append(replace(signal, points=points, half_life=half_life, polarity=polarity))
    return sorted(out, key=lambda s: (s.at, s.signal_id))


def _why(fit: Fit, facts: Mapping[str, Json], industry: str, signals: Sequence[Signal], activity: float) -> str:
    """ "fits: oncology, phase 2; 3 signals, +85"."""
    said = [*map(str, facts.get("area", ())[:2]), *map(str, facts.get("modality", ())[:1])]
    if facts.get("stage"):
        said.append(
            f"phase {facts['stage']}"
            if facts["stage"] in PHASE_ORDER and facts["stage"][:1].isdigit()
            else str(facts["stage"])
        )
    if facts.get("funding_stage"):
        stage = str(facts["funding_stage"])
        said.append(stage if stage == "public" else f"series {stage}" if len(stage) == 1 else stage)
    if industry and not said:
        said.append(industry)
    word = "fits" if fit.score >= FITS else "may fit" if fit.score >= MAY_FIT else "fits badly"
    known = ", ".join(w.replace("_", " ") for w in said) or "little known"
    count = f"{len(signals)} signal{'s' if len(signals) != 1 else ''}"
    return f"{word}: {known}; {count}, {activity:+.0f}"
