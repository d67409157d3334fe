"""Assessments, reached through a hire or a contract already seen to be visible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Row, Select, false, func, select

from app.db.queries.contracts import on_seen_contract
from app.db.tables import Assessment, Clause, Hire, Participant
from app.principal import Role
from app.rules.codes import Decision

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession
    from app.principal import Principal


def visible_assessments(principal: Principal, today: date) -> Select[Assessment]:
    """The assessments on the contracts that a facilitator sees; nobody else reads any."""
    if principal.role is not Role.FACILITATOR:
        return select(Assessment).where(false())
    return select(Assessment).where(on_seen_contract(Assessment, principal, today))


def assessment_of(session: ReadSession, hire_id: UUID) -> Assessment | None:
    """The assessment of a hire already seen to be visible."""
    return session.scalar(select(Assessment).where(Assessment.hire_id == hire_id))


def assessments_of(session: ReadSession, hire_ids: Iterable[UUID]) -> dict[UUID, Assessment]:
    """The assessments of several hires, by hire."""
    found = session.scalars(select(Assessment).where(Assessment.hire_id.in_(list(hire_ids))))
    return {assessment.hire_id: assessment for assessment in found}


def hire_of(session: ReadSession, assessment: Assessment) -> Hire:
    """The hire that an assessment judges; every assessment has one."""
    return session.get_one(Hire, (assessment.owner_id, assessment.hire_id))


def approved_persons(session: ReadSession, obligation_id: UUID) -> list[UUID]:
    """The people with an approved hire on an obligation, in id order."""
    query = (
        select(Participant.person_id)
        .join(Assessment, Assessment.participant_id == Participant.id)
        .join(Clause, Clause.contract_id == Assessment.contract_id)
        .where(Clause.obligation_id == obligation_id, Assessment.decision == Decision.APPROVED.value)
        .distinct()
        .order_by(Participant.person_id)
    )
    return list(session.scalars(query))


def first_approved_start(
    session: ReadSession, participant_id: UUID, obligation_ids: Collection[UUID]
) -> date | None:
    """The earliest start of an approved hire of a participant's person on obligations that are one.

    Those of a pool are of several buyers.
    """
    person = select(Participant.person_id).where(Participant.id == participant_id).scalar_subquery()
    query = (
        select(func.min(Hire.starts_on))
        .join(Assessment, (Assessment.owner_id == Hire.owner_id) & (Assessment.hire_id == Hire.id))
        .join(Clause, (Clause.owner_id == Hire.owner_id) & (Clause.id == Hire.clause_id))
        .join(Participant, Participant.id == Hire.participant_id)
        .where(
            Participant.person_id == person,
            Clause.obligation_id.in_(obligation_ids),
            Assessment.decision == Decision.APPROVED.value,
        )
    )
    with session.across():
        return session.scalar(query)


def approved_of_person(
    session: ReadSession, person_id: UUID, obligation_ids: Collection[UUID]
) -> list[Row[Assessment, Hire]]:
    """The approved assessments of one person on these obligations with their hires, earliest start first.

    Those of a pool are of several buyers.
    """
    query = (
        select(Assessment, Hire)
        .join(Hire, (Hire.owner_id == Assessment.owner_id) & (Hire.id == Assessment.hire_id))
        .join(Clause, (Clause.owner_id == Hire.owner_id) & (Clause.id == Hire.clause_id))
        .join(Participant, Participant.id == Assessment.participant_id)
        .where(
            Participant.person_id == person_id,
            Clause.obligation_id.in_(obligation_ids),
            Assessment.decision == Decision.APPROVED.value,
        )
        .order_by(Hire.starts_on, Hire.id)
    )
    with session.across():
        return list(session.execute(query))
