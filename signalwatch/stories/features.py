"""What an event says that tells one happening from another: names, products, people, money, steps. Pure and cheap."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from signalwatch.model import Event, Struct

_WORD = re.compile(r"[a-z0-9]+")
_WEAK = frozenset(
    [
        "inc",
        "corp",
        "co",
        "ltd",
        "limited",
        "llc",
        "plc",
        "ag",
        "sa",
        "se",
        "nv",
        "bv",
        "gmbh",
        "ab",
        "asa",
        "oy",
        "kk",
        "spa",
        "srl",
        "company",
        "corporation",
        "incorporated",
        "the",
        "and",
        "of",
        "therapeutics",
        "pharmaceuticals",
        "pharmaceutical",
        "pharma",
        "biosciences",
        "bioscience",
        "bio",
        "biologics",
        "biopharmaceuticals",
        "medical",
        "medicine",
        "medicines",
        "biotherapeutics",
        "biopharma",
        "sciences",
        "health",
        "healthcare",
        "holdings",
        "holding",
        "group",
        "international",
        "technologies",
        "technology",
        "labs",
        "laboratories",
        "laboratory",
        "biotech",
        "biotechnology",
        "biotechnologies",
        "genetics",
        "oncology",
        "diagnostics",
        "life",
        "global",
        "us",
        "usa",
        "genomics",
        "immunotherapeutics",
        "vaccines",
        "medtech",
        "devices",
        "systems",
    ]
)
_SPELLING = {"mitbegruender": "founder", "gruender": "founder"}
_TICKER = re.compile(
    r"\(?\b(?:NASDAQ|NYSE(?: American| Arca| MKT)?|OTCQ[BX]|OTC|AMEX|TSXV?|LSE|AIM|SIX|EURONEXT|ASX|HKEX|XETRA|ETR)"
    r"[A-Za-z /]{0,20}"
    r":\s*([A-Z]{1,5})\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b([A-Z][A-Za-z]{0,9}[- ]?\d{2,6}[A-Za-z]{0,3}|[A-Z]{1,6}\d{1,5}[A-Z]{0,2})\b")
_MARKED = re.compile(r"\b([A-Za-z][A-Za-z0-9-]{2,30})\s?[®™]")
_BRAND = re.compile(r"\b([A-Z][a-z]{4,20}) \([a-z][^)]{5,80}\)")
_BRACKETED = re.compile(r"\(([a-z][a-z-]{5,30})(?:-[a-z]{4})?(?:[ )])")
_CAPS = re.compile(r"\b([A-Z][A-Z-]{4,20})\b")
_STEM = re.compile(
    r"\b([a-z]{2,16}(?:mab|nib|tinib|ciclib|parib|rafenib|tide|glutide|gliptin|gliflozin|vir|ciran|sen|rsen|cel|gene|"
    r"vec|stat|degib|zumab|cept|kinra|bart|metinib|lisib|tadine|setron|oxacin|mycin|cillin|azole|prazole|sartan|olol|"
    r"pril|statin|afil|xaban|gatran|fusp|alfa|beta|toclax|dopa|lukast|tant|gepant|orexant|pride|caine|platin|rubicin|"
    r"taxel|bine|relix|relin|parin|terol|sone|olone|fenac|coxib|bactam|penem|floxacin|cycline|zolid|fungin))"
    r"(?:-[a-z]{4})?\b"
)
_NOT_PRODUCTS = frozenset(
    [
        "globe",
        "newswire",
        "announces",
        "announce",
        "phase",
        "press",
        "release",
        "update",
        "updated",
        "exclusive",
        "breaking",
        "covid",
        "nasdaq",
        "nyse",
        "nct",
        "fda",
        "ema",
        "chmp",
        "mhra",
        "nmpa",
        "pmda",
        "barda",
        "cber",
        "cder",
        "nih",
        "cdc",
        "item",
        "items",
        "stat",
        "plus",
        "business",
        "wire",
        "boston",
        "cambridge",
        "diego",
        "francisco",
        "geneva",
        "basel",
        "zurich",
        "london",
        "paris",
        "tokyo",
        "york",
        "jersey",
        "california",
        "massachusetts",
        "copenhagen",
        "seoul",
        "shanghai",
        "beijing",
        "germany",
        "france",
        "ireland",
        "denmark",
        "sweden",
        "israel",
        "canada",
        "japan",
        "china",
        "study",
        "trial",
        "maine",
        "vienna",
        "dublin",
        "munich",
        "carolina",
        "durham",
        "toronto",
        "vancouver",
        "montreal",
        "montréal",
    ]
)
_STEM_STOP = frozenset(
    [
        "stat",
        "gene",
        "absent",
        "present",
        "recent",
        "assent",
        "essen",
        "alfa",
        "beta",
        "status",
        "patient",
        "gel",
        "accel",
        "excel",
        "cancel",
        "level",
        "travel",
        "novel",
        "model",
    ]
)
_COMPASS = frozenset(
    [
        "north",
        "south",
        "east",
        "west",
        "northern",
        "southern",
        "eastern",
        "western",
        "county",
        "city",
        "state",
        "republic",
        "united",
        "new",
    ]
)
_CODE_STOP = re.compile(
    r"^(?:COVID|Item|Phase|Q[1-4]|FY|H[12]|CD|IL|PD|HER|GLP|CAR|Type|Part|Day|Week|Series"
    r"|Class|Rule|Form|No|US|EU|BTK|TNF|mRNA|A1C|HIV|Top|Year"
    r"|SCHEDULE|January|February|March|April|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug"
    r"|Sep|Sept|Oct|Nov|Dec|Nasdaq|CEO|K|ASH|ASCO|ESMO|EHA|AAN|ADA|AACR|ACR"
    r"|Tier|Grade|Stage|Section|Chapter|Title|Article|S|F|N|BA|XBB|KP|JN|COV)[- ]?\d",
    re.IGNORECASE,
)
_ROLE = (
    ("ceo", r"\bceo\b|chief executive|geschäftsführer|vorstandschef"), ("cfo", r"\bcfo\b|chief financial"),
    ("cmo", r"\bcmo\b|chief medical"), ("coo", r"\bcoo\b|chief operating"), ("cso", r"\bcso\b|chief scientific"),
    ("cbo", r"\bcbo\b|chief business"), ("cco", r"\bcco\b|chief commercial"), ("cto", r"\bcto\b|chief techn"),
    ("founder", r"founder|gründer"), ("president", r"\bpresident\b(?! and)"), ("chair", r"\bchair"),
    ("board", r"\bboard\b|\bdirector\b"),
    ("general counsel", r"general counsel|chief legal"), ("rd", r"r&d|research and development|head of research"),
)  # fmt: skip
_ROLES = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _ROLE)
_AGENCIES = {
    "fda": "fda", "food and drug administration": "fda", "therapeutic goods administration": "tga",
    "center for drug evaluation": "nmpa", "national medical products administration": "nmpa",
    "cber": "fda", "cder": "fda", "us food and drug administration": "fda", "ema": "eu",
    "ec": "eu", "chmp": "eu",
    "european commission": "eu", "european medicines agency": "eu", "mhra": "mhra", "nmpa": "nmpa", "cde": "nmpa",
    "pmda": "japan", "mhlw": "japan", "health canada": "canada", "tga": "tga", "anvisa": "anvisa", "swissmedic": "swissmedic",
}  # fmt: skip
_INSTRUMENTS = (
    ("atm", r"at[- ]the[- ]market (?:offering|facility|program|equity|sales|agreement)|\batm\b"
     r"|sales agreement|from time to time"),
    ("debt", r"\bloan|credit facility|debt financing|venture debt|royalty financing|note purchase|convertible (?:senior )?notes"),
    ("pipe", r"private placement|\bpipe\b"), ("direct", r"registered direct"), ("warrant", r"warrant (?:inducement|exercise)"),
    ("rights", r"rights (?:issue|offering)"),
)  # fmt: skip
_INSTRUMENT = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _INSTRUMENTS)
_TRANCHE = re.compile(
    r"\b(?:second|third|final|additional|subsequent|follow-on) (?:closing|tranche|close)\b|\bextension\b|\btranche\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"\b(?:second|third|another|again|resubmi\w+|re-?submitted|separate from|additional|further|new round|latest)\b",
    re.IGNORECASE,
)
_STOP = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "for",
        "to",
        "in",
        "on",
        "with",
        "and",
        "or",
        "its",
        "it",
        "as",
        "at",
        "by",
        "from",
        "is",
        "are",
        "was",
        "be",
        "has",
        "have",
        "had",
        "will",
        "this",
        "that",
        "new",
        "first",
        "announces",
        "announced",
        "announce",
        "today",
        "company",
        "drug",
        "treatment",
        "patients",
        "trial",
        "study",
        "phase",
        "inc",
        "clinical",
        "stage",
        "biotech",
        "said",
        "says",
        "after",
        "into",
        "up",
        "over",
        "not",
        "than",
        "more",
        "which",
        "their",
        "news",
        "plus",
        "million",
        "billion",
        "common",
        "stock",
        "offering",
        "public",
        "pricing",
        "fda",
        "approval",
        "approved",
        "results",
        "data",
        "positive",
        "license",
        "agreement",
        "exclusive",
        "collaboration",
        "based",
        "companies",
        "biopharmaceutical",
        "leading",
        "focused",
        "treat",
        "therapy",
        "therapies",
        "medicine",
        "medicines",
        "globe",
        "newswire",
        "nasdaq",
        "press",
        "release",
        "stat",
        "deal",
        "us",
        "u",
        "s",
        "elsewhere",
        "pharma",
    ]
)


_TITLES = frozenset(
    "dr prof mr ms mrs phd names appoints hires chief officer president chair director founder sir".split()
)


class Features(Struct, frozen=True, kw_only=True):
    """The comparable side of one event."""

    main: frozenset[str] = frozenset()  # name keys and tickers of subject and counterparty
    others: frozenset[str] = frozenset()  # name keys of investors, funders and the like
    parties: int = 0
    products: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    agency: str = ""
    instrument: str = ""
    tranche: bool = False
    again: bool = False
    places: frozenset[str] = frozenset()


def plain(text: str) -> str:
    """Lower case ASCII with German umlauts written out."""
    if text.isascii():
        return text.casefold()
    text = text.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss").replace("ø", "o")
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


@lru_cache(maxsize=20_000)
def name_words(name: str) -> tuple[str, ...]:
    """The distinctive words of an organisation's name; all its words when none is distinctive."""
    words = tuple(_WORD.findall(plain(name).replace("'s", "").replace("’s", "")))
    return tuple(w for w in words if w not in _WEAK) or words


