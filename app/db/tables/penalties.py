"""What penalties are computed from besides hours, and the buyer's decisions on them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.contracts import OF_CONTRACT
from app.db.types import (
    Base,
    Code,
    Data,
    Day,
    Hundredths,
    Id,
    Items,
    Label,
    Moment,
    Month,
    refers_to,
    refers_together,
)


class PenaltyFact(Base):
    """A document expected or received, a formal notice sent or received, an event; insert-only.

    `day` is the one that the kind names. `term` is the code of the clause's penalty term; `subject_id` the
    fact that a receipt or a notice is about; `declarant_id` and `month`, the monthly statement that a notice
    is about; `document`, the key of a document that the clause itself makes due.
    """

    __tablename__ = "penalty_facts"
    __table_args__ = (
        refers_together(*OF_CONTRACT),
        Index("ix_penalty_facts_contract", "contract_id", "id"),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    id: Mapped[Id] = mapped_column(primary_key=True)
    contract_id: Mapped[Id]
    kind: Mapped[Code]
    term: Mapped[Code]
    subject_id: Mapped[Id | None]
    declarant_id: Mapped[Id | None]
    month: Mapped[Month | None]
    document: Mapped[str | None] = mapped_column(String(100))
    day: Mapped[Day]
    label: Mapped[Label | None]
    recorded_by: Mapped[Id]
    recorded_at: Mapped[Moment]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"))


class PenaltyCancellation(Base):
    """A fact that was recorded by mistake, and why; insert-only."""

    __tablename__ = "penalty_cancellations"
    __table_args__ = (
        refers_together(["owner_id", "fact_id"], ["penalty_facts.owner_id", "penalty_facts.id"]),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    fact_id: Mapped[Id] = mapped_column(primary_key=True)
    reason: Mapped[Label]
    cancelled_at: Mapped[Moment]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"))


class PenaltyDecision(Base):
    """What the buyer decided on penalties, with the computed statement that it was taken on; insert-only.

    `lines` are the keys it covers with the cents of each; `replaces_id` is the decision that it takes back.
    """

    __tablename__ = "penalty_decisions"
    __table_args__ = (
        refers_together(*OF_CONTRACT),
        Index("ix_penalty_decisions_contract", "contract_id", "id"),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    id: Mapped[Id] = mapped_column(primary_key=True)
    contract_id: Mapped[Id]
    outcome: Mapped[Code]
    as_of: Mapped[Day]
    computed: Mapped[Hundredths]
    amount: Mapped[Hundredths]
    lines: Mapped[Items]
    reason: Mapped[Label | None]
    replaces_id: Mapped[Id | None]
    statement: Mapped[Data]
    decided_by: Mapped[Id]
    decided_at: Mapped[Moment]
    change_id: Mapped[UUID] = mapped_column(refers_to("changes.id"))
