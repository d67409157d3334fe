"""What publications leave to be decided: fields that a person had changed, records under a taken identity."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from app.schemas.fields import Input, Instant, Output
from app.schemas.lists import Page, Walk


class PublicationConflictState(StrEnum):
    """What became of a field that DECP says otherwise."""

    OPEN = "open"
    TAKEN = "taken"
    KEPT = "kept"
    SETTLED = "settled"


class PublicationReviewState(StrEnum):
    """What became of a record under a taken identity."""

    OPEN = "open"
    SAME = "same"
    DISTINCT = "distinct"


class PublicationReviewReason(StrEnum):
    """Why a record was not simply registered."""

    OTHER_CONTENT = "other_content"
    REGISTERED_OTHERWISE = "registered_otherwise"
    RETURNED_OTHERWISE = "returned_otherwise"


class PublicationConflictWalk(Walk):
    """Which conflicts, and where their list goes on."""

    state: PublicationConflictState | None = None
    contract: UUID | None = Field(default=None, description="Ceux de ce contrat seul.")


class PublicationReviewWalk(Walk):
    """Which reviews, and where their list goes on."""

    state: PublicationReviewState | None = None
    contract: UUID | None = Field(default=None, description="Ceux de ce contrat seul.")


class PublicationConflictDecisionIn(Input):
    """Whose value a field has from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision": "take"}]})

    decision: Literal["take", "keep"] = Field(
        description="`take` : la valeur publiée ; `keep` : celle du contrat, jusqu'à une autre publication."
    )


class PublicationReviewDecisionIn(Input):
    """What a record is to the contract of the same identity."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision": "distinct"}]})

    decision: Literal["same", "distinct"] = Field(
        description="`same` : une publication de ce contrat ; `distinct` : un autre contrat, alors inscrit."
    )


class PublicationConflictOut(Output):
    """A field that a publication says otherwise than the contract, which a person had changed."""

    id: UUID
    contract_id: UUID
    field: str = Field(description="Champ du contrat, ou `place`, `holders`.")
    ours: str | None = Field(description="Valeur du contrat quand l'écart a été trouvé.")
    theirs: str | None = Field(description="Valeur publiée en dernier.")
    state: PublicationConflictState
    found_at: Instant
    decided_at: Instant | None
    version: int


class PublicationConflictPage(Page[PublicationConflictOut]):
    """A page of conflicts, the first found first."""


class PublicationReviewSide(Output):
    """What one of the two says."""

    object: str
    notified_on: str | None
    amount: str | None
    duration_months: int | None
    holders: list[str] = Field(description="Type et valeur de chaque identifiant ; masqués s'ils nomment.")


class PublicationReviewOut(Output):
    """A published record beside the contract registered under its identity."""

    id: UUID
    contract_id: UUID
    reason: PublicationReviewReason
    reference: str
    source: str | None = Field(description="Nom du fichier.")
    published: PublicationReviewSide
    registered: PublicationReviewSide
    state: PublicationReviewState
    new_contract_id: UUID | None = Field(description="Contrat inscrit à part, s'il est distinct.")
    found_at: Instant
    decided_at: Instant | None
    version: int


class PublicationReviewPage(Page[PublicationReviewOut]):
    """A page of reviews, the first found first."""
