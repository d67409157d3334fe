"""Sub-targets of a clause: as its terms say them, and where each stands on a day."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from app.rules.codes import Detail, Sex
from app.schemas.fields import Hours, HoursIn, Input, Name, Output, YesNo
from app.schemas.parties import ShareIn

PublicCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]
JobStart = Annotated[
    str,
    StringConstraints(pattern=r"^[A-N][0-9]{0,4}$"),
    Field(description="Code ROME, ou son début.", examples=["F16"]),
]
Residence = Annotated[
    str,
    StringConstraints(
        pattern=r"^((country|region|department|epci|ept|commune)/[0-9A-Z]{2,9}|qpv/[0-9A-Z]{4,16})$"
    ),
    Field(description="Territoire, « niveau/code ».", examples=["commune/57433"]),
]
MOST_CRITERIA = 40


class SubtargetIn(Input):
    """Hours that people who fit criteria must do: either `hours` or a `share` of the main target."""

    label: Name = Field(examples=["Femmes"])
    hours: HoursIn | None = Field(default=None, description="Nombre d'heures.")
    share: ShareIn | None = Field(default=None, description="Part de l'objectif de la clause.")
    publics: list[PublicCode] = Field(
        default_factory=list, max_length=MOST_CRITERIA, description="Publics que la clause accepte."
    )
    sex: Sex | None = None
    jobs: list[JobStart] = Field(default_factory=list, max_length=MOST_CRITERIA)
    residences: list[Residence] = Field(
        default_factory=list,
        max_length=MOST_CRITERIA,
        description="Domicile, au début de la mise à l'emploi.",
    )
    qpv: YesNo = Field(default=False, description="Domicile dans un quartier prioritaire, quel qu'il soit.")


class CriteriaOut(Output):
    """Whose hours count: all criteria given hold together; within a list, one is enough."""

    publics: list[str]
    sex: Sex | None
    jobs: list[str]
    residences: list[str]
    qpv: bool


class SubtargetOut(CriteriaOut):
    """A sub-target as the terms say it."""

    label: str
    hours: str | None
    share: str | None


class SubtargetPositionOut(Output):
    """Where a sub-target stands.

    Who follows people sees it whole; others only so far as it tells nobody's public or residence.
    """

    label: str
    criteria: CriteriaOut
    required: Hours = Field(description="Dues ce jour-là : ses heures, ou sa part de l'objectif.")
    required_at_end: Hours | None = Field(description="Dues à la fin ; null tant que nul ne peut le savoir.")
    detail: Detail = Field(description="Ce qui est montré des heures comptées.")
    detail_label: str
    counted: Hours | None = Field(
        description="Comptées ; par quarts entiers de ce qui est dû si `grouped`, null si `masked`."
    )
    balance: Hours | None = Field(description="Comptées moins dues ; null sauf si `exact`.")
    reached: bool | None = Field(
        description="Atteint ; null si nul ne peut encore le savoir, ou si trop peu de personnes le diraient."
    )
