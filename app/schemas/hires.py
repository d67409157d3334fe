"""People at work on a contract."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from app.rules.codes import ContractType, Decision, Modality, Outcome
from app.schemas.assessments import AUTOMATIC, EligibilityOut, FactsIn, ProofCode, PublicCode
from app.schemas.fields import Day, Hours, HoursIn, Input, Output, Siret, Warned
from app.schemas.lists import Page
from app.schemas.outcomes import OutcomeIn
from app.schemas.participants import Commune, ParticipantIn, unsent

PRESCRIBER_SIRET = (
    "SIRET de l'organisme qui a orienté la personne : il lit son identité, sa mise à l'emploi et sa sortie."
)
HOURS_IN_WEEK = 168_00


class Prescriber(StrEnum):
    """The kind of body that referred the person."""

    MISSION_LOCALE = "mission_locale"
    FRANCE_TRAVAIL = "france_travail"
    CAP_EMPLOI = "cap_emploi"
    PLIE = "plie"
    MAISON_EMPLOI = "maison_emploi"
    DEPARTEMENT = "departement"
    OTHER = "other"


class EndReason(StrEnum):
    """Why a hire ended."""

    END_OF_CONTRACT = "end_of_contract"
    END_OF_WORKS = "end_of_works"
    RESIGNATION = "resignation"
    DISMISSAL = "dismissal"
    MUTUAL_AGREEMENT = "mutual_agreement"
    TRIAL_PERIOD = "trial_period"
    HIRED_ELSEWHERE = "hired_elsewhere"
    OTHER = "other"


class HireWarning(StrEnum):
    """What was recorded and may not count."""

    MODALITY_NOT_ACCEPTED = "modality_not_accepted"
    CONTRACT_TYPE_NOT_ACCEPTED = "contract_type_not_accepted"
    OUTSIDE_WINDOW = "outside_window"


Job = Annotated[
    str,
    StringConstraints(pattern=r"^[A-N][0-9]{4}$"),
    Field(description="Métier, code ROME.", examples=["F1503"]),
]
WeeklyHours = Annotated[HoursIn, Field(gt=0, le=HOURS_IN_WEEK, description="Heures par semaine.")]
Claims = Annotated[
    list[PublicCode],
    Field(max_length=40, description="Publics invoqués : écrits, jamais relus par le déclarant."),
]
Submitted = Annotated[
    list[ProofCode],
    Field(max_length=40, description="Types de preuves tenues prêtes : écrits, jamais relus."),
]


class HireIn(Input):
    """A person put to work: recorded anew (`participant`) or declared before (`participant_id`)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "participant": {
                        "birth_name": "EXEMPLE",
                        "first_names": "Testeuse",
                        "birth_date": "1999-05-17",
                        "birth_place": "Exempleville",
                        "residence": {"place": "commune/57433"},
                    },
                    "modality": "direct_hire",
                    "contract_type": "cdd",
                    "starts_on": "2024-12-16",
                    "weekly_hours": "35.00",
                    "job": "F1503",
                    "claimed_publics": ["rsa"],
                    "submitted_proofs": ["rsa"],
                }
            ]
        }
    )

    participant: ParticipantIn | None = None
    participant_id: UUID | None = None
    employer: Siret | None = Field(default=None, description="SIRET de l'employeur ; absent : le déclarant.")
    modality: Modality
    contract_type: ContractType
    starts_on: Day
    planned_end_on: Day | None = None
    weekly_hours: WeeklyHours
    planned_hours: HoursIn | None = None
    job: Job | None = None
    workplace: Commune | None = None
    prescriber: Siret | None = Field(default=None, description=PRESCRIBER_SIRET)
    prescriber_kind: Prescriber | None = None
    claimed_publics: Claims = Field(default_factory=list)
    submitted_proofs: Submitted = Field(default_factory=list)
    facts: FactsIn | None = Field(default=None, description="Faits déclarés : écrits, jamais relus.")


class HirePatch(Input):
    """What to correct; fields left out stay, null clears."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"weekly_hours": "28.00"}]})

    modality: Modality = Field(default_factory=unsent)
    contract_type: ContractType = Field(default_factory=unsent)
    starts_on: Day = Field(default_factory=unsent)
    planned_end_on: Day | None = None
    weekly_hours: WeeklyHours = Field(default_factory=unsent)
    planned_hours: HoursIn | None = None
    job: Job | None = None
    workplace: Commune | None = None
    prescriber: Siret | None = Field(default=None, description=PRESCRIBER_SIRET)
    prescriber_kind: Prescriber | None = None
    claimed_publics: Claims = Field(default_factory=list)
    submitted_proofs: Submitted = Field(default_factory=list)
    facts: FactsIn = Field(default_factory=unsent, description="Faits déclarés, à la place des précédents.")


class HireEnd(Input):
    """The end of a hire."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ended_on": "2025-03-14", "reason": "end_of_contract"}]}
    )

    ended_on: Day
    reason: EndReason
    outcome: OutcomeIn | None = Field(default=None, description="Situation à la sortie, si elle est connue.")


class ReviewOut(Output):
    """Where the assessment of a hire stands, for the facilitator."""

    assessment_id: UUID
    outcome: Outcome
    decision: Decision
    automatic: bool = Field(description=AUTOMATIC)
    counts_from: date | None


class HireItem(Output):
    """A hire, as far as the caller may see it: fields that are not theirs to read are null."""

    id: UUID
    contract_id: UUID
    participant_id: UUID | None = Field(
        description="Pour le déclarant, le facilitateur et le prescripteur qui a orienté la personne."
    )
    declarant: str
    employer: str
    modality: Modality
    contract_type: ContractType
    starts_on: date
    planned_end_on: date | None
    ended_on: date | None
    end_reason: EndReason | None
    weekly_hours: Hours
    planned_hours: Hours | None
    job: str | None
    workplace: str | None
    prescriber: str | None = Field(
        description="SIRET de qui a orienté la personne, pour lui, le déclarant et le facilitateur."
    )
    prescriber_kind: Prescriber | None = Field(description="Pour le déclarant et le facilitateur.")
    eligibility: EligibilityOut | None = Field(description="Null pour le prescripteur.")
    review: ReviewOut | None = Field(description="Pour le facilitateur.")
    version: int


class HireWarned(Warned):
    """What the clause does not accept."""

    code: HireWarning


class HireOut(HireItem):
    """A hire with what may keep its hours from counting."""

    warnings: list[HireWarned]

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/hires/{self.id}"


class HirePage(Page[HireItem]):
    """The hires of a contract that the caller may see."""
