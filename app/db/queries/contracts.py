"""Contracts and what hangs on them, through what the principal may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    union,
)
from sqlalchemy.orm import aliased

from app.db.queries.lists import among
from app.db.queries.territories import inside
from app.db.tables import (
    Change,
    ChangeObject,
    Clause,
    Contract,
    ContractAccess,
    ContractParty,
    ContractPlace,
    Mandate,
    ObligationMonth,
    Organisation,
    Seal,
    Version,
)
from app.principal import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy.orm import InstrumentedAttribute

    from app.db.session import ReadSession, WriteSession
    from app.db.tables import Assessment, Delegation, Dispute, Hire, Statement
    from app.principal import Principal

    OfContract = Assessment | Delegation | Dispute | Hire | Statement

HOLDER, SUBCONTRACTOR = "holder", "subcontractor"


def access_of(principal: Principal, today: date) -> ColumnElement[bool]:
    """The access rows that let this principal see a contract today."""
    return _access(principal.organisation_id, principal.role.value, today)


def _access(organisation_id: Any, role: Any, today: Any) -> ColumnElement[bool]:  # noqa: ANN401 - values, or parameters that stand for them
    return and_(
        ContractAccess.organisation_id == organisation_id,
        ContractAccess.role == role,
        ContractAccess.since <= today,
        or_(ContractAccess.until.is_(None), ContractAccess.until >= today),
    )


def on_seen_contract(row: type[OfContract], principal: Principal, today: date) -> ColumnElement[bool]:
    """The rows of contracts that this principal sees today."""
    return exists().where(
        ContractAccess.owner_id == row.owner_id,
        ContractAccess.contract_id == row.contract_id,
        access_of(principal, today),
    )


def on_contract_held(
    row: type[OfContract], organisation_id: InstrumentedAttribute[UUID] | UUID
) -> ColumnElement[bool]:
    """The rows of contracts that this organisation, or the one that the row names, holds or held."""
    party = aliased(ContractParty)
    return exists().where(
        party.owner_id == row.owner_id,
        party.contract_id == row.contract_id,
        party.organisation_id == organisation_id,
        party.kind == HOLDER,
    )


def under_holder(
    row: type[OfContract], firm: InstrumentedAttribute[UUID], holder_id: UUID
) -> ColumnElement[bool]:
    """The rows of a firm that works under this holder: another member of a group is beside it, not under."""
    return on_contract_held(row, holder_id) & ~on_contract_held(row, firm)


def visible_contracts(principal: Principal, today: date) -> Select[Contract]:
    """The contracts this principal sees; every contract query starts here."""
    query = select(Contract)
    if principal.is_admin:
        return query
    return query.where(_opened(access_of(principal, today)))


def _opened(access: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        ContractAccess.owner_id == Contract.owner_id, ContractAccess.contract_id == Contract.id, access
    )


# Every write on hours begins with it: built once.
_ANY_HELD = select(Contract).where(Contract.id == bindparam("contract_id")).with_for_update(of=Contract)
_HELD = _ANY_HELD.where(_opened(_access(bindparam("organisation_id"), bindparam("role"), bindparam("today"))))


def held_contract(
    session: WriteSession, principal: Principal, today: date, contract_id: UUID
) -> Contract | None:
    """The contract, if the principal sees it, held until the commit."""
    asked: dict[str, Any] = {"contract_id": contract_id}
    if principal.is_admin:
        return session.scalars(_ANY_HELD, asked).one_or_none()
    asked |= {"organisation_id": principal.organisation_id, "role": principal.role.value, "today": today}
    return session.scalars(_HELD, asked).one_or_none()


_RUNNING = (
    select(Mandate)
    .where(
        Mandate.contract_id == bindparam("contract_id"),
        Mandate.role == bindparam("role"),
        Mandate.since <= bindparam("day"),
        or_(Mandate.until.is_(None), Mandate.until >= bindparam("day")),
    )
    .order_by(Mandate.id.desc())
    .limit(1)
)


def running_mandate(session: ReadSession, contract_id: UUID, role: str, day: date) -> Mandate | None:
    """The mandate in this role that runs on the day, the latest given if several do."""
    return session.scalar(_RUNNING, {"contract_id": contract_id, "role": str(role), "day": day})


_CLAUSE = select(Clause).where(Clause.contract_id == bindparam("contract_id"))


def clause_of(session: ReadSession, contract_id: UUID) -> Clause | None:
    """The clause of a contract already seen to be visible."""
    return session.scalar(_CLAUSE, {"contract_id": contract_id})


def versions_of(session: ReadSession, owner_id: UUID, subject_id: UUID) -> list[Version]:
    """Every version of something, oldest first."""
    query = (
        select(Version)
        .where(Version.owner_id == owner_id, Version.subject_id == subject_id)
        .order_by(Version.number)
    )
    return list(session.scalars(query))


def filtered(
    query: Select[Contract],
    *,
    buyer: str | None = None,
    holder: str | None = None,
    reference: str | None = None,
    place: str | None = None,
    facilitator: tuple[str, date] | None = None,
    changed_after: int | None = None,
) -> Select[Contract]:
    """The contracts of a query that fit every criterion given; organisations are named by SIRET.

    `facilitator`: the one whose mandate runs on a day.
    """
    if buyer is not None:
        query = query.where(Contract.owner_id.in_(_with_siret(buyer)))
    if holder is not None:
        held = select(ContractParty.contract_id).where(
            ContractParty.kind == HOLDER, ContractParty.organisation_id.in_(_with_siret(holder))
        )
        query = query.where(Contract.id.in_(held))
    if reference is not None:
        query = query.where(Contract.reference == reference)
    if place is not None:
        level, _, code = place.partition("/")
        there = select(ContractPlace.contract_id).where(ContractPlace.place.in_(inside(level, code)))
        query = query.where(Contract.id.in_(there))
    if facilitator is not None:
        siret, day = facilitator
        mandated = select(Mandate.contract_id).where(
            Mandate.organisation_id.in_(_with_siret(siret)),
            Mandate.role == Role.FACILITATOR.value,
            Mandate.since <= day,
            or_(Mandate.until.is_(None), Mandate.until >= day),
        )
        query = query.where(Contract.id.in_(mandated))
    if changed_after is not None:
        query = query.where(Contract.id.in_(_changed_after(changed_after)))
    return query


def in_clause_state(query: Select[Contract], state: str | None) -> Select[Contract]:
    """The contracts of a query that have no clause and are in this state; None: those that have one."""
    if state is None:
        return query.where(Contract.clause_id.is_not(None))
    return query.where(Contract.clause_id.is_(None), Contract.clause_state == state)


def count_by_clause_state(session: ReadSession, query: Select[Contract]) -> dict[str, int]:
    """How many contracts of a query are in each state, in one reading; those with a clause under `clause`."""
    state = case((Contract.clause_id.is_not(None), literal("clause")), else_=Contract.clause_state)
    counted = query.where(state.is_not(None)).with_only_columns(state, func.count()).group_by(state)
    return {str(found): number for found, number in session.execute(counted)}


def lots_of_consultations(
    session: ReadSession, contracts: Collection[Contract]
) -> Sequence[Row[UUID, UUID, str | None, dict[str, Any]]]:
    """(id, owner_id, consultation_reference, consultation) of every lot of these contracts' consultations.

    Not narrowed to whom sees them: what a consultation is worth belongs to the buyer of all its lots, and
    nothing of a row is shown.
    """
    named = {
        (contract.owner_id, contract.consultation["reference"])
        for contract in contracts
        if contract.consultation.get("reference") is not None
    }
    if not named:
        return []
    query = select(
        Contract.id, Contract.owner_id, Contract.consultation_reference, Contract.consultation
    ).where(tuple_(Contract.owner_id, Contract.consultation_reference).in_(sorted(named)))
    with session.across():
        return session.execute(query.order_by(Contract.id)).all()


def lots_named(session: ReadSession, owner_id: UUID, reference: str) -> list[UUID]:
    """The lots without clause of a buyer's consultation: those whose state its value may change."""
    query = select(Contract.id).where(
        Contract.owner_id == owner_id,
        Contract.consultation_reference == reference,
        Contract.clause_id.is_(None),
    )
    with session.across():
        return list(session.scalars(query.order_by(Contract.id)))


