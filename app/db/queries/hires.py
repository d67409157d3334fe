"""Hires, through what the principal may see of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, false, or_, select

from app.db.queries.contracts import on_seen_contract, under_holder
from app.db.queries.delegations import delegated_to
from app.db.queries.participants import DECLARANTS, referred
from app.db.tables import Contract, Hire
from app.principal import Role

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession, WriteSession
    from app.principal import Principal


WHOLE_CONTRACT = (Role.BUYER, Role.FACILITATOR)


def visible_hires(principal: Principal, today: date) -> Select[Hire]:
    """The hires this principal sees: buyers and facilitators, all of a contract; declarants, their own.

    A declarant's own are those it declared or employs; a holder also sees those of its subcontractors, but
    not those of the other members of its group. A prescriber sees those of people it referred, on contracts
    that it does not see.
    """
    query = select(Hire)
    if principal.is_admin:
        return query
    if principal.role is Role.PRESCRIBER:
        return query.where(referred(Hire, principal))
    seen = on_seen_contract(Hire, principal, today)
    if principal.role in WHOLE_CONTRACT:
        return query.where(seen)
    if principal.role not in DECLARANTS:
        return query.where(false())
    own = (Hire.declarant_id == principal.organisation_id) | (Hire.employer_id == principal.organisation_id)
    if principal.role is Role.CONTRACTOR:
        own |= under_holder(Hire, Hire.declarant_id, principal.organisation_id)
    return query.where(seen, own)


def followed_hires(principal: Principal, today: date) -> Select[Hire]:
    """Those, and for a structure the ones whose hours a contractor has it declare today."""
    query = visible_hires(principal, today)
    if principal.role is not Role.INSERTION_STRUCTURE:
        return query
    declared = select(Hire.id).where(delegated_to(principal, today))
    return select(Hire).where(or_(Hire.id.in_(query.with_only_columns(Hire.id)), Hire.id.in_(declared)))


def held_contract_of(session: WriteSession, hire: Hire) -> Contract:
    """The contract of a hire already seen to be visible, held until the commit.

    A prescriber sees the hire alone: the contract is held past the second wall.
    """
    query = select(Contract).where(Contract.owner_id == hire.owner_id, Contract.id == hire.contract_id)
    with session.across():
        return session.scalars(query.with_for_update(of=Contract)).one()


def hires_of_participant(session: ReadSession, participant_id: UUID) -> list[Hire]:
    """Every hire of one record of a person, on any contract, oldest first."""
    query = select(Hire).where(Hire.participant_id == participant_id).order_by(Hire.id)
    return list(session.scalars(query))


def contract_of_hire(session: ReadSession, hire: Hire) -> Contract:
    """The contract of a hire already seen to be visible."""
    return session.get_one(Contract, hire.contract_id)


def declared_hires(
    session: ReadSession, contract_id: UUID, declarant_id: UUID, participant_ids: list[UUID], starts_on: date
) -> list[Hire]:
    """What an organisation declared of these records on a contract from a day on."""
    query = select(Hire).where(
        Hire.contract_id == contract_id,
        Hire.declarant_id == declarant_id,
        Hire.participant_id.in_(participant_ids),
        Hire.starts_on == starts_on,
    )
    return list(session.scalars(query.order_by(Hire.id)))
