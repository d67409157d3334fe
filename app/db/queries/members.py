"""The hours of a contract by who declared them; for contracts already seen to be visible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Row, cast, func, select

from app.db.tables import Entry, Seal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.db.session import ReadSession


def hours_by_declarant(
    session: ReadSession, owner_id: UUID, obligation_id: UUID, position: int | None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """(declarant_id, month, state, hours) of the ledger as known at a position, or as it stands."""
    key = (Entry.declarant_id, Entry.month, Entry.state)
    query = (
        select(*key, cast(func.sum(Entry.hours), BigInteger).label("hours"))
        .where(Entry.owner_id == owner_id, Entry.obligation_id == obligation_id)
        .group_by(*key)
    )
    if position is not None:
        query = query.join(Seal, Seal.change_id == Entry.change_id).where(Seal.position <= position)
    return session.execute(query).all()
