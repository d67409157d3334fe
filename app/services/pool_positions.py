"""Where the contracts of a pool stand together, on a day, as known now or at an instant (domain §3, §6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.db.queries import compliance as positions
from app.db.queries import pools as queries
from app.principal import SERVICE
from app.rules.pools import PoolMember, PoolPosition, pool_position, pooled, states_on
from app.services.compliance import Sight, case_on, known_of
from app.services.pool_obligations import for_rules

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from uuid import UUID

    from app.db.tables import PoolAnswer
    from app.services.compliance import Case
    from app.services.work import Reader


@dataclass(frozen=True, slots=True)
class PooledCases:
    """The contracts of a running pool in their order, their cases, and where they stand together."""

    contracts: tuple[UUID, ...]
    cases: tuple[Case, ...]
    position: PoolPosition

    @property
    def provisional(self) -> bool:
        """Whether a change of one of the contracts is not settled yet."""
        return any(case.provisional for case in self.cases)

    def covered(self, contract_id: UUID) -> int:
        """What the others make up of one contract's deficit (hundredths)."""
        return self.position.covered[self.contracts.index(contract_id)]


def contracts_in(answers: Iterable[PoolAnswer], day: date) -> list[UUID]:
    """The contracts of one pool that stand in it on a day, in id order; none while it does not run."""
    return sorted(pooled(states_on(map(for_rules, answers), day)))


def position_of(
    reader: Reader,
    pool_id: UUID,
    as_of: date,
    known: tuple[int, datetime] | None = None,
) -> PooledCases | None:
    """Where a pool already seen stands; None when it does not run on the day.

    Its contracts are read whoever sees them: what is shown of each is the caller's to see or not.
    """
    answers = queries.answers_of(reader.session, [pool_id], known[0] if known else None)
    found: list[tuple[UUID, Case, Any]] = []
    with reader.session.across():
        for contract_id in contracts_in(answers, as_of):
            row = positions.position_of_contract(reader.session, SERVICE, reader.today, contract_id)
            case = case_on(reader, Sight(row), as_of, known)
            if case.terms is not None:
                found.append((contract_id, case, PoolMember(case.terms, known_of(case, case.terms, as_of))))
    if not found:
        return None
    ids, cases, members = zip(*found, strict=True)
    return PooledCases(ids, cases, pool_position(members, as_of))
