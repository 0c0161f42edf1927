"""Write rules/triggers/_common_words.txt: words that running English of this field writes in lower case.

Reads registry records and filings of the recorded data (``SIGNALWATCH_DATA`` or the first argument), counts every word in the middle of
a sentence with and without a capital, and keeps those seen at least five times and at least as often in lower case. A list of words, no text.

    python bench/common_words.py ../shared/data
"""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
import textwrap
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

WORD = re.compile(r"(?<![\w'’-])[A-Za-z][a-z]{2,}(?![\w'’])")
MARKUP = re.compile(r"<[^>]+>|&\w+;")
SKIPPED = {"contactsLocationsModule", "derivedSection"}


def count(text: str, low: Counter[str], capital: Counter[str]) -> None:
    """Count the words in the middle of sentences."""
    for m in WORD.finditer(text):
        word, at = m.group(), m.start()
        if word[0].islower():
            low[word] += 1
        elif at >= 2 and text[at - 1] == " " and text[at - 2] not in '.:;!?"”“(':
            capital[word.lower()] += 1


def texts(value: Any) -> list[str]:
    """All longer strings of a record, people and derived fields left out."""
    if isinstance(value, str):
        return [value] if len(value) > 60 else []
    if isinstance(value, dict):
        return [t for k, v in value.items() if k not in SKIPPED for t in texts(v)]
    if isinstance(value, list):
        return [t for v in value for t in texts(v)]
    return []


def main() -> None:
    """Read the recorded data and write the list."""
    data = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SIGNALWATCH_DATA", "../shared/data"))
    low: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    with gzip.open(data / "clinicaltrials" / "studies_full.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            for text in texts(json.loads(line)):
                count(text, low, capital)
    with zipfile.ZipFile(data / "edgar" / "filings" / "8k_primary_docs_1994-2023.zip") as archive:
        for name in archive.namelist():
            count(MARKUP.sub(" ", archive.read(name).decode("latin-1")), low, capital)
    words = sorted(w for w, n in low.items() if n >= 5 and n >= capital[w])
    target = Path(__file__).resolve().parent.parent / "rules" / "triggers" / "_common_words.txt"
    target.write_text("\n".join(textwrap.wrap(" ".join(words), width=160)) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(words)} words\n")


if __name__ == "__main__":
    main()
