"""Pools and what was said of their contracts.

A pool lies between buyers: it is reached by its holder, or through one of its contracts that is visible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, bindparam, exists, false, or_, select

from app.db.queries.contracts import access_of, visible_contracts
from app.db.queries.rows import columns_of
from app.db.tables import Clause, Contract, ContractAccess, Pool, PoolAnswer, Seal
from app.principal import Role

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession, WriteSession
    from app.principal import Principal


def visible_pools(principal: Principal, today: date) -> Select[Pool]:
    """The pools of a holder, and those with a contract that a buyer or facilitator sees."""
    query = select(Pool)
    if principal.is_admin:
        return query
    if principal.role is Role.CONTRACTOR:
        return query.where(Pool.holder_id == principal.organisation_id)
    if principal.role not in {Role.BUYER, Role.FACILITATOR}:
        return query.where(false())
    return query.where(
        exists().where(
            PoolAnswer.pool_id == Pool.id,
            ContractAccess.owner_id == PoolAnswer.owner_id,
            ContractAccess.contract_id == PoolAnswer.contract_id,
            access_of(principal, today),
        )
    )


def answers_of(
    session: ReadSession, pool_ids: Collection[UUID], position: int | None = None
) -> list[PoolAnswer]:
    """What was said of the contracts of pools already seen, up to a position (None: all), oldest first."""
    query = (
        select(PoolAnswer)
        .where(PoolAnswer.pool_id.in_(pool_ids))
        .order_by(PoolAnswer.pool_id, PoolAnswer.contract_id, PoolAnswer.number)
    )
    if position is not None:
        query = query.join(Seal, Seal.change_id == PoolAnswer.change_id).where(Seal.position <= position)
    # A pool is between buyers: how many contracts it has is told to each.
    with session.across():
        return list(session.scalars(query))


_ANSWER = columns_of(PoolAnswer)
_POOLS = (
    select(_ANSWER.pool_id)
    .where(_ANSWER.contract_id.in_(bindparam("contract_ids", expanding=True)))
    .distinct()
)


def pools_of(session: ReadSession, contract_ids: Collection[UUID]) -> list[UUID]:
    """The pools in which something was said of one of these contracts: for counting and for its position."""
    return sorted(session.scalars(_POOLS, {"contract_ids": list(contract_ids)}))


def contracts_seen(
    session: ReadSession, principal: Principal, today: date, contract_ids: Collection[UUID]
) -> dict[UUID, Contract]:
    """Those of these contracts that the caller sees, by id."""
    query = visible_contracts(principal, today).where(Contract.id.in_(contract_ids))
    return {contract.id: contract for contract in session.scalars(query)}


def contracts_held(
    session: WriteSession, principal: Principal, today: date, contract_ids: Collection[UUID]
) -> dict[UUID, Contract]:
    """The same, held until the commit, in the order of their ids: what is said of each goes in turn."""
    query = visible_contracts(principal, today).where(Contract.id.in_(contract_ids))
    held = session.scalars(query.order_by(Contract.id).with_for_update(of=Contract))
    return {contract.id: contract for contract in held}


def follow_on_contracts(
    session: ReadSession, principal: Principal, today: date, frameworks: Collection[Contract]
) -> list[UUID]:
    """Those that the caller sees of these frameworks: of the same buyer, naming them by their reference."""
    if not frameworks:
        return []
    of_one = [
        (Contract.owner_id == framework.owner_id) & (Contract.framework_reference == framework.reference)
        for framework in frameworks
    ]
    named = [framework.id for framework in frameworks]
    query = visible_contracts(principal, today).where(or_(*of_one), Contract.id.not_in(named))
    return sorted(contract.id for contract in session.scalars(query))


def clauses_of(session: ReadSession, contract_ids: Collection[UUID]) -> list[Clause]:
    """The clauses of pooled contracts."""
    query = select(Clause).where(Clause.contract_id.in_(contract_ids)).order_by(Clause.contract_id)
    with session.across():
        return list(session.scalars(query))
