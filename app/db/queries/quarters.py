"""Editions of the list of priority quarters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Row, select

from app.db.tables import QuarterEdition

if TYPE_CHECKING:
    from datetime import date

    from app.db.session import ReadSession, WriteSession


def edition_on(session: ReadSession, day: date) -> Row[str, date, str] | None:
    """The edition in force on a day: its name, first day and digest; None when none is loaded for it."""
    columns = QuarterEdition.edition, QuarterEdition.since, QuarterEdition.digest
    query = select(*columns).where(QuarterEdition.since <= day).order_by(QuarterEdition.since.desc()).limit(1)
    return session.execute(query).one_or_none()


def content_of(session: ReadSession, edition: str) -> bytes:
    """The file of an edition that is loaded."""
    return session.scalars(select(QuarterEdition.content).where(QuarterEdition.edition == edition)).one()


def held_edition(session: WriteSession, edition: str) -> QuarterEdition | None:
    """An edition, held until the end of the transaction."""
    return session.scalar(select(QuarterEdition).where(QuarterEdition.edition == edition).with_for_update())
