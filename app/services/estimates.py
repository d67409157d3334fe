"""Estimates: the hours of a clause not yet written, by the functions that later count it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.rules.errors import WrongValueError
from app.rules.hours import Rounding
from app.rules.parameters import parameter
from app.rules.target_json import target_from_json
from app.rules.targets import estimate, supposed
from app.rules.texts import decimal_text, hundredths_text
from app.schemas.clauses import STEPS, RoundingOut
from app.schemas.estimates import EstimateOut, EstimateParameter, FormulaInput
from app.services.findings import invalid

if TYPE_CHECKING:
    from datetime import date

    from app.rules.targets import Basis, Estimate
    from app.rules.terms import Target
    from app.schemas.estimates import EstimateIn
    from app.services.work import Reader

EQUIVALENCES = ("fte_hours", "weekly_hours")


def estimate_hours(reader: Reader, request: EstimateIn) -> EstimateOut:
    """Compute a target and its equivalents with the values in force on a day; nothing is stored."""
    on = request.on or reader.today
    rounding = _rounding(request)
    target = _target(request)
    found = estimate(target, rounding, on, _supposed(target, request.firm_amount))
    return EstimateOut(
        on=on,
        exact=found.shown,
        hours=found.hours,
        fte=found.fte,
        weeks=found.weeks,
        rounding=RoundingOut(mode=rounding.mode, step=hundredths_text(rounding.step)),
        formula=found.formula,
        inputs=shown_inputs(found),
        parameters=[_parameter(code, on) for code in EQUIVALENCES],
    )


def shown_inputs(found: Estimate) -> list[FormulaInput]:
    """The numbers that a target's formula used, as they are shown."""
    return [
        FormulaInput(code=item.code, label=item.label_fr, value=item.value, unit=item.unit)
        for item in found.inputs
    ]


def _supposed(target: Target, firm_amount: int | None) -> Basis:
    try:
        return supposed(target, firm_amount)
    except WrongValueError as error:
        raise invalid([error.finding]) from None


def _target(request: EstimateIn) -> Target:
    try:
        return target_from_json(request.target.model_dump(mode="json", exclude_none=True), "/target")
    except WrongValueError as error:
        raise invalid([error.finding]) from None


def _rounding(request: EstimateIn) -> Rounding:
    if request.rounding is None:
        return Rounding()
    return Rounding(request.rounding.mode, STEPS[request.rounding.step])


def _parameter(code: str, on: date) -> EstimateParameter:
    used = parameter(code)
    value = used.at(on)
    return EstimateParameter(
        code=used.code,
        label=used.label_fr,
        value=decimal_text(value.value),
        unit=used.unit,
        since=value.since,
        reference=value.reference,
        assumed=used.assumed,
    )
