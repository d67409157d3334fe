"""The feed of changes, and the audit trail."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.fields import Day, Instant, Output
from app.schemas.lists import Page

LAST_POSITION = 2**53


class FeedWalk(BaseModel):
    """Where a reader of the feed has got to."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(
        default=0, ge=0, le=LAST_POSITION, description="`next` de la page précédente ; 0 pour le début."
    )
    limit: int = Field(default=50, ge=1, le=200, description="Nombre d'événements souhaité, 200 au plus.")


class EventOut(Output):
    """Something happened to an object; what it is now is read at its own address."""

    id: str = Field(description="« position-rang » : le même événement a toujours le même identifiant.")
    position: int
    at: Instant
    type: str = Field(examples=["hire.declared"])
    subject_type: str
    subject_id: UUID
    contract_id: UUID | None


class EventPage(Output):
    """Events in the order of positions; an event may be sent again, none is ever left out.

    `next` is always given: at the end of the feed it is where to ask again later.
    """

    items: list[EventOut]
    next: int


class ObjectTouched(Output):
    """An object that a change set fields of: their names, never their values."""

    type: str
    id: UUID
    fields: list[str]


class ChangeOut(Output):
    """One change made by the caller's organisation in the caller's role."""

    id: UUID
    position: int | None = Field(
        description="Nul tant que le changement n'est pas scellé (moins d'une seconde)."
    )
    at: Instant
    action: str
    role: str
    key_id: UUID | None
    membership_id: UUID | None
    request_id: str | None = Field(
        description="Nul, comme key_id et membership_id, après la durée des journaux (log_months)."
    )
    contract_id: UUID | None
    objects: list[ObjectTouched]


class TrailForm(StrEnum):
    """How the trail is written out."""

    CSV = "csv"
    NDJSON = "ndjson"


class TrailQuery(BaseModel):
    """Which part of the trail, by French days, both included."""

    model_config = ConfigDict(extra="forbid")

    first: Day | None = Field(default=None, alias="from", description="Premier jour ; le début si absent.")
    last: Day | None = Field(default=None, alias="to", description="Dernier jour compris ; la fin si absent.")
    form: TrailForm = Field(default=TrailForm.CSV, alias="format")


class ChangePage(Page[ChangeOut]):
    """One's own changes, oldest first."""
