"""Targets to and from plain JSON types: one reader per kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

from app.rules import reading
from app.rules.codes import CountsFrom, TargetKind
from app.rules.errors import WrongValueError
from app.rules.step_tables import STEP_TABLES
from app.rules.terms import (
    Band,
    FixedHours,
    LabourFormula,
    PerInvoicedAmount,
    ShareOfHours,
    StepTable,
    Target,
)
from app.rules.texts import decimal_text, hundredths_text

MOST_BANDS = 50


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


def _per_invoiced_amount(value: Mapping[str, object], at: str) -> Target:
    names = ("tranche", "trigger", "counts_from", "hours_per_tranche", "estimated_amount")
    found = {"hours_per_tranche": "1", **reading.members(value, at, frozenset(("kind", *names)))}
    tranche, trigger, counts_from, hours = (reading.required(found, name, at) for name in names[:4])
    target = PerInvoicedAmount(
        tranche=reading.hundredths(tranche, f"{at}/tranche"),
        trigger=reading.hundredths(trigger, f"{at}/trigger"),
        counts_from=reading.code(counts_from, f"{at}/counts_from", CountsFrom),
        hours_per_tranche=reading.hundredths(hours, f"{at}/hours_per_tranche"),
        estimated_amount=_estimated(found, "estimated_amount", at),
    )
    for name in ("tranche", "hours_per_tranche"):
        if getattr(target, name) == 0:
            raise WrongValueError(f"{at}/{name}", "Un nombre supérieur à zéro est attendu.")
    return target


def _step_table(value: Mapping[str, object], at: str) -> Target:
    found = reading.members(value, at, frozenset(("kind", "bands", "table")))
    if found.get("table") is None:
        return StepTable(_bands(reading.required(found, "bands", at), f"{at}/bands"))
    if found.get("bands") is not None:
        raise WrongValueError(f"{at}/table", "Donnez des paliers ou un barème, pas les deux.")
    code = reading.text(found["table"], f"{at}/table")
    if code not in STEP_TABLES:
        detail = "Un barème est attendu parmi : " + ", ".join(STEP_TABLES) + "."
        raise WrongValueError(f"{at}/table", detail, "unknown_code")
    return STEP_TABLES[code].table


def _bands(value: object, at: str) -> tuple[Band, ...]:
    items = reading.array(value, at)
    if not 1 <= len(items) <= MOST_BANDS:
        raise WrongValueError(at, f"De 1 à {MOST_BANDS} paliers sont attendus.")
    bands = tuple(_band(item, f"{at}/{i}") for i, item in enumerate(items))
    for i, (one, other) in enumerate(pairwise(bands)):
        if other.from_amount <= one.from_amount or other.hours < one.hours:
            raise WrongValueError(f"{at}/{i + 1}", "Les paliers montent, et leurs heures ne baissent pas.")
    return bands


def _band(value: object, at: str) -> Band:
    found = reading.members(value, at, frozenset(("from_amount", "hours")))
    amount, hours = (reading.required(found, name, at) for name in ("from_amount", "hours"))
    return Band(reading.hundredths(amount, f"{at}/from_amount"), reading.hundredths(hours, f"{at}/hours"))


def _share_of_hours(value: Mapping[str, object], at: str) -> Target:
    found = reading.members(value, at, frozenset(("kind", "share", "estimated_hours")))
    return ShareOfHours(
        share=reading.share(reading.required(found, "share", at), f"{at}/share"),
        estimated_hours=_estimated(found, "estimated_hours", at),
    )


def _estimated(found: Mapping[str, object], name: str, at: str) -> int | None:
    value = found.get(name)
    return None if value is None else reading.hundredths(value, f"{at}/{name}")


_READERS: dict[TargetKind, Callable[[Mapping[str, object], str], Target]] = {
    TargetKind.FIXED_HOURS: _fixed_hours,
    TargetKind.LABOUR_FORMULA: _labour_formula,
    TargetKind.PER_INVOICED_AMOUNT: _per_invoiced_amount,
    TargetKind.STEP_TABLE: _step_table,
    TargetKind.SHARE_OF_HOURS: _share_of_hours,
}


def target_to_json(target: Target) -> dict[str, object]:
    """Return a target as plain JSON types; a ready table is written in full."""
    return {"kind": str(target.kind), **_written(target)}


def _written(target: Target) -> dict[str, object]:
    if isinstance(target, FixedHours):
        return {"hours": hundredths_text(target.hours)}
    if isinstance(target, LabourFormula):
        return {
            "amount": hundredths_text(target.amount),
            "labour_share": decimal_text(target.labour_share),
            "insertion_rate": decimal_text(target.insertion_rate),
            "hourly_cost": hundredths_text(target.hourly_cost),
        }
    if isinstance(target, PerInvoicedAmount):
        return {
            "tranche": hundredths_text(target.tranche),
            "trigger": hundredths_text(target.trigger),
            "counts_from": str(target.counts_from),
            "hours_per_tranche": hundredths_text(target.hours_per_tranche),
            **_if_given("estimated_amount", target.estimated_amount),
        }
    if isinstance(target, ShareOfHours):
        return {
            "share": decimal_text(target.share),
            **_if_given("estimated_hours", target.estimated_hours),
        }
    return {"bands": bands_to_json(target)}


def bands_to_json(table: StepTable) -> list[dict[str, str]]:
    """Return the bands of a table as plain JSON types."""
    return [
        {"from_amount": hundredths_text(band.from_amount), "hours": hundredths_text(band.hours)}
        for band in table.bands
    ]


def _if_given(name: str, value: int | None) -> dict[str, object]:
    return {} if value is None else {name: hundredths_text(value)}
