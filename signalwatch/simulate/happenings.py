"""What really happens in the simulated world: typed happenings with attributes, steps and the words they are told in."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from signalwatch.model import Json, Struct
from signalwatch.simulate import lexicon as lex
from signalwatch.simulate.cast import Company, Program


class Publication(Struct, frozen=True, kw_only=True):
    """One document somebody publishes, in one version.

    ``published_at`` is what the document says; ``visible_at`` is when the source serves it. ``key`` is its identity at
    the source (guid, accession number, NCT number); a later version has the same key and a higher ``revision``.
    ``states`` are the event types it states; empty for noise, whose reason is in ``noise``.
    """

    publication_id: str
    source: str
    kind: str  # entry | filing | study
    key: str
    url: str
    published_at: datetime
    visible_at: datetime
    title: str = ""
    body: str = ""
    form: str = ""
    revision: int = 0
    company_id: str = ""
    happening_ids: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    stage: str = ""
    noise: str = ""
    names_company: bool = True  # False: names only the product, so that nobody could tell whose it is
    meta: Mapping[str, Json] = {}


class Happening(Struct, frozen=True, kw_only=True):
    """One thing that truly happened, with everything that was published about it.

    ``accepted`` are further event types under which reporting it is right (a started trial is also a registry status
    change). ``stages`` are its steps in order, each with its time.
    """

    happening_id: str
    type: str
    company_id: str
    occurs_at: datetime
    accepted: tuple[str, ...] = ()
    counterparties: tuple[str, ...] = ()
    attributes: Mapping[str, Json] = {}
    stages: tuple[tuple[str, datetime], ...] = ()
    program_id: str = ""
    nct_id: str = ""
    variant: str = ""  # which wording: positive/negative, joins/leaves, debt ...
    words: Mapping[str, str] = {}
    documents: tuple[Publication, ...] = ()


ACCEPTED: dict[str, tuple[str, ...]] = {
    "partnership": ("licensing_deal",),
    "licensing_deal": ("partnership",),
    "merger_acquisition": ("partnership", "sponsor_change"),
    "ipo": ("public_offering",),
    "public_offering": ("funding_round",),
    "funding_round": ("public_offering",),
    "trial_start": ("trial_registered", "trial_phase_advance", "trial_status_change"),
    "trial_setback": ("trial_status_change", "trial_results"),
    "trial_results": ("trial_setback", "results_posted"),
    "trial_completed": ("trial_status_change",),
    "trial_delay": ("trial_status_change",),
    "trial_expansion": ("trial_status_change",),
    "results_posted": ("trial_results",),
    "regulatory_approval": ("regulatory_submission",),
    "sponsor_change": ("merger_acquisition", "licensing_deal"),
    "bankruptcy_distress": ("layoffs_restructuring",),
}
"""Other types under which a happening may rightly be reported. ``filing`` is accepted wherever a filing told it."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_AP = ("Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip


