"""Speed and correctness of matching on 100,000 accounts, beside what a team would otherwise use, in one run.

Every competitor gets the same seeded accounts and questions and runs in a process of its own, so that memory is its own.
Rates are per second of CPU time of one core, medians over three disjoint parts of the input (no cache can help). Peers
search the writings a careful team would list: name, legal name without its form, and coined brands alone; text is
normalised by ``plain`` for all of them. Precision and recall are against the known truth of the generated input: they
compare competitors, while the quality on real names is what ``signalwatch evaluate matching`` says.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bench.companies import Asked, Headline, account_list, brand_of, exact_questions, fuzzy_questions, headlines
from bench.peers import in_own_process, installed, rate_over, ratio, resident_mb
from signalwatch.model import Account

ACCOUNTS, EXACT, FUZZY, HEADLINES = 100_000, 18_000, 6_000, 9_000
SCANS = 90
"""Questions put to the full scans: one takes tens of milliseconds."""
SPACY_HEADLINES = 3_000
_NOT_WORD = re.compile(r"[^a-z0-9]+")
Answers = Iterable[str]


def plain(text: str) -> str:
    """Lower case words with single spaces, possessives dropped."""
    return _NOT_WORD.sub(" ", text.casefold().replace("'s ", " ")).strip()


def writings(accounts: Sequence[Account]) -> dict[str, str]:
    """What peers look for: plain writing to account id; the first account keeps a writing that two share."""
    out: dict[str, str] = {}
    for account in accounts:
        brand = brand_of(account)
        forms = [account.name, account.legal_name.rpartition(",")[0]] + ([] if " " in brand else [brand])
        for form in forms:
            out.setdefault(plain(form), account.account_id)
    return out


def three(items: Sequence[Any]) -> list[Sequence[Any]]:
    """Three disjoint parts."""
    size = len(items) // 3
    return [items[i * size : (i + 1) * size] for i in range(3)]


def judged(questions: Sequence[Asked], answer: Callable[[str], str]) -> dict[str, float]:
    """Share of right ones among the answers, and of answered ones among those that have an answer."""
    given = [(answer(q.text), q.account_id) for q in questions]
    right = sum(a == truth for a, truth in given if truth)
    return {
        "precision": round(right / max(1, sum(bool(a) for a, _ in given)), 4),
        "recall": round(right / max(1, sum(bool(truth) for _, truth in given)), 4),
    }


def judged_texts(texts: Sequence[Headline], answer: Callable[[str], Answers]) -> dict[str, float]:
    """The same for headlines, counted per account named."""
    right = given = true = 0
    for text in texts:
        found = set(answer(text.text))
        right += len(found & set(text.account_ids))
        given += len(found)
        true += len(text.account_ids)
    return {"precision": round(right / max(1, given), 4), "recall": round(right / max(1, true), 4)}


def asked_rate(questions: Sequence[Any], answer: Callable[[str], object]) -> float:
    """Questions a second."""

    def work(part: Sequence[Any]) -> int:
        for question in part:
            answer(question.text)
        return len(part)

    return rate_over(work, three(questions))


def built(build: Callable[[], Any], runs: int = 1) -> tuple[Any, dict[str, float]]:
    """What ``build`` makes, with its CPU seconds (median) and the resident memory it adds the first time."""
    before = resident_mb()
    seconds, thing = [], None
    for run in range(runs):
        started = time.process_time()
        made = build()
        seconds.append(time.process_time() - started)
        if run == 0:
            thing, grown = made, resident_mb() - before
        del made
    return thing, {"build_s": round(sorted(seconds)[len(seconds) // 2], 2), "memory_mb": round(grown)}


def named(prefix: str, values: Mapping[str, float]) -> dict[str, float]:
    return {f"{prefix}_{key}": value for key, value in values.items()}


def signalwatch() -> dict[str, Any]:
    """The resolver, with the shipped families."""
    from signalwatch.config import starter_rules
    from signalwatch.resolve import Resolver, load_families

    accounts = account_list(ACCOUNTS)
    families = load_families((starter_rules() / "families.yaml").read_text("utf-8"))
    resolver, out = built(lambda: Resolver(accounts, families=families), runs=3)
    exact, fuzzy, texts = (
        exact_questions(accounts, EXACT), fuzzy_questions(accounts, FUZZY), headlines(accounts, HEADLINES)
    )  # fmt: skip
    scanned = {question.text for question in fuzzy[:SCANS]}

    def held(text: str) -> str:
        """The matched account, or the one put to a person when it is a single one."""
        match = resolver.resolve_name(text)
        return match.candidates[0].account_id if len(match.candidates) == 1 else match.account_id

    return {
        **out,
        "exact_names_per_s": round(asked_rate(exact, resolver.resolve_name)),
        "fuzzy_names_per_s": round(asked_rate(fuzzy, resolver.resolve_name)),
        "headlines_per_s": round(asked_rate(texts, resolver.find)),
        **named("exact", judged(exact, lambda text: resolver.resolve_name(text).account_id)),
        **named("fuzzy", judged(fuzzy, lambda text: resolver.resolve_name(text).account_id)),
        **named("fuzzy_asked", judged(fuzzy, held)),
        **named("scanned", judged([q for q in fuzzy if q.text in scanned], held)),
        **named("headlines", judged_texts(texts, lambda text: [m.account_id for m in resolver.find(text)])),
    }


def dictionary() -> dict[str, Any]:
    """A plain dictionary of normalised names without legal forms: the least a team would write."""
    accounts = account_list(ACCOUNTS)
    forms = re.compile(r"(?: (?:inc|corp|ltd|ag|s a|gmbh|plc|n v|llc|ab|a s|k k))+$")
    known, out = built(lambda: writings(accounts), runs=3)
    exact, fuzzy = exact_questions(accounts, EXACT), fuzzy_questions(accounts, FUZZY)

    def answer(text: str) -> str:
        return str(known.get(forms.sub("", plain(text)), ""))

    return {
        **out,
        "exact_names_per_s": round(asked_rate(exact, answer)),
        **named("exact", judged(exact, answer)),
        **named("fuzzy", judged(fuzzy, answer)),
    }


def rapidfuzz() -> dict[str, Any]:
    """The best of a full scan, at the two usual scorers and thresholds."""
    from rapidfuzz import fuzz, process

    accounts = account_list(ACCOUNTS)
    known, out = built(lambda: writings(accounts), runs=3)
    choices = list(known)
    fuzzy = fuzzy_questions(accounts, FUZZY)[:SCANS]
    for label, scorer, least in (("token_sort", fuzz.token_sort_ratio, 88), ("wratio", fuzz.WRatio, 90)):
        answers: dict[str, str] = {}

        def answer(text: str, scorer: Any = scorer, least: int = least, answers: dict[str, str] = answers) -> str:
            best = process.extractOne(plain(text), choices, scorer=scorer, score_cutoff=least)
            answers[text] = known[best[0]] if best else ""
            return answers[text]

        per_second = asked_rate(fuzzy, answer)
        out |= {f"{label}_names_per_s": round(per_second, 1)}
        out |= named(label, judged([q for q in fuzzy if q.text in answers], answers.__getitem__))
    return out


def ahocorasick() -> dict[str, Any]:
    """An automaton over the writings; spaces around words stand for word boundaries."""
    import ahocorasick_rs

    accounts = account_list(ACCOUNTS)

    def build() -> Any:
        known = writings(accounts)
        patterns = [f" {form.replace(' ', '  ')} " for form in known]
        kind = ahocorasick_rs.MatchKind.LeftmostLongest
        return ahocorasick_rs.AhoCorasick(patterns, matchkind=kind), list(known.values())

    (automaton, ids), out = built(build, runs=3)
    texts = headlines(accounts, HEADLINES)

    def answer(text: str) -> list[str]:
        doubled = f" {plain(text).replace(' ', '  ')} "
        return [ids[number] for number, _, _ in automaton.find_matches_as_indexes(doubled)]

    return {
        **out,
        "headlines_per_s": round(asked_rate(texts, answer)),
        **named("headlines", judged_texts(texts, answer)),
    }


def spacy() -> dict[str, Any]:
    """spaCy's PhraseMatcher on lower-cased tokens of a blank English pipeline."""
    from spacy import blank
    from spacy.matcher import PhraseMatcher

    accounts = account_list(ACCOUNTS)
    language = blank("en")

    def build() -> Any:
        matcher = PhraseMatcher(language.vocab, attr="LOWER")
        for form, account_id in writings(accounts).items():
            matcher.add(account_id, [language.make_doc(form)])
        return matcher

    matcher, out = built(build)
    texts = headlines(accounts, HEADLINES)[:SPACY_HEADLINES]

    def answer(text: str) -> list[str]:
        found = sorted(matcher(language.make_doc(text)), key=lambda hit: (hit[1], -hit[2]))
        kept, end = [], -1
        for key, start, stop in found:
            if start >= end:
                kept.append(str(language.vocab.strings[key]))
                end = stop
        return kept

    return {
        **out,
        "headlines_per_s": round(asked_rate(texts, answer)),
        **named("headlines", judged_texts(texts, answer)),
    }


