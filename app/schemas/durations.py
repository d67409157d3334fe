"""How long a person counts on an obligation, and the reviewer's dated decisions on it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from app.errors import FieldProblem, Text
from app.rules.codes import DurationDecisionKind
from app.schemas.fields import Day, Input, Instant, Name, Output, Whole, Words
from app.schemas.lists import Page

SINCE_AND_UNTIL = Text("Une suspension va d'un jour à un autre.", "A suspension goes from a day to a day.")
ENDS_FIRST = Text("La fin précède le début.", "The end comes before the start.")
MONTHS_OR_UNTIL = Text(
    "Une prolongation dit de combien de mois, ou jusqu'à quel jour.",
    "A prolongation says by how many months, or until which day.",
)


class _Dated(Input):
    """What every decision says."""

    decided_on: Day | None = Field(default=None, description="Jour de la décision ; absent : aujourd'hui.")
    reason: Words = Field(description="Lu du seul facilitateur.", examples=["Congé maternité"])
    reference: Name | None = Field(
        default=None, description="Où la décision est écrite.", examples=["Décision 2026-04"]
    )


class DurationDecisionIn(_Dated):
    """A suspension from a day to a day, or a prolongation by months or until a day; ends included."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "suspension",
                    "since": "2025-03-01",
                    "until": "2025-05-31",
                    "reason": "Congé maternité",
                    "reference": "Décision 2025-04",
                }
            ]
        }
    )

    kind: Literal[DurationDecisionKind.SUSPENSION, DurationDecisionKind.PROLONGATION]
    since: Day | None = Field(default=None, description="Premier jour suspendu.")
    until: Day | None = Field(default=None, description="Dernier jour suspendu, ou nouveau dernier jour.")
    months: Annotated[Whole, Field(ge=1, le=120)] | None = Field(
        default=None, description="Mois ajoutés à la fin."
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind is DurationDecisionKind.PROLONGATION:
            if self.since is not None or (self.months is None) == (self.until is None):
                raise FieldProblem("months_or_until", MONTHS_OR_UNTIL)
            return self
        if self.since is None or self.until is None or self.months is not None:
            raise FieldProblem("since_and_until", SINCE_AND_UNTIL)
        if self.until < self.since:
            raise FieldProblem("end_before_start", ENDS_FIRST)
        return self


class DurationCancellationIn(_Dated):
    """Why an earlier decision no longer holds; it stays on record."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "Saisie sur une autre personne", "reference": None}]}
    )


class DurationDecisionOut(Output):
    """A decision as recorded; `cancels` is the one that a cancellation ends, `cancelled_by` the reverse."""

    id: UUID
    hire_id: UUID
    kind: DurationDecisionKind
    label: str
    decided_on: date
    since: date | None
    until: date | None
    months: int | None
    reason: str
    reference: str | None
    reviewer: str = Field(description="Identifiant de l'organisme qui a décidé.")
    recorded_at: Instant
    cancels: UUID | None
    cancelled_by: UUID | None


class DurationStepOut(Output):
    """What one decision in force did to the duration."""

    decision_id: UUID
    kind: DurationDecisionKind
    label: str
    text: str = Field(examples=["Suspension du 01/03/2025 au 31/05/2025 : 92 j de plus"])
    days: int = Field(description="Jours ajoutés à la fin.", examples=[92])
    last_day: date = Field(description="Dernier jour après cette décision.")


class SuspendedOut(Output):
    """Days inside the duration that do not count, ends included."""

    first: date
    last: date
    days: int


class DurationExplained(Output):
    """From the first approved start to the last day, by which term and which decisions."""

    start: date = Field(description="Premier début approuvé de la personne sur l'engagement.")
    months: int = Field(description="Mois que la clause donne à ce type de contrat.")
    term: str = Field(examples=["24 mois pour un CDD"])
    reference: str
    capped_on: date | None = Field(description="Fin de la clause, pour un contrat qui compte jusque-là.")
    last_by_term: date = Field(description="Dernier jour sans aucune décision.")
    steps: list[DurationStepOut]
    suspended: list[SuspendedOut]
    last_day: date = Field(description="« Éligible jusqu'au ».")


class DurationOut(Output):
    """How long a hire lets its person count; `duration` is null while no approval starts it."""

    hire_id: UUID
    contract_id: UUID
    duration: DurationExplained | None
    decisions: list[DurationDecisionOut]
    version: int

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/hires/{self.hire_id}/duration"


class DurationDecisionPage(Page[DurationDecisionOut]):
    """The decisions on one person and obligation, those on other hires included, oldest first."""
