"""What readers of the feed and of the audit trail need besides the changes themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.db.tables import Seal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.db.session import ReadSession


def positions_of(session: ReadSession, change_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The positions of those of these changes that are settled."""
    query = select(Seal.change_id, Seal.position).where(Seal.change_id.in_(change_ids))
    return {row.change_id: row.position for row in session.execute(query)}
