"""Statements of hours and their review."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.errors import FieldProblem, Text
from app.rules.approvals import ApprovalState
from app.rules.codes import HourKind, LineWarning, ProofLevel, ReviewState, Rule, State
from app.schemas.fields import Day, Hours, HoursIn, Input, Instant, Month, Output, Warned, Words, YesNo
from app.schemas.lists import Page
from app.schemas.proof_levels import SeenDocumentIn, SeenDocumentOut

LINES = 500
DOCUMENTS = 20
NO_VERDICT = Text("Aucun verdict.", "No verdict.")
NOTHING_AND_LINES = Text(
    "Un relevé porte des lignes, ou déclare qu'il n'y a rien à déclarer.",
    "A statement carries lines, or says that there is nothing to declare.",
)
DATES_REVERSED = Text("La fin précède le début.", "The end comes before the beginning.")
HOURS_AND_REASON = Text(
    "Une acceptation partielle dit combien d'heures et pourquoi.",
    "A partial acceptance says how many hours and why.",
)
REASON_NEEDED = Text("Dites pourquoi la ligne est renvoyée.", "Say why the line is returned.")


class PeriodIn(Input):
    """A dated part of a line with its own hours."""

    first: Day
    last: Day
    worked: HoursIn
    training: HoursIn = 0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise FieldProblem("end_before_start", DATES_REVERSED)
        return self


class LineIn(Input):
    """The month's hours of one hire. Declared = worked + training; overtime is a part of worked."""

    hire_id: UUID
    worked: HoursIn = Field(description="Heures travaillées, heures supplémentaires comprises.")
    training: HoursIn = Field(default=0, description="Heures de formation, en plus des heures travaillées.")
    overtime: HoursIn = Field(
        default=0, description="Part des heures travaillées au-delà de l'horaire hebdomadaire."
    )
    periods: list[PeriodIn] = Field(
        default_factory=list,
        max_length=31,
        description="Sous-périodes datées : elles remplacent le prorata des mois incomplets.",
    )


class StatementContent(Input):
    """What a month is said to hold."""

    lines: list[LineIn] = Field(default_factory=list, max_length=LINES)
    nothing_to_declare: YesNo = False
    total_hours_worked: HoursIn | None = Field(
        default=None,
        description="Heures travaillées par tous, que suit un objectif `share_of_hours` : celles que dit"
        " chaque déclarant s'ajoutent ; une correction qui les omet les retire.",
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.nothing_to_declare == bool(self.lines):
            raise FieldProblem("lines_or_nothing", NOTHING_AND_LINES)
        return self


class StatementIn(StatementContent):
    """A month's statement."""

    month: Month


class CorrectionIn(StatementContent):
    """The whole month again, and why. Lines left unchanged keep their review."""

    reason: Words = Field(examples=["Heures de la dernière semaine oubliées."])


class LineReview(Input):
    """The reviewer's verdict on one line, the supporting documents seen for it, or both."""

    hire_id: UUID
    verdict: Literal[ReviewState.ACCEPTED, ReviewState.PART, ReviewState.RETURNED] | None = Field(
        default=None, description="Absent : seuls les documents vus sont enregistrés."
    )
    hours: HoursIn | None = Field(default=None, description="Heures acceptées, si le verdict est `part`.")
    reason: Words | None = None
    documents: list[SeenDocumentIn] | None = Field(
        default=None,
        max_length=DOCUMENTS,
        description="Tous les justificatifs vus pour la ligne ; ils remplacent ceux d'avant.",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.verdict is None and (self.documents is None or self.reason is not None):
            raise FieldProblem("nothing_decided", NO_VERDICT)
        part = self.verdict is ReviewState.PART
        if part != (self.hours is not None) or (part and self.reason is None):
            raise FieldProblem("hours_and_reason", HOURS_AND_REASON)
        if self.verdict is ReviewState.RETURNED and self.reason is None:
            raise FieldProblem("reason_required", REASON_NEEDED)
        return self


class ReviewIn(Input):
    """Verdicts on lines of a statement: those named, or all those not reviewed yet accepted whole."""

    lines: list[LineReview] = Field(default_factory=list, max_length=LINES)
    accept_all: YesNo = Field(default=False, description="Accepter entières les lignes encore sans verdict.")

    @model_validator(mode="after")
    def _decides_something(self) -> Self:
        if not self.lines and not self.accept_all:
            raise FieldProblem("nothing_decided", NO_VERDICT)
        return self


class LineWarned(Warned):
    """Something implausible, judged at review."""

    code: LineWarning


class PostingOut(Output):
    """Some hours of a line in one state, with the rule that decided."""

    state: State
    kind: HourKind
    hours: Hours
    rule: Rule | None
    parameter: str | None
    reference: str | None


class PeriodOut(Output):
    """A dated part of a line."""

    first: date
    last: date
    worked: Hours
    training: Hours


class LineOut(Output):
    """A line with where each of its hours stands: declared = pending + held + refused + counted."""

    id: UUID
    hire_id: UUID
    worked: Hours
    training: Hours
    overtime: Hours
    periods: list[PeriodOut]
    declared: Hours
    pending: Hours
    held: Hours
    refused: Hours
    counted: Hours
    review: ReviewState
    accepted: Hours | None
    review_reason: str | None
    proof_level: ProofLevel
    proof_level_label: str
    documents: list[SeenDocumentOut]
    warnings: list[LineWarned]
    postings: list[PostingOut]


class StatementSummary(Output):
    """A statement without its lines."""

    id: UUID
    contract_id: UUID
    declarant: str
    month: Month
    nothing_to_declare: bool
    approval: ApprovalState = Field(description="Réponse du titulaire à ce qui est déclaré sous lui.")
    approval_label: str
    approval_due_on: date | None = Field(
        description="Dernier jour laissé au titulaire, ou au sous-traitant à qui il l'a renvoyé."
    )
    latest: int = Field(description="Numéro de la dernière version envoyée.")
    version: int
    created_at: Instant


class StatementOut(StatementSummary):
    """A statement as it stands."""

    total_hours_worked: Hours | None = Field(description="Heures travaillées par tous, telles que déclarées.")
    lines: list[LineOut]

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/statements/{self.id}"


class StatementPage(Page[StatementSummary]):
    """Statements of a contract."""


class VersionLine(Output):
    """A line as it was sent in one version."""

    hire_id: UUID
    worked: Hours
    training: Hours
    overtime: Hours
    periods: list[PeriodOut]


class StatementVersionOut(Output):
    """One submission, as it was sent."""

    number: int
    reason: str | None
    nothing_to_declare: bool
    total_hours_worked: Hours | None
    submitted_at: Instant
    lines: list[VersionLine]


class StatementVersions(Output):
    """Every submission of a statement, oldest first."""

    items: list[StatementVersionOut]


class DraftLine(Output):
    """A line proposed for a month: last month's hours of a hire still running, zeros for a new one."""

    hire_id: UUID
    worked: Hours
    training: Hours
    overtime: Hours


class Draft(Output):
    """A statement to complete and send; nothing is recorded."""

    month: Month
    lines: list[DraftLine]
