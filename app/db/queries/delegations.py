"""Delegations, through what the principal may see of them, and the lines declared under them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, exists, or_, select, true

from app.db.queries.contracts import on_seen_contract, under_holder
from app.db.tables import ContractAccess, Delegation, Hire
from app.principal import Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession
    from app.principal import Principal


def visible_delegations(principal: Principal, today: date) -> Select[Delegation]:
    """Those of the contracts one sees: firms, their own side; a structure, those given to it."""
    query = select(Delegation)
    if principal.is_admin:
        return query
    seen = on_seen_contract(Delegation, principal, today)
    return query.where(seen, _of_own_side(principal))


def runs(day: date) -> ColumnElement[bool]:
    """The delegations that run on a day."""
    return (Delegation.since <= day) & or_(Delegation.until.is_(None), Delegation.until >= day)


def given_to(session: ReadSession, contract_id: UUID, delegate_id: UUID) -> Sequence[Delegation]:
    """Every delegation of a contract to a structure, whatever its days, the earliest given first."""
    query = select(Delegation).where(
        Delegation.contract_id == contract_id, Delegation.delegate_id == delegate_id
    )
    return session.scalars(query.order_by(Delegation.id)).all()


def last_day_on(session: ReadSession, contract_id: UUID, firm_id: UUID) -> date | None:
    """The last day on which a firm sees a contract as a contractor; None while no end is known."""
    query = select(ContractAccess.until).where(
        ContractAccess.contract_id == contract_id,
        ContractAccess.organisation_id == firm_id,
        ContractAccess.role == Role.CONTRACTOR.value,
    )
    days = session.scalars(query).all()
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def outlasting(
    session: ReadSession, contract_id: UUID, delegator_id: UUID, last: date
) -> Sequence[Delegation]:
    """The delegations that a firm gave on a contract beyond a day."""
    query = select(Delegation).where(
        Delegation.contract_id == contract_id,
        Delegation.delegator_id == delegator_id,
        or_(Delegation.until.is_(None), Delegation.until > last),
    )
    return session.scalars(query.order_by(Delegation.id)).all()


def overlapping(session: ReadSession, delegation: Delegation) -> Sequence[Delegation]:
    """Others of the same contract between the same two, with a day in common."""
    query = select(Delegation).where(
        Delegation.contract_id == delegation.contract_id,
        Delegation.delegator_id == delegation.delegator_id,
        Delegation.delegate_id == delegation.delegate_id,
        Delegation.id != delegation.id,
        or_(Delegation.until.is_(None), Delegation.until >= delegation.since),
    )
    if delegation.until is not None:
        query = query.where(Delegation.since <= delegation.until)
    return session.scalars(query).all()


def hires_of(session: ReadSession, contract_id: UUID, delegators: Sequence[UUID]) -> dict[UUID, Hire]:
    """The hires of a contract that one of these declared or employs, by id."""
    theirs = or_(Hire.declarant_id.in_(delegators), Hire.employer_id.in_(delegators))
    query = select(Hire).where(Hire.contract_id == contract_id, theirs).order_by(Hire.id)
    return {hire.id: hire for hire in session.scalars(query)}


def delegated_to(principal: Principal, today: date) -> ColumnElement[bool]:
    """The hires that a structure may declare the hours of because a contractor lets it, today."""
    return exists().where(
        Delegation.contract_id == Hire.contract_id,
        Delegation.delegate_id == principal.organisation_id,
        or_(Delegation.delegator_id == Hire.declarant_id, Delegation.delegator_id == Hire.employer_id),
        runs(today),
    )


def _of_own_side(principal: Principal) -> ColumnElement[bool]:
    if principal.role is Role.INSERTION_STRUCTURE:
        return Delegation.delegate_id == principal.organisation_id
    if principal.role is not Role.CONTRACTOR:
        return true()
    own = Delegation.delegator_id == principal.organisation_id
    return or_(own, under_holder(Delegation, Delegation.delegator_id, principal.organisation_id))
