"""What pools make up for of the hours that their contracts still lack: pooled contracts have one balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import contracts, pools
from app.principal import Role
from app.rules.needs import made_up
from app.services import pool_positions
from app.services.target_basis import CONTRACTS_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from app.services.work import Reader


def made_up_by_pools(reader: Reader, contract_ids: Collection[UUID]) -> dict[UUID, int]:
    """By contract already seen and pooled today: what the surplus of its pool's others covers (hundredths).

    A subcontractor learns nothing of a pool: for a firm, only contracts that it holds are covered.
    """
    found: dict[UUID, int] = {}
    ids = sorted(contract_ids)
    for first in range(0, len(ids), CONTRACTS_AT_ONCE):
        asked = _told(reader, ids[first : first + CONTRACTS_AT_ONCE])
        for pool_id in pools.pools_of(reader.session, asked):
            together = pool_positions.position_of(reader, pool_id, reader.today)
            if together is not None:
                covered = made_up(together.position.parts)
                found |= dict(zip(together.contracts, covered, strict=True))
    return found


def _told(reader: Reader, contract_ids: Sequence[UUID]) -> Sequence[UUID]:
    principal = reader.principal
    if principal.role is not Role.CONTRACTOR:
        return contract_ids
    holders = contracts.parties_of(reader.session, list(contract_ids), contracts.HOLDER)
    return [party.contract_id for party in holders if party.organisation_id == principal.organisation_id]
