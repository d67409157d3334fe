"""Exports too long for one answer: made by a job page by page, kept for a while for who asked.

Each page is kept in the transaction that says where the next one begins: a worker that takes the job over
goes on there, and no row is in the file twice. A workbook is written at the end, from the rows that are kept.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.clock import day_of, new_id
from app.db.queries import exports as queries
from app.db.queries.lists import one
from app.db.tables import ExportFile, ExportPiece, Job
from app.errors import NotFound
from app.exchange.tables.writing import Kind, Table, csv_lines, write_workbook
from app.refusals.exports import ExportNotReady, ExportTooLarge
from app.rules.days import ONE_DAY
from app.schemas.export_jobs import ExportIn, ExportKind, ExportOut
from app.schemas.exports import MEDIA, ExportForm, Separator
from app.schemas.jobs import JobProblem, JobState
from app.services import jobs
from app.services.decp_exports import decp_extract
from app.services.entry_exports import entries_extract
from app.services.exports import contracts_extract
from app.services.extracts import pages
from app.services.hours_exports import hours_extract
from app.services.open_data import open_data_extract
from app.services.sent_files import SentFile
from app.services.statement_exports import statements_extract
from app.services.territory_exports import territories_extract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

    from app.exchange.tables.writing import Column, Row
    from app.services.extracts import Cursor, Extract, Page, Reading
    from app.services.jobs import Running
    from app.services.work import Means, Reader, Writer

EXPORT, FORGET = queries.EXPORT, "forget_exports"
FILE, ROWS = queries.FILE, queries.ROWS
EXTRACTS: dict[ExportKind, Callable[[Any], Extract]] = {
    ExportKind.CONTRACTS: contracts_extract,
    ExportKind.STATEMENTS: statements_extract,
    ExportKind.ENTRIES: entries_extract,
    ExportKind.HOURS: hours_extract,
    ExportKind.OPEN_DATA: open_data_extract,
    ExportKind.DECP: decp_extract,
}
# What one sheet of a workbook holds, less its heading and its totals.
MOST_ROWS = 1_048_000
PIECE = 1 << 20
# A workbook is closed in one go, which takes minutes when it is full.
WRITING_LEASE = timedelta(minutes=10)


def queue_export(writer: Writer, asked: ExportIn, days: int) -> ExportOut:
    """Queue an export; what the caller may not take is refused at once, as the operation of its kind does."""
    extract_of(asked).check(writer)
    writer.record("export.queued")
    said = asked.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
    if "as_of" in _criteria(asked):
        # A day begun is a day asked for, however long the work takes.
        said.setdefault("as_of", writer.today.isoformat())
    payload = {"asked": said, "days": days, "lost": sorted(map(str, _lost(writer, writer.today)))}
    job = jobs.queue(writer, EXPORT, str(new_id()), payload)
    writer.touch(EXPORT, job.id, "kind")
    writer.session.flush()
    return _shown(job, None)


def read_export(reader: Reader, export_id: UUID) -> ExportOut:
    """Where an export stands; NotFound for another's, be it the platform that asks."""
    job = _seen(reader, export_id)
    return _shown(job, queries.file_of(reader.session, job.id))


def file_of(reading: Reading, export_id: UUID) -> SentFile:
    """The file, read as it is sent.

    ExportNotReady while there is none, and once the caller has lost a contract that it may tell of.
    """
    with reading() as reader:
        job = _seen(reader, export_id)
        asked = _asked(job.payload)
        # Who may no longer take it at once does not take it from here either.
        extract_of(asked).check(reader)
        file = queries.file_of(reader.session, export_id)
        if (
            job.state != JobState.DONE
            or file is None
            or file.kept_until is None
            or file.kept_until <= reader.now
            or _has_lost_contracts(reader, job)
        ):
            raise ExportNotReady
        name = file.name
        number, size = queries.measures(reader.session, export_id)
    return SentFile(MEDIA[asked.form], name, _pieces(reading, export_id, FILE, number), size)


