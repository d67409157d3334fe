"""Which identities may have been kept long enough; read by the service's own daily work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, func, select, update

from app.db.tables import Change, Contract, Erasure, Hire, HireOutcome, HireTraits, Participant

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.db.session import ReadSession, WriteSession

TWELVE_MONTHS = "12_months"


def persons_recorded_before(
    session: ReadSession, instant: datetime, after: UUID | None, limit: int
) -> list[UUID]:
    """People not erased, all of whose records are older than an instant, in id order."""
    query = (
        select(Participant.person_id)
        .where(Participant.erased_at.is_(None))
        .group_by(Participant.person_id)
        .having(func.max(Participant.created_at) <= instant)
        .order_by(Participant.person_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Participant.person_id > after)
    return list(session.scalars(query))


def records_of(session: ReadSession, person_ids: Collection[UUID]) -> list[Participant]:
    """The records of these people that are not erased, in id order."""
    query = select(Participant).where(Participant.person_id.in_(person_ids), Participant.erased_at.is_(None))
    return list(session.scalars(query.order_by(Participant.id)))


def contacts_of(session: ReadSession, person_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """(person_id, closed_on, ended_on, told_at) of every hire of these people."""
    told = (
        select(func.max(Change.at))
        .join(HireOutcome, HireOutcome.change_id == Change.id)
        .where(
            HireOutcome.owner_id == Hire.owner_id,
            HireOutcome.hire_id == Hire.id,
            HireOutcome.moment == TWELVE_MONTHS,
        )
        .scalar_subquery()
    )
    query = (
        select(Participant.person_id, Contract.closed_on, Hire.ended_on, told.label("told_at"))
        .join(Hire, Hire.participant_id == Participant.id)
        .join(Contract, Contract.id == Hire.contract_id)
        .where(Participant.person_id.in_(person_ids), Participant.erased_at.is_(None))
    )
    rows: Sequence[Row[Any]] = list(session.execute(query))
    return rows


def erased_before(session: ReadSession, instant: datetime, limit: int) -> list[UUID]:
    """Records erased before an instant and not coarsened since."""
    query = (
        select(Participant.id)
        .join(Erasure, Erasure.participant_id == Participant.id)
        .where(Participant.coarsened_at.is_(None), Participant.erased_at <= instant)
        .order_by(Participant.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def coarsen_rows(session: WriteSession, participant_id: UUID) -> None:
    """Take sex and trade from what remains of an erased record; days stay, every sum rests on them."""
    hires = select(Hire.id).where(Hire.participant_id == participant_id)
    connection = session.connection()
    connection.execute(update(HireTraits).where(HireTraits.hire_id.in_(hires)).values(sex=None))
    connection.execute(
        update(Hire)
        .where(Hire.participant_id == participant_id)
        .values(job=None, end_reason=None, version=Hire.version + 1)
    )
