"""What becomes of people after a hire: told of one person, or counted."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import ConfigDict, Field

from app.principal import Role
from app.rules.codes import OutcomeCategory, OutcomeMoment, OutcomeSituation
from app.schemas.fields import Input, Instant, Output
from app.schemas.figures import PeriodQuery, TerritoryPeriod, TerritoryRef
from app.schemas.territories import Level


class OutcomeIn(Input):
    """The situation of a person at one moment after a hire."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"situation": "cdi"}]})

    situation: OutcomeSituation


class OutcomeOut(Output):
    """One version of what was told; `situation` is null once the person's data were erased."""

    hire_id: UUID
    moment: OutcomeMoment
    moment_label: str
    situation: OutcomeSituation | None
    situation_label: str | None
    category: OutcomeCategory
    category_label: str
    recorded_by: str = Field(description="Identifiant (SIRET) de l'organisme qui l'a dit.")
    role: Role
    recorded_at: Instant
    version: int

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/hires/{self.hire_id}/outcomes/{self.moment}"


class MomentOut(Output):
    """One moment after a hire: when it comes, what is known of it, and what was said before."""

    moment: OutcomeMoment
    label: str
    due_on: date | None = Field(description="Jour à partir duquel il se constate ; null avant la fin.")
    due: bool = Field(description="Vrai une fois ce jour venu.")
    outcome: OutcomeOut | None
    earlier: list[OutcomeOut] = Field(description="Les versions corrigées depuis, la plus ancienne d'abord.")


class HireOutcomes(Output):
    """The three moments after a hire."""

    items: list[MomentOut]


class CategoryCount(Output):
    """How many hires are of a class."""

    code: OutcomeCategory
    label: str
    hires: int


class OutcomeFigures(Output):
    """Outcomes at one moment, over approved hires that ended.

    A buyer reads classes on its contracts alone, as they stood at the end of a quarter, once enough hires
    (`smallest_group` of `GET /v1/rules`) are of another class than in the quarter it could read before.
    """

    moment: OutcomeMoment
    label: str
    due: int = Field(description="Mises à l'emploi finies dont ce moment est venu.")
    known: int = Field(description="Celles dont la situation est connue.")
    missing: int = Field(description="Celles dont rien n'a été dit.")
    response_rate: str | None = Field(
        description="Connues ÷ venues, quatre décimales ; null s'il n'y en a aucune.",
        examples=["0.8000"],
    )
    dynamic_rate: str | None = Field(
        description="Sorties dynamiques : emploi durable, de transition et sortie positive ÷ (connues"
        " moins neutralisées) ; null s'il n'y en a aucune, et sans classes.",
        examples=["0.6250"],
    )
    categories: list[CategoryCount] | None = Field(
        description="Par classe ; null pour un acheteur s'il n'en lit pas, ou pas encore."
    )
    categories_as_of: date | None = Field(
        description="Jour dont sont les classes et le taux de sorties dynamiques : ce jour ou, pour un"
        " acheteur, la fin d'un trimestre ; null sans classes."
    )


class ContractOutcomes(Output):
    """Outcomes of the hires of a contract that the caller sees, to this day."""

    weak_etag: ClassVar[bool] = True

    contract_id: UUID
    as_of: date
    moments: list[OutcomeFigures]


class OutcomesQuery(PeriodQuery):
    """The months in which hires ended, both included, the basis, and the level of the parts asked for."""

    level: Level | None = Field(
        default=None, description="Niveau des territoires contenus à détailler ; aucun si absent."
    )


class ChildOutcomes(Output):
    """One territory of the level asked, with its outcomes."""

    territory: TerritoryRef
    moments: list[OutcomeFigures]


class TerritoryOutcomes(TerritoryPeriod):
    """Outcomes of the hires that ended in the period, and those whose place the level does not know."""

    level: Level | None
    moments: list[OutcomeFigures] = Field(
        description="Par moment ; vide par résidence, comme le reste, sauf pour le facilitateur."
    )
    unlocated: list[OutcomeFigures]
    items: list[ChildOutcomes]
