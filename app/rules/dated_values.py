"""What a number of the law is: values with the day since which each holds, and where it is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.rules.errors import NoValueYetError
from app.rules.texts import french_day

# When the sources were last read through.
GATHERED = date(2026, 11, 23)


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A value in force since a day, and where it is written."""

    since: date
    value: Fraction
    reference: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number with its history.

    `unit` is one of h, h/week, day_of_month, days, months, years, share, EUR, EUR/h, people, count,
    yes. `assumed`: no readable source confirmed it.
    """

    code: str
    label_fr: str
    unit: str
    values: tuple[DatedValue, ...]
    assumed: bool
    checked_on: date

    def at(self, day: date) -> DatedValue:
        """Return the value in force on a day; NoValueYetError before the first."""
        found = [value for value in self.values if value.since <= day]
        if not found:
            first = french_day(self.values[0].since)
            message = f"« {self.label_fr} » n'a pas de valeur avant le {first}."
            raise NoValueYetError(message)
        return found[-1]

    def in_force(self, day: date) -> bool:
        """Tell whether the parameter has a value on a day."""
        return self.values[0].since <= day


def series(reference: str, *values: tuple[str, str]) -> tuple[DatedValue, ...]:
    """Return a series of one source: days and values, in order."""
    return tuple(DatedValue(date.fromisoformat(since), Fraction(value), reference) for since, value in values)


def by_act(*values: tuple[str, str, str]) -> tuple[DatedValue, ...]:
    """Return a series in which each value names the act that set it."""
    return tuple(DatedValue(date.fromisoformat(since), Fraction(value), act) for since, value, act in values)
