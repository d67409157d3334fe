"""The pieces of files that were handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, delete, exists, or_, select, union, update

from app.db.tables import Delegation, Erasure, Hire, ImportChunk, ImportFile, ImportTable, Job, Participant

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import CompoundSelect, Row

    from app.db.session import ReadSession, WriteSession

# So many pieces go in one transaction: others write in between.
PIECES = 16


def piece(session: ReadSession, upload_id: UUID, ordinal: int) -> Row[bytes | None, bytes | None] | None:
    """One piece of a file, as it came or sealed; None behind its end."""
    query = select(ImportChunk.content, ImportChunk.sealed).where(
        ImportChunk.upload_id == upload_id, ImportChunk.ordinal == ordinal
    )
    return session.execute(query).one_or_none()


def forget_pieces(session: WriteSession, upload_id: UUID) -> bool:
    """Delete some pieces of a file, the last ones first; whether any was left to delete."""
    query = (
        select(ImportChunk.ordinal)
        .where(ImportChunk.upload_id == upload_id)
        .order_by(ImportChunk.ordinal.desc())
        .limit(PIECES)
    )
    found = session.scalars(query).all()
    session.execute(
        delete(ImportChunk).where(ImportChunk.upload_id == upload_id, ImportChunk.ordinal.in_(found))
    )
    return bool(found)


def left_over(session: ReadSession, before: datetime) -> UUID | None:
    """A file that no import waits for or keeps, and whose first piece came before an instant."""
    waited_for = exists().where(ImportFile.upload_id == ImportChunk.upload_id)
    kept = exists().where(ImportTable.copy_id == ImportChunk.upload_id)
    query = select(ImportChunk.upload_id).where(
        ImportChunk.ordinal == 0, ImportChunk.created_at < before, ~waited_for, ~kept
    )
    return session.scalar(query.limit(1))


def copies_before(session: ReadSession, before: datetime, limit: int) -> list[UUID]:
    """Imports that ended before an instant and whose file is still kept."""
    query = (
        select(ImportTable.job_id)
        .join(Job, Job.id == ImportTable.job_id)
        .where(ImportTable.copy_id.is_not(None), Job.finished_at < before)
        .order_by(ImportTable.job_id)
    )
    return list(session.scalars(query.limit(limit)))


def who_may_name(participant_ids: Collection[UUID] | Select[UUID]) -> CompoundSelect[UUID]:
    """The organisations whose tables may name these people.

    Who declared them, who employs them, and who declares their hours in the place of one of both.
    """
    hired = Hire.participant_id.in_(participant_ids)
    for_one_of_both = or_(
        Delegation.delegator_id == Hire.declarant_id, Delegation.delegator_id == Hire.employer_id
    )
    given = and_(Delegation.contract_id == Hire.contract_id, for_one_of_both)
    return union(
        select(Participant.declarant_id).where(Participant.id.in_(participant_ids)),
        select(Hire.employer_id).where(hired),
        select(Delegation.delegate_id).join(Hire, given).where(hired),
    )


def may_name_erased(session: ReadSession, job_id: UUID) -> bool:
    """Whether somebody whom the file of an import may name was erased since it was handed over."""
    handed_over = select(Job.created_at).where(Job.id == job_id).scalar_subquery()
    erased = select(Erasure.participant_id).where(Erasure.erased_at >= handed_over)
    query = select(Job.id).where(Job.id == job_id, Job.organisation_id.in_(who_may_name(erased)))
    return session.scalar(query) is not None


def copies_naming(
    session: ReadSession, participant_ids: Collection[UUID], kinds: Collection[str]
) -> list[UUID]:
    """Imports of these kinds whose file is still kept, of organisations that may name these people."""
    query = (
        select(ImportTable.job_id)
        .join(Job, Job.id == ImportTable.job_id)
        .where(
            ImportTable.copy_id.is_not(None),
            ImportTable.kind.in_(kinds),
            Job.organisation_id.in_(who_may_name(participant_ids)),
        )
    )
    return list(session.scalars(query))


def forget_copies(session: WriteSession, job_ids: Collection[UUID]) -> None:
    """Delete the kept files of these imports, whole."""
    theirs = ImportTable.job_id.in_(job_ids)
    kept = select(ImportTable.copy_id).where(theirs, ImportTable.copy_id.is_not(None))
    session.execute(delete(ImportChunk).where(ImportChunk.upload_id.in_(kept)))
    session.execute(update(ImportTable).where(theirs).values(copy_id=None))
