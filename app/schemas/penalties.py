"""Penalties: the computed statement, the facts behind it, and the buyer's decisions."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from app.rules.codes import PenaltyBlock, PenaltyKind, PenaltyLimit
from app.schemas.compliance import Known
from app.schemas.fields import Day, Input, Instant, Money, MoneyIn, Month, Name, Output, Siret, Words
from app.schemas.lists import Page
from app.schemas.penalty_terms import PenaltyCode


class PenaltyFactKind(StrEnum):
    """What is recorded towards penalties."""

    DOCUMENT_EXPECTED = "document_expected"
    DOCUMENT_RECEIVED = "document_received"
    NOTICE_SENT = "notice_sent"
    NOTICE_RECEIVED = "notice_received"
    EVENT = "event"


class PenaltyOutcome(StrEnum):
    """What the buyer decides on computed penalties."""

    APPLY = "apply"
    REDUCE = "reduce"
    WAIVE = "waive"


class PenaltyInputOut(Output):
    """A value that an amount was computed from, its day and where it is written."""

    code: str
    label: str
    value: str
    unit: str
    on: date | None
    reference: str


class PenaltyBlockOut(Output):
    """Why something cannot be decided yet."""

    code: PenaltyBlock
    text: str


class PenaltyLineOut(Output):
    """One penalty, explained. What is `applicable` less what was `decided` already is `remaining`."""

    key: str = Field(description="Ce qui la désigne dans une décision.", examples=["missing_hours"])
    term: str = Field(description="Code de la pénalité dans la clause.", examples=["missing_hours"])
    kind: PenaltyKind
    label: str
    text: str = Field(examples=["46 h dues, 14 h comptées : 32 h manquantes"])
    formula: str = Field(examples=["32 h × 200 €/h = 6 400 €"])
    inputs: list[PenaltyInputOut]
    computed: Money = Field(description="Avant plafond et minimum.")
    limit: PenaltyLimit | None = Field(description="La limite qui a changé le montant.")
    amount: Money
    applicable: Money = Field(description="Zéro tant que quelque chose s'oppose à la décision.")
    decided: Money = Field(description="Ce sur quoi l'acheteur a déjà décidé.")
    remaining: Money
    blocks: list[PenaltyBlockOut]
    reference: str
    assumed: bool


class PenaltyStatementOut(Known):
    """Every penalty of a contract on a day: computed and explained, applied by nobody but the buyer."""

    contract_id: UUID
    rules_version: str
    lines: list[PenaltyLineOut]
    total: Money
    applicable: Money
    decided: Money
    remaining: Money = Field(description="Ce sur quoi une décision peut porter aujourd'hui.")
    blocks: list[PenaltyBlockOut] = Field(description="Ce qui s'oppose à toute décision.")


DocumentKey = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class PenaltyFactIn(Input):
    """A fact; which fields it takes depends on `kind`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "document_expected",
                    "on": "2025-01-15",
                    "term": "late_document",
                    "label": "Bilan trimestriel",
                }
            ]
        }
    )

    kind: PenaltyFactKind
    on: Day = Field(description="Jour dû, reçu, envoyé ou survenu, selon `kind`.")
    term: PenaltyCode | None = Field(
        default=None, description="Code de la pénalité : document attendu, manquement, heures manquantes."
    )
    label: Name | None = Field(default=None, description="Document attendu ou manquement, en clair.")
    subject: UUID | None = Field(default=None, description="Fait reçu, ou que vise la mise en demeure.")
    declarant: Siret | None = Field(default=None, description="Titulaire dont un relevé est réclamé.")
    month: Month | None = Field(default=None, description="Mois du relevé réclamé.")
    document: DocumentKey | None = Field(
        default=None, description="`key` d'un document dû par la clause (`reporting.documents`)."
    )


class CancellationIn(Input):
    """Why a fact is taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Saisi sur le mauvais contrat."}]})

    reason: Words


class PenaltyFactOut(Output):
    """A recorded fact. A cancelled one has no effect, nor has what is about it."""

    id: UUID
    contract_id: UUID
    kind: PenaltyFactKind
    kind_label: str
    on: date
    term: str
    label: str | None
    subject: UUID | None
    declarant: str | None
    month: Month | None
    document: str | None
    recorded_by: str
    recorded_at: Instant
    cancelled_at: Instant | None
    cancel_reason: str | None

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/contracts/{self.contract_id}/penalties/facts/{self.id}"


class PenaltyFactPage(Page[PenaltyFactOut]):
    """The facts recorded on a contract."""


LineKey = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class PenaltyDecisionIn(Input):
    """The buyer's decision on the penalties that remain, or on some of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "outcome": "reduce",
                    "computed": "6400.00",
                    "amount": "3200.00",
                    "reason": "Difficultés de recrutement signalées à temps.",
                }
            ]
        }
    )

    outcome: PenaltyOutcome
    as_of: Day | None = Field(default=None, description="Jour du calcul ; aujourd'hui par défaut.")
    computed: MoneyIn = Field(description="Somme des restes lus : refusée si le calcul a changé depuis.")
    amount: MoneyIn | None = Field(default=None, description="Pour `reduce` : le montant retenu.")
    reason: Words | None = Field(default=None, description="Requis pour réduire ou renoncer.")
    lines: Annotated[list[LineKey], Field(min_length=1, max_length=500)] | None = Field(
        default=None, description="Les pénalités visées, par leur `key` ; toutes celles qui restent sinon."
    )
    replaces: UUID | None = Field(default=None, description="La décision que celle-ci remplace.")


class DecidedLine(Output):
    """A penalty that a decision covers, and how much of it."""

    key: str
    amount: Money


class PenaltyDecisionItem(Output):
    """A decision, without the statement that it was taken on."""

    id: UUID
    contract_id: UUID
    outcome: PenaltyOutcome
    outcome_label: str
    as_of: date
    computed: Money
    amount: Money
    lines: list[DecidedLine]
    reason: str | None
    replaces: UUID | None
    replaced_by: UUID | None
    decided_by: str
    decided_at: Instant
    disputable_until: date = Field(description="Dernier jour où le titulaire peut la contester.")

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/contracts/{self.contract_id}/penalties/decisions/{self.id}"


class PenaltyDecisionOut(PenaltyDecisionItem):
    """A decision, with a frozen copy of the computed statement that it was taken on."""

    statement: PenaltyStatementOut


class PenaltyDecisionPage(Page[PenaltyDecisionItem]):
    """The decisions taken on a contract's penalties."""