@lru_cache(maxsize=20_000)
def name_key(name: str) -> str:
    """One word by which different spellings of a company meet: its first distinctive word."""
    words = name_words(name)
    if not words:
        return ""
    if len(words[0]) <= 2 and len(words) > 1:
        return words[0] + words[1]
    return words[0]


def product_key(text: str) -> str:
    """ABC-123, ABC 123 and ABC123 are one product; a four-letter biosimilar suffix does not count."""
    flat = re.sub(r"[^a-z0-9]", "", plain(text))
    return flat


def products_of(text: str, companies: Iterable[str] = ()) -> frozenset[str]:
    """Keys of what looks like a product name in running text: codes, trademarks, INN stems, shouted brand names."""
    own = {w for name in companies for w in name_words(name)}
    found: set[str] = set()
    for match in _CODE.finditer(text):
        code = match.group(1)
        if not _CODE_STOP.match(code) and re.search(r"\d", code) and len(product_key(code)) >= 4:
            found.add(product_key(code))
    found.update(product_key(m.group(1)) for m in _MARKED.finditer(text))
    found.update(product_key(m.group(1)) for m in _BRACKETED.finditer(text) if _STEM.fullmatch(m.group(1)))
    found.update(
        product_key(m.group(1))
        for m in _STEM.finditer(text.casefold())
        if m.group(1) not in _STEM_STOP and len(m.group(1)) >= 6
    )
    found.update(product_key(m.group(1)) for m in _BRAND.finditer(text) if m.group(1).casefold() not in _STOP)
    title = text.split(". ", 1)[0]  # datelines shout too, so only the title's shouted words count
    if sum(c.isupper() for c in title) < 0.5 * sum(c.isalpha() for c in title):
        found.update(product_key(m.group(1)) for m in _CAPS.finditer(title) if len(m.group(1)) >= 6)
    return frozenset(f for f in found if f and f not in own and f not in _NOT_PRODUCTS)


