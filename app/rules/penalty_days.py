"""Days of a delay: calendar days, or one of the two French kinds of working day, without public holidays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from app.rules.codes import PenaltyDays

DAYS_IN_WEEK = 7
WEEKDAYS = {PenaltyDays.CALENDAR: 7, PenaltyDays.OUVRES: 5, PenaltyDays.OUVRABLES: 6}
COUNTED = {
    PenaltyDays.CALENDAR: "calendaire",
    PenaltyDays.OUVRES: "ouvré",
    PenaltyDays.OUVRABLES: "ouvrable",
}


def days_counted(first: date, last: date, days: PenaltyDays, holidays: Collection[date]) -> int:
    """Count the days of a kind from first to last, both included; 0 when last comes before first."""
    length = (last - first).days + 1
    if length <= 0:
        return 0
    week = WEEKDAYS[days]
    if days is PenaltyDays.CALENDAR:
        return length
    weeks, rest = divmod(length, DAYS_IN_WEEK)
    loose = sum((first + timedelta(days=n)).weekday() < week for n in range(rest))
    return weeks * week + loose - len(left_out(first, last, days, holidays))


def left_out(first: date, last: date, days: PenaltyDays, holidays: Collection[date]) -> tuple[date, ...]:
    """Return the public holidays that fall on days which would count otherwise."""
    if days is PenaltyDays.CALENDAR:
        return ()
    return tuple(sorted(day for day in holidays if first <= day <= last and day.weekday() < WEEKDAYS[days]))
