"""Score detection against labelled items (the format of ``data/news/labelled.jsonl``).

An event counts as found when one of that type is found in the item, once per item and type. ``subject_accuracy`` is the share of
found events with a labelled subject whose subject is that company; ``attribute_accuracy`` the share of found events whose scored
attributes (series, amounts and currency, phase, designation, percent and count, direction, status, stage, outcome, agency) are
all exactly the labelled ones, a missing or an extra value being wrong.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from signalwatch.model import Detection

SCORED: dict[str, tuple[str, ...]] = {
    "funding_round": ("series", "amount", "currency"),
    "ipo": ("amount", "currency", "status"),
    "public_offering": ("amount", "currency", "status"),
    "partnership": ("upfront", "total", "currency"),
    "licensing_deal": ("upfront", "total", "currency"),
    "merger_acquisition": ("amount", "currency", "status"),
    "ind_clearance": ("agency",),
    "trial_start": ("phase",),
    "trial_results": ("phase", "outcome"),
    "regulatory_designation": ("designation",),
    "regulatory_submission": ("status",),
    "regulatory_approval": ("agency", "stage"),
    "grant_award": ("amount", "currency"),
    "contract_award": ("amount", "currency"),
    "leadership_change": ("direction",),
    "layoffs_restructuring": ("percent", "count"),
    "facility_expansion": ("amount", "currency"),
}
_LEGAL = frozenset(
    "inc ltd limited llc plc ag sa se nv ab asa oyj gmbh spa srl kk bv co corp corporation company the holding "
    "holdings group incorporated".split()
)
_ALIASES = {
    "j j": "johnson johnson", "bms": "bristol myers squibb", "bristol": "bristol myers squibb",
    "bristol myers": "bristol myers squibb", "az": "astrazeneca",
    "eli lilly": "lilly", "eli lilly and": "lilly", "eli lilly and company": "lilly", "msd": "merck",
    "becton dickinson and": "bd", "becton dickinson": "bd",
    "ec": "european commission", "novo": "novo nordisk", "boehringer": "boehringer ingelheim",
}  # fmt: skip
Items = Iterable[Mapping[str, Any]]


class Detects(Protocol):
    """What is scored: anything that finds events in a title and a text."""

    def detect(self, title: str, text: str = "", *, kind: str = "news", publisher: str = "") -> Sequence[Detection]:
        """Events stated by the text."""


def evaluate(items: Items, detector: Detects, attributes: bool = True, *, detail: bool = False) -> dict[str, Any]:
    """Score a detector; the keys are those of design.md section 11.

    Args:
        items: labelled items (``title``, ``summary``, ``events``).
        detector: anything with ``detect``.
        attributes: also score attributes.
        detail: add ``confusions`` and ``errors`` (every wrong item with what was expected and found).
    """
    tp: Counter[str] = Counter()
    fp: Counter[str] = Counter()
    fn: Counter[str] = Counter()
    gold_n: Counter[str] = Counter()
    any_tp = any_fp = any_fn = count = 0
    subject_right = subject_all = attribute_right = attribute_all = 0
    per_attribute: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    confusions: Counter[tuple[str, str]] = Counter()
    errors: list[dict[str, Any]] = []
    for item in items:
        count += 1
        found = detector.detect(str(item["title"]), str(item.get("summary") or ""), publisher=publisher(item))
        gold_types = {str(e["type"]) for e in item["events"]}
        found_types = {d.type for d in found}
        any_tp += bool(gold_types and found_types)
        any_fp += bool(found_types and not gold_types)
        any_fn += bool(gold_types and not found_types)
        problems: list[str] = []
        for kind in gold_types | found_types:
            if kind in gold_types:
                gold_n[kind] += 1
            if kind in gold_types and kind in found_types:
                tp[kind] += 1
                mine = [d for d in found if d.type == kind]
                theirs = [e for e in item["events"] if e["type"] == kind]
                right, counted = _subject(theirs, mine)
                subject_right += right
                subject_all += counted
                if counted and not right:
                    problems.append(f"subject of {kind}: {_names(theirs)} != {[_subject_of(d) for d in mine]}")
                if attributes and SCORED.get(kind):
                    wrong = _attributes(kind, theirs, mine, per_attribute)
                    if wrong is not None:
                        attribute_all += 1
                        attribute_right += not wrong
                        problems += [f"{kind}.{w}" for w in wrong]
            elif kind in found_types:
                fp[kind] += 1
                patterns = [d.pattern for d in found if d.type == kind]
                problems.append(f"false {kind} ({', '.join(patterns)})")
                for missed in sorted(gold_types - found_types):
                    confusions[(missed, kind)] += 1
            else:
                fn[kind] += 1
                problems.append(f"missed {kind}")
        if detail and problems:
            errors.append(
                {"id": item.get("id", ""), "title": item["title"], "notes": item.get("notes", ""), "problems": problems}
            )
    types = sorted(set(gold_n) | set(fp))
    by_type = {t: {**_prf(tp[t], fp[t], fn[t]), "n": gold_n[t]} for t in types}
    labelled = [by_type[t]["f1"] for t in types if gold_n[t]]
    result: dict[str, Any] = {
        "items": count,
        "micro": _prf(sum(tp.values()), sum(fp.values()), sum(fn.values())),
        "macro_f1": round(sum(labelled) / len(labelled), 4) if labelled else 0.0,
        "any_event": _prf(any_tp, any_fp, any_fn),
        "by_type": by_type,
        "subject_accuracy": round(subject_right / subject_all, 4) if subject_all else None,
        "attribute_accuracy": round(attribute_right / attribute_all, 4) if attributes and attribute_all else None,
    }
    if detail:
        result["by_attribute"] = {
            k: {"accuracy": round(r / n, 4), "n": n} for k, (r, n) in sorted(per_attribute.items()) if n
        }
        result["confusions"] = [{"expected": a, "found": b, "n": n} for (a, b), n in confusions.most_common()]
        result["errors"] = errors
    return result


def folds(items: Items, detector: Detects, count: int = 5) -> list[dict[str, Any]]:
    """Scores per fold; an item's fold is decided by a digest of its id, so that it never moves."""
    parts: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for item in items:
        parts[fold_of(str(item["id"]), count)].append(item)
    return [{"fold": k, **evaluate(parts[k], detector)} for k in sorted(parts)]


