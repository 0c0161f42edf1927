"""Which events are the same happening, and which program they are about. Pure.

Events of one family, one organisation (or pair), compatible attributes and near dates are one story, whatever the
source (design.md section 7). Candidates are found by blocking keys; a contradiction keeps two stories apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from signalwatch import ids
from signalwatch.model import Change, Event, Program, ProgramRef, StoryIntent, StoryState
from signalwatch.stories.features import features, from_registry, name_words, skeleton
from signalwatch.stories.judge import LONGEST_WINDOW, STATUS_ORDER, contradiction, family, same, status_of, window

__all__ = ["LONGEST_WINDOW", "assign", "family", "keys_of", "name_words", "phase_advance", "program_of", "window"]

PRECEDENCE: Mapping[str, int] = {"filing": 3, "release": 2, "registry": 1}
"""filing > company release > registry > trade press; other sources count 0."""


def precedence(event: Event) -> int:
    """How much a source's word weighs when two disagree on an attribute."""
    by_connector = {"edgar": "filing", "clinicaltrials": "registry"}
    return PRECEDENCE.get(event.origin or by_connector.get(event.connector, ""), 0)


def keys_of(event: Event, accounts: Mapping[str, str]) -> tuple[str, ...]:
    """The keys an event is looked up by: family x account, name word, ticker, product or study.

    A registry record names its study and asset, so among registry stories only those decide; by company it looks for
    stories that prose told (``m:``). ``accounts``: organisation name -> account_id.
    """
    group = family(event.type)
    f = features(event)
    keys = [f"{group}|p:{product}" for product in sorted(f.products)[:8]]
    if from_registry(event):
        keys.extend(f"{group}|m:{name}" for name in sorted(f.main | f.others))
        return tuple(dict.fromkeys(keys))
    keys.extend(
        f"{group}|a:{accounts[o.name]}" for o in event.organisations if o.role != "regulator" and o.name in accounts
    )
    keys.extend(f"{group}|n:{name}" for name in sorted(f.main | f.others))
    keys.extend(f"{group}|k:{skeleton(name)}" for name in sorted(f.main) if len(skeleton(name)) >= 2)
    return tuple(dict.fromkeys(keys))


def _marks(event: Event, keys: Sequence[str]) -> tuple[str, ...]:
    """The keys a story can be found by after this event told it."""
    if from_registry(event):
        return tuple(dict.fromkeys(k.replace("|m:", "|n:", 1) for k in keys))
    return tuple(dict.fromkeys((*keys, *(k.replace("|n:", "|m:", 1) for k in keys if "|n:" in k))))


def assign(event: Event, keys: Sequence[str], candidates: Sequence[StoryState]) -> StoryIntent:
    """Put an event into a story: the best candidate without a contradiction, else a new one.

    Args:
        event: the event, with times.
        keys: its blocking keys (`keys_of`).
        candidates: stories that share a key and are recent enough; others are ignored.
    """
    own = next((s for s in candidates if any(e.event_id == event.event_id for e in s.events)), None)
    if own is not None:  # assessed again (a review answer, reprocessing): its story stays its story
        effect: Any = "opened" if own.events[0].event_id == event.event_id else "evidence"
        refreshed = replace(own, keys=tuple(dict.fromkeys((*own.keys, *_marks(event, keys)))))
        return StoryIntent(story_id=own.story_id, effect=effect, story=refreshed, reason="assessed again")
    wanted = set(keys)
    mine = features(event)
    best: tuple[float, StoryState] | None = None
    for story in candidates:
        if wanted.isdisjoint(story.keys) or not any(family(e.type) == family(event.type) for e in story.events):
            continue
        told = [(old, features(old)) for old in story.events]
        if any(family(old.type) == family(event.type) and contradiction(event, mine, old, f) for old, f in told):
            continue
        score = max(same(event, mine, old, f) for old, f in told)
        if score > 0 and (best is None or score > best[0]):
            best = (score, story)
    if best is None:
        story_id = ids.digest("story", event.event_id)
        opened = StoryState(
            story_id=story_id, type=event.type, keys=_marks(event, keys), opened_at=event.at, last_at=event.at,
            status=status_of(event), attributes=dict(event.attributes), events=(event,),
        )  # fmt: skip
        return StoryIntent(story_id=story_id, effect="opened", story=opened, reason="first telling")
    return _join(event, keys, best[1])


