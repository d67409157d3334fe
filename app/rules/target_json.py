"""Targets to and from plain JSON types: one reader per kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.rules import reading
from app.rules.codes import TargetKind
from app.rules.errors import WrongValueError
from app.rules.terms import FixedHours, LabourFormula, Target
from app.rules.texts import decimal_text, hundredths_text


def target_from_json(value: object, at: str = "") -> Target:
    """Read a target; WrongValueError with the pointer of the wrong field, below `at`."""
    if not isinstance(value, Mapping):
        raise WrongValueError(at, "Un objet est attendu.")
    kind = reading.code(reading.required(value, "kind", at), f"{at}/kind", TargetKind)
    return _READERS[kind](value, at)


def _fixed_hours(value: Mapping[str, object], at: str) -> Target:
    found = reading.members(value, at, frozenset(("kind", "hours")))
    return FixedHours(reading.hundredths(reading.required(found, "hours", at), f"{at}/hours"))


def _labour_formula(value: Mapping[str, object], at: str) -> Target:
    names = ("amount", "labour_share", "insertion_rate", "hourly_cost")
    found = reading.members(value, at, frozenset(("kind", *names)))
    amount, share, rate, cost = (reading.required(found, name, at) for name in names)
    target = LabourFormula(
        amount=reading.hundredths(amount, f"{at}/amount"),
        labour_share=reading.share(share, f"{at}/labour_share"),
        insertion_rate=reading.share(rate, f"{at}/insertion_rate"),
        hourly_cost=reading.hundredths(cost, f"{at}/hourly_cost"),
    )
    if target.hourly_cost == 0:
        raise WrongValueError(f"{at}/hourly_cost", "Un coût horaire supérieur à zéro est attendu.")
    return target


_READERS: dict[TargetKind, Callable[[Mapping[str, object], str], Target]] = {
    TargetKind.FIXED_HOURS: _fixed_hours,
    TargetKind.LABOUR_FORMULA: _labour_formula,
}


def target_to_json(target: Target) -> dict[str, object]:
    """Return a target as plain JSON types."""
    if isinstance(target, FixedHours):
        return {"kind": str(target.kind), "hours": hundredths_text(target.hours)}
    return {
        "kind": str(target.kind),
        "amount": hundredths_text(target.amount),
        "labour_share": decimal_text(target.labour_share),
        "insertion_rate": decimal_text(target.insertion_rate),
        "hourly_cost": hundredths_text(target.hourly_cost),
    }
