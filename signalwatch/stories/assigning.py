"""Puts an event into its story: the blocking keys it is looked up by, and what joining does to the story."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from signalwatch import ids
from signalwatch.model import Change, Event, StoryIntent, StoryState
from signalwatch.stories.against import BY_AGENCY, contradiction, undecided
from signalwatch.stories.aligning import aligned, among
from signalwatch.stories.features import Features, features, from_registry
from signalwatch.stories.judge import corrected, presumed, same
from signalwatch.stories.known import NOBODY, Known
from signalwatch.stories.money import number
from signalwatch.stories.spelling import skeleton
from signalwatch.stories.steps import ASSUMED_STATUS, NEAR, STATUS_ORDER, family, status_of

PRECEDENCE: Mapping[str, int] = {"filing": 3, "release": 2, "registry": 1}
"""filing > company release > registry > trade press; other sources count 0."""
_CLEARLY = 0.4
"""Points by which one of several stories must fit better where nothing but company and time speaks for any."""
_SALES = ("ipo", "offering")
_ONE_WAY = re.compile(r"^\w+\|[twfg]:")
_FACT = re.compile(r"^\w+\|[fg]:")
_OVER = ("withdrawn", "terminated", "reverted")


def precedence(event: Event) -> int:
    """How much a source's word weighs when two disagree on an attribute."""
    by_connector = {"edgar": "filing", "clinicaltrials": "registry"}
    return PRECEDENCE.get(event.origin or by_connector.get(event.connector, ""), 0)


def takes_back(event: Event) -> bool:
    """Whether a correction leaves nothing standing: a reverted status, a withdrawal, a retraction."""
    return event.correction and (
        bool(event.attributes.get("reverted"))
        or status_of(event) in ("withdrawn", "reverted")
        or event.discriminator.endswith(":taken-back")
    )


def stands(event: Event, story: StoryState) -> bool:
    """Whether a correction leaves its story standing with other facts: neither it nor another one takes it back."""
    return event.correction and not any(takes_back(e) for e in (event, *story.events))


def corrected_since(event: Event, story: StoryState) -> bool:
    """Whether a later correction gave the story other facts than this telling has."""
    return not event.correction and any(stands(e, story) and _seen_after(e, event) for e in story.events)


def _seen_after(later: Event, earlier: Event) -> bool:
    return (
        later.first_seen_at is not None
        and earlier.first_seen_at is not None
        and later.first_seen_at > earlier.first_seen_at
    )


def _document_key(event: Event) -> str:
    return f"{event.connector}:{event.document_key}" if event.connector == "feeds" and event.document_key else ""


def keys_of(event: Event, accounts: Mapping[str, str], known: Known = NOBODY) -> tuple[str, ...]:
    """The keys an event is looked up by: family x account, name word, ticker, product, study or document.

    A registry record names its study and asset, so among registry stories only those decide; by company it looks for
    stories that prose told (``m:``). A ticker looks for names that it may abbreviate (``k:``), a name for tickers
    (``t:``); a capitalised word of a title looks for names (``c:``), a name for such words (``w:``), because detection
    does not always know which word is the company. Letters look for names with these initials, and names for their letters
    (``i:``), or what begins and ends like them (``e:``); what has letters only also looks for facts of what has names
    (``f:``). ``accounts``: organisation name -> account_id; ``known``: other names of companies.
    """
    group = family(event.type)
    f = features(event, known)
    keys = [f"{group}|p:{product}" for product in sorted(f.products)[:8]]
    if from_registry(event):
        keys.extend(f"{group}|m:{name}" for name in sorted(f.main | f.others))
        return tuple(dict.fromkeys(keys))
    keys.extend(
        f"{group}|a:{accounts[o.name]}" for o in event.organisations if o.role != "regulator" and o.name in accounts
    )
    keys.extend(f"{group}|n:{name}" for name in sorted(f.main | f.others | f.said))
    keys.extend(f"{group}|{'f' if f.shorts else 'g'}:{fact}" for fact in _facts(event, f))
    keys.extend(f"{group}|i:{letters}" for _, letters in f.shorts)
    keys.extend(f"{group}|e:{letters[1:]}" for _, letters in f.shorts if len(letters) == 4)
    keys.extend(f"{group}|e:{name[-3:]}" for name, _, _ in f.spelled if len(name) > 4)
    keys.extend(f"{group}|i:{letters}" for _, _, initials in f.spelled for letters in sorted(initials))
    keys.extend(f"{group}|w:{name}" for name in sorted(f.main) if len(name) >= 5)
    keys.extend(f"{group}|w:{product}" for product in sorted(f.products)[:8] if len(product) >= 5 and product.isalpha())
    keys.extend(f"{group}|c:{word}" for word in sorted(f.capitals - f.main))
    for name in sorted(f.main):
        short = skeleton(name)
        if len(short) >= 2:
            keys.append(f"{group}|k:{short}")
            if not name.startswith("$"):
                keys.append(f"{group}|t:{short[:2]}")
    for ticker in sorted(n for n in f.main if n.startswith("$")):
        keys.append(f"{group}|v:{ticker[1:3]}")  # a company whose ticker only resembles its name
        keys.append(f"{group}|k:{skeleton(ticker)[:2]}")
    if group in BY_AGENCY:
        keys.extend(f"{group}|q:{word}" for word in sorted(f.marks | f.named))
    document = _document_key(event)
    if document:
        keys.append(f"{group}|d:{document}")
    if event.correction and group in _SALES:  # a withdrawal does not always say what kind of sale it ends
        keys.extend(f"{other}|{k.split('|', 1)[1]}" for other in _SALES if other != group for k in list(keys))
    return tuple(dict.fromkeys(keys))


