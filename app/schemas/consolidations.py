"""The consolidation of a year: every indicator of a territory, or of all that one sees, in one answer."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.exports import TableAsked
from app.schemas.fields import Hours, Output, Siret
from app.schemas.figures import Basis, FiguresOut, TerritoryPeriod
from app.schemas.outcomes import OutcomeFigures


class ConsolidatedBy(StrEnum):
    """What the counted hours of a year are broken down by (domain §6)."""

    SEX = "sex"
    AGE_BAND = "age_band"
    LEVEL = "level"
    PUBLIC = "public"
    QPV_RESIDENCE = "qpv_residence"
    MODALITY = "modality"
    CONTRACT_TYPE = "contract_type"
    CPV_DIVISION = "cpv_division"
    STRUCTURE = "structure"
    PRESCRIBER = "prescriber"


class ConsolidationQuery(BaseModel):
    """Which year, on which basis, of which buyer."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    year: int = Field(ge=2000, le=2100, description="Année civile.", examples=[2025])
    basis: Basis = Field(default=Basis.EXECUTION, description="Ce qui rattache une heure au territoire.")
    buyer: Siret | None = Field(default=None, description="Les contrats de cet acheteur seul.")


class ConsolidationExport(ConsolidationQuery, TableAsked):
    """The same, in which form."""


class CategoryOut(Output):
    """What counted hours of one category are made of."""

    code: str | None = Field(description="Null : non renseigné, ou catégories trop petites ensemble.")
    label: str
    people: int | None = Field(
        description="Personnes distinctes ; elles ne s'additionnent pas. Null pour une entreprise."
    )
    hires: int | None = Field(
        description="Mises à l'emploi ayant des heures comptées ; null pour une entreprise."
    )
    contracts: int = Field(description="Contrats ayant des heures comptées.")
    hours: Hours


class BreakdownOut(Output):
    """The counted hours by one indicator."""

    code: ConsolidatedBy
    label: str
    sums: bool = Field(
        description="Vrai si les heures des catégories ont pour somme les heures comptées ; faux si une"
        " personne peut relever de plusieurs."
    )
    items: list[CategoryOut]


class WithheldOut(Output):
    """An indicator that is not told to this caller, and why."""

    code: ConsolidatedBy
    label: str
    reason: str


class ConsolidationOut(TerritoryPeriod):
    """All indicators of a year, over the contracts that the caller sees."""

    year: int
    buyer: str | None
    figures: FiguresOut | None = Field(
        description="Les mêmes chiffres que « Suivre la réalisation dans un territoire » pour l'année ; null"
        " par résidence, sauf pour le facilitateur, si trop peu de personnes y sont ou pour un seul acheteur."
    )
    secured: Hours | None = Field(description="Comptées + en attente.")
    balance: Hours | None = Field(description="Comptées moins attendues.")
    rate: str | None = Field(
        description="Comptées ÷ attendues, quatre décimales ; null si rien n'est attendu.",
        examples=["0.5414"],
    )
    full_time_equivalents: str | None = Field(
        description="Heures comptées ÷ heures annuelles d'un temps plein (`fte_hours`), deux décimales.",
        examples=["0.01"],
    )
    hires: int | None = Field(
        description="Mises à l'emploi ayant des heures comptées ; null pour une entreprise."
    )
    hires_started: int | None = Field(description="Celles d'entre elles commencées dans l'année.")
    breakdowns: list[BreakdownOut]
    withheld: list[WithheldOut] = Field(description="Indicateurs que l'appelant ne lit pas.")
    outcomes: list[OutcomeFigures] = Field(
        description="Sorties des mises à l'emploi finies dans l'année, par moment ; vide par résidence, sauf"
        " pour le facilitateur."
    )
