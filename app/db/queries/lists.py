"""Walking a query in the order of an immutable id."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Select
    from sqlalchemy.orm import InstrumentedAttribute

    from app.db.session import ReadSession

Row = TypeVar("Row")


def one(session: ReadSession, query: Select[Row]) -> Row | None:
    """The only row of the query, or None."""
    return session.scalars(query).one_or_none()


def page_of(
    session: ReadSession,
    query: Select[Row],
    key: InstrumentedAttribute[UUID],
    after: UUID | None,
    limit: int,
) -> tuple[list[Row], UUID | None]:
    """Up to `limit` rows after the id, and the id to go on from when there are more.

    Ids never change and ascend with creation: a walk neither misses nor repeats a row that was committed
    before it began and is still there.
    """
    if after is not None:
        query = query.where(key > after)
    rows = list(session.scalars(query.order_by(key).limit(limit + 1)))
    more = len(rows) > limit
    kept = rows[:limit]
    return kept, _id_of(kept[-1], key) if more else None


def _id_of(row: object, key: InstrumentedAttribute[UUID]) -> UUID:
    found: UUID = getattr(row, key.key)
    return found