def held_without_clause(session: WriteSession, after: UUID | None, limit: int) -> list[Contract]:
    """Contracts without clause in the order of their ids, held, for the service to judge some at a time."""
    query = select(Contract).where(Contract.clause_id.is_(None)).order_by(Contract.id).limit(limit)
    if after is not None:
        query = query.where(Contract.id > after)
    return list(session.scalars(query.with_for_update()))


def _with_siret(siret: str) -> Select[UUID]:
    return select(Organisation.id).where(Organisation.scheme == "SIRET", Organisation.identifier == siret)


def _changed_after(position: int) -> CompoundSelect[UUID | None]:
    # A change is filed under its contract, and names every contract it touched: an import may touch many.
    filed = (
        select(Change.contract_id)
        .join(Seal, Seal.change_id == Change.id)
        .where(Seal.position > position, Change.contract_id.is_not(None))
    )
    touched = (
        select(ChangeObject.object_id)
        .join(Seal, Seal.change_id == ChangeObject.change_id)
        .where(Seal.position > position, ChangeObject.object_type == "contract")
    )
    return union(filed, touched)


def is_registered(session: ReadSession, owner_id: UUID, reference: str, lot: str | None) -> bool:
    """True when the buyer already has a contract of this reference and lot."""
    same_lot = Contract.lot.is_(None) if lot is None else Contract.lot == lot
    criterion = (Contract.owner_id == owner_id) & (Contract.reference == reference) & same_lot
    return bool(session.scalar(select(exists().where(criterion))))


