"""Programs: one per asset and indication, whatever they are called."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from signalwatch import stories
from signalwatch.model import Event, Program, ProgramRef
from signalwatch.stories.programs import asset_key, own_names


def tell(*refs: ProgramRef, titles: Sequence[str] = ()) -> list[Program]:
    """The programs of an account after events about ``refs``."""
    programs: list[Program] = []
    for number, ref in enumerate(refs):
        title = titles[number] if titles else ""
        event = Event(type="trial_start", event_id=str(number), title=title, program=ref)
        program = stories.program_of(event, "a", programs)
        if program is not None:
            programs = [p for p in programs if p.program_id != program.program_id] + [program]
    return programs


def ref(*assets: str, of: str = "", nct: str = "", phase: str = "") -> ProgramRef:
    return ProgramRef(assets=assets, indications=(of,) if of else (), nct_ids=(nct,) if nct else (), phase=phase)


def test_code_generic_name_and_brand_are_one_asset() -> None:
    [program] = tell(
        ref("TEC-301", "tolvulimab", "TOLVEXA", of="asthma"), ref("tolvulimab", of="Asthma"), ref("Tolvexa", of="severe asthma"),
        ref("TEC 301", of="asthma"), titles=["TEC-301 (tolvulimab, TOLVEXA) in Asthma", "", "", ""],
    )  # fmt: skip

    assert (program.asset, program.names) == ("TEC-301", ("TEC-301", "tolvulimab", "TOLVEXA"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("non-small cell lung cancer", "NSCLC"),
        ("advanced NSCLC", "Non-Small Cell Lung Cancer (NSCLC)"),
        ("Carcinoma, Non-Small-Cell Lung", "non-small cell lung cancer"),
        ("rheumatoid arthritis (RA)", "Arthritis, Rheumatoid"),
        ("moderate-to-severe plaque psoriasis", "psoriasis"),
        ("Alzheimer\u2019s disease", "Alzheimer Disease"),
        ("asthma", "severe eosinophilic asthma"),
    ],
)
def test_an_indication_told_differently_is_one_program(first: str, second: str) -> None:
    assert len(tell(ref("TEC-301", of=first), ref("TEC-301", of=second))) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("small cell lung cancer", "non-small cell lung cancer"),
        ("type 1 diabetes", "type 2 diabetes"),
        ("ulcerative colitis", "Crohn\u2019s disease"),
        ("hypoglycemia due to tumor hyperinsulinism", "hypoglycemia due to congenital hyperinsulinism"),
        ("transthyretin amyloid cardiomyopathy", "hereditary transthyretin amyloidosis with polyneuropathy"),
    ],
)
def test_two_indications_are_two_programs(first: str, second: str) -> None:
    assert len(tell(ref("TEC-301", of=first), ref("TEC-301", of=second), ref("TEC-301", of=first))) == 2


def test_a_text_without_indication_opens_no_second_program_and_glues_none() -> None:
    one = tell(ref("TEC-301", of="asthma", phase="1"), ref("TEC-301", phase="2"))
    two = tell(ref("TEC-301", of="asthma"), ref("TEC-301", of="COPD"), ref("TEC-301", phase="3"))

    assert [(p.indication, p.phase) for p in one] == [("asthma", "2")]
    assert [(p.indication, p.phase) for p in two] == [("asthma", ""), ("chronic obstructive pulmonary disease", "")]


def test_an_indication_learned_later_names_the_program() -> None:
    [program] = tell(ref("TEC-301"), ref("TEC-301", of="NSCLC"))

    assert program.indication == "non-small cell lung cancer"


def test_a_biotech_of_four_programs_has_four_histories() -> None:
    """Combined with the same partner, told by study, by code and by name."""
    programs = tell(
        ref("TEC-301", "pembrolizumab", of="NSCLC", nct="NCT01", phase="2"),
        ref("TEC-302", "pembrolizumab", of="NSCLC", nct="NCT02", phase="1"),
        ref("TEC-301", of="melanoma", nct="NCT03", phase="1"),
        ref("solvutinib", of="psoriasis", nct="NCT04"),
        ref("TEC-302", of="non-small cell lung cancer", phase="2"),
        ref("TEC-301", "Keytruda", of="lung cancer, non-small cell", nct="NCT01"),
        ref(nct="NCT04"),
    )

    assert [(p.asset, p.indication, p.nct_ids) for p in sorted(programs, key=lambda p: p.nct_ids)] == [
        ("TEC-301", "non-small cell lung cancer", ("NCT01",)),
        ("TEC-302", "non-small cell lung cancer", ("NCT02",)),
        ("TEC-301", "melanoma", ("NCT03",)),
        ("solvutinib", "psoriasis", ("NCT04",)),
    ]


@pytest.mark.parametrize(
    ("assets", "title", "expected"),
    [
        (("LM-108", "Toripalimab"), "LM-108 in Combination With Toripalimab", ("LM-108",)),
        (("AMG 162 / Denosumab",), "AMG 162 in Bone Loss", ("AMG 162", "Denosumab")),
        (("BNT324", "DB-1311"), "Fast Track for BNT324/DB-1311 in Prostate Cancer", ("BNT324", "DB-1311")),
        (("Domvanalimab", "Zimberelimab", "AB154", "AB122"), "A Study", ("Domvanalimab",)),
        (("BAVENCIO", "INLYTA", "avelumab", "axitinib"), "BAVENCIO\u00ae (avelumab) Plus INLYTA\u00ae (axitinib)", ("BAVENCIO", "avelumab")),
        (("Prolia", "Xgeva", "AVT03", "denosumab"), "AVT03, a Proposed Biosimilar for Prolia and Xgeva", ("AVT03",)),
        (("tezepelumab", "AMG 157"), "Tezepelumab in Adults", ("tezepelumab", "AMG 157")),
        (("pembrolizumab",), "", ("pembrolizumab",)),
    ],
)  # fmt: skip
def test_names_of_one_asset_are_told_from_partners(
    assets: tuple[str, ...], title: str, expected: tuple[str, ...]
) -> None:
    assert own_names(ProgramRef(assets=assets), title) == expected


def test_spellings_of_a_name_are_one_key() -> None:
    assert asset_key("ABC-123") == asset_key("abc 123") == asset_key("ABC123 is a biologic")
    assert asset_key("epcoritamab-bysp") == asset_key("Epcoritamab")


def test_healthy_volunteers_are_no_indication() -> None:
    [program] = tell(ref("TEC-301", of="asthma"), ref("TEC-301", of="Healthy Volunteers", phase="1"))

    assert program.indication == "asthma"


def phase_after(*refs: ProgramRef) -> list[tuple[str, str]]:
    """(from, to) of every phase advance among new studies of one account."""
    programs: list[Program] = []
    found = []
    for number, ref in enumerate(refs):
        event = Event(type="trial_registered", event_id=str(number), program=ref)
        program = stories.program_of(event, "a", programs)
        seen = stories.phase_advance(event, program, programs)
        if seen.type == "trial_phase_advance":
            found.append((seen.attributes["from"], seen.attributes["to"]))
        if program is not None:
            programs = [p for p in programs if p.program_id != program.program_id] + [program]
    return found


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Advanced Solid Tumors", "non-small cell lung cancer"),
        ("Advanced Solid Tumor", "Locally Advanced or Metastatic GC and GCJ Adenocarcinoma"),
        ("Bladder, Biliary Tract, Cervical, Ovarian Cancer, Any Tumor Type", "Biliary Tract Cancer"),
        ("Hematologic Malignancies", "acute myeloid leukemia"),
        ("Healthy Volunteers", "asthma"),
        ("Allergy", "Allergic Asthma"),
        ("asthma", "severe eosinophilic asthma"),
        ("Seasonal Allergic Rhinoconjunctivitis", "Hay Fever"),
        ("inflammatory bowel disease", "ulcerative colitis"),
    ],
)
def test_a_later_phase_after_a_basket_or_a_wider_indication_is_an_advance(first: str, second: str) -> None:
    early, late = ref("TEC-301", of=first, nct="NCT1", phase="1"), ref("TEC-301", of=second, nct="NCT2", phase="2")

    assert phase_after(early, late) == [("1", "2")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("asthma", "chronic obstructive pulmonary disease"),
        ("melanoma", "prostate cancer"),
        ("Advanced Solid Tumors", "ulcerative colitis"),
        ("Hematologic Malignancies", "melanoma"),
        ("chronic urticaria", "allergic asthma"),
    ],
)
def test_a_later_phase_in_another_disease_is_none(first: str, second: str) -> None:
    early, late = ref("TEC-301", of=first, nct="NCT1", phase="1"), ref("TEC-301", of=second, nct="NCT2", phase="2")

    assert phase_after(early, late) == []


def test_a_basket_is_no_program_of_each_of_its_diseases() -> None:
    programs = tell(
        ref("TEC-301", of="Advanced Solid Tumors", phase="1"), ref("TEC-301", of="NSCLC", phase="2"),
        ref("TEC-301", of="melanoma", phase="2"),
    )  # fmt: skip

    assert [(p.indication, p.phase) for p in programs] == [
        ("solid tumor", "1"), ("non-small cell lung cancer", "2"), ("melanoma", "2"),
    ]  # fmt: skip


def test_healthy_volunteers_say_nothing_about_what_is_in_phase_3_elsewhere() -> None:
    volunteers = ref("TEC-301", of="Healthy Volunteers", nct="NCT1", phase="1")
    late = ref("TEC-301", of="psoriasis", nct="NCT2", phase="3")

    assert phase_after(late, volunteers, ref("TEC-301", of="asthma", nct="NCT3", phase="2")) == []


def test_the_same_study_in_a_later_phase_is_told_by_its_own_record() -> None:
    assert (
        phase_after(
            ref("TEC-301", of="asthma", nct="NCT1", phase="1"), ref("TEC-301", of="asthma", nct="NCT1", phase="2")
        )
        == []
    )
