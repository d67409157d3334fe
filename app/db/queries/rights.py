"""What is held of a person across tables, for oppositions, erasures and exports of people already seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, update

from app.db.tables import (
    Assessment,
    Change,
    ChangeObject,
    Contract,
    ContractAccess,
    Dispute,
    DurationDecision,
    Erasure,
    Hire,
    HireTraits,
    Identity,
    Line,
    Opposition,
    OutcomeDetail,
    Participant,
    Residence,
    Split,
    SplitAnswer,
    Statement,
    StatementApproval,
    StatementVersion,
    StoredAnswer,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.db.session import ReadSession, WriteSession
    from app.principal import Principal

READINGS = (
    *("identity.read", "identity.searched", "duplicates.read", "person_links.read", "assessment.read"),
    *("duration.read", "oppositions.read", "participant.exported"),
)


def oppositions_of(session: ReadSession, participant_id: UUID) -> list[Opposition]:
    """What one record says of oppositions, oldest first."""
    query = select(Opposition).where(Opposition.participant_id == participant_id).order_by(Opposition.number)
    return list(session.scalars(query))


def hires_of(session: ReadSession, participant_ids: Collection[UUID]) -> list[Hire]:
    """Every hire of these records, on any contract, oldest first."""
    query = select(Hire).where(Hire.participant_id.in_(participant_ids)).order_by(Hire.id)
    return list(session.scalars(query))


def assessments_of(session: ReadSession, participant_ids: Collection[UUID]) -> list[Assessment]:
    """Every assessment of these records."""
    query = select(Assessment).where(Assessment.participant_id.in_(participant_ids))
    return list(session.scalars(query.order_by(Assessment.id)))


def durations_of(session: ReadSession, participant_ids: Collection[UUID]) -> list[DurationDecision]:
    """Every decision on how long these records count."""
    query = select(DurationDecision).where(DurationDecision.participant_id.in_(participant_ids))
    return list(session.scalars(query.order_by(DurationDecision.id)))


def disputes_of(session: ReadSession, hire_ids: Collection[UUID]) -> list[Dispute]:
    """Every dispute about these hires."""
    query = select(Dispute).where(Dispute.hire_id.in_(hire_ids)).order_by(Dispute.id)
    return list(session.scalars(query))


def open_contracts(session: ReadSession, participant_ids: Collection[UUID]) -> set[UUID]:
    """The contracts of these records' hires that are not closed."""
    hired = select(Hire.contract_id).where(Hire.participant_id.in_(participant_ids))
    return set(
        session.scalars(select(Contract.id).where(Contract.id.in_(hired), Contract.closed_on.is_(None)))
    )


def forget_rows(session: WriteSession, participant_ids: Collection[UUID], hire_ids: Collection[UUID]) -> None:
    """Delete identity, matching hash and told situations; coarsen the rest; empty every free text.

    Nothing that figures are made of is touched: neither entries nor versions, nor the commune of residence,
    which the entries bear as well.
    """
    lines = select(Line.id).where(Line.participant_id.in_(participant_ids))
    statements = select(Line.statement_id).where(Line.participant_id.in_(participant_ids))
    splits = select(Split.id).where(or_(Split.line_id.in_(lines), Split.other_line_id.in_(lines)))
    session.flush()
    connection = session.connection()
    for statement in (
        delete(Identity).where(Identity.participant_id.in_(participant_ids)),
        update(Residence)
        .where(Residence.participant_id.in_(participant_ids))
        .values(qpv=None, qpv_edition=None),
        update(HireTraits)
        .where(HireTraits.hire_id.in_(hire_ids))
        .values(age_band=None, level=None, qpv=None),
        update(Hire)
        .where(Hire.id.in_(hire_ids))
        .values(prescriber_kind=None, prescriber_id=None, version=Hire.version + 1),
        delete(OutcomeDetail).where(OutcomeDetail.hire_id.in_(hire_ids)),
        update(Line).where(Line.id.in_(lines)).values(verdict_reason=None),
        update(Verdict).where(Verdict.line_id.in_(lines), Verdict.reason.is_not(None)).values(reason=None),
        update(StatementVersion)
        .where(StatementVersion.statement_id.in_(statements), StatementVersion.reason.is_not(None))
        .values(reason=None),
        update(StatementApproval)
        .where(StatementApproval.statement_id.in_(statements), StatementApproval.reason.is_not(None))
        .values(reason=None),
        update(Split).where(Split.id.in_(splits), Split.reason.is_not(None)).values(reason=None),
        update(SplitAnswer)
        .where(SplitAnswer.split_id.in_(splits), SplitAnswer.reason.is_not(None))
        .values(reason=None),
    ):
        connection.execute(statement)
    session.expire_all()


