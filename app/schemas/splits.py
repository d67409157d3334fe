"""Held hours, and the splits that two reviewers agree on."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from app.errors import FieldProblem, Text
from app.rules.codes import Rule, SplitState
from app.schemas.fields import Hours, HoursIn, Input, Instant, Month, Output, Words
from app.schemas.lists import Page

NO_HOURS = Text(
    "Un partage laisse des heures à l'une des lignes.", "A split leaves hours to one of the lines."
)


class ReviewerOut(Output):
    """Whom to turn to: the organisation that examines the other claim."""

    identifier: str
    name: str | None


class OtherClaim(Output):
    """A claim on the same hours: its month, its hours and who examines it; nothing else of it is told."""

    claim: UUID = Field(description="À redonner pour proposer un partage ; ne désigne rien d'autre.")
    month: Month
    hours: Hours = Field(description="Heures que cette déclaration demande.")
    reviewer: ReviewerOut
    rule: Rule
    available: Hours = Field(description="À partager entre les deux déclarations.")


class HeldLine(Output):
    """A line with held hours, and the claims that stand before it."""

    line_id: UUID
    hire_id: UUID
    statement_id: UUID
    month: Month
    declared: Hours
    held: Hours
    counted: Hours
    asked: Hours = Field(description="Heures que la ligne demande après examen et éligibilité.")
    others: list[OtherClaim]


class HeldPage(Page[HeldLine]):
    """The held lines of a contract, with what may be known of the other claims."""


class SplitIn(Input):
    """A split to propose to the reviewer of another claim: hours for the line here, hours for that claim."""

    line_id: UUID
    claim: UUID = Field(description="Celui que donnent les heures retenues.")
    hours: HoursIn = Field(description="Heures pour cette ligne, au plus.")
    other_hours: HoursIn = Field(description="Heures pour l'autre déclaration, au plus.")
    reason: Words | None = Field(
        default=None, description="Lu de l'autre organisme.", examples=["Au prorata des jours travaillés"]
    )

    @model_validator(mode="after")
    def _leaves_hours(self) -> Self:
        if not self.hours and not self.other_hours:
            raise FieldProblem("no_hours", NO_HOURS)
        return self


class SplitAnswerIn(Input):
    """Why a proposal is accepted, refused or withdrawn; read by both sides."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Convenu par téléphone"}]})

    reason: Words | None = None


class SplitOut(Output):
    """A split as one side sees it: its own line, the hours of both, and who examines the other claim."""

    id: UUID
    contract_id: UUID
    line_id: UUID
    hire_id: UUID
    month: Month
    rule: Rule
    hours: Hours
    other_hours: Hours
    other_reviewer: ReviewerOut
    proposed_here: bool = Field(description="Vrai du côté qui propose ; l'autre répond.")
    state: SplitState
    in_force: bool = Field(description="Convenu, et les deux déclarations sont encore celles d'alors.")
    reason: str | None
    answer_reason: str | None
    proposed_at: Instant
    answered_at: Instant | None
    version: int

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/contracts/{self.contract_id}/splits/{self.id}"


class SplitPage(Page[SplitOut]):
    """The splits with a line of the contract, on either side, oldest first."""
