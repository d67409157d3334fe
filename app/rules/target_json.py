"""Targets to and from plain JSON types: one reader per kind.

A target may be named: `ready` (or `table`, for a step table) is the code of a ready target of its kind, which
stands for its numbers; what will be invoiced or worked in the end may be added. It is kept in full.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

from app.rules import reading
from app.rules.codes import CountsFrom, TargetKind
from app.rules.errors import WrongValueError
from app.rules.ready_targets import READY_TARGETS, ReadyTarget
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
Named = TypeVar("Named", PerInvoicedAmount, ShareOfHours, StepTable)


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
    sent = reading.members(value, at, frozenset(("kind", "ready", *names)))
    named = _named(PerInvoicedAmount, sent, "ready", names[:4], at)
    if named is not None:
        return replace(named, estimated_amount=_estimated(sent, "estimated_amount", at))
    found = {"hours_per_tranche": "1", **sent}
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
    named = _named(StepTable, found, "table", ("bands",), at)
    return named or StepTable(_bands(reading.required(found, "bands", at), f"{at}/bands"))


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
    found = reading.members(value, at, frozenset(("kind", "ready", "share", "estimated_hours")))
    estimated = _estimated(found, "estimated_hours", at)
    named = _named(ShareOfHours, found, "ready", ("share",), at)
    if named is not None:
        return replace(named, estimated_hours=estimated)
    return ShareOfHours(reading.share(reading.required(found, "share", at), f"{at}/share"), estimated)


def _named(
    kind: type[Named], found: Mapping[str, object], name: str, numbers: Sequence[str], at: str
) -> Named | None:
    """Return the ready target that a field names, None when it names none; its numbers are not sent too."""
    if found.get(name) is None:
        return None
    if any(found.get(number) is not None for number in numbers):
        raise WrongValueError(f"{at}/{name}", "Donnez un objectif prêt ou ses nombres, pas les deux.")
    ready = {item.code: item.target for item in READY_TARGETS.values() if isinstance(item.target, kind)}
    code = reading.text(found[name], f"{at}/{name}")
    if code not in ready:
        detail = "Un objectif prêt est attendu parmi : " + ", ".join(ready) + "."
        raise WrongValueError(f"{at}/{name}", detail, "unknown_code")
    return ready[code]


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


def naming_to_json(ready: ReadyTarget) -> dict[str, str]:
    """Return what a clause sends to name a ready target."""
    kind = ready.target.kind
    return {"kind": str(kind), "table" if kind is TargetKind.STEP_TABLE else "ready": ready.code}


def bands_to_json(table: StepTable) -> list[dict[str, str]]:
    """Return the bands of a table as plain JSON types."""
    return [
        {"from_amount": hundredths_text(band.from_amount), "hours": hundredths_text(band.hours)}
        for band in table.bands
    ]


def _if_given(name: str, value: int | None) -> dict[str, object]:
    return {} if value is None else {name: hundredths_text(value)}
