"""Eligibility: facts, claims and proofs handed in; reasons and decisions for the reviewer."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema

from app.errors import FieldProblem, Text
from app.rules.codes import Decision, Level, Outcome, Programme, Structure
from app.rules.proofs import PROOFS
from app.rules.publics import PUBLICS
from app.schemas.durations import DurationExplained
from app.schemas.fields import Day, HoursIn, Input, Instant, Name, Output, Words, YesNo
from app.schemas.lists import Page

UNKNOWN_CODE = Text("Code inconnu.", "Unknown code.")


def _public(code: str) -> str:
    if code not in PUBLICS:
        raise FieldProblem("unknown_code", UNKNOWN_CODE)
    return code


def _proof(code: str) -> str:
    if code not in PROOFS:
        raise FieldProblem("unknown_code", UNKNOWN_CODE)
    return code


PublicCode = Annotated[
    str, AfterValidator(_public), WithJsonSchema({"type": "string", "enum": sorted(PUBLICS)})
]
ProofCode = Annotated[str, AfterValidator(_proof), WithJsonSchema({"type": "string", "enum": sorted(PROOFS)})]


class FactsIn(Input):
    """What is known of the person on the day the hire starts; a fact left out is unknown, never false."""

    jobseeker: YesNo | None = Field(default=None, description="Demandeur d'emploi.")
    registered_since: Day | None = Field(default=None, description="Inscrit à France Travail depuis le.")
    months_worked: HoursIn | None = Field(
        default=None, description="Mois travaillés dans les 12 derniers mois.", le=12_00
    )
    rsa: YesNo | None = Field(default=None, description="Allocataire du RSA.")
    rsa_dependant: YesNo | None = Field(default=None, description="Ayant droit d'un allocataire du RSA.")
    ass: YesNo | None = Field(default=None, description="Allocataire de l'ASS.")
    aah: YesNo | None = Field(default=None, description="Allocataire de l'AAH.")
    allocation_insertion: YesNo | None = Field(default=None, description="Allocation d'insertion.")
    veuvage: YesNo | None = Field(default=None, description="Allocation de veuvage.")
    invalidite: YesNo | None = Field(default=None, description="Pension ou allocation d'invalidité.")
    disabled_worker: YesNo | None = Field(default=None, description="Bénéficiaire de l'obligation d'emploi.")
    level: Level | None = Field(default=None, description="Niveau de diplôme.")
    in_studies: YesNo | None = Field(default=None, description="En cours d'études.")
    left_studies_on: Day | None = Field(default=None, description="Fin des études.")
    inactive_since: Day | None = Field(default=None, description="Sans activité depuis le.")
    programmes: list[Programme] | None = Field(default=None, description="Parcours suivis.", max_length=10)
    qpv: YesNo | None = Field(default=None, description="Habite un quartier prioritaire de la ville.")
    frr: YesNo | None = Field(default=None, description="Habite une zone France ruralités revitalisation.")
    structure: Structure | None = Field(default=None, description="Structure d'insertion ou adaptée.")
    justice: YesNo | None = Field(default=None, description="Sous main de justice.")
    refugee: YesNo | None = Field(default=None, description="Réfugié ou protection subsidiaire.")
    school_status: YesNo | None = Field(default=None, description="Sous statut scolaire.")
    opinion_body: Name | None = Field(default=None, description="Organisme auteur de l'avis motivé.")
    lone_parent: YesNo | None = Field(default=None, description="Parent isolé.")
    former_ase: YesNo | None = Field(default=None, description="Sortant de l'aide sociale à l'enfance.")
    homeless: YesNo | None = Field(default=None, description="Sans hébergement ou hébergé.")
    french_below_a1: YesNo | None = Field(default=None, description="Français inférieur au niveau A1.")


class FactsPatch(Input):
    """Facts that the reviewer records; those left out stay, null makes one unknown."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"facts": {"jobseeker": True}}]})

    facts: FactsIn


class ProofIn(Input):
    """A proof the reviewer has seen; the document itself is not kept."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"type": "rsa", "issued_on": "2024-11-20", "valid_until": "2025-02-28"}]
        }
    )

    type: ProofCode
    issued_on: Day
    valid_until: Day | None = Field(default=None, description="Dernier jour couvert ; absent : sans fin.")
    covers_from: Day | None = Field(default=None, description="Premier jour couvert ; absent : `issued_on`.")


class DecisionIn(Input):
    """The reviewer's decision."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"decision": "refused", "reason": "Aucun public ne correspond."}]}
    )

    decision: Literal[Decision.APPROVED, Decision.REFUSED, Decision.NEEDS_PROOF]
    reason: Words | None = Field(default=None, description="Requis pour un refus ; lu du seul facilitateur.")


class Eligibility(StrEnum):
    """What a buyer or a contractor may know of somebody's eligibility."""

    WAITING = "waiting"
    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"


class EligibilityOut(Output):
    """Whether and until when; never why."""

    status: Eligibility
    eligible_until: date | None


class ProofOut(Output):
    """A proof recorded as seen."""

    type: str
    issued_on: date
    valid_until: date | None
    covers_from: date | None
    seen_on: date
    seen_by: UUID


class ReasonOut(Output):
    """One condition of a public; `answer` null: unknown."""

    code: str
    text: str
    answer: bool | None


class OldProofOut(Output):
    """A proof that covers the day judged, but is older than the clause allows."""

    type: str
    issued_on: date
    months: int = Field(description="Âge maximal admis, en mois.")
    issued_from: date = Field(description="Premier jour d'établissement admis.")


class PublicAnswerOut(Output):
    """What one accepted public answers about the person, with every reason."""

    code: str
    label: str
    outcome: Outcome
    criterion: bool | None
    reasons: list[ReasonOut]
    claimed: bool
    proofs_seen: list[str]
    proofs_missing: list[list[str]] = Field(description="Chaque preuve manquante, au choix dans sa liste.")
    proofs_too_old: list[OldProofOut] = Field(
        description="Preuves vues mais trop anciennes, pour ce qui reste à prouver."
    )
    parameters: dict[str, Any]
    reference: str
    assumed: bool


class AssessmentOut(Output):
    """The whole assessment of one hire, for the facilitator alone."""

    id: UUID
    hire_id: UUID
    contract_id: UUID
    participant_id: UUID
    on: date = Field(description="Jour jugé : le début de la mise à l'emploi.")
    outcome: Outcome
    publics: list[PublicAnswerOut]
    facts: dict[str, Any] = Field(description="Faits jugés, toutes sources réunies.")
    claimed_publics: list[str]
    submitted_proofs: list[str]
    proofs: list[ProofOut]
    rules_version: str
    clause_version: int
    assessed_at: Instant
    decision: Decision
    decision_reason: str | None
    decided_at: Instant | None
    counts_from: date | None
    eligible_until: date | None
    duration: DurationExplained | None = Field(
        description="Comment « éligible jusqu'au » est calculé ; null sans approbation."
    )
    version: int


class AssessmentPage(Page[AssessmentOut]):
    """The assessments of a person that the caller may read."""
