"""Places of execution of a contract."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from app.errors import FieldProblem, Text
from app.schemas.fields import Input, Output, PlaceCode, Reference
from app.schemas.parties import Share, ShareIn

ONE_PLACE = Text(
    "Un territoire, ou bien le code et le type de code publiés.",
    "Either a territory, or the published code and its type.",
)

PlaceType = Literal[
    "Code postal",
    "Code commune",
    "Code arrondissement",
    "Code canton",
    "Code département",
    "Code région",
    "Code pays",
]


class PlaceIn(Input):
    """A place of execution, as a territory or as published. Shares are given for all places or for none."""

    place: PlaceCode | None = None
    published_code: Reference | None = Field(default=None, max_length=32, examples=["57280"])
    published_type: PlaceType | None = Field(default=None, examples=["Code postal"])
    share: ShareIn | None = None

    @model_validator(mode="after")
    def _one_place(self) -> PlaceIn:
        published = (self.published_code is not None, self.published_type is not None)
        if published != ((False, False) if self.place else (True, True)):
            raise FieldProblem("one_place", ONE_PLACE)
        return self


class PlaceChoice(Input):
    """The territory that a place of execution is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"place": "commune/57433"}]})

    place: PlaceCode


class PlaceOut(Output):
    """A place of execution; `place` is null until somebody chooses among the `candidates`."""

    ordinal: int
    place: str | None
    published_code: str | None
    published_type: str | None
    candidates: list[str]
    share: Share
    share_assumed: bool = Field(description="Vrai quand la part n'est pas donnée : parts égales.")
