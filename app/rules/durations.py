"""How long a person counts on an obligation: months by contract type, suspensions, prolongations (domain §4).

The clock starts with the earliest approved hire. Decisions apply one after the other in the order of their
days, each to the duration that those before it left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.rules.codes import ContractType, DurationDecisionKind
from app.rules.dated_values import DatedValue
from app.rules.days import ONE_DAY, Span, add_months, count_days
from app.rules.parameters import parameter
from app.rules.terms import Terms

BOUNDS = {
    DurationDecisionKind.SUSPENSION: "longest_suspension",
    DurationDecisionKind.PROLONGATION: "longest_prolongation",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationDecision:
    """A decision in force: a suspension from `since` to `until`, or a prolongation by `months` or to `until`.

    Ends are included. `key` names the decision and settles the order of two of one day.
    """

    key: UUID
    kind: DurationDecisionKind
    decided_on: date
    since: date | None = None
    until: date | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What one decision did: days added to the end, and the last day after it."""

    decision: DurationDecision
    days: int
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """How long a hire's contract type lets the person count, step by step.

    `last_by_term` is the last day by the clause alone, `last_day` the one after every decision. `capped_on`
    is the end of the window where the contract type counts no further. `suspended` are the days inside that
    do not count, as spans that neither touch nor overlap.
    """

    start: date
    months: int
    capped_on: date | None
    last_by_term: date
    steps: tuple[Step, ...]
    last_day: date
    suspended: tuple[Span, ...]

    def holds(self, day: date) -> bool:
        """Tell whether the day is inside the duration."""
        return self.start <= day <= self.last_day and not any(span.holds(day) for span in self.suspended)


@dataclass(frozen=True, slots=True)
class _Running:
    """The duration on its way through the decisions; `last` is not capped."""

    start: date
    last: date
    suspended: tuple[Span, ...] = ()


def duration_of(
    terms: Terms,
    contract_type: ContractType,
    first_start: date,
    decisions: Iterable[DurationDecision] = (),
) -> Duration:
    """Return how long a hire of that contract type counts, and why.

    `first_start` is the earliest start of an approved hire of that person and obligation. A suspension's days
    inside the duration do not count and push its end by their number, those already suspended once only. A
    prolongation adds months to the end as it then stands, or moves it to a later day. The end of the window
    stays the last day of a contract type that counts up to it.
    """
    months, cap = _term(terms, contract_type)
    running = _Running(first_start, add_months(first_start, months) - ONE_DAY)
    by_term = _capped(running.last, cap)
    steps = []
    for decision in sorted(decisions, key=lambda item: (item.decided_on, item.key)):
        before = _capped(running.last, cap)
        running = _applied(running, decision)
        after = _capped(running.last, cap)
        steps.append(Step(decision, (after - before).days, after))
    return Duration(
        start=first_start,
        months=months,
        capped_on=cap,
        last_by_term=by_term,
        steps=tuple(steps),
        last_day=_capped(running.last, cap),
        suspended=running.suspended,
    )


def bound(kind: DurationDecisionKind, decided_on: date) -> DatedValue:
    """Return the most months that one decision of that kind may be for, on the day it is taken."""
    return parameter(BOUNDS[kind]).at(decided_on)


def within_bound(decision: DurationDecision, last_day: date) -> bool:
    """Tell whether a decision is no longer than its bound; `last_day` is that of the duration before it."""
    most = int(bound(decision.kind, decision.decided_on).value)
    if decision.months is not None:
        return decision.months <= most
    first = decision.since or last_day + ONE_DAY
    return decision.until is None or decision.until <= add_months(first, most) - ONE_DAY


def _term(terms: Terms, contract_type: ContractType) -> tuple[int, date | None]:
    """Months of the contract type, and the end of the window where it counts no further than that."""
    to_end = dict(terms.durations.to_window_end)
    if contract_type in to_end:
        return to_end[contract_type], terms.end
    return dict(terms.durations.by_contract_type).get(contract_type, terms.durations.months), None


def _applied(running: _Running, decision: DurationDecision) -> _Running:
    if decision.kind is DurationDecisionKind.SUSPENSION:
        return _suspended(running, Span(decision.since or running.start, decision.until))
    if decision.months is not None:
        last = add_months(running.last + ONE_DAY, decision.months) - ONE_DAY
    else:
        last = max(running.last, decision.until or running.last)
    return _Running(running.start, last, running.suspended)


def _suspended(running: _Running, span: Span) -> _Running:
    first, last = max(span.first, running.start), span.last or running.last
    if last < first or first > running.last:
        return running
    days = count_days(first, last, running.suspended)
    merged = _merged((*running.suspended, Span(first, last)))
    return _Running(running.start, running.last + timedelta(days=days), merged)


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return the same days as spans in order that neither touch nor overlap."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda item: item.first):
        before = merged[-1].last if merged else None
        if before is not None and span.first <= before + ONE_DAY:
            merged[-1] = Span(merged[-1].first, max(before, span.last or before))
        else:
            merged.append(span)
    return tuple(merged)


def _capped(last: date, cap: date | None) -> date:
    return last if cap is None else min(last, cap)
