"""Rows written as they are, by the writes that are made most often.

The unit of work of the ORM costs several times what the database takes for a row: what is only added, or the
same columns of many rows, goes past it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Insert, Update, bindparam, insert, inspect, update
from sqlalchemy.orm.attributes import set_committed_value

from app.db.tables import Base

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.db.session import WriteSession


def add_rows(session: WriteSession, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, by column, in one statement sent once; all of them name the same columns."""
    if rows:
        session.connection().execute(_into(table.__tablename__), rows)


def set_columns(
    session: WriteSession, table: type[Base], changes: Sequence[tuple[Base, dict[str, Any]]]
) -> None:
    """Set columns of rows at hand, in one statement sent once; all of them name the same columns.

    The objects say it too. What else was set on them waits for the next flush, as ever.
    """
    if not changes:
        return
    keys = [column.name for column in inspect(table).primary_key]
    rows = [{f"its_{key}": getattr(row, key) for key in keys} | values for row, values in changes]
    session.connection().execute(_setting(table.__tablename__, tuple(changes[0][1])), rows)
    for row, values in changes:
        for name, value in values.items():
            set_committed_value(row, name, value)


@cache
def _setting(name: str, columns: tuple[str, ...]) -> Update:
    table = Base.metadata.tables[name]
    own = [column == bindparam(f"its_{column.name}") for column in table.primary_key]
    return update(table).where(*own).values({column: bindparam(column) for column in columns})


@cache
def _into(name: str) -> Insert:
    # Numbers that the database draws are not asked back.
    return insert(Base.metadata.tables[name]).inline()
