"""What an event says that tells one happening from another: names, products, people, money, steps. Pure and cheap."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from signalwatch import diseases
from signalwatch.model import Event, Struct
from signalwatch.stories.known import NOBODY, Known
from signalwatch.stories.spelling import WORD, initials_of, name_key, name_words, plain
from signalwatch.stories.vocabulary import (
    AGAIN,
    AGENCIES,
    BRACKETED,
    BRAND,
    BUILDINGS,
    CALLED,
    CAPS,
    CODE,
    CODE_STOP,
    COMPASS,
    CONGRESS,
    COUNTRIES,
    INSTRUMENT,
    MARKED,
    NO_STUDY,
    NOT_CALLED,
    NOT_PRODUCTS,
    NOTICE_WORDS,
    PAYER_WORDS,
    PERIODIC,
    ROLES,
    STEM,
    STEM_STOP,
    STOP,
    STUDY,
    TICKER,
    TRANCHE,
    TWO_WORDS,
    WEAK,
)

_SPAN = re.compile(r"[- ](?:year|month|week|day)", re.IGNORECASE)
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
    bought: frozenset[str] = frozenset()  # name keys of counterparties
    site: frozenset[str] = frozenset()  # the place itself, where the location names its region as well
    diseases: frozenset[str] = frozenset()  # by their canonical names
    said: frozenset[str] = frozenset()  # name keys as the text has them, where the company is known by another
    spelled: tuple[tuple[str, str, frozenset[str]], ...] = ()  # parties: key, whole name in one word, initials
    shorts: tuple[tuple[str, str], ...] = ()  # parties told by a few letters: key, letters
    full: frozenset[str] = frozenset()  # whole names in one word: a ticker may abbreviate more than the first word
    booster: bool = False  # a further dose of what is given already
    capitals: frozenset[str] = frozenset()  # capitalised words of the title, among them names that were not recognised
    studies: frozenset[str] = frozenset()  # names of studies in the title
    congresses: frozenset[str] = frozenset()
    payers: frozenset[str] = frozenset()  # whose money a grant or contract is
    marks: frozenset[str] = frozenset()  # words of the title by which an agency's notice that names no company is found
    named: frozenset[str] = frozenset()  # capitalised words of its text, likewise
    periodic: bool = False  # looks back on a period
    called: frozenset[str] = frozenset()  # words of the title that stand where a product's name does
    thing: frozenset[str] = frozenset()  # words of what is launched
    brands: frozenset[str] = frozenset()  # those of them that are names


def title_words(event: Event) -> frozenset[str]:
    """All words of an event's title."""
    return frozenset(WORD.findall(plain(event.title)))


def _capitals(title: str) -> frozenset[str]:
    """Capitalised words of a title that may be names."""
    found = (plain(m.group(1)) for m in _CAPITAL.finditer(title))
    return frozenset(
        list(dict.fromkeys(w for w in found if w not in STOP and w not in WEAK and w not in NOT_PRODUCTS))[:10]
    )