def _facts(event: Event, f: Features) -> tuple[str, ...]:
    """Sums, shares and diseases by which a telling that has a company's letters only finds one that has its name."""
    sums = [x for name in ("amount", "total", "upfront") if (x := number(event, name))]
    share = number(event, "percent")
    told = [f"{x:.1e}" for x in sums] + ([f"{share:g}%"] if share else [])
    return (*dict.fromkeys(told), *sorted(f.diseases)[:3])


def _marks(event: Event, keys: Sequence[str], known: Known) -> tuple[str, ...]:
    """The keys a story can be found by after this event told it."""
    if from_registry(event):
        return tuple(dict.fromkeys(k.replace("|m:", "|n:", 1) for k in keys))
    marks = [k.replace("|c:", "|w:", 1) for k in keys if not _ONE_WAY.search(k)]
    marks.extend(
        k.replace("|g:", "|f:", 1) if "|g:" in k else k.replace("|f:", "|g:", 1) for k in keys if _FACT.search(k)
    )
    marks.extend(k.replace("|n:", "|m:", 1) for k in keys if "|n:" in k)
    marks.extend(k.replace(k[k.index("|") : k.index("|") + 3], "|c:", 1) for k in keys if "|n:" in k or "|p:" in k)
    group = family(event.type)
    main = sorted(features(event, known).main)
    marks.extend(f"{group}|v:{n[:2]}" for n in main if len(n) >= 5 and n[0] != "$")
    marks.extend(f"{group}|{'t' if n[0] == '$' else 'k'}:{skeleton(n)[:2]}" for n in main)
    return tuple(dict.fromkeys(marks))


def assign(event: Event, keys: Sequence[str], candidates: Sequence[StoryState], known: Known = NOBODY) -> StoryIntent:
    """Put an event into a story: the best candidate without a contradiction, else a new one.

    Args:
        event: the event, with times.
        keys: its blocking keys (`keys_of`).
        candidates: stories that share a key and are recent enough; others are ignored.
        known: other names of companies.
    """
    own = next((s for s in candidates if any(e.event_id == event.event_id for e in s.events)), None)
    if own is not None:  # assessed again (a review answer, reprocessing): its story stays its story
        first = own.events[0].event_id == event.event_id
        void = any(takes_back(e) and _seen_after(e, event) for e in own.events)  # nothing of it stands any more
        effect: Any = "corrected" if event.correction or void else "evidence"
        if first and not void and not corrected_since(event, own) and not (event.correction and len(own.events) > 1):
            effect = "opened"
        refreshed = replace(own, keys=tuple(dict.fromkeys((*own.keys, *_marks(event, keys, known)))))
        return StoryIntent(story_id=own.story_id, effect=effect, story=refreshed, reason="assessed again")
    wanted = set(keys)
    near = [s for s in candidates if not wanted.isdisjoint(s.keys)]
    mine = features(event, known)
    before = _same_document(event, near) or (_corrected_by(event, mine, near, known) if event.correction else None)
    if before is not None:
        return _join(event, keys, before, known)
    found = [(score, story) for story in near if (score := _score(event, mine, story, known)) > 0]
    found.sort(key=lambda pair: -pair[0])
    best = found[0] if found else None
    close = len(found) > 1 and found[0][0] - found[1][0] < _CLEARLY
    if best is None or (close and all(_presumed(event, mine, story, known) for _, story in found[:2])):
        story_id = ids.digest("story", event.event_id)
        opened = StoryState(
            story_id=story_id, type=event.type, keys=_marks(event, keys, known), opened_at=event.at, last_at=event.at,
            status=status_of(event), attributes=dict(event.attributes), events=(event,),
        )  # fmt: skip
        return StoryIntent(story_id=story_id, effect="opened", story=opened, reason="first telling")
    return _join(event, keys, best[1], known)


