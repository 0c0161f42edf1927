"""What a service made of the simulated world, compared with what really happened. Pure: plain data in, plain data out.

The link is the evidence: an alert's URL is a publication, and a publication knows the happenings it tells.

Three expectations per happening and account: **must** (a rep would be annoyed not to hear of it), **may** (right when it
comes, no loss when not), **never** (told before the service started, or the account is excluded). They follow design.md
section 8 and say nothing about how rules are written:

- tier 1 and 2: every material happening; loans and departures may;
- tier 3: what makes a biotech a candidate for tier 2 (a round of series A or later, a cleared IND, a trial that enters
  phase 2 or later, a marketing application), unless it was in distress within 180 days (inhibits elevation), another
  candidate reason was told within 30 days (cool-down), or it was moved within 60 days (dwell).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from signalwatch.model import Json, Struct
from signalwatch.simulate.happenings import Happening, Publication
from signalwatch.simulate.world import World
from signalwatch.stories import family

Expectation = Literal["must", "may", "never"]
GRACE = timedelta(hours=30)
"""What becomes visible this shortly before the end need not have been told yet."""

MATERIAL = frozenset(
    ("funding_round", "ipo", "public_offering", "partnership", "licensing_deal", "merger_acquisition", "ind_clearance", "trial_start",
     "trial_results", "trial_setback", "regulatory_designation", "regulatory_submission", "regulatory_approval", "regulatory_rejection",
     "layoffs_restructuring", "bankruptcy_distress", "facility_expansion", "contract_award", "leadership_change")
)  # fmt: skip
"""What a tier 1 or 2 account's owner must hear."""
DISTRESS = frozenset(("layoffs_restructuring", "bankruptcy_distress"))
INHIBITED = timedelta(days=180)
COOL_DOWN = timedelta(days=30)
DWELL = timedelta(days=60)

_ACCESSION = re.compile(r"(\d{10})-?(\d{2})-?(\d{6})(?!\d)")
_NCT = re.compile(r"NCT\d{8}", re.IGNORECASE)


class SentAlert(Struct, frozen=True, kw_only=True):
    """One alert that went out (once, however many recipients got it)."""

    alert_id: str
    account_id: str
    event_type: str
    sent_at: datetime
    kind: str = "alert"  # alert | update | correction | recommendation
    story_id: str = ""
    urls: tuple[str, ...] = ()
    headline: str = ""


class SeenEvent(Struct, frozen=True, kw_only=True):
    """One event in the store."""

    type: str
    url: str
    key: str = ""  # the document's key at its source


class SeenStory(Struct, frozen=True, kw_only=True):
    """One story in the store with the events that told it."""

    story_id: str
    events: tuple[SeenEvent, ...] = ()


class TierMove(Struct, frozen=True, kw_only=True):
    """A person moved an account to another tier while the service ran."""

    account_id: str
    at: datetime
    tier: int


class StoreView(Struct, frozen=True, kw_only=True):
    """All of a store that scoring looks at. ``documents`` are keys or URLs of everything stored."""

    alerts: tuple[SentAlert, ...] = ()
    events: tuple[SeenEvent, ...] = ()
    documents: frozenset[str] = frozenset()
    moves: tuple[TierMove, ...] = ()
    stories: tuple[SeenStory, ...] = ()


class Truth(Struct, frozen=True, kw_only=True):
    """What scoring needs of a world."""

    happenings: tuple[Happening, ...]
    publications: tuple[Publication, ...]
    account_of: Mapping[str, str]  # company id -> account id
    tiers: Mapping[str, int]
    biotechs: frozenset[str]  # accounts that look like the ideal customer
    lookalikes: frozenset[str]  # company ids
    opens_at: datetime
    closes_at: datetime

    @classmethod
    def of(cls, world: World) -> Truth:
        """The truth of a generated world."""
        companies = world.cast.companies
        return cls(
            happenings=world.happenings,
            publications=world.publications,
            account_of={c.company_id: account for c in companies if (account := world.account_of(c.company_id))},
            tiers={c.company_id: c.tier for c in companies if c.tier is not None},
            biotechs=frozenset(c.company_id for c in companies if c.is_account and c.kind.startswith("biotech")),
            lookalikes=frozenset(c.company_id for c in companies if c.lookalike_of),
            opens_at=world.opens_at,
            closes_at=world.closes_at,
        )


def key_of(url: str) -> str:
    """What makes a URL (or a document key) point at one publication: accession, NCT number, else host and path.

    Anything that is no URL and holds neither number stays as it is.
    """
    if match := _NCT.search(url):
        return match.group(0).upper()
    if ("sec" in url.lower() or "/Archives/" in url or "://" not in url) and (match := _ACCESSION.search(url)):
        return "-".join(match.groups())
    if not url.startswith(("http://", "https://")):
        return url
    bare = url.split("://", 1)[-1].split("#", 1)[0].split("?", 1)[0].rstrip("/")
    host, slash, path = bare.partition("/")
    return host.lower() + slash + path


