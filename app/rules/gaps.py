"""Which statements are owed, by whom, and which of them were sent late or not at all (domain §7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.rules.days import Span, month_end
from app.rules.reporting import months_due
from app.rules.terms import Terms


@dataclass(frozen=True, slots=True)
class Holding:
    """The days on which an organisation holds the contract."""

    organisation: UUID
    days: Span


@dataclass(frozen=True, slots=True)
class Work:
    """A hire as far as its statements go: who declared it, who employs the person, on which days."""

    declarant: UUID
    employer: UUID
    days: Span
    hire: UUID


@dataclass(frozen=True, slots=True)
class Owed:
    """A month that an organisation owes a statement for; `sent_on` None: it is missing from `due_on` on."""

    declarant: UUID
    month: date
    due_on: date
    sent_on: date | None

    @property
    def days_late(self) -> int:
        """Days after the due day on which it was sent; 0 in time, and while it is missing."""
        return 0 if self.sent_on is None else max(0, (self.sent_on - self.due_on).days)


def statements_owed(
    terms: Terms,
    day: date,
    holdings: Sequence[Holding],
    works: Sequence[Work],
    sent: Mapping[tuple[UUID, date], date],
    delegated: Mapping[tuple[UUID, date], date] | None = None,
) -> tuple[Owed, ...]:
    """Return every statement due on or before a day, by month, then in the order of holdings and works.

    A holder owes every month, even to say that there is nothing; whoever declared a hire owes the months of
    the hire. Either the declarant or the employer reports the hours of a hire: a month is not owed any more
    once the employers of all whom the organisation declared have reported it, or it has itself: whichever
    came first, so that a statement sent after those of the employers makes nobody late. What a structure
    declared of a hire under a delegation counts as the employer's statement of it. `sent`: when each
    statement was first sent; `delegated`: when a delegate declared a hire's month.
    """
    by_declarant: dict[UUID, list[Work]] = {item.organisation: [] for item in holdings}
    for item in works:
        by_declarant.setdefault(item.declarant, []).append(item)
    found = []
    for due in months_due(terms, day):
        month = Span(due.month, month_end(due.month))
        for ower, declared in by_declarant.items():
            by_itself = sent.get((ower, due.month))
            mine = [item for item in declared if item.days.meets(month)]
            if by_itself is not None or mine or held_in(due.month, ower, holdings):
                by_employers = _by_employers(mine, due.month, sent, delegated or {})
                found.append(Owed(ower, due.month, due.due_on, _earlier(by_itself, by_employers)))
    return tuple(found)


def held_in(month: date, organisation: UUID, holdings: Sequence[Holding]) -> bool:
    """Tell whether an organisation holds the contract on a day of a month."""
    days = Span(month, month_end(month))
    return any(item.organisation == organisation and item.days.meets(days) for item in holdings)


def _by_employers(
    works: Sequence[Work],
    month: date,
    sent: Mapping[tuple[UUID, date], date],
    delegated: Mapping[tuple[UUID, date], date],
) -> date | None:
    """Return the day by which all of these hires were reported for their employers; None unless all."""
    # Many hires have one employer, whose statement is looked for once; few are delegated.
    reported = {employer: sent.get((employer, month)) for employer in {item.employer for item in works}}
    days = [*reported.values()]
    if delegated:
        days = [_earlier(reported[item.employer], delegated.get((item.hire, month))) for item in works]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _earlier(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
