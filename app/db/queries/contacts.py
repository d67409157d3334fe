"""Contacts, through what the principal may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import aliased

from app.db.queries.contracts import access_of
from app.db.tables import Contact, ContractAccess, StoredAnswer
from app.rules.contacts import ContactState, stale_since

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import InstrumentedAttribute

    from app.db.session import ReadSession
    from app.principal import Principal


def visible_contacts(principal: Principal, today: date) -> Select[Contact]:
    """An organisation's own, and those that run of the organisations on a contract that it sees."""
    query = select(Contact)
    if principal.is_admin:
        return query
    shared = _runs(today) & _on_a_seen_contract(principal, today, Contact.organisation_id)
    return query.where(or_(Contact.organisation_id == principal.organisation_id, shared))


def meets(session: ReadSession, principal: Principal, today: date, organisation_id: UUID) -> bool:
    """Whether the organisation stands on some contract that the principal sees today."""
    query = select(_on_a_seen_contract(principal, today, organisation_id))
    return bool(session.scalar(query))


def in_state(query: Select[Contact], state: ContactState, today: date) -> Select[Contact]:
    """The contacts of a query that are in this state today, as `contact_state` says."""
    ended = Contact.until < today
    if state is ContactState.ENDED:
        return query.where(ended)
    query = query.where(or_(Contact.until.is_(None), ~ended))
    if state is ContactState.ANNOUNCED:
        return query.where(Contact.since > today)
    query = query.where(Contact.since <= today)
    if state is ContactState.UNREACHABLE:
        return query.where(Contact.bounced_on.is_not(None))
    old = Contact.confirmed_on <= stale_since(today)
    return query.where(Contact.bounced_on.is_(None), old if state is ContactState.TO_CONFIRM else ~old)


def needing_care(principal: Principal, today: date, *, others: bool) -> Select[Contact]:
    """One's own contacts that are unreachable or to confirm; `others`: unreachable ones of who one meets."""
    bounced = Contact.bounced_on.is_not(None)
    own = (Contact.organisation_id == principal.organisation_id) & or_(
        bounced, Contact.confirmed_on <= stale_since(today)
    )
    met = bounced & (Contact.organisation_id != principal.organisation_id)
    return running(visible_contacts(principal, today), today).where(or_(own, met) if others else own)


def running(query: Select[Contact], today: date) -> Select[Contact]:
    """The contacts of a query that have begun and are not over."""
    return query.where(_runs(today))


def former_contacts(session: ReadSession, last_day: date, limit: int) -> Sequence[Contact]:
    """Contacts over since this day or longer that still say who they were, the oldest first."""
    known = or_(Contact.name.is_not(None), Contact.email.is_not(None))
    query = select(Contact).where(Contact.until <= last_day, known).order_by(Contact.id).limit(limit)
    return session.scalars(query).all()


def answers_to(session: ReadSession, organisation_id: UUID) -> Iterable[StoredAnswer]:
    """The stored answers to an organisation, in any role: a contact is told whole to nobody else."""
    return session.scalars(select(StoredAnswer).where(StoredAnswer.organisation_id == organisation_id))


def _runs(today: date) -> ColumnElement[bool]:
    return (Contact.since <= today) & or_(Contact.until.is_(None), Contact.until >= today)


def _on_a_seen_contract(
    principal: Principal, today: date, organisation_id: InstrumentedAttribute[UUID] | UUID
) -> ColumnElement[bool]:
    there = aliased(ContractAccess)
    return exists().where(
        access_of(principal, today),
        there.owner_id == ContractAccess.owner_id,
        there.contract_id == ContractAccess.contract_id,
        there.organisation_id == organisation_id,
        there.since <= today,
        or_(there.until.is_(None), there.until >= today),
    )
