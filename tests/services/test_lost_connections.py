"""A database that goes away in the middle of work is told as such, wherever the work stood."""

from collections.abc import Iterator
from contextlib import nullcontext

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.db.session import NOBODY, Database
from tests import databases
from tests.database_keeper import libpq


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with databases.migrated_database("postgres") as url:
        database = Database(url)
        yield database
        database.dispose()


def _end(database: Database, process: int) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    with psycopg.connect(libpq(url), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [process])


def _work_and_lose(database: Database, *, past_the_wall: bool) -> None:
    with database.write(NOBODY) as session, session.across() if past_the_wall else nullcontext():
        _end(database, session.scalars(text("SELECT pg_backend_pid()")).one())
        session.execute(text("SELECT 1"))


@pytest.mark.postgres
@pytest.mark.parametrize("past_the_wall", [False, True])
def test_a_connection_that_ends_inside_a_transaction(database: Database, *, past_the_wall: bool) -> None:
    """Leaving the block that looks past the wall asks nothing of a connection that is gone."""
    with pytest.raises(OperationalError):
        _work_and_lose(database, past_the_wall=past_the_wall)
    with database.read(NOBODY) as session:
        assert session.scalars(text("SELECT 1")).one() == 1


@pytest.mark.postgres
def test_a_connection_that_ends_with_the_reading(database: Database) -> None:
    """Nothing is left to ask, and the end of the transaction finds nobody there."""

    def read_and_lose() -> None:
        with database.read(NOBODY) as session:
            _end(database, session.scalars(text("SELECT pg_backend_pid()")).one())

    with pytest.raises(OperationalError):
        read_and_lose()
    with database.read(NOBODY) as session:
        assert session.scalars(text("SELECT 1")).one() == 1
