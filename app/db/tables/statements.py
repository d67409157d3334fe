"""Statements of hours, their lines, and the append-only ledger that the figures come from."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.contracts import OF_CONTRACT
from app.db.types import (
    Base,
    Code,
    Day,
    Hundredths,
    Id,
    Items,
    Label,
    Moment,
    Month,
    Place,
    refers_to,
    refers_together,
)


class Statement(Base):
    """What one declarant reports for one contract and month; `latest` is its current version number."""

    __tablename__ = "statements"
    __table_args__ = (
        refers_together(*OF_CONTRACT),
        UniqueConstraint("owner_id", "contract_id", "declarant_id", "month"),
        Index("ix_statements_id", "id"),
        Index("ix_statements_contract", "contract_id", "id"),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    id: Mapped[Id] = mapped_column(primary_key=True)
    contract_id: Mapped[Id]
    declarant_id: Mapped[Id]
    month: Mapped[Month]
    nothing_to_declare: Mapped[bool]
    # What the holder said of the latest version, and until when it may; null where it is not asked.
    approval: Mapped[Code | None]
    approval_due_on: Mapped[Day | None]
    latest: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]


class StatementVersion(Base):
    """One submission of a statement, as it was sent; insert-only."""

    __tablename__ = "statement_versions"
    __table_args__ = (
        refers_together(["owner_id", "statement_id"], ["statements.owner_id", "statements.id"]),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    statement_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[Label | None]
    nothing_to_declare: Mapped[bool]
    total_hours_worked: Mapped[Hundredths | None]
    lines: Mapped[Items]
    submitted_at: Mapped[Moment]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"))


class StatementApproval(Base):
    """A holder's answer on one version (`number`) of a statement declared under it; insert-only."""

    __tablename__ = "statement_approvals"
    __table_args__ = (
        refers_together(["owner_id", "statement_id"], ["statements.owner_id", "statements.id"]),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    statement_id: Mapped[Id] = mapped_column(primary_key=True)
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"), primary_key=True)
    number: Mapped[int]
    decision: Mapped[Code]
    reason: Mapped[Label | None]
    decided_by: Mapped[Id]
    decided_at: Mapped[Moment]


class Line(Base):
    """The current line of one hire and month, whoever declares it, with where its hours stand.

    `declared = pending + held + refused + counted` holds on every row at every commit. `recorded_at` is the
    instant of its first recording: it decides which of two claims on the same person came first.
    """

    __tablename__ = "lines"
    __table_args__ = (
        refers_together(*OF_CONTRACT),
        refers_together(["owner_id", "hire_id"], ["hires.owner_id", "hires.id"]),
        UniqueConstraint("owner_id", "hire_id", "month"),
        Index("ix_lines_statement", "statement_id"),
        Index("ix_lines_participant", "participant_id", "month"),
        Index("ix_lines_contract", "contract_id", "month"),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    id: Mapped[Id] = mapped_column(primary_key=True)
    contract_id: Mapped[Id]
    obligation_id: Mapped[Id]
    statement_id: Mapped[Id]
    hire_id: Mapped[Id]
    participant_id: Mapped[Id]
    declarant_id: Mapped[Id]
    employer_id: Mapped[Id]
    month: Mapped[Month]
    recorded_at: Mapped[Moment]
    worked: Mapped[Hundredths]
    training: Mapped[Hundredths]
    overtime: Mapped[Hundredths]
    sub_periods: Mapped[Items]
    warnings: Mapped[Items]
    # Taken out by a correction of its statement; its hours are zero.
    withdrawn: Mapped[bool] = mapped_column(default=False)
    verdict: Mapped[Code | None]
    accepted: Mapped[Hundredths | None]
    verdict_reason: Mapped[Label | None]
    reviewed_at: Mapped[Moment | None]
    reviewed_by: Mapped[Id | None]
    # Supporting documents seen for what the line says now: `{type, seen_on, seen_by}`.
    documents: Mapped[Items] = mapped_column(server_default=text("'[]'"))
    pending: Mapped[Hundredths]
    held: Mapped[Hundredths]
    refused: Mapped[Hundredths]
    counted: Mapped[Hundredths]


class Verdict(Base):
    """A reviewer's decision on one line, insert-only."""

    __tablename__ = "verdicts"
    __table_args__ = (refers_together(["owner_id", "line_id"], ["lines.owner_id", "lines.id"]),)

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    line_id: Mapped[Id] = mapped_column(primary_key=True)
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"), primary_key=True)
    verdict: Mapped[Code]
    accepted: Mapped[Hundredths | None]
    reason: Mapped[Label | None]
    reviewer_id: Mapped[Id]


class DocumentsSeen(Base):
    """The supporting documents that a reviewer recorded for one line, all of them each time; insert-only."""

    __tablename__ = "documents_seen"
    __table_args__ = (refers_together(["owner_id", "line_id"], ["lines.owner_id", "lines.id"]),)

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    line_id: Mapped[Id] = mapped_column(primary_key=True)
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"), primary_key=True)
    documents: Mapped[Items]
    reviewer_id: Mapped[Id]


class Entry(Base):
    """One line of the ledger of hours: never updated, never deleted, reversed by a negative one.

    Self-contained: what it counts for (places, modality, organisations) is written on it, so that a later
    edit of a hire or a contract does not change the past by itself.
    """

    __tablename__ = "entries"
    __table_args__ = (
        refers_together(*OF_CONTRACT),
        Index("ix_entries_line", "line_id"),
        Index("ix_entries_obligation", "obligation_id", "month"),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    id: Mapped[Id] = mapped_column(primary_key=True)
    contract_id: Mapped[Id]
    obligation_id: Mapped[Id]
    line_id: Mapped[Id]
    hire_id: Mapped[Id]
    participant_id: Mapped[Id]
    month: Mapped[Month]
    state: Mapped[Code]
    kind: Mapped[Code]
    hours: Mapped[Hundredths]
    rule: Mapped[Code | None]
    parameter: Mapped[Label | None]
    reference: Mapped[Label | None]
    execution: Mapped[Place | None]
    residence: Mapped[Place | None]
    buyer_seat: Mapped[Place | None]
    facilitator_seat: Mapped[Place | None]
    modality: Mapped[Code]
    employer_id: Mapped[Id]
    declarant_id: Mapped[Id]
    # A supporting document was seen for these hours.
    documented: Mapped[bool] = mapped_column(server_default=false())
    reverses_id: Mapped[Id | None]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"), index=True)


class ObligationMonth(Base):
    """Sums of the ledger per obligation, month and places; exact at every commit."""

    __tablename__ = "obligation_months"
    __table_args__ = (Index("ix_obligation_months_contract", "contract_id"),)

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    obligation_id: Mapped[Id] = mapped_column(primary_key=True)
    month: Mapped[Month] = mapped_column(primary_key=True)
    # "" stands for an unknown place: a key column cannot be null.
    execution: Mapped[Place] = mapped_column(primary_key=True)
    buyer_seat: Mapped[Place] = mapped_column(primary_key=True)
    facilitator_seat: Mapped[Place] = mapped_column(primary_key=True)
    contract_id: Mapped[Id]
    pending: Mapped[Hundredths]
    held: Mapped[Hundredths]
    refused: Mapped[Hundredths]
    counted: Mapped[Hundredths]


class PersonMonth(Base):
    """Sums of the ledger per person, obligation, month and places, for counting people once."""

    __tablename__ = "person_months"
    __table_args__ = (
        Index("ix_person_months_contract", "contract_id"),
        Index("ix_person_months_participant", "participant_id"),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    obligation_id: Mapped[Id] = mapped_column(primary_key=True)
    participant_id: Mapped[Id] = mapped_column(primary_key=True)
    month: Mapped[Month] = mapped_column(primary_key=True)
    execution: Mapped[Place] = mapped_column(primary_key=True)
    residence: Mapped[Place] = mapped_column(primary_key=True)
    buyer_seat: Mapped[Place] = mapped_column(primary_key=True)
    facilitator_seat: Mapped[Place] = mapped_column(primary_key=True)
    contract_id: Mapped[Id]
    pending: Mapped[Hundredths]
    held: Mapped[Hundredths]
    refused: Mapped[Hundredths]
    counted: Mapped[Hundredths]
