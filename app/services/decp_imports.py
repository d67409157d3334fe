"""Reading one file of published records: streamed, counted first, resumed where it was left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.clock import day_of
from app.db.queries import imports as queries
from app.errors import NotFound
from app.exchange.decp.reading import count_records, read_decp
from app.services import decp, uploads

if TYPE_CHECKING:
    from app.services.jobs import Running

# So many records are read between two signs of life: reading the largest files takes longer than a lease.
STRETCH = 1_000


def run(running: Running) -> None:
    """Do the import: every record has its result once, whatever was killed in between.

    The file is read from its beginning each time. Rows are written in order: those that have a result are the
    first ones, and are passed over.
    """
    with running.reading() as reader:
        file = queries.file_of(reader.session, running.job_id)
        remarks, records = queries.rows_done(reader.session, running.job_id)
    if file is None:
        raise NotFound
    means = {"content_type": file.media_type, "filename": running.payload["filename"]}
    total = 0
    for total in count_records(uploads.stream_of(running, file), **means):
        _live(running, total, records, 0)
    task = decp.Task(
        running, source=running.payload["filename"], total=total, dry_run=running.payload["dry_run"]
    )
    today = day_of(running.means.clock.now())
    told = 0
    for row in read_decp(uploads.stream_of(running, file), today=today, **means):
        if row.source_index is None:
            # What concerns the whole file has no place in it: it is told below zero.
            told += 1
            if told > remarks:
                task.take(-told, row)
        elif row.source_index >= records:
            task.take(row.source_index, row)
        else:
            _live(running, row.source_index, records, total)
    task.finish()


def _live(running: Running, read: int, done: int, total: int) -> None:
    if read % STRETCH == 0:
        running.breathe()
        with running.writing() as writer:
            running.progress(writer.session, done, total)
