"""Studies as the registry's API v2 writes them, and the pieces a caller may ask for.

Shapes: the API's own OpenAPI document 2.0.5 as summarised in the project's reference sheet; piece names from its field
tree (`GET /studies/metadata`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from signalwatch.simulate.registry import StudyState

VERSION_MARK = "@@versionHolder@@"
"""Stands in the rendered bytes where the data version's date goes; it changes every day though nothing else does."""

encode = msgspec.json.Encoder().encode

PIECES: Mapping[str, str] = {
    "NCTId": "identificationModule.nctId", "NCTIdAlias": "identificationModule.nctIdAliases",
    "OrgStudyId": "identificationModule.orgStudyIdInfo.id", "OrgStudyIdInfo": "identificationModule.orgStudyIdInfo",
    "BriefTitle": "identificationModule.briefTitle", "OfficialTitle": "identificationModule.officialTitle",
    "Acronym": "identificationModule.acronym", "Organization": "identificationModule.organization",
    "OrgFullName": "identificationModule.organization.fullName", "OrgClass": "identificationModule.organization.class",
    "IdentificationModule": "identificationModule", "StatusModule": "statusModule",
    "StatusVerifiedDate": "statusModule.statusVerifiedDate", "OverallStatus": "statusModule.overallStatus",
    "LastKnownStatus": "statusModule.lastKnownStatus", "WhyStopped": "statusModule.whyStopped",
    "ExpandedAccessInfo": "statusModule.expandedAccessInfo", "HasExpandedAccess": "statusModule.expandedAccessInfo.hasExpandedAccess",
    "StartDateStruct": "statusModule.startDateStruct", "StartDate": "statusModule.startDateStruct.date",
    "StartDateType": "statusModule.startDateStruct.type", "PrimaryCompletionDateStruct": "statusModule.primaryCompletionDateStruct",
    "PrimaryCompletionDate": "statusModule.primaryCompletionDateStruct.date",
    "PrimaryCompletionDateType": "statusModule.primaryCompletionDateStruct.type",
    "CompletionDateStruct": "statusModule.completionDateStruct", "CompletionDate": "statusModule.completionDateStruct.date",
    "CompletionDateType": "statusModule.completionDateStruct.type", "StudyFirstSubmitDate": "statusModule.studyFirstSubmitDate",
    "StudyFirstPostDateStruct": "statusModule.studyFirstPostDateStruct", "StudyFirstPostDate": "statusModule.studyFirstPostDateStruct.date",
    "StudyFirstPostDateType": "statusModule.studyFirstPostDateStruct.type",
    "ResultsFirstSubmitDate": "statusModule.resultsFirstSubmitDate",
    "ResultsFirstPostDateStruct": "statusModule.resultsFirstPostDateStruct",
    "ResultsFirstPostDate": "statusModule.resultsFirstPostDateStruct.date",
    "ResultsFirstPostDateType": "statusModule.resultsFirstPostDateStruct.type",
    "LastUpdateSubmitDate": "statusModule.lastUpdateSubmitDate", "LastUpdatePostDateStruct": "statusModule.lastUpdatePostDateStruct",
    "LastUpdatePostDate": "statusModule.lastUpdatePostDateStruct.date", "LastUpdatePostDateType": "statusModule.lastUpdatePostDateStruct.type",
    "DispFirstSubmitDate": "statusModule.dispFirstSubmitDate", "DispFirstPostDate": "statusModule.dispFirstPostDateStruct.date",
    "SponsorCollaboratorsModule": "sponsorCollaboratorsModule", "ResponsibleParty": "sponsorCollaboratorsModule.responsibleParty",
    "ResponsiblePartyType": "sponsorCollaboratorsModule.responsibleParty.type", "LeadSponsor": "sponsorCollaboratorsModule.leadSponsor",
    "LeadSponsorName": "sponsorCollaboratorsModule.leadSponsor.name", "LeadSponsorClass": "sponsorCollaboratorsModule.leadSponsor.class",
    "Collaborator": "sponsorCollaboratorsModule.collaborators", "CollaboratorName": "sponsorCollaboratorsModule.collaborators.name",
    "CollaboratorClass": "sponsorCollaboratorsModule.collaborators.class", "OversightModule": "oversightModule",
    "IsFDARegulatedDrug": "oversightModule.isFdaRegulatedDrug", "IsFDARegulatedDevice": "oversightModule.isFdaRegulatedDevice",
    "DescriptionModule": "descriptionModule", "BriefSummary": "descriptionModule.briefSummary",
    "DetailedDescription": "descriptionModule.detailedDescription", "ConditionsModule": "conditionsModule",
    "Condition": "conditionsModule.conditions", "Keyword": "conditionsModule.keywords", "DesignModule": "designModule",
    "StudyType": "designModule.studyType", "Phase": "designModule.phases", "DesignInfo": "designModule.designInfo",
    "DesignAllocation": "designModule.designInfo.allocation", "DesignInterventionModel": "designModule.designInfo.interventionModel",
    "DesignPrimaryPurpose": "designModule.designInfo.primaryPurpose", "DesignMasking": "designModule.designInfo.maskingInfo.masking",
    "EnrollmentInfo": "designModule.enrollmentInfo", "EnrollmentCount": "designModule.enrollmentInfo.count",
    "EnrollmentType": "designModule.enrollmentInfo.type", "ArmsInterventionsModule": "armsInterventionsModule",
    "ArmGroup": "armsInterventionsModule.armGroups", "ArmGroupLabel": "armsInterventionsModule.armGroups.label",
    "ArmGroupType": "armsInterventionsModule.armGroups.type", "Intervention": "armsInterventionsModule.interventions",
    "ArmGroupInterventionName": "armsInterventionsModule.armGroups.interventionNames",
    "InterventionType": "armsInterventionsModule.interventions.type", "InterventionName": "armsInterventionsModule.interventions.name",
    "InterventionDescription": "armsInterventionsModule.interventions.description",
    "InterventionOtherName": "armsInterventionsModule.interventions.otherNames", "OutcomesModule": "outcomesModule",
    "PrimaryOutcome": "outcomesModule.primaryOutcomes", "PrimaryOutcomeMeasure": "outcomesModule.primaryOutcomes.measure",
    "PrimaryOutcomeTimeFrame": "outcomesModule.primaryOutcomes.timeFrame", "EligibilityModule": "eligibilityModule",
    "ContactsLocationsModule": "contactsLocationsModule", "CentralContact": "contactsLocationsModule.centralContacts",
    "Location": "contactsLocationsModule.locations", "LocationFacility": "contactsLocationsModule.locations.facility",
    "LocationStatus": "contactsLocationsModule.locations.status", "LocationCity": "contactsLocationsModule.locations.city",
    "LocationState": "contactsLocationsModule.locations.state", "LocationCountry": "contactsLocationsModule.locations.country",
    "SecondaryId": "identificationModule.secondaryIdInfos.id", "SecondaryIdInfo": "identificationModule.secondaryIdInfos",
}  # fmt: skip
"""Piece names below ``protocolSection`` this server knows."""
_ELSEWHERE: Mapping[str, str] = {
    "ProtocolSection": "protocolSection", "DerivedSection": "derivedSection", "HasResults": "hasResults",
    "ResultsSection": "resultsSection", "MiscInfoModule": "derivedSection.miscInfoModule",
    "VersionHolder": "derivedSection.miscInfoModule.versionHolder",
    "ConditionBrowseModule": "derivedSection.conditionBrowseModule", "ConditionMesh": "derivedSection.conditionBrowseModule.meshes",
    "ConditionMeshId": "derivedSection.conditionBrowseModule.meshes.id",
    "ConditionMeshTerm": "derivedSection.conditionBrowseModule.meshes.term",
    "ConditionAncestor": "derivedSection.conditionBrowseModule.ancestors",
    "ConditionAncestorId": "derivedSection.conditionBrowseModule.ancestors.id",
    "ConditionAncestorTerm": "derivedSection.conditionBrowseModule.ancestors.term",
    "InterventionBrowseModule": "derivedSection.interventionBrowseModule",
    "InterventionMeshTerm": "derivedSection.interventionBrowseModule.meshes.term",
    "InterventionMesh": "derivedSection.interventionBrowseModule.meshes",
    "InterventionAncestorTerm": "derivedSection.interventionBrowseModule.ancestors.term",
}  # fmt: skip
_ROOTS = ("protocolSection", "derivedSection", "hasResults", "resultsSection", "documentSection", "annotationSection")
_MODULES = frozenset(path.split(".")[0] for path in PIECES.values())


