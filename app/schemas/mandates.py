"""Mandates: organisations entrusted with a contract in a role."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from app.principal import Role
from app.schemas.fields import Day, Input, Instant, Output, Siret
from app.schemas.lists import Page
from app.schemas.parties import DatedIn

MandateRole = Literal[Role.FACILITATOR, Role.INSERTION_STRUCTURE]


class MandateIn(DatedIn):
    """A mandate to give, from – to (included)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"siret": "50000000500016", "since": "2024-12-12"}]}
    )

    siret: Siret
    role: MandateRole = Field(default=Role.FACILITATOR, description="Un facilitateur mandaté décide seul.")


class MandatePatch(Input):
    """The end of a mandate."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"until": "2025-12-31"}]})

    until: Day | None = Field(description="Dernier jour ; null : jusqu'à nouvel ordre.")


class MandateOut(Output):
    """A mandate. One withdrawn before it began ends before its first day."""

    id: UUID
    version: int
    contract_id: UUID
    siret: str
    name: str | None
    role: Role
    since: date
    until: date | None
    created_at: Instant

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/contracts/{self.contract_id}/mandates/{self.id}"


class MandatePage(Page[MandateOut]):
    """The mandates on a contract."""
