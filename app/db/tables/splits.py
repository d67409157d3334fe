"""Agreed splits of held hours: between two contracts, so that neither's owner is the owner of the row."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import Base, Code, Day, Hundredths, Id, Label, Moment, Month, refers_to


class Split(Base):
    """A proposal of one reviewer to another on two lines of one person and month; insert-only.

    The columns `other_…` are those of the line whose reviewer is asked. A line that a correction took out and
    that came back is another claim: `recorded_at` and `other_recorded_at` tell which ones were meant.
    """

    __tablename__ = "splits"
    __table_args__ = (
        Index("ix_splits_line", "line_id"),
        Index("ix_splits_other_line", "other_line_id"),
        Index("ix_splits_contract", "contract_id"),
        Index("ix_splits_other_contract", "other_contract_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    month: Mapped[Month]
    # The rule that held the hours.
    rule: Mapped[Code]
    owner_id: Mapped[Id]
    contract_id: Mapped[Id]
    line_id: Mapped[Id]
    hours: Mapped[Hundredths]
    recorded_at: Mapped[Moment]
    reviewer_id: Mapped[Id]
    reason: Mapped[Label | None]
    other_owner_id: Mapped[Id]
    other_contract_id: Mapped[Id]
    other_line_id: Mapped[Id]
    other_hours: Mapped[Hundredths]
    other_recorded_at: Mapped[Moment]
    proposed_at: Mapped[Moment]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"))


class SplitAnswer(Base):
    """How a proposal ended: accepted or refused by the other reviewer, or withdrawn; once, insert-only."""

    __tablename__ = "split_answers"

    split_id: Mapped[UUID] = mapped_column(refers_to("splits.id"), primary_key=True)
    state: Mapped[Code]
    reason: Mapped[Label | None]
    reviewer_id: Mapped[Id]
    answered_on: Mapped[Day]
    answered_at: Mapped[Moment]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"))