def run_export(running: Running) -> dict[str, Any]:
    """Do the job; after a crash it goes on behind the last page that is kept."""
    asked = _asked(running.payload)
    extract = extract_of(asked)
    with running.reading() as reader:
        extract.check(reader)
    file = _begun(running, extract, asked.form)
    if file.cursor is not None:
        for page in pages(extract, running.reading, _cursor(file)):
            running.breathe()
            file = _keep(running, extract, asked, page)
    workbook = asked.form is ExportForm.XLSX
    if file.kept_until is None:
        if workbook:
            _write_workbook(running, extract, file)
        _finish(running)
    if workbook:
        # Once the file is whole: a worker that takes over in between writes it from all rows, or not at all.
        _forget_part(running, ROWS, file.rows)
    return {"rows": file.rows}


def plan_forgetting(means: Means) -> bool:
    """Queue the day's forgetting of files once for all workers."""
    return jobs.plan(means, FORGET, day_of(means.clock.now()).isoformat(), {})


def forget(running: Running) -> dict[str, Any]:
    """Delete files whose time is over, and what was kept of those that nobody will finish."""
    gone = 0
    while True:
        running.breathe()
        with running.means.database.read() as session:
            found = queries.file_to_forget(session, running.means.clock.now())
        if found is None:
            return {"forgotten": gone}
        left = True
        while left:
            with running.means.database.write() as session:
                left = queries.forget_pieces(session, found)
                if not left:
                    queries.forget_file(session, found)
        gone += 1


def extract_of(asked: ExportIn) -> Extract:
    """The table that is asked for."""
    if asked.kind is ExportKind.TERRITORIES:
        level, _, code = str(asked.territory).partition("/")
        return territories_extract(level, code, asked.asked())
    return EXTRACTS[asked.kind](asked.asked())


def _has_lost_contracts(reader: Reader, job: Job) -> bool:
    """Whether a contract that the file may tell of is closed to the caller since it was asked for."""
    found = _lost(reader, day_of(job.created_at))
    return not found <= {UUID(contract_id) for contract_id in job.payload.get("lost", ())}


def _lost(reader: Reader, asked_on: date) -> set[UUID]:
    # What is closed at once was seen for the last time the day before.
    return queries.lost_contracts(reader.session, reader.principal, asked_on - ONE_DAY, reader.today)


def _criteria(asked: ExportIn) -> set[str]:
    return set(type(asked.asked()).model_fields)


def _asked(payload: dict[str, Any]) -> ExportIn:
    return ExportIn.model_validate(payload["asked"])


def _seen(reader: Reader, export_id: UUID) -> Job:
    job = one(reader.session, queries.visible_exports(reader.principal).where(Job.id == export_id))
    if job is None:
        raise NotFound
    return job


def _shown(job: Job, file: ExportFile | None) -> ExportOut:
    asked = _asked(job.payload)
    return ExportOut(
        id=job.id,
        kind=asked.kind,
        form=asked.form,
        state=JobState(job.state),
        rows=job.done,
        problem=JobProblem(type=f"/problems/{job.problem}", code=job.problem) if job.problem else None,
        created_at=job.created_at,
        finished_at=job.finished_at,
        available_until=file.kept_until if file and job.state == JobState.DONE else None,
        job=f"/v1/jobs/{job.id}",
        file=f"/v1/exports/{job.id}/file",
    )


def _begun(running: Running, extract: Extract, form: ExportForm) -> ExportFile:
    """The file as far as it is made, or a new one."""
    with running.writing() as writer:
        file = queries.file_of(writer.session, running.job_id)
        running.progress(writer.session, file.rows if file else 0, 0)
        if file is None:
            file = ExportFile(
                job_id=running.job_id,
                organisation_id=running.principal.organisation_id,
                role=running.principal.role,
                name=f"{extract.name}.{form}",
                cursor={"after": []},
                rows=0,
                pieces=0,
                kept_until=None,
            )
            writer.session.add(file)
    return file