def path_of(name: str) -> str | None:
    """The dotted path of a piece name or path in a ``fields`` list; None when the API would not know it."""
    if name in PIECES:
        return f"protocolSection.{PIECES[name]}"
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    parts = name.split(".")
    if parts[0] in _ROOTS and (len(parts) == 1 or parts[0] != "protocolSection" or parts[1] in _MODULES):
        return name
    return None


def select(study: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """The sparse study a ``fields`` list gives: only the asked leaves, parents as needed, lists element by element."""
    out: dict[str, Any] = {}
    for path in paths:
        _copy(study, out, path.split("."))
    return out


def _copy(source: Mapping[str, Any], target: dict[str, Any], parts: Sequence[str]) -> None:
    head, rest = parts[0], parts[1:]
    if head not in source:
        return
    value = source[head]
    if not rest:
        target[head] = value
    elif isinstance(value, Mapping):
        _copy(value, target.setdefault(head, {}), rest)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        rows = target.setdefault(head, [{} for _ in value])
        for row, item in zip(rows, value, strict=True):
            _copy(item, row, rest)


def _struct(value: tuple[str, str]) -> dict[str, str]:
    text, kind = value
    return {"date": text, "type": kind} if kind else {"date": text}


def _posted(day: date) -> dict[str, str]:
    return {"date": day.isoformat(), "type": "ACTUAL"}


def _status(state: StudyState) -> dict[str, Any]:
    status: dict[str, Any] = {"statusVerifiedDate": state.verified, "overallStatus": state.status}
    if state.last_known:
        status["lastKnownStatus"] = state.last_known
    if state.why_stopped:
        status["whyStopped"] = state.why_stopped
    status["expandedAccessInfo"] = {"hasExpandedAccess": False}
    for name, value in (
        ("startDateStruct", state.start),
        ("primaryCompletionDateStruct", state.primary),
        ("completionDateStruct", state.completion),
    ):
        if value[0]:
            status[name] = _struct(value)
    status["studyFirstSubmitDate"] = state.first_post.isoformat()
    status["studyFirstSubmitQcDate"] = state.first_post.isoformat()
    status["studyFirstPostDateStruct"] = _posted(state.first_post)
    if state.results_post is not None:
        status["resultsFirstSubmitDate"] = state.results_post.isoformat()
        status["resultsFirstPostDateStruct"] = _posted(state.results_post)
    status["lastUpdateSubmitDate"] = state.update_post.isoformat()
    status["lastUpdatePostDateStruct"] = _posted(state.update_post)
    return status


def study_dict(state: StudyState) -> dict[str, Any]:
    """One study object, as `GET /studies/{nctId}` answers it."""
    identification: dict[str, Any] = {"nctId": state.nct_id}
    if state.aliases:
        identification["nctIdAliases"] = list(state.aliases)
    identification |= {
        "orgStudyIdInfo": {"id": state.org_id}, "organization": {"fullName": state.sponsor, "class": state.sponsor_class},
        "briefTitle": state.title, "officialTitle": state.official,
    }  # fmt: skip
    if state.acronym:
        identification["acronym"] = state.acronym
    sponsors: dict[str, Any] = {
        "responsibleParty": {"type": "SPONSOR"}, "leadSponsor": {"name": state.sponsor, "class": state.sponsor_class},
    }  # fmt: skip
    if state.collaborators:
        sponsors["collaborators"] = [{"name": n, "class": c} for n, c in state.collaborators]
    design: dict[str, Any] = {"studyType": "INTERVENTIONAL" if state.interventional else "OBSERVATIONAL"}
    if state.interventional:
        design["phases"] = list(state.phases)
        design["designInfo"] = {"allocation": "RANDOMIZED", "interventionModel": "PARALLEL", "primaryPurpose": "TREATMENT",
                                "maskingInfo": {"masking": "DOUBLE"}}  # fmt: skip
    count, kind = state.enrollment
    design["enrollmentInfo"] = {"count": count, "type": kind}
    arms = ["Active", "Placebo"] if state.sponsor_class == "INDUSTRY" else ["Intervention"]
    interventions: list[dict[str, Any]] = [
        {
            "type": state.intervention_type,
            "name": state.intervention,
            "description": f"{state.intervention} as described in the protocol",
            "armGroupLabels": arms[:1],
        }
    ]
    if state.other_names:
        interventions[0]["otherNames"] = list(state.other_names)
    if len(arms) == 2:
        interventions.append({"type": "DRUG", "name": "Placebo", "armGroupLabels": ["Placebo"]})
    disease = state.disease
    return {
        "protocolSection": {
            "identificationModule": identification,
            "statusModule": _status(state),
            "sponsorCollaboratorsModule": sponsors,
            "oversightModule": {"oversightHasDmc": True, "isFdaRegulatedDrug": state.intervention_type in ("DRUG", "BIOLOGICAL", "GENETIC"), "isFdaRegulatedDevice": False},
            "descriptionModule": {"briefSummary": state.summary},
            "conditionsModule": {"conditions": [disease.name.capitalize()], "keywords": [disease.mesh]},
            "designModule": design,
            "armsInterventionsModule": {
                "armGroups": [{"label": a, "type": "PLACEBO_COMPARATOR" if a == "Placebo" else "EXPERIMENTAL"} for a in arms],
                "interventions": interventions,
            },
            "outcomesModule": {"primaryOutcomes": [{"measure": "Change from baseline in disease score", "timeFrame": "Week 24"}]},
            "eligibilityModule": {"healthyVolunteers": False, "sex": "ALL", "minimumAge": "18 Years", "stdAges": ["ADULT", "OLDER_ADULT"]},
            "contactsLocationsModule": {
                "centralContacts": [{"name": f"Study Desk {state.contact}", "role": "CONTACT", "phone": f"555-01{state.contact:02d}", "email": f"desk{state.contact}@trials.example"}],
                "locations": [{"facility": s.facility, "city": s.city, "country": s.country, "status": "RECRUITING", "geoPoint": {"lat": 42.3, "lon": -71.1}} for s in state.sites],
            },
        },
        "derivedSection": {
            "miscInfoModule": {"versionHolder": VERSION_MARK},
            "conditionBrowseModule": {
                "meshes": [{"id": f"D{sum(map(ord, disease.mesh)) + 3000:06d}", "term": disease.mesh}],
                "ancestors": [{"id": f"D{sum(map(ord, a)) + 9000:06d}", "term": a} for a in disease.ancestors],
            },
        },
        "hasResults": state.results_post is not None,
    }  # fmt: skip
