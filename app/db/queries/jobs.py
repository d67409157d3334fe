"""The durable queue: rows of `jobs`, taken one at a time by whichever worker is free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, exists, func, or_, select, update

from app.db.tables import Change, Delegation, Event, Job, Mandate

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.db.session import ReadSession, WriteSession
    from app.principal import Principal

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
# Any constant known to nobody else in the database will do.
SCHEDULE_LOCK = 7_401_002


def waiting_job(session: WriteSession, principal: Principal, kind: str, subject: str) -> Job | None:
    """A job of this principal that waits for the same work, held so that nobody starts it before our commit.

    A job that another transaction holds is passed over: it may start before our rows are committed and
    would then miss them.
    """
    query = (
        select(Job)
        .where(
            Job.kind == kind,
            Job.subject == subject,
            Job.state == WAITING,
            Job.organisation_id == principal.organisation_id,
            Job.role == principal.role.value,
        )
        .limit(1)
    )
    return session.scalar(query.with_for_update(skip_locked=True))


def _due(now: datetime) -> ColumnElement[bool]:
    abandoned = and_(Job.state == RUNNING, Job.locked_until < now)
    return or_(and_(Job.state == WAITING, Job.run_after <= now), abandoned)


def has_due_job(session: ReadSession, now: datetime) -> bool:
    """True when a worker would find work; taking SQLite's write lock to look would slow its writers."""
    return bool(session.scalar(select(exists().where(_due(now)))))


def due_job(session: WriteSession, now: datetime) -> Job | None:
    """The job that has been due for longest, held; also one whose worker has not been heard of in time."""
    query = select(Job).where(_due(now)).order_by(Job.run_after, Job.id).limit(1)
    return session.scalar(query.with_for_update(skip_locked=True))


def keep_lease(
    session: WriteSession, job_id: UUID, attempt: int, until: datetime, *, done: int, total: int
) -> bool:
    """Prolong the lease and note the progress; False when another attempt has taken the job over.

    The row stays held until the end of the transaction: what is written with it belongs to one attempt.
    """
    query = (
        update(Job)
        .where(Job.id == job_id, Job.state == RUNNING, Job.attempts == attempt)
        .values(locked_until=until, done=done, total=total)
        .returning(Job.id)
    )
    return session.scalar(query) is not None


def held_job(session: WriteSession, job_id: UUID, attempt: int) -> Job | None:
    """The running job of this attempt, held; None when another attempt has taken it over."""
    query = select(Job).where(Job.id == job_id, Job.state == RUNNING, Job.attempts == attempt)
    return session.scalar(query.with_for_update())


def is_cancelled(session: ReadSession, job_id: UUID) -> bool:
    """Whether somebody wants no more of it."""
    asked = exists().where(Job.id == job_id, Job.cancel_asked_at.is_not(None))
    return bool(session.scalar(select(asked)))


def visible_jobs(principal: Principal) -> Select[Job]:
    """The jobs a principal asked for; the platform sees all."""
    query = select(Job)
    if principal.is_admin:
        return query
    return query.where(Job.organisation_id == principal.organisation_id, Job.role == principal.role.value)


def try_schedule_lock(session: WriteSession) -> bool:
    """True when this transaction alone plans scheduled work; SQLite's write lock already says so."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(SCHEDULE_LOCK))))


def is_planned(session: ReadSession, kind: str, subject: str) -> bool:
    """True when a job of this kind and subject exists, whatever became of it."""
    return bool(session.scalar(select(exists().where(Job.kind == kind, Job.subject == subject))))


def ended_untold(table: type[Mandate | Delegation], event: str, today: date) -> Select[Any]:
    """What was given from a day to a day, whose last day has passed and whose end no such event has told."""
    told = (
        exists()
        .where(
            Change.contract_id == table.contract_id,
            Event.change_id == Change.id,
            Event.type == event,
            Event.subject_id == table.id,
        )
        .correlate(table)
    )
    return select(table).where(table.until < today, ~told).order_by(table.id)
