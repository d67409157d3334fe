"""Eligibility: facts, claims and proofs handed in; reasons and decisions for the reviewer."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, create_model

from app.errors import FieldProblem, Text
from app.principal import Role
from app.rules.codes import Decision, FactKind, Level, Outcome, Programme, Structure
from app.rules.facts import FACT_LABELS
from app.rules.proofs import PROOFS
from app.rules.publics import PUBLICS
from app.schemas.durations import DurationExplained
from app.schemas.fields import HoursIn, Input, Instant, LifeDay, Name, Output, Words, YesNo
from app.schemas.lists import Page

UNKNOWN_CODE = Text("Code inconnu.", "Unknown code.")
AUTOMATIC = "Approuvée par la réponse des règles, sans décision de personne, comme la clause le prévoit."


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


# How a fact of each kind is sent; what it means is said by the rules alone (`FACT_LABELS`).
FACT_FIELDS: dict[FactKind, tuple[Any, dict[str, Any]]] = {
    FactKind.DATE: (LifeDay, {}),
    FactKind.BOOLEAN: (YesNo, {}),
    FactKind.MONTHS: (HoursIn, {"le": 12_00}),
    FactKind.LEVEL: (Level, {}),
    FactKind.PROGRAMMES: (list[Programme], {"max_length": 10}),
    FactKind.STRUCTURE: (Structure, {}),
    FactKind.TEXT: (Name, {}),
}
# The birth date is part of the identity.
NOT_SENT = ("birth_date",)


def _fact(kind: FactKind, label: str) -> tuple[Any, Any]:
    read, bounds = FACT_FIELDS[kind]
    return read | None, Field(default=None, description=f"{label}.", **bounds)


_SENT: dict[str, Any] = {
    code: _fact(*meaning) for code, meaning in FACT_LABELS.items() if code not in NOT_SENT
}
_Facts = create_model("_Facts", __base__=Input, **_SENT)


class FactsIn(_Facts):
    """What is known of the person on the day the hire starts; a fact left out is unknown, never false."""


class FactsPatch(Input):
    """Facts that the reviewer records; those left out stay, null makes one unknown."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"facts": {"jobseeker": True}}]})

    facts: FactsIn


class ProofIn(Input):
    """A proof seen by the reviewer, or by a structure that the clause names; the document is not kept."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"type": "rsa", "issued_on": "2024-11-20", "valid_until": "2025-02-28"}]
        }
    )

    type: ProofCode
    issued_on: LifeDay
    valid_until: LifeDay | None = Field(None, description="Dernier jour couvert ; absent : sans fin.")
    covers_from: LifeDay | None = Field(None, description="Premier jour couvert ; absent : `issued_on`.")


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
    seen_by: UUID = Field(description="Organisme qui a vu la preuve.")
    seen_as: Role = Field(description="Rôle dans lequel il l'a vue.")


class OwnProofsOut(Output):
    """What a structure recorded as seen for one of its people: its own proofs, nothing of the assessment."""

    hire_id: UUID
    proofs: list[ProofOut]


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
    automatic: bool = Field(description=AUTOMATIC)
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
