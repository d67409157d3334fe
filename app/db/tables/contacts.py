"""Who answers for what inside an organisation, and whether they can be reached."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, true
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import Base, Code, Day, Id, Moment, Sealed, refers_to


class Contact(Base):
    """Somebody who answers for one function of an organisation, from a day to a day included.

    Name and address are sealed, and emptied once the contact has been over for long enough. `confirmed_on` is
    the last day on which the organisation itself said that the address holds; `bounced_on` the day on which
    a message came back, until it says so again.
    """

    __tablename__ = "contacts"
    __table_args__ = (Index("ix_contacts_organisation", "organisation_id", "id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(refers_to("organisations.id"))
    function: Mapped[Code]
    name: Mapped[Sealed | None]
    email: Mapped[Sealed | None]
    since: Mapped[Day]
    until: Mapped[Day | None]
    confirmed_on: Mapped[Day]
    bounced_on: Mapped[Day | None]
    reminders: Mapped[bool] = mapped_column(default=True, server_default=true())
    replaced_by_id: Mapped[Id | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
