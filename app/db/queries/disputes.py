"""Disputes, through what the principal may see of their subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, exists, false, or_, select

from app.db.queries.contracts import HOLDER, on_contract_held, on_seen_contract
from app.db.queries.hires import WHOLE_CONTRACT
from app.db.tables import ContractParty, Dispute, DisputeEnd, Line, Seal, Statement
from app.principal import Role

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from app.db.session import ReadSession
    from app.principal import Principal

LINE, PENALTY = "line", "penalty"
OPEN, ANSWERED = "open", "answered"


def visible_disputes(principal: Principal, today: date) -> Select[Dispute]:
    """The disputes on subjects that this principal sees.

    Buyer and facilitator: all those of a contract. A declarant: its own. A holder: also those on penalties,
    which concern it, and on the lines of its subcontractors, but not those of its group's other members.
    """
    query = select(Dispute)
    if principal.is_admin:
        return query
    seen = on_seen_contract(Dispute, principal, today)
    if principal.role in WHOLE_CONTRACT:
        return query.where(seen)
    own = (Dispute.opened_by == principal.organisation_id) & (Dispute.opened_role == principal.role.value)
    if principal.role is Role.CONTRACTOR:
        return query.where(seen, or_(own, _of_holder(principal)))
    return query.where(seen, own if principal.role is Role.INSERTION_STRUCTURE else false())


def _of_holder(principal: Principal) -> ColumnElement[bool]:
    holds = on_contract_held(Dispute, principal.organisation_id)
    by_holder = on_contract_held(Dispute, Dispute.opened_by)
    return holds & or_(Dispute.kind == PENALTY, (Dispute.kind == LINE) & ~by_holder)


def is_holder(session: ReadSession, owner_id: UUID, contract_id: UUID, organisation_id: UUID) -> bool:
    """True when the organisation holds the contract, alone or in a group."""
    holding = (
        (ContractParty.owner_id == owner_id)
        & (ContractParty.contract_id == contract_id)
        & (ContractParty.organisation_id == organisation_id)
        & (ContractParty.kind == HOLDER)
    )
    return bool(session.scalar(select(exists().where(holding))))


def is_disputed(session: ReadSession, owner_id: UUID, contract_id: UUID, position: int | None = None) -> bool:
    """True while a dispute on the contract is open, now or as known at a position."""
    of_contract = (Dispute.owner_id == owner_id) & (Dispute.contract_id == contract_id)
    if position is None:
        return bool(session.scalar(select(exists().where(of_contract, Dispute.state == OPEN))))
    known = select(Seal.change_id).where(Seal.position <= position)
    ended = exists().where(
        DisputeEnd.owner_id == Dispute.owner_id,
        DisputeEnd.dispute_id == Dispute.id,
        DisputeEnd.change_id.in_(known),
    )
    return bool(session.scalar(select(exists().where(of_contract, Dispute.change_id.in_(known), ~ended))))


def disputes_of_decision(
    session: ReadSession, owner_id: UUID, subject_id: UUID, decided_at: datetime
) -> list[UUID]:
    """The disputes that bar another one: an open one on the subject, an answered one on this decision."""
    answered = (Dispute.state == ANSWERED) & (Dispute.decided_at == decided_at)
    query = select(Dispute.id).where(
        Dispute.owner_id == owner_id, Dispute.subject_id == subject_id, or_(Dispute.state == OPEN, answered)
    )
    return list(session.scalars(query))


def line_of(session: ReadSession, statement: Statement, hire_id: UUID | None) -> Line | None:
    """The line of a hire in a statement already seen to be visible."""
    query = select(Line).where(
        Line.owner_id == statement.owner_id,
        Line.statement_id == statement.id,
        Line.hire_id == hire_id,
        Line.withdrawn.is_(False),
    )
    return session.scalar(query)
