"""What is looked at when a statement comes in: malformed numbers are refused, implausible ones warned of.

What a warning names is judged later by the counting rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from app.rules.codes import LineWarning
from app.rules.counting import DAYS_IN_WEEK
from app.rules.days import Span, days_of_month, month_end, month_start, overlap
from app.rules.errors import Finding, WrongValueError
from app.rules.hours import HUNDREDTHS, share_of
from app.rules.lines import Period
from app.rules.parameters import parameter
from app.rules.reading import PLAIN_NUMBER
from app.rules.texts import french

HOURS_IN_DAY = 24
MORE_DECIMALS = re.compile(r"[0-9]{1,13}\.[0-9]{2}[0-9]*[1-9][0-9]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One line as declared: hours in hundredths, the hire's days, its weekly hours in hundredths."""

    hire: Span
    weekly_hours: int
    worked: int
    training: int = 0
    overtime: int = 0
    periods: tuple[Period, ...] = ()

    @property
    def total(self) -> int:
        """Worked + training; overtime is a part of worked."""
        return self.worked + self.training


def read_hours(value: object, at: str) -> int:
    """Read hours from a decimal string or number with at most two decimals, as hundredths.

    Raises WrongValueError with code `not_a_number`, `negative` or `too_many_decimals`.
    """
    number = f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, bool | float) or not PLAIN_NUMBER.fullmatch(number.removeprefix("-")):
        raise WrongValueError(at, "Un nombre d'heures est attendu, par exemple 35.50.", "not_a_number")
    if number.startswith("-"):
        raise WrongValueError(at, "Des heures ne sont pas négatives.", "negative")
    if MORE_DECIMALS.fullmatch(number):
        raise WrongValueError(at, "Deux décimales au plus sont attendues.", "too_many_decimals")
    return int(Decimal(number) * HUNDREDTHS)


def month_problem(window: Span, month: date) -> Finding | None:
    """Refuse a month that has no day inside the window of the clause."""
    if overlap(window, Span(month_start(month), month_end(month))):
        return None
    text = "Ce mois est entièrement hors de la période d'exécution de la clause."
    return Finding("month_outside_window", "/month", text)


def line_problems(line: Declared, month: date, at: str) -> tuple[Finding, ...]:
    """Return what makes a line malformed: nothing of the statement is then recorded."""
    return tuple(_negative(line, at)) + tuple(_too_much(line, month, at)) + tuple(_periods(line, month, at))


def _negative(line: Declared, at: str) -> Iterator[Finding]:
    for name in ("worked", "training", "overtime"):
        if getattr(line, name) < 0:
            yield Finding("negative", f"{at}/{name}", "Des heures ne sont pas négatives.")
    for i, item in enumerate(line.periods):
        if min(item.worked, item.training) < 0:
            yield Finding("negative", f"{at}/periods/{i}", "Des heures ne sont pas négatives.")


def _too_much(line: Declared, month: date, at: str) -> Iterator[Finding]:
    most = HOURS_IN_DAY * HUNDREDTHS * month_end(month).day
    if line.total > most:
        yield Finding("too_many_hours", f"{at}/worked", f"Ce mois n'a que {french(most)} heures.")
    if line.overtime > max(line.worked, 0):
        text = "Les heures supplémentaires sont une partie des heures travaillées."
        yield Finding("overtime_above_worked", f"{at}/overtime", text)


def _periods(line: Declared, month: date, at: str) -> Iterator[Finding]:
    if not line.periods:
        return
    for i, item in enumerate(line.periods):
        if not month_start(month) <= item.first <= item.last <= month_end(month):
            text = "Une période commence et finit dans le mois du relevé."
            yield Finding("period_outside_month", f"{at}/periods/{i}", text)
    if any(other.first <= one.last for one, other in pairwise(sorted(line.periods, key=lambda p: p.first))):
        yield Finding("periods_overlap", f"{at}/periods", "Les périodes ne se recouvrent pas.")
    sums = sum(item.worked for item in line.periods), sum(item.training for item in line.periods)
    if sums != (line.worked, line.training):
        text = "Les heures des périodes ont pour sommes celles de la ligne."
        yield Finding("periods_do_not_sum", f"{at}/periods", text)


def line_warnings(line: Declared, month: date, window: Span, at: str) -> tuple[Finding, ...]:
    """Return what is implausible in a well-formed line: it is recorded, and judged at review."""
    days = days_of_month(line.hire, month)
    found: list[tuple[str, str]] = []
    if not days:
        found.append((LineWarning.HIRE_NOT_RUNNING, "La personne n'est pas employée ce mois-ci."))
    if any(not window.holds(day) for day in days):
        found.append(
            (LineWarning.PARTLY_OUTSIDE_WINDOW, "Une partie des jours est hors de la période d'exécution.")
        )
    weekly = int(parameter("weekly_maximum").at(month).value * HUNDREDTHS)
    most = share_of(weekly, len(days), DAYS_IN_WEEK)
    if line.total > most:
        found.append(
            (LineWarning.ABOVE_WEEKLY_MAXIMUM, f"Plus que le maximum légal du mois, {french(most)} h.")
        )
    usual = share_of(line.weekly_hours, len(days), DAYS_IN_WEEK) + line.overtime
    if line.total > usual:
        text = f"Plus que l'horaire de la personne et ses heures supplémentaires, {french(usual)} h."
        found.append((LineWarning.ABOVE_USUAL_HOURS, text))
    return tuple(Finding(code, at, text) for code, text in found)
