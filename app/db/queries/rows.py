"""Rows written as they are, all at once, by the writes that are made most often.

The unit of work of the ORM costs several times what the database takes for a row: what is only added, or the
same columns of many rows, goes past it. PostgreSQL takes new rows as one document: one execution however many
there are, which asks the policies of the second wall once. SQLite knows neither cost and takes them singly.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Insert, Update, bindparam, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm.attributes import set_committed_value

from app.db.tables import Base

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Column, Table
    from sqlalchemy.sql.base import ReadOnlyColumnCollection

    from app.db.session import WriteSession

    Names = tuple[str, ...]
    Rows = Sequence[dict[str, Any]]


def columns_of(table: type[Base]) -> ReadOnlyColumnCollection[str, Column[Any]]:
    """The columns of a table, for statements that give plain values: by class they go through the ORM."""
    return _table(table.__tablename__).columns


def add_rows(session: WriteSession, table: type[Base], rows: Rows) -> None:
    """Insert rows, by column; all of them name the same columns, and none holds bytes."""
    _put(session, table, rows)


def add_to_rows(session: WriteSession, table: type[Base], numbers: Names, rows: Rows) -> None:
    """Add the numbers of these rows to those that have their keys, making the rows that are missing."""
    _put(session, table, rows, numbers)


def set_columns(
    session: WriteSession, table: type[Base], changes: Sequence[tuple[Base, dict[str, Any]]]
) -> None:
    """Set columns of rows at hand; all of them name the same columns.

    The objects say it too. What else was set on them waits for the next flush, as ever.
    """
    if not changes:
        return
    keys = _keys(table.__tablename__)
    rows = [{f"its_{key}": getattr(row, key) for key in keys} | values for row, values in changes]
    session.connection().execute(_setting(table.__tablename__, tuple(changes[0][1])), rows)
    for row, values in changes:
        for name, value in values.items():
            set_committed_value(row, name, value)


@cache
def _setting(name: str, columns: Names) -> Update:
    # One by one, by their keys: given as a document, PostgreSQL would plan for a hundred and read the table.
    table = _table(name)
    own = [table.c[key] == bindparam(f"its_{key}") for key in _keys(name)]
    return update(table).where(*own).values({column: bindparam(column) for column in columns})


def _put(session: WriteSession, table: type[Base], rows: Rows, added: Names = ()) -> None:
    if not rows:
        return
    connection, about = session.connection(), (table.__tablename__, tuple(rows[0]), added)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_document(*about), (json.dumps(rows, default=_plain),))
    else:
        connection.execute(_insert(*about), rows)


@cache
def _document(name: str, columns: Names, added: Names) -> str:
    # The names are those of our tables and columns; what is written is a parameter.
    listed = ", ".join(f'"{column}"' for column in columns)
    text = (
        f"INSERT INTO {name} ({listed}) SELECT {listed} "  # noqa: S608 - as said above
        f"FROM jsonb_populate_recordset(NULL::{name}, %s)"
    )
    if not added:
        return text
    sums = ", ".join(f'"{column}" = {name}."{column}" + excluded."{column}"' for column in added)
    return f"{text} ON CONFLICT ({', '.join(_keys(name))}) DO UPDATE SET {sums}"


def _plain(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date) and not (isinstance(value, datetime) and value.tzinfo is None):
        return value.isoformat()
    # Bytes would arrive as their spelling, a naive instant as another moment.
    message = f"A row cannot hold a {type(value).__name__} like this."
    raise TypeError(message)


@cache
def _insert(name: str, columns: Names, added: Names) -> Insert:
    table = _table(name)
    statement = sqlite.insert(table).values({column: bindparam(column) for column in columns})
    if not added:
        return statement
    sums = {column: table.c[column] + statement.excluded[column] for column in added}
    return statement.on_conflict_do_update(index_elements=_keys(name), set_=sums)


@cache
def _keys(name: str) -> Names:
    return tuple(column.name for column in _table(name).primary_key)


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
