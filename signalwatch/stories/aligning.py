"""Two tellings of which one has a company's letters only: ``VAB`` and ``VNDL`` read as the names they stand for. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from signalwatch.model import Event
from signalwatch.stories.features import Features
from signalwatch.stories.money import amounts_meet, far, number
from signalwatch.stories.spelling import abbreviates, skeleton
from signalwatch.stories.steps import NEAR


def aligned(a: Event, fa: Features, b: Event, fb: Features) -> tuple[Features, Features]:
    """Both sides, with the letters of the one put as the name of the other where they can only mean it.

    A ticker means the name it abbreviates, the more so the nearer or beside another shared fact; initials need the fact.
    """
    if not fa.shorts and not fb.shorts:
        return _begun(fa, fb)
    days = abs((a.at - b.at).total_seconds()) / 86400
    shared = _shared_fact(a, fa, b, fb)
    sure = 3 if days > NEAR else 2
    return _put(fa, fb, shared, sure), _put(fb, fa, shared, sure)


def _begun(fa: Features, fb: Features) -> tuple[Features, Features]:
    """Both sides of a deal, where the other party is told by the beginning of its name: EyeBio for Eyebiotech."""
    only_a, only_b = fa.main - fb.main, fb.main - fa.main
    if len(only_a) != 1 or len(only_b) != 1 or len(fa.main) != len(fb.main) or len(fa.main) < 2:
        return fa, fb
    (x,), (y,) = only_a, only_b
    if min(len(x), len(y)) < 5 or not (x.startswith(y) or y.startswith(x)):
        return fa, fb
    return fa, replace(fb, main=fa.main, bought=fb.bought | {x} if y in fb.bought else fb.bought)


def among(event: Event, f: Features, tellings: Sequence[tuple[Event, Features]]) -> Features:
    """A telling's side with its letters put as the other tellings of its story name the company."""
    for other, theirs in tellings if f.shorts else ():
        if other is not event:
            f = aligned(event, f, other, theirs)[0]
    return f


def _put(mine: Features, theirs: Features, shared: bool, sure: int) -> Features:
    """One side with its letters replaced by the other side's names."""
    for key, letters in mine.shorts:
        if key in theirs.main:
            continue
        means = {
            name
            for name, whole, initials in theirs.spelled
            if name not in mine.main
            and ((shared and letters in initials) or _ticker(letters, name, whole, 0 if shared else sure))
        }
        if len(means) == 1:
            main = (mine.main - {key, f"${letters}", f"${key}"}) | means
            mine = replace(mine, main=main, bought=mine.bought | means if key in mine.bought else mine.bought)
    return mine


def _ticker(letters: str, name: str, whole: str, sure: int) -> bool:
    """Whether letters are those of a name; with nothing else to go by, so many first consonants have to agree."""
    short = skeleton(letters)[:sure]
    if len(letters) == 4 and len(name) > 4 and letters[0] == name[0] and name.endswith(letters[1:]):
        return True  # CBAY, CymaBay
    if len(letters) < 3 or not skeleton(name).startswith(short) or (sure == 3 and len(short) < sure):
        return False
    return abbreviates(letters, name) or abbreviates(letters, whole)


def _shared_fact(a: Event, fa: Features, b: Event, fb: Features) -> bool:
    """Whether something besides the doubtful name is told by both: another party, a sum, a product, place or person."""
    parties = {m for m in fa.main & fb.main if m[0] != "$"}
    facts = fa.products & fb.products or fa.people & fb.people or fa.studies & fb.studies or fa.places & fb.places
    facts = facts or fa.brands & fb.brands or fa.diseases & fb.diseases
    share = number(a, "percent"), number(b, "percent")
    percent = None not in share and not far(*share, 1.05)
    return bool(parties or facts) or amounts_meet(a, b) or percent
