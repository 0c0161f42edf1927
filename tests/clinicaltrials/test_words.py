"""Dates, text, reasons, areas, modalities and programs, each by itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import _ctgov_study as studies
from connectors._ctgov_areas import AREAS, areas
from connectors._ctgov_dates import instant, slip
from connectors._ctgov_modality import MODALITIES, modality
from connectors._ctgov_places import country
from connectors._ctgov_program import phase_label, program
from connectors._ctgov_reasons import reason_class, same_name
from connectors._ctgov_text import clean
from signalwatch.errors import BadPayload
from signalwatch.model import ProgramRef
from tests.clinicaltrials.conftest import record


def the_program(arms: list[tuple[str, list[str]]] | None = None, **facts: Any) -> ProgramRef:
    study = record(**facts)
    if arms is not None:
        study["protocolSection"]["armsInterventionsModule"]["armGroups"] = [
            {"type": kind, "interventionNames": names} for kind, names in arms
        ]
    read = studies.read(json.dumps(study).encode())
    return program(studies.study(read), studies.mesh(read))


# --- dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-09", datetime(2026, 3, 9, tzinfo=UTC)),
        ("2026-03", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("", None), ("soon", None), ("2026-13", None), ("2026-02-30", None), ("0001-01-01", None), ("2026-03-09T09:00", datetime(2026, 3, 9, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_partial_dates(text: str, expected: datetime | None) -> None:
    assert instant(text) == expected


@settings(deadline=None)
@given(st.dates(min_value=datetime(1990, 1, 1).date()), st.sampled_from([4, 7, 10]), st.sampled_from([4, 7, 10]))
def test_a_date_never_slips_against_itself_at_any_precision(day: Any, a: int, b: int) -> None:
    if day.year < 2200:
        assert slip(day.isoformat()[:a], day.isoformat()[:b]) == 0


@settings(deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
def test_no_text_breaks_the_dates(a: str, b: str) -> None:
    slip(a, b)


# --- text -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (r"HbA1c \>= 7 \[primary\] \* R\&D", "HbA1c >= 7 [primary] * R&D"),
        ("Sponsor&#x27;s &lt;decision&gt; &amp; more", "Sponsor's <decision> & more"),
        ("a\u00a0b\n\tc\x00d ", "a b c d"),
        ("AT&T", "AT&T"),
        (None, ""),
    ],
)
def test_escapes_are_undone(raw: str | None, shown: str) -> None:
    assert clean(raw) == shown


@settings(deadline=None)
@given(st.text(max_size=80))
def test_cleaning_settles_what_the_api_escapes(text: str) -> None:
    plain = text.replace("&", "").replace("\\", "")

    assert "\x00" not in clean(text)
    assert clean(clean(plain)) == clean(plain)


@pytest.mark.parametrize(
    ("old", "new"),
    [("Korea, Republic of", "South Korea"), ("Turkey (Türkiye)", "Turkey"), ("Moldova, Republic of", "Moldova"),
     ("Iran, Islamic Republic of", "Iran"), ("Russian Federation", "Russia"), ("Spain", "Spain"),
     ("Congo, The Democratic Republic of the", "Democratic Republic of the Congo"), ("Tanzania, United Republic of", "Tanzania")],
)  # fmt: skip
def test_countries_have_one_name(old: str, new: str) -> None:
    assert country(old) == new


# --- reasons ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        ("Two patients died; the sponsor stopped dosing for safety", ("safety", "safety")),
        ("Unacceptable hepatotoxicity at the middle dose", ("safety", "safety")),
        ("Interim look crossed the futility boundary", ("efficacy", "efficacy")),
        ("The DSMB (Data and Safety Monitoring Board) advised to stop for futility", ("efficacy", "efficacy")),
        ("Did not meet its primary endpoint", ("efficacy", "efficacy")),
        ("Recruitment was much slower than planned", ("enrolment", "enrolment")),
        ("Too few eligible patients", ("enrolment", "enrolment")),
        ("Grant ran out", ("funding", "funding")),
        ("The company filed for bankruptcy", ("funding", "funding")),
        ("Portfolio prioritisation, not related to any safety or efficacy concern", ("business", "strategic")),
        ("Sponsor decision", ("business", "business")),
        ("Strategic reasons; no new safety signals were seen", ("business", "strategic")),
        (
            "Based on published data of similar drugs the company ends the project to optimise its pipeline",
            ("business", "strategic"),
        ),
        ("Strategic decision after slow enrolment", ("enrolment", "enrolment")),
        ("Strategic decision for lack of efficacy", ("efficacy", "efficacy")),
        ("Decision based on results of the first cohort", ("efficacy", "efficacy")),
        ("The study was on an enrollment hold when the partner ceased development", ("business", "business")),
        ("The sponsor considered that the study objectives have been met", ("other", "achieved")),
        ("Completed", ("other", "achieved")),
        ("Recruitment goals could not be met", ("enrolment", "enrolment")),
        ("It is unlikely that the objectives are reached", ("other", "other")),
        ("Business decision. No patients were enrolled.", ("business", "business")),
        ("No participants enrolled", ("enrolment", "enrolment")),
        ("Study drug no longer available", ("other", "supply")),
        ("COVID-19", ("other", "pandemic")),
        ("PI moved to another hospital", ("other", "investigator")),
        ("FDA asked for more data before dosing", ("other", "regulatory")),
        ("Duplicate entry", ("other", "other")),
        ("", ("", "")),
    ],
)
def test_why_a_study_stopped(why: str, expected: tuple[str, str]) -> None:
    assert reason_class(why) == expected


def test_a_huge_reason_is_read_in_no_time() -> None:
    assert reason_class("not due to " * 100_000 + "safety")[0] in ("other", "safety")


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [("Ono Bio Co. Ltd", "Ono Bio Co., Ltd.", True), ("ARBOR BIO", "Arbor Bio, Inc.", True), ("Merck KGaA", "Merck & Co.", False),
     ("Arbor Bio", "Arbor Biosciences", False), ("日本製薬", "日本製薬", True), ("日本製薬", "大塚製薬", False)],
)  # fmt: skip
def test_sponsor_names_that_mean_the_same(a: str, b: str, same: bool) -> None:
    assert same_name(a, b) is same


# --- areas and modalities ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mesh", "conditions", "expected"),
    [
        (["Lung Neoplasms", "Neoplasms", "Respiratory Tract Diseases"], ["NSCLC"], ("oncology",)),
        (["Leukemia", "Neoplasms", "Hematologic Diseases"], ["AML"], ("oncology", "hematology")),
        (["Parkinson Disease", "Movement Disorders", "Nervous System Diseases"], ["PD"], ("neurology",)),
        (["Dermatitis, Atopic", "Genetic Diseases, Inborn", "Skin Diseases"], ["Eczema"], ("dermatology",)),
        (["Muscular Dystrophies", "Genetic Diseases, Inborn", "Musculoskeletal Diseases"], ["DMD"], ("musculoskeletal", "rare_disease")),
        ([], ["Moderate to Severe Plaque Psoriasis"], ("immunology", "dermatology")),
        ([], ["Advanced Solid Tumors"], ("oncology",)),
        ([], ["Chronic Hepatitis B"], ("infectious_disease",)),
        ([], ["Healthy Volunteers"], ()),
        (["Pulmonary Eosinophilia", "Hematologic Diseases", "Respiratory Tract Diseases"], ["Severe Asthma"], ("respiratory",)),
        (["Bone Marrow Diseases", "Hematologic Diseases", "Nervous System Diseases"], ["Cervical Myelopathy"], ("neurology",)),
        (["Hematologic Diseases"], ["Hypereosinophilic Syndrome"], ("hematology",)),
        (["Anemia", "Hematologic Diseases", "Kidney Diseases"], ["CKD"], ("hematology", "nephrology")),
        (["Osteoarthritis", "Rheumatic Diseases", "Joint Diseases"], ["Knee Osteoarthritis"], ("musculoskeletal",)),
        (["Metabolic Diseases"], ["Carcinoma"], ("oncology",)),
        ([], ["Leukemia"], ("oncology", "hematology")),
        ([], ["Systemic Sclerosis"], ("immunology",)),
    ],
)  # fmt: skip
def test_therapeutic_areas(mesh: list[str], conditions: list[str], expected: tuple[str, ...]) -> None:
    assert areas(mesh, conditions) == expected
    assert set(expected) <= set(AREAS)


@pytest.mark.parametrize(
    ("kind", "name", "details", "expected"),
    [
        ("BIOLOGICAL", "Zavorilimab", "", "antibody"),
        ("DRUG", "Trastuzumab deruxtecan", "", "adc"),
        ("DRUG", "ABC-DXd", "", "adc"),
        ("DRUG", "anti-CD19 CAR-T cells", "", "cell_therapy"),
        ("BIOLOGICAL", "zavocabtagene autoleucel", "", "cell_therapy"),
        ("GENETIC", "AAV9-hMCK", "", "gene_therapy"),
        ("DRUG", "zavosiran", "", "rna"),
        ("DRUG", "zavotinib 20 mg tablets", "", "small_molecule"),
        ("DRUG", "XY-101", "an oral inhibitor of TYK2", "small_molecule"),
        ("DRUG", "XY-101", "a bispecific antibody", "bispecific"),
        ("DRUG", "rilvozostomig", "", "bispecific"),
        ("DRUG", "177Lu-XY", "", "radioligand"),
        ("DRUG", "zavoglutide", "", "peptide"),
        ("DRUG", "PD-1 inhibitor", "", "antibody"),
        ("BIOLOGICAL", "LRX4 STAR-T cells injection", "", "cell_therapy"),
        ("BIOLOGICAL", "CAR gene modified gdT cell", "", "cell_therapy"),
        ("DRUG", "zavodenib", "", "small_molecule"),
        ("DRUG", "gabapentin", "", "small_molecule"),
        ("DRUG", "walnut OIT", "", "allergen_immunotherapy"),
        ("DRUG", "XY-101", "a proof of concept study", ""),
        ("DRUG", "zavorcept", "", "protein"),
        ("DRUG", "XY-101", "for participants with B-cell leukaemia", ""),
        ("BIOLOGICAL", "RSV vaccine", "", "vaccine"),
        ("BIOLOGICAL", "XY-101", "", "biologic"),
        ("DRUG", "XY-101", "", ""),
        ("DEVICE", "SpineFix cage", "", "device"),
        ("DEVICE", "SleepWell", "a smartphone app", "digital"),
        ("NEW_TYPE", "x", "", ""),
    ],
)
def test_modalities(kind: str, name: str, details: str, expected: str) -> None:
    assert modality(kind, name, details) == expected
    assert expected in ("", *MODALITIES)


@pytest.mark.parametrize(
    ("title", "interventions", "modalities"),
    [
        (
            "A Study of XY-101 (Anti-TIGIT/PVRIG) in Patients With Solid Tumours",
            [("DRUG", "XY-101 injection")],
            ("antibody",),
        ),
        ("XY-101 Allogeneic CAR-T for Recurrent Glioma", [("BIOLOGICAL", "XY-101")], ("cell_therapy",)),
        ("XY-101 in Patients After Anti-PD-1 Antibody Treatment", [("DRUG", "XY-101")], ()),  # somebody else's medicine
        ("Effect of XY-101 on Allergen-Induced Asthma", [("BIOLOGICAL", "XY-101")], ("biologic",)),
        ("XY-101 and ZV-202, a Bispecific Antibody", [("DRUG", "XY-101"), ("DRUG", "ZV-202")], ()),  # whose is it?
    ],
)
def test_a_title_tells_the_modality_of_its_only_product(
    title: str, interventions: list[tuple[str, str]], modalities: tuple[str, ...]
) -> None:
    assert the_program(title=title, interventions=interventions).modalities == modalities


# --- programs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phases", "label"),
    [(["PHASE1"], "1"), (["PHASE1", "PHASE2"], "1/2"), (["PHASE3", "PHASE2"], "2/3"), (["EARLY_PHASE1"], "1"), (["NA"], ""),
     ([], ""), (["PHASE4"], "4"), (["PHASE9"], "")],
)  # fmt: skip
def test_phase_labels(phases: list[str], label: str) -> None:
    assert phase_label(phases) == label


@pytest.mark.parametrize(
    ("interventions", "assets"),
    [
        ([("DRUG", "ZV-101 20 mg"), ("DRUG", "ZV-101 40 mg"), ("DRUG", "Placebo")], ("ZV-101",)),
        ([("DRUG", "Zavotinib (ZV-101) capsules"), ("OTHER", "Standard of care")], ("Zavotinib", "ZV-101")),
        ([("DRUG", "Zavotinib + pembrolizumab"), ("DRUG", "Carboplatin")], ("Zavotinib",)),
        ([("DRUG", "ZV-101 qd. po"), ("DRUG", "ZV-101 dose 2 (Single)")], ("ZV-101",)),
        ([("DRUG", "ZV-101 (Lot # 16-20)"), ("DRUG", "Anti LAG-3")], ("ZV-101",)),
        ([("DRUG", "Part 1: ZV-101"), ("DRUG", "Part 2 (Psoriasis): ZV-101")], ("ZV-101",)),
        ([("BIOLOGICAL", "Zavorilimab"), ("DEVICE", "Autoinjector"), ("PROCEDURE", "Biopsy")], ("Zavorilimab",)),
        ([("DEVICE", "SpineFix cage"), ("PROCEDURE", "Fusion")], ("SpineFix cage",)),
        ([("DRUG", "Pembrolizumab")], ("Pembrolizumab",)),
        ([("DRUG", "Vehicle cream"), ("DRUG", "ZV-7 cream, once daily")], ("ZV-7",)),
        ([("BEHAVIORAL", "Exercise"), ("OTHER", "Questionnaire")], ()),
    ],
)
def test_assets_are_the_products_under_study(interventions: list[tuple[str, str]], assets: tuple[str, ...]) -> None:
    assert the_program(interventions=interventions).assets == assets


def test_arms_tell_the_tested_product_from_its_comparator() -> None:
    found = the_program(
        interventions=[("DRUG", "Zavotinib"), ("DRUG", "Oldostat"), ("DRUG", "Basecillin")],
        arms=[
            ("EXPERIMENTAL", ["Drug: Zavotinib", "Drug: Basecillin"]),
            ("ACTIVE_COMPARATOR", ["Drug: Oldostat", "Drug: Basecillin"]),
        ],
    )

    assert found.assets == ("Zavotinib",)
    assert found.modalities == ("small_molecule",)


def test_a_program_names_what_it_is_about() -> None:
    found = the_program(mesh=["Psoriasis", "Skin Diseases"], conditions=["Plaque Psoriasis", "plaque  psoriasis"])

    assert found == ProgramRef(
        nct_ids=("NCT90000001",), assets=("Zavorilimab",), indications=("Plaque Psoriasis",), phase="2",
        areas=("immunology", "dermatology"), modalities=("antibody",),
    )  # fmt: skip


# --- records ----------------------------------------------------------------------------------------------------------


def test_a_stored_record_says_the_same_as_the_original() -> None:
    raw = json.dumps(record(title="R\\&D")).encode()
    read = studies.read(raw)
    again = studies.read(studies.reduced(read))

    assert studies.version(studies.study(again)) == studies.version(studies.study(read))
    assert studies.study(again) == studies.study(read)


@pytest.mark.parametrize(
    "raw", [b"", b"null", b"[]", b"{}", b'"x"', b"\xff\xfe", b'{"protocolSection": {"identificationModule": {"nctId": "X1"}}}', b"{" * 5000]
)  # fmt: skip
def test_what_is_no_study_is_refused(raw: bytes) -> None:
    with pytest.raises(BadPayload):
        studies.document(raw)
    with pytest.raises(BadPayload):
        studies.nct_id(raw)


def test_sizes_are_bounded() -> None:
    huge = studies.document(json.dumps(record(title="x" * 1_000_000, lead=("y" * 100_000, "INDUSTRY"))).encode())
    assert len(huge.title) <= 600
    with pytest.raises(BadPayload, match="limit"):
        studies.read(b'{"a": "' + b"x" * 8_000_001 + b'"}')


@pytest.mark.parametrize(
    ("mesh", "conditions", "expected"),
    [
        # the registry's own mapping reads "secondary" as a metastasis, and MeSH files cysts under neoplasms
        (["Multiple Sclerosis", "Nervous System Diseases", "Neoplasm Metastasis", "Neoplasms"], ["Secondary Progressive MS"], ("neurology",)),
        (["Endometriosis", "Genital Diseases, Female", "Cysts", "Neoplasms", "Neoplasms by Histologic Type"], ["Endometriosis"], ("womens_health",)),
        (["Meningioma", "Neoplasms", "Neoplasms by Site", "Nervous System Diseases"], ["Meningioma"], ("oncology",)),
    ],
)  # fmt: skip
def test_what_only_looks_like_cancer_is_none(mesh: list[str], conditions: list[str], expected: tuple[str, ...]) -> None:
    assert areas(mesh, conditions) == expected


@pytest.mark.parametrize(
    ("name", "assets"),
    [
        ("An Anti-PD-1 Antibody", ()),
        ("10 mg ZV-101 or placebo", ("ZV-101",)),
        ("ZV-101 injection for treatment of advanced malignant solid tumours of the chest wall", ("ZV-101",)),
        ("ZV-101 plus bevacizumab with or without chemotherapy", ("ZV-101",)),
        ("Anti-IgE therapy (Zavorix)", ("Zavorix",)),
        ("Placebo (lactose)", ()),
        ("ZV-101Placebo", ()),
        ("Sodium Chloride", ()),
        ("Blood draw", ()),
        ("Zavotinib®, once daily", ("Zavotinib",)),
    ],
)
def test_product_names_are_freed_of_everything_else(name: str, assets: tuple[str, ...]) -> None:
    assert the_program(interventions=[("DRUG", name)]).assets == assets
