"""Contracts and what hangs on them, through what the principal may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, exists, or_, select

from app.db.tables import Clause, Contract, ContractAccess, Mandate, Version

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession
    from app.principal import Principal


def access_of(principal: Principal, today: date) -> ColumnElement[bool]:
    """The access rows that let this principal see a contract today."""
    return (
        (ContractAccess.organisation_id == principal.organisation_id)
        & (ContractAccess.role == principal.role.value)
        & (ContractAccess.since <= today)
        & or_(ContractAccess.until.is_(None), ContractAccess.until >= today)
    )


def visible_contracts(principal: Principal, today: date) -> Select[Contract]:
    """The contracts this principal sees; every contract query starts here."""
    query = select(Contract)
    if principal.is_admin:
        return query
    return query.where(
        exists().where(
            ContractAccess.owner_id == Contract.owner_id,
            ContractAccess.contract_id == Contract.id,
            access_of(principal, today),
        )
    )


def running_mandate(session: ReadSession, contract_id: UUID, role: str, day: date) -> Mandate | None:
    """The mandate in this role that runs on the day, the latest given if several do."""
    query = (
        select(Mandate)
        .where(
            Mandate.contract_id == contract_id,
            Mandate.role == role,
            Mandate.since <= day,
            or_(Mandate.until.is_(None), Mandate.until >= day),
        )
        .order_by(Mandate.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def clause_of(session: ReadSession, contract_id: UUID) -> Clause | None:
    """The clause of a contract already seen to be visible."""
    return session.scalar(select(Clause).where(Clause.contract_id == contract_id))


def versions_of(session: ReadSession, owner_id: UUID, subject_id: UUID) -> list[Version]:
    """Every version of something, oldest first."""
    query = (
        select(Version)
        .where(Version.owner_id == owner_id, Version.subject_id == subject_id)
        .order_by(Version.number)
    )
    return list(session.scalars(query))