def _cursor(file: ExportFile) -> Cursor:
    """Where the next page of a file begins."""
    return tuple(str(part) for part in (file.cursor or {"after": ()})["after"])


def _keep(running: Running, extract: Extract, asked: ExportIn, page: Page) -> ExportFile:
    """One page more, with where the next begins."""
    with running.writing() as writer:
        file = queries.file_of(writer.session, running.job_id)
        if file is None:
            raise jobs.LeaseLost
        running.progress(writer.session, file.rows + len(page.rows), 0)
        if asked.form is ExportForm.XLSX:
            if file.rows + len(page.rows) > MOST_ROWS:
                raise ExportTooLarge
            part, content = ROWS, _encoded(page.rows)
        elif extract.text is not None:
            part, content = FILE, extract.text(page, _cursor(file)).encode()
        else:
            comma = asked.separator is Separator.COMMA or asked.kind is ExportKind.OPEN_DATA
            lines = csv_lines(extract.columns, page.rows, comma=comma)
            if file.pieces:
                next(lines)
            part, content = FILE, "".join(lines).encode()
        if content:
            writer.session.add(
                ExportPiece(job_id=file.job_id, part=part, ordinal=file.pieces, content=content)
            )
            file.pieces += 1
        file.rows += len(page.rows)
        file.cursor = None if page.after is None else {"after": list(page.after)}
    return file


def _write_workbook(running: Running, extract: Extract, kept: ExportFile) -> None:
    """The workbook from the rows that are kept, in pieces of its own; begun again if it was cut off."""
    running = replace(running, lease=WRITING_LEASE)
    _forget_part(running, FILE, kept.rows)
    with running.reading() as reader:
        about = extract.about(reader)
    table = Table(extract.title, extract.columns, about)
    with tempfile.TemporaryFile() as file:
        write_workbook(file, table, _kept_rows(running, extract.columns, kept.pieces))
        file.seek(0)
        for ordinal, content in enumerate(_read(file)):
            running.breathe()
            with running.writing() as writer:
                running.progress(writer.session, kept.rows, 0)
                writer.session.add(
                    ExportPiece(job_id=running.job_id, part=FILE, ordinal=ordinal, content=content)
                )


def _finish(running: Running) -> None:
    with running.writing() as writer:
        file = queries.file_of(writer.session, running.job_id)
        if file is None:
            raise jobs.LeaseLost
        running.progress(writer.session, file.rows, file.rows)
        file.kept_until = writer.now + timedelta(days=running.payload["days"])


def _forget_part(running: Running, part: str, rows: int) -> None:
    left = True
    while left:
        with running.writing() as writer:
            running.progress(writer.session, rows, 0)
            left = queries.forget_pieces(writer.session, running.job_id, part)


def _kept_rows(running: Running, columns: tuple[Column, ...], number: int) -> Iterator[Row]:
    for content in _pieces(running.reading, running.job_id, ROWS, number):
        running.breathe()
        for line in content.splitlines():
            yield [_decoded(column, value) for column, value in zip(columns, json.loads(line), strict=True)]


def _pieces(reading: Reading, job_id: UUID, part: str, number: int) -> Iterator[bytes]:
    """So many pieces in order; ExportNotReady if one is forgotten meanwhile: half a file is none."""
    for ordinal in range(number):
        with reading() as reader:
            content = queries.piece(reader.session, job_id, part, ordinal)
        if content is None:
            raise ExportNotReady
        yield content


def _read(file: IO[bytes]) -> Iterator[bytes]:
    while content := file.read(PIECE):
        yield content


def _encoded(rows: list[Row]) -> bytes:
    """A line of JSON per row; days and instants as ISO 8601 writes them."""
    return "\n".join(
        json.dumps(list(row), ensure_ascii=False, default=lambda value: value.isoformat()) for row in rows
    ).encode()


def _decoded(column: Column, value: Any) -> Any:  # noqa: ANN401 - a cell
    if value is None:
        return None
    if column.kind is Kind.DAY:
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if column.kind is Kind.INSTANT else value