def fold_of(item_id: str, count: int = 5) -> int:
    """The fold of an item."""
    return int(hashlib.sha256(item_id.encode()).hexdigest(), 16) % count


def read(path: Path) -> list[dict[str, Any]]:
    """Read a JSON Lines file of labelled items.

    Raises:
        ValueError: naming the file and line that is not a labelled item.
    """
    items = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            if not isinstance(item["title"], str) or not isinstance(item["events"], list):
                raise TypeError("title is text, events a list")
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{path.name}:{number}: not a labelled item ({error}); expected title, summary, events"
            ) from error
        items.append(item)
    return items


def publisher(item: Mapping[str, Any]) -> str:
    """Publisher of a labelled item: its source up to the data set's name."""
    return str(item.get("source", "")).split("/")[0]


def table(result: Mapping[str, Any]) -> str:
    """The scores as a table for a terminal."""
    lines = [f"{'type':<24}{'precision':>10}{'recall':>8}{'f1':>8}{'n':>6}"]
    for name, row in result["by_type"].items():
        lines.append(f"{name:<24}{row['precision']:>10.3f}{row['recall']:>8.3f}{row['f1']:>8.3f}{row['n']:>6}")
    for name in ("micro", "any_event"):
        row = result[name]
        lines.append(
            f"{name:<24}{row['precision']:>10.3f}{row['recall']:>8.3f}{row['f1']:>8.3f}"
            f"{result['items'] if name == 'micro' else '':>6}"
        )
    lines.append(f"{'macro F1':<24}{'':>18}{result['macro_f1']:>8.3f}")
    for name in ("subject_accuracy", "attribute_accuracy"):
        value = result[name]
        lines.append(f"{name:<24}{'':>18}{'-' if value is None else format(value, '.3f'):>8}")
    return "\n".join(lines)


