"""Files handed over: queued with the request, read by a job, one transaction per record."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.clock import day_of, new_id
from app.db.queries import imports as queries
from app.db.queries.lists import one
from app.db.tables import ImportFile, Job
from app.errors import NotFound, UnsupportedMediaType
from app.exchange.decp.reading import read_decp
from app.principal import Role
from app.schemas.imports import ImportIssue, ImportOut, ImportOutcome, ImportRowOut, ImportRowPage
from app.schemas.jobs import JobProblem, JobState
from app.services import decp, hour_imports, jobs
from app.services.sight import require_role
from app.services.statements import DECLARANTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from app.exchange.decp.records import DecpRow
    from app.schemas.imports import ImportAsked, ImportWalk
    from app.services.jobs import Running
    from app.services.work import Reader, Writer

IMPORT = queries.IMPORT
STRETCH = 1_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What is taken, and as what it is kept: a workbook's own name is longer than the column.
MEDIA_TYPES = {
    "decp": {"application/json": "application/json", "text/csv": "text/csv"},
    "hours": {"text/csv": "text/csv", XLSX: "xlsx"},
}
IMPORTERS = {"decp": (Role.ADMIN, Role.BUYER), "hours": DECLARANTS}


@dataclass(frozen=True, slots=True)
class Handed:
    """A file as it came, with the header that says what it is."""

    content_type: str
    content: bytes

    @property
    def media_type(self) -> str:
        """The type without its parameters."""
        return self.content_type.partition(";")[0].strip().lower()


def queue_import(writer: Writer, asked: ImportAsked, handed: Handed) -> ImportOut:
    """Keep the file and queue its reading; the platform imports for all, others what is their own."""
    require_role(writer, *IMPORTERS[asked.kind])
    taken = MEDIA_TYPES[asked.kind]
    if handed.media_type not in taken:
        raise UnsupportedMediaType
    writer.record("import.queued")
    payload = asked.model_dump(mode="json", include={"kind", "filename", "dry_run"})
    if asked.kind == "hours":
        payload |= {"mode": asked.mode or "all", "columns": asked.columns}
    # Two imports are never the same work, even of the same file: each reports on its own.
    job = jobs.queue(writer, IMPORT, str(new_id()), payload)
    writer.session.flush()
    file = ImportFile(job_id=job.id, media_type=taken[handed.media_type], content=handed.content)
    writer.session.add(file)
    writer.touch(IMPORT, job.id, *payload)
    writer.announce("import.queued", IMPORT, job.id)
    return _shown(job, {})


def read_import(reader: Reader, import_id: UUID) -> ImportOut:
    """Where an import stands."""
    return _shown(_seen(reader, import_id), queries.outcomes_of(reader.session, import_id))


def list_rows(reader: Reader, import_id: UUID, walk: ImportWalk) -> ImportRowPage:
    """What became of each record, in the order of the file."""
    _seen(reader, import_id)
    found = queries.rows_after(reader.session, import_id, walk.after, walk.limit + 1)
    rows = found[: walk.limit]
    items = [
        ImportRowOut(
            index=row.index,
            outcome=ImportOutcome(row.outcome),
            reference=row.reference,
            contract_id=row.contract_id,
            issues=[ImportIssue(**issue) for issue in row.issues],
        )
        for row in rows
    ]
    return ImportRowPage(items=items, next=rows[-1].index if len(found) > walk.limit else None)


def run_import(running: Running) -> dict[str, Any]:
    """Do the job: each record in a transaction of its own, together with its result.

    After a crash the records that have a result are passed over, so none is done twice.
    """
    with running.reading() as reader:
        file = queries.file_of(reader.session, running.job_id)
        done = queries.indexes_done(reader.session, running.job_id)
    if file is None:
        raise NotFound
    if running.payload["kind"] == "hours":
        hour_imports.Task(running, done).run(file.content)
    else:
        _take_decp(running, file, done)
    with running.reading() as reader:
        return {"outcomes": _complete(queries.outcomes_of(reader.session, running.job_id))}


def _take_decp(running: Running, file: ImportFile, done: set[int]) -> None:
    numbered = list(_numbered(_read(running, file, len(done))))
    task = decp.Task(
        running,
        source=running.payload["filename"],
        total=len(numbered),
        dry_run=running.payload["dry_run"],
    )
    for number, (index, row) in enumerate(numbered, start=1):
        if index not in done:
            running.breathe()
            task.take(index, row, number)


def _read(running: Running, file: ImportFile, done: int) -> list[DecpRow]:
    today = day_of(running.means.clock.now())
    name = running.payload["filename"]
    rows = []
    for row in read_decp(file.content, today=today, content_type=file.media_type, filename=name):
        rows.append(row)
        if len(rows) % STRETCH == 0:
            # Reading the largest files takes longer than a lease.
            running.breathe()
            with running.writing() as writer:
                running.progress(writer.session, done, 0)
    return rows


def _numbered(rows: Sequence[DecpRow]) -> Iterable[tuple[int, DecpRow]]:
    # What concerns the whole file has no place in it: it comes first, below zero.
    about_file = [row for row in rows if row.source_index is None]
    yield from enumerate(about_file, start=-len(about_file))
    yield from ((row.source_index, row) for row in rows if row.source_index is not None)


def _seen(reader: Reader, import_id: UUID) -> Job:
    job = one(reader.session, queries.visible_imports(reader.principal).where(Job.id == import_id))
    if job is None:
        raise NotFound
    return job


def _complete(outcomes: dict[str, int]) -> dict[ImportOutcome, int]:
    return {code: Counter(outcomes)[code] for code in ImportOutcome}


def _shown(job: Job, outcomes: dict[str, int]) -> ImportOut:
    return ImportOut(
        id=job.id,
        kind=job.payload["kind"],
        filename=job.payload["filename"],
        dry_run=job.payload["dry_run"],
        state=JobState(job.state),
        done=job.done,
        total=job.total,
        outcomes=_complete(outcomes),
        problem=JobProblem(type=f"/problems/{job.problem}", code=job.problem) if job.problem else None,
        created_at=job.created_at,
        finished_at=job.finished_at,
        job=f"/v1/jobs/{job.id}",
        rows=f"/v1/imports/{job.id}/rows",
    )
