"""What was invoiced on a contract: what a target by invoiced amount follows."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.contracts import OF_CONTRACT
from app.db.types import Base, Day, Hundredths, Id, Label, Moment, RoleCode, refers_to, refers_together


class Invoice(Base):
    """An invoice, or the reversal of one or of a part of it: then negative; insert-only.

    `amount` in cents excluding tax, dated `invoiced_on`; `recorded_by` is the role that recorded it.
    """

    __tablename__ = "invoices"
    __table_args__ = (
        refers_together(*OF_CONTRACT),
        Index("ix_invoices_contract", "contract_id", "id"),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    id: Mapped[Id] = mapped_column(primary_key=True)
    contract_id: Mapped[Id]
    number: Mapped[str | None] = mapped_column(String(40))
    invoiced_on: Mapped[Day]
    amount: Mapped[Hundredths]
    reverses_id: Mapped[Id | None]
    reason: Mapped[Label | None]
    recorded_by: Mapped[RoleCode]
    recorded_at: Mapped[Moment]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"))
