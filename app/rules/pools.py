"""Pools: several contracts of one holder whose hours make one balance, agreed by each buyer (domain §3).

The hours stay on the contract where they were worked; only the sums, the balance and the status are common.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from uuid import UUID

from app.rules.codes import PoolState, Status
from app.rules.days import Span
from app.rules.hours import largest_remainder
from app.rules.status import Compliance, Known, Standing, Sums, compliance, forecast_of, status, summed
from app.rules.targets import is_known
from app.rules.terms import Terms

FEWEST = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of one contract of a pool, and the day from which it holds."""

    contract: UUID
    state: PoolState
    on: date


@dataclass(frozen=True, slots=True)
class PoolMember:
    """A contract of a pool: its terms in force on the day, and what is known of it then."""

    terms: Terms
    known: Known


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPosition:
    """Where a pool stands on a day; hours in hundredths, `rate` None when nothing is required.

    `parts` are the positions of its contracts, `covered` what the surplus of the others makes up of each
    one's deficit, both in the order of the members.
    """

    window: Span
    required: int
    required_at_end: int | None
    expected: int
    sums: Sums
    secured: int
    balance: int
    rate: Fraction | None
    status: Status
    parts: tuple[Compliance, ...]
    covered: tuple[int, ...]


def states_on(answers: Iterable[Answer], day: date) -> dict[UUID, PoolState]:
    """Return where each contract stands on a day: by the last answer, in order, that holds then."""
    return {answer.contract: answer.state for answer in answers if answer.on <= day}


def pooled(states: Mapping[UUID, PoolState]) -> frozenset[UUID]:
    """Return the contracts whose buyers agreed; none while fewer than two did: one contract pools nothing."""
    agreed = frozenset(contract for contract, state in states.items() if state is PoolState.AGREED)
    return agreed if len(agreed) >= FEWEST else frozenset()


def covered(balances: Sequence[int]) -> tuple[int, ...]:
    """Return what the surplus makes up of each deficit: all of it, else in proportion to the deficits.

    The parts sum to the smaller of the whole surplus and the whole deficit; who has no deficit gets none.
    """
    missing = [max(0, -balance) for balance in balances]
    total = sum(missing)
    if not total:
        return (0,) * len(balances)
    surplus = min(total, sum(max(0, balance) for balance in balances))
    return largest_remainder(surplus, [Fraction(one, total) for one in missing])


def pool_position(members: Sequence[PoolMember], as_of: date) -> PoolPosition:
    """Return where the contracts of a pool stand together on a day; at least one of them.

    Required, expected and every sum of hours are those of the contracts added. The window goes from the
    earliest start to the latest end. The pool is closed once every contract is, late below the strictest
    threshold, and met only if each contract's sub-targets are: hours make up for each other, not what a
    clause asks of them besides.
    """
    parts = tuple(compliance(member.terms, member.known) for member in members)
    sums = summed(part.sums for part in parts)
    due = sum(part.required for part in parts)
    standing = Standing(
        as_of=as_of,
        window=window_of([member.terms for member in members]),
        closed=all(member.known.closed for member in members),
        required=due,
        required_at_end=_added(part.required_at_end for part in parts),
        expected=sum(part.expected for part in parts),
        sums=sums,
        late_threshold=max(member.terms.late_threshold for member in members),
        target_known=all(is_known(member.terms.target, member.known.basis) for member in members),
        subtargets_reached=all(item.reached for part in parts for item in part.subtargets),
    )
    ahead = _added(_ahead(member) for member in members)
    return PoolPosition(
        window=standing.window,
        required=due,
        required_at_end=standing.required_at_end,
        expected=standing.expected,
        sums=sums,
        secured=sums.secured,
        balance=sums.counted - due,
        rate=Fraction(sums.counted, due) if due else None,
        status=status(replace(standing, forecast_mid=ahead)),
        parts=parts,
        covered=covered([part.balance for part in parts]),
    )


def window_of(terms: Collection[Terms]) -> Span:
    """Return the days from the earliest start of these clauses to their latest end."""
    return Span(min(item.window.first for item in terms), max(item.end for item in terms))


def _ahead(member: PoolMember) -> int | None:
    """Return the hours one contract will end with: those it has once it is over; None while unknown."""
    known = member.known
    if known.closed or known.as_of > member.terms.end:
        return known.sums.secured
    found = forecast_of(member.terms, known)
    return None if found is None else found.mid


def _added(values: Iterable[int | None]) -> int | None:
    """Return the sum; None if one of the values is not known."""
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total