def _score(event: Event, mine: Features, story: StoryState, known: Known) -> float:
    """How well an event fits a story: its best match among the tellings, 0 when one of them contradicts.

    A telling that leaves open what it is about ("a deal with an unnamed partner") rules out itself, not the story.
    """
    group = family(event.type)
    if not any(family(e.type) == group for e in story.events) or _begins_again(event, story):
        return 0.0
    best = 0.0
    told = [(old, features(old, known)) for old in story.events if family(old.type) == group]
    for old, plain in told:
        ours, theirs = aligned(event, mine, old, among(old, plain, told))
        why = contradiction(event, ours, old, theirs)
        if why and not (why == "place" and _place_told(mine, story, known)):
            return 0.0
        if why:
            continue
        if not undecided(event, ours, old, theirs):
            best = max(best, same(event, ours, old, theirs))
    return best


def _place_told(mine: Features, story: StoryState, known: Known) -> bool:
    """Whether some telling of a story names the place, though another knows its region only."""
    return any(mine.places & (f.places | f.words) for f in (features(old, known) for old in story.events))


def _presumed(event: Event, mine: Features, story: StoryState, known: Known) -> bool:
    """Whether nothing but company and time ties an event to a story: of several such stories it may be any."""
    return all(presumed(event, mine, old, features(old, known)) for old in story.events)


def _begins_again(event: Event, story: StoryState) -> bool:
    """Whether an event tells a first step after the story was over: a new offering after a withdrawn one."""
    if event.correction or story.status not in _OVER or (event.at - story.last_at).total_seconds() < NEAR * 86400:
        return False
    order = STATUS_ORDER.get(family(event.type), ())
    return story.status in order and order.index(status_of(event) or order[0]) < order.index(story.status) if (
        not status_of(event) or status_of(event) in order
    ) else False  # fmt: skip


def _same_document(event: Event, stories: Sequence[StoryState]) -> StoryState | None:
    """The story an earlier version of the same document told: a rewrite is never another happening."""
    if not _document_key(event):
        return None
    for story in stories:
        for old in story.events:
            if (
                _document_key(old) == _document_key(event)
                and family(old.type) == family(event.type)
                and old.document_id != event.document_id
                and _facets(old) == _facets(event)
            ):
                return story
    return None


def _facets(event: Event) -> str:
    """What tells an event apart from others of its document, without the mark of its version."""
    return event.discriminator.removesuffix(":taken-back").split("@", 1)[0]


def _corrected_by(event: Event, mine: Features, stories: Sequence[StoryState], known: Known) -> StoryState | None:
    """The story a correction takes back or amends: the likeliest one that it can be about, however its facts differ."""
    best: tuple[float, StoryState] | None = None
    for story in stories:
        scores = [corrected(event, mine, old, features(old, known)) for old in story.events]
        score = max((s for s in scores if s > 0), default=0.0)
        if score > 0 and (best is None or (score, story.last_at) > (best[0], best[1].last_at)):
            best = (score, story)
    return best[1] if best is not None else None


def _moved(event: Event, story: StoryState) -> bool:
    """Whether an event takes the story to a later step (or a reverted study on again)."""
    group = family(event.type)
    order = STATUS_ORDER.get(group, ())
    now, before = status_of(event), story.status or ASSUMED_STATUS.get(group, "")
    if story.status == "reverted" and from_registry(event):
        return True
    return now in order and before in order and order.index(now) > order.index(before)


def _join(event: Event, keys: Sequence[str], story: StoryState, known: Known) -> StoryIntent:
    status = status_of(event)
    moved = _moved(event, story)
    attributes = dict(story.attributes)
    disagreements: list[Change] = []
    stronger = event.correction or precedence(event) > max((precedence(e) for e in story.events), default=0)
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
    if event.correction:
        status = status or story.status
    elif not moved:
        status = story.status or status
    joined = replace(
        story,
        keys=tuple(dict.fromkeys((*story.keys, *_marks(event, keys, known)))),
        last_at=max(story.last_at, event.at),
        opened_at=min(story.opened_at, event.at),
        status=status,
        attributes=attributes,
        events=(*story.events, event),
    )
    effect: Any = "corrected" if event.correction else "status_change" if moved else "updated" if added else "evidence"
    return StoryIntent(
        story_id=story.story_id, effect=effect, story=joined,
        reason=f"told again by {event.source_id or event.connector}", disagreements=tuple(disagreements),
    )  # fmt: skip
