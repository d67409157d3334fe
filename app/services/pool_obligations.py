"""Pooled contracts are one obligation: for training caps and for how long a person counts (domain §4, §5).

The ledger keeps its sums per clause; the pool is looked up when something is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.queries import pools as queries
from app.rules.codes import PoolState
from app.rules.pools import Answer, pooled

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from app.db.session import ReadSession
    from app.db.tables import Clause, PoolAnswer


@dataclass(frozen=True, slots=True)
class RunningPool:
    """A pool of two contracts or more, with their clauses."""

    id: UUID
    contracts: frozenset[UUID]
    clauses: tuple[Clause, ...]

    @property
    def obligations(self) -> tuple[UUID, ...]:
        """Those of the ledger that it joins."""
        return tuple(clause.obligation_id for clause in self.clauses)


def running_pools(session: ReadSession, contract_ids: Collection[UUID]) -> dict[UUID, RunningPool]:
    """The pool of each of these contracts that stands in one today; no answer holds from a day to come."""
    found: dict[UUID, RunningPool] = {}
    pool_ids = queries.pools_of(session, contract_ids)
    answers = queries.answers_of(session, pool_ids) if pool_ids else []
    for pool_id in pool_ids:
        inside = pooled({row.contract_id: PoolState(row.state) for row in answers if row.pool_id == pool_id})
        if inside:
            pool = RunningPool(pool_id, inside, tuple(queries.clauses_of(session, inside)))
            found |= dict.fromkeys(inside, pool)
    return found


def obligations_with(session: ReadSession, clause: Clause) -> tuple[UUID, ...]:
    """The obligations of the ledger that are one with a clause's: its own, or all those of its pool."""
    pool = running_pools(session, [clause.contract_id]).get(clause.contract_id)
    return (clause.obligation_id,) if pool is None else pool.obligations


def for_rules(row: PoolAnswer) -> Answer:
    """What was said of a contract, as the rules read it."""
    return Answer(row.contract_id, PoolState(row.state), row.holds_on)
