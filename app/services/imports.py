"""Files handed over: queued with the request, read by a job, one transaction per record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.db.queries import imports as queries
from app.db.queries.lists import one
from app.db.tables import ImportFile, Job
from app.errors import (
    FieldError,
    Forbidden,
    InvalidPayload,
    NotFound,
    PayloadTooLarge,
    Text,
    UnsupportedMediaType,
)
from app.principal import Role
from app.schemas.exports import XLSX
from app.schemas.imports import ImportIssue, ImportOut, ImportOutcome, ImportRowOut, ImportRowPage
from app.schemas.jobs import JobProblem, JobState
from app.services import decp_imports, import_copies, import_mappings, jobs, table_imports
from app.services.hire_imports import HiresTable
from app.services.hour_imports import HoursTable
from app.services.invoice_imports import RECORDERS, InvoicesTable
from app.services.jobs import Running
from app.services.statements import DECLARANTS
from app.services.table_lines import TableKind

if TYPE_CHECKING:
    from uuid import UUID

    from app.principal import Principal
    from app.schemas.imports import ImportAsked, ImportWalk
    from app.services.uploads import Upload
    from app.services.work import Reader, Writer

IMPORT = queries.IMPORT
# What is taken, and as what it is kept: a workbook's own name is longer than the column.
MEDIA_TYPES = {
    "decp": {"application/json": "application/json", "text/csv": "text/csv"},
    **{kind: {"text/csv": "text/csv", XLSX: "xlsx"} for kind in ("hours", "hires", "invoices")},
}
IMPORTERS = {
    "decp": (Role.ADMIN, Role.BUYER),
    "hours": DECLARANTS,
    "hires": DECLARANTS,
    "invoices": RECORDERS,
}
TABLES: dict[str, type[TableKind]] = {kind.code: kind for kind in (HoursTable, HiresTable, InvoicesTable)}
KINDS: dict[str, Callable[[Running], None]] = {
    "decp": decp_imports.run,
    **{code: partial(table_imports.run, kind) for code, kind in TABLES.items()},
}
UNKNOWN_COLUMN = Text(
    "Champ inconnu de ce fichier : voir le modèle.", "Field unknown to this file: see the template."
)
MIB = 1024 * 1024
# A workbook is read as a whole, a CSV line by line: a million lines are some 100 MB.
LARGEST = {"text/csv": 256 * MIB, XLSX: 32 * MIB}


@dataclass(frozen=True, slots=True)
class Handed:
    """A file as it came, with the header that says what it is."""

    content_type: str
    upload: Upload


def media_type_of(content_type: str) -> str:
    """The type without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def check_import(principal: Principal, asked: ImportAsked, content_type: str) -> None:
    """Refuse what will not be imported, before it is stored: another's role, another format."""
    if principal.role not in IMPORTERS[asked.kind]:
        raise Forbidden
    if media_type_of(content_type) not in MEDIA_TYPES[asked.kind]:
        raise UnsupportedMediaType
    known = {field.code for field in TABLES[asked.kind].fields} if asked.kind in TABLES else set()
    if asked.titles.keys() - known:
        raise InvalidPayload(errors=[FieldError("/query/columns", "unknown_column", UNKNOWN_COLUMN)])


def queue_import(writer: Writer, asked: ImportAsked, handed: Handed) -> ImportOut:
    """Keep the file and queue its reading; the platform imports for all, others what is their own."""
    check_import(writer.principal, asked, handed.content_type)
    media_type = media_type_of(handed.content_type)
    if asked.kind in TABLES and handed.upload.size > LARGEST[media_type]:
        raise PayloadTooLarge
    writer.record("import.queued")
    payload = asked.model_dump(mode="json", include={"kind", "filename", "dry_run"})
    if asked.kind in TABLES:
        payload |= {"mode": asked.mode or "all", "columns": asked.titles}
    # Two imports are never the same work, even of the same file: each reports on its own.
    job = jobs.queue(writer, IMPORT, str(new_id()), payload)
    writer.session.flush()
    kept_type = MEDIA_TYPES[asked.kind][media_type]
    writer.session.add(ImportFile(job_id=job.id, media_type=kept_type, upload_id=handed.upload.id))
    handed.upload.kept = True
    writer.touch(IMPORT, job.id, *payload)
    writer.announce("import.queued", IMPORT, job.id)
    return _shown(writer, job, {})


def read_import(reader: Reader, import_id: UUID) -> ImportOut:
    """Where an import stands."""
    return _shown(reader, _seen(reader, import_id), queries.outcomes_of(reader.session, import_id))


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
    """Do the job, by the kind of file."""
    KINDS[running.payload["kind"]](running)
    with running.reading() as reader:
        return {"outcomes": _complete(queries.outcomes_of(reader.session, running.job_id))}


def _seen(reader: Reader, import_id: UUID) -> Job:
    job = one(reader.session, queries.visible_imports(reader.principal).where(Job.id == import_id))
    if job is None:
        raise NotFound
    return job


def _complete(outcomes: dict[str, int]) -> dict[ImportOutcome, int]:
    return {code: Counter(outcomes)[code] for code in ImportOutcome}


def _shown(reader: Reader, job: Job, outcomes: dict[str, int]) -> ImportOut:
    table = queries.table_of(reader.session, job.id)
    kept = table is not None and table.copy_id is not None and import_copies.is_owner(reader, job)
    return ImportOut(
        id=job.id,
        kind=job.payload["kind"],
        filename=job.payload["filename"],
        dry_run=job.payload["dry_run"],
        state=JobState(job.state),
        done=job.done,
        total=job.total,
        outcomes=_complete(outcomes),
        mapping=import_mappings.shown_use(table),
        problem=JobProblem(type=f"/problems/{job.problem}", code=job.problem) if job.problem else None,
        created_at=job.created_at,
        finished_at=job.finished_at,
        job=f"/v1/jobs/{job.id}",
        rows=f"/v1/imports/{job.id}/rows",
        file=f"/v1/imports/{job.id}/file" if kept else None,
    )
