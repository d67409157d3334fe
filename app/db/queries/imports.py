"""Files handed over for import, and what became of their records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, delete, func, select

from app.db.queries.jobs import visible_jobs
from app.db.tables import ImportFile, ImportRow, ImportTable, Job

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from uuid import UUID

    from app.db.session import ReadSession, WriteSession
    from app.principal import Principal

IMPORT = "import"
FETCHED = 10_000


def visible_imports(principal: Principal) -> Select[Job]:
    """The imports a principal asked for; the platform sees all."""
    return visible_jobs(principal).where(Job.kind == IMPORT)


def file_of(session: ReadSession, job_id: UUID) -> ImportFile | None:
    """The file of an import, None once the import has ended."""
    return session.get(ImportFile, job_id)


def forget_file(session: WriteSession, job_id: UUID) -> UUID | None:
    """Delete the file of an import, if it has one; its pieces, whose id is returned, are left over.

    Nothing is left over of a file that is kept to be given back.
    """
    query = delete(ImportFile).where(ImportFile.job_id == job_id).returning(ImportFile.upload_id)
    upload_id = session.scalar(query)
    table = table_of(session, job_id)
    return None if table is not None and table.copy_id is not None else upload_id


def table_of(session: ReadSession, job_id: UUID) -> ImportTable | None:
    """How the table of an import was read, once it has been."""
    return session.get(ImportTable, job_id)


def has_flaws(session: ReadSession, job_id: UUID, outcomes: Collection[str]) -> bool:
    """Whether a line of the file came to one of these outcomes."""
    query = select(ImportRow.index).where(
        ImportRow.job_id == job_id, ImportRow.index >= 0, ImportRow.outcome.in_(outcomes)
    )
    return session.scalar(query.limit(1)) is not None


def rows_done(session: ReadSession, job_id: UUID) -> tuple[int, int]:
    """How far an import has come: lines about the whole file, and records; both are written in order."""
    ours = ImportRow.job_id == job_id
    first = session.scalar(select(func.min(ImportRow.index)).where(ours))
    last = session.scalar(select(func.max(ImportRow.index)).where(ours))
    return max(0, -(first or 0)), 0 if last is None else last + 1


def numbers_done(session: ReadSession, job_id: UUID) -> Iterator[int]:
    """Places of the records that have a result, as they come: there may be a million."""
    query = select(ImportRow.index).where(ImportRow.job_id == job_id)
    yield from session.scalars(query.execution_options(yield_per=FETCHED))


def rows_after(session: ReadSession, job_id: UUID, after: int | None, limit: int) -> Sequence[ImportRow]:
    """The rows of an import the caller has been seen to own, in the order of the file."""
    query = select(ImportRow).where(ImportRow.job_id == job_id).order_by(ImportRow.index).limit(limit)
    if after is not None:
        query = query.where(ImportRow.index > after)
    return session.scalars(query).all()


def outcomes_of(session: ReadSession, job_id: UUID) -> dict[str, int]:
    """How many records had each outcome; lines about the whole file are left out."""
    query = (
        select(ImportRow.outcome, func.count().label("number"))
        .where(ImportRow.job_id == job_id, ImportRow.index >= 0)
        .group_by(ImportRow.outcome)
    )
    return {row.outcome: row.number for row in session.execute(query)}
