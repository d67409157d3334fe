"""What an obligation owes: one function per kind of target, rounded once by the clause's term (domain §3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.rules.hours import HUNDREDTHS, Rounding, half_up, in_hundredths, rounded
from app.rules.parameters import parameter
from app.rules.terms import FixedHours, LabourFormula, Target, Terms
from app.rules.texts import TIMES, decimal_text, french, hundredths_text, percent


@dataclass(frozen=True, slots=True)
class Input:
    """A number that a formula used: a code, a label, a decimal string, its unit."""

    code: str
    label_fr: str
    value: str
    unit: str


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
    """What the kinds of target follow, as known on a day: `firm_amount` in cents, None when unknown."""

    firm_amount: int | None = None


def exact_hours(target: Target) -> Fraction:
    """Return the hours of a target, exact, before any rounding."""
    if isinstance(target, LabourFormula):
        return target.amount * target.labour_share * target.insertion_rate / target.hourly_cost
    return Fraction(target.hours, HUNDREDTHS)


def owed(target: Target, rounding: Rounding) -> int:
    """Return the hours of a target in hundredths: a given number as it is, a computed one rounded once."""
    if isinstance(target, FixedHours):
        return target.hours
    return rounded(exact_hours(target), rounding)


def required(terms: Terms, _basis: Basis) -> int:
    """Return the hours (hundredths) that the obligation requires, from what is known on a day."""
    return owed(terms.target, terms.rounding)


def required_at_end(terms: Terms, _basis: Basis) -> int | None:
    """Return the hours required at the end of the window; None when they cannot be known yet."""
    return owed(terms.target, terms.rounding)


def estimate(target: Target, rounding: Rounding, on: date) -> Estimate:
    """Calibrate a clause: its hours, equivalents with the values in force on a day, and the formula."""
    exact = exact_hours(target)
    hours = owed(target, rounding)
    return Estimate(
        exact=exact,
        shown=in_hundredths(exact),
        hours=hours,
        fte=half_up(hours / parameter("fte_hours").at(on).value),
        weeks=half_up(hours / parameter("weekly_hours").at(on).value),
        formula=_formula(target, in_hundredths(exact), hours),
        inputs=_inputs(target),
    )


def _formula(target: Target, shown: int, hours: int) -> str:
    if isinstance(target, FixedHours):
        return f"{french(hours)} h"
    amount, cost = french(target.amount), french(target.hourly_cost)
    shares = f"{percent(target.labour_share)} {TIMES} {percent(target.insertion_rate)}"
    return f"{amount} € {TIMES} {shares} ÷ {cost} € = {french(shown)} h, soit {french(hours)} h"


def _inputs(target: Target) -> tuple[Input, ...]:
    if isinstance(target, FixedHours):
        return (Input("hours", "Heures", hundredths_text(target.hours), "h"),)
    return (
        Input("amount", "Montant HT", hundredths_text(target.amount), "EUR"),
        Input("labour_share", "Part de la main-d'œuvre", decimal_text(target.labour_share), "share"),
        Input("insertion_rate", "Taux d'insertion", decimal_text(target.insertion_rate), "share"),
        Input("hourly_cost", "Coût horaire, charges comprises", hundredths_text(target.hourly_cost), "EUR/h"),
    )
