"""Rows written as they are, by the writes that are made most often.

The unit of work of the ORM costs several times what the database takes for a row: what is only added, and not
looked at again in the same transaction, goes past it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Insert, insert

from app.db.tables import Base

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.db.session import WriteSession


def add_rows(session: WriteSession, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, by column, in one statement sent once; all of them name the same columns."""
    if rows:
        session.connection().execute(_into(table.__tablename__), rows)


@cache
def _into(name: str) -> Insert:
    # Numbers that the database draws are not asked back.
    return insert(Base.metadata.tables[name]).inline()
