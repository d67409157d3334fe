"""The hours that a territory still has to find, by month, trade and place."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.fields import Hours, Instant, Month, Output
from app.schemas.figures import TerritoryRef
from app.schemas.territories import Level


class NeedsQuery(BaseModel):
    """The months, and the level of the places inside the territory."""

    model_config = ConfigDict(extra="forbid")

    first: Month | None = Field(
        default=None,
        alias="from",
        description="Premier mois ; le mois courant si absent, jamais un mois passé.",
    )
    months: int = Field(default=12, ge=1, le=36, description="Nombre de mois.")
    level: Level | None = Field(
        default=None, description="Niveau des territoires contenus à détailler ; aucun si absent."
    )


class TradeRef(Output):
    """A trade: the ROME code most used by a contract's hires, else the division of its CPV."""

    scheme: Literal["rome", "cpv"] | None = Field(description="null quand le métier n'est pas connu.")
    code: str | None
    label: str = Field(description="Domaine du ROME, ou division du CPV.")


class MonthNeed(Output):
    """Hours to find in a month."""

    month: Month
    hours: Hours


class TradeNeed(Output):
    """Hours to find in a trade over the months asked."""

    trade: TradeRef
    hours: Hours
    months: list[MonthNeed]


class NeedsFigures(Output):
    """What is short on the contracts of a territory, and when it can be worked.

    short = provided + earlier + to_find + later + unscheduled; `to_find` is the sum of the months, and of the
    trades.
    """

    contracts: int = Field(description="Contrats non clos auxquels il manque des heures.")
    short: Hours = Field(
        description="Heures dues à la fin, moins les comptées, en attente ou couvertes par globalisation."
    )
    provided: Hours = Field(description="Dont prévues par des mises à l'emploi en cours.")
    earlier: Hours = Field(description="Dont à trouver avant le premier mois demandé.")
    to_find: Hours = Field(description="Dont à trouver dans les mois demandés.")
    later: Hours = Field(description="Dont à trouver après le dernier mois demandé.")
    unscheduled: Hours = Field(description="Dont sans jour restant : période d'exécution finie ou suspendue.")
    shares_assumed: int = Field(
        description="Contrats dont le partage entre lieux est supposé égal, faute d'être connu."
    )
    months: list[MonthNeed]
    trades: list[TradeNeed]


class PlaceNeeds(Output):
    """One territory of the level asked, with its needs."""

    territory: TerritoryRef
    figures: NeedsFigures


class TerritoryNeedsOut(Output):
    """The needs of a territory, over the contracts that the caller sees, at their places of execution.

    When `sums` is true, hours of the items and of `unlocated` sum to `figures`.
    """

    # A computed answer has no version to compare: its tag is weak and never required.
    weak_etag: ClassVar[bool] = True
    model_config = ConfigDict(serialize_by_alias=True)

    territory: TerritoryRef
    territory_edition: str
    first: Month = Field(serialization_alias="from")
    last: Month = Field(serialization_alias="to")
    known_at: Instant | None = Field(
        description="Dernier instant réglé ; null si la réponse est provisoire ou s'il n'y en a aucun."
    )
    provisional: bool = Field(description="Vrai tant qu'un changement de ces contrats n'a pas reçu son rang.")
    figures: NeedsFigures
    unlocated: NeedsFigures = Field(
        description="La part sans territoire du niveau demandé (sans niveau : sans commune)."
    )
    level: Level | None
    sums: bool = Field(
        description="Faux pour les EPCI et EPT d'un département ou d'une région : ils en débordent."
    )
    items: list[PlaceNeeds] = Field(description="Vide si aucun niveau n'est demandé.")
    unknown_at_end: int = Field(
        description="Contrats dont nul ne sait encore ce qui sera dû à la fin : comptés pour ce qui est dû"
        " aujourd'hui."
    )
    without_terms: int = Field(
        description="Contrats sans clause, alors qu'elle manque ou reste à vérifier : non comptés."
    )
