"""Disputes: a decision is contested, and answered."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import ConfigDict, Field

from app.schemas.fields import Input, Instant, Output, Words
from app.schemas.lists import Page


class DisputeKind(StrEnum):
    """What decision is disputed."""

    LINE = "line"
    ASSESSMENT = "assessment"
    PENALTY = "penalty"


class DisputeState(StrEnum):
    """Where a dispute stands."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class DisputeOutcome(StrEnum):
    """What the answer finds; a new decision, if any, is taken apart."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    REJECTED = "rejected"


class DisputeIn(Input):
    """What is disputed, and why; which ids it takes depends on `kind`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "line",
                    "statement_id": "01936f2e-7c10-7a31-9c55-0242ac120009",
                    "hire_id": "01936f2e-7c10-7a31-9c55-0242ac120007",
                    "text": "Les dix heures retirées figurent sur la fiche de présence.",
                }
            ]
        }
    )

    kind: DisputeKind
    statement_id: UUID | None = Field(default=None, description="Pour `line` : le relevé examiné.")
    hire_id: UUID | None = Field(default=None, description="Pour `line` et `assessment`.")
    decision_id: UUID | None = Field(default=None, description="Pour `penalty` : la décision de l'acheteur.")
    text: Words = Field(description="Le motif ; lu de ceux que la décision concerne seulement.")


class DisputeAnswerIn(Input):
    """The reasoned answer of who decided."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"outcome": "rejected", "text": "La fiche de présence ne couvre pas ces jours."}]
        }
    )

    outcome: DisputeOutcome
    text: Words


class DisputeOut(Output):
    """A dispute. Who is no party to its reasons reads that it exists, its kind and its state."""

    id: UUID
    version: int
    contract_id: UUID
    kind: DisputeKind
    kind_label: str
    state: DisputeState
    state_label: str
    statement_id: UUID | None
    hire_id: UUID | None
    decision_id: UUID | None
    opened_by: str | None
    opened_at: Instant
    text: str | None
    outcome: DisputeOutcome | None
    outcome_label: str | None
    answer: str | None
    closed_at: Instant | None

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/disputes/{self.id}"


class DisputePage(Page[DisputeOut]):
    """The disputes on a contract that the caller may know of."""
