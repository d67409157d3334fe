"""Pools: several contracts of one holder with one balance; what was said of each contract, insert-only."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.contracts import OF_CONTRACT
from app.db.types import Base, Code, Day, Id, Label, Moment, RoleCode, refers_to, refers_together


class Pool(Base):
    """A pool that a holder asked for. It lies between buyers: none of them owns the row."""

    __tablename__ = "pools"

    id: Mapped[Id] = mapped_column(primary_key=True)
    holder_id: Mapped[Id] = mapped_column(refers_to("organisations.id"), index=True)
    reason: Mapped[Label | None]
    requested_on: Mapped[Day]
    requested_at: Mapped[Moment]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"))


class PoolAnswer(Base):
    """Where one contract of a pool stands from a day on; the last number that holds on a day is right."""

    __tablename__ = "pool_answers"
    __table_args__ = (
        refers_together(*OF_CONTRACT),
        Index("ix_pool_answers_contract", "contract_id"),
        Index("ix_pool_answers_pool", "pool_id"),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    pool_id: Mapped[Id] = mapped_column(refers_to("pools.id"), primary_key=True)
    contract_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[Code]
    holds_on: Mapped[Day]
    reason: Mapped[Label | None]
    answered_role: Mapped[RoleCode]
    answered_at: Mapped[Moment]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"))
