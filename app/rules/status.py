"""Where an obligation stands on a day: what is required, expected, counted, and the status (domain §6).

The forecast is looked at only where it can change the status: what is planned on hires is no part of it, so
that a status of the past stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from fractions import Fraction

from app.rules.codes import Status
from app.rules.days import Span, count_days
from app.rules.forecast import Forecast, Record, forecast
from app.rules.hours import share_of
from app.rules.reporting import measured_on
from app.rules.subtargets import CountedHire, SubtargetPosition, judged
from app.rules.targets import Basis, is_known, required, required_at_end
from app.rules.terms import FOLLOWING, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Hours of the ledger (hundredths) of the months that belong to the day."""

    declared: int = 0
    pending: int = 0
    held: int = 0
    refused: int = 0
    counted: int = 0

    @property
    def secured(self) -> int:
        """What is counted or may still be."""
        return self.counted + self.pending


def summed(parts: Iterable[Sums]) -> Sums:
    """Return the sums of several sums."""
    found = tuple(parts)
    return Sums(**{item.name: sum(getattr(part, item.name) for part in found) for item in fields(Sums)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of an obligation on a day: all that its position depends on besides its terms.

    `sums` are those of the months that belong to the day; `suspensions` the suspended days of the contract;
    `closed`: it was closed on or before the day; `basis` is what the target follows; `months` are the secured
    hours of each of these months (None: not told, nothing is forecast); `hires` are the hours that each hire
    counts, on which sub-targets are judged.
    """

    as_of: date
    sums: Sums
    months: Mapping[date, int] | None = None
    suspensions: tuple[Span, ...] = ()
    closed: bool = False
    basis: Basis = field(default_factory=Basis)
    hires: tuple[CountedHire, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """The position of an obligation on a day; hours in hundredths, `rate` None when nothing is required."""

    as_of: date
    required: int
    required_at_end: int | None
    measured_on: date | None
    expected: int
    sums: Sums
    secured: int
    balance: int
    rate: Fraction | None
    status: Status
    subtargets: tuple[SubtargetPosition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the status looks at; hours in hundredths.

    `subtargets_reached` and `forecast_mid` (None: no forecast) are those of the day.
    """

    as_of: date
    window: Span
    closed: bool
    required: int
    required_at_end: int | None
    expected: int
    sums: Sums
    late_threshold: Fraction
    target_known: bool = True
    subtargets_reached: bool = True
    forecast_mid: int | None = None

    @property
    def ended(self) -> bool:
        """Whether the window is over."""
        return self.window.last is not None and self.as_of > self.window.last

    @property
    def met(self) -> bool:
        """Whether counted hours reach the goal: that of the end, or today's once the window has ended."""
        goal = self.required if self.ended else self.required_at_end
        if goal is None or (goal == 0 and not self.ended):
            return False
        return self.sums.counted >= goal and self.subtargets_reached


def compliance(terms: Terms, known: Known) -> Compliance:
    """Return the position of an obligation under the terms in force on the day."""
    due, at_end = required(terms, known.basis), required_at_end(terms, known.basis)
    measured = measured_on(terms, known.as_of)
    hoped = expected(terms, due, measured, known.suspensions)
    final = known.closed or known.as_of > terms.end
    subtargets = judged(terms.subtargets, known.hires, due, at_end, final=final)
    standing = Standing(
        as_of=known.as_of,
        window=terms.window,
        closed=known.closed,
        required=due,
        required_at_end=at_end,
        expected=hoped,
        sums=known.sums,
        late_threshold=terms.late_threshold,
        target_known=is_known(terms.target, known.basis),
        subtargets_reached=all(item.reached for item in subtargets),
    )
    return Compliance(
        as_of=known.as_of,
        required=due,
        required_at_end=at_end,
        measured_on=measured,
        expected=hoped,
        sums=known.sums,
        secured=known.sums.secured,
        balance=known.sums.counted - due,
        rate=Fraction(known.sums.counted, due) if due else None,
        status=_with_forecast(terms, known, standing),
        subtargets=subtargets,
    )


def forecast_of(terms: Terms, known: Known, planned_left: int = 0) -> Forecast | None:
    """Return what the window will end with; None when it is closed, or when too few months are due.

    `planned_left` (hundredths) is planned on running hires and not yet secured.
    """
    if known.closed or known.months is None:
        return None
    record = Record(
        terms=terms,
        as_of=known.as_of,
        secured=known.sums.secured,
        by_month=known.months,
        suspensions=known.suspensions,
    )
    return forecast(record, planned_left)


def _with_forecast(terms: Terms, known: Known, standing: Standing) -> Status:
    """Return the status, with the forecast where only that could still change it."""
    found = status(standing)
    if found is not Status.ON_TRACK:
        return found
    ahead = forecast_of(terms, known)
    return status(replace(standing, forecast_mid=None if ahead is None else ahead.mid))


def expected(terms: Terms, due: int, measured: date | None, suspensions: Iterable[Span] = ()) -> int:
    """Return the hours due on the day measured: by milestones, else in proportion to the days.

    Suspended days are left out of both numbers of days; a window wholly suspended expects nothing. A target
    that follows what happens is expected as soon as it is due.
    """
    if terms.target.kind in FOLLOWING:
        return due
    if measured is None:
        return 0
    if terms.milestones:
        return max((item.hours for item in terms.milestones if item.on <= measured), default=0)
    suspended = tuple(suspensions)
    elapsed = count_days(terms.window.first, measured, suspended)
    return share_of(due, elapsed, count_days(terms.window.first, terms.end, suspended))


def status(standing: Standing) -> Status:
    """Return the status: the first of domain §6 that matches, for an obligation that has a clause.

    A target that nobody can compute is to be checked, whatever was counted.
    """
    if not standing.target_known:
        return Status.TO_CHECK
    if standing.closed:
        reached = standing.sums.counted >= standing.required and standing.subtargets_reached
        return Status.CLOSED_MET if reached else Status.CLOSED_UNMET
    if standing.as_of < standing.window.first:
        return Status.NOT_STARTED
    if standing.met:
        return Status.MET
    if standing.ended or standing.sums.secured < standing.late_threshold * standing.expected:
        return Status.LATE
    return Status.AT_RISK if _at_risk(standing) else Status.ON_TRACK


def _at_risk(standing: Standing) -> bool:
    if standing.sums.secured < standing.expected:
        return True
    middle, goal = standing.forecast_mid, standing.required_at_end
    return middle is not None and goal is not None and middle < goal
