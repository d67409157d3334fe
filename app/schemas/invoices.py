"""Invoices of a contract, and their reversals."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema

from app.errors import FieldProblem, Text
from app.principal import Role
from app.schemas.fields import Day, Input, Instant, Money, MoneyIn, Output, Words
from app.schemas.lists import Page

NUMBER = re.compile(r"[A-Za-z._/-]*[0-9][A-Za-z0-9._/-]*")
NUMBER_CHARACTERS = 40
NOT_A_NUMBER = Text(
    "Numéro attendu : des chiffres, avec des lettres sans accent et « . _ / - », sans espace ni nom.",
    'Number expected: digits, with plain letters and "._/-", without spaces or names.',
)
NOTHING = Text("Un montant supérieur à zéro est attendu.", "An amount above zero is expected.")


def _number(value: object) -> object:
    # A number without any digit, or of several words, is likely somebody's name.
    if isinstance(value, str):
        text = value.strip()
        if len(text) > NUMBER_CHARACTERS or not NUMBER.fullmatch(text):
            raise FieldProblem("not_an_invoice_number", NOT_A_NUMBER)
    return value


def _above_zero(value: int) -> int:
    if value == 0:
        raise FieldProblem("not_above_zero", NOTHING)
    return value


InvoiceNumber = Annotated[
    str,
    BeforeValidator(_number),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{NUMBER.pattern}$",
            "maxLength": NUMBER_CHARACTERS,
            "examples": ["F2025-0142"],
        }
    ),
]
AmountIn = Annotated[MoneyIn, AfterValidator(_above_zero)]


class InvoiceIn(Input):
    """An invoice to record."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"number": "F2025-0142", "invoiced_on": "2025-01-08", "amount": "12500.00"}]
        }
    )

    number: InvoiceNumber | None = Field(default=None, description="Numéro de la facture, sans nom.")
    invoiced_on: Day = Field(description="Date de la facture, aujourd'hui au plus tard.")
    amount: AmountIn


class ReversalIn(Input):
    """An invoice taken back, whole or in part."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": "2500.00", "reason": "Avoir : prestation non réalisée"}]}
    )

    amount: AmountIn | None = Field(
        default=None, description="Par défaut : tout ce qui n'est pas encore annulé."
    )
    number: InvoiceNumber | None = Field(default=None, description="Numéro de l'avoir.")
    reversed_on: Day | None = Field(
        default=None,
        description="Aujourd'hui si absent ; le jour de la facture pour une erreur de saisie.",
    )
    reason: Words


class InvoiceOut(Output):
    """An invoice, or the reversal of one: then `reverses` names it and the amount is negative."""

    id: UUID
    contract_id: UUID
    number: str | None
    invoiced_on: date
    amount: Money
    reversed: Money = Field(description="Ce qui en est annulé à ce jour.")
    reverses: UUID | None
    reason: str | None
    recorded_by: Role = Field(description="Qui l'a enregistrée : l'acheteur ou la plateforme.")
    recorded_at: Instant

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/contracts/{self.contract_id}/invoices/{self.id}"


class ReversalOut(InvoiceOut):
    """What takes an invoice back, whole or in part."""


class InvoicePage(Page[InvoiceOut]):
    """Invoices and reversals of a contract, in the order of their recording."""

    total: Money = Field(description="Net de tout le contrat à ce jour, et non de la page.")
