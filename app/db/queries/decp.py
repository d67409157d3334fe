"""What was published behind contracts, and what somebody has to decide about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, exists, false, func, select

from app.db.queries.contracts import visible_contracts
from app.db.tables import Contract, DecpConflict, DecpRecord, DecpReview, Organisation
from app.principal import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute

    from app.db.session import ReadSession
    from app.principal import Principal


def published(
    session: ReadSession, *, buyer: str, reference: str, cpv: str, holders_hash: bytes
) -> Sequence[DecpRecord]:
    """The records of this identity that contracts were registered from, the first registered first."""
    query = select(DecpRecord).where(
        DecpRecord.buyer == buyer,
        DecpRecord.reference == reference,
        DecpRecord.cpv == cpv,
        DecpRecord.holders_hash == holders_hash,
    )
    return session.scalars(query.order_by(DecpRecord.rank)).all()


def record_of(session: ReadSession, contract_id: UUID) -> DecpRecord | None:
    """The record behind a contract, None when it was registered by hand."""
    return records_of(session, [contract_id]).get(contract_id)


def records_of(session: ReadSession, contract_ids: Collection[UUID]) -> dict[UUID, DecpRecord]:
    """The records behind contracts already seen to be visible, by contract."""
    query = select(DecpRecord).where(DecpRecord.contract_id.in_(contract_ids)).order_by(DecpRecord.id)
    return {row.contract_id: row for row in session.scalars(query)}


def claimable(
    session: ReadSession, principal: Principal, today: date, contract_ids: Collection[UUID]
) -> dict[UUID, tuple[Contract, str]]:
    """Those of these contracts that are the principal's to import, each with the SIRET of its buyer."""
    query = (
        visible_contracts(principal, today)
        .join(Organisation, Organisation.id == Contract.owner_id)
        .where(Contract.id.in_(contract_ids), Organisation.scheme == "SIRET")
        .add_columns(Organisation.identifier)
    )
    if not principal.is_admin:
        query = query.where(_own(principal, Contract.owner_id))
    return {contract.id: (contract, siret) for contract, siret in session.execute(query)}


def ranks_taken(session: ReadSession, *, buyer: str, reference: str, cpv: str, holders_hash: bytes) -> int:
    """How many contracts are distinct under an identity: the rank of the next one."""
    query = select(func.max(DecpRecord.rank)).where(
        DecpRecord.buyer == buyer,
        DecpRecord.reference == reference,
        DecpRecord.cpv == cpv,
        DecpRecord.holders_hash == holders_hash,
    )
    last = session.scalar(query)
    return 0 if last is None else last + 1


def is_published_otherwise(session: ReadSession, likeness: bytes, reference: str) -> bool:
    """True when the same contract seems to be registered under another number."""
    alike = (DecpRecord.likeness == likeness) & (DecpRecord.reference != reference)
    return bool(session.scalar(select(exists().where(alike))))


def registered_by_hand(session: ReadSession, siret: str, reference: str) -> Contract | None:
    """A contract of this buyer and reference that no published record stands behind."""
    query = (
        select(Contract)
        .join(Organisation, Organisation.id == Contract.owner_id)
        .where(
            Organisation.scheme == "SIRET",
            Organisation.identifier == siret,
            Contract.reference == reference,
            ~exists().where(DecpRecord.contract_id == Contract.id),
        )
        .order_by(Contract.id)
        .limit(1)
    )
    return session.scalar(query)


def open_conflicts(session: ReadSession, contract_id: UUID) -> Sequence[DecpConflict]:
    """What is to be decided about the fields of a contract."""
    query = select(DecpConflict).where(DecpConflict.contract_id == contract_id, DecpConflict.state == "open")
    return session.scalars(query.order_by(DecpConflict.id)).all()


def open_conflict(session: ReadSession, contract_id: UUID, field: str) -> DecpConflict | None:
    """What is to be decided about one field."""
    return next((found for found in open_conflicts(session, contract_id) if found.field == field), None)


def review_of(session: ReadSession, contract_id: UUID, fingerprint: bytes) -> DecpReview | None:
    """The review of one publication beside a contract, decided or not."""
    query = select(DecpReview).where(
        DecpReview.contract_id == contract_id, DecpReview.fingerprint == fingerprint
    )
    return session.scalar(query)


def visible_conflicts(principal: Principal) -> Select[DecpConflict]:
    """The conflicts of a buyer's own contracts; the platform sees all."""
    query = select(DecpConflict)
    return query if principal.is_admin else query.where(_own(principal, DecpConflict.owner_id))


def visible_reviews(principal: Principal) -> Select[DecpReview]:
    """The reviews of a buyer's own publications; the platform sees all."""
    query = select(DecpReview)
    return query if principal.is_admin else query.where(_own(principal, DecpReview.owner_id))


def _own(principal: Principal, owner: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    return owner == principal.organisation_id if principal.role is Role.BUYER else false()
