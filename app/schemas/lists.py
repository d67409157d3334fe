"""Lists: walked in the order of ids, a page at a time."""

from __future__ import annotations

from typing import Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.fields import Output

Item = TypeVar("Item")


class Walk(BaseModel):
    """Where a list goes on, and how much of it to give. More than the most is an error, not a clamp."""

    model_config = ConfigDict(extra="forbid")

    after: UUID | None = Field(default=None, description="`next` de la page précédente.")
    limit: int = Field(default=50, ge=1, le=200, description="Nombre d'éléments, 200 au plus.")


class Page(Output, Generic[Item]):
    """A page of a list; `next` is null on the last one and stands in the `Link` header too."""

    items: list[Item]
    next: UUID | None
