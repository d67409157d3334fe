"""Which insertion structures declare in the place of which contractors."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.contracts import OF_CONTRACT
from app.db.types import Base, Day, Id, Moment, refers_to, refers_together


class Delegation(Base):
    """A contractor has a structure declare its workers' hours on one contract, from – to (inclusive)."""

    __tablename__ = "delegations"
    __table_args__ = (refers_together(*OF_CONTRACT), Index("ix_delegations_contract", "contract_id", "id"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    owner_id: Mapped[Id]
    contract_id: Mapped[Id]
    delegator_id: Mapped[Id] = mapped_column(refers_to("organisations.id"))
    delegate_id: Mapped[Id] = mapped_column(refers_to("organisations.id"), index=True)
    since: Mapped[Day]
    until: Mapped[Day | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
