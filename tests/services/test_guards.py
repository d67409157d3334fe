"""Insert-only tables refuse to be rewritten, whoever asks and by whatever statement."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from app.db import guards
from app.db.session import make_engine
from app.db.tables import Base
from tests.migrations import filling

REFUSAL = "are never rewritten"


@pytest.fixture(scope="module")
def filled(module_database_url: str) -> Iterator[Engine]:
    filling.fill(module_database_url)
    engine = make_engine(module_database_url).execution_options(writing=True)
    yield engine
    engine.dispose()


def _refused(engine: Engine, table: str, statement: str) -> None:
    before = _rows(engine, table)
    assert len(before) == filling.ROWS
    with pytest.raises(DBAPIError, match=f"rows of {table} {REFUSAL}"), engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert _rows(engine, table) == before


def _rows(engine: Engine, table: str) -> list[str]:
    with engine.connect() as connection:
        return sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{table}"')))  # noqa: S608  # a table


@pytest.mark.parametrize("table", guards.INSERT_ONLY)
def test_no_row_is_updated(filled: Engine, table: str) -> None:
    column = next(iter(Base.metadata.tables[table].columns)).name
    _refused(filled, table, f"UPDATE {table} SET {column} = {column}")  # noqa: S608  # names of the code


@pytest.mark.parametrize("table", guards.INSERT_ONLY)
def test_no_row_is_deleted(filled: Engine, table: str) -> None:
    _refused(filled, table, f"DELETE FROM {table}")  # noqa: S608  # a name of the code


@pytest.mark.parametrize("table", guards.INSERT_ONLY)
def test_no_row_is_updated_by_an_insertion(filled: Engine, table: str) -> None:
    key = ", ".join(column.name for column in Base.metadata.tables[table].primary_key)
    column = next(iter(Base.metadata.tables[table].columns)).name
    conflict = f"ON CONFLICT ({key}) DO UPDATE SET {column} = EXCLUDED.{column}"
    _refused(filled, table, f"INSERT INTO {table} SELECT * FROM {table} WHERE true {conflict}")  # noqa: S608  # names of the code


@pytest.mark.parametrize("table", guards.INSERT_ONLY)
def test_no_row_is_replaced(sqlite_url: str, table: str) -> None:
    # PostgreSQL has no REPLACE.
    filling.fill(sqlite_url)
    engine = make_engine(sqlite_url).execution_options(writing=True)
    _refused(engine, table, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE true")  # noqa: S608  # a name of the code
    engine.dispose()


def test_no_table_is_emptied(postgres_database_url: str) -> None:
    # SQLite has no TRUNCATE.
    filling.fill(postgres_database_url)
    engine = make_engine(postgres_database_url).execution_options(writing=True)
    for table in guards.INSERT_ONLY:
        _refused(engine, table, f"TRUNCATE {table} CASCADE")
    engine.dispose()
