"""Organisations to ask the directory of, and how the connectors fare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Row, Select, or_, select

from app.db.tables import ConnectorPulse, Organisation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.db.session import ReadSession, WriteSession


def to_check(
    session: ReadSession, before: datetime, after: UUID | None, most: int
) -> Sequence[Row[UUID, str]]:
    """The next organisations by id that were not checked since `before`: id, SIRET."""
    query = select(Organisation.id, Organisation.identifier).where(
        Organisation.scheme == "SIRET",
        or_(Organisation.official_checked_at.is_(None), Organisation.official_checked_at < before),
    )
    if after is not None:
        query = query.where(Organisation.id > after)
    return session.execute(query.order_by(Organisation.id).limit(most)).all()


def held_organisation(session: WriteSession, organisation_id: UUID) -> Organisation:
    """An organisation that is known, held until the end of the transaction."""
    return session.scalars(
        select(Organisation).where(Organisation.id == organisation_id).with_for_update()
    ).one()


def pulses() -> Select[ConnectorPulse]:
    """What was noted of all connectors: for the platform and the service."""
    return select(ConnectorPulse)


def pulse(session: WriteSession, name: str) -> ConnectorPulse | None:
    """What was noted of one connector, held until the end of the transaction."""
    return session.scalar(select(ConnectorPulse).where(ConnectorPulse.name == name).with_for_update())