def parties_of(session: ReadSession, contract_ids: Collection[UUID], kind: str) -> list[ContractParty]:
    """The holders or subcontractors of contracts already seen to be visible, the lead first."""
    query = (
        select(ContractParty)
        .where(among(session, ContractParty.contract_id, contract_ids), ContractParty.kind == kind)
        .order_by(ContractParty.lead.desc(), ContractParty.since, ContractParty.organisation_id)
    )
    return list(session.scalars(query))


def places_of(session: ReadSession, contract_ids: Collection[UUID]) -> list[ContractPlace]:
    """The places of contracts already seen to be visible, in their order."""
    query = (
        select(ContractPlace)
        .where(among(session, ContractPlace.contract_id, contract_ids))
        .order_by(ContractPlace.contract_id, ContractPlace.ordinal)
    )
    return list(session.scalars(query))


def accesses_by_cause(session: ReadSession, contract_id: UUID, cause: str) -> list[ContractAccess]:
    """The access rows that a cause opened on a contract, ended ones included."""
    query = select(ContractAccess).where(
        ContractAccess.contract_id == contract_id, ContractAccess.cause == cause
    )
    return list(session.scalars(query))


def mandates_of(contract_id: UUID) -> Select[Mandate]:
    """The mandates on a contract already seen to be visible."""
    return select(Mandate).where(Mandate.contract_id == contract_id)


def overlapping_mandates(contract_id: UUID, role: str, since: date, until: date | None) -> Select[Mandate]:
    """The mandates in this role that run on one of these days; a withdrawn one never does."""
    query = mandates_of(contract_id).where(
        Mandate.role == role,
        or_(Mandate.until.is_(None), (Mandate.until >= since) & (Mandate.until >= Mandate.since)),
    )
    return query if until is None else query.where(Mandate.since <= until)


def dated_versions_of(
    session: ReadSession, owner_id: UUID, subject_id: UUID
) -> Sequence[Row[Version, datetime]]:
    """Every version of something with the instant of its recording, oldest first."""
    query = (
        select(Version, Change.at)
        .join(Change, Change.id == Version.change_id)
        .where(Version.owner_id == owner_id, Version.subject_id == subject_id)
        .order_by(Version.number)
    )
    return session.execute(query).all()


def any_contract(session: ReadSession) -> bool:
    """True once a contract was registered, whoever sees it."""
    return bool(session.scalar(select(exists().where(Contract.id.is_not(None)))))


def counted_for(session: ReadSession, organisation_id: UUID) -> list[UUID]:
    """The contracts with hours in the ledger that the organisation owns or was mandated on."""
    mandated = select(Mandate.contract_id).where(Mandate.organisation_id == organisation_id)
    query = (
        select(ObligationMonth.contract_id)
        .where(or_(ObligationMonth.owner_id == organisation_id, ObligationMonth.contract_id.in_(mandated)))
        .distinct()
        .order_by(ObligationMonth.contract_id)
    )
    with session.across():
        return list(session.scalars(query))
