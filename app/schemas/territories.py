"""Reference territories."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.schemas.fields import Output

Level = Literal["country", "region", "department", "epci", "ept", "commune"]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{2,9}$")]


class TerritorySearch(BaseModel):
    """Criteria; all those given must fit."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, StringConstraints(min_length=2, max_length=100)] | None = Field(
        default=None, description="Début du nom ou d'un mot du nom, accents et tirets indifférents."
    )
    postal_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")] | None = None
    code: Code | None = None
    level: Level | None = None
    limit: int = Field(default=50, ge=1, le=200)


class TerritoryOut(Output):
    """A territory of the edition in force."""

    place: str
    level: str
    code: str
    name: str
    kind: str
    population: int | None


class TerritoryDetail(TerritoryOut):
    """A territory with what contains it, narrowest first."""

    edition: str
    parents: list[TerritoryOut]
    postal_codes: list[str]


class TerritoryList(Output):
    """Territories found, and the edition they belong to."""

    edition: str
    items: list[TerritoryOut]
