"""Which events are the same happening, and which program they are about. Pure.

Events of one family, one organisation (or pair), compatible attributes and near dates are one story, whatever the
source (design.md section 7). Candidates are found by blocking keys; a contradiction keeps two stories apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from signalwatch import ids
from signalwatch.model import Change, Event, Program, ProgramRef, StoryIntent, StoryState

FAMILY: Mapping[str, str] = {
    "partnership": "deal", "licensing_deal": "deal", "merger_acquisition": "deal",
    "funding_round": "funding", "ipo": "offering", "public_offering": "offering",
    "trial_start": "trial_begin", "trial_registered": "trial_begin",
    "trial_setback": "trial_stop", "results_posted": "results", "trial_results": "results",
}  # fmt: skip
"""Types that different publishers use for one happening. Anything else is its own family."""

WINDOW: Mapping[str, timedelta] = {
    "deal": timedelta(days=150), "funding": timedelta(days=45), "offering": timedelta(days=60),
    "trial_begin": timedelta(days=120), "trial_stop": timedelta(days=45), "results": timedelta(days=45),
    "regulatory_submission": timedelta(days=120), "regulatory_approval": timedelta(days=120),
    "facility_expansion": timedelta(days=120), "bankruptcy_distress": timedelta(days=120),
}  # fmt: skip
DEFAULT_WINDOW = timedelta(days=30)

STATUS_ORDER: Mapping[str, tuple[str, ...]] = {
    "deal": ("proposed", "announced", "completed", "terminated"),
    "offering": ("filed", "proposed", "priced", "listed", "closed", "withdrawn"),
    "regulatory_submission": ("rolling", "submitted", "accepted"),
    "regulatory_approval": ("recommended", "tentative", "approved", "authorized"),
}

PRECEDENCE: Mapping[str, int] = {"edgar": 3, "feeds:company": 2, "clinicaltrials": 1}
"""filing > company release > registry > trade press; unknown sources count 0."""

_WORD = re.compile(r"[a-z0-9]+")
_WEAK = frozenset(
    [
        "inc",
        "corp",
        "co",
        "ltd",
        "llc",
        "plc",
        "ag",
        "sa",
        "se",
        "nv",
        "gmbh",
        "the",
        "and",
        "of",
        "therapeutics",
        "pharmaceuticals",
        "pharma",
        "biosciences",
        "bio",
        "medical",
        "biotherapeutics",
        "biopharma",
        "sciences",
        "health",
        "holdings",
        "group",
        "international",
        "technologies",
        "labs",
        "laboratories",
        "biotech",
    ]
)


def family(event_type: str) -> str:
    """The family a type belongs to: types that tell one happening."""
    return FAMILY.get(event_type, event_type)


def window(event_type: str) -> timedelta:
    """How far apart two tellings of one happening of this type may lie."""
    return WINDOW.get(family(event_type), DEFAULT_WINDOW)


LONGEST_WINDOW = max(WINDOW.values())


def name_words(name: str) -> tuple[str, ...]:
    """The distinctive words of an organisation's name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    words = tuple(_WORD.findall(plain))
    return tuple(w for w in words if w not in _WEAK) or words


def keys_of(event: Event, accounts: Mapping[str, str]) -> tuple[str, ...]:
    """Blocking keys: family x account, family x distinctive name word, NCT number. ``accounts``: name -> account_id."""
    group = family(event.type)
    keys: list[str] = []
    for organisation in event.organisations:
        if organisation.role == "regulator":
            continue
        account = accounts.get(organisation.name)
        if account:
            keys.append(f"{group}|a:{account}")
        words = name_words(organisation.name)
        if words:
            keys.append(f"{group}|n:{words[0]}")
    if event.program is not None:
        keys.extend(f"{group}|t:{nct}" for nct in event.program.nct_ids)
        keys.extend(f"{group}|p:{asset.casefold()}" for asset in event.program.assets[:4])
    return tuple(dict.fromkeys(keys))


def _assets(program: ProgramRef | None) -> set[str]:
    return {re.sub(r"[^a-z0-9]", "", a.casefold()) for a in program.assets} if program is not None else set()


def _contradiction(new: Event, old: Event) -> str:
    """Why two events cannot be one happening; "" when nothing speaks against it."""
    for name in ("designation", "person", "series", "agency", "location"):
        a, b = new.attributes.get(name), old.attributes.get(name)
        if a and b and str(a).casefold() != str(b).casefold() and {a, b}.isdisjoint({"unspecified", "other"}):
            return f"{name}: {b} / {a}"
    a, b = new.attributes.get("amount"), old.attributes.get("amount")
    if (
        isinstance(a, int | float) and isinstance(b, int | float) and a and b
        and new.attributes.get("currency") == old.attributes.get("currency")
        and max(a, b) > 1.6 * min(a, b) and family(new.type) != "deal"
    ):  # fmt: skip
        return f"amount: {b} / {a}"
    mine, theirs = _assets(new.program), _assets(old.program)
    if mine and theirs and mine.isdisjoint(theirs):
        return f"product: {sorted(theirs)[0]} / {sorted(mine)[0]}"
    if new.program is not None and old.program is not None:
        if new.program.nct_ids and old.program.nct_ids and set(new.program.nct_ids).isdisjoint(old.program.nct_ids):
            return f"study: {old.program.nct_ids[0]} / {new.program.nct_ids[0]}"
        phases = (new.program.phase, old.program.phase)
        if all(phases) and phases[0][:1] != phases[1][:1]:
            return f"phase: {phases[1]} / {phases[0]}"
    return ""


def _status(event: Event) -> str:
    return str(event.attributes.get("status") or event.attributes.get("stage") or "")


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
        refreshed = replace(own, keys=tuple(dict.fromkeys((*own.keys, *keys))))
        return StoryIntent(story_id=own.story_id, effect=effect, story=refreshed, reason="assessed again")
    wanted = set(keys)
    best: tuple[int, StoryState] | None = None
    for story in candidates:
        shared = len(wanted.intersection(story.keys))
        if not shared or family(story.type) != family(event.type):
            continue
        gap = min(abs(event.at - story.opened_at), abs(event.at - story.last_at))
        if gap > window(event.type):
            continue
        if any(_contradiction(event, old) for old in story.events):
            continue
        if best is None or shared > best[0]:
            best = (shared, story)
    if best is None:
        story_id = ids.digest("story", event.event_id)
        opened = StoryState(
            story_id=story_id, type=event.type, keys=tuple(keys), opened_at=event.at, last_at=event.at,
            status=_status(event), attributes=dict(event.attributes), events=(event,),
        )  # fmt: skip
        return StoryIntent(story_id=story_id, effect="opened", story=opened, reason="first telling")
    return _join(event, keys, best[1])


def _join(event: Event, keys: Sequence[str], story: StoryState) -> StoryIntent:
    order = STATUS_ORDER.get(family(event.type), ())
    status = _status(event)
    moved = status in order and story.status in order and order.index(status) > order.index(story.status)
    attributes = dict(story.attributes)
    disagreements: list[Change] = []
    stronger = PRECEDENCE.get(event.connector, 0) > max(
        (PRECEDENCE.get(e.connector, 0) for e in story.events), default=0
    )
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
        keys=tuple(dict.fromkeys((*story.keys, *keys))),
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
