"""Pools: what a holder asks for, what each buyer answers, and where the contracts stand together."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from annotated_types import Len
from pydantic import ConfigDict, Field, JsonValue

from app.rules.codes import PoolState
from app.schemas.compliance import ComplianceStatus, ComplianceWindow, HourFigures, Known
from app.schemas.fields import Day, Hours, Input, Instant, Output, Words
from app.schemas.lists import Page

CONTRACTS_AT_MOST = 50
EXAMPLE: list[JsonValue] = [
    "01941f29-7c00-7000-8000-000000000001",
    "01941f29-7c00-7000-8000-000000000002",
]


class PoolIn(Input):
    """A pool to ask the buyers of these contracts for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"contracts": EXAMPLE, "reason": "Trois lots, un seul parcours"},
                {"contracts": EXAMPLE[:1], "follow_on": True},
            ]
        }
    )

    contracts: Annotated[list[UUID], Len(1, CONTRACTS_AT_MOST)] = Field(
        description="Contrats que l'appelant tient seul, ou dont il est le mandataire ; chacun a une clause. "
        "Deux au moins, marchés subséquents compris."
    )
    follow_on: bool = Field(
        default=False,
        description="Joindre aussi les marchés subséquents de ces accords-cadres que l'appelant tient, "
        "qui ont une clause, courent et ne sont dans aucune autre globalisation. "
        "Un accord-cadre sans clause ne sert alors qu'à les nommer.",
    )
    reason: Words | None = None


class PoolAgreementIn(Input):
    """The buyer's agreement for its own contract."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2025-01-06"}]})

    on: Day | None = Field(
        default=None, description="Jour à partir duquel elle vaut : aujourd'hui si absent, au plus tard."
    )
    reason: Words | None = None


class PoolRefusalIn(Input):
    """Why a buyer refuses, or why a contract leaves, and from which day on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Le marché suit son propre plan"}]})

    on: Day | None = Field(default=None, description="Aujourd'hui si absent, au plus tard.")
    reason: Words


class PoolContractOut(Output):
    """A contract of a pool that the caller sees, as it stands today."""

    contract_id: UUID
    reference: str
    lot: str | None
    state: PoolState
    on: Day = Field(description="Jour à partir duquel cet état vaut.")
    reason: str | None
    answered_at: Instant


class PoolOut(Output):
    """A pool. The holder reads every contract; a buyer its own, and the number of all."""

    id: UUID
    version: int
    holder: str = Field(description="Identifiant du titulaire.")
    holder_name: str | None
    requested_on: Day
    reason: str | None
    running: bool = Field(description="Vrai dès que deux contrats y participent.")
    contracts_total: int
    agreed_total: int
    contracts: list[PoolContractOut]

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/pools/{self.id}"


class PoolPage(Page[PoolOut]):
    """Pools that the caller asked for, or that a contract it sees was asked to join."""


class PooledContractOut(HourFigures):
    """The part of one contract that the caller sees; its hours stay on it."""

    contract_id: UUID
    status: ComplianceStatus = Field(description="Statut du contrat pour lui-même.")
    covered: Hours = Field(description="Ce que l'excédent des autres contrats comble de son déficit.")


class PoolComplianceOut(Known, HourFigures):
    """The position of a pool on a day; hours null while it does not run."""

    pool_id: UUID
    running: bool
    status: ComplianceStatus | None = Field(description="Le statut qui engage, pour tous les contrats.")
    window: ComplianceWindow | None = Field(description="Du premier début à la dernière fin.")
    rate: str | None = Field(description="Comptées ÷ dues, quatre décimales.", examples=["0.2883"])
    contracts_total: int = Field(description="Contrats dont les heures sont dans les sommes.")
    contracts: list[PooledContractOut] = Field(description="Ceux d'entre eux que l'appelant voit.")
