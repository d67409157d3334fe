"""From a declared hour to a counted hour: the review, then seven named rules in their order (domain §5).

`count_month` takes all the lines of ONE person and ONE month, whatever the obligation and the employer, and
says of every declared hundredth whether it is pending, held, refused or counted, by which rule and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.rules.codes import ContractType, Decision, HourKind, Modality, ReviewState, Rule, State
from app.rules.days import Span
from app.rules.terms import Terms


@dataclass(frozen=True, slots=True)
class Hours:
    """Worked and training hours, in hundredths."""

    worked: int = 0
    training: int = 0

    @property
    def total(self) -> int:
        """What was declared: worked + training."""
        return self.worked + self.training


@dataclass(frozen=True, slots=True)
class Period:
    """A dated part of a line with its own hours; the parts of a line sum to it."""

    first: date
    last: date
    worked: int
    training: int = 0


@dataclass(frozen=True, slots=True)
class Review:
    """What the reviewer decided on a line; `hours` (hundredths accepted) only with `part`."""

    state: ReviewState = ReviewState.NOT_REVIEWED
    hours: int | None = None


@dataclass(frozen=True, slots=True, kw_only)
class Line:
    """One line of a statement: one hire and month.

    `obligation` is the clause or the pool; `eligible` the days its approved assessment covers (None unless
    approved); `eligible_until` the last day of its duration (None: no limit known); `weekly_hours` hundredths per
    week; `training_before` the training hours already counted for the person and obligation in earlier months.
    """

    key: UUID
    obligation: UUID
    employer: UUID
    first_recorded_at: datetime
    terms: Terms
    hire: Span
    weekly_hours: int
    modality: Modality
    contract_type: ContractType
    worked: int
    training: int = 0
    overtime: int = 0
    periods: tuple[Period, ...] = ()
    review: Review = Review()
    decision: Decision = Decision.UNDECIDED
    eligible: Span | None = None
    eligible_until: date | None = None
    training_before: int = 0


@dataclass(frozen=True, slots=True)
class Posting:
    """Some hours of a line in one state, with what decided; a counted posting carries no rule."""

    state: State
    kind: HourKind
    hours: int
    rule: Rule | None = None
    parameter: str | None = None
    reference: str | None = None


def count_month(lines: Sequence[Line], month: date) -> dict[UUID, tuple[Posting, ...]]:
    """Return the postings of each line, by its key; per line they sum to worked + training."""
    raise NotImplementedError
