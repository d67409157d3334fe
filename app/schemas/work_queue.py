"""What waits for the caller, over everything it may see."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.fields import Hours, Month, Output
from app.schemas.follow_up import ActionCode


class QueueWalk(BaseModel):
    """Where the queue goes on, how much of it to give, and of what kind."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(default=None, max_length=300, description="`next` de la page précédente.")
    limit: int = Field(default=50, ge=1, le=200, description="Nombre d'éléments, 200 au plus.")
    code: ActionCode | None = Field(default=None, description="Les éléments de ce code.")


class QueueItem(Output):
    """One thing that waits for the caller. `id` stays the same as long as it waits."""

    id: str
    code: ActionCode
    label: str
    text: str = Field(description="Ce qui attend, en une phrase.")
    href: str = Field(description="Adresse de l'objet à ouvrir.")
    contract_id: UUID | None
    contract_reference: str | None
    declarant: str | None = Field(description="SIRET du déclarant concerné.")
    month: Month | None
    due_on: date | None = Field(description="Échéance ; la première s'il y en a plusieurs.")
    count: int | None
    hours: Hours | None


class WorkQueue(Output):
    """A page of the queue, in an order that never changes. A page may be short, even empty: `next` says."""

    items: list[QueueItem]
    next: str | None
