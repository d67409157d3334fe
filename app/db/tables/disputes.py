"""Disputes: who contests which decision, the answer, and when each ended."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.contracts import OF_CONTRACT
from app.db.types import Base, Code, Id, Moment, RoleCode, Sealed, refers_to, refers_together


class Dispute(Base):
    """One contested decision: on a line, an assessment or penalties (`subject_id`).

    The texts are encrypted: people write of people, and of why somebody is eligible. They stand in this row
    alone, which erasure can empty.
    """

    __tablename__ = "disputes"
    __table_args__ = (
        refers_together(*OF_CONTRACT),
        Index("ix_disputes_id", "id"),
        Index("ix_disputes_contract", "contract_id", "id"),
        Index("ix_disputes_subject", "subject_id"),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    id: Mapped[Id] = mapped_column(primary_key=True)
    contract_id: Mapped[Id]
    kind: Mapped[Code]
    subject_id: Mapped[Id]
    # Where the subject is read: the statement and the hire of a line, the hire of an assessment.
    statement_id: Mapped[Id | None]
    hire_id: Mapped[Id | None]
    decided_at: Mapped[Moment]
    state: Mapped[Code]
    opened_by: Mapped[Id]
    opened_role: Mapped[RoleCode]
    opened_at: Mapped[Moment]
    text: Mapped[Sealed]
    outcome: Mapped[Code | None]
    answer: Mapped[Sealed | None]
    closed_by: Mapped[Id | None]
    closed_at: Mapped[Moment | None]
    version: Mapped[int] = mapped_column(default=1)
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"))


class DisputeEnd(Base):
    """By which change a dispute ended, for what was open at a past instant; insert-only."""

    __tablename__ = "dispute_ends"
    __table_args__ = (refers_together(["owner_id", "dispute_id"], ["disputes.owner_id", "disputes.id"]),)

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    dispute_id: Mapped[Id] = mapped_column(primary_key=True)
    state: Mapped[Code]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"))