def answers_near(session: WriteSession, participants: Sequence[Participant]) -> Iterable[StoredAnswer]:
    """The stored answers of whoever declared these records or sees a contract on which they were hired."""
    ids = [record.id for record in participants]
    contracts = select(Hire.contract_id).where(Hire.participant_id.in_(ids))
    near = select(ContractAccess.organisation_id).where(ContractAccess.contract_id.in_(contracts))
    declarants = [record.declarant_id for record in participants]
    query = select(StoredAnswer).where(
        or_(StoredAnswer.organisation_id.in_(near), StoredAnswer.organisation_id.in_(declarants))
    )
    return session.scalars(query)


def written_of(session: ReadSession, participant_ids: Collection[UUID]) -> set[UUID]:
    """Ids by which an answer may tell of these records: theirs, and those of what is about them."""
    found = set(participant_ids)
    for query in (
        select(Hire.id).where(Hire.participant_id.in_(participant_ids)),
        select(Assessment.id).where(Assessment.participant_id.in_(participant_ids)),
        select(Line.statement_id).where(Line.participant_id.in_(participant_ids)),
        select(DurationDecision.id).where(DurationDecision.participant_id.in_(participant_ids)),
    ):
        found |= set(session.scalars(query))
    return found


def readings_of(
    session: ReadSession, principal: Principal, participant_ids: Collection[UUID]
) -> list[tuple[datetime, str, list[str]]]:
    """(at, action, field names) of every reading of these records by the principal's organisation."""
    assessed = select(Assessment.id).where(Assessment.participant_id.in_(participant_ids))
    query = (
        select(Change.at, Change.action, ChangeObject.fields)
        .join(ChangeObject, ChangeObject.change_id == Change.id)
        .where(
            Change.organisation_id == principal.organisation_id,
            Change.action.in_(READINGS),
            or_(ChangeObject.object_id.in_(participant_ids), ChangeObject.object_id.in_(assessed)),
        )
        .order_by(Change.at, Change.id, ChangeObject.ordinal)
    )
    return [(row.at, row.action, row.fields) for row in session.execute(query)]


def erasures_after(session: ReadSession, after: UUID | None, limit: int) -> list[Erasure]:
    """The erased records, in id order."""
    query = select(Erasure).order_by(Erasure.participant_id).limit(limit)
    if after is not None:
        query = query.where(Erasure.participant_id > after)
    return list(session.scalars(query))


def record_of(session: ReadSession, participant_id: UUID) -> Participant | None:
    """A record by its id, for the service's own work."""
    return session.get(Participant, participant_id)


def statements_with(session: ReadSession, participant_ids: Collection[UUID]) -> list[tuple[Line, Statement]]:
    """The lines of these records with their statements, by month."""
    query = (
        select(Line, Statement)
        .join(Statement, (Statement.owner_id == Line.owner_id) & (Statement.id == Line.statement_id))
        .where(Line.participant_id.in_(participant_ids), Line.withdrawn.is_(False))
        .order_by(Line.month, Line.id)
    )
    return [(line, statement) for line, statement in session.execute(query)]
