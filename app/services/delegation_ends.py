"""A delegation ends with the place of who gave it: nobody sees a contract through a firm that left it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import delegations as queries
from app.services import grants

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from app.db.tables import Contract
    from app.services.work import Writer


def end_with(writer: Writer, contract: Contract, firm_ids: Iterable[UUID]) -> None:
    """End what these firms delegated on their own last day on the contract, within the change under way.

    The structure is told; what it declared stays. Who still has another place on the contract keeps it.
    """
    for firm_id in sorted(firm_ids):
        last = queries.last_day_on(writer.session, contract.id, firm_id)
        if last is None:
            continue
        event = "delegation.ended" if last < writer.today else "delegation.updated"
        for delegation in queries.outlasting(writer.session, contract.id, firm_id, last):
            delegation.until = last
            delegation.version += 1
            cause = (grants.DELEGATION, delegation.id)
            grants.limit_access(writer, contract, cause=cause, since=delegation.since, until=last)
            writer.touch("delegation", delegation.id, "until")
            writer.announce(event, "delegation", delegation.id, declarant_id=delegation.delegate_id)