def expectation(happening: Happening, account_id: str, truth: Truth, tier: int | None = None) -> Expectation:
    """Whether ``account_id``'s owner must, may or must never hear of a happening. ``tier`` overrides the list's tier."""
    tier = truth.tiers.get(account_id, 3) if tier is None else tier
    last = max(d.visible_at for d in happening.documents)
    if tier == 0 or last < truth.opens_at:
        return "never"
    told = [d for d in happening.documents if d.names_company]
    if not told or told[0].visible_at < truth.opens_at or told[0].visible_at > truth.closes_at - GRACE:
        return "may"
    if truth.account_of.get(happening.company_id) != account_id:
        return "may"
    if tier in (1, 2):
        optional = happening.variant in ("debt", "leaves")
        return "must" if happening.type in MATERIAL and not optional else "may"
    return "must" if account_id in truth.biotechs and _is_candidate(happening) else "may"


def _is_candidate(happening: Happening) -> bool:
    """Whether a happening makes a tier 3 account a candidate for tier 2."""
    if happening.type == "funding_round":
        return happening.attributes.get("series") not in ("seed", "venture_debt", None)
    if happening.type == "trial_start":
        return str(happening.attributes.get("phase", "")) not in ("", "0", "1", "1/2")
    return happening.type in ("ind_clearance", "regulatory_submission")


def _tier_at(account_id: str, at: datetime, truth: Truth, moves: Sequence[TierMove]) -> int:
    tier = truth.tiers.get(account_id, 3)
    for move in moves:
        if move.account_id == account_id and move.at <= at:
            tier = move.tier
    return tier


def musts(
    truth: Truth, moves: Sequence[TierMove] = (), proposed: Mapping[str, Sequence[datetime]] | None = None
) -> list[tuple[Happening, str]]:
    """Every (happening, account) that must be told, in the order they became known.

    Args:
        moves: tier moves in order of time; within two days after one nothing is expected for certain.
        proposed: when an account was last told something true, per account: a proposal cools down what follows.
    """
    distress: dict[str, list[datetime]] = {}
    for happening in truth.happenings:
        account = truth.account_of.get(happening.company_id, "")
        if account and (happening.type in DISTRESS or happening.variant == "discontinued"):
            distress.setdefault(account, []).append(happening.occurs_at)
    candidates: dict[str, list[datetime]] = {account: list(times) for account, times in (proposed or {}).items()}
    out: list[tuple[Happening, str]] = []
    for happening in sorted(truth.happenings, key=lambda h: (h.documents[0].visible_at, h.happening_id)):
        account = truth.account_of.get(happening.company_id, "")
        if not account:
            continue
        known_at = happening.documents[0].visible_at
        tier = _tier_at(account, known_at, truth, moves)
        later = _tier_at(account, known_at + timedelta(days=2), truth, moves)
        certain = all(expectation(happening, account, truth, t) == "must" for t in {tier, later})
        if tier != 3:
            if certain:
                out.append((happening, account))
            continue
        times = candidates.setdefault(account, [])
        cooling = any(timedelta(0) < known_at - at < COOL_DOWN for at in times)
        troubled = any(abs(known_at - at) < INHIBITED for at in distress.get(account, ()))
        settling = any(m.account_id == account and timedelta(0) <= known_at - m.at < DWELL for m in moves)
        if certain and not (cooling or troubled or settling):
            out.append((happening, account))
        if _is_candidate(happening):
            times.append(known_at)
    return out


def is_structured(publication: Publication) -> bool:
    """Whether a document states its happening in fields, so that nothing has to be understood from prose."""
    if publication.kind == "study":
        return bool(publication.states)
    return publication.form in ("D", "S-1", "424B4", "424B5", "SCHEDULE 13D", "NT 10-K")