def _prf(tp: int, fp: int, fn: int) -> dict[str, float]:
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def _subject_of(event: Detection) -> str:
    return next((o.name for o in event.organisations if o.role == "subject"), "")


def _names(events: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(c["name"]) for e in events for c in e.get("companies", ()) if c.get("role") == "subject"]


def _subject(theirs: Sequence[Mapping[str, Any]], mine: Sequence[Detection]) -> tuple[bool, bool]:
    expected = _names(theirs)
    if not expected:
        return False, False
    return any(same_company(name, _subject_of(d)) for name in expected for d in mine), True


def same_company(a: str, b: str) -> bool:
    """Do two spellings name one company: equal without legal form, or one the first words of the other?"""
    left, right = _canonical(a), _canonical(b)
    if not left or not right:
        return False
    short, long = sorted((left, right), key=len)
    return long[: len(short)] == short


def _canonical(name: str) -> list[str]:
    words = [w for w in re.split(r"[^a-z0-9]+", name.lower().replace("'s", "").replace("’s", "")) if w]
    while len(words) > 1 and words[-1] in _LEGAL:
        words.pop()
    if words and words[0] == "the":
        words = words[1:]
    text = " ".join(words)
    return _ALIASES.get(text, text).split()


def _attributes(
    kind: str, theirs: Sequence[Mapping[str, Any]], mine: Sequence[Detection], tally: dict[str, list[int]]
) -> list[str] | None:
    """Wrong attributes of the best pairing; None when neither side states any."""
    best: list[tuple[str, Any, Any]] | None = None
    stated = False
    for event in theirs:
        labels = event.get("attributes") or {}
        for found in mine:
            rows = [(k, labels.get(k), found.attributes.get(k)) for k in SCORED[kind]]
            if "amount" in SCORED[kind] and labels.get("amount") is None and found.attributes.get("amount") is None:
                rows = [r for r in rows if r[0] != "currency"]
            stated = stated or any(a is not None or b is not None for _, a, b in rows)
            if best is None or sum(a != b for _, a, b in rows) < sum(a != b for _, a, b in best):
                best = rows
    if best is None or not stated:
        return None
    for key, expected, found_value in best:
        if expected is not None or found_value is not None:
            tally[f"{kind}.{key}"][0] += expected == found_value
            tally[f"{kind}.{key}"][1] += 1
    return [f"{k}: expected {a!r}, found {b!r}" for k, a, b in best if a != b]


def main(arguments: Sequence[str]) -> int:
    """``python -m signalwatch.evaluate.detection FILE [FOLDER OF TRIGGERS] [--json] [--folds] [--errors]``."""
    from signalwatch.detect import load

    flags = {a for a in arguments if a.startswith("--")}
    files = [a for a in arguments if not a.startswith("--")]
    if not files or flags - {"--json", "--folds", "--errors"}:
        sys.stderr.write(
            "usage: python -m signalwatch.evaluate.detection FILE [FOLDER OF TRIGGERS] [--json] [--folds] [--errors]\n"
        )
        return 2
    rules = Path(files[1]) if len(files) > 1 else Path(__file__).resolve().parents[2] / "rules" / "triggers"
    detector = load(rules)
    items = read(Path(files[0]))
    result = evaluate(items, detector, detail="--errors" in flags)
    write = sys.stdout.write
    if "--errors" in flags:
        for error in result.pop("errors"):
            write(
                f"{error['id']}  {error['title']}   [{error['notes']}]\n    " + "\n    ".join(error["problems"]) + "\n"
            )
    if "--folds" in flags:
        for row in folds(items, detector):
            write(
                f"fold {row['fold']}: micro {row['micro']['f1']:.3f} macro {row['macro_f1']:.3f} items {row['items']}\n"
            )
    write(json.dumps(result) + "\n" if "--json" in flags else table(result) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
