"""Whom and what a study is about: organisations with their roles, and the program (assets, indications, phase ...)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence

from connectors._ctgov_areas import areas
from connectors._ctgov_modality import modality
from connectors._ctgov_study import Intervention, Party, Study
from connectors._ctgov_text import any_of, folded
from signalwatch.sdk import Json, Organisation, ProgramRef, Role

_MEDICINES = ("DRUG", "BIOLOGICAL", "GENETIC", "COMBINATION_PRODUCT")
_OTHER_PRODUCTS = ("DEVICE", "DIAGNOSTIC_TEST", "DIETARY_SUPPLEMENT", "RADIATION")
_ACADEMIC = frozenset({"OTHER", "OTHER_GOV", "NIH", "FED", "NETWORK", "INDIV"})
_PHASES = {"EARLY_PHASE1": "1", "PHASE1": "1", "PHASE2": "2", "PHASE3": "3", "PHASE4": "4"}
_MAX_ASSETS = 12
_MAX_INDICATIONS = 12

_NO_ASSET = any_of(
    r"""
        placebo \bsham\b \bdummy\b \bvehicle\b \bdiluent \bsaline\b \bsodium_chloride\b \bstandard[-_]of[-_]care\b
        \bstandard_(?:care|therapy|treatment)\b \bsoc\b \bsupportive_care\b \busual_care\b \btreatment_as_usual
        \bno_(?:intervention|treatment|drug)\b \bcontrols?\b \bcomparator\b \bphysician
        \binvestigator'?s?_choice \bobservation \bquestionnaire \bsurvey \bbiops \bsampl(?:e|ing)\b
        \bblood_(?:draw|test|collection) \bchemotherap \bradiotherap \bradiation\b \bplatinum[-_]based
        \bdoublet\b \brescue_medication \bbackground_(?:therapy|treatment) \bbest_available \bconventional_
        \broutine_ \bany_treatment \bskin_(?:prick|test) \bcontrast\b \bimaging\b \bprobe_(?:drug|substrate)s?\b
        \bcheckpoint_inhibitors?\b \bpremedication \blymphodeplet
    """
)
# Medicines that usually accompany the one under study; left out as soon as there is another.
_BACKGROUND_NAMES = """
    carboplatin, cisplatin, oxaliplatin, paclitaxel, nab-paclitaxel, albumin-bound paclitaxel, docetaxel,
    pemetrexed, gemcitabine, etoposide, fluorouracil, 5-fu, 5-fluorouracil, capecitabine, leucovorin, folinic
    acid, irinotecan, folfox, mfolfox6, folfiri, folfirinox, doxorubicin, epirubicin, cyclophosphamide,
    fludarabine, bendamustine, vincristine, cytarabine, daunorubicin, melphalan, busulfan, bevacizumab,
    trastuzumab, rituximab, cetuximab, pembrolizumab, keytruda, nivolumab, opdivo, atezolizumab, tecentriq,
    durvalumab, ipilimumab, dexamethasone, prednisone, prednisolone, methylprednisolone, hydrocortisone,
    methotrexate, azacitidine, decitabine, venetoclax, lenalidomide, bortezomib, metformin, aspirin,
    acetaminophen, paracetamol, ibuprofen, midazolam, itraconazole, rifampin, rifampicin, omeprazole,
    caffeine, moxifloxacin, digoxin, ketoconazole, vitamin d, folic acid, vitamin b12, corticosteroids,
    antihistamines, mesna, tacrolimus, cyclosporine, mycophenolate mofetil, xelox, capox, r-chop, letrozole,
    anastrozole, fulvestrant, tamoxifen, goserelin, leuprolide, heparin, warfarin, insulin