def skeleton(key: str) -> str:
    """First three consonants of a name: what a ticker and the name it abbreviates usually share."""
    return re.sub(r"[aeiouy$]", "", key)[:3]


def abbreviates(ticker: str, name: str) -> bool:
    """Whether ``ticker`` reads as letters of ``name`` in order, from the same first letter (RGNX, Regenxbio)."""
    short = ticker.lstrip("$")
    if not 3 <= len(short) <= 5 or len(name) <= len(short) or short[0] != name[:1]:
        return False
    letters = iter(name)
    return all(c in letters for c in short)


def tickers_of(text: str) -> frozenset[str]:
    """Tickers written with their exchange, as keys."""
    return frozenset(f"${m.group(1).lower()}" for m in _TICKER.finditer(text))


def _people(value: Any) -> frozenset[str]:
    """Capitalised words of a person's name; titles and abbreviated roles do not count."""
    if not isinstance(value, str):
        return frozenset()
    words = re.findall(r"[^\W\d_][\w'’-]+", value)
    return frozenset(plain(w) for w in words if w[:1].isupper() and not w.isupper() and w.casefold() not in _TITLES)


_KNOWN: dict[tuple[str, str, str], Features] = {}
_KEEP = 20_000


def features(event: Event) -> Features:
    """The features of an event; computed once per event and document version, then remembered (a bounded memo)."""
    key = (event.event_id, event.document_id, event.title)
    found = _KNOWN.get(key) if event.event_id else None
    if found is None:
        found = _of_registry(event) if from_registry(event) else _of_text(event)
        if event.event_id:
            if len(_KNOWN) >= _KEEP:
                _KNOWN.clear()
            _KNOWN[key] = found
    return found


