"""What an obligation owes: one rule per kind of target, rounded once by the clause's term (domain §3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from app.rules.codes import TargetKind
from app.rules.errors import WrongValueError
from app.rules.hours import HUNDREDTHS, Rounding, half_up, in_hundredths, rounded
from app.rules.parameters import parameter
from app.rules.target_texts import Input, formula_of, inputs_of
from app.rules.terms import (
    FixedHours,
    LabourFormula,
    PerInvoicedAmount,
    ShareOfHours,
    StepTable,
    Target,
    Terms,
)

GIVEN = frozenset((TargetKind.FIXED_HOURS, TargetKind.STEP_TABLE))
"""The kinds whose hours the clause writes down: they are not rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A computed target, explained.

    `exact` in hours, the rest in hundredths: `shown` half-up, `hours` rounded by the clause, `fte` and
    `weeks` from the rounded hours; `formula` is a French text.
    """

    exact: Fraction
    shown: int
    hours: int
    fte: int
    weeks: int
    formula: str
    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the kinds of target follow, as known on a day.

    `firm_amount` in cents, None when unknown; `invoiced`, the net total (cents) of invoices and reversals
    dated on or before the day; `total_hours` (hundredths), those that everyone worked on the contract, as
    declared for the months that belong to the day.
    """

    firm_amount: int | None = None
    invoiced: int = 0
    total_hours: int = 0


def exact_hours(target: Target, basis: Basis) -> Fraction | None:
    """Return the hours of a target, exact, before any rounding; None while nobody can know them."""
    if isinstance(target, FixedHours):
        return Fraction(target.hours, HUNDREDTHS)
    if isinstance(target, LabourFormula):
        return target.amount * target.labour_share * target.insertion_rate / target.hourly_cost
    if isinstance(target, PerInvoicedAmount):
        return Fraction(target.tranches(basis.invoiced) * target.hours_per_tranche, HUNDREDTHS)
    if isinstance(target, ShareOfHours):
        return target.share * basis.total_hours / HUNDREDTHS
    if basis.firm_amount is None:
        return None
    band, _ = target.around(basis.firm_amount)
    return Fraction(band.hours if band else 0, HUNDREDTHS)


def owed(target: Target, rounding: Rounding, basis: Basis) -> int | None:
    """Return the hours of a target in hundredths: given ones as they are, computed ones rounded once."""
    exact = exact_hours(target, basis)
    if exact is None:
        return None
    return rounded(exact, Rounding(step=1) if target.kind in GIVEN else rounding)


def is_known(target: Target, basis: Basis) -> bool:
    """Tell whether what a target owes can be known: a table by firm amount needs that amount."""
    return not isinstance(target, StepTable) or basis.firm_amount is not None


def required(terms: Terms, basis: Basis) -> int:
    """Return the hours (hundredths) that the obligation requires, from what is known on a day.

    0 while they cannot be known (`is_known`): nothing is asked of anybody by guessing.
    """
    return owed(terms.target, terms.rounding, basis) or 0


def required_at_end(terms: Terms, basis: Basis) -> int | None:
    """Return the hours required at the end of the window; None when they cannot be known yet.

    An estimate that what happened has exceeded gives way to what happened.
    """
    target, at_end = terms.target, basis
    if isinstance(target, PerInvoicedAmount):
        if target.estimated_amount is None:
            return None
        at_end = replace(basis, invoiced=max(target.estimated_amount, basis.invoiced))
    if isinstance(target, ShareOfHours):
        if target.estimated_hours is None:
            return None
        at_end = replace(basis, total_hours=max(target.estimated_hours, basis.total_hours))
    return owed(target, terms.rounding, at_end)


def supposed(target: Target, firm_amount: int | None) -> Basis:
    """Return what an estimate supposes: the end as the target estimates it, or a firm amount (cents).

    Raises WrongValueError with the pointer, in a request for an estimate, of what is missing or of no use.
    """
    if isinstance(target, StepTable):
        return Basis(firm_amount=_needed(firm_amount, "/firm_amount"))
    if firm_amount is not None:
        raise WrongValueError("/firm_amount", "Cet objectif ne suit pas le montant ferme.", "unknown_field")
    if isinstance(target, PerInvoicedAmount):
        return Basis(invoiced=_needed(target.estimated_amount, "/target/estimated_amount"))
    if isinstance(target, ShareOfHours):
        return Basis(total_hours=_needed(target.estimated_hours, "/target/estimated_hours"))
    return Basis()


def _needed(value: int | None, at: str) -> int:
    if value is None:
        raise WrongValueError(at, "L'estimation de cet objectif en a besoin.", "missing")
    return value


def estimate(target: Target, rounding: Rounding, on: date, basis: Basis) -> Estimate:
    """Calibrate a clause: its hours, equivalents with the values in force on a day, and the formula.

    `basis` holds what the target follows, known or supposed.
    """
    exact = exact_hours(target, basis) or Fraction(0)
    hours = owed(target, rounding, basis) or 0
    shown = in_hundredths(exact)
    return Estimate(
        exact=exact,
        shown=shown,
        hours=hours,
        fte=half_up(hours / parameter("fte_hours").at(on).value),
        weeks=half_up(hours / parameter("weekly_hours").at(on).value),
        formula=formula_of(target, basis, exact, hours),
        inputs=inputs_of(target, basis),
    )
