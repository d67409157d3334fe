"""Penalty terms of a clause: sent and shown (domain §7)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from app.errors import FieldProblem
from app.rules.codes import PenaltyDays, PenaltyKind, ValueOn
from app.rules.penalty_json import INDEXES, MOST_OBSERVED
from app.schemas.fields import NOT_A_NUMBER, Input, MoneyIn, Name, Output, Whole, Words, YesNo, format_decimal

PenaltyCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]


def _plain(value: object) -> object:
    # The rules read plain decimals; what they refuse, they refuse with its pointer.
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise FieldProblem("not_a_number", NOT_A_NUMBER)
    return format_decimal(value) if isinstance(value, Decimal) else str(value)


Factor = Annotated[
    str,
    BeforeValidator(_plain),
    StringConstraints(max_length=24, strip_whitespace=True),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^[0-9]{1,4}(\.[0-9]{1,4})?$"},
                {"type": "number", "minimum": 0, "maximum": 9999, "multipleOf": 0.0001},
            ],
            "examples": ["4"],
        }
    ),
]
Index = Annotated[str, WithJsonSchema({"type": "string", "enum": list(INDEXES)})]


class PenaltyAmountIn(Input):
    """Euros, or a coefficient of a dated parameter: per missing hour, per day of delay, per occurrence."""

    euros: MoneyIn | None = Field(default=None, description="Montant fixe.")
    parameter: Index | None = Field(default=None, description="Paramètre daté que le coefficient multiplie.")
    coefficient: Factor | None = None
    value_on: ValueOn | None = Field(
        default=None, description="Jour dont la valeur est prise ; par défaut celui du manquement."
    )


class PenaltyCapIn(Input):
    """The most that one penalty may be; of two caps the lower holds."""

    amount: MoneyIn | None = None
    share: Factor | None = Field(default=None, description="Part du montant ferme, de 0 à 1.")


class PenaltyTermIn(Input):
    """One penalty of a clause; only `kind` and `amount` have no default."""

    code: PenaltyCode | None = Field(
        default=None, description="Code de la pénalité dans la clause ; par défaut celui de `kind`."
    )
    kind: PenaltyKind
    amount: PenaltyAmountIn
    label: Name | None = Field(default=None, description="Libellé montré ; par défaut celui de `kind`.")
    days: PenaltyDays | None = Field(
        default=None, description="Pour un document : jours comptés ; par défaut calendaires."
    )
    notice: YesNo | None = Field(
        default=None, description="Vrai, par défaut : seulement après réception d'une mise en demeure."
    )
    observation_days: Annotated[Whole, Field(ge=0, le=MOST_OBSERVED)] | None = Field(
        default=None, description="Jours calendaires sans pénalité après la mise en demeure, ou le fait."
    )
    cap: PenaltyCapIn | None = Field(default=None, description="Plafond de chaque pénalité.")
    floor: MoneyIn | None = Field(default=None, description="Minimum de chaque pénalité due.")
    statements: YesNo | None = Field(
        default=None, description="Pour un document : les relevés mensuels du titulaire en sont."
    )
    reference: Words | None = Field(default=None, description="Où la clause le dit.")
    assumed: YesNo | None = None


class PenaltyAmountOut(Output):
    """Euros, or a coefficient of a dated parameter; the others are null."""

    euros: str | None
    parameter: str | None
    coefficient: str | None
    value_on: ValueOn | None


class PenaltyCapOut(Output):
    """The most that one penalty may be."""

    amount: str | None
    share: str | None


class PenaltyTermOut(Output):
    """One penalty of a clause, with every value."""

    code: str
    kind: PenaltyKind
    amount: PenaltyAmountOut
    label: str
    days: PenaltyDays
    notice: bool
    observation_days: int
    cap: PenaltyCapOut | None
    floor: str | None
    statements: bool
    reference: str
    assumed: bool
