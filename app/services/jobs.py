"""Durable work done after the answer, under the principal who asked for it.

A worker takes a job for a while (its lease) and prolongs the lease as it goes on. A worker that dies stops
doing so, and another one takes the job up again; the number of the attempt then tells the two apart, so that
nothing the first one might still write is committed beside the second.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError

from app.clock import new_id
from app.db.queries import imports as files
from app.db.queries import jobs as queries
from app.db.queries.jobs import CANCELLED, DONE, FAILED, RUNNING, WAITING
from app.db.queries.lists import one
from app.db.tables import Job
from app.errors import DomainError, InternalError, JobAbandoned, NotFound, Unavailable
from app.principal import SERVICE, Principal, Role
from app.schemas.jobs import JobOut, JobProblem, JobState
from app.services import uploads
from app.services.work import reading, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime
    from uuid import UUID

    from app.db.session import WriteSession
    from app.services.work import Means, Reader, Writer

LEASE = timedelta(seconds=30)
MOST_ATTEMPTS = 5
LOOK_SECONDS = 0.5
FIRST_PAUSE = timedelta(seconds=5)
PAUSE_GROWTH = 4
# The service's own work: it reaches contracts that whoever caused it does not see.
OWN_KINDS = frozenset(
    {
        "recount",
        "recount_person",
        "roll_over",
        "recheck",
        "recheck_all",
        "tell_split",
        "tell_pool",
        "retention",
        "forget_actors",
        "forget_deliveries",
        "forget_copies",
        "forget_exports",
        "check_organisations",
        "publish_releases",
        "remind",
    },
)
TOLD_AT_END = {"import": "import.finished"}


class LeaseLost(Exception):
    """Another worker has taken the job over: this one writes nothing more."""


class Cancelled(Exception):
    """Who asked for the work, or the platform, wants no more of it: what is done stays done."""


class Stopping(Exception):
    """The worker is asked to end: the job goes back to the queue and goes on elsewhere."""


@dataclass(frozen=True, slots=True)
class Running:
    """A job under way. Handlers call `breathe` between two steps: it may raise `Stopping` or `Cancelled`."""

    means: Means
    principal: Principal
    job_id: UUID
    kind: str
    attempt: int
    payload: dict[str, Any]
    lease: timedelta
    breathe: Callable[[], None]

    @property
    def request_id(self) -> str:
        """What the audit trail names in place of a request."""
        return f"job-{self.job_id}"

    def reading(self) -> AbstractContextManager[Reader]:
        """A session of its own under the principal of the job."""
        return reading(self.means, self.principal, self.request_id)

    def writing(self) -> AbstractContextManager[Writer]:
        """A transaction of its own under the principal of the job."""
        return writing(self.means, self.principal, self.request_id)

    def progress(self, session: WriteSession, done: int, total: int) -> None:
        """Note the progress with the step just written; LeaseLost undoes that step."""
        until = self.means.clock.now() + self.lease
        if not queries.keep_lease(session, self.job_id, self.attempt, until, done=done, total=total):
            raise LeaseLost


if TYPE_CHECKING:
    Handlers = Mapping[str, Callable[[Running], dict[str, Any]]]
    Report = Callable[[Exception], None]


def queue(
    writer: Writer, kind: str, subject: str, payload: dict[str, Any], run_after: datetime | None = None
) -> Job:
    """Add work to do once this transaction is committed; waiting work of the same kind and subject serves."""
    if kind not in OWN_KINDS:
        return _queued(writer, writer.principal, kind, subject, payload, run_after)
    with writer.session.across():
        return _queued(writer, SERVICE, kind, subject, payload, run_after)


def _queued(
    writer: Writer,
    principal: Principal,
    kind: str,
    subject: str,
    payload: dict[str, Any],
    run_after: datetime | None,
) -> Job:
    due = run_after or writer.now
    job = queries.waiting_job(writer.session, principal, kind, subject)
    if job is None:
        job = _new_job(principal, kind, subject, payload, due=due, now=writer.now)
        writer.session.add(job)
    elif due < job.run_after:
        job.run_after = due
    return job


def plan(means: Means, kind: str, subject: str, payload: dict[str, Any]) -> bool:
    """Queue scheduled work unless it was queued before, by whichever worker; returns whether it was now."""
    now = means.clock.now()
    with means.database.read() as session:
        if queries.is_planned(session, kind, subject):
            return False
    with means.database.write() as session:
        if not queries.try_schedule_lock(session) or queries.is_planned(session, kind, subject):
            return False
        session.add(_new_job(SERVICE, kind, subject, payload, due=now, now=now))
    return True


def work(
    means: Means, handlers: Handlers, *, breathe: Callable[[], None], report: Report, lease: timedelta = LEASE
) -> bool:
    """Take the job that has been due for longest and do it; returns whether there was one.

    A handler returns the job's result. What it raises never leaves: `report` is told of what nobody
    expected, and the job tries again later or fails.
    """
    with means.database.read() as session:
        if not queries.has_due_job(session, means.clock.now()):
            return False
    with means.database.write() as session:
        running = _taken(session, means, breathe, lease)
    if running is None:
        return False
    _run(running, handlers, report)
    return True


def read_job(reader: Reader, job_id: UUID) -> JobOut:
    """Where a job stands; NotFound for another organisation's or another role's."""
    job = one(reader.session, queries.visible_jobs(reader.principal).where(Job.id == job_id))
    if job is None:
        raise NotFound
    return shown(job)


def shown(job: Job) -> JobOut:
    """A job as those see it who asked for it."""
    return JobOut(
        id=job.id,
        kind=job.kind,
        state=JobState(job.state),
        attempts=job.attempts,
        done=job.done,
        total=job.total,
        result=job.result,
        problem=JobProblem(type=f"/problems/{job.problem}", code=job.problem) if job.problem else None,
        created_at=job.created_at,
        finished_at=job.finished_at,
        cancel_asked_at=job.cancel_asked_at,
    )


def _new_job(
    principal: Principal, kind: str, subject: str, payload: dict[str, Any], *, due: datetime, now: datetime
) -> Job:
    return Job(
        id=new_id(),
        kind=kind,
        subject=subject,
        state=WAITING,
        payload=payload,
        organisation_id=principal.organisation_id,
        role=principal.role,
        run_after=due,
        attempts=0,
        done=0,
        total=0,
        result={},
        created_at=now,
    )


def _taken(
    session: WriteSession, means: Means, breathe: Callable[[], None], lease: timedelta
) -> Running | None:
    now = means.clock.now()
    job = queries.due_job(session, now)
    if job is None:
        return None
    job.state, job.locked_until = RUNNING, now + lease
    job.attempts += 1
    principal = Principal(job.organisation_id or SERVICE.organisation_id, Role(job.role))
    attentive = _attentive(means, job.id, breathe)
    return Running(means, principal, job.id, job.kind, job.attempts, job.payload, lease, attentive)


def _attentive(means: Means, job_id: UUID, breathe: Callable[[], None]) -> Callable[[], None]:
    """The same breath, which looks now and then whether the job was cancelled meanwhile."""
    looked_at = -LOOK_SECONDS

    def look() -> None:
        nonlocal looked_at
        breathe()
        if time.monotonic() - looked_at < LOOK_SECONDS:
            return
        looked_at = time.monotonic()
        with means.database.read() as session:
            if queries.is_cancelled(session, job_id):
                raise Cancelled

    return look


def _run(running: Running, handlers: Handlers, report: Report) -> None:
    if running.attempt > MOST_ATTEMPTS:
        # Every worker before died without a word: it may be the job that kills them.
        _end(running, FAILED, problem=JobAbandoned.code)
        return
    try:
        result = handlers[running.kind](running)
    except LeaseLost:
        return
    except Stopping:
        _put_back(running)
    except Cancelled:
        _end(running, CANCELLED)
    except DomainError as refusal:
        # The same request would be refused again.
        _end(running, FAILED, problem=refusal.code)
    except Exception as error:  # noqa: BLE001 - a job never ends the worker that runs it
        report(error)
        _try_later(running, Unavailable.code if isinstance(error, OperationalError) else InternalError.code)
    else:
        _end(running, DONE, result=result)


def _put_back(running: Running) -> None:
    with running.means.database.write() as session:
        job = queries.held_job(session, running.job_id, running.attempt)
        if job is not None:
            job.state, job.locked_until = WAITING, None
            # Being asked to stop is no failed attempt.
            job.attempts -= 1


def _try_later(running: Running, problem: str) -> None:
    if running.attempt >= MOST_ATTEMPTS:
        _end(running, FAILED, problem=problem)
        return
    with running.means.database.write() as session:
        job = queries.held_job(session, running.job_id, running.attempt)
        if job is not None:
            job.state, job.locked_until = WAITING, None
            pause = FIRST_PAUSE * PAUSE_GROWTH ** (running.attempt - 1)
            job.run_after = running.means.clock.now() + pause


def _end(
    running: Running, state: str, *, problem: str | None = None, result: dict[str, Any] | None = None
) -> None:
    with running.writing() as writer:
        job = queries.held_job(writer.session, running.job_id, running.attempt)
        if job is None:
            return
        upload_id = close(writer, job, state, problem=problem)
        job.result = result or {}
        if job.kind in TOLD_AT_END:
            writer.record(TOLD_AT_END[job.kind])
            tell_end(writer, job)
    if upload_id is not None:
        uploads.forget(running, upload_id)


def tell_end(writer: Writer, job: Job) -> None:
    """Tell of the end of work that others wait for, inside the change that is open."""
    if job.kind in TOLD_AT_END:
        writer.touch(job.kind, job.id, "state")
        writer.announce(TOLD_AT_END[job.kind], job.kind, job.id)


def close(writer: Writer, job: Job, state: str, *, problem: str | None = None) -> UUID | None:
    """End a job that is held; returns what its file is stored under, of which the pieces are still to go."""
    job.state, job.problem, job.finished_at, job.locked_until = state, problem, writer.now, None
    return files.forget_file(writer.session, job.id) if job.kind == files.IMPORT else None
