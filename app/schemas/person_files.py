"""Everything held of a person, for the person: the file of the right of access."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from app.schemas.assessments import AssessmentOut
from app.schemas.disputes import DisputeOut
from app.schemas.durations import DurationDecisionOut
from app.schemas.fields import Hours, Instant, Month, Output
from app.schemas.hires import HireOut
from app.schemas.outcomes import OutcomeOut
from app.schemas.participants import ParticipantOut
from app.schemas.persons import PersonLinkOut
from app.schemas.rights import OppositionOut


class FileRecord(Output):
    """The person as one organisation recorded them."""

    declared_by: str = Field(description="Organisme qui a déclaré la personne.")
    recorded_at: Instant
    person: ParticipantOut
    oppositions: list[OppositionOut]


class FileMonth(Output):
    """What was declared of a month, and what became of it."""

    month: Month
    worked: Hours
    training: Hours
    overtime: Hours
    pending: Hours
    held: Hours
    refused: Hours
    counted: Hours
    reason: str | None = Field(description="Motif d'une coupe, s'il y en a une.")


class FileHire(Output):
    """One hire with all that hangs on it; `assessment` and `durations` for the facilitator's file only."""

    contract: str = Field(description="Le marché, par sa référence et son objet.")
    buyer: str
    employer_name: str
    hire: HireOut
    outcomes: list[OutcomeOut]
    months: list[FileMonth]
    assessment: AssessmentOut | None
    durations: list[DurationDecisionOut]
    disputes: list[DisputeOut]


class FileReading(Output):
    """One reading of the person's data that the caller's organisation made."""

    at: Instant
    action: str
    action_label: str
    purpose: str | None
    purpose_label: str | None


class FileProcessing(Output):
    """Why one kind of data is held, by what right, for whom, for how long, and where it comes from."""

    data: str
    purpose: str
    basis: str
    recipients: list[str]
    retention: str
    source: str


class PersonFile(Output):
    """The file. `complete` is false where other organisations hold more, which they answer for."""

    made_on: date
    complete: bool
    left_out: list[str] = Field(description="Ce que ce dossier ne contient pas, et à qui le demander.")
    records: list[FileRecord]
    hires: list[FileHire]
    links: list[PersonLinkOut]
    readings: list[FileReading]
    processing: list[FileProcessing]
    rights: list[str]
