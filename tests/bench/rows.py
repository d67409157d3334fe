"""Rows of many tables, gathered and then written at once by `COPY`."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import JSON

from app.db.tables import Base


class Rows:
    """Rows by table; those of one table all name the same columns."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._columns: dict[str, tuple[str, ...]] = {}

    def add(self, table: str, **row: Any) -> None:  # noqa: ANN401  # columns of any type
        columns = self._columns.setdefault(table, tuple(row))
        self._rows.setdefault(table, []).append(tuple(row[name] for name in columns))

    def write(self, connection: psycopg.Connection) -> None:
        for table, columns in self._columns.items():
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
                sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
            )
            with connection.cursor().copy(statement) as copy:
                for row in self._written(table):
                    copy.write_row(row)

    def _written(self, table: str) -> Iterator[list[Any]]:
        columns = Base.metadata.tables[table].columns
        documents = [isinstance(columns[name].type, JSON) for name in self._columns[table]]
        for row in self._rows[table]:
            yield [
                json.dumps(value) if document else value
                for value, document in zip(row, documents, strict=True)
            ]
