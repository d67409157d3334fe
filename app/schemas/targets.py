"""Targets: what a clause demands, as it is sent and as it is shown (domain §3)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from app.errors import FieldProblem, Text
from app.rules.codes import CountsFrom, TargetKind
from app.schemas.fields import HoursIn, Input, MoneyIn, Output, format_decimal

NOT_A_RATE = Text("Nombre de 0 à 1 attendu, par exemple « 0.5 ».", 'Number from 0 to 1 expected, e.g. "0.5".')
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]


def plain_decimal(value: object) -> object:
    """A number as the rules read it; FieldProblem `not_a_number` for anything else."""
    # The rules read plain decimals; what they refuse, they refuse with its pointer.
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise FieldProblem("not_a_number", NOT_A_RATE)
    return format_decimal(value) if isinstance(value, Decimal) else str(value)


RATE = re.compile(r"^(0(\.[0-9]{1,10})?|1(\.0{1,10})?)$")


def _rate(value: object) -> object:
    text = plain_decimal(value)
    if not RATE.fullmatch(str(text).strip()):
        raise FieldProblem("invalid", NOT_A_RATE)
    return text


RateIn = Annotated[
    str,
    BeforeValidator(_rate),
    StringConstraints(max_length=24, strip_whitespace=True),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": RATE.pattern},
                {"type": "number", "minimum": 0, "maximum": 1, "multipleOf": 0.0001},
            ],
            "description": "Part, de 0 à 1.",
            "examples": ["0.5"],
        }
    ),
]


# One of each kind that the first example does not show.
OTHER_TARGETS: tuple[dict[str, Any], ...] = (
    {"kind": "fixed_hours", "hours": "350.00"},
    {
        "kind": "per_invoiced_amount",
        "tranche": "2000.00",
        "trigger": "2700000.00",
        "counts_from": "first_euro",
        "estimated_amount": "3000000.00",
    },
    {"kind": "step_table", "table": "csf-2018"},
    {"kind": "share_of_hours", "share": "0.1", "estimated_hours": "12000.00"},
    {"kind": "share_of_hours", "ready": "sgp-2020", "estimated_hours": "12000.00"},
)


class BandIn(Input):
    """The hours from a firm amount to the next band's, that one excluded."""

    from_amount: MoneyIn
    hours: HoursIn


class TargetIn(Input):
    """What the clause demands; the other fields depend on `kind`."""

    kind: TargetKind
    hours: HoursIn | None = Field(default=None, description="Pour `fixed_hours` : le nombre d'heures.")
    amount: MoneyIn | None = Field(
        default=None, description="Pour `labour_formula` : montant ; par défaut, le montant ferme du contrat."
    )
    labour_share: RateIn | None = Field(
        default=None, description="Pour `labour_formula` : part de la main-d'œuvre."
    )
    insertion_rate: RateIn | None = Field(
        default=None, description="Pour `labour_formula` : taux d'insertion."
    )
    hourly_cost: MoneyIn | None = Field(
        default=None, description="Pour `labour_formula` : coût horaire, charges comprises."
    )
    tranche: MoneyIn | None = Field(
        default=None, description="Pour `per_invoiced_amount` : montant facturé HT qui oblige."
    )
    trigger: MoneyIn | None = Field(
        default=None, description="Pour `per_invoiced_amount` : total facturé HT sous lequel rien n'est dû."
    )
    counts_from: CountsFrom | None = Field(
        default=None, description="Pour `per_invoiced_amount` : ce qui compte une fois le seuil atteint."
    )
    hours_per_tranche: HoursIn | None = Field(
        default=None, description="Pour `per_invoiced_amount` : heures par tranche complète ; 1 par défaut."
    )
    estimated_amount: MoneyIn | None = Field(
        default=None, description="Pour `per_invoiced_amount` : total facturé HT attendu à la fin."
    )
    bands: list[BandIn] | None = Field(
        default=None,
        max_length=50,
        description="Pour `step_table` : paliers du montant ferme, montants croissants.",
    )
    table: Code | None = Field(
        default=None,
        description="Pour `step_table`, au lieu de paliers : un barème de `GET /v1/rules` (`step_tables`).",
        examples=["csf-2018"],
    )
    ready: Code | None = Field(
        default=None,
        description=(
            "Pour `share_of_hours` et `per_invoiced_amount`, au lieu de leurs nombres : un objectif de "
            "`GET /v1/rules` (`ready_targets`) ; l'estimation peut s'y ajouter."
        ),
        examples=["sgp-2020"],
    )
    share: RateIn | None = Field(
        default=None, description="Pour `share_of_hours` : part des heures travaillées par tous."
    )
    estimated_hours: HoursIn | None = Field(
        default=None, description="Pour `share_of_hours` : heures de tous attendues à la fin."
    )


class BandOut(Output):
    """The hours from a firm amount to the next band's, that one excluded."""

    from_amount: str
    hours: str


class TargetOut(Output):
    """What the clause demands; fields of another kind of target are null."""

    kind: TargetKind
    hours: str | None
    amount: str | None
    labour_share: str | None
    insertion_rate: str | None
    hourly_cost: str | None
    tranche: str | None
    trigger: str | None
    counts_from: CountsFrom | None
    hours_per_tranche: str | None
    estimated_amount: str | None
    bands: list[BandOut] | None
    share: str | None
    estimated_hours: str | None


def every_field(target: dict[str, Any]) -> dict[str, Any]:
    """A target of one kind with the fields of the others, null."""
    return {**dict.fromkeys(TargetOut.model_fields), **target}
