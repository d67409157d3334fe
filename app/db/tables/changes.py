"""The change log: who did what and when; its order once settled; what integrators are told."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import Base, Code, Data, Day, Id, Items, Moment, RoleCode, refers_to

# SQLite numbers rows by itself only for INTEGER primary keys.
Sequence = BigInteger().with_variant(Integer(), "sqlite")


class Change(Base):
    """One write transaction. This is the audit trail: ids and field names, never values.

    By what credential and in which request it was made goes after the retention of logs; no seal holds it.
    """

    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_organisation", "organisation_id", "id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    at: Mapped[Moment]
    organisation_id: Mapped[Id | None]
    role: Mapped[RoleCode]
    key_id: Mapped[Id | None]
    membership_id: Mapped[Id | None]
    request_id: Mapped[Code | None]
    action: Mapped[Code]
    contract_id: Mapped[Id | None] = mapped_column(index=True)


class ChangeObject(Base):
    """One object that a change touched, with the names of the fields it set."""

    __tablename__ = "change_objects"

    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    object_type: Mapped[Code]
    object_id: Mapped[Id]
    fields: Mapped[Items]


class OpenChange(Base):
    """A committed change that has no position yet.

    `sequence` is drawn by the last statement before the commit: whoever read this change's rows draws a
    higher one, so that settling in its order never puts an effect before its cause.
    """

    __tablename__ = "open_changes"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy reads it, nobody writes it

    sequence: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"), unique=True)
    contract_id: Mapped[Id | None] = mapped_column(index=True)


class Seal(Base):
    """The position of a settled change, chained to the one before it by a hash."""

    __tablename__ = "seals"

    position: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=False)
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"), unique=True)
    sealed_at: Mapped[Moment] = mapped_column(index=True)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class Event(Base):
    """What integrators are told of a change: a type and ids. `declarant_id` narrows who may see it."""

    __tablename__ = "events"

    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[Code]
    subject_type: Mapped[Code]
    subject_id: Mapped[Id]
    contract_id: Mapped[Id | None]
    declarant_id: Mapped[Id | None]


class Version(Base):
    """One insert-only version of anything that compliance reads.

    `effective_on` is the day from which it holds; the change says when it was recorded. The snapshot
    holds no identity.
    """

    __tablename__ = "versions"

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    subject_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[Code]
    effective_on: Mapped[Day]
    snapshot: Mapped[Data]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"), index=True)


class Job(Base):
    """Durable work done after the answer, under the principal who asked for it."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_due", "state", "run_after"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    # What the job works on; a waiting job of the same kind and subject is not queued twice.
    subject: Mapped[str] = mapped_column(String(120))
    state: Mapped[Code]
    payload: Mapped[Data]
    organisation_id: Mapped[Id | None]
    role: Mapped[RoleCode]
    run_after: Mapped[Moment]
    locked_until: Mapped[Moment | None]
    attempts: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[Data]
    problem: Mapped[Code | None]
    created_at: Mapped[Moment]
    finished_at: Mapped[Moment | None]
    cancel_asked_at: Mapped[Moment | None]
