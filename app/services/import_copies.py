"""A table given back to who handed it over, each line with what to do; kept sealed, and for a few days only.

It is kept where something is to be corrected and nowhere else. What names people goes earlier, with the first
of them who is erased; it is not kept at all if that one was erased before the file was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.clock import day_of
from app.db.queries import imports as queries
from app.db.queries import uploads as pieces
from app.db.queries.lists import one
from app.db.tables import Job
from app.errors import Forbidden, NotFound
from app.exchange.tables.reading import is_workbook
from app.exchange.tables.returning import encoding_of, returned_text, returned_workbook
from app.schemas.exports import XLSX
from app.schemas.imports import ImportOutcome
from app.services import jobs, uploads
from app.services.sent_files import SentFile

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from contextlib import AbstractContextManager
    from typing import BinaryIO
    from uuid import UUID

    from app.db.tables import ImportFile, ImportRow
    from app.services.jobs import Running
    from app.services.work import Means, Reader, Writer

FORGET_COPIES = "forget_copies"
# Kinds of tables that name people: hours stand beside names in the tables of most firms.
OF_PEOPLE = ("hires", "hours")
FLAWED = (ImportOutcome.REJECTED, ImportOutcome.HELD_BACK)
BATCH, PAGE = 20, 1_000


def keep_flawed(running: Running, file: ImportFile) -> None:
    """Keep the file of an import that has been read, if a line of it is to be corrected."""
    with running.writing() as writer:
        table = queries.table_of(writer.session, running.job_id)
        if table is None or not queries.has_flaws(writer.session, running.job_id, FLAWED):
            return
        with writer.session.across():
            too_late = table.kind in OF_PEOPLE and pieces.may_name_erased(writer.session, running.job_id)
        if not too_late:
            table.copy_id = file.upload_id


def is_owner(reader: Reader, job: Job) -> bool:
    """Whether the caller handed the file over: nobody else is given it back, the platform neither."""
    return (job.organisation_id, job.role) == (reader.principal.organisation_id, reader.principal.role)


def give_back(opened: Callable[[], AbstractContextManager[Reader]], import_id: UUID) -> SentFile:
    """The table with its problems; NotFound once it is not kept, or where nothing is to be corrected."""
    with opened() as reader:
        job = one(reader.session, queries.visible_imports(reader.principal).where(Job.id == import_id))
        if job is None:
            raise NotFound
        if not is_owner(reader, job):
            raise Forbidden
        table = queries.table_of(reader.session, import_id)
        copy_id = None if table is None else table.copy_id
    if copy_id is None:
        raise NotFound

    def stream() -> BinaryIO:
        return uploads.stored_stream(opened, copy_id)

    told = _Told(opened, import_id)
    if is_workbook(stream()):
        return SentFile(XLSX, "a-corriger.xlsx", [returned_workbook(stream, told.of)])
    media_type = f"text/csv; charset={encoding_of(stream)}"
    return SentFile(media_type, "a-corriger.csv", returned_text(stream, told.of))


def plan_forgetting(means: Means, days: int) -> bool:
    """Queue the day's forgetting once for all workers."""
    return jobs.plan(means, FORGET_COPIES, day_of(means.clock.now()).isoformat(), {"days": days})


def forget_old(running: Running) -> dict[str, Any]:
    """Delete the files that have been kept for that many days, a few imports at a time."""
    before = running.means.clock.now() - timedelta(days=running.payload["days"])
    forgotten = 0
    while True:
        running.breathe()
        with running.writing() as writer:
            found = pieces.copies_before(writer.session, before, BATCH)
            pieces.forget_copies(writer.session, found)
        forgotten += len(found)
        if len(found) < BATCH:
            return {"forgotten": forgotten}


def forget_of(writer: Writer, participant_ids: Collection[UUID]) -> None:
    """Delete at once the tables that may name these people, whoever handed them over."""
    pieces.forget_copies(writer.session, pieces.copies_naming(writer.session, participant_ids, OF_PEOPLE))


@dataclass(slots=True)
class _Told:
    """What is said of each line, read in the order of the file."""

    opened: Callable[[], AbstractContextManager[Reader]]
    import_id: UUID
    _rows: Iterator[ImportRow] | None = None
    _next: ImportRow | None = None

    def of(self, number: int) -> str:
        """The flaws of one line, each with its column; lines are asked for in their order."""
        if self._rows is None:
            self._rows = self._walk()
            self._next = next(self._rows, None)
        while self._next is not None and self._next.index < number:
            self._next = next(self._rows, None)
        if self._next is None or self._next.index != number:
            return ""
        return " ; ".join(_sentence(issue) for issue in self._next.issues)

    def _walk(self) -> Iterator[ImportRow]:
        after = -1
        while True:
            with self.opened() as reader:
                rows = queries.rows_after(reader.session, self.import_id, after, PAGE)
            yield from rows
            if len(rows) < PAGE:
                return
            after = rows[-1].index


def _sentence(issue: dict[str, Any]) -> str:
    column = issue.get("column")
    return f"Colonne {column} : {issue['detail']}" if column else str(issue["detail"])
