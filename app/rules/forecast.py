"""What an obligation will have reached at the end of its window if it goes on so (domain §6, assumed).

A month is due once its statement was due; until then, hours are still to be told, and it counts as left.
Months are measured by their days inside the window that are not suspended: twenty days of thirty-one are
20/31 of a month, in the pace as in what is left. A month without any such day is neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from app.rules.codes import ForecastMethod
from app.rules.days import Span, count_days, month_end, months_of
from app.rules.hours import HUNDREDTHS, half_up
from app.rules.parameters import parameter
from app.rules.reporting import months_due
from app.rules.terms import Terms

METHOD = ForecastMethod.PACE_OF_DUE_MONTHS
# From how many hours (hundredths) on a forecast is told by tens, then by hundreds of hours.
COARSER = ((1_000_000, 10_000), (100_000, 1_000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Hours (hundredths) secured at the end of the window: low ≤ mid ≤ high.

    `pace` is that of a whole month, from the due months `used`; `left` is the number of months left.
    """

    low: int
    mid: int
    high: int
    pace: int
    used: tuple[date, ...]
    left: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a forecast is made from: the terms in force on the day, and what is secured (hundredths) then.

    `by_month` are the secured hours of the months that belong to the day, `secured` their sum.
    """

    terms: Terms
    as_of: date
    secured: int
    by_month: Mapping[date, int]
    suspensions: tuple[Span, ...] = ()


def forecast(record: Record, planned_left: int = 0) -> Forecast | None:
    """Return the forecast; None with too few due months.

    `planned_left`: hours (hundredths) planned on running hires and not yet secured. They raise the high value
    only. A month that is not due counts for the pace, or for what it already has if that is more.
    """
    values = {
        code: parameter(code).at(record.as_of).value
        for code in ("forecast_months", "forecast_least_months", "forecast_low_share")
    }
    due, left = _months(record)
    if len(due) < values["forecast_least_months"]:
        return None
    used = list(due)[-int(values["forecast_months"]) :]
    done = sum(record.by_month.get(month, 0) for month in used)
    pace = done / sum((due[month] for month in used), Fraction(0))
    mid = half_up(_reached(record, left, pace))
    return Forecast(
        low=half_up(_reached(record, left, pace * values["forecast_low_share"])),
        mid=mid,
        high=max(mid, record.secured + planned_left),
        pace=half_up(pace),
        used=tuple(used),
        left=sum(left.values(), Fraction(0)),
    )


def told(found: Forecast, secured: int) -> Forecast:
    """Return a forecast as it is told: to the hour, from 1,000 h by tens, from 10,000 h by hundreds.

    Low is rounded down, mid to the nearest, high up. What is already secured is no forecast: no value goes
    under it, and a value equal to it is told as it is.
    """
    step = next((step for least, step in COARSER if found.high >= least), HUNDREDTHS)
    steps = (found.low // step, half_up(Fraction(found.mid, step)), -(-found.high // step))
    low, mid, high = (
        secured if exact == secured else max(secured, count * step)
        for exact, count in zip((found.low, found.mid, found.high), steps, strict=True)
    )
    return replace(found, low=low, mid=mid, high=high)


def _months(record: Record) -> tuple[dict[date, Fraction], dict[date, Fraction]]:
    """Return the months due and those left, oldest first, each with its part inside the window."""
    terms, owed = record.terms, {item.month for item in months_due(record.terms, record.as_of)}
    due: dict[date, Fraction] = {}
    left: dict[date, Fraction] = {}
    for month in months_of(terms.window.first, terms.end):
        part = _part(month, terms, record.suspensions)
        if part:
            (due if month in owed else left)[month] = part
    return due, left


def _part(month: date, terms: Terms, suspensions: Iterable[Span]) -> Fraction:
    last = month_end(month)
    days = count_days(max(month, terms.window.first), min(last, terms.end), suspensions)
    return Fraction(days, last.day)


def _reached(record: Record, left: Mapping[date, Fraction], pace: Fraction) -> Fraction:
    begun = {month: record.by_month[month] for month in left if record.by_month.get(month)}
    untouched = sum((part for month, part in left.items() if month not in begun), Fraction(0))
    more = (max(Fraction(0), pace * left[month] - hours) for month, hours in begun.items())
    return record.secured + sum(more, pace * untouched)
