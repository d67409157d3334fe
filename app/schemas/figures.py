"""Figures of a territory over a period."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from app.rules.codes import Status
from app.schemas.fields import Hours, Instant, Month, Output
from app.schemas.territories import Level

MASKED = (
    "Null par résidence, sauf pour le facilitateur, si trop peu de personnes y sont ou restent ailleurs "
    "(`fewest_people`)."
)


class Basis(StrEnum):
    """What ties an hour to a territory (domain §6)."""

    EXECUTION = "execution"
    RESIDENCE = "residence"
    BUYER = "buyer"
    FACILITATOR = "facilitator"


class PeriodQuery(BaseModel):
    """The months, both included, and the basis."""

    model_config = ConfigDict(extra="forbid")

    first: Month | None = Field(
        default=None, alias="from", description="Premier mois ; onze mois avant le dernier si absent."
    )
    last: Month | None = Field(
        default=None, alias="to", description="Dernier mois compris ; le mois courant si absent."
    )
    basis: Basis = Field(default=Basis.EXECUTION, description="Ce qui rattache une heure au territoire.")


class ChildrenQuery(PeriodQuery):
    """The same for the territories of a level."""

    level: Level = Field(description="Niveau des territoires contenus.")


class HoursOut(Output):
    """Hours worked in the period: declared = pending + held + refused + counted."""

    declared: Hours
    pending: Hours
    held: Hours
    refused: Hours
    counted: Hours


class StatusCount(Output):
    """How many contracts have a status at the end of the period, or today if that comes first."""

    code: Status
    label: str
    contracts: int


class FiguresOut(Output):
    """What a territory adds up to."""

    hours: HoursOut
    required: Hours | None = Field(
        description="Heures attendues à la fin de la période moins à la veille de son début ; null par"
        " résidence."
    )
    participants: int = Field(description="Personnes distinctes ayant des heures comptées dans la période.")
    contracts: int = Field(description="Contrats rattachés au territoire dont l'exécution touche la période.")
    statuses: list[StatusCount] = Field(description="Les mêmes contrats, par statut.")
    shares_assumed: int = Field(
        description="Contrats dont le partage entre lieux est supposé égal, faute d'être connu."
    )


class TerritoryRef(Output):
    """A territory, named."""

    place: str
    level: str
    code: str
    name: str


class TerritoryPeriod(Output):
    """What the figures are about, and how far changes are settled."""

    # A computed answer has no version to compare: its tag is weak and never required.
    weak_etag: ClassVar[bool] = True
    model_config = ConfigDict(serialize_by_alias=True)

    territory: TerritoryRef
    territory_edition: str
    first: Month = Field(serialization_alias="from")
    last: Month = Field(serialization_alias="to")
    basis: Basis
    known_at: Instant | None = Field(
        description="Dernier instant réglé ; null si la réponse est provisoire ou s'il n'y en a aucun."
    )
    provisional: bool = Field(description="Vrai tant qu'un changement de ces contrats n'a pas reçu son rang.")


class TerritoryComplianceOut(TerritoryPeriod):
    """The figures of a territory. `unlocated`: the part whose commune is not known."""

    figures: FiguresOut | None = Field(description=MASKED)
    unlocated: FiguresOut | None = Field(description=MASKED)


class ChildOut(Output):
    """One territory of the level asked, with its figures."""

    territory: TerritoryRef
    figures: FiguresOut


class TerritoryChildrenOut(TerritoryPeriod):
    """The territories of a level inside another; those without hours nor contracts are left out.

    When `sums` is true, hours and required of the items and of `unlocated` sum to `figures`; people and
    contracts never do, as one may stand in several territories.
    """

    level: Level
    sums: bool = Field(
        description="Faux pour les EPCI et EPT d'un département ou d'une région : ils en débordent."
    )
    figures: FiguresOut | None = Field(description=MASKED)
    unlocated: FiguresOut | None = Field(description=MASKED)
    items: list[ChildOut] = Field(
        description="Par résidence, sauf pour le facilitateur : sans les territoires de peu de personnes."
    )
