"""Speed and correctness of matching on 100,000 accounts, beside what a team would otherwise use, in one run.

Every competitor gets the same seeded accounts and questions and runs in a process of its own, so that memory is its own.
Rates are per second of CPU time of one core, medians over three disjoint parts of the input (no cache can help). Peers
search the writings a careful team would list: name, legal name without its form, aliases, and coined brands alone; text
is normalised by ``plain`` for them. Precision and recall are against the known truth, of the generated questions and,
where the recorded development set is present, of real names and headlines (text alone, without the sentence around it,
so a little below what ``signalwatch evaluate matching`` says). Ratios ``x_...`` say how many times better ours is.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from bench.companies import Asked, account_list, brand_of, exact_questions, fuzzy_questions, headlines
from bench.peers import in_own_process, installed, rate_over, ratio, recorded, resident_mb
from signalwatch.model import Account

ACCOUNTS, EXACT, FUZZY, HEADLINES = 100_000, 18_000, 6_000, 9_000
SCANS = 90
"""Questions put to full scans: one takes tens of milliseconds."""
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_FORM = re.compile(
    r"(?: (?:inc|corp|ltd|ag|s a|gmbh|plc|n v|llc|ab|a s|k k|limited|corporation|co|company|se|nv|sa))+$"
)
Answer = Callable[[str], set[str]]


class Engine(NamedTuple):
    """A competitor over one account list: whom a name means, whom a headline names, and whom it would ask a person about."""

    name: Answer | None = None
    text: Answer | None = None
    asked: Answer | None = None


class Competitor(NamedTuple):
    """How an engine is built, the package it needs, and how often things are done."""

    build: Callable[[Sequence[Account]], Engine]
    package: str = ""
    builds: int = 3
    fuzzy: int = FUZZY
    exact: int = EXACT
    texts: int = HEADLINES


def plain(text: str) -> str:
    """Lower case words with single spaces, possessives dropped."""
    return _NOT_WORD.sub(" ", text.casefold().replace("’", "'").replace("'s ", " ")).strip()


def writings(accounts: Sequence[Account]) -> dict[str, str]:
    """What peers look for: plain writing to account id; the first account keeps a writing that two share."""
    out: dict[str, str] = {}
    for account in accounts:
        forms = [account.name, *account.aliases, account.legal_name]
        if account.legal_name and " " not in (brand := brand_of(account)):
            forms.append(brand)
        for form in forms:
            if key := _FORM.sub("", plain(form)):
                out.setdefault(key, account.account_id)
    return out


# --- competitors ------------------------------------------------------------------------------------------------------


def signalwatch(accounts: Sequence[Account]) -> Engine:
    """The resolver, with the shipped families."""
    from signalwatch.config import starter_rules
    from signalwatch.resolve import Resolver, load_families

    families = load_families((starter_rules() / "families.yaml").read_text("utf-8"))
    resolver = Resolver(accounts, families=families)

    def asked(text: str) -> set[str]:
        """The matched account, or the one candidate that is put to a person."""
        match = resolver.resolve_name(text)
        return {c.account_id for c in match.candidates} if len(match.candidates) == 1 else set()

    return Engine(
        lambda text: {m.account_id for m in resolver.resolve_names(text) if m.status == "matched"},
        lambda text: {m.account_id for m in resolver.find(text)},
        asked,
    )


def dictionary(accounts: Sequence[Account]) -> Engine:
    """A plain dictionary of names without legal forms: the least a team would write."""
    known = writings(accounts)

    def answer(text: str) -> set[str]:
        found = known.get(_FORM.sub("", plain(text)))
        return {found} if found else set()

    return Engine(answer)


def scanning(scorer_name: str, least: int) -> Callable[[Sequence[Account]], Engine]:
    """rapidfuzz: the best of a scan over all writings."""

    def build(accounts: Sequence[Account]) -> Engine:
        from rapidfuzz import fuzz, process

        known = writings(accounts)
        choices, scorer = list(known), getattr(fuzz, scorer_name)

        def answer(text: str) -> set[str]:
            best = process.extractOne(_FORM.sub("", plain(text)), choices, scorer=scorer, score_cutoff=least)
            return {known[best[0]]} if best else set()

        return Engine(answer)

    return build


def ahocorasick(accounts: Sequence[Account]) -> Engine:
    """An automaton over the writings; doubled spaces stand for word boundaries, so that neighbours do not share one."""
    from ahocorasick_rs import AhoCorasick, MatchKind

    known = writings(accounts)
    patterns = [f" {form.replace(' ', '  ')} " for form in known]
    automaton, ids = AhoCorasick(patterns, matchkind=MatchKind.LeftmostLongest), list(known.values())

    def answer(text: str) -> set[str]:
        doubled = f" {plain(text).replace(' ', '  ')} "
        return {ids[number] for number, _, _ in automaton.find_matches_as_indexes(doubled)}

    return Engine(text=answer)


def spacy(accounts: Sequence[Account]) -> Engine:
    """spaCy's PhraseMatcher on lower-cased tokens of a blank English pipeline; the longest of overlapping matches."""
    from spacy import blank
    from spacy.matcher import PhraseMatcher

    language = blank("en")
    matcher = PhraseMatcher(language.vocab, attr="LOWER")
    for form, account_id in writings(accounts).items():
        matcher.add(account_id, [language.make_doc(form)])

    def answer(text: str) -> set[str]:
        kept, end = set(), -1
        for key, start, stop in sorted(matcher(language.make_doc(text)), key=lambda hit: (hit[1], -hit[2])):
            if start >= end:
                kept.add(str(language.vocab.strings[key]))
                end = stop
        return kept

    return Engine(text=answer)


