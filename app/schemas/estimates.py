"""Estimates: calibrating a clause before the tender."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import ConfigDict, Field

from app.schemas.clauses import RoundingIn, RoundingOut
from app.schemas.fields import Day, Hours, Input, MoneyIn, Output
from app.schemas.targets import OTHER_TARGETS, TargetIn

ESTIMATES: list[Any] = [
    {
        "target": {
            "kind": "labour_formula",
            "amount": "27364.00",
            "labour_share": "0.5",
            "insertion_rate": "0.1",
            "hourly_cost": "30.00",
        },
        "rounding": {"mode": "half_up", "step": "1"},
    },
    *(
        {"target": target, **({"firm_amount": "150000.00"} if target["kind"] == "step_table" else {})}
        for target in OTHER_TARGETS
    ),
]


class EstimateIn(Input):
    """A target to compute, with the rounding of the clause to come."""

    model_config = ConfigDict(json_schema_extra={"examples": ESTIMATES})

    target: TargetIn
    rounding: RoundingIn | None = Field(default=None, description="Par défaut : au plus proche, à l'heure.")
    firm_amount: MoneyIn | None = Field(
        default=None, description="Pour `step_table` : le montant ferme du contrat à venir."
    )
    on: Day | None = Field(default=None, description="Jour des équivalences ; aujourd'hui si absent.")


class FormulaInput(Output):
    """A number that a formula used."""

    code: str
    label: str
    value: str
    unit: str


class EstimateParameter(Output):
    """A dated value that the equivalences used, and where it is written."""

    code: str
    label: str
    value: str
    unit: str
    since: date
    reference: str
    assumed: bool


class EstimateOut(Output):
    """The hours of a target, with the formula and everything it used. Nothing is stored."""

    on: date
    exact: Hours = Field(description="Heures avant l'arrondi de la clause, au centième.")
    hours: Hours = Field(description="Heures dues, arrondies par la clause.")
    fte: Hours = Field(description="Équivalents temps plein sur un an, des heures arrondies.")
    weeks: Hours = Field(description="Semaines de travail, des heures arrondies.")
    rounding: RoundingOut
    formula: str
    inputs: list[FormulaInput]
    parameters: list[EstimateParameter]
