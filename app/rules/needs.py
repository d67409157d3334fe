"""The hours that an obligation still has to find, and when: they sum to what it lacks (domain §6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.rules.days import Span, count_days, month_end, months_of
from app.rules.hours import largest_remainder
from app.rules.pools import covered
from app.rules.status import Compliance
from app.rules.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Hours (hundredths): `provided` + those of the months + `unscheduled` = what is short.

    `provided` is planned on running hires; `unscheduled` has no day left on which it could be worked.
    """

    provided: int
    months: tuple[tuple[date, int], ...]
    unscheduled: int

    @property
    def short(self) -> int:
        """What the obligation lacks."""
        return self.provided + sum(hours for _, hours in self.months) + self.unscheduled


def shortfall(position: Compliance) -> int:
    """Return the hours that the position lacks at the end; while that is unknown, those it lacks today."""
    return max(0, _lacking(position))


def made_up(positions: Sequence[Compliance]) -> tuple[int, ...]:
    """Return what the surplus of pooled contracts makes up of what each lacks, in their order.

    All of it, else in proportion to what they lack: what is left sums to what the pool lacks.
    """
    return covered([-_lacking(position) for position in positions])


def _lacking(position: Compliance) -> int:
    goal = position.required if position.required_at_end is None else position.required_at_end
    return goal - position.secured


def need(terms: Terms, day: date, short: int, planned_left: int, suspensions: Sequence[Span] = ()) -> Need:
    """Spread what is short over the days that are left, that day included.

    Hours planned on running hires (`planned_left`) are taken off first. The rest goes to the months of the
    window in proportion to their days that are not suspended, by largest remainder; with no such day it has
    no month.
    """
    provided = min(short, planned_left)
    rest = short - provided
    first = max(day, terms.window.first)
    days = {month: _days(month, first, terms.end, suspensions) for month in months_of(first, terms.end)}
    whole = sum(days.values())
    if not whole:
        return Need(provided=provided, months=(), unscheduled=rest)
    parts = largest_remainder(rest, [Fraction(part, whole) for part in days.values()])
    return Need(provided=provided, months=tuple(zip(days, parts, strict=True)), unscheduled=0)


def trade(jobs: Mapping[str | None, int], cpv: str | None) -> str | None:
    """Return the trade that a contract looks for: the ROME most used by its hires, else its CPV division.

    `jobs` are numbers of hires by ROME. Equal numbers: the first code in alphabetical order. None: not known.
    """
    known = {job: number for job, number in jobs.items() if job is not None}
    if known:
        return min(known, key=lambda job: (-known[job], job))
    return None if cpv is None else cpv[:2]


def _days(month: date, first: date, last: date, suspensions: Sequence[Span]) -> int:
    return count_days(max(month, first), min(month_end(month), last), suspensions)
