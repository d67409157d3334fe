"""Organisations."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from app.schemas.fields import Input, Name, Output, PlaceCode


class OrganisationIn(Input):
    """What may be said of an organisation; its SIRET is in the address."""

    name: Name | None = Field(description="Nom usuel.", examples=["Communauté d'exemple"])
    seat: PlaceCode | None = Field(description="Commune du siège.")


class OrganisationOut(Output):
    """An organisation: a public fact, the same for every caller."""

    id: UUID
    siret: str
    name: str | None
    seat: str | None
    version: int

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/organisations/{self.siret}"
