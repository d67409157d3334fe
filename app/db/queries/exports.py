"""Files made for somebody: told to who asked for them alone, and forgotten with time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, delete, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.db.queries.contracts import access_of
from app.db.queries.jobs import CANCELLED, FAILED
from app.db.tables import ContractAccess, ExportFile, ExportPiece, Job

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from app.db.session import ReadSession, WriteSession
    from app.principal import Principal

EXPORT = "export"
FILE, ROWS = "file", "rows"
# So many pieces go in one transaction: others write in between.
PIECES = 16


def visible_exports(principal: Principal) -> Select[Job]:
    """The exports that a principal asked for: not even the platform sees others'."""
    return select(Job).where(
        Job.kind == EXPORT,
        Job.organisation_id == principal.organisation_id,
        Job.role == principal.role.value,
    )


def file_of(session: ReadSession, job_id: UUID) -> ExportFile | None:
    """The file of an export already seen; None once it is forgotten."""
    return session.get(ExportFile, job_id)


def piece(session: ReadSession, job_id: UUID, part: str, ordinal: int) -> bytes | None:
    """One piece of a file; None behind its end."""
    query = select(ExportPiece.content).where(
        ExportPiece.job_id == job_id, ExportPiece.part == part, ExportPiece.ordinal == ordinal
    )
    return session.scalar(query)


def measures(session: ReadSession, job_id: UUID) -> tuple[int, int]:
    """How many pieces a file has, and how many bytes."""
    size = func.coalesce(func.sum(func.length(ExportPiece.content)), 0)
    query = select(func.count(), size).where(ExportPiece.job_id == job_id, ExportPiece.part == FILE)
    number, total = session.execute(query).one()
    return number, int(total)


def lost_contracts(session: ReadSession, principal: Principal, since: date, today: date) -> set[UUID]:
    """The contracts that the principal saw on a day, or later, and does not see today."""
    former = aliased(ContractAccess)
    still_seen = exists().where(
        ContractAccess.owner_id == former.owner_id,
        ContractAccess.contract_id == former.contract_id,
        access_of(principal, today),
    )
    query = select(former.contract_id).where(
        former.organisation_id == principal.organisation_id,
        former.role == principal.role.value,
        former.until >= since,
        former.until < today,
        ~still_seen,
    )
    return set(session.scalars(query))


def forget_pieces(session: WriteSession, job_id: UUID, part: str | None = None) -> bool:
    """Delete some pieces of a file, of one part or of all; whether any was left to delete."""
    query = select(ExportPiece.part, ExportPiece.ordinal).where(ExportPiece.job_id == job_id)
    if part is not None:
        query = query.where(ExportPiece.part == part)
    found = session.execute(query.limit(PIECES)).all()
    for row in found:
        session.execute(
            delete(ExportPiece).where(
                ExportPiece.job_id == job_id, ExportPiece.part == row.part, ExportPiece.ordinal == row.ordinal
            )
        )
    return bool(found)


def forget_file(session: WriteSession, job_id: UUID) -> None:
    """Delete what is known of a file whose pieces are gone."""
    session.execute(delete(ExportFile).where(ExportFile.job_id == job_id))


def file_to_forget(session: ReadSession, now: datetime) -> UUID | None:
    """A file whose time is over, or that nobody will finish."""
    query = (
        select(ExportFile.job_id)
        .join(Job, Job.id == ExportFile.job_id)
        .where(or_(ExportFile.kept_until < now, Job.state.in_((FAILED, CANCELLED))))
        .order_by(ExportFile.job_id)
        .limit(1)
    )
    return session.scalar(query)
