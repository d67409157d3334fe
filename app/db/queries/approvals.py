"""The holders' answers on statements already seen to be visible, and who works under a holder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Row, or_, select

from app.db.queries.contracts import HOLDER, SUBCONTRACTOR
from app.db.tables import ContractParty, Organisation, StatementApproval

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from app.db.session import ReadSession
    from app.db.tables import Contract, Statement


def subcontractors_of(session: ReadSession, contract: Contract) -> set[UUID]:
    """The firms that work under a holder, whatever their days, and hold nothing themselves."""
    query = select(ContractParty.organisation_id, ContractParty.kind).where(
        ContractParty.owner_id == contract.owner_id, ContractParty.contract_id == contract.id
    )
    parties = session.execute(query).all()
    holders = {row.organisation_id for row in parties if row.kind == HOLDER}
    return {row.organisation_id for row in parties if row.kind == SUBCONTRACTOR} - holders


def holds_on(session: ReadSession, contract: Contract, organisation_id: UUID, day: date) -> bool:
    """Whether an organisation holds the contract on a day."""
    query = select(ContractParty.organisation_id).where(
        ContractParty.owner_id == contract.owner_id,
        ContractParty.contract_id == contract.id,
        ContractParty.organisation_id == organisation_id,
        ContractParty.kind == HOLDER,
        ContractParty.since <= day,
        or_(ContractParty.until.is_(None), ContractParty.until >= day),
    )
    return session.scalar(query) is not None


def last_answer(session: ReadSession, statement: Statement) -> Row[StatementApproval, str, datetime] | None:
    """(answer, identifier of who gave it, when) of the holder's latest answer on the latest version."""
    query = (
        select(StatementApproval, Organisation.identifier, StatementApproval.decided_at)
        .join(Organisation, Organisation.id == StatementApproval.decided_by)
        .where(
            StatementApproval.owner_id == statement.owner_id,
            StatementApproval.statement_id == statement.id,
            StatementApproval.number == statement.latest,
        )
        .order_by(StatementApproval.change_id.desc())
        .limit(1)
    )
    return session.execute(query).one_or_none()