"""
_BACKGROUND = frozenset(folded(name) for name in _BACKGROUND_NAMES.split(","))
_MARKS = re.compile(r"[®™©*†]|\((?:R|TM)\)")
_INNER = re.compile(r"\(([^()]{2,40})\)|\[([^\[\]]{2,40})\]")
_STAGE = re.compile(
    r"(?i)^\s*(?:(?:dose|part|arm|cohort|group|phase|stage)\b[^:]{0,40}:\s+"
    r"|(?:experimental|investigational|study drug|test product|biological|drug|device)\s*[:\-]\s+)"
)
_DOSE = re.compile(
    r"(?i)[\s,]+(?:\d[\d.,]*(?:\s*(?:-|to|/|or)\s*\d[\d.,]*)*\s*"
    r"(?:mg|mcg|ug|µg|μg|g|kg|ml|iu|units?|milligrams?|%|x\s?10)(?![a-z]).*"
    r"|dose\s+\w+.*|(?:once|twice|three times)\s+(?:a\s+)?(?:daily|weekly|day|week).*|q\d+w\b.*|\d+\s*(?:st|nd|rd|th)\b.*"
    r"|(?:group|arm|cohort)\b.{0,12}|(?:by|for the|for|in|of)\s+\w+.*)$"
)
_LEADING_DOSE = re.compile(r"(?i)^\s*\d[\d.,]*\s*(?:mg|mcg|µg|μg|g|ml|iu|units?)(?:/\w+)?\s+(?:of\s+)?")
_FORM = any_of(
    r"""
        (?<!\S)(?:oral|intravenous(?:ly)?|iv|subcutaneous(?:ly)?|sc|im|intramuscular|topical|intranasal|inhaled)(?!\S)
        (?<!\S)(?:low|high)[-_]dose(?!\S)
        (?<!\S)(?:single|multiple)_doses?(?!\S)
        (?<!\S)(?:for_)?(?:injections?|infusions?)(?![^\s,.;])
        (?<!\S)(?:monotherapy|treatment|therapy|film[-_]coated|tablets?|capsules?|pills?|solution|suspension)(?![^\s,.;])
        (?<!\S)(?:cream|ointment|gel|powder|granules?|spray|patch|drops?|syrup|formulation|dosing|regimen)(?![^\s,.;])
        (?<!\S)(?:administration|alone|adjuvant|neoadjuvant)(?![^\s,.;])
        (?<!\S)(?:qd|bid|tid|qod|p\.?o|s\.?c|i\.?v|i\.?m|q\.d|b\.i\.d)\.?(?![^\s,.;])
    """
)
_JOIN = re.compile(
    r"(?i)\s+(?:\+|plus|with or without|with|or|combined with|in combination with|followed by|co-administered with|and"
    r"|versus|vs\.?|&)\s+|\s*[;+]\s*|,\s+"
)
_LABEL = re.compile(
    r"(?i)(?:arm|part|cohort|group|dose|phase|level|study)\W*\w{0,4}|\d+\s*\w{1,3}"  # parts of the study
    r"|anti[- ]?[\w-]+|(?:an? )?(?:\w+ ){0,3}(?:anti-\S+ )?(?:\w+ )?(?:antibody|antibodies|inhibitors?|agonists?|antagonists?)"
    r"|(?:lot|batch)\b.*|(?:single|multiple|systemic|patients?|subjects?|participants?|healthy|volunteers?|s\.?c|i\.?v|i\.?m|p\.?o|q\.?d)\.?"
    r"|.*\b(?:bifunctional|formerly known|goal|used)\b.*|(?:an? |the )?(?:specific |investigational |study |active )?"
    r"(?:drug|device|vaccine|immunotherapy|medication|intervention|product|digital therapeutic|biological|surgery)"
)  # descriptions and bare kinds of thing
_LIKE_NAME = re.compile(r"[A-Za-z]")
_ABOUT_OTHERS = re.compile(
    r"(?i)\b(?:in|for|from|versus|vs|with|plus|and|after|following|compared|among|who|previously|to treat|"
    r"allergens?[- ](?:induced|challenge|exposure|provocation)|\w+[- ]induced)\b"
)


def phase_label(phases: Iterable[str]) -> str:
    """The phases of a study as labels write them: ``1``, ``1/2``, ``2/3``, ``4``; "" for none and NA."""
    numbers = sorted({_PHASES[phase] for phase in phases if phase in _PHASES})
    return "/".join(numbers)


def organisations(study: Study) -> tuple[Organisation, ...]:
    """Sponsor and collaborators with the role each plays.

    The lead sponsor is the subject; an industry collaborator of an academic lead is the subject instead, because the
    account signal is there. Other industry collaborators are counterparties, everybody else is "other".
    """
    lead = study.lead
    industry = [party for party in study.collaborators if party.kind == "INDUSTRY"]
    through = lead is not None and lead.kind in _ACADEMIC and bool(industry)
    found: list[Organisation] = []
    if lead is not None:
        found.append(_named(lead, "other" if through else "subject"))
    for party in study.collaborators:
        role: Role = "other"
        if party.kind == "INDUSTRY":
            role = "subject" if through else "counterparty"
        found.append(_named(party, role))
    return tuple(found)


def _named(party: Party, role: Role) -> Organisation:
    return Organisation(name=party.name, role=role, kind=party.kind)


def program(study: Study, meta: Mapping[str, Json]) -> ProgramRef:
    """What the study says about the asset it is about. ``meta`` holds the MeSH headings."""
    chosen = products(study)
    terms = [str(term) for key in ("mesh_conditions", "mesh_ancestors") for term in meta.get(key, ())]
    context = _context(study, chosen)
    kinds = dict.fromkeys(modality(i.kind, " / ".join((i.name, *i.others)), i.description, context) for i in chosen)
    return ProgramRef(
        nct_ids=(study.nct_id, *study.aliases),
        assets=_assets(chosen, study.conditions),
        indications=study.conditions[:_MAX_INDICATIONS],
        phase=phase_label(study.phases),
        areas=areas(terms, study.conditions, study.keywords, study.title),
        modalities=tuple(kind for kind in kinds if kind),
    )


def _context(study: Study, chosen: Sequence[Intervention]) -> str:
    """What the title says of the product, where there is one only: up to the words about patients and comparators."""
    names = {folded(name) for i in chosen for name, nested in _names(i.name) if not nested}
    if len(names) != 1:
        return ""
    return " | ".join(_ABOUT_OTHERS.split(title)[0] for title in (study.title, study.official_title))


def products(study: Study) -> tuple[Intervention, ...]:
    """The interventions under study: products that are given in experimental arms and not in the others as well.

    Without medicines, devices and tests count. Placebo, standard of care and procedures never do.
    """
    real = [i for i in study.interventions if _names(i.name) or (_only_a_form(i.name) and any(map(_names, i.others)))]
    found = [i for i in real if i.kind in _MEDICINES] or [i for i in real if i.kind in _OTHER_PRODUCTS]
    tested, compared = _arm_names(study, experimental=True), _arm_names(study, experimental=False)
    for keep in (
        [i for i in found if folded(i.name) in tested - compared],
        [i for i in found if folded(i.name) in tested],
    ):
        if keep:
            found = keep
            break
    return tuple(i for i in found if folded(i.name) not in _BACKGROUND) or tuple(found)


def _only_a_form(name: str) -> bool:
    """Whether a name says how something is given and not what: its other names tell."""
    return _NO_ASSET.search(name) is None and not _LIKE_NAME.search(_LABEL.sub("", _bare(name)))


def _arm_names(study: Study, *, experimental: bool) -> set[str]:
    return {
        folded(name) for arm in study.arms if (arm.kind == "EXPERIMENTAL") == experimental for name in arm.interventions
    }


def _assets(chosen: Sequence[Intervention], conditions: Sequence[str]) -> tuple[str, ...]:
    """Names of the products: as registered, without dose, form and route, then other names they go by."""
    first: dict[str, str] = {}
    others: dict[str, str] = {}
    for item in chosen:
        for name, inner in _names(item.name):
            (others if inner else first).setdefault(folded(name), name)
        for other in item.others[:4]:
            for name, _ in _names(other):
                others.setdefault(folded(name), name)
    kept = {key: name for key, name in first.items() if key not in _BACKGROUND} or first
    kept |= {key: name for key, name in others.items() if key not in kept and key not in _BACKGROUND}
    ill = {folded(condition) for condition in conditions}
    kept = {key: name for key, name in kept.items() if key not in ill} or kept
    return tuple(kept.values())[:_MAX_ASSETS]


@functools.lru_cache(maxsize=8192)
def _names(text: str) -> tuple[tuple[str, bool], ...]:
    """Product names in an intervention's name, each with whether it stood in brackets behind another."""
    text = _STAGE.sub("", _MARKS.sub("", text))
    inner = [a or b for a, b in _INNER.findall(text)]
    outer = _INNER.sub(" ", text)
    found = tuple((name, False) for piece in _pieces(outer) if _is_name(name := _bare(piece)))
    if not found and _NO_ASSET.search(outer):
        return ()  # what stands in the brackets behind "Placebo" is no product either
    nested = [piece for text in inner for piece in _pieces(text)]
    return found + tuple((name, True) for piece in nested if _is_name(name := _bare(piece)))


def _pieces(text: str) -> list[str]:
    """The parts of a combination; a slash joins two medicines only where one of them is known."""
    found: list[str] = []
    for piece in _JOIN.split(text):
        halves = piece.split("/")
        found += halves if any(folded(half) in _BACKGROUND for half in halves) else [piece]
    return found


def _bare(piece: str) -> str:
    piece = _DOSE.sub("", " " + _LEADING_DOSE.sub("", piece))
    for _ in range(3):
        shorter = _FORM.sub(" ", piece)
        if shorter == piece:
            break
        piece = shorter
    return re.sub(r"\s+", " ", piece).strip(" .,;:-/()[]\"'_")


def _is_name(name: str) -> bool:
    """Whether a piece can be a product's name: short, with letters, no placebo, dose or sentence."""
    if not 3 <= len(name) <= 60 or len(name.split()) > 6 or not _LIKE_NAME.search(name):
        return False
    return not _NO_ASSET.search(name) and not _LABEL.fullmatch(name)