_ITEM = re.compile(r"\s*[;|•]\s+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def own_part(title: str, lead: str, names: Iterable[str]) -> tuple[str, str]:
    """What of a digest is about the named companies: its items and sentences that name them; all of it otherwise."""
    items = _ITEM.split(title)
    keys = {key for name in names if len(key := name_key(name)) >= 3}
    if len(items) < 2 or not keys:
        return title, lead
    mine = [part for part in items if not keys.isdisjoint(WORD.findall(plain(part)))]
    if not mine or len(mine) == len(items):
        return title, lead
    sentences = [s for s in _SENTENCE.split(lead) if not keys.isdisjoint(WORD.findall(plain(s)))]
    return "; ".join(mine), " ".join(sentences)


def whole_names(text: str, products: Iterable[str]) -> frozenset[str]:
    """Products without the second word of a name (``... autoleucel``): what many names end with names none."""
    second = {product_key(m.group(2)): product_key(m.group(1)) for m in TWO_WORDS.finditer(plain(text))}
    return frozenset(second.get(p, p) for p in products)


def studies_of(title: str) -> frozenset[str]:
    """Names of studies as a title writes them; abbreviated diseases are none."""
    found = {next(filter(None, m.groups())) for m in STUDY.finditer(title)}
    return frozenset(
        product_key(f) for f in found if plain(f) not in NO_STUDY and not CODE_STOP.match(f) and not diseases.find(f)
    )


def called_in(title: str) -> frozenset[str]:
    """Words that stand where titles put a product's name, and are not known to be something else."""
    sick = {w for d in diseases.find(title) for w in WORD.findall(plain(d))}
    found = {plain(m.group(1)) for m in CALLED.finditer(title) if not m.group(1).isupper()}
    return frozenset(w for w in found - sick if w not in NOT_CALLED and w not in NOTICE_WORDS and w not in STOP)


def payers_of(names: Iterable[str]) -> frozenset[str]:
    """Whose money it is: the country of a government by any of its names, else the distinctive words of a funder."""
    found: set[str] = set()
    for name in names:
        text = plain(name)
        states = {country for country, pattern in COUNTRIES if pattern.search(text)}
        found |= states or {w for w in WORD.findall(text) if len(w) > 2 and w not in PAYER_WORDS and w not in STOP}
    return frozenset(found)


def _places(location: str) -> frozenset[str]:
    return frozenset(w for w in WORD.findall(plain(location)) if len(w) > 3 and w not in COMPASS and w not in BUILDINGS)


def _brands(product: str) -> frozenset[str]:
    """The capitalised words of what is launched; a description has none."""
    return frozenset(plain(w) for w in re.findall(r"\b[A-Z][A-Za-z0-9]{3,}", product) if plain(w) not in NOT_CALLED)


def _marks(title: str) -> frozenset[str]:
    """Words and diseases of a title that may tell which product an agency's notice means."""
    words = [w for w in WORD.findall(plain(title)) if len(w) >= 7 and w not in NOTICE_WORDS and w not in STOP]
    return frozenset([*dict.fromkeys(words)][:10]) | {plain(d) for d in diseases.find(title)}


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
        if _SPAN.match(text, match.end()):
            continue  # "Sign 10-Year": a length of time
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
    return frozenset(f for f in found if f and f not in own and f not in NOT_PRODUCTS and f not in WEAK)


def tickers_of(text: str) -> frozenset[str]:
    """Tickers written with their exchange, as keys."""
    return frozenset(f"${m.group(1).lower()}" for m in TICKER.finditer(text))


def _people(value: Any) -> frozenset[str]:
    """Capitalised words of a person's name; titles and abbreviated roles do not count."""
    if not isinstance(value, str):
        return frozenset()
    words = re.findall(r"[^\W\d_][\w'’-]+", value)
    return frozenset(plain(w) for w in words if w[:1].isupper() and not w.isupper() and w.casefold() not in _TITLES)


_KNOWN: dict[tuple[str, str, str, Known], Features] = {}
_KEEP = 20_000


def features(event: Event, known: Known = NOBODY) -> Features:
    """The features of an event; computed once per event and document version, then remembered (a bounded memo)."""
    key = (event.event_id, event.document_id, event.title, known)
    found = _KNOWN.get(key) if event.event_id else None
    if found is None:
        found = _of_registry(event, known) if from_registry(event) else _of_text(event, known)
        if event.event_id:
            if len(_KNOWN) >= _KEEP:
                _KNOWN.clear()
            _KNOWN[key] = found
    return found


def from_registry(event: Event) -> bool:
    """Whether the event comes from a study record rather than from prose that mentions one."""
    return event.connector == "clinicaltrials"


def _of_registry(event: Event, known: Known) -> Features:
    """Registry records name their asset and study themselves: nothing has to be read out of prose."""
    program = event.program
    main: set[str] = set()
    others: set[str] = set()
    for organisation in event.organisations:
        key = known.key(organisation.name)
        if key and organisation.role in ("subject", "counterparty"):
            main.add(key)
        elif key:
            others.add(key)
    products = {product_key(p) for p in program.assets} | {n.lower() for n in program.nct_ids} if program else set()
    text = plain(f"{event.title} {' '.join(program.indications) if program else ''}")
    words = frozenset(
        w for w in WORD.findall(text) if len(w) > 3 and w not in STOP and w not in main and not w.isdigit()
    )
    return Features(
        main=frozenset(main), others=frozenset(others), parties=len(main), words=words,
        products=frozenset(p for p in products if p),
    )  # fmt: skip


_AWARDS = frozenset({"grant_award"})
"""Whoever gives one gives it to many: no party that tells two happenings to be one."""


def _of_text(event: Event, known: Known) -> Features:
    """Features read from names, attributes, title and lead."""
    parties_named = [o.name for o in event.organisations if o.role != "regulator"]
    title, lead = own_part(event.title, event.text or event.span.text, parties_named)
    text = f"{title}. {lead}"
    main: set[str] = set()
    others: set[str] = set()
    names: list[str] = []
    full: set[str] = set()
    bought: set[str] = set()
    said: set[str] = set()
    spelled: list[tuple[str, str, frozenset[str]]] = []
    shorts: list[tuple[str, str]] = []
    parties = 0
    for organisation in event.organisations:
        if organisation.role == "regulator":
            continue
        key = known.key(organisation.name)
        if not key or key in STOP:
            continue  # "Agreement", "Million": no name
        full.add("".join(WORD.findall(plain(organisation.name))))
        names.append(organisation.name)
        said.add(name_key(organisation.name))
        if organisation.role == "subject" or (organisation.role == "counterparty" and event.type not in _AWARDS):
            parties += 1
            main.add(key)
            if organisation.role == "counterparty":
                bought.add(key)
            letters = "".join(c for c in plain(organisation.name) if c.isalnum())
            if organisation.name.isupper() and 2 <= len(letters) <= 5:
                shorts.append((key, letters))
            else:
                flat = "".join(WORD.findall(plain(organisation.name)))
                spelled.append((key, flat, initials_of(organisation.name)))
            if organisation.ticker:
                main.add(f"${organisation.ticker.lower()}")
            if organisation.name.isupper() and 2 < len(organisation.name) <= 5:
                main.add(f"${organisation.name.lower()}")
        else:
            others.add(key)
    main |= tickers_of(text) if parties <= 1 else frozenset()
    main |= {key for m in list(main) if m[0] == "$" and parties <= 1 and (key := known.ticker(m[1:]))}
    a = event.attributes
    products = set(products_of(text, names))
    if isinstance(a.get("product"), str):
        products |= products_of(str(a["product"]), names)
    products -= full  # CARB-X gives money, it is no code of a drug
    if event.program is not None:
        own = {w for name in names for w in name_words(name)} | full
        products.update(key for p in event.program.assets if (key := product_key(p)) not in own)
        products.update(n.lower() for n in event.program.nct_ids)
    agency = ""
    for value in [a.get("agency"), *(o.name for o in event.organisations if o.role == "regulator")]:
        if isinstance(value, str) and plain(value).replace(".", "") in AGENCIES:
            agency = AGENCIES[plain(value).replace(".", "")]
            break
    role_text = str(a.get("role") or "")
    words = frozenset(
        w for w in WORD.findall(plain(text)) if len(w) > 3 and w not in STOP and w not in main and not w.isdigit()
    )
    location = str(a.get("location") or "")
    return Features(
        main=frozenset(main),
        others=frozenset(others),
        parties=parties,
        bought=frozenset(bought),
        products=whole_names(text, (p for p in products if p and p not in NOT_PRODUCTS)),
        words=words | known.mentioned(words, text) - main,
        said=frozenset(said) - main,
        spelled=tuple(spelled),
        shorts=tuple(shorts),
        people=_people(a.get("person")) - {w for name in names for w in WORD.findall(plain(name))},
        roles=frozenset(name for name, pattern in ROLES if role_text and pattern.search(role_text)),
        agency=agency,
        instrument=next((name for name, pattern in INSTRUMENT if pattern.search(text)), "")
        or ("debt" if a.get("series") == "venture_debt" else ""),
        tranche=bool(TRANCHE.search(text)),
        again=bool(AGAIN.search(text)),
        places=_places(location),
        site=_places(location.split(",")[0]) if "," in location else frozenset(),
        diseases=frozenset(diseases.find(title)),
        full=frozenset(full),
        booster="booster" in title.casefold(),
        capitals=_capitals(title),
        studies=studies_of(title) - main,
        congresses=frozenset(m.group(1) for m in CONGRESS.finditer(text)),
        payers=payers_of(
            [o.name for o in event.organisations if o.role in ("other", "regulator", "investor")]
            + [str(a[name]) for name in ("agency", "funder") if a.get(name)]
        ),
        marks=_marks(title) - main,
        named=frozenset() if main else _capitals(lead) - NOTICE_WORDS,
        called=called_in(title) - main - others,
        periodic=bool(PERIODIC.search(title)),
        brands=_brands(str(a.get("product") or "")),
        thing=frozenset(w for w in WORD.findall(plain(str(a.get("product") or ""))) if len(w) > 2 and w not in STOP),
    )