def from_registry(event: Event) -> bool:
    """Whether the event comes from a study record rather than from prose that mentions one."""
    return event.connector == "clinicaltrials"


def _of_registry(event: Event) -> Features:
    """Registry records name their asset and study themselves: nothing has to be read out of prose."""
    program = event.program
    main: set[str] = set()
    others: set[str] = set()
    for organisation in event.organisations:
        key = name_key(organisation.name)
        if key and organisation.role in ("subject", "counterparty"):
            main.add(key)
        elif key:
            others.add(key)
    products = {product_key(p) for p in program.assets} | {n.lower() for n in program.nct_ids} if program else set()
    text = plain(f"{event.title} {' '.join(program.indications) if program else ''}")
    words = frozenset(
        w for w in _WORD.findall(text) if len(w) > 3 and w not in _STOP and w not in main and not w.isdigit()
    )
    return Features(
        main=frozenset(main), others=frozenset(others), parties=len(main), words=words,
        products=frozenset(p for p in products if p),
    )  # fmt: skip


def _of_text(event: Event) -> Features:
    """Features read from names, attributes, title and lead."""
    text = f"{event.title}. {event.text or event.span.text}"
    main: set[str] = set()
    others: set[str] = set()
    names: list[str] = []
    parties = 0
    for organisation in event.organisations:
        if organisation.role == "regulator":
            continue
        key = name_key(organisation.name)
        if not key:
            continue
        names.append(organisation.name)
        if organisation.role in ("subject", "counterparty"):
            parties += 1
            main.add(key)
            if organisation.ticker:
                main.add(f"${organisation.ticker.lower()}")
            if organisation.name.isupper() and 2 < len(organisation.name) <= 5:
                main.add(f"${organisation.name.lower()}")
        else:
            others.add(key)
    main |= tickers_of(text) if parties <= 1 else frozenset()
    a = event.attributes
    products = set(products_of(text, names))
    if isinstance(a.get("product"), str):
        products |= products_of(str(a["product"]), names)
    if event.program is not None:
        products.update(product_key(p) for p in event.program.assets)
        products.update(n.lower() for n in event.program.nct_ids)
    agency = ""
    for value in [a.get("agency"), *(o.name for o in event.organisations if o.role == "regulator")]:
        if isinstance(value, str) and plain(value).replace(".", "") in _AGENCIES:
            agency = _AGENCIES[plain(value).replace(".", "")]
            break
    role_text = str(a.get("role") or "")
    words = frozenset(
        w for w in _WORD.findall(plain(text)) if len(w) > 3 and w not in _STOP and w not in main and not w.isdigit()
    )
    location = str(a.get("location") or "")
    return Features(
        main=frozenset(main),
        others=frozenset(others),
        parties=parties,
        products=frozenset(p for p in products if p),
        words=words,
        people=_people(a.get("person")) - {w for name in names for w in _WORD.findall(plain(name))},
        roles=frozenset(name for name, pattern in _ROLES if role_text and pattern.search(role_text)),
        agency=agency,
        instrument=next((name for name, pattern in _INSTRUMENT if pattern.search(text)), ""),
        tranche=bool(_TRANCHE.search(text)),
        again=bool(_AGAIN.search(text)),
        places=frozenset(w for w in _WORD.findall(plain(location)) if len(w) > 3 and w not in _COMPASS),
    )