COMPETITORS: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "signalwatch": ("", signalwatch), "dictionary": ("", dictionary), "rapidfuzz": ("rapidfuzz", rapidfuzz),
    "ahocorasick": ("ahocorasick-rs", ahocorasick), "spacy": ("spacy", spacy),
}  # fmt: skip


def run() -> dict[str, Any]:
    """Our numbers under their plain names, peers' under theirs, and how many times faster we are (``x_...``)."""
    out: dict[str, Any] = {"accounts": ACCOUNTS}
    for name, (package, _) in COMPETITORS.items():
        if package and not installed(package):
            out[name] = "not installed"
            continue
        values = in_own_process("bench.matching", name)
        out |= values if name == "signalwatch" else {f"{name}.{key}": value for key, value in values.items()}
    for label, ours, theirs in (
        ("x_rapidfuzz_token_sort", "fuzzy_names_per_s", "rapidfuzz.token_sort_names_per_s"),
        ("x_rapidfuzz_wratio", "fuzzy_names_per_s", "rapidfuzz.wratio_names_per_s"),
        ("x_ahocorasick_headlines", "headlines_per_s", "ahocorasick.headlines_per_s"),
        ("x_spacy_headlines", "headlines_per_s", "spacy.headlines_per_s"),
        ("x_spacy_build", "spacy.build_s", "build_s"),
    ):
        if ours in out and theirs in out:
            out[label] = ratio(out[ours], out[theirs])
    return out


if __name__ == "__main__":
    print(
        json.dumps(
            COMPETITORS[sys.argv[1]][1]() if len(sys.argv) > 1 else run(), indent=None if len(sys.argv) > 1 else 1
        )
    )
