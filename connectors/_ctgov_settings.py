"""Settings of the connector ``clinicaltrials``."""

from __future__ import annotations

from pydantic import Field, field_validator

from signalwatch.sdk import PluginConfig

FIELDS: tuple[str, ...] = (
    "NCTId", "NCTIdAlias", "BriefTitle", "OfficialTitle", "Acronym",
    "OverallStatus", "LastKnownStatus", "WhyStopped", "StartDate", "StartDateType", "PrimaryCompletionDate",
    "PrimaryCompletionDateType", "CompletionDate", "CompletionDateType", "StudyFirstSubmitDate", "StudyFirstPostDate",
    "ResultsFirstPostDate", "LastUpdateSubmitDate", "LastUpdatePostDate", "HasResults",
    "LeadSponsorName", "LeadSponsorClass", "CollaboratorName", "CollaboratorClass",
    "Condition", "Keyword", "StudyType", "Phase", "EnrollmentCount", "EnrollmentType",
    "InterventionType", "InterventionName", "InterventionOtherName", "InterventionDescription",
    "ArmGroupType", "ArmGroupInterventionName",
    "LocationFacility", "LocationCity", "LocationCountry",
    "ConditionMeshTerm", "ConditionAncestorTerm", "InterventionMeshTerm",
)  # fmt: skip
"""What is asked for: no contacts, no results, no eligibility text."""


class CtgovConfig(PluginConfig):
    """Settings of one source of the registry. The User-Agent is set per host, under ``http.hosts``."""

    base_url: str = "https://clinicaltrials.gov/api/v2"
    industry_only: bool = Field(
        default=True,
        description="only studies with an industry sponsor or collaborator (AREA[LeadSponsorClass] ...)",
    )
    expression: str = Field(
        default="",
        description="Essie expression that narrows the walk further, such as AREA[StudyType]INTERVENTIONAL",
    )
    first_days: int = Field(default=30, ge=0, le=3650, description="days to look back on first contact")
    overlap_days: int = Field(default=3, ge=1, le=60, description="days of the last walk that are walked again")
    window_days: int = Field(default=7, ge=1, le=366, description="longest window of one walk, in days")
    page_size: int = Field(default=1000, ge=1, le=1000)
    reread_days: int = Field(
        default=7, ge=1, description="studies of accounts are re-read at least this often, in days"
    )
    reread_batch: int = Field(default=100, ge=0, le=500, description="studies re-read per poll; 0 switches it off")
    stale_days: int = Field(
        default=4, ge=1, description="days without a new data version before the operator hears of it"
    )
    fall_percent: float = Field(
        default=3.0, gt=0, le=100, description="fall of the number of studies that makes an answer untrustworthy"
    )
    fields: tuple[str, ...] = FIELDS

    @field_validator("fields")
    @classmethod
    def _enough_fields(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        missing = {"NCTId", "OverallStatus", "LeadSponsorName", "LastUpdatePostDate"} - set(value)
        if missing:
            raise ValueError(f"fields must name at least {', '.join(sorted(missing))}")
        return value

    @field_validator("base_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        return value.rstrip("/")
