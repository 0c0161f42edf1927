"""Scores matching against labelled mentions (design.md section 11; format of a matching/mentions.jsonl file).

Runs as a fresh installation would: the given accounts and the shipped families, no database, no network. Pairs of
(mention, account) are counted: a confident answer on a mention that is nobody's or undecided is wrong; a held one is a
miss, and right where the label is ambiguous.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from signalwatch.errors import ConfigError, Problem
from signalwatch.model import Account
from signalwatch.resolve import Families, Resolver

KINDS = ("organisation_name", "headline", "cik", "ticker")


class _Tally:
    """Right, wrong and missed pairs of one group of mentions."""

    def __init__(self) -> None:
        self.mentions = self.right = self.wrong = self.missed = self.held = 0
        self.ambiguous = self.ambiguous_held = 0

    def add(self, expected: set[str], undecided: bool, got: set[str], held: bool) -> None:
        self.mentions += 1
        self.right += len(got & expected)
        self.wrong += len(got - expected)
        self.missed += len(expected - got)
        self.held += held and not got
        self.ambiguous += undecided
        self.ambiguous_held += undecided and held and not got

    def scores(self) -> dict[str, Any]:
        said, due = self.right + self.wrong, self.right + self.missed
        precision = self.right / said if said else 1.0
        recall = self.right / due if due else 1.0
        both = precision + recall
        return {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(2 * precision * recall / both, 4) if both else 0.0,
            "held": self.held,
            "mentions": self.mentions,
            "wrong": self.wrong,
            "missed": self.missed,
            "ambiguous": self.ambiguous,
            "ambiguous_held": self.ambiguous_held,
        }


def answer(resolver: Resolver, mention: Mapping[str, Any]) -> tuple[set[str], set[str], str]:
    """Accounts answered with confidence, accounts held for review, and the reason given."""
    text, context = str(mention["mention"]), str(mention.get("context") or "")
    kind = mention["kind"]
    if kind == "headline":
        found = resolver.find(text, context=context, doubtful=True)
        sure = {m.account_id for m in found if m.score >= 0.5}
        return sure, {m.account_id for m in found} - sure, "; ".join(f"{m.text} ({m.method})" for m in found)
    if kind == "cik":
        matches = [resolver.resolve_cik(text)]
    elif kind == "ticker":
        matches = [resolver.resolve_ticker(text)]
    else:
        matches = list(resolver.resolve_names(text, context=context))
    sure = {m.account_id for m in matches if m.status == "matched"}
    held = {c.account_id for m in matches if m.status in ("held", "ambiguous") for c in m.candidates}
    return sure, held, "; ".join(dict.fromkeys(m.reason for m in matches))


def evaluate(
    mentions: Iterable[Mapping[str, Any]],
    accounts: Sequence[Account],
    families: Families | None,
    *,
    expected_key: str = "expected",
) -> dict[str, Any]:
    """Score every mention; ``expected_key`` names the column with the right answers.

    Answers per kind precision, recall, f1, held and recall by what the answer can be derived from; under ``detail`` (not
    part of the public JSON) the tables per difficulty, the folds and every error.

    Raises:
        ConfigError: a row lacks a field, or its kind is unknown.
    """
    rows = list(mentions)
    problems = [p for number, row in enumerate(rows, 1) if (p := _wrong(row, number, expected_key)) is not None]
    if problems:
        raise ConfigError(problems)
    resolver = Resolver(accounts, families=families)
    kinds: dict[str, _Tally] = {}
    derivable: dict[str, dict[str, _Tally]] = {}
    difficulty: dict[str, dict[str, _Tally]] = {}
    folds: dict[str, dict[int, _Tally]] = {}
    errors: list[dict[str, Any]] = []
    for row in rows:
        label = row[expected_key]
        undecided = isinstance(label, dict)
        expected = set() if label is None or undecided else {label} if isinstance(label, str) else set(label)
        got, held, reason = answer(resolver, row)
        kind = row["kind"]
        groups = [
            kinds.setdefault(kind, _Tally()),
            difficulty.setdefault(kind, {}).setdefault(str(row.get("difficulty") or "-"), _Tally()),
            folds.setdefault(kind, {}).setdefault(fold_of(str(row.get("id", row["mention"]))), _Tally()),
        ]
        if expected:
            source = str(row.get("derivable") or "-")
            groups.append(derivable.setdefault(kind, {}).setdefault(source, _Tally()))
        for tally in groups:
            tally.add(expected, undecided, got, bool(held))
        if got != expected:
            errors.append(_error(row, expected, got, held, reason))
    errors.sort(key=lambda e: (not e["wrong"], e["kind"], e["mention"]))
    result: dict[str, Any] = {}
    for kind in (*KINDS, *sorted(kinds.keys() - set(KINDS))):
        if kind in kinds:
            by = derivable.get(kind, {})
            recalls = {name: by[name].scores()["recall"] for name in sorted(by)}
            result[kind] = {**kinds[kind].scores(), "recall_by_derivable": recalls}
    result["detail"] = {
        "difficulty": {k: {d: t.scores() for d, t in sorted(v.items())} for k, v in difficulty.items()},
        "folds": {k: [v[n].scores() for n in sorted(v)] for k, v in folds.items()},
        "errors": errors,
    }
    return result


def fold_of(identity: str, count: int = 5) -> int:
    """The fold of a mention: by its id alone, so that it never moves."""
    return int.from_bytes(hashlib.blake2b(identity.encode(), digest_size=4).digest(), "big") % count


def public(result: Mapping[str, Any]) -> dict[str, Any]:
    """The scores without the detail, as ``evaluate matching --json`` prints them."""
    return {key: value for key, value in result.items() if key != "detail"}


def table(result: Mapping[str, Any], *, errors: int = 0) -> str:
    """The scores as a table for a terminal, with the ``errors`` worst mistakes."""
    head = f"{'kind':<22}{'precision':>10}{'recall':>8}{'f1':>8}{'held':>6}{'wrong':>7}{'missed':>8}{'n':>6}"
    lines = [head]
    for kind, row in public(result).items():
        lines.append(_line(kind, row))
        by = row["recall_by_derivable"]
        if by:
            lines.append("  recall by source: " + ", ".join(f"{name} {value:.3f}" for name, value in by.items()))
    for kind, groups in result["detail"]["difficulty"].items():
        lines += ["", f"{kind} by difficulty", *(_line(f"  {name}", row) for name, row in groups.items())]
    for kind, rows in result["detail"]["folds"].items():
        spread = ", ".join(f"{row['precision']:.3f}/{row['recall']:.3f}" for row in rows)
        lines += ["", f"{kind} by fold (precision/recall): {spread}"]
    wrong = result["detail"]["errors"][:errors]
    if wrong:
        lines += ["", "errors", *(_say(error) for error in wrong)]
    return "\n".join(lines)


def _line(name: str, row: Mapping[str, Any]) -> str:
    numbers = f"{row['precision']:>10.4f}{row['recall']:>8.4f}{row['f1']:>8.4f}"
    return f"{name:<22}{numbers}{row['held']:>6}{row['wrong']:>7}{row['missed']:>8}{row['mentions']:>6}"


def _say(error: Mapping[str, Any]) -> str:
    kind = "WRONG " if error["wrong"] else "missed"
    got, held = ", ".join(error["got"]) or "nothing", ", ".join(error["held"])
    tail = f" (held: {held})" if held else ""
    return f"{kind} {error['mention']!r}: {got}{tail}, expected {error['expected']}; {error['reason']}"


def _error(row: Mapping[str, Any], expected: set[str], got: set[str], held: set[str], reason: str) -> dict[str, Any]:
    return {
        "id": row.get("id", ""),
        "kind": row["kind"],
        "mention": row["mention"],
        "expected": sorted(expected) or "nobody",
        "got": sorted(got),
        "held": sorted(held - got),
        "wrong": bool(got - expected),
        "difficulty": row.get("difficulty"),
        "reason": reason,
    }


def _wrong(row: Mapping[str, Any], number: int, expected_key: str) -> Problem | None:
    where = str(row.get("id") or f"row {number}")
    if not isinstance(row.get("mention"), str) or row.get("kind") not in KINDS:
        return Problem("mentions", number, 0, f"{where}: needs 'mention' and a 'kind' of {', '.join(KINDS)}")
    label = row.get(expected_key)
    known = (
        label is None or isinstance(label, str) or (isinstance(label, list) and all(isinstance(x, str) for x in label))
    )
    if expected_key not in row or not (known or (isinstance(label, dict) and "ambiguous" in label)):
        hint = "an id, a list of ids, null, or {ambiguous: [ids]}"
        return Problem("mentions", number, 0, f"{where}: {expected_key!r} is missing or no answer", hint=hint)
    return None
