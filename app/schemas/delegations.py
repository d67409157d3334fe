"""Delegations: an insertion structure that declares in the place of a contractor."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import ConfigDict, Field

from app.schemas.fields import Day, Input, Instant, Output, Siret
from app.schemas.lists import Page
from app.schemas.parties import DatedIn


class DelegationIn(DatedIn):
    """A delegation to give, from – to (included)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"siret": "60000000400017", "since": "2024-12-12"}]}
    )

    siret: Siret = Field(description="SIRET de la structure d'insertion.")


class DelegationPatch(Input):
    """The end of a delegation."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"until": "2025-12-31"}]})

    until: Day | None = Field(description="Dernier jour ; null : jusqu'à nouvel ordre.")


class DelegationOut(Output):
    """A delegation. One withdrawn before it began ends before its first day."""

    id: UUID
    version: int
    contract_id: UUID
    delegator: str = Field(description="SIRET de l'entreprise qui délègue.")
    delegate: str = Field(description="SIRET de la structure qui déclare.")
    since: date
    until: date | None
    created_at: Instant

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/contracts/{self.contract_id}/delegations/{self.id}"


class DelegationPage(Page[DelegationOut]):
    """The delegations on a contract that one sees."""
