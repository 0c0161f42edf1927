"""Speed and correctness of detection with the whole trigger pack, beside a naive keyword baseline, in one run.

``items_per_s`` are generated news items (title and a summary of two sentences; six in ten state an event); with the
recorded development set present, ``real_items_per_s`` are its items, and both detectors are scored on it by
``signalwatch.evaluate.detection``; ``feed_items_per_s`` are the recorded news feeds as they came (few items state an event, many
have a long summary), which is what the service reads day by day. Rates are per second of CPU time of one core, medians of three runs; nothing in the
detector remembers an item. The baseline is what a keyword alert does: one regular expression per type, any match counts. It took
minutes; with more care keywords reach a micro F1 of about 0.77 on that set, so do not read the gap as larger than it is.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import feedparser

from bench.companies import brand
from bench.peers import rate, ratio, recorded, resident_mb
from signalwatch import diseases
from signalwatch.config import starter_rules
from signalwatch.detect import load
from signalwatch.evaluate.detection import Detects, evaluate, publisher, read
from signalwatch.model import Detection

ITEMS = 3_000
_KEYWORDS = {
    "funding_round": r"series [a-e]\b|seed (round|funding)|(raises|raised|secures|closes|lands|nabs|bags|snags|nets) .*[$€£]\d",
    "ipo": r"\bipo\b|initial public offering|goes public|files to go public",
    "public_offering": r"public offering|private placement|\bpipe\b|registered direct|stock offering|share sale",
    "partnership": r"partners|partnership|collaborat|alliance|teams? up|joins forces|\bpact\b",
    "licensing_deal": r"licens|exclusive rights|option agreement|upfront",
    "merger_acquisition": r"acquires?\b|acquisition of|to acquire|completes acquisition|merger|merge\b|buyout|to buy\b|buys\b",
    "ind_clearance": r"\bind\b|clinical trial application|clears .*trial|go-ahead for",
    "trial_start": r"first (patient|participant|subject)|dos(es|ed|ing)|initiat\w+ .*(phase|trial|study)|starts? .*trial",
    "trial_results": r"(phase|trial|study|data|drug).*(results|readout|endpoint|meets|shows?|reduc|improv|succe|win)|(results|data) (from|of|in) |top-?line|positive .*data",
    "trial_setback": r"clinical hold|fails|failed|flops?\b|halts?\b|discontinu|terminates?|setback|scraps|axes|drops|pauses",
    "regulatory_designation": r"fast track|orphan|breakthrough|\brmat\b|priority review|\bprime\b|designation",
    "regulatory_submission": r"\bnda\b|\bbla\b|\bmaa\b|submits|submission|files for approval|accepts",
    "regulatory_approval": r"(?<!for )(?<!seeks )approv(es|ed|al)|510\(k\)|ce mark|cleared by|clears\b",
    "regulatory_rejection": r"complete response|\bcrl\b|rejects?|rejection|refus\w+|snub|turns down",
    "product_launch": r"launches|launched|launch of|now available|rolls out",
    "grant_award": r"\bgrant\b|\bnih\b|\bbarda\b|\bcirm\b|gates foundation",
    "contract_award": r"contract (from|with|award|worth)|(awarded|wins|lands) .*contract|procurement|supply (deal|agreement)",
    "leadership_change": r"appoint|\bnames .*(chief|officer|president|head|director|ceo|chair)|hires|steps down|resigns|departs|promotes|new (ceo|chief|cfo|cmo)",
    "layoffs_restructuring": r"layoffs?|lay(ing)? off|lays off|cuts? .*(jobs|staff|workforce|employees)|restructur|workforce",
    "facility_expansion": r"facility|plant\b|manufacturing site|campus|new site|headquarters|breaks ground|opens .*(lab|site|center|centre)",
    "bankruptcy_distress": r"bankrupt|chapter (11|7)\b|insolven|going concern|wind down|liquidat",
}
_STATED = (
    "{} raises $75M series B to move kidney drug into the clinic", "{} doses first patient in phase 2 study of its oral obesity drug",
    "{} appoints Jane Roe as chief medical officer", "FDA grants orphan drug designation to {}'s gene therapy for rare liver disease",
    "{} to acquire {} for up to $410M in cash", "{} and {} sign licensing deal worth $30M upfront for radioligand program",
    "{} lays off 40% of staff as it narrows focus to immunology", "FDA accepts {}'s new drug application for asthma treatment",
    "{} opens $120M biologics manufacturing plant in Ireland", "{} prices $150M public offering of common stock",
    "{}'s phase 3 trial of migraine drug meets primary endpoint", "{} gets complete response letter for eye drug",
)  # fmt: skip
_PLAIN = (
    "{} to present at the 44th annual healthcare conference", "{} reports third quarter results and business highlights",
    "Shareholder alert: law firm investigates {} on behalf of investors", "Oncology diagnostics market to reach $38.2 billion by 2031",
    "{} in talks to raise as much as $200M, sources say", "Opinion: what {}'s setback taught the field about biomarkers",
    "How drug makers plan for a year of patent cliffs", "{} expects phase 2 data in the second half of next year",
)  # fmt: skip
_SUMMARY = (
    "The company, based in Basel, develops small molecules for immune diseases and has three programs in human testing.",
    "Proceeds will fund a phase 2 trial and the growth of the team, the chief executive said on Tuesday.",
    "Analysts had expected the news later this year; shares rose 12% in early trading.",
    "Terms of the agreement were not disclosed, and closing is subject to customary conditions.",
    "About half of patients respond to standard treatment, and side effects often limit its use.",
)


_TAGS = re.compile(r"<[^>]*>")


class Keywords:
    """The baseline: every type whose keywords occur."""

    def __init__(self) -> None:
        self._patterns = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _KEYWORDS.items()}

    def detect(self, title: str, text: str = "", *, kind: str = "news", publisher: str = "") -> Sequence[Detection]:
        """Types named in the title; summaries only add false ones."""
        return [Detection(type=name) for name, pattern in self._patterns.items() if pattern.search(title)]


def items(number: int, seed: int = 21) -> list[tuple[str, str]]:
    """Titles and summaries."""
    rng = random.Random(seed)
    out = []
    for _ in range(number):
        template = rng.choice(_STATED if rng.random() < 0.6 else _PLAIN)
        title = template.format(*(brand(rng) for _ in range(template.count("{}"))))
        out.append((title, " ".join(rng.sample(_SUMMARY, 2))))
    return out


def feed_items(folder: Path) -> list[tuple[str, str, str]]:
    """Title, text without tags and publisher of every entry of the feed files in a folder."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix in {".xml", ".rss", ".atom"}):
        feed = feedparser.parse(path.read_bytes())
        name = str(feed.feed.get("title", ""))
        found += [(str(e.get("title", "")), _TAGS.sub(" ", str(e.get("summary", ""))), name) for e in feed.entries]
    return found


