"""The program an event is about: one per asset and indication, whatever names the asset goes by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from signalwatch import diseases, ids
from signalwatch.model import Event, Program, ProgramRef
from signalwatch.stories.vocabulary import PARTNERS, STEM

MOST_NAMES = 12
BASKET = 3
"""A study of more indications than these is about its first one."""
PHASE_RANK = {
    "": 0, "1": 1, "1a": 1, "1b": 1, "1/2": 2, "1b/2": 2, "1/2a": 2, "2": 3, "2a": 3, "2b": 3, "2/3": 4,
    "3": 5, "3b": 5, "pivotal": 5, "4": 6,
}  # fmt: skip
_SUFFIX = re.compile(r"(?<=[a-z]{4})-[a-z]{4}\Z")
_BRACKETED = re.compile(r"\s*\(([^()]{3,40})\)\s*\Z")
_DESCRIBED = re.compile(
    r"([A-Za-z]{2,8}[- ]?\d{2,6}[A-Za-z]{0,2}) +(?:is|was|[a-z]|CAR|cells?|vaccine|injection|for)\b"
)
_CODE = re.compile(r"[A-Za-z]{1,10}[- ]?[A-Za-z]{0,4}[- ]?\d{2,}[A-Za-z0-9-]*")


def asset_key(name: str) -> str:
    """ABC-123, ABC 123 and abc123 are one asset; the four letters after a biologic's name and what a code is do not count."""
    described = _DESCRIBED.match(name.strip())
    return re.sub(r"[^a-z0-9]", "", _SUFFIX.sub("", (described.group(1) if described else name).casefold().strip()))


def _kind(name: str) -> str:
    """code, generic or brand: an asset has one of each, so a second one of a kind is another asset."""
    if _CODE.fullmatch(name.strip()) or _DESCRIBED.match(name.strip()):
        return "code"
    return "generic" if STEM.fullmatch(name.casefold().strip()) else "brand"


def _split(names: Iterable[str]) -> list[str]:
    """``TEC-301 (tolvulimab)`` and ``TEC-301 / tolvulimab`` are two names."""
    out: list[str] = []
    for name in names:
        inner = _BRACKETED.search(name)
        parts = (
            [name[: inner.start()], *re.split(r"\s*[,/;]\s*", inner.group(1))] if inner else re.split(r"\s+/\s+", name)
        )
        out.extend(p if " is " not in p else p.split(" is ")[0] for p in parts)
    return [n.strip() for n in out if len(asset_key(n)) >= 3]


def own_names(ref: ProgramRef, title: str = "") -> tuple[str, ...]:
    """The names of the asset an event is about: the first one and those that can be other names of it.

    Events list names without saying which belong together. A medicine that others sell and everybody combines with is
    another asset, and so is what the title sets beside the first name; a list with two code names or two generic names
    holds several assets, and nobody can say whose the rest is.
    """
    names = list({asset_key(n): n for n in reversed(_split(ref.assets))}.values())[::-1]
    if not names:
        return ()
    lead = next((n for n in names if asset_key(n) not in PARTNERS), names[0])
    if "biosimilar" in title.casefold() and any(_kind(n) == "code" for n in names):
        return (next(n for n in names if _kind(n) == "code"),)  # the other names are the original's
    joined = [n for n in names if n != lead and _as_one(lead, n, title)]
    rest = [n for n in names if n != lead and asset_key(n) not in PARTNERS and not _beside(lead, n, title)]
    if joined:
        return (lead, *joined, *(n for n in rest if n not in joined and _kind(n) not in map(_kind, (lead, *joined))))
    kinds = [_kind(n) for n in (lead, *rest)]
    if kinds.count("code") > 1 or kinds.count("generic") > 1:
        return (lead,)
    return (lead, *(n for n in rest if _kind(n) != _kind(lead)))


def _as_one(lead: str, name: str, title: str) -> bool:
    """Whether the title writes one right behind the other: ``BNT324/DB-1311``, ``TOLVEXA® (tolvulimab)``."""
    a, b = re.escape(lead), re.escape(name)
    return re.search(rf"(?i){a} ?[®™]? ?[/(] ?{b}|{b} ?[®™]? ?[/(] ?{a}|{a} \([^()]*\b{b}\b[^()]*\)", title) is not None