class _Index:
    """Publications and happenings by what evidence names."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.publications: dict[str, list[Publication]] = {}
        self.happenings = {h.happening_id: h for h in truth.happenings}
        for publication in truth.publications:
            for key in {key_of(publication.url), key_of(publication.key)}:
                self.publications.setdefault(key, []).append(publication)

    def told_by(self, urls: Iterable[str], until: datetime) -> list[Publication]:
        """Publications behind some URLs that were visible at ``until``, newest first."""
        found = {
            p.publication_id: p for url in urls for p in self.publications.get(key_of(url), ()) if p.visible_at <= until
        }
        return sorted(found.values(), key=lambda p: p.visible_at, reverse=True)

    def parties(self, happening: Happening) -> set[str]:
        """Accounts that may rightly hear of a happening."""
        ids = (happening.company_id, *happening.counterparties)
        return {self.truth.account_of[i] for i in ids if i in self.truth.account_of}


class Verdict(Struct, frozen=True, kw_only=True):
    """What one alert was worth. ``happening_id`` is empty for a wrong one; ``reason`` says why it is wrong."""

    alert: SentAlert
    right: bool
    reason: str = ""
    happening_id: str = ""


def judge(alert: SentAlert, index: _Index) -> Verdict:
    """Decide whether an alert tells a true happening of its account under an acceptable type."""
    publications = index.told_by(alert.urls, alert.sent_at)
    if not publications:
        return Verdict(alert=alert, right=False, reason="no_evidence")
    candidates = [index.happenings[i] for p in publications for i in p.happening_ids if i in index.happenings]
    mine = [h for h in candidates if alert.account_id in index.parties(h)]
    typed = [h for h in mine if alert.event_type in (h.type, *h.accepted) or alert.kind == "recommendation"]
    if typed:
        exact = [h for h in typed if h.type == alert.event_type] or typed
        best = exact[0]
        if expectation(best, alert.account_id, index.truth) == "never":
            excluded = index.truth.tiers.get(alert.account_id) == 0
            return Verdict(
                alert=alert,
                right=False,
                reason="excluded_account" if excluded else "before_start",
                happening_id=best.happening_id,
            )
        return Verdict(alert=alert, right=True, happening_id=best.happening_id)
    if mine:
        return Verdict(alert=alert, right=False, reason=f"wrong_type:{mine[0].type}", happening_id="")
    if candidates:
        alike = candidates[0].company_id in index.truth.lookalikes
        return Verdict(alert=alert, right=False, reason="lookalike" if alike else "wrong_company")
    return Verdict(alert=alert, right=False, reason=f"noise:{publications[0].noise or 'registry'}")


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest-rank percentile; 0 for no values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -(-int(share * 1000) * len(ordered) // 1000) - 1))]


def _first_stating(happening: Happening, event_type: str, opens: datetime) -> datetime:
    """When the world first said it in a form that is reported under ``event_type``."""
    stated = [d.visible_at for d in happening.documents if event_type in d.states] or [
        d.visible_at for d in happening.documents
    ]
    return max(min(stated), opens)


def score(truth: Truth, view: StoreView) -> dict[str, Json]:
    """Score a run.

    Returns counts and shares: ``precision`` (alerts that tell a true happening of their account), ``recall`` (must-hear
    happenings that were told), ``lost`` (happenings of accounts that the store cannot know or should know from fields and
    does not), ``undetected`` (stored, told in prose only, not recognised), ``duplicates`` (second fresh alert for one
    happening and account), ``latency_p50_s`` / ``latency_p99_s`` (from first publication to the alert, simulated seconds),
    and lists of what went wrong.
    """
    index = _Index(truth)
    verdicts = [judge(alert, index) for alert in sorted(view.alerts, key=lambda a: (a.sent_at, a.alert_id))]
    told: dict[tuple[str, str], SentAlert] = {}
    fresh: Counter[tuple[str, str]] = Counter()
    proposed: dict[str, list[datetime]] = {}
    for verdict in verdicts:
        if not verdict.right:
            continue
        pair = (verdict.happening_id, verdict.alert.account_id)
        told.setdefault(pair, verdict.alert)
        fresh[pair] += verdict.alert.kind == "alert"
        proposed.setdefault(verdict.alert.account_id, []).append(verdict.alert.sent_at)
    must = [(happening.happening_id, account) for happening, account in musts(truth, view.moves, proposed)]
    missed = [pair for pair in must if pair not in told]
    delays = sorted(
        (
            (alert.sent_at - _first_stating(index.happenings[h], alert.event_type, truth.opens_at)).total_seconds(),
            h,
            account,
        )
        for (h, account), alert in told.items()
        if index.happenings[h].documents[0].visible_at >= truth.opens_at
    )
    latencies = [seconds for seconds, _, _ in delays]
    lost, undetected = _not_in_store(truth, view, index)
    per_happening, mixed, split_up = _clustering(view, index)
    right = sum(v.right for v in verdicts)
    duplicates = sum(n - 1 for n in fresh.values() if n > 1)
    return {
        "alerts": len(verdicts),
        "right": right,
        "wrong": len(verdicts) - right,
        "precision": round(right / len(verdicts), 4) if verdicts else 1.0,
        "must": len(must),
        "recall": round(1 - len(missed) / len(must), 4) if must else 1.0,
        "lost": len(lost),
        "undetected": len(undetected),
        "duplicates": duplicates,
        "stories_per_happening": per_happening,
        "mixed_stories": mixed,
        "latency_p50_s": round(percentile(latencies, 0.5), 1),
        "latency_p99_s": round(percentile(latencies, 0.99), 1),
        "wrong_by_reason": dict(sorted(Counter(v.reason for v in verdicts if not v.right).items())),
        "missed_by_type": dict(sorted(Counter(h.split(":", 1)[0] for h, _ in missed).items())),
        "wrong_alerts": [_brief(v) for v in verdicts if not v.right],
        "missed_happenings": [
            {"happening": h, "account": a, "titles": _titles(index.happenings[h])} for h, a in missed
        ],
        "slowest": [
            {"seconds": round(s), "happening": h, "account": a, "titles": _titles(index.happenings[h])}
            for s, h, a in delays[-5:]
        ],
        "duplicate_happenings": sorted(f"{h} -> {a}" for (h, a), n in fresh.items() if n > 1),
        "split_or_mixed": split_up,
        "lost_happenings": lost,
        "undetected_happenings": undetected,
    }


def _clustering(view: StoreView, index: _Index) -> tuple[float, float, list[str]]:
    """Stories per happening, the share of stories that mix happenings, and which.

    An event tells the happenings of its publication that may be reported under its type. Where those are several (a digest),
    it counts for none of them, and a story is mixed only if no happening can have been told by all of its events. A happening
    is split if events of its own kind are in several stories; a registry's status change beside them is another kind.
    """
    stories_of: dict[str, set[str]] = {}
    found: list[str] = []
    judged = mixed = 0
    for story in view.stories:
        common: set[str] | None = None
        for event in story.events:
            told = _told_by(event, index)
            if not told:
                continue
            common = told if common is None else common & told
            own = {h for h in told if family(index.happenings[h].type) == family(event.type)}
            if len(told) == 1 and own:
                stories_of.setdefault(next(iter(told)), set()).add(story.story_id)
        judged += common is not None
        if common is not None and not common:
            mixed += 1
            found.append(f"mixed {story.story_id}: {', '.join(sorted(e.url or e.key for e in story.events))}")
    found += [f"split {h}: {', '.join(sorted(ids))}" for h, ids in sorted(stories_of.items()) if len(ids) > 1]
    total = sum(map(len, stories_of.values()))
    per_happening = round(total / len(stories_of), 4) if stories_of else 1.0
    return per_happening, round(mixed / judged, 4) if judged else 0.0, found


def _told_by(event: SeenEvent, index: _Index) -> set[str]:
    """The happenings an event can be about; those of its own type if there are any."""
    publications = [p for key in {key_of(event.url), key_of(event.key)} for p in index.publications.get(key, ())]
    happenings = [index.happenings[i] for p in publications for i in p.happening_ids if i in index.happenings]
    exact = {h.happening_id for h in happenings if h.type == event.type}
    return exact or {h.happening_id for h in happenings if event.type in h.accepted}


def _brief(verdict: Verdict) -> dict[str, Any]:
    alert = verdict.alert
    return {
        "reason": verdict.reason,
        "account": alert.account_id,
        "type": alert.event_type,
        "headline": alert.headline,
        "urls": list(alert.urls),
    }


def _titles(happening: Happening) -> list[str]:
    return [
        f"{d.source} {d.form} {d.visible_at:%Y-%m-%d %H:%M} {d.title}".replace("  ", " ") for d in happening.documents
    ]


def _not_in_store(truth: Truth, view: StoreView, index: _Index) -> tuple[list[str], list[str]]:
    """(lost, undetected) happenings of accounts that were published while the service ran."""
    documents = {key_of(d) for d in view.documents}
    types_at: dict[str, set[str]] = {}
    for event in view.events:
        for key in {key_of(event.url), key_of(event.key)}:
            types_at.setdefault(key, set()).add(event.type)
    lost: list[str] = []
    undetected: list[str] = []
    for happening in truth.happenings:
        if not index.parties(happening) or happening.company_id not in truth.account_of:
            continue
        served = [d for d in happening.documents if d.names_company and d.visible_at <= truth.closes_at - GRACE]
        if not served or served[0].visible_at < truth.opens_at:
            continue
        wanted = {happening.type, *happening.accepted}
        keys = {k for d in served for k in (key_of(d.url), key_of(d.key))}
        if any(types_at.get(key, set()) & wanted for key in keys):
            continue
        stored = bool(keys & (documents | types_at.keys()))
        if not stored or any(is_structured(d) for d in served):
            lost.append(happening.happening_id)
        else:
            undetected.append(happening.happening_id)
    return lost, undetected
