"""Walking a query in the order of an immutable id; many ids at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Uuid, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import InstrumentedAttribute

    from app.db.session import ReadSession

Row = TypeVar("Row")


def one(session: ReadSession, query: Select[Row]) -> Row | None:
    """The only row of the query, or None."""
    return session.scalars(query).one_or_none()


def among(
    session: ReadSession, column: InstrumentedAttribute[UUID], ids: Collection[UUID]
) -> ColumnElement[bool]:
    """Whether the column is one of these ids: on PostgreSQL one parameter, and one statement to prepare."""
    if session.get_bind().dialect.name != "postgresql":
        return column.in_(ids)
    return column == any_(literal(list(ids), ARRAY(Uuid())))


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