def _beside(lead: str, name: str, title: str) -> bool:
    """Whether the title names both, and neither as another name of the other (``BRAND (generic)``, ``CODE/generic``)."""
    text = title.casefold()
    at, other = text.find(lead.casefold()), text.find(name.casefold())
    if at < 0 or other < 0:
        return False
    first, second = sorted(((at, lead), (other, name)))
    between = text[first[0] + len(first[1]) : second[0]].strip(" ®™")
    return between.rstrip("®™ ") not in ("(", "/", "[", "", ", also known as", "formerly", ", formerly") and not (
        "(" in between and ")" not in between
    )


def program_of(event: Event, account_id: str, existing: Sequence[Program]) -> Program | None:
    """The program an event is about, updated by it.

    None when the event names neither asset nor study, or an asset of several programs without saying which
    indication: then it is the account's.
    """
    ref = event.program
    if ref is None or not (ref.assets or ref.nct_ids):
        return None
    studied = next((p for p in existing if not set(ref.nct_ids).isdisjoint(p.nct_ids)), None)
    names = own_names(ref, event.title)
    keys = {asset_key(n) for n in names}
    if studied is not None:
        return _updated(studied, ref, names if keys & {asset_key(n) for n in studied.names} or len(keys) == 1 else ())
    if not keys and not ref.nct_ids:
        return None
    same_asset = [p for p in existing if keys & {asset_key(n) for n in (p.asset, *p.names)}]
    if same_asset:
        if not indications_of(ref):
            return _updated(same_asset[0], ref, names) if len(same_asset) == 1 else None
        found = _of_indication(ref, same_asset)
        if found is not None:
            return _updated(found, ref, names)
    asset = same_asset[0].asset if same_asset else names[0] if names else ref.nct_ids[0]
    known = tuple(n for p in same_asset for n in p.names)
    indication = next(iter(indications_of(ref)), "")
    return Program(
        program_id=ids.digest("program", account_id, asset_key(asset), indication.casefold()),
        account_id=account_id, asset=asset, indication=indication, phase=ref.phase, nct_ids=ref.nct_ids,
        names=_united((), known + names) or ref.nct_ids, areas=ref.areas, modalities=ref.modalities,
    )  # fmt: skip


def indications_of(ref: ProgramRef) -> tuple[str, ...]:
    """The diseases an event is about, by their canonical names; healthy volunteers have none."""
    return tuple(dict.fromkeys(filter(None, map(diseases.canonical, ref.indications))))


def _of_indication(ref: ProgramRef, programs: Sequence[Program]) -> Program | None:
    """The program of the event's indication: named the same, else the only one named more or less narrowly, else one of
    unknown indication."""
    told = indications_of(ref)
    told = told[:1] if len(told) > BASKET else told
    exact = [p for p in programs if p.indication and any(diseases.related(i, p.indication) == 2 for i in told)]
    if exact:
        return exact[0]
    near = [p for p in programs if p.indication and diseases.related(told[0], p.indication)]
    if len(near) == 1:
        return near[0]
    return next((p for p in programs if not p.indication), None)


def _updated(program: Program, ref: ProgramRef, names: Sequence[str]) -> Program:
    return replace(
        program,
        phase=max(program.phase, ref.phase, key=lambda p: PHASE_RANK.get(p, 0)),
        indication=program.indication or next(iter(indications_of(ref)), ""),
        nct_ids=tuple(dict.fromkeys((*program.nct_ids, *ref.nct_ids))),
        names=_united(program.names, names),
        areas=tuple(dict.fromkeys((*program.areas, *ref.areas))),
        modalities=tuple(dict.fromkeys((*program.modalities, *ref.modalities))),
    )


def _united(names: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for name in (*names, *more):
        found.setdefault(asset_key(name), name)
    return tuple(found.values())[:MOST_NAMES]
