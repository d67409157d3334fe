"""Who sees a contract and why: access is opened by a cause and ends with it, never by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.db.queries import contracts as queries
from app.db.tables import ContractAccess
from app.errors import FieldError, InvalidPayload
from app.schemas.parties import ENDS_BEFORE

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from app.db.tables import Contract
    from app.principal import Role
    from app.services.work import Writer

BUYER, MANDATE, DELEGATION = "buyer", "mandate", "delegation"


def check_order(since: date, until: date | None) -> None:
    """InvalidPayload when what is granted would end before it begins: its first day may be today's."""
    if until is not None and until < since:
        raise InvalidPayload(errors=[FieldError("/until", "end_before_start", ENDS_BEFORE)])


def open_access(
    writer: Writer,
    contract: Contract,
    organisation_id: UUID,
    role: Role,
    *,
    cause: tuple[str, UUID],
    since: date,
    until: date | None = None,
) -> None:
    """Let an organisation see the contract in a role on these days; `cause` is a code and an id."""
    writer.move_figures(contract.id)
    writer.session.add(
        ContractAccess(
            owner_id=contract.owner_id,
            contract_id=contract.id,
            organisation_id=organisation_id,
            role=role,
            cause=cause[0],
            cause_id=cause[1],
            since=since,
            until=until,
        )
    )


def limit_access(
    writer: Writer, contract: Contract, *, cause: tuple[str, UUID], since: date, until: date | None
) -> None:
    """Change the days of the access that a cause opened."""
    writer.move_figures(contract.id)
    for row in queries.accesses_by_cause(writer.session, contract.id, cause[0]):
        if row.cause_id == cause[1]:
            row.since, row.until = since, until


def share_with(
    writer: Writer, contract: Contract, organisation_ids: Collection[UUID], role: Role, *, cause: str
) -> None:
    """Let exactly these organisations see the contract for this cause, from now on.

    Whoever is no longer among them stops seeing it at once; whoever comes back sees it again.
    """
    writer.move_figures(contract.id)
    waiting = set(organisation_ids)
    for row in queries.accesses_by_cause(writer.session, contract.id, cause):
        if row.organisation_id in waiting:
            row.until = None
            waiting.discard(row.organisation_id)
        elif row.until is None:
            row.until = writer.today - timedelta(days=1)
    for organisation_id in sorted(waiting):
        open_access(writer, contract, organisation_id, role, cause=(cause, contract.id), since=writer.today)
