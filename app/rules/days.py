"""Calendar days and months: spans include both ends, a month is its first day."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ONE_DAY = timedelta(days=1)
MONTHS_IN_YEAR = 12
LEAP_BIRTHDAY = (2, 29)
# The same few years are asked for again and again: looking a day up takes a tenth of working it out.
DAYS_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both included; `last` None is open."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Tell whether the day is inside."""
        return self.first <= day and (self.last is None or day <= self.last)

    def meets(self, other: Span) -> bool:
        """Tell whether the two share a day."""
        first = max(self.first, other.first)
        return (self.last is None or first <= self.last) and (other.last is None or first <= other.last)


def month_start(day: date) -> date:
    """Return the first day of the day's month."""
    return day.replace(day=1)


@lru_cache(maxsize=DAYS_KEPT)
def month_end(day: date) -> date:
    """Return the last day of the day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


@lru_cache(maxsize=DAYS_KEPT)
def add_months(day: date, months: int) -> date:
    """Return the same day some months later, clamped to the length of that month."""
    years, month = divmod(day.month - 1 + months, MONTHS_IN_YEAR)
    first = date(day.year + years, month + 1, 1)
    return first.replace(day=min(day.day, month_end(first).day))


def birthday(birth_date: date, age: int) -> date:
    """Return the day a person reaches an age; those born on 29 February have theirs on the 28th."""
    if (birth_date.month, birth_date.day) == LEAP_BIRTHDAY:
        return date(birth_date.year + age, 2, 28)
    return birth_date.replace(year=birth_date.year + age)


def overlap(one: Span, other: Span) -> Span | None:
    """Return the days that two spans share, or None."""
    first = max(one.first, other.first)
    ends = [end for end in (one.last, other.last) if end is not None]
    last = min(ends) if ends else None
    return None if last is not None and last < first else Span(first, last)


# A statement asks it many times of the same few hires.
@lru_cache(maxsize=1_000)
def days_of_month(span: Span, month: date) -> frozenset[date]:
    """Return the days of a month that are inside a span."""
    inside = overlap(span, Span(month_start(month), month_end(month)))
    if inside is None or inside.last is None:
        return frozenset()
    return frozenset(inside.first + timedelta(days=n) for n in range((inside.last - inside.first).days + 1))


def count_days(first: date, last: date, without: Iterable[Span] = ()) -> int:
    """Count the days from first to last, both included, leaving out those of the given spans once."""
    if last < first:
        return 0
    total = (last - first).days + 1
    next_day = first
    for span in sorted(without, key=lambda item: item.first):
        begin = max(span.first, next_day)
        end = last if span.last is None else min(span.last, last)
        if begin <= end:
            total -= (end - begin).days + 1
            next_day = end + ONE_DAY
    return total


def months_of(first: date, last: date) -> tuple[date, ...]:
    """Return the months that have at least one day from first to last, both included."""
    months, month = [], month_start(first)
    while month <= last:
        months.append(month)
        month = add_months(month, 1)
    return tuple(months)
