"""Organisations."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.schemas.fields import Day, Input, Instant, Name, Output, PlaceCode


class OrganisationIn(Input):
    """What may be said of an organisation; its SIRET is in the address."""

    name: Name | None = Field(description="Nom usuel.", examples=["Communauté d'exemple"])
    seat: PlaceCode | None = Field(description="Commune du siège.")


class OfficialOut(Output):
    """What the State's directory of firms says of an establishment."""

    name: str | None = Field(
        description="Raison sociale ; nulle pour une personne physique ou une unité non diffusible.",
        examples=["COMMUNAUTE D'EXEMPLE"],
    )
    state: Literal["open", "closed", "not_listed"] = Field(examples=["open"])
    closed_on: Day | None = Field(description="Jour de fermeture, si elle est fermée.")
    siae_kind: str | None = Field(description="Type de structure d'insertion, par exemple ACI.")
    checked_at: Instant = Field(description="Quand l'annuaire a répondu cela pour la dernière fois.")


class OrganisationOut(Output):
    """An organisation: a public fact, the same for every caller."""

    id: UUID
    siret: str
    name: str | None
    seat: str | None
    official: OfficialOut | None = Field(
        description="Ce qu'en dit l'annuaire des entreprises, à côté de ce qu'une personne a écrit et qu'il "
        "ne remplace jamais ; nul tant qu'il n'a pas été lu."
    )
    version: int

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/organisations/{self.siret}"
