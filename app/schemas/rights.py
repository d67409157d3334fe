"""What a person may ask about their data: to object, to be erased. Codes and days, never a text."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import ConfigDict, Field

from app.schemas.fields import Day, Input, Instant, Output
from app.schemas.participants import Purpose


class OppositionDecision(StrEnum):
    """Whether the processing is limited from now on, or no longer."""

    OPPOSED = "opposed"
    LIFTED = "lifted"


class OppositionGround(StrEnum):
    """Why: the first three limit the processing, the last two end the limitation."""

    PARTICULAR_SITUATION = "particular_situation"
    DATA_CONTESTED = "data_contested"
    UNLAWFUL_PROCESSING = "unlawful_processing"
    PERSON_WITHDREW = "person_withdrew"
    OVERRIDING_REASON = "overriding_reason"


class ErasureGround(StrEnum):
    """Why a person was erased."""

    PERSON_REQUEST = "person_request"
    RECORDED_BY_MISTAKE = "recorded_by_mistake"
    RETENTION = "retention"


class ErasureRequestGround(StrEnum):
    """Why somebody asks for an erasure; the retention is the service's own ground."""

    PERSON_REQUEST = "person_request"
    RECORDED_BY_MISTAKE = "recorded_by_mistake"


class OppositionIn(Input):
    """What the person asked, and on which day it was received."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"decision": "opposed", "ground": "particular_situation", "received_on": "2025-01-08"}
            ]
        }
    )

    decision: OppositionDecision
    ground: OppositionGround
    received_on: Day = Field(description="Jour où la demande de la personne a été reçue.")


class OppositionOut(Output):
    """One opposition, or the end of one."""

    participant_id: UUID
    number: int
    decision: OppositionDecision
    decision_label: str
    ground: OppositionGround
    ground_label: str
    received_on: date
    recorded_at: Instant
    stands: bool = Field(description="Vrai si le traitement est limité par cette décision, la dernière.")

    @property
    def location(self) -> str:
        """Where the oppositions of the person are read."""
        return f"/v1/participants/{self.participant_id}/oppositions?purpose={Purpose.RIGHTS_REQUEST}"


class Oppositions(Output):
    """What the person asked, oldest first, and what a standing opposition stops."""

    items: list[OppositionOut]
    stops: list[str] = Field(description="Ce que l'opposition arrête, en clair.")


class ErasureIn(Input):
    """Why the person is erased. Nothing brings them back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ground": "person_request"}]})

    ground: ErasureRequestGround


class ErasureOut(Output):
    """What was done: what identified the person is gone, sums stay."""

    participant_id: UUID
    ground: ErasureGround
    ground_label: str
    erased_at: Instant

    @property
    def location(self) -> str:
        """Where the record stood."""
        return f"/v1/participants/{self.participant_id}"


class RetentionCandidate(Output):
    """A person, by the ids of their records, and what their retention says today."""

    participant_ids: list[UUID]
    last_contact: date | None = Field(description="Absent tant qu'un contrat est ouvert.")
    due_on: date | None = Field(description="Jour à partir duquel l'identité s'efface.")
    reason: str = Field(description="Code de la raison.")
    reason_label: str


class RetentionOut(Output):
    """What the daily job would do today: ids and reasons, never a name."""

    on: date
    months: int
    reference: str
    items: list[RetentionCandidate]
