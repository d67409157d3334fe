"""The sums of an obligation as known at a settled position, from the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Row, cast, func, select

from app.db.tables import Entry, Seal

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession


def sums_known(
    session: ReadSession, owner_id: UUID, obligation_id: UUID, position: int
) -> list[Row[date, str, int]]:
    """(month, state, hours) of the ledger as known at a position."""
    query = (
        select(Entry.month, Entry.state, cast(func.sum(Entry.hours), BigInteger))
        .join(Seal, Seal.change_id == Entry.change_id)
        .where(Entry.owner_id == owner_id, Entry.obligation_id == obligation_id, Seal.position <= position)
        .group_by(Entry.month, Entry.state)
    )
    return list(session.execute(query))
