"""Decisions on how long a person counts, reached through a hire already seen to be visible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, select

from app.db.tables import DurationDecision, Participant

if TYPE_CHECKING:
    from uuid import UUID

    from app.db.session import ReadSession


def of_person(person_id: UUID, obligation_id: UUID) -> Select[DurationDecision]:
    """The decisions on one person and obligation, whichever hire they were taken on."""
    return (
        select(DurationDecision)
        .join(Participant, Participant.id == DurationDecision.participant_id)
        .where(Participant.person_id == person_id, DurationDecision.obligation_id == obligation_id)
    )


def decisions_on(session: ReadSession, person_id: UUID, obligation_id: UUID) -> list[DurationDecision]:
    """Those decisions, cancelled ones and cancellations included, oldest first."""
    return list(session.scalars(of_person(person_id, obligation_id).order_by(DurationDecision.id)))


def decisions_taken_on(session: ReadSession, hire_id: UUID) -> list[DurationDecision]:
    """The decisions taken on one hire, oldest first."""
    query = select(DurationDecision).where(DurationDecision.hire_id == hire_id)
    return list(session.scalars(query.order_by(DurationDecision.id)))
