"""What a contract's position is computed from: as it stands, or as it was known at a settled position."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from typing import cast as typed

from sqlalchemy import (
    BigInteger,
    Date,
    Row,
    Select,
    String,
    Uuid,
    bindparam,
    cast,
    exists,
    func,
    select,
)

from app.db.queries.contracts import visible_contracts
from app.db.tables import (
    Clause,
    Contract,
    ContractParty,
    Entry,
    Mandate,
    OpenChange,
    PoolAnswer,
    Seal,
    Version,
)
from app.principal import Role

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession
    from app.principal import Principal

# Columns of a contract that its position depends on, named as in the snapshots of its versions.
CONTRACT_FACTS = (
    *("closed_on", "suspensions", "notified_on", "consultation", "firm_amount"),
    *("social_conditions", "waiver", "decp_social", "clause_state"),
)


_CONTRACT = bindparam("contract", type_=Uuid())
_VIEWER = bindparam("viewer", type_=Uuid())
_ROLE = bindparam("role", type_=String())
_TODAY = bindparam("today", type_=Date())
# Statements of the hot read are built once: building costs more than running. The caller comes at execution.
_ANYBODY = SimpleNamespace(is_admin=False, organisation_id=_VIEWER, role=SimpleNamespace(value=_ROLE))
_PLATFORM = SimpleNamespace(is_admin=True)


def _position(viewer: object) -> Select[*tuple[Any, ...]]:
    holder = exists().where(
        ContractParty.owner_id == Contract.owner_id,
        ContractParty.contract_id == Contract.id,
        ContractParty.organisation_id == _VIEWER,
        ContractParty.kind == "holder",
        ContractParty.since <= _TODAY,
        func.coalesce(ContractParty.until, _TODAY) >= _TODAY,
    )
    # Whether any pool ever heard of the contract: only then are its pools looked up.
    pooled = exists().where(PoolAnswer.owner_id == Contract.owner_id, PoolAnswer.contract_id == Contract.id)
    facilitated = exists().where(
        Mandate.contract_id == Contract.id,
        Mandate.role == Role.FACILITATOR.value,
        Mandate.since <= _TODAY,
        func.coalesce(Mandate.until, _TODAY) >= _TODAY,
    )
    holders = select(func.count()).where(
        ContractParty.owner_id == Contract.owner_id,
        ContractParty.contract_id == Contract.id,
        ContractParty.kind == "holder",
    )
    return (
        visible_contracts(typed("Principal", viewer), typed("date", _TODAY))
        .with_only_columns(
            Contract.id.label("contract_id"),
            Contract.owner_id,
            *(getattr(Contract, name) for name in CONTRACT_FACTS),
            Clause.id.label("clause_id"),
            Clause.obligation_id,
            Clause.terms,
            Clause.effective_on,
            Clause.version.label("clause_version"),
            holder.label("holder"),
            pooled.label("pooled"),
            facilitated.label("facilitated"),
            holders.correlate(Contract).scalar_subquery().label("holders"),
            exists().where(OpenChange.contract_id == Contract.id).label("provisional"),
            select(Seal.sealed_at)
            .order_by(Seal.position.desc())
            .limit(1)
            .scalar_subquery()
            .label("sealed_at"),
        )
        .join(
            Clause, (Clause.owner_id == Contract.owner_id) & (Clause.contract_id == Contract.id), isouter=True
        )
        .where(Contract.id == _CONTRACT)
    )


_POSITION, _POSITION_FOR_PLATFORM = _position(_ANYBODY), _position(_PLATFORM)


def position_of_contract(
    session: ReadSession, principal: Principal, today: date, contract_id: UUID
) -> Row[*tuple[Any, ...]] | None:
    """One row: the contract, its clause, whether the caller holds it, who else, how far changes are settled.

    Columns: `CONTRACT_FACTS`, contract_id, owner_id, clause_id, obligation_id, terms, effective_on,
    clause_version, holder, pooled (a pool ever heard of it), holders (their number), facilitated,
    provisional, sealed_at. None when the caller does not see the contract.
    """
    query = _POSITION_FOR_PLATFORM if principal.is_admin else _POSITION
    values = {
        "viewer": principal.organisation_id,
        "role": principal.role.value,
        "today": today,
        "contract": contract_id,
    }
    # Plain rows: nothing here is an object of the session.
    return session.connection().execute(query, values).one_or_none()


def versions_known(
    session: ReadSession, owner_id: UUID, subject_id: UUID, position: int | None
) -> list[Row[int, date, dict[str, Any]]]:
    """(number, effective_on, snapshot) of what was recorded up to a position (None: all), oldest first."""
    query = (
        select(Version.number, Version.effective_on, Version.snapshot)
        .where(Version.owner_id == owner_id, Version.subject_id == subject_id)
        .order_by(Version.number)
    )
    if position is not None:
        query = query.join(Seal, Seal.change_id == Version.change_id).where(Seal.position <= position)
    return list(session.execute(query))


def sums_known(
    session: ReadSession, owner_id: UUID, obligation_id: UUID, position: int
) -> list[Row[date, str, int]]:
    """(month, state, hours) of the ledger as known at a position."""
    query = (
        select(Entry.month, Entry.state, cast(func.sum(Entry.hours), BigInteger))
        .join(Seal, Seal.change_id == Entry.change_id)
        .where(Entry.owner_id == owner_id, Entry.obligation_id == obligation_id, Seal.position <= position)
        .group_by(Entry.month, Entry.state)
    )
    return list(session.execute(query))
