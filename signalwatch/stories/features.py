"""What an event says that tells one happening from another: names, products, people, money, steps. Pure and cheap."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from signalwatch import diseases
from signalwatch.model import Event, Struct
from signalwatch.stories.vocabulary import (
    AGAIN,
    AGENCIES,
    BRACKETED,
    BRAND,
    CAPS,
    CODE,
    CODE_STOP,
    COMPASS,
    INSTRUMENT,
    MARKED,
    NOT_PRODUCTS,
    ROLES,
    STEM,
    STEM_STOP,
    STOP,
    TICKER,
    TRANCHE,
    WEAK,
)

_WORD = re.compile(r"[a-z0-9]+")
_CAPITAL = re.compile(r"\b([A-Z][a-zA-Z]{4,})")


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
    diseases: frozenset[str] = frozenset()  # by their canonical names
    full: frozenset[str] = frozenset()  # whole names in one word: a ticker may abbreviate more than the first word
    booster: bool = False  # a further dose of what is given already
    capitals: frozenset[str] = frozenset()  # capitalised words of the title, among them names that were not recognised


def plain(text: str) -> str:
    """Lower case ASCII with German umlauts written out."""
    if text.isascii():
        return text.casefold()
    text = text.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss").replace("ø", "o")
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


@lru_cache(maxsize=20_000)
def name_words(name: str) -> tuple[str, ...]:
    """The distinctive words of an organisation's name; all its words when none is distinctive."""
    words = tuple(_WORD.findall(plain(name.replace("’s", "").replace("'s", ""))))
    return tuple(w for w in words if w not in WEAK) or words


@lru_cache(maxsize=20_000)
def name_key(name: str) -> str:
    """One word by which different spellings of a company meet: its first distinctive word."""
    words = name_words(name)
    if not words:
        return ""
    if len(words[0]) <= 2 and len(words) > 1:
        return words[0] + words[1]
    return words[0]


def _capitals(title: str) -> frozenset[str]:
    """Capitalised words of a title that may be names."""
    found = (plain(m.group(1)) for m in _CAPITAL.finditer(title))
    return frozenset(
        list(dict.fromkeys(w for w in found if w not in STOP and w not in WEAK and w not in NOT_PRODUCTS))[:10]
    )


def product_key(text: str) -> str:
    """ABC-123, ABC 123 and ABC123 are one product; a four-letter biosimilar suffix does not count."""
    flat = re.sub(r"[^a-z0-9]", "", plain(text))
    return flat


def products_of(text: str, companies: Iterable[str] = ()) -> frozenset[str]:
    """Keys of what looks like a product name in running text: codes, trademarks, INN stems, shouted brand names."""
    own = {w for name in companies for w in name_words(name)}
    found: set[str] = set()
    for match in CODE.finditer(text):
        code = match.group(1)
        if not CODE_STOP.match(code) and re.search(r"\d", code) and len(product_key(code)) >= 4:
            found.add(product_key(code))
    found.update(product_key(m.group(1)) for m in MARKED.finditer(text))
    found.update(product_key(m.group(1)) for m in BRACKETED.finditer(text) if STEM.fullmatch(m.group(1)))
    found.update(
        product_key(m.group(1))
        for m in STEM.finditer(text.casefold())
        if m.group(1) not in STEM_STOP and len(m.group(1)) >= 6
    )
    found.update(product_key(m.group(1)) for m in BRAND.finditer(text) if m.group(1).casefold() not in STOP)
    title = text.split(". ", 1)[0]  # datelines shout too, so only the title's shouted words count
    if sum(c.isupper() for c in title) < 0.5 * sum(c.isalpha() for c in title):
        found.update(product_key(m.group(1)) for m in CAPS.finditer(title) if len(m.group(1)) >= 6)
    return frozenset(f for f in found if f and f not in own and f not in NOT_PRODUCTS)


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
    return frozenset(f"${m.group(1).lower()}" for m in TICKER.finditer(text))


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
        w for w in _WORD.findall(text) if len(w) > 3 and w not in STOP and w not in main and not w.isdigit()
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
    full: set[str] = set()
    parties = 0
    for organisation in event.organisations:
        if organisation.role == "regulator":
            continue
        key = name_key(organisation.name)
        if not key or key in STOP:
            continue  # "Agreement", "Million": no name
        full.add("".join(_WORD.findall(plain(organisation.name))))
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
        if isinstance(value, str) and plain(value).replace(".", "") in AGENCIES:
            agency = AGENCIES[plain(value).replace(".", "")]
            break
    role_text = str(a.get("role") or "")
    words = frozenset(
        w for w in _WORD.findall(plain(text)) if len(w) > 3 and w not in STOP and w not in main and not w.isdigit()
    )
    location = str(a.get("location") or "")
    return Features(
        main=frozenset(main),
        others=frozenset(others),
        parties=parties,
        products=frozenset(p for p in products if p and p not in NOT_PRODUCTS),
        words=words,
        people=_people(a.get("person")) - {w for name in names for w in _WORD.findall(plain(name))},
        roles=frozenset(name for name, pattern in ROLES if role_text and pattern.search(role_text)),
        agency=agency,
        instrument=next((name for name, pattern in INSTRUMENT if pattern.search(text)), ""),
        tranche=bool(TRANCHE.search(text)),
        again=bool(AGAIN.search(text)),
        places=frozenset(w for w in _WORD.findall(plain(location)) if len(w) > 3 and w not in COMPASS),
        diseases=frozenset(diseases.find(event.title)),
        full=frozenset(full),
        booster="booster" in event.title.casefold(),
        capitals=_capitals(event.title),
    )
