"""The position of a contract as it is read: its own, and what its pool makes up for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.db.queries import pools as queries
from app.principal import Role
from app.rules.labels import LABELS
from app.schemas.compliance import ComplianceStatus, PoolOfContract
from app.services import pool_positions
from app.services.compliance import asked_case, shown

if TYPE_CHECKING:
    from uuid import UUID

    from app.rules.codes import Status
    from app.schemas.compliance import ComplianceOut, ComplianceQuery
    from app.services.compliance import AskedCase
    from app.services.pool_positions import PooledCases
    from app.services.work import Reader


def read_compliance(reader: Reader, contract_id: UUID, asked: ComplianceQuery) -> ComplianceOut:
    """The position of a contract on a day, as known now or at an instant.

    NotFound when the caller does not see the contract, or when nothing was known of it at that instant;
    Forbidden for roles that see no balance.
    """
    found = asked_case(reader, contract_id, asked)
    pool_id, together = _pool(reader, contract_id, found)
    if pool_id is None or together is None:
        return shown(reader, contract_id, found.as_of, found.case, None)
    # What is told of the pool is as final as the least settled of its contracts.
    case = replace(found.case, known_at=None, provisional=True) if together.provisional else found.case
    pool = PoolOfContract(
        id=pool_id,
        status=shown_status(together.position.status),
        balance=together.position.balance,
        covered=together.covered(contract_id),
    )
    return shown(reader, contract_id, found.as_of, case, pool)


def shown_status(status: Status) -> ComplianceStatus:
    """A status with its label."""
    return ComplianceStatus(code=status, label=LABELS["statuses"][status])


def _pool(
    reader: Reader, contract_id: UUID, found: AskedCase
) -> tuple[UUID, PooledCases] | tuple[None, None]:
    row = found.sight.row
    if not row.pooled or (reader.principal.role is Role.CONTRACTOR and not row.holder):
        return None, None
    # A pool joins contracts: the caller's others count too.
    reader.session.look_at(None)
    position = found.known[0] if found.known else None
    for pool_id in queries.pools_of(reader.session, [contract_id]):
        answers = queries.answers_of(reader.session, [pool_id], position)
        if contract_id not in pool_positions.contracts_in(answers, found.as_of):
            continue
        together = pool_positions.position_of(reader, pool_id, found.as_of, found.known)
        if together is not None:
            return pool_id, together
    return None, None
