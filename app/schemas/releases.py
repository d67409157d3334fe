"""Published figures of territories."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.rules.codes import Indicator
from app.rules.secrecy import LEAST_PEOPLE
from app.schemas.fields import Hours, Input, Instant, Output, Whole
from app.schemas.figures import Basis, TerritoryRef
from app.schemas.lists import Page
from app.schemas.territories import Level


class ReleaseIn(Input):
    """The period to publish: a quarter, or the year once its four quarters are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"year": 2025, "quarter": 1}]})

    year: Whole = Field(ge=2000, le=2100)
    quarter: Whole | None = Field(default=None, ge=1, le=4, description="Absent : l'année entière.")
    smallest_people: Whole | None = Field(
        default=None,
        ge=LEAST_PEOPLE,
        le=1000,
        description="Personnes sous lesquelles une case est masquée ; la valeur de `GET /v1/rules`"
        " (fewest_people) si absent.",
    )


class ThresholdsOut(Output):
    """From what a cell is shown on; what stands in for it is hidden with it."""

    people: int = Field(description="Au moins autant de personnes.")
    firms: int = Field(description="Au moins autant d'entreprises titulaires.")
    largest_share: str = Field(description="Part des heures qu'aucune ne dépasse.")


class IndicatorOut(Output):
    """What an indicator of the release tells."""

    code: Indicator
    label: str
    unit: str
    definition: str
    levels: list[Level]


class ReleaseOut(Output):
    """A release. It never changes: corrections come with later periods."""

    id: UUID
    year: int
    quarter: int | None
    basis: Basis
    known_at: Instant | None = Field(description="Instant auquel les écritures sont arrêtées.")
    territory_edition: str | None
    published_at: Instant
    coverage: str
    thresholds: ThresholdsOut
    indicators: list[IndicatorOut]

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/releases/{self.id}"


class ReleasePage(Page[ReleaseOut]):
    """Releases in the order in which they were published."""


class CellsQuery(BaseModel):
    """Which cells: one indicator, one level."""

    model_config = ConfigDict(extra="forbid")

    indicator: Indicator = Field(default=Indicator.ACTIVITY)
    level: Level
    after: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{0,9}$")] = Field(
        default="", description="`next` de la page précédente."
    )
    limit: int = Field(default=50, ge=1, le=200, description="Nombre d'éléments, 200 au plus.")


class ColumnOut(Output):
    """One category, or several that are too small to be told apart anywhere."""

    codes: list[str]
    label: str
    people: int
    hours: Hours | None = Field(description="Null pour les sorties.")
    hires: int | None = Field(description="Mises à l'emploi finies, pour les sorties ; null sinon.")


class CellOut(Output):
    """One territory that may be told."""

    territory: TerritoryRef
    people: int = Field(
        description="Personnes distinctes ayant des heures comptées ; aux sorties, dont un emploi a fini."
    )
    hours: Hours | None = Field(description="Heures comptées ; null pour les sorties.")
    hires: int | None = Field(description="Mises à l'emploi finies, pour les sorties ; null sinon.")
    contracts: int = Field(description="Contrats de ces personnes.")
    columns: list[ColumnOut]


class CellPage(Output):
    """Cells in the order of codes. Nothing tells a territory that is hidden from one without any hour."""

    release: ReleaseOut
    indicator: Indicator
    level: Level
    items: list[CellOut]
    next: str | None


class PublishedQuery(BaseModel):
    """Of which year; all of them if absent."""

    model_config = ConfigDict(extra="forbid")

    year: int | None = Field(default=None, ge=2000, le=2100)


class PublishedCell(Output):
    """What one release says of the territory under one indicator."""

    release_id: UUID
    year: int
    quarter: int | None
    indicator: Indicator
    people: int
    hours: Hours | None
    hires: int | None
    contracts: int
    columns: list[ColumnOut]


class PublishedOut(Output):
    """Every published figure of a territory; a period that is not listed has none."""

    territory: TerritoryRef
    coverage: str
    releases: list[ReleaseOut]
    items: list[PublishedCell]