def speed(detector: Detects, texts: Sequence[tuple[str, str, str]]) -> int:
    """Items a second."""

    def work() -> int:
        diseases.find.cache_clear()  # it remembers whole texts; words may be remembered, they do come again
        for title, text, source in texts:
            detector.detect(title, text, publisher=source)
        return len(texts)

    return round(rate(work))


def scores(prefix: str, labelled: list[dict[str, Any]], detector: Detects) -> dict[str, float]:
    """F1 on the development set."""
    result = evaluate(labelled, detector)
    return {
        f"{prefix}micro_f1": result["micro"]["f1"],
        f"{prefix}macro_f1": result["macro_f1"],
        f"{prefix}any_event_precision": result["any_event"]["precision"],
    }


def run() -> dict[str, Any]:
    """Ours under plain names, the baseline's under ``keywords.``; ``x_...`` is our rate over the baseline's."""
    before, started = resident_mb(), time.process_time()
    detector = load(starter_rules() / "triggers")
    out: dict[str, Any] = {
        "load_s": round(time.process_time() - started, 2),
        "memory_mb": round(resident_mb() - before),
        "types": len(detector.types),
    }
    naive = Keywords()
    made = [(title, text, "") for title, text in items(ITEMS)]
    out["items_per_s"] = speed(detector, made)
    out["keywords.items_per_s"] = speed(naive, made)
    out["x_keywords_items"] = ratio(out["items_per_s"], out["keywords.items_per_s"])
    feeds = recorded("news/feeds")
    if feeds is not None:
        read_out = feed_items(feeds)
        out["feed_items"] = len(read_out)
        out["feed_items_per_s"] = speed(detector, read_out)
    path = recorded("news/labelled.jsonl")
    if path is None:
        return out | {"development_set": "not there: set SIGNALWATCH_DATA"}
    labelled = read(path)
    real = [(str(i["title"]), str(i.get("summary") or ""), publisher(i)) for i in labelled]
    out["real_items_per_s"] = speed(detector, real)
    out["keywords.real_items_per_s"] = speed(naive, real)
    return out | scores("", labelled, detector) | scores("keywords.", labelled, naive)


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
