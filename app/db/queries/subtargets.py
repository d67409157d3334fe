"""What sub-targets are judged on: the hours of each hire that count, and the traits kept of it.

Reached for contracts already seen to be visible; what is read stays inside `app.services.subtargets`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Row, cast, exists, func, select

from app.db.tables import Assessment, Contract, Entry, Hire, KeptTraits, OpenChange, Seal
from app.rules.codes import Decision, State

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from app.db.session import ReadSession


def counted_by_hire(
    session: ReadSession, obligation_ids: Collection[UUID], position: int | None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """(obligation_id, hire_id, participant_id, month, hours) that count, at a position or now."""
    key = (Entry.obligation_id, Entry.hire_id, Entry.participant_id, Entry.month)
    query = (
        select(*key, cast(func.sum(Entry.hours), BigInteger).label("hours"))
        .where(Entry.obligation_id.in_(obligation_ids), Entry.state == State.COUNTED.value)
        .group_by(*key)
    )
    if position is not None:
        query = query.join(Seal, Seal.change_id == Entry.change_id).where(Seal.position <= position)
    return session.execute(query).all()


def kept_traits(
    session: ReadSession, contract_ids: Collection[UUID], position: int | None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """(hire_id, number, traits, provisional) of every version, oldest first, at a position or now."""
    unsettled = exists().where(OpenChange.change_id == KeptTraits.change_id).label("provisional")
    query = (
        select(KeptTraits.hire_id, KeptTraits.number, KeptTraits.traits, unsettled)
        .where(KeptTraits.contract_id.in_(contract_ids))
        .order_by(KeptTraits.hire_id, KeptTraits.number)
    )
    if position is not None:
        query = query.join(Seal, Seal.change_id == KeptTraits.change_id).where(Seal.position <= position)
    return session.execute(query).all()


def latest_traits(session: ReadSession, hire_id: UUID) -> KeptTraits | None:
    """What was kept last of a hire."""
    query = (
        select(KeptTraits).where(KeptTraits.hire_id == hire_id).order_by(KeptTraits.number.desc()).limit(1)
    )
    return session.scalar(query)


def hires_on_open_contracts(session: ReadSession, participant_id: UUID) -> Sequence[Hire]:
    """The hires of one record of a person on contracts that are not closed, oldest first."""
    query = (
        select(Hire)
        .join(Contract, (Contract.owner_id == Hire.owner_id) & (Contract.id == Hire.contract_id))
        .where(Hire.participant_id == participant_id, Contract.closed_on.is_(None))
        .order_by(Hire.id)
    )
    return session.scalars(query).all()


def approved_hires(session: ReadSession, contract_id: UUID) -> Sequence[Row[Hire, Assessment]]:
    """The approved hires of a contract with their assessments, oldest first."""
    query = (
        select(Hire, Assessment)
        .join(Assessment, (Assessment.owner_id == Hire.owner_id) & (Assessment.hire_id == Hire.id))
        .where(Hire.contract_id == contract_id, Assessment.decision == Decision.APPROVED.value)
        .order_by(Hire.id)
    )
    return session.execute(query).all()
