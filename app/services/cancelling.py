"""Cancelling work that one asked for: at once while it waits, at its next step while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import jobs as queries
from app.db.queries.jobs import CANCELLED, WAITING
from app.db.queries.lists import one
from app.db.tables import Job
from app.errors import Forbidden, JobEnded, NotFound
from app.services import jobs

if TYPE_CHECKING:
    from uuid import UUID

    from app.schemas.jobs import JobOut
    from app.services.work import Writer


def cancel(writer: Writer, job_id: UUID) -> JobOut:
    """Want no more of a job; what it has done stays done, and `done` says how far that is.

    Asked again, it changes nothing. JobEnded for work that ended otherwise; Forbidden for the service's own,
    of which figures are made.
    """
    job = one(
        writer.session, queries.visible_jobs(writer.principal).where(Job.id == job_id).with_for_update()
    )
    if job is None:
        raise NotFound
    if job.kind in jobs.OWN_KINDS:
        raise Forbidden
    if job.state in {queries.DONE, queries.FAILED}:
        raise JobEnded
    if job.cancel_asked_at is None:
        writer.record("job.cancelled")
        writer.touch("job", job.id, "cancel_asked_at")
        job.cancel_asked_at = writer.now
        if job.state == WAITING:
            # The pieces of its file are swept away with those that no import came to know of.
            jobs.close(writer, job, CANCELLED)
            jobs.tell_end(writer, job)
    return jobs.shown(job)
