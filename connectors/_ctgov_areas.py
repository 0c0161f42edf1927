"""Therapeutic areas: a table of facts and the function that reads it.

Areas come from the MeSH headings that the registry derives for each study (terms and their ancestors, up to the top of
the MeSH tree); where it derived none, from words of the conditions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from connectors._ctgov_text import any_of

_MESH: dict[str, str] = {
    "oncology": "Neoplasms",
    "hematology": (
        "Hematologic Diseases; Hemic and Lymphatic Diseases; Blood Coagulation Disorders; Anemia; Hemorrhagic "
        "Disorders; Leukemia; Lymphoma; Multiple Myeloma; Neoplasms, Plasma Cell; Hematologic Neoplasms; "
        "Myelodysplastic Syndromes; Bone Marrow Diseases; Thrombophilia; Hemoglobinopathies"
    ),
    "neurology": "Nervous System Diseases",
    "psychiatry": "Mental Disorders; Substance-Related Disorders; Mood Disorders",
    "immunology": (
        "Autoimmune Diseases; Immunologic Deficiency Syndromes; Connective Tissue Diseases; Psoriasis; "
        "Vasculitis; Inflammatory Bowel Diseases; Graft vs Host Disease; Arthritis, Rheumatoid; Rheumatic "
        "Diseases; Spondylarthropathies; Eosinophilic Esophagitis; Hidradenitis Suppurativa"
    ),
    "allergy": "Hypersensitivity; Anaphylaxis; Rhinitis, Allergic",
    "dermatology": "Skin Diseases",
    "cardiovascular": "Cardiovascular Diseases; Heart Diseases; Vascular Diseases",
    "metabolic": (
        "Metabolic Diseases; Nutritional and Metabolic Diseases; Glucose Metabolism Disorders; Diabetes Mellitus; "
        "Overnutrition; Obesity; Nutrition Disorders; Dyslipidemias; Lipid Metabolism Disorders; Fatty Liver; "
        "Non-alcoholic Fatty Liver Disease"
    ),
    "endocrinology": "Endocrine System Diseases",
    "gastroenterology": "Digestive System Diseases; Gastrointestinal Diseases",
    "hepatology": "Liver Diseases",
    "respiratory": "Respiratory Tract Diseases; Lung Diseases",
    "infectious_disease": (
        "Infections; Virus Diseases; Bacterial Infections; Bacterial Infections and Mycoses; Parasitic Diseases; "
        "Communicable Diseases; Mycoses"
    ),
    "ophthalmology": "Eye Diseases",
    "ent": "Otorhinolaryngologic Diseases; Hearing Disorders",
    "dental": "Tooth Diseases; Periodontal Diseases",
    "nephrology": "Kidney Diseases; Renal Insufficiency",
    "urology": (
        "Urologic Diseases; Genital Diseases, Male; Prostatic Diseases; Urination Disorders; Lower Urinary Tract "
        "Symptoms"
    ),
    "womens_health": "Genital Diseases, Female; Pregnancy Complications; Menopause; Infertility, Female",
    "musculoskeletal": "Musculoskeletal Diseases; Bone Diseases; Joint Diseases; Muscular Diseases",
    "rare_disease": (
        "Genetic Diseases, Inborn; Lysosomal Storage Diseases; Rare Diseases; Metabolism, Inborn Errors; Muscular "
        "Dystrophies"
    ),
    "pain": "Pain; Headache Disorders",
    "trauma": "Wounds and Injuries",
}
_AREA_OF = {term.strip().casefold(): area for area, terms in _MESH.items() for term in terms.split(";")}
AREAS = tuple(_MESH)
"""Every area this connector may name, in the order in which a study's main area is chosen."""

# Common diseases that MeSH files under inborn genetic diseases although nobody would call them rare.
_NOT_RARE = frozenset({"dermatitis, atopic", "asthma", "hyperlipidemia, familial combined", "eczema", "psoriasis"})


