"""Who lives in the simulated world: companies, their programs, and names that are dangerously alike."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from msgspec.structs import replace

from signalwatch.model import Account, Struct
from signalwatch.simulate import dice
from signalwatch.simulate import lexicon as lex

ACCOUNT_SHARE = 3
"""One company in so many is a target account."""
OWNERS = ("ana.ruiz@bd.example", "ben.osei@bd.example", "carla.voss@bd.example")

KINDS: tuple[tuple[str, int], ...] = (
    ("biotech_private", 42), ("biotech_public", 32), ("big_pharma", 4), ("cro_cdmo", 7), ("diagnostics", 5),
    ("medtech", 6), ("tools", 4),
)  # fmt: skip
SIC: dict[str, tuple[int, str]] = {
    "biotech_private": (2836, "BIOLOGICAL PRODUCTS, (NO DIAGNOSTIC SUBSTANCES)"),
    "biotech_public": (2834, "PHARMACEUTICAL PREPARATIONS"),
    "big_pharma": (2834, "PHARMACEUTICAL PREPARATIONS"),
    "cro_cdmo": (8731, "SERVICES-COMMERCIAL PHYSICAL & BIOLOGICAL RESEARCH"),
    "diagnostics": (2835, "IN VITRO & IN VIVO DIAGNOSTIC SUBSTANCES"),
    "medtech": (3841, "SURGICAL & MEDICAL INSTRUMENTS & APPARATUS"),
    "tools": (3826, "LABORATORY ANALYTICAL INSTRUMENTS"),
}


class Company(Struct, frozen=True, kw_only=True):
    """One invented company. ``short`` is what headlines call it; ``old_name`` is a former name still in use."""

    company_id: str
    name: str
    short: str
    legal: str
    kind: str
    public: bool
    cik: int
    ticker: str = ""
    exchange: str = ""
    city: str = ""
    dateline: str = ""
    state: str = ""
    country: str = "US"
    area: str = ""
    modality: str = ""
    old_name: str = ""
    parent_id: str = ""
    lookalike_of: str = ""
    tier: int | None = None  # None: not on the target list
    owner: str = ""

    @property
    def is_account(self) -> bool:
        """Whether the company is on the target list."""
        return self.tier is not None


class Program(Struct, frozen=True, kw_only=True):
    """An asset in one disease. ``phase`` is where it stands when the world begins: 0 means preclinical."""

    program_id: str
    company_id: str
    code: str
    inn: str
    modality: lex.Modality
    target: str
    disease: lex.Disease
    phase: str
    device: bool = False

    @property
    def asset(self) -> str:
        """The name the company uses first: the INN-like name when there is one, else the code."""
        return self.inn or self.code


class Cast(Struct, frozen=True, kw_only=True):
    """Everybody."""

    companies: tuple[Company, ...]
    programs: tuple[Program, ...]

    def company(self, company_id: str) -> Company:
        """One company by id; raises KeyError."""
        return self.by_id()[company_id]

    def by_id(self) -> dict[str, Company]:
        """All companies by id."""
        return {c.company_id: c for c in self.companies}


def slug(name: str) -> str:
    """``Velorin Therapeutics`` -> ``velorin-therapeutics``."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def _kinds(count: int) -> list[str]:
    kinds = [kind for kind, share in KINDS for _ in range(max(1, round(count * share / 100)))]
    return (kinds + ["biotech_private"] * count)[:count]


def _heads(rng: random.Random, count: int) -> list[tuple[str, bool]]:
    """Distinct company heads; every fifth is a common English word."""
    invented = [a + b for a in lex.HEADS for b in lex.TAILS]
    rng.shuffle(invented)
    common = list(lex.COMMON_WORDS)
    rng.shuffle(common)
    heads: list[tuple[str, bool]] = []
    for number in range(count):
        if number % 5 == 2 and common:
            heads.append((common.pop(), True))
        else:
            heads.append((invented.pop(), False))
    return heads


def _ticker(head: str, taken: set[str]) -> str:
    consonants = [c for c in head.upper() if c not in "AEIOU"]
    base = (head[0].upper() + "".join(consonants[1:]) + head.upper()[1:])[:4]
    ticker, extra = base, 0
    while ticker in taken:
        ticker, extra = base[:3] + chr(ord("A") + extra), extra + 1
    taken.add(ticker)
    return ticker


def _company(rng: random.Random, number: int, kind: str, head: str, tickers: set[str]) -> Company:
    public = kind in ("biotech_public", "big_pharma") or (not kind.startswith("biotech") and rng.random() < 0.5)
    group = "biotech" if kind.startswith("biotech") else kind
    name = f"{head} {rng.choice(lex.SUFFIXES[group])}"
    city, state_ap, code, country = rng.choice(lex.CITIES)
    return Company(
        company_id=slug(name),
        name=name,
        short=head,
        legal=name + rng.choice(lex.LEGAL if country == "US" else lex.LEGAL_ABROAD),
        kind=kind,
        public=public,
        cik=2_900_000 + number * 37,
        ticker=_ticker(head, tickers) if public else "",
        exchange=("NYSE" if kind == "big_pharma" else "Nasdaq") if public else "",
        city=city.split(",")[0],
        dateline=f"{city.upper()}, {state_ap}" if state_ap else city.upper(),
        state=code,
        country=country,
        area=rng.choice(lex.DISEASES).area,
        modality=rng.choice(lex.MODALITIES).key,
    )  # fmt: skip


