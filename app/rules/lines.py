"""What the counting rules read and answer: the lines of one person's month, and postings (domain §5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.rules.codes import ContractType, Decision, HourKind, Modality, ReviewState, Rule, State
from app.rules.days import Span
from app.rules.hours import share_of
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

    def in_proportion(self, total: int) -> Hours:
        """Return that many of these hours, in proportion: worked half-up, training the rest."""
        worked = share_of(total, self.worked, self.total)
        return Hours(worked, total - worked)

    def less(self, other: Hours) -> Hours:
        """Return what is left without the other hours."""
        return Hours(self.worked - other.worked, self.training - other.training)


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


@dataclass(frozen=True, slots=True)
class Split:
    """An agreement of two reviewers on two claims of a person's month, as one of the two lines carries it.

    At most `hours` for this line and `other_hours` for the line `other`; `rule` held the hours it shares.
    """

    other: UUID
    hours: int
    other_hours: int
    agreed_on: date
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a statement: one hire and month.

    `obligation` is the clause or the pool; `eligible` the days its approved assessment covers (None unless
    approved); `eligible_until` the last day of its duration (None: no limit known), `suspended` the days in
    it that do not count; `weekly_hours` hundredths per week; `training_before` the training hours counted for
    the person and obligation in earlier months; `split` what was agreed with another claim on these hours.
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
    suspended: tuple[Span, ...] = ()
    training_before: int = 0
    split: Split | None = None

    def __post_init__(self) -> None:
        """Refuse periods that do not sum, more accepted than declared, an approval of no day."""
        parts = Hours(sum(item.worked for item in self.periods), sum(item.training for item in self.periods))
        if self.periods and parts != self.declared:
            raise ValueError("Les périodes d'une ligne ont la somme de la ligne.")
        if not 0 <= self.accepted.total <= self.declared.total:
            raise ValueError("Une acceptation partielle va de zéro aux heures déclarées.")
        if self.decision is Decision.APPROVED and self.eligible is None:
            raise ValueError("Une approbation couvre des jours.")

    @property
    def declared(self) -> Hours:
        """What the line declares."""
        return Hours(self.worked, self.training)

    @property
    def accepted(self) -> Hours:
        """What the reviewer accepted, a cut falling on worked and training in proportion."""
        if self.review.state is ReviewState.PART:
            return self.declared.in_proportion(self.review.hours or 0)
        return self.declared


@dataclass(frozen=True, slots=True)
class Posting:
    """Some hours of a line in one state, with what decided; a counted posting carries no rule."""

    state: State
    kind: HourKind
    hours: int
    rule: Rule | None = None
    parameter: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why hours do not pass: the rule, the value it used (French text), where that value is written."""

    rule: Rule
    parameter: str
    reference: str


def postings(state: State, hours: Hours, reason: Reason | None = None) -> tuple[Posting, ...]:
    """Return the postings of some hours, without those of zero hours."""
    why = (reason.rule, reason.parameter, reason.reference) if reason else (None, None, None)
    kinds = ((HourKind.WORKED, hours.worked), (HourKind.TRAINING, hours.training))
    return tuple(Posting(state, kind, value, *why) for kind, value in kinds if value)