_WORDS: dict[str, re.Pattern[str]] = {
    area: any_of(words)
    for area, words in {
        "oncology": r"""
            cancer carcinom tumou?r neoplas oncolog sarcom melanom lymphom leuka?emi myelom gliom blastom metasta
            malignan \bNSCLC\b \bSCLC\b \bAML\b \bDLBCL\b \bGIST\b mesotheliom myelodysplas
        """,
        "hematology": r"""
            ha?emophil sickle thalass ana?emia thrombocyt neutropen leuka?emi lymphom myelom von_willebrand
            myelofibros polycyth coagul ha?emoglobin
        """,
        "neurology": r"""
            alzheimer parkinson epilep seizure multiple_sclerosis \bALS\b amyotrophic huntington neuropath migraine
            stroke dementia myasthenia dystroph ataxia headache brain spinal_cord neurolog neurodegen dravet
            cerebral restless_legs
        """,
        "psychiatry": r"""
            depress schizophren bipolar anxiety \bPTSD\b traumatic_stress autis \bADHD\b psychos opioid_use
            substance alcohol_use smoking insomnia suicid obsessive
        """,
        "immunology": r"""
            lupus rheumatoid psoria crohn ulcerative_colitis autoimmun sj(?:o|ö)gren scleroderma ankylosing spondyl
            systemic_scleros graft transplant vasculitis hidradenitis inflammatory_bowel immunodeficien
        """,
        "allergy": r"""allerg anaphyla hypersensitiv pollen hay_fever""",
        "dermatology": r"""
            dermat eczema psoria acne rosacea alopecia vitiligo urticaria prurit \bskin\b hidradenitis epidermolysis
            wrinkle glabellar
        """,
        "cardiovascular": r"""
            heart cardi coronary hypertens atrial atheroscl myocard aort arter(?:y|ial) thrombosis thromboembol
            vascular angina
        """,
        "metabolic": r"""
            diabet obes overweight \bNASH\b \bMASH\b steatohepat fatty_liver cholesterol lipid metabolic glyca?emi
            insulin \bgout\b
        """,
        "endocrinology": r"""
            thyroid growth_hormone acromegal cushing adrenal hypogonad osteopor endocrin pituitar
        """,
        "gastroenterology": r"""crohn colitis bowel gastr reflux coe?liac constipat pancreatit o?esophag diarrh""",
        "hepatology": r"""hepat(?!itis_[abc]\b) \bliver cirrhos cholangit""",
        "respiratory": r"""asthma \bCOPD\b pulmonary respirat cystic_fibrosis bronch lung cough pneumon""",
        "infectious_disease": r"""
            infect \bHIV\b hepatitis_[abc]\b covid sars-cov influenza \bflu\b malaria tubercul \bRSV\b bacter viral
            virus sepsis fung candid pneumonia meningit herpes zoster dengue clostrid
        """,
        "ophthalmology": r"""
            macular retin glaucoma dry_eye ocular uveitis ophthalm \beyes?\b myopia cataract cornea presbyop
            blepharit conjunctiv
        """,
        "ent": r"""hearing sinusit tinnitus otitis nasal_polyp rhinit tonsil""",
        "dental": r"""dental tooth teeth periodont gingiv caries""",
        "nephrology": r"""kidney \brenal nephr glomerul dialysis""",
        "urology": r"""urinary bladder prostat overactive incontinen erectile urolog""",
        "womens_health": r"""
            endometrio pregnan fibroid preeclampsia contracept fertil menstru menopaus vaginal polycystic_ovar
        """,
        "musculoskeletal": r"""
            arthrit arthros fractur \bdis[ck]\b back_pain tendon muscle \bbone osteopor spine spinal ligament
            sarcopen cartilage
        """,
        "rare_disease": r"""
            duchenne fabry gaucher pompe cystic_fibrosis huntington spinal_muscular \brett\b angelman phenylketon
            rare_disease mucopolysacch ha?emophil friedreich epidermolysis hereditary_angio dravet lysosomal niemann
            wilson_disease
        """,
        "pain": r"""\bpain analges migraine neuralgia fibromyalg""",
        "trauma": r"""\btrauma\b wound \bburns?\b injur""",
    }.items()
}
_BLOOD_CANCER = any_of(r"leuka?emi lymphom myelom myelodysplas hematologic plasma_cell")


# MeSH files cysts and paraneoplastic syndromes under neoplasms, and the registry's own mapping reads "secondary" as a
# metastasis; without a word of cancer in the study's own text these are none.
_FALSE_CANCER = frozenset({"cysts", "paraneoplastic syndromes"})
_GENERIC = frozenset(
    {
        "hematologic diseases",
        "hemic and lymphatic diseases",
        "bone marrow diseases",
        "connective tissue diseases",
        "rheumatic diseases",
    }
)
"""Headings so high in the tree that much else hangs below them (eosinophilic asthma, a myelopathy, arthrosis): they name an
area only where the study's own words do, or where nothing else is known."""

_SURE_CANCER = frozenset({"neoplasms by site", "neoplasms by histologic type"})


def _is_cancer(terms: set[str], text: str) -> bool:
    return bool(_WORDS["oncology"].search(text[:4000]) or (terms & _SURE_CANCER and not terms & _FALSE_CANCER))


def areas(
    mesh: Iterable[str], conditions: Sequence[str], keywords: Sequence[str] = (), title: str = ""
) -> tuple[str, ...]:
    """Therapeutic areas of a study, in the order of ``AREAS``; () when nothing tells.

    A cancer is oncology (and hematology if of the blood), not also the organ it grows in.
    """
    terms = {term.casefold() for term in mesh}
    found = {_AREA_OF[term] for term in terms if term in _AREA_OF}
    own = " | ".join((*conditions, *keywords, title))[:4000]
    if len(found) > 1:
        told = {_AREA_OF[term] for term in terms - _GENERIC if term in _AREA_OF}
        found = {area for area in found if area in told or _WORDS[area].search(own)}
    if terms & _NOT_RARE:
        found.discard("rare_disease")
    if "oncology" in found and not _is_cancer(terms, own):
        found.discard("oncology")
    for texts in (conditions, (*keywords, title)):
        if found:
            break
        text = " | ".join(texts)[:4000]
        found = {area for area, pattern in _WORDS.items() if pattern.search(text)}
    if conditions and all(_WORDS["oncology"].search(condition) for condition in conditions):
        found.add("oncology")  # where the registry mapped a cancer to something else
    if "oncology" in found:
        blood = "hematology" in found and bool(_BLOOD_CANCER.search(" | ".join((*terms, *conditions))))
        found = {"oncology", "hematology"} if blood else {"oncology"}
    return tuple(area for area in AREAS if area in found)
