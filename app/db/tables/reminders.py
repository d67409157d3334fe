"""What organisations were reminded of by e-mail."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import Base, Code, Day, Id, Items, Moment, RoleCode, refers_to


class Reminder(Base):
    """One message to an organisation in one role about one subject, on a day; its text is kept nowhere.

    It is written as `sending` before the message leaves: who finds it so later does not know whether it left,
    and does not send it again. `contacts`: the ids of those it was addressed to.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("organisation_id", "role", "subject", "day"),
        Index("ix_reminders_organisation", "organisation_id", "id"),
        Index("ix_reminders_day", "day", "state"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(refers_to("organisations.id"))
    role: Mapped[RoleCode]
    subject: Mapped[Code]
    day: Mapped[Day]
    state: Mapped[Code]
    # Why it did not leave, by a code of the connector.
    problem: Mapped[Code | None]
    tries: Mapped[int]
    contracts: Mapped[int]
    actions: Mapped[int]
    contacts: Mapped[Items]
    escalated: Mapped[bool]
    created_at: Mapped[Moment]
    sent_at: Mapped[Moment | None]