def _tiers(rng: random.Random, companies: list[Company]) -> list[Company]:
    """Put every third company on the target list: about 5 % in tier 1, a quarter in tier 2, one in fifteen excluded."""
    chosen = [
        c for c in companies if c.kind.startswith("biotech") or c.kind in ("big_pharma", "medtech", "diagnostics")
    ]
    wanted = max(6, len(companies) // ACCOUNT_SHARE)
    rng.shuffle(chosen)
    chosen = chosen[:wanted]
    tiers: dict[str, int] = {}
    for place, company in enumerate(chosen):
        share = place / len(chosen)
        tiers[company.company_id] = 1 if share < 0.05 else 2 if share < 0.32 else 3 if share < 0.94 else 0
    return [
        replace(c, tier=tiers[c.company_id], owner=OWNERS[len(c.name) % len(OWNERS)]) if c.company_id in tiers else c
        for c in companies
    ]


def _old_names(rng: random.Random, companies: list[Company]) -> list[Company]:
    """One account in eight was renamed lately; registry and SEC still know it by the old name."""
    spare = [a + b for a in lex.HEADS[::3] for b in ("ovex", "imab", "quent")]
    rng.shuffle(spare)
    out: list[Company] = []
    for number, company in enumerate(companies):
        renamed = company.is_account and number % 8 == 3
        out.append(replace(company, old_name=f"{spare.pop()} Pharmaceuticals") if renamed else company)
    return out


def _alike(company: Company, how: int) -> tuple[str, str]:
    """A near-identical company name: (name, short)."""
    head, _, tail = company.name.partition(" ")
    if how == 0:  # another suffix, same head
        other = "Biopharma" if "Therapeutics" in tail else "Therapeutics"
        return f"{head} {other}", f"{head} {other}"
    if how == 1:  # one letter differs
        changed = head[:-1] + ("s" if head[-1] != "s" else "x")
        return f"{changed} {tail}", changed
    if how == 2:  # a longer word that begins the same way
        return f"{head}ex {tail}", f"{head}ex"
    return f"{head} Animal Health", f"{head} Animal Health"


def _lookalikes(rng: random.Random, companies: list[Company], count: int) -> list[Company]:
    """Companies outside the target list whose names nearly equal those of accounts."""
    out: list[Company] = []
    targets = [c for c in companies if c.tier in (1, 2, 3) and not c.old_name]
    for number, target in enumerate(targets[:count]):
        name, short = _alike(target, number % 4)
        city, state_ap, code, country = rng.choice(lex.CITIES)
        out.append(
            Company(
                company_id=slug(name),
                name=name,
                short=short,
                legal=f"{name}, Inc.",
                kind="biotech_private",
                public=False,
                cik=2_980_000 + number * 41,
                city=city.split(",")[0],
                dateline=f"{city.upper()}, {state_ap}" if state_ap else city.upper(),
                state=code,
                country=country,
                area=target.area,
                modality=target.modality,
                lookalike_of=target.company_id,
            )
        )
    return out


def _bought(companies: list[Company]) -> list[Company]:
    """Two accounts own a smaller company each: one subsidiary is an account of its own, one is only an alias."""
    buyers = [c for c in companies if c.tier in (1, 2, 3) and c.public][:2]
    prey = [c for c in companies if not c.is_account and not c.lookalike_of and c.kind == "biotech_private"]
    changed: dict[str, Company] = {}
    for number, (buyer, target) in enumerate(zip(buyers, prey, strict=False)):
        tier = 3 if number == 0 else None
        changed[target.company_id] = replace(
            target, parent_id=buyer.company_id, tier=tier, owner=buyer.owner if tier else ""
        )
    return [changed.get(c.company_id, c) for c in companies]


def _code(company: Company, rng: random.Random, number: int) -> str:
    letters = "".join(c for c in company.short.upper() if c not in "AEIOU ")[:3].ljust(2, "X")
    return f"{letters}-{(number + 1) * rng.choice((100, 110, 210)) + rng.randint(1, 89)}"


_PRODUCT_HEADS = ("Pulse", "Clear", "Vena", "Cardi", "Neuro", "Spectra", "Omni", "Rapi", "Opti", "Hema")
_PRODUCT_TAILS = ("Mark", "Trace", "Node", "Scan", "Guide", "Path", "Sense", "View")


def _programs(rng: random.Random, company: Company) -> list[Program]:
    if company.kind in ("cro_cdmo", "tools"):
        return []
    count = {"big_pharma": 6, "biotech_public": rng.choice((2, 3, 3)), "biotech_private": rng.choice((1, 1, 2))}.get(
        company.kind, 1
    )
    home = next(m for m in lex.MODALITIES if m.key == company.modality)
    near = [d for d in lex.DISEASES if d.area == company.area] or list(lex.DISEASES)
    out: list[Program] = []
    for number in range(count):
        device = company.kind in ("medtech", "diagnostics")
        modality = home if number == 0 or rng.random() < 0.6 else rng.choice(lex.MODALITIES)
        phase = rng.choice({
            "biotech_private": ("0", "0", "1", "1", "1/2", "2"), "biotech_public": ("1", "1/2", "2", "2", "2/3", "3"),
            "big_pharma": ("1", "2", "2", "3", "3", "3"),
        }.get(company.kind, ("3",)))  # fmt: skip
        inn = ""
        if device:
            inn = rng.choice(_PRODUCT_HEADS) + rng.choice(_PRODUCT_TAILS)
        elif phase in ("2", "2/3", "3") or rng.random() < 0.2:
            inn = rng.choice(lex.INN_HEADS) + rng.choice(lex.INN_MIDDLES) + rng.choice(modality.endings)
        disease = near[number % len(near)] if rng.random() < 0.7 else rng.choice(lex.DISEASES)
        code = _code(company, rng, number)
        out.append(
            Program(
                program_id=f"{company.company_id}/{slug(inn or code)}", company_id=company.company_id, code=code, inn=inn,
                modality=modality, target=rng.choice(lex.TARGETS), disease=disease, phase=phase, device=device,
            )
        )  # fmt: skip
    return out


def build(seed: int, count: int) -> Cast:
    """Invent ``count`` companies (at least 12) with their programs. Same seed, same cast."""
    rng = dice.stream(seed, "cast")
    count = max(count, 12)
    alike = max(2, count // 15)
    tickers: set[str] = set()
    kinds = _kinds(count - alike)
    heads = _heads(rng, len(kinds))
    companies = [_company(rng, n, kind, heads[n][0], tickers) for n, kind in enumerate(kinds)]
    companies = _old_names(rng, _tiers(rng, companies))
    companies = _bought(companies + _lookalikes(rng, companies, alike))
    programs = [p for c in companies for p in _programs(rng, c)]
    return Cast(companies=tuple(companies), programs=tuple(programs))


def accounts(cast: Cast) -> list[Account]:
    """The target list as ops would keep it: identifiers with gaps, tiers, owners, fit attributes."""
    children: dict[str, list[Company]] = {}
    for company in cast.companies:
        if company.parent_id:
            children.setdefault(company.parent_id, []).append(company)
    programs: dict[str, list[Program]] = {}
    for program in cast.programs:
        programs.setdefault(program.company_id, []).append(program)
    out: list[Account] = []
    for number, company in enumerate(c for c in cast.companies if c.is_account):
        subsidiaries = tuple(c.name for c in children.get(company.company_id, ()) if not c.is_account)
        out.append(
            Account(
                account_id=company.company_id,
                name=company.name,
                legal_name=company.legal if number % 4 else "",
                website_domain=f"{slug(company.short)}.example" if number % 3 == 0 else "",
                cik=company.cik if company.public or number % 5 == 0 else None,
                ticker=company.ticker,
                aliases=subsidiaries,
                former_names=(company.old_name,) if company.old_name else (),
                parent_account_id=company.parent_id if company.parent_id else "",
                country=company.country,
                kind="biotech" if company.kind.startswith("biotech") else company.kind,
                tier=company.tier if company.tier is not None else 3,
                owner=company.owner,
                attributes=_fit_attributes(company, programs.get(company.company_id, ()), number),
            )
        )
    return out


def _fit_attributes(company: Company, programs: Sequence[Program], number: int) -> dict[str, object]:
    """Segment columns; every sixth account has gaps, because lists do."""
    order = ["0", "1", "1/2", "2", "2/3", "3"]
    highest = order[max((order.index(p.phase) for p in programs), default=0)]
    stage = "4" if company.kind == "big_pharma" else "preclinical" if highest == "0" else highest
    attributes: dict[str, object] = {
        "therapeutic_area": company.area,
        "modality": company.modality,
        "stage": stage,
        "funding_stage": "public" if company.public else ("Seed", "A", "B", "C")[min(3, order.index(highest))],
        "outsourcing": ("full", "partial", "in_house", "full")[number % 4],
        "employees": (18, 45, 120, 340, 900)[number % 5] if company.kind != "big_pharma" else 24000,
        "relationship": "competitor" if company.tier == 0 else "prospect",
    }
    if number % 6 == 5:
        attributes.pop("outsourcing")
        attributes.pop("employees")
    return attributes
