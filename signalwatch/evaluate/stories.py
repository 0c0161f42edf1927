"""Scores story clustering against labelled pairs (design.md section 11; format of a stories/pairs.jsonl file)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from signalwatch import ids, stories
from signalwatch.model import Event, Organisation, ProgramRef, Span, StoryState
from signalwatch.sdk import Detector

Row = dict[str, Any]


def labelled_event(item: Mapping[str, Any], index: int) -> Event:
    """An event as the labels of an item state it, with the text a document would have brought."""
    entry = item["events"][index]
    return Event(
        event_id=f"{item['id']}#{index}",
        type=entry["type"],
        connector="feeds",
        source_id=str(item.get("source", "")),
        document_key=item["id"],
        published_at=datetime.fromisoformat(item["date"]).replace(tzinfo=UTC),
        title=item["title"],
        text=(item.get("summary") or "")[:400],
        organisations=tuple(Organisation(name=c["name"], role=c["role"]) for c in entry.get("companies", ())),
        attributes=dict(entry.get("attributes") or {}),
        span=Span(text=item["title"]),
    )


def detected_events(item: Mapping[str, Any], detector: Detector) -> list[Event]:
    """Events as detection finds them, each paired with the labelled entry of its type (by order)."""
    published = datetime.fromisoformat(item["date"]).replace(tzinfo=UTC)
    found = detector.detect(item["title"], item.get("summary") or "", published_at=published)
    out: list[Event] = []
    free = dict(enumerate(item["events"]))
    for number, detection in enumerate(found):
        index = next((i for i, e in free.items() if e["type"] == detection.type), None)
        if index is not None:
            free.pop(index)
        out.append(
            Event(
                event_id=f"{item['id']}#{index if index is not None else f'x{number}'}",
                type=detection.type,
                connector="feeds",
                source_id=str(item.get("source", "")),
                document_key=item["id"],
                published_at=published,
                title=item["title"],
                text=(item.get("summary") or "")[:400],
                organisations=detection.organisations,
                attributes=detection.attributes,
                program=detection.program or ProgramRef(),
                span=detection.span,
            )
        )
    return out


def cluster(events: Sequence[Event], known: stories.Known = stories.NOBODY) -> dict[str, str]:
    """Feed events in date order, once, through the same code the service uses: event id -> story id."""
    states: dict[str, StoryState] = {}
    by_key: dict[str, list[str]] = {}
    answer: dict[str, str] = {}
    for event in sorted(events, key=lambda e: (e.at, e.event_id)):
        keys = stories.keys_of(event, {}, known)
        found = dict.fromkeys(s for key in keys for s in by_key.get(key, ()))
        intent = stories.assign(event, keys, [states[s] for s in found], known)
        states[intent.story_id] = intent.story
        for key in intent.story.keys:
            if intent.story_id not in by_key.setdefault(key, []):
                by_key[key].append(intent.story_id)
        answer[event.event_id] = intent.story_id
    return answer


def _rates(true: int, found: int, right: int) -> dict[str, float]:
    precision = right / found if found else 1.0
    recall = right / true if true else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def components(pairs: Sequence[tuple[str, str]]) -> list[set[str]]:
    """Connected components of positive pairs: the labelled stories."""
    parent: dict[str, str] = {}

    def root(x: str) -> str:
        parent.setdefault(x, x)
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    for a, b in pairs:
        parent[root(a)] = root(b)
    groups: dict[str, set[str]] = {}
    for x in parent:
        groups.setdefault(root(x), set()).add(x)
    return list(groups.values())


def evaluate(
    items: Sequence[Row],
    pairs: Sequence[Row],
    detector: Detector | None = None,
    known: stories.Known = stories.NOBODY,
) -> dict[str, Any]:
    """Cluster the items' events and compare with the labelled pairs.

    ``pairs``: precision and recall over listed pairs (unsure left out). ``stories``: a labelled story is right when all
    its events share one story; a found story is wrong when it joins a pair labelled different.
    """
    unique = {item["id"]: item for item in items}
    events: list[Event] = []
    for item in unique.values():
        if detector is None:
            events.extend(labelled_event(item, i) for i in range(len(item["events"])))
        else:
            events.extend(detected_events(item, detector))
    story_of = cluster(events, known)
    right = found = true = 0
    errors: list[dict[str, Any]] = []
    same_pairs: list[tuple[str, str]] = []
    wrong_stories: set[str] = set()
    missing = 0
    for pair in pairs:
        if pair["same"] == "unsure":
            continue
        a, b = f"{pair['a']}#{pair['event_a']}", f"{pair['b']}#{pair['event_b']}"
        if pair["a"] not in unique or pair["b"] not in unique:
            missing += 1
            continue
        joined = a in story_of and story_of.get(a) == story_of.get(b)
        expected = pair["same"] is True
        if expected:
            same_pairs.append((a, b))
        true += expected
        found += joined
        right += joined and expected
        if joined and not expected:
            wrong_stories.add(story_of[a])
        if joined != expected:
            errors.append({"a": a, "b": b, "expected": expected, "why": pair.get("why", "")})
    labelled = components(same_pairs)
    whole = [g for g in labelled if len({story_of.get(x, x) for x in g}) == 1]
    judged = {story_of[x] for g in labelled for x in g if x in story_of} | wrong_stories
    clean = len(judged) - len(wrong_stories)
    precision = clean / len(judged) if judged else 1.0
    recall = len(whole) / len(labelled) if labelled else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {
        "pairs": _rates(true, found, right),
        "stories": {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)},
        "counts": {
            "pairs": true + 0,
            "events": len(events),
            "stories": len(set(story_of.values())),
            "not_found": missing,
        },
        "errors": errors,
        "fold_of": {a: int(ids.digest(sorted(g)[0])[:8], 16) % 5 for g in labelled for a in g},
    }


def public(result: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON of the command line."""
    return {"pairs": result["pairs"], "stories": result["stories"]}


def table(result: Mapping[str, Any], *, errors: int = 0) -> str:
    """The same for people, with the first errors."""
    lines = [f"{'':8}{'precision':>10}{'recall':>8}{'f1':>8}"]
    for name in ("pairs", "stories"):
        r = result[name]
        lines.append(f"{name:8}{r['precision']:10.3f}{r['recall']:8.3f}{r['f1']:8.3f}")
    for error in result["errors"][:errors]:
        word = "missed" if error["expected"] else "joined wrongly"
        lines.append(f"  {word}: {error['a']} {error['b']} {error['why']}")
    return "\n".join(lines)
