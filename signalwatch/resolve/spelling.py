"""Names written apart, together or with a slip of the pen. A slip decides only where the rest of the name agrees."""

from __future__ import annotations

from rapidfuzz.distance import DamerauLevenshtein

from signalwatch.resolve.answers import Answer, held
from signalwatch.resolve.beginning import GEO
from signalwatch.resolve.index import (
    ALIAS,
    BARE,
    COINED,
    CORE,
    DESCRIBED,
    DOUBTFUL,
    FAMILY,
    GROUP,
    LEGAL_NAME,
    METHOD,
    MULTI,
    NAME,
    PRESS,
    Index,
    name_tokens,
)
from signalwatch.resolve.lexicon import CARE_SITES, DESCRIPTORS, DRUG, LEGAL, NOT_COMPANY, OTHER_TRADE, UNIT, VENTURES

_VOWELS = frozenset("aeiouy")
_CHANGES_NOTHING = GEO | UNIT | LEGAL | DESCRIPTORS
_ALIKE = frozenset(("mn", "nm", "il", "li"))
_NEVER = VENTURES | OTHER_TRADE | CARE_SITES | NOT_COMPANY


def misspelt(index: Index, core: list[str]) -> Answer | None:
    """Written apart or together: the same. One letter off with the rest agreeing: a match. Else a question."""
    carry = len(name_tokens(core))
    ends = [len(core)]
    while ends[-1] > 1 and core[ends[-1] - 1] in _CHANGES_NOTHING:
        ends.append(ends[-1] - 1)
    for end in dict.fromkeys((*ends, carry, 1)):
        key = index.glued.get("".join(core[:end]))
        if key is not None and key != " ".join(core[:end]) and not (end == 1 and index.is_word(core[0])):
            return _spelled(index, "".join(core[:end]), (0, key), core[end:])
    for end in dict.fromkeys((carry, 1)):
        joined = "".join(core[:end])
        if len(joined) < 5 or (end == 1 and index.is_word(joined)):
            continue
        near = _nearest(index, joined)
        if near is not None and near[0]:
            return _spelled(index, joined, near, core[end:])
    return None


def _nearest(index: Index, joined: str) -> tuple[int, str] | None:
    """The one known name at most two letters away, with its distance."""
    limit = 0 if len(joined) < 6 else 1 if len(joined) < 9 else 2
    best: tuple[int, str] | None = None
    tied = False
    seen: set[int] = set()
    around = range(len(joined) - limit, len(joined) + limit + 1)
    for part in (*(f"^{joined[:3]}{n}" for n in around), *(f"{joined[-3:]}${n}" for n in around)):
        for place in index.ends.get(part, ()):
            candidate = index.joined[place]
            if place in seen:
                continue
            seen.add(place)
            distance = DamerauLevenshtein.distance(joined, candidate, score_cutoff=limit)
            if distance > limit or (best is not None and distance > best[0]):
                continue
            tied = best is not None and distance == best[0]
            best = (distance, index.joined_key[place])
    return None if tied else best


def _spelled(index: Index, joined: str, near: tuple[int, str], rest: list[str]) -> Answer | None:
    distance, key = near
    codes = index.look(key)
    accounts = tuple(dict.fromkeys(code >> 16 for code in codes))
    extra = set(rest)
    if len(accounts) != 1 or codes[0] >> 8 & 0xFF == PRESS or codes[0] & DOUBTFUL or extra & _NEVER:
        return None
    account, kind, marks = accounts[0], codes[0] >> 8 & 0xFF, codes[0] & 0xFF
    flags = index.flags[account]
    group = bool(flags & GROUP)
    shared = extra & index.descriptors[account]
    agrees = not extra - UNIT - GEO - LEGAL - index.descriptors[account] or (group and not extra - DESCRIPTORS - GEO)
    if not agrees or joined[0] != key[0]:
        return None
    if distance == 0:
        telling = marks & (MULTI | DESCRIBED) and not index.is_word(joined)
        whole = kind <= FAMILY and (marks & COINED or group or telling)
        if whole or (kind <= CORE and shared):
            return Answer("matched", accounts, METHOD[kind], "the same name, its words written apart or together")
        return held(account, METHOD[kind], "the same letters, other words around")
    telling = len(joined) > 7 or (len(joined) > 5 and (" " in key or bool(extra & DRUG)))
    slight = kind <= LEGAL_NAME and marks & COINED and flags & BARE and not extra - GEO - LEGAL
    if slight and distance == 1 and _dropped(joined, key.replace(" ", "")):
        return Answer("matched", accounts, "fuzzy", f"one letter off {key!r}", 0.9)
    if distance == 1 and telling and (group or shared) and kind in (NAME, LEGAL_NAME, ALIAS, CORE):
        slip = _slip(joined, key.replace(" ", ""))
        if slip == "typing" or (slip == "vowel" and shared and kind != ALIAS) or (slip and " " in key):
            return Answer("matched", accounts, "fuzzy", f"one letter off {key!r}, the rest agrees", 0.9)
    if kind == FAMILY and not extra & DESCRIPTORS:
        return None  # one of many units' names and nothing else in common: no question worth asking
    return held(account, "fuzzy", f"{distance} letter(s) off {key!r}", 0.9 - 0.2 * distance)


def _dropped(written: str, meant: str) -> bool:
    """Whether a letter is missing, doubled, swapped or read for its neighbour, in a word long enough to tell."""
    if len(written) < 6 or written[0] != meant[0]:
        return False
    if written[1] != meant[1]:
        return len(written) == len(meant) > 8 and written[2:] == meant[2:] and written[1] + meant[1] in _ALIKE
    shorter, longer = sorted((written, meant), key=len)
    if len(shorter) < len(longer):
        at = next((i for i, c in enumerate(shorter) if c != longer[i]), len(shorter))
        doubled = at > 0 and longer[at] == longer[at - 1]
        return doubled or (len(shorter) > 8 and at < len(shorter))
    places = [i for i, pair in enumerate(zip(written, meant, strict=True)) if pair[0] != pair[1]]
    if len(places) == 2:
        return len(written) > 7
    return len(written) > 8 and written[places[0]] + meant[places[0]] in _ALIKE


def _slip(written: str, meant: str) -> str:
    """What kind of slip makes ``written`` of ``meant``: typing, a vowel for another, or "" for any other letter."""
    if len(written) != len(meant):
        return "typing"
    places = [i for i, pair in enumerate(zip(written, meant, strict=True)) if pair[0] != pair[1]]
    if len(places) == 2:
        return "typing"  # two letters swapped
    at = places[0]
    around = written[max(0, at - 1) : at] + written[at + 1 : at + 2]
    if written[at] in around:
        return "typing"  # the wrong letter doubled
    return "vowel" if written[at] in _VOWELS and meant[at] in _VOWELS else ""
