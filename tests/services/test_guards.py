"""Insert-only tables refuse to be rewritten, whoever asks and by whatever statement."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from app.db import guards
from app.db.session import make_engine
from app.db.tables import Base
from tests import databases
from tests.migrations import filling

REFUSAL = "are never rewritten"


@pytest.fixture(scope="module")
def filled(module_database_url: str) -> Iterator[Engine]:
    with _filled(module_database_url) as engine:
        yield engine


@pytest.fixture(scope="module")
def filled_file() -> Iterator[Engine]:
    with databases.migrated_database("sqlite") as url, _filled(url) as engine:
        yield engine


@contextmanager
def _filled(url: str) -> Iterator[Engine]:
    filling.fill(url)
    engine = make_engine(url).execution_options(writing=True)
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
def test_no_row_is_replaced(filled_file: Engine, table: str) -> None:
    # PostgreSQL has no REPLACE.
    _refused(filled_file, table, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE true")  # noqa: S608  # a name of the code


def test_no_table_is_emptied(postgres_database_url: str) -> None:
    # SQLite has no TRUNCATE.
    with _filled(postgres_database_url) as engine:
        for table in guards.INSERT_ONLY:
            _refused(engine, table, f"TRUNCATE {table} CASCADE")
