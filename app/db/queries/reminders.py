"""Whom to remind, and what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Row, Select, delete, exists, or_, select, tuple_, update

from app.db.tables import Contact, ContractAccess, Reminder

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession, WriteSession
    from app.principal import Principal

SENDING, DEFERRED, UNKNOWN = "sending", "deferred", "unknown"


def seats(
    session: ReadSession, roles: Collection[str], day: date, after: tuple[UUID, str] | None, most: int
) -> Sequence[Row[UUID, str]]:
    """The next organisations in these roles on some contract who have named somebody, in a fixed order."""
    access, contact = ContractAccess, Contact
    named = exists().where(
        contact.organisation_id == access.organisation_id,
        contact.since <= day,
        or_(contact.until.is_(None), contact.until >= day),
    )
    query = select(access.organisation_id, access.role).where(
        access.role.in_(roles), access.since <= day, or_(access.until.is_(None), access.until >= day), named
    )
    if after is not None:
        query = query.where(tuple_(access.organisation_id, access.role) > after)
    query = query.distinct().order_by(access.organisation_id, access.role).limit(most)
    return session.execute(query).all()


def deferred_seats(session: ReadSession, day: date, most_tries: int) -> Sequence[Row[UUID, str]]:
    """The organisations and roles of whose messages of the day some may be tried again."""
    query = select(Reminder.organisation_id, Reminder.role).where(
        Reminder.day == day, Reminder.state == DEFERRED, Reminder.tries < most_tries
    )
    return session.execute(query.distinct().order_by(Reminder.organisation_id, Reminder.role)).all()


def visible_reminders(principal: Principal) -> Select[Reminder]:
    """What the caller's organisation was reminded of, in any role."""
    return select(Reminder).where(Reminder.organisation_id == principal.organisation_id)


def reminders_after(session: ReadSession, principal: Principal, day: date) -> Sequence[Reminder]:
    """Those of the caller's own role after a day."""
    query = visible_reminders(principal).where(Reminder.role == principal.role.value, Reminder.day > day)
    return session.scalars(query).all()


def held_reminder(
    session: WriteSession, organisation_id: UUID, role: str, subject: str, day: date
) -> Reminder | None:
    """The message of a day about a subject, held until the end of the transaction."""
    query = select(Reminder).where(
        Reminder.organisation_id == organisation_id,
        Reminder.role == role,
        Reminder.subject == subject,
        Reminder.day == day,
    )
    return session.scalar(query.with_for_update())


def reminder(session: WriteSession, reminder_id: UUID) -> Reminder:
    """One message, held until the end of the transaction."""
    return session.scalars(select(Reminder).where(Reminder.id == reminder_id).with_for_update()).one()


def give_up_doubtful(session: WriteSession) -> None:
    """Of messages under way when a worker died nobody knows whether they left."""
    session.execute(update(Reminder).where(Reminder.state == SENDING).values(state=UNKNOWN))


def forget_reminders(session: WriteSession, last_day: date) -> None:
    """Delete messages of this day and earlier."""
    session.execute(delete(Reminder).where(Reminder.day <= last_day))
