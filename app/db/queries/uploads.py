"""The pieces of files that were handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select

from app.db.tables import ImportChunk, ImportFile

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.db.session import ReadSession, WriteSession

# So many pieces go in one transaction: others write in between.
PIECES = 16


def piece(session: ReadSession, upload_id: UUID, ordinal: int) -> bytes:
    """One piece of a file; empty behind its end."""
    query = select(ImportChunk.content).where(
        ImportChunk.upload_id == upload_id, ImportChunk.ordinal == ordinal
    )
    return session.scalar(query) or b""


def forget_pieces(session: WriteSession, upload_id: UUID) -> bool:
    """Delete some pieces of a file, the last ones first; whether any was left to delete."""
    query = (
        select(ImportChunk.ordinal)
        .where(ImportChunk.upload_id == upload_id)
        .order_by(ImportChunk.ordinal.desc())
        .limit(PIECES)
    )
    found = session.scalars(query).all()
    session.execute(
        delete(ImportChunk).where(ImportChunk.upload_id == upload_id, ImportChunk.ordinal.in_(found))
    )
    return bool(found)


def left_over(session: ReadSession, before: datetime) -> UUID | None:
    """A file that no import waits for, and whose first piece came before an instant."""
    waited_for = exists().where(ImportFile.upload_id == ImportChunk.upload_id)
    query = select(ImportChunk.upload_id).where(
        ImportChunk.ordinal == 0, ImportChunk.created_at < before, ~waited_for
    )
    return session.scalar(query.limit(1))
