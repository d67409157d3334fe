"""The hires whose hours an organisation may declare, over all its contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from app.db.queries.delegations import delegated_to
from app.db.queries.hires import followed_hires
from app.db.tables import Contract, Hire
from app.principal import Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import Row

    from app.db.session import ReadSession
    from app.principal import Principal

    # Hire, its contract, the contract's reference, first day.
    Declarable = Row[UUID, UUID, str, date]


def declarable_hires(
    session: ReadSession, principal: Principal, today: date, hire_ids: Sequence[UUID] | None = None
) -> Sequence[Declarable]:
    """Those a principal declared or employs and sees: these, or all that have not ended on open contracts.

    For a structure, also those whose hours a contractor has it declare today.
    """
    seen = followed_hires(principal, today).with_only_columns(Hire.id)
    organisation = principal.organisation_id
    own = or_(Hire.declarant_id == organisation, Hire.employer_id == organisation)
    if principal.role is Role.INSERTION_STRUCTURE:
        own = or_(own, delegated_to(principal, today))
    query = (
        select(Hire.id, Hire.contract_id, Contract.reference, Hire.starts_on)
        .join(Contract, and_(Contract.owner_id == Hire.owner_id, Contract.id == Hire.contract_id))
        .where(Hire.id.in_(seen), own)
        .order_by(Contract.reference, Hire.contract_id, Hire.starts_on, Hire.id)
    )
    if hire_ids is None:
        query = query.where(Hire.ended_on.is_(None), Contract.closed_on.is_(None))
    else:
        query = query.where(Hire.id.in_(hire_ids))
    return session.execute(query).all()