def long_date(day: date) -> str:
    """``January 5, 2026``."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def ap_date(day: date) -> str:
    """``Jan. 5, 2026``, as datelines write it."""
    return f"{_MONTHS_AP[day.month - 1]} {day.day}, {day.year}"


def article(text: str) -> str:
    """``a`` or ``an`` before an amount or a word, by sound: "an $8 million", "a Series B", "an $80M"."""
    plain = text.lstrip("$€£").lower()
    vowel = (
        plain.startswith(("8", "11 ", "11.", "18 ", "18.", "11m", "18m")) or plain[:1] in "aeio" or plain[:3] == "rna"
    )
    if text[:3] in ("NDA", "MAA"):
        vowel = True
    return "an" if vowel else "a"


def money(amount: int, rng: random.Random, symbol: str = "$") -> tuple[str, str]:
    """An amount in words for a release and short for a headline: ("$75.0 million", "$75M")."""
    if amount >= 1_000_000_000:
        number = f"{amount / 1e9:.2f}".rstrip("0").rstrip(".")
        return f"{symbol}{number} billion", f"{symbol}{number}B"
    number = f"{amount / 1e6:.1f}".removesuffix(".0")
    long = f"{symbol}{amount / 1e6:.1f} million" if rng.random() < 0.2 else f"{symbol}{number} million"
    return long, f"{symbol}{number}M"


def phase_words(phase: str) -> tuple[str, str]:
    """``2`` -> ("Phase 2", "phase 2"); ``1/2`` -> ("Phase 1/2", "phase 1/2")."""
    label = phase if phase not in ("", "0") else "1"
    return f"Phase {label}", f"phase {label}"


ROLES: tuple[tuple[str, str], ...] = (
    ("Chief Executive Officer", "CEO"), ("Chief Medical Officer", "CMO"), ("Chief Financial Officer", "CFO"),
    ("Chief Scientific Officer", "CSO"), ("Chief Operating Officer", "COO"), ("Chief Commercial Officer", "commercial chief"),
    ("Senior Vice President of Clinical Operations", "clinical operations head"), ("Chief Technical Officer", "technical chief"),
)  # fmt: skip
DESIGNATIONS: tuple[tuple[str, str, str], ...] = (
    ("Fast Track", "fast-track", "fast_track"), ("Orphan Drug", "orphan drug", "orphan"),
    ("Breakthrough Therapy", "breakthrough", "breakthrough"), ("Rare Pediatric Disease", "rare pediatric disease", "rare_pediatric"),
    ("Regenerative Medicine Advanced Therapy (RMAT)", "RMAT", "rmat"),
)  # fmt: skip
PLANTS: tuple[str, ...] = (
    "Manufacturing Facility", "Research Center", "Cell Therapy Plant", "Biologics Facility", "Fill-Finish Plant", "Headquarters",
)  # fmt: skip
SEGMENTS: tuple[str, ...] = (
    "Clinical Laboratories",
    "Hospital Pharmacies",
    "Cell Therapy Developers",
    "Cardiology Clinics",
    "Research Labs",
)
_MOD_WORDS = {
    "small_molecule": "small molecule", "antibody": "antibody", "adc": "ADC", "cell_therapy": "cell therapy", "gene_therapy": "gene therapy",
    "rna": "RNA", "peptide": "peptide", "vaccine": "vaccine",
}  # fmt: skip
_SOUNDS = ("ASCEND", "BEACON", "CREST", "DAWN", "ECHO-1", "FALCON", "GALILEO", "HORIZON-2", "IRIS", "JUNCTION", "KITE-3", "LUNA",
           "MOSAIC", "NIMBUS", "ORBIT", "PRISM", "QUARTZ", "REGATTA", "SOLSTICE", "TRIDENT")  # fmt: skip


def _title_case(text: str) -> str:
    small = {"of", "with", "to", "and", "in", "or", "the", "for"}
    return " ".join(w if w in small or not w[:1].islower() else w[:1].upper() + w[1:] for w in text.split(" "))


def company_words(company: Company, rng: random.Random) -> dict[str, str]:
    """Slots every text about a company may use."""
    return {
        "co": company.name, "short": company.short, "legal": company.legal, "city": company.city,
        "tick": f" ({company.exchange}: {company.ticker})" if company.ticker else "", "TICKER": company.ticker,
        "dateline": company.dateline,
    }  # fmt: skip


def program_words(program: Program | None, company: Company, rng: random.Random) -> dict[str, str]:
    """Slots about a program; a company without one still gets words about its field."""
    modality = program.modality if program is not None else rng.choice(lex.MODALITIES)
    disease = program.disease if program is not None else rng.choice(lex.DISEASES)
    asset = program.asset if program is not None else ""
    phase, phl = phase_words(program.phase if program is not None else "2")
    if program is not None and program.device:
        about = rng.choice(("a medical technology company", "a developer of diagnostic and surgical devices"))
    elif company.kind in ("cro_cdmo", "tools"):
        about = rng.choice(("a provider of services to drug developers", "a supplier to the life science industry"))
    else:
        about = rng.choice(
            (
                "a clinical-stage biotechnology company",
                f"a biopharmaceutical company developing medicines for {disease.name}",
                f"a company pioneering {_MOD_WORDS[modality.key]} medicines",
            )
        )
    capital = asset[:1].upper() + asset[1:]
    area = disease.area.replace("_", " ")
    return {
        "asset": asset, "asset_cap": capital, "ind": disease.name, "Ind": _title_case(disease.name),
        "ind_cap": _title_case(disease.name), "area": area, "area_cap": area.capitalize(), "mods": _MOD_WORDS[modality.key],
        "a_mods": f"{article(_MOD_WORDS[modality.key])} {_MOD_WORDS[modality.key]}",
        "mods_cap": _MOD_WORDS[modality.key][:1].upper() + _MOD_WORDS[modality.key][1:], "mod_a": modality.described,
        "phase": phase, "phl": phl, "phl_cap": phl.capitalize(), "about": about,
        "targetname": program.target if program is not None else rng.choice(lex.TARGETS),
        "acronym": _SOUNDS[sum(map(ord, program.program_id)) % len(_SOUNDS)] if program is not None else rng.choice(_SOUNDS),
    }  # fmt: skip


def time_words(at: datetime) -> dict[str, str]:
    """Slots about the day of publication."""
    day = at.date()
    quarter = (day.month - 1) // 3 or 4
    names = ("First", "Second", "Third", "Fourth")
    year = day.year - (1 if quarter == 4 and day.month < 4 else 0)
    return {
        "weekday": _WEEKDAYS[day.weekday()], "day": long_date(day), "month": _MONTHS[(day + timedelta(days=12)).month - 1],
        "dom": str((day + timedelta(days=12)).day), "year": str(day.year), "quarter": f"{names[quarter - 1]} Quarter {year}",
        "quarter_l": f"{names[quarter - 1].lower()} quarter of {year}", "pdufa": long_date(day + timedelta(days=240)),
    }  # fmt: skip
