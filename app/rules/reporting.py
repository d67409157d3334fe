"""When statements fall due, which are missing, and how far a position is measured (domain §6, §7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from app.rules.codes import Every
from app.rules.days import MONTHS_IN_YEAR, Span, add_months, month_end, month_start, months_of
from app.rules.terms import Document, Reporting, Terms

# A position asks for the months of its window several times.
CALENDARS_KEPT = 1_000
MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: MONTHS_IN_YEAR}


@dataclass(frozen=True, slots=True)
class Due:
    """A month and the day its statement is due, from which it is missing."""

    month: date
    due_on: date


@dataclass(frozen=True, slots=True)
class DocumentDue:
    """A document about the days from `first` to `last`, and the day it is due."""

    document: Document
    first: date
    last: date
    due_on: date

    @property
    def key(self) -> str:
        """Its name among what the contract owes."""
        return f"document:{self.document.code}:{self.due_on.isoformat()}"


def due_on(owed: Reporting | Document, month: date) -> date:
    """Return the day a month's statement is due: in the month after the calendar period that holds it."""
    after = add_months(_period_start(owed.every, month), MONTHS[owed.every])
    return after.replace(day=min(owed.due_day, month_end(after).day))


def document_calendar(terms: Terms) -> tuple[DocumentDue, ...]:
    """Return every document that the window makes due, in order of their due days.

    One for each calendar period that has days of the window; it is about these days alone.
    """
    found = []
    for document in terms.reporting.documents:
        starts = (_period_start(document.every, month) for month in months_of(terms.window.first, terms.end))
        for start in dict.fromkeys(starts):
            end = month_end(add_months(start, MONTHS[document.every] - 1))
            days = (max(start, terms.window.first), min(end, terms.end))
            found.append(DocumentDue(document, *days, due_on(document, start)))
    return tuple(sorted(found, key=lambda item: item.due_on))


def _period_start(every: Every, month: date) -> date:
    return add_months(month_start(month), -((month.month - 1) % MONTHS[every]))


def statement_calendar(terms: Terms) -> tuple[Due, ...]:
    """Return every month of the window with the day its statement is due, oldest first."""
    return _calendar(terms.reporting, terms.window.first, terms.end)


@lru_cache(maxsize=CALENDARS_KEPT)
def _calendar(reporting: Reporting, first: date, last: date) -> tuple[Due, ...]:
    return tuple(Due(month, due_on(reporting, month)) for month in months_of(first, last))


def months_due(terms: Terms, as_of: date) -> tuple[Due, ...]:
    """Return the months of the window whose statement was due on or before a day, oldest first."""
    return tuple(item for item in statement_calendar(terms) if item.due_on <= as_of)


def missing_statements(terms: Terms, as_of: date, submitted: Collection[date]) -> tuple[Due, ...]:
    """Return the due months for which no statement, not even an empty one, was submitted."""
    return tuple(item for item in months_due(terms, as_of) if item.month not in submitted)


def measured_on(terms: Terms, as_of: date) -> date | None:
    """Return the last day of the latest due month, capped at the window's end; None when none is due."""
    due = months_due(terms, as_of)
    return min(month_end(due[-1].month), terms.end) if due else None


def last_month(as_of: date, window: Span) -> date:
    """Return the latest month whose hours are part of the position on a day."""
    month = month_start(as_of)
    return month if belongs(month, as_of, window) else add_months(month, -1)


def belongs(month: date, as_of: date, window: Span) -> bool:
    """Tell whether a month's hours are part of the position on a day.

    They are from the month's last day on, or from the window's end if that falls in the month.
    """
    last = month_end(month)
    if window.last is not None and month_start(month) <= window.last <= last:
        last = window.last
    return as_of >= last
