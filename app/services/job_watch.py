"""Watching a job from the command line: what stands, each time it changes, until the job ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from app.principal import SERVICE
from app.services import cancelling, jobs
from app.services.work import reading, writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from app.schemas.jobs import JobOut
    from app.services.work import Means

LOOK_SECONDS = 0.5
COMMAND = "cli"


def watch(means: Means, job_id: UUID) -> Iterator[JobOut]:
    """The job as it is now, then whenever it has moved; NotFound when there is none."""
    told: JobOut | None = None
    while told is None or not told.state.is_end:
        with reading(means, SERVICE, COMMAND) as reader:
            job = jobs.read_job(reader, job_id)
        if job != told:
            told = job
            yield job
        elif not job.state.is_end:
            time.sleep(LOOK_SECONDS)


def stop(means: Means, job_id: UUID) -> JobOut:
    """Cancel a job as its operator: whoever asked for it."""
    with writing(means, SERVICE, COMMAND) as writer:
        return cancelling.cancel(writer, job_id)