COMPETITORS = {
    "signalwatch": Competitor(signalwatch),
    "dictionary": Competitor(dictionary),
    "rapidfuzz_token_sort": Competitor(scanning("token_sort_ratio", 88), "rapidfuzz", fuzzy=SCANS, exact=0),
    "rapidfuzz_wratio": Competitor(scanning("WRatio", 90), "rapidfuzz", fuzzy=SCANS, exact=0),
    "ahocorasick": Competitor(ahocorasick, "ahocorasick-rs"),
    "spacy": Competitor(spacy, "spacy", builds=1, texts=3_000),
}

# --- measuring --------------------------------------------------------------------------------------------------------


def judged(prefix: str, questions: Sequence[Asked], answer: Answer) -> dict[str, float | None]:
    """Precision (None when nothing was answered) and recall, counted per account answered."""
    right = given = true = 0
    for question in questions:
        found = answer(question.text)
        right += len(found & set(question.account_ids))
        given += len(found)
        true += len(question.account_ids)
    return {
        f"{prefix}_precision": round(right / given, 3) if given else None,
        f"{prefix}_recall": round(right / max(1, true), 3),
    }


def speed(questions: Sequence[Asked], answer: Answer) -> float:
    """Questions a second; every run has a third of them."""

    def work(part: Sequence[Asked]) -> int:
        for question in part:
            answer(question.text)
        return len(part)

    third = len(questions) // 3
    per_second = rate_over(work, [questions[i * third : (i + 1) * third] for i in range(3)])
    return round(per_second) if per_second > 1000 else round(per_second, 1)


def built(competitor: Competitor, accounts: Sequence[Account]) -> tuple[Engine, dict[str, float]]:
    """The engine, CPU seconds to build it (median), and the resident memory that the first build added."""
    import_first = competitor.build(accounts[:10])  # libraries load outside the measurement
    del import_first
    before, seconds, grown, engine = resident_mb(), [], 0.0, Engine()
    for run in range(competitor.builds):
        started = time.process_time()
        made = competitor.build(accounts)
        seconds.append(time.process_time() - started)
        if run == 0:
            engine, grown = made, resident_mb() - before
        del made
    return engine, {"build_s": round(sorted(seconds)[len(seconds) // 2], 2), "memory_mb": round(grown)}


def measure(name: str) -> dict[str, Any]:
    """Everything one competitor can do."""
    competitor, accounts = COMPETITORS[name], account_list(ACCOUNTS)
    engine, out = built(competitor, accounts)
    fuzzy = fuzzy_questions(accounts, FUZZY)
    sets: list[tuple[str, Answer | None, list[Asked]]] = [
        ("exact", engine.name, exact_questions(accounts, EXACT)[: competitor.exact]),
        ("fuzzy", engine.name, fuzzy[: competitor.fuzzy]),
        ("headlines", engine.text, headlines(accounts, HEADLINES)[: competitor.texts]),
    ]
    out |= {f"{label}_per_s": speed(questions, answer) for label, answer, questions in sets if answer and questions}
    if engine.asked:
        sets += [("fuzzy_or_asked", engine.asked, fuzzy), (f"fuzzy_or_asked_{SCANS}", engine.asked, fuzzy[:SCANS])]
    for label, answer, questions in sets:
        if answer and questions:
            out |= judged(label, questions, answer)
    if real := real_questions():
        people, names, texts = real
        engine = competitor.build(people)
        for label, answer, questions in (("real_names", engine.name, names), ("real_headlines", engine.text, texts)):
            out |= judged(label, questions, answer) if answer else {}
    return out


def real_questions() -> tuple[list[Account], list[Asked], list[Asked]] | None:
    """Accounts, names and headlines of the recorded development set; None when it is not there."""
    from signalwatch.accounts import read_csv

    table, mentions = recorded("matching/accounts.csv"), recorded("matching/mentions.jsonl")
    if table is None or mentions is None:
        return None
    kinds: dict[str, list[Asked]] = {"organisation_name": [], "headline": []}
    for line in mentions.read_text("utf-8").splitlines():
        row = json.loads(line)
        label = row["expected"]
        ids = tuple(label) if isinstance(label, list) else (label,) if isinstance(label, str) else ()
        if row["kind"] in kinds:
            kinds[row["kind"]].append(Asked(row["mention"], ids))
    return list(read_csv(table).accounts), kinds["organisation_name"], kinds["headline"]


def run() -> dict[str, Any]:
    """Our numbers under their plain names, peers' under theirs, and the ratios."""
    out: dict[str, Any] = {"accounts": ACCOUNTS}
    for name, competitor in COMPETITORS.items():
        if competitor.package and not installed(competitor.package):
            out[name] = "not installed"
            continue
        values = in_own_process("bench.matching", name)
        out |= values if name == "signalwatch" else {f"{name}.{key}": value for key, value in values.items()}
    for peer, key in (
        ("dictionary", "exact_per_s"), ("rapidfuzz_token_sort", "fuzzy_per_s"), ("rapidfuzz_wratio", "fuzzy_per_s"),
        ("ahocorasick", "headlines_per_s"), ("spacy", "headlines_per_s"),
    ):  # fmt: skip
        if key in out and f"{peer}.{key}" in out:
            out[f"x_{peer}_{key.removesuffix('_per_s')}"] = ratio(out[key], out[f"{peer}.{key}"])
    return out


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])) if len(sys.argv) > 1 else json.dumps(run(), indent=1))