def _join(event: Event, keys: Sequence[str], story: StoryState) -> StoryIntent:
    order = STATUS_ORDER.get(family(event.type), ())
    status = status_of(event)
    moved = status in order and story.status in order and order.index(status) > order.index(story.status)
    attributes = dict(story.attributes)
    disagreements: list[Change] = []
    stronger = precedence(event) > max((precedence(e) for e in story.events), default=0)
    added = False
    for name, value in event.attributes.items():
        if name in ("status", "stage"):
            continue
        if attributes.get(name) in (None, ""):
            attributes[name] = value
            added = True
        elif attributes[name] != value:
            disagreements.append(Change(field=name, before=attributes[name], after=value))
            if stronger:
                attributes[name] = value
    joined = replace(
        story,
        keys=tuple(dict.fromkeys((*story.keys, *_marks(event, keys)))),
        last_at=max(story.last_at, event.at),
        opened_at=min(story.opened_at, event.at),
        status=status if moved else story.status or status,
        attributes=attributes,
        events=(*story.events, event),
    )
    effect: Any = "corrected" if event.correction else "status_change" if moved else "updated" if added else "evidence"
    return StoryIntent(
        story_id=story.story_id, effect=effect, story=joined,
        reason=f"told again by {event.source_id or event.connector}", disagreements=tuple(disagreements),
    )  # fmt: skip


def _assets(program: ProgramRef | None) -> set[str]:
    return {re.sub(r"[^a-z0-9]", "", a.casefold()) for a in program.assets} if program is not None else set()


_PHASE_RANK = {
    "": 0, "1": 1, "1a": 1, "1b": 1, "1/2": 2, "1b/2": 2, "1/2a": 2, "2": 3, "2a": 3, "2b": 3, "2/3": 4,
    "3": 5, "3b": 5, "pivotal": 5, "4": 6,
}  # fmt: skip


def program_of(event: Event, account_id: str, existing: Sequence[Program]) -> Program | None:
    """The program an event is about, updated by it; None when the event names neither asset nor study."""
    ref = event.program
    if ref is None or not (ref.assets or ref.nct_ids):
        return None
    assets = _assets(ref)
    indication = ref.indications[0].casefold() if ref.indications else ""
    for program in existing:
        names = {re.sub(r"[^a-z0-9]", "", n.casefold()) for n in program.names}
        same_study = bool(set(ref.nct_ids) & set(program.nct_ids))
        same_asset = bool(assets & names) and (
            not indication or not program.indication or indication == program.indication
        )
        if same_study or same_asset:
            return replace(
                program,
                phase=max(program.phase, ref.phase, key=lambda p: _PHASE_RANK.get(p, 0)),
                indication=program.indication or indication,
                nct_ids=tuple(dict.fromkeys((*program.nct_ids, *ref.nct_ids))),
                names=tuple(dict.fromkeys((*program.names, *ref.assets)))[:12],
                areas=tuple(dict.fromkeys((*program.areas, *ref.areas))),
                modalities=tuple(dict.fromkeys((*program.modalities, *ref.modalities))),
            )
    asset = ref.assets[0] if ref.assets else ref.nct_ids[0]
    return Program(
        program_id=ids.digest("program", account_id, asset.casefold(), indication),
        account_id=account_id, asset=asset, indication=indication, phase=ref.phase, nct_ids=ref.nct_ids,
        names=ref.assets or ref.nct_ids, areas=ref.areas, modalities=ref.modalities,
    )  # fmt: skip


def phase_advance(event: Event, program: Program | None, existing: Sequence[Program]) -> Event:
    """The event as the account's program sees it: a new study in a later phase than any before is a phase advance.

    Only studies that are registered or started count, and only for a program that was known in an earlier phase.
    """
    if program is None or event.type not in ("trial_registered", "trial_start") or event.program is None:
        return event
    before = next((p for p in existing if p.program_id == program.program_id), None)
    phase = event.program.phase
    if before is None or not before.phase or _PHASE_RANK.get(phase, 0) <= _PHASE_RANK.get(before.phase, 0):
        return event
    if set(event.program.nct_ids) & set(before.nct_ids):
        return event  # the same study moved on: its own record says so
    change = Change(field="phase", before=before.phase, after=phase)
    attributes = {**event.attributes, "phase": phase, "from": before.phase, "to": phase}
    return replace(event, type="trial_phase_advance", attributes=attributes, changes=(*event.changes, change))
