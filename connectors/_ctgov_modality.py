"""Modality of an intervention: from its type, the stem of its name (WHO INN stems) and words of its description."""

from __future__ import annotations

import functools
import re

import re2

from connectors._ctgov_text import any_of


def _stems(words: str) -> str:
    """Word endings as one alternative: at least three letters before the stem."""
    return r"\b\w{2,30}(?:" + "|".join(words.split()) + r")\b"


# In this order: what is more specific wins ("anti-CD19 CAR-T" is a cell therapy, "X deruxtecan" more than an antibody).
_WORDS: dict[str, re.Pattern[str]] = {
    "adc": any_of(
        r"""
            antibody[-_]drug_conjugate \bADCs?\b \w-DXd\b
            \w(?:mab|mig|tug|bart|fusp)_(?:\w+_)?\w*(?:dotin|tecan|tansine|rine|micin)\b
        """
    ),
    "cell_therapy": any_of(
        r"""
            \w{4,30}cel(?:-\w)?\b \bCAR[-_]?(?:T|NK|M)\b chimeric_antigen_receptor stem_cells? \bMSCs?\b \bTILs?\b
            tumou?r[-_]infiltrating \bNK_cells? natural_killer dendritic_cell cell_(?:therapy|infusion|transplant)
            \biPSC T[-_]cell_(?:therapy|infusion|product) autologous_T allogeneic_T \bCAR_(?:gene|construct)
            (?:STAR-T|gd_?T|γδ_?T|\bTCR[-_]?T|U?CAR-T|CAR\S{0,12}_T|killer)[-_]cells?\b
            plasmablast cell_suspension \d_?cells(?:/kg|_on_day)
        """
    ),
    "gene_therapy": any_of(
        r"""
            \w(?:gene|vec)_\w+vec\b \bAAV\w*\b adeno-associated lentivir gene_(?:therapy|transfer|editing) CRISPR
            base_edit \w{4}vec\b
        """
    ),
    "rna": any_of(
        r"""
            \w(?:siran|nersen|mersen)\b \bsiRNA \bmRNA antisense oligonucleotide \bRNAi\b RNA_interference aptamer
            \bASO\b
        """
    ),
    "vaccine": any_of(r"""vaccin \w{3}vax\b toxoid \bimmuni[sz]ation\b"""),
    "bispecific": any_of(r"""bi-?specific tri-?specific T[-_]cell_engag \bBiTE\b \b\w{4,30}mig\b"""),
    "radioligand": any_of(
        r"""
            \b(?:177|225|131|90|212|68|18|89|99m|111)[-_]?(?:Lu|Ac|I|Y|Pb|Ga|F|Zr|Tc|In)\b radioligand radiopharmac
            \b(?:Lu|Ac|Y|Pb)-?(?:177|225|90|212)\b lutetium actinium vipivotide dotatate radiolabel
        """
    ),
    "antibody": any_of(
        r"""
            \b\w{3,30}(?:mab|tug|bart)\b monoclonal \banti-?(?:PD|CD|IL|TNF|IgE|VEGF|HER|EGFR|TIGIT|CTLA|LAG)
            \bantibod(?:y|ies)\b \bmAbs?\b nanobody
            \b(?:PD-?L?1|CTLA-?4|TIGIT|LAG-?3|immune_checkpoint)(?:/PD-?L1)?_(?:inhibitors?|blocka|blockers?)
        """
    ),
    "peptide": any_of(
        r"""\bpeptide \bGLP-?1 \binsulin amylin """
        + _stems("tide relin relix pressin")
    ),
    "protein": any_of(
        r"""
            fusion_protein enzyme_replacement recombinant interferon interleukin ase_(?:alfa|beta)\b immunoglobulin
            botulinum plasma[-_]derived growth_hormone erythropoietin factor_(?:VIII|IX|VII)\b
        """
        + _stems("rcept acept kinra leukin grastim")
    ),
    "microbiome": any_of(r"""probiotic fa?ecal_microbiota microbiome lactobacill bifidobact live_biotherapeutic"""),
    "allergen_immunotherapy": any_of(
        r"""
            allergen (?:oral|sublingual|subcutaneous|epicutaneous|venom|pollen|nut)_immunotherapy \bSLIT\b \bSCIT\b \bOIT\b
            pollen_extract
        """
    ),
    "small_molecule": any_of(
        r"""\btablets?\b \bcapsules?\b oral_solution small[-_]molecule \binhibitor\b agonist\b \bantagonist\b """
        + _stems(
            """tinib ciclib rafenib lisib parib statin prazole sartan pril olol azole mycin cillin floxacin
            gliptin gliflozin grel xaban gatran gepant pant setron triptan vir afil oxetine azepine zepam lukast degib clax
            sertib rasib orexant platin taxel rubicin citabine trexate dopa giline capone fenacin formin glitazone fibrate
            caine profen coxib dronate bactam penem sone solone sonide terol phylline nidazole quine zomib domide imod azine
            glipron strant lutamide vaptan prazan cetrapib zolid gabalin bapentin denib apine troban kalim bopag fenac oxicam
            stine rizine citidine ciguat duvir tegravir cavir"""
        )
    ),
}  # fmt: skip
_BY_TYPE = {
    "DEVICE": "device",
    "PROCEDURE": "procedure",
    "BEHAVIORAL": "behavioral",
    "DIAGNOSTIC_TEST": "diagnostic",
    "DIETARY_SUPPLEMENT": "supplement",
    "RADIATION": "radiation",
    "GENETIC": "gene_therapy",
    "BIOLOGICAL": "biologic",
}
MODALITIES = (*_WORDS, *dict.fromkeys(_BY_TYPE.values()), "digital")
"""Every modality this connector may name."""
_MEDICINES = frozenset({"DRUG", "BIOLOGICAL", "COMBINATION_PRODUCT", "GENETIC", ""})
_DIGITAL = any_of(
    r"""
        \bapps?\b smartphone mobile_(?:phone|health|app) digital software web-based telehealth telemedicine
        virtual_reality algorithm artificial_intelligence
    """
)


_CASELESS = re2.Options()
_CASELESS.case_sensitive = False
_CASELESS.log_errors = False
_ANY_WORD = re2.compile("|".join(f"(?:{p.pattern.removeprefix('(?i)')})" for p in _WORDS.values()), _CASELESS)
"""All words at once, in one linear pass: most texts hold none of them (2.6 us against 420 us, one by one)."""


@functools.lru_cache(maxsize=8192)
def modality(kind: str, name: str, details: str = "", context: str = "") -> str:
    """The modality of one intervention; "" when type and text do not tell: unknown stays unknown.

    Args:
        kind: the registry's intervention type.
        name: name and other names; it decides before ``details``, which often mention comparator or route as well.
        details: the description.
        context: what else speaks of this product alone, such as the study's title; it decides last.
    """
    texts = (name[:300], details[:500], context[:300])
    if kind in _MEDICINES:
        for text in texts:
            if not text or _ANY_WORD.search(text) is None:
                continue
            for found, pattern in _WORDS.items():
                if pattern.search(text):
                    return found
    elif kind in ("DEVICE", "BEHAVIORAL", "OTHER") and any(_DIGITAL.search(text) for text in texts):
        return "digital"
    return _BY_TYPE.get(kind, "")
