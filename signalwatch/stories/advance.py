"""Phase advances: a new study of an asset in a later phase than any before for its indication. Pure.

A program is an asset and an indication, but first studies are done in healthy volunteers, in "advanced solid tumors" or in
"allergy". For the question what phase came before, such a basket, a wider and a narrower name are compatible with the
indication; two specific indications are not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from signalwatch import diseases
from signalwatch.model import Change, Event, Program, ProgramRef
from signalwatch.stories.programs import PHASE_RANK, asset_key, indications_of, own_names

MARKETED = PHASE_RANK["3"]
"""From this phase on in another indication, a study in healthy volunteers says nothing about what comes next."""
_WORDS = re.compile(r"[a-z]+")
_GENERIC = frozenset(
    """
    a adenocarcinoma advanced adult adults all and any cancer cancers carcinoma carcinomas chronic condition
    conditions disease diseases disorder disorders group human humans immediate in locally malignancies malignancy
    malignant mediated metastatic moderate neoplasm neoplasms of or oncology other patients progressive rare
    recurrent refractory relapsed related selected severe solid subjects syndrome syndromes system tumor tumors
    tumour tumours type types unresectable various with
    """.split()
)
_CANCER_WORD = re.compile(
    r"cancer|tumou?r|neoplasm|malignan|carcinoma|sarcoma|melanoma|leuk|lymphom|myelom|gliom|blastoma|oncolog"
)
_ANY_TUMOR = re.compile(r"\b(?:any|all|other|rare|solid) tumou?rs?\b", re.IGNORECASE)
_GROUPS: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "blood hematologic hematological haematological hematopoietic lymphoid myeloid leukemia leukemias lymphoma lymphomas": (
        "hematology", re.compile(r"leuk|lymphom|myelo|h[a]?emat|an[a]?emia|thromb")),
    "allergy allergies allergic hypersensitivity atopic atopy ige": (
        "allergy", re.compile(r"allerg|asthma|rhinit|urticaria|atopic|anaphyl|eosinophil|hay fever|polyp")),
    "autoimmune immune inflammatory inflammation immunology": (
        "immunology", re.compile(r"arthrit|lupus|colitis|crohn|psoria|nephritis|myasthenia|sclerosis|sjogren|pemphig|uveitis")),
    "lung respiratory pulmonary airway airways": ("respiratory", re.compile(r"asthma|pulmon|bronch|lung disease|cough")),
    "liver hepatic": ("hepatology", re.compile(r"hepat|cirrho|cholangi|liver")),
    "kidney renal": ("nephrology", re.compile(r"kidney|nephr|renal|glomerul")),
    "skin dermatologic dermatological": ("dermatology", re.compile(r"dermat|psoria|acne|urticaria|vitiligo|alopecia|pemphig")),
    "eye ocular retinal retina": ("ophthalmology", re.compile(r"retin|macul|ophthal|glaucoma|uveitis|myopia|stargardt")),
    "heart cardiovascular cardiac": ("cardiovascular", re.compile(r"cardi|heart|hypertens|athero|coronary|stroke")),
    "neurologic neurological neurodegenerative brain cns": (
        "neurology", re.compile(r"alzheimer|parkinson|epilep|sclerosis|neuro|ataxia|seizure")),
    "psychiatric mental mood": ("psychiatry", re.compile(r"depress|schizo|bipolar|anxiety|stress")),
    "metabolic": ("metabolic", re.compile(r"diabet|obes|lipid|steato|cholester")),
    "infectious infection infections viral bacterial": (
        "infectious_disease", re.compile(r"virus|hiv|hepatitis [bcd]|influenza|infection|malaria|tubercul|covid")),
    "genetic inherited": ("rare_disease", re.compile(r"inherited|hereditary|genetic")),
}  # fmt: skip
"""Words that alone name a group of diseases: the area of its members, and how members are called that are not listed."""


def basket(indication: str) -> bool:
    """Whether an indication names a group ("advanced solid tumors", "allergy", three cancers at once) and no disease."""
    listed = indication.count(",") >= 3 or _ANY_TUMOR.search(indication) is not None
    if listed or len(diseases.find(indication)) >= 3:
        return True
    words = set(_WORDS.findall(indication.casefold()))
    rest = words - _GENERIC
    if not rest:
        return bool(words)
    return any(rest <= set(names.split()) for names in _GROUPS)


def _member(indication: str, group: str) -> bool:
    """Whether a disease belongs to what a basket names."""
    text, areas = indication.casefold(), diseases.areas_of([indication])
    named = diseases.find(group)
    if len(named) >= 3:
        return any(diseases.compatible(indication, n) for n in named) or bool(
            any(_CANCER_WORD.search(n) for n in named) and _CANCER_WORD.search(text) and "solid" in group.casefold()
        )
    words = set(_WORDS.findall(group.casefold()))
    cancers = "oncology" in areas or _CANCER_WORD.search(text) is not None
    for names, (area, members) in _GROUPS.items():
        if words - _GENERIC and words - _GENERIC <= set(names.split()):
            tumours = _CANCER_WORD.search(group.casefold()) is not None
            return (area in areas or members.search(text) is not None) and (cancers or not tumours)
    return cancers and _CANCER_WORD.search(group.casefold()) is not None


def one_line(a: str, b: str) -> bool:
    """Whether a study in one indication may follow a study in the other: related, wider or narrower, or basket and member."""
    if not a or not b or diseases.compatible(a, b):
        return True
    return (basket(a) and _member(b, a)) or (basket(b) and _member(a, b))


def _before(ref: ProgramRef, title: str, program: Program, existing: Sequence[Program]) -> str:
    """The latest phase this asset had reached for this indication; "" when none is known."""
    known = next((p for p in existing if p.program_id == program.program_id), None)
    if known is not None and known.phase:
        return known.phase
    names = {asset_key(n) for n in (*own_names(ref, title), *program.names)}
    told = indications_of(ref)
    same_asset = [p for p in existing if p.phase and names & {asset_key(n) for n in (p.asset, *p.names)}]
    far = any(PHASE_RANK.get(p.phase, 0) >= MARKETED for p in same_asset)
    phases = [
        p.phase
        for p in same_asset
        if (not far if not (p.indication and told) else any(one_line(t, p.indication) for t in told))
    ]
    return max(phases, key=lambda p: PHASE_RANK.get(p, 0), default="")


def phase_advance(event: Event, program: Program | None, existing: Sequence[Program]) -> Event:
    """The event as the account's program sees it: a new study in a later phase than any before is a phase advance.

    Only studies that are registered or started count, and only for an asset that was known in an earlier phase for this
    indication, for a basket it belongs to, or in healthy volunteers.
    """
    ref = event.program
    if program is None or ref is None or event.correction or event.type not in ("trial_registered", "trial_start"):
        return event
    phase = ref.phase
    before = _before(ref, event.title, program, existing)
    if not before or PHASE_RANK.get(phase, 0) <= PHASE_RANK.get(before, 0):
        return event
    if any(set(ref.nct_ids) & set(p.nct_ids) for p in existing):
        return event  # the same study moved on: its own record says so
    change = Change(field="phase", before=before, after=phase)
    attributes = {**event.attributes, "phase": phase, "from": before, "to": phase}
    return replace(event, type="trial_phase_advance", attributes=attributes, changes=(*event.changes, change))
