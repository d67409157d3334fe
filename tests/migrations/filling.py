"""Rows of any content in every table of any revision, each row pointing at real ones."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Uuid,
    inspect,
)
from sqlalchemy.engine import Connection

from app.db.session import make_engine

ROWS = 3
ALEMBIC = "alembic_version"


def fill(url: str) -> bool:
    """Put `ROWS` rows into every table that is empty; whether there was one.

    The tables are read from the database, not from the code: an earlier revision has other ones.
    """
    engine = make_engine(url).execution_options(writing=True)
    with engine.begin() as connection:
        empty = {name for name, rows in counted(connection).items() if rows == 0}
        if empty:
            fill_these(connection, empty)
    engine.dispose()
    return bool(empty)


def counts(url: str) -> dict[str, int]:
    """How many rows each table has."""
    engine = make_engine(url)
    with engine.connect() as connection:
        found = counted(connection)
    engine.dispose()
    return found


def contents(url: str) -> dict[str, list[str]]:
    """Every row of every table as written, in no order of its own."""
    engine = make_engine(url)
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names()) - {ALEMBIC}
        found = {name: _written(connection, name) for name in names}
    engine.dispose()
    return found


def tables(url: str) -> set[str]:
    """The names of the tables, Alembic's own left out."""
    engine = make_engine(url)
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
    engine.dispose()
    return names - {ALEMBIC}


def _written(connection: Connection, name: str) -> list[str]:
    rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()  # noqa: S608  # a table
    # As plain tuples: rows of SQLAlchemy take far longer to be written, and cut long values short.
    return sorted(repr(tuple(row)) for row in rows)


def counted(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    # One question for all of them, as plain text: it is asked after each of a hundred steps.
    names = set(inspect(connection).get_table_names()) - {ALEMBIC}
    asked = [f"SELECT '{name}', count(*) FROM \"{name}\"" for name in sorted(names)]  # noqa: S608  # a table
    return {row[0]: row[1] for row in connection.exec_driver_sql(" UNION ALL ".join(asked))} if asked else {}


def fill_these(connection: Connection, empty: set[str]) -> None:
    """Put `ROWS` rows into each of these tables, which have none."""
    metadata = MetaData()
    # Reading a table back takes longer than filling it.
    metadata.reflect(connection, only=_with_parents(connection, empty))
    known: dict[str, list[dict[str, Any]]] = {}
    for table in metadata.sorted_tables:
        if table.name in empty:
            known[table.name] = [_row(table, number, known) for number in range(ROWS)]
            connection.execute(table.insert(), known[table.name])
        else:
            known[table.name] = _rows(connection, table)


def _with_parents(connection: Connection, names: set[str]) -> list[str]:
    """These tables, those they refer to, and so on."""
    references = inspect(connection).get_multi_foreign_keys()
    parents = {name: {item["referred_table"] for item in found} for (_, name), found in references.items()}
    reached, new = set(names), set(names)
    while new:
        new = {parent for name in new for parent in parents.get(name, ())} - reached
        reached |= new
    return sorted(reached)


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    query = table.select().order_by(*table.primary_key)
    return [dict(row) for row in connection.execute(query).mappings()]


def _row(table: Table, number: int, known: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    # The nth row of a table points at the nth row of every parent: two keys that share a column then agree,
    # because the parents' nth rows agree already.
    row = {column.name: _value(table, column, number) for column in table.columns}
    for constraint in table.foreign_key_constraints:
        parent = known[constraint.referred_table.name][number]
        for element in constraint.elements:
            row[element.parent.name] = parent[element.column.name]
    return row


def _value(table: Table, column: Column[Any], number: int) -> object:  # noqa: PLR0911  # one line per type
    # The number comes first, so that the order of the keys is the order of the numbers in every table.
    text = f"{number:04d}" + hashlib.sha256(f"{table.name}.{column.name}".encode()).hexdigest()
    kind = column.type
    if isinstance(kind, Uuid):
        return UUID(text[:32])
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(kind, Integer):
        return number + 1
    if isinstance(kind, LargeBinary):
        return text.encode()
    if isinstance(kind, JSON):
        return {"made": number}
    if isinstance(kind, DateTime):
        return datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=number)
    if isinstance(kind, Date):
        return date(2025, 1, 1) + timedelta(days=number)
    return text[: getattr(kind, "length", None)]
